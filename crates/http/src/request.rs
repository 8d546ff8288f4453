//! What is known of a request before any handler: its id, its trace, its reader's language.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use http::{HeaderMap, Uri, header, request::Parts};
use svetu_kernel::Language;
use svetu_ports::trace::TraceContext;

pub(crate) const REQUEST_ID: &str = "x-request-id";

/// Taken as an argument by handlers that answer in the reader's language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestInfo {
    /// From `x-request-id` when that is 1 to 64 of `A-Z a-z 0-9 - _`, else made here.
    pub id: String,
    /// Of the request's own span.
    pub trace: TraceContext,
    /// `?lang=`, else `Accept-Language`, else sr-Latn.
    pub language: Language,
}

impl RequestInfo {
    pub(crate) fn read(headers: &HeaderMap, uri: &Uri) -> Self {
        Self {
            id: headers
                .get(REQUEST_ID)
                .and_then(|value| value.to_str().ok())
                .filter(|id| is_request_id(id))
                .map_or_else(|| format!("{:016x}", rand::random::<u64>()), str::to_owned),
            trace: parent(headers).map_or_else(TraceContext::root, TraceContext::child),
            language: language(headers, uri),
        }
    }
}

/// What whoever asks says of its own span.
pub(crate) fn parent(headers: &HeaderMap) -> Option<TraceContext> {
    headers.get(TraceContext::HEADER).and_then(|value| value.to_str().ok()).and_then(TraceContext::parse)
}

fn is_request_id(id: &str) -> bool {
    (1..=64).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

fn language(headers: &HeaderMap, uri: &Uri) -> Language {
    let asked = uri
        .query()
        .and_then(|query| query.split('&').find_map(|pair| pair.strip_prefix("lang=")))
        .and_then(|tag| tag.parse().ok());
    asked.unwrap_or_else(|| {
        headers
            .get(header::ACCEPT_LANGUAGE)
            .and_then(|value| value.to_str().ok())
            .map_or_else(Language::default, Language::negotiate)
    })
}

impl<S: Send + Sync> FromRequestParts<S> for RequestInfo {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(parts.extensions.get::<Self>().cloned().unwrap_or_else(|| Self::read(&parts.headers, &parts.uri)))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn traceparent_round_trips(trace_id in 1u128.., span_id in 1u64.., flags: u8) {
            let context = TraceContext { trace_id, span_id, flags };
            prop_assert_eq!(TraceContext::parse(&context.to_string()), Some(context));
        }

        #[test]
        fn any_text_is_taken_without_a_panic(text in ".{0,80}") {
            let _ = TraceContext::parse(&text);
        }
    }

    #[test]
    fn malformed_traceparents_are_passed_over() {
        for text in [
            "",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331",
            "00-00000000000000000000000000000000-b7ad6b7169203331-01",
            "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-x",
        ] {
            assert_eq!(TraceContext::parse(text), None, "{text}");
        }
    }

    #[test]
    fn language_of_the_reader() {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT_LANGUAGE, "ru".parse().unwrap());
        assert_eq!(language(&headers, &Uri::from_static("/x")), Language::Ru);
        assert_eq!(language(&headers, &Uri::from_static("/x?a=1&lang=en")), Language::En);
        assert_eq!(language(&headers, &Uri::from_static("/x?lang=tlh")), Language::Ru);
    }
}
