use std::collections::BTreeSet;

use serde_json::{Value, json};
use svetu_kernel::{FactorResetId, PasskeyId, Role, TrustedDeviceId};
use svetu_testkit::expect;

use crate::{
    oauth::app::App,
    world::{PASSWORD, World},
};

fn key_form() -> Value {
    json!({ "name": "x", "scopes": ["account:read"], "days": 1 })
}

fn client_form() -> Value {
    json!({ "client_name": "x", "token_endpoint_auth_method": "none", "grant_types": ["authorization_code"],
        "redirect_uris": ["https://x.example/cb"] })
}

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
        ("identity.complete_factor", "POST /identity/sign-in/factor", json!({ "method": "totp", "code": "000000" })),
        ("identity.request_code", "POST /identity/sign-in/code", json!({ "email": "x@primer.rs" })),
        ("identity.sign_in_by_code", "POST /identity/sign-in/code/complete", json!({ "code": "000000" })),
        ("identity.passkey_options", "POST /identity/sign-in/passkey/options", Value::Null),
        ("identity.sign_in_by_passkey", "POST /identity/sign-in/passkey", json!({ "state": "x", "credential": {} })),
        ("identity.factors", "GET /identity/me/factors", Value::Null),
        ("identity.security_events", "GET /identity/me/security-events", Value::Null),
        ("identity.begin_totp", "POST /identity/me/totp", Value::Null),
        ("identity.confirm_totp", "PUT /identity/me/totp", json!({ "state": "x", "code": "000000" })),
        ("identity.renew_recovery_codes", "POST /identity/me/recovery-codes", Value::Null),
        ("identity.begin_passkey", "POST /identity/me/passkeys/options", Value::Null),
        (
            "identity.add_passkey",
            "POST /identity/me/passkeys",
            json!({ "state": "x", "credential": {}, "name": "Telefon" }),
        ),
        ("identity.rename_passkey", "PATCH /identity/me/passkeys/{passkey}", json!({ "name": "Telefon" })),
        ("identity.remove_passkey", "DELETE /identity/me/passkeys/{passkey}", Value::Null),
        ("identity.forget_device", "DELETE /identity/me/trusted-devices/{device}", Value::Null),
        ("identity.remove_totp", "DELETE /identity/me/totp", Value::Null),
        ("identity.step_up", "POST /identity/me/step-up", json!({ "method": "password", "password": PASSWORD })),
        ("identity.upstreams", "GET /identity/upstreams", Value::Null),
        ("identity.begin_upstream", "GET /identity/upstreams/none/start", Value::Null),
        ("identity.upstream_callback", "GET /identity/upstreams/none/callback?code=x&state=x", Value::Null),
        ("identity.upstream_form_callback", "POST /identity/upstreams/none/callback", Value::Null),
        ("identity.waiting_upstream", "GET /identity/upstreams/waiting", Value::Null),
        ("identity.send_upstream_code", "POST /identity/upstreams/waiting/code", json!({ "language": "en" })),
        ("identity.confirm_upstream", "POST /identity/upstreams/waiting/confirm", json!({ "code": "000000" })),
        (
            "identity.sign_up_by_upstream",
            "POST /identity/upstreams/sign-up",
            json!({ "display_name": "Pera", "language": "ru", "accept_terms": true }),
        ),
        ("identity.linked_upstreams", "GET /identity/me/upstreams", Value::Null),
        ("identity.link_upstream", "POST /identity/me/upstreams", Value::Null),
        ("identity.request_phone", "POST /identity/me/phone", json!({ "phone": "064 123 4567" })),
        ("identity.confirm_phone", "PUT /identity/me/phone", json!({ "code": "000000" })),
        ("identity.remove_phone", "DELETE /identity/me/phone", Value::Null),
        // The owner has one, as every one of them would be made.
        ("identity.unlink_upstream", "DELETE /identity/me/upstreams/elsewhere", Value::Null),
        ("identity.list_keys", "GET /identity/api-keys", Value::Null),
        ("identity.create_key", "POST /identity/api-keys", key_form()),
        ("identity.revoke_key", "DELETE /identity/api-keys/{key}", Value::Null),
        ("identity.find_accounts", "POST /identity/accounts/search", json!({ "text": "owner" })),
        ("identity.set_roles", "PUT /identity/accounts/{account}/roles", json!({ "roles": ["trader"] })),
        ("identity.account", "GET /identity/accounts/{account}", Value::Null),
        (
            "identity.request_factor_reset",
            "POST /identity/accounts/{account}/factor-reset",
            json!({ "reason": "Izgubljen telefon." }),
        ),
        // Support alone: none of these.
        (
            "identity.impersonate",
            "POST /identity/accounts/{account}/impersonation",
            json!({ "reason": "Ne vidi svoj oglas." }),
        ),
        ("identity.end_impersonation", "DELETE /identity/impersonation", Value::Null),
        ("identity.factor_resets", "GET /identity/factor-resets", Value::Null),
        ("identity.approve_factor_reset", "POST /identity/factor-resets/{reset}/approval", Value::Null),
        ("identity.withdraw_factor_reset", "DELETE /identity/factor-resets/{reset}", Value::Null),
        ("identity.refuse_factor_reset", "DELETE /identity/me/factor-reset", Value::Null),
        ("identity.end_sessions_of", "DELETE /identity/accounts/{account}/sessions", Value::Null),
        ("identity.clients", "GET /identity/clients", Value::Null),
        ("identity.register_client", "POST /identity/clients", client_form()),
        ("identity.renew_client_secret", "POST /identity/clients/{client}/secret", Value::Null),
        ("identity.disable_client", "DELETE /identity/clients/{client}", Value::Null),
        ("identity.signing_keys", "GET /identity/signing-keys", Value::Null),
        ("identity.rotate_signing_keys", "POST /identity/signing-keys/rotation", json!({})),
        ("identity.privacy", "GET /identity/me/privacy", Value::Null),
        ("identity.request_export", "POST /identity/me/export", json!({})),
        ("identity.download_export", "GET /identity/me/export/file", Value::Null),
        ("identity.withdraw_consent", "DELETE /identity/me/applications/{client}", Value::Null),
        ("identity.cancel_erasure", "DELETE /identity/me/erasure", Value::Null),
        ("identity.request_erasure", "POST /identity/me/erasure", json!({})),
        ("shops.create", "POST /identity/shops", json!({ "name": "Gume" })),
        ("shops.list", "GET /identity/shops", Value::Null),
        ("shops.get", "GET /identity/shops/{shop}", Value::Null),
        ("shops.update", "PUT /identity/shops/{shop}", json!({ "name": "Delovi" })),
        ("shops.team", "GET /identity/shops/{shop}/members", Value::Null),
        ("shops.set_role", "PUT /identity/shops/{shop}/members/{user}", json!({ "role": "owner" })),
        ("shops.remove_member", "DELETE /identity/shops/{shop}/members/{user}", Value::Null),
        ("shops.leave", "POST /identity/shops/{shop}/leave", Value::Null),
        ("shops.invitations", "GET /identity/shops/{shop}/invitations", Value::Null),
        (
            "shops.invite",
            "POST /identity/shops/{shop}/invitations",
            json!({ "email": "nova@primer.rs", "role": "member" }),
        ),
        ("shops.revoke_invitation", "DELETE /identity/shops/{shop}/invitations/{invitation}", Value::Null),
        // Its name is the secret: whoever brings it sees it; the account of its address alone may accept.
        ("shops.invitation", "GET /identity/invitations/{token}", Value::Null),
        ("shops.accept", "POST /identity/invitations/accept", json!({ "token": "{token}" })),
        ("shops.close", "DELETE /identity/shops/{shop}", Value::Null),
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
        // Of the owner's, as every one of them would be made.
        let own = "insert into identity.{} select gen_random_uuid(), id, {} from identity.account returning id";
        let passkey = own.replacen("{}", "passkey (id, account, credential_id, name, credential, created_at)", 1);
        let passkey = passkey.replacen("{}", "'\\x00', 'Ključ', '{}', now()", 1);
        let device = own.replacen(
            "{}",
            "trusted_device (id, account, token_hash, device, network, created_at, last_used_at, expires_at)",
            1,
        );
        let device = device.replacen("{}", "'\\x00', '?', '?', now(), now(), now() + interval '90 years'", 1);
        let login = own.replacen("{}", "upstream_login (id, account, upstream, blind, sealed, created_at)", 1);
        if operation == "identity.unlink_upstream" {
            world.id(&login.replacen("{}", "'elsewhere', '\\x00', '\\x00', now()", 1)).await;
        }
        let (passkey, device) = (world.id(&passkey).await, world.id(&device).await);
        let (passkey, device) =
            (PasskeyId::from_uuid(passkey).to_string(), TrustedDeviceId::from_uuid(device).to_string());
        let mut app = App::public(&world).await;
        // What the owner alone can reach: an export, an application that was let in, an erasure that was asked for.
        owner.send("POST /identity/me/export", json!({})).await;
        world.work().await;
        app.tokens(&mut owner, "openid").await;
        if operation == "identity.cancel_erasure" {
            owner.send("POST /identity/me/erasure", json!({})).await;
        }
        let reset = if operation == "identity.request_factor_reset" {
            String::new()
        } else {
            let reset = own.replacen("{}", "factor_reset (id, account, reason, asked_by, asked_at, expires_at)", 1);
            let reset = reset.replacen("{}", "'?', gen_random_uuid(), now(), now() + interval '90 years'", 1);
            FactorResetId::from_uuid(world.id(&reset).await).to_string()
        };
        let request = owner.authorize(&app.request("openid email")).await.waiting();
        let key = owner.send("POST /identity/api-keys", key_form()).await.body();
        let line = line
            .replace("{key}", key["key"]["id"].as_str().unwrap())
            .replace("{account}", &account)
            .replace("{session}", &session)
            .replace("{request}", &request)
            .replace("{client}", &app.id);
        let line = line.replace("{passkey}", &passkey).replace("{device}", &device).replace("{reset}", &reset);
        let shop = owner.send("POST /identity/shops", json!({ "name": "Gume" })).await.body();
        let shop = shop["id"].as_str().unwrap();
        let form = json!({ "email": "stranger@primer.rs", "role": "member" });
        let waits = owner.send(&format!("POST /identity/shops/{shop}/invitations"), form).await.body();
        let token = world.token("stranger@primer.rs").await;
        let line = line
            .replace("{shop}", shop)
            .replace("{user}", &account.replacen("account_", "user_", 1))
            .replace("{invitation}", waits["id"].as_str().unwrap())
            .replace("{token}", &token);
        let body: Value = serde_json::from_str(&body.to_string().replace("{token}", &token)).unwrap();
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
        identity.complete_factor       nobody 401 stranger 401 moderator 401 owner 401 operator 401
        identity.request_code          nobody 202 stranger 202 moderator 202 owner 202 operator 202
        identity.sign_in_by_code       nobody 422 stranger 422 moderator 422 owner 422 operator 422
        identity.passkey_options       nobody 200 stranger 200 moderator 200 owner 200 operator 200
        identity.sign_in_by_passkey    nobody 422 stranger 422 moderator 422 owner 422 operator 422
        identity.factors               nobody 401 stranger 200 moderator 200 owner 200 operator 200
        identity.security_events       nobody 401 stranger 200 moderator 200 owner 200 operator 200
        identity.begin_totp            nobody 401 stranger 200 moderator 200 owner 200 operator 200
        identity.confirm_totp          nobody 401 stranger 422 moderator 422 owner 422 operator 422
        identity.renew_recovery_codes  nobody 401 stranger 404 moderator 404 owner 404 operator 404
        identity.begin_passkey         nobody 401 stranger 200 moderator 200 owner 200 operator 200
        identity.add_passkey           nobody 401 stranger 422 moderator 422 owner 422 operator 422
        identity.rename_passkey        nobody 401 stranger 404 moderator 404 owner 204 operator 404
        identity.remove_passkey        nobody 401 stranger 404 moderator 404 owner 204 operator 404
        identity.forget_device         nobody 401 stranger 404 moderator 404 owner 204 operator 404
        identity.remove_totp           nobody 401 stranger 404 moderator 404 owner 404 operator 404
        identity.step_up               nobody 401 stranger 204 moderator 204 owner 204 operator 204
        identity.upstreams             nobody 200 stranger 200 moderator 200 owner 200 operator 200
        identity.begin_upstream        nobody 303 stranger 303 moderator 303 owner 303 operator 303
        identity.upstream_callback     nobody 303 stranger 303 moderator 303 owner 303 operator 303
        identity.upstream_form_callback nobody 303 stranger 303 moderator 303 owner 303 operator 303
        identity.waiting_upstream      nobody 404 stranger 404 moderator 404 owner 404 operator 404
        identity.send_upstream_code    nobody 401 stranger 401 moderator 401 owner 401 operator 401
        identity.confirm_upstream      nobody 401 stranger 401 moderator 401 owner 401 operator 401
        identity.sign_up_by_upstream   nobody 401 stranger 401 moderator 401 owner 401 operator 401
        identity.linked_upstreams      nobody 401 stranger 200 moderator 200 owner 200 operator 200
        identity.link_upstream         nobody 401 stranger 401 moderator 401 owner 401 operator 401
        identity.request_phone         nobody 401 stranger 202 moderator 202 owner 202 operator 202
        identity.confirm_phone         nobody 401 stranger 422 moderator 422 owner 422 operator 422
        identity.remove_phone          nobody 401 stranger 404 moderator 404 owner 404 operator 404
        identity.unlink_upstream       nobody 401 stranger 404 moderator 404 owner 204 operator 404
        identity.list_keys             nobody 401 stranger 200 moderator 200 owner 200 operator 200
        identity.create_key            nobody 401 stranger 201 moderator 201 owner 201 operator 201
        identity.revoke_key            nobody 401 stranger 404 moderator 404 owner 204 operator 404
        identity.find_accounts         nobody 401 stranger 403 moderator 403 owner 403 operator 200
        identity.set_roles             nobody 401 stranger 403 moderator 403 owner 403 operator 204
        identity.account               nobody 401 stranger 403 moderator 403 owner 403 operator 200
        identity.request_factor_reset  nobody 401 stranger 403 moderator 403 owner 403 operator 201
        identity.impersonate           nobody 401 stranger 403 moderator 403 owner 403 operator 403
        identity.end_impersonation     nobody 401 stranger 204 moderator 204 owner 204 operator 204
        identity.factor_resets         nobody 401 stranger 403 moderator 403 owner 403 operator 200
        identity.approve_factor_reset  nobody 401 stranger 403 moderator 403 owner 403 operator 204
        identity.withdraw_factor_reset nobody 401 stranger 403 moderator 403 owner 403 operator 204
        identity.refuse_factor_reset   nobody 401 stranger 404 moderator 404 owner 204 operator 404
        identity.end_sessions_of       nobody 401 stranger 403 moderator 403 owner 403 operator 204
        identity.clients               nobody 401 stranger 403 moderator 403 owner 403 operator 200
        identity.register_client       nobody 401 stranger 403 moderator 403 owner 403 operator 201
        identity.renew_client_secret   nobody 401 stranger 403 moderator 403 owner 403 operator 404
        identity.disable_client        nobody 401 stranger 403 moderator 403 owner 403 operator 204
        identity.signing_keys          nobody 401 stranger 403 moderator 403 owner 403 operator 200
        identity.rotate_signing_keys   nobody 401 stranger 403 moderator 403 owner 403 operator 200
        identity.privacy               nobody 401 stranger 200 moderator 200 owner 200 operator 200
        identity.request_export        nobody 401 stranger 202 moderator 202 owner 202 operator 202
        identity.download_export       nobody 401 stranger 404 moderator 404 owner 200 operator 404
        identity.withdraw_consent      nobody 401 stranger 404 moderator 404 owner 204 operator 404
        identity.cancel_erasure        nobody 401 stranger 404 moderator 404 owner 204 operator 404
        identity.request_erasure       nobody 401 stranger 202 moderator 202 owner 202 operator 409
        shops.create                   nobody 401 stranger 201 moderator 201 owner 201 operator 201
        shops.list                     nobody 401 stranger 200 moderator 200 owner 200 operator 200
        shops.get                      nobody 401 stranger 404 moderator 404 owner 200 operator 404
        shops.update                   nobody 401 stranger 404 moderator 404 owner 200 operator 404
        shops.team                     nobody 401 stranger 404 moderator 404 owner 200 operator 404
        shops.set_role                 nobody 401 stranger 404 moderator 404 owner 204 operator 404
        shops.remove_member            nobody 401 stranger 404 moderator 404 owner 409 operator 404
        shops.leave                    nobody 401 stranger 404 moderator 404 owner 409 operator 404
        shops.invitations              nobody 401 stranger 404 moderator 404 owner 200 operator 404
        shops.invite                   nobody 401 stranger 404 moderator 404 owner 201 operator 404
        shops.revoke_invitation        nobody 401 stranger 404 moderator 404 owner 204 operator 404
        shops.invitation               nobody 200 stranger 200 moderator 200 owner 200 operator 200
        shops.accept                   nobody 401 stranger 200 moderator 404 owner 404 operator 404
        shops.close                    nobody 401 stranger 404 moderator 404 owner 204 operator 404
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
