//! The figures: of one reply against its question, and of a whole run.
//!
//! Each figure is a sum of what was reached over a sum of what there was to reach, so that the figures of
//! single questions add up to those of a set. They are the figures of the outside scorer `score.py`, rule for
//! rule and under its names; those that need the documents (`cite_supports`, `quote_verbatim`) and its
//! bootstrap are left to it.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::LazyLock;

use regex::Regex;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::canonical_combining_class;

use super::Prediction;
use super::calibration::bins;
use super::question_set::Question;

/// An answer is meant to be a line: one of more words than this is not right, whatever it holds.
const LINE_WORDS: usize = 40;

/// What is measured, in the order in which it is shown. Each name is that of `score.py`; unless a definition
/// says otherwise the figure is over the answerable questions, of which a declined one counts 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Figure {
    /// The headline: `right`, in a line of at most 40 words (score.py).
    Right40,
    /// `contained` and `cite1` at once, at any length (score.py).
    Right,
    /// A gold answer stands in the answer as whole words (the "accuracy" of open-domain question answering).
    /// Sentence sets: the answer or the quote says half of one. Yes-no questions: it opens the right way.
    Contained,
    /// The span is a gold answer but for case, punctuation, articles (SQuAD 1.1, Rajpurkar et al. 2016); over
    /// the questions whose gold answers are texts, not patterns, like the next three.
    Em,
    /// Harmonic mean of precision and recall of the span's words, best gold answer (SQuAD 1.1).
    F1,
    /// `em` over unanswerable questions too, 1 where they were declined (SQuAD 2.0, Rajpurkar et al. 2018).
    Squad2Em,
    /// `f1` over unanswerable questions too, 1 where they were declined (SQuAD 2.0).
    Squad2F1,
    /// Share of the gold answers that are in the answer, where all are asked for (RAMDocs, Wang et al. 2025).
    AnswerRecall,
    /// The first citation is a gold document; over answerable questions that were answered (score.py).
    Cite1,
    /// Any citation is a gold document; over the same (score.py).
    CiteAny,
    /// Share of the citations that are gold documents; over all citations (score.py).
    CitePrec,
    /// The words of the answer stand in the quotes, in their order; over the answers with a quote (score.py).
    InOrder,
    /// Chance that an answerable question has more confidence than an unanswerable one (area under ROC).
    AucDecline,
    /// Mean |confidence - share `right40`| of ten equal-count bins of the answers given (Naeini et al. 2015).
    Ece,
    /// Share of the declined questions that are unanswerable (precision of declining).
    AbstPrec,
    /// Share of the unanswerable questions that were declined (recall of declining).
    AbstRec,
    /// Share of the answerable questions that were declined.
    FalseAbst,
    /// Share of the answers called disputed, where the set knows of no conflict (score.py).
    FalseDispute,
    /// Only a wrong answer that documents give is in the reply; over questions with such answers (RAMDocs).
    Misled,
    /// Both a right and a wrong answer that documents give are in the reply; over the same (RAMDocs).
    ShowsConflict,
    /// Both sides of a planted conflict are cited; over the answered questions that have one (score.py).
    CitesBothSides,
    /// Mean reciprocal rank of the first gold document among the first ten (TREC-8 QA, Voorhees 1999).
    Mrr10,
    /// The first document found is a gold one (success at 1, TREC).
    Success1,
    /// One of the first five is a gold one (success at 5, TREC).
    Success5,
    /// Share of the gold documents that are found first (recall at 1).
    R1,
    /// Share of the gold documents among the first five (recall at 5).
    R5,
    /// Share of the gold documents among the first ten (recall at 10).
    R10,
    /// Discounted gain, 2^grade - 1, of the first ten over the best possible (nDCG, Burges et al. 2005).
    Ndcg10,
}

impl Figure {
    pub fn name(self) -> &'static str {
        match self {
            Self::Right40 => "right40",
            Self::Right => "right",
            Self::Contained => "contained",
            Self::Em => "em",
            Self::F1 => "f1",
            Self::Squad2Em => "squad2_em",
            Self::Squad2F1 => "squad2_f1",
            Self::AnswerRecall => "answer_recall",
            Self::Cite1 => "cite1",
            Self::CiteAny => "cite_any",
            Self::CitePrec => "cite_prec",
            Self::InOrder => "in_order",
            Self::AucDecline => "auc_decline",
            Self::Ece => "ece",
            Self::AbstPrec => "abst_prec",
            Self::AbstRec => "abst_rec",
            Self::FalseAbst => "false_abst",
            Self::FalseDispute => "false_dispute",
            Self::Misled => "misled",
            Self::ShowsConflict => "shows_conflict",
            Self::CitesBothSides => "cites_both_sides",
            Self::Mrr10 => "mrr10",
            Self::Success1 => "success1",
            Self::Success5 => "success5",
            Self::R1 => "r1",
            Self::R5 => "r5",
            Self::R10 => "r10",
            Self::Ndcg10 => "ndcg10",
        }
    }

    /// Whether each question is either reached or not, so that the figure is a proportion of questions.
    pub fn is_proportion(self) -> bool {
        !matches!(
            self,
            Self::F1
                | Self::Squad2F1
                | Self::AnswerRecall
                | Self::CitePrec
                | Self::AucDecline
                | Self::Ece
                | Self::Mrr10
                | Self::R1
                | Self::R5
                | Self::R10
                | Self::Ndcg10
        )
    }
}

/// What was reached, and what there was to reach.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Share {
    pub num: f64,
    pub den: f64,
}

