//! A person at the API: keeps a cookie, tells an answer from a lost connection.

use std::{collections::BTreeMap, time::Duration};

use axum::http::{HeaderValue, Method, Request, StatusCode, header};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use serde_json::{Value, json};

use super::PASSWORD;

const ANSWER_MAX: Duration = Duration::from_secs(40);

/// The request was sent, perhaps; no answer came.
#[derive(Debug, Clone)]
pub struct Lost(pub String);

#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    pub kind: String,
    pub etag: Option<String>,
    /// Names and values that it sets; an empty value takes one away.
    pub cookies: Vec<(String, String)>,
    pub location: Option<String>,
    pub replayed: bool,
    pub body: Bytes,
}

impl Answer {
    pub const fn is_success(&self) -> bool {
        self.status >= 200 && self.status < 300
    }

    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{} {error}: {}", self.status, String::from_utf8_lossy(&self.body)))
    }

    #[track_caller]
    pub fn expect(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", String::from_utf8_lossy(&self.body));
        if self.body.is_empty() { Value::Null } else { self.json() }
    }

    /// RFC 9457, whole: what every refusal is.
    pub fn is_problem(&self) -> bool {
        self.kind.starts_with("application/problem+json")
            && ["type", "title", "status", "code"].iter().all(|key| !self.json()[key].is_null())
    }
}

fn as_json(body: &Value) -> (&'static str, Bytes) {
    ("application/json", Bytes::from(body.to_string()))
}

fn path_of(address: &str) -> String {
    match address.split_once("://").filter(|(scheme, _)| !scheme.contains('/')) {
        Some((_, rest)) => rest[rest.find('/').unwrap_or(rest.len())..].to_owned(),
        None => address.to_owned(),
    }
}

fn cookie(line: &HeaderValue) -> Option<(String, String)> {
    let (name, value) = line.to_str().ok()?.split(';').next()?.split_once('=')?;
    Some((name.to_owned(), value.to_owned()))
}

#[derive(Clone)]
pub struct Api {
    client: Client<HttpConnector, Full<Bytes>>,
    pub url: String,
    cookies: BTreeMap<String, String>,
}

/// More than a sign-in has.
const HOPS_MAX: usize = 8;

impl Api {
    pub fn new(url: &str) -> Self {
        Self {
            client: Client::builder(TokioExecutor::new()).build_http(),
            url: url.to_owned(),
            cookies: BTreeMap::new(),
        }
    }

    pub async fn get(&self, path: &str) -> Result<Answer, Lost> {
        self.send(Method::GET, path, &[], None).await
    }

    /// Under an access token.
    pub async fn get_as(&self, path: &str, token: &str) -> Result<Answer, Lost> {
        self.send(Method::GET, path, &[("authorization", &format!("Bearer {token}"))], None).await
    }

    /// As a client of the OpenID Provider: id and secret, and a form.
    pub async fn form(&self, path: &str, basic: (&str, &str), fields: &[(&str, &str)]) -> Result<Answer, Lost> {
        let basic = format!("Basic {}", STANDARD.encode(format!("{}:{}", basic.0, basic.1)));
        let kind = "application/x-www-form-urlencoded";
        let body = Bytes::from(serde_html_form::to_string(fields).unwrap());
        let nobody = Self { cookies: BTreeMap::new(), ..self.clone() };
        nobody.send(Method::POST, path, &[("authorization", &basic)], Some((kind, body))).await
    }

    pub async fn post(&self, path: &str, key: &str, body: &Value) -> Result<Answer, Lost> {
        self.send(Method::POST, path, &[("idempotency-key", key)], Some(as_json(body))).await
    }

    /// The same as a part of a trace of the caller's.
    pub async fn post_under(&self, traceparent: &str, path: &str, key: &str, body: &Value) -> Result<Answer, Lost> {
        self.send(Method::POST, path, &[("idempotency-key", key), ("traceparent", traceparent)], Some(as_json(body)))
            .await
    }

    pub async fn patch(&self, path: &str, etag: &str, body: &Value) -> Result<Answer, Lost> {
        self.send(Method::PATCH, path, &[("if-match", etag)], Some(as_json(body))).await
    }

