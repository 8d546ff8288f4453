use svetu_contracts::ContractError;
use svetu_db::DbError;
use svetu_http::Fault;
use svetu_kernel::{FieldProblem, Problem, Status};

#[derive(Debug, thiserror::Error)]
pub enum GeoError {
    /// No place has this id: 404 `geo.no_such_place`.
    #[error("no such place")]
    NoSuchPlace,
    /// The point is farther than [`crate::index::NEAREST_KM_MAX`] from every place: 404 `geo.far_away`.
    #[error("no place is near")]
    FarAway,
    /// A parameter of the query does not make sense: 400 naming it.
    #[error("the parameter {0} does not make sense")]
    Parameter(&'static str),
    /// The committed gazetteer is damaged: a bug.
    #[error("line {line} of the gazetteer: {reason}")]
    Gazetteer { line: usize, reason: &'static str },
    #[error(transparent)]
    Db(#[from] DbError),
}

impl From<sqlx::Error> for GeoError {
    fn from(error: sqlx::Error) -> Self {
        Self::Db(error.into())
    }
}

impl Fault for GeoError {
    fn problem(&self) -> Problem {
        match self {
            Self::NoSuchPlace => Problem::new(Status::NotFound, "geo.no_such_place"),
            Self::FarAway => Problem::new(Status::NotFound, "geo.far_away"),
            Self::Parameter(name) => Problem::new(Status::BadRequest, "request.query_invalid")
                .field(FieldProblem::new(*name, "field.invalid")),
            Self::Gazetteer { .. } => Problem::new(Status::Internal, "internal"),
            Self::Db(error) if error.is_unavailable() => {
                Problem::new(Status::Unavailable, "service.unavailable").retry_after(1)
            }
            Self::Db(_) => Problem::new(Status::Internal, "internal"),
        }
    }
}

impl From<GeoError> for ContractError {
    fn from(error: GeoError) -> Self {
        match error {
            GeoError::NoSuchPlace | GeoError::FarAway => Self::NotFound,
            GeoError::Parameter(name) => Self::Refused(name.to_owned()),
            GeoError::Gazetteer { .. } => Self::Unavailable(error.to_string()),
            GeoError::Db(error) => error.into(),
        }
    }
}
