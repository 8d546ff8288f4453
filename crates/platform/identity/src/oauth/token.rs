//! The token endpoint (RFC 6749 §3.2): what a code, a refresh token or a client's own name is exchanged for.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use http::HeaderMap;
use serde::Serialize;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use svetu_db::Tx;
use svetu_kernel::{Timestamp, UserId};

use super::{
    Result,
    client::Client,
    device,
    error::{Code, OAuthError},
    exchange,
    grants::{self, LivingGrant},
    keys::SigningKey,
    params::Params,
    request,
    tokens::Access,
};
use crate::{Identity, IdentityError, token};

/// RFC 6749 §5.1.
#[derive(Debug, Serialize)]
pub struct TokenAnswer {
    access_token: String,
    token_type: &'static str,
    expires_in: i64,
    scope: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id_token: Option<String>,
}

/// An authenticated client, what it asks, and what answers.
pub(super) struct Asking<'a> {
    pub client: &'a Client,
    pub form: &'a Params,
    /// Of its proof's key.
    pub jkt: Option<&'a str>,
    pub key: &'a SigningKey,
    pub now: Timestamp,
}

pub(super) fn invalid_grant(what: &str) -> OAuthError {
    OAuthError::new(Code::InvalidGrant, what)
}

impl Identity {
    pub(super) async fn token(&self, headers: &HeaderMap, form: &Params, now: Timestamp) -> Result<Value> {
        let client = self.authenticate_client(headers, form, now).await?;
        let jkt = self.dpop(headers, "POST", &self.oauth.endpoint("token"), None, now).await?;
        if client.needs_dpop() && jkt.is_none() {
            return Err(OAuthError::new(
                Code::InvalidDpopProof,
                "tokens of this client are bound: a DPoP proof is needed",
            ));
        }
        let grant_type = form.need("grant_type")?;
        if super::client::GRANT_TYPES.contains(&grant_type) && !client.may(grant_type) {
            return Err(OAuthError::new(Code::UnauthorizedClient, "the client may not use this grant_type"));
        }
        // Before any transaction: one that waits for a second connection while it holds the first waits for ever.
        let key = self.oauth.keys.signing(&self.db, client.signing, now).await?;
        let asking = Asking { client: &client, form, jkt: jkt.as_deref(), key: &key, now };
        match grant_type {
            "authorization_code" => written(&self.by_code(&asking).await?),
            "refresh_token" => written(&self.by_refresh(&asking).await?),
            "client_credentials" => written(&self.by_client(&asking)?),
            device::GRANT_TYPE => written(&self.by_device(&asking).await?),
            exchange::GRANT_TYPE => written(&self.exchange(&asking).await?),
            _ => Err(OAuthError::new(Code::UnsupportedGrantType, "grant_type is not supported")),
        }
    }

    async fn by_code(&self, asking: &Asking<'_>) -> Result<TokenAnswer> {
        let &Asking { client, form, jkt, now, .. } = asking;
        let (code, redirect_uri, verifier) =
            (form.need("code")?, form.need("redirect_uri")?, form.need("code_verifier")?);
        let unknown = || invalid_grant("the code is unknown, used, too old or of another client");
        if !token::plausible(code) {
            return Err(unknown());
        }
        let hash = token::hash(code);
        let mut tx = self.db.begin().await?;
        let row = grants::lock_code(&mut tx, hash).await?.ok_or_else(unknown)?;
        if row.used {
            // RFC 6749 §4.1.2: somebody has it who should not; what came of it ends.
            grants::revoke(&mut tx, row.grant, "code_replayed", now).await?;
            tx.commit().await?;
            tracing::warn!(grant.id = %row.grant, "a code was brought twice: its grant is revoked");
            return Err(unknown());
        }
        if row.client != client.id || row.expires_at <= now {
            return Err(unknown());
        }
        if row.redirect_uri != redirect_uri {
            return Err(invalid_grant("redirect_uri is another one than in the authorization request"));
        }
        if !verifies(verifier, &row.challenge) {
            return Err(invalid_grant("code_verifier does not belong to the code"));
        }
        let mut grant = grants::living(&mut tx, row.grant, now).await?.ok_or_else(unknown)?;
        if grant.dpop_jkt.is_some() && grant.dpop_jkt.as_deref() != jkt {
            return Err(OAuthError::new(Code::InvalidDpopProof, "the code is bound to another key"));
        }
        grants::use_code(&mut tx, hash, now).await?;
        // A public client's refresh tokens are bound to its key (RFC 9449 §5), those of others to their authentication.
        if let Some(jkt) = jkt.filter(|_| client.is_public() && grant.dpop_jkt.is_none()) {
            grants::bind(&mut tx, grant.id, jkt).await?;
            grant.dpop_jkt = Some(jkt.to_owned());
        }
        let refresh = first_refresh(&mut tx, client, &grant, now).await?;
        let answer = self.answer_of(asking, &grant, row.nonce.as_deref(), refresh).await?;
        tx.commit().await?;
        Ok(answer)
    }

