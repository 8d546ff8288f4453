//! What may cross a network in clear: nothing that opens a door, unless the operator says so.

use std::{path::Path, str::FromStr as _};

use anyhow::{Result, ensure};
use sqlx::postgres::{PgConnectOptions, PgSslMode};
use svetu_gateway::is_this_machine;
use url::Url;

/// A server of PostgreSQL elsewhere is asked by TLS that knows it, or in clear because the URL says so. What libpq would take from
/// the environment (`PGSSLMODE`) says nothing here: the next process may not have it.
pub fn database(url: &str) -> Result<()> {
    let options = PgConnectOptions::from_str(url)?;
    let parsed = Url::parse(url)?;
    let said = |names: [&str; 2]| parsed.query_pairs().filter(move |(key, _)| names.contains(&&**key)).last();
    if let Some((_, file)) = said(["sslrootcert", "ssl-root-cert"]) {
        ensure!(Path::new(&*file).is_file(), "sslrootcert={file}: there is no such file");
    }
    let host = options.get_host();
    if options.get_socket().is_some() || host.starts_with('/') || is_this_machine(host) {
        return Ok(());
    }
    let settled = matches!(options.get_ssl_mode(), PgSslMode::VerifyFull | PgSslMode::Disable);
    ensure!(
        settled && said(["sslmode", "ssl-mode"]).is_some(),
        "{host} is not this machine: say ?sslmode=verify-full (with &sslrootcert=FILE where the authority is your own), or \
         ?sslmode=disable where passwords and data may cross the network in clear"
    );
    Ok(())
}

/// A Redis elsewhere takes its password by TLS. What is no URL is told by its client.
pub fn cache(url: &str) -> Result<()> {
    let parsed = Url::parse(url).ok().filter(|url| url.scheme() == "redis" && url.password().is_some());
    ensure!(
        parsed.is_none_or(|url| leads_here(&url)),
        "cache.url: the password would cross the network in clear; rediss://… goes by TLS"
    );
    Ok(())
}

/// Where the headers of the environment hold a password, a collector elsewhere takes them by TLS.
pub fn collector(url: &str, has_headers: bool) -> Result<()> {
    let parsed = Url::parse(url).ok().filter(|url| url.scheme() == "http");
    let has_password = |url: &Url| has_headers || !url.username().is_empty() || url.password().is_some();
    ensure!(
        parsed.is_none_or(|url| leads_here(&url) || !has_password(&url)),
        "telemetry.otlp_url: what OTEL_EXPORTER_OTLP_HEADERS holds would cross the network in clear; https://… goes by TLS"
    );
    Ok(())
}

fn leads_here(url: &Url) -> bool {
    url.host_str().is_some_and(is_this_machine)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(url: &str) -> String {
        database(url).map_or_else(|error| format!("{error:#}"), |()| "fine".to_owned())
    }

    #[test]
    fn a_database_elsewhere_is_known_by_its_certificate_or_said_to_be_in_clear() {
        for url in [
            "postgres://o:p@127.0.0.1:5432/svetu",
            "postgres://o:p@localhost/svetu?sslmode=require",
            "postgres://o:p@[::1]/svetu",
            "postgres://o:p@%2Fvar%2Frun%2Fpostgresql/svetu",
            "postgres://o:p@ignored/svetu?host=/var/run/postgresql",
            "postgres://o:p@db.primer.rs/svetu?sslmode=verify-full",
            "postgres://o:p@db.primer.rs/svetu?application_name=a&sslmode=VERIFY-FULL",
            "postgres://o:p@10.0.0.5/svetu?sslmode=disable",
        ] {
            assert_eq!(told(url), "fine", "{url}");
        }
        for url in [
            "postgres://o:p@db.primer.rs/svetu",
            "postgres://o:p@10.0.0.5:5432/svetu?sslmode=prefer",
            "postgres://o:p@db.primer.rs/svetu?sslmode=allow",
            "postgres://o:p@db.primer.rs/svetu?sslmode=require",
            "postgres://o:p@db.primer.rs/svetu?sslmode=verify-ca",
            "postgres://o:p@localhost/svetu?host=db.primer.rs",
            "postgres://o:p@localhost/svetu?hostaddr=10.0.0.5",
        ] {
            let told = told(url);
            for expected in ["is not this machine", "?sslmode=verify-full", "sslrootcert=FILE", "?sslmode=disable"] {
                assert!(told.contains(expected), "{url}: {told}");
            }
            assert!(!told.contains("o:p@"), "no password is told: {told}");
        }
    }

    #[test]
    fn a_password_goes_to_this_machine_or_by_tls() {
        let told = |asked: Result<()>| asked.map_or_else(|error| error.to_string(), |()| "fine".to_owned());
        for url in [
            "memory:",
            "redis://10.0.0.5:6379/0",
            "redis://:p@127.0.0.1",
            "redis://u:p@[::1]:6379",
            "rediss://u:p@r.rs",
        ] {
            assert_eq!(told(cache(url)), "fine", "{url}");
        }
        for url in ["redis://u:p@r.rs:6379/0", "redis://:p@10.0.0.5"] {
            let told = told(cache(url));
            assert!(told.starts_with("cache.url: ") && told.contains("rediss://"), "{url}: {told}");
        }
        for (url, has_headers) in
            [("", true), ("http://c.rs:4318", false), ("http://localhost:4318", true), ("https://c.rs", true)]
        {
            assert_eq!(told(collector(url, has_headers)), "fine", "{url}");
        }
        for (url, has_headers) in [("http://c.rs:4318", true), ("http://u:p@c.rs:4318", false)] {
            let told = told(collector(url, has_headers));
            assert!(told.starts_with("telemetry.otlp_url: ") && told.contains("https://"), "{url}: {told}");
        }
    }

    #[test]
    fn what_is_asked_for_and_is_not_there_is_told() {
        let url = "postgres://o:p@db.primer.rs/svetu?sslmode=verify-full&sslrootcert=";
        let file = tempfile::NamedTempFile::new().unwrap();
        assert_eq!(told(&format!("{url}{}", file.path().display())), "fine");
        assert!(told(&format!("{url}nowhere.pem")).contains("sslrootcert=nowhere.pem: there is no such file"));
        assert!(told("postgres://o:p@db.primer.rs/svetu?sslmode=verified").contains("verified"));
    }
}
