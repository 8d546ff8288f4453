//! A television that shows a code, and its person who allows it.

use serde_json::json;

use crate::{
    family::{Client, assert_refused},
    platform::{Answer, Api, api::Lost},
    told,
};

const DEVICE: &str = "urn:ietf:params:oauth:grant-type:device_code";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Shown,
    Allowing,
    Allowed,
    Polling,
}

#[derive(Debug, Clone)]
struct Code {
    device: String,
    user: String,
    stage: Stage,
}

pub struct Television {
    client: Client,
    open: Option<Code>,
    done: usize,
}

impl Television {
    pub const fn new(client: Client) -> Self {
        Self { client, open: None, done: 0 }
    }

    pub const fn count(&self) -> usize {
        self.done
    }

    pub async fn work_until_lost(&mut self, person: &Api) {
        while self.one(person).await.is_ok() {}
    }

    async fn one(&mut self, person: &Api) -> Result<(), Lost> {
        let shown = self.client.post(person, "/oauth/device", &[("scope", "openid offline_access")]).await?.expect(200);
        let text = |name: &str| shown[name].as_str().unwrap().to_owned();
        let code = self.open.insert(Code { device: text("device_code"), user: text("user_code"), stage: Stage::Shown });
        code.stage = Stage::Allowing;
        let answer = told(allow(person, &code.user).await?)?;
        assert_eq!(answer.status, 204, "{answer:?}");
        code.stage = Stage::Polling;
        poll(&self.client, person, &code.device).await?.expect(200);
        self.finish(person).await
    }

    /// Once is enough.
    async fn finish(&mut self, api: &Api) -> Result<(), Lost> {
        if let Some(code) = self.open.take() {
            self.done += 1;
            assert_refused(&poll(&self.client, api, &code.device).await?, "a used device code");
        }
        Ok(())
    }

    pub async fn settle(&mut self, person: &Api) {
        let Some(mut code) = self.open.clone() else { return };
        if matches!(code.stage, Stage::Shown | Stage::Allowing) {
            let answer = allow(person, &code.user).await.unwrap();
            // Answered already, and the answer to that was lost.
            let before = answer.status == 404 && code.stage == Stage::Allowing;
            assert!(answer.status == 204 || before, "{:?}: {answer:?}", code.stage);
            code.stage = Stage::Allowed;
        }
        let answer = poll(&self.client, person, &code.device).await.unwrap();
        if code.stage == Stage::Allowed {
            assert_eq!(answer.status, 200, "an allowed device code is worth nothing: {answer:?}");
        } else if answer.status != 200 {
            assert_refused(&answer, "a device code in doubt");
            self.open = None;
        }
        self.finish(person).await.unwrap();
    }
}

async fn allow(person: &Api, user_code: &str) -> Result<Answer, Lost> {
    let path = format!("/api/v1/identity/device-requests/{user_code}");
    person.post(&path, &format!("allow-{user_code}"), &json!({ "allow": true })).await
}

async fn poll(client: &Client, api: &Api, device_code: &str) -> Result<Answer, Lost> {
    client.post(api, "/oauth/token", &[("grant_type", DEVICE), ("device_code", device_code)]).await
}
