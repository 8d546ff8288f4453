use serde_json::{Value, json};
use svetu_kernel::{AccountId, Role};

use crate::{
    factors::{code, enrol, next_step, second},
    world::{Browser, PASSWORD, World},
};

const PERA: &str = "pera@primer.rs";
const REASON: &str = "Pozvao je sa broja iz oglasa i znao datum prve prijave.";

fn reset_of(id: AccountId) -> String {
    format!("POST /identity/accounts/{id}/factor-reset")
}

async fn id_of(browser: &mut Browser<'_>) -> AccountId {
    browser.get("/identity/me").await.body()["account_id"].as_str().unwrap().parse().unwrap()
}

async fn was_told(world: &World, subject: &str) -> bool {
    world.work().await;
    world.letters.sent.lock().iter().any(|mail| mail.to == PERA && mail.subject.contains(subject))
}

#[tokio::test]
async fn two_of_the_staff_take_away_a_lost_factor() {
    let world = World::new().await;
    let (vera_id, mut vera) = world.staff("vera@primer.rs", &[Role::Support]).await;
    let (_, mut olga) = world.staff("olga@primer.rs", &[Role::Operator]).await;
    let mut home = world.member(PERA).await;
    enrol(&mut home).await;
    let pera = id_of(&mut home).await;

    let seen = vera.get(&format!("/identity/accounts/{pera}")).await.body();
    assert_eq!((&seen["email"], seen["totp_since"].is_string()), (&json!(PERA), true));
    assert_eq!((seen["sessions"].as_array().unwrap().len(), &seen["recovery_codes_left"]), (1, &json!(10)));

    assert_eq!(vera.send(&reset_of(pera), json!({ "reason": "kratko" })).await.said(), "422 validation.failed");
    let asked = vera.send(&reset_of(pera), json!({ "reason": REASON })).await;
    assert_eq!(asked.status, 201, "{}", asked.said());
    assert_eq!(vera.send(&reset_of(pera), json!({ "reason": REASON })).await.said(), "409 identity.reset_waits");
    let reset = asked.body()["id"].as_str().unwrap().to_owned();
    let approval = format!("POST /identity/factor-resets/{reset}/approval");
    // Support asks; operators approve, and not what they asked for themselves.
    assert_eq!(vera.send(&approval, Value::Null).await.status, 403);
    assert!(was_told(&world, "about to be removed").await);
    let waiting = olga.get("/identity/factor-resets").await.body();
    assert_eq!(
        (&waiting["items"][0]["asked_by"], &waiting["items"][0]["reason"]),
        (&json!(vera_id.to_string()), &json!(REASON))
    );
    world.clock.advance(chrono::Duration::minutes(11));
    assert_eq!(olga.send(&approval, Value::Null).await.said(), "401 auth.step_up_required");
    olga.send("POST /identity/me/step-up", json!({ "method": "password", "password": PASSWORD })).await;
    assert_eq!(home.me().await, PERA);
    assert_eq!(olga.send(&approval, Value::Null).await.status, 204);
    assert_eq!(olga.send(&approval, Value::Null).await.said(), "404 identity.no_such_reset");

    assert_eq!(home.me().await, "401 auth.required");
    let mut again = world.browser();
    again.sign_in(PERA, PASSWORD).await;
    assert_eq!(again.me().await, PERA, "the password alone opens now");
    assert!(was_told(&world, "was removed").await);
    let events = again.get("/identity/me/security-events").await.body();
    let kinds: Vec<&str> =
        events["items"].as_array().unwrap().iter().map(|event| event["kind"].as_str().unwrap()).collect();
    assert!(kinds.contains(&"factor_reset_asked") && kinds.contains(&"factors_reset"), "{kinds:?}");
}

