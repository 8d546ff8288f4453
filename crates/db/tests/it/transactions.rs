use std::{future::Future, pin::Pin, task::Poll, time::Duration};

use sqlx::Connection as _;
use svetu_db::{Db, DbConfig};

use crate::world;

const STEPS_MAX: u32 = 10;

/// Asks a future at most so often, a moment apart, and gives it up then.
async fn given_up_after<F: Future>(future: F, steps: u32) -> Option<F::Output> {
    let mut future = Box::pin(future);
    for _ in 0..steps {
        let asked = std::future::poll_fn(|context| Poll::Ready(Pin::new(&mut future).poll(context))).await;
        if let Poll::Ready(output) = asked {
            return Some(output);
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    None
}

/// A visitor who goes away while the server answers a BEGIN leaves no transaction open in the pool: whatever the connection's next
/// user wrote would lie in it, and be gone with it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_that_is_given_up_while_it_begins_is_over() {
    let world = world().await;
    // One connection: whoever comes next has it.
    let db = Db::new(&DbConfig { connections_max: 1, ..world.config().clone() }, "listings").unwrap();
    sqlx::query("select 1").execute(db.pool()).await.unwrap();
    let mut owner = sqlx::PgConnection::connect(world.owner_url()).await.unwrap();
    let mut given_up = 0;
    for steps in 1..STEPS_MAX {
        match given_up_after(db.begin(), steps).await {
            Some(begun) => begun.unwrap().rollback().await.unwrap(),
            None => given_up += 1,
        }
        let row = i32::try_from(steps).unwrap();
        sqlx::query("insert into listings.thing values ($1, 1)").bind(row).execute(db.pool()).await.unwrap();
        let seen: i64 = sqlx::query_scalar("select count(*) from listings.thing where id = $1")
            .bind(row)
            .fetch_one(&mut owner)
            .await
            .unwrap();
        assert_eq!(seen, 1, "what was written after {steps} steps of a transaction lies in it");
    }
    assert!(given_up > 0);
}
