use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::PostgresError;

pub const MAJOR_MIN: u32 = 15;

/// The server's programs on this machine.
#[derive(Debug, Clone)]
pub struct Installation {
    pub bin: PathBuf,
    pub major: u32,
}

impl Installation {
    /// The newest one that is new enough and has PostGIS; with `major`, the one that can read such a cluster.
    pub fn find(configured: Option<&Path>, major: Option<u32>) -> Result<Self, PostgresError> {
        let mut found: Vec<Self> = candidates(configured).into_iter().filter_map(Self::inspect).collect();
        found.sort_by_key(|installation| installation.major);
        let newest = found.pop().filter(|newest| newest.major >= MAJOR_MIN).ok_or(PostgresError::NotInstalled)?;
        let chosen = match major {
            Some(major) if major != newest.major => {
                found.into_iter().find(|other| other.major == major).unwrap_or(newest)
            }
            _ => newest,
        };
        if !chosen.has_postgis() {
            return Err(PostgresError::NoPostgis { major: chosen.major });
        }
        Ok(chosen)
    }

    pub fn program(&self, name: &str) -> PathBuf {
        self.bin.join(name)
    }

    fn inspect(bin: PathBuf) -> Option<Self> {
        let output = Command::new(bin.join("postgres")).arg("--version").output().ok()?;
        // postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)
        let text = String::from_utf8(output.stdout).ok()?;
        let version = text.split_whitespace().nth(2)?;
        let major = version.split('.').next()?.parse().ok()?;
        bin.join("initdb").exists().then_some(Self { bin, major })
    }

    fn has_postgis(&self) -> bool {
        let asked = Command::new(self.bin.join("pg_config")).arg("--sharedir").output().ok();
        let told =
            asked.and_then(|output| String::from_utf8(output.stdout).ok()).map(|text| PathBuf::from(text.trim()));
        // Debian ships pg_config of a server only with its development files.
        let debian = PathBuf::from(format!("/usr/share/postgresql/{}", self.major));
        let beside = self.bin.parent().map(|parent| parent.join("share"));
        [told, Some(debian), beside.clone(), beside.map(|share| share.join("postgresql"))]
            .into_iter()
            .flatten()
            .any(|share| share.join("extension/postgis.control").exists())
    }
}

fn candidates(configured: Option<&Path>) -> Vec<PathBuf> {
    if let Some(bin) = configured {
        return vec![bin.to_owned()];
    }
    let mut folders = Vec::new();
    for parent in ["/usr/lib/postgresql", "/opt/homebrew/opt", "/usr/local/opt"] {
        if let Ok(entries) = fs::read_dir(parent) {
            folders.extend(entries.filter_map(|entry| entry.ok().map(|entry| entry.path().join("bin"))));
        }
    }
    folders.extend((MAJOR_MIN..MAJOR_MIN + 10).map(|major| PathBuf::from(format!("/usr/pgsql-{major}/bin"))));
    folders.push(PathBuf::from("/usr/bin"));
    folders.push(PathBuf::from("/usr/local/bin"));
    folders.retain(|folder| folder.join("postgres").exists());
    folders
}
