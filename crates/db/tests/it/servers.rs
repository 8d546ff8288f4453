//! One database a service, and binaries of two versions on one database.

use std::{borrow::Cow, collections::BTreeMap};

use sqlx::migrate::{Migration, MigrationType, Migrator};
use svetu_db::{Db, DbConfig, DbError, Schema, Server, migrate, outbox};
use svetu_testkit::TestDb;

use crate::{EMPTY, NOTHING};

const SCHEMAS: [Schema; 2] =
    [Schema { name: "listings", migrator: &NOTHING }, Schema { name: "users", migrator: &EMPTY }];

async fn has_schema(db: &Db, name: &str) -> bool {
    sqlx::query_scalar("select exists (select from pg_namespace where nspname = $1)")
        .bind(name)
        .fetch_one(db.pool())
        .await
        .unwrap()
}

#[tokio::test]
async fn a_service_moves_to_a_database_of_its_own_by_configuration() {
    let (shared, own) = (TestDb::new(&[]).await, TestDb::new(&[]).await);
    let config = DbConfig {
        services: BTreeMap::from([("listings".to_owned(), own.config().server.clone())]),
        ..shared.config().clone()
    };
    migrate(&config, &SCHEMAS).await.unwrap();
    migrate(&config, &SCHEMAS).await.unwrap();
    let (listings, users) = (Db::new(&config, "listings").unwrap(), Db::new(&config, "users").unwrap());
    sqlx::query("insert into listings.thing values (1, 1)").execute(listings.pool()).await.unwrap();
    assert_eq!((outbox::pending(&listings).await.unwrap(), outbox::pending(&users).await.unwrap()), (0, 0));
    assert!(has_schema(&listings, "listings").await && !has_schema(&listings, "users").await);
    assert!(has_schema(&users, "users").await && !has_schema(&users, "listings").await);
    // What belongs to a session goes to the same place.
    let mut alone = listings.alone().acquire().await.unwrap();
    sqlx::query("select from listings.thing").execute(&mut *alone).await.unwrap();
}

#[test]
fn every_address_is_checked_before_anything_is_connected() {
    let server = Server { replica_url: Some("mysql://x".to_owned()), ..Server::new("postgres://o@localhost/x") };
    let config = DbConfig { server, ..DbConfig::new("postgres://o@localhost/x") };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async { assert!(matches!(Db::new(&config, "listings"), Err(DbError::Url(_)))) });
}

fn with_one_more(version: i64) -> &'static Migrator {
    let more = Migration::new(
        version,
        Cow::Borrowed("more"),
        MigrationType::Simple,
        Cow::Borrowed("create table listings.more (id int)"),
        false,
    );
    let migrations = NOTHING.iter().cloned().chain([more]).collect();
    Box::leak(Box::new(Migrator { migrations: Cow::Owned(migrations), ..Migrator::DEFAULT }))
}

#[tokio::test]
async fn a_binary_that_is_rolled_back_starts_on_its_successors_schema() {
    let world = TestDb::new(&[]).await;
    let ask = async |migrator| migrate(world.config(), &[Schema { name: "listings", migrator }]).await;
    ask(with_one_more(2)).await.unwrap();
    ask(&NOTHING).await.unwrap();
    ask(with_one_more(2)).await.unwrap();
    // One that is missing among those that it knows is no successor's: that history is another one.
    let missing = ask(with_one_more(3)).await.unwrap_err();
    assert!(matches!(missing, DbError::Migrate { schema: "listings", .. }), "{missing}");
}