impl Share {
    /// `None` where there was nothing to reach.
    pub fn value(self) -> Option<f64> {
        (self.den > 0.0).then(|| self.num / self.den)
    }

    /// Where the proportion behind the value lies with a confidence of 95 % (Wilson 1927). Unlike the usual
    /// plus and minus it holds for few questions and for values near 0 and 1.
    pub fn interval(self) -> Option<(f64, f64)> {
        const Z: f64 = 1.959_964;
        let (n, p) = (self.den, self.value()?);
        let centre = p + Z * Z / (2.0 * n);
        let half = Z * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt();
        let scale = 1.0 + Z * Z / n;
        Some((((centre - half) / scale).max(0.0), ((centre + half) / scale).min(1.0)))
    }
}

/// The figures of one question or of many. A figure that does not apply is not there.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Figures(BTreeMap<Figure, Share>);

impl Figures {
    pub fn get(&self, figure: Figure) -> Option<Share> {
        self.0.get(&figure).copied()
    }

    /// In the order in which they are shown.
    pub fn iter(&self) -> impl Iterator<Item = (Figure, Share)> + '_ {
        self.0.iter().map(|(&figure, &share)| (figure, share))
    }

    fn put(&mut self, figure: Figure, num: f64, den: f64) {
        self.0.insert(figure, Share { num, den });
    }

    fn mark(&mut self, figure: Figure, reached: bool) {
        self.put(figure, one_if(reached), 1.0);
    }

    fn add(&mut self, other: &Figures) {
        for (figure, share) in other.iter() {
            let sum = self.0.entry(figure).or_default();
            sum.num += share.num;
            sum.den += share.den;
        }
    }
}

/// A whole run: what [`super::table`] shows.
#[derive(Debug, Clone, PartialEq)]
pub struct Summary {
    pub questions: usize,
    pub figures: Figures,
    /// By `type` and by `kind`; empty where no question has the field.
    pub by_type: Vec<Group>,
    pub by_kind: Vec<Group>,
    /// `None` where nothing was asked.
    pub latency: Option<Latency>,
    /// Of the answers given; `None` where every question was declined.
    pub median_words: Option<f64>,
}

/// The questions that have one `type` or `kind`.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// `None` gathers the questions that do not say.
    pub name: Option<String>,
    pub questions: usize,
    pub declined: usize,
    /// Over the answerable ones.
    pub right40: Share,
    /// Of the span, over those whose gold answers are texts.
    pub f1: Share,
}

/// Milliseconds from question to reply.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Latency {
    pub p50: f64,
    pub p95: f64,
    pub p99: f64,
    pub max: f64,
}

/// The figures of a run, given each question with what was replied to it.
pub fn summarise(asked: &[(Question, Prediction)]) -> Summary {
    let rows: Vec<Row> = asked.iter().map(Row::new).collect();
    let mut figures = Figures::default();
    for row in &rows {
        figures.add(&row.figures);
    }
    if let Some(auc) = chance_that_answerable_ranks_higher(&rows) {
        figures.put(Figure::AucDecline, auc * rows.len() as f64, rows.len() as f64);
    }
    let answers = rows.iter().filter(|row| !row.prediction.abstained);
    let answers = answers.map(|row| (row.prediction.confidence, row.right40().num)).collect();
    if let Some(error) = calibration_error(answers) {
        figures.put(Figure::Ece, error * rows.len() as f64, rows.len() as f64);
    }
    Summary {
        questions: rows.len(),
        figures,
        by_type: groups(&rows, |question| question.question_type.as_deref()),
        by_kind: groups(&rows, |question| question.kind.as_deref()),
        latency: latency(rows.iter().map(|row| row.prediction.latency_ms).collect()),
        median_words: median_words(&rows),
    }
}

/// The figures of one reply. Those of a set as a whole, `auc_decline` and `ece`, are not among them.
pub fn measure(question: &Question, prediction: &Prediction) -> Figures {
    let reply = Reply::new(question, prediction);
    let mut figures = Figures::default();
    if !question.retrieval_only {
        if question.answerable {
            measure_span(&reply, &mut figures);
            measure_answer(&reply, &mut figures);
            measure_citations(&reply, &mut figures);
            measure_conflict(&reply, &mut figures);
        }
        measure_declining(&reply, &mut figures);
        measure_form(&reply, &mut figures);
    }
    if question.answerable && !reply.gold.is_empty() {
        measure_ranking(&reply, &mut figures);
    }
    figures
}

/// A question and what was replied to it, with the names of documents made comparable.
struct Reply<'a> {
    question: &'a Question,
    prediction: &'a Prediction,
    answer: &'a str,
    quote: &'a str,
    declined: bool,
    gold: BTreeSet<String>,
    /// Without repetitions, like `ranked`.
    cited: Vec<String>,
    /// What was found, else what was cited.
    ranked: Vec<String>,
}

impl<'a> Reply<'a> {
    fn new(question: &'a Question, prediction: &'a Prediction) -> Self {
        let cited = document_keys(&prediction.citations);
        let found = document_keys(&prediction.ranked_docs);
        Self {
            question,
            prediction,
            answer: strip(&prediction.answer),
            quote: strip(&prediction.quote),
            declined: prediction.abstained,
            gold: question.doc_ids.iter().map(|id| document_key(id)).collect(),
            ranked: if found.is_empty() { cited.clone() } else { found },
            cited,
        }
    }

