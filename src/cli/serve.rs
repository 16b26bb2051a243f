//! `passim serve`: the Discord bot, until a signal ends it.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use clap::Args;
use tokio::runtime::{Builder, Runtime};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;

use super::{Common, Failure, World, logging, now, open, token};
use crate::discord::registration::RegistrationError;
use crate::discord::reloading::Reload;
use crate::discord::serve::{self, ServeError, Served, Wish};
use crate::live::Live;
use crate::metrics::Metrics;
use crate::operations::{self, Listening, Operations};
use crate::settings::Settings;

#[derive(Debug, Args)]
pub struct Serve {}

pub(super) fn run(_command: &Serve, world: World, common: Common) -> Result<(), Failure> {
    let settings = world.settings(&common)?;
    let log = logging::start(&settings);
    check_token(&settings)?;
    logging::log_panics(&settings);
    let reload = Reload {
        read: Box::new(move || world.settings(&common)),
        follow: Box::new(move |settings| log.follow(settings)),
    };
    let runtime = runtime()?;
    let (wish, wishes) = mpsc::channel(2);
    // It would end the program, also while documents are read.
    runtime.block_on(async { listen(SignalKind::hangup(), Wish::Reload, &wish) })?;
    let (operations, _listening) = runtime.block_on(looked_at(&settings))?;
    let served = served(&settings, operations, reload)?;
    let result = runtime.block_on(async {
        listen(SignalKind::terminate(), Wish::Stop, &wish)?;
        listen(SignalKind::interrupt(), Wish::Stop, &wish)?;
        serve::serve(served, wishes).await.map_err(failure)
    });
    // What still computes is of no use to anybody now.
    runtime.shutdown_background();
    result
}

/// Health and metrics, served from here on where the settings say so.
async fn looked_at(settings: &Settings) -> Result<(Arc<Operations>, Option<Listening>), Failure> {
    let Some(address) = settings.operations.listen else {
        return Ok((Arc::new(Operations::new(Metrics::off())), None));
    };
    let operations = Arc::new(Operations::new(Metrics::new(env!("CARGO_PKG_VERSION"))));
    let listening = operations::listen(address, operations.clone()).await?;
    tracing::info!(address = %listening.address, "health and metrics are served");
    Ok((operations, Some(listening)))
}

/// Everything that is served, with the index brought level first.
pub(super) fn served(
    settings: &Settings,
    operations: Arc<Operations>,
    reload: Reload,
) -> Result<Served, Failure> {
    let (corpus, data) = (settings.corpus_dir()?, settings.data_dir()?);
    // First, since one that is damaged is told before documents are read.
    let neural = settings.reader.open()?;
    let index = open::index(corpus, settings)?;
    let live = Arc::new(Live::new(index, corpus, data, settings.clone(), neural)?);
    Ok(Served {
        live,
        corpus: corpus.to_owned(),
        data: data.to_owned(),
        settings: settings.clone(),
        operations,
        reload: Arc::new(reload),
        clock: now,
    })
}

/// A token of the wrong shape is refused here, without asking Discord.
pub(super) fn check_token(settings: &Settings) -> Result<(), Failure> {
    let Some(secret) = &settings.discord.token else {
        return Err(Failure::Wrong(ServeError::NoToken.into()));
    };
    token::shape(secret.expose()).map_err(|problem| {
        Failure::Wrong(anyhow::anyhow!(
            "the Discord token {problem}: copy it again, from Bot, Reset Token, in the developer portal"
        ))
    })
}

/// Threads for what computes or waits for the disk: more would wait for each other only.
const BLOCKING_THREADS: usize = 32;

pub(super) fn runtime() -> Result<Runtime, Failure> {
    let runtime = Builder::new_multi_thread().enable_all().max_blocking_threads(BLOCKING_THREADS).build();
    Ok(runtime.context("cannot start the threads that wait for Discord")?)
}

/// Waits for something of Discord, so long and no longer.
pub(super) fn within<T>(limit: Duration, work: impl Future<Output = T>) -> Result<T, Failure> {
    let runtime = runtime()?;
    let result = runtime.block_on(async { tokio::time::timeout(limit, work).await });
    runtime.shutdown_background();
    Ok(result.context("Discord did not answer in time")?)
}

/// A signal becomes a wish, from here on.
fn listen(kind: SignalKind, meaning: Wish, wish: &mpsc::Sender<Wish>) -> Result<(), Failure> {
    let mut signal = signal(kind).context("cannot listen for signals")?;
    let wish = wish.clone();
    tokio::spawn(async move { while signal.recv().await.is_some() && wish.send(meaning).await.is_ok() {} });
    Ok(())
}

/// What is wrong with the token or the settings is for whoever runs this to mend; the rest may pass.
pub(super) fn failure(error: ServeError) -> Failure {
    match error {
        ServeError::NoToken
        | ServeError::WrongToken
        | ServeError::ForbiddenIntents
        | ServeError::Words(_)
        | ServeError::Registration(RegistrationError::WrongToken) => Failure::Wrong(error.into()),
        error => Failure::Failed(error.into()),
    }
}
