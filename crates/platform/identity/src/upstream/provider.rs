//! One provider: what it says of itself, where it sends people, and whom it names when they come back.

use std::sync::Arc;

use openidconnect::{
    AdditionalProviderMetadata, AuthType, AuthenticationFlow, AuthorizationCode, ClaimsVerificationError, ClientId,
    CsrfToken, DiscoveryError, EndpointMaybeSet, EndpointNotSet, EndpointSet, IssuerUrl, Nonce,
    OAuth2TokenResponse as _, PkceCodeChallenge, PkceCodeVerifier, ProviderMetadata, RedirectUrl, RequestTokenError,
    Scope, SignatureVerificationError, TokenResponse as _, TokenUrl, UserInfoError,
    core::{
        CoreAuthDisplay, CoreClaimName, CoreClaimType, CoreClient, CoreClientAuthMethod, CoreGrantType, CoreIdToken,
        CoreIdTokenClaims, CoreJsonWebKey, CoreJweContentEncryptionAlgorithm, CoreJweKeyManagementAlgorithm,
        CoreJwsSigningAlgorithm, CoreResponseMode, CoreResponseType, CoreSubjectIdentifierType, CoreUserInfoClaims,
    },
};
use serde::{Deserialize, Serialize};
use svetu_kernel::Timestamp;
use tokio::sync::Mutex;

use super::{
    Brand, CALLBACK, UpstreamConfig, UpstreamConfigError,
    credential::Credential,
    reach::{Reach, ReachError},
};
use crate::IdentityError;

/// So long what a provider says of itself is taken as it was.
const KNOWN_S: i64 = 3_600;
/// A token signed by an unknown key: its keys are asked for anew, but not more often.
const KEYS_AGAIN_S: i64 = 60;
/// A provider that does not answer is let alone for so long.
const ALONE_S: i64 = 10;
/// How far its clock may be ahead of ours.
const SKEW_S: i64 = 120;
/// OIDC Core §2.
const SUBJECT_BYTES_MAX: usize = 255;
/// Signed by the provider's own key: the secret that we share proves nothing about who signed.
const ALGORITHMS: [CoreJwsSigningAlgorithm; 5] = [
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
    CoreJwsSigningAlgorithm::EdDsa,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
];

/// RFC 9207 §3.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct NamesItself {
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
}
impl AdditionalProviderMetadata for NamesItself {}

type Metadata = ProviderMetadata<
    NamesItself,
    CoreAuthDisplay,
    CoreClientAuthMethod,
    CoreClaimName,
    CoreClaimType,
    CoreGrantType,
    CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm,
    CoreJsonWebKey,
    CoreResponseMode,
    CoreResponseType,
    CoreSubjectIdentifierType,
>;
type Client =
    CoreClient<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointMaybeSet, EndpointMaybeSet>;

/// Why nobody came back. The sentence is for the log: people are told less.
#[derive(Debug, thiserror::Error)]
pub enum ProviderError {
    #[error("{0}")]
    Unreachable(String),
    #[error("{0}")]
    Refused(String),
}

/// What the browser keeps until it comes back.
pub struct Departure {
    pub url: String,
    pub state: String,
    pub nonce: String,
    pub verifier: String,
}

/// Whom the provider names.
#[derive(Debug, PartialEq, Eq)]
pub struct Stranger {
    pub issuer: String,
    pub subject: String,
    pub email: Option<String>,
    /// The provider vouches for the address; otherwise it is nobody's until it is proven here.
    pub vouched: bool,
    pub name: Option<String>,
}

pub struct Provider {
    pub id: String,
    pub name: String,
    pub brand: Brand,
    issuer: IssuerUrl,
    client_id: ClientId,
    credential: Credential,
    scopes: Vec<Scope>,
    redirect: RedirectUrl,
    token_endpoint: Option<TokenUrl>,
    pub form_post: bool,
    reach: Reach,
    /// One asks at a time; the others take what it brought.
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    metadata: Option<(Timestamp, Arc<Metadata>)>,
    failed_at: Option<Timestamp>,
}

