use std::time::Duration;

use object_store::{
    BackoffConfig, ClientOptions, RetryConfig,
    aws::{AmazonS3, AmazonS3Builder, Checksum},
};
use url::Url;

/// One request with its body, when the URL names no other time.
const REQUEST_S_MAX: u64 = 30;
const CONNECT_MAX: Duration = Duration::from_secs(2);
/// A request that failed is not begun again after so long.
const RETRY_MAX: Duration = Duration::from_secs(5);

#[derive(Debug, thiserror::Error)]
pub enum S3UrlError {
    #[error("expected s3://key:secret@bucket/folder?endpoint=https://host&region=name: {0}")]
    Form(&'static str),
    #[error(transparent)]
    Client(#[from] object_store::Error),
}

/// The store of the URL's bucket, and the folder in it.
pub(crate) fn open(url: &str) -> Result<(AmazonS3, String), S3UrlError> {
    let url = Url::parse(url).map_err(|_| S3UrlError::Form("it is no URL"))?;
    if url.scheme() != "s3" {
        return Err(S3UrlError::Form("another scheme"));
    }
    let bucket = url.host_str().ok_or(S3UrlError::Form("no bucket is named"))?;
    let mut builder = AmazonS3Builder::new().with_bucket_name(bucket).with_checksum_algorithm(Checksum::SHA256);
    match (url.username(), url.password()) {
        // The machine's own role answers for it.
        ("", None) => {}
        (key, Some(secret)) if !key.is_empty() => {
            builder = builder.with_access_key_id(plain(key)).with_secret_access_key(plain(secret));
        }
        _ => return Err(S3UrlError::Form("a key and its secret go together")),
    }
    let mut request_s_max = REQUEST_S_MAX;
    let mut allow_http = false;
    let mut region = None;
    for (name, value) in url.query_pairs() {
        match &*name {
            "endpoint" => {
                // In clear only where the URL itself says so.
                allow_http = value.starts_with("http://");
                builder = builder.with_endpoint(value);
            }
            "region" => region = Some(value.into_owned()),
            "timeout_s" => {
                request_s_max = value
                    .parse()
                    .ok()
                    .filter(|seconds| (1..=600).contains(seconds))
                    .ok_or(S3UrlError::Form("timeout_s is 1 to 600"))?;
            }
            _ => return Err(S3UrlError::Form("only endpoint, region and timeout_s may follow the question mark")),
        }
    }
    let client =
        ClientOptions::new().with_timeout(Duration::from_secs(request_s_max)).with_connect_timeout(CONNECT_MAX);
    let retry = RetryConfig {
        backoff: BackoffConfig {
            init_backoff: Duration::from_millis(100),
            max_backoff: Duration::from_secs(1),
            base: 2.0,
        },
        max_retries: 4,
        retry_timeout: RETRY_MAX,
    };
    let store = builder
        .with_region(region.unwrap_or_else(|| "us-east-1".to_owned()))
        .with_client_options(client.with_allow_http(allow_http))
        .with_retry(retry)
        .build()?;
    Ok((store, plain(url.path().trim_matches('/'))))
}

/// What stands percent-encoded in a URL.
fn plain(text: &str) -> String {
    let form = format!("x={}", text.replace('+', "%2B"));
    url::form_urlencoded::parse(form.as_bytes()).next().map(|(_, value)| value.into_owned()).unwrap_or_default()
}
