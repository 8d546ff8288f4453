//! The OpenID Provider as any client sees it: by its metadata, its endpoints and its signed tokens.

use std::{pin::Pin, sync::Arc, time::Duration};

use axum::{Router, body::Body};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use chrono::TimeDelta;
use http::{Request, header};
use http_body_util::{BodyExt as _, Limited};
use openidconnect::{
    AccessToken, AdditionalClaims, AsyncHttpClient, AuthenticationFlow, AuthorizationCode, ClientId, ClientSecret,
    CsrfToken, DiscoveryError, EndpointMaybeSet, EndpointNotSet, EndpointSet, HttpRequest, HttpResponse, IdToken,
    IssuerUrl, JsonWebTokenType, Nonce, OAuth2TokenResponse as _, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl,
    RefreshToken, RequestTokenError, TokenResponse as _,
    core::{
        CoreAuthPrompt, CoreClient, CoreErrorResponseType, CoreGenderClaim, CoreIdTokenVerifier,
        CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm, CoreProviderMetadata, CoreResponseType,
        CoreTokenResponse,
    },
    url::form_urlencoded,
};
use serde::{Deserialize, Serialize};
use svetu_kernel::Timestamp;
use tokio::sync::Mutex;
use tower::ServiceExt as _;

use crate::{SessionsDeps, SessionsError, paths};

/// So long what the provider says of itself is taken as it was.
const KNOWN_S: i64 = 300;
/// A token signed by an unknown key: its keys are asked for anew, but not more often.
const KEYS_AGAIN_S: i64 = 10;
const CALL_TIMEOUT: Duration = Duration::from_secs(5);
const BODY_BYTES_MAX: usize = 256 * 1024;
/// How far its clock may be ahead of ours.
const SKEW_S: i64 = 60;
/// Of an access token that does not say how long it lives.
const ACCESS_S_DEFAULT: u64 = 60;
/// Back-Channel Logout §2.4.
const LOGOUT_TYPE: &str = "logout+jwt";
const LOGOUT_EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";
/// Signed by the provider's own key: the secret that we share proves nothing about who signed.
const ALGORITHMS: [CoreJwsSigningAlgorithm; 3] = [
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EdDsa,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
];

type Client =
    CoreClient<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointMaybeSet, EndpointMaybeSet>;

/// Back-Channel Logout §2.4; `iss`, `aud`, `iat`, `exp` and `sub` are among the standard ones.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct LogoutClaims {
    sid: Option<String>,
    events: serde_json::Map<String, serde_json::Value>,
}
impl AdditionalClaims for LogoutClaims {}

type LogoutToken = IdToken<LogoutClaims, CoreGenderClaim, CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm>;

/// Whose sessions are over.
#[derive(Debug, PartialEq, Eq)]
pub struct LoggedOut {
    pub subject: String,
    /// None: all of them.
    pub sid: Option<String>,
}

/// What the browser keeps until it comes back.
#[derive(Debug)]
pub struct Departure {
    pub url: String,
    pub state: String,
    pub nonce: String,
    pub verifier: String,
}

/// What stands behind a session. Never logged, never shown.
#[derive(Clone, Serialize, Deserialize)]
pub struct Tokens {
    pub access: String,
    pub refresh: Option<String>,
    /// The newest one: names the session when it is signed out.
    pub id: String,
}

pub struct Granted {
    pub tokens: Tokens,
    pub subject: String,
    pub access_expires_at: Timestamp,
}

pub struct Provider {
    issuer: IssuerUrl,
    client_id: ClientId,
    secret: ClientSecret,
    redirect: RedirectUrl,
    /// The platform's API: what the access token is for (RFC 8707).
    api: String,
    inside: Inside,
    /// One asks at a time; the others take what it brought.
    known: Mutex<Option<(Timestamp, Arc<CoreProviderMetadata>)>>,
}