/// With its causes: the libraries tell theirs only there.
fn told(error: &(dyn std::error::Error + 'static)) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

fn refused(what: &str, error: &(dyn std::error::Error + 'static)) -> ProviderError {
    ProviderError::Refused(format!("{what}: {}", told(error)))
}

impl From<DiscoveryError<ReachError>> for ProviderError {
    fn from(error: DiscoveryError<ReachError>) -> Self {
        Self::Unreachable(format!("its metadata: {}", told(&error)))
    }
}

impl Provider {
    pub fn try_new(config: UpstreamConfig, site_url: &str) -> Result<Self, IdentityError> {
        config.check()?;
        let failed = |_| IdentityError::Upstream(UpstreamConfigError::Issuer);
        let token_endpoint = config.token_endpoint.clone().map(TokenUrl::new).transpose();
        Ok(Self {
            credential: Credential::try_new(&config)?,
            token_endpoint: token_endpoint.map_err(|_| UpstreamConfigError::TokenEndpoint)?,
            form_post: config.form_post,
            reach: Reach::try_new(config.issuer()?)?,
            issuer: IssuerUrl::new(config.issuer).map_err(failed)?,
            redirect: RedirectUrl::new(format!("{site_url}{}", CALLBACK.replace("{id}", &config.id)))
                .map_err(failed)?,
            id: config.id,
            name: config.name,
            brand: config.brand,
            client_id: ClientId::new(config.client_id),
            scopes: config.scopes.into_iter().filter(|scope| scope != "openid").map(Scope::new).collect(),
            known: Mutex::default(),
        })
    }

    /// No older than `age_s_max`, or, when the provider does not answer, as it was.
    async fn metadata(&self, age_s_max: i64, now: Timestamp) -> Result<Arc<Metadata>, ProviderError> {
        let within = |at: Timestamp, seconds: i64| (now - at).num_seconds().abs() < seconds;
        let mut known = self.known.lock().await;
        if let Some((at, metadata)) = &known.metadata
            && within(*at, age_s_max)
        {
            return Ok(Arc::clone(metadata));
        }
        if !known.failed_at.is_some_and(|at| within(at, ALONE_S)) {
            match Metadata::discover_async(self.issuer.clone(), &self.reach).await {
                Ok(metadata) => {
                    let metadata = Arc::new(self.completed(metadata));
                    *known = Known { metadata: Some((now, Arc::clone(&metadata))), failed_at: None };
                    return Ok(metadata);
                }
                Err(error) => {
                    let error = ProviderError::from(error);
                    tracing::warn!(upstream = self.id, %error, "the provider `{}` says nothing of itself", self.id);
                    known.failed_at = Some(now);
                }
            }
        }
        let last = known.metadata.as_ref().map(|(_, metadata)| Arc::clone(metadata));
        last.ok_or_else(|| ProviderError::Unreachable("it has not said anything of itself yet".to_owned()))
    }

    /// What its metadata leaves out the operator says.
    fn completed(&self, metadata: Metadata) -> Metadata {
        match &self.token_endpoint {
            None => metadata,
            own => metadata
                .set_token_endpoint(own.clone())
                .set_token_endpoint_auth_methods_supported(Some(vec![CoreClientAuthMethod::ClientSecretPost])),
        }
    }

    fn client(&self, metadata: &Metadata, now: Timestamp) -> Result<Client, ProviderError> {
        let secret = self.credential.show(now).map_err(|error| refused("our own secret", &error))?;
        let client = CoreClient::from_provider_metadata(metadata.clone(), self.client_id.clone(), Some(secret));
        // RFC 8414 §2: who says nothing takes HTTP Basic.
        let methods = metadata.token_endpoint_auth_methods_supported();
        let basic = methods.is_none_or(|known| known.contains(&CoreClientAuthMethod::ClientSecretBasic));
        let client = client.set_redirect_uri(self.redirect.clone());
        Ok(if basic { client } else { client.set_auth_type(AuthType::RequestBody) })
    }

    pub async fn depart(&self, now: Timestamp) -> Result<Departure, ProviderError> {
        let metadata = self.metadata(KNOWN_S, now).await?;
        let client = self.client(&metadata, now)?;
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let mut asked = client
            .authorize_url(
                AuthenticationFlow::<CoreResponseType>::AuthorizationCode,
                CsrfToken::new_random,
                Nonce::new_random,
            )
            .add_scopes(self.scopes.iter().cloned())
            .set_pkce_challenge(challenge);
        if self.form_post {
            asked = asked.add_extra_param("response_mode", "form_post");
        }
        let (url, state, nonce) = asked.url();
        Ok(Departure {
            url: url.into(),
            state: state.into_secret(),
            nonce: nonce.secret().clone(),
            verifier: verifier.into_secret(),
        })
    }

    /// Whether the answer comes from this provider at all (RFC 9207 §2.4): else its code would be given to another.
    pub async fn is_mine(&self, iss: Option<&str>, now: Timestamp) -> Result<(), ProviderError> {
        let says =
            self.metadata(KNOWN_S, now).await?.additional_metadata().authorization_response_iss_parameter_supported;
        match iss {
            Some(iss) if iss == self.issuer.as_str() => Ok(()),
            None if !says => Ok(()),
            Some(_) => Err(ProviderError::Refused("the answer is another issuer's".to_owned())),
            None => Err(ProviderError::Refused("the answer does not name its issuer".to_owned())),
        }
    }

    /// Gives the code for what the provider says of the person.
    pub async fn arrive(
        &self,
        code: String,
        nonce: String,
        verifier: String,
        now: Timestamp,
    ) -> Result<Stranger, ProviderError> {
        let (mut metadata, nonce) = (self.metadata(KNOWN_S, now).await?, Nonce::new(nonce));
        let mut client = self.client(&metadata, now)?;
        let tokens = client
            .exchange_code(AuthorizationCode::new(code))
            .map_err(|error| refused("no token endpoint", &error))?
            .set_pkce_verifier(PkceCodeVerifier::new(verifier))
            .request_async(&self.reach)
            .await
            .map_err(|error| match error {
                RequestTokenError::Request(error) => ProviderError::Unreachable(told(&error)),
                // What cannot be read may hold tokens: none of it is told.
                error => ProviderError::Refused(format!("the code: {error}")),
            })?;
        let token = tokens.id_token().ok_or_else(|| ProviderError::Refused("no ID token".to_owned()))?;
        let mut claims = verified(token, &client, &nonce, now);
        if is_unknown_key(&claims) {
            metadata = self.metadata(KEYS_AGAIN_S, now).await?;
            client = self.client(&metadata, now)?;
            claims = verified(token, &client, &nonce, now);
        }
        let claims = claims.map_err(|error| refused("the ID token", &error))?;
        if claims.authorized_party().is_some_and(|party| *party != self.client_id) {
            return Err(ProviderError::Refused("the ID token is for another client".to_owned()));
        }
        let subject = claims.subject().to_string();
        if subject.is_empty() || subject.len() > SUBJECT_BYTES_MAX {
            return Err(ProviderError::Refused("a subject of no or of too many bytes".to_owned()));
        }
        let mut stranger = Stranger {
            issuer: self.issuer.to_string(),
            subject,
            email: claims.email().map(|email| email.to_string()),
            vouched: claims.email_verified() == Some(true),
            name: claims.name().and_then(|name| name.get(None)).map(|name| name.to_string()),
        };
        // OIDC Core §5.4: with an access token the address may stand in the userinfo alone.
        if claims.email().is_none() && metadata.userinfo_endpoint().is_some() {
            let info: CoreUserInfoClaims = client
                .user_info(tokens.access_token().clone(), Some(claims.subject().clone()))
                .map_err(|error| refused("no userinfo endpoint", &error))?
                .request_async(&self.reach)
                .await
                .map_err(|error| match error {
                    UserInfoError::Request(error) => ProviderError::Unreachable(told(&error)),
                    error => ProviderError::Refused(format!("the userinfo: {error}")),
                })?;
            stranger.email = info.email().map(|email| email.to_string());
            stranger.vouched = info.email_verified() == Some(true);
            let name = info.name().and_then(|name| name.get(None)).map(|name| name.to_string());
            stranger.name = stranger.name.or(name);
        }
        Ok(stranger)
    }
}

/// OIDC Core §3.1.3.7, by our own clock.
fn verified<'t>(
    token: &'t CoreIdToken,
    client: &Client,
    nonce: &Nonce,
    now: Timestamp,
) -> Result<&'t CoreIdTokenClaims, ClaimsVerificationError> {
    let ahead = now + chrono::Duration::seconds(SKEW_S);
    let verifier =
        client.id_token_verifier().set_allowed_algs(ALGORITHMS).set_time_fn(move || now).set_issue_time_verifier_fn(
            move |at| if at > ahead { Err("it is of the future".to_owned()) } else { Ok(()) },
        );
    token.claims(&verifier, nonce)
}

const fn is_unknown_key(claims: &Result<&CoreIdTokenClaims, ClaimsVerificationError>) -> bool {
    matches!(claims, Err(ClaimsVerificationError::SignatureVerification(SignatureVerificationError::NoMatchingKey)))
}
