use chrono::Duration;
use serde_json::{Value, json};
use svetu_contracts::listings::LISTING_CHANGED;

use crate::world::{Answer, World, member, moderator, nobody, sofa, with};

async fn decide(world: &World, n: u128, id: &str, body: Value) -> Answer {
    world.call(&moderator(n), &format!("POST /moderation/listings/{id}/decision"), Some(body)).await
}

async fn held(world: &World, n: u128, title: &str) -> String {
    let ad = with(sofa(), json!({ "title": title, "description": "Zovite 064 123 45 67" }));
    let (id, state) = world.publish(&member(n), ad).await;
    assert_eq!(state, "in_review");
    id
}

async fn appeal(world: &World, n: u128, id: &str) -> String {
    let line = format!("POST /marketplace/listings/{id}/appeal");
    world.call(&member(n), &line, Some(json!({ "text": " Broj je šifra artikla. " }))).await.said()
}

async fn answer_appeal(world: &World, n: u128, appeal: &str, verdict: &str) -> Answer {
    let body = json!({ "verdict": verdict, "answer": "Pogledali smo ponovo." });
    world.call(&moderator(n), &format!("POST /moderation/appeals/{appeal}/decision"), Some(body)).await
}

#[tokio::test]
async fn the_queue_is_worked_off_in_its_order() {
    let world = World::new().await;
    let first = held(&world, 1, "Garnitura").await;
    world.clock.advance(Duration::minutes(1));
    let second = held(&world, 2, "Fotelja").await;
    world.clock.advance(Duration::minutes(1));
    let third = held(&world, 3, "Kauč").await;

    let page = world.call(&moderator(80), "GET /moderation/queue?limit=2&lang=en", None).await;
    assert_eq!(page.items().len(), 2);
    assert_eq!(page.items()[0]["listing"]["id"], first);
    let reason = &page.items()[0]["reasons"][0];
    assert_eq!(
        (&reason["rule"], &reason["facts"]),
        (&json!("hidden_contact"), &json!("The text contains contact details."))
    );
    assert!(reason["rule_text"].as_str().unwrap().starts_with("Phone numbers"));
    assert!(page.header("link").contains("rel=\"next\""));
    // What is decided between two pages makes no hole.
    assert_eq!(decide(&world, 80, &second, json!({ "decision": "approve" })).await.body["state"], "live");
    let cursor = page.body["cursor"].as_str().unwrap();
    let page = world.call(&moderator(80), &format!("GET /moderation/queue?limit=2&cursor={cursor}"), None).await;
    assert_eq!((page.items().len(), &page.items()[0]["listing"]["id"]), (1, &json!(third)));

    let numbers = world.call(&moderator(80), "GET /moderation/dashboard", None).await.body;
    assert_eq!(
        (&numbers["in_review"], &numbers["decided_today"], &numbers["automated_today"]),
        (&json!(2), &json!(1), &json!(0))
    );
    let rules = world.call(&moderator(80), "GET /moderation/rules?lang=ru", None).await;
    assert!(rules.items().iter().any(|rule| rule["id"] == "misleading"));
    assert!(rules.items().iter().all(|rule| rule["id"] != "none"));
}

