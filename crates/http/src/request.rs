//! What is known of a request before any handler: its id, its trace, its reader's language.

use std::{convert::Infallible, fmt};

use axum::extract::FromRequestParts;
use http::{HeaderMap, Uri, header, request::Parts};
use svetu_kernel::Language;

pub(crate) const REQUEST_ID: &str = "x-request-id";
pub(crate) const TRACEPARENT: &str = "traceparent";

/// Taken as an argument by handlers that answer in the reader's language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestInfo {
    /// From `x-request-id` when that is 1 to 64 of `A-Z a-z 0-9 - _`, else made here.
    pub id: String,
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
            trace: headers
                .get(TRACEPARENT)
                .and_then(|value| value.to_str().ok())
                .and_then(TraceContext::parse)
                .map_or_else(TraceContext::root, |parent| parent.child()),
            language: language(headers, uri),
        }
    }
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

/// W3C Trace Context, level 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TraceContext {
    pub trace_id: u128,
    pub span_id: u64,
    pub flags: u8,
}

impl TraceContext {
    pub fn root() -> Self {
        Self { trace_id: rand::random::<u128>().max(1), span_id: rand::random::<u64>().max(1), flags: 1 }
    }

    /// A `traceparent` of version 00, or of a later version by its first four fields; None when it is malformed.
    pub fn parse(text: &str) -> Option<Self> {
        let mut fields = text.split('-');
        let (version, trace, span, flags) = (fields.next()?, fields.next()?, fields.next()?, fields.next()?);
        let lengths = version.len() == 2 && trace.len() == 32 && span.len() == 16 && flags.len() == 2;
        let hex = |field: &str| field.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        if !lengths
            || ![version, trace, span, flags].into_iter().all(hex)
            || version == "ff"
            || (version == "00" && fields.next().is_some())
        {
            return None;
        }
        let context = Self {
            trace_id: u128::from_str_radix(trace, 16).ok()?,
            span_id: u64::from_str_radix(span, 16).ok()?,
            flags: u8::from_str_radix(flags, 16).ok()?,
        };
        (context.trace_id != 0 && context.span_id != 0).then_some(context)
    }

    /// The same trace, a new span.
    #[must_use]
    pub fn child(self) -> Self {
        Self { span_id: rand::random::<u64>().max(1), ..self }
    }
}

/// As a `traceparent` header.
impl fmt::Display for TraceContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "00-{:032x}-{:016x}-{:02x}", self.trace_id, self.span_id, self.flags)
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
