//! What tells our records from those of anybody else who may write to the cluster.

use blake3::{Hash, Hasher};
use rdkafka::message::{BorrowedMessage, Header, OwnedHeaders};

use crate::record::header;

const NAME: &str = "svetu_seal";

/// A keyed hash (BLAKE3) of everything that is read of a record, under a secret that all processes of the platform have.
#[derive(Clone)]
pub(crate) struct Seal([u8; 32]);

impl Seal {
    pub fn new(secret: &[u8]) -> Self {
        Self(blake3::derive_key("svetu kafka records v1", secret))
    }

    fn of(&self, parts: &[&[u8]]) -> Hash {
        let mut hasher = Hasher::new_keyed(&self.0);
        for part in parts {
            // No two lists of parts are the same bytes.
            hasher.update(&(part.len() as u64).to_le_bytes()).update(part);
        }
        hasher.finalize()
    }

    pub fn put(&self, headers: OwnedHeaders, parts: &[&[u8]]) -> OwnedHeaders {
        headers.insert(Header { key: NAME, value: Some(self.of(parts).to_hex().as_str()) })
    }

    pub fn is_on(&self, message: &BorrowedMessage<'_>, parts: &[&[u8]]) -> bool {
        let told = header(message, NAME).and_then(|text| Hash::from_hex(text).ok());
        // Compared in constant time.
        told.is_some_and(|told| told == self.of(parts))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_do_not_run_into_each_other() {
        let (seal, other) = (Seal::new(b"one"), Seal::new(b"two"));
        assert_eq!(seal.of(&[b"ab", b"c"]), seal.of(&[b"ab", b"c"]));
        assert_ne!(seal.of(&[b"ab", b"c"]), seal.of(&[b"a", b"bc"]));
        assert_ne!(seal.of(&[b"ab"]), seal.of(&[b"ab", b""]));
        assert_ne!(seal.of(&[b"ab"]), other.of(&[b"ab"]));
    }
}
