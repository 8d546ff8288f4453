//! What the platform tells itself through somebody's browser: sealed, for one purpose, over at its time.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use svetu_kernel::Timestamp;

use crate::{IdentityError, seal::Seal};

/// Longer ones are not looked at.
const BYTES_MAX: usize = 8_192;

#[derive(Serialize, Deserialize)]
struct Ticket<T> {
    until: i64,
    content: T,
}

pub fn write<T: Serialize>(seal: &Seal, purpose: &str, content: &T, until: Timestamp) -> Result<String, IdentityError> {
    let plain = serde_json::to_vec(&Ticket { until: until.timestamp(), content })
        .map_err(|error| IdentityError::Key(error.to_string()))?;
    Ok(URL_SAFE_NO_PAD.encode(seal.seal(purpose, &plain)?))
}

/// None: over, for another purpose, or not written here.
pub fn read<T: DeserializeOwned>(seal: &Seal, purpose: &str, text: &str, now: Timestamp) -> Option<T> {
    if text.len() > BYTES_MAX {
        return None;
    }
    let plain = seal.open(purpose, &URL_SAFE_NO_PAD.decode(text).ok()?)?;
    let ticket: Ticket<T> = serde_json::from_slice(&plain).ok()?;
    (ticket.until > now.timestamp()).then_some(ticket.content)
}

#[cfg(test)]
mod tests {
    use chrono::Duration;
    use svetu_kernel::Clock;

    use super::*;

    #[test]
    fn a_ticket_is_for_its_purpose_and_its_time() {
        let (seal, now) = (Seal::new([7; 32]), svetu_testkit::clock().now());
        let ticket = write(&seal, "one", &"content", now + Duration::seconds(60)).unwrap();
        let read = |purpose: &str, text: &str, at| read::<String>(&seal, purpose, text, at);
        assert_eq!(read("one", &ticket, now + Duration::seconds(59)).as_deref(), Some("content"));
        assert_eq!(read("one", &ticket, now + Duration::seconds(60)), None);
        assert_eq!(read("other", &ticket, now), None);
        for n in 0..ticket.len() {
            let mut changed = ticket.clone().into_bytes();
            changed[n] = if changed[n] == b'A' { b'B' } else { b'A' };
            assert_eq!(read("one", std::str::from_utf8(&changed).unwrap(), now), None, "character {n}");
        }
        assert_eq!(super::read::<String>(&Seal::new([8; 32]), "one", &ticket, now), None);
    }
}
