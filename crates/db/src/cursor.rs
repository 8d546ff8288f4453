//! Opaque positions of keyset pages: the sort key of the last item, never an offset.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Serialize, de::DeserializeOwned};

const LEN_MAX: usize = 1_024;

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a cursor of this listing")]
pub struct CursorError;

/// The key of the last item, such as `(refreshed_at, id)`, as a caller gets it.
pub fn encode(key: &impl Serialize) -> String {
    // Keys are tuples of numbers, times, ids and texts: they always serialise.
    URL_SAFE_NO_PAD.encode(serde_json::to_vec(key).unwrap_or_default())
}

/// What a caller handed back; anything that is not the key's shape is refused.
pub fn decode<T: DeserializeOwned>(text: &str) -> Result<T, CursorError> {
    if text.len() > LEN_MAX {
        return Err(CursorError);
    }
    let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| CursorError)?;
    serde_json::from_slice(&bytes).map_err(|_| CursorError)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn round_trip(number: i64, text: String) {
            prop_assume!(text.len() < 200);
            prop_assert_eq!(decode::<(i64, String)>(&encode(&(number, &text))), Ok((number, text)));
        }

        #[test]
        fn rubbish_is_refused(text in ".{0,100}") {
            prop_assert_eq!(decode::<(i64, String, bool)>(&text), Err(CursorError));
        }
    }
}
