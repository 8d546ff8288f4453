//! The real binary in a folder of its own: run, started, asked, killed, and cleared away however the test ends.
#![allow(dead_code, reason = "each test binary uses a part of it")]

pub mod api;

use std::{
    fs,
    io::Write as _,
    os::unix::{fs::PermissionsExt as _, process::CommandExt as _},
    path::{Path, PathBuf},
    process::{ChildStdin, Command, Stdio},
    time::{Duration, Instant},
};

pub use api::{Answer, Api};
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use serde_json::Value;
use sqlx::{Connection as _, PgConnection};
use tempfile::TempDir;
use tokio::sync::OnceCell;

/// Sellers and staff are there; pictures take the longest.
const DEMO_ADS: &str = "24";
pub const TRADER: &str = "radnja@example.com";
pub const PASSWORD: &str = "svetu-demo-lozinka";
const READY_MAX: Duration = Duration::from_secs(180);
const COMMAND_MAX: Duration = Duration::from_secs(600);

/// Waits for our end, then ends what runs from the folder and removes it.
const GUARD: &str = r#"trap '' INT TERM HUP
while read -r _; do :; done
pid=$(sed -n 's/.*"pid": *\([0-9]*\).*/\1/p' "$1/state/running.json" 2>/dev/null)
[ -n "$pid" ] && [ "$(cat "/proc/$pid/comm" 2>/dev/null)" = svetu ] && kill -9 "$pid" 2>/dev/null
data=$(readlink -f "$1/state/postgres")
pid=$(head -n 1 "$data/postmaster.pid" 2>/dev/null)
if [ -n "$pid" ] && [ "$(cat "/proc/$pid/comm" 2>/dev/null)" = postgres ]; then
  kill -QUIT "$pid" 2>/dev/null
  n=0; while kill -0 "$pid" 2>/dev/null && [ $n -lt 100 ]; do sleep 0.05; n=$((n+1)); done
fi
rm -rf "$data" "$1""#;

/// A state folder, and beside it the folder that commands are started in.
pub struct Place {
    root: PathBuf,
    _pulse: ChildStdin,
}

/// What a command said.
#[derive(Debug, Clone)]
pub struct Ended {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Ended {
    #[track_caller]
    pub fn expect(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "\n{}\n{}", self.out, self.err);
        self
    }

    /// Standard error without the log, which is JSON lines there.
    pub fn told(&self) -> String {
        self.err.lines().filter(|line| !line.starts_with('{')).collect::<Vec<_>>().join("\n")
    }

    #[track_caller]
    pub fn refused(self, expected: &[&str]) -> Self {
        let ended = self.expect(2);
        for text in expected {
            assert!(ended.told().contains(text), "«{text}» is not in: {}", ended.told());
        }
        ended
    }
}

impl Place {
    pub fn fresh() -> Self {
        // A server that drops to another user must be able to enter.
        let root = tempfile::Builder::new().prefix("svetu-it-").tempdir().map(TempDir::keep).unwrap();
        fs::set_permissions(&root, fs::Permissions::from_mode(0o755)).unwrap();
        for name in ["state", "work"] {
            fs::create_dir(root.join(name)).unwrap();
        }
        let pulse = guard(&root);
        Self { root, _pulse: pulse }
    }

    /// With a small demo world loaded: a copy of one that is made once.
    pub async fn seeded() -> Self {
        static TEMPLATE: OnceCell<Place> = OnceCell::const_new();
        let template = TEMPLATE
            .get_or_init(|| async {
                let place = Self::fresh();
                let running = place.up(&["--demo", DEMO_ADS]).await;
                running.stop().await;
                place
            })
            .await;
        let place = Self::fresh();
        let status = Command::new("cp")
            // The server's files stay its user's; a data folder elsewhere is copied in.
            .args(["-a", "-H", "--"])
            .arg(template.state().join("."))
            .arg(place.state())
            .status()
            .unwrap();
        assert!(status.success());
        let data = place.state().join("postgres");
        if data.is_symlink() {
            // Unreachable for the server's user: a copy would be, too. Begin anew, slower.
            fs::remove_dir_all(place.state()).unwrap();
            fs::create_dir(place.state()).unwrap();
            place.run(&["seed", "--listings", DEMO_ADS]).await.expect(0);
        }
        place
    }

    pub fn state(&self) -> PathBuf {
        self.root.join("state")
    }

    /// Where commands run and files of a test lie.
    pub fn work(&self) -> PathBuf {
        self.root.join("work")
    }

    pub fn log(&self) -> PathBuf {
        self.root.join("log")
    }

    pub fn write(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.work().join(name);
        fs::write(&path, text).unwrap();
        path
    }

    pub fn command(&self) -> Command {
        let mut command = bare(&self.work());
        command.arg("--state").arg(self.state());
        command
    }

    /// Runs a command to its end.
    pub async fn run(&self, arguments: &[&str]) -> Ended {
        let mut command = self.command();
        command.args(arguments);
        finish(command).await
    }

    /// Starts the platform without a site and waits until it is ready.
    pub async fn up(&self, arguments: &[&str]) -> Platform {
        let mut command = self.command();
        command.args(["up", "--no-site"]).args(arguments);
        self.start(command).await
    }

    /// The same as a cluster: a process for each table of the plan.
    pub async fn cluster(&self, plan: &Path, arguments: &[&str]) -> Platform {
        let mut command = self.command();
        command.args(["cluster", "up", "--file"]).arg(plan).args(arguments).env("SVETU__SITE__ENABLED", "false");
        self.start(command).await
    }

