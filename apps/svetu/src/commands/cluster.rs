//! A whole cluster on this machine.

use std::{ffi::OsString, path::PathBuf, process::ExitCode, sync::Arc, time::Instant};

use anyhow::{Context as _, Result, bail};
use axum::{
    Router,
    extract::{Query, State},
    response::Response,
    routing::post,
};
use serde::{Deserialize, Serialize};
use svetu_cluster::keys;
use svetu_kernel::{Clock as _, SharedClock, SystemClock};
use tokio::{
    signal::unix::{SignalKind, signal},
    task::JoinSet,
};

use super::up;
use crate::{
    cli::{Cluster, ClusterUp},
    cluster::Elsewhere,
    config::Config,
    control::{self, Control},
    database::Database,
    door, engines,
    engines::Engines,
    running::{Lock, Running},
    schemas,
    seed::{Seeder, once_indexed},
    session::Session,
    supervisor::{self, Plan, Shown, Start, Supervisor},
};

/// Ours alone, for what an operator asks of services.
const OPERATOR: &str = "operator";

pub async fn run(command: Cluster, config: &Config) -> Result<ExitCode> {
    match command {
        Cluster::Up(up) => self::up(up, config).await,
        Cluster::Status { json } => status(config, json).await,
        Cluster::Restart { name, binary } => restart(config, name, binary).await,
        Cluster::Keys { file, folder, days } => {
            let plan = Plan::read(&file)?;
            let names = names(&plan);
            keys::make(&folder, &names, SystemClock.now(), i64::from(days))?;
            say!("{} certificates for {days} days are in {}", names.len(), folder.display());
            Ok(ExitCode::SUCCESS)
        }
    }
}

/// For certificates: each process with its roles, and whoever operates them.
fn names(plan: &Plan) -> Vec<(String, Vec<String>)> {
    let processes = plan.process.iter().map(|process| (process.name.clone(), process.roles.clone()));
    processes.chain([(OPERATOR.to_owned(), vec![OPERATOR.to_owned()])]).collect()
}

async fn up(up: ClusterUp, config: &Config) -> Result<ExitCode> {
    let plan = Plan::read(&up.file)?;
    plan.fits(config).with_context(|| format!("{}", up.file.display()))?;
    let mut config = config.clone();
    config.identity.staff_second_factor = config.identity.staff_second_factor.in_world(up.demo.is_some());
    if up.detach {
        return up::detach(&config, up.demo.is_some()).await;
    }
    if up.detached {
        // A session of our own: the terminal that started us may close. Fails only for a leader, which has one.
        let _ = nix::unistd::setsid();
    }
    config.postgres.connections_max = config.postgres.connections_max.max(plan.connections_max());
    let lock = Lock::take(&config.state.folder)?;
    let database = Database::start(&config).await?;
    let mut tasks = JoinSet::new();
    let result = Box::pin(serve(&plan, &up, &config, &database, &lock, &mut tasks)).await;
    database.stop().await;
    result.map(|()| ExitCode::SUCCESS)
}

async fn serve(
    plan: &Plan,
    up: &ClusterUp,
    config: &Config,
    database: &Database,
    lock: &Lock,
    tasks: &mut JoinSet<()>,
) -> Result<()> {
    let began = Instant::now();
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let clock: SharedClock = Arc::new(SystemClock);
    let secrets = engines::secrets(config)?;
    let engines = Engines::choose(config, database.url.clone(), secrets).await?;
    schemas::migrate(&engines.database).await.context("the database")?;
    engines.close().await;
    let folder = config.state.folder.join("cluster");
    keys::make(&folder, &names(plan), clock.now(), 90)?;
    let door = door::open(&config.door)?;
    let public_url = door::public_url(&config.door, door.local_addr()?.port());
    let start = Start {
        flags: flags(config),
        environment: supervisor::environment(config, &database.url, &public_url),
        keys: folder.clone(),
        logs: config.state.folder.join("logs"),
        door,
        drain_s_max: config.door.drain_s_max,
        clock,
    };
    let supervisor = Supervisor::start(plan, start, tasks)?;
    let work = async {
        supervisor.ready().await?;
        let mut own = config.cluster.clone();
        own.certificate = folder.join(format!("{OPERATOR}.pem"));
        own.key = folder.join(format!("{OPERATOR}.key"));
        own.authority = folder.join(keys::AUTHORITY);
        own.services = supervisor.services().clone();
        let elsewhere = Elsewhere::open(&own)?.context("the cluster")?;
        let search = elsewhere.search()?;
        let routes = control::of_search(Arc::clone(&search)).merge(routes(Arc::clone(&supervisor)));
        let control = Control::open(&config.state.folder, routes)?;
        if let Some(listings) = up.demo {
            demo(config, &database.url, &public_url, listings).await?;
            once_indexed(async || search.catch_up().await).await?;
        }
        lock.announce(&Running {
            pid: std::process::id(),
            url: public_url.clone(),
            postgres_url: database.url.clone(),
        })?;
        up::greet(config, &public_url, up.demo.is_some(), began.elapsed());
        say!("{} processes; their logs are in {}", plan.process.len(), config.state.folder.join("logs").display());
        Ok::<Control, anyhow::Error>(control)
    };
    let end = tokio::select! {
        worked = work => worked.map(Some),
        _ = interrupt.recv() => Ok(None),
        _ = terminate.recv() => Ok(None),
    };
    if matches!(end, Ok(Some(_))) {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    }
    tracing::info!("ending");
    supervisor.stop().await;
    while tasks.join_next().await.is_some() {}
    end.map(drop)
}

