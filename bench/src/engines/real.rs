//! Real engines of one measurement, started by `cargo xtask engines` and gone with it.

use std::{
    collections::HashMap,
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;
use tempfile::TempDir;

pub struct Real {
    xtask: PathBuf,
    name: &'static str,
    folder: TempDir,
    url: String,
}

impl Real {
    pub fn start(xtask: &Path, name: &'static str) -> Result<Self> {
        let xtask = xtask
            .canonicalize()
            .with_context(|| format!("{}: `cargo build --package xtask` makes it", xtask.display()))?;
        let mut real = Self { xtask, name, folder: folder()?, url: String::new() };
        let told = real.ask(&["up", name])?;
        let url = told.lines().next().and_then(|line| line.split_once('='));
        real.url = url.with_context(|| format!("{name} told no URL: {told}"))?.1.to_owned();
        println!("{name} runs");
        Ok(real)
    }

    /// As the configuration wants it.
    pub fn url(&self) -> &str {
        &self.url
    }

    pub fn memory_mb(&self) -> Result<f64> {
        let note: Value = serde_json::from_slice(&fs::read(self.folder.path().join(self.name).join("running.json"))?)?;
        let id = note["process"]["id"].as_u64().context("running.json: the process")?;
        memory_mb(u32::try_from(id)?)
    }

    fn ask(&self, words: &[&str]) -> Result<String> {
        let mut command = Command::new(&self.xtask);
        command.arg("engines").args(words).arg("--state").arg(self.folder.path()).stdin(Stdio::null());
        let output = command.output()?;
        ensure!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
        Ok(String::from_utf8(output.stdout)?)
    }
}

impl Drop for Real {
    fn drop(&mut self) {
        if let Err(error) = self.ask(&["down", "--kill", "--erase", self.name]) {
            eprintln!("{} may still run: {error:#}", self.name);
        }
    }
}

/// One that others may enter: as root, PostgreSQL runs as somebody else.
pub fn folder() -> Result<TempDir> {
    let folder = tempfile::Builder::new().prefix("svetu-bench-").tempdir()?;
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o711))?;
    Ok(folder)
}

/// Of a process and its descendants; what they share counts once.
pub fn memory_mb(root: u32) -> Result<f64> {
    let mut children: HashMap<u32, Vec<u32>> = HashMap::new();
    for entry in fs::read_dir("/proc")? {
        let Some(id) = entry?.file_name().to_str().and_then(|name| name.parse().ok()) else { continue };
        if let Some(parent) = field(id, "PPid:") {
            children.entry(u32::try_from(parent)?).or_default().push(id);
        }
    }
    let (mut kib, mut left) = (0, vec![root]);
    while let Some(id) = left.pop() {
        let shared = fs::read_to_string(format!("/proc/{id}/smaps_rollup")).ok();
        let shared = shared.as_deref().and_then(|text| number(text, "Pss:"));
        // One that ended meanwhile has none.
        kib += shared.or_else(|| field(id, "VmRSS:")).unwrap_or(0);
        left.extend(children.remove(&id).unwrap_or_default());
    }
    ensure!(kib > 0, "process {root} is gone");
    Ok(kib_mb(kib))
}

/// Of this process now.
pub fn own_mb() -> Result<f64> {
    field(std::process::id(), "VmRSS:").map(kib_mb).context("/proc/self/status: VmRSS")
}

#[allow(clippy::cast_precision_loss)]
fn kib_mb(kib: u64) -> f64 {
    kib as f64 / 1024.0
}

fn field(id: u32, name: &str) -> Option<u64> {
    number(&fs::read_to_string(format!("/proc/{id}/status")).ok()?, name)
}

fn number(text: &str, name: &str) -> Option<u64> {
    let rest = text.lines().find_map(|line| line.strip_prefix(name))?;
    rest.split_whitespace().next()?.parse().ok()
}

/// Bytes of the files below a folder.
pub fn bytes_below(folder: &Path) -> Result<u64> {
    let mut bytes = 0;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        bytes += if entry.file_type()?.is_dir() { bytes_below(&entry.path())? } else { entry.metadata()?.len() };
    }
    Ok(bytes)
}
