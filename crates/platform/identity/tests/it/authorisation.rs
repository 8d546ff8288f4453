use std::collections::BTreeSet;

use serde_json::{Value, json};
use svetu_kernel::Role;
use svetu_testkit::expect;

use crate::{
    oauth::app::App,
    world::{PASSWORD, World},
};

/// Every operation as nobody, as a stranger (the owner's account and session are not his), as the owner, as an operator.
#[tokio::test]
async fn who_may_do_what() {
    let mut table = String::new();
    let mut walked = BTreeSet::new();
    let form = json!({ "email": "x@primer.rs", "password": PASSWORD });
    let sign_up = json!({ "email": "new@primer.rs", "password": PASSWORD, "display_name": "Pera", "language": "ru",
        "accept_terms": true });
    let steps: Vec<(&str, &str, Value)> = vec![
        ("identity.sign_up", "POST /identity/sign-up", sign_up),
        ("identity.verify_email", "POST /identity/verify-email", json!({ "token": "x" })),
        ("identity.sign_in", "POST /identity/sign-in", form),
        ("identity.request_recovery", "POST /identity/recovery", json!({ "email": "x@primer.rs" })),
        (
            "identity.complete_recovery",
            "POST /identity/recovery/complete",
            json!({ "token": "x", "password": PASSWORD }),
        ),
        ("identity.me", "GET /identity/me", Value::Null),
        ("identity.update_me", "PATCH /identity/me", json!({ "theme": "dark" })),
        ("identity.list_sessions", "GET /identity/sessions", Value::Null),
        ("identity.end_session", "DELETE /identity/sessions/{session}", Value::Null),
        ("identity.end_other_sessions", "DELETE /identity/sessions", Value::Null),
        // Its name is the secret: whoever brings it is asked.
        ("identity.authorization_request", "GET /identity/authorization-requests/{request}", Value::Null),
        ("identity.device_request", "GET /identity/device-requests/BCDF-GHJK", Value::Null),
        ("identity.answer_device", "POST /identity/device-requests/BCDF-GHJK", json!({ "allow": true })),
        ("identity.find_accounts", "GET /identity/accounts?q=owner", Value::Null),
        ("identity.set_roles", "PUT /identity/accounts/{account}/roles", json!({ "roles": ["trader"] })),
        ("identity.change_password", "POST /identity/me/password", json!({ "current": PASSWORD, "new": PASSWORD })),
        ("identity.sign_out", "POST /identity/sign-out", Value::Null),
    ];
    for (operation, line, body) in steps {
        walked.insert(operation.to_owned());
        let mut row = format!("{operation:30}");
        let world = World::new().await;
        let mut owner = world.member("owner@primer.rs").await;
        let account = owner.get("/identity/me").await.body()["account_id"].as_str().unwrap().to_owned();
        let mut second = world.browser();
        second.sign_in("owner@primer.rs", PASSWORD).await;
        let sessions = second.get("/identity/sessions").await.body();
        let session = sessions["items"].as_array().unwrap().iter().find(|one| one["current"] == true).unwrap()["id"]
            .as_str()
            .unwrap()
            .to_owned();
        let app = App::public(&world).await;
        let request = owner.authorize(&app.request("openid")).await.waiting();
        let line = line.replace("{account}", &account).replace("{session}", &session).replace("{request}", &request);
        // The owner after those who must not reach what is the owner's, the operator at last.
        for who in ["nobody", "stranger", "moderator", "owner", "operator"] {
            let mut browser = match who {
                "nobody" => world.browser(),
                "stranger" => world.member("stranger@primer.rs").await,
                "moderator" => world.staff("moderator@primer.rs", &[Role::Moderator]).await.1,
                "owner" => {
                    assert_eq!(second.me().await, "owner@primer.rs", "{operation}");
                    let mut again = world.browser();
                    again.sign_in("owner@primer.rs", PASSWORD).await;
                    again
                }
                _ => world.staff("operator@primer.rs", &[Role::Operator]).await.1,
            };
            row.push_str(&format!(" {who} {}", browser.send(&line, body.clone()).await.status));
        }
        table.push_str(&row);
        table.push('\n');
    }
    expect![[r#"
        identity.sign_up               nobody 202 stranger 202 moderator 202 owner 202 operator 202
        identity.verify_email          nobody 422 stranger 422 moderator 422 owner 422 operator 422
        identity.sign_in               nobody 401 stranger 401 moderator 401 owner 401 operator 401
        identity.request_recovery      nobody 202 stranger 202 moderator 202 owner 202 operator 202
        identity.complete_recovery     nobody 422 stranger 422 moderator 422 owner 422 operator 422
        identity.me                    nobody 401 stranger 200 moderator 200 owner 200 operator 200
        identity.update_me             nobody 401 stranger 200 moderator 200 owner 200 operator 200
        identity.list_sessions         nobody 401 stranger 200 moderator 200 owner 200 operator 200
        identity.end_session           nobody 401 stranger 404 moderator 404 owner 204 operator 404
        identity.end_other_sessions    nobody 401 stranger 204 moderator 204 owner 204 operator 204
        identity.authorization_request nobody 401 stranger 200 moderator 200 owner 200 operator 200
        identity.device_request        nobody 401 stranger 404 moderator 404 owner 404 operator 404
        identity.answer_device         nobody 401 stranger 404 moderator 404 owner 404 operator 404
        identity.find_accounts         nobody 401 stranger 403 moderator 403 owner 403 operator 200
        identity.set_roles             nobody 401 stranger 403 moderator 403 owner 403 operator 204
        identity.change_password       nobody 401 stranger 204 moderator 204 owner 204 operator 204
        identity.sign_out              nobody 204 stranger 204 moderator 204 owner 204 operator 204
    "#]]
    .assert_eq(&table);

    let world = World::new().await;
    let document = world.identity.routes().into_openapi();
    let declared: BTreeSet<String> =
        svetu_http::openapi::operations(&document).into_iter().map(|(.., id)| id).collect();
    assert_eq!(walked, declared);
}
