//! The provider's signing keys: made here, sealed at rest, in the key set before they sign and after.

use std::sync::Arc;

use aws_lc_rs::{
    encoding::{AsDer as _, Pkcs8V1Der},
    rsa, signature as sig,
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::Duration;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, jwk::Jwk};
use p256::pkcs8::{PrivateKeyInfo, der::Decode as _};
use parking_lot::RwLock;
use serde::Serialize;
use serde_json::json;
use svetu_db::Db;
use svetu_kernel::Timestamp;
use zeroize::Zeroizing;

use crate::{
    IdentityError,
    oauth::{ACCESS_TOKEN_S, ID_TOKEN_S, jose},
    seal::Seal,
    store,
};

/// Of whoever makes keys.
const LOCK: &str = "identity.oauth_key";
/// What clients may keep of the key set.
pub const SET_MAX_AGE_S: i64 = 300;
/// From a new key's appearance in the set to its first signature.
const LEAD_S: i64 = 2 * SET_MAX_AGE_S;
/// How old what this process knows of the keys may be; a rotation elsewhere is seen within it, long before the lead is over.
const KNOWN_S: i64 = 30;

pub struct SigningKey {
    pub kid: String,
    pub algorithm: Algorithm,
    pub public: Jwk,
    pair: Pair,
    decoding: DecodingKey,
    active_at: Timestamp,
    expires_at: Option<Timestamp>,
}

/// What an operator sees of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyView {
    pub kid: String,
    pub algorithm: String,
    pub active_at: Timestamp,
    pub replaced_at: Option<Timestamp>,
    pub expires_at: Option<Timestamp>,
}

struct Known {
    at: Timestamp,
    keys: Arc<Vec<Arc<SigningKey>>>,
}

pub struct Keys {
    seal: Seal,
    known: RwLock<Option<Known>>,
}

impl Keys {
    pub const fn new(key: [u8; 32]) -> Self {
        Self { seal: Seal::new(key), known: RwLock::new(None) }
    }

    /// Everything that is in the key set now, newest first.
    pub async fn set(&self, db: &Db, now: Timestamp) -> Result<Arc<Vec<Arc<SigningKey>>>, IdentityError> {
        if let Some(known) = self.known.read().as_ref().filter(|known| (now - known.at).num_seconds().abs() < KNOWN_S) {
            let living = |key: &Arc<SigningKey>| key.expires_at.is_none_or(|end| end > now);
            if known.keys.iter().all(living) {
                return Ok(Arc::clone(&known.keys));
            }
        }
        let keys = Arc::new(self.load(db, now).await?);
        *self.known.write() = Some(Known { at: now, keys: Arc::clone(&keys) });
        Ok(keys)
    }

    /// The key in the set that a token's header names.
    pub async fn of(&self, db: &Db, header: &Header, now: Timestamp) -> Result<Option<Arc<SigningKey>>, IdentityError> {
        let named = |key: &&Arc<SigningKey>| Some(&key.kid) == header.kid.as_ref() && key.algorithm == header.alg;
        Ok(self.set(db, now).await?.iter().find(named).cloned())
    }

    /// The one that signs with this algorithm; made when there is none yet.
    pub async fn signing(
        &self,
        db: &Db,
        algorithm: Algorithm,
        now: Timestamp,
    ) -> Result<Arc<SigningKey>, IdentityError> {
        let active = |keys: &[Arc<SigningKey>]| {
            keys.iter().find(|key| key.algorithm == algorithm && key.active_at <= now).cloned()
        };
        if let Some(key) = active(&self.set(db, now).await?) {
            return Ok(key);
        }
        self.create_first(db, algorithm, now).await?;
        self.forget();
        active(&self.set(db, now).await?).ok_or_else(|| IdentityError::Key("a new key is not there".to_owned()))
    }

    fn forget(&self) {
        *self.known.write() = None;
    }

