//! The groups that the policy's schema puts actions into.

use std::collections::{BTreeMap, BTreeSet};

const SCHEMA: &str = include_str!("../../../../crates/policy/policies/schema.cedarschema");

const IMPERSONATION: &str = include_str!("../../../../crates/policy/policies/impersonation.cedar");

/// What the policy lets whoever stands in for somebody do.
pub fn looks() -> BTreeSet<String> {
    let (_, list) = IMPERSONATION.split_once("action in [\n").unwrap();
    let looks = list.split("Action::\"").skip(1).map(|rest| rest.split('"').next().unwrap().to_owned());
    let looks: BTreeSet<String> = looks.collect();
    assert!(looks.contains("identity.me"), "the policy is read another way now");
    looks
}

/// By action: `anyone`, `member`, `own`, `shop_member`, `shop_manager`, `shop_owner`, `assist`, `stand_in`, `moderate` or `operate`.
pub fn groups() -> BTreeMap<String, String> {
    let mut groups = BTreeMap::new();
    let lines: Vec<&str> = SCHEMA.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
    for statement in lines.join("\n").split(';') {
        let Some((names, rest)) = statement.trim().strip_prefix("action ").and_then(|text| text.split_once(" in ["))
        else {
            continue;
        };
        let (group, _) = rest.split_once(']').unwrap();
        for name in names.split(',') {
            groups.insert(name.trim().trim_matches('"').to_owned(), group.to_owned());
        }
    }
    assert!(groups.len() > 50, "the schema is read another way now");
    groups
}
