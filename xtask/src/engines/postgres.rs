//! A primary, and a streaming replica of it. Nothing in them is worth a flush.

use std::{
    fs,
    io::Write as _,
    os::unix::{
        fs::{MetadataExt as _, PermissionsExt as _, symlink},
        process::CommandExt as _,
    },
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};
use nix::{
    sys::signal::Signal,
    unistd::{User, chown, geteuid},
};

use super::{Engine, Name, Place, install};

const MISSING: &str = "PostgreSQL 15 or later with PostGIS (scripts/install.sh)";
/// The owner of everything; whoever reaches the port is believed.
pub const OWNER: &str = "svetu";

const ORPHANS_MAX: Duration = Duration::from_secs(20);

pub struct Primary;
pub struct Replica;

/// Who the server runs as: not as root.
fn user() -> Result<Option<User>> {
    if !geteuid().is_root() {
        return Ok(None);
    }
    Ok(Some(User::from_name("postgres")?.with_context(|| format!("the user `postgres`: {MISSING}"))?))
}

/// A program that runs as that user, standing in `folder`, which is made theirs.
pub fn lowered(program: &Path, folder: &Path) -> Result<Command> {
    let mut command = Command::new(program);
    command.current_dir("/").stdin(Stdio::null()).env("LC_ALL", "C.UTF-8");
    let Some(user) = user()? else { return Ok(command) };
    let folder = fs::canonicalize(folder)?;
    if let Some(closed) =
        folder.ancestors().skip(1).find(|folder| fs::metadata(folder).is_ok_and(|meta| meta.mode() & 0o001 == 0))
    {
        bail!(
            "as root it runs as the user `postgres`, who may not enter {}; name another folder by --state",
            closed.display()
        );
    }
    chown(&folder, Some(user.uid), Some(user.gid))?;
    command.uid(user.uid.as_raw()).gid(user.gid.as_raw());
    Ok(command)
}

/// Debian has one folder a version.
fn programs() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").ok()?;
    let bins = versions.filter_map(|entry| entry.ok().map(|entry| entry.path().join("bin")));
    bins.filter(|bin| bin.join("initdb").exists()).max()
}

fn install_programs(home: &Path) -> Result<()> {
    let _turn = install::turn()?;
    if programs().is_none() {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../scripts/install.sh");
        install::run(Command::new(script).arg("run"), MISSING)?;
    }
    Ok(symlink(programs().context(MISSING)?, home.join("bin"))?)
}

