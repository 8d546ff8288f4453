//! Bodies, queries and paths, parsed once: what a handler gets is well-formed, what is not is a problem that names the field.

use std::{fmt::Display, str::FromStr};

use axum::{
    RequestExt,
    extract::{FromRequest, FromRequestParts, Path, RawPathParams, Request},
};
use bytes::Bytes;
use http::{HeaderMap, header, request::Parts};
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_path_to_error::{Path as ErrorPath, Segment};
use svetu_kernel::{FieldProblem, Problem, Status};

use crate::ApiProblem;

/// A JSON object as the body. 400 on wrong syntax, 413 above the limit, 415 on another type, 422 naming the field that does not fit.
#[derive(Debug, Clone, Copy)]
pub struct ValidJson<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for ValidJson<T> {
    type Rejection = ApiProblem;

    async fn from_request(request: Request, _: &S) -> Result<Self, ApiProblem> {
        if !is_json(request.headers()) {
            return Err(ApiProblem::new(Status::UnsupportedMediaType, "request.content_type"));
        }
        let bytes = request.extract::<Bytes, _>().await.map_err(|rejection| {
            if rejection.status() == http::StatusCode::PAYLOAD_TOO_LARGE {
                ApiProblem::new(Status::ContentTooLarge, "request.too_large")
            } else {
                ApiProblem::new(Status::BadRequest, "request.body_unreadable")
            }
        })?;
        Ok(Self(parse_json(&bytes)?))
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let Some(value) = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()) else { return false };
    let essence = value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence == "application/json"
        || essence == "application/merge-patch+json"
        || (essence.starts_with("application/") && essence.ends_with("+json"))
}

fn parse_json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    // Serde also reads a struct from a list of its values; a body of ours is an object.
    if bytes.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'[') {
        return Err(Problem::validation(vec![FieldProblem::new("", "field.invalid")]));
    }
    if let Some(pointer) = nul_in_body(bytes) {
        return Err(Problem::validation(vec![FieldProblem::new(pointer, "field.invalid")]));
    }
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let inner = error.inner();
        if inner.is_data() {
            Problem::validation(vec![fault(error.path(), &inner.to_string(), json_pointer)])
        } else {
            syntax(inner)
        }
    })?;
    deserializer.end().map_err(|error| syntax(&error))?;
    Ok(value)
}

/// Where text holds U+0000, which neither PostgreSQL's text nor its jsonb takes. Only the escape can write it (RFC 8259 §7),
/// so that a body without one costs a glance.
fn nul_in_body(bytes: &[u8]) -> Option<String> {
    if !bytes.windows(NUL_ESCAPE.len()).any(|window| window == NUL_ESCAPE) {
        return None;
    }
    let body = serde_json::from_slice(bytes).ok()?;
    let mut pointer = String::new();
    nul_in(&body, &mut pointer).then_some(pointer)
}

const NUL_ESCAPE: &[u8] = br"\u0000";

