//! Tokens that are given out, and what others ask about them: userinfo, introspection, revocation.

use std::collections::BTreeMap;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::Duration;
use http::{HeaderMap, header};
use jsonwebtoken::Algorithm;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256, Sha512};
use svetu_kernel::{Timestamp, UserId};
use uuid::Uuid;

use super::{
    ACCESS_TOKEN_S, ID_TOKEN_S, Result,
    client::{self, Client},
    error::{Code, OAuthError},
    grants::{self, LivingGrant},
    jose,
    keys::SigningKey,
    params::Params,
    spent,
};
use crate::{Identity, people::People, token};

const ACCESS_TYPE: &str = "at+jwt";
pub const BEARER: &str = "Bearer";
pub const DPOP: &str = "DPoP";

pub fn invalid(scheme: &'static str) -> OAuthError {
    OAuthError {
        challenge: Some(scheme),
        ..OAuthError::new(Code::InvalidToken, "the access token is unknown, over or revoked")
    }
}

/// Of an `Authorization` header (RFC 9110 §11.1: in any case).
pub fn scheme_of(name: &str) -> Result<&'static str> {
    [BEARER, DPOP].into_iter().find(|scheme| scheme.eq_ignore_ascii_case(name)).ok_or_else(|| invalid(BEARER))
}

/// An access token's claims (RFC 9068 §2.2); `svetu_grant` ties a person's token to what they allowed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AccessClaims {
    pub iss: String,
    pub sub: String,
    pub aud: Vec<String>,
    pub client_id: String,
    pub scope: String,
    pub jti: String,
    pub iat: i64,
    pub exp: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auth_time: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acr: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cnf: Option<Confirmation>,
    /// Who acts for the subject (RFC 8693 §4.1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub act: Option<Actor>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub svetu_grant: Option<Uuid>,
}

/// The one who acts, and whom it acts for in its turn.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Actor {
    pub sub: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub act: Option<Box<Actor>>,
}

/// RFC 9449 §6.1.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Confirmation {
    pub jkt: String,
}

/// What an access token is for.
pub struct Access<'a> {
    pub subject: String,
    pub client: &'a Client,
    pub audience: &'a [String],
    pub scopes: &'a [String],
    pub jkt: Option<&'a str>,
    pub grant: Option<&'a LivingGrant>,
    /// It ends no later than this: seconds since 1970.
    pub until: Option<i64>,
    pub actor: Option<Actor>,
}

/// The authentication context classes, the weaker first.
pub const ACR_VALUES: [&str; 2] = ["urn:svetu:acr:pwd", "urn:svetu:acr:mfa"];

/// The name of a strength as an authentication context class.
pub fn acr(strength: &str) -> &'static str {
    ACR_VALUES[usize::from(strength == "multi_factor")]
}

/// OIDC Core §3.1.3.6: the left half of the hash that goes with the algorithm.
fn half_hash(algorithm: Algorithm, token: &str) -> String {
    let digest = match algorithm {
        Algorithm::EdDSA => Sha512::digest(token.as_bytes()).to_vec(),
        _ => Sha256::digest(token.as_bytes()).to_vec(),
    };
    URL_SAFE_NO_PAD.encode(&digest[..digest.len() / 2])
}

/// What a person's scopes tell of them (OIDC Core §5.4).
async fn claims_of(people: &People, grant: &LivingGrant) -> Result<Map<String, Value>> {
    let has = |scope: &str| grant.scopes.iter().any(|known| known == scope);
    let mut claims = Map::new();
    if has("profile") {
        claims.insert("name".to_owned(), json!(grant.name));
        claims.insert("locale".to_owned(), json!(grant.language));
    }
    if has("email") {
        claims.insert("email".to_owned(), json!(people.address(grant.account, &grant.email).await?));
        claims.insert("email_verified".to_owned(), json!(true));
    }
    Ok(claims)
}

