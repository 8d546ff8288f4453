//! The process: started, watched, started again, stopped.

use std::{
    fs,
    net::{Ipv4Addr, TcpListener},
    os::unix::process::CommandExt as _,
    path::{Path, PathBuf},
    process::Stdio,
    sync::Arc,
    time::Duration,
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use sqlx::{Connection as _, Executor as _, PgConnection, postgres::PgConnectOptions};
use tokio::{
    process::{Child, Command},
    sync::watch,
    task::JoinHandle,
    time::{Instant, sleep, timeout},
};
use tracing::{error, info, warn};

use crate::{
    PostgresError,
    cluster::{Cluster, tail},
};

const READY_S_MAX: u64 = 60;
const STOP_FAST_MAX: Duration = Duration::from_secs(30);
const RESTARTS_MAX: u32 = 10;
/// A server that stood this long is well: the count of restarts begins anew.
const SETTLED: Duration = Duration::from_secs(60);
const LOG_BYTES_MAX: u64 = 10 * 1024 * 1024;

#[derive(Debug, Clone)]
pub struct Settings {
    /// The folder that holds `postgres/`, its password and its log.
    pub state: PathBuf,
    /// Folder of the server's programs; None: found.
    pub bin: Option<PathBuf>,
    /// None: a free one.
    pub port: Option<u16>,
    pub connections_max: u32,
    pub shared_buffers_mb: u32,
}

/// A running server. [`Postgres::stop`] ends it cleanly and waits; dropping it only asks it to end.
#[derive(Debug)]
pub struct Postgres {
    cluster: Arc<Cluster>,
    port: u16,
    stop: watch::Sender<bool>,
    pid: watch::Receiver<Option<u32>>,
    watcher: JoinHandle<()>,
}

impl Postgres {
    pub async fn start(settings: Settings) -> Result<Self, PostgresError> {
        let opened = settings.clone();
        let cluster = tokio::task::spawn_blocking(move || {
            let cluster = Cluster::open(&opened.state, opened.bin.as_deref())?;
            end_leftover(&cluster)?;
            Ok::<_, PostgresError>(cluster)
        })
        .await
        .map_err(|error| PostgresError::Program { program: "initdb", output: error.to_string() })??;
        let cluster = Arc::new(cluster);
        let port = match settings.port {
            Some(port) => port,
            None => free_port()?,
        };
        let child = spawn(&cluster, &settings, port)?;
        let (stop, stopped) = watch::channel(false);
        let (pid_tell, pid) = watch::channel(child.id());
        let watcher = tokio::spawn(watch_over(child, Arc::clone(&cluster), settings, port, stopped, pid_tell));
        let server = Self { cluster, port, stop, pid, watcher };
        if let Err(error) = server.ready().await {
            server.stop().await;
            return Err(error);
        }
        Ok(server)
    }

    pub const fn port(&self) -> u16 {
        self.port
    }

    /// The server's process; None while it is down.
    pub fn pid(&self) -> Option<u32> {
        *self.pid.borrow()
    }

    /// As the owner of everything. Holds the password: for connecting, never for showing.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://svetu:{}@127.0.0.1:{}/{database}", self.cluster.password, self.port)
    }

    /// Makes the database with PostGIS and trigrams unless it is there.
    pub async fn ensure_database(&self, database: &'static str) -> Result<(), PostgresError> {
        let mut maintenance = self.connect("postgres").await?;
        let exists: bool = sqlx::query_scalar("select exists (select from pg_database where datname = $1)")
            .bind(database)
            .fetch_one(&mut maintenance)
            .await?;
        if !exists {
            maintenance.execute(format!("create database \"{}\"", database.replace('"', "")).as_str()).await?;
        }
        maintenance.close().await?;
        let mut connection = self.connect(database).await?;
        connection.execute("create extension if not exists postgis; create extension if not exists pg_trgm").await?;
        connection.close().await?;
        Ok(())
    }

    /// A fast shutdown: sessions end, what was committed is flushed. An immediate one where that takes too long.
    pub async fn stop(self) {
        // Fails only when the watcher is gone already.
        let _ = self.stop.send(true);
        if self.watcher.await.is_err() {
            error!("the watcher of PostgreSQL ended by itself");
        }
    }

    async fn connect(&self, database: &str) -> Result<PgConnection, PostgresError> {
        let options = PgConnectOptions::new()
            .host("127.0.0.1")
            .port(self.port)
            .username("svetu")
            .password(&self.cluster.password)
            .database(database);
        Ok(PgConnection::connect_with(&options).await?)
    }

    async fn ready(&self) -> Result<(), PostgresError> {
        let deadline = Instant::now() + Duration::from_secs(READY_S_MAX);
        loop {
            if let Ok(Ok(connection)) = timeout(Duration::from_secs(2), self.connect("postgres")).await {
                return Ok(connection.close().await?);
            }
            if Instant::now() >= deadline || self.watcher.is_finished() {
                return Err(PostgresError::NotReady { seconds: READY_S_MAX, log: self.cluster.log.clone() });
            }
            sleep(Duration::from_millis(50)).await;
        }
    }
}

