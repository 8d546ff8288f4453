//! To be erased: asked for, thought over for a month, then final (ADR 10).

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use serde_json::json;
use svetu_contracts::identity::{ACCOUNT_ERASED, AccountErased};
use svetu_db::{Db, Job, JobHandler, JobKind, NewJob, Tx, jobs as timers, outbox};
use svetu_kernel::{AccountId, Actor, Role, Timestamp};
use svetu_ports::HandlerError;
use uuid::Uuid;

use super::{export, retention};
use crate::{
    Identity, IdentityError, jobs,
    letter::{self, Carries, Letter},
    service::{Client, account_of},
    sessions, store, support, tenants,
};

const ERASE: &str = "identity.erase";
/// After so many failures of the mail server the person is erased without a last letter.
const LETTER_TRIES_MAX: i32 = 4;
/// Found again in a restored backup, at once.
const FOUND_MAX: i64 = 500;
const ROUNDS_MAX: u32 = 10_000;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Erasure {
    pub asked_at: Timestamp,
    pub due_at: Timestamp,
}

#[derive(Debug, Serialize, Deserialize)]
struct Due {
    account: AccountId,
}

pub fn job(identity: &Identity) -> JobKind {
    JobKind {
        name: ERASE,
        every: None,
        attempts_max: 50,
        timeout: Duration::from_secs(120),
        handler: Arc::new(Erase(identity.clone())),
    }
}

pub async fn erasure(db: &Db, id: AccountId) -> Result<Option<Erasure>, IdentityError> {
    let row = sqlx::query_as!(Erasure, "select asked_at, due_at from identity.erasure where account = $1", id.uuid())
        .fetch_optional(db.pool())
        .await?;
    Ok(row)
}

impl Identity {
    /// Asked twice it is due when it was first.
    pub(crate) async fn request_erasure(
        &self,
        actor: &Actor,
        client: &Client,
        password: Option<&str>,
    ) -> Result<Erasure, IdentityError> {
        let now = self.clock.now();
        let id = self.confirm(actor, client, password, now).await?;
        let grace = retention::kept(&self.db).await?.of("erasure_grace")?;
        let mut tx = self.db.begin().await?;
        store::lock_roles(&mut tx).await?;
        let account = store::lock(&mut tx, id).await?;
        if account.roles.contains(&Role::Operator) && !store::has_other_operator(&mut tx, id).await? {
            return Err(IdentityError::LastOperator);
        }
        let asked = sqlx::query_as!(
            Erasure,
            "insert into identity.erasure (account, asked_at, due_at) values ($1, $2, $3)
             on conflict do nothing returning asked_at, due_at",
            id.uuid(),
            now,
            now + grace
        )
        .fetch_optional(&mut *tx)
        .await?;
        let Some(asked) = asked else {
            drop(tx);
            return erasure(&self.db, id).await?.ok_or(IdentityError::NoSuchAccount);
        };
        let due = NewJob { kind: ERASE, key: &id.to_string(), run_at: asked.due_at, payload: Due { account: id } };
        timers::schedule(&mut tx, &due).await?;
        store::note(&mut tx, now, id, &id.to_string(), "erasure_asked", json!({ "due_at": asked.due_at })).await?;
        jobs::order(&mut tx, Some(id), Letter::ErasureAsked { due: asked.due_at.date_naive() }, now).await?;
        tx.commit().await?;
        Ok(asked)
    }

    pub(crate) async fn erasure_due_at(&self, id: AccountId) -> Result<Option<Timestamp>, IdentityError> {
        Ok(erasure(&self.db, id).await?.map(|erasure| erasure.due_at))
    }

