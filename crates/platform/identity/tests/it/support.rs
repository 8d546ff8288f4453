//! Support stands in for a person: told to them, for a quarter of an hour, to look and to change nothing.

use chrono::Duration;
use serde_json::{Value, json};
use svetu_contracts::personal::PersonalPart;
use svetu_kernel::{AccountId, Actor, Role};

use crate::{
    factors::{code, enrol, next_step},
    oauth::app::App,
    world::{Answer, Browser, PASSWORD, World},
};

const PERA: &str = "pera@primer.rs";
const VERA: &str = "vera@primer.rs";
const REASON: &str = "Ne vidi svoj oglas među aktivnima.";

async fn id_of(browser: &mut Browser<'_>) -> AccountId {
    browser.get("/identity/me").await.body()["account_id"].as_str().unwrap().parse().unwrap()
}

/// One of support with an authenticator, proven by it now; and its secret.
async fn support(world: &World) -> (AccountId, Browser<'_>, String) {
    let (id, mut vera) = world.staff(VERA, &[Role::Support]).await;
    let (secret, _) = enrol(&mut vera).await;
    prove(&mut vera, &secret).await;
    (id, vera, secret)
}

async fn prove(browser: &mut Browser<'_>, secret: &str) {
    next_step(browser.world());
    let form = json!({ "method": "totp", "code": code(browser.world(), secret) });
    assert_eq!(browser.send("POST /identity/me/step-up", form).await.status, 204);
}

async fn stand_in(browser: &mut Browser<'_>, person: AccountId) -> Answer {
    let line = format!("POST /identity/accounts/{person}/impersonation");
    browser.send(&line, json!({ "reason": REASON })).await
}

async fn kinds(browser: &mut Browser<'_>) -> Vec<String> {
    let events = browser.get("/identity/me/security-events").await.body();
    let items = events["items"].as_array().unwrap();
    items.iter().map(|event| format!("{} {}", event["kind"].as_str().unwrap(), event["own"])).collect()
}

/// Who did what to whom, newest last.
async fn log(world: &World, account: AccountId) -> Vec<(String, String)> {
    sqlx::query_as(
        "select kind, actor || coalesce(' ' || (detail ->> 'how'), '') from identity.security_event
         where account = $1 and kind like 'support\\_%' order by id",
    )
    .bind(account.uuid())
    .fetch_all(world.db.pool())
    .await
    .unwrap()
}

#[tokio::test]
async fn support_sees_what_the_person_sees_and_they_are_told() {
    let world = World::new().await;
    let mut home = world.member(PERA).await;
    let pera = id_of(&mut home).await;
    let (vera_id, mut vera, _) = support(&world).await;
    let (before, mut thief) = (vera.cookie.clone(), world.browser());
    thief.cookie.clone_from(&before);

    let begun = stand_in(&mut vera, pera).await;
    assert_eq!(begun.status, 201, "{}", begun.said());
    let me = vera.get("/identity/me").await.body();
    assert_eq!((&me["email"], &me["roles"]), (&json!(PERA), &json!(["member"])), "not one of support's rights");
    assert_eq!(me["support_until"], begun.body()["until"]);
    assert_eq!(home.get("/identity/me").await.body()["support_until"], Value::Null);
    assert_ne!(vera.cookie, before);
    assert_eq!(thief.me().await, "401 auth.required", "the token of before opens nothing");

    let letter = world.letter(PERA).await;
    assert!(letter.subject.contains("Support looks at your account"), "{}", letter.subject);
    assert!(letter.text.contains("/en/account/security"), "{}", letter.text);
    assert_eq!(kinds(&mut home).await[0], "support_came false");

    let during = vera.cookie.clone();
    thief.cookie.clone_from(&during);
    assert_eq!(vera.send("DELETE /identity/impersonation", Value::Null).await.status, 204);
    assert_eq!((vera.me().await, thief.me().await), (VERA.to_owned(), "401 auth.required".to_owned()));
    assert_ne!(vera.cookie, during);
    assert_eq!(vera.send("DELETE /identity/impersonation", Value::Null).await.status, 204, "it is over already");
    assert_eq!(kinds(&mut home).await[0], "support_left false");
    let by = vera_id.to_string();
    assert_eq!(
        log(&world, pera).await,
        [("support_came".to_owned(), by.clone()), ("support_left".to_owned(), format!("{by} support"))]
    );
    world.work().await;
    let report = world.identity.verify_audit(None).await.unwrap();
    assert!(report.fault.is_none(), "{report:?}");
    // What was proven is spent: the next one asks for it anew.
    assert_eq!(stand_in(&mut vera, pera).await.said(), "401 auth.step_up_required");
}

