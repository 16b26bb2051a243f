//! How much is measured: by the command line, or by what is usual.

use clap::Args;

/// Of generator and bad questions; documents are the same in every run.
pub const SEED: u64 = 1;
/// Ten of each kind, asked of both: plain tantivy takes up to a second for one.
pub const BAD_QUESTIONS_TOGETHER: usize = 280;

#[derive(Debug, Args)]
pub struct Amounts {
    /// How many passages are generated
    #[arg(long, default_value_t = 39_000)]
    passages: usize,
    /// How often everything is measured; 3 times for indexing and 5 times for the rest where nothing is said
    #[arg(long)]
    rounds: Option<usize>,
    /// How many receipts are verified; 1,000,000 where nothing is said
    #[arg(long)]
    receipts: Option<usize>,
    /// How many questions are asked: hostile ones, or those of a soak
    #[arg(long)]
    questions: Option<usize>,
    /// How many hostile documents are made; 100,000 where nothing is said
    #[arg(long)]
    documents: Option<usize>,
    /// How often the bot is ended and begun again in a soak; 100 where nothing is said
    #[arg(long)]
    restarts: Option<usize>,
    /// How often documents are read again in a soak; 50 where nothing is said
    #[arg(long)]
    reindexings: Option<usize>,
    /// What hostile documents and questions follow from
    #[arg(long, default_value_t = SEED)]
    seed: u64,
    /// Few passages, few questions, two rounds
    #[arg(long)]
    quick: bool,
}

#[derive(Debug, Clone, Copy)]
pub struct Plan {
    pub passages: usize,
    pub indexing_rounds: usize,
    pub rounds: usize,
    pub questions: usize,
    /// Of passim; plain tantivy is asked the first [`BAD_QUESTIONS_TOGETHER`] of them.
    pub bad_questions: usize,
    pub receipts: usize,
    /// Of which one changes.
    pub files: usize,
    /// Passages, for seeing how passim grows.
    pub sizes: &'static [usize],
    pub hostile_seed: u64,
    pub hostile_documents: usize,
    pub hostile_questions: usize,
    pub soak: Soak,
}

/// How long the bot is troubled.
#[derive(Debug, Clone, Copy)]
pub struct Soak {
    pub questions: usize,
    pub restarts: usize,
    pub reindexings: usize,
}

impl Soak {
    fn of(amounts: &Amounts, usual: Soak) -> Soak {
        Soak {
            questions: amounts.questions.unwrap_or(usual.questions),
            restarts: amounts.restarts.unwrap_or(usual.restarts),
            reindexings: amounts.reindexings.unwrap_or(usual.reindexings),
        }
    }
}

impl Plan {
    /// Cargo runs benchmarks, or tests, which are quick.
    pub fn of(amounts: &Amounts, is_benchmark: bool) -> Plan {
        if amounts.quick || !is_benchmark {
            let rounds = amounts.rounds.unwrap_or(2);
            return Plan {
                passages: 2_000,
                indexing_rounds: rounds,
                rounds,
                questions: 100,
                bad_questions: BAD_QUESTIONS_TOGETHER,
                receipts: amounts.receipts.unwrap_or(2_000),
                files: 200,
                sizes: &[500, 2_000],
                hostile_seed: amounts.seed,
                hostile_documents: amounts.documents.unwrap_or(300),
                hostile_questions: amounts.questions.unwrap_or(1_000),
                soak: Soak::of(amounts, Soak { questions: 4_000, restarts: 4, reindexings: 4 }),
            };
        }
        Plan {
            passages: amounts.passages,
            indexing_rounds: amounts.rounds.unwrap_or(3),
            rounds: amounts.rounds.unwrap_or(5),
            questions: 1_000,
            bad_questions: 5_600,
            receipts: amounts.receipts.unwrap_or(1_000_000),
            files: 10_000,
            sizes: &[1_000, 10_000, 100_000, 1_000_000],
            hostile_seed: amounts.seed,
            hostile_documents: amounts.documents.unwrap_or(100_000),
            hostile_questions: amounts.questions.unwrap_or(1_000_000),
            soak: Soak::of(amounts, Soak { questions: 200_000, restarts: 100, reindexings: 50 }),
        }
    }

    /// 1, 2, 4 and so on, up to what the machine can do at once, and 2 in any case.
    pub fn threads(&self) -> Vec<usize> {
        let most = std::thread::available_parallelism().map_or(1, usize::from).max(2);
        std::iter::successors(Some(1), |threads| Some(threads * 2))
            .take_while(|threads| *threads <= most)
            .collect()
    }
}
