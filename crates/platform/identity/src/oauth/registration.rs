//! Clients that register themselves by an operator's invitation and look after their registration (RFC 7591, 7592).

use chrono::Duration;
use http::{HeaderMap, header};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use svetu_kernel::Timestamp;
use url::Url;

use super::{
    Result,
    client::{self, AuthMethod, Client, ClientError, NewClient},
    error::{Code, OAuthError},
    staff::COMMAND_LINE,
};
use crate::{Identity, IdentityError, calls::is_public_host, store, token};

/// What an invited client may ask of people; everything else an operator registers.
const SCOPES: [&str; 4] = ["openid", "profile", "email", "offline_access"];
const INVITATION_DAYS_MAX: i64 = 30;

/// RFC 7591 §2. What is not known here is ignored, as §3.1 wants it.
#[derive(Debug, Clone, Deserialize, Serialize)]
pub struct Metadata {
    #[serde(default)]
    client_name: String,
    #[serde(default)]
    redirect_uris: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    post_logout_redirect_uris: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    backchannel_logout_uri: Option<String>,
    #[serde(default = "basic")]
    token_endpoint_auth_method: String,
    #[serde(default = "code")]
    grant_types: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    scope: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    jwks: Option<Value>,
    #[serde(default = "es256")]
    id_token_signed_response_alg: String,
    #[serde(default)]
    dpop_bound_access_tokens: bool,
    #[serde(default)]
    require_pushed_authorization_requests: bool,
}

fn basic() -> String {
    "client_secret_basic".to_owned()
}

fn code() -> Vec<String> {
    vec!["authorization_code".to_owned()]
}

fn es256() -> String {
    "ES256".to_owned()
}

fn refused(error: &ClientError) -> OAuthError {
    let code =
        if error.field.contains("redirect_uris") { Code::InvalidRedirectUri } else { Code::InvalidClientMetadata };
    OAuthError::new(code, error.to_string())
}

impl Metadata {
    fn client(&self) -> Result<NewClient> {
        let invalid = |field, expected| refused(&ClientError { field, expected });
        let auth_method = AuthMethod::parse(&self.token_endpoint_auth_method).ok_or_else(|| {
            invalid(
                "token_endpoint_auth_method",
                "one of none, client_secret_basic, client_secret_post, private_key_jwt",
            )
        })?;
        if self.grant_types.iter().any(|kind| kind != "authorization_code" && kind != "refresh_token") {
            return Err(invalid("grant_types", "authorization_code and refresh_token; an operator registers others"));
        }
        let scopes: Vec<String> = match &self.scope {
            Some(scope) => scope.split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect(),
            None => SCOPES.iter().map(|scope| (*scope).to_owned()).collect(),
        };
        if scopes.iter().any(|scope| !SCOPES.contains(&scope.as_str())) {
            return Err(invalid(
                "scope",
                "some of openid, profile, email, offline_access; an operator registers others",
            ));
        }
        let outside = |url: Url| url.scheme() == "https" && is_public_host(&url) && url.host_str() != Some("localhost");
        let inside = |uri: &String| !Url::parse(uri).is_ok_and(outside);
        if self.backchannel_logout_uri.as_ref().is_some_and(inside) {
            return Err(invalid("backchannel_logout_uri", "https, to a public host; an operator registers others"));
        }
        let new = NewClient {
            id: None,
            name: self.client_name.clone(),
            auth_method,
            jwks: self.jwks.clone(),
            redirect_uris: self.redirect_uris.clone(),
            post_logout_redirect_uris: self.post_logout_redirect_uris.clone(),
            backchannel_logout_uri: self.backchannel_logout_uri.clone(),
            grant_types: self.grant_types.clone(),
            scopes,
            resources: Vec::new(),
            serves: Vec::new(),
            names_endpoints: false,
            signing_alg: self.id_token_signed_response_alg.clone(),
            fapi2: false,
            dpop_bound: self.dpop_bound_access_tokens,
            par_required: self.require_pushed_authorization_requests,
            first_party: false,
            roles: Vec::new(),
        };
        new.check().map_err(|error| refused(&error))?;
        Ok(new)
    }
}