    async fn by_refresh(&self, asking: &Asking<'_>) -> Result<TokenAnswer> {
        let &Asking { client, form, jkt, now, .. } = asking;
        let presented = form.need("refresh_token")?;
        let unknown = || invalid_grant("the refresh token is unknown, used, revoked, too old or of another client");
        if !token::plausible(presented) {
            return Err(unknown());
        }
        let hash = token::hash(presented);
        let mut tx = self.db.begin().await?;
        let row = grants::lock_refresh(&mut tx, hash).await?.ok_or_else(unknown)?;
        if row.client != client.id {
            return Err(unknown());
        }
        let grant = grants::living(&mut tx, row.grant, now).await?.ok_or_else(unknown)?;
        if grant.dpop_jkt.is_some() && client.is_public() && grant.dpop_jkt.as_deref() != jkt {
            return Err(OAuthError::new(Code::InvalidDpopProof, "the refresh token is bound to another key"));
        }
        if row.expires_at <= now {
            return Err(unknown());
        }
        let successor = self.successor(presented);
        let successor_hash = token::hash(&successor);
        let refresh = if row.used_at.is_some() {
            // Only its holder's second try, and only while the successor itself is unused, gets the same again.
            let again =
                client.is_public() && row.is_in_grace(now) && grants::is_living_head(&mut tx, successor_hash).await?;
            if !again {
                grants::revoke(&mut tx, row.grant, "refresh_replayed", now).await?;
                tx.commit().await?;
                tracing::warn!(grant.id = %row.grant, "a refresh token was brought twice: its family is revoked");
                return Err(unknown());
            }
            successor
        } else if client.fapi2 {
            // FAPI 2.0 §5.3.2.1 item 8: bound tokens are not rotated.
            presented.to_owned()
        } else {
            grants::use_refresh(&mut tx, hash, now).await?;
            grants::add_refresh(&mut tx, grant.id, successor_hash, grant.expires_at, now).await?;
            successor
        };
        let answer = self.answer_of(asking, &grant, None, Some(refresh)).await?;
        tx.commit().await?;
        Ok(answer)
    }

    /// What follows from the token before, so that a second try within the grace gets the same and none lies in the table.
    fn successor(&self, refresh: &str) -> String {
        let mac = blake3::keyed_hash(&self.oauth.successor_key, refresh.as_bytes());
        URL_SAFE_NO_PAD.encode(mac.as_bytes())
    }

    fn by_client(&self, asking: &Asking<'_>) -> Result<TokenAnswer> {
        let &Asking { client, form, jkt, key, now } = asking;
        let personal = ["openid", "profile", "email", "offline_access"];
        let scopes = request::scopes(form, client)?;
        if let Some(scope) = scopes.iter().find(|scope| personal.contains(&scope.as_str())) {
            return Err(OAuthError::new(Code::InvalidScope, format!("there is no person for {scope}")));
        }
        let scopes = if scopes.is_empty() {
            client.scopes.iter().filter(|scope| !personal.contains(&scope.as_str())).cloned().collect()
        } else {
            scopes
        };
        let audience = request::resources(form.resources(), client, &self.oauth.api())?;
        let access = Access {
            subject: client.id.clone(),
            client,
            audience: &audience,
            scopes: &scopes,
            jkt,
            grant: None,
            until: None,
            actor: None,
        };
        let (access_token, expires_in) = self.access_token(key, &access, now)?;
        Ok(TokenAnswer {
            access_token,
            token_type: token_type(jkt),
            expires_in,
            scope: scopes.join(" "),
            refresh_token: None,
            id_token: None,
        })
    }

    pub(super) async fn answer_of(
        &self,
        asking: &Asking<'_>,
        grant: &LivingGrant,
        nonce: Option<&str>,
        refresh_token: Option<String>,
    ) -> Result<TokenAnswer> {
        let &Asking { client, form, jkt, key, now } = asking;
        let scopes =
            narrowed(form.words("scope"), &grant.scopes, Code::InvalidScope, "scope is more than was allowed")?;
        let audience = form.resources().to_vec();
        let audience = narrowed(audience, &grant.audience, Code::InvalidTarget, "resource is more than was allowed")?;
        let access = Access {
            subject: UserId::from_uuid(grant.account.uuid()).to_string(),
            client,
            audience: &audience,
            scopes: &scopes,
            jkt,
            grant: Some(grant),
            until: None,
            actor: None,
        };
        let (access_token, expires_in) = self.access_token(key, &access, now)?;
        let id_token = if scopes.iter().any(|scope| scope == "openid") {
            Some(self.id_token(key, client, grant, nonce, &access_token, now).await?)
        } else {
            None
        };
        Ok(TokenAnswer {
            access_token,
            token_type: token_type(jkt),
            expires_in,
            scope: scopes.join(" "),
            refresh_token,
            id_token,
        })
    }
}

pub(super) const fn token_type(jkt: Option<&str>) -> &'static str {
    if jkt.is_some() { "DPoP" } else { "Bearer" }
}

fn written(answer: &impl Serialize) -> Result<Value> {
    serde_json::to_value(answer).map_err(|error| OAuthError::internal(IdentityError::Key(error.to_string())))
}

/// The head of a new family, for a client that may refresh.
pub(super) async fn first_refresh(
    tx: &mut Tx<'_>,
    client: &Client,
    grant: &LivingGrant,
    now: Timestamp,
) -> Result<Option<String>> {
    if !client.may("refresh_token") {
        return Ok(None);
    }
    let (refresh, hash) = token::new();
    grants::add_refresh(tx, grant.id, hash, grant.expires_at, now).await?;
    Ok(Some(refresh))
}

/// What is asked for of what was allowed; all of it when nothing is asked for.
fn narrowed(asked: Vec<String>, allowed: &[String], code: Code, why: &str) -> Result<Vec<String>> {
    if asked.is_empty() {
        Ok(allowed.to_vec())
    } else if asked.iter().all(|one| allowed.contains(one)) {
        Ok(asked)
    } else {
        Err(OAuthError::new(code, why))
    }
}

/// RFC 7636 §4.1 and §4.6.
fn verifies(verifier: &str, challenge: &[u8]) -> bool {
    let unreserved = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~');
    (43..=128).contains(&verifier.len())
        && verifier.bytes().all(unreserved)
        && bool::from(Sha256::digest(verifier.as_bytes()).as_slice().ct_eq(challenge))
}
