//! Ends the site when svetu vanishes without doing so itself (kill -9): a shell that reads a pipe of ours until it closes.

use std::process::Stdio;

use anyhow::{Context as _, Result};
use nix::unistd::Pid;
use tokio::{
    io::AsyncWriteExt as _,
    process::{Child, ChildStdin, Command},
};

/// Each line names the process group to end; `0` none.
const SCRIPT: &str = r#"trap '' INT TERM HUP
group=0
while read -r line; do group=$line; done
[ "$group" != 0 ] && kill -TERM -- "-$group" 2>/dev/null"#;

#[derive(Debug)]
pub struct Guard {
    /// Reaped with us.
    _shell: Child,
    pulse: ChildStdin,
}

impl Guard {
    pub fn start() -> Result<Self> {
        let mut shell = Command::new("/bin/sh")
            .args(["-c", SCRIPT, "svetu-guard"])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .current_dir("/")
            .process_group(0)
            .spawn()
            .context("/bin/sh")?;
        let pulse = shell.stdin.take().context("the guard's pipe")?;
        Ok(Self { _shell: shell, pulse })
    }

    /// A guard that is gone guards nothing more; the site runs all the same.
    pub async fn watch(&mut self, group: Option<Pid>) {
        let line = format!("{}\n", group.map_or(0, Pid::as_raw));
        if let Err(error) = self.pulse.write_all(line.as_bytes()).await {
            tracing::debug!(%error, "the site's guard is gone");
        }
    }
}