#[tokio::test]
async fn it_ends_by_time_and_with_what_it_hangs_on() {
    let world = World::new().await;
    let mut home = world.member(PERA).await;
    let pera = id_of(&mut home).await;
    let (vera_id, mut vera, secret) = support(&world).await;
    let (_, mut olga) = world.staff("olga@primer.rs", &[Role::Operator]).await;

    stand_in(&mut vera, pera).await;
    world.clock.advance(Duration::seconds(15 * 60 - 1));
    assert_eq!(vera.me().await, PERA);
    world.clock.advance(Duration::seconds(1));
    assert_eq!(vera.me().await, VERA, "to the second, whatever the timers do");
    world.work().await;
    assert_eq!(log(&world, pera).await.last().unwrap().1, format!("{vera_id} time"));

    // Signed out, it is over at once.
    prove(&mut vera, &secret).await;
    stand_in(&mut vera, pera).await;
    assert_eq!(vera.send("POST /identity/sign-out", Value::Null).await.status, 204);
    assert_eq!(vera.me().await, "401 auth.required");
    assert_eq!(log(&world, pera).await.last().unwrap().1, format!("{vera_id} session"));
    let signed_out = format!(
        "select count(*) from identity.security_event where kind = 'signed_out' and actor = '{vera_id} for {pera}'"
    );
    assert_eq!(world.count(&signed_out).await, 1, "both names");

    // So it is with the role.
    let back = async || {
        let mut vera = world.browser();
        vera.sign_in(VERA, PASSWORD).await;
        next_step(&world);
        let form = json!({ "method": "totp", "code": code(&world, &secret) });
        assert_eq!(vera.send("POST /identity/sign-in/factor", form).await.status, 200);
        assert_eq!(stand_in(&mut vera, pera).await.status, 201);
        vera
    };
    let mut vera = back().await;
    let demote = format!("PUT /identity/accounts/{vera_id}/roles");
    prove_by_password(&mut olga).await;
    assert_eq!(olga.send(&demote, json!({ "roles": [] })).await.status, 204);
    assert_eq!(vera.me().await, "401 auth.required");
    // Even if a session were left over by whatever takes a role away.
    prove_by_password(&mut olga).await;
    assert_eq!(olga.send(&demote, json!({ "roles": ["support"] })).await.status, 204);
    let mut vera = back().await;
    sqlx::query("update identity.account set roles = '{member}' where id = $1")
        .bind(vera_id.uuid())
        .execute(world.db.pool())
        .await
        .unwrap();
    assert_eq!(vera.me().await, VERA);
    sqlx::query("update identity.account set roles = '{member,support}' where id = $1")
        .bind(vera_id.uuid())
        .execute(world.db.pool())
        .await
        .unwrap();
    assert_eq!(vera.me().await, PERA);

    // Whoever becomes one of the staff, or is erased, is looked at no more.
    prove_by_password(&mut olga).await;
    let promote = format!("PUT /identity/accounts/{pera}/roles");
    assert_eq!(olga.send(&promote, json!({ "roles": ["moderator"] })).await.status, 204);
    assert_eq!(vera.me().await, VERA);
    assert_eq!(olga.send(&promote, json!({ "roles": [] })).await.status, 204);
    assert_eq!(vera.me().await, PERA);
    home.sign_in(PERA, PASSWORD).await;
    assert_eq!(home.send("POST /identity/me/erasure", json!({})).await.status, 202);
    sqlx::query("update identity.erasure set due_at = now() - interval '90 years'")
        .execute(world.db.pool())
        .await
        .unwrap();
    sqlx::query("update identity.job set run_at = now() - interval '90 years' where kind = 'identity.erase'")
        .execute(world.db.pool())
        .await
        .unwrap();
    world.work().await;
    assert_eq!(vera.me().await, VERA);
    assert_eq!(log(&world, pera).await.last().unwrap().1, format!("{vera_id} session"));
    assert_eq!(world.count("select count(*) from identity.impersonation").await, 0);
}

async fn prove_by_password(browser: &mut Browser<'_>) {
    let form = json!({ "method": "password", "password": PASSWORD });
    assert_eq!(browser.send("POST /identity/me/step-up", form).await.status, 204);
}

