//! Somebody at the door: keeps the cookie, comes from the site's own pages.

use std::collections::BTreeMap;

use axum::http::{Request, header};
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use serde_json::{Value, json};
use totp_rs::{Builder, Secret};

use crate::platform::{PASSWORD, TRADER};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Who {
    Nobody,
    /// Signed in; none of the things is theirs.
    Stranger,
    Owner,
    Moderator,
    Operator,
    /// One of support in the owner's place.
    StandIn,
}

impl Who {
    pub const ALL: [Self; 6] =
        [Self::Nobody, Self::Stranger, Self::Owner, Self::Moderator, Self::Operator, Self::StandIn];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Nobody => "nobody",
            Self::Stranger => "stranger",
            Self::Owner => "owner",
            Self::Moderator => "moderator",
            Self::Operator => "operator",
            Self::StandIn => "stand-in",
        }
    }

    const fn email(self) -> Option<&'static str> {
        match self {
            Self::Nobody => None,
            Self::Stranger => Some("kupac@example.com"),
            Self::Owner => Some(TRADER),
            Self::Moderator => Some("moderator@example.com"),
            Self::Operator => Some("operator@example.com"),
            Self::StandIn => Some("podrska@example.com"),
        }
    }
}

/// What a request carries.
#[derive(Debug, Clone)]
pub enum Body {
    None,
    Json(Value),
    Picture(Bytes),
}

#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    pub location: Option<String>,
    pub body: Bytes,
}

impl Answer {
    #[track_caller]
    pub fn json(&self) -> Value {
        assert!(self.status < 300, "{}: {}", self.status, String::from_utf8_lossy(&self.body));
        serde_json::from_slice(&self.body).unwrap()
    }
}

pub struct Person {
    client: Client<HttpConnector, Full<Bytes>>,
    url: String,
    cookies: BTreeMap<String, String>,
}

impl Person {
    pub fn nobody(url: &str) -> Self {
        // Each request on a connection of its own: the door ends one whose body it refuses, and those that wait too long.
        let client = Client::builder(TokioExecutor::new()).pool_max_idle_per_host(0).build_http();
        Self { client, url: url.to_owned(), cookies: BTreeMap::new() }
    }

    pub async fn new(url: &str, who: Who) -> Self {
        let mut person = Self::nobody(url);
        if let Some(email) = who.email() {
            let form = json!({ "email": email, "password": PASSWORD });
            let told = person.send("POST /api/v1/identity/sign-in", &Body::Json(form)).await.json();
            // Who has an authenticator by now acts by a key alone.
            if told["second_factor"].is_null() {
                person.enter().await;
            }
        }
        person
    }

    /// Whoever has a new session at the provider.
    pub async fn enter_again(&mut self) {
        if self.cookies.keys().any(|name| name.ends_with("svetu_sso")) {
            self.enter().await;
        }
    }

    /// Whom the provider knows is signed in to the site as a browser is: by its redirects.
    async fn enter(&mut self) {
        let mut path = "/session/sign-in?next=/entered".to_owned();
        for _ in 0..8 {
            let to = self.get(&path).await.location.unwrap_or_else(|| panic!("{path} leads nowhere"));
            path = to.strip_prefix(&self.url).unwrap_or(&to).to_owned();
            if path == "/entered" {
                return;
            }
        }
        panic!("led around in circles, at last to {path}");
    }

    /// In the place of whom this account is; with an authenticator, as it takes.
    pub async fn stand_in(&mut self, account: &str) {
        let offer = self.send("POST /api/v1/identity/me/totp", &Body::None).await.json();
        let form = json!({ "state": offer["state"], "code": code(offer["secret"].as_str().unwrap()) });
        let made = self.send("PUT /api/v1/identity/me/totp", &Body::Json(form)).await.json();
        // The code of now is used up.
        let form = json!({ "method": "recovery_code", "code": made["recovery_codes"][0] });
        let proven = self.send("POST /api/v1/identity/me/step-up", &Body::Json(form)).await;
        assert_eq!(proven.status, 204, "{proven:?}");
        let line = format!("POST /api/v1/identity/accounts/{account}/impersonation");
        self.send(&line, &Body::Json(json!({ "reason": "Ne vidi svoj oglas." }))).await.json();
    }

    pub async fn get(&mut self, path: &str) -> Answer {
        self.send(&format!("GET {path}"), &Body::None).await
    }

    pub async fn send(&mut self, line: &str, body: &Body) -> Answer {
        self.send_by(None, line, body).await
    }

    /// By a program with this key, which knows no cookie and comes from no page.
    pub async fn send_by(&mut self, key: Option<&str>, line: &str, body: &Body) -> Answer {
        let (method, path) = line.split_once(' ').unwrap();
        let mut request =
            Request::builder().method(method).uri(format!("{}{path}", self.url)).header(header::ACCEPT_LANGUAGE, "en");
        if method == "PATCH" {
            request = request.header(header::IF_MATCH, "*");
        }
        match key {
            Some(key) => request = request.header(header::AUTHORIZATION, format!("Bearer {key}")),
            None => request = request.header(header::ORIGIN, &self.url),
        }
        if key.is_none() && !self.cookies.is_empty() {
            let pairs: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            request = request.header(header::COOKIE, pairs.join("; "));
        }
        let bytes = match body {
            Body::None => Bytes::new(),
            Body::Json(value) => {
                request = request.header(header::CONTENT_TYPE, "application/json");
                Bytes::from(value.to_string())
            }
            Body::Picture(bytes) => {
                request = request.header(header::CONTENT_TYPE, "image/jpeg");
                bytes.clone()
            }
        };
        let response = self.client.request(request.body(Full::new(bytes)).unwrap()).await.unwrap();
        let (parts, body) = response.into_parts();
        let lines = parts.headers.get_all(header::SET_COOKIE).iter().map(|line| line.to_str().unwrap());
        let sessions = |pair: &&str| pair.contains("svetu_") && !pair.contains("svetu_device");
        for pair in lines.filter_map(|line| line.split(';').next()).filter(|_| key.is_none()).filter(sessions) {
            match pair.split_once('=') {
                Some((name, "")) => drop(self.cookies.remove(name)),
                Some((name, value)) => drop(self.cookies.insert(name.to_owned(), value.to_owned())),
                None => {}
            }
        }
        let location = parts.headers.get(header::LOCATION).map(|to| to.to_str().unwrap().to_owned());
        Answer { status: parts.status.as_u16(), location, body: body.collect().await.unwrap().to_bytes() }
    }
}

/// What an authenticator application shows now.
fn code(secret: &str) -> String {
    let secret = Secret::try_from_base32(secret).unwrap();
    let totp = Builder::new().with_secret(secret.as_ref().to_vec()).build().unwrap();
    totp.generate_current().to_string()
}
