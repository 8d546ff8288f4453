//! What the gateway says of a request to the service that answers it: who acts, from where. A JWT (RFC 7519) signed with ES256
//! that is good for one service, one method, path and query, and sixty seconds. Of the body it says nothing.

use std::{net::IpAddr, path::Path};

use chrono::Duration;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use p256::{PublicKey, elliptic_curve::sec1::ToEncodedPoint as _, pkcs8::DecodePublicKey as _};
use rustls::pki_types::{PrivateKeyDer, pem::PemObject as _};
use serde::{Deserialize, Serialize};
use svetu_kernel::{Actor, SharedClock, Timestamp};

use crate::ClusterError;

const LIFE_S: i64 = 60;
/// Clocks of two machines may differ by so much.
const SKEW_S: i64 = 5;
const ISSUER: &str = "gateway";

/// What is said of one request.
#[derive(Debug, Clone, PartialEq)]
pub struct Said {
    pub actor: Actor,
    /// The person's address.
    pub client: Option<IpAddr>,
    /// A proof of work was shown (`svetu_http::Worked`).
    pub worked: bool,
}

#[derive(Debug, Serialize, Deserialize)]
struct Claims {
    iss: String,
    /// The role.
    aud: String,
    iat: i64,
    exp: i64,
    method: String,
    path: String,
    /// None: of a gateway of the version before, which did not say it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    query: Option<String>,
    actor: Actor,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    client: Option<IpAddr>,
    #[serde(default)]
    worked: bool,
}

/// `/path` and `query` of `/path?query`; none is as an empty one.
fn parts(target: &str) -> (&str, &str) {
    target.split_once('?').unwrap_or((target, ""))
}

/// The gateway's half.
pub struct Minter {
    key: EncodingKey,
    clock: SharedClock,
}

impl std::fmt::Debug for Minter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Minter").finish_non_exhaustive()
    }
}

impl Minter {
    /// # Errors
    /// When the file holds no P-256 private key (PKCS #8, PEM).
    pub fn load(path: &Path, clock: SharedClock) -> Result<Self, ClusterError> {
        let unfit = |error: &dyn std::fmt::Display| ClusterError::file("cluster.token_key", path, error);
        let key = PrivateKeyDer::from_pem_file(path).map_err(|error| unfit(&error))?;
        let PrivateKeyDer::Pkcs8(key) = key else { return Err(unfit(&"expected a key in PKCS #8")) };
        let minter = Self { key: EncodingKey::from_ec_der(key.secret_pkcs8_der()), clock };
        // A key that cannot sign is found at boot, not at the first request.
        minter
            .mint("none", "GET", "/", &Said { actor: Actor::visitor(), client: None, worked: false })
            .ok_or_else(|| unfit(&"expected a key on the curve P-256"))?;
        Ok(minter)
    }

    /// None: the key cannot sign. `target`: `/path?query`.
    pub fn mint(&self, role: &str, method: &str, target: &str, said: &Said) -> Option<String> {
        let now = self.clock.now().timestamp();
        let (path, query) = parts(target);
        let claims = Claims {
            iss: ISSUER.to_owned(),
            aud: role.to_owned(),
            iat: now,
            exp: now + LIFE_S,
            method: method.to_owned(),
            path: path.to_owned(),
            query: Some(query.to_owned()),
            actor: said.actor.clone(),
            client: said.client,
            worked: said.worked,
        };
        jsonwebtoken::encode(&Header::new(Algorithm::ES256), &claims, &self.key).ok()
    }
}

/// A service's half.
pub struct Believer {
    /// More than one while a key is replaced.
    keys: Vec<DecodingKey>,
    validation: Validation,
    clock: SharedClock,
}

impl std::fmt::Debug for Believer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Believer").field("keys", &self.keys.len()).finish_non_exhaustive()
    }
}

