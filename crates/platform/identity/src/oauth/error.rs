use axum::{
    Json,
    response::{IntoResponse, Response},
};
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;
use svetu_http::Fault as _;
use svetu_kernel::Status;

use crate::IdentityError;

/// The registered error codes (RFC 6749 §4.1.2.1 and §5.2, OIDC Core §3.1.2.6, RFC 6750 §3.1, 7591 §3.2.2, 8628 §3.5, 8707 §2, 9101 §6, 9126, 9449 §5 and §12).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    InvalidRequest,
    InvalidClient,
    InvalidGrant,
    UnauthorizedClient,
    UnsupportedGrantType,
    UnsupportedResponseType,
    InvalidScope,
    InvalidTarget,
    AccessDenied,
    LoginRequired,
    ConsentRequired,
    /// OpenID Connect Core Unmet Authentication Requirements 1.0.
    UnmetAuthenticationRequirements,
    InvalidRequestUri,
    InvalidRequestObject,
    AuthorizationPending,
    SlowDown,
    ExpiredToken,
    InvalidRedirectUri,
    InvalidClientMetadata,
    InvalidToken,
    InsufficientScope,
    InvalidDpopProof,
    UseDpopNonce,
    TemporarilyUnavailable,
    ServerError,
}

impl Code {
    pub const fn name(self) -> &'static str {
        match self {
            Self::InvalidRequest => "invalid_request",
            Self::InvalidClient => "invalid_client",
            Self::InvalidGrant => "invalid_grant",
            Self::UnauthorizedClient => "unauthorized_client",
            Self::UnsupportedGrantType => "unsupported_grant_type",
            Self::UnsupportedResponseType => "unsupported_response_type",
            Self::InvalidScope => "invalid_scope",
            Self::InvalidTarget => "invalid_target",
            Self::AccessDenied => "access_denied",
            Self::LoginRequired => "login_required",
            Self::ConsentRequired => "consent_required",
            Self::UnmetAuthenticationRequirements => "unmet_authentication_requirements",
            Self::InvalidRequestUri => "invalid_request_uri",
            Self::InvalidRequestObject => "invalid_request_object",
            Self::AuthorizationPending => "authorization_pending",
            Self::SlowDown => "slow_down",
            Self::ExpiredToken => "expired_token",
            Self::InvalidRedirectUri => "invalid_redirect_uri",
            Self::InvalidClientMetadata => "invalid_client_metadata",
            Self::InvalidToken => "invalid_token",
            Self::InsufficientScope => "insufficient_scope",
            Self::InvalidDpopProof => "invalid_dpop_proof",
            Self::UseDpopNonce => "use_dpop_nonce",
            Self::TemporarilyUnavailable => "temporarily_unavailable",
            Self::ServerError => "server_error",
        }
    }
}

/// What a client is told. The description is for its developer: ASCII, English, never a secret (RFC 6749 §5.2).
#[derive(Debug)]
pub struct OAuthError {
    pub code: Code,
    pub description: String,
    /// Why it is ours: goes to the log alone.
    pub cause: Option<IdentityError>,
    /// The scheme that the client tried (RFC 6749 §5.2).
    pub challenge: Option<&'static str>,
    pub dpop_nonce: Option<String>,
}

impl OAuthError {
    pub fn new(code: Code, description: impl Into<String>) -> Self {
        Self { code, description: description.into(), cause: None, challenge: None, dpop_nonce: None }
    }

    pub fn internal(cause: IdentityError) -> Self {
        let code = match cause.problem().status {
            Status::Unavailable | Status::TooManyRequests => Code::TemporarilyUnavailable,
            _ => Code::ServerError,
        };
        let description = match code {
            Code::TemporarilyUnavailable => "try again in a moment",
            _ => "the server failed; the request id in the answer names the log entry",
        };
        Self { cause: Some(cause), ..Self::new(code, description) }
    }

    fn status(&self) -> StatusCode {
        match self.code {
            Code::InvalidClient | Code::InvalidToken => StatusCode::UNAUTHORIZED,
            // At a resource (RFC 9449 §7.1 and §9); at the token endpoint it is a wrong request.
            Code::InvalidDpopProof | Code::UseDpopNonce if self.challenge.is_some() => StatusCode::UNAUTHORIZED,
            Code::InsufficientScope => StatusCode::FORBIDDEN,
            Code::TemporarilyUnavailable => StatusCode::SERVICE_UNAVAILABLE,
            Code::ServerError => StatusCode::INTERNAL_SERVER_ERROR,
            _ => StatusCode::BAD_REQUEST,
        }
    }
}

#[derive(Serialize)]
struct Document<'a> {
    error: &'static str,
    error_description: &'a str,
}

impl IntoResponse for OAuthError {
    fn into_response(self) -> Response {
        if let Some(cause) = &self.cause {
            tracing::error!(%cause, "an OAuth request failed");
        }
        let document = Document { error: self.code.name(), error_description: &self.description };
        let mut response = (self.status(), [(header::CACHE_CONTROL, "no-store")], Json(document)).into_response();
        let headers = response.headers_mut();
        let challenge = match (self.code, self.challenge) {
            (Code::InvalidClient, Some("Basic")) => Some("Basic realm=\"svetu\"".to_owned()),
            (
                Code::InvalidToken | Code::InsufficientScope | Code::InvalidDpopProof | Code::UseDpopNonce,
                Some(scheme),
            ) => Some(format!("{scheme} error=\"{}\"", self.code.name())),
            _ => None,
        };
        if let Some(value) = challenge.and_then(|text| HeaderValue::from_str(&text).ok()) {
            headers.insert(header::WWW_AUTHENTICATE, value);
        }
        if let Some(nonce) = self.dpop_nonce.and_then(|nonce| HeaderValue::from_str(&nonce).ok()) {
            headers.insert("dpop-nonce", nonce);
        }
        response
    }
}