#[tokio::test]
async fn a_decision_states_its_reasons() {
    let world = World::new().await;
    let id = held(&world, 1, "Garnitura").await;
    assert_eq!(
        decide(&world, 80, &id, json!({ "decision": "refuse", "rule": "sorcery" })).await.faults(),
        "/rule moderation.rule_unknown"
    );
    let too_long = json!({ "decision": "refuse", "note": "a".repeat(2_001) });
    assert_eq!(decide(&world, 80, &id, too_long).await.faults(), "/note field.too_long");
    // Without a rule it is the one that the ad was held for.
    let refused = decide(&world, 80, &id, json!({ "decision": "refuse", "note": "Vidi opis." })).await;
    assert_eq!(refused.body["state"], "refused");

    let line = format!("GET /marketplace/listings/{id}?lang=ru");
    let reason = world.call(&member(1), &line, None).await.body["reason"].clone();
    assert_eq!((&reason["rule"], &reason["automated"]), (&json!("hidden_contact"), &json!(false)));
    assert!(reason["rule_text"].as_str().unwrap().starts_with("Телефон, адрес почты"));
    assert_eq!(reason["facts"], "В описании указаны контактные данные.\nVidi opis.");
    assert_eq!((&reason["appeal"], reason["appeal_until"].is_string()), (&Value::Null, true));
    // Who decided is told to nobody but the log.
    assert!(!reason.to_string().contains("account_"));

    world.tick().await;
    let letters = world.letters.take();
    assert_eq!(letters.len(), 1);
    assert_eq!(
        (letters[0].to.as_str(), letters[0].subject.as_str()),
        ("1@primer.rs", "Oglas nije objavljen: Garnitura")
    );
    for part in [
        "Telefon, e-adresa",
        "U opisu je podatak za kontakt.",
        "Vidi opis.",
        "Odluku je doneo moderator.",
        "17.07.2026.",
    ] {
        assert!(letters[0].text.contains(part), "{part}: {}", letters[0].text);
    }
    world.tick().await;
    assert!(world.letters.take().is_empty());

    let log = world.call(&moderator(80), &format!("GET /moderation/audit?listing={id}"), None).await;
    let actions: Vec<&str> = log.items().iter().map(|entry| entry["action"].as_str().unwrap()).collect();
    assert_eq!(actions, ["moderation.decide", "listings.publish"]);
    assert_eq!(log.items()[0]["details"]["rule"], "hidden_contact");
    let events = world.events().await;
    let states: Vec<&Value> =
        events.iter().filter(|event| event.kind == LISTING_CHANGED).map(|event| &event.data["state"]).collect();
    assert_eq!(states, ["in_review", "refused"]);
    for sql in ["update listings.audit set action = 'x'", "delete from listings.audit", "truncate listings.audit"] {
        assert!(sqlx::query(sql).execute(world.db.pool()).await.is_err(), "{sql}");
    }
}

#[tokio::test]
async fn an_appeal_is_heard_once_by_somebody_else() {
    let world = World::new().await;
    let id = held(&world, 1, "Garnitura").await;
    assert_eq!(appeal(&world, 1, &id).await, "409 listing.nothing_to_appeal");
    decide(&world, 80, &id, json!({ "decision": "refuse" })).await;
    assert_eq!(appeal(&world, 2, &id).await, "404 listing.not_found");
    let line = format!("POST /marketplace/listings/{id}/appeal");
    assert_eq!(world.call(&member(1), &line, Some(json!({ "text": "  " }))).await.faults(), "/text field.missing");
    assert_eq!(appeal(&world, 1, &id).await, "202");
    assert_eq!(appeal(&world, 1, &id).await, "409 listing.appealed_already");

    // Nobody else moderates: then the same one has to.
    let open = world.call(&moderator(80), "GET /moderation/appeals", None).await;
    let case = &open.items()[0];
    assert_eq!((&case["own_decision"], &case["text"]), (&json!(true), &json!("Broj je šifra artikla.")));
    assert_eq!(case["decision"]["rule"], "hidden_contact");
    let other = held(&world, 2, "Fotelja").await;
    decide(&world, 81, &other, json!({ "decision": "approve" })).await;
    let appeal_id = case["id"].as_str().unwrap();
    assert_eq!(answer_appeal(&world, 80, appeal_id, "reverse").await.said(), "409 moderation.own_decision");
    world.letters.take();
    assert_eq!(answer_appeal(&world, 81, appeal_id, "reverse").await.body["state"], "live");
    assert_eq!(answer_appeal(&world, 81, appeal_id, "uphold").await.said(), "409 moderation.decided_already");
    assert_eq!(world.get(&nobody(), &id).await.status, 200);
    world.tick().await;
    let subjects: Vec<String> = world.letters.take().into_iter().map(|letter| letter.subject).collect();
    assert!(subjects.contains(&"Žalba je usvojena: Garnitura".to_owned()), "{subjects:?}");
}

