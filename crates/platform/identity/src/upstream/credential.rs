//! What we are known by at a provider: a secret that both know, or one that our own key signs anew each time.

use jsonwebtoken::{Algorithm, EncodingKey, Header};
use openidconnect::ClientSecret as Shown;
use p256::{
    SecretKey,
    pkcs8::{DecodePrivateKey as _, EncodePrivateKey as _},
};
use serde::Serialize;
use svetu_kernel::Timestamp;

use super::{ClientSecret, UpstreamConfig, UpstreamConfigError};

/// It is for the one call that follows.
const LIFE_S: i64 = 300;

pub enum Credential {
    Shared(Shown),
    Signed(Box<Signer>),
}

pub struct Signer {
    key: EncodingKey,
    key_id: String,
    team_id: String,
    client_id: String,
    audience: String,
}

#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    iat: i64,
    exp: i64,
    aud: &'a str,
    sub: &'a str,
}

impl Credential {
    pub fn try_new(config: &UpstreamConfig) -> Result<Self, UpstreamConfigError> {
        match &config.client_secret {
            ClientSecret::Shared(secret) => {
                let text = std::str::from_utf8(secret.expose()).map_err(|_| UpstreamConfigError::Client)?;
                Ok(Self::Shared(Shown::new(text.trim().to_owned())))
            }
            ClientSecret::Signed { team_id, key_id, key } => {
                let pem = std::str::from_utf8(key.expose()).map_err(|_| UpstreamConfigError::Key)?;
                let key = SecretKey::from_pkcs8_pem(pem.trim()).map_err(|_| UpstreamConfigError::Key)?;
                let der = key.to_pkcs8_der().map_err(|_| UpstreamConfigError::Key)?;
                let signer = Signer {
                    key: EncodingKey::from_ec_der(der.as_bytes()),
                    key_id: key_id.clone(),
                    team_id: team_id.clone(),
                    client_id: config.client_id.clone(),
                    audience: config.issuer.clone(),
                };
                Ok(Self::Signed(Box::new(signer)))
            }
        }
    }

    pub fn show(&self, now: Timestamp) -> Result<Shown, UpstreamConfigError> {
        match self {
            Self::Shared(secret) => Ok(secret.clone()),
            Self::Signed(signer) => Ok(Shown::new(signer.sign(now)?)),
        }
    }
}

impl Signer {
    fn sign(&self, now: Timestamp) -> Result<String, UpstreamConfigError> {
        let header = Header { kid: Some(self.key_id.clone()), ..Header::new(Algorithm::ES256) };
        let iat = now.timestamp();
        let claims = Claims { iss: &self.team_id, iat, exp: iat + LIFE_S, aud: &self.audience, sub: &self.client_id };
        jsonwebtoken::encode(&header, &claims, &self.key).map_err(|_| UpstreamConfigError::Key)
    }
}

#[cfg(test)]
mod tests {
    use p256::pkcs8::LineEnding;
    use serde_json::{Value, json};
    use svetu_kernel::Clock as _;
    use svetu_ports::Secret;

    use super::*;

    fn config(pem: &[u8]) -> UpstreamConfig {
        UpstreamConfig {
            id: "apple".to_owned(),
            name: "Apple".to_owned(),
            brand: super::super::Brand::Apple,
            issuer: "https://appleid.apple.com".to_owned(),
            client_id: "rs.svetu.web".to_owned(),
            client_secret: ClientSecret::Signed {
                team_id: "TEAM123456".to_owned(),
                key_id: "KEY1234567".to_owned(),
                key: Secret::new(pem.to_vec()),
            },
            scopes: vec![],
            token_endpoint: None,
            form_post: true,
        }
    }

    #[test]
    fn a_secret_is_signed_for_one_call_as_apple_wants_it() {
        let key = SecretKey::from_slice(&[7; 32]).unwrap();
        let pem = key.to_pkcs8_pem(LineEnding::LF).unwrap();
        let credential = Credential::try_new(&config(pem.as_bytes())).unwrap();
        let now = svetu_testkit::clock().now();
        let jwt = credential.show(now).unwrap();
        let public = p256::elliptic_curve::sec1::ToEncodedPoint::to_encoded_point(&key.public_key(), false);
        let mut validation = jsonwebtoken::Validation::new(Algorithm::ES256);
        validation.validate_exp = false;
        validation.set_audience(&["https://appleid.apple.com"]);
        let public = jsonwebtoken::DecodingKey::from_ec_der(public.as_bytes());
        let token = jsonwebtoken::decode::<Value>(jwt.secret(), &public, &validation).unwrap();
        assert_eq!(token.header.kid.as_deref(), Some("KEY1234567"));
        let iat = now.timestamp();
        let expected = json!({ "iss": "TEAM123456", "iat": iat, "exp": iat + 300, "aud": "https://appleid.apple.com", "sub": "rs.svetu.web" });
        assert_eq!(token.claims, expected);
    }

    #[test]
    fn what_is_no_key_of_p256_is_refused_at_the_start() {
        for pem in ["", "any", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"] {
            assert_eq!(config(pem.as_bytes()).check_secret(), Err(UpstreamConfigError::Key), "{pem}");
        }
    }
}
