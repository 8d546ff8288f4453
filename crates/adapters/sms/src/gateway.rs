//! Any gateway that takes one HTTP request a message.

use std::collections::BTreeMap;

use async_trait::async_trait;
use reqwest::{
    Client, Method, StatusCode,
    header::{HeaderMap, HeaderName, HeaderValue},
};
use svetu_ports::{Secret, Sms, SmsError, SmsSender, sms::is_e164};
use url::{Url, form_urlencoded::byte_serialize};

use crate::{
    SmsConfigError,
    call::{answer, client, is_safe},
};

/// `{to}`, `{text}` and `{from}` stand in the address or the body, `{secret}` in headers or the body.
pub struct GatewayConfig {
    pub url: String,
    pub method: String,
    pub headers: BTreeMap<String, String>,
    /// A form, or JSON when `content-type` says so. Empty: none.
    pub body: String,
    pub from: String,
    pub secret: Option<Secret>,
}

pub struct GatewaySms {
    client: Client,
    url: String,
    method: Method,
    headers: HeaderMap,
    body: String,
    json: bool,
    from: String,
    secret: String,
}

impl GatewaySms {
    pub fn try_new(config: GatewayConfig) -> Result<Self, SmsConfigError> {
        let GatewayConfig { url, method, headers, body, from, secret } = config;
        let method = match method.as_str() {
            "GET" => Method::GET,
            "POST" => Method::POST,
            _ => return Err(SmsConfigError::Method),
        };
        let secret = match secret {
            Some(secret) => String::from_utf8(secret.expose().to_vec()).map_err(|_| SmsConfigError::Secret)?,
            None => String::new(),
        };
        let has = |what: &str| url.contains(what) || body.contains(what);
        let wanted = body.contains("{secret}") || headers.values().any(|value| value.contains("{secret}"));
        // An address is written into logs on the way.
        if !has("{to}") || !has("{text}") || url.contains("{secret}") || (wanted && secret.is_empty()) {
            return Err(SmsConfigError::Template);
        }
        let fixed = url.split(['{', '?']).next().unwrap_or_default();
        if !Url::parse(fixed).is_ok_and(|url| is_safe(&url) && url.path() != "") || fixed.matches('/').count() < 3 {
            return Err(SmsConfigError::Url);
        }
        let mut known = HeaderMap::new();
        for (name, value) in &headers {
            let name: HeaderName = name.parse().map_err(|_| SmsConfigError::Headers)?;
            let mut value: HeaderValue =
                value.replace("{secret}", &secret).parse().map_err(|_| SmsConfigError::Headers)?;
            value.set_sensitive(true);
            known.insert(name, value);
        }
        let kind = known.get("content-type").and_then(|value| value.to_str().ok()).unwrap_or_default();
        let json = kind.contains("json");
        if !body.is_empty() && kind.is_empty() {
            known.insert("content-type", HeaderValue::from_static("application/x-www-form-urlencoded"));
        }
        Ok(Self { client: client()?, url, method, headers: known, body, json, from, secret })
    }

    /// Each value encoded as where it stands wants it: nothing that a message says becomes a part of the request.
    fn fill(&self, template: &str, sms: &Sms, encode: impl Fn(&str) -> String) -> String {
        let mut filled = String::with_capacity(template.len() + sms.text.len());
        let mut rest = template;
        while let Some((before, after)) = rest.split_once('{') {
            filled.push_str(before);
            let known = after.split_once('}').and_then(|(name, tail)| {
                let value = match name {
                    "to" => &sms.to,
                    "text" => &sms.text,
                    "from" => &self.from,
                    "secret" => &self.secret,
                    _ => return None,
                };
                Some((value, tail))
            });
            match known {
                Some((value, tail)) => {
                    filled.push_str(&encode(value));
                    rest = tail;
                }
                None => {
                    filled.push('{');
                    rest = after;
                }
            }
        }
        filled.push_str(rest);
        filled
    }
}

fn percent(value: &str) -> String {
    byte_serialize(value.as_bytes()).collect()
}

/// What stands between the quotes of a JSON string.
fn json(value: &str) -> String {
    let quoted = serde_json::Value::from(value).to_string();
    quoted[1..quoted.len() - 1].to_owned()
}

#[async_trait]
impl SmsSender for GatewaySms {
    async fn send(&self, sms: &Sms) -> Result<(), SmsError> {
        if !is_e164(&sms.to) {
            return Err(SmsError::Refused);
        }
        let url = self.fill(&self.url, sms, percent);
        let url = Url::parse(&url).ok().filter(is_safe);
        let url = url.ok_or_else(|| SmsError::Unavailable("the address is none".to_owned()))?;
        let mut request = self.client.request(self.method.clone(), url).headers(self.headers.clone());
        if !self.body.is_empty() {
            request = request.body(self.fill(&self.body, sms, if self.json { json } else { percent }));
        }
        let (status, _) = answer(request).await?;
        match status {
            status if status.is_success() => Ok(()),
            // By the words of RFC 9110 the request itself is wrong; what is wrong with us is another's to mend.
            StatusCode::BAD_REQUEST | StatusCode::NOT_FOUND | StatusCode::GONE | StatusCode::UNPROCESSABLE_ENTITY => {
                Err(SmsError::Refused)
            }
            status => Err(SmsError::Unavailable(status.as_u16().to_string())),
        }
    }
}