    /// What is compared word for word: the bare span where there is one.
    fn span(&self) -> &'a str {
        let value = strip(self.prediction.value.as_deref().unwrap_or_default());
        if value.is_empty() { self.answer } else { value }
    }

    /// The answer and those that the reply says others give.
    fn whole(&self) -> String {
        let others = self.prediction.disagreements.iter().map(|side| side.answer.as_str());
        std::iter::once(self.answer).chain(others).collect::<Vec<_>>().join(" ")
    }

    fn is_contained(&self) -> bool {
        let answers = &self.question.answers;
        if self.declined {
            return false;
        }
        if let Some(expected) = &self.question.polarity {
            return polarity(self.answer) == Some(expected);
        }
        if !self.question.accept.is_empty() {
            return self.question.accept.iter().any(|pattern| pattern.is_match(self.answer));
        }
        if self.expects_sentence() {
            return self.sentences().any(|text| answers.iter().any(|gold| says_the_sentence(text, gold)));
        }
        if self.question.kind.as_deref() == Some("yes-no") {
            let opens_with = polarity(self.answer);
            return opens_with.is_some() && answers.iter().any(|gold| polarity(gold) == opens_with);
        }
        answers.iter().any(|gold| holds(self.answer, gold))
    }

    /// Whether the answer is a line; of a sentence set, also what says the gold sentence.
    fn is_short(&self) -> bool {
        let answer_is_short = is_line(self.answer);
        if !self.expects_sentence() || !self.question.accept.is_empty() {
            return answer_is_short;
        }
        let mut lines = self.sentences().filter(|text| is_line(text));
        let answers = &self.question.answers;
        answer_is_short && lines.any(|text| answers.iter().any(|gold| says_the_sentence(text, gold)))
    }

    fn expects_sentence(&self) -> bool {
        self.question.answer_type.as_deref() == Some("sentence")
    }

    /// Where a gold sentence may stand.
    fn sentences(&self) -> impl Iterator<Item = &'a str> {
        [self.answer, self.quote].into_iter().filter(|text| !text.is_empty())
    }

    fn cites_gold_first(&self) -> bool {
        self.cited.first().is_some_and(|first| self.gold.contains(first))
    }

    fn cites_gold(&self) -> bool {
        self.cited.iter().any(|id| self.gold.contains(id))
    }
}

fn measure_span(reply: &Reply, figures: &mut Figures) {
    let golds = &reply.question.answers;
    if golds.is_empty() {
        return;
    }
    let (mut exact, mut overlap) = (0.0_f64, 0.0_f64);
    if !reply.declined {
        for gold in golds {
            exact = exact.max(exact_match(reply.span(), gold));
            overlap = overlap.max(token_f1(reply.span(), gold));
        }
    }
    figures.put(Figure::Em, exact, 1.0);
    figures.put(Figure::F1, overlap, 1.0);
    figures.put(Figure::Squad2Em, exact, 1.0);
    figures.put(Figure::Squad2F1, overlap, 1.0);
}

fn measure_answer(reply: &Reply, figures: &mut Figures) {
    let contained = reply.is_contained();
    let right = contained && reply.cites_gold_first();
    figures.mark(Figure::Contained, contained);
    figures.mark(Figure::Right, right);
    figures.mark(Figure::Right40, right && reply.is_short());
    if reply.question.all_answers_required {
        let golds = &reply.question.answers;
        let held = golds.iter().filter(|gold| !reply.declined && holds(reply.answer, gold)).count();
        figures.put(Figure::AnswerRecall, held as f64, golds.len() as f64);
    }
}

fn measure_citations(reply: &Reply, figures: &mut Figures) {
    if reply.declined {
        return;
    }
    figures.mark(Figure::Cite1, reply.cites_gold_first());
    figures.mark(Figure::CiteAny, reply.cites_gold());
    if !reply.cited.is_empty() {
        let gold = reply.cited.iter().filter(|id| reply.gold.contains(*id)).count();
        figures.put(Figure::CitePrec, gold as f64, reply.cited.len() as f64);
    }
}

fn measure_conflict(reply: &Reply, figures: &mut Figures) {
    let question = reply.question;
    if question.conflicting_answers.is_empty() {
        return;
    }
    let whole = reply.whole();
    let wrong = !reply.declined && question.conflicting_answers.iter().any(|answer| holds(&whole, answer));
    let right = !reply.declined && question.answers.iter().any(|answer| holds(&whole, answer));
    figures.mark(Figure::Misled, wrong && !right);
    figures.mark(Figure::ShowsConflict, wrong && right);
    if !question.misinfo_doc_ids.is_empty() && !reply.declined {
        let other_sides =
            reply.prediction.disagreements.iter().flat_map(|side| document_keys(&side.citations));
        let cited: BTreeSet<String> = reply.cited.iter().cloned().chain(other_sides).collect();
        let misinforming = question.misinfo_doc_ids.iter().any(|id| cited.contains(&document_key(id)));
        figures.mark(Figure::CitesBothSides, misinforming && !cited.is_disjoint(&reply.gold));
    }
}

fn measure_declining(reply: &Reply, figures: &mut Figures) {
    let (declined, answerable) = (reply.declined, reply.question.answerable);
    if answerable {
        figures.mark(Figure::FalseAbst, declined);
    } else {
        figures.mark(Figure::Squad2Em, declined);
        figures.mark(Figure::Squad2F1, declined);
        figures.mark(Figure::AbstRec, declined);
    }
    figures.put(Figure::AbstPrec, one_if(declined && !answerable), one_if(declined));
}

