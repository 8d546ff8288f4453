//! Calls to a provider: bounded in time and bytes, no redirect followed, and no way from its metadata into this network.

use std::{pin::Pin, sync::Arc, time::Duration};

use openidconnect::{AsyncHttpClient, HttpRequest, HttpResponse};
use reqwest::Client;
use url::Url;

use crate::{
    IdentityError,
    calls::{self, PublicOnly, is_public_host},
};

const CALL_TIMEOUT: Duration = Duration::from_secs(5);
/// Keys and metadata of the large ones take some 10 kB.
const BODY_BYTES_MAX: usize = 256 * 1024;

#[derive(Debug, thiserror::Error)]
pub enum ReachError {
    #[error("the provider's metadata leads to an address that is not its own and not public, or not https")]
    Address,
    #[error("the provider answered more than {BODY_BYTES_MAX} bytes")]
    Large,
    #[error("the provider cannot be reached")]
    Http(#[from] reqwest::Error),
}

/// The issuer is the operator's word and may be within this network; what its metadata names beyond that host has to be public.
pub struct Reach {
    issuer: Url,
    own: Client,
    others: Client,
}

impl Reach {
    pub fn try_new(issuer: Url) -> Result<Self, IdentityError> {
        let failed = |error: reqwest::Error| IdentityError::Key(format!("TLS for calls to providers: {error}"));
        let builder = || Ok::<_, IdentityError>(calls::builder()?.timeout(CALL_TIMEOUT).pool_max_idle_per_host(2));
        let others = builder()?.dns_resolver(Arc::new(PublicOnly)).build().map_err(failed)?;
        Ok(Self { issuer, own: builder()?.build().map_err(failed)?, others })
    }

    /// A name is judged when it is resolved; an address written as the host never is, so it is judged here.
    fn client(&self, url: &Url) -> Result<&Client, ReachError> {
        let own = url.host() == self.issuer.host();
        let scheme = url.scheme() == "https" || (own && url.scheme() == self.issuer.scheme());
        if !scheme || !url.username().is_empty() || url.password().is_some() || !(own || is_public_host(url)) {
            return Err(ReachError::Address);
        }
        Ok(if own { &self.own } else { &self.others })
    }

    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, ReachError> {
        let request = reqwest::Request::try_from(request)?;
        let mut answer = self.client(request.url())?.execute(request).await?;
        let mut response = HttpResponse::new(Vec::new());
        *response.status_mut() = answer.status();
        *response.headers_mut() = std::mem::take(answer.headers_mut());
        while let Some(chunk) = answer.chunk().await? {
            if response.body().len() + chunk.len() > BODY_BYTES_MAX {
                return Err(ReachError::Large);
            }
            response.body_mut().extend_from_slice(&chunk);
        }
        Ok(response)
    }
}

impl<'c> AsyncHttpClient<'c> for Reach {
    type Error = ReachError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, ReachError>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.send(request))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calls::NotPublic;

    #[test]
    fn metadata_leads_to_the_issuer_itself_or_to_public_addresses() {
        let judge = |issuer: &str, url: &str| {
            let reach = Reach::try_new(Url::parse(issuer).unwrap()).unwrap();
            reach.client(&Url::parse(url).unwrap()).is_ok()
        };
        let far = "https://id.primer.rs";
        for url in ["https://id.primer.rs/token", "https://id.primer.rs:8443/token", "https://keys.primer.com/jwks"] {
            assert!(judge(far, url), "{url}");
        }
        for url in [
            "http://id.primer.rs/token",
            "http://keys.primer.com/jwks",
            "https://127.0.0.1/jwks",
            "https://[::1]/jwks",
            "https://169.254.169.254/latest",
            "https://10.1.2.3/",
            "https://0x7f.1/",
            "https://u:p@keys.primer.com/jwks",
            "file:///etc/passwd",
        ] {
            assert!(!judge(far, url), "{url}");
        }
        let near = "http://127.0.0.1:4000";
        assert!(judge(near, "http://127.0.0.1:4000/token"));
        assert!(!judge(near, "http://127.0.0.2:4000/token"));
        assert!(!judge(near, "http://localhost:4000/token"));
    }

    #[tokio::test]
    async fn a_name_within_this_network_is_not_reached() {
        let reach = Reach::try_new(Url::parse("https://id.primer.rs").unwrap()).unwrap();
        let request = ::http::Request::get("https://localhost/jwks").body(Vec::new()).unwrap();
        let error = reach.send(request).await.unwrap_err();
        let mut causes = std::iter::successors(Some(&error as &dyn std::error::Error), |error| error.source());
        assert!(causes.any(|cause| cause.is::<NotPublic>()), "{error:?}");
    }
}
