//! The log itself.

use svetu_db::{Db, DbError};
use svetu_ports::{BusError, Event, bus::EVENT_BYTES_MAX};
use uuid::Uuid;

use super::{BusOptions, Tended, unavailable};

pub(super) const PARTITIONS: i16 = 8;

/// One appender at a time, until its commit: so the order of `seq` is the order of commits.
const APPEND_LOCK: i64 = 0x7376_6574_755f_6273;

/// FNV-1a, 64 bits: the same key lands in the same partition on every machine and in every version.
fn partition_of(key: &str) -> i16 {
    let hash = key
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    i16::try_from(hash % PARTITIONS.unsigned_abs() as u64).unwrap_or(0)
}

pub(super) async fn append(db: &Db, events: &[Event]) -> Result<(), BusError> {
    if events.is_empty() {
        return Ok(());
    }
    let mut ids = Vec::with_capacity(events.len());
    let mut partitions = Vec::with_capacity(events.len());
    let mut kinds = Vec::with_capacity(events.len());
    let mut bodies = Vec::with_capacity(events.len());
    for event in events {
        let body = serde_json::to_string(event).map_err(unavailable)?;
        if body.len() > EVENT_BYTES_MAX {
            return Err(BusError::TooLarge { bytes: body.len(), bytes_max: EVENT_BYTES_MAX });
        }
        ids.push(Uuid::from(event.id));
        partitions.push(partition_of(&event.key));
        kinds.push(event.kind.clone());
        bodies.push(body);
    }
    insert(db, &ids, &partitions, &kinds, &bodies).await.map_err(unavailable)
}

async fn insert(db: &Db, ids: &[Uuid], partitions: &[i16], kinds: &[String], bodies: &[String]) -> Result<(), DbError> {
    let mut tx = db.begin().await?;
    sqlx::query("select pg_advisory_xact_lock($1)").bind(APPEND_LOCK).execute(&mut *tx).await?;
    // A statement of its own after the lock: it sees what the appender before us committed.
    sqlx::query!(
        "insert into bus.event (seq, id, partition, kind, body)
         select (select coalesce(max(seq), 0) from bus.event) + e.position, e.id, e.partition, e.kind, e.body::json
         from unnest($1::uuid[], $2::int2[], $3::text[], $4::text[]) with ordinality
             as e (id, partition, kind, body, position)
         on conflict (id) do nothing",
        ids,
        partitions,
        kinds,
        bodies
    )
    .execute(&mut *tx)
    .await?;
    sqlx::query("select pg_notify('svetu_bus', '')").execute(&mut *tx).await?;
    tx.commit().await?;
    Ok(())
}

pub(super) async fn end(db: &Db) -> Result<i64, DbError> {
    Ok(sqlx::query_scalar!(r#"select coalesce(max(seq), 0) as "end!" from bus.event"#).fetch_one(db.pool()).await?)
}

/// An event of the log that a group wants.
pub(super) struct Entry {
    pub partition: i16,
    pub seq: i64,
    pub event: Event,
}

/// The next events of each partition after its position, in order.
pub(super) async fn next(
    db: &Db,
    partitions: &[i16],
    positions: &[i64],
    kinds: &[String],
    limit: i64,
) -> Result<Vec<Entry>, DbError> {
    let rows = sqlx::query!(
        r#"select e.partition as "partition!", e.seq as "seq!", e.body::text as "body!"
           from unnest($1::int2[], $2::int8[]) as p (partition, position)
           cross join lateral (
               select event.partition, event.seq, event.body from bus.event
               where event.partition = p.partition and event.seq > p.position and event.kind = any($3)
               order by event.seq limit $4
           ) e
           order by e.partition, e.seq"#,
        partitions,
        positions,
        kinds,
        limit
    )
    .fetch_all(db.pool())
    .await?;
    rows.into_iter()
        .map(|row| Ok(Entry { partition: row.partition, seq: row.seq, event: serde_json::from_str(&row.body)? }))
        .collect()
}

/// Events of the kinds that the group wants, beyond its positions; none of a group that is not there.
pub(super) async fn lag(db: &Db, group: &str) -> Result<Option<u64>, DbError> {
    let count = sqlx::query_scalar!(
        r#"select count(e.seq) as "count!" from bus.consumer_group g
           left join bus.position p on p."group" = g.name
           left join bus.event e on e.partition = p.partition and e.seq > p.seq and e.kind = any(g.kinds)
           where g.name = $1
           group by g.name"#,
        group
    )
    .fetch_optional(db.pool())
    .await?;
    Ok(count.map(|count| u64::try_from(count).unwrap_or(0)))
}

/// Days ahead that have a partition: a process that is down for as long loses nothing but the order of its drops.
const DAYS_AHEAD: i32 = 3;

/// Makes the partitions of the days to come and drops those that are over; of what lies outside of any day, deletes the old.
pub(super) async fn tend(db: &Db, options: &BusOptions) -> Result<Tended, DbError> {
    let now = options.clock.now();
    let made: i32 =
        sqlx::query_scalar("select bus.make_days($1, $2)").bind(now).bind(DAYS_AHEAD).fetch_one(db.pool()).await?;
    let dropped: i32 =
        sqlx::query_scalar("select bus.drop_days($1, make_interval(secs => $2), make_interval(secs => $3))")
            .bind(now)
            .bind(options.kept.as_secs_f64())
            .bind(options.kept_max.as_secs_f64())
            .fetch_one(db.pool())
            .await?;
    Ok(Tended { made: made.unsigned_abs(), dropped: dropped.unsigned_abs(), deleted: prune_rest(db, options).await? })
}

/// The last event always stays: the next `seq` is counted from it.
async fn prune_rest(db: &Db, options: &BusOptions) -> Result<u64, DbError> {
    let mut pruned = 0;
    for _ in 0..10_000 {
        let deleted = sqlx::query!(
            "delete from bus.event_rest where seq = any(array(
                 select first.seq from (select seq, appended_at from bus.event_rest order by seq limit 2000) first
                 where first.seq < (select max(seq) from bus.event)
                   and (first.appended_at < $3::timestamptz - make_interval(secs => $2)
                     or (first.appended_at < $3 - make_interval(secs => $1)
                       and first.seq <= coalesce((select min(seq) from bus.position), first.seq)))))",
            options.kept.as_secs_f64(),
            options.kept_max.as_secs_f64(),
            options.clock.now(),
        )
        .execute(db.pool())
        .await?
        .rows_affected();
        pruned += deleted;
        if deleted == 0 {
            break;
        }
    }
    Ok(pruned)
}
