//! The audit log: what is written stays as it is, and whoever goes around that is found out.

use chrono::Duration;
use futures::future::join_all;
use proptest::{prelude::*, strategy::ValueTree as _, test_runner::TestRunner};
use serde_json::json;
use sqlx::{Connection as _, PgConnection};
use svetu_identity::{AuditFaultKind, AuditHead, AuditReport, AuthMethod};
use svetu_kernel::Role;

use crate::{
    oauth::app::{App, registration},
    world::{PASSWORD, World},
};

/// Somebody with the owner's rights who switched the triggers off.
async fn tamper(world: &World, sql: &str) {
    let mut owner = PgConnection::connect(world.owner_url()).await.unwrap();
    let sql = format!("set session_replication_role = replica; {sql}");
    sqlx::raw_sql(&sql).execute(&mut owner).await.unwrap();
}

async fn verify(world: &World) -> AuditReport {
    world.identity.verify_audit(None).await.unwrap()
}

/// Kind of fault, place in the chain, id and kind of the event.
async fn named(world: &World) -> String {
    match verify(world).await.fault {
        None => "none".to_owned(),
        Some(fault) => {
            let event = fault.event.map_or_else(|| "-".to_owned(), |(id, _, kind)| format!("{id} {kind}"));
            let place = fault.position.map_or_else(|| "-".to_owned(), |position| position.to_string());
            format!("{} at {place}: {event}", fault.kind.name())
        }
    }
}

/// Events 1 to 6: an account is proven and signs in, and signs in four times more.
async fn lively() -> World {
    let world = World::new().await;
    let mut pera = world.member("pera@primer.rs").await;
    pera.cookie = None;
    for _ in 0..4 {
        assert_eq!(pera.sign_in("pera@primer.rs", PASSWORD).await.status, 200);
        pera.cookie = None;
    }
    world.identity.seal_audit().await.unwrap();
    let report = verify(&world).await;
    assert_eq!((report.rows, report.waiting, &report.fault), (6, 0, &None));
    world
}

#[tokio::test]
async fn the_first_row_that_is_not_as_it_was_is_named() {
    let copy = "insert into identity.security_event (id, at, account, actor, kind, detail) overriding system value
        select 1000, at, account, actor, kind, detail from identity.security_event where id = 3";
    let zeros = "decode(repeat('00', 32), 'hex')";
    for (sql, expected) in [
        ("update identity.security_event set kind = 'signed_out' where id = 3".to_owned(), "altered at 3: 3 signed_in"),
        (
            "update identity.security_event set at = at - interval '1 s' where id >= 4".to_owned(),
            "altered at 4: 4 signed_in",
        ),
        ("update identity.security_event set detail = '{}' where id = 6".to_owned(), "altered at 6: 6 signed_in"),
        (
            "update identity.security_event set account = null where id = 1".to_owned(),
            "altered at 1: 1 account_verified",
        ),
        ("delete from identity.security_event where id in (3, 5)".to_owned(), "missing at 3: 3 signed_in"),
        (
            "delete from identity.security_event where id = 3; delete from identity.audit_seal where event = 3"
                .to_owned(),
            "missing at 3: -",
        ),
        // Two swap places: their events, then their seals.
        (
            "update identity.security_event e set kind = o.kind, detail = o.detail from identity.security_event o
          where (e.id, o.id) in ((1, 3), (3, 1))"
                .to_owned(),
            "altered at 1: 1 account_verified",
        ),
        (
            "update identity.audit_seal set position = 100 where event = 2;
          update identity.audit_seal set position = 2 where event = 4;
          update identity.audit_seal set position = 4 where event = 2"
                .to_owned(),
            "altered at 2: 4 signed_in",
        ),
        (copy.to_owned(), "inserted at -: 1000 signed_in"),
        (
            format!(
                "{copy}; insert into identity.audit_seal select 7, 1000, at, kind, {zeros} from identity.security_event
            where id = 1000"
            ),
            "altered at 7: 1000 signed_in",
        ),
        // A beginning of one's own needs the key.
        (
            format!(
                "insert into identity.audit_anchor (position, hash, moved_at, mac)
            select position, hash, now(), {zeros} from identity.audit_seal where position = 2;
            delete from identity.security_event where id <= 2; delete from identity.audit_seal where position <= 2"
            ),
            "anchor at 2: -",
        ),
    ] {
        let world = lively().await;
        tamper(&world, &sql).await;
        assert_eq!(named(&world).await, expected, "{sql}");
        // What comes after makes nothing good.
        world.browser().sign_in("pera@primer.rs", PASSWORD).await;
        world.identity.seal_audit().await.unwrap();
        assert_eq!(named(&world).await, expected, "{sql}");
    }
}

