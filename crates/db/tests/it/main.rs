#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod idempotency;
mod jobs;
mod outbox;
mod rights;
mod servers;
mod tls;
mod transactions;

use svetu_db::Schema;
use svetu_testkit::TestDb;

static EMPTY: sqlx::migrate::Migrator = sqlx::migrate::Migrator::DEFAULT;
static NOTHING: sqlx::migrate::Migrator = sqlx::migrate!("./tests/migrations");
/// The same with an index that came later.
static LATER: sqlx::migrate::Migrator = sqlx::migrate!("./tests/migrations-later");

/// Two services' schemas; `listings` with one table of its own.
async fn world() -> TestDb {
    TestDb::new(&[Schema { name: "listings", migrator: &NOTHING }, Schema { name: "users", migrator: &EMPTY }]).await
}
