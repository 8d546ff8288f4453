//! Who may ask for tokens.

use jsonwebtoken::{Algorithm, jwk::JwkSet};
use serde_json::{Value, json};
use svetu_contracts::identity::SITE_CLIENT;
use svetu_db::Db;
use svetu_kernel::{FieldProblem, Role, Timestamp};
use uuid::Uuid;

use crate::{
    IdentityError,
    model::{is_hidden, role_names},
    oauth::{device, exchange, jose},
    store,
    token::{self, TokenHash},
};

const NAME_CHARS_MAX: usize = 80;
const URIS_MAX: usize = 20;
const URI_BYTES_MAX: usize = 1_000;
const SCOPES_MAX: usize = 50;

/// How a client proves that it is itself (OIDC Core §9).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuthMethod {
    /// A public client: an app on somebody's device or in their browser.
    None,
    ClientSecretBasic,
    ClientSecretPost,
    PrivateKeyJwt,
}

impl AuthMethod {
    pub const ALL: [Self; 4] = [Self::None, Self::ClientSecretBasic, Self::ClientSecretPost, Self::PrivateKeyJwt];

    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::ClientSecretBasic => "client_secret_basic",
            Self::ClientSecretPost => "client_secret_post",
            Self::PrivateKeyJwt => "private_key_jwt",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.name() == name)
    }
}

pub const GRANT_TYPES: [&str; 5] =
    ["authorization_code", "refresh_token", "client_credentials", device::GRANT_TYPE, exchange::GRANT_TYPE];

#[derive(Debug, Clone)]
pub struct Client {
    pub id: String,
    pub name: String,
    pub auth_method: AuthMethod,
    pub secret_hash: Option<TokenHash>,
    pub keys: Option<JwkSet>,
    pub redirect_uris: Vec<String>,
    pub post_logout_redirect_uris: Vec<String>,
    pub backchannel_logout_uri: Option<String>,
    pub grant_types: Vec<String>,
    pub scopes: Vec<String>,
    /// What it may ask tokens for.
    pub resources: Vec<String>,
    /// What it is to others: tokens for it are its own to look at and to pass on.
    pub serves: Vec<String>,
    pub signing: Algorithm,
    pub fapi2: bool,
    pub dpop_bound: bool,
    pub par_required: bool,
    pub first_party: bool,
    /// Its assertions may name our endpoint instead of the issuer.
    pub names_endpoints: bool,
    /// Nobody of ours looked at it.
    pub invited: bool,
}

impl Client {
    pub const fn is_public(&self) -> bool {
        matches!(self.auth_method, AuthMethod::None)
    }

    pub fn may(&self, grant_type: &str) -> bool {
        self.grant_types.iter().any(|known| known == grant_type)
    }

    /// Tokens of it are bound to a key (RFC 9449; FAPI 2.0 §5.3.2.1 item 5).
    pub const fn needs_dpop(&self) -> bool {
        self.dpop_bound || self.fapi2
    }

    pub const fn needs_par(&self) -> bool {
        self.par_required || self.fapi2
    }

    /// Exact (RFC 9700 §4.1.3), but for the port of a loopback address of a native app (RFC 8252 §7.3).
    pub fn knows_redirect(&self, uri: &str) -> bool {
        self.redirect_uris.iter().any(|known| known == uri || same_loopback(known, uri))
    }
}

fn same_loopback(known: &str, asked: &str) -> bool {
    let parts = |uri: &str| -> Option<(String, String)> {
        let rest = uri.strip_prefix("http://")?;
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) if !port.ends_with(']') => (host, port),
            _ => (authority, ""),
        };
        let port_is_number = port.bytes().all(|byte| byte.is_ascii_digit()) && port.len() <= 5;
        (matches!(host, "127.0.0.1" | "[::1]") && port_is_number).then(|| (host.to_owned(), path.to_owned()))
    };
    parts(known).is_some_and(|known| parts(asked) == Some(known))
}

