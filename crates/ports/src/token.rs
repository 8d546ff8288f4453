//! Opaque tokens of 256 random bits: a browser, a link or a client shows one, and whoever gave it keeps its hash.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

const BYTES: usize = 32;
const CHARS: usize = 43;

/// 43 characters of base64url (RFC 4648 §5).
pub fn random() -> String {
    URL_SAFE_NO_PAD.encode(rand::random::<[u8; BYTES]>())
}

/// Whether it can be one: nothing longer is hashed or looked up.
pub const fn is_plausible(token: &str) -> bool {
    token.len() == CHARS
}
