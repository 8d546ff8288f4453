//! Where a request comes from: the connection says it, and headers only where a trusted proxy wrote them.

use std::net::IpAddr;

use axum::extract::Request;
use http::{HeaderMap, HeaderName, Version, header};
use svetu_http::ClientAddress;

use crate::{config::Settings, network::Networks};

pub const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
pub const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
pub const FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
/// A longer chain of proxies is read from its near end only.
const HOPS_MAX: usize = 16;

/// Who opened the connection. In request extensions, put there by the server alone.
#[derive(Debug, Clone, Copy)]
pub struct Peer {
    pub address: IpAddr,
    pub side: Side,
    pub tls: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    Public,
    /// The site's own calls, on the loopback.
    Inside,
}

/// What the gateway knows of a request's way here. In request extensions.
#[derive(Debug, Clone)]
pub struct Origin {
    pub side: Side,
    /// The person's address; the site's calls for nobody in particular have none.
    pub client: Option<IpAddr>,
    pub scheme: &'static str,
    /// As in the address bar; empty in HTTP/1.0.
    pub host: String,
    /// Nobody forwarded it, or only trusted proxies did: then `client` is what it seems to be.
    pub plain: bool,
}

/// Reads what is to be believed and takes every header away that only we may set.
pub fn establish(settings: &Settings, request: &mut Request) -> Option<Origin> {
    let peer = *request.extensions().get::<Peer>()?;
    let headers = request.headers();
    let believed = match peer.side {
        Side::Public => settings.trusted_proxies.contain(peer.address),
        Side::Inside => true,
    };
    let forwarded = headers.contains_key(FORWARDED_FOR) || headers.contains_key(header::FORWARDED);
    let client = match peer.side {
        Side::Inside => last_forwarded(headers),
        Side::Public if believed => Some(nearest_stranger(headers, peer.address, &settings.trusted_proxies)),
        Side::Public => Some(peer.address),
    };
    let said = |name: &HeaderName| headers.get(name).filter(|_| believed).and_then(|value| value.to_str().ok());
    let scheme = match said(&FORWARDED_PROTO) {
        Some("https") => "https",
        Some("http") => "http",
        Some(_) | None if peer.tls => "https",
        Some(_) | None => "http",
    };
    let host = said(&FORWARDED_HOST).or_else(|| host(request)).unwrap_or_default().to_owned();
    let origin = Origin { side: peer.side, client, scheme, host, plain: believed || !forwarded };

    strip_claims(request.headers_mut());
    if let Some(address) = client {
        request.extensions_mut().insert(ClientAddress(address.to_canonical()));
    }
    request.extensions_mut().insert(origin.clone());
    Some(origin)
}

/// HTTP/2 has it in the target, HTTP/1 in a header.
fn host(request: &Request) -> Option<&str> {
    match request.uri().authority() {
        Some(authority) => Some(authority.as_str()),
        None => request.headers().get(header::HOST).and_then(|value| value.to_str().ok()),
    }
}

/// RFC 9112 §3.2: one Host, neither none nor two: two would be read differently by whoever is next.
pub fn well_formed(request: &Request) -> bool {
    match request.version() {
        Version::HTTP_11 => request.headers().get_all(header::HOST).iter().count() == 1,
        Version::HTTP_09 | Version::HTTP_10 => request.headers().get_all(header::HOST).iter().count() <= 1,
        _ => true,
    }
}

/// From the near end: addresses that a trusted proxy wrote, until one that is no proxy of ours.
fn nearest_stranger(headers: &HeaderMap, peer: IpAddr, trusted: &Networks) -> IpAddr {
    let mut nearest = peer;
    for entry in entries(headers) {
        let Some(address) = entry else { break };
        nearest = address;
        if !trusted.contain(address) {
            break;
        }
    }
    nearest
}

fn last_forwarded(headers: &HeaderMap) -> Option<IpAddr> {
    entries(headers).next().flatten()
}

/// From the near end; None where an entry is no address.
fn entries(headers: &HeaderMap) -> impl Iterator<Item = Option<IpAddr>> {
    let mut all: Vec<&str> =
        headers.get_all(FORWARDED_FOR).iter().flat_map(|value| value.to_str().unwrap_or_default().split(',')).collect();
    all.reverse();
    all.truncate(HOPS_MAX);
    let parsed: Vec<_> = all.into_iter().map(|text| address(text.trim())).collect();
    parsed.into_iter()
}

/// Some proxies add a port: `203.0.113.9:4711`, `[2001:db8::1]:4711`.
fn address(text: &str) -> Option<IpAddr> {
    text.parse().ok().or_else(|| text.parse().ok().map(|socket: std::net::SocketAddr| socket.ip()))
}

/// Headers that claim what only the gateway knows, or that steer Next.js from outside (its middleware's own channel, the
/// policy it reads the nonce from).
fn strip_claims(headers: &mut HeaderMap) {
    const NAMES: [&str; 8] = [
        "forwarded",
        "x-real-ip",
        "x-actor",
        "x-nonce",
        "x-page",
        "x-next-intl-locale",
        "x-matched-path",
        "content-security-policy",
    ];
    const PREFIXES: [&str; 5] = ["x-forwarded-", "x-svetu-", "x-actor-", "x-middleware-", "x-invoke-"];
    let claims: Vec<HeaderName> = headers
        .keys()
        .filter(|name| {
            let name = name.as_str();
            NAMES.contains(&name) || PREFIXES.iter().any(|prefix| name.starts_with(prefix))
        })
        .cloned()
        .collect();
    for name in claims {
        headers.remove(name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(trusted: &str, peer: &str, forwarded: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append(FORWARDED_FOR, value.parse().unwrap());
        }
        let trusted = Networks(vec![trusted.parse().unwrap()]);
        nearest_stranger(&headers, peer.parse().unwrap(), &trusted).to_string()
    }

    #[test]
    fn the_nearest_address_that_is_no_proxy() {
        assert_eq!(client("10.0.0.0/8", "10.0.0.1", &[]), "10.0.0.1");
        assert_eq!(client("10.0.0.0/8", "10.0.0.1", &["203.0.113.9"]), "203.0.113.9");
        assert_eq!(client("10.0.0.0/8", "10.0.0.1", &["1.1.1.1, 203.0.113.9, 10.0.0.2"]), "203.0.113.9");
        assert_eq!(client("10.0.0.0/8", "10.0.0.1", &["1.1.1.1", "203.0.113.9"]), "203.0.113.9");
        assert_eq!(client("10.0.0.0/8", "10.0.0.1", &["203.0.113.9:4711"]), "203.0.113.9");
        assert_eq!(client("10.0.0.0/8", "10.0.0.1", &["1.1.1.1, unknown, 10.0.0.2"]), "10.0.0.2");
    }
}
