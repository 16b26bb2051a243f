//! Whether the sources say what somebody claims.
//!
//! A claim is a statement: understood like a question ([`Statement`]), searched for, and set beside every sentence
//! that was found ([`bearing`]). What each accounts for, and what it has in the place of something else, is weighed;
//! the sentence that weighs most decides. Silence is "not in the sources", and so is doubt.

use serde::Serialize;

use super::question::{self, SmallTalk};
use super::sentences::Sentence;
use super::{AnswerError, Citation, Engine, LONGEST_QUESTION, cite, six_decimals, words_nowhere};
use crate::corpus::Span;
use crate::corpus::sentences::sentences;
use crate::retrieval::Hit;
use crate::words::{stem, words};

mod amounts;
mod bearing;
mod passage;
pub mod reply;
mod signs;
mod statement;

use bearing::{Bearing, bearings};
pub use bearing::{Difference, Kind};
use signs::{LEAST_CONTRADICTION, LEAST_SUPPORT};
use statement::Statement;

/// More sentences of one text are not checked.
pub const MOST_CLAIMS: usize = 10;
/// So many passages are looked at, where the settings do not say more.
const FEWEST_PASSAGES: usize = 24;
/// More sources that say the same prove nothing more.
const MOST_QUOTES: usize = 3;

/// What came of a text.
#[derive(Debug, Clone, PartialEq)]
pub enum Review {
    /// One for each sentence that claims something, in their order; never empty.
    Checked {
        claims: Vec<Checked>,
        /// How many further sentences were left out.
        left_out: usize,
    },
    NoClaim(NoClaim),
}

/// Why there is nothing to check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NoClaim {
    /// It asks.
    Question,
    SmallTalk,
    Empty,
    /// Longer than [`LONGEST_QUESTION`].
    TooLong,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    Supported,
    Contradicted,
    NotInSources,
}

/// A claim beside the sources.
#[derive(Debug, Clone, PartialEq)]
pub struct Checked {
    pub claim: String,
    pub verdict: Verdict,
    /// How likely the verdict is right: 0 to 1.
    pub probability: f64,
    /// The quotes that show it, best first; empty where it is not in the sources.
    pub citations: Vec<Citation>,
    /// Quotes of other sources that show the opposite.
    pub against: Vec<Citation>,
    /// What the claim says, and what the source has instead.
    pub differs: Option<Difference>,
    /// What comes closest, where it is not in the sources.
    pub nearest: Option<Citation>,
    /// Words of the claim that stand in no source.
    pub missing: Vec<String>,
}

impl Checked {
    /// Every quote, for giving them addresses.
    pub fn quotes_mut(&mut self) -> impl Iterator<Item = &mut Citation> {
        self.citations.iter_mut().chain(&mut self.against).chain(&mut self.nearest)
    }
}

/// Checks each sentence of `text` against all sources, or against those with these ids.
pub fn check(text: &str, sources: &[String], engine: Engine<'_>) -> Result<Review, AnswerError> {
    let text = text.trim();
    if let Some(reason) = without_looking(text) {
        return Ok(Review::NoClaim(reason));
    }
    let claims: Vec<&str> = statements(text);
    let left_out = claims.len().saturating_sub(MOST_CLAIMS);
    let mut checked = Vec::new();
    for claim in claims.into_iter().take(MOST_CLAIMS) {
        checked.push(check_one(claim, sources, engine)?);
    }
    if checked.is_empty() {
        return Ok(Review::NoClaim(NoClaim::Question));
    }
    Ok(Review::Checked { claims: checked, left_out })
}

fn without_looking(text: &str) -> Option<NoClaim> {
    if text.chars().nth(LONGEST_QUESTION).is_some() {
        return Some(NoClaim::TooLong);
    }
    if !text.contains(char::is_alphanumeric) {
        return Some(NoClaim::Empty);
    }
    question::small_talk(text).map(|_: SmallTalk| NoClaim::SmallTalk)
}