/// With its causes: the libraries tell theirs only there.
fn told(error: &(dyn std::error::Error + 'static)) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

impl From<DiscoveryError<InsideError>> for SessionsError {
    fn from(error: DiscoveryError<InsideError>) -> Self {
        Self::Unavailable(format!("its metadata: {}", told(&error)))
    }
}

/// What cannot be read may hold tokens: none of it is told.
fn failed(
    what: &str,
    error: RequestTokenError<InsideError, openidconnect::StandardErrorResponse<CoreErrorResponseType>>,
) -> SessionsError {
    match error {
        RequestTokenError::Request(error) => SessionsError::Unavailable(told(&error)),
        RequestTokenError::ServerResponse(answer) if *answer.error() == CoreErrorResponseType::InvalidGrant => {
            SessionsError::Over
        }
        RequestTokenError::ServerResponse(answer) => SessionsError::Refused(format!("{what}: {answer}")),
        error => SessionsError::Refused(format!("{what}: {error}")),
    }
}

impl Provider {
    pub fn try_new(deps: &SessionsDeps) -> Result<Self, SessionsError> {
        let url = &deps.site_url;
        let wrong = |error: openidconnect::url::ParseError| SessionsError::Address(error.to_string());
        Ok(Self {
            issuer: IssuerUrl::new(url.clone()).map_err(wrong)?,
            client_id: ClientId::new(deps.client_id.clone()),
            secret: ClientSecret::new(deps.client_secret.clone()),
            redirect: RedirectUrl::new(format!("{url}{}", paths::CALLBACK)).map_err(wrong)?,
            api: format!("{url}/api/v1"),
            inside: Inside(deps.provider.clone()),
            known: Mutex::default(),
        })
    }

    /// No older than `age_s_max`.
    async fn metadata(&self, age_s_max: i64, now: Timestamp) -> Result<Arc<CoreProviderMetadata>, SessionsError> {
        let mut known = self.known.lock().await;
        if let Some((at, metadata)) = known.as_ref()
            && (now - *at).num_seconds().abs() < age_s_max
        {
            return Ok(Arc::clone(metadata));
        }
        let metadata = Arc::new(CoreProviderMetadata::discover_async(self.issuer.clone(), &self.inside).await?);
        *known = Some((now, Arc::clone(&metadata)));
        Ok(metadata)
    }

    fn client(&self, metadata: &CoreProviderMetadata) -> Client {
        CoreClient::from_provider_metadata(metadata.clone(), self.client_id.clone(), Some(self.secret.clone()))
            .set_redirect_uri(self.redirect.clone())
    }

    /// `silent`: the provider asks nobody anything (OIDC Core §3.1.2.1, `prompt=none`).
    pub async fn depart(&self, silent: bool, language: &str, now: Timestamp) -> Result<Departure, SessionsError> {
        let metadata = self.metadata(KNOWN_S, now).await?;
        let client = self.client(&metadata);
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let mut request = client
            .authorize_url(
                AuthenticationFlow::<CoreResponseType>::AuthorizationCode,
                CsrfToken::new_random,
                Nonce::new_random,
            )
            .add_extra_param("resource", &self.api)
            .add_extra_param("ui_locales", language)
            .set_pkce_challenge(challenge);
        if silent {
            request = request.add_prompt(CoreAuthPrompt::None);
        }
        let (url, state, nonce) = request.url();
        Ok(Departure {
            url: url.into(),
            state: state.into_secret(),
            nonce: nonce.secret().clone(),
            verifier: verifier.into_secret(),
        })
    }

    /// RFC 9207 §2.4: the answer names the provider that we sent people to.
    pub fn is_mine(&self, iss: Option<&str>) -> bool {
        iss == Some(self.issuer.as_str())
    }

    /// Gives the code for tokens (OIDC Core §3.1.3).
    pub async fn arrive(
        &self,
        code: String,
        nonce: String,
        verifier: String,
        now: Timestamp,
    ) -> Result<Granted, SessionsError> {
        let (mut metadata, nonce) = (self.metadata(KNOWN_S, now).await?, Nonce::new(nonce));
        let mut client = self.client(&metadata);
        let answer = client
            .exchange_code(AuthorizationCode::new(code))
            .map_err(|error| SessionsError::Refused(format!("no token endpoint: {error}")))?
            .set_pkce_verifier(PkceCodeVerifier::new(verifier))
            .request_async(&self.inside)
            .await
            .map_err(|error| failed("the code", error))?;
        let token = answer.id_token().ok_or_else(|| SessionsError::Refused("no ID token".to_owned()))?;
        let mut claims = token.claims(&at(client.id_token_verifier(), now), &nonce);
        if matches!(claims, Err(ref error) if is_unknown_key(error)) {
            metadata = self.metadata(KEYS_AGAIN_S, now).await?;
            client = self.client(&metadata);
            claims = token.claims(&at(client.id_token_verifier(), now), &nonce);
        }
        let claims = claims.map_err(|error| SessionsError::Refused(format!("the ID token: {}", told(&error))))?;
        if claims.authorized_party().is_some_and(|party| *party != self.client_id) {
            return Err(SessionsError::Refused("the ID token is for another client".to_owned()));
        }
        let tokens = Tokens {
            access: answer.access_token().secret().clone(),
            refresh: answer.refresh_token().map(|token| token.secret().clone()),
            id: token.to_string(),
        };
        Ok(Granted { tokens, subject: claims.subject().to_string(), access_expires_at: expiry(&answer, now) })
    }

    /// New tokens for the old ones (RFC 6749 §6). [`SessionsError::Over`]: there are none any more.
    pub async fn renew(&self, old: &Tokens, now: Timestamp) -> Result<(Tokens, Timestamp), SessionsError> {
        let refresh = RefreshToken::new(old.refresh.clone().ok_or(SessionsError::Over)?);
        let metadata = self.metadata(KNOWN_S, now).await?;
        let answer = self
            .client(&metadata)
            .exchange_refresh_token(&refresh)
            .map_err(|error| SessionsError::Refused(format!("no token endpoint: {error}")))?
            .request_async(&self.inside)
            .await
            .map_err(|error| failed("the refresh token", error))?;
        let tokens = Tokens {
            access: AccessToken::secret(answer.access_token()).clone(),
            // A provider that does not rotate gives none (RFC 6749 §6).
            refresh: answer.refresh_token().map(|token| token.secret().clone()).or_else(|| old.refresh.clone()),
            // The newest one is signed by a key that the provider still knows when the session is signed out.
            id: answer.id_token().map_or_else(|| old.id.clone(), ToString::to_string),
        };
        Ok((tokens, expiry(&answer, now)))
    }

    /// Ends all that was given for the session (RFC 7009 §2.1). One that it does not know any more is as good as ended.
    pub async fn let_go(&self, tokens: &Tokens) -> Result<(), SessionsError> {
        let (token, hint) = match &tokens.refresh {
            Some(refresh) => (refresh.as_str(), "refresh_token"),
            None => (tokens.access.as_str(), "access_token"),
        };
        let form = serde_html_form::to_string([("token", token), ("token_type_hint", hint)]).unwrap_or_default();
        // RFC 6749 §2.3.1: both are written as a form writes them.
        let written = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
        let name = format!("{}:{}", written(&self.client_id), written(self.secret.secret()));
        let request = Request::post(format!("{}/oauth/revoke", self.issuer.as_str()))
            .header(header::AUTHORIZATION, format!("Basic {}", STANDARD.encode(name)))
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(form.into_bytes())
            .map_err(|error| SessionsError::Address(error.to_string()))?;
        let answer = self.inside.send(request).await.map_err(|error| SessionsError::Unavailable(told(&error)))?;
        if answer.status().is_success() {
            Ok(())
        } else {
            Err(SessionsError::Refused(format!("the revocation: {}", answer.status().as_u16())))
        }
    }

    /// Where the session at the provider is ended, in the person's browser (RP-Initiated Logout §2).
    pub fn departure_for_good(&self, id_token: &str, back: &str) -> String {
        let query = serde_html_form::to_string([
            ("id_token_hint", id_token),
            ("client_id", self.client_id.as_str()),
            ("post_logout_redirect_uri", back),
        ]);
        format!("{}/oauth/logout?{}", self.issuer.as_str(), query.unwrap_or_default())
    }

    /// Back-Channel Logout §2.6.
    pub async fn logged_out(&self, token: &str, now: Timestamp) -> Result<LoggedOut, SessionsError> {
        let refused = |what: &str| SessionsError::Refused(format!("the logout token: {what}"));
        let token: LogoutToken = token.parse().map_err(|_| refused("it is no JWT"))?;
        let mut metadata = self.metadata(KNOWN_S, now).await?;
        let mut claims = None;
        for again in [false, true] {
            let client = self.client(&metadata);
            let verifier = at(client.id_token_verifier(), now).set_allowed_jose_types([JsonWebTokenType::new(
                LOGOUT_TYPE.to_owned(),
            )
            .normalize()
            .map_err(|error| SessionsError::Refused(error.to_string()))?]);
            // One with a nonce may be an ID token in disguise.
            let without = |nonce: Option<&Nonce>| nonce.map_or(Ok(()), |_| Err("it has a nonce".to_owned()));
            match token.claims(&verifier, without) {
                Ok(found) => {
                    claims = Some((found.subject().to_string(), found.additional_claims().clone()));
                    break;
                }
                Err(error) if is_unknown_key(&error) && !again => {
                    metadata = self.metadata(KEYS_AGAIN_S, now).await?;
                }
                Err(error) => return Err(refused(&told(&error))),
            }
        }
        let (subject, LogoutClaims { sid, events }) = claims.ok_or_else(|| refused("its key is unknown"))?;
        if !events.get(LOGOUT_EVENT).is_some_and(serde_json::Value::is_object) {
            return Err(refused("it is about another event"));
        }
        Ok(LoggedOut { subject, sid })
    }
}

fn expiry(answer: &CoreTokenResponse, now: Timestamp) -> Timestamp {
    let seconds = answer.expires_in().map_or(ACCESS_S_DEFAULT, |life| life.as_secs()).min(86_400);
    now + TimeDelta::seconds(i64::try_from(seconds).unwrap_or_default())
}

/// OIDC Core §3.1.3.7, by our own clock.
fn at(verifier: CoreIdTokenVerifier<'_>, now: Timestamp) -> CoreIdTokenVerifier<'_> {
    let ahead = now + TimeDelta::seconds(SKEW_S);
    verifier
        .set_allowed_algs(ALGORITHMS)
        .set_time_fn(move || now)
        .set_issue_time_verifier_fn(move |at| if at > ahead { Err("it is of the future".to_owned()) } else { Ok(()) })
}

const fn is_unknown_key(error: &openidconnect::ClaimsVerificationError) -> bool {
    use openidconnect::{ClaimsVerificationError as Claims, SignatureVerificationError as Signature};
    matches!(error, Claims::SignatureVerification(Signature::NoMatchingKey))
}

#[derive(Debug, thiserror::Error)]
pub enum InsideError {
    #[error("no answer within {} s", CALL_TIMEOUT.as_secs())]
    Late,
    #[error("it answered {0}")]
    Failed(u16),
    #[error("its answer cannot be read: {0}")]
    Body(String),
}

/// The provider's endpoints, called as a function.
struct Inside(Router);

impl Inside {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, InsideError> {
        let answered = async {
            let response = match self.0.clone().oneshot(request.map(Body::from)).await {
                Ok(response) => response,
                Err(never) => match never {},
            };
            let (parts, body) = response.into_parts();
            // Not what the specification calls an error: the provider itself failed.
            if parts.status.is_server_error() {
                return Err(InsideError::Failed(parts.status.as_u16()));
            }
            let body = Limited::new(body, BODY_BYTES_MAX).collect().await;
            let body = body.map_err(|error| InsideError::Body(error.to_string()))?.to_bytes();
            let mut answer = HttpResponse::new(body.to_vec());
            (*answer.status_mut(), *answer.headers_mut()) = (parts.status, parts.headers);
            Ok(answer)
        };
        tokio::time::timeout(CALL_TIMEOUT, answered).await.unwrap_or(Err(InsideError::Late))
    }
}

impl<'c> AsyncHttpClient<'c> for Inside {
    type Error = InsideError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, InsideError>> + Send + 'c>>;

    fn call(&'c self, request: Request<Vec<u8>>) -> Self::Future {
        Box::pin(self.send(request))
    }
}
