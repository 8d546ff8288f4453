//! DPoP (RFC 9449): a token that only the holder of a key can use.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::Duration;
use http::{HeaderMap, HeaderValue};
use jsonwebtoken::{Algorithm, DecodingKey};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use svetu_kernel::Timestamp;

use super::{
    Result,
    error::{Code, OAuthError},
    jose, spent,
};
use crate::Identity;

/// Proofs are made when they are sent.
const AGE_S_MAX: i64 = 60;
const SKEW_S: i64 = 10;
const ALGORITHMS: [Algorithm; 3] = [Algorithm::ES256, Algorithm::EdDSA, Algorithm::PS256];

/// Nonces of the server (RFC 9449 §8): what a minute's number and the key give, so that every process knows every other's.
pub struct Nonces {
    key: [u8; 32],
}

impl Nonces {
    const PERIOD_S: i64 = 120;

    pub const fn new(key: [u8; 32]) -> Self {
        Self { key }
    }

    fn of(&self, period: i64) -> String {
        let mac = blake3::keyed_hash(&self.key, &period.to_le_bytes());
        URL_SAFE_NO_PAD.encode(&mac.as_bytes()[..16])
    }

    pub fn current(&self, now: Timestamp) -> String {
        self.of(now.timestamp() / Self::PERIOD_S)
    }

    /// This period's or the one's before.
    fn knows(&self, nonce: &str, now: Timestamp) -> bool {
        let period = now.timestamp() / Self::PERIOD_S;
        [period, period - 1].into_iter().any(|period| bool::from(self.of(period).as_bytes().ct_eq(nonce.as_bytes())))
    }
}

#[derive(Deserialize)]
struct Proof {
    jti: String,
    htm: String,
    htu: String,
    iat: i64,
    #[serde(default)]
    nonce: Option<String>,
    #[serde(default)]
    ath: Option<String>,
}

impl Identity {
    /// The thumbprint of the key that signed the request's proof (RFC 9449 §4.3). None: there is no proof.
    ///
    /// # Errors
    /// `invalid_dpop_proof`; `use_dpop_nonce` with a nonce to use.
    pub(super) async fn dpop(
        &self,
        headers: &HeaderMap,
        method: &str,
        url: &str,
        access_token: Option<&str>,
        now: Timestamp,
    ) -> Result<Option<String>> {
        let mut proofs = headers.get_all("dpop").iter();
        let Some(proof) = proofs.next() else { return Ok(None) };
        if proofs.next().is_some() {
            return Err(invalid("there are two DPoP headers"));
        }
        let proof = proof.to_str().map_err(|_| invalid("it is not ASCII"))?;
        let header =
            jose::header(proof, Some(&["dpop+jwt"]), &ALGORITHMS).map_err(|error| invalid(error.to_string()))?;
        let jwk = header.jwk.as_ref().ok_or_else(|| invalid("its header has no jwk"))?;
        if !jose::fits(jwk, header.alg) || holds_private(proof) {
            return Err(invalid("its jwk is not a public key of its alg"));
        }
        let key = DecodingKey::from_jwk(jwk).map_err(|_| invalid("its jwk is no key"))?;
        let claims: Proof = jose::claims(proof, &key, header.alg).map_err(|error| invalid(error.to_string()))?;
        if claims.htm != method {
            return Err(invalid("htm is another method"));
        }
        if claims.htu.split(['?', '#']).next() != Some(url) {
            return Err(invalid("htu is another address"));
        }
        let age = now.timestamp() - claims.iat;
        if !(-SKEW_S..=AGE_S_MAX).contains(&age) {
            return Err(invalid("iat is not now"));
        }
        match (access_token, &claims.ath) {
            (Some(token), Some(ath)) => {
                let expected = URL_SAFE_NO_PAD.encode(Sha256::digest(token.as_bytes()));
                if !bool::from(expected.as_bytes().ct_eq(ath.as_bytes())) {
                    return Err(invalid("ath is of another access token"));
                }
            }
            (Some(_), None) => return Err(invalid("ath is missing")),
            (None, _) => {}
        }
        if !claims.nonce.as_deref().is_some_and(|nonce| self.oauth.nonces.knows(nonce, now)) {
            return Err(OAuthError {
                dpop_nonce: Some(self.oauth.nonces.current(now)),
                ..OAuthError::new(Code::UseDpopNonce, "the proof needs the nonce of the DPoP-Nonce header")
            });
        }
        let thumbprint = jose::thumbprint(jwk).map_err(|error| invalid(error.to_string()))?;
        if claims.jti.is_empty() || claims.jti.len() > 256 {
            return Err(invalid("jti has 1 to 256 characters"));
        }
        let until = now + Duration::seconds(AGE_S_MAX + SKEW_S + 1);
        if !spent::spend(self.db.pool(), &format!("dpop {thumbprint}"), &claims.jti, until).await? {
            return Err(invalid("jti was used before"));
        }
        Ok(Some(thumbprint))
    }

    /// The next proof's nonce goes with every answer to a proof (RFC 9449 §8.2).
    pub(super) fn offer_nonce(&self, headers: &mut HeaderMap, now: Timestamp) {
        if let Ok(value) = HeaderValue::from_str(&self.oauth.nonces.current(now)) {
            headers.insert("dpop-nonce", value);
        }
    }
}

fn invalid(what: impl std::fmt::Display) -> OAuthError {
    OAuthError::new(Code::InvalidDpopProof, format!("the DPoP proof is wrong: {what}"))
}

/// The library reads public members only, so that the raw header is looked at (RFC 9449 §4.3 item 7).
fn holds_private(proof: &str) -> bool {
    let header = proof.split('.').next().and_then(|part| URL_SAFE_NO_PAD.decode(part).ok());
    let header: Option<serde_json::Value> = header.and_then(|bytes| serde_json::from_slice(&bytes).ok());
    header.is_none_or(|header| ["d", "p", "q", "k"].iter().any(|name| header["jwk"].get(name).is_some()))
}
