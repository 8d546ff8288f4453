//! Seals of identity's own: what they fail with is identity's error.

pub use svetu_ports::seal::{open, seal};
use zeroize::Zeroizing;

use crate::IdentityError;

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
