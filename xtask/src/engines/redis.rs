use std::{fs, os::unix::fs::symlink, path::Path, process::Command};

use anyhow::{Context, Result, bail};

use super::{Engine, Place, install};

/// Debian's `redis-tools` carries the server's program too, without the service that `redis-server` would start.
const PROGRAM: &str = "/usr/bin/redis-check-rdb";
/// Eviction is part of what a cache must bear.
const MEMORY_MB_MAX: u32 = 64;

pub struct Redis;

impl Engine for Redis {
    fn version(&self) -> &'static str {
        "7"
    }

    fn ports(&self) -> usize {
        1
    }

    fn install(&self, home: &Path) -> Result<()> {
        let missing = "Redis 7 (Debian: apt-get install redis-tools)";
        install::debian(&["redis-tools"], || Path::new(PROGRAM).exists(), missing)?;
        // The program is what it is called.
        let server = home.join("redis-server");
        symlink(PROGRAM, &server)?;
        let output = Command::new(&server).arg("--version").output().with_context(|| missing.to_owned())?;
        let told = String::from_utf8_lossy(&output.stdout).into_owned();
        if !told.contains(" v=7.") {
            bail!("{missing} is needed; here is {}", told.trim());
        }
        Ok(())
    }

    fn start(&self, place: &Place) -> Result<Command> {
        let config = place.data.join("redis.conf");
        fs::write(
            &config,
            format!(
                "bind 127.0.0.1\nport {}\ndir \"{}\"\nappendonly yes\nsave \"\"\nmaxmemory {MEMORY_MB_MAX}mb\nmaxmemory-policy allkeys-lru\n",
                place.ports[0],
                place.data.display()
            ),
        )?;
        let mut command = Command::new(place.home.join("redis-server"));
        command.arg(&config);
        Ok(command)
    }

    fn is_ready(&self, place: &Place) -> bool {
        install::ask(place.ports[0], "PING\r\n").is_some_and(|answer| answer.starts_with("+PONG"))
    }

    fn lines(&self, place: &Place) -> Vec<String> {
        vec![format!("SVETU__CACHE__URL=redis://127.0.0.1:{}", place.ports[0])]
    }
}
