//! What support and operators see of people and do for them in the browser (ADR 17); each act is in the audit log by their name.

pub mod applications;
pub mod http;
pub mod resets;

use svetu_kernel::{AccountId, Timestamp};

use crate::{
    Identity, IdentityError,
    factors::{codes, devices, passkeys, totp},
    service::{AuditEntry, Person, PersonSession},
    store,
};

const EVENTS_MAX: i64 = 50;

/// A person's account as the staff sees it: no secret, and of the factors no more than that they are there.
pub struct Dossier {
    pub person: Person,
    pub password: bool,
    pub totp_since: Option<Timestamp>,
    pub passkeys: usize,
    pub recovery_codes_left: i64,
    pub trusted_devices: usize,
    pub erasure_due_at: Option<Timestamp>,
    pub sessions: Vec<PersonSession>,
    /// Newest first.
    pub events: Vec<AuditEntry>,
    /// The one that waits for other eyes.
    pub reset: Option<resets::FactorReset>,
}

impl Identity {
    pub(crate) async fn dossier(&self, id: AccountId) -> Result<Dossier, IdentityError> {
        let now = self.clock.now();
        let account = store::by_id(&self.db, id).await?;
        let password = account.password_hash.is_some();
        let mut tx = self.db.begin().await?;
        let totp_since = totp::created_at(&mut *tx, id).await?;
        let passkeys = passkeys::list(&mut tx, id).await?.len();
        let recovery_codes_left = codes::left(&mut tx, id).await?;
        let trusted_devices = devices::list(&mut tx, id, now).await?.len();
        let reset = resets::waiting_for(&mut *tx, id, now).await?;
        tx.commit().await?;
        Ok(Dossier {
            person: self.person_of(account).await?,
            password,
            totp_since,
            passkeys,
            recovery_codes_left,
            trusted_devices,
            erasure_due_at: self.erasure_due_at(id).await?,
            sessions: self.sessions_of(id).await?,
            events: store::log_of(&self.db, id, EVENTS_MAX).await?,
            reset,
        })
    }
}
