//! The pages of figures that people read: what was measured as Markdown.

use crate::machine::Facts;
use crate::table::Measured;

/// A part of the page: what was measured, and how it is called.
pub struct Section {
    pub title: &'static str,
    pub measured: Measured,
}

/// `command` is what made it.
pub fn benchmarks(sections: &[Section], command: &str, facts: &Facts) -> String {
    let mut page = format!(
        "# Benchmarks\n\n\
         How fast and how small passim is, beside plain tantivy: the search library that it is built on, over the same\n\
         passages, which returns the ten best and answers nothing. Documents are generated, the same in every run.\n\
         Each figure is the median of several rounds, with the smallest and the largest in brackets. passim and tantivy\n\
         take turns, so that a busy machine slows both; the ratio is of turns that were side by side.\n\n{}",
        made(command, facts)
    );
    for section in sections {
        page.push_str(&format!("\n## {}\n\n", section.title));
        page.push_str("| what | unit | passim | plain tantivy | ratio |\n| --- | --- | --- | --- | --- |\n");
        section.measured.rows.iter().for_each(|row| page.push_str(&row.markdown()));
        if !section.measured.note.is_empty() {
            page.push_str(&format!("\n```text\n{}\n```\n", section.measured.note.trim_end()));
        }
    }
    page
}

/// How a page came about, so that anybody can make it again.
pub fn made(command: &str, facts: &Facts) -> String {
    let mut text = format!("Made by one command:\n\n```sh\n{command}\n```\n\n| | |\n| --- | --- |\n");
    for (name, fact) in facts {
        text.push_str(&format!("| {name} | {fact} |\n"));
    }
    text
}