    /// A picture; its id.
    pub async fn upload(&self, picture: Bytes) -> String {
        let sent = self.send(Method::POST, "/api/v1/media/uploads", &[], Some(("image/jpeg", picture))).await.unwrap();
        assert!(sent.is_success(), "{}", String::from_utf8_lossy(&sent.body));
        sent.json()["id"].as_str().unwrap().to_owned()
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<(&str, Bytes)>,
    ) -> Result<Answer, Lost> {
        let mut request = Request::builder().method(method).uri(format!("{}{path}", self.url));
        request = request.header(header::ORIGIN, &self.url).header(header::ACCEPT_LANGUAGE, "en");
        if !self.cookies.is_empty() {
            let pairs: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            request = request.header(header::COOKIE, pairs.join("; "));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let bytes = match body {
            Some((kind, bytes)) => {
                request = request.header(header::CONTENT_TYPE, kind);
                bytes
            }
            None => Bytes::new(),
        };
        let request = request.body(Full::new(bytes)).unwrap();
        let lost = |error: &dyn std::error::Error| Lost(error.to_string());
        let answered = async {
            let response = self.client.request(request).await.map_err(|error| lost(&error))?;
            let (parts, body) = response.into_parts();
            let body = body.collect().await.map_err(|error| lost(&error))?.to_bytes();
            let text = |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
            Ok(Answer {
                status: parts.status.as_u16(),
                kind: text("content-type").unwrap_or_default(),
                etag: text("etag"),
                cookies: parts.headers.get_all(header::SET_COOKIE).iter().filter_map(cookie).collect(),
                location: text("location"),
                replayed: text("idempotency-replayed").is_some(),
                body,
            })
        };
        tokio::time::timeout(ANSWER_MAX, answered).await.unwrap_or_else(|_| Err(Lost("no answer in time".to_owned())))
    }

    /// The same address as somebody.
    pub async fn signed_in(&self, email: &str) -> Self {
        let form = json!({ "email": email, "password": PASSWORD });
        let answer = self.post("/api/v1/identity/sign-in", "sign-in", &form).await.unwrap();
        assert_eq!(answer.status, StatusCode::OK.as_u16(), "{}", String::from_utf8_lossy(&answer.body));
        self.as_told(&answer).entered().await.unwrap()
    }

    /// With the session at the provider that an answer began.
    pub fn as_told(&self, answer: &Answer) -> Self {
        assert!(!answer.cookies.is_empty(), "no cookie");
        let mut told = Self { cookies: BTreeMap::new(), ..self.clone() };
        told.keep(answer);
        told
    }

    /// With this cookie and no other.
    pub fn only(&self, name: &str) -> Self {
        let mut only = self.clone();
        only.cookies.retain(|known, _| known == name);
        only
    }

    pub fn has(&self, cookie: &str) -> bool {
        self.cookies.contains_key(cookie)
    }

    /// One step of a browser that is led on; whatever the platform calls itself now: a killed one comes back on another port.
    pub async fn hop(&mut self, to: &str) -> Answer {
        let path = path_of(to);
        let mut answer = self.get(&path).await.unwrap();
        self.keep(&answer);
        answer.location = answer.location.map(|to| path_of(&to));
        answer
    }

    /// A form of a page, as the browser sends it.
    pub async fn send_form(&self, path: &str, headers: &[(&str, &str)], fields: &[(&str, &str)]) -> Answer {
        let body = Bytes::from(serde_html_form::to_string(fields).unwrap());
        let kind = "application/x-www-form-urlencoded";
        self.send(Method::POST, path, headers, Some((kind, body))).await.unwrap()
    }

    pub async fn delete(&self, path: &str) -> Result<Answer, Lost> {
        self.send(Method::DELETE, path, &[], None).await
    }

    pub fn keep(&mut self, answer: &Answer) {
        for (name, value) in &answer.cookies {
            if value.is_empty() {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.clone(), value.clone());
            }
        }
    }

    /// Whom the provider knows is signed in to the site as a browser is: by its redirects.
    pub async fn entered(mut self) -> Result<Self, Lost> {
        let mut path = "/session/sign-in?next=/entered".to_owned();
        for _ in 0..HOPS_MAX {
            let answer = self.get(&path).await?;
            self.keep(&answer);
            let to = answer.location.unwrap_or_else(|| panic!("{path} answered {} and leads nowhere", answer.status));
            path = path_of(&to);
            if path == "/entered" {
                return Ok(self);
            }
        }
        panic!("led around in circles, at last to {path}");
    }

    /// The same person at a platform that was started anew.
    pub fn at(&self, other: &Self) -> Self {
        Self { client: other.client.clone(), url: other.url.clone(), cookies: self.cookies.clone() }
    }

    /// Every item of a list, page by page.
    pub async fn all(&self, path: &str) -> Vec<Value> {
        let mut items = Vec::new();
        let mut cursor: Option<String> = None;
        loop {
            let separator = if path.contains('?') { '&' } else { '?' };
            let next = cursor.map_or_else(String::new, |cursor| format!("&cursor={cursor}"));
            let page = self.get(&format!("{path}{separator}limit=100{next}")).await.unwrap().expect(200);
            items.extend(page["items"].as_array().unwrap().iter().cloned());
            match page["cursor"].as_str() {
                Some(next) => cursor = Some(next.to_owned()),
                None => return items,
            }
        }
    }

    /// Id of the place that is found first.
    pub async fn place(&self, name: &str) -> String {
        let found = self.get(&format!("/api/v1/marketplace/places?q={name}")).await.unwrap().expect(200);
        found["items"][0]["id"].as_str().unwrap().to_owned()
    }
}
