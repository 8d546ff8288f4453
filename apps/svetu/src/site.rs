//! The Node site as a child: started, waited for, started again when it dies, ended.

use std::{
    net::{Ipv4Addr, SocketAddr, TcpListener},
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use anyhow::{Context as _, Result, bail, ensure};
use nix::{
    sys::signal::{Signal, killpg},
    unistd::Pid,
};
use tokio::{
    net::TcpStream,
    process::{Child, Command},
    sync::watch,
    task::JoinHandle,
    time::{Instant, sleep, timeout},
};
use tracing::{error, info, warn};

use crate::{config, guard::Guard};

const READY_MAX: Duration = Duration::from_secs(60);
const STOP_MAX: Duration = Duration::from_secs(5);
const RESTARTS_MAX: u32 = 20;
const SETTLED: Duration = Duration::from_secs(60);

#[derive(Debug)]
pub struct Site {
    stop: watch::Sender<bool>,
    watcher: JoinHandle<()>,
}

impl Site {
    /// Where the site will listen: the gateway is told before the site runs.
    pub fn choose_address() -> Result<SocketAddr> {
        Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?)
    }

    /// `api`: where the site's server side asks the API; `public_url`: what people type.
    pub async fn start(config: &config::Site, address: SocketAddr, api: &str, public_url: &str) -> Result<Self> {
        let server = server_script(&config.folder)?;
        let program = Program {
            node: config.node.clone(),
            server,
            environment: vec![
                ("PORT", address.port().to_string()),
                // Next calls every loopback address `localhost`: under another name it takes its own rewrites for another
                // server's and asks itself without end.
                ("HOSTNAME", "localhost".to_owned()),
                ("NODE_ENV", "production".to_owned()),
                ("NEXT_TELEMETRY_DISABLED", "1".to_owned()),
                ("NODE_OPTIONS", "--max-old-space-size=512 --dns-result-order=ipv4first".to_owned()),
                ("SVETU_API_URL", api.to_owned()),
                ("SVETU_PUBLIC_URL", public_url.to_owned()),
            ],
        };
        let mut guard = Guard::start()?;
        let child = program.spawn()?;
        guard.watch(group_of(&child)).await;
        let (stop, stopped) = watch::channel(false);
        let watcher = tokio::spawn(watch_over(child, program, guard, stopped));
        let site = Self { stop, watcher };
        let deadline = Instant::now() + READY_MAX;
        while TcpStream::connect(address).await.is_err() {
            if Instant::now() > deadline || site.watcher.is_finished() {
                site.stop().await;
                bail!("the site did not become ready in {} s", READY_MAX.as_secs());
            }
            sleep(Duration::from_millis(50)).await;
        }
        Ok(site)
    }

    pub async fn stop(self) {
        // Fails only when the watcher is gone already.
        let _ = self.stop.send(true);
        if self.watcher.await.is_err() {
            error!("the watcher of the site ended by itself");
        }
    }
}

struct Program {
    node: String,
    server: PathBuf,
    environment: Vec<(&'static str, String)>,
}

impl Program {
    fn spawn(&self) -> Result<Child> {
        let folder = self.server.parent().context("the site's folder")?;
        Command::new(&self.node)
            .arg(&self.server)
            .current_dir(folder)
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            // A Ctrl-C at the terminal goes to svetu, which ends the site after the door is closed.
            .process_group(0)
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("site.node: `{}` cannot be started", self.node))
    }
}

/// Next.js copies what the server needs into `.next/standalone`; in a workspace it keeps the folders above the application.
pub fn server_script(folder: &Path) -> Result<PathBuf> {
    let folder = folder.canonicalize().with_context(|| {
        format!(
            "site.folder: {} is not there; build the site (`make build`), or start without it (--no-site)",
            folder.display()
        )
    })?;
    let standalone = folder.join(".next/standalone");
    let candidates = [
        standalone.join("apps/site/server.js"),
        standalone.join("server.js"),
        standalone.join("web/apps/site/server.js"),
    ];
    let found = candidates.into_iter().find(|path| path.is_file());
    ensure!(
        found.is_some(),
        "site.folder: {} holds no built site; build it (`make build`), or start without it (--no-site)",
        folder.display()
    );
    found.context("the site's server")
}

async fn told_to_stop(stopped: &mut watch::Receiver<bool>) {
    // An error means that the handle is gone: the same.
    let _ = stopped.wait_for(|stop| *stop).await;
}

/// It leads its own group: children of its own end with it.
fn group_of(child: &Child) -> Option<Pid> {
    child.id().and_then(|pid| i32::try_from(pid).ok()).map(Pid::from_raw)
}

async fn watch_over(mut child: Child, program: Program, mut guard: Guard, mut stopped: watch::Receiver<bool>) {
    let mut restarts = 0;
    loop {
        let started = Instant::now();
        let ended = tokio::select! {
            ended = child.wait() => Some(ended),
            () = told_to_stop(&mut stopped) => None,
        };
        let Some(ended) = ended else {
            end(&mut child).await;
            guard.watch(None).await;
            return;
        };
        guard.watch(None).await;
        restarts = if started.elapsed() >= SETTLED { 1 } else { restarts + 1 };
        if restarts > RESTARTS_MAX {
            error!("the site died {RESTARTS_MAX} times in a row and stays down");
            return;
        }
        warn!(?ended, restarts, "the site died; starting it again");
        let pause = Duration::from_millis(200) * restarts.min(25);
        let stop = tokio::select! {
            () = sleep(pause) => false,
            () = told_to_stop(&mut stopped) => true,
        };
        if stop {
            return;
        }
        match program.spawn() {
            Ok(next) => {
                guard.watch(group_of(&next)).await;
                child = next;
            }
            Err(problem) => {
                error!(%problem, "the site cannot be started again");
                return;
            }
        }
    }
}

async fn end(child: &mut Child) {
    if let Some(group) = group_of(child) {
        // Gone already is as good.
        let _ = killpg(group, Signal::SIGTERM);
    }
    if timeout(STOP_MAX, child.wait()).await.is_err() {
        // It holds nothing that could be lost.
        let _ = child.kill().await;
    }
    info!("the site stopped");
}
