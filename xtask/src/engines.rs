//! The real engines on this machine, for development, tests and measurements: installed into a cache folder, started on free
//! ports of 127.0.0.1. `make up` and `make test` never need them.

mod install;
mod jaeger;
mod kafka;
mod minio;
mod opensearch;
mod pgbouncer;
mod postgres;
mod process;
mod redis;
mod state;

use std::{
    fmt, fs,
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use clap::{Args, Subcommand, ValueEnum};
use nix::sys::signal::Signal;

use process::Stop;
use state::{Entry, State};

#[derive(Subcommand)]
pub enum Verb {
    /// Installs what is missing, starts what does not run, waits until it is ready; prints the URLs as environment lines.
    Up(Choice),
    /// Stops what `up` started, by process id. Data stays unless it is erased.
    Down {
        #[command(flatten)]
        choice: Choice,
        /// Forget data, ports and logs too.
        #[arg(long)]
        erase: bool,
        /// End it without a word (SIGKILL), as a lost machine would.
        #[arg(long)]
        kill: bool,
    },
    /// Says what runs; prints the URLs of what does. Ends with 1 if one of the named does not.
    Status(Choice),
}

#[derive(Args)]
pub struct Choice {
    /// Which engines; none named: all.
    #[arg(value_enum)]
    names: Vec<Name>,
    /// Where programs are kept between runs.
    #[arg(long, env = "SVETU_ENGINES_CACHE", default_value_os_t = cache())]
    cache: PathBuf,
    /// Where data, logs and the note of what runs are kept.
    #[arg(long, env = "SVETU_ENGINES_STATE", default_value_os_t = notes())]
    state: PathBuf,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum Name {
    Kafka,
    Opensearch,
    Redis,
    Minio,
    Jaeger,
    Postgres,
    Replica,
    Pgbouncer,
}

impl fmt::Display for Name {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.pad(match self {
            Self::Kafka => "kafka",
            Self::Opensearch => "opensearch",
            Self::Redis => "redis",
            Self::Minio => "minio",
            Self::Jaeger => "jaeger",
            Self::Postgres => "postgres",
            Self::Replica => "replica",
            Self::Pgbouncer => "pgbouncer",
        })
    }
}

/// What is particular to one of them.
trait Engine: Sync {
    fn version(&self) -> &'static str;
    /// How many ports it listens on.
    fn ports(&self) -> usize;
    /// Into `home`, which is empty; nothing of it is used unless this succeeds.
    fn install(&self, home: &Path) -> Result<()>;
    fn start(&self, place: &Place) -> Result<std::process::Command>;
    fn is_ready(&self, place: &Place) -> bool;
    /// The configuration of svetu that names it: lines of the environment.
    fn lines(&self, place: &Place) -> Vec<String>;
    fn ready_s_max(&self) -> u64 {
        60
    }
    /// Another one that must run before it.
    fn needs(&self) -> Option<Name> {
        None
    }
    /// What asks it to end.
    fn stop_signal(&self) -> Signal {
        Signal::SIGTERM
    }
}

/// Where one engine is and listens.
struct Place {
    /// What was installed.
    home: PathBuf,
    data: PathBuf,
    log: PathBuf,
    ports: Vec<u16>,
    /// Of the one that it needs.
    needed: Vec<u16>,
}

fn engine(name: Name) -> &'static dyn Engine {
    match name {
        Name::Kafka => &kafka::Kafka,
        Name::Opensearch => &opensearch::OpenSearch,
        Name::Redis => &redis::Redis,
        Name::Minio => &minio::Minio,
        Name::Jaeger => &jaeger::Jaeger,
        Name::Postgres => &postgres::Primary,
        Name::Replica => &postgres::Replica,
        Name::Pgbouncer => &pgbouncer::Pgbouncer,
    }
}

pub fn run(verb: Verb) -> Result<()> {
    match verb {
        Verb::Up(choice) => up(&choice),
        Verb::Down { choice, erase, kill } => down(&choice, erase, if kill { Stop::Kill } else { Stop::Ask }),
        Verb::Status(choice) => status(&choice),
    }
}

