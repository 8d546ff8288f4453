//! What only this platform may read or have written: AES-256-GCM under a key of its secret.

use aes_gcm::{
    Aes256Gcm, Key, Nonce,
    aead::{Aead as _, KeyInit as _, Payload},
};
use zeroize::Zeroizing;

use crate::IdentityError;

const NONCE_BYTES: usize = 12;

/// A key for one purpose. What is sealed is bound to a context, so that nothing opens in another's place.
pub struct Seal([u8; 32]);

impl Seal {
    pub const fn new(key: [u8; 32]) -> Self {
        Self(key)
    }

    /// The nonce, then what is sealed.
    ///
    /// # Errors
    /// When it is too long to be sealed.
    pub fn seal(&self, context: &str, plain: &[u8]) -> Result<Vec<u8>, IdentityError> {
        let nonce: [u8; NONCE_BYTES] = rand::random();
        let sealed = self
            .cipher()
            .encrypt(Nonce::from_slice(&nonce), Payload { msg: plain, aad: context.as_bytes() })
            .map_err(|error| IdentityError::Key(error.to_string()))?;
        Ok([nonce.as_slice(), &sealed].concat())
    }

    /// None: sealed by another secret, for another context, or changed.
    pub fn open(&self, context: &str, sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let (nonce, sealed) = sealed.split_at_checked(NONCE_BYTES)?;
        let payload = Payload { msg: sealed, aad: context.as_bytes() };
        self.cipher().decrypt(Nonce::from_slice(nonce), payload).map(Zeroizing::new).ok()
    }

    fn cipher(&self) -> Aes256Gcm {
        Aes256Gcm::new(Key::<Aes256Gcm>::from_slice(&self.0))
    }
}
