use std::time::{Duration, Instant};

use sqlx::{Connection as _, PgConnection};
use svetu_db::{Db, DbConfig, DbError, Server, migrate};
use svetu_testkit::{Engine, eventually};
use tokio::net::TcpListener;

use crate::BUS;

const LAG_MAX: Duration = Duration::from_secs(2);

struct World {
    primary: Engine,
    config: DbConfig,
    db: Db,
}

async fn world(primary: Engine, replica_url: &str) -> World {
    let server = Server { replica_url: Some(replica_url.to_owned()), ..Server::new(primary.url()) };
    let config = DbConfig { server, replica_lag_max: LAG_MAX, ..DbConfig::new("") };
    migrate(&config, &[BUS]).await.unwrap();
    let db = Db::new(&config, "bus").unwrap();
    World { primary, config, db }
}

/// Who answered, and what the newest entry was there.
async fn stale(db: &Db) -> (bool, Option<String>) {
    db.read_stale(async |db: Db| {
        let asked = sqlx::query_as("select pg_is_in_recovery(), (select max(name) from bus.consumer_group)");
        Ok::<_, DbError>(asked.fetch_one(db.pool()).await?)
    })
    .await
    .unwrap()
}

async fn write(db: &Db, name: &str) {
    sqlx::query("insert into bus.consumer_group values ($1, '{}')").bind(name).execute(db.pool()).await.unwrap();
}

async fn answers_from_the_replica(db: &Db) {
    eventually("the replica answers", || async { stale(db).await.0 }).await;
}

async fn order(replica: &Engine, what: &str) {
    let mut owner = PgConnection::connect(replica.url()).await.unwrap();
    sqlx::raw_sql(what).execute(&mut owner).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replica_that_lags_is_left_alone_until_it_has_caught_up() {
    let primary = Engine::start("postgres");
    let replica = Engine::beside(&primary, "replica");
    let World { primary: _primary, db, .. } = world(primary, replica.url()).await;
    write(&db, "a").await;
    eventually("the replica has it", || async { stale(&db).await == (true, Some("a".to_owned())) }).await;

    // Not replayed, and not yet too far behind: what is a little old is what was asked for.
    order(&replica, "select pg_wal_replay_pause()").await;
    let paused = Instant::now();
    write(&db, "b").await;
    assert_eq!(stale(&db).await, (true, Some("a".to_owned())));
    // A read that must be fresh goes by the pool, which is the primary's.
    let fresh: String =
        sqlx::query_scalar("select max(name) from bus.consumer_group").fetch_one(db.pool()).await.unwrap();
    assert_eq!(fresh, "b");

    eventually("the primary answers", || async { stale(&db).await == (false, Some("b".to_owned())) }).await;
    let within = paused.elapsed();
    assert!(within <= LAG_MAX + Duration::from_secs(10), "{within:?}");
    assert!(db.replica_lag().await.unwrap().is_none_or(|lag| lag > LAG_MAX));
    order(&replica, "select pg_wal_replay_resume()").await;
    answers_from_the_replica(&db).await;
    assert_eq!(stale(&db).await, (true, Some("b".to_owned())));
    assert!(db.replica_lag().await.unwrap().unwrap() <= LAG_MAX);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replica_that_is_lost_costs_no_answer_and_is_asked_again_when_it_is_back() {
    let primary = Engine::start("postgres");
    let mut replica = Engine::beside(&primary, "replica");
    let World { primary: _primary, db, .. } = world(primary, replica.url()).await;
    write(&db, "a").await;
    answers_from_the_replica(&db).await;
    replica.kill();
    let mut slowest = Duration::ZERO;
    for _ in 0..50 {
        let asked = Instant::now();
        assert_eq!(stale(&db).await, (false, Some("a".to_owned())));
        slowest = slowest.max(asked.elapsed());
    }
    assert!(slowest < Duration::from_secs(10), "{slowest:?}");
    replica.up();
    answers_from_the_replica(&db).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_that_answers_nothing_and_one_that_is_no_replica_are_not_asked() {
    let primary = Engine::start("postgres");
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("postgres://svetu@{}/postgres", silent.local_addr().unwrap());
    let world = world(primary, &url).await;
    write(&world.db, "a").await;
    let asked = Instant::now();
    for _ in 0..20 {
        assert_eq!(stale(&world.db).await, (false, Some("a".to_owned())));
    }
    assert!(asked.elapsed() < Duration::from_secs(10), "{:?}", asked.elapsed());
    assert_eq!(world.db.replica_lag().await, Some(None));

    // A server that takes writes of its own, as after a promotion.
    let server = Server { replica_url: Some(world.primary.url().to_owned()), ..Server::new(world.primary.url()) };
    let db = Db::new(&DbConfig { server, ..world.config.clone() }, "bus").unwrap();
    for _ in 0..3 {
        assert!(!stale(&db).await.0);
    }
    assert_eq!(db.replica_lag().await, Some(None));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_not_there_yet_is_asked_of_the_primary() {
    let primary = Engine::start("postgres");
    let replica = Engine::beside(&primary, "replica");
    let World { primary: _primary, db, .. } = world(primary, replica.url()).await;
    write(&db, "a").await;
    eventually("the replica has it", || async { stale(&db).await == (true, Some("a".to_owned())) }).await;
    order(&replica, "select pg_wal_replay_pause()").await;
    write(&db, "b").await;
    let found = db
        .read_stale(async |db: Db| {
            let asked = sqlx::query_scalar("select name from bus.consumer_group where name = 'b'");
            Ok::<String, DbError>(asked.fetch_one(db.pool()).await?)
        })
        .await;
    assert_eq!(found.unwrap(), "b");
}
