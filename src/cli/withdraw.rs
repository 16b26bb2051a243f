//! `passim withdraw`: takes an answer back, for everybody, until the sources say something else.

use std::io::Write;

use anyhow::anyhow;
use clap::Args;

use super::draw::{BOLD, DIM, printable};
use super::verify::receipt_id;
use super::{Failure, keep, now};
use crate::keeping::normalised;
use crate::settings::Settings;
use crate::store::{By, Deed, Moment, Store, Withdrawal};
use crate::tables::written;

#[derive(Debug, Args)]
pub struct Withdraw {
    /// The receipt of the answer, as 'passim ask --json' and Why print it
    #[arg(required_unless_present = "list", value_name = "RECEIPT")]
    receipt: Option<String>,
    /// Why, in the words that people get in place of the answer
    #[arg(required_unless_present_any = ["list", "lift"], value_name = "REASON")]
    reason: Vec<String>,
    /// Answer again as the sources say
    #[arg(long, conflicts_with = "reason")]
    lift: bool,
    /// List what is withdrawn
    #[arg(long, conflicts_with_all = ["receipt", "reason", "lift"])]
    list: bool,
}

pub(super) fn run(command: &Withdraw, settings: &Settings) -> Result<(), Failure> {
    let receipt = command.receipt.as_deref().map(receipt_id).transpose()?;
    let store = keep::store(settings)?;
    match receipt {
        Some(receipt) if command.lift => lift(&store, &receipt),
        Some(receipt) => withdraw(&store, &receipt, command.reason.join(" ").trim()),
        None => list(&store),
    }
}

fn withdraw(store: &Store, id: &str, reason: &str) -> Result<(), Failure> {
    if reason.is_empty() {
        return Err(Failure::Wrong(anyhow!("say why: people get the reason in place of the answer")));
    }
    let receipt = store.receipt(id)?.ok_or_else(|| {
        anyhow!("cannot withdraw {id}: no answer with this receipt is kept here; it may be older than retention.questions_days")
    })?;
    if receipt.answer.is_empty() {
        return Err(Failure::Failed(anyhow!("cannot withdraw {id}: it answered nothing out of the sources")));
    }
    let at = Moment::of_nanoseconds(now());
    let withdrawal = Withdrawal::of(&receipt, None, reason.to_owned(), By::Terminal, at);
    store.withdraw(&withdrawal, &normalised(&receipt.question))?;
    audit(store, "withdraw", id, at)?;
    writeln!(
        anstream::stdout(),
        "Withdrawn: “{}”. The question is declined with your reason until the sources say something else.",
        printable(&receipt.answer)
    )?;
    Ok(())
}

fn lift(store: &Store, id: &str) -> Result<(), Failure> {
    if store.lift_withdrawal(id, None)? == 0 {
        return Err(Failure::Failed(anyhow!(
            "cannot answer {id} again: it is not withdrawn; 'passim withdraw --list' lists what is"
        )));
    }
    audit(store, "lift withdrawal", id, Moment::of_nanoseconds(now()))?;
    writeln!(anstream::stdout(), "Answered again as the sources say.")?;
    Ok(())
}

fn audit(store: &Store, what: &str, id: &str, at: Moment) -> Result<(), Failure> {
    let (what, details) = (what.to_owned(), format!("receipt {id}"));
    Ok(store.audit(&Deed { by: By::Terminal, guild: None, what, details, at })?)
}

fn list(store: &Store) -> Result<(), Failure> {
    let withdrawals = store.withdrawals()?;
    let mut out = anstream::stdout().lock();
    if withdrawals.is_empty() {
        writeln!(out, "No answer is withdrawn.")?;
    }
    for withdrawal in withdrawals {
        let Withdrawal { answer, reason, receipt, at, guild, .. } = withdrawal;
        let place = guild.map_or("everywhere".to_owned(), |guild| format!("in server {}", guild.0));
        writeln!(out, "{BOLD}{}{BOLD:#}", printable(&answer))?;
        writeln!(out, "  {}  {DIM}{}, {place}, receipt {receipt}{DIM:#}", printable(&reason), written(at))?;
    }
    Ok(())
}