/// The sentences that claim something: those that ask or greet are left out.
fn statements(text: &str) -> Vec<&str> {
    let pieces = sentences(text).into_iter().map(|span| text[span.range()].trim());
    pieces
        .filter(|piece| {
            piece.contains(char::is_alphanumeric)
                && !is_question(piece)
                && question::small_talk(piece).is_none()
        })
        .collect()
}

/// Whether a sentence asks: by its mark, or by a word of asking with its verb.
fn is_question(text: &str) -> bool {
    if text.trim_end_matches(['"', '”', ')', '*', '_', ' ']).ends_with('?') {
        return true;
    }
    let words = words(text);
    let [first, second, ..] = words.as_slice() else { return false };
    let asks = matches!(
        first.folded.as_str(),
        "who" | "what" | "which" | "whose" | "why" | "how" | "wer" | "wie" | "warum"
    );
    let opens = matches!(
        first.folded.as_str(),
        "is" | "are" | "does" | "did" | "do" | "can" | "could" | "was" | "were" | "has" | "have"
    );
    let is_verb = super::lexicon::is_auxiliary(&second.folded)
        || matches!(second.folded.as_str(), "many" | "much" | "long" | "ist" | "sind" | "viel" | "viele");
    asks && is_verb || opens
}

fn check_one(claim: &str, sources: &[String], engine: Engine<'_>) -> Result<Checked, AnswerError> {
    // A word that no source has must stay one: read as another, it would support what was never said.
    let mut engine = engine;
    engine.options.spelling = false;
    let reading = engine.read(claim, sources, engine.options.passages.max(FEWEST_PASSAGES))?;
    let wanted = engine.wanted(&reading);
    let sentence = Sentence::new(claim, reading.question.analyzer(), &wanted);
    let statement = Statement::of(&sentence, reading.hits.iter().map(|hit| hit.passage.text.as_str()));
    let bearings = bearings(&statement, &reading.hits, &wanted);
    let judged = judged(bearings);
    let mut missing = words_nowhere(&reading.terms);
    missing.retain(|word| !statement::is_light(&stem(word)) && !statement.is_of_amount(word));
    Ok(concluded(claim, judged, &reading.hits, missing))
}

/// A bearing with how likely it supports the claim, and how likely it contradicts it.
struct Judged {
    bearing: Bearing,
    supports: f64,
    contradicts: f64,
}

fn judged(bearings: Vec<Bearing>) -> Vec<Judged> {
    let weighed = bearings.into_iter().map(|bearing| {
        let [supports, contradicts] = bearing.signs.weigh();
        Judged { bearing, supports, contradicts }
    });
    weighed.collect()
}