/// By the services' own use cases, in a process of its own as `svetu seed` is one; the cluster's relays publish what it did.
async fn demo(config: &Config, database_url: &str, public_url: &str, listings: u64) -> Result<()> {
    let mut own = config.clone();
    own.postgres.url = database_url.to_owned();
    own.door.public_url = public_url.to_owned();
    let session = Session::open(&own).await?;
    let seeder = Seeder {
        contracts: &session.contracts,
        clock: Arc::clone(&session.engines.clock),
        state: &config.state.folder,
        database: &config.postgres.url,
    };
    let seeded = async {
        if !seeder.is_done(1, listings).await? {
            say!("loading a demo world of {listings} ads …");
            seeder.run(1, listings).await.context("the demo world")?;
        }
        Ok(())
    };
    let seeded = seeded.await;
    session.close().await;
    seeded
}

/// What was said to us before the verb.
fn flags(config: &Config) -> Vec<OsString> {
    let mut flags: Vec<OsString> = vec!["--state".into(), config.state.folder.clone().into()];
    let mut said = std::env::args_os().skip(1);
    while let Some(argument) = said.next() {
        if argument == "--config" {
            flags.push(argument);
            flags.extend(said.next());
        } else if argument.to_string_lossy().starts_with("--config=") {
            flags.push(argument);
        }
    }
    flags
}

#[derive(Debug, Serialize, Deserialize)]
struct Replace {
    name: Option<String>,
    binary: Option<PathBuf>,
}

fn routes(supervisor: Arc<Supervisor>) -> Router {
    Router::new().route("/status", post(shown)).route("/restart", post(replace)).with_state(supervisor)
}

async fn shown(State(supervisor): State<Arc<Supervisor>>) -> Response {
    control::answer(Ok::<_, anyhow::Error>(supervisor.shown()))
}

async fn replace(State(supervisor): State<Arc<Supervisor>>, Query(asked): Query<Replace>) -> Response {
    control::answer(supervisor.replace(asked.name.as_deref(), asked.binary).await)
}

fn running(config: &Config) -> Result<()> {
    if Running::find(&config.state.folder).is_none() {
        bail!("no cluster runs from {}; `svetu cluster up` starts one", config.state.folder.display());
    }
    Ok(())
}

async fn status(config: &Config, json: bool) -> Result<ExitCode> {
    running(config)?;
    let all: Vec<Shown> = control::ask(&config.state.folder, "/status").await?;
    if json {
        say!("{}", serde_json::to_string_pretty(&all)?);
        return Ok(ExitCode::SUCCESS);
    }
    for process in all {
        let pid = process.pid.map_or_else(|| "starting".to_owned(), |pid| pid.to_string());
        let since = process.since.map_or_else(String::new, |since| since.format("%F %T UTC").to_string());
        say!("{:14} {:10} {since}  {}", process.name, pid, process.roles.join(", "));
    }
    Ok(ExitCode::SUCCESS)
}

async fn restart(config: &Config, name: Option<String>, binary: Option<PathBuf>) -> Result<ExitCode> {
    running(config)?;
    let binary = binary.map(|binary| binary.canonicalize().with_context(|| format!("--binary {}", binary.display())));
    let query = serde_html_form::to_string(Replace { name, binary: binary.transpose()? })?;
    let done: Vec<String> = control::ask(&config.state.folder, &format!("/restart?{query}")).await?;
    say!("replaced: {}", done.join(", "));
    Ok(ExitCode::SUCCESS)
}