#[tokio::test]
async fn who_may_stand_in_for_whom() {
    let world = World::new().await;
    let mut home = world.member(PERA).await;
    let pera = id_of(&mut home).await;
    let (olga_id, mut olga) = world.staff("olga@primer.rs", &[Role::Operator]).await;
    let (_, mut mira) = world.staff("mira@primer.rs", &[Role::Support]).await;
    assert_eq!(stand_in(&mut world.browser(), pera).await.said(), "401 auth.required");
    assert_eq!(stand_in(&mut home, pera).await.said(), "403 auth.forbidden");
    assert_eq!(stand_in(&mut olga, pera).await.said(), "403 auth.forbidden");
    assert_eq!(stand_in(&mut mira, pera).await.said(), "403 identity.second_factor_first");

    let (vera_id, mut vera, secret) = support(&world).await;
    let line = format!("POST /identity/accounts/{pera}/impersonation");
    for reason in ["kratko", &"x".repeat(301), "nevidljiv \u{7} razlog ovde"] {
        assert_eq!(vera.send(&line, json!({ "reason": reason })).await.said(), "422 validation.failed", "{reason}");
    }
    assert_eq!(stand_in(&mut vera, olga_id).await.said(), "403 auth.forbidden");
    assert_eq!(stand_in(&mut vera, vera_id).await.said(), "403 auth.forbidden");
    assert_eq!(stand_in(&mut vera, AccountId::new(chrono::DateTime::UNIX_EPOCH)).await.status, 404);
    world.browser().sign_up("nova@primer.rs", PASSWORD).await;
    let unproven = world.id("select id from identity.account where state = 'unverified'").await;
    assert_eq!(stand_in(&mut vera, AccountId::from_uuid(unproven)).await.said(), "404 identity.no_such_account");
    world.clock.advance(Duration::minutes(11));
    assert_eq!(stand_in(&mut vera, pera).await.said(), "401 auth.step_up_required");

    // Fifty in a day and no more.
    sqlx::query(
        "insert into identity.impersonation (id, session, support, account, reason, started_at, expires_at, ended_at, how)
         select gen_random_uuid(), gen_random_uuid(), $1, $2, '?', $3, $3, $3, 'support' from generate_series(1, 49)",
    )
    .bind(vera_id.uuid())
    .bind(pera.uuid())
    .bind(svetu_kernel::Clock::now(&*world.clock))
    .execute(world.db.pool())
    .await
    .unwrap();
    prove(&mut vera, &secret).await;
    assert_eq!(stand_in(&mut vera, pera).await.status, 201);
    vera.send("DELETE /identity/impersonation", Value::Null).await;
    prove(&mut vera, &secret).await;
    assert_eq!(stand_in(&mut vera, pera).await.said(), "429 identity.too_many_impersonations");
    world.clock.advance(Duration::days(1));
    let mut vera = world.browser();
    vera.sign_in(VERA, PASSWORD).await;
    prove_second(&mut vera, &secret).await;
    assert_eq!(stand_in(&mut vera, pera).await.status, 201);
    // Their own rights are none of what they have now.
    assert_eq!(vera.find("pera").await.said(), "403 auth.standing_in");
    assert_eq!(stand_in(&mut vera, olga_id).await.said(), "403 auth.standing_in");
}

async fn prove_second(browser: &mut Browser<'_>, secret: &str) {
    next_step(browser.world());
    let form = json!({ "method": "totp", "code": code(browser.world(), secret) });
    assert_eq!(browser.send("POST /identity/sign-in/factor", form).await.status, 200);
}