fn measure_form(reply: &Reply, figures: &mut Figures) {
    if reply.declined {
        return;
    }
    if reply.question.conflicting_answers.is_empty() {
        figures.mark(Figure::FalseDispute, reply.prediction.status == "disputed");
    }
    let all = &reply.prediction.quotes;
    let quotes = if all.is_empty() { reply.quote.to_owned() } else { all.join(" ") };
    if !reply.answer.is_empty() && !strip(&quotes).is_empty() {
        figures.mark(Figure::InOrder, stands_in_order(reply.answer, &quotes));
    }
}

fn measure_ranking(reply: &Reply, figures: &mut Figures) {
    let first = |k: usize| reply.ranked.iter().take(k);
    let gold_among = |k: usize| first(k).filter(|id| reply.gold.contains(*id)).count();
    let reciprocal_rank = match first(10).position(|id| reply.gold.contains(id)) {
        Some(above) => 1.0 / (above + 1) as f64,
        None => 0.0,
    };
    figures.put(Figure::Mrr10, reciprocal_rank, 1.0);
    for (figure, k) in [(Figure::R1, 1), (Figure::R5, 5), (Figure::R10, 10)] {
        figures.put(figure, gold_among(k) as f64 / reply.gold.len() as f64, 1.0);
    }
    figures.mark(Figure::Success1, gold_among(1) > 0);
    figures.mark(Figure::Success5, gold_among(5) > 0);
    figures.put(Figure::Ndcg10, discounted_gain(reply), 1.0);
}

/// The gain of the first ten found over that of the best possible order.
fn discounted_gain(reply: &Reply) -> f64 {
    let mut grades: HashMap<String, f64> = HashMap::new();
    for (id, &grade) in &reply.question.relevance {
        grades.insert(document_key(id), grade);
    }
    if grades.is_empty() {
        grades = reply.gold.iter().map(|id| (id.clone(), 1.0)).collect();
    }
    let found = reply.ranked.iter().map(|id| grades.get(id).copied().unwrap_or_default());
    let mut best: Vec<f64> = grades.values().copied().collect();
    best.sort_by(|a, b| b.total_cmp(a));
    let best = gain(best.into_iter());
    if best == 0.0 { 0.0 } else { gain(found) / best }
}

fn gain(grades: impl Iterator<Item = f64>) -> f64 {
    let ranked = grades.take(10).zip(1..);
    ranked.map(|(grade, rank)| (grade.exp2() - 1.0) / f64::from(rank + 1).log2()).sum()
}

/// One question of a run, measured.
struct Row<'a> {
    question: &'a Question,
    prediction: &'a Prediction,
    figures: Figures,
}

impl<'a> Row<'a> {
    fn new((question, prediction): &'a (Question, Prediction)) -> Self {
        Self { question, prediction, figures: measure(question, prediction) }
    }

    fn right40(&self) -> Share {
        self.figures.get(Figure::Right40).unwrap_or_default()
    }
}

fn chance_that_answerable_ranks_higher(rows: &[Row]) -> Option<f64> {
    let confidences = |answerable: bool| -> Vec<f64> {
        let rows = rows.iter().filter(|row| row.question.answerable == answerable);
        rows.map(|row| row.prediction.confidence).collect()
    };
    chance_of_order(&confidences(true), confidences(false))
}

/// Over all pairs of an answerable and an unanswerable question, by their confidences; a tie counts half.
pub(super) fn chance_of_order(answerable: &[f64], mut unanswerable: Vec<f64>) -> Option<f64> {
    if answerable.is_empty() || unanswerable.is_empty() {
        return None;
    }
    unanswerable.sort_by(f64::total_cmp);
    let mut won = 0.0;
    for confidence in answerable {
        let below = unanswerable.partition_point(|other| other < confidence);
        let up_to = unanswerable.partition_point(|other| other <= confidence);
        won += below as f64 + (up_to - below) as f64 / 2.0;
    }
    Some(won / (answerable.len() * unanswerable.len()) as f64)
}

/// Over the answers given, each with its confidence and 1 where it is right; `None` where they are too few.
pub(super) fn calibration_error(answers: Vec<(f64, f64)>) -> Option<f64> {
    let count = answers.len() as f64;
    let bins = bins(answers);
    let error =
        bins.iter().map(|bin| bin.answers as f64 / count * (bin.confidence - bin.right40).abs()).sum();
    (!bins.is_empty()).then_some(error)
}

/// The questions by names that the caller has for them, one for each.
pub fn groups_named(asked: &[(Question, Prediction)], names: &[String]) -> Vec<Group> {
    let rows: Vec<Row> = asked.iter().map(Row::new).collect();
    let mut by_name: BTreeMap<&str, Vec<&Row>> = BTreeMap::new();
    for (row, name) in rows.iter().zip(names) {
        by_name.entry(name).or_default().push(row);
    }
    by_name.into_iter().map(|(name, rows)| group(Some(name), &rows)).collect()
}

fn groups(rows: &[Row], name_of: impl Fn(&Question) -> Option<&str>) -> Vec<Group> {
    let mut by_name: BTreeMap<Option<&str>, Vec<&Row>> = BTreeMap::new();
    for row in rows {
        by_name.entry(name_of(row.question)).or_default().push(row);
    }
    let nothing_to_tell_apart = by_name.keys().all(Option::is_none);
    if nothing_to_tell_apart {
        return Vec::new();
    }
    by_name.into_iter().map(|(name, rows)| group(name, &rows)).collect()
}

