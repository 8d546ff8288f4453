//! JWTs, signed and read with pinned algorithms and types (RFC 8725). Time is the caller's: nothing here looks at a clock.

use jsonwebtoken::{
    Algorithm, DecodingKey, Header, Validation,
    jwk::{AlgorithmParameters, EllipticCurve, Jwk, JwkSet, ThumbprintHash},
};
use serde::de::DeserializeOwned;

/// A token longer than this is not looked at.
const JWT_BYTES_MAX: usize = 16 * 1024;
const KEYS_MAX: usize = 20;

/// What we sign with and what we take from others: never `none`, never a shared secret.
pub const ALGORITHMS: [Algorithm; 4] = [Algorithm::ES256, Algorithm::EdDSA, Algorithm::PS256, Algorithm::RS256];

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum JoseError {
    #[error("it is no JWT, or longer than 16 KiB")]
    Malformed,
    #[error("its `typ` is another one")]
    Type,
    #[error("its `alg` is not allowed here")]
    Algorithm,
    #[error("it has critical header parameters that are unknown")]
    Critical,
    #[error("none of the keys made its signature")]
    Signature,
    #[error("the key is not one that can be used here")]
    Key,
}

pub const fn name(algorithm: Algorithm) -> &'static str {
    match algorithm {
        Algorithm::ES256 => "ES256",
        Algorithm::EdDSA => "EdDSA",
        Algorithm::PS256 => "PS256",
        _ => "RS256",
    }
}

pub fn algorithm(name: &str) -> Option<Algorithm> {
    ALGORITHMS.into_iter().find(|algorithm| self::name(*algorithm) == name)
}

/// The header, within bounds and of an allowed type and algorithm. `types` are lower case; None: the claims tell what it is.
pub fn header(token: &str, types: Option<&[&str]>, algorithms: &[Algorithm]) -> Result<Header, JoseError> {
    if token.len() > JWT_BYTES_MAX {
        return Err(JoseError::Malformed);
    }
    let header = jsonwebtoken::decode_header(token).map_err(|_| JoseError::Malformed)?;
    if !algorithms.contains(&header.alg) {
        return Err(JoseError::Algorithm);
    }
    if header.crit.as_ref().is_some_and(|names| !names.is_empty()) || header.enc.is_some() || header.zip.is_some() {
        return Err(JoseError::Critical);
    }
    if let Some(types) = types {
        let typ = header.typ.as_deref().unwrap_or_default().to_ascii_lowercase();
        let typ = typ.strip_prefix("application/").unwrap_or(&typ);
        if !types.contains(&typ) {
            return Err(JoseError::Type);
        }
    }
    Ok(header)
}

/// The claims, of whom the signature is right.
pub fn claims<T: DeserializeOwned>(token: &str, key: &DecodingKey, algorithm: Algorithm) -> Result<T, JoseError> {
    let mut validation = Validation::new(algorithm);
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    validation.validate_aud = false;
    let decoded = jsonwebtoken::decode::<T>(token, key, &validation);
    decoded.map(|token| token.claims).map_err(|error| match error.kind() {
        jsonwebtoken::errors::ErrorKind::InvalidSignature => JoseError::Signature,
        _ => JoseError::Malformed,
    })
}

/// The claims of a JWT that one of a client's keys signed.
pub fn claims_by_set<T: DeserializeOwned>(token: &str, header: &Header, set: &JwkSet) -> Result<T, JoseError> {
    let candidates = set.keys.iter().take(KEYS_MAX).filter(|jwk| {
        let same = |kid: &String| jwk.common.key_id.as_ref().is_none_or(|own| own == kid);
        header.kid.as_ref().is_none_or(same) && fits(jwk, header.alg)
    });
    for jwk in candidates {
        let Ok(key) = DecodingKey::from_jwk(jwk) else { continue };
        match claims(token, &key, header.alg) {
            Err(JoseError::Signature) => {}
            other => return other,
        }
    }
    Err(JoseError::Signature)
}

/// Whether a public key is of the algorithm's kind and strong enough.
pub fn fits(jwk: &Jwk, algorithm: Algorithm) -> bool {
    match (&jwk.algorithm, algorithm) {
        (AlgorithmParameters::EllipticCurve(key), Algorithm::ES256) => key.curve == EllipticCurve::P256,
        (AlgorithmParameters::OctetKeyPair(key), Algorithm::EdDSA) => key.curve == EllipticCurve::Ed25519,
        // 2,048 bits: 342 characters of base64url.
        (AlgorithmParameters::RSA(key), Algorithm::PS256 | Algorithm::RS256) => key.n.len() >= 342,
        _ => false,
    }
}

/// RFC 7638, SHA-256.
pub fn thumbprint(jwk: &Jwk) -> Result<String, JoseError> {
    jwk.thumbprint(ThumbprintHash::SHA256).map_err(|_| JoseError::Key)
}

/// A client's keys as it gives them: public ones only, each of a kind that we verify.
pub fn key_set(value: &serde_json::Value) -> Result<JwkSet, JoseError> {
    let keys = value.get("keys").and_then(|keys| keys.as_array()).ok_or(JoseError::Key)?;
    let private = |key: &serde_json::Value| ["d", "p", "q", "k"].iter().any(|name| key.get(name).is_some());
    if keys.is_empty() || keys.len() > KEYS_MAX || keys.iter().any(private) {
        return Err(JoseError::Key);
    }
    let set: JwkSet = serde_json::from_value(value.clone()).map_err(|_| JoseError::Key)?;
    let known =
        |jwk: &Jwk| ALGORITHMS.iter().any(|algorithm| fits(jwk, *algorithm)) && DecodingKey::from_jwk(jwk).is_ok();
    if set.keys.len() == keys.len() && set.keys.iter().all(known) { Ok(set) } else { Err(JoseError::Key) }
}
