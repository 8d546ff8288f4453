use std::{io, net::IpAddr, path::PathBuf, time::Duration};

use http::{HeaderValue, Uri, uri::Scheme};

use crate::network::{Network, Networks};

#[derive(Debug, Clone)]
pub struct GatewayConfig {
    /// What people type: `https://svetu.rs`. Its scheme decides about secure cookies and HSTS.
    pub public_url: String,
    /// TLS ends here when there is a certificate.
    pub tls: Option<TlsFiles>,
    /// Networks whose `X-Forwarded-*` is believed.
    pub trusted_proxies: Vec<String>,
    /// Origins whose scripts may call the API, without anybody's session.
    pub cors_origins: Vec<String>,
    /// Networks that may read `/metrics`.
    pub metrics_allow: Vec<String>,
    pub limits: GatewayLimits,
    pub drain_s_max: u64,
}

/// PEM files.
#[derive(Debug, Clone)]
pub struct TlsFiles {
    pub certificate: PathBuf,
    pub key: PathBuf,
}

#[derive(Debug, Clone, Copy)]
pub struct GatewayLimits {
    pub address_per_minute: u32,
    pub account_per_minute: u32,
    pub body_bytes_max: usize,
    /// Requests at work at once; as many again for the site's own calls.
    pub concurrent_max: usize,
    pub request_ms_max: u64,
}

#[derive(Debug, thiserror::Error)]
pub enum GatewayError {
    #[error("{key}: `{value}` is no network; expected an address or CIDR, like 10.0.0.0/8 or ::1")]
    Network { key: &'static str, value: String },
    #[error("{key}: `{value}` is no origin; expected https://name or https://name:port")]
    Origin { key: &'static str, value: String },
    #[error("{key}: {path}: {cause}", path = path.display())]
    Pem { key: &'static str, path: PathBuf, cause: String },
    #[error("door.tls_certificate and door.tls_key do not make a certificate")]
    Certificate(#[from] rustls::Error),
    #[error("the listener for the site's own calls must be on the loopback")]
    NotLoopback,
    #[error("a listener does not tell its address")]
    Listener(#[from] io::Error),
}

/// The configuration, understood.
#[derive(Debug)]
pub struct Settings {
    /// `scheme://authority`, as browsers write it in `Origin`.
    pub public_origin: String,
    /// Under a name of this machine: a developer's.
    pub is_local: bool,
    /// People reach us by HTTPS, here or at a proxy in front.
    pub secure: bool,
    pub trusted_proxies: Networks,
    pub cors_origins: Vec<HeaderValue>,
    pub metrics_allow: Networks,
    pub limits: GatewayLimits,
}

impl Settings {
    pub fn try_new(config: &GatewayConfig) -> Result<Self, GatewayError> {
        let public_origin = origin("door.public_url", &config.public_url)?;
        let cors_origins = config.cors_origins.iter().map(|text| {
            let origin = origin("door.cors_origins", text)?;
            HeaderValue::from_str(&origin)
                .map_err(|_| GatewayError::Origin { key: "door.cors_origins", value: text.clone() })
        });
        Ok(Self {
            is_local: config.public_url.parse::<Uri>().is_ok_and(|url| url.host().is_some_and(is_this_machine)),
            secure: public_origin.starts_with("https://"),
            public_origin,
            trusted_proxies: networks("door.trusted_proxies", &config.trusted_proxies)?,
            cors_origins: cors_origins.collect::<Result<_, _>>()?,
            metrics_allow: networks("metrics.allow", &config.metrics_allow)?,
            limits: config.limits,
        })
    }

    pub const fn request_max(&self) -> Duration {
        Duration::from_millis(self.limits.request_ms_max)
    }
}

fn networks(key: &'static str, texts: &[String]) -> Result<Networks, GatewayError> {
    let parsed = texts
        .iter()
        .map(|text| text.parse::<Network>().map_err(|_| GatewayError::Network { key, value: text.clone() }));
    Ok(Networks(parsed.collect::<Result<_, _>>()?))
}

/// Whether a host, as it stands in a URL, is the machine that says so: what goes there crosses no network.
pub fn is_this_machine(host: &str) -> bool {
    let bare = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(host);
    bare.eq_ignore_ascii_case("localhost")
        || bare.parse::<IpAddr>().is_ok_and(|address| address.to_canonical().is_loopback())
}

/// RFC 6454 §6.2: scheme and authority in lower case, the scheme's own port left out.
fn origin(key: &'static str, text: &str) -> Result<String, GatewayError> {
    let wrong = || GatewayError::Origin { key, value: text.to_owned() };
    let uri: Uri = text.parse().map_err(|_| wrong())?;
    let (scheme, authority) = uri.scheme().zip(uri.authority()).ok_or_else(wrong)?;
    let port = match scheme {
        scheme if *scheme == Scheme::HTTP => 80,
        scheme if *scheme == Scheme::HTTPS => 443,
        _ => return Err(wrong()),
    };
    if uri.path() != "/" || uri.query().is_some() || authority.as_str().contains('@') {
        return Err(wrong());
    }
    let host = authority.host().to_ascii_lowercase();
    Ok(match authority.port_u16() {
        Some(other) if other != port => format!("{scheme}://{host}:{other}"),
        Some(_) | None => format!("{scheme}://{host}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_and_others() {
        for host in ["localhost", "LocalHost", "127.0.0.1", "127.0.0.2", "::1", "[::1]", "::ffff:127.0.0.1"] {
            assert!(is_this_machine(host), "{host}");
        }
        for host in ["", "svetu.rs", "localhost.svetu.rs", "127.0.0.1.svetu.rs", "10.0.0.1", "0.0.0.0", "[::]", "127.1"]
        {
            assert!(!is_this_machine(host), "{host}");
        }
    }

    #[test]
    fn origins_as_browsers_write_them() {
        let of = |text: &str| origin("key", text).map_err(|error| error.to_string());
        assert_eq!(of("https://Svetu.rs:443").unwrap(), "https://svetu.rs");
        assert_eq!(of("http://localhost:8080/").unwrap(), "http://localhost:8080");
        for wrong in ["svetu.rs", "ftp://svetu.rs", "https://svetu.rs/app", "https://a@svetu.rs", "*", "null", ""] {
            assert!(of(wrong).unwrap_err().starts_with("key: "), "{wrong}");
        }
    }
}
