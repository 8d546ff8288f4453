//! The table of rights.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeSet;

use svetu_kernel::{AccountId, Acting, Actor, ApiKeyId, Credential, Role, SessionId, Strength, Subject, Timestamp};
use svetu_policy::CedarAuthorizer;
use svetu_ports::{Authorizer, Decision, Resource};
use uuid::Uuid;

fn account(number: u128) -> AccountId {
    AccountId::from_uuid(Uuid::from_u128(number))
}

/// With two factors, as the staff has to.
fn proven(actor: Actor) -> Actor {
    Actor { strength: Strength::MultiFactor, ..actor }
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
        ("moderator", proven(Actor::account(account(4), [Role::Member, Role::Moderator]))),
        ("operator", proven(Actor::account(account(5), [Role::Member, Role::Operator]))),
        ("support", proven(Actor::account(account(6), [Role::Member, Role::Support]))),
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
    const ALL: &str = "visitor stranger owner trader moderator operator support roleless platform";
    const SIGNED_IN: &str = "stranger owner trader moderator operator support platform";
    for (action, kind, visibility, expected) in [
        ("identity.sign_in", "Account", None, ALL),
        ("identity.me", "Account", None, "owner platform"),
        ("identity.end_session", "Session", None, "owner platform"),
        ("identity.find_accounts", "Account", None, "operator support platform"),
        ("identity.set_roles", "Account", None, "operator platform"),
        ("identity.impersonate", "Account", None, "support platform"),
        ("identity.impersonate", "Account", Some("staff"), "platform"),
        ("shops.create", "Shop", None, "owner platform"),
        ("shops.get", "Shop", None, "owner platform"),
        ("shops.close", "Shop", None, "owner platform"),
        ("shops.invitation", "Shop", None, ALL),
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

/// Of what the table gives to the staff nothing is done by a password alone; what everybody does, they do.
#[test]
fn the_staff_proves_two_factors() {
    let policy = CedarAuthorizer::try_new().unwrap();
    let of_all = Actor::account(account(4), [Role::Member, Role::Moderator, Role::Operator, Role::Support]);
    let prove = Decision::Prove { reason: "two factors are not proven".into() };
    let hidden = |kind| Resource::new(kind, "x").owned_by(account(1)).fact("visibility", "owner");
    for (action, resource) in [
        ("moderation.queue", Resource::new("Moderation", "*")),
        ("moderation.decide", hidden("Listing")),
        ("listings.get", hidden("Listing")),
        ("identity.find_accounts", Resource::new("Account", "*")),
        ("identity.set_roles", hidden("Account")),
        ("identity.impersonate", Resource::new("Account", "x").owned_by(account(1))),
        ("rates.set", Resource::new("Rate", "*")),
    ] {
        assert_eq!(policy.authorize(&of_all, action, &resource), prove, "{action}");
        assert_eq!(policy.authorize(&proven(of_all.clone()), action, &resource), Decision::Allow, "{action}");
        // A key of theirs has proven nothing.
        let mut key = of_all.clone();
        let id = ApiKeyId::from_uuid(Uuid::from_u128(7));
        let all = policy.scopes().names().map(str::to_owned).collect();
        key.credential = Credential::Key { id, scopes: all, per_minute: 60 };
        assert_ne!(policy.authorize(&key, action, &resource), Decision::Allow, "{action}");
        // Who is none of the staff is not told of factors.
        let member = Actor::account(account(2), [Role::Member]);
        assert!(matches!(policy.authorize(&member, action, &resource), Decision::Deny { .. }), "{action}");
    }
    let own = Resource::new("Listing", "x").owned_by(account(4));
    for action in ["listings.update", "listings.get", "listings.reveal_contact"] {
        assert_eq!(policy.authorize(&of_all, action, &own), Decision::Allow, "{action}");
    }
    let lenient = CedarAuthorizer::try_new().unwrap().with_staff_factor(false);
    assert_eq!(lenient.authorize(&of_all, "moderation.queue", &Resource::new("Moderation", "*")), Decision::Allow);
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

fn scopes(of: &[&str]) -> BTreeSet<String> {
    of.iter().map(|scope| (*scope).to_owned()).collect()
}

fn token(mut actor: Actor, of: &[&str]) -> Actor {
    actor.credential = Credential::Token { client: "app".into(), scopes: scopes(of) };
    actor
}

#[test]
fn a_token_does_what_its_scopes_cover_of_what_its_holder_may() {
    let policy = CedarAuthorizer::try_new().unwrap();
    let owner = Actor::account(account(1), [Role::Member]);
    let listing = Resource::new("Listing", "x").owned_by(account(1)).fact("visibility", "public");
    let hidden = Resource::new("Listing", "x").owned_by(account(1)).fact("visibility", "owner");
    let me = Resource::new("Account", "x").owned_by(account(1));
    let narrow = |action: &str, scope: Option<&str>| Decision::Narrow {
        reason: match scope {
            Some(scope) => format!("scope {scope}"),
            None => "scope none".to_owned(),
        },
        scope: scope.map(str::to_owned).filter(|_| !action.is_empty()),
    };
    for (of, action, resource, expected) in [
        (&["listings:write"][..], "listings.update", &listing, Decision::Allow),
        (&["listings:write"], "listings.mine", &listing, narrow("listings.mine", Some("listings:read"))),
        (&["listings:read"], "listings.update", &listing, narrow("listings.update", Some("listings:write"))),
        (&[], "listings.get", &listing, Decision::Allow),
        (&[], "listings.get", &hidden, narrow("listings.get", Some("listings:read"))),
        (&["listings:read"], "listings.get", &hidden, Decision::Allow),
        (&["listings:read", "everything"], "identity.change_password", &me, narrow("identity.change_password", None)),
        // The scope is there, the right is not.
        (
            &["moderation:write"],
            "moderation.decide",
            &listing,
            Decision::Deny { reason: "no policy permits it".into() },
        ),
    ] {
        assert_eq!(policy.authorize(&token(owner.clone(), of), action, resource), expected, "{of:?} {action}");
    }
    let stranger = token(Actor::account(account(2), [Role::Member]), &["listings:write", "listings:read"]);
    for action in ["listings.update", "listings.mine"] {
        assert_ne!(policy.authorize(&stranger, action, &listing), Decision::Allow, "{action}");
    }
    let mut key = owner.clone();
    let id = ApiKeyId::from_uuid(Uuid::from_u128(7));
    key.credential = Credential::Key { id, scopes: scopes(&["listings:read"]), per_minute: 60 };
    assert_eq!(policy.authorize(&key, "listings.mine", &listing), Decision::Allow);
    assert_ne!(policy.authorize(&key, "listings.update", &listing), Decision::Allow);
}

#[test]
fn a_role_in_a_shop_is_what_its_resource_says() {
    let policy = CedarAuthorizer::try_new().unwrap();
    let actor = Actor::account(account(1), [Role::Member]);
    let may = |shop: &Resource| {
        [
            "shops.team",
            "shops.leave",
            "shops.invitations",
            "shops.invite",
            "shops.remove_member",
            "shops.update",
            "shops.set_role",
            "shops.close",
        ]
        .into_iter()
        .filter(|action| policy.authorize(&actor, action, shop) == Decision::Allow)
        .map(|action| &action["shops.".len()..])
        .collect::<Vec<_>>()
        .join(" ")
    };
    let shop = || Resource::new("Shop", "x");
    let all = "team leave invitations invite remove_member update set_role close";
    assert_eq!(may(&shop()), "", "who is none of the team");
    assert_eq!(may(&shop().owned_by(account(2))), "", "of another's shop");
    assert_eq!(may(&shop().owned_by(account(1))), all);
    assert_eq!(may(&shop().owned_by(account(1)).fact("concerns", "owner")), all);
    assert_eq!(may(&shop().fact("role", "member")), "team leave");
    assert_eq!(may(&shop().fact("role", "manager")), "team leave invitations invite remove_member");
    assert_eq!(
        may(&shop().fact("role", "manager").fact("concerns", "member")),
        "team leave invitations invite remove_member"
    );
    for above in ["manager", "owner", "king"] {
        assert_eq!(may(&shop().fact("role", "manager").fact("concerns", above)), "", "{above}");
    }
    // The word alone owns nothing.
    assert_eq!(may(&shop().fact("role", "owner")), "");
}

#[test]
fn machines_have_their_own_roles_and_own_nothing() {
    let policy = CedarAuthorizer::try_new().unwrap();
    let machine = |roles: &[Role]| {
        let mut actor = token(Actor::visitor(), &["moderation:read", "listings:write", "listings:read"]);
        actor.subject = Subject::Machine { client: "robot".into() };
        actor.roles = roles.iter().copied().collect();
        actor
    };
    let queue = Resource::new("Moderation", "*");
    let listing = Resource::new("Listing", "x").owned_by(account(1)).fact("visibility", "owner");
    assert_eq!(
        policy.authorize(&machine(&[Role::Machine, Role::Moderator]), "moderation.queue", &queue),
        Decision::Allow
    );
    for (roles, action, resource) in [
        (&[Role::Machine][..], "moderation.queue", &queue),
        (&[Role::Machine], "listings.get", &listing),
        (&[Role::Machine], "listings.update", &listing),
        (&[Role::Machine, Role::Moderator], "listings.update", &listing),
        // Covered by no scope of its.
        (&[Role::Machine, Role::Moderator], "moderation.decide", &listing),
    ] {
        assert_ne!(policy.authorize(&machine(roles), action, resource), Decision::Allow, "{roles:?} {action}");
    }
}

#[test]
fn scopes_name_actions_of_the_schema() {
    let policy = CedarAuthorizer::try_new().unwrap();
    let actions: BTreeSet<&str> = policy.actions().collect();
    for (scope, covered) in policy.scopes().described() {
        for action in covered.split(", ") {
            assert!(actions.contains(action), "{scope}: {action}");
            assert_eq!(policy.scopes().of(action), Some(scope));
        }
        assert!(scope.ends_with(":read") || scope.ends_with(":write"), "{scope}");
    }
    assert_eq!(policy.scopes().of("identity.change_password"), None);
}

#[test]
fn whoever_stands_in_for_somebody_only_looks() {
    let policy = CedarAuthorizer::try_new().unwrap();
    let acting =
        Acting { account: account(6), session: SessionId::from_uuid(Uuid::from_u128(7)), until: Timestamp::UNIX_EPOCH };
    // Whatever roles they had: what is not named is refused.
    let owner = Actor::account(account(1), [Role::Member]);
    let stands_in = Actor::stood_in_by(account(1), [Role::Member], acting);
    let of_all = Actor::stood_in_by(account(1), Role::ALL, acting);
    let kinds: Vec<&'static str> = KINDS.to_vec();
    let mut seen = BTreeSet::new();
    for action in policy.actions().filter(|action| action.contains('.')) {
        for kind in &kinds {
            let resource = Resource::new(kind, "x").owned_by(account(1));
            let may = |actor: &Actor| policy.authorize(actor, action, &resource) == Decision::Allow;
            assert!(may(&owner) || !may(&stands_in), "{action} on {kind}: more than the person");
            if may(&of_all) {
                seen.insert(action.to_owned());
            }
        }
    }
    let seen: Vec<&str> = seen.iter().map(String::as_str).collect();
    assert_eq!(seen.join(" "), LOOKS);
    let draft = Resource::new("Listing", "x").owned_by(account(1)).fact("visibility", "owner");
    let anothers = Resource::new("Listing", "x").owned_by(account(2)).fact("visibility", "owner");
    assert_eq!(policy.authorize(&stands_in, "listings.get", &draft), Decision::Allow);
    assert_ne!(policy.authorize(&stands_in, "listings.get", &anothers), Decision::Allow);
    assert_eq!(
        policy.authorize(&stands_in, "listings.update", &draft),
        Decision::Deny { reason: "who-stands-in-only-looks".into() }
    );
}

const KINDS: [&str; 16] = [
    "Listing",
    "Media",
    "SavedSearch",
    "Favourite",
    "Viewed",
    "Seller",
    "Account",
    "Session",
    "Place",
    "Category",
    "Attribute",
    "Rate",
    "Search",
    "Report",
    "Moderation",
    "Shop",
];

/// Reads, and the two ways out.
const LOOKS: &str = "geo.get geo.labels geo.municipalities geo.reverse geo.suggest identity.end_impersonation \
    identity.list_sessions identity.me identity.security_events identity.sign_out listings.get \
    listings.latest_draft listings.mine listings.newest listings.price_hint listings.price_history listings.statistics \
    media.get_file media.get_upload rates.get search.alerts search.clusters search.list_saved search.search \
    search.similar search.suggest search.tile shops.get shops.list shops.team taxonomy.category taxonomy.guess \
    taxonomy.tree users.favourite_ids users.favourites users.own_seller users.seller users.viewed";
