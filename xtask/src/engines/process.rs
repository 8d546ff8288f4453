//! Processes that outlive this one, told apart from later ones of the same number by when they began.

use std::{
    collections::hash_map::RandomState,
    fs,
    hash::{BuildHasher as _, Hasher as _},
    net::{Ipv4Addr, TcpListener},
    os::unix::process::CommandExt as _,
    path::Path,
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use serde::{Deserialize, Serialize};

const STOP_S_MAX: u64 = 20;
const TAIL_LINES: usize = 15;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Process {
    pub id: i32,
    /// Ticks since the machine started, where the machine tells.
    pub began: Option<u64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// A word first, and SIGKILL when that was not heard in time.
    Ask,
    Kill,
}

/// In a group of its own: Ctrl-C on what started it does not reach it.
pub fn spawn(mut command: Command, log: &Path) -> Result<Process> {
    let file = fs::File::create(log).with_context(|| format!("{}", log.display()))?;
    let program = command.get_program().to_string_lossy().into_owned();
    let child = command
        .stdin(Stdio::null())
        .stdout(file.try_clone()?)
        .stderr(file)
        .process_group(0)
        .spawn()
        .with_context(|| format!("{program} could not be started"))?;
    let id = i32::try_from(child.id())?;
    Ok(Process { id, began: stat(id).map(|stat| stat.began) })
}

pub fn is_alive(process: &Process) -> bool {
    match stat(process.id) {
        Some(stat) => {
            // A first thread that ended waits for the others, and so do the ports.
            let is_over = stat.state == 'Z' && threads(process.id) <= 1;
            !is_over && process.began.is_none_or(|began| began == stat.began)
        }
        // Without /proc the number is all there is.
        None => !Path::new("/proc/self/stat").exists() && kill(Pid::from_raw(process.id), None).is_ok(),
    }
}

pub fn stop(process: &Process, how: Stop, word: Signal) -> Result<()> {
    let pid = Pid::from_raw(process.id);
    if how == Stop::Ask {
        kill(pid, word)?;
        // One that was stopped hears nothing until it goes on.
        kill(pid, Signal::SIGCONT)?;
        if gone(process, Duration::from_secs(STOP_S_MAX)) {
            return Ok(());
        }
    }
    // Between the look and the signal it may have ended by itself.
    let _ = kill(pid, Signal::SIGKILL);
    if !gone(process, Duration::from_secs(5)) {
        bail!("process {} cannot be ended", process.id);
    }
    Ok(())
}

fn gone(process: &Process, within: Duration) -> bool {
    let began = Instant::now();
    while is_alive(process) {
        if began.elapsed() > within {
            return false;
        }
        thread::sleep(Duration::from_millis(20));
    }
    true
}

fn threads(id: i32) -> usize {
    fs::read_dir(format!("/proc/{id}/task")).map_or(0, Iterator::count)
}

struct Stat {
    state: char,
    began: u64,
}

fn stat(id: i32) -> Option<Stat> {
    parse(&fs::read_to_string(format!("/proc/{id}/stat")).ok()?)
}

/// The second field is the program's name in parentheses, which may hold anything: fields are counted after the last of them.
fn parse(line: &str) -> Option<Stat> {
    let mut fields = line.rsplit_once(')')?.1.split_whitespace();
    let state = fields.next()?.chars().next()?;
    let began = fields.nth(18)?.parse().ok()?;
    Some(Stat { state, began })
}

pub fn resident_mb(process: &Process) -> Option<u64> {
    let text = fs::read_to_string(format!("/proc/{}/status", process.id)).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    Some(line.trim().trim_end_matches(" kB").trim().parse::<u64>().ok()? / 1024)
}

pub fn is_free(port: u16) -> bool {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok()
}

/// Below those that the system gives to connections: one of these could sit on the port when its engine comes back.
const PORTS: std::ops::Range<u16> = 20_000..32_000;

/// All are held until the last is found, so that none comes twice.
pub fn free_ports(count: usize) -> Result<Vec<u16>> {
    let span = u64::from(PORTS.end - PORTS.start);
    // Another beginning each time: several engines look at once.
    let begin = RandomState::new().build_hasher().finish() % span;
    let ports = (0..span).filter_map(|step| u16::try_from((begin + step) % span).ok().map(|port| PORTS.start + port));
    let held: Vec<TcpListener> =
        ports.filter_map(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, port)).ok()).take(count).collect();
    ensure!(held.len() == count, "no {count} ports are free between {} and {}", PORTS.start, PORTS.end);
    held.iter().map(|listener| Ok(listener.local_addr()?.port())).collect()
}

pub fn tail(log: &Path) -> String {
    let text = fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    lines
        .iter()
        .skip(lines.len().saturating_sub(TAIL_LINES))
        .map(|line| format!("    {line}"))
        .collect::<Vec<_>>()
        .join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_parentheses_moves_no_field() {
        let fields: Vec<String> = (4..=52).map(|field| field.to_string()).collect();
        let stat = parse(&format!("17 (a) b) S {}", fields.join(" ")));
        assert!(stat.is_some_and(|stat| stat.state == 'S' && stat.began == 22));
        assert!(parse("").is_none());
    }

    #[test]
    fn a_later_process_of_the_same_number_is_another() -> Result<()> {
        let us = i32::try_from(std::process::id())?;
        let began = stat(us).map(|stat| stat.began);
        assert!(is_alive(&Process { id: us, began }));
        if let Some(began) = began {
            assert!(!is_alive(&Process { id: us, began: Some(began + 1) }));
        }
        Ok(())
    }

    #[test]
    fn ports_are_different_and_free() -> Result<()> {
        let ports = free_ports(3)?;
        assert!(ports[0] != ports[1] && ports[1] != ports[2] && ports[0] != ports[2]);
        let held = TcpListener::bind((Ipv4Addr::LOCALHOST, ports[0]))?;
        assert!(!is_free(ports[0]) && is_free(ports[1]));
        drop(held);
        Ok(())
    }

    #[test]
    fn what_was_started_is_stopped_by_its_number() -> Result<()> {
        let log = std::env::temp_dir().join(format!("svetu-xtask-log-{}", std::process::id()));
        for how in [Stop::Ask, Stop::Kill] {
            let mut command = Command::new("sleep");
            command.arg("60");
            let process = spawn(command, &log)?;
            assert!(is_alive(&process));
            stop(&process, how, Signal::SIGTERM)?;
            assert!(!is_alive(&process));
        }
        fs::remove_file(&log)?;
        Ok(())
    }
}
