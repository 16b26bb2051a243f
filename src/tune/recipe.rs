//! What each model is learned with: its loss, its size, and which features can only speak for or only against.

use super::fit::{Loss, OneWay, Shape};

/// How one model is fitted.
pub(super) type Recipe = (Loss, OneWay, Shape);

/// The sentence that answers comes before the others that were found; by itself its score tells a little too.
pub(super) const SENTENCES: Recipe = (
    Loss::WithinLists { each: 0.3 },
    OneWay {
        speaks_for: &["names", "predicate_near", "value", "answers_question"],
        speaks_against: &[
            "heaviest_missing",
            "heaviest_missing_beside",
            "heaviest_missing_near",
            "numbers_missing",
            "focus_missing",
            "no_value",
            "asks",
            "is_title",
        ],
    },
    Shape { trees: 140, rate: 0.13, leaves: 26, leaf_weight: 8.0, features: 0.5 },
);

/// The run of words that is the short answer comes before the others of its sentence.
pub(super) const SPANS: Recipe = (
    Loss::WithinLists { each: 0.3 },
    OneWay { speaks_for: &[], speaks_against: &[] },
    Shape { trees: 140, rate: 0.13, leaves: 26, leaf_weight: 8.0, features: 0.5 },
);

/// More of the question found never makes an answer less likely to be right, or there.
pub(super) const SIGNS: Recipe = (
    Loss::EachRow,
    OneWay {
        speaks_for: &[
            "score",
            "lead",
            "share",
            "agreeing",
            "span",
            "fit",
            "coverage",
            "coverage_near",
            "coverage_around",
            "words",
            "value",
            "cue",
            "passage",
            "bigrams",
            "associated",
            "exact",
        ],
        speaks_against: &[
            "missing",
            "heaviest_missing",
            "missing_beside",
            "focus_missing",
            "names_missing",
            "predicate_missing",
            "numbers_missing",
            "no_value",
            "unquoted",
            "corrected",
        ],
    },
    Shape { trees: 120, rate: 0.06, leaves: 8, leaf_weight: 25.0, features: 1.0 },
);

/// With what the reader says, few features decide.
pub(super) const READ_SENTENCES: Recipe = (
    Loss::WithinLists { each: 0.3 },
    OneWay {
        speaks_for: &["score", "behind", "margin", "margin_behind", "share", "share_of_all", "coverage_near"],
        speaks_against: &["place", "no_value"],
    },
    Shape { trees: 100, rate: 0.1, leaves: 12, leaf_weight: 20.0, features: 0.7 },
);

pub(super) const READ_SPANS: Recipe = (
    Loss::WithinLists { each: 0.3 },
    OneWay {
        speaks_for: &["lexical", "margin", "behind", "start_behind", "end_behind", "share", "overlap_read"],
        speaks_against: &[],
    },
    Shape { trees: 120, rate: 0.1, leaves: 16, leaf_weight: 10.0, features: 0.5 },
);

/// More that the reader finds never makes an answer less likely to be right, or there.
pub(super) const READ_SIGNS: Recipe = (
    Loss::EachRow,
    OneWay {
        speaks_for: &[
            "coverage",
            "coverage_near",
            "coverage_around",
            "words",
            "value",
            "cue",
            "passage",
            "bigrams",
            "associated",
            "exact",
            "reread",
            "reread_lead",
            "margin",
            "margin_behind",
            "read_share",
            "read_share_of_all",
            "agrees",
            "same_words",
        ],
        speaks_against: &[
            "missing",
            "heaviest_missing",
            "missing_beside",
            "focus_missing",
            "names_missing",
            "predicate_missing",
            "numbers_missing",
            "no_value",
            "unquoted",
            "corrected",
            "none",
        ],
    },
    Shape { trees: 160, rate: 0.06, leaves: 8, leaf_weight: 25.0, features: 0.7 },
);

/// A sentence that speaks of the same thing is more likely the other side.
pub(super) const SIDES: Recipe = (
    Loss::EachRow,
    OneWay {
        speaks_for: &[
            "score",
            "covered",
            "covered_behind",
            "coverage_behind",
            "names",
            "predicate",
            "short",
            "alike",
            "title",
        ],
        speaks_against: &["numbers_missing", "heaviest_missing"],
    },
    Shape { trees: 60, rate: 0.1, leaves: 8, leaf_weight: 10.0, features: 1.0 },
);