/// What an operator registers.
#[derive(Debug, Clone)]
pub struct NewClient {
    /// None: one is made.
    pub id: Option<String>,
    pub name: String,
    pub auth_method: AuthMethod,
    /// A JWK set of public keys: for `private_key_jwt` and signed requests.
    pub jwks: Option<Value>,
    pub redirect_uris: Vec<String>,
    pub post_logout_redirect_uris: Vec<String>,
    pub backchannel_logout_uri: Option<String>,
    pub grant_types: Vec<String>,
    pub scopes: Vec<String>,
    /// What it may ask tokens for (RFC 8707), beside our own API.
    pub resources: Vec<String>,
    /// What it is to others: a resource server.
    pub serves: Vec<String>,
    pub signing_alg: String,
    pub fapi2: bool,
    pub dpop_bound: bool,
    pub par_required: bool,
    pub first_party: bool,
    /// Its assertions (`private_key_jwt`) may name our endpoint instead of the issuer.
    pub names_endpoints: bool,
    /// Beside `machine`, when it acts for itself.
    pub roles: Vec<Role>,
}

/// Shown once: only its hash is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegisteredClient {
    pub id: String,
    pub secret: Option<String>,
}

/// What is wrong with a registration, by the name of its metadata (RFC 7591 §2).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {expected}")]
pub struct ClientError {
    pub field: &'static str,
    pub expected: &'static str,
}

impl ClientError {
    /// As the API tells it: the field, and what it takes in the reader's language.
    pub(crate) fn fault(&self) -> FieldProblem {
        let (field, code) = match self.field {
            "client_id" => ("/client_id", "identity.client_id"),
            "client_name" => ("/client_name", "identity.client_name"),
            "grant_types" => ("/grant_types", "identity.client_grant_types"),
            "redirect_uris" => ("/redirect_uris", "identity.client_redirect_uris"),
            "post_logout_redirect_uris" => ("/post_logout_redirect_uris", "identity.client_redirect_uris"),
            "backchannel_logout_uri" => ("/backchannel_logout_uri", "identity.client_web_address"),
            "resources" => ("/resources", "identity.client_web_address"),
            "serves" => ("/serves", "identity.client_web_address"),
            "scope" => ("/scopes", "identity.client_scopes"),
            "jwks" => ("/jwks", "identity.client_jwks"),
            "profile" => ("/fapi2", "identity.client_profile"),
            "id_token_signed_response_alg" => ("/id_token_signed_response_alg", "identity.client_alg"),
            other => return FieldProblem::new(format!("/{other}"), "field.invalid"),
        };
        FieldProblem::new(field, code)
    }
}

fn wrong(field: &'static str, expected: &'static str) -> ClientError {
    ClientError { field, expected }
}

