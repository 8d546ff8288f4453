//! Opaque tokens: 256 random bits outside, their hash inside.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

/// What is kept of a token.
pub type TokenHash = [u8; 32];

/// A new token and its hash.
pub fn new() -> (String, TokenHash) {
    let token = URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>());
    let hash = hash(&token);
    (token, hash)
}

/// A fast hash is enough: the token has 256 bits of its own.
pub fn hash(token: &str) -> TokenHash {
    blake3::derive_key("svetu identity token v1", token.as_bytes())
}

/// Whether it can be one: nothing longer is hashed or looked up.
pub const fn plausible(token: &str) -> bool {
    token.len() == 43
}
