use svetu_contracts::ContractError;
use svetu_db::{DbError, MayRetry};
use svetu_http::Fault;
use svetu_kernel::{MediaId, Problem, Status};

use crate::{fetch::FetchError, photo::PhotoError};

#[derive(Debug, thiserror::Error)]
pub enum MediaError {
    /// The bytes are not a photo that can be taken.
    #[error(transparent)]
    Photo(#[from] PhotoError),
    /// No such media, or none that this reader may know of.
    #[error("no such media")]
    NotFound,
    /// A multipart body without a `file` part, or one that cannot be read.
    #[error("the body holds no file")]
    NoFile,
    #[error("the body did not arrive in time")]
    Slow,
    /// Only media that nothing holds can be deleted.
    #[error("{id} is in use")]
    InUse { id: MediaId },
    #[error("more than {unattached_max} photos are held without being used")]
    TooManyUnattached { unattached_max: i64 },
    /// Somebody tries to attach what belongs to another.
    #[error("{id} is not media of this owner")]
    Foreign { id: MediaId },
    #[error("more than {max} at once")]
    TooMany { max: usize },
    #[error("the holder is not 1 to 200 characters")]
    Holder,
    #[error("the photo cannot be fetched: {0}")]
    Fetch(#[from] FetchError),
    #[error("too many uploads wait")]
    Overloaded,
    #[error(transparent)]
    Db(#[from] DbError),
    #[error("the object store failed: {0}")]
    Objects(#[from] object_store::Error),
    /// A worker thread ended without an answer.
    #[error("the pipeline stopped: {0}")]
    Pipeline(String),
}

impl From<sqlx::Error> for MediaError {
    fn from(error: sqlx::Error) -> Self {
        Self::Db(error.into())
    }
}

impl MayRetry for MediaError {
    fn is_retryable(&self) -> bool {
        matches!(self, Self::Db(error) if error.is_retryable())
    }
}

impl Fault for MediaError {
    fn problem(&self) -> Problem {
        match self {
            Self::Photo(error) => photo_problem(*error),
            Self::NotFound => Problem::new(Status::NotFound, "media.not_found"),
            Self::NoFile => Problem::new(Status::BadRequest, "media.no_file"),
            Self::Slow => Problem::new(Status::BadRequest, "media.slow_body"),
            Self::InUse { id } => Problem::new(Status::Conflict, "media.in_use").with("id", id.to_string()),
            Self::TooManyUnattached { unattached_max } => {
                Problem::new(Status::TooManyRequests, "media.too_many_unattached").with("max", *unattached_max)
            }
            Self::Foreign { id } => Problem::new(Status::Unprocessable, "media.foreign").with("id", id.to_string()),
            Self::TooMany { max } => Problem::new(Status::Unprocessable, "media.too_many").with("max", *max),
            Self::Holder => Problem::new(Status::Unprocessable, "media.holder"),
            Self::Fetch(_) => Problem::new(Status::Unprocessable, "media.fetch"),
            Self::Overloaded => Problem::new(Status::Unavailable, "service.overloaded").retry_after(5),
            Self::Db(error) if error.is_unavailable() => {
                Problem::new(Status::Unavailable, "service.unavailable").retry_after(1)
            }
            Self::Objects(_) => Problem::new(Status::Unavailable, "service.unavailable").retry_after(5),
            Self::Db(_) | Self::Pipeline(_) => Problem::new(Status::Internal, "internal"),
        }
    }
}

fn photo_problem(error: PhotoError) -> Problem {
    match error {
        PhotoError::TooManyBytes { bytes_max, .. } => {
            Problem::new(Status::ContentTooLarge, error.code()).with("mb_max", bytes_max / (1024 * 1024))
        }
        PhotoError::UnknownType | PhotoError::Heic => Problem::new(Status::UnsupportedMediaType, error.code()),
        PhotoError::TooManyPixels { width, height, pixels_max } => Problem::new(Status::Unprocessable, error.code())
            .with("width", width)
            .with("height", height)
            .with("megapixels_max", pixels_max / 1_000_000),
        PhotoError::SideTooLong { width, height, side_px_max } => Problem::new(Status::Unprocessable, error.code())
            .with("width", width)
            .with("height", height)
            .with("side_px_max", side_px_max),
        PhotoError::Empty | PhotoError::Truncated | PhotoError::Bomb | PhotoError::Corrupt => {
            Problem::new(Status::Unprocessable, error.code())
        }
    }
}

/// Refusals carry the stable code: callers in other services show it by their own message.
impl From<MediaError> for ContractError {
    fn from(error: MediaError) -> Self {
        let problem = error.problem();
        match problem.status {
            Status::NotFound => Self::NotFound,
            Status::Internal | Status::Unavailable => Self::Unavailable(error.to_string()),
            _ => Self::Refused(problem.code.into_owned()),
        }
    }
}