#[tokio::test]
async fn a_decision_stands_or_is_too_old() {
    let world = World::new().await;
    // By the machine: any moderator may hear it.
    let (id, state) = world.publish(&member(2), with(sofa(), json!({ "description": "kokain" }))).await;
    assert_eq!(state, "refused");
    let reason = world.get(&member(2), &id).await.body["reason"].clone();
    assert_eq!((&reason["automated"], &reason["facts"]), (&json!(true), &json!("U tekstu stoji: „kokain“.")));
    assert_eq!(appeal(&world, 2, &id).await, "202");
    let open = world.call(&moderator(80), "GET /moderation/appeals", None).await;
    let appeal_id = open.items()[0]["id"].as_str().unwrap().to_owned();
    assert_eq!(answer_appeal(&world, 80, &appeal_id, "uphold").await.body["state"], "refused");
    let reason = world.get(&member(2), &id).await.body["reason"].clone();
    assert_eq!(
        (&reason["appeal"]["state"], &reason["appeal"]["answer"]),
        (&json!("upheld"), &json!("Pogledali smo ponovo."))
    );
    world.tick().await;
    let mut subjects: Vec<String> = world.letters.take().into_iter().map(|letter| letter.subject).collect();
    subjects.sort();
    assert_eq!(subjects, ["Оглас није објављен: Угаона гарнитура", "Одговор на жалбу: Угаона гарнитура"]);

    let (late, _) = world.publish(&member(3), with(sofa(), json!({ "description": "kokain" }))).await;
    world.clock.advance(Duration::days(184));
    assert_eq!(appeal(&world, 3, &late).await, "409 listing.appeal_too_late");
}

#[tokio::test]
async fn reports_take_an_ad_to_the_queue() {
    let world = World::new().await;
    let id = world.live(&member(1)).await;
    let report = |who, reason: &'static str, text: String| {
        let (world, line) = (&world, format!("POST /marketplace/listings/{id}/report"));
        async move { world.call(&who, &line, Some(json!({ "reason": reason, "text": text }))).await }
    };
    assert_eq!(report(member(2), "envy", String::new()).await.faults(), "/reason field.invalid");
    assert_eq!(report(member(2), "fraud", "a".repeat(2_001)).await.faults(), "/text field.too_long");
    // Twice by the same person is one report, signed in or not.
    for who in [member(2), member(2), nobody(), nobody()] {
        assert_eq!(report(who, "fraud", "Traži uplatu unapred".to_owned()).await.said(), "202");
    }
    assert_eq!(world.get(&nobody(), &id).await.body["state"], "live");
    let open = world.call(&moderator(80), "GET /moderation/reports", None).await;
    assert_eq!((open.items().len(), &open.items()[0]["reason"]), (2, &json!("fraud")));
    assert_eq!(open.items()[0]["listing"]["id"], id);
    let first = open.items()[0]["id"].as_str().unwrap();
    assert_eq!(world.said(&moderator(80), &format!("POST /moderation/reports/{first}/close")).await, "204");
    assert_eq!(
        world.said(&moderator(80), &format!("POST /moderation/reports/{first}/close")).await,
        "404 moderation.not_found"
    );

    for n in 3..=4 {
        assert_eq!(report(member(n), "spam", String::new()).await.said(), "202");
    }
    assert_eq!(world.get(&nobody(), &id).await.said(), "404 listing.not_found");
    let queue = world.call(&moderator(80), "GET /moderation/queue", None).await;
    assert_eq!(queue.items()[0]["reasons"][0]["facts"], "Broj prijava: 3.");
    // A decision answers all reports.
    assert_eq!(decide(&world, 80, &id, json!({ "decision": "approve" })).await.body["state"], "live");
    assert_eq!(world.call(&moderator(80), "GET /moderation/reports", None).await.items().len(), 0);
    // Who reported is nowhere but in the service's own tables.
    let ad = world.get(&member(1), &id).await.body;
    assert!(!ad.to_string().contains("account_"));
}

#[tokio::test]
async fn reports_are_limited_a_person() {
    let world = World::new().await;
    let reporter = member(7);
    let id = world.live(&member(1)).await;
    let line = format!("POST /marketplace/listings/{id}/report");
    for _ in 0..20 {
        assert_eq!(world.call(&reporter, &line, Some(json!({ "reason": "spam" }))).await.said(), "202");
    }
    assert_eq!(
        world.call(&reporter, &line, Some(json!({ "reason": "spam" }))).await.said(),
        "429 listing.report_limit"
    );
}
