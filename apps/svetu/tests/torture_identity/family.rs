//! A client that signs one person in again and again and refreshes what it got; with pushed requests or without.

use std::time::{Duration, Instant};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use rand::{Rng as _, SeedableRng as _, rngs::StdRng};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::{
    platform::{Answer, Api, Place, api::Lost},
    told,
};

pub const CALLBACK: &str = "https://app.example/cb";
const VERIFIER: &str = "a-verifier-that-is-long-enough-for-the-specification";
/// A code lives for a minute: one that waited about as long for a restart may be over.
const CODE_SURE: Duration = Duration::from_secs(45);
const REFRESHES_MAX: u32 = 4;
/// Of families that were looked at after an earlier start, and at the end: so many, drawn.
const OLD_LOOKED_AT: usize = 10;
const REPLAYED: usize = 60;

/// How a client authenticates.
#[derive(Clone)]
pub struct Client {
    pub id: String,
    secret: String,
}

impl Client {
    pub async fn register(place: &Place, id: &str, options: &[&str]) -> Self {
        let add = [&["identity", "client", "add", id, "--id", id, "--first-party"], options].concat();
        let said = place.run(&add).await.expect(0).out;
        let secret = said.lines().find_map(|line| line.strip_prefix("client_secret  ")).expect("a secret").to_owned();
        Self { id: id.to_owned(), secret }
    }

    pub async fn post(&self, api: &Api, path: &str, fields: &[(&str, &str)]) -> Result<Answer, Lost> {
        told(api.form(path, (&self.id, &self.secret), fields).await?)
    }
}

/// Where a family stands. What was sent and not answered is in doubt: it was done, or it was not.
#[derive(Debug, Clone)]
enum Stage {
    Pushed(String),
    Authorizing(String),
    Code(String, Instant),
    Exchanging(String),
    Head(String),
    Refreshing(String),
    Over,
}

#[derive(Debug, Clone)]
struct Family {
    stage: Stage,
    /// Codes, refresh tokens and pushed requests that were answered: each is worth nothing any more.
    code: Option<String>,
    used: Vec<String>,
    access: Option<String>,
}

pub struct App {
    client: Client,
    pushes: bool,
    rng: StdRng,
    families: Vec<Family>,
    settled: usize,
}

impl App {
    pub fn new(client: Client, pushes: bool, seed: u64) -> Self {
        Self { client, pushes, rng: StdRng::seed_from_u64(seed), families: Vec::new(), settled: 0 }
    }

    pub const fn count(&self) -> usize {
        self.families.len()
    }

    pub async fn work_until_lost(&mut self, api: &Api) {
        while self.one_family(api).await.is_ok() {}
    }

    async fn one_family(&mut self, api: &Api) -> Result<(), Lost> {
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(VERIFIER));
        let request = [
            ("client_id", self.client.id.as_str()),
            ("response_type", "code"),
            ("redirect_uri", CALLBACK),
            ("scope", "openid email offline_access"),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ];
        let new = |stage| Family { stage, code: None, used: Vec::new(), access: None };
        if self.pushes {
            let pushed = self.client.post(api, "/oauth/par", &request[1..]).await?.expect(201);
            let uri = pushed["request_uri"].as_str().unwrap().to_owned();
            self.families.push(new(Stage::Pushed(uri)));
        } else {
            // Nothing was promised before the code is there.
            let code = code(&told(api.get(&authorize(&request)).await?)?).expect("a code");
            self.families.push(new(Stage::Code(code, Instant::now())));
        }
        let family = self.families.last_mut().unwrap();
        for _ in 0..2 + self.rng.random_range(0..=REFRESHES_MAX) {
            family.step(api, &self.client).await?;
        }
        Ok(())
    }

    /// After a start: what was acknowledged works, what is in doubt works or not, and nothing works twice.
    pub async fn settle(&mut self, api: &Api) {
        let drawn: Vec<usize> = (0..OLD_LOOKED_AT).map(|_| self.rng.random_range(0..=self.settled)).collect();
        for (number, family) in self.families.iter_mut().enumerate() {
            if number >= self.settled || drawn.contains(&number) {
                family.settle(api, &self.client).await;
            }
        }
        self.settled = self.families.len();
    }

    /// What was used comes back; that ends the family, as it should.
    pub async fn replay(&mut self, api: &Api) {
        for _ in 0..REPLAYED.min(self.families.len()) {
            let family = self.families.swap_remove(self.rng.random_range(0..self.families.len()));
            // Either comes first while the family lives; what comes then meets a dead one.
            let code_first: bool = self.rng.random();
            for turn in [code_first, !code_first] {
                if turn && let Some(code) = &family.code {
                    assert_refused(&exchange(api, &self.client, code).await.unwrap(), "a used code");
                }
                if !turn {
                    for refresh in &family.used {
                        assert_refused(
                            &refresh_with(api, &self.client, refresh).await.unwrap(),
                            "a used refresh token",
                        );
                    }
                }
            }
            if let Stage::Head(head) = &family.stage
                && family.code.is_some()
            {
                assert_refused(&refresh_with(api, &self.client, head).await.unwrap(), "the head of a replayed family");
            }
        }
    }
}