impl NewClient {
    pub fn check(&self) -> Result<(), ClientError> {
        let slug = |id: &String| {
            (2..=64).contains(&id.len())
                && id
                    .bytes()
                    .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_'))
        };
        if self.id.as_ref().is_some_and(|id| !slug(id)) {
            return Err(wrong("client_id", "2 to 64 of a-z, 0-9, - and _"));
        }
        let name = self.name.trim();
        let readable = name.chars().any(char::is_alphanumeric) && !name.chars().any(is_hidden);
        if !readable || name.chars().count() > NAME_CHARS_MAX {
            return Err(wrong("client_name", "1 to 80 characters that can be seen, a letter or digit among them"));
        }
        if self.grant_types.is_empty() || !self.grant_types.iter().all(|known| GRANT_TYPES.contains(&known.as_str())) {
            return Err(wrong(
                "grant_types",
                "some of authorization_code, refresh_token, client_credentials and those of RFC 8628 and 8693",
            ));
        }
        let has = |grant_type: &str| self.grant_types.iter().any(|known| known == grant_type);
        if has("refresh_token") && !has("authorization_code") && !has(device::GRANT_TYPE) {
            return Err(wrong(
                "grant_types",
                "refresh_token only together with authorization_code or the device grant",
            ));
        }
        if (has("client_credentials") || has(exchange::GRANT_TYPE)) && self.auth_method == AuthMethod::None {
            return Err(wrong(
                "grant_types",
                "client_credentials and token exchange only for a client that authenticates",
            ));
        }
        let of_people = |role: &Role| matches!(role, Role::Visitor | Role::Member | Role::Trader);
        if !self.roles.is_empty() && (!has("client_credentials") || self.roles.iter().any(of_people)) {
            return Err(wrong("roles", "support, moderator or operator, for a client with client_credentials"));
        }
        if has(exchange::GRANT_TYPE) && self.serves.is_empty() {
            return Err(wrong("serves", "one at least with token exchange: what the client itself is to others"));
        }
        if !self.serves.is_empty() && self.auth_method == AuthMethod::None {
            return Err(wrong("serves", "only for a client that authenticates"));
        }
        if self.names_endpoints && (self.fapi2 || self.auth_method != AuthMethod::PrivateKeyJwt) {
            return Err(wrong("assertion_audience", "endpoint only with private_key_jwt, and not with fapi2"));
        }
        if has("authorization_code") == self.redirect_uris.is_empty() {
            return Err(wrong("redirect_uris", "one at least with authorization_code, none without"));
        }
        if self.redirect_uris.len() > URIS_MAX || !self.redirect_uris.iter().all(|uri| is_redirect(uri)) {
            return Err(wrong(
                "redirect_uris",
                "at most 20: https, http on a loopback address, or an app's own scheme (com.example.app:/...), without a fragment",
            ));
        }
        if self.post_logout_redirect_uris.len() > URIS_MAX
            || !self.post_logout_redirect_uris.iter().all(|uri| is_redirect(uri))
        {
            return Err(wrong("post_logout_redirect_uris", "as redirect_uris"));
        }
        if self.backchannel_logout_uri.as_ref().is_some_and(|uri| !is_web(uri)) {
            return Err(wrong("backchannel_logout_uri", "https, or http on a loopback address"));
        }
        if self.scopes.len() > SCOPES_MAX || !self.scopes.iter().all(|scope| is_scope(scope)) {
            return Err(wrong("scope", "at most 50 words of printable ASCII"));
        }
        if self.resources.len() > URIS_MAX || !self.resources.iter().all(|uri| is_web(uri)) {
            return Err(wrong("resources", "at most 20: https, or http on a loopback address"));
        }
        if self.serves.len() > URIS_MAX || !self.serves.iter().all(|uri| is_web(uri)) {
            return Err(wrong("serves", "at most 20: https, or http on a loopback address"));
        }
        if jose::algorithm(&self.signing_alg).is_none() {
            return Err(wrong("id_token_signed_response_alg", "one of ES256, EdDSA, PS256, RS256"));
        }
        if self.fapi2 && (self.auth_method != AuthMethod::PrivateKeyJwt || self.signing_alg == "RS256") {
            return Err(wrong("profile", "fapi2 needs private_key_jwt and ES256, EdDSA or PS256"));
        }
        match (self.auth_method == AuthMethod::PrivateKeyJwt, &self.jwks) {
            (true, None) => Err(wrong("jwks", "needed with private_key_jwt")),
            (_, Some(set)) if jose::key_set(set).is_err() => Err(wrong(
                "jwks",
                "{\"keys\": […]} of at most 20 public keys: P-256, Ed25519 or RSA of 2048 bits and more",
            )),
            (_, Some(_)) | (false, None) => Ok(()),
        }
    }
}

fn is_scope(scope: &str) -> bool {
    (1..=64).contains(&scope.len()) && scope.bytes().all(|byte| matches!(byte, 0x21 | 0x23..=0x5B | 0x5D..=0x7E))
}

