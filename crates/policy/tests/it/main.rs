//! The table of rights.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use svetu_kernel::{AccountId, Actor, Role};
use svetu_policy::CedarAuthorizer;
use svetu_ports::{Authorizer, Decision, Resource};
use uuid::Uuid;

fn account(number: u128) -> AccountId {
    AccountId::from_uuid(Uuid::from_u128(number))
}

/// Who may, of: visitor, a member who is a stranger, the owner, a trader, a moderator, an operator, the platform.
fn may(action: &str, kind: &'static str, visibility: Option<&str>) -> String {
    let policy = CedarAuthorizer::try_new().unwrap();
    let mut resource = Resource::new(kind, "x").owned_by(account(1));
    if let Some(visibility) = visibility {
        resource = resource.fact("visibility", visibility);
    }
    [
        ("visitor", Actor::visitor()),
        ("stranger", Actor::account(account(2), [Role::Member])),
        ("owner", Actor::account(account(1), [Role::Member])),
        ("trader", Actor::account(account(3), [Role::Member, Role::Trader])),
        ("moderator", Actor::account(account(4), [Role::Member, Role::Moderator])),
        ("operator", Actor::account(account(5), [Role::Member, Role::Operator])),
        ("roleless", Actor::account(account(1), [])),
        ("platform", Actor::system("test")),
    ]
    .into_iter()
    .filter(|(_, actor)| policy.authorize(actor, action, &resource) == Decision::Allow)
    .map(|(name, _)| name)
    .collect::<Vec<_>>()
    .join(" ")
}

#[test]
fn rights() {
    const ALL: &str = "visitor stranger owner trader moderator operator roleless platform";
    const SIGNED_IN: &str = "stranger owner trader moderator operator platform";
    for (action, kind, visibility, expected) in [
        ("identity.sign_in", "Account", None, ALL),
        ("identity.me", "Account", None, "owner platform"),
        ("identity.end_session", "Session", None, "owner platform"),
        ("identity.set_roles", "Account", None, "operator platform"),
        ("listings.get", "Listing", None, ALL),
        ("listings.get", "Listing", Some("owner"), "owner moderator platform"),
        ("listings.update", "Listing", None, "owner platform"),
        ("listings.reveal_contact", "Listing", None, SIGNED_IN),
        ("moderation.decide", "Listing", None, "moderator platform"),
        ("moderation.queue", "Moderation", None, "moderator platform"),
        ("taxonomy.edit_category", "Category", None, "operator platform"),
        ("rates.set", "Rate", None, "operator platform"),
        ("media.get_upload", "Media", Some("public"), ALL),
        ("media.get_upload", "Media", Some("owner"), "owner moderator platform"),
        ("search.search", "Search", None, ALL),
        ("search.delete_saved", "SavedSearch", None, "owner platform"),
        ("users.favourites", "Favourite", None, "owner platform"),
        ("geo.suggest", "Place", None, ALL),
        ("no.such", "Listing", None, ""),
        ("listings.update", "NoSuchKind", None, ""),
        // The action is none of this kind's.
        ("listings.update", "Place", None, ""),
    ] {
        assert_eq!(may(action, kind, visibility), expected, "{action} on {kind} {visibility:?}");
    }
}

#[test]
fn what_nobody_owns_is_nobodys() {
    let policy = CedarAuthorizer::try_new().unwrap();
    let member = Actor::account(account(1), [Role::Member]);
    assert!(policy.authorize(&member, "listings.update", &Resource::new("Listing", "x")) != Decision::Allow);
}

#[test]
fn refusals_have_a_reason_for_the_log() {
    let policy = CedarAuthorizer::try_new().unwrap();
    let of = |action| policy.authorize(&Actor::visitor(), action, &Resource::new("Listing", "x"));
    assert_eq!(of("listings.update"), Decision::Deny { reason: "no policy permits it".into() });
    assert_eq!(of("listings.fly"), Decision::Deny { reason: "no action listings.fly".into() });
}