fn group(name: Option<&str>, rows: &[&Row]) -> Group {
    let mut figures = Figures::default();
    for row in rows {
        figures.add(&row.figures);
    }
    let share = |figure| figures.get(figure).unwrap_or_default();
    let (right40, f1) = (share(Figure::Right40), share(Figure::F1));
    let declined = rows.iter().filter(|row| row.prediction.abstained).count();
    Group { name: name.map(str::to_owned), questions: rows.len(), declined, right40, f1 }
}

/// Of times in milliseconds; `None` where there are none.
pub fn latency(mut sorted: Vec<f64>) -> Option<Latency> {
    sorted.sort_by(f64::total_cmp);
    let max = *sorted.last()?;
    // The share is at most 1 and not negative, so the product is an index or the length.
    let percentile = |share: f64| sorted[((share * sorted.len() as f64) as usize).min(sorted.len() - 1)];
    Some(Latency { p50: percentile(0.5), p95: percentile(0.95), p99: percentile(0.99), max })
}

fn median_words(rows: &[Row]) -> Option<f64> {
    let answered = rows.iter().filter(|row| !row.prediction.abstained);
    let mut counts: Vec<usize> = answered.map(|row| word_count(&row.prediction.answer)).collect();
    counts.sort_unstable();
    let upper = *counts.get(counts.len() / 2)?;
    let lower = counts[(counts.len() - 1) / 2];
    Some((lower + upper) as f64 / 2.0)
}

/// 1 where the two are the same but for case, punctuation and articles.
fn exact_match(span: &str, gold: &str) -> f64 {
    one_if(squad_words(span) == squad_words(gold))
}

/// The overlap of the words, as often as they occur.
pub fn token_f1(span: &str, gold: &str) -> f64 {
    let (span, gold) = (squad_words(span), squad_words(gold));
    if span.is_empty() || gold.is_empty() {
        return one_if(span == gold);
    }
    overlap_f1(&span, &gold)
}

fn overlap_f1(one: &[String], other: &[String]) -> f64 {
    let mut left: HashMap<&str, usize> = HashMap::new();
    for word in one {
        *left.entry(word).or_default() += 1;
    }
    let mut shared = 0;
    for word in other {
        if let Some(count) = left.get_mut(word.as_str()).filter(|count| **count > 0) {
            *count -= 1;
            shared += 1;
        }
    }
    (2 * shared) as f64 / (one.len() + other.len()) as f64
}

/// Whether the gold answer stands in the text as whole words. Both ways to see words count: one parts them at
/// punctuation ("Paris-born" holds "Paris"), the other drops it ("the US" holds "U.S.").
pub fn holds(text: &str, gold: &str) -> bool {
    stands_in(&plain_words(gold), &plain_words(text)) || stands_in(&squad_words(gold), &squad_words(text))
}

/// Whether the text says the gold sentence: one holds the other, or they share half their words.
fn says_the_sentence(text: &str, gold: &str) -> bool {
    let (text, gold) = (plain_words(text), plain_words(gold));
    if text.is_empty() || gold.is_empty() {
        return false;
    }
    let is_part_of_gold = text.len() >= 4 && stands_in(&text, &gold);
    stands_in(&gold, &text) || is_part_of_gold || overlap_f1(&text, &gold) >= 0.5
}

fn stands_in(words: &[String], text: &[String]) -> bool {
    !words.is_empty() && text.windows(words.len()).any(|window| window == words)
}

/// Which way a reply opens.
pub(super) fn polarity(text: &str) -> Option<&'static str> {
    match plain_words(text).first()?.as_str() {
        "yes" => Some("yes"),
        "no" => Some("no"),
        _ => None,
    }
}

/// Whether the words of the answer stand in the quotes in their order, others between them or not. Taken off
/// before: bracketed text, which we put there, and a leading yes or no, which is a conclusion.
pub fn stands_in_order(answer: &str, quotes: &str) -> bool {
    let answer = BRACKETED.replace_all(answer, " ");
    let answer = match OPENING.captures(&answer) {
        Some(opening) => opening.name("rest").map_or("", |rest| rest.as_str()),
        None => &answer,
    };
    let (answer, quotes) = (answer.to_lowercase(), quotes.to_lowercase());
    let mut quoted = WORD.find_iter(&quotes);
    WORD.find_iter(&answer).all(|word| quoted.any(|other| other.as_str() == word.as_str()))
}

/// Words as SQuAD sees them: lower case, ASCII punctuation dropped where it stands.
fn squad_words(text: &str) -> Vec<String> {
    let lower = text.to_lowercase();
    words_without_articles(&lower.replace(|c: char| c.is_ascii_punctuation(), ""))
}

/// Words without their accents, parted by everything that is neither letter nor number.
fn plain_words(text: &str) -> Vec<String> {
    let lower = text.to_lowercase();
    let unaccented: String = lower.nfkd().filter(|&c| canonical_combining_class(c) == 0).collect();
    words_without_articles(&NO_WORD.replace_all(&unaccented, " "))
}

fn words_without_articles(text: &str) -> Vec<String> {
    words(text).filter(|word| !matches!(*word, "a" | "an" | "the")).map(str::to_owned).collect()
}

fn is_line(text: &str) -> bool {
    word_count(text) <= LINE_WORDS
}

fn word_count(text: &str) -> usize {
    words(text).count()
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(is_space).filter(|word| !word.is_empty())
}

fn strip(text: &str) -> &str {
    text.trim_matches(is_space)
}

/// White space as Python has it: with the four separators of ASCII.
fn is_space(c: char) -> bool {
    c.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&c)
}

fn document_keys(ids: &[String]) -> Vec<String> {
    let mut seen = BTreeSet::new();
    ids.iter().map(|id| document_key(id)).filter(|key| seen.insert(key.clone())).collect()
}

