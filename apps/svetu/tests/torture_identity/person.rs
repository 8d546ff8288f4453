//! Somebody who signs up, follows the letter, forgets the password and recovers; again and again, under new addresses.

use std::{
    fs,
    path::PathBuf,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::{
    platform::{Answer, Api, PASSWORD, Place, api::Lost},
    told,
};

const RECOVERED: &str = "druga-lozinka-za-kasnije";
/// A letter whose first try died with its process is tried again when its lease is over.
const LETTER_MAX: Duration = Duration::from_secs(150);
const LOOK_EVERY: Duration = Duration::from_millis(50);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    SigningUp,
    SignedUp,
    Verifying,
    Verified,
    AskingRecovery,
    RecoveryAsked,
    Recovering,
    Recovered,
}

struct Account {
    email: String,
    stage: Stage,
    session: Option<Api>,
}

pub struct Person {
    letters: PathBuf,
    seed: u64,
    number: u64,
    open: Option<Account>,
    /// Signed in under the second password; the address.
    sessions: Vec<(String, Api)>,
}

impl Person {
    pub fn new(place: &Place, seed: u64) -> Self {
        Self { letters: place.state().join("mail"), seed, number: 0, open: None, sessions: Vec::new() }
    }

    pub const fn count(&self) -> usize {
        self.sessions.len()
    }

    pub async fn work_until_lost(&mut self, api: &Api) {
        while self.one(api).await.is_ok() {}
    }

    async fn one(&mut self, api: &Api) -> Result<(), Lost> {
        self.number += 1;
        let email = format!("osoba-{}-{}@example.com", self.seed, self.number);
        self.open = Some(Account { email, stage: Stage::SigningUp, session: None });
        self.go_on(api).await
    }

    /// From where the account stands to its end.
    async fn go_on(&mut self, api: &Api) -> Result<(), Lost> {
        let letters = self.letters.clone();
        let Some(account) = &mut self.open else { return Ok(()) };
        while account.step(api, &letters).await? {}
        // Signed in to the site as well; cut off in the middle, it is done again.
        if let Some(session) = &account.session {
            account.session = Some(session.at(api).entered().await?);
        }
        if let Some(Account { email, session: Some(session), .. }) = self.open.take() {
            self.sessions.push((email, session));
        }
        Ok(())
    }

    pub async fn settle(&mut self, api: &Api) {
        self.go_on(api).await.unwrap();
        for (email, session) in &mut self.sessions {
            *session = session.at(api);
            let me = session.get("/api/v1/identity/me").await.unwrap();
            assert_eq!(me.status, 200, "an acknowledged session of {email} is gone");
            let own = session.get("/api/v1/marketplace/favourites/ids").await.unwrap();
            assert_eq!(own.status, 200, "the session of {email} at the site is gone");
        }
    }
}

impl Account {
    /// One request further, whether or not it was sent before; false: it is done.
    async fn step(&mut self, api: &Api, letters: &PathBuf) -> Result<bool, Lost> {
        match self.stage {
            Stage::SigningUp => {
                let form = json!({
                    "email": self.email, "password": PASSWORD, "display_name": "Osoba", "language": "sr-Latn",
                    "accept_terms": true,
                });
                assert_eq!(told(post(api, "sign-up", &form).await?)?.status, 202);
                self.stage = Stage::SignedUp;
            }
            Stage::SignedUp | Stage::Verifying => {
                let doubt = self.stage == Stage::Verifying;
                self.stage = Stage::Verifying;
                let form = |token: &str| json!({ "token": token });
                match self.by_letter(api, letters, "verify-email", "/verify?token=", form).await? {
                    Some(answer) => self.session = Some(api.as_told(&answer)),
                    None => assert!(doubt, "no letter to {} works", self.email),
                }
                self.stage = Stage::Verified;
            }
            Stage::Verified => {
                // An address that was proven stays proven.
                if self.session.is_none() {
                    let answer = told(self.sign_in(api, PASSWORD).await?)?;
                    assert_eq!(answer.status, 200, "{answer:?}");
                    self.session = Some(api.as_told(&answer));
                }
                self.stage = Stage::AskingRecovery;
            }
            Stage::AskingRecovery => {
                assert_eq!(told(post(api, "recovery", &json!({ "email": self.email })).await?)?.status, 202);
                self.stage = Stage::RecoveryAsked;
            }
            Stage::RecoveryAsked | Stage::Recovering => {
                let doubt = self.stage == Stage::Recovering;
                self.stage = Stage::Recovering;
                let form = |token: &str| json!({ "token": token, "password": RECOVERED });
                let answer = self.by_letter(api, letters, "recovery/complete", "/recover?token=", form).await?;
                if let Some(before) = self.session.take() {
                    let me = told(before.at(api).get("/api/v1/identity/me").await?)?;
                    assert_eq!(me.status, 401, "a session of before the recovery lives");
                }
                let answer = match answer {
                    Some(answer) => answer,
                    None => {
                        assert!(doubt, "no letter to {} works", self.email);
                        told(self.sign_in(api, RECOVERED).await?)?
                    }
                };
                assert_eq!(answer.status, 200, "{answer:?}");
                self.session = Some(api.as_told(&answer));
                // What follows may be lost: this session is none of before then.
                self.stage = Stage::Recovered;
            }
            Stage::Recovered => return Ok(false),
        }
        Ok(true)
    }

    /// Follows letters, newest first, until one works. None: it was followed before, and what it was for is done.
    async fn by_letter(
        &self,
        api: &Api,
        letters: &PathBuf,
        operation: &str,
        mark: &str,
        form: impl Fn(&str) -> Value,
    ) -> Result<Option<Answer>, Lost> {
        let began = Instant::now();
        let mut tried: Vec<String> = Vec::new();
        loop {
            if let Some(token) = newest(letters, &self.email, mark).filter(|token| !tried.contains(token)) {
                let answer = told(post(api, operation, &form(&token)).await?)?;
                if answer.status == 200 {
                    let again = told(post(api, operation, &form(&token)).await?)?;
                    assert_eq!(again.status, 422, "a link works twice: {again:?}");
                    return Ok(Some(answer));
                }
                assert_eq!(answer.status, 422, "{answer:?}");
                tried.push(token);
                let password = if operation == "verify-email" { PASSWORD } else { RECOVERED };
                if told(self.sign_in(api, password).await?)?.status == 200 {
                    return Ok(None);
                }
            }
            assert!(began.elapsed() < LETTER_MAX, "no letter to {}", self.email);
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    async fn sign_in(&self, api: &Api, password: &str) -> Result<Answer, Lost> {
        post(api, "sign-in", &json!({ "email": self.email, "password": password })).await
    }
}

async fn post(api: &Api, operation: &str, form: &Value) -> Result<Answer, Lost> {
    api.post(&format!("/api/v1/identity/{operation}"), "", form).await
}

/// The token of the newest letter to the address with such a link.
fn newest(letters: &PathBuf, to: &str, mark: &str) -> Option<String> {
    let mut mails: Vec<Value> = fs::read_dir(letters)
        .ok()?
        .filter_map(|entry| serde_json::from_slice(&fs::read(entry.ok()?.path()).ok()?).ok())
        .filter(|mail: &Value| mail["to"] == to && mail["text"].as_str().is_some_and(|text| text.contains(mark)))
        .collect();
    mails.sort_by_key(|mail| mail["at"].as_str().unwrap_or_default().to_owned());
    let text = mails.pop()?["text"].as_str()?.to_owned();
    let (_, token) = text.split_once(mark)?;
    token.split_whitespace().next().map(str::to_owned)
}
