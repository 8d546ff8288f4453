//! The shared language of every service: typed ids, money, time, actors, languages and problems.
//!
//! Pure: no I/O, no async, no configuration. Everything else may depend on this crate, it depends on nothing of ours.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod actor;
mod clock;
mod id;
mod language;
mod money;
mod page;
mod problem;

pub use actor::{Acting, Actor, Credential, Role, Strength, Subject};
pub use clock::{Clock, ManualClock, SharedClock, SystemClock, Timestamp};
pub use id::{
    AccountId, ApiKeyId, AppealId, EventId, FactorResetId, IdError, ImpersonationId, InvitationId, ListingId, MediaId,
    PasskeyId, PlaceId, ReportId, SavedSearchId, SessionId, TenantId, TrustedDeviceId, UserId, new_uuid,
};
pub use language::{Language, LanguageError};
pub use money::{Currency, CurrencyError, ExchangeRate, Money, MoneyError};
pub use page::{Limit, LimitError, Page};
pub use problem::{FieldProblem, Problem, Status};
