//! Who may ask whom: each method by each role.

use std::collections::BTreeMap;

use svetu_contracts::taxonomy::Taxonomy;
use tonic::Code;

use super::{bounds::call, *};
use crate::{
    Kept,
    contracts::{
        GeoClient, IdentityClient, ListingsClient, MediaClient, PersonalClient, SearchClient, UsersClient, keep_geo,
        keep_identity, keep_listings, keep_media, keep_personal, keep_search, keep_users,
    },
    wire::Caller,
};

/// All that have a certificate, and one that no contract knows.
const ROLES: [&str; 9] =
    ["gateway", "identity", "media", "geo", "listings", "users", "search", "operator", "somebody-else"];

/// The table of docs/operations/cluster.md.
const TABLE: &str = include_str!("../../../../../docs/operations/cluster.md");

/// As processes keep them. What answers behind them is another client, of nobody: it is never asked, for what these calls bring cannot
/// be read.
fn all(credentials: &Credentials) -> Vec<Kept> {
    let nobody = || Arc::new(Peers::new("x", &["127.0.0.1:1".to_owned()], credentials).unwrap());
    let taxonomy = Arc::new(Taxonomy::build(Vec::new(), Vec::new()).unwrap());
    let listings = ListingsClient::knowing(Caller::new(nobody(), "svetu.listings.v1.Listings"), taxonomy);
    let personal = [
        "svetu.users.v1.Personal",
        "svetu.listings.v1.Personal",
        "svetu.search.v1.Personal",
        "svetu.media.v1.Personal",
    ];
    let personal = personal.map(|name| keep_personal(name, Arc::new(PersonalClient::new(nobody(), name, "x"))));
    let kept = [
        keep_geo(Arc::new(GeoClient::new(nobody(), |point| point))),
        keep_identity(Arc::new(IdentityClient::new(nobody()))),
        keep_media(Arc::new(MediaClient::new(nobody()))),
        keep_listings(Arc::new(listings)),
        keep_users(Arc::new(UsersClient::new(nobody()))),
        keep_search(Arc::new(SearchClient::new(nobody()))),
    ];
    kept.into_iter().chain(personal).collect()
}

/// `identity.mailbox`, as the table has it.
fn shown(service: &str, method: &str) -> String {
    let mut parts = service.split('.').skip(1);
    let (owner, contract) = (parts.next().unwrap(), parts.nth(1).unwrap());
    if contract == "Personal" { format!("{owner}.personal") } else { format!("{owner}.{method}") }
}

/// Rows of the table: `| identity | `mailbox` | listings, users, search |`.
fn documented() -> BTreeMap<String, String> {
    let (_, section) = TABLE.split_once("## Who may ask whom").unwrap();
    let rows = section.split("\n## ").next().unwrap().lines().filter(|line| line.starts_with("| "));
    let mut found = BTreeMap::new();
    for row in rows.skip(2) {
        let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
        for owner in cells[0].split(", ") {
            for method in cells[1].split(", ") {
                let name = format!("{owner}.{}", method.trim_matches('`'));
                assert_eq!(found.insert(name, cells[2].to_owned()), None, "{row}");
            }
        }
    }
    found
}

#[tokio::test]
async fn each_method_answers_the_roles_of_its_row_and_nobody_else() {
    let house = House::with(Plan { callers: &ROLES, contracts: all, ..Plan::default() }).await;
    let asking: Vec<_> = ROLES.iter().map(|role| (*role, house.seen_by(role))).collect();
    let mut found = BTreeMap::new();
    for Kept { service, methods, .. } in all(&credentials(&house.folder, "one")) {
        for method in methods {
            let mut allowed = Vec::new();
            for (role, peers) in &asking {
                // Not read by whoever may not ask, and read by whoever may.
                match call(peers, service, method.name, "no JSON", None).await {
                    Code::PermissionDenied => {}
                    Code::InvalidArgument => allowed.push(*role),
                    Code::Ok if method.name == "taxonomy" => allowed.push(*role),
                    other => panic!("{service}/{} by {role}: {other:?}", method.name),
                }
            }
            let told = if allowed.is_empty() { "nobody".to_owned() } else { allowed.join(", ") };
            found.insert(shown(service, method.name), told);
        }
    }
    assert_eq!(found, documented());
}