/// What the `claims` parameter asks for in this member, among what the scopes allow (OIDC Core §5.5).
async fn asked_claims(people: &People, grant: &LivingGrant, member: &str) -> Result<Map<String, Value>> {
    let Some(asked) = grant.claims.as_ref().and_then(|claims| claims.get(member)).and_then(Value::as_object) else {
        return Ok(Map::new());
    };
    Ok(claims_of(people, grant).await?.into_iter().filter(|(name, _)| asked.contains_key(name)).collect())
}

impl Identity {
    pub(super) fn access_token(&self, key: &SigningKey, access: &Access<'_>, now: Timestamp) -> Result<(String, i64)> {
        let life_s = access.until.map_or(ACCESS_TOKEN_S, |until| (until - now.timestamp()).min(ACCESS_TOKEN_S));
        let claims = AccessClaims {
            iss: self.oauth.issuer.to_string(),
            sub: access.subject.clone(),
            aud: access.audience.to_vec(),
            client_id: access.client.id.clone(),
            scope: access.scopes.join(" "),
            jti: Uuid::new_v4().simple().to_string(),
            iat: now.timestamp(),
            exp: now.timestamp() + life_s,
            auth_time: access.grant.map(|grant| grant.auth_time.timestamp()),
            acr: access.grant.map(|grant| acr(&grant.strength).to_owned()),
            cnf: access.jkt.map(|jkt| Confirmation { jkt: jkt.to_owned() }),
            act: access.actor.clone(),
            svetu_grant: access.grant.map(|grant| grant.id),
        };
        Ok((key.sign(ACCESS_TYPE, &claims)?, life_s))
    }

    pub(super) async fn id_token(
        &self,
        key: &SigningKey,
        client: &Client,
        grant: &LivingGrant,
        nonce: Option<&str>,
        access_token: &str,
        now: Timestamp,
    ) -> Result<String> {
        let mut claims = asked_claims(&self.people, grant, "id_token").await?;
        let more = json!({
            "iss": &*self.oauth.issuer,
            "sub": UserId::from_uuid(grant.account.uuid()).to_string(),
            "aud": client.id,
            "exp": now.timestamp() + ID_TOKEN_S,
            "iat": now.timestamp(),
            "auth_time": grant.auth_time.timestamp(),
            "acr": acr(&grant.strength),
            "amr": grant.methods,
            "at_hash": half_hash(client.signing, access_token),
            "sid": svetu_kernel::SessionId::from_uuid(grant.session).to_string(),
        });
        if let Value::Object(more) = more {
            claims.extend(more);
        }
        if let Some(nonce) = nonce {
            claims.insert("nonce".to_owned(), json!(nonce));
        }
        Ok(key.sign("JWT", &claims)?)
    }

    /// The claims of an access token that we signed and that is not over; whether it was revoked is another question.
    pub(super) async fn signed_claims(&self, token: &str, now: Timestamp) -> Result<Option<AccessClaims>> {
        let Ok(header) = jose::header(token, Some(&[ACCESS_TYPE]), &jose::ALGORITHMS) else { return Ok(None) };
        let Some(key) = self.oauth.keys.of(&self.db, &header, now).await? else { return Ok(None) };
        let hash = *blake3::hash(token.as_bytes()).as_bytes();
        let claims = match self.oauth.verified.get(&hash, now) {
            Some(claims) => claims,
            None => {
                let Ok(claims) = jose::claims::<AccessClaims>(token, key.decoding(), header.alg) else {
                    return Ok(None);
                };
                self.oauth.verified.put(self.oauth.verified.epoch(), hash, claims.clone(), now);
                claims
            }
        };
        Ok(Some(claims).filter(|claims| claims.iss == *self.oauth.issuer && claims.exp > now.timestamp()))
    }

