use std::{
    fs,
    net::TcpListener,
    os::unix::{fs::PermissionsExt, process::CommandExt},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, Command, Stdio},
    sync::OnceLock,
    time::{Duration, Instant},
};

use sqlx::{Connection, PgConnection};
use svetu_postgres::Installation;

struct Server {
    url: String,
    /// The guard's standard input: closed by the kernel when this process ends, however it ends.
    _pulse: Option<ChildStdin>,
}

/// The maintenance URL (database `postgres`, a superuser) of the server that all tests of this process share:
/// the one named by `SVETU_TEST_POSTGRES`, else one that ends with the process.
pub(crate) fn url() -> &'static str {
    static SERVER: OnceLock<Server> = OnceLock::new();
    #[allow(clippy::disallowed_methods, reason = "a test server is no configuration of the platform")]
    let server = SERVER.get_or_init(|| match std::env::var("SVETU_TEST_POSTGRES") {
        Ok(url) => Server { url, _pulse: None },
        Err(_) => start(),
    });
    &server.url
}

/// Services go through this pooler before that server, if `SVETU_TEST_POOLER` names one; who owns a test does not.
#[allow(clippy::disallowed_methods, reason = "a test server is no configuration of the platform")]
pub(crate) fn pooler() -> Option<String> {
    std::env::var("SVETU_TEST_POOLER").ok()
}

fn start() -> Server {
    let installation = Installation::find(None, None).unwrap_or_else(|error| panic!("{error}"));
    let folder = tempfile::Builder::new().prefix("svetu-test-").tempdir().unwrap().keep();
    let data = folder.join("data");
    fs::create_dir(&data).unwrap();
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o711)).unwrap();
    own(&data);

    let initdb = command(&installation.program("initdb"))
        .arg("-D")
        .arg(&data)
        .args(["-U", "svetu", "-E", "UTF8", "--locale=C.UTF-8", "--auth=trust", "--no-sync"])
        .output()
        .unwrap();
    assert!(initdb.status.success(), "initdb: {}", String::from_utf8_lossy(&initdb.stderr));

    let port = TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port();
    let log = fs::File::create(folder.join("log")).unwrap();
    let mut postgres = command(&installation.program("postgres"));
    postgres.arg("-D").arg(&data).args(["-p", &port.to_string()]);
    // Nothing here is worth keeping.
    for setting in [
        "listen_addresses=127.0.0.1",
        "unix_socket_directories=",
        "max_connections=200",
        "shared_buffers=64MB",
        "fsync=off",
        "synchronous_commit=off",
        "full_page_writes=off",
        "wal_level=minimal",
        "max_wal_senders=0",
        "jit=off",
        "timezone=UTC",
    ] {
        postgres.args(["-c", setting]);
    }
    let mut postgres = postgres.process_group(0).stdout(log.try_clone().unwrap()).stderr(log).spawn().unwrap();
    let pulse = guard(postgres.id(), &folder);
    let url = format!("postgres://svetu@127.0.0.1:{port}/postgres");
    wait(&url, &mut postgres, &folder);
    Server { url, _pulse: Some(pulse) }
}

/// As `postgres` when we are root, which the server refuses to be.
fn command(program: &Path) -> Command {
    let mut command = Command::new(program);
    if let Some(user) = account() {
        command.uid(user.uid.as_raw()).gid(user.gid.as_raw());
    }
    command.current_dir("/").stdin(Stdio::null());
    command
}

fn account() -> Option<nix::unistd::User> {
    nix::unistd::geteuid().is_root().then(|| nix::unistd::User::from_name("postgres").unwrap().expect("an account"))
}

fn own(folder: &Path) {
    fs::set_permissions(folder, fs::Permissions::from_mode(0o700)).unwrap();
    if let Some(user) = account() {
        std::os::unix::fs::chown(folder, Some(user.uid.as_raw()), Some(user.gid.as_raw())).unwrap();
    }
}

/// A shell that reads our pulse until it stops, then ends the server and removes its folder.
#[allow(clippy::zombie_processes, reason = "it outlives us: that is what it is for")]
fn guard(server: u32, folder: &Path) -> ChildStdin {
    let script = "trap '' INT TERM HUP; while read -r _; do :; done; kill -QUIT \"$1\" 2>/dev/null; \
                  n=0; while kill -0 \"$1\" 2>/dev/null && [ $n -lt 50 ]; do sleep 0.1; n=$((n+1)); done; rm -rf \"$2\"";
    let mut guard: Child = Command::new("/bin/sh")
        .args(["-c", script, "svetu-test-guard", &server.to_string()])
        .arg(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .current_dir("/")
        .process_group(0)
        .spawn()
        .unwrap();
    guard.stdin.take().unwrap()
}

fn wait(url: &str, postgres: &mut Child, folder: &Path) {
    let url = url.to_owned();
    let log: PathBuf = folder.join("log");
    let deadline = Instant::now() + Duration::from_secs(60);
    // A runtime of its own: a test's cannot be blocked.
    std::thread::scope(|scope| {
        scope.spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            while runtime.block_on(PgConnection::connect(&url)).is_err() {
                let died = postgres.try_wait().unwrap();
                assert!(
                    died.is_none() && Instant::now() < deadline,
                    "the test server did not start: {}",
                    fs::read_to_string(&log).unwrap_or_default()
                );
                std::thread::sleep(Duration::from_millis(50));
            }
        });
    });
}
