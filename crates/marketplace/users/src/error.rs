use svetu_contracts::ContractError;
use svetu_db::{DbError, MayRetry};
use svetu_http::Fault;
use svetu_kernel::{FieldProblem, Problem, Status};
use svetu_ports::HandlerError;

#[derive(Debug, thiserror::Error)]
pub enum UsersError {
    /// The ad does not exist, or others may not see it: 404 `users.no_such_listing`.
    #[error("no such listing")]
    NoSuchListing,
    /// No account has this id, or its events have not come yet: 404 `users.no_such_seller`.
    #[error("no such seller")]
    NoSuchSeller,
    /// 409 `users.favourites_full`.
    #[error("at most {max} favourites are kept")]
    FavouritesFull { max: i64 },
    /// 422 on `/about`.
    #[error("the text about the seller is longer than {max} characters")]
    AboutTooLong { max: usize },
    /// The address of a letter was changed or made elsewhere: 404 `users.unsubscribe_unknown`.
    #[error("no such unsubscribe address")]
    UnsubscribeUnknown,
    #[error("another service: {0}")]
    Contract(#[from] ContractError),
    #[error(transparent)]
    Db(#[from] DbError),
}

impl From<sqlx::Error> for UsersError {
    fn from(error: sqlx::Error) -> Self {
        Self::Db(error.into())
    }
}

impl From<serde_json::Error> for UsersError {
    fn from(error: serde_json::Error) -> Self {
        Self::Db(error.into())
    }
}

impl Fault for UsersError {
    fn problem(&self) -> Problem {
        match self {
            Self::NoSuchListing => Problem::new(Status::NotFound, "users.no_such_listing"),
            Self::NoSuchSeller => Problem::new(Status::NotFound, "users.no_such_seller"),
            Self::FavouritesFull { max } => Problem::new(Status::Conflict, "users.favourites_full").with("max", *max),
            Self::AboutTooLong { max } => {
                Problem::validation(vec![FieldProblem::new("/about", "users.about_too_long").with("max", *max)])
            }
            Self::UnsubscribeUnknown => Problem::new(Status::NotFound, "users.unsubscribe_unknown"),
            Self::Contract(error) => error.problem(),
            Self::Db(error) if error.is_unavailable() => {
                Problem::new(Status::Unavailable, "service.unavailable").retry_after(1)
            }
            Self::Db(_) => Problem::new(Status::Internal, "internal"),
        }
    }
}

impl MayRetry for UsersError {
    fn is_retryable(&self) -> bool {
        matches!(self, Self::Db(error) if error.is_retryable())
    }
}

impl From<UsersError> for ContractError {
    fn from(error: UsersError) -> Self {
        match error {
            UsersError::NoSuchListing | UsersError::NoSuchSeller | UsersError::UnsubscribeUnknown => Self::NotFound,
            UsersError::FavouritesFull { .. } | UsersError::AboutTooLong { .. } => Self::Refused(error.to_string()),
            UsersError::Contract(error) => error,
            UsersError::Db(error) => error.into(),
        }
    }
}

impl From<UsersError> for HandlerError {
    fn from(error: UsersError) -> Self {
        match error {
            UsersError::Db(error) => error.into(),
            UsersError::Contract(ContractError::Unavailable(_)) => Self::Unavailable(error.to_string()),
            other => Self::Transient(other.to_string()),
        }
    }
}
