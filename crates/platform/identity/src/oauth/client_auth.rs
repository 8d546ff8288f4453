//! A client proves that it is itself, by exactly the method that it is registered with (RFC 6749 §2.3, 7523 §3, OIDC Core §9).

use std::sync::Arc;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use chrono::Duration;
use http::{HeaderMap, header};
use serde::Deserialize;
use subtle::ConstantTimeEq as _;
use svetu_kernel::Timestamp;

use super::{
    Result,
    client::{self, AuthMethod, Client},
    error::{Code, OAuthError},
    jose,
    params::Params,
    spent,
};
use crate::{Identity, token};

const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// An assertion lives no longer; our clock and theirs may differ by so much.
const ASSERTION_S_MAX: i64 = 300;
const SKEW_S: i64 = 30;

enum Proof {
    None,
    Secret(AuthMethod, String),
    Assertion(String),
}

impl Identity {
    /// # Errors
    /// `invalid_client` for whatever is wrong, the same for a client that does not exist; `invalid_request` for two methods at once.
    pub(super) async fn authenticate_client(
        &self,
        headers: &HeaderMap,
        form: &Params,
        now: Timestamp,
    ) -> Result<Arc<Client>> {
        let (id, proof) = presented(headers, form)?;
        let basic = matches!(proof, Proof::Secret(AuthMethod::ClientSecretBasic, _));
        let refused = || OAuthError {
            challenge: basic.then_some("Basic"),
            ..OAuthError::new(Code::InvalidClient, "the client is unknown or its authentication is wrong")
        };
        let client = self.known_client(id, now).await?.ok_or_else(refused)?;
        match proof {
            Proof::None if client.is_public() => Ok(client),
            Proof::Secret(method, secret) if method == client.auth_method => {
                let right = client
                    .secret_hash
                    .is_some_and(|hash| token::plausible(&secret) && bool::from(token::hash(&secret).ct_eq(&hash)));
                if right { Ok(client) } else { Err(refused()) }
            }
            Proof::Assertion(assertion) if client.auth_method == AuthMethod::PrivateKeyJwt => {
                self.check_assertion(&client, &assertion, now).await?;
                Ok(client)
            }
            Proof::None | Proof::Secret(..) | Proof::Assertion(_) => Err(refused()),
        }
    }

    async fn known_client(&self, id: String, now: Timestamp) -> Result<Option<Arc<Client>>> {
        let known = &self.oauth.clients;
        if let Some(client) = known.get(&id, now) {
            return Ok(Some(client));
        }
        let epoch = known.epoch();
        let Some(client) = client::by_id(&self.db, &id).await?.map(Arc::new) else { return Ok(None) };
        known.put(epoch, id, Arc::clone(&client), now);
        Ok(Some(client))
    }

    async fn check_assertion(&self, client: &Client, assertion: &str, now: Timestamp) -> Result<()> {
        #[derive(Deserialize)]
        struct Claims {
            iss: String,
            sub: String,
            aud: Audience,
            exp: i64,
            #[serde(default)]
            nbf: Option<i64>,
            #[serde(default)]
            iat: Option<i64>,
            jti: String,
        }
        let wrong = |what: &str| OAuthError::new(Code::InvalidClient, format!("the client assertion is wrong: {what}"));
        let algorithms = if client.fapi2 { &jose::ALGORITHMS[..3] } else { &jose::ALGORITHMS[..] };
        let header = jose::header(assertion, None, algorithms).map_err(|error| wrong(&error.to_string()))?;
        let keys = client.keys.as_ref().ok_or_else(|| wrong("the client has no keys"))?;
        let claims: Claims =
            jose::claims_by_set(assertion, &header, keys).map_err(|error| wrong(&error.to_string()))?;
        if claims.iss != client.id || claims.sub != client.id {
            return Err(wrong("iss and sub are the client's id"));
        }
        // The issuer alone: what names one of our addresses may have been asked for by another server that gave it for its own.
        let ours = [self.oauth.issuer.to_string(), self.oauth.endpoint("token"), self.oauth.endpoint("par")];
        let accepted = if client.names_endpoints && !client.fapi2 { &ours[..] } else { &ours[..1] };
        if !claims.aud.is_only(accepted) {
            return Err(wrong("aud is this server's issuer"));
        }
        let (seconds, nbf) = (now.timestamp(), claims.nbf.or(claims.iat).unwrap_or(i64::MIN));
        if claims.exp <= seconds || claims.exp > seconds + ASSERTION_S_MAX + SKEW_S || nbf > seconds + SKEW_S {
            return Err(wrong("it lives for five minutes at most, from now"));
        }
        if claims.jti.len() > 256 {
            return Err(wrong("jti is too long"));
        }
        let until = now + Duration::seconds(ASSERTION_S_MAX + SKEW_S);
        if !spent::spend(self.db.pool(), &format!("assertion {}", client.id), &claims.jti, until).await? {
            return Err(wrong("jti was used before"));
        }
        Ok(())
    }
}

