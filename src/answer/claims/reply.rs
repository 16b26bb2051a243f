//! What people see of a check: the verdict over each claim, what differs, and the quotes that show it.

use minijinja::context;

use super::{Checked, Difference, Kind, MOST_CLAIMS, NoClaim, Review, Verdict};
use crate::answer::reply::{Reply, spoken_source};
use crate::answer::template::Templates;
use crate::answer::{Citation, LONGEST_QUESTION};

/// A reply for each claim, in their order; one alone where there was nothing to check.
pub fn replies(review: &Review, templates: &Templates) -> Vec<Reply> {
    match review {
        Review::NoClaim(reason) => vec![plain(no_claim(*reason, templates), templates)],
        Review::Checked { claims, left_out } => {
            // Of several claims, each has one quote a side: more nobody reads.
            let most = if claims.len() > 1 { 1 } else { usize::MAX };
            let mut replies: Vec<Reply> =
                claims.iter().map(|checked| reply(checked, most, templates)).collect();
            if let (Some(last), number @ 1..) = (replies.last_mut(), *left_out) {
                last.hint = Some(templates.fill("claim_left_out", context! { number, limit => MOST_CLAIMS }));
            }
            replies
        }
    }
}

fn no_claim(reason: NoClaim, templates: &Templates) -> String {
    match reason {
        NoClaim::Question => templates.fill("claim_question", context! {}),
        NoClaim::SmallTalk | NoClaim::Empty => templates.fill("claim_empty", context! {}),
        NoClaim::TooLong => templates.fill("claim_too_long", context! { limit => LONGEST_QUESTION }),
    }
}

fn reply(checked: &Checked, most: usize, templates: &Templates) -> Reply {
    let name = match checked.verdict {
        Verdict::Supported => "claim_supported",
        Verdict::Contradicted => "claim_contradicted",
        Verdict::NotInSources => "claim_not_in_sources",
    };
    let values = context! {
        claim => &checked.claim,
        sources => named(&checked.citations, templates),
        missing => &checked.missing,
    };
    let mut reply = plain(templates.fill(name, values), templates);
    reply.notes.extend(difference(checked, templates));
    if !checked.against.is_empty() {
        let sources = named(&checked.against, templates);
        reply.notes.push(templates.fill("claim_disputed", context! { sources }));
    }
    let (own, others) = (checked.citations.iter().take(most), checked.against.iter().take(most));
    reply.proof = own.chain(others).cloned().collect();
    if let Some(nearest) = &checked.nearest {
        reply.proof.push(nearest.clone());
        reply.proof_title = Some(templates.nearest());
    }
    reply
}

/// What the claim says, and what the first source has instead.
fn difference(checked: &Checked, templates: &Templates) -> Option<String> {
    let Difference { kind, claimed, found } = checked.differs.as_ref()?;
    let source = named(checked.citations.get(..1)?, templates).pop()?;
    let is_told = *kind != Kind::Negation && !claimed.is_empty() && !found.is_empty();
    let name = if is_told { "claim_differs" } else { "claim_opposite" };
    Some(templates.fill(name, context! { claimed, found, source }))
}

/// The sources by their ids, each once.
fn named(citations: &[Citation], templates: &Templates) -> Vec<String> {
    let mut named: Vec<String> = Vec::new();
    for citation in citations {
        let name = spoken_source(&citation.source, citation.is_superseded, templates.language);
        if !named.contains(&name) {
            named.push(name);
        }
    }
    named
}

fn plain(headline: String, templates: &Templates) -> Reply {
    Reply {
        language: templates.language,
        headline,
        value: None,
        disagreement: None,
        choices: Vec::new(),
        notes: Vec::new(),
        proof_title: None,
        proof: Vec::new(),
        hint: None,
    }
}