    /// A successor for each algorithm in use. With `lead` it waits until every client can have seen it; without, it signs at once:
    /// for a key that leaked.
    pub async fn rotate(&self, db: &Db, lead: bool, by: &str, now: Timestamp) -> Result<u64, IdentityError> {
        let active_at = if lead { now + Duration::seconds(LEAD_S) } else { now };
        // The last token of the old key lives for an hour at most, and the set is kept for some minutes.
        let expires_at =
            if lead { active_at + Duration::seconds(ID_TOKEN_S.max(ACCESS_TOKEN_S) + LEAD_S) } else { now };
        let mut tx = db.begin().await?;
        svetu_db::lock(&mut tx, LOCK).await?;
        let algorithms = sqlx::query_scalar!("select distinct alg from identity.oauth_key where replaced_at is null")
            .fetch_all(&mut *tx)
            .await?;
        for algorithm in algorithms.iter().filter_map(|name| jose::algorithm(name)) {
            sqlx::query!(
                "update identity.oauth_key set replaced_at = $2, expires_at = least(expires_at, $3)
                 where alg = $1 and (replaced_at is null or not $4::bool) and (expires_at is null or expires_at > $3)",
                jose::name(algorithm),
                active_at,
                expires_at,
                lead
            )
            .execute(&mut *tx)
            .await?;
            let kid = self.insert(&mut tx, algorithm, now, active_at).await?;
            let detail = json!({ "alg": jose::name(algorithm), "kid": kid, "at_once": !lead });
            store::log(&mut tx, now, None, by, "key_rotated", detail).await?;
        }
        tx.commit().await?;
        self.forget();
        Ok(algorithms.len() as u64)
    }

    pub async fn list(db: &Db) -> Result<Vec<KeyView>, IdentityError> {
        let rows = sqlx::query_as!(
            KeyView,
            "select kid, alg as algorithm, active_at, replaced_at, expires_at from identity.oauth_key
             order by active_at desc, kid limit 200"
        )
        .fetch_all(db.pool())
        .await?;
        Ok(rows)
    }

    async fn create_first(&self, db: &Db, algorithm: Algorithm, now: Timestamp) -> Result<(), IdentityError> {
        let mut tx = db.begin().await?;
        svetu_db::lock(&mut tx, LOCK).await?;
        let known = sqlx::query_scalar!(
            "select exists (select from identity.oauth_key where alg = $1 and active_at <= $2
                 and (expires_at is null or expires_at > $2)) as \"known!\"",
            jose::name(algorithm),
            now
        )
        .fetch_one(&mut *tx)
        .await?;
        if !known {
            let kid = self.insert(&mut tx, algorithm, now, now).await?;
            let detail = json!({ "alg": jose::name(algorithm), "kid": kid });
            store::log(&mut tx, now, None, "system:identity", "key_made", detail).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    async fn insert(
        &self,
        tx: &mut svetu_db::Tx<'_>,
        algorithm: Algorithm,
        now: Timestamp,
        active_at: Timestamp,
    ) -> Result<String, IdentityError> {
        let pkcs8 = generate(algorithm)?;
        let encoding = encoding_key(algorithm, &pkcs8)?;
        let mut public = Jwk::from_encoding_key(&encoding, algorithm).map_err(key_error)?;
        let kid = jose::thumbprint(&public).map_err(key_error)?;
        public.common.key_id = Some(kid.clone());
        public.common.public_key_use = Some(jsonwebtoken::jwk::PublicKeyUse::Signature);
        let sealed = self.seal.seal(&context(&kid), &pkcs8)?;
        sqlx::query!(
            "insert into identity.oauth_key (kid, alg, public_jwk, sealed, created_at, active_at)
             values ($1, $2, $3, $4, $5, $6)",
            kid,
            jose::name(algorithm),
            serde_json::to_value(&public).map_err(key_error)?,
            sealed,
            now,
            active_at
        )
        .execute(&mut **tx)
        .await?;
        Ok(kid)
    }

    async fn load(&self, db: &Db, now: Timestamp) -> Result<Vec<Arc<SigningKey>>, IdentityError> {
        let rows = sqlx::query!(
            "select kid, alg, public_jwk, sealed, active_at, expires_at from identity.oauth_key
             where expires_at is null or expires_at > $1 order by active_at desc, kid limit 100",
            now
        )
        .fetch_all(db.pool())
        .await?;
        rows.into_iter()
            .map(|row| {
                let algorithm = jose::algorithm(&row.alg).ok_or_else(|| key_error(&row.alg))?;
                let pkcs8 = self.seal.open(&context(&row.kid), &row.sealed);
                let pkcs8 = pkcs8.ok_or_else(|| key_error("it was sealed by another secret store, or changed"))?;
                let pair = Pair::parse(algorithm, &pkcs8)?;
                let public: Jwk = serde_json::from_value(row.public_jwk).map_err(key_error)?;
                let decoding = DecodingKey::from_jwk(&public).map_err(key_error)?;
                let (active_at, expires_at) = (row.active_at, row.expires_at);
                Ok(Arc::new(SigningKey { kid: row.kid, algorithm, public, pair, decoding, active_at, expires_at }))
            })
            .collect()
    }
}

impl SigningKey {
    pub fn sign<T: Serialize>(&self, typ: &str, claims: &T) -> Result<String, IdentityError> {
        let mut header = Header::new(self.algorithm);
        header.typ = Some(typ.to_owned());
        header.kid = Some(self.kid.clone());
        // The library's own `encode` parses and checks the private key for every token, which costs more than the signature.
        let part = |json: serde_json::Result<Vec<u8>>| json.map(|json| URL_SAFE_NO_PAD.encode(json)).map_err(key_error);
        let signed = format!("{}.{}", part(serde_json::to_vec(&header))?, part(serde_json::to_vec(claims))?);
        let signature = URL_SAFE_NO_PAD.encode(self.pair.sign(signed.as_bytes())?);
        Ok(format!("{signed}.{signature}"))
    }

