use svetu_contracts::ContractError;
use svetu_db::{DbError, MayRetry};
use svetu_http::{CatalogueError, Fault};
use svetu_kernel::{FieldProblem, ListingId, Problem, Status, Timestamp};
use svetu_ports::{CacheError, HandlerError, SecretError};

use crate::model::{IllegalStep, rules::RulesError};

#[derive(Debug, thiserror::Error)]
pub enum ListingError {
    /// No such ad, or one that the caller may not see: 404 `listing.not_found`.
    #[error("no such listing")]
    NotFound,
    /// It was public once and is not any more: 410 `listing.gone`.
    #[error("the listing is gone")]
    Gone,
    /// 409, named after the state: `listing.sold`.
    #[error(transparent)]
    Illegal(#[from] IllegalStep),
    /// 422, field by field.
    #[error("the content has faults")]
    Invalid(Vec<FieldProblem>),
    /// 429 `listing.posting_limit`.
    #[error("a new account posts at most {max} ads a day")]
    PostingLimit { max: i32, retry_after_s: u64 },
    /// 409 `listing.renewed_recently`.
    #[error("renewed a short time ago")]
    RenewedRecently { again_at: Timestamp },
    /// The seller does not show a number: 404 `listing.no_phone`.
    #[error("no number is shown")]
    NoPhone,
    /// 429 `listing.reveal_limit`.
    #[error("at most {max} numbers a day")]
    RevealLimit { max: i64, retry_after_s: u64 },
    /// 429 `listing.report_limit`.
    #[error("too many reports")]
    ReportLimit { retry_after_s: u64 },
    /// There is no decision against the ad: 409 `listing.nothing_to_appeal`.
    #[error("nothing to appeal")]
    NothingToAppeal,
    /// 409 `listing.appealed_already`.
    #[error("appealed already")]
    AppealedAlready,
    /// After six months: 409 `listing.appeal_too_late`.
    #[error("too late for an appeal")]
    AppealTooLate,
    /// Somebody else should look at it: 409 `moderation.own_decision`.
    #[error("an appeal is decided by another moderator where there is one")]
    OwnDecision,
    /// 409 `moderation.decided_already`.
    #[error("decided already")]
    DecidedAlready,
    /// Of a moderator's request: 404 `moderation.not_found`.
    #[error("no such report or appeal")]
    NoSuchCase,
    /// 404 `taxonomy.not_found`.
    #[error("no such category or attribute")]
    NoSuchItem,
    /// An operator's edit would break the taxonomy: 422 `taxonomy.broken`.
    #[error("{at}: {mistake}")]
    Taxonomy { at: String, mistake: String },
    /// Stored data has another shape than the model.
    #[error("the stored listing {id} cannot be read")]
    Corrupt { id: ListingId },
    #[error("the moderation data: {0}")]
    Rules(#[from] RulesError),
    #[error("the messages: {0}")]
    Messages(#[from] CatalogueError),
    #[error(transparent)]
    Secret(#[from] SecretError),
    #[error("another service: {0}")]
    Contract(#[from] ContractError),
    #[error(transparent)]
    Cache(#[from] CacheError),
    #[error(transparent)]
    Db(#[from] DbError),
    /// Said by the HTTP kit: a missing right, another version.
    #[error("{}", .0.code)]
    Problem(Box<Problem>),
}

impl From<Problem> for ListingError {
    fn from(problem: Problem) -> Self {
        Self::Problem(Box::new(problem))
    }
}

impl From<Vec<FieldProblem>> for ListingError {
    fn from(problems: Vec<FieldProblem>) -> Self {
        Self::Invalid(problems)
    }
}

impl From<sqlx::Error> for ListingError {
    fn from(error: sqlx::Error) -> Self {
        Self::Db(error.into())
    }
}

impl From<serde_json::Error> for ListingError {
    fn from(error: serde_json::Error) -> Self {
        Self::Db(error.into())
    }
}

impl Fault for ListingError {
    fn problem(&self) -> Problem {
        let conflict = |code: &'static str| Problem::new(Status::Conflict, code);
        match self {
            Self::NotFound => Problem::new(Status::NotFound, "listing.not_found"),
            Self::Gone => Problem::new(Status::Gone, "listing.gone"),
            Self::Illegal(step) => conflict(step.code()).with("step", <&str>::from(step.step)),
            Self::Invalid(faults) => Problem::validation(faults.clone()),
            Self::PostingLimit { max, retry_after_s } => Problem::new(Status::TooManyRequests, "listing.posting_limit")
                .with("max", *max)
                .retry_after(*retry_after_s),
            Self::RenewedRecently { again_at } => {
                conflict("listing.renewed_recently").with("again_at", again_at.to_rfc3339())
            }
            Self::NoPhone => Problem::new(Status::NotFound, "listing.no_phone"),
            Self::RevealLimit { max, retry_after_s } => Problem::new(Status::TooManyRequests, "listing.reveal_limit")
                .with("max", *max)
                .retry_after(*retry_after_s),
            Self::ReportLimit { retry_after_s } => {
                Problem::new(Status::TooManyRequests, "listing.report_limit").retry_after(*retry_after_s)
            }
            Self::NothingToAppeal => conflict("listing.nothing_to_appeal"),
            Self::AppealedAlready => conflict("listing.appealed_already"),
            Self::AppealTooLate => conflict("listing.appeal_too_late"),
            Self::OwnDecision => conflict("moderation.own_decision"),
            Self::DecidedAlready => conflict("moderation.decided_already"),
            Self::NoSuchCase => Problem::new(Status::NotFound, "moderation.not_found"),
            Self::NoSuchItem => Problem::new(Status::NotFound, "taxonomy.not_found"),
            Self::Taxonomy { at, mistake } => Problem::new(Status::Unprocessable, "taxonomy.broken")
                .with("at", at.as_str())
                .with("mistake", mistake.as_str()),
            Self::Contract(error) => error.problem(),
            Self::Db(error) if error.is_unavailable() => {
                Problem::new(Status::Unavailable, "service.unavailable").retry_after(1)
            }
            Self::Cache(_) => Problem::new(Status::Unavailable, "service.unavailable").retry_after(1),
            Self::Db(_) | Self::Corrupt { .. } | Self::Rules(_) | Self::Messages(_) | Self::Secret(_) => {
                Problem::new(Status::Internal, "internal")
            }
            Self::Problem(problem) => (**problem).clone(),
        }
    }
}

impl MayRetry for ListingError {
    fn is_retryable(&self) -> bool {
        matches!(self, Self::Db(error) if error.is_retryable())
    }
}

impl From<ListingError> for ContractError {
    fn from(error: ListingError) -> Self {
        match error {
            ListingError::NotFound | ListingError::Gone => Self::NotFound,
            ListingError::Contract(error) => error,
            ListingError::Db(error) => error.into(),
            ListingError::Cache(_) => Self::Unavailable(error.to_string()),
            other => Self::Refused(other.to_string()),
        }
    }
}

impl From<ListingError> for HandlerError {
    fn from(error: ListingError) -> Self {
        match error {
            ListingError::Db(error) => error.into(),
            ListingError::Contract(ContractError::Unavailable(_)) => Self::Unavailable(error.to_string()),
            ListingError::Corrupt { .. } => Self::Poison(error.to_string()),
            other => Self::Transient(other.to_string()),
        }
    }
}
