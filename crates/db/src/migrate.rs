use std::{
    borrow::Cow,
    collections::BTreeMap,
    hash::{Hash, Hasher},
    time::{Duration, Instant},
};

use sqlx::{
    Connection, PgConnection,
    migrate::{Migration, MigrationType, Migrator},
};

use crate::{DbConfig, DbError, pool::parse, role_of};

/// A service's schema and the migrations that only concern it.
#[derive(Debug, Clone, Copy)]
pub struct Schema {
    pub name: &'static str,
    pub migrator: &'static Migrator,
}

/// What every schema holds beside the service's own tables, before them.
static KIT: Migrator = sqlx::migrate!("./schema");

/// The kit's versions stand below all of a service's (which begin at 1).
const KIT_BASE: i64 = -1_000_000;

/// Any two instances that migrate one database wait for each other.
const MIGRATION_LOCK: i64 = 0x7376_6574_755f_6d67;
const TURN_MAX: Duration = Duration::from_secs(300);
const TURN_ASKED_EVERY: Duration = Duration::from_millis(50);

/// Brings the schemas up to date as the owner: extensions, roles, tables, rights. Safe to run again and side by side. Each schema
/// where it lives, one database after the other.
///
/// A migration waits at most five seconds for a lock that a running service holds, then fails and changes nothing.
pub async fn migrate(config: &DbConfig, schemas: &[Schema]) -> Result<(), DbError> {
    let mut databases: BTreeMap<&str, Vec<&Schema>> = BTreeMap::new();
    for schema in schemas {
        databases.entry(config.server(schema.name).direct()).or_default().push(schema);
    }
    for (url, schemas) in databases {
        migrate_database(config, url, &schemas).await?;
    }
    Ok(())
}

async fn migrate_database(config: &DbConfig, url: &str, schemas: &[&Schema]) -> Result<(), DbError> {
    let mut owner = PgConnection::connect_with(&parse(url)?.application_name("svetu-migrate")).await?;
    take_turn(&mut owner).await?;
    sqlx::raw_sql(
        "set client_min_messages = warning;
         set lock_timeout = '5s';
         create extension if not exists postgis;
         create extension if not exists pg_trgm;",
    )
    .execute(&mut owner)
    .await?;
    for schema in schemas {
        ensure_role(&mut owner, config, schema.name).await?;
        migrate_schema(&mut owner, schema).await?;
        tracing::debug!(schema = schema.name, "schema is up to date");
    }
    owner.close().await?;
    Ok(())
}

/// Whoever waited inside of `pg_advisory_lock` would hold a snapshot, for whose end an index that is made concurrently waits.
async fn take_turn(owner: &mut PgConnection) -> Result<(), DbError> {
    let give_up = Instant::now() + TURN_MAX;
    loop {
        let taken: bool =
            sqlx::query_scalar("select pg_try_advisory_lock($1)").bind(MIGRATION_LOCK).fetch_one(&mut *owner).await?;
        if taken {
            return Ok(());
        }
        if Instant::now() >= give_up {
            return Err(DbError::MigratedElsewhere);
        }
        tokio::time::sleep(TURN_ASKED_EVERY).await;
    }
}

/// An index that was being made concurrently when its migration ended is never read, and its name is taken.
async fn drop_unfinished_indexes(owner: &mut PgConnection, schema: &str) -> Result<(), DbError> {
    let unfinished: Vec<String> = sqlx::query_scalar(
        "select format('%I.%I', n.nspname, c.relname) from pg_index i
             join pg_class c on c.oid = i.indexrelid join pg_namespace n on n.oid = c.relnamespace
         where n.nspname = $1 and not i.indisvalid and c.relkind = 'i'",
    )
    .bind(schema)
    .fetch_all(&mut *owner)
    .await?;
    for index in unfinished {
        tracing::warn!(index, "drops an index that a migration did not finish");
        sqlx::raw_sql(&format!("drop index concurrently if exists {index}")).execute(&mut *owner).await?;
    }
    Ok(())
}

