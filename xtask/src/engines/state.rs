//! The note of what runs: one small file an engine, so that two commands on two engines never write the same one.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use super::{Name, process::Process};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    pub process: Process,
    pub ports: Vec<u16>,
    pub version: String,
}

pub struct State(PathBuf);

impl State {
    pub fn open(folder: &Path, name: Name) -> Result<Self> {
        let folder = folder.join(name.to_string());
        fs::create_dir_all(&folder).with_context(|| format!("--state {}", folder.display()))?;
        Ok(Self(folder))
    }

    pub fn read(&self) -> Result<Option<Entry>> {
        let file = self.file();
        match fs::read_to_string(&file) {
            Ok(text) => Ok(Some(serde_json::from_str(&text).with_context(|| {
                format!("{}: not a note of this program; remove it if nothing runs", file.display())
            })?)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error).with_context(|| format!("{}", file.display())),
        }
    }

    pub fn write(&self, entry: &Entry) -> Result<()> {
        let new = self.file().with_extension("new");
        fs::write(&new, serde_json::to_string_pretty(entry)?).with_context(|| format!("{}", new.display()))?;
        fs::rename(&new, self.file()).with_context(|| format!("{}", self.file().display()))
    }

    pub fn erase(&self) -> Result<()> {
        fs::remove_dir_all(&self.0).with_context(|| format!("{}", self.0.display()))
    }

    fn file(&self) -> PathBuf {
        self.0.join("running.json")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_is_read_as_it_was_written_and_a_broken_one_is_named() -> Result<()> {
        let folder = std::env::temp_dir().join(format!("svetu-xtask-state-{}", std::process::id()));
        let state = State::open(&folder, Name::Redis)?;
        assert_eq!(state.read()?, None);
        let entry = Entry { process: Process { id: 7, began: Some(9) }, ports: vec![1, 2], version: "1".to_owned() };
        state.write(&entry)?;
        assert_eq!(state.read()?, Some(entry));
        fs::write(state.file(), "{")?;
        assert!(state.read().is_err_and(|error| error.to_string().contains("running.json")));
        state.erase()?;
        assert_eq!(State::open(&folder, Name::Redis)?.read()?, None);
        fs::remove_dir_all(&folder)?;
        Ok(())
    }
}
