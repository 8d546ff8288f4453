use std::fmt::Write;

use expect_test::expect_file;
use serde_json::json;
use svetu_contracts::listings::{LISTING_CHANGED, ListingState};

use crate::world::{World, member, moderator, nobody, sofa};

/// What the API says to every event in every state.
#[tokio::test]
async fn every_state_and_every_event() {
    let world = World::new().await;
    let (owner, staff) = (member(1), moderator(80));
    let mut table = String::new();
    for state in ListingState::ALL {
        for event in [
            "publish",
            "pause",
            "resume",
            "renew",
            "reserve",
            "unreserve",
            "sold",
            "appeal",
            "edit",
            "delete",
            "approve",
            "refuse",
            "remove",
        ] {
            let name = serde_json::to_value(state).unwrap();
            let name = name.as_str().unwrap();
            let id = match state {
                ListingState::Purged => {
                    let id = world.in_state(&format!("{name} {event}"), ListingState::Archived).await;
                    sqlx::query("update listings.listing set state_since = state_since - interval '31 days' where state = 'archived'")
                        .execute(world.db.pool())
                        .await
                        .unwrap();
                    world.clock.advance(chrono::Duration::hours(2));
                    world.tick().await;
                    id
                }
                state => world.in_state(&format!("{name} {event}"), state).await,
            };
            let path = format!("/marketplace/listings/{id}");
            let answer = match event {
                "edit" => world.edit(&owner, &id, json!({ "title": "Garnitura na razvlačenje" })).await,
                "delete" => world.call(&owner, &format!("DELETE {path}"), None).await,
                "appeal" => {
                    world.call(&owner, &format!("POST {path}/appeal"), Some(json!({ "text": "Nije tačno." }))).await
                }
                "approve" | "refuse" | "remove" => {
                    let body = json!({ "decision": event, "rule": "misleading" });
                    world.call(&staff, &format!("POST /moderation/listings/{id}/decision"), Some(body)).await
                }
                step => world.call(&owner, &format!("POST {path}/{step}"), None).await,
            };
            let outcome = match answer.body["state"].as_str() {
                Some(next) => next.to_owned(),
                None => answer.said(),
            };
            assert!(answer.status < 500, "{name} {event}: {}", answer.body);
            writeln!(table, "{name:<10} {event:<10} {outcome}").unwrap();
        }
    }
    expect_file!["lifecycle.table"].assert_eq(&table);
}

/// The change and the news of it are one commit: as many events as versions that others can see.
#[tokio::test]
async fn an_event_for_every_change() {
    let world = World::new().await;
    let owner = member(1);
    let id = world.draft(&owner, sofa()).await;
    assert!(world.events().await.is_empty());
    for step in ["publish", "pause", "resume", "reserve", "unreserve", "sold"] {
        assert_eq!(world.said(&owner, &format!("POST /marketplace/listings/{id}/{step}")).await, "200");
    }
    // Refused steps leave no trace.
    assert_eq!(world.said(&owner, &format!("POST /marketplace/listings/{id}/pause")).await, "409 listing.sold");
    let states: Vec<String> = world
        .events()
        .await
        .iter()
        .filter(|event| event.kind == LISTING_CHANGED && event.subject == id)
        .map(|event| event.data["state"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(states, ["live", "paused", "live", "reserved", "live", "sold"]);
    let last = world.events().await.pop().unwrap();
    let version = world.count(&format!("select version from listings.listing where state = '{}'", "sold")).await;
    assert_eq!(last.data["version"], version);
}

#[tokio::test]
async fn who_may_look_at_what() {
    let world = World::new().await;
    let id = world.draft(&member(1), sofa()).await;
    assert_eq!(world.get(&member(1), &id).await.status, 200);
    assert_eq!(world.get(&nobody(), &id).await.said(), "404 listing.not_found");
    assert_eq!(world.get(&member(2), &id).await.said(), "404 listing.not_found");
    let live = world.live(&member(1)).await;
    for who in [nobody(), member(2), member(1), moderator(80)] {
        assert_eq!(world.get(&who, &live).await.status, 200);
    }
    // Others' steps: it is there, but not theirs.
    assert_eq!(world.said(&member(2), &format!("POST /marketplace/listings/{live}/pause")).await, "403 auth.forbidden");
    assert_eq!(
        world.said(&member(2), &format!("POST /marketplace/listings/{id}/publish")).await,
        "404 listing.not_found"
    );
    assert_eq!(world.said(&member(1), &format!("DELETE /marketplace/listings/{live}")).await, "204");
    assert_eq!(world.get(&nobody(), &live).await.said(), "410 listing.gone");
    assert_eq!(world.said(&member(1), &format!("DELETE /marketplace/listings/{id}")).await, "204");
    assert_eq!(world.get(&member(1), &id).await.said(), "404 listing.not_found");
    assert_eq!(world.get(&nobody(), "listing_00000000000000000000000000").await.said(), "404 listing.not_found");
    assert_eq!(world.get(&nobody(), "garnitura").await.said(), "400 request.path_invalid");
}

/// More of them than connections: whoever holds one must not wait for a second.
#[tokio::test]
async fn many_publish_at_once() {
    let world = World::new().await;
    let mut drafts = Vec::new();
    for n in 1..=32 {
        let created = world.call(&member(n), "POST /marketplace/listings", Some(sofa())).await;
        drafts.push((member(n), created.body["id"].as_str().unwrap().to_owned()));
    }
    let all = drafts.iter().map(|(owner, id)| {
        let line = format!("POST /marketplace/listings/{id}/publish");
        let world = &world;
        async move { world.call(owner, &line, None).await.said() }
    });
    let said: std::collections::BTreeSet<String> = futures::future::join_all(all).await.into_iter().collect();
    assert!(said.iter().all(|said| said.starts_with("200")), "{said:?}");
}
