use serde_json::json;
use svetu_identity::HashCost;
use svetu_testkit::expect;

use crate::world::{CHEAP, PASSWORD, World};

#[tokio::test]
async fn from_sign_up_to_sign_out() {
    let world = World::new().await;
    let mut pera = world.browser();
    assert_eq!(pera.sign_up(" Pera@Primer.rs", PASSWORD).await.body(), json!({}));
    assert_eq!(pera.sign_in("pera@primer.rs", PASSWORD).await.said(), "401 identity.wrong_credentials");

    let token = world.token("Pera@Primer.rs").await;
    let verified = pera.send("POST /identity/verify-email", json!({ "token": token })).await;
    let me = &verified.body()["me"];
    assert_eq!((verified.status, &me["email"], &me["roles"]), (200, &json!("Pera@Primer.rs"), &json!(["member"])));
    assert_eq!(me["user_id"].as_str().unwrap().replace("user_", "account_"), me["account_id"].as_str().unwrap());
    assert_eq!(pera.me().await, "Pera@Primer.rs");

    let changes = json!({ "display_name": " Петар  Перић ", "language": "sr-Cyrl", "theme": "dark" });
    let me = pera.send("PATCH /identity/me", changes).await.body();
    assert_eq!(
        (&me["display_name"], &me["language"], &me["theme"]),
        (&json!("Петар Перић"), &json!("sr-Cyrl"), &json!("dark"))
    );
    let wrong = pera.send("PATCH /identity/me", json!({ "display_name": "\u{202e}x", "theme": "pink" })).await.body();
    assert_eq!(wrong["errors"].as_array().unwrap().len(), 2);
    // Nobody makes themselves an operator.
    assert_eq!(pera.send("PATCH /identity/me", json!({ "roles": ["operator"] })).await.said(), "422 validation.failed");

    assert_eq!(pera.send("POST /identity/sign-out", json!(null)).await.status, 204);
    assert_eq!(pera.cookie, None);
    assert_eq!(pera.me().await, "401 auth.required");
    assert_eq!(pera.sign_in("PERA@primer.rs ", PASSWORD).await.said(), "200");
}

