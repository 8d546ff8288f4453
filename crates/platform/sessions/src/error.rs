use svetu_contracts::ContractError;
use svetu_db::DbError;

#[derive(Debug, thiserror::Error)]
pub enum SessionsError {
    #[error(transparent)]
    Db(#[from] DbError),
    #[error(transparent)]
    Contract(#[from] ContractError),
    /// The provider does not answer, or in no time.
    #[error("the provider: {0}")]
    Unavailable(String),
    /// It answers, and not what a client can go on with.
    #[error("the provider refuses: {0}")]
    Refused(String),
    /// What hangs on the session is over (RFC 6749 §5.2, `invalid_grant`).
    #[error("the session is over at the provider")]
    Over,
    #[error("site_url is no address: {0}")]
    Address(String),
    #[error("what was sealed cannot be opened, or is too long to be sealed")]
    Seal,
}

impl From<sqlx::Error> for SessionsError {
    fn from(error: sqlx::Error) -> Self {
        Self::Db(DbError::from(error))
    }
}

impl From<SessionsError> for ContractError {
    fn from(error: SessionsError) -> Self {
        match error {
            SessionsError::Contract(error) => error,
            SessionsError::Db(error) => error.into(),
            error => Self::Unavailable(error.to_string()),
        }
    }
}
