use std::{
    collections::BTreeMap,
    fs,
    os::unix::fs::PermissionsExt as _,
    path::PathBuf,
    process::{Command, Output, Stdio},
    sync::Arc,
};

use tempfile::TempDir;

/// A real engine of a test's own, started as `cargo xtask engines` starts it and gone with it.
pub struct Engine {
    name: &'static str,
    folder: Arc<TempDir>,
    url: String,
    /// The lines after the first.
    more: BTreeMap<String, String>,
}

impl Engine {
    pub fn start(name: &'static str) -> Self {
        let folder = TempDir::new().unwrap();
        // One that is started as root may run as somebody else, who must be able to enter.
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o711)).unwrap();
        Self::within(name, Arc::new(folder))
    }

    /// One that needs another, such as a replica its primary. Drop it first.
    pub fn beside(other: &Self, name: &'static str) -> Self {
        Self::within(name, Arc::clone(&other.folder))
    }

    fn within(name: &'static str, folder: Arc<TempDir>) -> Self {
        let mut engine = Self { name, folder, url: String::new(), more: BTreeMap::new() };
        engine.up();
        engine
    }

    /// As the configuration wants it; the same after a restart.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// What else it tells.
    pub fn told(&self, name: &str) -> &str {
        &self.more[name]
    }

    pub fn up(&mut self) {
        let output = self.ask(&["up", self.name]);
        let told = String::from_utf8(output.stdout).unwrap();
        let mut lines = told.lines().map(|line| line.split_once('=').unwrap());
        let url = lines.next().unwrap().1.to_owned();
        self.more = lines.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        assert!(self.url.is_empty() || self.url == url, "{url} is not where it was: {}", self.url);
        self.url = url;
    }

    pub fn down(&self) {
        self.ask(&["down", self.name]);
    }

    /// As if its machine were lost.
    pub fn kill(&self) {
        self.ask(&["down", "--kill", self.name]);
    }

    /// It holds its connections and answers nothing.
    pub fn freeze(&self) {
        self.signal("-STOP");
    }

    pub fn thaw(&self) {
        self.signal("-CONT");
    }

    pub fn restart(&mut self) {
        self.down();
        self.up();
    }

    /// Where its data lies.
    pub fn data(&self) -> PathBuf {
        self.folder.path().join(self.name).join("data")
    }

    fn signal(&self, signal: &str) {
        let note = fs::read_to_string(self.folder.path().join(self.name).join("running.json")).unwrap();
        let id: String =
            note.split_once("\"id\":").unwrap().1.trim_start().chars().take_while(char::is_ascii_digit).collect();
        assert!(Command::new("kill").args([signal, &id]).status().unwrap().success());
    }

    fn ask(&self, arguments: &[&str]) -> Output {
        // Tests lie one folder below the programs of the same build.
        let test = std::env::current_exe().unwrap();
        let program = test.ancestors().nth(2).unwrap().join("xtask");
        assert!(program.exists(), "{} is not built: `cargo build -p xtask`, or `make test-engines`", program.display());
        let output = Command::new(program)
            .arg("engines")
            .args(arguments)
            .arg("--state")
            .arg(self.folder.path())
            .stdin(Stdio::null())
            .output()
            .unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        output
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        if std::thread::panicking() {
            // A second panic would hide the first.
            let _ = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| self.kill()));
        } else {
            self.kill();
        }
    }
}
