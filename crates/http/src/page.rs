//! Keyset pages: opaque cursors, `Link` headers.

use axum::{
    Json,
    extract::FromRequestParts,
    response::{IntoResponse, Response},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use http::{HeaderValue, Uri, header, request::Parts};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use svetu_kernel::{FieldProblem, Limit, Page, Problem, Status};
use utoipa::IntoParams;

use crate::{ApiProblem, Kit, extract::parse_query};

const TAG_BYTES: usize = 12;
const CURSOR_CHARS_MAX: usize = 1024;

/// Makes and checks cursors. A cursor is the key of the last item and a keyed tag over it and its scope.
#[derive(Clone)]
pub struct Cursors {
    key: [u8; 32],
}

impl std::fmt::Debug for Cursors {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Cursors(…)")
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the cursor was not made here for this query")]
pub struct CursorError;

impl From<CursorError> for Problem {
    fn from(_: CursorError) -> Self {
        Self::new(Status::BadRequest, "request.cursor").field(FieldProblem::new("cursor", "request.cursor"))
    }
}

impl Cursors {
    /// The key is the platform's, the same in every process: a cursor outlives a restart.
    pub const fn new(key: [u8; 32]) -> Self {
        Self { key }
    }

    /// `scope` names the query, with all that changes its order or its set: `listings.mine` or `search.search price_asc`.
    pub fn encode<K: Serialize>(&self, scope: &str, key: &K) -> String {
        // Keys are tuples of plain values: they always serialise.
        let payload = serde_json::to_vec(key).unwrap_or_default();
        let mut bytes = self.tag(scope, &payload).to_vec();
        bytes.extend(payload);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// # Errors
    /// When it was made for another scope, by another platform, or was changed.
    pub fn decode<K: DeserializeOwned>(&self, scope: &str, cursor: &str) -> Result<K, CursorError> {
        if cursor.len() > CURSOR_CHARS_MAX {
            return Err(CursorError);
        }
        let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| CursorError)?;
        let (tag, payload) = bytes.split_at_checked(TAG_BYTES).ok_or(CursorError)?;
        if self.tag(scope, payload) != tag {
            return Err(CursorError);
        }
        serde_json::from_slice(payload).map_err(|_| CursorError)
    }

    fn tag(&self, scope: &str, payload: &[u8]) -> [u8; TAG_BYTES] {
        let mut hasher = blake3::Hasher::new_keyed(&self.key);
        hasher.update(&(scope.len() as u64).to_le_bytes()).update(scope.as_bytes()).update(payload);
        let mut tag = [0; TAG_BYTES];
        hasher.finalize_xof().fill(&mut tag);
        tag
    }
}

/// For OpenAPI: `params(PageParams)`.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PageParams {
    /// From the page before.
    #[param(max_length = 1024)]
    cursor: Option<String>,
    /// Items a page.
    #[param(minimum = 1, maximum = 100, default = 24)]
    limit: Option<u32>,
}

/// `?cursor=&limit=` of a request; answers with [`PageRequest::page`].
#[derive(Debug, Clone)]
pub struct PageRequest {
    cursor: Option<String>,
    limit: Limit,
    uri: Uri,
    cursors: Cursors,
}

impl PageRequest {
    pub const fn limit(&self) -> Limit {
        self.limit
    }

    /// The key after which this page begins; None on the first page.
    ///
    /// # Errors
    /// 400 `request.cursor`.
    pub fn after<K: DeserializeOwned>(&self, scope: &str) -> Result<Option<K>, Problem> {
        self.cursor.as_deref().map(|cursor| Ok(self.cursors.decode(scope, cursor)?)).transpose()
    }

    /// A page out of up to `limit + 1` rows: the surplus row says that there is a next page and is not shown.
    pub fn page<T, K: Serialize>(self, scope: &str, mut rows: Vec<T>, key: impl Fn(&T) -> K) -> Paged<T> {
        let size = self.limit.get() as usize;
        let more = rows.len() > size;
        rows.truncate(size);
        let next = if more { rows.last().map(|row| self.cursors.encode(scope, &key(row))) } else { None };
        self.paged(Page { items: rows, cursor: next })
    }

    /// A page whose cursor is already made.
    pub fn paged<T>(self, page: Page<T>) -> Paged<T> {
        let link = page.cursor.as_deref().map(|cursor| next_link(&self.uri, cursor));
        Paged { page, link }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for PageRequest {
    type Rejection = ApiProblem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiProblem> {
        let params: PageParams = parse_query(parts.uri.query().unwrap_or_default())?;
        let limit = match params.limit {
            None => Limit::DEFAULT,
            Some(limit) => Limit::try_new(limit).map_err(|_| {
                Problem::new(Status::BadRequest, "request.query_invalid")
                    .field(FieldProblem::new("limit", "field.out_of_range").with("min", 1).with("max", Limit::MAX))
            })?,
        };
        let uri = parts
            .extensions
            .get::<axum::extract::OriginalUri>()
            .map_or_else(|| parts.uri.clone(), |original| original.0.clone());
        Ok(Self {
            cursor: params.cursor.filter(|cursor| !cursor.is_empty()),
            limit,
            uri,
            cursors: Kit::of(parts)?.cursors.clone(),
        })
    }
}

/// RFC 8288: the same query with another cursor.
fn next_link(uri: &Uri, cursor: &str) -> String {
    let mut link = format!("<{}?", uri.path());
    for pair in uri.query().unwrap_or_default().split('&') {
        if !pair.is_empty() && !pair.starts_with("cursor=") {
            link.push_str(pair);
            link.push('&');
        }
    }
    link.push_str("cursor=");
    link.push_str(cursor);
    link.push_str(">; rel=\"next\"");
    link
}

/// `{items, cursor?}` with a `Link` to the next page.
#[derive(Debug, Clone)]
pub struct Paged<T> {
    page: Page<T>,
    link: Option<String>,
}

impl<T> Paged<T> {
    #[must_use]
    pub fn map<U>(self, each: impl FnMut(T) -> U) -> Paged<U> {
        Paged { page: self.page.map(each), link: self.link }
    }

    pub fn items(&self) -> &[T] {
        &self.page.items
    }
}

impl<T: Serialize> IntoResponse for Paged<T> {
    fn into_response(self) -> Response {
        let mut response = Json(self.page).into_response();
        if let Some(link) = self.link.and_then(|link| HeaderValue::from_str(&link).ok()) {
            response.headers_mut().insert(header::LINK, link);
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn cursors_round_trip(at: i64, id: u128) {
            let cursors = Cursors::new([7; 32]);
            let cursor = cursors.encode("a", &(at, id.to_string()));
            prop_assert_eq!(cursors.decode::<(i64, String)>("a", &cursor), Ok((at, id.to_string())));
            prop_assert_eq!(cursors.decode::<(i64, String)>("b", &cursor), Err(CursorError));
            prop_assert_eq!(Cursors::new([8; 32]).decode::<(i64, String)>("a", &cursor), Err(CursorError));
        }

        #[test]
        fn foreign_text_is_refused(text in ".{0,200}") {
            prop_assert_eq!(Cursors::new([7; 32]).decode::<i64>("a", &text), Err(CursorError));
        }
    }

    #[test]
    fn the_link_keeps_the_query() {
        let uri = Uri::from_static("/api/v1/x?q=stan&cursor=old&limit=2");
        assert_eq!(next_link(&uri, "new"), "</api/v1/x?q=stan&limit=2&cursor=new>; rel=\"next\"");
    }
}
