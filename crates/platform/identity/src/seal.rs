//! What only this platform may read or have written: AES-256-GCM, a nonce of its own and then the ciphertext.

use aes_gcm::{
    Aes256Gcm, Nonce,
    aead::{Aead as _, KeyInit as _, Payload},
};
use zeroize::Zeroizing;

use crate::IdentityError;

const NONCE_BYTES: usize = 12;

/// Bound to a context: nothing opens in another's place. None only when the text is longer than the cipher can seal (64 GiB).
pub fn seal(key: &[u8; 32], context: &[u8], plain: &[u8]) -> Option<Vec<u8>> {
    let nonce = rand::random::<[u8; NONCE_BYTES]>();
    let payload = Payload { msg: plain, aad: context };
    let sealed = Aes256Gcm::new(key.into()).encrypt(Nonce::from_slice(&nonce), payload).ok()?;
    Some([nonce.as_slice(), &sealed].concat())
}

/// None: sealed under another key, bound to something else, or changed.
pub fn open(key: &[u8; 32], context: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
    let (nonce, msg) = sealed.split_at_checked(NONCE_BYTES)?;
    Aes256Gcm::new(key.into()).decrypt(Nonce::from_slice(nonce), Payload { msg, aad: context }).ok()
}

/// A key for one purpose, of the process's secret.
pub struct Seal([u8; 32]);

impl Seal {
    pub const fn new(key: [u8; 32]) -> Self {
        Self(key)
    }

    /// # Errors
    /// When it is too long to be sealed.
    pub fn seal(&self, context: &str, plain: &[u8]) -> Result<Vec<u8>, IdentityError> {
        seal(&self.0, context.as_bytes(), plain)
            .ok_or_else(|| IdentityError::Key("it is too long to be sealed".to_owned()))
    }

    /// As [`open`].
    pub fn open(&self, context: &str, sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        open(&self.0, context.as_bytes(), sealed).map(Zeroizing::new)
    }
}