impl Believer {
    /// # Errors
    /// When the file is not one or more P-256 public keys (PEM, one after the other).
    pub fn load(path: &Path, clock: SharedClock) -> Result<Self, ClusterError> {
        let unfit = |error: &dyn std::fmt::Display| ClusterError::file("cluster.token_public", path, error);
        let text = std::fs::read_to_string(path).map_err(|error| unfit(&error))?;
        let blocks = text.split_inclusive("-----END PUBLIC KEY-----").filter(|block| block.contains("-----BEGIN"));
        let keys: Result<Vec<_>, _> = blocks.map(|block| PublicKey::from_public_key_pem(block.trim())).collect();
        let keys = keys.map_err(|_| unfit(&"expected public keys on the curve P-256, in PEM"))?;
        if keys.is_empty() {
            return Err(unfit(&"there is no public key in it"));
        }
        let keys = keys.iter().map(|key| DecodingKey::from_ec_der(key.to_encoded_point(false).as_bytes())).collect();
        let mut validation = Validation::new(Algorithm::ES256);
        // By our clock, below.
        validation.validate_exp = false;
        validation.validate_aud = false;
        validation.set_required_spec_claims(&["iss", "aud", "exp"]);
        validation.set_issuer(&[ISSUER]);
        Ok(Self { keys, validation, clock })
    }

