//! What the browser keeps for identity beside the session: for the server alone, and of this host alone.

use http::HeaderMap;
pub use svetu_http::set_cookie as write;

/// A device on which the second factor is not asked again.
pub const TRUSTED: &str = "svetu_device";
/// A sign-in that waits for its second factor.
pub const PENDING: &str = "svetu_pending";
/// Whose code by mail it is.
pub const CODE: &str = "svetu_code";
/// Whose code by a message it is, that is to prove a telephone.
pub const PHONE: &str = "svetu_phone";
/// A person who is at a provider elsewhere.
pub const UPSTREAM: &str = "svetu_upstream";
/// Whom a provider elsewhere named.
pub const STRANGER: &str = "svetu_stranger";

/// With TLS nobody but this host, not even one below it, can put such a cookie into a browser (RFC 6265bis §4.1.3.2).
pub fn host_name(secure: bool, name: &str) -> String {
    if secure { format!("__Host-{name}") } else { name.to_owned() }
}

/// Longer ones are nobody's.
const VALUE_BYTES_MAX: usize = 2_048;

pub fn read(headers: &HeaderMap, name: &str) -> Option<String> {
    svetu_http::cookie(headers, name).filter(|value| (1..=VALUE_BYTES_MAX).contains(&value.len())).map(str::to_owned)
}