impl Choice {
    fn chosen(&self) -> Vec<Name> {
        let mut names = if self.names.is_empty() { Name::value_variants().to_vec() } else { self.names.clone() };
        names.sort_unstable();
        names.dedup();
        names
    }

    fn place(&self, name: Name, ports: Vec<u16>) -> Place {
        let folder = self.state.join(name.to_string());
        Place {
            home: self.cache.join(format!("{name}-{}", engine(name).version())),
            data: folder.join("data"),
            log: folder.join("log"),
            ports,
            needed: self.needed(name).map(|entry| entry.ports).unwrap_or_default(),
        }
    }

    /// The note of the one that this one needs, while that runs.
    fn needed(&self, name: Name) -> Option<Entry> {
        let needed = engine(name).needs()?;
        State::open(&self.state, needed).ok()?.read().ok()?.filter(|entry| process::is_alive(&entry.process))
    }

    /// Waits until it is ready.
    fn await_needed(&self, name: Name) -> Result<()> {
        let Some(needed) = engine(name).needs() else { return Ok(()) };
        let began = Instant::now();
        loop {
            let ready =
                self.needed(name).is_some_and(|entry| engine(needed).is_ready(&self.place(needed, entry.ports)));
            if ready {
                return Ok(());
            }
            let coming = self.chosen().contains(&needed) || self.needed(name).is_some();
            if !coming || began.elapsed() > Duration::from_secs(engine(needed).ready_s_max()) {
                bail!("it needs {needed}, which does not run here: `cargo xtask engines up {needed} {name}`");
            }
            thread::sleep(Duration::from_millis(50));
        }
    }
}

fn up(choice: &Choice) -> Result<()> {
    let names = choice.chosen();
    let results: Vec<(Name, Result<Vec<String>>)> = thread::scope(|scope| {
        let running: Vec<_> = names.iter().map(|&name| (name, scope.spawn(move || up_one(choice, name)))).collect();
        running
            .into_iter()
            .map(|(name, thread)| (name, thread.join().unwrap_or_else(|_| bail!("its thread panicked"))))
            .collect()
    });
    let mut failed = Vec::new();
    for (name, result) in results {
        match result {
            Ok(lines) => lines.iter().for_each(|line| println!("{line}")),
            Err(error) => failed.push(format!("{name}: {error:#}")),
        }
    }
    if !failed.is_empty() {
        bail!("not everything is up:\n  {}", failed.join("\n  "));
    }
    Ok(())
}

fn up_one(choice: &Choice, name: Name) -> Result<Vec<String>> {
    choice.await_needed(name)?;
    let engine = engine(name);
    let state = State::open(&choice.state, name)?;
    let entry = state.read()?;
    if let Some(entry) = entry.as_ref().filter(|entry| process::is_alive(&entry.process)) {
        let place = choice.place(name, entry.ports.clone());
        wait(engine, &place, entry, name)?;
        say(name, "runs already");
        return Ok(engine.lines(&place));
    }
    // A URL once told stays true over a restart, unless somebody else took the port.
    let ports = match entry {
        Some(entry)
            if entry.ports.len() == engine.ports() && entry.ports.iter().all(|port| process::is_free(*port)) =>
        {
            entry.ports
        }
        _ => process::free_ports(engine.ports())?,
    };
    let place = choice.place(name, ports);
    install(engine, &place, name)?;
    fs::create_dir_all(&place.data).with_context(|| format!("{}", place.data.display()))?;
    let began = Instant::now();
    let process = process::spawn(engine.start(&place)?, &place.log)?;
    let entry = Entry { process, ports: place.ports.clone(), version: engine.version().to_owned() };
    state.write(&entry)?;
    wait(engine, &place, &entry, name)?;
    let megabytes = process::resident_mb(&entry.process).map_or_else(String::new, |mb| format!(", {mb} MB"));
    say(name, &format!("{} is ready after {:.1} s{megabytes}", engine.version(), began.elapsed().as_secs_f64()));
    Ok(engine.lines(&place))
}

