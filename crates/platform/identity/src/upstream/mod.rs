//! Signing in by an account that somebody has elsewhere (OpenID Connect, ADR 13).
//!
//! A person's way: [`flow`] sends them to the provider and takes them back, [`confirm`] proves an address that the provider does not
//! vouch for, [`link`] makes an account of what the provider said or links it to one. [`provider`] asks the provider, [`credential`] is
//! what we are known by there, [`reach`] says where that may lead.

mod confirm;
mod credential;
mod flow;
mod http;
mod link;
mod provider;
mod reach;
mod store;

use std::{collections::BTreeSet, sync::Arc};

pub(crate) use confirm::job;
use credential::Credential;
use http::UpstreamView;
pub use http::routes;
pub(crate) use link::{Sealed, seal_of};
use provider::Provider;
pub(crate) use store::list;
use svetu_ports::Secret;
use url::{Host, Url};

use crate::IdentityError;

const ID_BYTES_MAX: usize = 32;
const NAME_CHARS_MAX: usize = 40;
const ISSUER_BYTES_MAX: usize = 200;
const SCOPES_MAX: usize = 10;
/// As many buttons fit below a form.
const UPSTREAMS_MAX: usize = 8;
/// Where a provider sends people back to, below the site's address.
const CALLBACK: &str = "/api/v1/identity/upstreams/{id}/callback";

/// A provider that people may sign in by, as the operator names it.
#[derive(Debug, Clone)]
pub struct UpstreamConfig {
    /// In addresses and rows: it stays.
    pub id: String,
    /// As people know it: "Google".
    pub name: String,
    pub brand: Brand,
    /// Word for word as the provider's own metadata says it.
    pub issuer: String,
    pub client_id: String,
    pub client_secret: ClientSecret,
    /// Beside `openid`.
    pub scopes: Vec<String>,
    /// Of a provider whose metadata names none. The client's secret goes there in the form.
    pub token_endpoint: Option<String>,
    /// The answer comes as a form that the provider's page posts (OAuth 2.0 Form Post Response Mode).
    pub form_post: bool,
}

/// Whose mark its button bears.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Brand {
    Google,
    Apple,
    Facebook,
    #[default]
    Other,
}

/// What a client proves itself by at the provider.
#[derive(Debug, Clone)]
pub enum ClientSecret {
    /// Known to both.
    Shared(Secret),
    /// A JWT that our own key signs anew each time, sent in the secret's place (Sign in with Apple).
    Signed {
        team_id: String,
        key_id: String,
        /// PKCS #8 in PEM, of P-256.
        key: Secret,
    },
}

impl ClientSecret {
    const fn kept(&self) -> &Secret {
        match self {
            Self::Shared(secret) | Self::Signed { key: secret, .. } => secret,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UpstreamConfigError {
    #[error(
        "expected a name of a to z, 0 to 9 and hyphens, {ID_BYTES_MAX} at most, once each, but not `waiting` or `sign-up`"
    )]
    Id,
    #[error("name: expected 1 to {NAME_CHARS_MAX} characters")]
    Name,
    #[error(
        "issuer: expected https://…, {ISSUER_BYTES_MAX} bytes at most (http:// on the loopback alone), without query and fragment"
    )]
    Issuer,
    #[error("client_id and the client's secret: expected both")]
    Client,
    #[error("team_id and key_id: expected both, as the provider shows them")]
    Signer,
    #[error("the client's secret: expected a private key of P-256 (PKCS #8, PEM), as the provider's .p8 file holds it")]
    Key,
    #[error("token_endpoint: expected https://… (http:// on the loopback alone), without query and fragment")]
    TokenEndpoint,
    #[error("scopes: expected {SCOPES_MAX} at most, each without white space")]
    Scopes,
    #[error("expected {UPSTREAMS_MAX} providers at most")]
    Count,
}

impl UpstreamConfig {
    /// # Errors
    /// What cannot be, by the name of its key.
    pub fn check(&self) -> Result<(), UpstreamConfigError> {
        let slug = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        let Self { id, name, client_id, client_secret, scopes, .. } = self;
        if !(1..=ID_BYTES_MAX).contains(&id.len()) || !id.chars().all(slug) || matches!(&**id, "waiting" | "sign-up") {
            return Err(UpstreamConfigError::Id);
        }
        if !(1..=NAME_CHARS_MAX).contains(&name.chars().count()) || name.chars().any(char::is_control) {
            return Err(UpstreamConfigError::Name);
        }
        if client_id.is_empty() || client_secret.kept().expose().is_empty() {
            return Err(UpstreamConfigError::Client);
        }
        if let ClientSecret::Signed { team_id, key_id, .. } = client_secret
            && (team_id.is_empty() || key_id.is_empty())
        {
            return Err(UpstreamConfigError::Signer);
        }
        if self.token_endpoint.as_deref().is_some_and(|endpoint| address(endpoint).is_none()) {
            return Err(UpstreamConfigError::TokenEndpoint);
        }
        let plain = |scope: &String| !scope.is_empty() && !scope.contains(char::is_whitespace);
        if scopes.len() > SCOPES_MAX || !scopes.iter().all(plain) {
            return Err(UpstreamConfigError::Scopes);
        }
        self.issuer().map(|_| ())
    }