impl Identity {
    /// A secret with which so many clients may register themselves, for at most thirty days.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn invite_clients(&self, uses: u16, days: u16) -> Result<String, IdentityError> {
        let ((secret, hash), now) = (token::new(), self.clock.now());
        let mut tx = self.db.begin().await?;
        sqlx::query!(
            "insert into identity.oauth_invitation (hash, uses_left, created_at, expires_at) values ($1, $2, $3, $4)",
            hash.as_slice(),
            i32::from(uses),
            now,
            now + Duration::days(i64::from(days).min(INVITATION_DAYS_MAX))
        )
        .execute(&mut *tx)
        .await?;
        let detail = json!({ "uses": uses, "days": days });
        store::log(&mut tx, now, None, COMMAND_LINE, "clients_invited", detail).await?;
        tx.commit().await?;
        Ok(secret)
    }

    /// RFC 7591 §3.
    pub(super) async fn register_itself(&self, headers: &HeaderMap, body: &[u8], now: Timestamp) -> Result<Value> {
        let invitation = bearer(headers)?;
        let metadata: Metadata = serde_json::from_slice(body).map_err(|_| {
            OAuthError::new(Code::InvalidClientMetadata, "the body is a JSON object of RFC 7591 metadata")
        })?;
        let new = metadata.client()?;
        let invited_by = token::hash(invitation);
        let used = sqlx::query!(
            "update identity.oauth_invitation set uses_left = uses_left - 1
             where hash = $1 and uses_left > 0 and expires_at > $2",
            invited_by.as_slice(),
            now
        )
        .execute(self.db.pool())
        .await?;
        if used.rows_affected() == 0 {
            return Err(unknown());
        }
        let registered = client::register(&self.db, &new, "invited", now).await?;
        let (management, hash) = token::new();
        sqlx::query!(
            "update identity.oauth_client set registration_hash = $2 where id = $1",
            registered.id,
            hash.as_slice()
        )
        .execute(self.db.pool())
        .await?;
        let client = client::by_id(&self.db, &registered.id).await?.ok_or_else(unknown)?;
        let mut answer = self.described(&client)?;
        answer["client_id_issued_at"] = json!(now.timestamp());
        answer["registration_access_token"] = json!(management);
        if let Some(secret) = registered.secret {
            answer["client_secret"] = json!(secret);
            answer["client_secret_expires_at"] = json!(0);
        }
        Ok(answer)
    }

    /// RFC 7592 §2.1.
    pub(super) async fn own_registration(&self, headers: &HeaderMap, id: &str) -> Result<Value> {
        let client = self.managed(headers, id).await?;
        self.described(&client)
    }

    /// RFC 7592 §2.2: the whole of it anew; how it authenticates stays.
    pub(super) async fn change_registration(
        &self,
        headers: &HeaderMap,
        id: &str,
        body: &[u8],
        now: Timestamp,
    ) -> Result<Value> {
        let client = self.managed(headers, id).await?;
        let metadata: Metadata = serde_json::from_slice(body).map_err(|_| {
            OAuthError::new(Code::InvalidClientMetadata, "the body is a JSON object of RFC 7591 metadata")
        })?;
        let new = metadata.client()?;
        if new.auth_method != client.auth_method {
            let stays =
                ClientError { field: "token_endpoint_auth_method", expected: "the one that it was registered with" };
            return Err(refused(&stays));
        }
        client::change(&self.db, id, &new, &itself(id), now).await?;
        self.oauth.clients.forget();
        let client = client::by_id(&self.db, id).await?.ok_or_else(unknown)?;
        self.described(&client)
    }

    /// RFC 7592 §2.3.
    pub(super) async fn leave_registration(&self, headers: &HeaderMap, id: &str) -> Result<()> {
        let client = self.managed(headers, id).await?;
        self.disable_as(&itself(id), &client.id).await?;
        Ok(())
    }

    async fn managed(&self, headers: &HeaderMap, id: &str) -> Result<Client> {
        let hash = token::hash(bearer(headers)?);
        let known = sqlx::query_scalar!(
            "select id from identity.oauth_client where id = $1 and registration_hash = $2 and disabled_at is null",
            id,
            hash.as_slice()
        )
        .fetch_optional(self.db.pool())
        .await?;
        let id = known.ok_or_else(unknown)?;
        client::by_id(&self.db, &id).await?.ok_or_else(unknown)
    }

    fn described(&self, client: &Client) -> Result<Value> {
        let metadata = Metadata {
            client_name: client.name.clone(),
            redirect_uris: client.redirect_uris.clone(),
            post_logout_redirect_uris: client.post_logout_redirect_uris.clone(),
            backchannel_logout_uri: client.backchannel_logout_uri.clone(),
            token_endpoint_auth_method: client.auth_method.name().to_owned(),
            grant_types: client.grant_types.clone(),
            scope: Some(client.scopes.join(" ")),
            jwks: client.keys.as_ref().and_then(|keys| serde_json::to_value(keys).ok()),
            id_token_signed_response_alg: super::jose::name(client.signing).to_owned(),
            dpop_bound_access_tokens: client.dpop_bound,
            require_pushed_authorization_requests: client.par_required,
        };
        let mut value = serde_json::to_value(metadata)
            .map_err(|error| OAuthError::internal(IdentityError::Key(error.to_string())))?;
        value["client_id"] = json!(client.id);
        value["registration_client_uri"] = json!(format!("{}/{}", self.oauth.endpoint("register"), client.id));
        Ok(value)
    }
}

/// A client in the audit log.
fn itself(id: &str) -> String {
    format!("client:{id}")
}

fn unknown() -> OAuthError {
    OAuthError {
        challenge: Some("Bearer"),
        ..OAuthError::new(
            Code::InvalidToken,
            "the invitation or the registration access token is unknown, used up or too old",
        )
    }
}

fn bearer(headers: &HeaderMap) -> Result<&str> {
    let value = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let (scheme, token) = value.and_then(|value| value.split_once(' ')).ok_or_else(unknown)?;
    if scheme.eq_ignore_ascii_case("bearer") && token::plausible(token) { Ok(token) } else { Err(unknown()) }
}
