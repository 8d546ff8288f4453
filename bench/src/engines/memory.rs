//! What a client costs in the process that uses it: the same work in a fresh process for each side.

use std::process::Stdio;

use anyhow::{Context as _, Result, ensure};

use super::{bus, cache, objects, real, search};

#[derive(Debug, Clone, clap::Args)]
pub struct Work {
    /// bus, cache, search or objects.
    port: String,
    /// Of the real engine or of PostgreSQL; a folder for what needs none.
    place: String,
    #[arg(long)]
    real: bool,
}

impl Work {
    pub const fn is_real(&self) -> bool {
        self.real
    }

    pub fn place(&self) -> &str {
        &self.place
    }
}

/// In the fresh process: prints by how many megabytes it grew.
pub async fn grow(work: &Work) -> Result<()> {
    let grown = match work.port.as_str() {
        "bus" => bus::grow(work).await?,
        "cache" => cache::grow(work).await?,
        "objects" => objects::grow(work).await?,
        "search" => search::grow(work).await?,
        other => anyhow::bail!("no port {other}"),
    };
    println!("{grown}");
    Ok(())
}

pub async fn grown_mb(port: &str, place: &str, side: usize) -> Result<f64> {
    let mut command = tokio::process::Command::new(std::env::current_exe()?);
    command.args(["engine-memory", port, place]).stdin(Stdio::null()).kill_on_drop(true);
    if side == 1 {
        command.arg("--real");
    }
    let output = command.output().await?;
    ensure!(output.status.success(), "{port}: {}", String::from_utf8_lossy(&output.stderr));
    let told = String::from_utf8(output.stdout)?;
    told.lines().last().and_then(|line| line.parse().ok()).with_context(|| format!("{port}: {told}"))
}

/// Since `before`; at least nothing.
pub fn since(before: f64) -> Result<f64> {
    Ok((real::own_mb()? - before).max(0.0))
}
