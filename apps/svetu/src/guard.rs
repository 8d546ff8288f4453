//! Ends the site when svetu vanishes without doing so itself (kill -9): a shell that reads a pipe of ours until it closes.

use std::process::Stdio;

use anyhow::{Context as _, Result};
use nix::unistd::Pid;
use tokio::{
    io::AsyncWriteExt as _,
    process::{Child, ChildStdin, Command},
};

/// Each line names the process group to end; `0` none. Next.js waits for connections that nobody closes any more: it has some seconds.
const SCRIPT: &str = r#"trap '' INT TERM HUP
group=0
while read -r line; do group=$line; done
[ "$group" != 0 ] && kill -s TERM -- "-$group" 2>/dev/null && sleep 5 && kill -s KILL -- "-$group" 2>/dev/null"#;

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

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn who_does_not_hear_is_ended_too() {
        let mut site = Command::new("/bin/sh")
            .args(["-c", "trap '' TERM; while :; do sleep 1; done"])
            .process_group(0)
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let group = Pid::from_raw(i32::try_from(site.id().unwrap()).unwrap());
        let mut guard = Guard::start().unwrap();
        guard.watch(Some(group)).await;
        // As when its process is gone.
        drop(guard);
        let ended = tokio::time::timeout(Duration::from_secs(60), site.wait()).await.unwrap().unwrap();
        assert!(!ended.success());
    }
}
