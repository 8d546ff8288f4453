use futures::FutureExt;
use sqlx::Connection as _;
use svetu_db::{Db, DbConfig, DbError, migrate};
use svetu_ports::Secret;

use crate::world;

#[tokio::test]
async fn a_service_touches_its_own_rows_and_nothing_else() {
    let world = world().await;
    let (listings, users) = (world.db("listings"), world.db("users"));
    sqlx::query("insert into listings.thing values (1, 1)").execute(listings.pool()).await.unwrap();

    for refused in [
        "select * from listings.thing",
        "insert into listings.outbox (event_id, event) values (gen_random_uuid(), '{}')",
        "create table users.more (id int)",
        "create table public.more (id int)",
        "create schema mine",
        "alter table users.outbox add column x int",
        "truncate users.outbox",
        "delete from users._sqlx_migrations",
    ] {
        let error = sqlx::raw_sql(refused).execute(users.pool()).await.unwrap_err();
        let code = error.as_database_error().and_then(|error| error.code()).map(std::borrow::Cow::into_owned);
        assert_eq!(code.as_deref(), Some("42501"), "{refused}");
    }
    // PostGIS is for everybody.
    sqlx::query("select ST_MakePoint(1, 2)::geography").execute(users.pool()).await.unwrap();
}

#[tokio::test]
async fn migrating_again_and_side_by_side_changes_nothing() {
    let world = world().await;
    let schemas = [svetu_db::Schema { name: "listings", migrator: &crate::NOTHING }];
    let (one, two) = tokio::join!(migrate(world.config(), &schemas), migrate(world.config(), &schemas));
    one.unwrap();
    two.unwrap();
    sqlx::query("insert into listings.thing values (1, 1)").execute(world.db("listings").pool()).await.unwrap();
}

/// An index made concurrently waits for all who began before: those who wait for their turn to migrate must not be among them.
#[tokio::test]
async fn an_index_is_made_concurrently_while_others_wait_to_migrate() {
    let world = world().await;
    let schemas = [svetu_db::Schema { name: "listings", migrator: &crate::LATER }];
    let (one, two, three) = tokio::join!(
        migrate(world.config(), &schemas),
        migrate(world.config(), &schemas),
        migrate(world.config(), &schemas)
    );
    for migrated in [one, two, three] {
        migrated.unwrap();
    }
    // One that was broken off is neither kept nor in the way.
    let mut owner = sqlx::PgConnection::connect(world.owner_url()).await.unwrap();
    sqlx::raw_sql("insert into listings.thing values (1, 1), (2, 1)").execute(&mut owner).await.unwrap();
    let broken = "create unique index concurrently thing_once on listings.thing (n)";
    sqlx::raw_sql(broken).execute(&mut owner).await.unwrap_err();
    migrate(world.config(), &schemas).await.unwrap();
    let left = "select array_agg(relname::text order by relname) from pg_index join pg_class on oid = indexrelid
         where indrelid = 'listings.thing'::regclass";
    let left: Vec<String> = sqlx::query_scalar(left).fetch_one(&mut owner).await.unwrap();
    assert_eq!(left, ["thing_by_n", "thing_pkey"]);
}

#[test]
fn passwords_follow_from_the_secret() {
    // The roles of the test server belong to all tests at once: here only that the configuration is taken.
    let config = DbConfig { roles_secret: Some(Secret::new(vec![7; 32])), ..DbConfig::new("postgres://o@localhost/x") };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async { assert!(Db::new(&config, "listings").is_ok()) });
    assert!(matches!(Db::new(&DbConfig::new("mysql://x"), "listings"), Err(DbError::Url(_))));
}

#[tokio::test]
async fn a_lost_race_is_run_again() {
    let world = world().await;
    let db = world.db("listings");
    sqlx::query("insert into listings.thing values (1, 0)").execute(db.pool()).await.unwrap();
    let add = |db: Db| async move {
        db.transact::<(), DbError, _>(|tx| {
            async move {
                sqlx::query("set transaction isolation level serializable").execute(&mut **tx).await?;
                let n: i64 =
                    sqlx::query_scalar("select n from listings.thing where id = 1").fetch_one(&mut **tx).await?;
                tokio::time::sleep(std::time::Duration::from_millis(20)).await;
                sqlx::query("update listings.thing set n = $1 where id = 1").bind(n + 1).execute(&mut **tx).await?;
                Ok(())
            }
            .boxed()
        })
        .await
    };
    let (a, b, c) = tokio::join!(add(db.clone()), add(db.clone()), add(db.clone()));
    for result in [a, b, c] {
        result.unwrap();
    }
    let n: i64 = sqlx::query_scalar("select n from listings.thing").fetch_one(db.pool()).await.unwrap();
    assert_eq!(n, 3);
}