fn concluded(claim: &str, judged: Vec<Judged>, hits: &[Hit<'_>], missing: Vec<String>) -> Checked {
    let for_it = ranked(&judged, |one| one.supports);
    let against_it = ranked(&judged, |one| one.contradicts);
    let supports = for_it.first().map_or(0.0, |one| one.supports);
    let contradicts = against_it.first().map_or(0.0, |one| one.contradicts);
    let is_for = |one: &Judged| one.supports >= LEAST_SUPPORT.max(AS_GOOD * supports);
    let is_against = |one: &Judged| one.contradicts >= LEAST_CONTRADICTION.max(AS_GOOD * contradicts);
    let mut checked = Checked {
        claim: claim.to_owned(),
        verdict: Verdict::NotInSources,
        probability: six_decimals(1.0 - supports.max(contradicts)),
        citations: Vec::new(),
        against: Vec::new(),
        differs: None,
        nearest: None,
        missing,
    };
    if supports >= LEAST_SUPPORT && supports >= contradicts {
        checked.verdict = Verdict::Supported;
        checked.probability = six_decimals(supports);
        checked.citations = quotes(&for_it, is_for, &[], hits);
        checked.against = quotes(&against_it, is_against, &checked.citations, hits);
    } else if contradicts >= LEAST_CONTRADICTION {
        checked.verdict = Verdict::Contradicted;
        checked.probability = six_decimals(contradicts);
        checked.citations = quotes(&against_it, is_against, &[], hits);
        checked.differs = against_it[0].bearing.differs.clone();
        checked.against = quotes(&for_it, is_for, &checked.citations, hits);
    } else {
        let nearest = ranked(&judged, |one| one.supports + one.contradicts);
        checked.nearest = nearest.first().map(|one| cited_of(one, hits));
    }
    checked
}

/// The first quote of each source that counts, and is none of `known`: what a source says in two ways is no
/// disagreement.
fn quotes(
    ranked: &[&Judged],
    counts: impl Fn(&Judged) -> bool,
    known: &[Citation],
    hits: &[Hit<'_>],
) -> Vec<Citation> {
    let mut cited: Vec<Citation> = Vec::new();
    for one in ranked.iter().filter(|one| counts(one)) {
        let citation = cited_of(one, hits);
        let is_new = known.iter().chain(&cited).all(|other| other.source != citation.source);
        if is_new && cited.len() < MOST_QUOTES {
            cited.push(citation);
        }
    }
    cited
}

/// Best first; equals in the order of the hits.
fn ranked(judged: &[Judged], by: impl Fn(&Judged) -> f64) -> Vec<&Judged> {
    let mut ranked: Vec<&Judged> = judged.iter().collect();
    let key = |one: &Judged| (one.bearing.hit, one.bearing.span);
    ranked.sort_by(|a, b| by(b).total_cmp(&by(a)).then(key(a).cmp(&key(b))));
    ranked
}

fn cited_of(one: &Judged, hits: &[Hit<'_>]) -> Citation {
    let marked: Vec<Span> = one.bearing.marked.clone();
    cite(&hits[one.bearing.hit], one.bearing.span, &marked)
}

/// A further quote is nearly as sure as the first.
const AS_GOOD: f64 = 0.85;

#[cfg(test)]
mod tests {
    use super::Verdict::{Contradicted, NotInSources, Supported};
    use super::*;
    use crate::answer::samples;

    /// What came of each claim over the documents.
    fn over(documents: &[&str], claims: &[&str]) -> Vec<Review> {
        samples::over(documents, |engine| {
            claims.iter().map(|claim| check(claim, &[], engine).unwrap()).collect()
        })
    }

    fn only(review: &Review) -> &Checked {
        let Review::Checked { claims, left_out: 0 } = review else { panic!("{review:?}") };
        let [checked] = claims.as_slice() else { panic!("{claims:?}") };
        checked
    }

    #[track_caller]
    fn judges(document: &str, cases: &[(&str, Verdict)]) {
        let claims: Vec<&str> = cases.iter().map(|(claim, _)| *claim).collect();
        for ((claim, verdict), review) in cases.iter().zip(over(&[document], &claims)) {
            let checked = only(&review);
            assert_eq!(checked.verdict, *verdict, "{claim}: {checked:#?}");
            assert_eq!(checked.citations.is_empty(), *verdict == NotInSources, "{claim}");
            assert!(checked.nearest.is_none() || *verdict == NotInSources, "{claim}");
        }
    }

    const HARBOUR: &str = "# The harbour\n\nThe harbour lease was signed by Ada Moreau on 6 January 2026 and runs \
        for 15 years.\n\nThe ferry to Mellow Island carries 120 passengers and leaves from the north pier.\n\n\
        Dogs are not allowed on the north pier.\n\nThe lighthouse is closed in winter.\n";

    #[test]
    fn a_claim_is_supported_however_it_is_worded() {
        judges(
            HARBOUR,
            &[
                ("The harbour lease runs for 15 years.", Supported),
                ("The lease of the harbour runs fifteen years.", Supported),
                ("Ada Moreau signed the harbour lease on 6 January 2026.", Supported),
                ("The harbour lease was signed in January 2026.", Supported),
                ("120 passengers are carried by the ferry to Mellow Island.", Supported),
                ("On the north pier dogs aren't allowed.", Supported),
            ],
        );
    }

    #[test]
    fn another_number_date_name_or_a_negation_contradicts() {
        judges(
            HARBOUR,
            &[
                ("The harbour lease runs for 20 years.", Contradicted),
                ("The ferry to Mellow Island carries ninety passengers.", Contradicted),
                ("Ada Moreau signed the harbour lease on 9 January 2026.", Contradicted),
                ("The harbour lease was signed by Boris Quent.", Contradicted),
                ("Dogs are allowed on the north pier.", Contradicted),
                ("The lighthouse is open in winter.", Contradicted),
                ("The lighthouse is not closed in winter.", Contradicted),
            ],
        );
    }

    #[test]
    fn what_the_sources_do_not_say_is_not_in_them() {
        judges(
            HARBOUR,
            &[
                ("The ferry sells coffee and sandwiches.", NotInSources),
                ("Ada Moreau was born in Lisbon.", NotInSources),
                ("The lighthouse was painted by volunteers.", NotInSources),
                ("A fishing licence costs 30 euros.", NotInSources),
            ],
        );
    }

    #[test]
    fn what_differs_is_told() {
        let cases = [
            ("The harbour lease runs for 20 years.", Kind::Number, "20 years", "15 years"),
            ("The harbour lease was signed by Boris Quent.", Kind::Name, "Boris Quent", "Ada Moreau"),
            (
                "Ada Moreau signed the harbour lease on 9 January 2026.",
                Kind::Date,
                "9 January 2026",
                "6 January 2026",
            ),
            ("Dogs are allowed on the north pier.", Kind::Negation, "", "not"),
        ];
        let reviews = over(&[HARBOUR], &cases.map(|(claim, ..)| claim));
        for ((claim, kind, claimed, found), review) in cases.into_iter().zip(&reviews) {
            let expected = Difference { kind, claimed: claimed.to_owned(), found: found.to_owned() };
            assert_eq!(only(review).differs, Some(expected), "{claim}");
        }
    }

    #[test]
    fn rows_of_a_table_are_read_with_their_header() {
        let table = "# Boats\n\n| Boat | Seats | Price per day |\n|---|---|---|\n| Rowing boat | 4 | €12 |\n\
                     | Sailing boat | 6 | €45 |\n";
        judges(
            table,
            &[
                ("The price of a sailing boat is €45 per day.", Supported),
                ("The price of a rowing boat is 12 euros per day.", Supported),
                ("The price of a sailing boat is €12 per day.", Contradicted),
                ("A rowing boat has six seats.", Contradicted),
            ],
        );
    }

    #[test]
    fn items_belong_to_the_lead_in_and_sentences_to_their_heading() {
        let list = "# Costs\n\nThe club does not pay for:\n\n- parking fines at the harbour\n- broken oars\n\n\
                    ## Winter storage\n\nThe fee is 80 euros a month.\n";
        judges(
            list,
            &[
                ("The club pays for parking fines.", Contradicted),
                ("The club does not pay for broken oars.", Supported),
                ("The fee for winter storage is 80 euros a month.", Supported),
                ("The fee for winter storage is 95 euros a month.", Contradicted),
            ],
        );
    }

    #[test]
    fn lines_of_keys_and_values_stand_alone() {
        let contacts = "# Who to call\n\nHarbour master: Ines Dorrit\nTreasurer: Yusuf Halloran\nSecretary: Petra Quill\n";
        judges(
            contacts,
            &[
                ("The treasurer is Yusuf Halloran.", Supported),
                ("The treasurer is Petra Quill.", Contradicted),
            ],
        );
    }

    #[test]
    fn questions_with_their_answers_are_read_together() {
        let questions = "**Can I bring a tent to the island?** No, the wind is too strong.\n\n\
                         **When was the tower audited?** In October 2024, by a firm from Ghent.\n";
        judges(
            questions,
            &[
                ("You can bring a tent to the island.", Contradicted),
                ("The tower was audited in October 2024.", Supported),
                ("The tower was audited in October 2022.", Contradicted),
            ],
        );
    }

    #[test]
    fn sources_that_disagree_are_both_quoted() {
        let documents =
            ["# Lease\n\nThe lease runs for 15 years.\n", "# Letter\n\nThe lease runs for 20 years.\n"];
        for claim in ["The lease runs for 15 years.", "The lease runs for 20 years."] {
            let reviews = over(&documents, &[claim]);
            let checked = only(&reviews[0]);
            assert_eq!(checked.verdict, Supported);
            let [own, other] = [&checked.citations, &checked.against].map(|quotes| quotes[0].quote.as_str());
            assert_eq!((own, other.contains("The lease runs for")), (claim, true));
            assert_ne!(own, other);
        }
    }

    #[test]
    fn german_claims_are_checked_too() {
        judges(
            "# Merkblatt\n\nUmzüge sind sonntags nicht gestattet.\n\nDie Kaution beträgt 300 Euro.\n",
            &[
                ("Umzüge sind sonntags gestattet.", Contradicted),
                ("Die Kaution beträgt 300 Euro.", Supported),
                ("Die Kaution beträgt 450 Euro.", Contradicted),
                ("Der Vermieter wohnt in Leipzig.", NotInSources),
            ],
        );
    }

    #[test]
    fn what_claims_nothing_is_told_from_what_does() {
        let cases = [
            ("How long does the lease run?", NoClaim::Question),
            ("Is the lighthouse closed", NoClaim::Question),
            ("who is the harbour master", NoClaim::Question),
            ("thanks", NoClaim::SmallTalk),
            (" … ", NoClaim::Empty),
            ("", NoClaim::Empty),
        ];
        let reviews = over(&[HARBOUR], &cases.map(|(text, _)| text));
        for ((text, reason), review) in cases.iter().zip(reviews) {
            assert_eq!(review, Review::NoClaim(*reason), "{text}");
        }
        let long = "The lease runs. ".repeat(LONGEST_QUESTION);
        assert_eq!(over(&[HARBOUR], &[&long])[0], Review::NoClaim(NoClaim::TooLong));
    }

    #[test]
    fn each_sentence_is_checked_by_itself_up_to_a_bound() {
        let text = "The harbour lease runs for 15 years. Is that so? The harbour lease runs for 20 years.";
        let reviews = over(&[HARBOUR], &[text, &"The lighthouse is closed. ".repeat(13)]);
        let Review::Checked { claims, left_out: 0 } = &reviews[0] else { panic!("{reviews:?}") };
        let verdicts: Vec<Verdict> = claims.iter().map(|checked| checked.verdict).collect();
        assert_eq!(verdicts, [Supported, Contradicted]);
        let Review::Checked { claims, left_out } = &reviews[1] else { panic!("{reviews:?}") };
        assert_eq!((claims.len(), *left_out), (MOST_CLAIMS, 3));
    }

    #[test]
    fn no_character_of_a_claim_is_a_query() {
        let claim = "title:lease AND (runs^2 OR \"15 years\"~3) +harbour -dogs [a TO b] {x}*";
        let Review::Checked { claims, .. } = &over(&[HARBOUR], &[claim])[0] else { panic!() };
        assert_eq!(claims[0].claim, claim);
    }

    #[test]
    fn whatever_somebody_writes_is_checked_or_is_no_claim() {
        let odd = "1:99 24:00 25:61 € 5€ €5 $ .5 5. 1,000,000 99999999999999999999 a.m. 12 p.m. 3 % -3 E-1 #7 \u{202e}";
        let texts = [
            odd,
            "€",
            "€€ 12:3 12: :12 1: 1:1:1 one one year a a an for a year",
            "Not no never nor without unless not",
            "The The The 31 February 2026, 32 January, May, march, 0 AD",
            "\u{0}\u{301}ﬁ ﷽ 🏳️‍🌈 ｆｕｌｌ １２ Straße İstanbul 12ème",
            "x",
            "| a | b | 3 |\n|---|\n- item: 4\nKey: value\nOther: value\n> quote? A: no",
        ];
        let document = format!("# {odd}\n\n{}\n\n{HARBOUR}", texts.join("\n\n"));
        for (text, review) in texts.iter().zip(over(&[&document], &texts)) {
            let Review::Checked { claims, .. } = review else { continue };
            for checked in claims {
                assert!((0.0..=1.0).contains(&checked.probability), "{text}: {checked:?}");
            }
        }
    }
}
