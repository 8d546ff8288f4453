//! Taking away the second factors of somebody who has lost them: one of the staff asks, another approves, the person is told
//! before and after and may refuse.

use chrono::Duration;
use serde_json::json;
use sqlx::PgExecutor;
use svetu_db::Tx;
use svetu_kernel::{AccountId, Actor, FactorResetId, FieldProblem, Role, Timestamp};

use crate::{
    Identity, IdentityError, api_keys,
    factors::{codes, confirmed, devices, passkeys, totp},
    jobs,
    letter::Letter,
    model::is_staff,
    service::account_of,
    sessions, store,
};

/// What is not approved by then has to be asked for anew.
const WAITS_H: i64 = 72;
const WAITING_MAX: i64 = 100;
const REASON_CHARS_MIN: usize = 10;
pub const REASON_CHARS_MAX: usize = 500;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FactorReset {
    pub id: FactorResetId,
    pub account: AccountId,
    pub account_name: String,
    pub reason: String,
    pub asked_by: AccountId,
    /// Empty: the account is gone.
    pub asked_by_name: String,
    pub asked_at: Timestamp,
    pub expires_at: Timestamp,
}

/// Why somebody wants it, in words.
pub struct Reason(String);

impl Reason {
    pub fn parse(text: &str, chars_max: usize) -> Result<Self, FieldProblem> {
        let text = text.trim();
        let fits = (REASON_CHARS_MIN..=chars_max).contains(&text.chars().count());
        if !fits || text.chars().any(|c| c.is_control() && c != '\n') {
            return Err(FieldProblem::new("/reason", "identity.reason_invalid"));
        }
        Ok(Self(text.to_owned()))
    }

    pub fn text(&self) -> &str {
        &self.0
    }
}

impl Identity {
    pub(crate) async fn request_factor_reset(
        &self,
        actor: &Actor,
        id: AccountId,
        reason: &Reason,
    ) -> Result<FactorReset, IdentityError> {
        let now = self.clock.now();
        let by = confirmed(actor, now)?;
        if by == id {
            return Err(IdentityError::FourEyes);
        }
        let mut tx = self.db.begin().await?;
        let account = store::lock(&mut tx, id).await?;
        if is_staff(&account.roles) && !actor.has(Role::Operator) {
            return Err(IdentityError::OperatorsOnly);
        }
        let has_second =
            totp::created_at(&mut *tx, id).await?.is_some() || !passkeys::list(&mut tx, id).await?.is_empty();
        if !has_second {
            return Err(IdentityError::NoSuchFactor);
        }
        if waiting_for(&mut *tx, id, now).await?.is_some() {
            return Err(IdentityError::ResetWaits);
        }
        // One that nobody approved in time makes way.
        end(&mut tx, id, by, "withdrawn", now).await?;
        let reset = svetu_kernel::new_uuid(now);
        sqlx::query!(
            "insert into identity.factor_reset (id, account, reason, asked_by, asked_at, expires_at)
             values ($1, $2, $3, $4, $5, $6)",
            reset,
            id.uuid(),
            reason.0,
            by.uuid(),
            now,
            now + Duration::hours(WAITS_H)
        )
        .execute(&mut *tx)
        .await?;
        let detail = json!({ "reset": FactorResetId::from_uuid(reset) });
        store::note(&mut tx, now, id, &by.to_string(), "factor_reset_asked", detail).await?;
        jobs::order(&mut tx, Some(id), Letter::ResetAsked, now).await?;
        let reset = waiting_for(&mut *tx, id, now).await?.ok_or(IdentityError::NoSuchReset)?;
        tx.commit().await?;
        Ok(reset)
    }

    /// Oldest first.
    pub(crate) async fn factor_resets(&self) -> Result<Vec<FactorReset>, IdentityError> {
        waiting(self.db.pool(), None, self.clock.now()).await
    }

    /// Takes away everything but the password; whoever is signed in with the account is so no more.
    pub(crate) async fn approve_factor_reset(&self, actor: &Actor, id: FactorResetId) -> Result<(), IdentityError> {
        let now = self.clock.now();
        let by = confirmed(actor, now)?;
        let mut tx = self.db.begin().await?;
        let (account, asked_by) = account_of_reset(&mut tx, id, now).await?;
        store::lock(&mut tx, account).await?;
        if by == asked_by || by == account {
            return Err(IdentityError::FourEyes);
        }
        decide(&mut tx, id, by, "approved", now).await?;
        totp::remove(&mut tx, account).await?;
        codes::drop_all(&mut tx, account).await?;
        passkeys::remove_all(&mut tx, account).await?;
        devices::forget_all(&mut tx, account).await?;
        sessions::end_all(&mut tx, account, None, now).await?;
        api_keys::revoke(&mut tx, account, None, now).await?;
        let detail = json!({ "reset": id, "asked_by": asked_by });
        store::note(&mut tx, now, account, &by.to_string(), "factors_reset", detail).await?;
        jobs::order(&mut tx, Some(account), Letter::FactorsReset, now).await?;
        tx.commit().await?;
        tracing::info!(account.id = %account, %by, "the factors of {account} were reset");
        Ok(())
    }

