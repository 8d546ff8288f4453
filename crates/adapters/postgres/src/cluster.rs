//! The folder: made once, never as root, never over somebody else's data.

use std::{
    fs,
    io::Write as _,
    os::unix::{
        fs::{OpenOptionsExt as _, PermissionsExt as _, symlink},
        process::CommandExt as _,
    },
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use nix::unistd::{Gid, Uid, User, chown, geteuid};

use crate::{Installation, PostgresError};

/// The user that the server runs as, when it is not the one that runs `svetu`.
#[derive(Debug, Clone)]
pub struct RunAs {
    pub uid: Uid,
    pub gid: Gid,
}

impl RunAs {
    /// None: whoever runs `svetu`.
    pub fn choose() -> Result<Option<Self>, PostgresError> {
        if !geteuid().is_root() {
            return Ok(None);
        }
        let user = User::from_name("postgres").ok().flatten().ok_or(PostgresError::NoUser)?;
        Ok(Some(Self { uid: user.uid, gid: user.gid }))
    }

    pub fn apply(run_as: Option<&Self>, command: &mut Command) {
        if let Some(user) = run_as {
            command.uid(user.uid.as_raw()).gid(user.gid.as_raw());
        }
    }
}

#[derive(Debug, Clone)]
pub struct Cluster {
    pub installation: Installation,
    pub data: PathBuf,
    pub log: PathBuf,
    pub password: String,
    pub run_as: Option<RunAs>,
}

impl Cluster {
    /// Opens the cluster below `state`, or makes it.
    pub fn open(state: &Path, bin: Option<&Path>) -> Result<Self, PostgresError> {
        fs::create_dir_all(state).map_err(PostgresError::io(state))?;
        let state = &fs::canonicalize(state).map_err(PostgresError::io(state))?;
        let run_as = RunAs::choose()?;
        let data = reachable(state, run_as.as_ref())?;
        let found = fs::read_to_string(data.join("PG_VERSION")).ok().map(|text| text.trim().to_owned());
        let installation = Installation::find(bin, found.as_deref().and_then(|text| text.parse().ok()))?;
        let password_file = state.join("postgres.password");
        let log = state.join("postgres.log");
        match found {
            Some(found) if found != installation.major.to_string() => {
                return Err(PostgresError::OtherVersion { folder: data, found, installed: installation.major });
            }
            Some(_) => {}
            None => initialise(&installation, &data, &password_file, run_as.as_ref())?,
        }
        let password = fs::read_to_string(&password_file).map_err(PostgresError::io(&password_file))?.trim().to_owned();
        Ok(Self { installation, data, log, password, run_as })
    }

    /// A program of the installation, as the right user, with nothing inherited from a terminal.
    pub fn command(&self, program: &str) -> Command {
        command(&self.installation, program, &self.data, self.run_as.as_ref())
    }
}

fn command(installation: &Installation, program: &str, folder: &Path, run_as: Option<&RunAs>) -> Command {
    let mut command = Command::new(installation.program(program));
    // The user that the server drops to may not be allowed to stand where we stand.
    command.current_dir(folder).stdin(Stdio::null()).env_remove("PGDATA").env_remove("PGPORT").env("LC_ALL", "C.UTF-8");
    RunAs::apply(run_as, &mut command);
    command
}

fn initialise(
    installation: &Installation,
    data: &Path,
    password_file: &Path,
    run_as: Option<&RunAs>,
) -> Result<(), PostgresError> {
    if fs::read_dir(data).is_ok_and(|mut entries| entries.next().is_some()) {
        // Left by a first start that was killed: the marker is ours, so nothing of value is in it.
        if !data.join(UNFINISHED).exists() {
            return Err(PostgresError::NotACluster(data.to_owned()));
        }
        fs::remove_dir_all(data).map_err(PostgresError::io(data))?;
        make_folder(data, run_as)?;
    }
    let password = random_password();
    write_secret(password_file, &password)?;
    // initdb wants an empty folder: the cluster is made in one of its own and moved in when it is whole.
    let marker = data.join(UNFINISHED);
    fs::create_dir(&marker).map_err(PostgresError::io(&marker))?;
    if let Some(user) = run_as {
        chown(&marker, Some(user.uid), Some(user.gid)).map_err(|error| PostgresError::io(&marker)(error.into()))?;
    }
    let fresh = marker.join("data");
    let secret = marker.join("password");
    write_secret(&secret, &password)?;
    if let Some(user) = run_as {
        chown(&secret, Some(user.uid), Some(user.gid)).map_err(|error| PostgresError::io(&secret)(error.into()))?;
    }
    let output = command(installation, "initdb", data, run_as)
        .arg("-D")
        .arg(&fresh)
        .arg(format!("--pwfile={}", secret.display()))
        .args(["--username=svetu", "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8", "--data-checksums"])
        .output()
        .map_err(PostgresError::io(installation.program("initdb")))?;
    if !output.status.success() {
        return Err(PostgresError::Program { program: "initdb", output: tail(&output.stderr) });
    }
    fs::remove_file(&secret).map_err(PostgresError::io(&secret))?;
    let mut entries = Vec::new();
    for entry in fs::read_dir(&fresh).map_err(PostgresError::io(&fresh))? {
        entries.push(entry.map_err(PostgresError::io(&fresh))?.file_name());
    }
    // PG_VERSION last: a folder that has it is whole.
    entries.sort_by_key(|name| name == "PG_VERSION");
    for name in entries {
        fs::rename(fresh.join(&name), data.join(&name)).map_err(PostgresError::io(data))?;
    }
    fs::remove_dir_all(&marker).map_err(PostgresError::io(&marker))
}

const UNFINISHED: &str = ".svetu-unfinished";

/// Where the data can live: `<state>/postgres`, or a folder below /var/lib that it links to.
fn reachable(state: &Path, run_as: Option<&RunAs>) -> Result<PathBuf, PostgresError> {
    let wanted = state.join("postgres");
    if let Ok(target) = fs::read_link(&wanted) {
        make_folder(&target, run_as)?;
        return Ok(target);
    }
    let open = run_as.is_none()
        || state
            .ancestors()
            .all(|folder| fs::metadata(folder).is_ok_and(|metadata| metadata.permissions().mode() & 0o001 != 0));
    if open || wanted.exists() {
        make_folder(&wanted, run_as)?;
        return Ok(wanted);
    }
    let name: String = state
        .to_string_lossy()
        .chars()
        .map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '-' })
        .collect();
    let elsewhere = Path::new("/var/lib/svetu").join(name.trim_matches('-'));
    make_folder(&elsewhere, run_as)?;
    symlink(&elsewhere, &wanted).map_err(PostgresError::io(&wanted))?;
    Ok(elsewhere)
}

