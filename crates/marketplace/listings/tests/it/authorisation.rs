use std::fmt::Write;

use expect_test::expect_file;
use serde_json::{Value, json};
use svetu_contracts::listings::ListingState;
use svetu_http::openapi::operations;
use svetu_kernel::{AppealId, ReportId};
use uuid::Uuid;

use crate::world::{World, member, moderator, nobody, operator, sofa};

fn body_of(operation: &str) -> Option<Value> {
    match operation {
        "listings.create" => Some(sofa()),
        "listings.update" => Some(json!({ "title": "Garnitura na razvlačenje" })),
        "listings.report" => Some(json!({ "reason": "spam" })),
        "listings.appeal" => Some(json!({ "text": "Nije tačno." })),
        "taxonomy.edit_category" | "taxonomy.edit_attribute" => Some(json!({ "names": { "en": "Settees" } })),
        "rates.set" => Some(json!({ "rsd_per_eur": "117.2" })),
        "moderation.decide" => Some(json!({ "decision": "remove", "rule": "misleading" })),
        "moderation.decide_appeal" => Some(json!({ "verdict": "uphold", "answer": "Pravilo važi." })),
        _ => None,
    }
}

/// Every operation of the document, called as everybody, on an ad that all may see and on one that only its owner may.
#[tokio::test]
async fn every_operation_as_everybody() {
    let world = World::new().await;
    let document = world.listings.routes().split_for_parts().1;
    let people = [nobody(), member(2), member(1), moderator(80), operator()];
    let (mut table, mut made) = (String::new(), 0);
    for (method, template, operation) in operations(&document) {
        let template = template.replace("/categories/{id}", "/categories/sofas").replace("{key}", "colour");
        let states: &[ListingState] = if template.contains("/listings/{id}") {
            &[ListingState::Live, ListingState::Paused]
        } else {
            &[ListingState::Live]
        };
        for state in states {
            let mut answers = Vec::new();
            for who in &people {
                made += 1;
                let id = match operation.as_str() {
                    "moderation.close_report" => ReportId::from_uuid(Uuid::from_u128(1)).to_string(),
                    "moderation.decide_appeal" => AppealId::from_uuid(Uuid::from_u128(1)).to_string(),
                    _ if template.contains("{id}") => world.in_state(&format!("{made}"), *state).await,
                    _ => String::new(),
                };
                let query = if operation == "listings.price_hint" { "?category=sofas" } else { "" };
                let line = format!("{method} {}{query}", template.replace("{id}", &id));
                let answer = world.send(who, &line, body_of(&operation), &[("if-match", "*")]).await;
                answers.push(answer.status.to_string());
            }
            let state = match state {
                _ if !template.contains("{id}") => "",
                ListingState::Live => "live",
                _ => "paused",
            };
            writeln!(table, "{operation:<28} {state:<8} {}", answers.join(" ")).unwrap();
        }
    }
    expect_file!["authorisation.table"].assert_eq(&table);
}

/// Nothing is open that the policy does not name, and the policy names nothing of this service that has no operation.
#[tokio::test]
async fn operations_and_actions_are_the_same() {
    let world = World::new().await;
    let document = world.listings.routes().split_for_parts().1;
    let policy = svetu_policy::CedarAuthorizer::try_new().unwrap();
    let ours = ["taxonomy.", "listings.", "rates.", "moderation."];
    let mut actions: Vec<String> = policy
        .actions()
        .filter(|action| ours.iter().any(|prefix| action.starts_with(prefix)))
        .map(str::to_owned)
        .collect();
    let mut served: Vec<String> = operations(&document).into_iter().map(|(.., operation)| operation).collect();
    actions.sort();
    served.sort();
    assert_eq!(served, actions);
}
