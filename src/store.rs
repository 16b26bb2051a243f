//! What is remembered between two questions: who asked what and where, receipts, votes, what the sources did
//! not say, what somebody pages through, which channels are on, which answers were withdrawn, and what admins did. One
//! SQLite file, `passim.db`, in the data folder.
//!
//! People are kept as keyed hashes (`people`), but for those who want to be told something (`watches`); times and ids are handed in, and nothing here knows Discord,
//! the clock or async. The only module that knows rusqlite: none of its types leaves it.
//!
//! Two processes, the bot and the command line, may share one file. Every change is one transaction, and what
//! was acknowledged outlives a killed process; a deletion outlives a power cut too. A store that cannot be
//! opened says why in a [`StoreError`]; answering needs none, so that is left to whoever answers.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, Transaction, TransactionBehavior};

mod backup;
mod choices;
mod error;
mod ids;
mod migrations;
mod open;
mod people;

mod askings;
mod audit;
mod channels;
mod conversations;
mod golden;
mod guilds;
mod listings;
mod receipts;
mod removal;
mod unanswered;
mod votes;
mod watches;
mod withdrawals;

pub use askings::{Asking, Outcome, Surface};
pub use audit::{By, Deed};
pub use backup::{Backup, BackupError, all as backups, thin_out};
pub use channels::{ChannelSwitch, Switch};
pub use conversations::LONGEST_CONVERSATION;
pub use error::StoreError;
pub use golden::GoldenReply;
pub use ids::{
    AskingId, ChannelId, GuildId, ListingId, MessageId, Moment, Place, ThreadId, UnansweredId, UserId,
    WatchId,
};
pub use listings::Listing;
pub use people::Person;
pub use receipts::{After, Cited, Claims, PublicAnswer, Receipt, Which};
pub use removal::{Removed, Retention};
pub use unanswered::{Declined, Gap, Nearest, Unanswered};
pub use votes::{Feedback, SourceFeedback, Vote, Votes};
pub use watches::{Wanted, Watch};
pub use withdrawals::{Quoted, Withdrawal};

use open::Check;
use people::PersonKey;

/// SQLite counts milliseconds in 32 bits, and nobody waits longer.
const LONGEST_PATIENCE: Duration = Duration::from_secs(60 * 60);

const FILE: &str = "passim.db";

/// Whose questions are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    Guild(GuildId),
    /// Every guild, and the terminal.
    All,
}

impl Scope {
    /// As a condition of SQL has it: null is all.
    fn guild(self) -> Option<GuildId> {
        match self {
            Scope::Guild(guild) => Some(guild),
            Scope::All => None,
        }
    }
}

/// The open database. One connection serves all threads: a write takes a millisecond, a question far more.
#[derive(Debug)]
pub struct Store {
    connection: Mutex<Connection>,
    file: PathBuf,
    key: PersonKey,
}

impl Store {
    /// Opens `passim.db` in the folder, creating both where they are missing, and brings it up to date.
    ///
    /// `patience` is how long to wait, here and later, while another process writes; an hour at most. The whole
    /// file is checked for damage, which takes about as long as reading it.
    pub fn open(folder: &Path, patience: Duration) -> Result<Store, StoreError> {
        let file = folder.join(FILE);
        let (connection, key) = open::open(folder, &file, patience.min(LONGEST_PATIENCE), Check::All)?;
        Ok(Store { connection: Mutex::new(connection), file, key })
    }

    /// The same without looking for damage first, for a command that is over in a moment: what is damaged is then
    /// found where it is read.
    pub fn open_unchecked(folder: &Path, patience: Duration) -> Result<Store, StoreError> {
        let file = folder.join(FILE);
        let (connection, key) = open::open(folder, &file, patience.min(LONGEST_PATIENCE), Check::Nothing)?;
        Ok(Store { connection: Mutex::new(connection), file, key })
    }

    /// Looks through what is kept in a folder for damage, and changes nothing: how many questions there are; `None`
    /// where nothing was ever kept.
    pub fn inspect(folder: &Path, patience: Duration) -> Result<Option<usize>, StoreError> {
        let file = folder.join(FILE);
        if !file.exists() {
            return Ok(None);
        }
        open::inspect(&file, patience).map(Some)
    }

    /// Whether anything was ever kept in the folder: opening would make a new database where nothing was.
    pub fn is_there(folder: &Path) -> bool {
        folder.join(FILE).exists()
    }

    /// Fails where nothing could be written, and writes nothing.
    pub fn try_writing(&self) -> Result<(), StoreError> {
        let attempted = "try to write";
        let failed = |reason| StoreError::of(attempted, &self.file, reason);
        let mut connection = self.connection();
        let transaction =
            connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
        transaction.rollback().map_err(failed)
    }

    /// How this store names somebody.
    pub fn person(&self, user: UserId) -> Person {
        self.key.person(user)
    }

    fn read<T>(
        &self,
        attempted: &'static str,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, StoreError> {
        work(&self.connection()).map_err(|reason| StoreError::of(attempted, &self.file, reason))
    }

    /// All of `work` happens, or none of it.
    fn write<T>(
        &self,
        attempted: &'static str,
        work: impl FnOnce(&Transaction) -> rusqlite::Result<T>,
    ) -> Result<T, StoreError> {
        in_transaction(&mut self.connection(), work)
            .map_err(|reason| StoreError::of(attempted, &self.file, reason))
    }

    /// A thread that panicked while it held the connection has rolled its transaction back in unwinding, so that
    /// the others can go on.
    fn connection(&self) -> MutexGuard<'_, Connection> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The transaction writes from its start: one that begins by reading is refused at once, without patience, where
/// another process has written since.
fn in_transaction<T>(
    connection: &mut Connection,
    work: impl FnOnce(&Transaction) -> rusqlite::Result<T>,
) -> rusqlite::Result<T> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let result = work(&transaction)?;
    transaction.commit()?;
    Ok(result)
}

#[cfg(test)]
mod tests;
