//! Entity tags of versioned things: nobody overwrites what somebody else changed (RFC 9110 §13).

use axum::{
    Json,
    extract::FromRequestParts,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header, request::Parts};
use serde::Serialize;
use svetu_kernel::{Problem, Status};

/// `"7"` of version 7.
pub fn etag(version: i64) -> HeaderValue {
    HeaderValue::from_str(&format!("\"{version}\"")).unwrap_or(HeaderValue::from_static("\"0\""))
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Tags {
    Absent,
    Any,
    Listed(Vec<String>),
}

impl Tags {
    fn read(headers: &HeaderMap, name: HeaderName) -> Self {
        let values: Vec<_> = headers.get_all(name).iter().filter_map(|value| value.to_str().ok()).collect();
        if values.is_empty() {
            return Self::Absent;
        }
        let tags: Vec<_> = values.iter().flat_map(|value| value.split(',')).map(|tag| tag.trim().to_owned()).collect();
        if tags.iter().any(|tag| tag == "*") { Self::Any } else { Self::Listed(tags) }
    }
}

/// `If-Match` of an edit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IfMatch(Tags);

impl IfMatch {
    /// # Errors
    /// 428 `request.if_match_required` without the header, 412 `request.changed_meanwhile` on another version.
    pub fn require(&self, version: i64) -> Result<(), Problem> {
        match self.0 {
            Tags::Absent => Err(Problem::new(Status::PreconditionRequired, "request.if_match_required")),
            Tags::Any | Tags::Listed(_) => self.check(version),
        }
    }

    /// As [`IfMatch::require`], but an edit without the header overwrites whatever is there.
    ///
    /// # Errors
    /// 412 `request.changed_meanwhile`.
    pub fn check(&self, version: i64) -> Result<(), Problem> {
        match &self.0 {
            Tags::Absent | Tags::Any => Ok(()),
            Tags::Listed(tags) if tags.contains(&format!("\"{version}\"")) => Ok(()),
            Tags::Listed(_) => {
                Err(Problem::new(Status::PreconditionFailed, "request.changed_meanwhile").with("version", version))
            }
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for IfMatch {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Self(Tags::read(&parts.headers, header::IF_MATCH)))
    }
}

/// `If-None-Match` of a read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IfNoneMatch(Tags);

impl IfNoneMatch {
    /// True when the reader already has this version.
    pub fn has(&self, version: i64) -> bool {
        match &self.0 {
            Tags::Absent => false,
            Tags::Any => true,
            Tags::Listed(tags) => {
                let tag = format!("\"{version}\"");
                tags.iter().any(|listed| listed.strip_prefix("W/").unwrap_or(listed) == tag)
            }
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for IfNoneMatch {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Self(Tags::read(&parts.headers, header::IF_NONE_MATCH)))
    }
}

/// A JSON answer with its `ETag`; 304 when the reader has it.
#[derive(Debug, Clone)]
pub struct Tagged<T> {
    pub version: i64,
    pub value: T,
    pub if_none_match: Option<IfNoneMatch>,
}

impl<T> Tagged<T> {
    pub const fn new(version: i64, value: T) -> Self {
        Self { version, value, if_none_match: None }
    }

    #[must_use]
    pub fn unless(mut self, if_none_match: IfNoneMatch) -> Self {
        self.if_none_match = Some(if_none_match);
        self
    }
}

impl<T: Serialize> IntoResponse for Tagged<T> {
    fn into_response(self) -> Response {
        let known = self.if_none_match.is_some_and(|tags| tags.has(self.version));
        let mut response =
            if known { StatusCode::NOT_MODIFIED.into_response() } else { Json(self.value).into_response() };
        let headers = response.headers_mut();
        headers.insert(header::ETAG, etag(self.version));
        // The text follows the reader's language, the version does not.
        headers.insert(header::VARY, HeaderValue::from_static("accept-language"));
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(value: &str) -> Tags {
        let mut headers = HeaderMap::new();
        if !value.is_empty() {
            headers.insert(header::IF_MATCH, value.parse().unwrap());
        }
        Tags::read(&headers, header::IF_MATCH)
    }

    #[test]
    fn edits() {
        for (header, expected) in [
            ("", "428 request.if_match_required"),
            ("*", "ok"),
            ("\"7\"", "ok"),
            ("\"5\", \"7\"", "ok"),
            ("\"8\"", "412 request.changed_meanwhile"),
            // A weak tag never matches strongly.
            ("W/\"7\"", "412 request.changed_meanwhile"),
        ] {
            let said = match IfMatch(tags(header)).require(7) {
                Ok(()) => "ok".to_owned(),
                Err(problem) => format!("{} {}", problem.status as u16, problem.code),
            };
            assert_eq!(said, expected, "{header}");
        }
    }

    #[test]
    fn reads() {
        for (header, expected) in [("", false), ("*", true), ("W/\"7\"", true), ("\"8\"", false)] {
            assert_eq!(IfNoneMatch(tags(header)).has(7), expected, "{header}");
        }
    }
}
