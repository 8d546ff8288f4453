//! What the law gives people over what is known of them (GDPR): sealed at rest, told, erased, and no longer kept than said.

mod consent;
mod erase;
mod export;
mod file;
mod http;
mod personal;
mod prepare;
mod retention;

pub use consent::note as note_consent;
pub use erase::{Erasure, job as erasure_job};
pub use export::{Export, job as export_job};
pub use http::routes;
pub(crate) use retention::delete_before;
pub use retention::{Kept, Rule, prune, rules};

use svetu_kernel::{AccountId, Actor, Timestamp};

use crate::{
    Identity, IdentityError,
    factors::{CONFIRMED_S, totp},
    limits::Entrance,
    model::Password,
    service::{Client, account_of},
    store,
};

/// Of the terms of use, as they stand on the site: grows with every change of what they say.
pub const TERMS_VERSION: &str = "1";

impl Identity {
    /// A session that somebody left open, or took, is not enough to carry everything away or to erase it.
    async fn confirm(
        &self,
        actor: &Actor,
        client: &Client,
        password: Option<&str>,
        now: Timestamp,
    ) -> Result<AccountId, IdentityError> {
        let id = account_of(actor)?;
        if actor.confirmed_within(CONFIRMED_S, now) {
            return Ok(id);
        }
        // With an authenticator on the account a password alone proves too little.
        if totp::created_at(self.db.pool(), id).await?.is_some() {
            return Err(IdentityError::StepUp);
        }
        let Some(password) = password.filter(|password| !password.is_empty()) else {
            return Err(IdentityError::field("/password", "identity.password_needed"));
        };
        let key = id.to_string();
        self.limits.enter(Entrance::Password, client.address, Some(&key), now)?;
        let known = store::by_id(&self.db, id).await?;
        if !self.hasher.verify(&Password::typed(password), known.password_hash.as_deref()).await? {
            return Err(IdentityError::field("/password", "identity.wrong_password"));
        }
        self.limits.welcome(Entrance::Password, client.address, &key);
        Ok(id)
    }
}