#[tokio::test]
async fn the_database_refuses_changes() {
    let world = lively().await;
    world.browser().sign_in("pera@primer.rs", PASSWORD).await;
    let mut owner = PgConnection::connect(world.owner_url()).await.unwrap();
    for sql in [
        "update identity.security_event set kind = 'x' where id = 1",
        "delete from identity.security_event where id = 1",
        "delete from identity.security_event",
        "update identity.audit_seal set hash = hash",
        "delete from identity.audit_seal where position = 1",
        "update identity.audit_waiting set kind = 'x'",
        "delete from identity.audit_waiting",
        "insert into identity.audit_anchor (position, hash, moved_at, mac) select 1, mac, now(), mac
             from (select hash as mac from identity.audit_seal where position = 2) as h",
    ] {
        for refused in [sqlx::query(sql).execute(world.db.pool()).await, sqlx::query(sql).execute(&mut owner).await] {
            let error = refused.expect_err(sql);
            assert_eq!(error.as_database_error().unwrap().code().as_deref(), Some("42501"), "{sql}: {error}");
        }
    }
    for table in ["security_event", "audit_seal", "audit_waiting", "audit_anchor"] {
        let error = sqlx::query(&format!("truncate identity.{table}")).execute(&mut owner).await.unwrap_err();
        assert!(error.to_string().contains("append-only"), "{error}");
    }
    assert_eq!(named(&world).await, "none");
}