/// True when a server of this protocol takes connections.
pub fn takes_connections(bin: &Path, port: u16) -> bool {
    Command::new(bin.join("pg_isready"))
        .args(["-q", "-h", "127.0.0.1", "-U", OWNER, "-d", "postgres", "-t", "1", "-p", &port.to_string()])
        .stdin(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

pub fn url(port: u16) -> String {
    format!("postgres://{OWNER}@127.0.0.1:{port}/postgres")
}

fn bin(place: &Place) -> PathBuf {
    // The link is in the cache, which a lowered user may not enter.
    let link = place.home.join("bin");
    fs::canonicalize(&link).unwrap_or(link)
}

/// What a killed server leaves ends by itself, and until then nobody else may use its data.
fn await_orphans(data: &Path) {
    let file = data.join("postmaster.pid");
    let note = fs::read_to_string(&file).unwrap_or_default();
    let Some(id) = note.lines().nth(6).and_then(|line| line.split_whitespace().nth(1)) else { return };
    let began = Instant::now();
    let is_held = || {
        let segments = fs::read_to_string("/proc/sysvipc/shm").unwrap_or_default();
        let held = segments.lines().find(|line| line.split_whitespace().nth(1) == Some(id));
        held.and_then(|line| line.split_whitespace().nth(6)).is_some_and(|attached| attached != "0")
    };
    while is_held() && began.elapsed() < ORPHANS_MAX {
        thread::sleep(Duration::from_millis(50));
    }
    // It was looked whether ours lives; one that is dead and not yet buried would pass for another server.
    let _ = fs::remove_file(&file);
}

fn server(place: &Place) -> Result<Command> {
    await_orphans(&place.data);
    let mut command = lowered(&bin(place).join("postgres"), &place.data)?;
    command.arg("-D").arg(&place.data).args(["-p", &place.ports[0].to_string()]);
    for setting in [
        "listen_addresses=127.0.0.1",
        "unix_socket_directories=",
        "max_connections=300",
        "shared_buffers=64MB",
        "fsync=off",
        "full_page_writes=off",
        "jit=off",
        "timezone=UTC",
        "wal_level=logical",
        "max_wal_senders=10",
        "max_replication_slots=10",
        "wal_keep_size=256MB",
        // What is asked of the replica gives way to what the primary does.
        "max_standby_streaming_delay=1s",
    ] {
        command.args(["-c", setting]);
    }
    Ok(command)
}

fn private(folder: &Path) -> Result<()> {
    Ok(fs::set_permissions(folder, fs::Permissions::from_mode(0o700))?)
}

impl Engine for Primary {
    fn version(&self) -> &'static str {
        "15"
    }

    fn ports(&self) -> usize {
        1
    }

    fn install(&self, home: &Path) -> Result<()> {
        install_programs(home)
    }

    fn start(&self, place: &Place) -> Result<Command> {
        private(&place.data)?;
        if !place.data.join("PG_VERSION").exists() {
            let mut initdb = lowered(&bin(place).join("initdb"), &place.data)?;
            initdb.arg("-D").arg(&place.data).args(["-U", OWNER]);
            initdb.args(["-E", "UTF8", "--locale=C.UTF-8", "--auth=trust", "--no-sync"]);
            install::run(&mut initdb, MISSING)?;
            // Not on the command line, which nobody can change while it runs.
            let mut file = fs::File::options().append(true).open(place.data.join("postgresql.conf"))?;
            writeln!(file, "max_slot_wal_keep_size = 256MB")?;
        }
        server(place)
    }

    fn is_ready(&self, place: &Place) -> bool {
        takes_connections(&bin(place), place.ports[0])
    }

    fn lines(&self, place: &Place) -> Vec<String> {
        vec![format!("SVETU__POSTGRES__URL={}", url(place.ports[0]))]
    }

    /// A fast shutdown: it does not wait for who is connected.
    fn stop_signal(&self) -> Signal {
        Signal::SIGINT
    }
}

impl Engine for Replica {
    fn version(&self) -> &'static str {
        "15"
    }

    fn ports(&self) -> usize {
        1
    }

    fn needs(&self) -> Option<Name> {
        Some(Name::Postgres)
    }

    fn install(&self, home: &Path) -> Result<()> {
        install_programs(home)
    }

    fn start(&self, place: &Place) -> Result<Command> {
        private(&place.data)?;
        let primary = place.needed.first().context("the primary's port")?.to_string();
        if !place.data.join("PG_VERSION").exists() {
            let mut backup = lowered(&bin(place).join("pg_basebackup"), &place.data)?;
            backup.args(["-h", "127.0.0.1", "-U", OWNER, "-p", &primary, "-D"]).arg(&place.data);
            install::run(backup.args(["-X", "stream", "-c", "fast", "--no-sync"]), MISSING)?;
            let standby = place.data.join("standby.signal");
            fs::write(&standby, "")?;
        }
        ensure!(place.data.join("standby.signal").exists(), "{} was promoted; erase it", place.data.display());
        let mut command = server(place)?;
        command.args(["-c", &format!("primary_conninfo=host=127.0.0.1 port={primary} user={OWNER}")]);
        Ok(command)
    }

    fn is_ready(&self, place: &Place) -> bool {
        takes_connections(&bin(place), place.ports[0])
    }

    fn lines(&self, place: &Place) -> Vec<String> {
        vec![format!("SVETU__POSTGRES__REPLICA_URL={}", url(place.ports[0]))]
    }

    fn stop_signal(&self) -> Signal {
        Signal::SIGINT
    }
}
