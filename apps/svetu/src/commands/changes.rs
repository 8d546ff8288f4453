//! What an analyst's programs may follow of the databases, by logical replication.

use std::{collections::BTreeMap, process::ExitCode};

use anyhow::{Context as _, Result, ensure};
use svetu_postgres::changes::{self, NAME, Published};

use crate::{cli::Changes, config::Config, database::Database};

/// Nothing of a person: no names, no texts of theirs, no places, no ids of accounts. `docs/operations/engines.md` lists it.
const TOLD: [Published; 4] = [
    Published {
        schema: "listings",
        table: "listing",
        columns: &[
            "id",
            "version",
            "state",
            "state_since",
            "expires_at",
            "seller_kind",
            "category",
            "language",
            "price_kind",
            "price_minor",
            "price_currency",
            "price_rsd_minor",
            "condition",
            "completeness",
            "created_at",
            "updated_at",
            "published_at",
            "refreshed_at",
        ],
    },
    Published {
        schema: "listings",
        table: "price_history",
        columns: &["listing", "at", "price_kind", "price_minor", "price_currency"],
    },
    Published { schema: "listings", table: "view_day", columns: &["listing", "day", "views"] },
    Published { schema: "listings", table: "rate", columns: &["valid_from", "rsd_per_eur_micro"] },
];

/// Exit code 1 of `status`: a slot is lost or away.
pub async fn run(command: Changes, config: &Config) -> Result<ExitCode> {
    let database = Database::reach(config).await?;
    let result = at(command, config, database.url.clone()).await;
    database.stop().await;
    result
}

async fn at(command: Changes, config: &Config, url: String) -> Result<ExitCode> {
    let mut wrong = false;
    for (url, (name, tables)) in databases(config, url) {
        match command {
            Changes::Start => {
                changes::start(&url, &name, &tables).await.with_context(|| name.clone())?;
                say!("{name}: a publication of {} tables and a slot of the same name", tables.len());
            }
            Changes::Stop => {
                changes::stop(&url, &name).await.with_context(|| name.clone())?;
                say!("{name}: nothing is kept for a reader any more");
            }
            Changes::Status => match changes::look(&url, &name).await.with_context(|| name.clone())? {
                Some(slot) => {
                    wrong |= slot.wal_status == "lost";
                    let read = if slot.active { "is read" } else { "is not read" };
                    say!("{name}: {read}, {}, {} KiB behind", slot.wal_status, slot.lag_bytes / 1024);
                }
                None => {
                    wrong = true;
                    say!("{name}: there is no slot; `svetu changes start` makes it");
                }
            },
        }
    }
    if let Changes::Start = command {
        say!("the role {NAME} reads them once it has a password: alter role {NAME} password '…'");
    }
    Ok(ExitCode::from(u8::from(wrong)))
}

/// Each database that tells something, by its own address: slots of one server need different names.
fn databases(config: &Config, url: String) -> BTreeMap<String, (String, Vec<Published>)> {
    let (shared, services) = (config.postgres.shared(url), config.postgres.services());
    let mut databases: BTreeMap<String, (String, Vec<Published>)> = BTreeMap::new();
    for told in TOLD {
        let (name, server) = match services.get(told.schema) {
            Some(own) => (format!("{NAME}_{}", told.schema), own),
            None => (NAME.to_owned(), &shared),
        };
        databases.entry(server.direct().to_owned()).or_insert_with(|| (name, Vec::new())).1.push(told);
    }
    databases
}

/// What `doctor` says of the slots: None where there are none.
pub(super) async fn look(config: &Config, url: String) -> Result<Option<String>> {
    let mut told = Vec::new();
    for (url, (name, _)) in databases(config, url) {
        if let Some(slot) = changes::look(&url, &name).await? {
            ensure!(slot.wal_status != "lost", "the slot {name} is lost: `svetu changes stop`, then start");
            told.push(format!("{name} {}, {} KiB behind", slot.wal_status, slot.lag_bytes / 1024));
        }
    }
    Ok((!told.is_empty()).then(|| told.join("; ")))
}
