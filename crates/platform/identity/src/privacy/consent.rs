//! What people agreed to and took back, with its version and time.

use serde_json::json;
use svetu_db::{Db, Tx};
use svetu_kernel::{AccountId, Actor, Timestamp};

use crate::{Identity, IdentityError, service::account_of, store};

/// An application that a person lets in.
pub struct Application {
    pub client: String,
    pub name: String,
    pub scopes: Vec<String>,
    pub given_at: Timestamp,
}

const APPLICATIONS_MAX: i64 = 200;

pub async fn note(
    tx: &mut Tx<'_>,
    account: AccountId,
    subject: &str,
    version: &str,
    given: bool,
    now: Timestamp,
) -> Result<(), IdentityError> {
    sqlx::query!(
        "insert into identity.consent_log (account, at, subject, version, given) values ($1, $2, $3, $4, $5)",
        account.uuid(),
        now,
        subject,
        version,
        given
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

pub async fn applications(db: &Db, account: AccountId) -> Result<Vec<Application>, IdentityError> {
    let rows = sqlx::query_as!(
        Application,
        "select c.client, k.name, c.scopes, c.given_at from identity.oauth_consent c
         join identity.oauth_client k on k.id = c.client where c.account = $1 order by c.given_at desc limit $2",
        account.uuid(),
        APPLICATIONS_MAX
    )
    .fetch_all(db.pool())
    .await?;
    Ok(rows)
}

impl Identity {
    /// The application is asked out: what it was given opens nothing any more, and it has to ask anew.
    pub(crate) async fn withdraw_consent(&self, actor: &Actor, client: &str) -> Result<(), IdentityError> {
        let id = account_of(actor)?;
        let now = self.clock.now();
        let mut tx = self.db.begin().await?;
        let scopes = sqlx::query_scalar!(
            "delete from identity.oauth_consent where account = $1 and client = $2 returning scopes",
            id.uuid(),
            client
        )
        .fetch_optional(&mut *tx)
        .await?
        .ok_or(IdentityError::NoSuchApplication)?;
        sqlx::query!(
            "update identity.oauth_grant set revoked_at = $3 where account = $1 and client = $2 and revoked_at is null",
            id.uuid(),
            client,
            now
        )
        .execute(&mut *tx)
        .await?;
        note(&mut tx, id, client, &scopes.join(" "), false, now).await?;
        store::note(&mut tx, now, id, &id.to_string(), "consent_withdrawn", json!({ "client": client })).await?;
        tx.commit().await?;
        Ok(())
    }
}
