//! Shops, their teams and invitations.

use chrono::Duration;
use serde_json::{Value, json};
use svetu_kernel::{AccountId, TenantId, UserId};
use svetu_testkit::expect;

use crate::world::{Answer, Browser, PASSWORD, World};

async fn open(owner: &mut Browser<'_>) -> String {
    let made = owner.send("POST /identity/shops", json!({ "name": "  Gume  Petrović " })).await;
    assert_eq!(made.said(), "201");
    made.body()["id"].as_str().unwrap().to_owned()
}

async fn invite(by: &mut Browser<'_>, shop: &str, email: &str, role: &str) -> Answer {
    by.send(&format!("POST /identity/shops/{shop}/invitations"), json!({ "email": email, "role": role })).await
}

async fn join(by: &mut Browser<'_>, shop: &str, who: &mut Browser<'_>, email: &str, role: &str) {
    assert_eq!(invite(by, shop, email, role).await.said(), "201");
    let token = by.world().token(email).await;
    assert_eq!(who.send("POST /identity/invitations/accept", json!({ "token": token })).await.said(), "200");
}

async fn id_of(who: &mut Browser<'_>) -> AccountId {
    who.get("/identity/me").await.body()["account_id"].as_str().unwrap().parse().unwrap()
}

async fn at(who: &mut Browser<'_>, shop: &str) -> String {
    format!("/identity/shops/{shop}/members/{}", UserId::from_uuid(id_of(who).await.uuid()))
}

async fn roles(who: &mut Browser<'_>, shop: &str) -> String {
    let team = who.get(&format!("/identity/shops/{shop}/members")).await;
    if team.status != 200 {
        return team.said();
    }
    let items = team.body()["items"].as_array().unwrap().clone();
    items.iter().map(|one| one["role"].as_str().unwrap().to_owned()).collect::<Vec<_>>().join(" ")
}

#[tokio::test]
async fn a_team_comes_together() {
    let world = World::new().await;
    let mut ana = world.member("ana@primer.rs").await;
    let shop = open(&mut ana).await;
    let list = ana.get("/identity/shops").await.body();
    assert_eq!((&list["items"][0]["name"], &list["items"][0]["role"]), (&json!("Gume Petrović"), &json!("owner")));

    // The answer is the same whether the address has an account or not.
    world.member("bob@primer.rs").await;
    let known = invite(&mut ana, &shop, "bob@primer.rs", "member").await;
    let unknown = invite(&mut ana, &shop, "Novi@primer.rs", "manager").await;
    let shape = |answer: &Answer| answer.body().as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!((known.status, shape(&known)), (unknown.status, shape(&unknown)));
    let letter = world.letter("Novi@primer.rs").await;
    assert!(letter.text.contains("Gume Petrović · Pera Perić"), "{}", letter.text);
    let letter = world.letter("bob@primer.rs").await;
    assert_eq!(letter.subject, "An invitation to a team");

    // Nobody has this account yet; whoever holds the letter sees what it is to.
    let token = world.token("Novi@primer.rs").await;
    let mut novi = world.browser();
    let seen = novi.get(&format!("/identity/invitations/{token}")).await.body();
    assert_eq!(
        (&seen["shop"], &seen["email"], &seen["yours"]),
        (&json!("Gume Petrović"), &json!("Novi@primer.rs"), &Value::Null)
    );
    let accept = json!({ "token": token });
    assert_eq!(novi.send("POST /identity/invitations/accept", accept.clone()).await.said(), "401 auth.required");
    let mut novi = world.member("novi@primer.rs").await;
    assert_eq!(novi.get(&format!("/identity/invitations/{token}")).await.body()["yours"], json!(true));
    assert_eq!(roles(&mut novi, &shop).await, "404 shops.no_such_shop");
    assert_eq!(novi.send("POST /identity/invitations/accept", accept.clone()).await.body()["role"], json!("manager"));
    // Once.
    assert_eq!(novi.send("POST /identity/invitations/accept", accept).await.said(), "404 shops.no_such_invitation");
    assert_eq!(roles(&mut novi, &shop).await, "owner manager");

    let (owner, member, path) = (id_of(&mut ana).await, id_of(&mut novi).await, at(&mut novi, &shop).await);
    assert_eq!(ana.send(&format!("PUT {path}"), json!({ "role": "member" })).await.said(), "204");
    assert_eq!(roles(&mut ana, &shop).await, "owner member");
    assert_eq!(ana.send(&format!("DELETE {path}"), Value::Null).await.said(), "204");
    assert_eq!(roles(&mut novi, &shop).await, "404 shops.no_such_shop");
    assert_eq!(novi.get("/identity/shops").await.body()["items"], json!([]));

    // Every step is in the log, with who did it and whom it concerns.
    let log: Vec<(String, String, Option<uuid::Uuid>)> =
        sqlx::query_as("select kind, actor, account from identity.security_event where kind like 'shop%' order by id")
            .fetch_all(world.db.pool())
            .await
            .unwrap();
    let log: Vec<_> = log.iter().map(|(kind, by, of)| (kind.as_str(), by.as_str(), of.unwrap())).collect();
    let (by_owner, by_member) = (owner.to_string(), member.to_string());
    assert_eq!(
        log,
        [
            ("shop_created", by_owner.as_str(), owner.uuid()),
            ("shop_invited", &by_owner, owner.uuid()),
            ("shop_invited", &by_owner, owner.uuid()),
            ("shop_joined", &by_member, member.uuid()),
            ("shop_role_changed", &by_owner, member.uuid()),
            ("shop_removed", &by_owner, member.uuid()),
        ]
    );
    let clear: String = sqlx::query_scalar("select string_agg(i::text, ' ') from identity.tenant_invitation i")
        .fetch_one(world.db.pool())
        .await
        .unwrap();
    assert!(!clear.to_lowercase().contains("primer"), "an address lies in clear: {clear}");
}