/// Names of schemas are written in this source, never by a user: they need no quoting.
async fn migrate_schema(owner: &mut PgConnection, schema: &Schema) -> Result<(), DbError> {
    let name = schema.name;
    sqlx::raw_sql(&format!("create schema if not exists {name}; set search_path = {name}, public"))
        .execute(&mut *owner)
        .await?;
    drop_unfinished_indexes(owner, name).await?;
    let migrations = with_kit(schema.migrator);
    let ignore_missing = is_of_a_newer_binary(owner, &migrations).await?;
    // Our own lock is held for all schemas together.
    let all = Migrator { migrations: Cow::Owned(migrations), ignore_missing, locking: false, ..Migrator::DEFAULT };
    all.run_direct(owner).await.map_err(|source| DbError::Migrate { schema: name, source: Box::new(source) })?;
    let role = role_of(name);
    sqlx::raw_sql(&format!(
        "reset search_path;
         grant usage on schema {name} to {role};
         grant select, insert, update, delete on all tables in schema {name} to {role};
         grant usage, select on all sequences in schema {name} to {role};
         grant execute on all functions in schema {name} to {role};
         revoke all on {name}._sqlx_migrations from {role};"
    ))
    .execute(owner)
    .await?;
    Ok(())
}

/// A binary that is rolled back finds its successor's migrations, which it survives. One that is missing among its own it refuses.
async fn is_of_a_newer_binary(owner: &mut PgConnection, known: &[Migration]) -> Result<bool, DbError> {
    let has_any: bool =
        sqlx::query_scalar("select to_regclass('_sqlx_migrations') is not null").fetch_one(&mut *owner).await?;
    if !has_any {
        return Ok(false);
    }
    let versions: Vec<i64> = known.iter().map(|migration| migration.version).collect();
    let last_kit = versions.iter().filter(|version| **version < 0).max().copied().unwrap_or(KIT_BASE);
    let last_own = versions.iter().filter(|version| **version >= 0).max().copied().unwrap_or(0);
    let unknown: Vec<i64> = sqlx::query_scalar("select version from _sqlx_migrations where version <> all($1)")
        .bind(&versions)
        .fetch_all(owner)
        .await?;
    let newer = |version: &i64| if *version < 0 { *version > last_kit } else { *version > last_own };
    if !unknown.is_empty() && unknown.iter().all(newer) {
        tracing::info!(?unknown, "a newer binary has migrated this database");
        return Ok(true);
    }
    Ok(false)
}

fn with_kit(own: &Migrator) -> Vec<Migration> {
    let kit = KIT.iter().map(|migration| Migration { version: KIT_BASE + migration.version, ..migration.clone() });
    kit.chain(own.iter().cloned())
        .filter(|migration| migration.migration_type != MigrationType::ReversibleDown)
        .collect()
}

/// Roles belong to the whole cluster: databases migrated side by side race for them.
async fn ensure_role(owner: &mut PgConnection, config: &DbConfig, schema: &str) -> Result<(), DbError> {
    let role = role_of(schema);
    let password = config.password(&role);
    let statement = role_statement(&role, schema, password.as_deref());
    let mut attempt = 0;
    loop {
        // With a password the role is always set anew: the secret may be another one.
        let exists: bool =
            sqlx::query_scalar("select exists (select from pg_roles where rolname = $1 and rolconfig is not null)")
                .bind(&role)
                .fetch_one(&mut *owner)
                .await?;
        if exists && password.is_none() {
            return Ok(());
        }
        match sqlx::raw_sql(&statement).execute(&mut *owner).await {
            Ok(_) => return Ok(()),
            Err(sqlx::Error::Database(error))
                if attempt < 20 && matches!(error.code().as_deref(), Some("XX000" | "23505" | "42710")) =>
            {
                attempt += 1;
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            Err(error) => return Err(error.into()),
        }
    }
}

fn role_statement(role: &str, schema: &str, password: Option<&str>) -> String {
    // Hex digits only: needs no quoting.
    let secret = password.map_or_else(String::new, |password| format!("alter role {role} password '{password}';"));
    format!(
        "do $$ begin
             if not exists (select from pg_roles where rolname = '{role}') then
                 create role {role} login nosuperuser nocreatedb nocreaterole;
             end if;
         end $$;
         alter role {role} set search_path = {schema}, public;
         alter role {role} set statement_timeout = '60s';
         alter role {role} set lock_timeout = '10s';
         alter role {role} set idle_in_transaction_session_timeout = '60s';
         {secret}"
    )
}

/// Changes when any migration of the schemas does: names template databases of tests.
pub fn fingerprint(schemas: &[Schema]) -> u64 {
    let mut hasher = std::hash::DefaultHasher::new();
    for schema in schemas {
        schema.name.hash(&mut hasher);
        for migration in with_kit(schema.migrator) {
            migration.version.hash(&mut hasher);
            migration.checksum.hash(&mut hasher);
        }
    }
    hasher.finish()
}
