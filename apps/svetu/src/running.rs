//! One state folder, one platform: a lock for as long as it runs, and a note of where it can be reached.

use std::{
    fs::{self, File, TryLockError},
    io::Write as _,
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, bail};
use serde::{Deserialize, Serialize};

/// What `svetu up` notes for the commands that come after it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Running {
    pub pid: u32,
    /// What a person opens.
    pub url: String,
    /// The owner's way to the database, password included: the file is 0600.
    pub postgres_url: String,
}

/// Held by the process that runs the platform; the system lets it go with the process.
#[derive(Debug)]
pub struct Lock {
    _file: File,
    note: PathBuf,
}

impl Lock {
    pub fn take(state: &Path) -> Result<Self> {
        fs::create_dir_all(state).with_context(|| format!("state.folder: {}", state.display()))?;
        let path = state.join("lock");
        let file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .mode(0o600)
            .open(&path)
            .with_context(|| format!("state.folder: {}", path.display()))?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file, note: state.join("running.json") }),
            Err(TryLockError::WouldBlock) => match Running::read(state) {
                Some(running) => bail!(
                    "svetu already runs from {}: process {}, {}\n`svetu stop` ends it; `--state FOLDER` starts a second one beside it",
                    state.display(),
                    running.pid,
                    running.url
                ),
                None => bail!("svetu is just starting or stopping from {}; try again in a moment", state.display()),
            },
            Err(TryLockError::Error(error)) => Err(error).with_context(|| format!("{}", path.display())),
        }
    }

    pub fn announce(&self, running: &Running) -> Result<()> {
        let fresh = self.note.with_extension("new");
        let mut file = File::options().create(true).truncate(true).write(true).mode(0o600).open(&fresh)?;
        file.write_all(&serde_json::to_vec_pretty(running)?)?;
        file.sync_all()?;
        fs::rename(&fresh, &self.note)?;
        Ok(())
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // A note that stays is recognised by the lock that is free.
        let _ = fs::remove_file(&self.note);
    }
}

impl Running {
    /// The platform that runs from this folder now; None if none does.
    pub fn find(state: &Path) -> Option<Self> {
        let file = File::options().write(true).open(state.join("lock")).ok()?;
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => Self::read(state),
            Ok(()) | Err(TryLockError::Error(_)) => None,
        }
    }

    fn read(state: &Path) -> Option<Self> {
        serde_json::from_slice(&fs::read(state.join("running.json")).ok()?).ok()
    }
}
