//! Typed identifiers: UUIDv7 (RFC 9562 §5.7) inside, TypeID outside (`listing_01j…`, TypeID specification 0.3).
//!
//! The suffix is the 128 bits of the UUID in Crockford's base 32, most significant first, 26 lower-case characters.

use std::{fmt, str::FromStr};

use uuid::Uuid;

use crate::Timestamp;

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const SUFFIX_LEN: usize = 26;

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    #[error("expected an id that begins with `{expected}_`")]
    Prefix { expected: &'static str },
    #[error("the part of an id after `_` is 26 characters of 0-9 and a-z without i, l, o, u")]
    Suffix,
}

/// A UUIDv7 at the given time with random low bits.
pub fn new_uuid(now: Timestamp) -> Uuid {
    let millis = u64::try_from(now.timestamp_millis()).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(millis, &rand::random::<[u8; 10]>()).into_uuid()
}

fn encode(id: Uuid) -> String {
    let value = id.as_u128();
    (0..SUFFIX_LEN)
        .map(|position| {
            let shift = 5 * (SUFFIX_LEN - 1 - position);
            char::from(ALPHABET[((value >> shift) & 31) as usize])
        })
        .collect()
}

fn decode(suffix: &str) -> Result<Uuid, IdError> {
    let bytes = suffix.as_bytes();
    // 26 × 5 = 130 bits: the first character carries only three.
    if bytes.len() != SUFFIX_LEN || bytes[0] > b'7' {
        return Err(IdError::Suffix);
    }
    let mut value: u128 = 0;
    for byte in bytes {
        let digit = ALPHABET.iter().position(|letter| letter == byte).ok_or(IdError::Suffix)?;
        value = (value << 5) | digit as u128;
    }
    Ok(Uuid::from_u128(value))
}

macro_rules! typed_id {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(Uuid);

        impl $name {
            pub const PREFIX: &'static str = $prefix;
            pub fn new(now: Timestamp) -> Self { Self(new_uuid(now)) }
            pub const fn from_uuid(id: Uuid) -> Self { Self(id) }
            pub const fn uuid(self) -> Uuid { self.0 }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}_{}", $prefix, encode(self.0))
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { fmt::Display::fmt(self, f) }
        }
        impl FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                let suffix = text.strip_prefix(concat!($prefix, "_")).ok_or(IdError::Prefix { expected: $prefix })?;
                decode(suffix).map(Self)
            }
        }
        impl From<$name> for Uuid { fn from(id: $name) -> Uuid { id.0 } }
        impl From<Uuid> for $name { fn from(id: Uuid) -> Self { Self(id) } }
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> { s.collect_str(self) }
        }
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(d)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                utoipa::openapi::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::Type::String)
                    .pattern(Some(concat!("^", $prefix, "_[0-7][0-9a-hjkmnp-tv-z]{25}$")))
                    .examples([concat!($prefix, "_01jd8zk3vme7g9x0q4c5r6s7t8")])
                    .into()
            }
        }
        impl utoipa::ToSchema for $name {}
    )*};
}

typed_id! {
    /// An account of identity: one person's or one machine's way in.
    AccountId = "account";
    /// The public side of an account: a seller's or buyer's profile. Same UUID as the account.
    UserId = "user";
    SessionId = "session";
    PasskeyId = "passkey";
    TrustedDeviceId = "device";
    /// Several people under one name, such as a shop.
    TenantId = "tenant";
    InvitationId = "invitation";
    ApiKeyId = "key";
    FactorResetId = "reset";
    /// One time that support stands in for somebody.
    ImpersonationId = "impersonation";
    ListingId = "listing";
    MediaId = "media";
    PlaceId = "place";
    SavedSearchId = "search";
    ReportId = "report";
    AppealId = "appeal";
    EventId = "event";
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn text_form_round_trips(value: u128) {
            let id = ListingId::from_uuid(Uuid::from_u128(value));
            prop_assert_eq!(id.to_string().parse::<ListingId>(), Ok(id));
        }

        #[test]
        fn any_text_is_refused_or_is_the_canonical_form(text in "(listing_)?[0-9a-z_]{0,30}") {
            if let Ok(id) = text.parse::<ListingId>() {
                prop_assert_eq!(id.to_string(), text);
            }
        }
    }

    #[test]
    fn order_of_ids_is_order_of_time() {
        let at = |ms| ListingId::new(Timestamp::from_timestamp_millis(ms).unwrap());
        assert!(at(1_700_000_000_000) < at(1_700_000_000_001));
    }

    #[test]
    fn another_kind_of_id_is_refused() {
        let media = MediaId::from_uuid(Uuid::from_u128(7)).to_string();
        assert_eq!(media.parse::<ListingId>(), Err(IdError::Prefix { expected: "listing" }));
    }
}
