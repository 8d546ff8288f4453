use serde_json::json;
use svetu_contracts::listings::{ListingSnapshot, ListingState};
use svetu_kernel::{Clock, Currency, Money};

use crate::world::{With, World, account, ad, listing, rsd};

fn fresh(world: &World, n: u128) -> ListingSnapshot {
    let mut ad = listing(n, "stoves", "Šporet na drva");
    ad.published_at = Some(world.clock.now());
    ad
}

async fn wait(world: &World, minutes: i64) {
    world.clock.advance(chrono::Duration::minutes(minutes));
    world.run_job("search.letters").await;
}

fn subjects(world: &World) -> Vec<String> {
    let mut sent: Vec<String> = world.letters.sent.lock().drain(..).map(|mail| mail.subject).collect();
    sent.sort();
    sent
}

#[tokio::test(flavor = "multi_thread")]
async fn letters_come_as_often_as_they_are_wanted() {
    let world = World::new().await;
    for (owner, frequency) in [(11, "instant"), (12, "daily"), (13, "weekly"), (14, "off")] {
        let body = json!({"query": "q=sporet", "frequency": frequency, "name": frequency});
        assert_eq!(world.said(Some(account(owner)), "POST /saved-searches", Some(body)).await, "201");
    }
    let subject = |name: &str, count: u8| format!("„{name}“ – novi oglasi: {count}");
    wait(&world, 6).await;
    assert!(subjects(&world).is_empty());
    world.put([fresh(&world, 1)]).await;
    wait(&world, 0).await;
    assert_eq!(subjects(&world), [subject("instant", 1)]);
    // Those that come together are told together.
    world.put([fresh(&world, 2), fresh(&world, 3)]).await;
    wait(&world, 1).await;
    assert!(subjects(&world).is_empty());
    wait(&world, 5).await;
    assert_eq!(subjects(&world), [subject("instant", 2)]);
    wait(&world, 24 * 60).await;
    assert_eq!(subjects(&world), [subject("daily", 3)]);
    wait(&world, 6 * 24 * 60).await;
    assert_eq!(subjects(&world), [subject("weekly", 3)]);
    wait(&world, 30 * 24 * 60).await;
    assert!(subjects(&world).is_empty());

    // Who switches letters on later is not told of what is long known.
    let (_, list) = world.call(Some(account(14)), "GET /saved-searches", None).await;
    let id = list["items"][0]["id"].as_str().unwrap();
    assert_eq!(list["items"][0]["new_count"], 3);
    let daily = Some(json!({"frequency": "daily"}));
    assert_eq!(world.said(Some(account(14)), &format!("PATCH /saved-searches/{id}"), daily).await, "200");
    wait(&world, 2 * 24 * 60).await;
    assert!(subjects(&world).is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_speaks_the_readers_language_and_of_ads_as_they_are() {
    let world = World::new().await;
    for owner in 1..=4 {
        let body = json!({"query": "q=sporet", "frequency": "instant", "name": "Grejanje"});
        world.said(Some(account(owner)), "POST /saved-searches", Some(body)).await;
    }
    world.put([fresh(&world, 1), fresh(&world, 2).priced(rsd(12_500)), fresh(&world, 3), fresh(&world, 4)]).await;
    // Gone, or something else, before the letter is written.
    world.put([fresh(&world, 3).version(2).state(ListingState::Sold)]).await;
    let mut other = fresh(&world, 4).version(2);
    other.title = "Klima uređaj".to_owned();
    other.category = "cookers".to_owned();
    world.ads.all.lock().insert(ad(4), ListingSnapshot { category: "smartphones".to_owned(), ..other });
    *world.letters.down.lock() = true;
    wait(&world, 6).await;
    *world.letters.down.lock() = false;
    wait(&world, 1).await;
    assert!(world.letters.sent.lock().is_empty());
    wait(&world, 6).await;
    wait(&world, 6).await;
    let sent = world.letters.sent.lock().clone();
    assert_eq!(sent.len(), 4);
    for (owner, subject, words, address) in [
        (1, "„Grejanje“ – novi oglasi: 2", "Šporet na drva\n12.500\u{a0}RSD · Beograd", "8080/listings/"),
        (2, "„Grejanje“ – нови огласи: 2", "Шпорет на дрва\n12.500\u{a0}RSD · Београд", "8080/sr-cyrl/listings/"),
        (3, "«Grejanje» — новые объявления: 2", "Šporet na drva\n12\u{a0}500\u{a0}RSD · Београд", "8080/ru/listings/"),
        (4, "“Grejanje” – new ads: 2", "Šporet na drva\n12,500\u{a0}RSD · Beograd", "8080/en/listings/"),
    ] {
        let mail = sent.iter().find(|mail| mail.to.starts_with(&account(owner).to_string())).unwrap();
        assert_eq!(mail.subject, subject);
        assert!(mail.text.contains(words), "{}", mail.text);
        assert!(mail.text.contains(&format!("{address}{}", ad(2))), "{}", mail.text);
        assert!(!mail.text.contains(&ad(3).to_string()) && !mail.text.contains(&ad(4).to_string()), "{}", mail.text);
        assert!(mail.html.contains("</ul>") && mail.text.contains("q=sporet"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_click_ends_the_letters_of_one_search() {
    let world = World::new().await;
    let me = Some(account(1));
    let first = world.save(1, "q=sporet", "instant").await;
    let second = world.save(1, "category=stoves", "instant").await;
    world.put([fresh(&world, 1)]).await;
    wait(&world, 6).await;
    let sent = std::mem::take(&mut *world.letters.sent.lock());
    assert_eq!(sent.len(), 2);
    let mail = sent.iter().find(|mail| mail.unsubscribe.as_ref().unwrap().contains(&first)).unwrap();
    let address = mail.unsubscribe.clone().unwrap();
    let token = address.strip_prefix("http://localhost:8080/unsubscribe/searches?token=").unwrap();
    let path = format!("/saved-searches/unsubscribe?token={token}");

    // Forged, of another search, cut, none.
    let forged = token.replace(&first, &second);
    for wrong in
        [format!("{path}x"), path[..path.len() - 1].to_owned(), path.replace(token, &forged), path.replace(token, "x")]
    {
        assert_eq!(world.said(None, &format!("POST {wrong}"), None).await, "404 search.unsubscribe_unknown", "{wrong}");
    }
    let bare = "POST /saved-searches/unsubscribe";
    assert_eq!(world.said(None, bare, Some(json!({"token": forged}))).await, "404 search.unsubscribe_unknown");
    assert_eq!(world.said(None, bare, Some(json!({}))).await, "422 validation.failed /token");
    assert_eq!(world.said(None, bare, None).await, "415 request.content_type");
    let frequencies = async || {
        let (_, list) = world.call(me, "GET /saved-searches", None).await;
        list["items"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|item| item["frequency"] == "off")
            .map(|item| item["id"].clone())
            .collect::<Vec<_>>()
    };
    assert!(frequencies().await.is_empty());

    assert_eq!(world.said(None, &format!("POST {path}"), None).await, "204");
    assert_eq!(world.said(None, bare, Some(json!({"token": token}))).await, "204");
    assert_eq!(frequencies().await, [json!(first)]);
    world.put([fresh(&world, 2)]).await;
    wait(&world, 6).await;
    assert_eq!(world.letters.sent.lock().len(), 1);
    // It still finds.
    let (_, list) = world.call(me, "GET /saved-searches", None).await;
    assert!(list["items"].as_array().unwrap().iter().all(|item| item["new_count"] == 2), "{list}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lower_price_is_told_once_more() {
    let world = World::new().await;
    world.save(1, "q=sporet", "instant").await;
    world.put([fresh(&world, 1)]).await;
    wait(&world, 6).await;
    let cheaper = world.cheaper(fresh(&world, 1).version(2).priced(rsd(700)), Money::new(100_000, Currency::Rsd));
    world.deliver(&cheaper).await;
    world.deliver(&cheaper).await;
    wait(&world, 6).await;
    wait(&world, 6).await;
    let sent = world.letters.sent.lock().clone();
    assert_eq!(sent.len(), 2);
    assert!(sent[1].text.contains("700\u{a0}RSD (niža cena)"), "{}", sent[1].text);
    assert_ne!(sent[0].id, sent[1].id);

    // Purged: forgotten.
    let gone = svetu_contracts::listings::ListingPurged { id: ad(1), version: 9 };
    let gone = svetu_db::outbox::event(
        world.clock.now(),
        svetu_contracts::listings::LISTING_PURGED,
        "listings",
        ad(1).to_string(),
        &gone,
    )
    .unwrap();
    world.deliver(&[gone]).await;
    let left: i64 = sqlx::query_scalar("select count(*) from search.alert").fetch_one(world.db.pool()).await.unwrap();
    assert_eq!(left, 0);
}