#[tokio::test]
async fn the_form_says_all_its_faults_at_once() {
    let world = World::new().await;
    let form =
        json!({ "email": "pera", "password": "kratka1", "display_name": "?", "language": "ru", "accept_terms": false });
    let answer = world.browser().send("POST /identity/sign-up?lang=ru", form).await;
    let faults: Vec<_> = answer.body()["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|fault| format!("{} {}", fault["field"].as_str().unwrap(), fault["code"].as_str().unwrap()))
        .collect();
    expect![[r#"
        /email identity.email_invalid
        /display_name field.invalid
        /password field.too_short
        /accept_terms identity.terms"#]]
    .assert_eq(&faults.join("\n"));
}

#[tokio::test]
async fn passwords_of_any_script_and_either_composition() {
    let world = World::new().await;
    for (n, chosen, typed) in [
        (0, "z\u{30c}aba\u{fb01}x12", "žabafix12".to_owned()),
        (1, "шећерлема1", "шећерлема1".to_owned()),
        (2, "密码密码密码密码", "密码密码密码密码".to_owned()),
        (3, &*"š".repeat(256), "s\u{30c}".repeat(256)),
    ] {
        let email = format!("p{n}@primer.rs");
        let mut browser = world.browser();
        assert_eq!(browser.sign_up(&email, chosen).await.said(), "202", "{chosen}");
        let token = world.token(&email).await;
        browser.send("POST /identity/verify-email", json!({ "token": token })).await;
        assert_eq!(world.browser().sign_in(&email, &typed).await.said(), "200", "{chosen}");
        assert_eq!(
            world.browser().sign_in(&email, &format!("{typed}x")).await.said(),
            "401 identity.wrong_credentials"
        );
    }
    assert_eq!(world.browser().sign_up("long@primer.rs", &"a".repeat(257)).await.said(), "422 validation.failed");
}

#[tokio::test]
async fn guessable_passwords_are_refused() {
    let world = World::new().await;
    let fault = |answer: crate::world::Answer| answer.body()["errors"][0].clone();
    for password in ["Password123", "lozinka2026", "pera-1985!"] {
        let fault = fault(world.browser().sign_up("pera@primer.rs", password).await);
        assert_eq!(
            (&fault["field"], &fault["code"]),
            (&json!("/password"), &json!("identity.password_common")),
            "{password}"
        );
    }
    let mut pera = world.member("pera@primer.rs").await;
    let change = json!({ "current": PASSWORD, "new": "qwerty123456" });
    let fault = fault(pera.send("POST /identity/me/password", change).await);
    assert_eq!((&fault["field"], &fault["code"]), (&json!("/new"), &json!("identity.password_common")));
    pera.send("POST /identity/recovery", json!({ "email": "pera@primer.rs" })).await;
    let token = world.token("pera@primer.rs").await;
    let recovery = async |password: &str| {
        let form = json!({ "token": token, "password": password });
        world.browser().send("POST /identity/recovery/complete", form).await.status
    };
    assert_eq!(recovery("pera12345").await, 422);
    assert_eq!(recovery("tri-nasumične-reči").await, 200, "the link was not used up by what was refused");
}

#[tokio::test]
async fn a_link_works_once_and_only_the_newest() {
    let world = World::new().await;
    let email = "pera@primer.rs";
    world.browser().sign_up(email, PASSWORD).await;
    let first = world.token(email).await;
    world.browser().sign_up(email, PASSWORD).await;
    let second = world.token(email).await;
    let verify =
        async |token: &str| world.browser().send("POST /identity/verify-email", json!({ "token": token })).await;
    assert_eq!(verify(&first).await.said(), "422 identity.link_invalid");
    // A link of one purpose opens nothing else.
    let form = json!({ "token": second, "password": PASSWORD });
    let other = world.browser().send("POST /identity/recovery/complete", form).await;
    assert_eq!(other.said(), "422 identity.link_invalid");
    let many = futures::future::join_all((0..16).map(|_| verify(&second))).await;
    assert_eq!(many.iter().filter(|answer| answer.status == 200).count(), 1);
    assert_eq!(many.iter().filter(|answer| answer.said() == "422 identity.link_invalid").count(), 15);

    world.browser().sign_up("mika@primer.rs", PASSWORD).await;
    let late = world.token("mika@primer.rs").await;
    world.clock.advance(chrono::Duration::hours(24));
    assert_eq!(verify(&late).await.said(), "422 identity.link_invalid");
    for rubbish in ["", "x", &"x".repeat(43), &"x".repeat(100_000)] {
        assert_eq!(verify(rubbish).await.said(), "422 identity.link_invalid");
    }
}

#[tokio::test]
async fn neither_of_two_passwords_for_an_unproven_address_counts() {
    let world = World::new().await;
    let email = "pera@primer.rs";
    world.browser().sign_up(email, PASSWORD).await;
    // A stranger hopes that Pera follows the letter.
    world.browser().sign_up(email, "lozinka stranca").await;
    world.browser().sign_up(email, "lozinka stranca").await;
    let token = world.token(email).await;
    let mut pera = world.browser();
    assert_eq!(pera.send("POST /identity/verify-email", json!({ "token": token })).await.status, 200);
    for password in [PASSWORD, "lozinka stranca"] {
        assert_eq!(world.browser().sign_in(email, password).await.said(), "401 identity.wrong_credentials");
    }
    assert_eq!(pera.send("POST /identity/recovery", json!({ "email": email })).await.status, 202);
    let form = json!({ "token": world.token(email).await, "password": "nova lozinka" });
    assert_eq!(pera.send("POST /identity/recovery/complete", form).await.status, 200);
    assert_eq!(world.browser().sign_in(email, "nova lozinka").await.said(), "200");
}

#[tokio::test]
async fn two_sign_ups_at_once_make_one_account() {
    let world = World::new().await;
    let all = futures::future::join_all((0..8).map(|_| async {
        let mut browser = world.browser();
        browser.sign_up("pera@primer.rs", PASSWORD).await.said()
    }))
    .await;
    assert_eq!(all, ["202"; 8]);
    assert_eq!(world.count("select count(*) from identity.account").await, 1);
    let token = world.token("pera@primer.rs").await;
    let mut pera = world.browser();
    assert_eq!(pera.send("POST /identity/verify-email", json!({ "token": token })).await.status, 200);
}

#[tokio::test]
async fn a_sign_in_makes_an_old_hash_anew() {
    let world = World::new().await;
    world.member("pera@primer.rs").await;
    let dearer = world.again(HashCost { memory_kib: 128, passes: 2, ..CHEAP }).await;
    let hash = async || -> String {
        sqlx::query_scalar("select password_hash from identity.account").fetch_one(dearer.db.pool()).await.unwrap()
    };
    assert!(hash().await.starts_with("$argon2id$v=19$m=64,t=1,p=1$"));
    assert_eq!(dearer.browser().sign_in("pera@primer.rs", "pogrešna lozinka").await.status, 401);
    assert!(hash().await.starts_with("$argon2id$v=19$m=64,"));
    let both = futures::future::join_all((0..2).map(|_| async {
        let mut browser = dearer.browser();
        browser.sign_in("pera@primer.rs", PASSWORD).await.status
    }))
    .await;
    assert_eq!(both, [200, 200]);
    assert!(hash().await.starts_with("$argon2id$v=19$m=128,t=2,p=1$"));
    assert_eq!(dearer.browser().sign_in("pera@primer.rs", PASSWORD).await.status, 200);
}