fn install(engine: &dyn Engine, place: &Place, name: Name) -> Result<()> {
    if place.home.is_dir() {
        return Ok(());
    }
    say(name, &format!("installing {} into {} …", engine.version(), place.home.display()));
    let began = Instant::now();
    // Whole or not at all: what an interrupted run left is not taken for an installation.
    let mut half = place.home.clone().into_os_string();
    half.push(format!(".half-{}", std::process::id()));
    let half = PathBuf::from(half);
    fs::create_dir_all(&half).with_context(|| format!("{}", half.display()))?;
    let installed = engine.install(&half).and_then(|()| match fs::rename(&half, &place.home) {
        // Another run was faster.
        Err(_) if place.home.is_dir() => Ok(()),
        other => other.with_context(|| format!("{}", place.home.display())),
    });
    // Nothing is lost if it stays: the next run makes a folder of its own.
    let _ = fs::remove_dir_all(&half);
    installed?;
    say(name, &format!("installed in {:.0} s", began.elapsed().as_secs_f64()));
    Ok(())
}

fn wait(engine: &dyn Engine, place: &Place, entry: &Entry, name: Name) -> Result<()> {
    let began = Instant::now();
    while !engine.is_ready(place) {
        if !process::is_alive(&entry.process) {
            bail!("it ended before it was ready; the end of {}:\n{}", place.log.display(), process::tail(&place.log));
        }
        if began.elapsed() > Duration::from_secs(engine.ready_s_max()) {
            bail!(
                "it was not ready within {} s (`cargo xtask engines down {name}` ends it); the end of {}:\n{}",
                engine.ready_s_max(),
                place.log.display(),
                process::tail(&place.log)
            );
        }
        thread::sleep(Duration::from_millis(50));
    }
    Ok(())
}

fn down(choice: &Choice, erase: bool, how: Stop) -> Result<()> {
    // What needs another goes before it.
    for name in choice.chosen().into_iter().rev() {
        let state = State::open(&choice.state, name)?;
        match state.read()?.filter(|entry| process::is_alive(&entry.process)) {
            None => say(name, "does not run"),
            Some(entry) => {
                let began = Instant::now();
                process::stop(&entry.process, how, engine(name).stop_signal()).with_context(|| name.to_string())?;
                say(name, &format!("stopped in {:.1} s", began.elapsed().as_secs_f64()));
            }
        }
        if erase {
            state.erase()?;
        }
    }
    Ok(())
}

fn status(choice: &Choice) -> Result<()> {
    let mut missing = Vec::new();
    for name in choice.chosen() {
        let engine = engine(name);
        let entry = State::open(&choice.state, name)?.read()?;
        let Some(entry) = entry.filter(|entry| process::is_alive(&entry.process)) else {
            say(name, "does not run");
            missing.push(name.to_string());
            continue;
        };
        let place = choice.place(name, entry.ports.clone());
        let ready = if engine.is_ready(&place) { "is ready" } else { "runs and is not ready" };
        let megabytes = process::resident_mb(&entry.process).map_or_else(String::new, |mb| format!(", {mb} MB"));
        say(
            name,
            &format!("{} {ready}: process {}{megabytes}, {}", entry.version, entry.process.id, place.log.display()),
        );
        engine.lines(&place).iter().for_each(|line| println!("{line}"));
    }
    if !choice.names.is_empty() && !missing.is_empty() {
        bail!("not running: {}", missing.join(", "));
    }
    Ok(())
}

/// What is told to people goes where it does not mix with the lines for the environment.
#[allow(clippy::print_stderr, reason = "standard output carries the lines for the environment only")]
fn say(name: Name, what: &str) {
    eprintln!("{name:<10} {what}");
}

fn cache() -> PathBuf {
    std::env::var_os("XDG_CACHE_HOME")
        .map(PathBuf::from)
        .or_else(|| std::env::home_dir().map(|home| home.join(".cache")))
        .unwrap_or_else(std::env::temp_dir)
        .join("svetu/engines")
}

fn notes() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or_else(|| Path::new(".")).join(".cache/engines")
}
