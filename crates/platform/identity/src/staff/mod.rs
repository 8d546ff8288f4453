//! What support and operators see of people and do for them in the browser (ADR 17); each act is in the audit log by their name.

pub mod applications;
pub mod http;
pub mod resets;

use svetu_kernel::{AccountId, Timestamp};

use crate::{
    Identity, IdentityError,
    factors::FactorsView,
    service::{AuditEntry, Person, PersonSession},
    store,
};

const EVENTS_MAX: i64 = 50;

/// A person's account as the staff sees it.
pub struct Dossier {
    pub person: Person,
    pub factors: FactorsView,
    pub erasure_due_at: Option<Timestamp>,
    pub sessions: Vec<PersonSession>,
    /// Newest first.
    pub events: Vec<AuditEntry>,
}

impl Identity {
    pub(crate) async fn dossier(&self, id: AccountId) -> Result<Dossier, IdentityError> {
        let account = store::by_id(&self.db, id).await?;
        Ok(Dossier {
            factors: self.factors_of(&account, false).await?,
            person: self.person_of(account).await?,
            erasure_due_at: self.erasure_due_at(id).await?,
            sessions: self.sessions_of(id).await?,
            events: store::log_of(&self.db, id, EVENTS_MAX).await?,
        })
    }
}