#[tokio::test]
async fn nobody_approves_their_own_or_decides_about_themselves() {
    let world = World::new().await;
    let (olga_id, mut olga) = world.staff("olga@primer.rs", &[Role::Operator]).await;
    let (oleg_id, mut oleg) = world.staff("oleg@primer.rs", &[Role::Operator]).await;
    let (_, mut vera) = world.staff("vera@primer.rs", &[Role::Support]).await;
    let mut home = world.member(PERA).await;
    let pera = id_of(&mut home).await;
    let form = json!({ "reason": REASON });
    // There is nothing to take away.
    assert_eq!(olga.send(&reset_of(pera), form.clone()).await.said(), "404 identity.no_such_factor");
    enrol(&mut home).await;
    enrol(&mut oleg).await;
    assert_eq!(olga.send(&reset_of(olga_id), form.clone()).await.said(), "409 identity.four_eyes");
    assert_eq!(vera.send(&reset_of(oleg_id), form.clone()).await.said(), "403 identity.operators_only");
    let own = olga.send(&reset_of(pera), form.clone()).await.body()["id"].as_str().unwrap().to_owned();
    let approve = |id: &str| format!("POST /identity/factor-resets/{id}/approval");
    assert_eq!(olga.send(&approve(&own), Value::Null).await.said(), "409 identity.four_eyes");
    let about = olga.send(&reset_of(oleg_id), form.clone()).await.body()["id"].as_str().unwrap().to_owned();
    assert_eq!(oleg.send(&approve(&about), Value::Null).await.said(), "409 identity.four_eyes");
    // The database holds to it, too.
    let forced = sqlx::query(
        "update identity.factor_reset set outcome = 'approved', decided_by = asked_by, decided_at = now()
         where outcome is null",
    );
    assert!(forced.execute(world.db.pool()).await.is_err());

    assert_eq!(vera.send(&format!("DELETE /identity/factor-resets/{own}"), Value::Null).await.status, 204);
    assert_eq!(oleg.send(&approve(&own), Value::Null).await.said(), "404 identity.no_such_reset");
}

#[tokio::test]
async fn who_did_not_ask_refuses_and_what_waits_too_long_is_over() {
    let world = World::new().await;
    let (_, mut vera) = world.staff("vera@primer.rs", &[Role::Support]).await;
    let (_, mut olga) = world.staff("olga@primer.rs", &[Role::Operator]).await;
    let mut home = world.member(PERA).await;
    let (secret, _) = enrol(&mut home).await;
    let pera = id_of(&mut home).await;
    let ask = async |vera: &mut Browser<'_>| {
        let asked = vera.send(&reset_of(pera), json!({ "reason": REASON })).await;
        assert_eq!(asked.status, 201, "{}", asked.said());
        format!("POST /identity/factor-resets/{}/approval", asked.body()["id"].as_str().unwrap())
    };
    let first = ask(&mut vera).await;
    assert_eq!(home.get("/identity/me/factors").await.body()["reset"]["reason"], json!(REASON));
    assert_eq!(home.send("DELETE /identity/me/factor-reset", Value::Null).await.status, 204);
    assert_eq!(home.send("DELETE /identity/me/factor-reset", Value::Null).await.said(), "404 identity.no_such_reset");
    assert_eq!(olga.send(&first, Value::Null).await.said(), "404 identity.no_such_reset");

    let late = ask(&mut vera).await;
    world.clock.advance(chrono::Duration::hours(73));
    let mut olga = world.browser();
    olga.sign_in("olga@primer.rs", PASSWORD).await;
    assert_eq!(olga.send(&late, Value::Null).await.said(), "404 identity.no_such_reset");
    assert_eq!(olga.get("/identity/factor-resets").await.body()["items"], json!([]));
    // It makes way for the next.
    let mut vera = world.browser();
    vera.sign_in("vera@primer.rs", PASSWORD).await;
    ask(&mut vera).await;
    next_step(&world);
    let mut again = world.browser();
    again.sign_in(PERA, PASSWORD).await;
    assert_eq!(second(&mut again, "totp", &code(&world, &secret)).await, "200", "the factor is still there");
}

#[tokio::test]
async fn support_signs_a_person_out() {
    let world = World::new().await;
    let (_, mut vera) = world.staff("vera@primer.rs", &[Role::Support]).await;
    let mut home = world.member(PERA).await;
    let mut phone = world.browser();
    phone.sign_in(PERA, PASSWORD).await;
    let pera = id_of(&mut home).await;
    let sessions = vera.get(&format!("/identity/accounts/{pera}")).await.body();
    let newest = sessions["sessions"][0]["id"].as_str().unwrap().to_owned();
    let line = format!("DELETE /identity/accounts/{pera}/sessions");
    assert_eq!(vera.send(&format!("{line}?session={newest}"), Value::Null).await.status, 204);
    assert_eq!(
        vera.send(&format!("{line}?session={newest}"), Value::Null).await.said(),
        "404 identity.no_such_session"
    );
    assert_eq!([home.me().await, phone.me().await].iter().filter(|who| *who == PERA).count(), 1);
    assert_eq!(vera.send(&line, Value::Null).await.status, 204);
    assert_eq!([home.me().await, phone.me().await].iter().filter(|who| *who == PERA).count(), 0);
    let nobody = "DELETE /identity/accounts/account_00000000000000000000000000/sessions";
    assert_eq!(vera.send(nobody, Value::Null).await.said(), "404 identity.no_such_account");
}