/// What is the same for every way to write a document's id: `004`, `4`, `0004-foo.txt`, `docs/004_x.txt:12`.
fn document_key(id: &str) -> String {
    let id = id.replace('\\', "/");
    let name = id.rsplit('/').next().unwrap_or_default();
    let name = POSITION.replace(name, "");
    match NUMBER.captures(&name) {
        Some(number) => match number[1].trim_start_matches('0') {
            "" => "0".to_owned(),
            digits => digits.to_owned(),
        },
        None => ENDING.replace(&name, "").to_lowercase(),
    }
}

fn one_if(condition: bool) -> f64 {
    if condition { 1.0 } else { 0.0 }
}

// A word is made of letters, numbers and `_`, as in Python; Rust's `\w` would take combining marks as well.
static WORD: LazyLock<Regex> = LazyLock::new(|| constant(r"[\p{L}\p{N}_]+"));
static NO_WORD: LazyLock<Regex> = LazyLock::new(|| constant(r"[^\p{L}\p{N}_]+"));
static BRACKETED: LazyLock<Regex> = LazyLock::new(|| constant(r"\[[^\]]*\]"));
static OPENING: LazyLock<Regex> = LazyLock::new(|| {
    constant(r"(?is)^[^\p{L}\p{N}_]*(?:yes|no|not settled)(?:(?P<rest>[^\p{L}\p{N}_].*)|$)")
});
static POSITION: LazyLock<Regex> = LazyLock::new(|| constant(r"(?:#|:\d).*$"));
static NUMBER: LazyLock<Regex> = LazyLock::new(|| constant(r"^(\d+)(?:$|[-_. ])"));
static ENDING: LazyLock<Regex> = LazyLock::new(|| constant(r"\.(?:txt|md|html?)$"));