async fn watch_over(
    mut child: Child,
    cluster: Arc<Cluster>,
    settings: Settings,
    port: u16,
    mut stopped: watch::Receiver<bool>,
    pid: watch::Sender<Option<u32>>,
) {
    let mut restarts = 0;
    loop {
        let started = Instant::now();
        let ended = tokio::select! {
            ended = child.wait() => Some(ended),
            () = told_to_stop(&mut stopped) => None,
        };
        let Some(ended) = ended else {
            end(&mut child).await;
            pid.send_replace(None);
            return;
        };
        pid.send_replace(None);
        restarts = if started.elapsed() >= SETTLED { 1 } else { restarts + 1 };
        if restarts > RESTARTS_MAX {
            error!(postgres.log = %cluster.log.display(), "PostgreSQL died {RESTARTS_MAX} times in a row and stays down");
            return;
        }
        warn!(?ended, restarts, "PostgreSQL died; starting it again");
        let pause = Duration::from_millis(100) * 2_u32.pow(restarts.min(6) - 1);
        tokio::select! {
            () = sleep(pause) => {}
            () = told_to_stop(&mut stopped) => return,
        }
        let again = Arc::clone(&cluster);
        // Backends of a killed postmaster hold its shared memory for a moment: leftovers are ended first.
        let cleared = tokio::task::spawn_blocking(move || end_leftover(&again)).await;
        if let Ok(Err(problem)) = cleared {
            warn!(%problem, "what the old server left could not be ended");
        }
        match spawn(&cluster, &settings, port) {
            Ok(next) => {
                pid.send_replace(next.id());
                child = next;
            }
            Err(problem) => {
                error!(%problem, "PostgreSQL cannot be started again");
                return;
            }
        }
    }
}

/// Also when the handle is dropped without [`Postgres::stop`].
async fn told_to_stop(stopped: &mut watch::Receiver<bool>) {
    // An error means that nobody can say so any more.
    let _ = stopped.wait_for(|stop| *stop).await;
}

/// SIGINT is a fast shutdown, SIGQUIT an immediate one (PostgreSQL documentation, section 19.5).
async fn end(child: &mut Child) {
    signal(child.id(), Signal::SIGINT);
    if timeout(STOP_FAST_MAX, child.wait()).await.is_err() {
        warn!("PostgreSQL did not stop in time; ending it at once");
        signal(child.id(), Signal::SIGQUIT);
        if timeout(Duration::from_secs(5), child.wait()).await.is_err() {
            // The log of the database survives this as it survives a power cut.
            let _ = child.kill().await;
        }
    }
    info!("PostgreSQL stopped");
}

fn signal(pid: Option<u32>, signal: Signal) {
    if let Some(pid) = pid.and_then(|pid| i32::try_from(pid).ok()) {
        // Gone already is as good.
        let _ = kill(Pid::from_raw(pid), signal);
    }
}

fn spawn(cluster: &Cluster, settings: &Settings, port: u16) -> Result<Child, PostgresError> {
    let full = fs::metadata(&cluster.log).is_ok_and(|metadata| metadata.len() > LOG_BYTES_MAX);
    let log = fs::File::options()
        .create(true)
        .write(true)
        .append(!full)
        .truncate(full)
        .open(&cluster.log)
        .map_err(PostgresError::io(&cluster.log))?;
    let errors = log.try_clone().map_err(PostgresError::io(&cluster.log))?;
    let mut command = cluster.command("postgres");
    command.arg("-D").arg(&cluster.data).args(["-p", &port.to_string()]);
    for setting in [
        "listen_addresses=127.0.0.1".to_owned(),
        "unix_socket_directories=".to_owned(),
        format!("max_connections={}", settings.connections_max),
        format!("shared_buffers={}MB", settings.shared_buffers_mb),
        "effective_cache_size=1GB".to_owned(),
        "work_mem=8MB".to_owned(),
        "maintenance_work_mem=64MB".to_owned(),
        "max_wal_size=1GB".to_owned(),
        "random_page_cost=1.1".to_owned(),
        "jit=off".to_owned(),
        "idle_in_transaction_session_timeout=60s".to_owned(),
        "log_min_messages=warning".to_owned(),
        "log_line_prefix=%m [%p] %u ".to_owned(),
        "timezone=UTC".to_owned(),
    ] {
        command.args(["-c", &setting]);
    }
    // A Ctrl-C at the terminal goes to svetu, which ends the server after its own work is done.
    command.process_group(0).stdout(Stdio::from(log)).stderr(Stdio::from(errors));
    Command::from(command).spawn().map_err(PostgresError::io(cluster.installation.program("postgres")))
}

/// A server that a killed `svetu` left behind holds the folder: it is stopped, immediately if it must be.
fn end_leftover(cluster: &Cluster) -> Result<(), PostgresError> {
    let Some(pid) = leftover(&cluster.data.join("postmaster.pid")) else { return Ok(()) };
    for mode in ["fast", "immediate"] {
        let output = cluster
            .command("pg_ctl")
            .arg("-D")
            .arg(&cluster.data)
            .args(["-w", "-t", "20", "-m", mode, "stop"])
            .output()
            .map_err(PostgresError::io(cluster.installation.program("pg_ctl")))?;
        if output.status.success() {
            info!("stopped a PostgreSQL left by an earlier run");
            return Ok(());
        }
        if kill(Pid::from_raw(pid), None).is_err() {
            return Ok(());
        }
        if mode == "immediate" {
            return Err(PostgresError::Program { program: "pg_ctl stop", output: tail(&output.stderr) });
        }
    }
    Ok(())
}

/// The process in `postmaster.pid`, if it lives and is a postgres: numbers are used again after a reboot.
fn leftover(file: &Path) -> Option<i32> {
    let pid: i32 = fs::read_to_string(file).ok()?.lines().next()?.trim().parse().ok()?;
    kill(Pid::from_raw(pid), None).ok()?;
    let name = fs::read_to_string(format!("/proc/{pid}/comm"));
    name.map_or(Some(pid), |name| name.starts_with("postgres").then_some(pid))
}

fn free_port() -> Result<u16, PostgresError> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(PostgresError::io("127.0.0.1"))?;
    Ok(listener.local_addr().map_err(PostgresError::io("127.0.0.1"))?.port())
}
