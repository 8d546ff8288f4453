use sqlx::{Connection as _, PgConnection};
use svetu_db::{DbConfig, migrate};
use svetu_postgres::{
    PostgresError,
    changes::{self, NAME, Published},
};
use svetu_testkit::{Engine, TestDb, eventually};

use crate::BUS;

const TOLD: [Published; 1] = [Published { schema: "bus", table: "consumer_group", columns: &["name"] }];

/// What a reader gets, each a message of `pgoutput`.
async fn read(owner: &mut PgConnection) -> Vec<Vec<u8>> {
    sqlx::query_scalar(
        "select data from pg_logical_slot_get_binary_changes($1, null, null, 'proto_version', '1', 'publication_names', $1)",
    )
    .bind(NAME)
    .fetch_all(owner)
    .await
    .unwrap()
}

fn contains(message: &[u8], text: &str) -> bool {
    message.windows(text.len()).any(|window| window == text.as_bytes())
}

#[tokio::test]
async fn a_reader_gets_the_chosen_columns_and_cannot_fill_the_disk() {
    let engine = Engine::start("postgres");
    migrate(&DbConfig::new(engine.url()), &[BUS]).await.unwrap();
    let mut owner = PgConnection::connect(engine.url()).await.unwrap();
    changes::start(engine.url(), NAME, &TOLD).await.unwrap();
    changes::start(engine.url(), NAME, &TOLD).await.unwrap();
    sqlx::raw_sql(
        "insert into bus.consumer_group values ('followed', '{hidden}');
         update bus.consumer_group set kinds = '{hidden-too}' where name = 'followed';
         insert into bus.member values ('followed', gen_random_uuid(), now());
         delete from bus.member; delete from bus.consumer_group where name = 'followed'",
    )
    .execute(&mut owner)
    .await
    .unwrap();
    let slot = changes::look(engine.url(), NAME).await.unwrap().unwrap();
    assert!(slot.lag_bytes > 0 && !slot.active && slot.wal_status == "reserved", "{slot:?}");

    let messages = read(&mut owner).await;
    let kinds: String = messages.iter().map(|message| char::from(message[0])).collect();
    // Begin, the relation, insert, update, delete, commit; nothing of the other table.
    assert_eq!(kinds, "BRIUDC");
    assert!(messages.iter().any(|message| message[0] == b'I' && contains(message, "followed")));
    assert!(!messages.iter().any(|message| contains(message, "hidden") || contains(message, "kinds")));
    assert!(read(&mut owner).await.is_empty());

    // The role sees what is told and nothing else.
    sqlx::raw_sql("set role svetu_analytics; select name from bus.consumer_group").execute(&mut owner).await.unwrap();
    for refused in ["select kinds from bus.consumer_group", "select from bus.member", "delete from bus.consumer_group"]
    {
        let error = sqlx::raw_sql(refused).execute(&mut owner).await.unwrap_err();
        let code = error.as_database_error().and_then(|error| error.code()).map(std::borrow::Cow::into_owned);
        assert_eq!(code.as_deref(), Some("42501"), "{refused}");
    }
    sqlx::raw_sql("reset role").execute(&mut owner).await.unwrap();

    changes::stop(engine.url(), NAME).await.unwrap();
    changes::stop(engine.url(), NAME).await.unwrap();
    assert_eq!(changes::look(engine.url(), NAME).await.unwrap(), None);
}

#[tokio::test]
async fn a_server_that_would_keep_everything_is_refused() {
    let engine = Engine::start("postgres");
    migrate(&DbConfig::new(engine.url()), &[BUS]).await.unwrap();
    let mut owner = PgConnection::connect(engine.url()).await.unwrap();
    sqlx::raw_sql("alter system set max_slot_wal_keep_size = -1").execute(&mut owner).await.unwrap();
    sqlx::raw_sql("select pg_reload_conf()").execute(&mut owner).await.unwrap();
    eventually("it is told", || async {
        matches!(
            changes::start(engine.url(), NAME, &TOLD).await,
            Err(PostgresError::Setting { key: "max_slot_wal_keep_size", .. })
        )
    })
    .await;
    // It may have been made before the server had read its file.
    changes::stop(engine.url(), NAME).await.unwrap();
}

#[tokio::test]
async fn a_server_whose_log_tells_no_changes_is_refused() {
    // The test kit's own keeps the least that it can.
    let world = TestDb::new(&[BUS]).await;
    let refused = changes::start(world.owner_url(), NAME, &TOLD).await.unwrap_err();
    assert!(refused.to_string().contains("wal_level of the server is minimal, expected logical"), "{refused}");
    assert_eq!(changes::look(world.owner_url(), NAME).await.unwrap(), None);
}