    /// The claims of an access token of ours that is not over and not revoked. None for everything else.
    pub(super) async fn read_access_token(
        &self,
        token: &str,
        now: Timestamp,
    ) -> Result<Option<(AccessClaims, Option<LivingGrant>)>> {
        let Some(claims) = self.signed_claims(token, now).await? else { return Ok(None) };
        let spent = spent::hash("access", &claims.jti);
        let Some(id) = claims.svetu_grant else {
            let roles = client::machine_roles(&self.db, &claims.sub, &claims.client_id, spent).await?;
            return Ok(roles.map(|_| (claims, None)));
        };
        if spent::is_spent(&self.db, spent).await? {
            return Ok(None);
        }
        let mut tx = self.db.begin().await?;
        let Some(grant) = grants::living(&mut tx, id, now).await? else { return Ok(None) };
        tx.commit().await?;
        Ok(Some((claims, Some(grant))))
    }

    /// The token of a request to a resource of ours, with its key's proof where it is bound to one (RFC 6750 §2.1 and §2.2, 9449 §7.1).
    pub(super) async fn bearer(
        &self,
        headers: &HeaderMap,
        in_form: Option<&str>,
        method: &str,
        url: &str,
        now: Timestamp,
    ) -> Result<(AccessClaims, Option<LivingGrant>)> {
        let value = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        if value.is_some() && in_form.is_some() {
            return Err(OAuthError::new(Code::InvalidRequest, "the access token is there twice"));
        }
        let presented =
            value.and_then(|value| value.split_once(' ')).or_else(|| in_form.map(|token| ("Bearer", token)));
        let (scheme, token) = presented.ok_or_else(|| invalid(BEARER))?;
        let scheme = scheme_of(scheme)?;
        let (claims, grant) = self.read_access_token(token, now).await?.ok_or_else(|| invalid(scheme))?;
        self.check_binding(&claims, scheme, headers, method, url, token, now).await?;
        Ok((claims, grant))
    }

    /// A token that is bound to a key comes with its proof, another one without.
    #[expect(clippy::too_many_arguments, reason = "a request, its token and the time")]
    pub(super) async fn check_binding(
        &self,
        claims: &AccessClaims,
        scheme: &'static str,
        headers: &HeaderMap,
        method: &str,
        url: &str,
        token: &str,
        now: Timestamp,
    ) -> Result<()> {
        let bound = claims.cnf.as_ref().map(|cnf| cnf.jkt.as_str());
        if bound.is_none() && scheme == BEARER {
            return Ok(());
        }
        let proven = self
            .dpop(headers, method, url, Some(token), now)
            .await
            .map_err(|error| OAuthError { challenge: Some(DPOP), ..error })?;
        // A bound token sent as a bearer token is one that somebody else may have taken.
        if scheme == BEARER || proven.is_none() || proven.as_deref() != bound {
            return Err(invalid(DPOP));
        }
        Ok(())
    }

    /// OIDC Core §5.3.
    pub(super) async fn userinfo(
        &self,
        headers: &HeaderMap,
        form: Option<&Params>,
        method: &str,
        now: Timestamp,
    ) -> Result<Value> {
        let in_form = form.and_then(|form| form.get("access_token"));
        let (claims, grant) = self.bearer(headers, in_form, method, &self.oauth.endpoint("userinfo"), now).await?;
        // A token that was asked for in the name of another service is for that service.
        if !claims.aud.contains(&self.oauth.api()) {
            return Err(invalid(BEARER));
        }
        let given: Vec<&str> = claims.scope.split(' ').collect();
        let mut grant = grant.filter(|_| given.contains(&"openid")).ok_or_else(|| OAuthError {
            challenge: Some("Bearer"),
            ..OAuthError::new(Code::InsufficientScope, "the access token has not the scope openid")
        })?;
        // The token may have been narrowed since the person agreed.
        grant.scopes.retain(|scope| given.contains(&scope.as_str()));
        let mut answer = claims_of(&self.people, &grant).await?;
        answer.insert("sub".to_owned(), json!(claims.sub));
        Ok(Value::Object(answer))
    }