impl Family {
    /// The next request of its way.
    async fn step(&mut self, api: &Api, client: &Client) -> Result<(), Lost> {
        match self.stage.clone() {
            Stage::Pushed(uri) => {
                self.stage = Stage::Authorizing(uri.clone());
                let answer = told(api.get(&authorize(&[("client_id", &client.id), ("request_uri", &uri)])).await?)?;
                self.stage = Stage::Code(code(&answer).expect("a code"), Instant::now());
            }
            Stage::Code(code, _) => {
                self.stage = Stage::Exchanging(code.clone());
                let answer = exchange(api, client, &code).await?;
                self.exchanged(code, &answer.expect(200));
            }
            Stage::Head(head) => {
                self.stage = Stage::Refreshing(head.clone());
                let answer = refresh_with(api, client, &head).await?;
                self.refreshed(head, &answer.expect(200));
            }
            Stage::Over | Stage::Authorizing(_) | Stage::Exchanging(_) | Stage::Refreshing(_) => {}
        }
        Ok(())
    }

    fn exchanged(&mut self, code: String, tokens: &Value) {
        self.code = Some(code);
        self.hold(tokens);
    }

    fn refreshed(&mut self, used: String, tokens: &Value) {
        self.used.push(used);
        self.hold(tokens);
    }

    fn hold(&mut self, tokens: &Value) {
        self.stage = Stage::Head(tokens["refresh_token"].as_str().unwrap().to_owned());
        self.access = Some(tokens["access_token"].as_str().unwrap().to_owned());
    }

    async fn settle(&mut self, api: &Api, client: &Client) {
        if let Stage::Authorizing(uri) = &self.stage {
            let path = authorize(&[("client_id", &client.id), ("request_uri", uri)]);
            self.stage = match code(&api.get(&path).await.unwrap()) {
                Some(one) => {
                    assert_eq!(code(&api.get(&path).await.unwrap()), None, "a pushed request worked twice");
                    Stage::Code(one, Instant::now())
                }
                None => Stage::Over,
            };
        }
        if let Stage::Pushed(_) = self.stage {
            self.step(api, client).await.unwrap();
        }
        match self.stage.clone() {
            Stage::Code(code, since) if since.elapsed() > CODE_SURE => self.stage = Stage::Exchanging(code),
            Stage::Code(..) => self.step(api, client).await.unwrap(),
            _ => {}
        }
        if let Stage::Exchanging(code) = self.stage.clone() {
            let answer = exchange(api, client, &code).await.unwrap();
            if answer.status == 200 {
                self.exchanged(code, &answer.json());
            } else {
                // It was used, and the answer was lost: the client begins anew.
                assert_refused(&answer, "a code in doubt");
                self.stage = Stage::Over;
            }
        }
        if let Stage::Refreshing(head) = self.stage.clone() {
            let answer = refresh_with(api, client, &head).await.unwrap();
            if answer.status == 200 {
                self.refreshed(head, &answer.json());
            } else {
                assert_refused(&answer, "a refresh token in doubt");
                self.stage = Stage::Over;
            }
        }
        if let Stage::Head(_) = &self.stage {
            let access = self.access.as_deref().unwrap();
            let person = api.get_as("/oauth/userinfo", access).await.unwrap();
            assert_eq!(person.status, 200, "an acknowledged access token is worth nothing: {person:?}");
            self.step(api, client).await.unwrap();
        }
    }
}

fn authorize(fields: &[(&str, &str)]) -> String {
    format!("/oauth/authorize?{}", serde_html_form::to_string(fields).unwrap())
}

fn code(answer: &Answer) -> Option<String> {
    let to = answer.location.as_deref().unwrap_or_else(|| panic!("{answer:?}"));
    let query = to.strip_prefix(CALLBACK)?.strip_prefix('?')?;
    query.split('&').find_map(|pair| pair.strip_prefix("code=")).map(str::to_owned)
}

async fn exchange(api: &Api, client: &Client, code: &str) -> Result<Answer, Lost> {
    let form =
        [("grant_type", "authorization_code"), ("code", code), ("redirect_uri", CALLBACK), ("code_verifier", VERIFIER)];
    client.post(api, "/oauth/token", &form).await
}

async fn refresh_with(api: &Api, client: &Client, token: &str) -> Result<Answer, Lost> {
    client.post(api, "/oauth/token", &[("grant_type", "refresh_token"), ("refresh_token", token)]).await
}

pub fn assert_refused(answer: &Answer, what: &str) {
    assert_eq!(answer.status, 400, "{what}: {}", String::from_utf8_lossy(&answer.body));
    assert_eq!(answer.json()["error"], "invalid_grant", "{what}");
}
