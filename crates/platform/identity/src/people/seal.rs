//! AES-256-GCM with what it is bound to: a nonce of its own, then the ciphertext.

use aes_gcm::{
    Aes256Gcm, Nonce,
    aead::{Aead as _, KeyInit as _, Payload},
};

const NONCE_BYTES: usize = 12;

/// None only when the text is longer than the cipher can seal (64 GiB).
pub fn seal(key: &[u8; 32], bound_to: &[u8], plain: &[u8]) -> Option<Vec<u8>> {
    let nonce = rand::random::<[u8; NONCE_BYTES]>();
    let payload = Payload { msg: plain, aad: bound_to };
    let sealed = Aes256Gcm::new(key.into()).encrypt(Nonce::from_slice(&nonce), payload).ok()?;
    Some([nonce.as_slice(), &sealed].concat())
}

/// None: sealed under another key, bound to something else, or changed.
pub fn open(key: &[u8; 32], bound_to: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
    let (nonce, msg) = sealed.split_at_checked(NONCE_BYTES)?;
    Aes256Gcm::new(key.into()).decrypt(Nonce::from_slice(nonce), Payload { msg, aad: bound_to }).ok()
}

/// Table, column and row of a value: moved elsewhere it does not open.
pub fn place(column: &str, row: &[u8]) -> Vec<u8> {
    [column.as_bytes(), b"\0", row].concat()
}
