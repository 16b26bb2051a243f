//! Completion while somebody types: sources by id and title, passages by their words. Whoever is not served gets
//! none.

use std::collections::BTreeSet;
use std::sync::Arc;

use serenity::all::{AutocompleteOption, CommandInteraction};

use super::asking::source_id;
use super::audience::Membership;
use super::bot::{Bot, Trouble};
use super::calls::Call;
use super::messages::switch;
use super::outgoing::{self, Audience};
use crate::Answerer;
use crate::answer::lookup::Found;
use crate::store::Switch;
use crate::words::is_invisible;

/// Discord's: choices, and characters of a name or a value.
const MOST: usize = 25;
const LONGEST: usize = 100;

/// Name and value.
type Choice = (String, String);

pub async fn complete(bot: &Arc<Bot>, typed: &CommandInteraction) {
    let mut call = Call::of_command(bot, typed);
    // What cannot be completed is left empty: nothing else can be said here.
    let choices = choices(bot, &mut call, typed).await.unwrap_or_default();
    let result = call.send(bot, &outgoing::completions(&choices)).await;
    call.logged(result);
}

async fn choices(
    bot: &Arc<Bot>,
    call: &mut Call,
    typed: &CommandInteraction,
) -> Result<Vec<Choice>, Trouble> {
    let is_served = matches!(call.admit(bot).await, Membership::Member { .. });
    if !is_served || switch(bot, call.spot).await == Switch::Off {
        return Ok(Vec::new());
    }
    let Some(AutocompleteOption { name, value, .. }) = typed.data.autocomplete() else {
        return Ok(Vec::new());
    };
    let (name, value) = (name.to_owned(), value.to_owned());
    let source = typed.data.options.iter().find(|option| option.name == "source");
    let source = source.and_then(|option| option.value.as_str()).map(str::to_owned);
    let reader = call.reader(bot, Audience::OnlyThem);
    bot.work(move |bot| {
        let answerer = bot.reading(&reader)?;
        match name.as_str() {
            "query" => passages(&answerer, &value, source),
            _ => Ok(sources(&answerer, &value)),
        }
    })
    .await
}

fn sources(answerer: &Answerer, typed: &str) -> Vec<Choice> {
    let wanted = typed.trim().to_lowercase();
    let described = answerer.index().sources().iter().map(|source| &source.description);
    let mut fitting: Vec<(bool, Choice)> = described
        .filter_map(|description| {
            // A source is found by its title too, where its id is too long for Discord.
            let value = [&description.id, &description.title].into_iter().find(|name| fits(name))?;
            let is_id = description.id.to_lowercase().starts_with(&wanted);
            let is_meant = is_id || description.title.to_lowercase().contains(&wanted);
            let name = cut(&format!("{} · {}", description.id, description.title));
            is_meant.then(|| (!is_id, (name, value.clone())))
        })
        .collect();
    fitting.sort_by_key(|(is_by_title, _)| *is_by_title);
    fitting.into_iter().map(|(_, choice)| choice).take(MOST).collect()
}

fn passages(answerer: &Answerer, typed: &str, source: Option<String>) -> Result<Vec<Choice>, Trouble> {
    let sources = source.map(|name| source_id(answerer, &name)).transpose()?;
    let found = answerer
        .look_up_begun(typed, sources.as_slice(), MOST)
        .map_err(|error| Trouble::unanswered("passages could not be completed", error))?;
    let mut known = BTreeSet::new();
    let choices = found.iter().map(choice);
    Ok(choices.filter(|(_, words)| !words.is_empty() && known.insert(words.clone())).collect())
}

/// "title · words" for people, the words to look for.
fn choice(found: &Found<'_>) -> Choice {
    let text = &found.hit.passage.text;
    // From a little before the first word that was found.
    let first = found.highlights.first().map_or(0, |(start, _)| *start);
    let before: String = text.chars().take(first).collect();
    let start = before.rfind(['.', '\n', '!', '?']).map_or(0, |end| before[..end].chars().count() + 1);
    let words: String = text.chars().skip(start).collect();
    let words = cut(&words.split_whitespace().collect::<Vec<&str>>().join(" "));
    (cut(&format!("{} · {words}", found.hit.source.description.title)), words)
}

/// Counted in UTF-16, which is never less than what Discord counts.
fn fits(text: &str) -> bool {
    (1..=LONGEST).contains(&text.encode_utf16().count())
}

/// On one line, as much as Discord takes, and never nothing.
pub fn fitted(text: &str) -> String {
    let kept: String = text.chars().filter(|c| !is_invisible(*c)).collect();
    let line = kept.split_whitespace().collect::<Vec<&str>>().join(" ");
    cut(&line)
}

/// As many whole words as Discord takes.
fn cut(text: &str) -> String {
    let text: String = text.chars().filter(|c| !c.is_control() && !is_invisible(*c)).collect();
    if fits(&text) {
        return text;
    }
    let mut end = text.len();
    while let Some(space) = text[..end].rfind(char::is_whitespace) {
        end = space;
        if fits(&format!("{}…", &text[..end])) {
            break;
        }
    }
    while !fits(&format!("{}…", &text[..end])) {
        end = text.floor_char_boundary(end - 1);
    }
    format!("{}…", &text[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_chosen_is_one_line_that_discord_takes() {
        assert_eq!(fitted(" The\n\u{202e}lease\u{200b} "), "The lease");
        for text in ["", "\u{200b}", " \n", "\u{0}", &"😀".repeat(80)] {
            assert!(fits(&fitted(text)) && !fitted(text).trim().is_empty(), "{text:?}");
        }
    }

    #[test]
    fn what_is_too_long_is_cut_at_a_word() {
        assert_eq!(cut("short"), "short");
        let long = "word ".repeat(40);
        let kept = cut(&long);
        assert!(kept.ends_with("word…") && kept.chars().count() <= LONGEST, "{kept}");
        let emoji = "😀".repeat(80);
        assert!(cut(&emoji).encode_utf16().count() <= LONGEST);
    }
}
