//! A person at the API: keeps a cookie, tells an answer from a lost connection.

use std::time::Duration;

use axum::http::{Method, Request, StatusCode, header};
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
    pub cookie: Option<String>,
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

#[derive(Clone)]
pub struct Api {
    client: Client<HttpConnector, Full<Bytes>>,
    pub url: String,
    cookie: Option<String>,
}

impl Api {
    pub fn new(url: &str) -> Self {
        Self { client: Client::builder(TokioExecutor::new()).build_http(), url: url.to_owned(), cookie: None }
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
        let nobody = Self { cookie: None, ..self.clone() };
        nobody.send(Method::POST, path, &[("authorization", &basic)], Some((kind, body))).await
    }

    pub async fn post(&self, path: &str, key: &str, body: &Value) -> Result<Answer, Lost> {
        self.send(Method::POST, path, &[("idempotency-key", key)], Some(as_json(body))).await
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
        if let Some(cookie) = &self.cookie {
            request = request.header(header::COOKIE, cookie);
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
                cookie: text("set-cookie"),
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
        self.as_told(&answer)
    }

    /// With the session that an answer began.
    pub fn as_told(&self, answer: &Answer) -> Self {
        let cookie = answer.cookie.as_ref().expect("a cookie");
        Self { cookie: cookie.split(';').next().map(str::to_owned), ..self.clone() }
    }

    /// The same person at a platform that was started anew.
    pub fn at(&self, other: &Self) -> Self {
        Self { client: other.client.clone(), url: other.url.clone(), cookie: self.cookie.clone() }
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
