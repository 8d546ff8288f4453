use svetu_contracts::ContractError;
use svetu_db::{DbError, MayRetry};
use svetu_http::Fault;
use svetu_kernel::{FieldProblem, Problem, Status};
use svetu_ports::{HandlerError, QueueError, SearchIndexError};

#[derive(Debug, thiserror::Error)]
pub enum SearchError {
    /// A parameter of a query: 400 `request.query_invalid` naming it.
    #[error("the parameter {0} is wrong")]
    Parameter(String),
    /// The ad is not in the index: 404 `search.no_such_listing`.
    #[error("no such listing")]
    NoSuchListing,
    /// 404 `search.no_such_saved`.
    #[error("no such saved search")]
    NoSuchSaved,
    /// 409 `search.saved_full`.
    #[error("at most {max} searches are saved")]
    SavedFull { max: i64 },
    /// 422 on a field of a saved search.
    #[error("the field {field} is wrong")]
    Field { field: &'static str },
    /// The address of a letter was changed or made elsewhere: 404 `search.unsubscribe_unknown`.
    #[error("no such unsubscribe address")]
    UnsubscribeUnknown,
    #[error(transparent)]
    Index(#[from] SearchIndexError),
    #[error("another service: {0}")]
    Contract(#[from] ContractError),
    #[error(transparent)]
    Db(#[from] DbError),
    #[error(transparent)]
    Queue(#[from] QueueError),
}

impl From<sqlx::Error> for SearchError {
    fn from(error: sqlx::Error) -> Self {
        Self::Db(error.into())
    }
}

impl Fault for SearchError {
    fn problem(&self) -> Problem {
        match self {
            Self::Parameter(name) => Problem::new(Status::BadRequest, "request.query_invalid")
                .field(FieldProblem::new(name.clone(), "field.invalid")),
            Self::NoSuchListing => Problem::new(Status::NotFound, "search.no_such_listing"),
            Self::NoSuchSaved => Problem::new(Status::NotFound, "search.no_such_saved"),
            Self::SavedFull { max } => Problem::new(Status::Conflict, "search.saved_full").with("max", *max),
            Self::Field { field } => Problem::validation(vec![FieldProblem::new(*field, "field.invalid")]),
            Self::UnsubscribeUnknown => Problem::new(Status::NotFound, "search.unsubscribe_unknown"),
            Self::Index(SearchIndexError::Unavailable(_)) | Self::Queue(QueueError::Unavailable(_)) => {
                Problem::new(Status::Unavailable, "service.unavailable").retry_after(1)
            }
            Self::Index(_) | Self::Queue(_) => Problem::new(Status::Internal, "internal"),
            Self::Contract(error) => error.problem(),
            Self::Db(error) if error.is_unavailable() => {
                Problem::new(Status::Unavailable, "service.unavailable").retry_after(1)
            }
            Self::Db(_) => Problem::new(Status::Internal, "internal"),
        }
    }
}

impl MayRetry for SearchError {
    fn is_retryable(&self) -> bool {
        matches!(self, Self::Db(error) if error.is_retryable())
    }
}

impl From<SearchError> for ContractError {
    fn from(error: SearchError) -> Self {
        match error {
            SearchError::NoSuchListing | SearchError::NoSuchSaved | SearchError::UnsubscribeUnknown => Self::NotFound,
            SearchError::Parameter(_) | SearchError::SavedFull { .. } | SearchError::Field { .. } => {
                Self::Refused(error.to_string())
            }
            SearchError::Index(_) | SearchError::Queue(_) => Self::Unavailable(error.to_string()),
            SearchError::Contract(error) => error,
            SearchError::Db(error) => error.into(),
        }
    }
}

impl From<SearchError> for HandlerError {
    fn from(error: SearchError) -> Self {
        match error {
            SearchError::Db(error) => error.into(),
            SearchError::Index(SearchIndexError::Unavailable(_))
            | SearchError::Queue(QueueError::Unavailable(_))
            | SearchError::Contract(ContractError::Unavailable(_)) => Self::Unavailable(error.to_string()),
            other => Self::Transient(other.to_string()),
        }
    }
}
