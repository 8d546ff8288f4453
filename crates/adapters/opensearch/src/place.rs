use std::{fs, net::IpAddr, path::PathBuf};

use url::{Host, Url};

const PORT: u16 = 9200;
const PREFIX: &str = "svetu";
const PREFIX_MAX: usize = 40;
const SHARDS_MAX: u16 = 64;

#[derive(Debug, thiserror::Error)]
pub enum OpenSearchUrlError {
    #[error("expected opensearch://user:password@host:port/prefix?shards=1&replicas=1, or opensearchs:// for TLS: {0}")]
    Form(&'static str),
    #[error("ca={0}: {1}")]
    Certificate(PathBuf, String),
    #[error("the client: {0}")]
    Client(String),
}

/// What a URL says.
#[derive(Debug)]
pub(crate) struct Place {
    /// `http://host:port`, without a slash at its end.
    pub base: String,
    pub user: Option<(String, String)>,
    /// What all names of ours begin with.
    pub prefix: String,
    pub shards: u16,
    /// None: one where there is a second node.
    pub replicas: Option<u16>,
    /// PEM of authorities that are trusted besides the public ones.
    pub authorities: Option<Vec<u8>>,
}

impl Place {
    pub fn parse(url: &str) -> Result<Self, OpenSearchUrlError> {
        let form = OpenSearchUrlError::Form;
        let url = Url::parse(url).map_err(|_| form("it is no URL"))?;
        let scheme = match url.scheme() {
            "opensearch" => "http",
            "opensearchs" => "https",
            _ => return Err(form("another scheme")),
        };
        let host = url.host_str().filter(|host| !host.is_empty()).ok_or(form("no host is named"))?;
        let user = match (url.username(), url.password()) {
            ("", None) => None,
            (user, Some(password)) if !user.is_empty() => Some((plain(user), plain(password))),
            _ => return Err(form("a user and a password go together")),
        };
        if user.is_some() && scheme == "http" && !is_loopback(host) {
            return Err(form("a password goes by TLS only, opensearchs://, unless to this machine"));
        }
        let base = format!("{scheme}://{host}:{}", url.port().unwrap_or(PORT));
        let prefix = match url.path().trim_matches('/') {
            "" => PREFIX,
            named => named,
        };
        let fine = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if prefix.len() > PREFIX_MAX
            || !prefix.starts_with(|c: char| c.is_ascii_lowercase())
            || !prefix.bytes().all(fine)
        {
            return Err(form("a prefix is a letter and at most 39 more of a-z, 0-9 and -"));
        }
        let mut place = Self { base, user, prefix: prefix.to_owned(), shards: 1, replicas: None, authorities: None };
        for (name, value) in url.query_pairs() {
            match &*name {
                "shards" => {
                    place.shards = value
                        .parse()
                        .ok()
                        .filter(|shards| (1..=SHARDS_MAX).contains(shards))
                        .ok_or(form("shards is 1 to 64"))?;
                }
                "replicas" => {
                    let replicas = value.parse().ok().filter(|replicas| *replicas <= 8);
                    place.replicas = Some(replicas.ok_or(form("replicas is 0 to 8"))?);
                }
                "ca" => {
                    let file = PathBuf::from(&*value);
                    let pem =
                        fs::read(&file).map_err(|error| OpenSearchUrlError::Certificate(file, error.to_string()))?;
                    place.authorities = Some(pem);
                }
                _ => return Err(form("only shards, replicas and ca may follow the question mark")),
            }
        }
        Ok(place)
    }
}

fn is_loopback(host: &str) -> bool {
    match Host::parse(host) {
        Ok(Host::Ipv4(address)) => IpAddr::from(address).is_loopback(),
        Ok(Host::Ipv6(address)) => IpAddr::from(address).is_loopback(),
        // The scheme is none that browsers know: an address is read as a name.
        Ok(Host::Domain(name)) => name == "localhost" || name.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback()),
        Err(_) => false,
    }
}

/// What stands percent-encoded in a URL.
fn plain(text: &str) -> String {
    let form = format!("x={}", text.replace('+', "%2B"));
    url::form_urlencoded::parse(form.as_bytes()).next().map(|(_, value)| value.into_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_says_where_and_how() {
        let place = Place::parse("opensearchs://us%40er:p%2Fw@search.firma.rs/oglasi-2?shards=3&replicas=2").unwrap();
        assert_eq!(place.base, "https://search.firma.rs:9200");
        assert_eq!(place.user, Some(("us@er".to_owned(), "p/w".to_owned())));
        assert_eq!((place.prefix.as_str(), place.shards, place.replicas), ("oglasi-2", 3, Some(2)));
        let place = Place::parse("opensearch://127.0.0.1:9201").unwrap();
        assert_eq!(
            (place.base.as_str(), place.prefix.as_str(), place.replicas),
            ("http://127.0.0.1:9201", "svetu", None)
        );
        assert!(Place::parse("opensearch://u:p@127.0.0.1").is_ok() && Place::parse("opensearch://u:p@[::1]").is_ok());
        for (url, told) in [
            ("opensearch:", "no host"),
            ("elastic://host", "another scheme"),
            ("opensearch://u:p@search.firma.rs", "by TLS only"),
            ("opensearch://u@localhost", "go together"),
            ("opensearch://h/Veliko", "a prefix"),
            ("opensearch://h/a/b", "a prefix"),
            ("opensearch://h?shards=0", "shards"),
            ("opensearch://h?replicas=many", "replicas"),
            ("opensearch://h?tls=true", "only shards"),
            ("opensearch://h?ca=/nowhere.pem", "/nowhere.pem"),
        ] {
            let error = Place::parse(url).unwrap_err().to_string();
            assert!(error.contains(told), "{url}: {error}");
        }
    }
}