/// Leaves the pointer at what holds the NUL; a name that does so is told by its object.
fn nul_in(value: &Value, pointer: &mut String) -> bool {
    let at = pointer.len();
    let mut inside = |token: &str, child: &Value| {
        push_token(pointer, token);
        let found = nul_in(child, pointer);
        if !found {
            pointer.truncate(at);
        }
        found
    };
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(items) => items.iter().enumerate().any(|(index, item)| inside(&index.to_string(), item)),
        Value::Object(fields) => fields.iter().any(|(name, field)| name.contains('\0') || inside(name, field)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

fn syntax(error: &serde_json::Error) -> Problem {
    Problem::new(Status::BadRequest, "request.body_syntax").with("line", error.line()).with("column", error.column())
}

/// Serde tells which field is missing or unknown in its sentence only, between the first backticks.
fn fault(path: &ErrorPath, sentence: &str, name: fn(&ErrorPath, Option<&str>) -> String) -> FieldProblem {
    let named = sentence.split('`').nth(1);
    if sentence.starts_with("missing field") {
        FieldProblem::new(name(path, named), "field.missing")
    } else if sentence.starts_with("unknown field") {
        // The path already ends with the unknown field's own name.
        FieldProblem::new(name(path, None), "field.unknown")
    } else {
        FieldProblem::new(name(path, None), "field.invalid")
    }
}

fn json_pointer(path: &ErrorPath, child: Option<&str>) -> String {
    let mut pointer = String::new();
    for segment in path {
        match segment {
            Segment::Seq { index } => push_token(&mut pointer, &index.to_string()),
            Segment::Map { key } => push_token(&mut pointer, key),
            Segment::Enum { .. } | Segment::Unknown => {}
        }
    }
    if let Some(child) = child {
        push_token(&mut pointer, child);
    }
    pointer
}

/// RFC 6901 §3.
fn push_token(pointer: &mut String, token: &str) {
    pointer.push('/');
    pointer.push_str(&token.replace('~', "~0").replace('/', "~1"));
}

fn parameter(path: &ErrorPath, child: Option<&str>) -> String {
    let first = path.iter().find_map(|segment| match segment {
        Segment::Map { key } => Some(key.clone()),
        Segment::Seq { .. } | Segment::Enum { .. } | Segment::Unknown => None,
    });
    first.or_else(|| child.map(str::to_owned)).unwrap_or_default()
}

/// The query, repeated names as lists. 400 `request.query_invalid` naming the parameter.
#[derive(Debug, Clone, Copy)]
pub struct ValidQuery<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for ValidQuery<T> {
    type Rejection = ApiProblem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiProblem> {
        Ok(Self(parse_query(parts.uri.query().unwrap_or_default())?))
    }
}

pub(crate) fn parse_query<T: DeserializeOwned>(query: &str) -> Result<T, Problem> {
    if query.contains("%00") {
        let name = query.split('&').find(|pair| pair.contains("%00")).and_then(|pair| pair.split('=').next());
        let name = name.filter(|name| !name.contains('%')).unwrap_or_default();
        let problem = Problem::new(Status::BadRequest, "request.query_invalid");
        return Err(problem.field(FieldProblem::new(name, "field.invalid")));
    }
    let deserializer = serde_html_form::Deserializer::from_bytes(query.as_bytes());
    serde_path_to_error::deserialize(deserializer).map_err(|error| {
        let sentence = error.inner().to_string();
        Problem::new(Status::BadRequest, "request.query_invalid").field(fault(error.path(), &sentence, parameter))
    })
}

/// The path's only parameter: a typed id, a slug, a number. 400 `request.path_invalid` when it is none.
#[derive(Debug, Clone, Copy)]
pub struct PathId<T>(pub T);

impl<S: Send + Sync, T> FromRequestParts<S> for PathId<T>
where
    T: FromStr + Send,
    T::Err: Display,
{
    type Rejection = ApiProblem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiProblem> {
        let params = RawPathParams::from_request_parts(parts, state)
            .await
            .map_err(|_| ApiProblem::new(Status::BadRequest, "request.path_invalid"))?;
        let mut params = params.iter();
        let (Some((name, value)), None) = (params.next(), params.next()) else {
            return Err(
                ApiProblem::new(Status::Internal, "internal").caused_by("the route has not one parameter".into())
            );
        };
        if value.contains('\0') {
            return Err(invalid_path(name).into());
        }
        value.parse().map(Self).map_err(|_| invalid_path(name).into())
    }
}

fn invalid_path(name: &str) -> Problem {
    Problem::new(Status::BadRequest, "request.path_invalid").field(FieldProblem::new(name, "field.invalid"))
}

/// A path of several parameters, as a struct or tuple. 400 `request.path_invalid`.
#[derive(Debug, Clone, Copy)]
pub struct ValidPath<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for ValidPath<T> {
    type Rejection = ApiProblem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiProblem> {
        let params = RawPathParams::from_request_parts(parts, state)
            .await
            .map_err(|_| ApiProblem::new(Status::BadRequest, "request.path_invalid"))?;
        if let Some((name, _)) = params.iter().find(|(_, value)| value.contains('\0')) {
            return Err(invalid_path(name).into());
        }
        Path::from_request_parts(parts, state)
            .await
            .map(|Path(value)| Self(value))
            .map_err(|_| ApiProblem::new(Status::BadRequest, "request.path_invalid"))
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only the faults are looked at")]
    struct Ad {
        title: String,
        price: Option<Price>,
        #[serde(default)]
        tags: Vec<u8>,
    }

    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "only the faults are looked at")]
    struct Price {
        amount_minor: i64,
    }

    fn check(body: &str, expected: &str) {
        let problem = parse_json::<Ad>(body.as_bytes()).unwrap_err();
        let fields: Vec<_> = problem.errors.iter().map(|e| format!(" {} {}", e.field, e.code)).collect();
        assert_eq!(format!("{} {}{}", problem.status as u16, problem.code, fields.concat()), expected, "{body}");
    }

    #[test]
    fn body_faults_name_their_field() {
        check("{", "400 request.body_syntax");
        check("{\"title\":\"a\"} x", "400 request.body_syntax");
        check("", "400 request.body_syntax");
        check("{}", "422 validation.failed /title field.missing");
        check("{\"title\":1}", "422 validation.failed /title field.invalid");
        check("{\"title\":\"a\",\"price\":{}}", "422 validation.failed /price/amount_minor field.missing");
        check(
            "{\"title\":\"a\",\"price\":{\"amount_minor\":1.5}}",
            "422 validation.failed /price/amount_minor field.invalid",
        );
        check("{\"title\":\"a\",\"tags\":[1,300]}", "422 validation.failed /tags/1 field.invalid");
        check("{\"title\":\"a\",\"a/b\":1}", "422 validation.failed /a~1b field.unknown");
        check("[\"a\", null, []]", "422 validation.failed  field.invalid");
    }

    #[test]
    fn text_with_a_nul_is_refused_by_its_field() {
        check(r#"{"title":"a\u0000b"}"#, "422 validation.failed /title field.invalid");
        check(r#"{"title":"a","notes":{"x/y":["\u0000"]}}"#, "422 validation.failed /notes/x~1y/0 field.invalid");
        check(r#"{"title":"a","no\u0000te":1}"#, "422 validation.failed  field.invalid");
        // A backslash before it makes it six harmless characters.
        let ad = parse_json::<Ad>(br#"{"title":"a\\u0000b"}"#).unwrap();
        assert_eq!(ad.title, "a\\u0000b");
        let of = |query: &str| parse_query::<Filter>(query).unwrap_err().errors[0].clone();
        assert_eq!(of("limit=1&condition=a%00"), FieldProblem::new("condition", "field.invalid"));
        assert_eq!(of("limit=1&con%00dition=a"), FieldProblem::new("", "field.invalid"));
    }

    #[derive(Debug, Deserialize)]
    struct Filter {
        limit: u32,
        #[serde(default)]
        condition: Vec<String>,
    }

    #[test]
    fn query_faults_name_their_parameter() {
        let of = |query: &str| parse_query::<Filter>(query).unwrap_err().errors[0].clone();
        assert_eq!(of("limit=x"), FieldProblem::new("limit", "field.invalid"));
        assert_eq!(of("condition=new"), FieldProblem::new("limit", "field.missing"));
        let filter = parse_query::<Filter>("limit=3&condition=new&condition=used").unwrap();
        assert_eq!((filter.limit, filter.condition), (3, vec!["new".to_owned(), "used".to_owned()]));
    }
}
