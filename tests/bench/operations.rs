//! What health, metrics and log cost an answer: two bots, each in a process of its own and in a local Discord of its own,
//! one with all of it and read every second, one with nothing. They are asked the same questions in turns, so that a busy
//! machine slows both.

use std::fs::File;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Context, ensure};
use passim::local_discord::Recorded;
use tokio::runtime::Runtime;

use crate::burst::{CHANNELS, LIMIT, PEOPLE, QUESTIONS, Scene, Surface, ask, asked_by};
use crate::machine::processor_time_of;
use crate::measure::median;
use crate::place::Place;
use crate::plan::Plan;
use crate::processes::milliseconds;
use crate::table::{Measured, Row};

/// How often Prometheus looks, at the most.
const BETWEEN_SCRAPES: Duration = Duration::from_secs(1);
/// Questions that each bot is asked before anything is timed.
const WARM_UP: usize = 20;

pub fn rows(plan: &Plan, place: &Place) -> anyhow::Result<Measured> {
    let folder = place.folder().join("operations");
    let mut rows = vec![
        Row::new("event to request p50, nothing told", "ms", 3),
        Row::new("- with metrics and log", "ms", 3),
        Row::new("- more of it", "%", 2),
        Row::new("processor time, nothing told", "ms", 3),
        Row::new("- with metrics and log", "ms", 3),
        Row::new("- more of it", "%", 2),
    ];
    let runtime = Runtime::new()?;
    for round in 0..plan.rounds {
        let figures = runtime.block_on(round_of(plan.questions, &folder.join(round.to_string())))?;
        for (row, figure) in rows.iter_mut().zip(figures) {
            row.add_alone(figure);
        }
    }
    Ok(rows.into())
}

async fn round_of(questions: usize, folder: &Path) -> anyhow::Result<[f64; 6]> {
    let (off_folder, on_folder) = (folder.join("off"), folder.join("on"));
    std::fs::create_dir_all(&on_folder)?;
    let nothing = [("PASSIM_OPERATIONS__LISTEN", "off".to_owned()), ("PASSIM_LOG__FILTER", "off".to_owned())];
    let off = Scene::start_with(&off_folder, &nothing, Stdio::null()).await?;
    let address = free_address()?;
    let everything = [
        ("PASSIM_OPERATIONS__LISTEN", address.to_string()),
        ("PASSIM_LOG__FILTER", "warn,passim=info".to_owned()),
        ("PASSIM_LOG__FORMAT", "json".to_owned()),
    ];
    let log = on_folder.join("log");
    let on = Scene::start_with(&on_folder, &everything, File::create(&log)?.into()).await?;
    let scraper = Scraper::start(address);
    let scenes = [&off, &on];
    for number in 0..WARM_UP {
        for scene in scenes {
            answered(scene, number).await?;
        }
    }
    let before = scenes.map(|scene| processor_time_of(scene.bot_process.id()));
    let mut took = [Vec::new(), Vec::new()];
    for number in 0..questions {
        // Whoever comes second finds caches warm: they take turns in that too.
        for place in [number % 2, (number + 1) % 2] {
            took[place].push(answered(scenes[place], number).await?);
        }
    }
    let after = scenes.map(|scene| processor_time_of(scene.bot_process.id()));
    scraper.end()?;
    let told = std::fs::read_to_string(&log)?.matches("\"message\":\"answered\"").count();
    ensure!(told >= questions, "the log has {told} of {questions} answers");
    let [quiet, loud] = took.map(|took| median(&took));
    let [quiet_work, loud_work] = [0, 1].map(|place| (after[place] - before[place]) * 1e3 / questions as f64);
    let more = |off: f64, on: f64| (on - off) / off * 100.0;
    Ok([quiet, loud, more(quiet, loud), quiet_work, loud_work, more(quiet_work, loud_work)])
}

/// Milliseconds from the event of a question to the request that answers it.
async fn answered(scene: &Scene, number: usize) -> anyhow::Result<f64> {
    let (person, channel) = (&scene.people[number % PEOPLE], scene.channels[number % CHANNELS]);
    let surface = if number % 4 < 2 { Surface::Mention } else { Surface::Command };
    let question = QUESTIONS[number % QUESTIONS.len()];
    let asked = ask(scene, surface, person, channel, question, None).await?;
    let is_answer = |request: &Recorded| asked_by(request) == Some(asked.id.to_string());
    let request = scene.discord.request_when(LIMIT, is_answer).await.context("no answer came")?;
    Ok(milliseconds(request.at.duration_since(asked.at)))
}

fn free_address() -> anyhow::Result<SocketAddr> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}

/// Reads the metrics again and again, as Prometheus does.
struct Scraper {
    is_over: Arc<AtomicBool>,
    thread: std::thread::JoinHandle<anyhow::Result<usize>>,
}

impl Scraper {
    fn start(address: SocketAddr) -> Scraper {
        let is_over = Arc::new(AtomicBool::new(false));
        let ends = is_over.clone();
        let thread = std::thread::spawn(move || {
            let mut scrapes = 0;
            while !ends.load(Ordering::Relaxed) {
                let mut stream = TcpStream::connect(address)?;
                write!(stream, "GET /metrics HTTP/1.1\r\nHost: passim\r\nConnection: close\r\n\r\n")?;
                let mut text = String::new();
                stream.read_to_string(&mut text)?;
                ensure!(text.contains("passim_questions_total"), "no metrics came: {text}");
                scrapes += 1;
                std::thread::sleep(BETWEEN_SCRAPES);
            }
            Ok(scrapes)
        });
        Scraper { is_over, thread }
    }

    fn end(self) -> anyhow::Result<()> {
        self.is_over.store(true, Ordering::Relaxed);
        let scrapes = self.thread.join().map_err(|_| anyhow::anyhow!("reading the metrics panicked"))??;
        ensure!(scrapes > 0, "the metrics were never read");
        Ok(())
    }
}