/// Every door of identity that reads a cookie by itself, with a cookie that would open it.
#[tokio::test]
async fn no_door_lets_through_whoever_stands_in() {
    let world = World::new().await;
    let mut home = world.member(PERA).await;
    let pera = id_of(&mut home).await;
    let (_, mut vera, _) = support(&world).await;
    let app = App::public(&world).await;
    // Of another account of theirs, begun before: a code by mail, a second factor that is asked for, a telephone's code.
    let mut own = world.member("privatno@primer.rs").await;
    let (secret, _) = enrol(&mut own).await;
    vera.send("POST /identity/sign-in/code", json!({ "email": "privatno@primer.rs" })).await;
    let mailed = world.letter("privatno@primer.rs").await.text;
    let mailed =
        mailed.lines().find(|line| line.len() == 6 && line.bytes().all(|b| b.is_ascii_digit())).unwrap().to_owned();
    let request = home.authorize(&app.request("openid email")).await.waiting();
    let session = vera.cookie.clone();
    vera.cookie = None;
    assert_eq!(vera.sign_in("privatno@primer.rs", PASSWORD).await.status, 200);
    vera.cookie = session;
    assert!(vera.jar.contains_key("svetu_pending") && vera.jar.contains_key("svetu_code"), "{:?}", vera.jar);
    assert_eq!(stand_in(&mut vera, pera).await.status, 201);
    next_step(&world);

    for (line, body) in [
        ("POST /identity/sign-in/factor", json!({ "method": "totp", "code": code(&world, &secret) })),
        ("POST /identity/sign-in/code/complete", json!({ "code": mailed })),
        ("POST /identity/sign-in", json!({ "email": "privatno@primer.rs", "password": PASSWORD })),
        ("POST /identity/sign-in/code", json!({ "email": PERA })),
        ("POST /identity/sign-in/passkey/options", Value::Null),
        ("GET /identity/upstreams/none/start", Value::Null),
        ("GET /identity/upstreams/none/callback?code=x&state=x", Value::Null),
        ("GET /identity/upstreams/waiting", Value::Null),
        ("POST /identity/me/upstreams", Value::Null),
        ("POST /identity/me/phone", json!({ "phone": "064 123 4567" })),
        ("PUT /identity/me/phone", json!({ "code": "000000" })),
        ("POST /identity/me/step-up", json!({ "method": "password", "password": PASSWORD })),
        ("GET /identity/me/factors", Value::Null),
        ("GET /identity/me/privacy", Value::Null),
        ("POST /identity/me/export", json!({})),
        ("POST /identity/me/erasure", json!({ "password": PASSWORD })),
        ("POST /identity/api-keys", json!({ "name": "x", "scopes": ["account:read"], "days": 1 })),
        ("GET /identity/api-keys", Value::Null),
        ("GET /identity/device-requests/BCDF-GHJK", Value::Null),
        ("POST /identity/device-requests/BCDF-GHJK", json!({ "allow": true })),
    ] {
        assert_eq!(vera.send(line, body).await.said(), "403 auth.standing_in", "{line}");
    }
    let line = format!("GET /identity/authorization-requests/{request}");
    assert_eq!(vera.send(&line, Value::Null).await.said(), "403 auth.standing_in");

    // The provider: no code, in neither name, and what waits goes on waiting for its person.
    for went in [
        vera.authorize(&app.request("openid")).await,
        vera.go_on(&request).await,
        vera.decide(&request, true).await,
        vera.decide(&request, false).await,
    ] {
        assert!(went.page().contains("/connect?error=access_denied"), "{went:?}");
    }
    assert_eq!(world.count("select count(*) from identity.oauth_code").await, 0);
    assert!(!home.decide(&request, true).await.code().is_empty());

    // Nothing of all that wrote a word but that they came.
    assert_eq!(vera.me().await, PERA);
    assert_eq!(log(&world, pera).await.len(), 1);
    // Leaving is theirs, by a client's page too.
    assert!(vera.visit("/oauth/logout").await.page().contains("/connect/leave"));
}

#[tokio::test]
async fn an_actor_says_who_acts() {
    let world = World::new().await;
    let mut home = world.member(PERA).await;
    let pera = id_of(&mut home).await;
    let (vera_id, mut vera, _) = support(&world).await;
    stand_in(&mut vera, pera).await;
    let contract = world.identity.contract();
    let actor = contract.authenticate(vera.cookie.as_deref().unwrap()).await.unwrap().unwrap();
    let acting = actor.acting.unwrap();
    assert_eq!((actor.account_id(), acting.account), (Some(pera), vera_id));
    assert_eq!(actor, Actor::stood_in_by(pera, [Role::Member], acting));
    assert!(
        actor.confirmed_at.is_none() && actor.authenticated_at.is_none(),
        "nothing was proven in the person's name"
    );

    // The person learns when and why, and not who.
    let (mut told, mut after) = (Vec::new(), None);
    loop {
        let page = world.identity.personal().personal(pera, after.as_deref()).await.unwrap();
        if let Some(PersonalPart::Rows { name, rows }) = page.part
            && name == "impersonations"
        {
            told.extend(rows);
        }
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(told.len(), 1);
    let row = &told[0];
    assert_eq!((&row["by"], &row["reason"]), (&json!("support"), &json!(REASON)));
    assert!(!row.to_string().contains(&vera_id.to_string()), "{row}");
}
