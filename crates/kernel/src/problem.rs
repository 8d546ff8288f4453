use std::{borrow::Cow, collections::BTreeMap};

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The HTTP statuses that a problem may carry; the meaning is that of RFC 9110 §15.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "u16", try_from = "u16")]
#[repr(u16)]
pub enum Status {
    BadRequest = 400,
    Unauthorized = 401,
    Forbidden = 403,
    NotFound = 404,
    MethodNotAllowed = 405,
    NotAcceptable = 406,
    Conflict = 409,
    Gone = 410,
    PreconditionFailed = 412,
    ContentTooLarge = 413,
    UnsupportedMediaType = 415,
    Unprocessable = 422,
    PreconditionRequired = 428,
    TooManyRequests = 429,
    Internal = 500,
    BadGateway = 502,
    Unavailable = 503,
    GatewayTimeout = 504,
}

impl Status {
    pub const ALL: [Self; 18] = [
        Self::BadRequest,
        Self::Unauthorized,
        Self::Forbidden,
        Self::NotFound,
        Self::MethodNotAllowed,
        Self::NotAcceptable,
        Self::Conflict,
        Self::Gone,
        Self::PreconditionFailed,
        Self::ContentTooLarge,
        Self::UnsupportedMediaType,
        Self::Unprocessable,
        Self::PreconditionRequired,
        Self::TooManyRequests,
        Self::Internal,
        Self::BadGateway,
        Self::Unavailable,
        Self::GatewayTimeout,
    ];
}

impl From<Status> for u16 {
    fn from(status: Status) -> Self {
        status as Self
    }
}

impl TryFrom<u16> for Status {
    type Error = &'static str;

    fn try_from(code: u16) -> Result<Self, Self::Error> {
        Self::ALL.into_iter().find(|status| *status as u16 == code).ok_or("no status of a problem")
    }
}

/// What went wrong, before it is put into somebody's language: a stable code and the values that its sentence names.
///
/// `http` turns it into an `application/problem+json` document (RFC 9457) with the title of `code` in the reader's language.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Problem {
    pub status: Status,
    /// Stable, dotted, in the service's namespace: `listing.sold`.
    pub code: Cow<'static, str>,
    pub params: BTreeMap<Cow<'static, str>, Value>,
    /// What is wrong, field by field.
    pub errors: Vec<FieldProblem>,
    /// Seconds after which another try makes sense (`Retry-After`).
    pub retry_after_s: Option<u64>,
}

/// One field's fault.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FieldProblem {
    /// JSON Pointer into the body (`/price/amount_minor`), or the bare name of a query parameter or header.
    pub field: String,
    pub code: Cow<'static, str>,
    pub params: BTreeMap<Cow<'static, str>, Value>,
}

impl Problem {
    pub fn new(status: Status, code: impl Into<Cow<'static, str>>) -> Self {
        Self { status, code: code.into(), params: BTreeMap::new(), errors: Vec::new(), retry_after_s: None }
    }

    /// 422 with the faults of the fields.
    pub fn validation(errors: Vec<FieldProblem>) -> Self {
        Self { errors, ..Self::new(Status::Unprocessable, "validation.failed") }
    }

    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.params.insert(Cow::Borrowed(name), value.into());
        self
    }

    #[must_use]
    pub fn field(mut self, error: FieldProblem) -> Self {
        self.errors.push(error);
        self
    }

    #[must_use]
    pub const fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after_s = Some(seconds);
        self
    }
}

impl FieldProblem {
    pub fn new(field: impl Into<String>, code: impl Into<Cow<'static, str>>) -> Self {
        Self { field: field.into(), code: code.into(), params: BTreeMap::new() }
    }

    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.params.insert(Cow::Borrowed(name), value.into());
        self
    }
}
