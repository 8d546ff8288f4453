//! Events that a group could not handle.

use svetu_db::{Db, DbError, Tx};
use svetu_kernel::Timestamp;
use svetu_ports::{BusError, ConsumerGroup, DeadLetter, Event, bus::deliver as hand_out};

use super::{SYSTEM, unavailable};

pub(super) async fn put(
    tx: &mut Tx<'_>,
    group: &str,
    event: &Event,
    reason: &str,
    attempts: i32,
) -> Result<(), DbError> {
    sqlx::query!(
        r#"insert into bus.dead_letter ("group", body, reason, attempts) values ($1, $2::text::json, $3, $4)"#,
        group,
        serde_json::to_string(event)?,
        reason,
        attempts
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

pub(super) async fn list(db: &Db, group: Option<&str>, after: i64, limit: u32) -> Result<Vec<DeadLetter>, BusError> {
    let rows = sqlx::query!(
        r#"select id, "group", body::text as "body!", reason, attempts, shelved_at as "shelved_at: Timestamp"
           from bus.dead_letter
           where ($1::text is null or "group" = $1) and id > $2 and not replaying order by id limit $3"#,
        group,
        after,
        i64::from(limit)
    )
    .fetch_all(db.pool())
    .await
    .map_err(unavailable)?;
    rows.into_iter()
        .map(|row| {
            Ok(DeadLetter {
                id: row.id,
                group: row.group,
                event: serde_json::from_str(&row.body).map_err(unavailable)?,
                reason: row.reason,
                attempts: row.attempts.unsigned_abs(),
                shelved_at: row.shelved_at,
            })
        })
        .collect()
}

pub(super) async fn replay(db: &Db, id: i64) -> Result<(), BusError> {
    let mut tx = db.begin().await.map_err(unavailable)?;
    let found = sqlx::query!("update bus.dead_letter set replaying = true where id = $1", id)
        .execute(&mut *tx)
        .await
        .map_err(unavailable)?;
    if found.rows_affected() == 0 {
        return Err(BusError::NoSuchDeadLetter);
    }
    sqlx::query("select pg_notify('svetu_bus', '')").execute(&mut *tx).await.map_err(unavailable)?;
    tx.commit().await.map_err(unavailable)
}

/// Delivers what was asked for again; answers whether there was any. One member does it: the row is locked meanwhile.
pub(super) async fn deliver(db: &Db, group: &ConsumerGroup) -> Result<bool, DbError> {
    let mut tx = db.begin().await?;
    let row = sqlx::query!(
        r#"select id, body::text as "body!" from bus.dead_letter where "group" = $1 and replaying
           order by id limit 1 for update skip locked"#,
        group.name
    )
    .fetch_optional(&mut *tx)
    .await?;
    let Some(row) = row else { return Ok(false) };
    let event: Event = serde_json::from_str(&row.body)?;
    match hand_out(SYSTEM, group, std::slice::from_ref(&event)).await {
        Ok(()) => {
            sqlx::query!("delete from bus.dead_letter where id = $1", row.id).execute(&mut *tx).await?;
        }
        Err((_, error)) => {
            tracing::warn!(group = group.name, dead_letter = row.id, %error, "a replayed event failed again");
            sqlx::query!(
                "update bus.dead_letter set replaying = false, reason = $2, attempts = attempts + 1, shelved_at = now()
                 where id = $1",
                row.id,
                error.to_string()
            )
            .execute(&mut *tx)
            .await?;
        }
    }
    tx.commit().await?;
    Ok(true)
}
