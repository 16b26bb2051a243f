//! Two servers that share a bot, with documents that one of them, a role, a channel or a person has alone.

use std::collections::BTreeSet;

use passim::local_discord::permissions::MANAGE_GUILD;
use passim::local_discord::{Id, Person, Shown};
use serde_json::Value;

use crate::discord::scene::{NAME, Scene, WIDE_LIMITS};

/// Whose documents are theirs alone. Each has a word that stands in all of these and nowhere else, so that whoever
/// sees it has seen something of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Alone {
    /// The server of ann, bob and carl.
    Team,
    /// The server of dora and erik. gus is in both.
    Other,
    /// A role that carl has in the first.
    Board,
    /// The channel `random` of the first.
    Den,
    /// bob.
    Diary,
}

pub const ALL: [Alone; 5] = [Alone::Team, Alone::Other, Alone::Board, Alone::Den, Alone::Diary];

impl Alone {
    pub fn word(self) -> &'static str {
        match self {
            Alone::Team => "Quokkamann",
            Alone::Other => "Otterwald",
            Alone::Board => "Bisamratz",
            Alone::Den => "Russelwitz",
            Alone::Diary => "Dachsheim",
        }
    }

    /// As somebody types it who has only heard it.
    pub fn misspelt(self) -> &'static str {
        match self {
            Alone::Team => "Quokkaman",
            Alone::Other => "Oterwald",
            Alone::Board => "Bisamrats",
            Alone::Den => "Ruselwitz",
            Alone::Diary => "Dachsheym",
        }
    }

    /// The id of a source of theirs that does not give the word away.
    pub fn source(self) -> &'static str {
        match self {
            Alone::Team => "team/key",
            Alone::Other => "other/key",
            Alone::Board => "board/key",
            Alone::Den => "den/key",
            Alone::Diary => "diary/key",
        }
    }

    fn folder(self) -> &'static str {
        self.source().split('/').next().unwrap()
    }
}

pub struct Tenants {
    pub scene: Scene,
    pub dora: Person,
    pub erik: Person,
    /// In both servers, and a moderator of the first.
    pub gus: Person,
    pub other: Id,
    pub harbour: Id,
    /// In `random`.
    pub thread: Id,
    pub board: Id,
}

impl Tenants {
    pub async fn new() -> Tenants {
        Tenants::with_settings("").await
    }

    /// With these lines at the end of the settings.
    pub async fn with_settings(more: &str) -> Tenants {
        let mut tenants = Tenants::quiet().await;
        let settings = format!("{}{more}", tenants.settings());
        tenants.scene.set_settings(&settings);
        tenants.scene.start().await;
        tenants
    }

    /// Without a bot that runs.
    pub async fn quiet() -> Tenants {
        let scene = Scene::quiet().await;
        let discord = &scene.discord;
        discord.message_bucket(1_000_000, std::time::Duration::from_millis(1));
        let [dora, erik, gus] = ["dora", "erik", "gus"].map(|name| discord.person(name));
        let other = discord.guild("Other", &dora);
        let harbour = discord.channel(other, "harbour");
        for account in [erik.id(), gus.id(), scene.bot] {
            discord.join(other, account);
        }
        discord.join(scene.guild, gus.id());
        let thread = discord.thread(scene.random, "aside");
        let board = discord.role(scene.guild, "board", 0, false);
        discord.give_role(scene.guild, board, scene.carl.id());
        let moderators = discord.role(scene.guild, "moderators", MANAGE_GUILD, false);
        discord.give_role(scene.guild, moderators, gus.id());
        let tenants = Tenants { dora, erik, gus, other, harbour, thread, board, scene };
        ALL.iter().for_each(|alone| tenants.write(*alone));
        tenants
    }

    fn write(&self, alone: Alone) {
        let (folder, word) = (alone.folder(), alone.word());
        let name = |ending: &str| format!("{folder}/{word}{ending}");
        let key = format!(
            "# Keys\n\nThe key of the boathouse is kept by {word} Meyer. {word} lends it on Mondays.\n"
        );
        self.scene.write(&format!("{}.md", alone.source()), &key);
        self.scene.write(&name(".md"), &lighthouse(word));
        self.scene.write(&name(".xyz"), "of no known format");
        self.scene.write(&name("-twin.md"), "---\nid: twin\n---\n# A twin\n\nTwins share a bed.\n");
    }

