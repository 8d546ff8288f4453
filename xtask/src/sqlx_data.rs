//! Writes (or checks) `.sqlx`: what the compiler must know of PostgreSQL to check our SQL without one.
//!
//! A private cluster in a temporary folder gets every service's migrations, then the macros are expanded against it.

use std::{
    collections::BTreeMap,
    fs,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};
use cargo_metadata::{Metadata, MetadataCommand};

const READY_S_MAX: u64 = 60;

pub fn run(check: bool) -> Result<()> {
    let metadata = MetadataCommand::new().no_deps().exec()?;
    let root = metadata.workspace_root.clone().into_std_path_buf();
    let committed = root.join(".sqlx");
    let cluster = Cluster::start()?;
    for (schema, folder) in schemas(&metadata)? {
        cluster.migrate(&root, &schema, &folder).with_context(|| format!("migrations of {schema}"))?;
    }
    let written = cluster.folder.join("sqlx");
    fs::create_dir_all(&written)?;
    touch(&metadata);
    let status = Command::new("cargo")
        .args(["check", "--quiet", "--workspace", "--all-targets", "--locked"])
        .current_dir(&root)
        .env("DATABASE_URL", cluster.url())
        .env("SQLX_OFFLINE", "false")
        .env("SQLX_OFFLINE_DIR", &written)
        .stdin(Stdio::null())
        .status()?;
    ensure!(status.success(), "the workspace does not compile against its own migrations");
    let (have, want) = (read(&committed)?, read(&written)?);
    ensure!(!want.is_empty(), "no checked SQL was found: the macros were not expanded");
    if check {
        if have != want {
            let stale: Vec<_> = have.keys().filter(|name| have.get(*name) != want.get(*name)).cloned().collect();
            let missing: Vec<_> = want.keys().filter(|name| !have.contains_key(*name)).cloned().collect();
            bail!(".sqlx is not what the code needs; run `make sqlx`\n  stale: {stale:?}\n  missing: {missing:?}");
        }
        println!("sql: {} checked statements are current", want.len());
        return Ok(());
    }
    fs::create_dir_all(&committed)?;
    for name in have.keys().filter(|name| !want.contains_key(*name)) {
        fs::remove_file(committed.join(name))?;
    }
    for (name, text) in &want {
        fs::write(committed.join(name), text)?;
    }
    println!("sql: wrote {} checked statements", want.len());
    Ok(())
}

/// Cargo cannot see that a macro's input is the database: a newer root file makes it expand them again.
fn touch(metadata: &Metadata) {
    for package in &metadata.packages {
        for target in &package.targets {
            if let Ok(file) = fs::File::options().append(true).open(&target.src_path) {
                // A file that cannot be touched is rebuilt the next time its content changes.
                let _ = file.set_modified(now());
            }
        }
    }
}

#[allow(clippy::disallowed_methods, reason = "a file's time stamp is the machine's, not the platform's")]
fn now() -> std::time::SystemTime {
    std::time::SystemTime::now()
}

/// Every crate with a `migrations` folder; the schema is the folder's name.
pub fn schemas(metadata: &Metadata) -> Result<BTreeMap<String, PathBuf>> {
    let mut found = BTreeMap::new();
    for package in &metadata.packages {
        let Some(folder) = package.manifest_path.parent() else { continue };
        let migrations = folder.join("migrations");
        if migrations.is_dir() {
            let schema =
                if folder.as_str().contains("/adapters/") { "bus" } else { folder.file_name().unwrap_or_default() };
            found.insert(schema.to_owned(), migrations.into_std_path_buf());
        }
    }
    ensure!(!found.is_empty(), "no crate has migrations");
    Ok(found)
}

fn read(folder: &Path) -> Result<BTreeMap<String, String>> {
    let mut files = BTreeMap::new();
    if folder.is_dir() {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            files.insert(entry.file_name().to_string_lossy().into_owned(), fs::read_to_string(entry.path())?);
        }
    }
    Ok(files)
}

/// A PostgreSQL of our own, gone when it is dropped.
pub struct Cluster {
    bin: PathBuf,
    folder: PathBuf,
    port: u16,
}