    /// The same by another version of the program, which looks after the processes too.
    pub async fn cluster_of(&self, program: &Path, plan: &Path, arguments: &[&str]) -> Platform {
        let ours = self.command();
        let mut command = Command::new(program);
        command.current_dir(self.work()).args(ours.get_args());
        for (name, value) in ours.get_envs() {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        command.args(["cluster", "up", "--file"]).arg(plan).args(arguments).env("SVETU__SITE__ENABLED", "false");
        self.start(command).await
    }

    async fn start(&self, mut command: Command) -> Platform {
        let log = fs::File::options().create(true).append(true).open(self.log()).unwrap();
        command.stdin(Stdio::null()).stdout(log.try_clone().unwrap()).stderr(log);
        let mut command = tokio::process::Command::from(command);
        let mut child = command.kill_on_drop(true).spawn().unwrap();
        let pid = child.id().unwrap();
        let began = Instant::now();
        loop {
            if let Some(note) = self.note().filter(|note| note["pid"] == pid) {
                let api = Api::new(note["url"].as_str().unwrap());
                if api.get("/health/ready").await.is_ok_and(|answer| answer.status == 200) {
                    return Platform { child, pid, api, state: self.state() };
                }
            }
            if let Some(status) = child.try_wait().unwrap() {
                panic!("svetu ended ({status}):\n{}", self.log_tail());
            }
            assert!(began.elapsed() < READY_MAX, "svetu is not ready:\n{}", self.log_tail());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// What a running platform wrote down for others.
    pub fn note(&self) -> Option<Value> {
        serde_json::from_slice(&fs::read(self.state().join("running.json")).ok()?).ok()
    }

    /// Into the database of a running platform, past its services.
    pub async fn database(&self) -> PgConnection {
        let note = self.note().expect("a platform runs");
        PgConnection::connect(note["postgres_url"].as_str().unwrap()).await.unwrap()
    }

    /// The process of the private PostgreSQL by its own file.
    pub fn postmaster(&self) -> Option<Pid> {
        let text = fs::read_to_string(self.state().join("postgres/postmaster.pid")).ok()?;
        let pid = Pid::from_raw(text.lines().next()?.trim().parse().ok()?);
        kill(pid, None).is_ok().then_some(pid)
    }

    pub fn log_tail(&self) -> String {
        let text = fs::read_to_string(self.log()).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(40)..].join("\n")
    }
}

fn guard(root: &Path) -> ChildStdin {
    #[allow(clippy::zombie_processes, reason = "it outlives us: that is what it is for")]
    let mut shell = Command::new("/bin/sh")
        .args(["-c", GUARD, "svetu-it-guard"])
        .arg(root)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .current_dir("/")
        .process_group(0)
        .spawn()
        .unwrap();
    shell.stdin.take().unwrap()
}

/// The program, started in `folder`, with nothing of this environment that would configure it.
pub fn bare(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_svetu"));
    command.current_dir(folder).env_remove("RUST_LOG");
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("SVETU_")) {
        command.env_remove(name);
    }
    // A test is one address and one account in a hurry.
    for name in ["SVETU__LIMITS__ADDRESS_PER_MINUTE", "SVETU__LIMITS__ACCOUNT_PER_MINUTE"] {
        command.env(name, "1000000");
    }
    // The staff of the demo world, also when it is started anew without loading it.
    command.env("SVETU__IDENTITY__STAFF_SECOND_FACTOR", "never");
    command
}

/// Runs a prepared command to its end.
pub async fn finish(mut command: Command) -> Ended {
    command.stdin(Stdio::null());
    let mut command = tokio::process::Command::from(command);
    command.kill_on_drop(true);
    let output = tokio::time::timeout(COMMAND_MAX, command.output()).await.expect("a command that ends").unwrap();
    Ended {
        code: output.status.code(),
        out: String::from_utf8_lossy(&output.stdout).into_owned(),
        err: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// A platform that runs.
pub struct Platform {
    child: tokio::process::Child,
    pub pid: u32,
    pub api: Api,
    state: PathBuf,
}

impl Platform {
    /// As Ctrl-C: everything ends in order, and nothing is left running.
    pub async fn stop(mut self) {
        kill(Pid::from_raw(self.pid as i32), Signal::SIGTERM).unwrap();
        let status = self.child.wait().await.unwrap();
        assert!(status.success(), "{status}");
        assert!(!self.state.join("postgres/postmaster.pid").exists(), "PostgreSQL is still there");
        assert!(!self.state.join("running.json").exists());
    }

    /// As a power cut for this process; PostgreSQL goes on by itself.
    pub async fn kill(mut self) {
        self.child.kill().await.unwrap();
    }
}

/// Ends a process as nothing can refuse.
pub fn kill_9(pid: Pid) {
    let _ = kill(pid, Signal::SIGKILL);
}

/// A file of so many lines of CSV, made by `line`.
pub fn csv(path: &Path, header: &str, rows: u64, line: impl Fn(u64) -> String) {
    let mut file = std::io::BufWriter::new(fs::File::create(path).unwrap());
    writeln!(file, "{header}").unwrap();
    for index in 0..rows {
        writeln!(file, "{}", line(index)).unwrap();
    }
    file.flush().unwrap();
}
