use svetu_contracts::ContractError;
use svetu_db::{DbError, MayRetry};
use svetu_http::Fault;
use svetu_kernel::{FieldProblem, Problem, Status};
use svetu_ports::HandlerError;

#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// 422 with the faults.
    #[error("{} fields are not valid", .0.len())]
    Invalid(Vec<FieldProblem>),
    /// The address is unknown or not proven, or the password is another: 401 `identity.wrong_credentials`, the same for
    /// all. Were an unproven address told apart, who signs up with a stranger's address would learn of its account.
    #[error("wrong address or password")]
    WrongCredentials,
    /// A letter's link that is unknown, used or too old: 422 `identity.link_invalid`.
    #[error("the link is unknown, used or expired")]
    LinkInvalid,
    /// 404 `identity.no_such_session`.
    #[error("no such session")]
    NoSuchSession,
    /// 404 `identity.no_such_request`: an authorization request that is over, was answered or never was.
    #[error("no such authorization request")]
    NoSuchRequest,
    /// 404 `identity.no_such_account`.
    #[error("no such account")]
    NoSuchAccount,
    /// 401 `identity.sign_in_over`: what was proven first is too old, or the account has changed since.
    #[error("the sign-in that waits for a second factor is over")]
    SignInOver,
    /// 401 `auth.step_up_required`: the person has to prove once more who they are (RFC 9470).
    #[error("the person has to prove once more who they are")]
    StepUp,
    /// 404 `identity.no_such_factor`.
    #[error("no such factor")]
    NoSuchFactor,
    /// 409 `identity.no_passkeys_here`: the site is reached by a bare address, for which browsers have no passkeys.
    #[error("there are no passkeys for a bare address")]
    NoPasskeysHere,
    /// A provider elsewhere is described in a way that cannot be.
    #[error("a provider elsewhere: {0}")]
    Upstream(#[from] crate::upstream::UpstreamConfigError),
    /// 409 `identity.other_account`: the login that waits is for the account with its address, not for this one.
    #[error("the login waits for another account")]
    OtherAccount,
    /// 409 `identity.upstream_taken`: it is linked already, or the account has another one there.
    #[error("the account elsewhere is linked already")]
    UpstreamTaken,
    /// 409 `identity.phone_taken`: who proved that they hold it learns that it is another account's.
    #[error("the number is another account's")]
    PhoneTaken,
    /// 404 `identity.no_such_key`.
    #[error("no such key")]
    NoSuchKey,
    /// 409 `identity.too_many_keys`.
    #[error("the account has as many keys as there may be")]
    TooManyKeys,
    /// The last operator cannot stop being one: 409 `identity.last_operator`.
    #[error("the last operator stays one")]
    LastOperator,
    /// More people sign in than there are hashes at once: 503 `service.overloaded`.
    #[error("too many passwords are being checked")]
    Busy,
    /// 409 `identity.four_eyes`: it takes somebody else.
    #[error("it takes somebody else")]
    FourEyes,
    /// 403 `identity.operators_only`: it is about one of the staff.
    #[error("only operators do this to the staff")]
    OperatorsOnly,
    /// 409 `identity.reset_waits`.
    #[error("a reset of this account's factors waits already")]
    ResetWaits,
    /// 404 `identity.no_such_reset`: it was decided, is over or never was.
    #[error("no such reset")]
    NoSuchReset,
    /// 404 `identity.no_such_client`: there is none, or it has no secret.
    #[error("no such client")]
    NoSuchClient,
    /// A limit of an entrance, or what the policy says.
    #[error("refused: {}", .0.code)]
    Refused(Box<Problem>),
    /// A client's registration that cannot be: for the operator who wrote it.
    #[error(transparent)]
    Client(crate::oauth::ClientError),
    /// A signing key cannot be made, opened or used; or a row of the provider cannot be read.
    #[error("the provider's keys or rows: {0}")]
    Key(String),
    /// What is personal cannot be sealed or opened: the secrets or the rows are not what they were.
    #[error("the people's keys: {0}")]
    Person(&'static str),
    /// The person was erased: what is left of them in a restored backup opens with nothing.
    #[error("the person was erased")]
    Erased,
    /// 404 `identity.no_export`: none was asked for, it is not ready, or its time is over.
    #[error("no export")]
    NoExport,
    /// 404 `identity.no_erasure`: there is nothing to take back.
    #[error("no erasure was asked for")]
    NoErasure,
    /// 404 `identity.no_such_application`.
    #[error("no such application")]
    NoSuchApplication,
    /// This process has not all services: 503 `service.unavailable`.
    #[error("not all services run in this process")]
    Alone,
    /// About a shop.
    #[error(transparent)]
    Shop(#[from] crate::tenants::ShopError),
    #[error("a service does not tell what it holds: {0}")]
    Source(ContractError),
    #[error("the file of an export: {0}")]
    File(#[from] std::io::Error),
    #[error("the file of an export: {0}")]
    Object(Box<object_store::Error>),
    #[error("the people's keys: {0}")]
    Secrets(#[from] svetu_ports::SecretError),
    #[error("the password could not be hashed: {0}")]
    Hash(argon2::password_hash::Error),
    #[error("the letter waits for the mail server: {0}")]
    Mail(String),
    #[error("the message waits for its provider: {0}")]
    Text(String),
    #[error(transparent)]
    Db(#[from] DbError),
}

impl IdentityError {
    /// One field's fault.
    pub(crate) fn field(field: &str, code: &'static str) -> Self {
        FieldProblem::new(field, code).into()
    }
}

impl From<FieldProblem> for IdentityError {
    fn from(fault: FieldProblem) -> Self {
        Self::Invalid(vec![fault])
    }
}

impl From<sqlx::Error> for IdentityError {
    fn from(error: sqlx::Error) -> Self {
        Self::Db(error.into())
    }
}

impl From<object_store::Error> for IdentityError {
    fn from(error: object_store::Error) -> Self {
        Self::Object(Box::new(error))
    }
}

impl From<Problem> for IdentityError {
    fn from(problem: Problem) -> Self {
        Self::Refused(Box::new(problem))
    }
}

impl Fault for IdentityError {
    fn problem(&self) -> Problem {
        match self {
            Self::Invalid(errors) => Problem::validation(errors.clone()),
            Self::WrongCredentials => Problem::new(Status::Unauthorized, "identity.wrong_credentials"),
            Self::LinkInvalid => Problem::new(Status::Unprocessable, "identity.link_invalid"),
            Self::NoSuchSession => Problem::new(Status::NotFound, "identity.no_such_session"),
            Self::NoSuchRequest => Problem::new(Status::NotFound, "identity.no_such_request"),
            Self::SignInOver => Problem::new(Status::Unauthorized, "identity.sign_in_over"),
            Self::StepUp => Problem::new(Status::Unauthorized, "auth.step_up_required"),
            Self::NoSuchFactor => Problem::new(Status::NotFound, "identity.no_such_factor"),
            Self::NoPasskeysHere => Problem::new(Status::Conflict, "identity.no_passkeys_here"),
            Self::OtherAccount => Problem::new(Status::Conflict, "identity.other_account"),
            Self::UpstreamTaken => Problem::new(Status::Conflict, "identity.upstream_taken"),
            Self::PhoneTaken => Problem::new(Status::Conflict, "identity.phone_taken"),
            Self::NoSuchKey => Problem::new(Status::NotFound, "identity.no_such_key"),
            Self::FourEyes => Problem::new(Status::Conflict, "identity.four_eyes"),
            Self::OperatorsOnly => Problem::new(Status::Forbidden, "identity.operators_only"),
            Self::ResetWaits => Problem::new(Status::Conflict, "identity.reset_waits"),
            Self::NoSuchReset => Problem::new(Status::NotFound, "identity.no_such_reset"),
            Self::NoSuchClient => Problem::new(Status::NotFound, "identity.no_such_client"),
            Self::TooManyKeys => Problem::new(Status::Conflict, "identity.too_many_keys"),
            Self::NoSuchAccount | Self::Erased => Problem::new(Status::NotFound, "identity.no_such_account"),
            Self::NoExport => Problem::new(Status::NotFound, "identity.no_export"),
            Self::NoErasure => Problem::new(Status::NotFound, "identity.no_erasure"),
            Self::NoSuchApplication => Problem::new(Status::NotFound, "identity.no_such_application"),
            Self::Shop(error) => error.problem(),
            Self::Alone => Problem::new(Status::Unavailable, "service.unavailable").retry_after(60),
            Self::LastOperator => Problem::new(Status::Conflict, "identity.last_operator"),
            Self::Busy => Problem::new(Status::Unavailable, "service.overloaded").retry_after(2),
            Self::Refused(problem) => problem.as_ref().clone(),
            Self::Db(error) if error.is_unavailable() => {
                Problem::new(Status::Unavailable, "service.unavailable").retry_after(1)
            }
            Self::Client(error) => Problem::validation(vec![error.fault()]),
            Self::Hash(_) | Self::Mail(_) | Self::Text(_) | Self::Key(_) | Self::Person(_) | Self::Secrets(_) => {
                Problem::new(Status::Internal, "internal")
            }
            Self::Upstream(_) | Self::Source(_) | Self::File(_) | Self::Object(_) | Self::Db(_) => {
                Problem::new(Status::Internal, "internal")
            }
        }
    }
}

impl MayRetry for IdentityError {
    fn is_retryable(&self) -> bool {
        matches!(self, Self::Db(error) if error.is_retryable())
    }
}

impl From<IdentityError> for ContractError {
    fn from(error: IdentityError) -> Self {
        match error {
            IdentityError::NoSuchAccount
            | IdentityError::Erased
            | IdentityError::NoExport
            | IdentityError::NoErasure
            | IdentityError::NoSuchApplication
            | IdentityError::NoSuchSession
            | IdentityError::NoSuchFactor
            | IdentityError::NoSuchRequest
            | IdentityError::NoSuchReset
            | IdentityError::NoSuchClient
            | IdentityError::NoSuchKey => Self::NotFound,
            IdentityError::Db(error) => error.into(),
            IdentityError::Busy
            | IdentityError::Alone
            | IdentityError::Mail(_)
            | IdentityError::Text(_)
            | IdentityError::Source(_)
            | IdentityError::File(_)
            | IdentityError::Object(_)
            | IdentityError::Secrets(_) => Self::Unavailable(error.to_string()),
            IdentityError::Invalid(_)
            | IdentityError::WrongCredentials
            | IdentityError::LinkInvalid
            | IdentityError::LastOperator
            | IdentityError::SignInOver
            | IdentityError::StepUp
            | IdentityError::NoPasskeysHere
            | IdentityError::TooManyKeys
            | IdentityError::FourEyes
            | IdentityError::OperatorsOnly
            | IdentityError::ResetWaits
            | IdentityError::OtherAccount
            | IdentityError::PhoneTaken
            | IdentityError::UpstreamTaken
            | IdentityError::Upstream(_)
            | IdentityError::Refused(_)
            | IdentityError::Client(_)
            | IdentityError::Key(_)
            | IdentityError::Person(_)
            | IdentityError::Shop(_)
            | IdentityError::Hash(_) => Self::Refused(error.to_string()),
        }
    }
}

impl From<IdentityError> for HandlerError {
    fn from(error: IdentityError) -> Self {
        match error {
            IdentityError::Db(error) => error.into(),
            IdentityError::Source(ContractError::Unavailable(_)) => Self::Unavailable(error.to_string()),
            other => Self::Transient(other.to_string()),
        }
    }
}
