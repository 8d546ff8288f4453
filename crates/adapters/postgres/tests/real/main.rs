//! On servers of their own, with a replica and a pooler: `make test-engines`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod changes;
mod pooler;
mod replica;

use std::collections::BTreeMap;

use svetu_db::{Db, DbConfig, Schema, Server, migrate};
use svetu_testkit::Engine;

const BUS: Schema = Schema { name: "bus", migrator: &svetu_embedded::MIGRATOR };

/// Of a service; what it holds beside the kit's tables makes no difference here.
const LISTINGS: Schema = Schema { name: "listings", migrator: &sqlx::migrate::Migrator::DEFAULT };

async fn schemas_of(db: &Db) -> Vec<String> {
    sqlx::query_scalar("select nspname::text from pg_namespace where nspname in ('bus', 'listings') order by 1")
        .fetch_all(db.pool())
        .await
        .unwrap()
}

#[tokio::test]
async fn a_service_moves_to_a_server_of_its_own_by_configuration() {
    let (shared, own) = (Engine::start("postgres"), Engine::start("postgres"));
    let config = DbConfig {
        services: BTreeMap::from([("listings".to_owned(), Server::new(own.url()))]),
        ..DbConfig::new(shared.url())
    };
    migrate(&config, &[BUS, LISTINGS]).await.unwrap();
    assert_eq!(schemas_of(&Db::new(&config, "bus").unwrap()).await, ["bus"]);
    let db = Db::new(&config, "listings").unwrap();
    assert_eq!(schemas_of(&db).await, ["listings"]);
    assert_eq!(svetu_db::outbox::pending(&db).await.unwrap(), 0);
    // One server is lost: the other's services go on.
    own.kill();
    Db::new(&config, "bus").unwrap().ping().await.unwrap();
    assert!(db.ping().await.is_err());
}
