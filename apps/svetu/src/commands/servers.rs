//! What `svetu doctor` finds of PostgreSQL that runs elsewhere.

use std::time::Duration;

use anyhow::{Context as _, Result};
use sqlx::{Connection as _, PgConnection};
use svetu_db::Server;

use super::{changes, doctor::Found};
use crate::config::Config;

const ANSWER_MAX: Duration = Duration::from_secs(5);

pub(super) async fn look(config: &Config) -> Vec<Found> {
    let mut found = Vec::new();
    for (key, server) in config.postgres.elsewhere() {
        found.push(told(&format!("{key}.url"), primary(&server.url)).await);
        if let Some(direct) = &server.direct_url {
            found.push(told(&format!("{key}.direct_url"), session(direct)).await);
        }
        if is_pooled(&server) {
            found.push(told(&format!("{key}.url, the pooler"), pooler(&server.url)).await);
        }
        if let Some(replica) = &server.replica_url {
            found.push(told(&format!("{key}.replica_url"), replica_of(&server, replica)).await);
        }
    }
    if !config.postgres.url.is_empty() {
        match tokio::time::timeout(ANSWER_MAX, changes::look(config, config.postgres.url.clone())).await {
            Ok(Ok(Some(slots))) => found.push(Found::Good(format!("changes: {slots}"))),
            Ok(Err(error)) => found.push(Found::Bad(format!("changes: {error:#}"))),
            // No slots; a server that does not answer is told of above.
            Ok(Ok(None)) | Err(_) => {}
        }
    }
    found
}

fn is_pooled(server: &Server) -> bool {
    server.direct_url.as_ref().is_some_and(|direct| *direct != server.url)
}

async fn told(key: &str, look: impl Future<Output = Result<String>>) -> Found {
    match tokio::time::timeout(ANSWER_MAX, look).await {
        Ok(Ok(text)) => Found::Good(format!("{key}: {text}")),
        Ok(Err(error)) => Found::Bad(format!("{key}: {error:#}")),
        Err(_) => Found::Bad(format!("{key}: no answer within {} s", ANSWER_MAX.as_secs())),
    }
}

async fn primary(url: &str) -> Result<String> {
    let mut connection = PgConnection::connect(url).await?;
    let version: String =
        sqlx::query_scalar("select current_setting('server_version')").fetch_one(&mut connection).await?;
    let postgis: bool =
        sqlx::query_scalar("select exists (select from pg_available_extensions where name = 'postgis')")
            .fetch_one(&mut connection)
            .await?;
    let is_copy: bool = sqlx::query_scalar("select pg_is_in_recovery()").fetch_one(&mut connection).await?;
    connection.close().await?;
    anyhow::ensure!(!is_copy, "it is a replica: nothing can be written there");
    anyhow::ensure!(postgis, "PostgreSQL {version} WITHOUT PostGIS");
    Ok(format!("PostgreSQL {version} with PostGIS"))
}

/// A lock that belongs to the session must be there in the next transaction.
async fn session(url: &str) -> Result<String> {
    let mut connection = PgConnection::connect(url).await?;
    sqlx::raw_sql("select set_config('svetu.doctor', 'here', false)").execute(&mut connection).await?;
    let mut other = PgConnection::connect(url).await?;
    sqlx::raw_sql("select set_config('svetu.doctor', 'there', false)").execute(&mut other).await?;
    let kept: String =
        sqlx::query_scalar("select current_setting('svetu.doctor', true)").fetch_one(&mut connection).await?;
    connection.close().await?;
    other.close().await?;
    anyhow::ensure!(
        kept == "here",
        "sessions are shared there: it leads to a pooler too, and the relay's lock would be nobody's"
    );
    Ok("a server, not a pooler".to_owned())
}

/// Two that call a statement by the same name, one after the other on one server's connection.
async fn pooler(url: &str) -> Result<String> {
    const WAY_OUT: &str =
        "prepared statements do not pass: pgbouncer 1.21 or later with max_prepared_statements = 200 keeps them apart";
    for expected in ["one", "two", "three"] {
        let mut connection = PgConnection::connect(url).await?;
        let sql = format!("select '{expected}' || $1");
        for _ in 0..2 {
            let told: String = sqlx::query_scalar(&sql).bind("!").fetch_one(&mut connection).await.context(WAY_OUT)?;
            anyhow::ensure!(told == format!("{expected}!"), WAY_OUT);
        }
        connection.close().await?;
    }
    Ok("prepared statements pass".to_owned())
}

async fn replica_of(server: &Server, replica: &str) -> Result<String> {
    let mut primary = PgConnection::connect(server.direct()).await.context("the primary")?;
    let mut copy = PgConnection::connect(replica).await?;
    let is_copy: bool = sqlx::query_scalar("select pg_is_in_recovery()").fetch_one(&mut copy).await?;
    anyhow::ensure!(is_copy, "it is no replica: it takes writes of its own");
    let written: String = sqlx::query_scalar("select pg_current_wal_flush_lsn()::text").fetch_one(&mut primary).await?;
    let behind: i64 =
        sqlx::query_scalar("select greatest(0, pg_wal_lsn_diff($1::text::pg_lsn, pg_last_wal_replay_lsn()))::bigint")
            .bind(&written)
            .fetch_one(&mut copy)
            .await?;
    let same: bool = {
        let system = "select system_identifier from pg_control_system()";
        let ours: i64 = sqlx::query_scalar(system).fetch_one(&mut primary).await?;
        let theirs: i64 = sqlx::query_scalar(system).fetch_one(&mut copy).await?;
        ours == theirs
    };
    primary.close().await?;
    copy.close().await?;
    anyhow::ensure!(same, "it is a replica of another server");
    Ok(format!("a replica, {} KiB behind", behind / 1024))
}
