//! What others may follow of a database as it changes, by logical replication: chosen columns, and a slot that cannot fill the disk.

use sqlx::{Connection as _, PgConnection};

use crate::PostgresError;

/// A table and what of it is told. The primary key is among it.
#[derive(Debug, Clone, Copy)]
pub struct Published {
    pub schema: &'static str,
    pub table: &'static str,
    pub columns: &'static [&'static str],
}

/// Where a reader of the slot stands.
#[derive(Debug, Clone, PartialEq, sqlx::FromRow)]
pub struct Slot {
    pub name: String,
    /// Somebody reads it now.
    pub active: bool,
    /// `reserved` and `extended` are well; `unreserved` soon is, `lost` is beyond help: stop and start it.
    pub wal_status: String,
    /// What the server keeps for it.
    pub lag_bytes: i64,
}

/// The publication, the slot and the role that reads them: the operator's bridge, who is trusted with the whole log of the server.
pub const NAME: &str = "svetu_analytics";

/// Makes the publication, its slot and the role `svetu_analytics`, or brings them to what is told now. Safe to run again.
///
/// # Errors
/// A server whose WAL carries no changes, or that would keep it for a reader who is gone until the disk is full, is refused.
pub async fn start(owner_url: &str, name: &str, tables: &[Published]) -> Result<(), PostgresError> {
    let mut owner = PgConnection::connect(owner_url).await?;
    for (key, refused, wanted) in
        [("wal_level", &["replica", "minimal"][..], "logical"), ("max_slot_wal_keep_size", &["-1"], "4GB, say")]
    {
        let value: String = sqlx::query_scalar("select current_setting($1)").bind(key).fetch_one(&mut owner).await?;
        if refused.contains(&value.as_str()) {
            return Err(PostgresError::Setting { key, value, wanted });
        }
    }
    let told: Vec<String> =
        tables.iter().map(|of| format!("table {}.{} ({})", of.schema, of.table, of.columns.join(", "))).collect();
    let told = told.join(", ");
    let has_publication: bool = sqlx::query_scalar("select exists (select from pg_publication where pubname = $1)")
        .bind(name)
        .fetch_one(&mut owner)
        .await?;
    let verb = if has_publication {
        format!("alter publication {name} set")
    } else {
        format!("create publication {name} for")
    };
    let grants: String = tables
        .iter()
        .map(|of| {
            let Published { schema, table, columns } = of;
            format!(
                "grant usage on schema {schema} to {NAME}; revoke all on {schema}.{table} from {NAME};
                 grant select ({}) on {schema}.{table} to {NAME};",
                columns.join(", ")
            )
        })
        .collect();
    // Names are written in this source: they need no quoting. By SELECT the role sees nothing but what is granted. By REPLICATION, which
    // reading a slot takes, it may make one with another plugin, and then the log tells it every schema: it is the operator's own bridge
    // that signs in as it, from one host and to one database (pg_hba.conf), and never an analyst. It has no password until one is set.
    sqlx::raw_sql(&format!(
        "set lock_timeout = '5s';
         do $$ begin
             if not exists (select from pg_roles where rolname = '{NAME}') then
                 create role {NAME} login replication nosuperuser nocreatedb nocreaterole;
             end if;
         end $$;
         {verb} {told};
         {grants}"
    ))
    .execute(&mut owner)
    .await?;
    // After the publication: a slot that is older decodes changes for which it does not exist yet, and fails.
    sqlx::query(
        "select pg_create_logical_replication_slot($1, 'pgoutput')
         where not exists (select from pg_replication_slots where slot_name = $1)",
    )
    .bind(name)
    .execute(&mut owner)
    .await?;
    Ok(owner.close().await?)
}

/// Nothing is kept for the reader from here on. The role stays: another database may tell it more.
pub async fn stop(owner_url: &str, name: &str) -> Result<(), PostgresError> {
    let mut owner = PgConnection::connect(owner_url).await?;
    sqlx::query("select pg_drop_replication_slot(slot_name) from pg_replication_slots where slot_name = $1")
        .bind(name)
        .execute(&mut owner)
        .await?;
    sqlx::raw_sql(&format!("drop publication if exists {name}")).execute(&mut owner).await?;
    Ok(owner.close().await?)
}

/// None: there is no such slot.
pub async fn look(url: &str, name: &str) -> Result<Option<Slot>, PostgresError> {
    let mut connection = PgConnection::connect(url).await?;
    let slot = sqlx::query_as(
        "select slot_name::text as name, active, coalesce(wal_status, 'lost') as wal_status,
             coalesce(pg_wal_lsn_diff(pg_current_wal_lsn(), confirmed_flush_lsn), 0)::bigint as lag_bytes
         from pg_replication_slots where slot_name = $1 and database = current_database()",
    )
    .bind(name)
    .fetch_optional(&mut connection)
    .await?;
    connection.close().await?;
    Ok(slot)
}
