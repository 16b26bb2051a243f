//! How often somebody may ask, and how much a channel and a server may ask together.

use std::hash::Hash;
use std::num::NonZero;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use governor::clock::{Clock, DefaultClock};
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};
use serenity::all::{ChannelId, GuildId, UserId};

use crate::settings::LimitSettings;

type Keyed<K> = RateLimiter<K, DashMapStateStore<K>, DefaultClock>;

pub struct Limits {
    questions: ArcSwap<Questions>,
    /// Sentences that tell of a limit in a channel.
    notices: Keyed<ChannelId>,
}

/// How many of them there were lately.
struct Questions {
    /// A minute, of one person, in one channel, in one server.
    at_most: [usize; 3],
    person: Keyed<UserId>,
    channel: Keyed<ChannelId>,
    guild: Keyed<GuildId>,
}

impl Questions {
    fn new(at_most: [usize; 3]) -> Questions {
        let [person, channel, guild] = at_most;
        Questions {
            at_most,
            person: per_minute(person),
            channel: per_minute(channel),
            guild: per_minute(guild),
        }
    }
}

/// Too many; when there is room again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooMany {
    pub who: Who,
    pub wait: Duration,
}

/// Whose limit it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    Person,
    Channel,
    Guild,
}

impl Limits {
    pub fn new(settings: &LimitSettings) -> Limits {
        Limits { questions: ArcSwap::from_pointee(Questions::new(at_most(settings))), notices: per_minute(1) }
    }

    /// Other limits hold from now on; where they differ, counting begins anew.
    pub fn follow(&self, settings: &LimitSettings) {
        let at_most = at_most(settings);
        if self.questions.load().at_most != at_most {
            self.questions.store(Arc::new(Questions::new(at_most)));
        }
    }

    /// Counts a question, unless there were too many.
    pub fn count(&self, user: UserId, channel: ChannelId, guild: Option<GuildId>) -> Result<(), TooMany> {
        let questions = self.questions.load();
        check(&questions.person, &user, Who::Person)?;
        check(&questions.channel, &channel, Who::Channel)?;
        guild.map_or(Ok(()), |guild| check(&questions.guild, &guild, Who::Guild))
    }

    /// Whether a sentence about limits may be written into a channel: one a minute.
    pub fn may_notify(&self, channel: ChannelId) -> bool {
        self.notices.check_key(&channel).is_ok()
    }

    /// Forgets whoever is far from any limit.
    pub fn clean(&self) {
        let questions = self.questions.load();
        questions.person.retain_recent();
        questions.channel.retain_recent();
        questions.guild.retain_recent();
        self.notices.retain_recent();
    }
}

fn at_most(settings: &LimitSettings) -> [usize; 3] {
    [settings.person_per_minute, settings.channel_per_minute, settings.guild_per_minute]
}

fn per_minute<K: Hash + Eq + Clone>(number: usize) -> Keyed<K> {
    let number = u32::try_from(number).ok().and_then(NonZero::new).unwrap_or(NonZero::<u32>::MIN);
    RateLimiter::dashmap(Quota::per_minute(number))
}

fn check<K: Hash + Eq + Clone>(limiter: &Keyed<K>, key: &K, who: Who) -> Result<(), TooMany> {
    limiter
        .check_key(key)
        .map_err(|until| TooMany { who, wait: until.wait_time_from(DefaultClock::default().now()) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits(person: usize, channel: usize, guild: usize) -> Limits {
        Limits::new(&LimitSettings {
            person_per_minute: person,
            channel_per_minute: channel,
            guild_per_minute: guild,
            waiting: 1,
        })
    }

    fn count(limits: &Limits, user: u64, channel: u64) -> Option<Who> {
        let counted = limits.count(UserId::new(user), ChannelId::new(channel), Some(GuildId::new(1)));
        counted.err().map(|too_many| too_many.who)
    }

    #[test]
    fn the_narrowest_limit_is_the_one_that_is_named() {
        let limits = limits(2, 3, 4);
        assert_eq!([1, 1, 1].map(|user| count(&limits, user, 1)), [None, None, Some(Who::Person)]);
        assert_eq!([2, 3].map(|user| count(&limits, user, 1)), [None, Some(Who::Channel)]);
        assert_eq!([4, 5].map(|user| count(&limits, user, 2)), [None, Some(Who::Guild)]);
    }

    #[test]
    fn it_says_how_long_to_wait() {
        let limits = limits(1, 10, 10);
        let ask = || limits.count(UserId::new(1), ChannelId::new(1), None);
        ask().unwrap();
        let wait = ask().unwrap_err().wait;
        assert!(wait > Duration::from_secs(50) && wait <= Duration::from_secs(60), "{wait:?}");
    }

    #[test]
    fn a_channel_hears_of_limits_once_a_minute() {
        let limits = limits(1, 1, 1);
        assert!(limits.may_notify(ChannelId::new(1)));
        assert!(!limits.may_notify(ChannelId::new(1)));
        assert!(limits.may_notify(ChannelId::new(2)));
    }
}