fn is_web(uri: &str) -> bool {
    let loopback = |rest: &str| {
        let authority = rest.split(['/', '?']).next().unwrap_or_default();
        let host = authority
            .strip_prefix("[::1]")
            .map_or_else(|| authority.split(':').next().unwrap_or_default(), |_| "[::1]");
        matches!(host, "127.0.0.1" | "[::1]" | "localhost")
    };
    let plain = uri.len() <= URI_BYTES_MAX
        && uri.bytes().all(|byte| byte.is_ascii_graphic())
        && !uri.contains(['#', '@', '\\', '*']);
    let host = |rest: &str| !rest.is_empty() && !rest.starts_with(['/', ':', '?']);
    plain && (uri.strip_prefix("https://").is_some_and(host) || uri.strip_prefix("http://").is_some_and(loopback))
}

/// RFC 8252 §7.1: a scheme of an app is a reversed domain, so that it holds a dot.
fn is_redirect(uri: &str) -> bool {
    let own_scheme = || {
        uri.split_once(":/").is_some_and(|(scheme, _)| {
            scheme.contains('.')
                && scheme
                    .bytes()
                    .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'.' | b'-'))
        }) && uri.len() <= URI_BYTES_MAX
            && uri.bytes().all(|byte| byte.is_ascii_graphic())
            && !uri.contains('#')
    };
    is_web(uri) || own_scheme()
}

/// `by` is who does it, for the audit log.
pub async fn register(db: &Db, new: &NewClient, by: &str, now: Timestamp) -> Result<RegisteredClient, IdentityError> {
    new.check().map_err(IdentityError::Client)?;
    let id = new.id.clone().unwrap_or_else(|| format!("c_{}", Uuid::new_v4().simple()));
    let secret =
        matches!(new.auth_method, AuthMethod::ClientSecretBasic | AuthMethod::ClientSecretPost).then(token::new);
    let roles = role_names(&new.roles.iter().copied().chain([Role::Machine]).collect());
    let mut tx = db.begin().await?;
    let done = sqlx::query!(
        "insert into identity.oauth_client (id, name, auth_method, secret_hash, jwks, redirect_uris,
             post_logout_redirect_uris, backchannel_logout_uri, grant_types, scopes, resources, signing_alg, profile,
             dpop_bound, par_required, first_party, created_at, roles, serves, assertion_audience)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)
         on conflict (id) do nothing",
        id,
        new.name.trim(),
        new.auth_method.name(),
        secret.as_ref().map(|(_, hash)| hash.as_slice()),
        new.jwks,
        &new.redirect_uris,
        &new.post_logout_redirect_uris,
        new.backchannel_logout_uri,
        &new.grant_types,
        &new.scopes,
        &new.resources,
        new.signing_alg,
        if new.fapi2 { "fapi2" } else { "oauth2" },
        new.dpop_bound,
        new.par_required,
        new.first_party,
        now,
        &roles,
        &new.serves,
        if new.names_endpoints { "endpoint" } else { "issuer" }
    )
    .execute(&mut *tx)
    .await?;
    if done.rows_affected() == 0 {
        return Err(IdentityError::Client(wrong("client_id", "one that is not taken")));
    }
    let detail = json!({
        "client": id, "auth_method": new.auth_method.name(), "grant_types": new.grant_types, "scopes": new.scopes,
        "redirect_uris": new.redirect_uris, "first_party": new.first_party,
    });
    store::log(&mut tx, now, None, by, "client_added", detail).await?;
    tx.commit().await?;
    Ok(RegisteredClient { id, secret: secret.map(|(secret, _)| secret) })
}