    /// None: it is not the gateway's, or not for this request. `target`: `/path?query`.
    pub fn believe(&self, token: &str, roles: &[String], method: &str, target: &str) -> Option<Said> {
        let claims = self.keys.iter().find_map(|key| {
            jsonwebtoken::decode::<Claims>(token, key, &self.validation).ok().map(|decoded| decoded.claims)
        })?;
        let (now, skew) = (self.clock.now(), Duration::seconds(SKEW_S));
        let (from, until) = (Timestamp::from_timestamp(claims.iat, 0)?, Timestamp::from_timestamp(claims.exp, 0)?);
        let in_time = from - skew <= now && now < until + skew && claims.exp - claims.iat <= LIFE_S;
        let (path, query) = parts(target);
        let asked = claims.path == path && claims.query.is_none_or(|said| said == query);
        let mine = roles.contains(&claims.aud) && claims.method == method && asked;
        (in_time && mine).then_some(Said { actor: claims.actor, client: claims.client, worked: claims.worked })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use svetu_kernel::{AccountId, Clock as _, ManualClock, Role};

    use super::*;
    use crate::keys;

    struct World {
        folder: tempfile::TempDir,
        clock: Arc<ManualClock>,
    }

    impl World {
        fn new() -> Self {
            let folder = tempfile::TempDir::new().unwrap();
            let clock = ManualClock::at(Timestamp::from_timestamp(1_800_000_000, 0).unwrap());
            keys::make(folder.path(), &[], clock.now(), 1).unwrap();
            Self { folder, clock }
        }

        fn minter(&self) -> Minter {
            Minter::load(&self.folder.path().join(keys::TOKEN_KEY), self.shared()).unwrap()
        }

        fn believer(&self) -> Believer {
            Believer::load(&self.folder.path().join(keys::TOKEN_PUBLIC), self.shared()).unwrap()
        }

        fn shared(&self) -> SharedClock {
            Arc::<ManualClock>::clone(&self.clock)
        }
    }

    fn said() -> Said {
        let actor = Actor::account(AccountId::new(Timestamp::UNIX_EPOCH), [Role::Member]);
        Said { actor, client: Some("203.0.113.9".parse().unwrap()), worked: true }
    }

    #[test]
    fn what_was_said_is_believed_for_its_request_alone() {
        let world = World::new();
        let (believer, said) = (world.believer(), said());
        let token = world.minter().mint("listings", "POST", "/api/v1/x?n=1", &said).unwrap();
        let believe = |roles: &[&str], method, path| {
            let roles: Vec<String> = roles.iter().map(|&role| role.to_owned()).collect();
            believer.believe(&token, &roles, method, path)
        };
        assert_eq!(believe(&["geo", "listings"], "POST", "/api/v1/x?n=1"), Some(said));
        assert_eq!(believe(&["users"], "POST", "/api/v1/x?n=1"), None);
        assert_eq!(believe(&["listings"], "GET", "/api/v1/x?n=1"), None);
        for other in
            ["/api/v1/y?n=1", "/api/v1/x", "/api/v1/x?", "/api/v1/x?n=2", "/api/v1/x?n=1&m=1", "/api/v1/x?n=1?"]
        {
            assert_eq!(believe(&["listings"], "POST", other), None, "{other}");
        }
    }

    #[test]
    fn of_the_version_before_the_path_alone_is_known() {
        let world = World::new();
        let now = world.clock.now().timestamp();
        let claims = serde_json::json!({
            "iss": ISSUER, "aud": "geo", "iat": now, "exp": now + LIFE_S, "method": "GET", "path": "/x",
            "actor": Actor::visitor(),
        });
        let token = jsonwebtoken::encode(&Header::new(Algorithm::ES256), &claims, &world.minter().key).unwrap();
        let believe = |target| world.believer().believe(&token, &["geo".to_owned()], "GET", target).is_some();
        assert!(believe("/x") && believe("/x?n=1"));
        assert!(!believe("/y"));
    }

    #[test]
    fn it_is_over_after_a_minute() {
        let world = World::new();
        let believer = world.believer();
        let token = world.minter().mint("geo", "GET", "/", &said()).unwrap();
        let believe = || believer.believe(&token, &["geo".to_owned()], "GET", "/").is_some();
        world.clock.advance(Duration::seconds(LIFE_S + SKEW_S - 1));
        assert!(believe());
        world.clock.advance(Duration::seconds(1));
        assert!(!believe());
        world.clock.advance(Duration::seconds(-LIFE_S - 3 * SKEW_S));
        assert!(!believe(), "from the future");
    }

    #[test]
    fn another_gateway_and_rubbish_are_not_believed() {
        let (world, other) = (World::new(), World::new());
        let believer = world.believer();
        let believe = |token: &str| believer.believe(token, &["geo".to_owned()], "GET", "/");
        assert_eq!(believe(&other.minter().mint("geo", "GET", "/", &said()).unwrap()), None);
        let token = world.minter().mint("geo", "GET", "/", &said()).unwrap();
        // A signature of nobody: the header says that there is none.
        let (_, rest) = token.split_once('.').unwrap();
        assert_eq!(believe(&format!("eyJhbGciOiJub25lIn0.{rest}")), None);
        for rubbish in ["", ".", "..", "a.b.c", &token[..token.len() - 2], &"x".repeat(100_000)] {
            assert_eq!(believe(rubbish), None);
        }
    }

    #[test]
    fn while_a_key_is_replaced_both_are_believed() {
        let (old, new) = (World::new(), World::new());
        let both =
            [&old, &new].map(|world| std::fs::read_to_string(world.folder.path().join(keys::TOKEN_PUBLIC)).unwrap());
        let path = old.folder.path().join("both.pem");
        std::fs::write(&path, both.concat()).unwrap();
        let believer = Believer::load(&path, old.shared()).unwrap();
        for world in [&old, &new] {
            let token = world.minter().mint("geo", "GET", "/", &said()).unwrap();
            assert!(believer.believe(&token, &["geo".to_owned()], "GET", "/").is_some());
        }
    }

    #[test]
    fn a_wrong_file_is_named() {
        let world = World::new();
        let public = world.folder.path().join(keys::TOKEN_PUBLIC);
        let told = Minter::load(&public, world.shared()).unwrap_err().to_string();
        assert!(told.contains("cluster.token_key") && told.contains(keys::TOKEN_PUBLIC), "{told}");
        let key = world.folder.path().join(keys::TOKEN_KEY);
        let told = Believer::load(&key, world.shared()).unwrap_err().to_string();
        assert!(told.contains("cluster.token_public"), "{told}");
    }
}
