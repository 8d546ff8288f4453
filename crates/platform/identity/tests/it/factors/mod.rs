//! Authenticator applications, passkeys, recovery codes, codes by mail, remembered devices, step-up.

mod authenticator;
mod mail_codes;
mod passkeys;
mod step_up;
mod totp;

use serde_json::{Value, json};
use totp_rs::{Builder, Secret};

use crate::world::{Browser, World};

/// What an authenticator application shows now.
pub fn code(world: &World, secret: &str) -> String {
    use svetu_kernel::Clock as _;
    let secret = Secret::try_from_base32(secret).unwrap();
    let totp = Builder::new().with_secret(secret.as_ref().to_vec()).build().unwrap();
    totp.generate(u64::try_from(world.clock.now().timestamp()).unwrap()).to_string()
}

/// Sets an authenticator up; its secret and the recovery codes. The code of now is used up.
pub async fn enrol(browser: &mut Browser<'_>) -> (String, Vec<String>) {
    let offer = browser.send("POST /identity/me/totp", Value::Null).await.body();
    let secret = offer["secret"].as_str().unwrap().to_owned();
    let form = json!({ "state": offer["state"], "code": code(browser.world(), &secret) });
    let answer = browser.send("PUT /identity/me/totp", form).await;
    assert_eq!(answer.said(), "200", "{:?}", answer.body());
    // The letter about it goes before those that follow.
    browser.world().work().await;
    (secret, serde_json::from_value(answer.body()["recovery_codes"].clone()).unwrap())
}

pub async fn second(browser: &mut Browser<'_>, method: &str, code: &str) -> String {
    let form = json!({ "method": method, "code": code });
    browser.send("POST /identity/sign-in/factor", form).await.said()
}

pub fn next_step(world: &World) {
    world.clock.advance(chrono::Duration::seconds(30));
}
