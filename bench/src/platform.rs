//! A release `svetu` in a folder of its own, filled and ready.

use std::{
    path::{Path, PathBuf},
    process::Stdio,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail, ensure};
use axum::http::Method;
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use serde_json::{Value, json};
use sqlx::{PgPool, postgres::PgPoolOptions};
use tempfile::TempDir;
use tokio::process::{Child, Command};

use crate::pace::Http;

const READY_MAX: Duration = Duration::from_secs(60);
const INDEXED_MAX: Duration = Duration::from_secs(120);
pub const OWNER: &str = "radnja@example.com";
pub const PASSWORD: &str = "svetu-demo-lozinka";

pub struct Platform {
    svetu: PathBuf,
    state: PathBuf,
    child: Child,
    pub http: Http,
    /// As the owner of the database.
    pub pool: PgPool,
    /// How it was filled.
    pub told: String,
    _folder: Option<TempDir>,
}

impl Platform {
    /// `core`: it and its PostgreSQL have this one alone.
    pub async fn start(svetu: &Path, state: Option<&Path>, listings: u64, core: Option<u32>) -> Result<Self> {
        let folder = match state {
            Some(_) => None,
            None => Some(tempfile::Builder::new().prefix("svetu-bench-").tempdir()?),
        };
        let state = state.or(folder.as_ref().map(TempDir::path)).context("a state folder")?.to_owned();
        let svetu = svetu.canonicalize().with_context(|| format!("{}", svetu.display()))?;
        let began = Instant::now();
        println!("filling {} with {listings} ads …", state.display());
        let count = listings.to_string();
        run(command(&svetu, &state).args(["seed", "--listings", &count])).await?;
        let told = format!("`svetu seed --listings {listings}`: {:.0} s", began.elapsed().as_secs_f64());
        println!("{told}");
        let log = std::fs::File::create(state.join("bench.log"))?;
        let mut child = pinned(&svetu, &state, core)
            .args(["up", "--no-site"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .kill_on_drop(true)
            .spawn()?;
        let pid = child.id().context("a process id")?;
        let began = Instant::now();
        let note = loop {
            let note = std::fs::read(state.join("running.json")).ok();
            let note = note.and_then(|bytes| serde_json::from_slice::<Value>(&bytes).ok());
            if let Some(note) = note.filter(|note| note["pid"] == pid) {
                break note;
            }
            if let Some(status) = child.try_wait()? {
                bail!("svetu ended ({status}); its log is {}", state.join("bench.log").display());
            }
            ensure!(began.elapsed() < READY_MAX, "svetu is not ready after {} s", READY_MAX.as_secs());
            tokio::time::sleep(Duration::from_millis(50)).await;
        };
        let text = |key: &str| note[key].as_str().map(str::to_owned).with_context(|| format!("running.json: {key}"));
        let http = Http::new(&text("url")?);
        let pool = PgPoolOptions::new().max_connections(8).connect(&text("postgres_url")?).await?;
        let platform = Self { svetu, state, child, http, pool, told, _folder: folder };
        // The index follows the database before anything is measured.
        let began = Instant::now();
        while let Err(behind) = run(command(&platform.svetu, &platform.state).arg("verify")).await {
            ensure!(began.elapsed() < INDEXED_MAX, "{behind}");
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        Ok(platform)
    }

    /// A command beside the running platform.
    pub fn command(&self) -> Command {
        command(&self.svetu, &self.state)
    }

    pub fn folder(&self) -> &Path {
        &self.state
    }

    /// As the demo world's shop.
    pub async fn signed_in(&self) -> Result<Http> {
        let form = json!({ "email": OWNER, "password": PASSWORD });
        let answer = self.http.post("/api/v1/identity/sign-in", serde_json::to_vec(&form)?.into()).await?;
        ensure!(answer.status == 200, "sign-in answered {}", answer.status);
        self.entered(answer.cookies).await
    }

    /// Whom the provider knows is signed in to the site as a browser is: by its redirects.
    async fn entered(&self, mut cookies: Vec<String>) -> Result<Http> {
        let mut path = "/session/sign-in?next=/entered".to_owned();
        for _ in 0..8 {
            let http = self.http.clone().with_cookie(Some(cookies.join("; ")));
            let answer = http.send(Method::GET, &path, &[], None).await?;
            cookies.extend(answer.cookies.into_iter().filter(|pair| !pair.ends_with('=')));
            let to = answer.location.with_context(|| format!("{path} leads nowhere"))?;
            path = to.split_once("://").and_then(|(_, rest)| Some(rest[rest.find('/')?..].to_owned())).unwrap_or(to);
            if path == "/entered" {
                return Ok(http.with_cookie(Some(cookies.join("; "))));
            }
        }
        bail!("a sign-in leads around in circles, at last to {path}");
    }

    pub async fn stop(mut self) -> Result<()> {
        self.pool.close().await;
        let pid = self.child.id().context("a process id")?;
        kill(Pid::from_raw(i32::try_from(pid)?), Signal::SIGTERM)?;
        self.child.wait().await?;
        Ok(())
    }
}

fn command(svetu: &Path, state: &Path) -> Command {
    pinned(svetu, state, None)
}

fn pinned(svetu: &Path, state: &Path, core: Option<u32>) -> Command {
    let mut command = match core {
        Some(core) => {
            let mut command = Command::new("taskset");
            command.args(["-c", &core.to_string()]).arg(svetu);
            // Everybody who is measured comes from an address of their own.
            command.env("SVETU__DOOR__TRUSTED_PROXIES", "[\"127.0.0.1\"]");
            command
        }
        None => Command::new(svetu),
    };
    command.arg("--state").arg(state).current_dir(state);
    // Limits of a person are no part of what is measured.
    command.env("SVETU__LIMITS__ADDRESS_PER_MINUTE", "100000000").env("SVETU__LIMITS__ACCOUNT_PER_MINUTE", "100000000");
    command.env("SVETU__LOG__LEVEL", "warn");
    command
}

pub async fn run(command: &mut Command) -> Result<String> {
    let output = command.stdin(Stdio::null()).output().await?;
    let out = String::from_utf8_lossy(&output.stdout).into_owned();
    ensure!(
        output.status.success(),
        "{command:?} ended with {}: {out}{}",
        output.status,
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(out)
}
