//! What only this platform may read or have written: AES-256-GCM under a key of [`Secrets`](crate::Secrets), a nonce of its own and
//! then the ciphertext (NIST SP 800-38D; random nonces of 96 bits).

use aes_gcm::{
    Aes256Gcm, Nonce,
    aead::{Aead as _, KeyInit as _, Payload},
};

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
