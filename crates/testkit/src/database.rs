use std::str::FromStr;

use sqlx::{Connection, PgConnection, postgres::PgConnectOptions};
use svetu_db::{Db, DbConfig, Schema, Server};
use uuid::Uuid;

use crate::server;

/// A database of one test's own, with the schemas migrated; gone when dropped.
///
/// The migrations run once per set of schemas, into a template; each test clones it.
#[derive(Debug)]
pub struct TestDb {
    name: String,
    config: DbConfig,
}

impl TestDb {
    pub async fn new(schemas: &[Schema]) -> Self {
        let template = template(schemas).await;
        let name = format!("svetu_test_{}_{}", std::process::id(), Uuid::new_v4().simple());
        let mut admin = admin().await;
        // Two clones of one template at once are fine; a connection of somebody to the template is not.
        sqlx::raw_sql(&format!("create database {name} template {template}")).execute(&mut admin).await.unwrap();
        admin.close().await.unwrap();
        let mut server = Server::new(url_of(server::url(), &name));
        if let Some(pooler) = server::pooler() {
            server = Server { direct_url: Some(server.url), ..Server::new(url_of(&pooler, &name)) };
        }
        Self { config: DbConfig { server, connections_max: 8, ..DbConfig::new("") }, name }
    }

    /// As the service connects: with its own role and rights.
    pub fn db(&self, schema: &'static str) -> Db {
        Db::new(&self.config, schema).unwrap()
    }

    pub const fn config(&self) -> &DbConfig {
        &self.config
    }

    /// As the owner of everything, past any pooler.
    pub fn owner_url(&self) -> &str {
        self.config.server.direct()
    }
}

impl Drop for TestDb {
    fn drop(&mut self) {
        let name = self.name.clone();
        let dropped = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async move {
                let mut admin = admin().await;
                sqlx::raw_sql(&format!("drop database if exists {name} with (force)"))
                    .execute(&mut admin)
                    .await
                    .unwrap();
            });
        });
        // A database that stays behind harms no other test.
        let _ = dropped.join();
    }
}

async fn admin() -> PgConnection {
    PgConnection::connect(server::url()).await.expect("the test server answers")
}

/// The URL with another database.
fn url_of(url: &str, database: &str) -> String {
    let options = PgConnectOptions::from_str(url).unwrap().database(database);
    sqlx::ConnectOptions::to_url_lossy(&options).to_string()
}

async fn template(schemas: &[Schema]) -> String {
    let name = format!("svetu_template_{:016x}", svetu_db::fingerprint(schemas));
    let mut admin = admin().await;
    // All processes that test at the same time build one template.
    sqlx::query("select pg_advisory_lock(hashtextextended($1, 0))").bind(&name).execute(&mut admin).await.unwrap();
    let exists: bool = sqlx::query_scalar("select exists (select from pg_database where datname = $1)")
        .bind(&name)
        .fetch_one(&mut admin)
        .await
        .unwrap();
    if !exists {
        let draft = format!("{name}_draft");
        sqlx::raw_sql(&format!("drop database if exists {draft} with (force)")).execute(&mut admin).await.unwrap();
        sqlx::raw_sql(&format!("create database {draft}")).execute(&mut admin).await.unwrap();
        svetu_db::migrate(&DbConfig::new(url_of(server::url(), &draft)), schemas).await.unwrap();
        sqlx::raw_sql(&format!("alter database {draft} rename to {name}")).execute(&mut admin).await.unwrap();
    }
    admin.close().await.unwrap();
    name
}
