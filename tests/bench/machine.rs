//! What the figures were measured on. A figure without its machine is a rumour.

use std::fs;
use std::process::Command;

/// What the machine is, what was built, and of which commit; to be asked for before anything is measured.
pub type Facts = [(&'static str, String); 3];

/// A line each, with a name before it.
pub fn header(facts: &Facts) -> String {
    facts.iter().map(|(name, fact)| format!("{name:<10}{fact}\n")).collect()
}

pub fn facts() -> Facts {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let cpu = line_of("/proc/cpuinfo", "model name").unwrap_or_else(|| "an unknown processor".to_owned());
    let memory = kilobytes("/proc/meminfo", "MemTotal").map_or(0.0, |kilobytes| kilobytes / 1e6);
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split(' ').next().unwrap_or_default();
    let profile =
        if cfg!(debug_assertions) { "not optimised: these figures mean nothing" } else { "optimised" };
    let machine = format!("{cpu}, {cores} cores, {memory:.1} GB; load {load} before the first figure");
    let build = format!("{profile}, passim {}", env!("CARGO_PKG_VERSION"));
    [("machine", machine), ("commit", commit()), ("build", build)]
}

fn commit() -> String {
    let git = |arguments: &[&str]| {
        let output =
            Command::new("git").arg("-C").arg(env!("CARGO_MANIFEST_DIR")).args(arguments).output().ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    let Some(commit) = git(&["rev-parse", "--short=12", "HEAD"]) else { return "unknown".to_owned() };
    let is_clean = git(&["status", "--porcelain"]).is_some_and(|changes| changes.is_empty());
    if is_clean { commit } else { format!("{commit}, with changes that are not in it") }
}

/// The largest memory this process ever had, in MB of 1,000,000 bytes; 0 where the system does not say.
pub fn peak_memory() -> f64 {
    kilobytes("/proc/self/status", "VmHWM").map_or(0.0, |kilobytes| kilobytes * 1.024 / 1e3)
}

/// The memory this process has now that is not a file's.
pub fn own_memory() -> f64 {
    kilobytes("/proc/self/status", "RssAnon").map_or(0.0, |kilobytes| kilobytes * 1.024 / 1e3)
}

/// The memory that another process has now that is not a file's.
pub fn own_memory_of(process: u32) -> f64 {
    kilobytes(&format!("/proc/{process}/status"), "RssAnon").map_or(0.0, |kilobytes| kilobytes * 1.024 / 1e3)
}

/// The memory that another process has now, with its mapped files.
pub fn memory_of(process: u32) -> f64 {
    kilobytes(&format!("/proc/{process}/status"), "VmRSS").map_or(0.0, |kilobytes| kilobytes * 1.024 / 1e3)
}

/// The processor time that another process has used, in seconds; proc(5) counts hundredths.
pub fn processor_time_of(process: u32) -> f64 {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    // The second field is a name in parentheses; user and system time are the 14th and 15th.
    let after_name = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    let ticks = after_name.split_whitespace().skip(11).take(2).filter_map(|ticks| ticks.parse::<f64>().ok());
    ticks.sum::<f64>() / 100.0
}

fn kilobytes(file: &str, name: &str) -> Option<f64> {
    line_of(file, name)?.split(' ').next()?.parse().ok()
}

/// What stands behind the colon of the first line with this name.
fn line_of(file: &str, name: &str) -> Option<String> {
    let text = fs::read_to_string(file).ok()?;
    let line = text.lines().find(|line| line.starts_with(name))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}
