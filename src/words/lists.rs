//! Words that the analyser knows by heart. All lists are sorted: they are searched by halving.

/// Forms of irregular verbs that no stemmer joins, sorted, with the verb. Those that are common words of another
/// meaning as well (found, left, saw, lay, wound) stay what they are.
#[rustfmt::skip]
pub const IRREGULAR: &[(&str, &str)] = &[
    ("arose", "arise"), ("ate", "eat"), ("awoke", "awake"), ("beaten", "beat"), ("became", "become"), ("began", "begin"),
    ("begun", "begin"), ("bent", "bend"), ("bitten", "bite"), ("blew", "blow"), ("blown", "blow"), ("born", "bear"),
    ("bought", "buy"), ("broke", "break"), ("broken", "break"), ("brought", "bring"), ("built", "build"),
    ("came", "come"), ("caught", "catch"), ("chose", "choose"), ("chosen", "choose"), ("dealt", "deal"),
    ("drank", "drink"), ("drawn", "draw"), ("drew", "draw"), ("driven", "drive"), ("drove", "drive"), ("drunk", "drink"),
    ("eaten", "eat"), ("fallen", "fall"), ("fed", "feed"), ("fell", "fall"), ("felt", "feel"), ("fled", "flee"),
    ("flew", "fly"), ("flown", "fly"), ("forgot", "forget"), ("forgotten", "forget"), ("fought", "fight"),
    ("froze", "freeze"), ("frozen", "freeze"), ("gave", "give"), ("given", "give"), ("gone", "go"), ("grew", "grow"),
    ("grown", "grow"), ("heard", "hear"), ("held", "hold"), ("hid", "hide"), ("hidden", "hide"), ("kept", "keep"),
    ("knew", "know"), ("known", "know"), ("laid", "lay"), ("led", "lead"), ("lent", "lend"), ("lost", "lose"),
    ("made", "make"), ("meant", "mean"), ("met", "meet"), ("overcame", "overcome"), ("paid", "pay"), ("ran", "run"),
    ("risen", "rise"), ("rode", "ride"), ("said", "say"), ("sang", "sing"), ("sank", "sink"), ("seen", "see"),
    ("sent", "send"), ("shaken", "shake"), ("shook", "shake"), ("shot", "shoot"), ("shown", "show"), ("slept", "sleep"),
    ("sold", "sell"), ("sought", "seek"), ("spent", "spend"), ("spoke", "speak"), ("spoken", "speak"),
    ("stole", "steal"), ("stolen", "steal"), ("stood", "stand"), ("struck", "strike"), ("sung", "sing"),
    ("sunk", "sink"), ("swam", "swim"), ("swore", "swear"), ("sworn", "swear"), ("taken", "take"), ("taught", "teach"),
    ("thought", "think"), ("threw", "throw"), ("thrown", "throw"), ("told", "tell"), ("took", "take"), ("tore", "tear"),
    ("torn", "tear"), ("understood", "understand"), ("went", "go"), ("withdrawn", "withdraw"), ("withdrew", "withdraw"),
    ("woke", "wake"), ("won", "win"), ("wore", "wear"), ("worn", "wear"), ("written", "write"), ("wrote", "write"),
];

/// Words that shape a sentence and find nothing: no passage is indexed by them.
#[rustfmt::skip]
pub const FUNCTION_WORDS: &[&str] = &[
    "a", "about", "after", "again", "all", "also", "am", "an", "and", "any", "anyone", "anything", "are", "as",
    "at", "be", "because", "been", "before", "being", "but", "by", "ca", "can", "could", "did", "do", "does",
    "doing", "done", "during", "each", "either", "else", "every", "for", "from", "had", "has", "have", "having",
    "he", "her", "here", "hers", "him", "his", "how", "i", "if", "in", "into", "is", "it", "its", "itself", "just",
    "many", "may", "me", "might", "more", "most", "much", "must", "my", "no", "nor", "not", "of", "off", "on",
    "once", "one", "only", "or", "other", "our", "out", "over", "own", "please", "shall", "she", "should", "since",
    "so", "some", "somebody", "someone", "something", "such", "than", "that", "the", "their", "them", "then",
    "there", "these", "they", "this", "those", "through", "to", "too", "under", "until", "up", "upon", "very",
    "was", "we", "were", "what", "whats", "when", "where", "whether", "which", "while", "who", "whom", "whose",
    "why", "will", "with", "within", "without", "wo", "would", "you", "your",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_sorted() {
        assert!(IRREGULAR.is_sorted_by(|a, b| a.0 < b.0));
        assert!(FUNCTION_WORDS.is_sorted_by(|a, b| a < b));
    }
}
