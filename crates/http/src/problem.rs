//! Problems as HTTP answers (RFC 9457).

use std::{borrow::Cow, error::Error};

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;
use serde_json::{Map, Value};
use svetu_contracts::ContractError;
use svetu_kernel::{Language, Problem, Status};
use utoipa::{
    IntoResponses, ToSchema,
    openapi::{Content, Ref, RefOr, ResponseBuilder},
};

use crate::Catalogue;

pub(crate) const PROBLEM_JSON: &str = "application/problem+json";

/// A service's error as a handler's `?` takes it. 5xx causes go to the log with their whole chain, never to the caller.
pub trait Fault: Error {
    fn problem(&self) -> Problem;
}

/// What a handler answers when it does not succeed: `Result<Json<T>, ApiProblem>`.
///
/// The kit writes the document in the reader's language when the answer leaves.
#[derive(Debug, Clone)]
pub struct ApiProblem {
    problem: Box<Problem>,
    cause: Option<String>,
}

impl ApiProblem {
    pub fn new(status: Status, code: impl Into<Cow<'static, str>>) -> Self {
        Problem::new(status, code).into()
    }

    /// 500 `internal`; the error and its sources are logged.
    pub fn internal(error: &dyn Error) -> Self {
        Self { problem: Box::new(Problem::new(Status::Internal, "internal")), cause: Some(chain(error)) }
    }

    pub const fn problem(&self) -> &Problem {
        &self.problem
    }

    /// Before it leaves: what only the edge can add to it.
    pub const fn problem_mut(&mut self) -> &mut Problem {
        &mut self.problem
    }

    pub(crate) fn cause(&self) -> Option<&str> {
        self.cause.as_deref()
    }

    pub(crate) fn caused_by(mut self, cause: String) -> Self {
        self.cause = Some(cause);
        self
    }
}

impl From<Problem> for ApiProblem {
    fn from(problem: Problem) -> Self {
        Self { problem: Box::new(problem), cause: None }
    }
}

impl<E: Fault> From<E> for ApiProblem {
    fn from(error: E) -> Self {
        let problem = Box::new(error.problem());
        let cause = (problem.status as u16 >= 500).then(|| chain(&error));
        Self { problem, cause }
    }
}

impl Fault for ContractError {
    fn problem(&self) -> Problem {
        match self {
            Self::NotFound => Problem::new(Status::NotFound, "request.not_found"),
            Self::Refused(_) => Problem::new(Status::Conflict, "request.refused"),
            Self::Unavailable(_) => Problem::new(Status::Unavailable, "service.unavailable").retry_after(1),
        }
    }
}

impl Fault for std::convert::Infallible {
    fn problem(&self) -> Problem {
        match *self {}
    }
}

/// An error and its sources, for a log.
pub fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}

impl IntoResponse for ApiProblem {
    fn into_response(self) -> Response {
        let mut response = status_of(&self.problem).into_response();
        response.extensions_mut().insert(self);
        response
    }
}

pub(crate) fn status_of(problem: &Problem) -> StatusCode {
    StatusCode::from_u16(problem.status as u16).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

/// The document; further members are the values that the title names.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ProblemDocument {
    /// `/problems/<code>`.
    #[serde(rename = "type")]
    #[schema(example = "/problems/listing.sold")]
    pub kind: String,
    /// In the reader's language.
    pub title: String,
    pub status: u16,
    /// Stable: what programs compare.
    #[schema(example = "listing.sold")]
    pub code: String,
    /// The path that was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instance: Option<String>,
    /// To quote to the staff.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub errors: Vec<FieldMessage>,
    #[serde(flatten)]
    #[schema(ignore)]
    pub params: Map<String, Value>,
}

/// One field's fault, in the reader's language.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct FieldMessage {
    /// JSON Pointer into the body, or the name of a parameter or header.
    #[schema(example = "/price/amount_minor")]
    pub field: String,
    pub code: String,
    pub message: String,
    #[serde(flatten)]
    #[schema(ignore)]
    pub params: Map<String, Value>,
}

impl ProblemDocument {
    pub fn new(problem: &Problem, catalogue: &Catalogue, language: Language) -> Self {
        Self {
            kind: format!("/problems/{}", problem.code),
            title: catalogue.say(&problem.code, &problem.params, language),
            status: problem.status as u16,
            code: problem.code.to_string(),
            instance: None,
            request_id: None,
            errors: problem
                .errors
                .iter()
                .map(|error| FieldMessage {
                    field: error.field.clone(),
                    code: error.code.to_string(),
                    message: catalogue.say(&error.code, &error.params, language),
                    params: members(&error.params),
                })
                .collect(),
            params: members(&problem.params),
        }
    }

    pub(crate) fn into_response(self, problem: &Problem) -> Response {
        let mut response = (status_of(problem), Json(self)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(seconds) = problem.retry_after_s {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

/// Members of the document itself are never overwritten by a parameter's name.
fn members(params: &std::collections::BTreeMap<Cow<'static, str>, Value>) -> Map<String, Value> {
    const TAKEN: [&str; 9] =
        ["type", "title", "status", "code", "instance", "request_id", "errors", "field", "message"];
    params
        .iter()
        .filter(|(name, _)| !TAKEN.contains(&name.as_ref()))
        .map(|(name, value)| (name.to_string(), value.clone()))
        .collect()
}

/// For `#[utoipa::path(responses((status = 200, …), Problems))]`: every other answer is a problem.
#[derive(Debug, Clone, Copy)]
pub struct Problems;

impl IntoResponses for Problems {
    fn responses() -> std::collections::BTreeMap<String, RefOr<utoipa::openapi::Response>> {
        let response = ResponseBuilder::new()
            .description("What went wrong (RFC 9457)")
            .content(PROBLEM_JSON, Content::new(Some(Ref::from_schema_name("ProblemDocument"))))
            .build();
        std::collections::BTreeMap::from([("default".to_owned(), RefOr::T(response))])
    }
}
