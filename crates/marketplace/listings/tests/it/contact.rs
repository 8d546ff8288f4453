use chrono::Duration;
use serde_json::json;
use svetu_contracts::listings::ListingState;

use crate::world::{World, member, moderator, nobody, sofa};

const BROWSER: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0";

#[tokio::test]
async fn the_number_is_shown_to_people() {
    let world = World::new().await;
    let (id, _) = world.publish(&member(1), sofa()).await;
    let line = format!("POST /marketplace/listings/{id}/contact");
    assert_eq!(world.said(&nobody(), &line).await, "401 auth.required");
    let shown = world.call(&member(2), &line, None).await;
    assert_eq!(
        shown.body,
        json!({ "phone": "+381641234567", "viber": "viber://chat?number=%2B381641234567", "whatsapp": null })
    );
    // Each time is logged, one's own is not.
    world.clock.advance(Duration::seconds(1));
    world.call(&member(2), &line, None).await;
    world.call(&member(1), &line, None).await;
    assert_eq!(world.count("select count(*) from listings.reveal").await, 2);
    let log = world.call(&moderator(80), &format!("GET /moderation/audit?listing={id}"), None).await;
    let reveals = log.items().iter().filter(|entry| entry["action"] == "listings.reveal_contact").count();
    assert_eq!(reveals, 2);
    let statistics = world.call(&member(1), &format!("GET /marketplace/listings/{id}/statistics"), None).await;
    assert_eq!(statistics.body["reveals"], 2);

    world.edit(&member(1), &id, json!({ "contact": { "show_phone": false } })).await;
    assert_eq!(world.said(&member(2), &line).await, "404 listing.no_phone");
    let ad = world.get(&member(2), &id).await.body;
    assert_eq!(ad["contact"], json!({ "show_phone": false, "viber": false, "whatsapp": false }));
    for state in [ListingState::Sold, ListingState::Paused, ListingState::Expired, ListingState::Removed] {
        let id = world.in_state(&format!("{state:?}"), state).await;
        let said = world.said(&member(2), &format!("POST /marketplace/listings/{id}/contact")).await;
        let expected = match state {
            ListingState::Sold => "404 listing.no_phone",
            ListingState::Paused => "404 listing.not_found",
            _ => "410 listing.gone",
        };
        assert_eq!(said, expected, "{state:?}");
    }
}

#[tokio::test]
async fn thirty_numbers_a_day() {
    let world = World::new().await;
    let mut ids = Vec::new();
    for n in 0..31 {
        ids.push(world.in_state(&format!("r{n}"), ListingState::Live).await);
    }
    let line = |n: usize| format!("POST /marketplace/listings/{}/contact", ids[n]);
    for n in 0..30 {
        assert_eq!(world.said(&member(2), &line(n)).await, "200");
    }
    let refused = world.call(&member(2), &line(30), None).await;
    assert_eq!((refused.said().as_str(), refused.header("retry-after")), ("429 listing.reveal_limit", "86400"));
    // One that was shown is shown again, and others have days of their own.
    assert_eq!(world.said(&member(2), &line(3)).await, "200");
    assert_eq!(world.said(&member(3), &line(30)).await, "200");
    world.clock.advance(Duration::hours(25));
    assert_eq!(world.said(&member(2), &line(30)).await, "200");
}

/// However many requests come at once.
#[tokio::test]
async fn the_limit_holds_under_parallel_requests() {
    let world = World::new().await;
    let mut lines = Vec::new();
    for n in 0..40 {
        let id = world.in_state(&format!("p{n}"), ListingState::Live).await;
        lines.push(format!("POST /marketplace/listings/{id}/contact"));
    }
    let who = member(2);
    let said = futures::future::join_all(lines.iter().map(|line| world.said(&who, line))).await;
    assert_eq!(said.iter().filter(|said| *said == "200").count(), 30);
}

#[tokio::test]
async fn a_look_counts_once_a_person_and_day() {
    let world = World::new().await;
    let id = world.live(&member(1)).await;
    let look = |who, agent: &'static str| {
        let (world, line) = (&world, format!("POST /marketplace/listings/{id}/view"));
        async move { world.send(&who, &line, None, &[("user-agent", agent)]).await.said() }
    };
    for (who, agent) in [
        (nobody(), BROWSER),
        (nobody(), BROWSER),
        (nobody(), "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15"),
        (member(2), BROWSER),
        (member(2), "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15"),
        (member(1), BROWSER),
        (nobody(), "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"),
        (nobody(), "curl/8.5.0"),
        (nobody(), ""),
    ] {
        assert_eq!(look(who, agent).await, "204");
    }
    let statistics = world.call(&member(1), &format!("GET /marketplace/listings/{id}/statistics"), None).await.body;
    assert_eq!((&statistics["views"], &statistics["favourites"]), (&json!(3), &json!(0)));
    world.clock.advance(Duration::days(1));
    look(member(2), BROWSER).await;
    let statistics = world.call(&member(1), &format!("GET /marketplace/listings/{id}/statistics"), None).await.body;
    assert_eq!(statistics["by_day"], json!([{ "day": "2026-01-15", "views": 3 }, { "day": "2026-01-16", "views": 1 }]));
    let said = world.said(&member(2), &format!("GET /marketplace/listings/{id}/statistics")).await;
    assert_eq!(said, "403 auth.forbidden");
    world.call(&member(1), &format!("POST /marketplace/listings/{id}/pause"), None).await;
    assert_eq!(look(nobody(), BROWSER).await, "404 listing.not_found");
}