fn make_folder(folder: &Path, run_as: Option<&RunAs>) -> Result<(), PostgresError> {
    fs::create_dir_all(folder).map_err(PostgresError::io(folder))?;
    fs::set_permissions(folder, fs::Permissions::from_mode(0o700)).map_err(PostgresError::io(folder))?;
    if let Some(user) = run_as {
        chown(folder, Some(user.uid), Some(user.gid)).map_err(|error| PostgresError::io(folder)(error.into()))?;
    }
    Ok(())
}

fn write_secret(path: &Path, secret: &str) -> Result<(), PostgresError> {
    let mut file = fs::File::options()
        .create(true)
        .truncate(true)
        .write(true)
        .mode(0o600)
        .open(path)
        .map_err(PostgresError::io(path))?;
    file.write_all(secret.as_bytes()).and_then(|()| file.sync_all()).map_err(PostgresError::io(path))
}

/// 256 bits as hexadecimal: needs no quoting in a URL.
fn random_password() -> String {
    rand::random::<[u8; 32]>().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The last lines of what a program said: enough for a person, bounded.
pub fn tail(output: &[u8]) -> String {
    const BYTES_MAX: usize = 2_000;
    String::from_utf8_lossy(&output[output.len().saturating_sub(BYTES_MAX)..]).trim().to_owned()
}