impl Cluster {
    pub fn start() -> Result<Self> {
        let bin = fs::read_dir("/usr/lib/postgresql")
            .context("PostgreSQL 15+ is needed: scripts/install.sh")?
            .filter_map(|entry| entry.ok().map(|entry| entry.path().join("bin")))
            .filter(|bin| bin.join("initdb").exists())
            .max()
            .context("PostgreSQL 15+ is needed: scripts/install.sh")?;
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let folder = std::env::temp_dir().join(format!("svetu-sqlx-{port}"));
        fs::create_dir_all(&folder)?;
        let cluster = Self { bin, folder, port };
        let data = cluster.folder.join("data");
        if is_root() {
            ensure!(Command::new("chown").arg("postgres").arg(&cluster.folder).status()?.success(), "chown postgres");
        }
        let data = data.to_string_lossy();
        cluster.run("initdb", &["-D", &data, "-U", "svetu", "--auth=trust", "--encoding=UTF8", "--no-sync"])?;
        let options = format!(
            "-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off -c full_page_writes=off"
        );
        cluster.run(
            "pg_ctl",
            &["-D", &data, "-s", "-w", "-t", "60", "-l", &format!("{data}/log"), "-o", &options, "start"],
        )?;
        let since = Instant::now();
        while cluster.psql("select 1").is_err() {
            ensure!(since.elapsed() < Duration::from_secs(READY_S_MAX), "PostgreSQL did not become ready");
            std::thread::sleep(Duration::from_millis(100));
        }
        cluster.psql("create extension postgis; create extension pg_trgm")?;
        Ok(cluster)
    }

    fn url(&self) -> String {
        format!("postgres://svetu@127.0.0.1:{}/postgres", self.port)
    }

    fn run(&self, program: &str, arguments: &[&str]) -> Result<()> {
        let path = self.bin.join(program);
        let mut command = if is_root() {
            let mut command = Command::new("runuser");
            command.args(["-u", "postgres", "--"]).arg(&path);
            command
        } else {
            Command::new(&path)
        };
        let output =
            command.args(arguments).current_dir(&self.folder).stdin(Stdio::null()).stdout(Stdio::null()).status()?;
        ensure!(output.success(), "{program} failed");
        Ok(())
    }

    /// Several statements are one transaction.
    fn psql(&self, sql: &str) -> Result<()> {
        let output = Command::new(self.bin.join("psql"))
            .args(["-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-U", "svetu", "-d", "postgres", "-p"])
            .arg(self.port.to_string())
            .args(["-c", sql])
            .output()?;
        ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        Ok(())
    }

    /// What it says on standard output; a statement that fails does not end it.
    pub fn psql_script(&self, script: &str) -> Result<String> {
        let file = self.folder.join("script.sql");
        fs::write(&file, script)?;
        let output = Command::new(self.bin.join("psql"))
            .args(["-X", "-h", "127.0.0.1", "-U", "svetu", "-d", "postgres", "-p"])
            .arg(self.port.to_string())
            .arg("-f")
            .arg(&file)
            .output()?;
        ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        Ok(String::from_utf8(output.stdout)?)
    }

    /// What `svetu_db::migrate` does: the schema, its outbox, inbox, jobs and idempotency keys, then its own migrations.
    pub fn migrate(&self, root: &Path, schema: &str, migrations: &Path) -> Result<()> {
        let mut sql = format!("create schema {schema}; set search_path = {schema}, public;\n");
        for file in sorted(&root.join("crates/db/schema"))? {
            sql.push_str(&fs::read_to_string(file)?);
            sql.push_str(";\n");
        }
        sql.push_str("reset search_path;\n");
        for file in sorted(migrations)? {
            let text = fs::read_to_string(file)?;
            if text.starts_with("-- no-transaction") {
                self.psql(&std::mem::take(&mut sql))?;
                self.psql(&text)?;
            } else {
                sql.push_str(&text);
                sql.push('\n');
            }
        }
        self.psql(&sql)
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let data = self.folder.join("data");
        let stopped = self.run("pg_ctl", &["-D", &data.to_string_lossy(), "-s", "-m", "immediate", "stop"]);
        if stopped.is_ok() {
            // What cannot be removed is in the temporary folder and goes with it.
            let _ = fs::remove_dir_all(&self.folder);
        }
    }
}

pub fn sorted(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files: Vec<_> = fs::read_dir(folder)?
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "sql"))
        .collect();
    files.sort();
    Ok(files)
}

fn is_root() -> bool {
    nix::unistd::geteuid().is_root()
}
