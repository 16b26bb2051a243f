//! Settings that are read again while the program runs: which of them hold from then on, and which from the next start.

use super::{InForce, Settings};

/// Read once, at the start: what they decide is open or under way by then.
pub(super) const AT_START: [&str; 14] = [
    "corpus.path",
    "corpus.watch",
    "corpus.rescan_minutes",
    "data.path",
    "reader.enabled",
    "reader.folder",
    "reader.threads",
    "reader.patience_seconds",
    "discord.token",
    "discord.add_files",
    "discord.proxy",
    "limits.waiting",
    "operations.listen",
    "log.format",
];

/// What comes of reading them again.
pub struct Reloaded {
    /// Those in force from now on.
    pub settings: Settings,
    /// The keys that differ, in the order of `default.toml`.
    pub changed: Vec<String>,
    /// The keys that differ and keep their old value until the next start.
    pub at_next_start: Vec<String>,
}

impl Settings {
    /// What is in force where these were, and `new` was read.
    pub fn followed_by(&self, mut new: Settings) -> Reloaded {
        let is_at_start = |key: &str| AT_START.contains(&key);
        let (mut changed, mut at_next_start) = (Vec::new(), Vec::new());
        for key in self.keys_that_differ(&new) {
            if is_at_start(&key) { at_next_start.push(key) } else { changed.push(key) }
        }
        new.corpus.path.clone_from(&self.corpus.path);
        new.corpus.watch = self.corpus.watch;
        new.corpus.rescan_minutes = self.corpus.rescan_minutes;
        new.data.path.clone_from(&self.data.path);
        new.reader.enabled = self.reader.enabled;
        new.reader.folder.clone_from(&self.reader.folder);
        new.reader.threads = self.reader.threads;
        new.reader.patience_seconds = self.reader.patience_seconds;
        new.discord.token.clone_from(&self.discord.token);
        new.discord.proxy.clone_from(&self.discord.proxy);
        new.discord.add_files = self.discord.add_files;
        new.limits.waiting = self.limits.waiting;
        new.operations.listen = self.operations.listen;
        new.log.format = self.log.format;
        for setting in new.in_force.iter_mut().filter(|setting| is_at_start(&setting.key)) {
            if let Some(old) = self.in_force.iter().find(|old| old.key == setting.key) {
                setting.clone_from(old);
            }
        }
        Reloaded { settings: new, changed, at_next_start }
    }

    /// Rules about sources have one key.
    fn keys_that_differ(&self, new: &Settings) -> Vec<String> {
        let value = |settings: &[InForce], key: &str| -> Vec<String> {
            let of_key = settings.iter().filter(|setting| table(&setting.key) == key);
            of_key.map(|setting| setting.value.clone()).collect()
        };
        let mut keys: Vec<&str> = self.in_force.iter().map(|setting| table(&setting.key)).collect();
        keys.dedup();
        let token =
            |settings: &Settings| settings.discord.token.as_ref().map(|token| token.expose().to_owned());
        let differs = |key: &&str| {
            value(&self.in_force, key) != value(&new.in_force, key)
                || *key == "discord.token" && token(self) != token(new)
        };
        keys.into_iter().filter(differs).map(str::to_owned).collect()
    }
}

/// `scopes` of `scopes[2]`.
fn table(key: &str) -> &str {
    key.split('[').next().unwrap_or(key)
}