    pub const fn decoding(&self) -> &DecodingKey {
        &self.decoding
    }
}

/// A private key, parsed and checked once.
enum Pair {
    P256(sig::EcdsaKeyPair),
    Ed25519(sig::Ed25519KeyPair),
    Pss(sig::RsaKeyPair),
    Pkcs1(sig::RsaKeyPair),
}

impl Pair {
    fn parse(algorithm: Algorithm, pkcs8: &[u8]) -> Result<Self, IdentityError> {
        Ok(match algorithm {
            Algorithm::ES256 => Self::P256(
                sig::EcdsaKeyPair::from_pkcs8(&sig::ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8).map_err(key_error)?,
            ),
            Algorithm::EdDSA => Self::Ed25519(sig::Ed25519KeyPair::from_pkcs8(pkcs8).map_err(key_error)?),
            Algorithm::PS256 => Self::Pss(sig::RsaKeyPair::from_pkcs8(pkcs8).map_err(key_error)?),
            _ => Self::Pkcs1(sig::RsaKeyPair::from_pkcs8(pkcs8).map_err(key_error)?),
        })
    }

    /// As a JWS has it (RFC 7518 §3.3 to §3.5, RFC 8037 §3.1).
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, IdentityError> {
        let random = aws_lc_rs::rand::SystemRandom::new();
        let rsa = |pair: &sig::RsaKeyPair, padding: &'static dyn sig::RsaEncoding| {
            let mut signature = vec![0; pair.public_modulus_len()];
            pair.sign(padding, &random, message, &mut signature).map_err(key_error)?;
            Ok(signature)
        };
        match self {
            Self::P256(pair) => Ok(pair.sign(&random, message).map_err(key_error)?.as_ref().to_vec()),
            Self::Ed25519(pair) => Ok(pair.sign(message).as_ref().to_vec()),
            Self::Pss(pair) => rsa(pair, &sig::RSA_PSS_SHA256),
            Self::Pkcs1(pair) => rsa(pair, &sig::RSA_PKCS1_SHA256),
        }
    }
}

fn context(kid: &str) -> String {
    format!("identity.oauth_key.sealed.{kid}")
}

fn key_error(error: impl std::fmt::Display) -> IdentityError {
    IdentityError::Key(error.to_string())
}

/// PKCS#8, DER.
fn generate(algorithm: Algorithm) -> Result<Zeroizing<Vec<u8>>, IdentityError> {
    let random = aws_lc_rs::rand::SystemRandom::new();
    let bytes = match algorithm {
        Algorithm::ES256 => sig::EcdsaKeyPair::generate_pkcs8(&sig::ECDSA_P256_SHA256_FIXED_SIGNING, &random)
            .map_err(key_error)?
            .as_ref()
            .to_vec(),
        Algorithm::EdDSA => sig::Ed25519KeyPair::generate_pkcs8v1(&random).map_err(key_error)?.as_ref().to_vec(),
        _ => {
            let pair = rsa::KeyPair::generate(rsa::KeySize::Rsa2048).map_err(key_error)?;
            let der: Pkcs8V1Der<'_> = pair.as_der().map_err(key_error)?;
            der.as_ref().to_vec()
        }
    };
    Ok(Zeroizing::new(bytes))
}

fn encoding_key(algorithm: Algorithm, pkcs8: &[u8]) -> Result<EncodingKey, IdentityError> {
    Ok(match algorithm {
        Algorithm::ES256 => EncodingKey::from_ec_der(pkcs8),
        Algorithm::EdDSA => EncodingKey::from_ed_der(pkcs8),
        // The library takes RSA keys without their PKCS#8 wrapping.
        _ => EncodingKey::from_rsa_der(PrivateKeyInfo::from_der(pkcs8).map_err(key_error)?.private_key),
    })
}
