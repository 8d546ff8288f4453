//! A server elsewhere is spoken to by TLS that knows whom it speaks to.

use std::{
    fs,
    os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown},
    path::Path,
};

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use sqlx::{Connection as _, PgConnection};
use svetu_db::{Db, DbConfig, Schema, migrate};
use svetu_ports::Secret;
use svetu_postgres::{Postgres, Settings};
use tempfile::TempDir;

use crate::NOTHING;

const SCHEMA: Schema = Schema { name: "listings", migrator: &NOTHING };

/// An authority, and its certificate as PEM.
fn authority(name: &str) -> (Issuer<'static, KeyPair>, String) {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.distinguished_name.push(DnType::CommonName, name);
    let key = KeyPair::generate().unwrap();
    let pem = params.self_signed(&key).unwrap().pem();
    (Issuer::new(params, key), pem)
}

/// The server shows a certificate for this name from its next connection on.
async fn show(server: &Postgres, data: &Path, authority: &Issuer<'static, KeyPair>, name: &str) {
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new([name.to_owned()]).unwrap().signed_by(&key, authority).unwrap();
    let owner = fs::metadata(data).unwrap();
    for (file, text) in [("server.crt", certificate.pem()), ("server.key", key.serialize_pem())] {
        let path = data.join(file);
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        chown(&path, Some(owner.uid()), Some(owner.gid())).unwrap();
    }
    let mut session = PgConnection::connect(&server.url("postgres")).await.unwrap();
    sqlx::query("alter system set ssl = on").execute(&mut session).await.unwrap();
    sqlx::query("select pg_reload_conf()").execute(&mut session).await.unwrap();
    session.close().await.unwrap();
}

/// Whether a new connection goes by TLS, or why there is none.
async fn encrypted(url: &str) -> Result<bool, sqlx::Error> {
    let mut session = PgConnection::connect(url).await?;
    let ssl = sqlx::query_scalar("select ssl from pg_stat_ssl where pid = pg_backend_pid()");
    let encrypted = ssl.fetch_one(&mut session).await?;
    session.close().await?;
    Ok(encrypted)
}

/// A reload is heard by the postmaster in its own time.
async fn until(url: &str, mut fits: impl FnMut(&Result<bool, sqlx::Error>) -> bool) {
    for _ in 0..400 {
        let found = encrypted(url).await;
        if fits(&found) {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("{:?}", encrypted(url).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_is_believed_by_its_authority_and_name_alone() {
    let folder = TempDir::new().unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let settings =
        Settings { state: folder.path().to_owned(), bin: None, port: None, connections_max: 30, shared_buffers_mb: 16 };
    let server = Postgres::start(settings).await.unwrap();
    let data = fs::canonicalize(folder.path().join("postgres")).unwrap();
    let url = server.url("postgres");
    let file = |name: &str, pem: &str| {
        let path = folder.path().join(name);
        fs::write(&path, pem).unwrap();
        format!("{url}?sslmode=verify-full&sslrootcert={}", path.display())
    };
    let ((ours, pem), (_, foreign)) = (authority("ours"), authority("foreign"));
    let (known, unknown) = (file("ours.pem", &pem), file("foreign.pem", &foreign));

    // One that speaks no TLS is not spoken to in clear instead.
    let refused = encrypted(&known).await.unwrap_err();
    assert!(matches!(&refused, sqlx::Error::Tls(_)), "{refused}");

    show(&server, &data, &ours, "127.0.0.1").await;
    until(&known, |found| matches!(found, Ok(true))).await;
    let refused = encrypted(&unknown).await.unwrap_err().to_string();
    assert!(refused.contains("UnknownIssuer"), "{refused}");
    let public = encrypted(&format!("{url}?sslmode=verify-full")).await.unwrap_err().to_string();
    assert!(public.contains("UnknownIssuer"), "{public}");
    assert!(!encrypted(&format!("{url}?sslmode=disable")).await.unwrap());

    // Migrations, a service's own role, and what belongs to a session: all of them.
    let config = DbConfig { roles_secret: Some(Secret::new(vec![7; 32])), ..DbConfig::new(&known) };
    migrate(&config, &[SCHEMA]).await.unwrap();
    let listings = Db::new(&config, SCHEMA.name).unwrap();
    let sql = "select ssl and current_user = 'svetu_listings' from pg_stat_ssl where pid = pg_backend_pid()";
    for pool in [listings.pool(), &listings.alone()] {
        assert!(sqlx::query_scalar::<_, bool>(sql).fetch_one(pool).await.unwrap());
    }
    listings.close().await;

    // The right authority speaks for another name.
    show(&server, &data, &ours, "db.svetu.test").await;
    let other = |found: &Result<bool, sqlx::Error>| {
        found.as_ref().is_err_and(|refused| refused.to_string().contains("not valid for name"))
    };
    until(&known, other).await;
    server.stop().await;
}