/// Each operation about one shop, as everybody there may be; whoever may do it tries it on a shop as it was.
#[tokio::test]
async fn who_may_do_what_in_a_shop() {
    let invitation = json!({ "email": "nova@primer.rs", "role": "member" });
    let mut table = String::new();
    for (operation, line, body) in [
        ("shops.get", "GET /identity/shops/{shop}", Value::Null),
        ("shops.team", "GET /identity/shops/{shop}/members", Value::Null),
        ("shops.invitations", "GET /identity/shops/{shop}/invitations", Value::Null),
        ("shops.update", "PUT /identity/shops/{shop}", json!({ "name": "Delovi" })),
        ("shops.invite", "POST /identity/shops/{shop}/invitations", invitation.clone()),
        (
            "shops.invite (owner)",
            "POST /identity/shops/{shop}/invitations",
            json!({ "email": "nova@primer.rs", "role": "owner" }),
        ),
        ("shops.revoke_invitation", "DELETE /identity/shops/{shop}/invitations/{invitation}", Value::Null),
        ("shops.set_role", "PUT /identity/shops/{shop}/members/{other}", json!({ "role": "manager" })),
        ("shops.remove_member", "DELETE /identity/shops/{shop}/members/{other}", Value::Null),
        ("shops.remove_member (owner)", "DELETE /identity/shops/{shop}/members/{owner}", Value::Null),
        ("shops.leave", "POST /identity/shops/{shop}/leave", Value::Null),
        ("shops.close", "DELETE /identity/shops/{shop}", Value::Null),
    ] {
        let mut row = format!("{operation:28}");
        for who in ["nobody", "stranger", "neighbour", "member", "manager", "owner"] {
            let world = World::new().await;
            let mut owner = world.member("owner@primer.rs").await;
            let shop = open(&mut owner).await;
            let mut other = world.member("other@primer.rs").await;
            join(&mut owner, &shop, &mut other, "other@primer.rs", "member").await;
            let waits = invite(&mut owner, &shop, "ceka@primer.rs", "member").await.body();
            let mut browser = match who {
                "nobody" => world.browser(),
                "owner" => owner,
                _ => {
                    let mut browser = world.member("who@primer.rs").await;
                    match who {
                        // Owns a shop, another one.
                        "neighbour" => drop(open(&mut browser).await),
                        "stranger" => {}
                        role => join(&mut owner, &shop, &mut browser, "who@primer.rs", role).await,
                    }
                    browser
                }
            };
            let user = |id: uuid::Uuid| UserId::from_uuid(id).to_string();
            let owner = world.id("select account from identity.membership where role = 'owner' order by since").await;
            let line = line
                .replace("{shop}", &shop)
                .replace("{owner}", &user(owner))
                .replace("{other}", &user(id_of(&mut other).await.uuid()))
                .replace("{invitation}", waits["id"].as_str().unwrap());
            row.push_str(&format!(" {who} {}", browser.send(&line, body.clone()).await.status));
        }
        table.push_str(&row);
        table.push('\n');
    }
    expect![[r#"
        shops.get                    nobody 401 stranger 404 neighbour 404 member 200 manager 200 owner 200
        shops.team                   nobody 401 stranger 404 neighbour 404 member 200 manager 200 owner 200
        shops.invitations            nobody 401 stranger 404 neighbour 404 member 403 manager 200 owner 200
        shops.update                 nobody 401 stranger 404 neighbour 404 member 403 manager 403 owner 200
        shops.invite                 nobody 401 stranger 404 neighbour 404 member 403 manager 201 owner 201
        shops.invite (owner)         nobody 401 stranger 404 neighbour 404 member 403 manager 403 owner 201
        shops.revoke_invitation      nobody 401 stranger 404 neighbour 404 member 403 manager 204 owner 204
        shops.set_role               nobody 401 stranger 404 neighbour 404 member 403 manager 403 owner 204
        shops.remove_member          nobody 401 stranger 404 neighbour 404 member 403 manager 204 owner 204
        shops.remove_member (owner)  nobody 401 stranger 404 neighbour 404 member 403 manager 403 owner 409
        shops.leave                  nobody 401 stranger 404 neighbour 404 member 204 manager 204 owner 409
        shops.close                  nobody 401 stranger 404 neighbour 404 member 403 manager 403 owner 204
    "#]]
    .assert_eq(&table);
}

#[tokio::test]
async fn a_letter_that_was_passed_on_gives_nobody_a_role() {
    let world = World::new().await;
    let mut ana = world.member("ana@primer.rs").await;
    let shop = open(&mut ana).await;
    invite(&mut ana, &shop, "bob@primer.rs", "owner").await;
    let form = json!({ "token": world.token("bob@primer.rs").await });
    let mut eve = world.member("eve@primer.rs").await;
    let told = eve.send("POST /identity/invitations/accept", form.clone()).await.said();
    assert_eq!(told, "409 shops.invitation_for_another");
    assert_eq!(roles(&mut eve, &shop).await, "404 shops.no_such_shop");
    // It was not used up by that.
    let mut bob = world.member("bob@primer.rs").await;
    assert_eq!(bob.send("POST /identity/invitations/accept", form).await.said(), "200");
    assert_eq!(roles(&mut bob, &shop).await, "owner owner");
}

/// A letter's token for each way in which an invitation ends before it is accepted.
#[tokio::test]
async fn what_ends_an_invitation() {
    for what in ["time", "taken back", "another letter", "its inviter is sent away", "its inviter is less", "closed"] {
        let world = World::new().await;
        let mut ana = world.member("ana@primer.rs").await;
        let shop = open(&mut ana).await;
        let mut mina = world.member("mina@primer.rs").await;
        join(&mut ana, &shop, &mut mina, "mina@primer.rs", "manager").await;
        let waits = invite(&mut mina, &shop, "bob@primer.rs", "member").await.body();
        let token = world.token("bob@primer.rs").await;
        let path = at(&mut mina, &shop).await;
        match what {
            "time" => world.clock.advance(Duration::days(7)),
            "taken back" => {
                let line = format!("DELETE /identity/shops/{shop}/invitations/{}", waits["id"].as_str().unwrap());
                assert_eq!(mina.send(&line, Value::Null).await.said(), "204");
            }
            "another letter" => assert_eq!(invite(&mut ana, &shop, "BOB@primer.rs", "member").await.said(), "201"),
            "its inviter is sent away" => {
                assert_eq!(ana.send(&format!("DELETE {path}"), Value::Null).await.said(), "204");
            }
            "its inviter is less" => {
                assert_eq!(ana.send(&format!("PUT {path}"), json!({ "role": "member" })).await.said(), "204");
            }
            _ => assert_eq!(ana.send(&format!("DELETE /identity/shops/{shop}"), Value::Null).await.said(), "204"),
        }
        let mut bob = world.member("bob@primer.rs").await;
        let told = bob.send("POST /identity/invitations/accept", json!({ "token": token })).await.said();
        assert_eq!(told, "404 shops.no_such_invitation", "{what}");
        assert_eq!(bob.get(&format!("/identity/invitations/{token}")).await.status, 404, "{what}");
    }
}

async fn erase(world: &World, who: &mut Browser<'_>) {
    assert_eq!(who.send("POST /identity/me/erasure", json!({})).await.said(), "202");
    world.clock.advance(Duration::days(30));
    world.work().await;
    assert_eq!(who.me().await, "401 auth.required");
}

#[tokio::test]
async fn there_is_always_an_owner() {
    let world = World::new().await;
    let mut ana = world.member("ana@primer.rs").await;
    let shop = open(&mut ana).await;
    let mut bob = world.member("bob@primer.rs").await;
    join(&mut ana, &shop, &mut bob, "bob@primer.rs", "owner").await;
    // Two owners go at once, each held where they are about to be gone: one stays.
    let line = format!("POST /identity/shops/{shop}/leave");
    let mut held = world.db.begin().await.unwrap();
    sqlx::query("select account from identity.membership for update").execute(&mut *held).await.unwrap();
    let let_go = async {
        let waiting = "select count(*) from pg_stat_activity
             where datname = current_database() and wait_event_type = 'Lock'";
        while world.count(waiting).await < 2 {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        held.commit().await.unwrap();
    };
    let (one, other, ()) = tokio::join!(ana.send(&line, Value::Null), bob.send(&line, Value::Null), let_go);
    let mut told = [one.said(), other.said()];
    told.sort();
    assert_eq!(told, ["204", "409 shops.last_owner"]);
    let left = if one.status == 204 { &mut bob } else { &mut ana };
    assert_eq!(roles(left, &shop).await, "owner");
    let path = at(left, &shop).await;
    assert_eq!(left.send(&format!("PUT {path}"), json!({ "role": "member" })).await.said(), "409 shops.last_owner");
    assert_eq!(left.send(&format!("DELETE {path}"), Value::Null).await.said(), "409 shops.last_owner");
}

#[tokio::test]
async fn who_is_erased_passes_the_shop_on() {
    let world = World::new().await;
    let mut ana = world.member("ana@primer.rs").await;
    let (shop, alone) = (open(&mut ana).await, open(&mut ana).await);
    let mut member = world.member("member@primer.rs").await;
    join(&mut ana, &shop, &mut member, "member@primer.rs", "member").await;
    world.clock.advance(Duration::seconds(1));
    let mut manager = world.member("manager@primer.rs").await;
    join(&mut ana, &shop, &mut manager, "manager@primer.rs", "manager").await;
    let told = world.identity.personal().personal(id_of(&mut ana).await, Some("7")).await.unwrap();
    assert!(format!("{told:?}").contains("Gume Petrović"), "{told:?}");

    erase(&world, &mut ana).await;
    manager.sign_in("manager@primer.rs", PASSWORD).await;
    assert_eq!(roles(&mut manager, &shop).await, "owner member", "a manager comes before who was there longer");
    let alone: TenantId = alone.parse().unwrap();
    let gone = sqlx::query_scalar::<_, i64>("select count(*) from identity.tenant where id = $1")
        .bind(alone.uuid())
        .fetch_one(world.db.pool())
        .await
        .unwrap();
    assert_eq!(gone, 0, "a shop with nobody in it goes");

    erase(&world, &mut manager).await;
    member.sign_in("member@primer.rs", PASSWORD).await;
    assert_eq!(roles(&mut member, &shop).await, "owner");
}

#[tokio::test]
async fn whose_role_changes_is_told() {
    let world = World::new().await;
    let mut ana = world.member("ana@primer.rs").await;
    let shop = open(&mut ana).await;
    let mut bob = world.member("bob@primer.rs").await;
    bob.send("PATCH /identity/me", json!({ "language": "sr-Cyrl" })).await;
    join(&mut ana, &shop, &mut bob, "bob@primer.rs", "member").await;
    let bob_there = at(&mut bob, &shop).await;
    let line = format!("PUT {bob_there}");
    assert_eq!(ana.send(&line, json!({ "role": "manager" })).await.said(), "204");
    let letter = world.letter("bob@primer.rs").await;
    assert_eq!(letter.subject, "Промењена је ваша улога у продавници");
    assert!(letter.text.contains("Gume Petrović · менаџер"), "{}", letter.text);
    assert!(letter.text.contains("/sr-cyrl/account/shops"), "{}", letter.text);
    // What stays as it is is not worth a letter, nor is what one does oneself.
    let before = world.letters_to("bob@primer.rs").await;
    assert_eq!(ana.send(&line, json!({ "role": "manager" })).await.said(), "204");
    assert_eq!(ana.send(&format!("DELETE {bob_there}"), Value::Null).await.said(), "204");
    let letter = world.letter("bob@primer.rs").await;
    assert_eq!(letter.subject, "Више нисте у тиму продавнице");
    assert!(letter.text.contains("\n\nGume Petrović\n\n"), "{}", letter.text);
    assert_eq!(world.letters_to("bob@primer.rs").await, before + 1);
    join(&mut ana, &shop, &mut bob, "bob@primer.rs", "member").await;
    let before = world.letters_to("bob@primer.rs").await;
    assert_eq!(bob.send(&format!("POST /identity/shops/{shop}/leave"), Value::Null).await.said(), "204");
    assert_eq!(world.letters_to("bob@primer.rs").await, before);
    // Who plays with roles does not fill a mailbox.
    join(&mut ana, &shop, &mut bob, "bob@primer.rs", "member").await;
    let before = world.letters_to("bob@primer.rs").await;
    for n in 0..24 {
        let role = if n % 2 == 0 { "manager" } else { "member" };
        assert_eq!(ana.send(&line, json!({ "role": role })).await.said(), "204");
        world.work().await;
    }
    let more = world.letters_to("bob@primer.rs").await - before;
    assert!((1..=10).contains(&more), "{more}");
}

#[tokio::test]
async fn a_session_that_was_left_open_changes_no_team() {
    let world = World::new().await;
    let mut ana = world.member("ana@primer.rs").await;
    let shop = open(&mut ana).await;
    let mut bob = world.member("bob@primer.rs").await;
    join(&mut ana, &shop, &mut bob, "bob@primer.rs", "member").await;
    world.clock.advance(Duration::minutes(11));
    let path = at(&mut bob, &shop).await;
    for (line, body) in [
        (format!("POST /identity/shops/{shop}/invitations"), json!({ "email": "eve@primer.rs", "role": "owner" })),
        (format!("PUT {path}"), json!({ "role": "owner" })),
        (format!("DELETE {path}"), Value::Null),
        (format!("DELETE /identity/shops/{shop}"), Value::Null),
    ] {
        assert_eq!(ana.send(&line, body).await.said(), "401 auth.step_up_required", "{line}");
    }
    // Rights in a shop are looked up with every request: nobody has to sign in anew for them.
    ana.send("POST /identity/me/step-up", json!({ "method": "password", "password": PASSWORD })).await;
    assert_eq!(ana.send(&format!("PUT {path}"), json!({ "role": "manager" })).await.said(), "204");
    assert_eq!(bob.get(&format!("/identity/shops/{shop}/invitations")).await.status, 200);
}

#[tokio::test]
async fn shops_and_letters_are_few() {
    let world = World::new().await;
    let mut ana = world.member("ana@primer.rs").await;
    let mut shop = String::new();
    for _ in 0..5 {
        shop = open(&mut ana).await;
    }
    let name = |name: &str| json!({ "name": name });
    assert_eq!(ana.send("POST /identity/shops", name("Šesta")).await.said(), "409 shops.too_many");
    for bad in ["x", "Piši na www.primer.rs", "a\u{202e}b"] {
        assert_eq!(ana.send("POST /identity/shops", name(bad)).await.said(), "422 validation.failed", "{bad}");
    }
    assert_eq!(invite(&mut ana, &shop, "nije adresa", "member").await.said(), "422 validation.failed");
    // One address is written to a few times only, whatever shop it is.
    for _ in 0..5 {
        assert_eq!(invite(&mut ana, &shop, "bob@primer.rs", "member").await.said(), "201");
    }
    assert_eq!(invite(&mut ana, &shop, "bob@primer.rs", "member").await.said(), "429 request.rate_limited");
    // And so many addresses a day, from wherever.
    let mut told = String::new();
    for n in 0..50 {
        if n % 20 == 0 {
            world.clock.advance(Duration::minutes(1));
        }
        told = invite(&mut ana, &shop, &format!("neko{n}@primer.rs"), "member").await.said();
        if told != "201" {
            assert_eq!(n, 45);
            break;
        }
    }
    assert_eq!(told, "409 shops.too_many_invitations");
    // What is over goes.
    assert_eq!(ana.send(&format!("DELETE /identity/shops/{shop}"), Value::Null).await.said(), "204");
    assert_eq!(roles(&mut ana, &shop).await, "404 shops.no_such_shop");
    world.clock.advance(Duration::days(31));
    world.work().await;
    assert_eq!(world.count("select count(*) from identity.tenant_invitation").await, 0);
    assert_eq!(world.count("select count(*) from identity.tenant").await, 4);
}
