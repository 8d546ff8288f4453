//! Opaque tokens: 256 random bits outside, their hash inside.

pub use svetu_ports::token::is_plausible as plausible;

/// What is kept of a token.
pub type TokenHash = [u8; 32];

/// A new token and its hash.
pub fn new() -> (String, TokenHash) {
    let token = svetu_ports::token::random();
    let hash = hash(&token);
    (token, hash)
}

/// A fast hash is enough: the token has 256 bits of its own.
pub fn hash(token: &str) -> TokenHash {
    blake3::derive_key("svetu identity token v1", token.as_bytes())
}