    /// By one of the staff.
    pub(crate) async fn withdraw_factor_reset(&self, actor: &Actor, id: FactorResetId) -> Result<(), IdentityError> {
        let now = self.clock.now();
        let by = account_of(actor)?;
        let mut tx = self.db.begin().await?;
        let (account, _) = account_of_reset(&mut tx, id, now).await?;
        decide(&mut tx, id, by, "withdrawn", now).await?;
        let detail = json!({ "reset": id });
        store::note(&mut tx, now, account, &by.to_string(), "factor_reset_withdrawn", detail).await?;
        tx.commit().await?;
        Ok(())
    }

    /// By the person whom it is about.
    pub(crate) async fn refuse_factor_reset(&self, actor: &Actor) -> Result<(), IdentityError> {
        let now = self.clock.now();
        let id = account_of(actor)?;
        let mut tx = self.db.begin().await?;
        let reset = waiting_for(&mut *tx, id, now).await?.ok_or(IdentityError::NoSuchReset)?;
        decide(&mut tx, reset.id, id, "refused", now).await?;
        store::note(&mut tx, now, id, &id.to_string(), "factor_reset_refused", json!({ "reset": reset.id })).await?;
        tx.commit().await?;
        Ok(())
    }
}

pub async fn waiting_for(
    executor: impl PgExecutor<'_>,
    account: AccountId,
    now: Timestamp,
) -> Result<Option<FactorReset>, IdentityError> {
    Ok(waiting(executor, Some(account), now).await?.pop())
}

async fn waiting(
    executor: impl PgExecutor<'_>,
    account: Option<AccountId>,
    now: Timestamp,
) -> Result<Vec<FactorReset>, IdentityError> {
    let rows = sqlx::query!(
        "select r.id, r.account, a.display_name as account_name, r.reason, r.asked_by,
             coalesce(s.display_name, '') as \"asked_by_name!\", r.asked_at, r.expires_at
         from identity.factor_reset r join identity.account a on a.id = r.account
         left join identity.account s on s.id = r.asked_by
         where r.outcome is null and r.expires_at > $1 and ($2::uuid is null or r.account = $2) order by r.id limit $3",
        now,
        account.map(AccountId::uuid),
        WAITING_MAX
    )
    .fetch_all(executor)
    .await?;
    let told = rows.into_iter().map(|row| FactorReset {
        id: FactorResetId::from_uuid(row.id),
        account: AccountId::from_uuid(row.account),
        account_name: row.account_name,
        reason: row.reason,
        asked_by: AccountId::from_uuid(row.asked_by),
        asked_by_name: row.asked_by_name,
        asked_at: row.asked_at,
        expires_at: row.expires_at,
    });
    Ok(told.collect())
}

/// Whom a reset that waits is about, and who asked for it.
async fn account_of_reset(
    tx: &mut Tx<'_>,
    id: FactorResetId,
    now: Timestamp,
) -> Result<(AccountId, AccountId), IdentityError> {
    let row = sqlx::query!(
        "select account, asked_by from identity.factor_reset where id = $1 and outcome is null and expires_at > $2",
        id.uuid(),
        now
    )
    .fetch_optional(&mut **tx)
    .await?
    .ok_or(IdentityError::NoSuchReset)?;
    Ok((AccountId::from_uuid(row.account), AccountId::from_uuid(row.asked_by)))
}

async fn decide(
    tx: &mut Tx<'_>,
    id: FactorResetId,
    by: AccountId,
    outcome: &str,
    now: Timestamp,
) -> Result<(), IdentityError> {
    let done = sqlx::query!(
        "update identity.factor_reset set outcome = $2, decided_by = $3, decided_at = $4
         where id = $1 and outcome is null",
        id.uuid(),
        outcome,
        by.uuid(),
        now
    )
    .execute(&mut **tx)
    .await?;
    if done.rows_affected() == 1 { Ok(()) } else { Err(IdentityError::NoSuchReset) }
}

/// Whatever waits about an account.
async fn end(
    tx: &mut Tx<'_>,
    account: AccountId,
    by: AccountId,
    outcome: &str,
    now: Timestamp,
) -> Result<(), IdentityError> {
    sqlx::query!(
        "update identity.factor_reset set outcome = $2, decided_by = $3, decided_at = $4
         where account = $1 and outcome is null",
        account.uuid(),
        outcome,
        by.uuid(),
        now
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
