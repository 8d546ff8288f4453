//! The section `[postgres]` of the configuration: where the databases are, alone, behind a pooler, with replicas.

use std::{collections::BTreeMap, time::Duration};

use anyhow::{Context as _, Result, ensure};
use serde::{Deserialize, Serialize};
use svetu_db::Server;

use crate::{clear, pools, schemas};

#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Postgres {
    pub url: String,
    pub direct_url: String,
    pub replica_url: String,
    pub replica_lag_s_max: u64,
    pub bin: String,
    pub port: u16,
    pub connections_max: u32,
    pub pool_max: u32,
    pub shared_buffers_mb: u32,
    /// Databases of single services, by schema.
    pub service: BTreeMap<String, Service>,
}

#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Service {
    pub url: String,
    #[serde(default)]
    pub direct_url: String,
    #[serde(default)]
    pub replica_url: String,
}

fn server(url: String, direct_url: &str, replica_url: &str) -> Server {
    let named = |url: &str| (!url.is_empty()).then(|| url.to_owned());
    Server { url, direct_url: named(direct_url), replica_url: named(replica_url) }
}

impl Postgres {
    /// The shared one, reached at `url`.
    pub fn shared(&self, url: String) -> Server {
        server(url, &self.direct_url, &self.replica_url)
    }

    pub fn services(&self) -> BTreeMap<String, Server> {
        let of = |service: &Service| server(service.url.clone(), &service.direct_url, &service.replica_url);
        self.service.iter().map(|(schema, service)| (schema.clone(), of(service))).collect()
    }

    pub const fn replica_lag_max(&self) -> Duration {
        Duration::from_secs(self.replica_lag_s_max)
    }

    /// Those that run elsewhere, each under its key.
    pub fn elsewhere(&self) -> Vec<(String, Server)> {
        let shared = (!self.url.is_empty()).then(|| ("postgres".to_owned(), self.shared(self.url.clone())));
        let services =
            self.services().into_iter().map(|(schema, server)| (format!("postgres.service.{schema}"), server));
        shared.into_iter().chain(services).collect()
    }

    pub fn check(&self) -> Result<()> {
        let reserve = 10;
        ensure!(
            self.pool_max >= pools::sum_min() && self.pool_max.saturating_add(reserve) <= self.connections_max,
            "postgres.pool_max is {}: expected {} to postgres.connections_max − {reserve} = {}",
            self.pool_max,
            pools::sum_min(),
            self.connections_max.saturating_sub(reserve)
        );
        ensure!(
            (1..=60).contains(&self.replica_lag_s_max),
            "postgres.replica_lag_s_max is {}: expected 1 to 60",
            self.replica_lag_s_max
        );
        let is_one = |url: &str| url.starts_with("postgres://");
        ensure!(
            self.url.is_empty() || is_one(&self.url),
            "postgres.url: expected postgres://owner:password@host:port/database, or nothing for a private server"
        );
        ensure!(
            !self.url.is_empty() || (self.direct_url.is_empty() && self.replica_url.is_empty()),
            "postgres.direct_url and postgres.replica_url: they belong to a postgres.url; the private server has neither"
        );
        let schemas = schemas::all();
        for schema in self.service.keys() {
            ensure!(
                schemas.iter().any(|known| known.name == schema),
                "postgres.service.{schema}: no service has this name; expected {}",
                schemas.iter().map(|known| known.name).collect::<Vec<_>>().join(", ")
            );
        }
        for (key, server) in self.elsewhere() {
            let urls = [
                ("url", Some(&server.url)),
                ("direct_url", server.direct_url.as_ref()),
                ("replica_url", server.replica_url.as_ref()),
            ];
            for (name, url) in urls {
                let Some(url) = url else { continue };
                ensure!(is_one(url), "{key}.{name}: expected postgres://owner:password@host:port/database");
                clear::database(url).with_context(|| format!("{key}.{name}"))?;
            }
        }
        Ok(())
    }

    /// All that may hold a password.
    pub fn urls(&mut self) -> impl Iterator<Item = &mut String> {
        let services = self.service.values_mut();
        [&mut self.url, &mut self.direct_url, &mut self.replica_url]
            .into_iter()
            .chain(services.flat_map(|service| [&mut service.url, &mut service.direct_url, &mut service.replica_url]))
    }
}
