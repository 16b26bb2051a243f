//! Sets of claims whose verdicts are known, and how many of ours are right.
//!
//! The costly error is to call a contradicted claim supported: it has a figure of its own.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use anyhow::Context;
use serde::{Deserialize, Serialize};

use crate::answer::claims::{Kind, Review, Verdict};

/// A line of a set.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Claim {
    pub id: String,
    pub claim: String,
    /// The name of the documents that it is about.
    pub corpus: String,
    pub verdict: Verdict,
    /// What was changed to make it a contradicted one.
    pub changed: Option<Kind>,
    /// The ids of the documents where it stands.
    pub sources: Vec<String>,
}

/// The claims of a file, or those about one corpus.
pub fn read(file: &Path, only: Option<&str>) -> anyhow::Result<Vec<Claim>> {
    let text = std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    let mut claims = Vec::new();
    for (number, line) in (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty()) {
        let claim: Claim = serde_json::from_str(line)
            .with_context(|| format!("line {number} of {} is no claim", file.display()))?;
        if only.is_none_or(|only| only == claim.corpus) {
            claims.push(claim);
        }
    }
    anyhow::ensure!(!claims.is_empty(), "{} has no claims{}", file.display(), about(only));
    Ok(claims)
}

fn about(only: Option<&str>) -> String {
    only.map(|only| format!(" with the corpus '{only}'")).unwrap_or_default()
}

/// How many of some claims were judged rightly.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Share {
    pub right: usize,
    pub of: usize,
}

impl Share {
    fn count(&mut self, is_right: bool) {
        self.right += usize::from(is_right);
        self.of += 1;
    }
}

/// The figures of a run over a set.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Figures {
    pub all: Share,
    /// By what is true.
    pub by_verdict: BTreeMap<&'static str, Share>,
    /// Of the contradicted ones, by what was changed.
    pub by_change: BTreeMap<&'static str, Share>,
    pub contradicted_called_supported: usize,
    pub supported_called_contradicted: usize,
    pub not_in_sources_called_otherwise: usize,
    /// Of those judged rightly with a quote, how many quote a document where it stands.
    pub cited: Share,
    /// The ids of those judged wrongly.
    pub wrong: Vec<String>,
}

impl Figures {
    pub fn count(&mut self, claim: &Claim, review: &Review) {
        let first = match review {
            Review::Checked { claims, .. } => claims.first(),
            Review::NoClaim(_) => None,
        };
        let said = first.map(|checked| checked.verdict);
        let is_right = said == Some(claim.verdict);
        self.all.count(is_right);
        self.by_verdict.entry(name(claim.verdict)).or_default().count(is_right);
        if let Some(kind) = claim.changed {
            self.by_change.entry(kind.name()).or_default().count(is_right);
        }
        let is = |truth, ours| usize::from(claim.verdict == truth && said == Some(ours));
        self.contradicted_called_supported += is(Verdict::Contradicted, Verdict::Supported);
        self.supported_called_contradicted += is(Verdict::Supported, Verdict::Contradicted);
        self.not_in_sources_called_otherwise +=
            usize::from(claim.verdict == Verdict::NotInSources && !is_right);
        if !is_right {
            self.wrong.push(claim.id.clone());
        } else if let Some(citation) = first.and_then(|checked| checked.citations.first()) {
            self.cited.count(claim.sources.contains(&citation.source));
        }
    }
}

fn name(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Supported => "supported",
        Verdict::Contradicted => "contradicted",
        Verdict::NotInSources => "not_in_sources",
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut line =
            |label: &str, share: &Share| writeln!(f, "{label:<32}{:>4} of {:>4}", share.right, share.of);
        line("right", &self.all)?;
        for (name, share) in &self.by_verdict {
            line(&format!("  {}", name.replace('_', " ")), share)?;
        }
        for (name, share) in &self.by_change {
            line(&format!("  changed {name}"), share)?;
        }
        line("cites a document that says it", &self.cited)?;
        writeln!(f, "contradicted, called supported  {:>4}", self.contradicted_called_supported)?;
        writeln!(f, "supported, called contradicted  {:>4}", self.supported_called_contradicted)
    }
}
