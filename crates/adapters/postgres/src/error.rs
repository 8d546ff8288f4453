use std::path::PathBuf;

/// Why the private PostgreSQL is not there. Each sentence names the way out.
#[derive(Debug, thiserror::Error)]
pub enum PostgresError {
    #[error(
        "no PostgreSQL {MINIMUM} or later was found; on Debian: apt-get install postgresql-15 postgresql-15-postgis-3, \
         or set postgres.bin to the folder of its programs, or postgres.url to a server that runs elsewhere",
        MINIMUM = crate::installation::MAJOR_MIN
    )]
    NotInstalled,
    #[error("PostgreSQL {major} is there without PostGIS; on Debian: apt-get install postgresql-{major}-postgis-3")]
    NoPostgis { major: u32 },
    #[error(
        "{folder} was written by PostgreSQL {found}, and only {installed} is installed; install postgresql-{found}, \
         or move the data with pg_upgrade, or name another folder with state.folder",
        folder = .folder.display()
    )]
    OtherVersion { folder: PathBuf, found: String, installed: u32 },
    #[error("{folder} is not empty and is no PostgreSQL cluster; name another folder with state.folder", folder = .0.display())]
    NotACluster(PathBuf),
    #[error(
        "PostgreSQL does not run as root and the user `postgres` does not exist; create it: adduser --system postgres"
    )]
    NoUser,
    #[error("{program} failed: {output}")]
    Program { program: &'static str, output: String },
    #[error("PostgreSQL did not become ready in {seconds} s; its log is {log}", log = .log.display())]
    NotReady { seconds: u64, log: PathBuf },
    #[error("{path}: {source}", path = .path.display())]
    Io { path: PathBuf, source: std::io::Error },
    #[error(
        "{key} of the server is {value}, expected {wanted}: `alter system set {key} = …`, then a restart for wal_level, \
         `select pg_reload_conf()` for the other"
    )]
    Setting { key: &'static str, value: String, wanted: &'static str },
    #[error("PostgreSQL answered: {0}")]
    Sql(#[from] sqlx::Error),
}

impl PostgresError {
    pub(crate) fn io(path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { path, source }
    }
}
