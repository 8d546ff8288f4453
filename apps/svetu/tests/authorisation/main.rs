//! Every operation of the API at the real binary: as nobody, as a stranger, as the owner, as a moderator, as an operator and as one of
//! support in the owner's place, who is refused all that the policy does not name; then by keys of whoever may do it, with the scope that covers it and with all the others.
//!
//! `expected.txt` is the whole table; `UPDATE_EXPECT=1` writes it anew. `gaps.txt` names what the walk leaves out and stays empty.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod keys;
mod people;
#[allow(unused_imports, reason = "each test binary uses a part of it")]
#[path = "../platform/mod.rs"]
mod platform;
mod policy;
mod shops;
mod walk;

use std::{collections::BTreeSet, fs, path::Path};

use crate::{
    keys::Keys,
    people::{Person, Who},
    platform::Place,
    walk::Walk,
};

const METHODS: [&str; 5] = ["get", "put", "post", "patch", "delete"];

#[tokio::test]
async fn every_operation_as_everybody() {
    let place = Place::seeded().await;
    let platform = place.up(&[]).await;
    let url = platform.api.url.clone();
    let walk = Walk::all(&url, None).await;
    let by_keys = Walk::all(&url, Some(Keys::new())).await.keys.unwrap();

    let document = Person::nobody(&url).get("/api/v1/openapi.json").await.json();
    let declared: BTreeSet<String> = document["paths"]
        .as_object()
        .unwrap()
        .values()
        .flat_map(|path| METHODS.iter().filter_map(|method| path[*method]["operationId"].as_str()))
        .map(str::to_owned)
        .collect();
    let groups = policy::groups();
    assert_eq!(declared, groups.keys().cloned().collect(), "operations and the policy's actions are the same names");

    let walked: BTreeSet<String> = walk.rows.iter().map(|row| row.operation.to_owned()).collect();
    let gaps: Vec<&String> = declared.difference(&walked).collect();
    assert_eq!(gaps, include_str!("gaps.txt").lines().collect::<Vec<_>>(), "operations that nobody walked");
    assert!(include_str!("gaps.txt").is_empty(), "gaps.txt stays empty");

    let by_key: BTreeSet<String> = by_keys.rows.iter().map(|row| row.operation.to_owned()).collect();
    assert_eq!(by_key, walked, "each operation is tried by keys too");

    let (mut table, looks, mut stands_in) = (String::new(), policy::looks(), true);
    for row in &walk.rows {
        let group = groups[row.operation].as_str();
        row.check(group);
        if stands_in {
            row.check_stand_in(&looks);
        }
        // Whoever stood in has ended it and is support again.
        stands_in &= row.operation != "identity.end_impersonation";
        table.push_str(&format!("{:30} {group:12}", row.title()));
        for (who, status) in &row.statuses {
            table.push_str(&format!(" {} {status}", who.name()));
        }
        table.push('\n');
    }
    for row in &by_keys.rows {
        row.check(&groups[row.operation]);
        table.push_str(&row.to_string());
    }
    platform.stop().await;

    if std::env::var_os("UPDATE_EXPECT").is_some() {
        fs::write(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/authorisation/expected.txt"), &table).unwrap();
        return;
    }
    for (line, expected) in table.lines().zip(include_str!("expected.txt").lines()) {
        assert_eq!(line, expected);
    }
    assert_eq!(table, include_str!("expected.txt"));
}

impl walk::Row {
    /// What holds of every row, whatever the table says.
    fn check(&self, group: &str) {
        let title = self.title();
        let of = |who: Who| self.statuses[&who];
        for (who, status) in &self.statuses {
            assert!(*status < 500 && *status != 429, "{title}: {} got {status}", who.name());
        }
        // Nobody gets an answer unless the policy says `anyone`.
        assert!(group == "anyone" || of(Who::Nobody) == 401, "{title}: nobody got {}", of(Who::Nobody));
        let refused: &[Who] = match group {
            "moderate" => &[Who::Stranger, Who::Owner, Who::Operator],
            // Support's alone, and not while it stands in for somebody.
            "stand_in" => &[Who::Stranger, Who::Owner, Who::Moderator, Who::Operator],
            "operate" => &[Who::Stranger, Who::Owner, Who::Moderator],
            "own" | "shop_member" | "shop_manager" | "shop_owner" if self.is_the_owners => {
                &[Who::Stranger, Who::Moderator, Who::Operator]
            }
            // In a team: the moderator manages the owner's shop, the operator is a member, the stranger owns another one.
            "shop_owner" => &[Who::Stranger, Who::Moderator, Who::Operator],
            "shop_manager" => &[Who::Stranger, Who::Operator],
            "shop_member" => &[Who::Stranger],
            _ => &[],
        };
        for who in refused {
            let status = of(*who);
            // 404 where even its being there is the owner's secret.
            let hidden = status == 404 && (group == "own" || group.starts_with("shop_"));
            assert!(status == 403 || hidden, "{title}: {} got {status}", who.name());
        }
    }

    /// What the policy does not name is refused to whoever stands in for the owner, be it open to anybody.
    fn check_stand_in(&self, looks: &BTreeSet<String>) {
        let status = self.statuses[&Who::StandIn];
        let named = looks.contains(self.operation);
        assert_eq!(status != 403, named, "{}: whoever stands in got {status}", self.title());
        assert!(!named || status == self.statuses[&Who::Owner], "{}: not as the owner: {status}", self.title());
    }
}

/// Mass assignment: no form of the API has room for members that nobody named.
#[test]
fn forms_take_what_they_name_and_nothing_else() {
    // Documents whose reader refuses what it does not know, one of several kinds, and one with a single member.
    const FREE: [&str; 4] =
        ["taxonomy.edit_attribute", "taxonomy.edit_category", "identity.step_up", "search.unsubscribe"];
    let document: serde_json::Value = serde_json::from_str(include_str!("../../../../openapi/svetu.json")).unwrap();
    let mut open = Vec::new();
    let mut forms = 0;
    for operation in
        document["paths"].as_object().unwrap().values().flat_map(|path| METHODS.map(|method| &path[method]))
    {
        let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
        let name = operation["operationId"].as_str().unwrap_or_default();
        if schema.is_object() && !FREE.contains(&name) {
            forms += 1;
            if !is_closed(&document, schema) {
                open.push(name);
            }
        }
    }
    assert!(forms > 40, "{forms}");
    assert!(open.is_empty(), "{open:?}");
}

fn is_closed(document: &serde_json::Value, schema: &serde_json::Value) -> bool {
    if let Some(name) = schema["$ref"].as_str() {
        return is_closed(document, document.pointer(&name[1..]).unwrap());
    }
    match schema["oneOf"].as_array() {
        Some(kinds) => kinds.iter().all(|kind| is_closed(document, kind)),
        None => schema["type"] == "null" || schema["additionalProperties"] == false,
    }
}
