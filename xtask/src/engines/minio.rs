use std::{fs, path::Path, process::Command};

use anyhow::Result;

use super::{Engine, Place, install};

const MODULE: &str = "github.com/minio/minio@v0.0.0-20260212201848-7aac2a2c5b7c";
const BUCKET: &str = "svetu";
/// Of a server that listens on the loopback and holds what tests put there.
const USER: &str = "svetu";
const PASSWORD: &str = "svetu-on-this-machine";

pub struct Minio;

impl Engine for Minio {
    fn version(&self) -> &'static str {
        "20260212"
    }

    fn ports(&self) -> usize {
        1
    }

    /// Nothing of the build is kept but the program: its sources and objects are some two gigabytes.
    fn install(&self, home: &Path) -> Result<()> {
        let build = home.join("build");
        let mut command = install::go(&build);
        command.args(["install", "-trimpath", "-ldflags=-s -w", MODULE]).env("GOBIN", home);
        install::run(&mut command, install::GO)?;
        fs::remove_dir_all(&build)?;
        Ok(())
    }

    fn start(&self, place: &Place) -> Result<Command> {
        // A folder of the drive is a bucket.
        fs::create_dir_all(place.data.join(BUCKET))?;
        let mut command = Command::new(place.home.join("minio"));
        command.arg("server").arg(&place.data).arg("--address").arg(format!("127.0.0.1:{}", place.ports[0]));
        command.args(["--quiet"]);
        command.env("MINIO_ROOT_USER", USER).env("MINIO_ROOT_PASSWORD", PASSWORD);
        // No console, no look for a newer version.
        command.env("MINIO_BROWSER", "off").env("MINIO_UPDATE", "off");
        Ok(command)
    }

    fn is_ready(&self, place: &Place) -> bool {
        install::answers(place.ports[0], "/minio/health/ready")
    }

    fn lines(&self, place: &Place) -> Vec<String> {
        vec![format!(
            "SVETU__OBJECTS__URL=s3://{USER}:{PASSWORD}@{BUCKET}?endpoint=http://127.0.0.1:{}",
            place.ports[0]
        )]
    }
}
