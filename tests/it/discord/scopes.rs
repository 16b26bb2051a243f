//! Who may read what, on every surface: what somebody may not read looks as if it did not exist.

mod chance;
mod tenants;

use passim::local_discord::{Id, Person, Ping, Shown};
use serde_json::{Value, json};

use super::scene::{NAME, SOON};
use tenants::{ALL, Alone, Tenants, text_of, words_in};

const KEY: &str = "Who keeps the key of the boathouse?";
const PARROT: &str = "Who feeds the parrot of the lighthouse?";

impl Tenants {
    async fn ask(&self, person: &Person, channel: Id, text: &str) -> Shown {
        let shown = self.scene.ask(person, channel, text).await;
        self.assert_for(person, channel, &shown);
        shown
    }

    async fn invoke(&self, person: &Person, channel: Id, command: &str, options: &[(&str, Value)]) -> Shown {
        let invoked = person.invoke(channel, command, options).unwrap();
        let shown = self.scene.response(person, channel, invoked).await;
        self.assert_for(person, channel, &shown);
        shown
    }

    /// What `/ask` says to somebody who wants it out of one source.
    async fn ask_of(&self, person: &Person, channel: Id, of: Alone, is_private: bool) -> Shown {
        let options =
            [("question", json!(KEY)), ("source", json!(of.source())), ("private", json!(is_private))];
        self.invoke(person, channel, "ask", &options).await
    }

    async fn press(&self, person: &Person, channel: Id, message: Id, button: &str) -> Shown {
        let shown = self.scene.press(person, channel, message, button).await;
        self.assert_for(person, channel, &shown);
        shown
    }

    /// Every page of a listing, one below the other.
    async fn leaf_through(&self, person: &Person, channel: Id, mut page: Shown) -> String {
        let mut pages = vec![page.content.clone()];
        while page.button("Next").is_some() {
            page = self.scene.press_changes(person, channel, page.id, "Next").await;
            self.assert_for(person, channel, &page);
            pages.push(page.content.clone());
        }
        pages.join("\n")
    }

    async fn complete(
        &self,
        person: &Person,
        channel: Id,
        command: &str,
        option: &str,
        typed: &str,
    ) -> String {
        let typed = person.autocomplete(channel, command, &[(option, json!(typed))], option).unwrap();
        let choices = person.gets_choices(typed, SOON).await.unwrap();
        choices.iter().map(|choice| format!("{} = {}\n", choice.name, choice.value)).collect()
    }

    /// The receipt of somebody's last answer there.
    async fn receipt(&self, person: &Person, channel: Id) -> String {
        let why = self.invoke(person, channel, "passim why", &[]).await;
        let after = why.content.split("Receipt: ").nth(1).unwrap_or_else(|| panic!("{why}"));
        after.trim().to_owned()
    }

    /// The documents are read again, at the wish of ann.
    async fn read_again(&self) {
        self.scene.read_again().await;
    }
}