    pub(crate) async fn cancel_erasure(&self, actor: &Actor) -> Result<(), IdentityError> {
        let id = account_of(actor)?;
        let now = self.clock.now();
        let mut tx = self.db.begin().await?;
        let gone = sqlx::query!("delete from identity.erasure where account = $1", id.uuid()).execute(&mut *tx).await?;
        if gone.rows_affected() == 0 {
            return Err(IdentityError::NoErasure);
        }
        timers::cancel(&mut tx, ERASE, &id.to_string()).await?;
        store::note(&mut tx, now, id, &id.to_string(), "erasure_cancelled", json!({})).await?;
        tx.commit().await?;
        Ok(())
    }

    async fn erase(&self, id: AccountId, attempt: i32) -> Result<(), IdentityError> {
        let now = self.clock.now();
        let due = erasure(&self.db, id).await?;
        if due.is_none_or(|due| due.due_at > now) {
            return Ok(());
        }
        let account = store::by_id(&self.db, id).await?;
        match self.say_goodbye(&account).await {
            // Read no more: it was done up to here before.
            Ok(()) | Err(IdentityError::Erased) => {}
            Err(error) if attempt >= LETTER_TRIES_MAX => {
                tracing::warn!(%error, account.id = %id, "{id} is erased without a last letter");
            }
            Err(error) => return Err(error),
        }
        // The key first: a process that dies in between finds the rows again and ends it, never the other way round.
        self.people.forget(&self.db, &[account.email.key.leaf], now).await?;
        self.erase_rows(id, now).await?;
        tracing::info!(account.id = %id, "{id} is erased");
        Ok(())
    }

    async fn say_goodbye(&self, account: &crate::model::Account) -> Result<(), IdentityError> {
        let address = self.address_of(account).await?;
        let mail =
            letter::write(Letter::Erased, Uuid::new_v4(), &address, account.language, &self.site_url, Carries::Nothing);
        match self.mailer.send(&mail).await {
            Ok(()) | Err(svetu_ports::MailError::Refused) => Ok(()),
            Err(svetu_ports::MailError::Unavailable(cause)) => {
                Err(IdentityError::Mail(cause.to_string().replace(&address, "…")))
            }
        }
    }

    async fn erase_rows(&self, id: AccountId, now: Timestamp) -> Result<(), IdentityError> {
        export::drop_files(self, id).await?;
        let mut tx = self.db.begin().await?;
        sessions::end_all(&mut tx, id, None, now).await?;
        support::person_leaves(&mut tx, id, now).await?;
        tenants::pass_on(&mut tx, id, now).await?;
        if !delete_account(&mut tx, id).await? {
            return Ok(());
        }
        store::note(&mut tx, now, id, "system:erasure", "erased", json!({})).await?;
        let event = outbox::event(now, ACCOUNT_ERASED, "identity", id.to_string(), &AccountErased { id })?;
        outbox::publish(&mut tx, &event).await?;
        tx.commit().await?;
        Ok(())
    }

    /// A restored backup brings back rows of people who are erased: nobody can read them, and here they go again, and with
    /// them what other services hold.
    pub(crate) async fn erase_again(&self) -> Result<u64, IdentityError> {
        let now = self.clock.now();
        let mut count = 0;
        for _ in 0..ROUNDS_MAX {
            let found = self.people.forgotten(&self.db, FOUND_MAX).await?;
            if found.is_empty() {
                break;
            }
            for id in &found {
                self.erase_rows(*id, now).await?;
            }
            count += found.len() as u64;
        }
        if count > 0 {
            tracing::warn!(count, "erased {count} people again whom a restored backup had brought back");
        }
        Ok(count)
    }
}

/// With all that hangs on it: key, address, sessions, grants, consents, codes.
async fn delete_account(tx: &mut Tx<'_>, id: AccountId) -> Result<bool, IdentityError> {
    let gone =
        sqlx::query!("delete from identity.account where id = $1", id.uuid()).execute(&mut **tx).await?.rows_affected();
    Ok(gone == 1)
}

struct Erase(Identity);

#[async_trait]
impl JobHandler for Erase {
    async fn run(&self, job: &Job) -> Result<(), HandlerError> {
        let due: Due = job.read()?;
        Ok(self.0.erase(due.account, job.attempts).await?)
    }
}
