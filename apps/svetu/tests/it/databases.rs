//! A service with a database of its own, by configuration alone.

use sqlx::{Connection as _, PgConnection};
use svetu_testkit::TestDb;

use crate::platform::Place;

async fn schemas(db: &TestDb) -> Vec<String> {
    let mut owner = PgConnection::connect(db.owner_url()).await.unwrap();
    let sql = "select nspname::text from pg_namespace
               where nspname in ('bus', 'identity', 'listings', 'search', 'users') order by 1";
    sqlx::query_scalar(sql).fetch_all(&mut owner).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_command_finds_a_service_where_the_configuration_says() {
    let (shared, own) = (TestDb::new(&[]).await, TestDb::new(&[]).await);
    let place = Place::fresh();
    place.write(
        "svetu.toml",
        format!(
            "[postgres]\nurl = \"{}\"\n[postgres.service.listings]\nurl = \"{}\"\n[site]\nenabled = false\n",
            shared.owner_url(),
            own.owner_url()
        ),
    );
    place.run(&["migrate"]).await.expect(0);
    assert_eq!(schemas(&shared).await, ["bus", "identity", "search", "users"]);
    assert_eq!(schemas(&own).await, ["listings"]);
    let looked = place.run(&["doctor"]).await.out;
    for expected in ["postgres.url: PostgreSQL", "postgres.service.listings.url: PostgreSQL"] {
        assert!(looked.contains(expected), "{looked}");
    }
    place.run(&["seed", "--listings", "24"]).await.expect(0);
    place.run(&["reindex"]).await.expect(0);
    let compared = place.run(&["verify"]).await.expect(0).out;
    assert!(compared.contains("0 missing, 0 stale, 0 surplus") && !compared.starts_with("0 ads"), "{compared}");
    // The test kit's server writes the least that it can.
    place.run(&["changes", "start"]).await.refused(&["svetu_analytics_listings", "wal_level of the server is minimal"]);
}