#[tokio::test]
async fn the_oldest_go_and_the_rest_is_still_whole() {
    let world = lively().await;
    let head = verify(&world).await.head.unwrap();
    world.clock.advance(Duration::days(399));
    world.browser().sign_in("pera@primer.rs", PASSWORD).await;
    world.work().await;
    // Where nobody remembers a session a sign-in is news, too.
    assert_eq!(verify(&world).await.rows, 8);
    world.clock.advance(Duration::days(1) + Duration::hours(1));
    world.work().await;
    let report = verify(&world).await;
    assert_eq!((report.rows, report.trimmed_to, &report.fault), (2, 6, &None));
    assert_eq!(world.count("select count(*) from identity.security_event").await, 2);
    // Everything goes; the chain goes on where it ended.
    world.clock.advance(Duration::days(401));
    world.work().await;
    world.browser().sign_in("pera@primer.rs", PASSWORD).await;
    world.identity.seal_audit().await.unwrap();
    let report = verify(&world).await;
    assert_eq!((report.rows, report.trimmed_to, &report.fault), (1, 8, &None));
    assert_eq!(report.head.unwrap().position, 9);
    // A head of before what is gone says nothing any more.
    assert_eq!(world.identity.verify_audit(Some(&head)).await.unwrap().fault, None);
    tamper(&world, "insert into identity.security_event (id, at, actor, kind) overriding system value
        values (2, now(), 'x', 'x'); insert into identity.audit_seal select 2, 2, now(), 'x', hash from identity.audit_seal limit 1")
    .await;
    assert_eq!(named(&world).await, "inserted at 2: 2 x");
}

#[tokio::test]
async fn a_cut_at_the_end_shows_against_a_head_that_was_noted() {
    let world = lively().await;
    let head: AuditHead = verify(&world).await.head.unwrap().to_string().parse().unwrap();
    tamper(
        &world,
        "create table event_6 as select * from identity.security_event where id = 6;
        create table seal_6 as select * from identity.audit_seal where position = 6;
        delete from identity.security_event where id > 4; delete from identity.audit_seal where event > 4",
    )
    .await;
    assert_eq!(named(&world).await, "none");
    let fault = world.identity.verify_audit(Some(&head)).await.unwrap().fault.unwrap();
    assert_eq!((fault.kind, fault.position), (AuditFaultKind::Missing, Some(5)));
    // And so does an end that was written anew.
    for _ in 0..3 {
        world.browser().sign_in("pera@primer.rs", PASSWORD).await;
    }
    world.identity.seal_audit().await.unwrap();
    let fault = world.identity.verify_audit(Some(&head)).await.unwrap().fault.unwrap();
    assert_eq!((fault.kind, fault.position), (AuditFaultKind::Altered, Some(6)));
    // What was sealed at this place before follows nothing that is here now.
    assert_eq!(named(&world).await, "none");
    tamper(
        &world,
        "delete from identity.security_event where id = 8; delete from identity.audit_seal where position = 6;
        insert into identity.security_event overriding system value select * from event_6;
        insert into identity.audit_seal select * from seal_6",
    )
    .await;
    assert_eq!(named(&world).await, "altered at 6: 6 signed_in");
    for wrong in ["", "6", "6:00", "x:00", &format!("0:{}", "0".repeat(64)), &format!("6:{}", "g".repeat(64))] {
        assert!(wrong.parse::<AuditHead>().is_err(), "{wrong}");
    }
}

#[tokio::test]
async fn what_the_provider_does_is_in_the_log() {
    let world = World::new().await;
    let mut app = App::new(&world, registration("app", AuthMethod::ClientSecretBasic)).await;
    let mut ana = world.member("ana@primer.rs").await;
    let tokens = app.tokens(&mut ana, "openid offline_access").await;
    let refresh = tokens["refresh_token"].as_str().unwrap();
    app.refresh(refresh).await;
    app.refresh(refresh).await;
    world.identity.renew_client_secret("app").await.unwrap();
    world.identity.rotate_keys(false).await.unwrap();
    world.identity.invite_clients(1, 1).await.unwrap();
    assert!(world.identity.disable_client("app").await.unwrap());
    assert!(!world.identity.disable_client("app").await.unwrap());
    ana.send("DELETE /identity/sessions", json!(null)).await;
    ana.send("POST /identity/sign-out", json!(null)).await;
    let kinds: Vec<String> = sqlx::query_scalar("select kind from identity.security_event order by id")
        .fetch_all(world.db.pool())
        .await
        .unwrap();
    assert_eq!(
        kinds,
        [
            "client_added",
            "account_verified",
            "signed_in",
            "consent_given",
            "key_made",
            "refresh_replayed",
            "client_secret_renewed",
            "key_rotated",
            "clients_invited",
            "client_disabled",
            "signed_out",
        ]
    );
    let secret = app.secret.clone().unwrap();
    let told: String = sqlx::query_scalar("select string_agg(actor || detail::text, ' ') from identity.security_event")
        .fetch_one(world.db.pool())
        .await
        .unwrap();
    for hidden in [secret.as_str(), refresh, "ana@primer.rs"] {
        assert!(!told.contains(hidden), "{hidden} in {told}");
    }
}

/// What one of many writers does: so many events, and whether the transaction is taken back.
type Writer = (u8, bool);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn writers_at_once_leave_one_chain() {
    let world = World::new().await;
    let (olga, _) = world.staff("olga@primer.rs", &[Role::Operator]).await;
    let mut expected = 1;
    let schedules = proptest::collection::vec((1..5u8, any::<bool>()), 1..24);
    let mut runner = TestRunner::default();
    for _ in 0..12 {
        let writers: Vec<Writer> = schedules.new_tree(&mut runner).unwrap().current();
        let write = writers.iter().map(|&(count, taken_back)| {
            let (db, now) = (world.db.clone(), svetu_kernel::Clock::now(&*world.clock));
            async move {
                let mut tx = db.begin().await.unwrap();
                for n in 0..count {
                    sqlx::query(
                        "with event as (insert into identity.security_event (at, account, actor, kind, detail)
                             values ($1, $2, 'x', 'tested', jsonb_build_object('n', $3)) returning id, at, kind)
                         insert into identity.audit_waiting select id, at, kind from event",
                    )
                    .bind(now)
                    .bind(olga.uuid())
                    .bind(i32::from(n))
                    .execute(&mut *tx)
                    .await
                    .unwrap();
                    tokio::task::yield_now().await;
                }
                if taken_back { tx.rollback().await.unwrap() } else { tx.commit().await.unwrap() }
            }
        });
        // Sealers of three processes, and one who reads, in the middle of it.
        let seal = join_all((0..3).map(|_| world.identity.seal_audit()));
        let (_, sealed, report) = tokio::join!(join_all(write), seal, verify(&world));
        assert!(sealed.iter().all(Result::is_ok), "{sealed:?}");
        assert_eq!(report.fault, None, "{writers:?}");
        expected += writers.iter().filter(|(_, back)| !back).map(|(count, _)| u64::from(*count)).sum::<u64>();
        world.identity.seal_audit().await.unwrap();
        let report = verify(&world).await;
        assert_eq!((report.rows, report.waiting, report.fault), (expected, 0, None), "{writers:?}");
        assert_eq!(report.head.unwrap().position as u64, expected);
    }
}
