//! What the browser keeps: for the server alone, and of this host alone.

use http::{HeaderMap, HeaderValue};

/// Bytes of a cookie that browsers keep (RFC 6265 §6.1), less its name and attributes.
const VALUE_BYTES_MAX: usize = 3_600;

/// A person who is at the provider.
pub const fn away(secure: bool) -> &'static str {
    if secure { "__Host-svetu_away" } else { "svetu_away" }
}

pub fn read<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    svetu_http::cookie(headers, name).filter(|value| (1..=VALUE_BYTES_MAX).contains(&value.len()))
}

/// None: it ends with the browser.
pub fn write(secure: bool, name: &str, value: &str, max_age_s: Option<i64>) -> Option<HeaderValue> {
    HeaderValue::from_str(&svetu_http::set_cookie(secure, name, value, max_age_s)).ok()
}

pub fn gone(secure: bool, name: &str) -> Option<HeaderValue> {
    write(secure, name, "", Some(0))
}
