//! People, roles and the audit log from the command line, beside a platform that runs and without one.

use serde_json::Value;

use crate::platform::{Ended, Place, TRADER};

fn json(ended: Ended) -> Value {
    serde_json::from_str(&ended.expect(0).out).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_looks_after_people_and_the_log() {
    let place = Place::seeded().await;
    let running = place.up(&[]).await;
    running.api.signed_in(TRADER).await;
    let trader = running.api.signed_in(TRADER).await;

    let found = json(place.run(&["identity", "user", "find", "RADNJ", "--json"]).await);
    assert_eq!((found[0]["email"].as_str(), found.as_array().unwrap().len()), (Some(TRADER), 1));
    let told = place.run(&["identity", "user", "find", "radnj"]).await.expect(0).out;
    assert!(told.contains(TRADER) && told.contains("proven"), "{told}");
    place.run(&["identity", "user", "show", "radnja@example"]).await.refused(&["identity user find"]);
    let shown = json(place.run(&["identity", "user", "show", TRADER, "--json"]).await);
    assert_eq!(shown["sessions"].as_array().unwrap().len(), 2, "{shown}");

    let session = shown["sessions"][1]["id"].as_str().unwrap();
    let one = ["identity", "user", "sign-out", TRADER, "--session", session];
    assert!(place.run(&one).await.expect(0).out.contains("1 session ended"));
    place.run(&one).await.refused(&["no such session"]);
    assert_eq!(trader.get("/api/v1/identity/me").await.unwrap().status, 200);
    assert_eq!(json(place.run(&["identity", "user", "sign-out", TRADER, "--json"]).await)["ended"], 1);
    assert_eq!(trader.get("/api/v1/identity/me").await.unwrap().status, 401);

    let given = json(place.run(&["identity", "role", "give", TRADER, "moderator", "--json"]).await);
    assert!(given["roles"].as_array().unwrap().iter().any(|role| role == "moderator"), "{given}");
    let taken = place.run(&["identity", "role", "take", TRADER, "moderator"]).await.expect(0).out;
    assert!(!taken.contains("moderator") && taken.contains("member"), "{taken}");
    place
        .run(&["identity", "role", "give", TRADER, "boss"])
        .await
        .refused(&["member, trader, support, moderator, operator"]);

    let events = json(place.run(&["identity", "audit", TRADER, "--limit", "4", "--json"]).await);
    let kinds: Vec<&str> = events.as_array().unwrap().iter().map(|event| event["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["roles_changed", "roles_changed", "sessions_ended", "sessions_ended"]);
    let told = place.run(&["identity", "audit", TRADER]).await.expect(0).out;
    assert!(told.contains("signed_in  by themselves") && told.contains("by system:command line"), "{told}");
    running.stop().await;

    // The timer of the next platform seals what waits.
    let running = place.up(&[]).await;
    let mut database = place.database().await;
    let report = loop {
        let report = json(place.run(&["audit", "verify", "--json"]).await);
        if report["waiting"] == 0 {
            break report;
        }
    };
    let head = report["head"].as_str().unwrap();
    let whole = place.run(&["audit", "verify", "--since", head]).await.expect(0).out;
    assert!(whole.contains("the log is whole") && whole.contains(head), "{whole}");
    place.run(&["audit", "verify", "--since", "7"]).await.refused(&["POSITION:HASH"]);

    sqlx::raw_sql(
        "set session_replication_role = replica;
         update identity.security_event set detail = '{}' where id = (select min(id) from identity.security_event
             where kind = 'roles_changed')",
    )
    .execute(&mut database)
    .await
    .unwrap();
    let altered = place.run(&["audit", "verify"]).await.expect(1).out;
    assert!(altered.starts_with("altered: event ") && altered.contains("roles_changed"), "{altered}");
    let fault = place.run(&["audit", "verify", "--json"]).await.expect(1).out;
    let fault: Value = serde_json::from_str(&fault).unwrap();
    assert_eq!(
        (&fault["fault"]["fault"], &fault["fault"]["event"]["kind"]),
        (&"altered".into(), &"roles_changed".into())
    );
    drop(database);
    running.stop().await;
    // Without a platform, too.
    place.run(&["audit", "verify"]).await.expect(1);
}
