//! A pooler in transaction mode before the PostgreSQL beside it. Debian 12's is too old (1.18 keeps no prepared statements
//! apart): the next Debian's is built from its source package.

use std::{
    fs,
    net::{Ipv4Addr, TcpStream},
    os::unix::fs::symlink,
    path::Path,
    process::{Command, Stdio},
};

use anyhow::{Context, Result, bail};

use super::{
    Engine, Name, Place, install,
    postgres::{self, OWNER},
};

const PROGRAM: &str = "/usr/sbin/pgbouncer";
const MISSING: &str = "pgbouncer 1.21 or later (Debian 13: apt-get install pgbouncer)";
const RELEASE: &str = "trixie";
const KEYRING: &str = "/usr/share/keyrings/debian-archive-keyring.gpg";
const HEADERS: [&str; 3] = ["libevent-dev", "libssl-dev", "pkg-config"];

pub struct Pgbouncer;

/// The first line of `--version` is `PgBouncer 1.24.1`.
fn is_new_enough(told: &str) -> bool {
    let mut numbers = told.split_whitespace().nth(1).unwrap_or_default().split('.').map(str::parse::<u32>);
    match (numbers.next(), numbers.next()) {
        (Some(Ok(major)), Some(Ok(minor))) => (major, minor) >= (1, 21),
        _ => false,
    }
}

fn build(home: &Path) -> Result<()> {
    let are_there = || {
        let mut asked = Command::new("pkg-config");
        asked
            .args(["--exists", "libevent", "openssl"])
            .stdin(Stdio::null())
            .status()
            .is_ok_and(|status| status.success())
    };
    install::debian(&HEADERS, are_there, MISSING)?;
    let source = home.join("source");
    fs::create_dir_all(source.join("lists/partial"))?;
    fs::create_dir_all(source.join("cache"))?;
    let list = source.join("sources.list");
    fs::write(&list, format!("deb-src [signed-by={KEYRING}] {} {RELEASE} main\n", install::debian_archive()?))?;
    // Lists and a cache of its own: what this machine installs from stays as it is.
    let apt = || {
        let mut command = Command::new("apt-get");
        command.args([
            "-o",
            &format!("Dir::Etc::sourcelist={}", list.display()),
            "-o",
            "Dir::Etc::sourceparts=/dev/null",
        ]);
        command.args(["-o", &format!("Dir::State::lists={}", source.join("lists").display())]);
        command.args(["-o", &format!("Dir::Cache={}", source.join("cache").display())]);
        command.args(["-o", "APT::Sandbox::User=", "-qq"]).current_dir(&source);
        command
    };
    install::run(apt().arg("update"), MISSING)?;
    install::run(apt().args(["source", "--download-only", "pgbouncer"]), MISSING)?;
    let script = "set -e; tar xf pgbouncer_*.orig.tar.*; cd pgbouncer-*/; \
                  ./configure --without-cares --without-pam --without-systemd; make -j2 pgbouncer; cp pgbouncer ../../pgbouncer";
    install::run(Command::new("sh").args(["-c", script]).current_dir(&source), "a C compiler and make")?;
    Ok(fs::remove_dir_all(&source)?)
}

impl Engine for Pgbouncer {
    fn version(&self) -> &'static str {
        "1.24"
    }

    fn ports(&self) -> usize {
        1
    }

    fn needs(&self) -> Option<Name> {
        Some(Name::Postgres)
    }

    fn install(&self, home: &Path) -> Result<()> {
        let program = home.join("pgbouncer");
        let version = |program: &Path| {
            let output = Command::new(program).arg("--version").stdin(Stdio::null()).output().ok();
            output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default()
        };
        if is_new_enough(&version(Path::new(PROGRAM))) {
            symlink(PROGRAM, &program)?;
        } else {
            build(home)?;
        }
        let told = version(&program);
        if !is_new_enough(&told) {
            bail!("{MISSING} is needed; here is {}", told.lines().next().unwrap_or("none"));
        }
        Ok(())
    }

    fn start(&self, place: &Place) -> Result<Command> {
        let config = place.data.join("pgbouncer.ini");
        let server = place.needed.first().context("the server's port")?;
        fs::write(
            &config,
            format!(
                "[databases]\n* = host=127.0.0.1 port={server}\n\
                 [pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\n\
                 pool_mode = transaction\nmax_prepared_statements = 200\n\
                 ; sqlx asks for it at every start, and PostgreSQL's own default does as well\n\
                 ignore_startup_parameters = extra_float_digits\n\
                 auth_type = trust\nauth_user = {OWNER}\nauth_dbname = postgres\n\
                 auth_query = select usename, passwd from pg_shadow where usename = $1\n\
                 max_client_conn = 2000\ndefault_pool_size = 10\nserver_idle_timeout = 15\n",
                port = place.ports[0],
            ),
        )?;
        // As root it runs as somebody else, who may not enter the cache.
        let program = place.data.join("pgbouncer");
        fs::copy(place.home.join("pgbouncer"), &program)?;
        let mut command = postgres::lowered(&program, &place.data)?;
        command.arg("--quiet").arg(&config);
        Ok(command)
    }

    fn is_ready(&self, place: &Place) -> bool {
        // It listens once it is ready.
        TcpStream::connect((Ipv4Addr::LOCALHOST, place.ports[0])).is_ok()
    }

    fn lines(&self, place: &Place) -> Vec<String> {
        let direct = place.needed.first().map(|port| format!("SVETU__POSTGRES__DIRECT_URL={}", postgres::url(*port)));
        let pooled = format!("SVETU__POSTGRES__URL={}", postgres::url(place.ports[0]));
        std::iter::once(pooled).chain(direct).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_are_kept_apart_since_1_21() {
        assert!(is_new_enough("PgBouncer 1.24.1\nlibevent 2.1.12-stable"));
        assert!(is_new_enough("PgBouncer 1.21.0"));
        assert!(!is_new_enough("PgBouncer 1.18.0"));
        assert!(!is_new_enough(""));
    }
}