fn constant(pattern: &str) -> Regex {
    Regex::new(pattern).expect("every pattern above is compiled by the tests")
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::question_set;
    use super::*;

    fn question(fields: Value) -> Question {
        let mut line = json!({"id": "1", "question": "?", "answerable": true, "doc_ids": ["0007"]});
        overwrite(&mut line, fields);
        question_set::parse(&line.to_string()).unwrap().remove(0)
    }

    fn prediction(fields: Value) -> Prediction {
        let mut line = serde_json::to_value(Prediction::default()).unwrap();
        overwrite(&mut line, fields);
        serde_json::from_value(line).unwrap()
    }

    fn overwrite(object: &mut Value, fields: Value) {
        object.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    }

    /// Measures a reply to a question and compares the figures named.
    fn check(question_fields: Value, reply: Value, expected: &[(Figure, f64, f64)]) {
        let figures = measure(&question(question_fields.clone()), &prediction(reply.clone()));
        for &(figure, num, den) in expected {
            let share = figures.get(figure).unwrap_or_default();
            let agrees = (share.num - num).abs() < 1e-9 && share.den == den;
            let name = figure.name();
            assert!(agrees, "{name} is {share:?}, not {num}/{den}\n{question_fields}\n{reply}");
        }
    }

    fn harbour() -> Value {
        json!({"answers": ["Hull, Leith and Whitby", "Whitby"]})
    }

    #[test]
    fn an_answer_that_holds_a_gold_answer_and_cites_its_document_is_right() {
        let reply = json!({"answer": "They sailed from Whitby.", "citations": ["docs/0007-ships.txt#p2"]});
        check(
            harbour(),
            reply,
            &[
                (Figure::Right40, 1.0, 1.0),
                (Figure::Right, 1.0, 1.0),
                (Figure::Contained, 1.0, 1.0),
                (Figure::Cite1, 1.0, 1.0),
                (Figure::Em, 0.0, 1.0),
                (Figure::F1, 0.4, 1.0),
                (Figure::FalseAbst, 0.0, 1.0),
            ],
        );
    }

    #[test]
    fn a_right_answer_from_the_wrong_document_is_not_right() {
        let reply = json!({"answer": "Whitby", "citations": ["8", "7"]});
        let expected = [
            (Figure::Contained, 1.0, 1.0),
            (Figure::Right, 0.0, 1.0),
            (Figure::Cite1, 0.0, 1.0),
            (Figure::CiteAny, 1.0, 1.0),
            (Figure::CitePrec, 1.0, 2.0),
        ];
        check(harbour(), reply, &expected);
    }

    #[test]
    fn an_answer_of_more_than_forty_words_is_right_but_no_line() {
        let long = json!({"answer": format!("{}Whitby", "x ".repeat(40)), "citations": ["7"]});
        check(harbour(), long, &[(Figure::Right, 1.0, 1.0), (Figure::Right40, 0.0, 1.0)]);
        let line = json!({"answer": format!("{}Whitby", "x ".repeat(39)), "citations": ["7"]});
        check(harbour(), line, &[(Figure::Right40, 1.0, 1.0)]);
    }

    #[test]
    fn the_value_is_compared_word_for_word_before_the_answer() {
        let reply = json!({"answer": "They said Whitby", "value": " the Whitby! "});
        check(harbour(), reply, &[(Figure::Em, 1.0, 1.0), (Figure::Squad2F1, 1.0, 1.0)]);
    }

    #[test]
    fn declining_counts_nothing_where_there_is_an_answer_and_everything_where_there_is_none() {
        let declined = json!({"abstained": true, "answer": "Whitby", "citations": ["7"]});
        let expected = [
            (Figure::Right, 0.0, 1.0),
            (Figure::F1, 0.0, 1.0),
            (Figure::FalseAbst, 1.0, 1.0),
            (Figure::AbstPrec, 0.0, 1.0),
            (Figure::Cite1, 0.0, 0.0),
        ];
        check(harbour(), declined.clone(), &expected);
        let unanswerable = json!({"answerable": false});
        let expected =
            [(Figure::Squad2Em, 1.0, 1.0), (Figure::AbstRec, 1.0, 1.0), (Figure::AbstPrec, 1.0, 1.0)];
        check(unanswerable.clone(), declined, &expected);
        let expected =
            [(Figure::Squad2Em, 0.0, 1.0), (Figure::AbstRec, 0.0, 1.0), (Figure::AbstPrec, 0.0, 0.0)];
        check(unanswerable, json!({"answer": "Leith"}), &expected);
    }

    #[test]
    fn answers_are_held_as_whole_words_whatever_the_case_accents_and_punctuation() {
        for (text, gold) in [
            ("It costs $7.25.", "$7.25"),
            ("the US won", "U.S."),
            ("in KRAKÓW-Podgórze", "Krakow"),
            ("the A Team", "team"),
            ("x\u{1f}y", "x y"),
        ] {
            assert!(holds(text, gold), "{text:?} holds {gold:?}");
        }
        for (text, gold) in [("Whitbyish", "Whitby"), ("The", "the"), ("x", "!"), ("a word", "an other")] {
            assert!(!holds(text, gold), "{text:?} does not hold {gold:?}");
        }
    }

    #[test]
    fn patterns_decide_where_a_question_has_them() {
        let own = json!({"accept": ["\\b20 crates"], "doc_ids": null, "sources": ["004"]});
        let reply = json!({
            "answer": "20 crates delivered", "value": "20 crates", "citations": ["004"],
            "quote": "and only 20 crates were delivered",
        });
        let expected = [(Figure::Right40, 1.0, 1.0), (Figure::InOrder, 1.0, 1.0), (Figure::F1, 0.0, 0.0)];
        check(own.clone(), reply, &expected);
        check(own, json!({"answer": "120 crates"}), &[(Figure::Contained, 0.0, 1.0)]);
    }

    #[test]
    fn a_yes_no_question_is_scored_by_how_the_reply_opens() {
        let kind = json!({"kind": "yes-no", "answers": ["Yes."]});
        let polarity = json!({"polarity": "yes", "accept": ["he did not"]});
        for question in [kind, polarity] {
            check(question.clone(), json!({"answer": "Yes, he did."}), &[(Figure::Contained, 1.0, 1.0)]);
            check(question.clone(), json!({"answer": "He did not."}), &[(Figure::Contained, 0.0, 1.0)]);
            check(question, json!({"answer": "No: yes"}), &[(Figure::Contained, 0.0, 1.0)]);
        }
    }

    #[test]
    fn a_sentence_may_be_said_in_part_or_in_the_quote() {
        let cave = json!({
            "answer_type": "sentence", "answers": ["A sea cave is a cave formed by the waves of the sea ."],
        });
        let contained = |reply| check(cave.clone(), reply, &[(Figure::Contained, 1.0, 1.0)]);
        contained(json!({"quote": "a cave formed by the waves"}));
        contained(json!({"answer": "waves of the sea formed it, a cave in a cliff"}));
        check(cave.clone(), json!({"answer": "a sea cave"}), &[(Figure::Contained, 0.0, 1.0)]);
        let long_quote = format!("{} a sea cave is a cave formed by the waves of the sea", "x ".repeat(40));
        let reply = json!({"answer": "waves", "quote": long_quote, "citations": ["7"]});
        check(cave, reply, &[(Figure::Right, 1.0, 1.0), (Figure::Right40, 0.0, 1.0)]);
    }

    #[test]
    fn words_in_order_may_leave_words_out_but_not_change_places() {
        let quotes = "Only 20 crates were delivered. Elsewhere, no.";
        let in_order =
            ["20 crates delivered", "Yes: 20", "20 crates [of tea] delivered", "not settled", "no – 20"];
        for answer in in_order {
            assert!(stands_in_order(answer, quotes), "{answer:?} stands in order");
        }
        for answer in ["delivered 20 crates", "yesterday 20", "20 crates yes", "20 20"] {
            assert!(!stands_in_order(answer, quotes), "{answer:?} does not stand in order");
        }
    }

    #[test]
    fn a_conflict_is_shown_where_the_reply_holds_both_sides() {
        let conflict = json!({
            "answers": ["Whitby"], "conflicting_answers": ["Leith"], "misinfo_doc_ids": ["9"],
        });
        let both = json!({
            "answer": "Whitby", "citations": ["7"], "status": "disputed",
            "disagreements": [{"answer": "Leith", "citations": ["009.md"]}],
        });
        let expected = [
            (Figure::ShowsConflict, 1.0, 1.0),
            (Figure::Misled, 0.0, 1.0),
            (Figure::CitesBothSides, 1.0, 1.0),
            (Figure::FalseDispute, 0.0, 0.0),
        ];
        check(conflict.clone(), both.clone(), &expected);
        let expected = [(Figure::ShowsConflict, 0.0, 1.0), (Figure::Misled, 1.0, 1.0)];
        check(conflict, json!({"answer": "Leith"}), &expected);
        check(harbour(), both, &[(Figure::FalseDispute, 1.0, 1.0)]);
    }

    #[test]
    fn all_answers_that_are_asked_for_are_counted() {
        let both = json!({"answers": ["Hull", "Leith"], "all_answers_required": true});
        check(both, json!({"answer": "Leith"}), &[(Figure::AnswerRecall, 1.0, 2.0)]);
    }

    #[test]
    fn a_ranking_is_measured_where_the_gold_documents_stand_in_it() {
        let third = json!({"ranked_docs": ["1", "2", "2", "7"], "citations": ["7"]});
        let expected = [
            (Figure::Mrr10, 1.0 / 3.0, 1.0),
            (Figure::Success1, 0.0, 1.0),
            (Figure::Success5, 1.0, 1.0),
            (Figure::R1, 0.0, 1.0),
            (Figure::R5, 1.0, 1.0),
            (Figure::Ndcg10, 0.5, 1.0),
        ];
        check(harbour(), third, &expected);
        let only_ranking =
            json!({"retrieval_only": true, "doc_ids": ["7", "8"], "relevance": {"7": 1, "8": 3}});
        let discounted = (1.0 + 7.0 / 3.0_f64.log2()) / (7.0 + 1.0 / 3.0_f64.log2());
        let expected = [(Figure::Ndcg10, discounted, 1.0), (Figure::R1, 0.5, 1.0), (Figure::Right, 0.0, 0.0)];
        check(only_ranking, json!({"citations": ["7", "8"]}), &expected);
    }

    #[test]
    fn a_document_has_one_key_however_its_id_is_written() {
        for id in ["004", "4", "0004-foo.txt", "a/b/004_x.txt:12", "a\\004.md#L3", "4 lease"] {
            assert_eq!(document_key(id), "4", "{id:?}");
        }
        for (id, key) in [("Intro.md", "intro"), ("000", "0"), ("4th.html", "4th"), ("a:b", "a:b")] {
            assert_eq!(document_key(id), key, "{id:?}");
        }
    }

    #[test]
    fn the_chance_to_tell_unanswerable_questions_apart_counts_ties_half() {
        let (answerable, unanswerable) = (question(harbour()), question(json!({"answerable": false})));
        let at = |confidence: f64| prediction(json!({"confidence": confidence}));
        let mut asked = vec![(answerable.clone(), at(0.9)), (answerable, at(0.5))];
        assert_eq!(summarise(&asked).figures.get(Figure::AucDecline), None);
        asked.extend([(unanswerable.clone(), at(0.5)), (unanswerable, at(0.1))]);
        let auc = summarise(&asked).figures.get(Figure::AucDecline).and_then(Share::value);
        assert_eq!(auc, Some((1.0 + 1.0 + 0.5 + 1.0) / 4.0));
    }

    #[test]
    fn calibration_compares_confidence_with_what_came_true() {
        let reply = |answer: &str, confidence: f64| {
            let reply = json!({"answer": answer, "citations": ["7"], "confidence": confidence});
            (question(harbour()), prediction(reply))
        };
        let ece = |asked: &[_]| summarise(asked).figures.get(Figure::Ece).and_then(Share::value);
        assert_eq!(ece(&vec![reply("Whitby", 0.75); 19]), None, "too few to tell");
        let mut asked = vec![reply("Whitby", 0.75); 20];
        assert!((ece(&asked).unwrap() - 0.25).abs() < 1e-9, "all too modest");
        asked.extend(vec![reply("Leith", 0.75); 20]);
        assert!((ece(&asked).unwrap() - 0.5).abs() < 1e-9, "of equal confidences the wrong ones come first");
    }

    #[test]
    fn a_summary_counts_by_kind_and_measures_the_time_and_the_words() {
        let asked: Vec<_> = (0..10)
            .map(|n| {
                let kind = if n < 4 { json!("open") } else { Value::Null };
                let question = question(json!({"answers": ["Whitby"], "kind": kind}));
                let answer = "from Whitby ".repeat(n);
                let reply =
                    json!({"answer": answer, "abstained": n == 0, "citations": ["7"], "latency_ms": n});
                (question, prediction(reply))
            })
            .collect();
        let summary = summarise(&asked);
        assert_eq!(summary.latency, Some(Latency { p50: 5.0, p95: 9.0, p99: 9.0, max: 9.0 }));
        assert_eq!(summary.median_words, Some(10.0));
        assert!(summary.by_type.is_empty());
        // One right word of as many as there are, of which one is asked for.
        let f1 = |lengths: std::ops::Range<usize>| -> f64 {
            lengths.map(|n| if n == 0 { 0.0 } else { 2.0 / (2 * n + 1) as f64 }).sum()
        };
        let none = Group {
            name: None,
            questions: 6,
            declined: 0,
            right40: Share { num: 6.0, den: 6.0 },
            f1: Share { num: f1(4..10), den: 6.0 },
        };
        let open = Group {
            name: Some("open".into()),
            questions: 4,
            declined: 1,
            right40: Share { num: 3.0, den: 4.0 },
            f1: Share { num: f1(0..4), den: 4.0 },
        };
        assert_eq!(summary.by_kind, [none, open]);
    }

    #[test]
    fn an_interval_lies_around_the_value_and_stays_between_0_and_1() {
        let (low, high) = Share { num: 30.0, den: 100.0 }.interval().unwrap();
        assert!((low - 0.2189).abs() < 1e-4 && (high - 0.3958).abs() < 1e-4, "{low} to {high}");
        let (low, high) = Share { num: 3.0, den: 3.0 }.interval().unwrap();
        assert!((low - 0.4385).abs() < 1e-4 && high == 1.0, "{low} to {high}");
        assert_eq!(Share::default().interval(), None);
    }
}