    pub fn settings(&self) -> String {
        let Scene { guild, random, .. } = &self.scene;
        let (ann, bob, other, board) = (self.scene.ann.id(), self.scene.bob.id(), self.other, self.board);
        let rules = [
            (Alone::Team, "guilds", *guild),
            (Alone::Other, "guilds", other),
            (Alone::Board, "roles", board),
            (Alone::Den, "channels", *random),
            (Alone::Diary, "users", bob),
        ];
        let rules: String = rules
            .iter()
            .map(|(alone, whom, id)| {
                format!("[[scopes]]\nsources = [\"{}/**\"]\n{whom} = [\"{id}\"]\n", alone.folder())
            })
            .collect();
        format!(
            "[discord]\nguilds = [\"{guild}\", \"{other}\"]\noperators = [\"{ann}\"]\n{WIDE_LIMITS}{rules}"
        )
    }

    pub fn people(&self) -> [&Person; 6] {
        let Scene { ann, bob, carl, .. } = &self.scene;
        [ann, bob, carl, &self.dora, &self.erik, &self.gus]
    }

    /// The channels that somebody sees, with the one that is theirs and the bot's.
    pub fn channels(&self, person: &Person) -> Vec<Id> {
        let direct = person.direct_channel(self.scene.bot);
        let of_team = [self.scene.general, self.scene.random, self.thread];
        let mut channels = vec![direct];
        if person.id() != self.dora.id() && person.id() != self.erik.id() {
            channels.extend(of_team);
        }
        if [self.dora.id(), self.erik.id(), self.gus.id()].contains(&person.id()) {
            channels.push(self.harbour);
        }
        channels
    }

    /// What all who see a channel may read.
    pub fn all_in(&self, channel: Id) -> BTreeSet<Alone> {
        if channel == self.harbour {
            return [Alone::Other].into();
        }
        let is_den = channel == self.scene.random || channel == self.thread;
        if is_den { [Alone::Team, Alone::Den].into() } else { [Alone::Team].into() }
    }

    /// What somebody may read there by themselves.
    pub fn alone_in(&self, person: &Person, channel: Id) -> BTreeSet<Alone> {
        let Scene { ann, bob, carl, .. } = &self.scene;
        let id = person.id();
        if id == ann.id() {
            return ALL.into();
        }
        let mut read = BTreeSet::new();
        if channel == person.direct_channel(self.scene.bot) {
            read.extend((id != self.dora.id() && id != self.erik.id()).then_some(Alone::Team));
            let is_other = [self.dora.id(), self.erik.id(), self.gus.id()].contains(&id);
            read.extend(is_other.then_some(Alone::Other));
        } else {
            read = self.all_in(channel);
        }
        read.extend((id == carl.id()).then_some(Alone::Board));
        read.extend((id == bob.id()).then_some(Alone::Diary));
        read
    }

    /// Nobody sees anything of the bot that is not for them.
    #[track_caller]
    pub fn assert_closed(&self) {
        for person in self.people() {
            for channel in self.channels(person) {
                for shown in person.sees(channel).messages {
                    self.assert_for(person, channel, &shown);
                }
            }
        }
    }

    /// Nothing in a message is kept from whoever sees it.
    #[track_caller]
    pub fn assert_for(&self, person: &Person, channel: Id, shown: &Shown) {
        if shown.author != NAME {
            return;
        }
        let is_direct = channel == person.direct_channel(self.scene.bot);
        let may = if shown.is_ephemeral || is_direct {
            self.alone_in(person, channel)
        } else {
            self.all_in(channel)
        };
        let seen = words_in(&text_of(shown));
        let leaked: Vec<&Alone> = seen.difference(&may).collect();
        let where_to = person.sees(channel);
        assert!(leaked.is_empty(), "{} in {} sees {leaked:?}:\n{shown}", where_to.viewer, where_to.channel);
    }
}

fn lighthouse(word: &str) -> String {
    format!(
        "# The lighthouse of {word}\n\nThe lamp of the lighthouse is lit by {word} Brandt every evening. The lighthouse \
         of {word} was built in 1911.\n"
    )
}

/// Whose words stand in a text, however they are marked.
pub fn words_in(text: &str) -> BTreeSet<Alone> {
    let plain = text.replace(['*', '\\', '_'], "").to_lowercase();
    ALL.into_iter().filter(|alone| plain.contains(&alone.word().to_lowercase())).collect()
}

/// All that somebody can read in a message, or out of it.
pub fn text_of(shown: &Shown) -> String {
    let mut text = vec![shown.content.clone()];
    text.extend(shown.embeds.iter().map(Value::to_string));
    text.extend(shown.forwarded.clone());
    for button in &shown.buttons {
        text.push(button.label.clone());
        text.extend(button.custom_id.iter().chain(&button.url).cloned());
    }
    for select in &shown.selects {
        text.extend([select.custom_id.clone(), select.placeholder.clone()]);
        text.extend(select.options.iter().flat_map(|(label, value)| [label.clone(), value.clone()]));
    }
    for file in &shown.files {
        text.extend([file.name.clone(), String::from_utf8_lossy(&file.bytes).into_owned()]);
    }
    text.join("\n")
}