fn says_nothing_of(shown: &Shown) -> bool {
    words_in(&text_of(shown)).is_empty()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_all_see_is_out_of_what_their_channel_may_read_whoever_asks() {
    let tenants = Tenants::new().await;
    let (scene, harbour) = (&tenants.scene, tenants.harbour);
    // Not even an operator, or the one whose diary it is, makes a public answer say more.
    for (person, channel, alone) in [
        (&scene.ann, scene.general, Alone::Team),
        (&scene.bob, scene.general, Alone::Team),
        (&scene.carl, scene.general, Alone::Team),
        (&tenants.dora, harbour, Alone::Other),
        (&tenants.gus, harbour, Alone::Other),
    ] {
        let answer = tenants.ask(person, channel, KEY).await;
        assert!(answer.content.contains(alone.word()), "{answer}");
        let answer = tenants.invoke(person, channel, "ask", &[("question", json!(KEY))]).await;
        assert!(answer.content.contains(alone.word()) && !answer.is_ephemeral, "{answer}");
    }
    tenants.assert_closed();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thread_reads_what_its_channel_reads_and_other_channels_do_not() {
    let tenants = Tenants::new().await;
    let (bob, den) = (&tenants.scene.bob, Alone::Den);
    for channel in [tenants.scene.random, tenants.thread] {
        let answer = tenants.ask_of(bob, channel, den, false).await;
        assert!(answer.content.contains(den.word()), "{answer}");
    }
    let refused = tenants.ask_of(bob, tenants.scene.general, den, true).await;
    assert!(refused.content.contains("den/key") && says_nothing_of(&refused), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_person_sees_is_out_of_what_they_may_read_there() {
    let tenants = Tenants::new().await;
    let scene = &tenants.scene;
    let direct = |person: &Person| person.direct_channel(scene.bot);
    let (general, harbour) = (scene.general, tenants.harbour);
    for (person, channel, of, may) in [
        (&scene.carl, general, Alone::Board, true),
        (&scene.bob, general, Alone::Board, false),
        (&scene.bob, general, Alone::Diary, true),
        (&scene.carl, general, Alone::Diary, false),
        (&scene.ann, general, Alone::Other, true),
        (&tenants.gus, general, Alone::Other, false),
        (&tenants.gus, harbour, Alone::Other, true),
        (&tenants.erik, harbour, Alone::Team, false),
        (&scene.carl, direct(&scene.carl), Alone::Board, true),
        (&scene.bob, direct(&scene.bob), Alone::Diary, true),
        (&scene.bob, direct(&scene.bob), Alone::Den, false),
        (&scene.bob, direct(&scene.bob), Alone::Other, false),
        (&tenants.gus, direct(&tenants.gus), Alone::Other, true),
        (&tenants.gus, direct(&tenants.gus), Alone::Team, true),
        (&tenants.dora, direct(&tenants.dora), Alone::Team, false),
        (&scene.ann, direct(&scene.ann), Alone::Other, true),
    ] {
        let answer = tenants.ask_of(person, channel, of, true).await;
        assert_eq!(answer.content.contains(of.word()), may, "{of:?}: {answer}");
    }
    for (person, of) in [(&scene.bob, Alone::Diary), (&scene.carl, Alone::Board), (&scene.ann, Alone::Other)]
    {
        let refused = tenants.ask_of(person, general, of, false).await;
        assert!(says_nothing_of(&refused), "{refused}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_that_may_not_be_read_is_said_not_to_exist_in_the_same_words() {
    let tenants = Tenants::new().await;
    let (erik, harbour) = (&tenants.erik, tenants.harbour);
    for command in ["ask", "source", "search"] {
        let mut said = Vec::new();
        for id in ["team/key", "no/thing"] {
            let options = match command {
                "ask" => vec![("question", json!(KEY)), ("source", json!(id))],
                "source" => vec![("id", json!(id))],
                _ => vec![("query", json!("key")), ("source", json!(id))],
            };
            let told = tenants.invoke(erik, harbour, command, &options).await;
            said.push(told.content.replace(id, "it").replace(&id.replace('/', "\\/"), "it"));
        }
        assert_eq!(said[0], said[1], "/{command}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn searches_and_their_pages_find_only_what_may_be_read() {
    let tenants = Tenants::new().await;
    let Scenes { bob, general } = scenes(&tenants);
    let first = tenants.invoke(bob, general, "search", &[("query", json!("key boathouse lighthouse"))]).await;
    let found = words_in(&tenants.leaf_through(bob, general, first).await);
    assert_eq!(found, [Alone::Team, Alone::Diary].into());
    let first =
        tenants.invoke(&tenants.erik, tenants.harbour, "search", &[("query", json!("key lighthouse"))]).await;
    let found = words_in(&tenants.leaf_through(&tenants.erik, tenants.harbour, first).await);
    assert_eq!(found, [Alone::Other].into());
    let nothing = tenants.invoke(bob, general, "search", &[("query", json!(Alone::Other.misspelt()))]).await;
    assert!(says_nothing_of(&nothing), "{nothing}");
}

struct Scenes<'a> {
    bob: &'a Person,
    general: Id,
}

fn scenes(tenants: &Tenants) -> Scenes<'_> {
    Scenes { bob: &tenants.scene.bob, general: tenants.scene.general }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pages_of_a_source_end_when_it_may_not_be_read_any_more() {
    let tenants = Tenants::new().await;
    let scene = &tenants.scene;
    let lines: String =
        (0..400).map(|line| format!("Line {line} of the minutes of {}.\n", Alone::Board.word())).collect();
    scene.write("board/minutes.md", &format!("# Minutes\n\n{lines}"));
    tenants.read_again().await;
    let first = tenants.invoke(&scene.carl, scene.general, "source", &[("id", json!("board/minutes"))]).await;
    assert!(first.content.contains(Alone::Board.word()), "{first}");
    scene.discord.take_role(scene.guild, tenants.board, scene.carl.id());
    let refused = scene.press(&scene.carl, scene.general, first.id, "Next").await;
    assert!(refused.content.contains("board") && says_nothing_of(&refused), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn completions_offer_only_what_may_be_read() {
    let tenants = Tenants::new().await;
    let Scenes { bob, general } = scenes(&tenants);
    for (command, option) in [("ask", "source"), ("source", "id"), ("search", "source"), ("search", "query")]
    {
        for typed in ["", "key", "lighthouse", "boathouse", "o", "other", "board/", Alone::Other.misspelt()] {
            for (person, channel) in [(bob, general), (&tenants.erik, tenants.harbour)] {
                let offered = words_in(&tenants.complete(person, channel, command, option, typed).await);
                let may = tenants.alone_in(person, channel);
                assert!(offered.is_subset(&may), "/{command} {option} {typed}: {offered:?}");
            }
        }
    }
    let offered = tenants.complete(bob, general, "ask", "source", "lighthouse").await;
    assert_eq!(words_in(&offered), [Alone::Team, Alone::Diary].into());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_of_sources_counts_and_names_only_what_may_be_read_with_what_was_refused() {
    let tenants = Tenants::new().await;
    let scene = &tenants.scene;
    // Two for all, and of each their own: the key, the lighthouse, and for the first in the list the twin.
    for (person, channel, documents) in
        [(&scene.carl, scene.general, 7), (&scene.bob, scene.general, 6), (&tenants.erik, tenants.harbour, 4)]
    {
        let first = tenants.invoke(person, channel, "passim sources", &[]).await;
        let listed = tenants.leaf_through(person, channel, first).await;
        assert!(listed.contains(&format!("I have read **{documents}** documents")), "{listed}");
        assert_eq!(words_in(&listed), tenants.alone_in(person, channel));
        let refused = listed.matches(".xyz: is").count();
        assert_eq!(refused, tenants.alone_in(person, channel).len(), "{listed}");
    }
}

/// What verifying says of an answer, by receipt or by link, apart from that name.
async fn verified(tenants: &Tenants, person: &Person, channel: Id, answer: &str) -> String {
    let told = tenants.invoke(person, channel, "passim verify", &[("answer", json!(answer))]).await;
    told.content.replace('\\', "").replace(answer, "it")
}

fn link(guild: Id, channel: Id, message: Id) -> String {
    format!("https://discord.com/channels/{guild}/{channel}/{message}")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receipt_and_a_link_of_what_may_not_be_read_are_as_unknown_as_any() {
    let tenants = Tenants::new().await;
    let (scene, harbour) = (&tenants.scene, tenants.harbour);
    let unknown = verified(&tenants, &scene.bob, scene.general, "0123456789abcdef").await;
    tenants.ask(&tenants.erik, harbour, KEY).await;
    let others = tenants.receipt(&tenants.erik, harbour).await;
    assert_eq!(verified(&tenants, &scene.bob, scene.general, &others).await, unknown);
    let theirs = verified(&tenants, &tenants.erik, harbour, &others).await;
    assert!(theirs.contains("still says it"), "{theirs}");
    // In the same server, out of a channel that reads more.
    let of_den = tenants.ask_of(&scene.bob, scene.random, Alone::Den, false).await;
    let of_den = link(scene.guild, scene.random, of_den.id);
    assert_eq!(verified(&tenants, &scene.carl, scene.general, &of_den).await, unknown);
    let there = verified(&tenants, &scene.carl, scene.random, &of_den).await;
    assert!(there.contains("still says it"), "{there}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receipt_of_a_source_that_is_gone_is_still_only_for_those_who_might_read_it() {
    let tenants = Tenants::new().await;
    let scene = &tenants.scene;
    tenants.ask_of(&scene.carl, scene.general, Alone::Board, true).await;
    let receipt = tenants.receipt(&scene.carl, scene.general).await;
    std::fs::remove_file(scene.corpus().join("board/key.md")).unwrap();
    tenants.read_again().await;
    let unknown = verified(&tenants, &scene.bob, scene.general, "0123456789abcdef").await;
    assert_eq!(verified(&tenants, &scene.bob, scene.general, &receipt).await, unknown);
    let gone = verified(&tenants, &scene.carl, scene.general, &receipt).await;
    assert!(gone.contains("is **gone**") && gone.contains(Alone::Board.word()), "{gone}");
}

#[tokio::test(flavor = "multi_thread")]
async fn words_that_moved_are_found_only_where_one_may_read() {
    let tenants = Tenants::new().await;
    let scene = &tenants.scene;
    tenants.ask(&scene.bob, scene.general, "How much does lunch cost?").await;
    let receipt = tenants.receipt(&scene.bob, scene.general).await;
    let text = std::fs::read_to_string(scene.corpus().join("canteen.md")).unwrap();
    scene.write("canteen.md", "# The canteen\n\nIt is closed for good.\n");
    scene.write(&format!("board/{}-lunch.md", Alone::Board.word()), &text);
    tenants.read_again().await;
    let changed = verified(&tenants, &scene.bob, scene.general, &receipt).await;
    assert!(changed.contains("has **changed**") && words_in(&changed).is_empty(), "{changed}");
    let moved = verified(&tenants, &scene.carl, scene.general, &receipt).await;
    assert!(moved.contains("have **moved** to board/"), "{moved}");
}

#[tokio::test(flavor = "multi_thread")]
async fn buttons_under_old_messages_show_only_what_may_be_read_when_they_are_pressed() {
    let tenants = Tenants::new().await;
    let scene = &tenants.scene;
    let (carl, general) = (&scene.carl, scene.general);
    let answer = tenants.ask_of(carl, general, Alone::Board, true).await;
    let more = tenants.press(carl, general, answer.id, "More").await;
    let passage = tenants.press(carl, general, answer.id, "Passage").await;
    assert!(passage.content.contains(Alone::Board.word()), "{passage}");
    scene.discord.take_role(scene.guild, tenants.board, carl.id());
    for (message, button) in [
        (answer.id, "Passage"),
        (more.id, "Why"),
        (more.id, "Verify"),
        (more.id, "Other sources"),
        (answer.id, "Share"),
    ] {
        let told = tenants.press(carl, general, message, button).await;
        assert!(!words_in(&text_of(&told)).contains(&Alone::Board), "{button}: {told}");
    }
    let why = tenants.invoke(carl, general, "passim why", &[]).await;
    assert!(says_nothing_of(&why), "{why}");
    let lost = tenants.invoke(carl, general, "passim verify", &[]).await;
    assert!(says_nothing_of(&lost), "{lost}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forged_press_on_an_answer_out_of_another_channel_shows_nothing_of_it() {
    let tenants = Tenants::new().await;
    let scene = &tenants.scene;
    let of_den = tenants.ask_of(&scene.bob, scene.random, Alone::Den, false).await;
    let here = tenants.ask(&scene.carl, scene.general, "How much does lunch cost?").await;
    for button in &of_den.buttons {
        let Some(id) = button.custom_id.as_ref().filter(|_| button.label != "Ask on") else { continue };
        let told = scene.forge(&scene.carl, scene.general, here.id, id).await;
        tenants.assert_for(&scene.carl, scene.general, &told);
        assert!(!words_in(&text_of(&told)).contains(&Alone::Den), "{}: {told}", button.label);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn why_explains_a_public_answer_by_what_all_who_see_it_may_read() {
    let tenants = Tenants::new().await;
    let scene = &tenants.scene;
    let answer = tenants.ask(&scene.carl, scene.general, KEY).await;
    let more = tenants.press(&scene.ann, scene.general, answer.id, "More").await;
    let why = tenants.press(&scene.ann, scene.general, more.id, "Why").await;
    assert_eq!(words_in(&text_of(&why)), [Alone::Team].into());
    let others = tenants.press(&scene.ann, scene.general, more.id, "Other sources").await;
    let others = words_in(&tenants.leaf_through(&scene.ann, scene.general, others).await);
    assert!(others.contains(&Alone::Other), "an operator reads all: {others:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn share_answers_for_the_channel_or_says_that_it_may_not_read_this() {
    let tenants = Tenants::new().await;
    let scene = &tenants.scene;
    let (carl, general) = (&scene.carl, scene.general);
    let alone = tenants.ask_of(carl, general, Alone::Board, true).await;
    let told = tenants.press(carl, general, alone.id, "Share").await;
    assert!(told.is_ephemeral && told.content.contains("not everybody in this channel may read"), "{told}");
    let options = [("question", json!("How much does lunch cost?")), ("private", json!(true))];
    let alone = tenants.invoke(carl, general, "ask", &options).await;
    let shared = tenants.press(carl, general, alone.id, "Share").await;
    assert!(!shared.is_ephemeral && shared.content.contains("6 euros"), "{shared}");
    tenants.assert_closed();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_and_its_share_go_by_what_each_audience_may_read() {
    let tenants = Tenants::new().await;
    let scene = &tenants.scene;
    let claim = scene.bob.say(scene.general, "The lamp of the lighthouse is lit every evening.").unwrap();
    for (person, of) in [(&scene.carl, Alone::Board), (&scene.bob, Alone::Diary)] {
        let used = person.use_menu(claim, "Check against the sources").unwrap();
        let told = scene.response(person, scene.general, used).await;
        tenants.assert_for(person, scene.general, &told);
        if !words_in(&text_of(&told)).contains(&of) {
            continue;
        }
        let refused = tenants.press(person, scene.general, told.id, "Share").await;
        assert!(refused.content.contains("not everybody in this channel may read"), "{refused}");
    }
    let lunch = scene.bob.say(scene.general, "Lunch costs 6 euros.").unwrap();
    let used = scene.carl.use_menu(lunch, "Check against the sources").unwrap();
    let told = scene.response(&scene.carl, scene.general, used).await;
    let shared = tenants.press(&scene.carl, scene.general, told.id, "Share").await;
    assert!(!shared.is_ephemeral && shared.content.contains("Supported"), "{shared}");
    tenants.assert_closed();
}

#[tokio::test(flavor = "multi_thread")]
async fn corrections_missing_words_and_the_closest_passage_come_from_what_may_be_read() {
    let tenants = Tenants::new().await;
    let scene = &tenants.scene;
    let (bob, general) = (&scene.bob, scene.general);
    let unread = Alone::Other.misspelt();
    let declined = tenants.ask(bob, general, &format!("Which colour has the bicycle of {unread}?")).await;
    assert!(declined.content.contains(&unread.to_lowercase()), "the word is missing here: {declined}");
    assert!(says_nothing_of(&declined), "{declined}");
    let closest = tenants.ask(bob, general, "Which colour has the lamp of the tall lighthouse?").await;
    assert!(words_in(&text_of(&closest)).is_subset(&[Alone::Team].into()), "{closest}");
}

#[tokio::test(flavor = "multi_thread")]
async fn open_questions_show_a_moderator_what_is_closest_and_missing_out_of_what_they_may_read() {
    let tenants = Tenants::new().await;
    let scene = &tenants.scene;
    // In the den the word is known and a passage of theirs is close; elsewhere neither is.
    let word = "Kippers";
    scene.write("den/kippers.md", &format!("# {}\n\nKippers are smoked by {0}.\n", Alone::Den.word()));
    tenants.read_again().await;
    tenants.ask(&scene.bob, scene.random, &format!("Which bicycle did the {word} ride to Norway?")).await;
    for (person, channel, is_known) in [
        (&tenants.gus, scene.general, false),
        (&tenants.gus, scene.random, true),
        (&scene.ann, scene.general, true),
    ] {
        let listed = tenants.invoke(person, channel, "passim-admin unanswered", &[]).await;
        assert!(listed.content.contains(word), "{listed}");
        assert_eq!(listed.content.contains("den/kippers"), is_known, "{listed}");
        let file = tenants.press(person, channel, listed.id, "As CSV").await;
        assert_eq!(text_of(&file).contains("den/kippers"), is_known, "{}", text_of(&file));
    }
    tenants.invoke(&tenants.dora, tenants.harbour, "passim-admin unanswered", &[]).await;
    tenants.assert_closed();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_is_no_longer_open_only_when_its_own_channel_may_read_the_answer() {
    let tenants = Tenants::new().await;
    let scene = &tenants.scene;
    tenants.ask(&tenants.gus, scene.general, PARROT).await;
    scene.write("other/parrot.md", "# The parrot\n\nThe parrot of the lighthouse is fed by Otterwald.\n");
    tenants.read_again().await;
    let open = tenants.invoke(&tenants.gus, scene.general, "passim-admin unanswered", &[]).await;
    assert!(open.content.contains("parrot"), "{open}");
    scene.write("team/parrot.md", "# The parrot\n\nThe parrot of the lighthouse is fed by Quokkamann.\n");
    tenants.read_again().await;
    let open = tenants.invoke(&tenants.gus, scene.general, "passim-admin unanswered", &[]).await;
    assert!(!open.content.contains("parrot"), "{open}");
}

#[tokio::test(flavor = "multi_thread")]
async fn feedback_is_listed_for_those_who_may_read_what_it_is_about() {
    let tenants = Tenants::new().await;
    let scene = &tenants.scene;
    // Of what all read, so that there is a list for everybody.
    let lunch = tenants.ask(&scene.bob, scene.general, "How much does lunch cost?").await;
    tenants.press(&scene.bob, scene.general, lunch.id, "Not helpful").await;
    let answer = tenants.ask_of(&scene.bob, scene.random, Alone::Den, false).await;
    let voted = tenants.press(&scene.bob, scene.random, answer.id, "Not helpful").await;
    let opened = scene.bob.press(voted.id, "Say why").unwrap();
    scene.bob.gets_form(opened, SOON).await.unwrap();
    let remark = format!("{} left years ago", Alone::Den.word());
    let sent = scene.bob.submit(opened, &[("text", &remark)]).unwrap();
    scene.response(&scene.bob, scene.random, sent).await;
    for (person, channel, may) in [
        (&tenants.gus, scene.general, false),
        (&tenants.gus, scene.random, true),
        (&scene.ann, scene.general, true),
    ] {
        let listed = tenants.invoke(person, channel, "passim-admin feedback", &[]).await;
        assert_eq!(words_in(&text_of(&listed)).contains(&Alone::Den), may, "{listed}");
        assert_eq!(listed.content.contains("den/key"), may, "{listed}");
        assert!(listed.content.contains("canteen"), "{listed}");
        if let Some(button) = listed.button("As CSV") {
            let file = tenants.press(person, channel, listed.id, &button.label.clone()).await;
            assert_eq!(text_of(&file).contains("den/key"), may, "{file}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_wants_to_be_told_hears_only_of_an_answer_that_they_may_read() {
    let tenants = Tenants::new().await;
    let scene = &tenants.scene;
    let declined = tenants.ask(&scene.bob, scene.general, PARROT).await;
    for person in [&scene.bob, &scene.carl] {
        tenants.press(person, scene.general, declined.id, "Tell me").await;
    }
    let told = |person: &Person| {
        let direct = person.sees(person.direct_channel(scene.bot)).messages;
        direct.iter().any(|shown| shown.content.contains("You wanted to be told"))
    };
    scene.write("other/parrot.md", "# The parrot\n\nThe parrot of the lighthouse is fed by Otterwald.\n");
    tenants.read_again().await;
    assert!(!told(&scene.bob) && !told(&scene.carl));
    scene.write("board/parrot.md", "# The parrot\n\nThe parrot of the lighthouse is fed by Bisamratz.\n");
    tenants.read_again().await;
    assert!(!told(&scene.bob) && told(&scene.carl));
    scene.write("team/parrot.md", "# The parrot\n\nThe parrot of the lighthouse is fed by Quokkamann.\n");
    tenants.read_again().await;
    assert!(told(&scene.bob));
    tenants.assert_closed();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_withdrawal_stands_only_for_those_who_may_read_what_was_withdrawn() {
    let tenants = Tenants::new().await;
    let scene = &tenants.scene;
    let answer = tenants.ask_of(&scene.bob, scene.random, Alone::Den, false).await;
    let opened = tenants.gus.use_menu(answer.id, "Withdraw this answer").unwrap();
    tenants.gus.gets_form(opened, SOON).await.unwrap();
    let reason = format!("{} has lost it", Alone::Den.word());
    let sent = tenants.gus.submit(opened, &[("text", &reason)]).unwrap();
    scene.response(&tenants.gus, scene.random, sent).await;
    let here = tenants.ask(&scene.bob, scene.general, KEY).await;
    assert!(here.content.contains(Alone::Team.word()), "{here}");
    let there = tenants.ask_of(&scene.bob, scene.random, Alone::Den, false).await;
    assert!(there.content.contains("was withdrawn"), "{there}");
    let direct = scene.bob.direct_channel(scene.bot);
    tenants.ask(&scene.bob, direct, KEY).await;
    tenants.assert_closed();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edited_question_is_answered_anew_for_its_channel() {
    let tenants = Tenants::new().await;
    let scene = &tenants.scene;
    let question = scene.ann.say(scene.general, &scene.mention("How much does lunch cost?")).unwrap();
    let answer = scene.reply_to(&scene.ann, scene.general, question).await;
    scene.ann.edit(question, &scene.mention(KEY)).unwrap();
    let is_new = |shown: &Shown| shown.id == answer.id && shown.content.contains(Alone::Team.word());
    let new = scene.ann.finds(scene.general, SOON, "a new answer", is_new).await.unwrap();
    tenants.assert_for(&scene.ann, scene.general, &new);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_follow_up_in_public_takes_nothing_from_what_was_asked_in_private() {
    let tenants = Tenants::new().await;
    let scene = &tenants.scene;
    let (carl, general) = (&scene.carl, scene.general);
    let alone = tenants.ask_of(carl, general, Alone::Board, true).await;
    assert!(alone.content.contains(Alone::Board.word()));
    let followed = carl.say(general, &scene.mention("And who lends it on Mondays?")).unwrap();
    let reply = scene.reply_to(carl, general, followed).await;
    tenants.assert_for(carl, general, &reply);
    assert!(!reply.content.contains("boathouse?"), "{reply}");
    // Whoever goes on from it by its button stays by themselves.
    let opened = carl.press(alone.id, "Ask on").unwrap();
    carl.gets_form(opened, SOON).await.unwrap();
    let sent = carl.submit(opened, &[("text", "And who lends it on Mondays?")]).unwrap();
    let on = scene.response(carl, general, sent).await;
    assert!(on.is_ephemeral, "{on}");
    tenants.assert_closed();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reply_to_an_answer_is_answered_for_all_who_see_it() {
    let tenants = Tenants::new().await;
    let scene = &tenants.scene;
    let answer = tenants.ask(&scene.bob, scene.general, KEY).await;
    let replied =
        scene.ann.reply(answer.id, "And who lights the lamp of the lighthouse?", Ping::Yes).unwrap();
    let reply = scene.reply_to(&scene.ann, scene.general, replied).await;
    tenants.assert_for(&scene.ann, scene.general, &reply);
    assert!(reply.content.contains(Alone::Team.word()), "{reply}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_chosen_of_several_is_answered_for_those_who_see_the_choice() {
    let tenants = Tenants::new().await;
    let scene = &tenants.scene;
    for (folder, place) in [("team", "Ghent"), ("team", "Leipzig"), ("other", "Otterwald")] {
        let text = format!(
            "# Office {place}\n\nThe rent of the office in {place} is due on the {}th.\n",
            place.len()
        );
        scene.write(&format!("{folder}/office-{}.md", place.len()), &text);
    }
    tenants.read_again().await;
    let asked = tenants.ask(&scene.bob, scene.general, "When is the rent of the office due?").await;
    for select in &asked.selects {
        assert!(select.options.iter().all(|(label, _)| !label.contains("Otterwald")), "{asked}");
    }
    tenants.assert_closed();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_its_channel_may_not_read_any_more_is_not_written_under() {
    let mut tenants = Tenants::quiet().await;
    let before = tenants.settings().replace("[discord]\n", "[discord]\nannounce_stale = true\n");
    tenants.scene.set_settings(&before);
    tenants.scene.start().await;
    let answer = tenants.ask(&tenants.scene.bob, tenants.scene.general, KEY).await;
    // From now on only the other server reads it.
    let (team, other) = (tenants.scene.guild, tenants.other);
    let rule = |guild: Id| format!("sources = [\"team/**\"]\nguilds = [\"{guild}\"]");
    tenants.scene.set_settings(&before.replace(&rule(team), &rule(other)));
    tenants.scene.restart().await;
    tenants.scene.write("team/key.md", "# Keys\n\nThere is no key any more.\n");
    tenants.read_again().await;
    let seen = tenants.scene.bob.sees(tenants.scene.general).messages;
    let now = seen.iter().find(|shown| shown.id == answer.id).unwrap();
    assert_eq!(now.content, answer.content);
    for button in ["Passage", "More"] {
        let told = tenants.scene.press(&tenants.scene.bob, tenants.scene.general, answer.id, button).await;
        assert!(says_nothing_of(&told), "{told}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn golden_questions_and_the_report_are_for_the_operator_alone() {
    let tenants = Tenants::new().await;
    let scene = &tenants.scene;
    scene.write(&format!("other/{}-new.md", Alone::Other.word()), "# New\n\nIt is new.\n");
    tenants.read_again().await;
    let reported = scene.said(&scene.ann, scene.general);
    assert!(reported.iter().any(|shown| words_in(&shown.content).contains(&Alone::Other)));
    for person in [&scene.bob, &scene.carl, &tenants.gus] {
        let refused = person.invoke(scene.general, "reindex", &[]);
        if let Ok(refused) = refused {
            let told = scene.response(person, scene.general, refused).await;
            assert!(says_nothing_of(&told), "{told}");
        }
    }
    tenants.assert_closed();
}

#[test]
fn each_word_stands_for_one_alone() {
    for alone in ALL {
        assert_eq!(words_in(&format!("**{}**s", alone.word().to_uppercase())), [alone].into());
        assert!(words_in(alone.misspelt()).is_empty() && !NAME.contains(alone.word()));
    }
}