    /// RFC 7662 §2.2: what is not active, and what is none of the client's business, is just not active.
    pub(super) async fn introspect(&self, client: &Client, form: &Params, now: Timestamp) -> Result<Value> {
        let asked = form.need("token")?;
        let inactive = json!({ "active": false });
        if token::plausible(asked) {
            let mut tx = self.db.begin().await?;
            let row = grants::lock_refresh(&mut tx, token::hash(asked)).await?;
            let Some(row) = row.filter(|row| row.client == client.id && row.used_at.is_none() && row.expires_at > now)
            else {
                return Ok(inactive);
            };
            let grant = grants::living(&mut tx, row.grant, now).await?;
            tx.commit().await?;
            return Ok(grant.map_or(inactive, |grant| {
                json!({
                    "active": true,
                    "client_id": grant.client,
                    "sub": UserId::from_uuid(grant.account.uuid()).to_string(),
                    "scope": grant.scopes.join(" "),
                    "exp": row.expires_at.timestamp(),
                    "iss": &*self.oauth.issuer,
                })
            }));
        }
        let Some((claims, _)) = self.read_access_token(asked, now).await? else { return Ok(inactive) };
        let concerned = claims.client_id == client.id || claims.aud.iter().any(|aud| client.serves.contains(aud));
        if !concerned {
            return Ok(inactive);
        }
        let mut answer = BTreeMap::from([("active", json!(true))]);
        answer.insert("token_type", json!(if claims.cnf.is_some() { "DPoP" } else { "Bearer" }));
        answer.insert("iss", json!(claims.iss));
        answer.insert("sub", json!(claims.sub));
        answer.insert("aud", json!(claims.aud));
        answer.insert("client_id", json!(claims.client_id));
        answer.insert("scope", json!(claims.scope));
        answer.insert("jti", json!(claims.jti));
        answer.insert("iat", json!(claims.iat));
        answer.insert("exp", json!(claims.exp));
        if let Some(cnf) = claims.cnf {
            answer.insert("cnf", json!(cnf));
        }
        Ok(json!(answer))
    }

    /// RFC 7009: a refresh token ends its whole grant, an access token itself. What is not the client's stays as it is.
    pub(super) async fn revoke_token(&self, client: &Client, form: &Params, now: Timestamp) -> Result<()> {
        let asked = form.need("token")?;
        if token::plausible(asked) {
            let mut tx = self.db.begin().await?;
            let row = grants::lock_refresh(&mut tx, token::hash(asked)).await?;
            if let Some(row) = row.filter(|row| row.client == client.id) {
                grants::revoke(&mut tx, row.grant, grants::GRANT_REVOKED, now).await?;
                tx.commit().await?;
            }
            return Ok(());
        }
        if let Some((claims, _)) = self.read_access_token(asked, now).await?
            && claims.client_id == client.id
        {
            let until = now + Duration::seconds(ACCESS_TOKEN_S + 1);
            spent::spend(self.db.pool(), "access", &claims.jti, until).await?;
        }
        Ok(())
    }

    /// Whom an ID token of ours is about, however old it is (OIDC Core §3.1.2.1, RP-Initiated Logout §2).
    pub(super) async fn read_hint(&self, hint: &str, now: Timestamp) -> Result<Hint> {
        let wrong = || OAuthError::new(Code::InvalidRequest, "id_token_hint is no ID token of this server");
        let header = jose::header(hint, Some(&["jwt"]), &jose::ALGORITHMS).map_err(|_| wrong())?;
        let key = self.oauth.keys.of(&self.db, &header, now).await?.ok_or_else(wrong)?;
        let hint: Hint = jose::claims(hint, key.decoding(), header.alg).map_err(|_| wrong())?;
        if hint.iss == *self.oauth.issuer { Ok(hint) } else { Err(wrong()) }
    }

    pub(super) async fn subject_of_hint(&self, hint: &str, client: &Client, now: Timestamp) -> Result<String> {
        let hint = self.read_hint(hint, now).await?;
        if hint.aud == client.id {
            Ok(hint.sub)
        } else {
            Err(OAuthError::new(Code::InvalidRequest, "id_token_hint was given to another client"))
        }
    }
}

#[derive(Debug, Clone, Deserialize)]
pub struct Hint {
    pub iss: String,
    pub sub: String,
    pub aud: String,
    #[serde(default)]
    pub sid: Option<String>,
}