#[tokio::test]
async fn an_operator_registers_an_application_and_rotates_keys() {
    let world = World::new().await;
    let (olga_id, mut olga) = world.staff("olga@primer.rs", &[Role::Operator]).await;
    let (_, mut vera) = world.staff("vera@primer.rs", &[Role::Support]).await;
    let form = json!({ "client_id": "shop", "client_name": "Prodavnica", "grant_types": ["authorization_code"],
        "token_endpoint_auth_method": "client_secret_basic", "redirect_uris": ["https://shop.example/cb"],
        "scopes": ["openid", "email"] });
    assert_eq!(vera.send("POST /identity/clients", form.clone()).await.status, 403);
    let mut wrong = form.clone();
    wrong["redirect_uris"] = json!(["http://shop.example/cb"]);
    let refused = olga.send("POST /identity/clients", wrong).await.body();
    assert_eq!(refused["errors"][0]["field"], json!("/redirect_uris"));
    let made = olga.send("POST /identity/clients", form.clone()).await;
    assert_eq!((made.status, made.body()["client_id"].clone()), (201, json!("shop")));
    assert_eq!(olga.send("POST /identity/clients", form).await.body()["errors"][0]["field"], json!("/client_id"));
    let renewed = olga.send("POST /identity/clients/shop/secret", Value::Null).await.body();
    assert_ne!(renewed["client_secret"], made.body()["client_secret"]);
    assert_eq!(olga.get("/identity/clients").await.body()["items"][0]["client_name"], json!("Prodavnica"));
    let by: String =
        sqlx::query_scalar("select actor from identity.security_event where kind = 'client_added' order by id desc")
            .fetch_one(world.db.pool())
            .await
            .unwrap();
    assert_eq!(by, olga_id.to_string());
    assert_eq!(olga.send("DELETE /identity/clients/shop", Value::Null).await.status, 204);
    assert_eq!(olga.send("DELETE /identity/clients/shop", Value::Null).await.said(), "404 identity.no_such_client");
    assert_eq!(
        olga.send("POST /identity/clients/shop/secret", Value::Null).await.said(),
        "404 identity.no_such_client",
        "what is disabled gets no secret"
    );

    let before = olga.get("/identity/signing-keys").await.body()["items"].as_array().unwrap().len();
    let after = olga.send("POST /identity/signing-keys/rotation", json!({ "at_once": false })).await.body();
    assert!(after["items"].as_array().unwrap().len() >= before);
    world.clock.advance(chrono::Duration::minutes(11));
    let late = olga.send("POST /identity/signing-keys/rotation", json!({})).await;
    assert_eq!(late.said(), "401 auth.step_up_required");
}

/// A password alone opens nothing of the staff's, and everything of their own: there they set up what is missing.
#[tokio::test]
async fn the_staff_proves_two_factors() {
    let world = World::set(crate::world::Settings { staff_factor: true, ..Default::default() }).await;
    let (_, mut olga) = world.staff("olga@primer.rs", &[Role::Operator]).await;
    let mut pera = world.member(PERA).await;
    let id = id_of(&mut pera).await;
    let work = [
        ("GET /identity/factor-resets".to_owned(), Value::Null),
        (format!("GET /identity/accounts/{id}"), Value::Null),
        ("GET /identity/clients".to_owned(), Value::Null),
        (reset_of(id), json!({ "reason": REASON })),
    ];
    for (line, body) in &work {
        assert_eq!(olga.send(line, body.clone()).await.said(), "403 auth.two_factors_required", "{line}");
        assert_eq!(pera.send(line, body.clone()).await.said(), "403 auth.forbidden", "{line}");
    }
    assert_eq!(olga.me().await, "olga@primer.rs");
    let (secret, _) = enrol(&mut olga).await;
    assert_eq!(olga.find("pera").await.said(), "403 auth.two_factors_required", "set up is not proven");
    next_step(&world);
    olga.send("POST /identity/me/step-up", json!({ "method": "totp", "code": code(&world, &secret) })).await;
    for (line, body) in &work[..3] {
        assert_eq!(olga.send(line, body.clone()).await.status, 200, "{line}");
    }
    // A device that is remembered spares the code, and with it the work.
    next_step(&world);
    let mut desk = world.browser();
    desk.sign_in("olga@primer.rs", PASSWORD).await;
    let form = json!({ "method": "totp", "code": code(&world, &secret), "trust_device": true });
    desk.send("POST /identity/sign-in/factor", form).await;
    assert_eq!(desk.find("pera").await.status, 200);
    desk.send("POST /identity/sign-out", Value::Null).await;
    assert_eq!(desk.sign_in("olga@primer.rs", PASSWORD).await.body()["me"]["email"], "olga@primer.rs");
    assert_eq!(desk.find("pera").await.said(), "403 auth.two_factors_required");
}