/// A string or a list of them (RFC 7519 §4.1.3).
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum Audience {
    One(String),
    Many(Vec<String>),
}

impl Audience {
    fn is_only(&self, accepted: &[String]) -> bool {
        match self {
            Self::One(one) => accepted.contains(one),
            Self::Many(many) => !many.is_empty() && many.iter().all(|one| accepted.contains(one)),
        }
    }
}

fn presented(headers: &HeaderMap, form: &Params) -> Result<(String, Proof)> {
    let twice = || OAuthError::new(Code::InvalidRequest, "the client authenticates in two ways at once");
    let id = form.get("client_id");
    let mut found: Option<(String, Proof)> = None;
    if let Some(value) = headers.get(header::AUTHORIZATION) {
        let (id, secret) = basic(value.as_bytes()).ok_or_else(|| OAuthError {
            challenge: Some("Basic"),
            ..OAuthError::new(Code::InvalidClient, "the Authorization header is no Basic authentication")
        })?;
        found = Some((id, Proof::Secret(AuthMethod::ClientSecretBasic, secret)));
    }
    if let Some(secret) = form.get("client_secret") {
        let id = form.need("client_id")?.to_owned();
        if found.replace((id, Proof::Secret(AuthMethod::ClientSecretPost, secret.to_owned()))).is_some() {
            return Err(twice());
        }
    }
    if let Some(assertion) = form.get("client_assertion") {
        if form.get("client_assertion_type") != Some(ASSERTION_TYPE) {
            return Err(OAuthError::new(Code::InvalidRequest, "client_assertion_type is not the JWT bearer type"));
        }
        let issuer = match id {
            Some(id) => id.to_owned(),
            None => jsonwebtoken::dangerous::insecure_decode_claims::<serde_json::Value>(assertion)
                .ok()
                .and_then(|claims| claims["iss"].as_str().map(str::to_owned))
                .ok_or_else(|| OAuthError::new(Code::InvalidClient, "the client assertion names no client"))?,
        };
        if found.replace((issuer, Proof::Assertion(assertion.to_owned()))).is_some() {
            return Err(twice());
        }
    }
    let (found_id, proof) = match found {
        Some(found) => found,
        None => (form.need("client_id")?.to_owned(), Proof::None),
    };
    if id.is_some_and(|id| id != found_id) {
        return Err(OAuthError::new(Code::InvalidRequest, "client_id is another one than the authenticated client"));
    }
    Ok((found_id, proof))
}

/// RFC 6749 §2.3.1: both halves are form-encoded before they are joined.
fn basic(value: &[u8]) -> Option<(String, String)> {
    let text = std::str::from_utf8(value).ok()?;
    let (scheme, encoded) = text.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") || encoded.len() > 2_048 {
        return None;
    }
    let decoded = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (id, secret) = decoded.split_once(':')?;
    let decode = |half: &str| {
        let pairs: Vec<(String, String)> = serde_html_form::from_str(&format!("v={half}")).ok()?;
        pairs.into_iter().next().map(|(_, value)| value)
    };
    if id.contains(['&', '=']) || secret.contains(['&', '=']) {
        return None;
    }
    Some((decode(id)?, decode(secret)?))
}