/// What a client says of itself, anew; its id, its secret and how it authenticates stay.
pub async fn change(db: &Db, id: &str, new: &NewClient, by: &str, now: Timestamp) -> Result<(), IdentityError> {
    new.check().map_err(IdentityError::Client)?;
    let mut tx = db.begin().await?;
    let done = sqlx::query!(
        "update identity.oauth_client set name = $2, jwks = $3, redirect_uris = $4, post_logout_redirect_uris = $5,
             backchannel_logout_uri = $6, grant_types = $7, scopes = $8, signing_alg = $9, dpop_bound = $10,
             par_required = $11,
             changed_at = case when name <> $2 or redirect_uris <> $4 or jwks is distinct from $3 then $12
                 else changed_at end
         where id = $1 and disabled_at is null",
        id,
        new.name.trim(),
        new.jwks,
        &new.redirect_uris,
        &new.post_logout_redirect_uris,
        new.backchannel_logout_uri,
        &new.grant_types,
        &new.scopes,
        new.signing_alg,
        new.dpop_bound,
        new.par_required,
        now
    )
    .execute(&mut *tx)
    .await?;
    if done.rows_affected() == 1 {
        let detail = json!({
            "client": id, "grant_types": new.grant_types, "scopes": new.scopes, "redirect_uris": new.redirect_uris,
        });
        store::log(&mut tx, now, None, by, "client_changed", detail).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// The client's secret, made anew: the one before opens nothing from here on. None: it has none, or there is no such client.
pub async fn new_secret(db: &Db, id: &str, by: &str, now: Timestamp) -> Result<Option<String>, IdentityError> {
    // Made of the platform's secrets, and set anew with every start.
    if id == SITE_CLIENT {
        return Ok(None);
    }
    let (secret, hash) = token::new();
    let mut tx = db.begin().await?;
    let done = sqlx::query!(
        "update identity.oauth_client set secret_hash = $2
         where id = $1 and secret_hash is not null and disabled_at is null",
        id,
        hash.as_slice()
    )
    .execute(&mut *tx)
    .await?;
    if done.rows_affected() == 0 {
        return Ok(None);
    }
    store::log(&mut tx, now, None, by, "client_secret_renewed", json!({ "client": id })).await?;
    tx.commit().await?;
    Ok(Some(secret))
}

/// Ends all that it was given, too. False: there is no such living client, or it is our own site.
pub async fn disable(db: &Db, id: &str, by: &str, now: Timestamp) -> Result<bool, IdentityError> {
    if id == SITE_CLIENT {
        return Ok(false);
    }
    let mut tx = db.begin().await?;
    let done = sqlx::query!(
        "update identity.oauth_client set disabled_at = $2 where id = $1 and disabled_at is null",
        id,
        now
    )
    .execute(&mut *tx)
    .await?;
    if done.rows_affected() == 0 {
        return Ok(false);
    }
    sqlx::query!("update identity.oauth_grant set revoked_at = $2 where client = $1 and revoked_at is null", id, now)
        .execute(&mut *tx)
        .await?;
    store::log(&mut tx, now, None, by, "client_disabled", json!({ "client": id })).await?;
    tx.commit().await?;
    Ok(true)
}

/// Those that somebody registered: our own site is none of them.
pub async fn list(db: &Db) -> Result<Vec<Client>, IdentityError> {
    let ids = sqlx::query_scalar!(
        "select id from identity.oauth_client where disabled_at is null and id <> $1 order by created_at, id limit 500",
        SITE_CLIENT
    )
    .fetch_all(db.pool())
    .await?;
    let mut clients = Vec::with_capacity(ids.len());
    for id in ids {
        clients.extend(by_id(db, &id).await?);
    }
    Ok(clients)
}

/// What a client is when it acts for itself. None: it or the one that brings its token is disabled, or the token was revoked.
pub async fn machine_roles(
    db: &Db,
    id: &str,
    bringer: &str,
    spent: [u8; 32],
) -> Result<Option<Vec<String>>, IdentityError> {
    let roles = sqlx::query_scalar!(
        "select roles from identity.oauth_client where id = $1 and disabled_at is null
             and exists (select from identity.oauth_client b where b.id = $2 and b.disabled_at is null)
             and not exists (select from identity.oauth_spent t where t.hash = $3)",
        id,
        bringer,
        spent.as_slice()
    )
    .fetch_optional(db.pool())
    .await?;
    Ok(roles)
}

/// None: there is none, or it is disabled.
pub async fn by_id(db: &Db, id: &str) -> Result<Option<Client>, IdentityError> {
    if id.len() > 128 {
        return Ok(None);
    }
    let row = sqlx::query!(
        "select id, name, auth_method, secret_hash, jwks, redirect_uris, post_logout_redirect_uris,
             backchannel_logout_uri, grant_types, scopes, resources, serves, assertion_audience, signing_alg, profile,
             dpop_bound, par_required, first_party, registration_hash is not null as \"invited!\"
         from identity.oauth_client where id = $1 and disabled_at is null",
        id
    )
    .fetch_optional(db.pool())
    .await?;
    let Some(row) = row else { return Ok(None) };
    let broken = || IdentityError::Key(format!("the registration of {} is broken", row.id));
    Ok(Some(Client {
        auth_method: AuthMethod::parse(&row.auth_method).ok_or_else(broken)?,
        secret_hash: row.secret_hash.as_deref().map(TokenHash::try_from).transpose().map_err(|_| broken())?,
        keys: row.jwks.as_ref().map(jose::key_set).transpose().map_err(|_| broken())?,
        signing: jose::algorithm(&row.signing_alg).ok_or_else(broken)?,
        fapi2: row.profile == "fapi2",
        name: row.name,
        redirect_uris: row.redirect_uris,
        post_logout_redirect_uris: row.post_logout_redirect_uris,
        backchannel_logout_uri: row.backchannel_logout_uri,
        grant_types: row.grant_types,
        scopes: row.scopes,
        resources: row.resources,
        serves: row.serves,
        names_endpoints: row.assertion_audience == "endpoint",
        dpop_bound: row.dpop_bound,
        par_required: row.par_required,
        first_party: row.first_party,
        invited: row.invited,
        id: row.id,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn redirect_addresses() {
        let good = [
            "https://a.example/cb",
            "https://a.example:8443/cb?x=1",
            "http://127.0.0.1/cb",
            "http://[::1]:3000/cb",
            "http://localhost:3000/cb",
            "com.example.app:/cb",
        ];
        let bad = [
            "http://a.example/cb",
            "https://a.example/cb#x",
            "https://a.example@evil.example/",
            "https:///cb",
            "https://*.example/cb",
            "javascript:alert(1)",
            "app:/cb",
            "http://127.0.0.1.evil.example/cb",
            "data.x:/\u{7f}",
            "",
        ];
        for uri in good {
            assert!(is_redirect(uri), "{uri}");
        }
        for uri in bad {
            assert!(!is_redirect(uri), "{uri}");
        }
    }

    #[test]
    fn only_the_port_of_a_loopback_address_is_free() {
        assert!(same_loopback("http://127.0.0.1/cb", "http://127.0.0.1:51004/cb"));
        assert!(same_loopback("http://[::1]:1/cb", "http://[::1]:2/cb"));
        for (known, asked) in [
            ("http://127.0.0.1/cb", "http://127.0.0.1:51004/other"),
            ("http://127.0.0.1/cb", "http://127.0.0.1:5@evil.example/cb"),
            ("http://127.0.0.1/cb", "http://127.0.0.1.evil.example/cb"),
            ("http://127.0.0.1/cb", "https://127.0.0.1/cb"),
            ("http://localhost/cb", "http://localhost:5/cb"),
            ("http://127.0.0.1/cb", "http://[::1]/cb"),
        ] {
            assert!(!same_loopback(known, asked), "{known} {asked}");
        }
    }
}