    fn issuer(&self) -> Result<Url, UpstreamConfigError> {
        address(&self.issuer).ok_or(UpstreamConfigError::Issuer)
    }

    /// # Errors
    /// When the client's secret is no such key as the provider wants: found out before anybody signs in.
    pub fn check_secret(&self) -> Result<(), UpstreamConfigError> {
        Credential::try_new(self).map(|_| ())
    }
}

/// An address of a provider, in the operator's words.
fn address(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok().filter(|_| text.len() <= ISSUER_BYTES_MAX)?;
    let plain =
        url.username().is_empty() && url.password().is_none() && url.query().is_none() && url.fragment().is_none();
    let safe = url.scheme() == "https" || (url.scheme() == "http" && is_loopback(&url));
    (plain && safe).then_some(url)
}

/// What is said in clear there stays on this machine.
fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

/// The providers of this platform, in the operator's order.
pub struct Upstreams(Vec<Arc<Provider>>);

impl Upstreams {
    /// # Errors
    /// When a provider is described in a way that cannot be.
    pub fn try_new(configs: Vec<UpstreamConfig>, site_url: &str) -> Result<Self, IdentityError> {
        if configs.len() > UPSTREAMS_MAX {
            return Err(UpstreamConfigError::Count.into());
        }
        let ids: BTreeSet<&str> = configs.iter().map(|config| config.id.as_str()).collect();
        if ids.len() != configs.len() {
            return Err(UpstreamConfigError::Id.into());
        }
        let providers = configs.into_iter().map(|config| Ok(Arc::new(Provider::try_new(config, site_url)?)));
        Ok(Self(providers.collect::<Result<_, IdentityError>>()?))
    }

    fn get(&self, id: &str) -> Option<&Arc<Provider>> {
        self.0.iter().find(|provider| provider.id == id)
    }

    /// As people know it; one that is configured no more by its id.
    fn view(&self, id: &str) -> UpstreamView {
        let (name, brand) = self.get(id).map_or((id, Brand::Other), |known| (&*known.name, known.brand));
        UpstreamView { id: id.to_owned(), name: name.to_owned(), brand }
    }

    fn views(&self) -> Vec<UpstreamView> {
        self.0.iter().map(|provider| self.view(&provider.id)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(id: &str, issuer: &str) -> UpstreamConfig {
        UpstreamConfig {
            id: id.to_owned(),
            name: "Provider".to_owned(),
            brand: Brand::Other,
            issuer: issuer.to_owned(),
            client_id: "svetu".to_owned(),
            client_secret: ClientSecret::Shared(Secret::new(b"secret".to_vec())),
            scopes: vec!["email".to_owned()],
            token_endpoint: None,
            form_post: false,
        }
    }

    #[test]
    fn what_cannot_be_is_refused() {
        let check = |id: &str, issuer: &str| config(id, issuer).check();
        assert_eq!(check("google", "https://accounts.google.com"), Ok(()));
        assert_eq!(check("home", "http://127.0.0.1:4000"), Ok(()));
        for id in ["", "Google", "a/b", "waiting", "sign-up", "..", "a b", "čika"] {
            assert_eq!(check(id, "https://id.primer.rs"), Err(UpstreamConfigError::Id), "{id}");
        }
        for issuer in [
            "",
            "id.primer.rs",
            "http://id.primer.rs",
            "http://10.0.0.1",
            "https://u:p@id.primer.rs",
            "https://id.primer.rs/?a=b",
            "https://id.primer.rs/#a",
            "ftp://id.primer.rs",
        ] {
            assert_eq!(check("id", issuer), Err(UpstreamConfigError::Issuer), "{issuer}");
            let mut odd = config("id", "https://id.primer.rs");
            odd.token_endpoint = Some(issuer.to_owned());
            assert_eq!(odd.check(), Err(UpstreamConfigError::TokenEndpoint), "{issuer}");
        }
    }

    #[test]
    fn a_secret_is_not_shown() {
        let mut told = config("id", "https://id.primer.rs");
        told.client_secret = ClientSecret::Shared(Secret::new(b"tajna".to_vec()));
        assert!(!format!("{told:?}").contains("tajna"));
    }
}
