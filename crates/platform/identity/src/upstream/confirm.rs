//! An address that a provider names and does not vouch for: proven by a code in a letter of ours, before anything is said of it.

use std::sync::Arc;

use async_trait::async_trait;
use chrono::Duration;
use serde::{Deserialize, Serialize};
use svetu_db::{Job, JobHandler, JobKind, NewJob, jobs};
use svetu_kernel::Language;
use svetu_ports::{HandlerError, MailError};
use uuid::Uuid;

use super::{
    link::{Next, Waiting},
    store,
};
use crate::{
    Identity, IdentityError,
    factors::{codes::MAILED_S, ticket},
    letter::{self, Carries, Letter},
    limits::Entrance,
    model::Email,
    service::Client,
    store as accounts,
    token::{self, TokenHash},
};

const LETTER: &str = "identity.upstream_letter";

#[derive(Debug, Serialize, Deserialize)]
struct Order {
    request: TokenHash,
}

/// Whom the letter goes to, while there is no account.
#[derive(Serialize, Deserialize)]
struct Reader {
    address: String,
    language: Language,
}

pub fn job(identity: &Identity) -> JobKind {
    JobKind {
        name: LETTER,
        every: None,
        attempts_max: 8,
        timeout: std::time::Duration::from_secs(60),
        handler: Arc::new(Send(identity.clone())),
    }
}

fn request_of(waiting: &Waiting) -> TokenHash {
    token::hash(&waiting.name.to_string())
}

/// What waits for a code, and the address that it is to prove.
fn to_confirm(waiting: Option<Waiting>) -> Result<(Waiting, Email), IdentityError> {
    let waiting = waiting.filter(|waiting| waiting.next == Next::Confirm).ok_or(IdentityError::SignInOver)?;
    let email = waiting.email.as_deref().and_then(Email::parse).ok_or(IdentityError::SignInOver)?;
    Ok((waiting, email))
}

impl Identity {
    /// A letter goes to the address that waits; whether it has an account is not looked at.
    pub(super) async fn send_upstream_code(
        &self,
        client: &Client,
        waiting: Option<Waiting>,
        language: Language,
    ) -> Result<(), IdentityError> {
        let now = self.clock.now();
        let (waiting, email) = to_confirm(waiting)?;
        self.limits.enter(Entrance::Code, client.address, Some(&email.normal), now)?;
        self.limits.crowd(Entrance::Code, &email.normal, now)?;
        let (request, until) = (request_of(&waiting), now + Duration::seconds(MAILED_S));
        let reader = Reader { address: email.address, language };
        let sealed = ticket::write(&self.factors.seal, LETTER, &reader, until)?;
        let mut tx = self.db.begin().await?;
        store::ask(&mut tx, request, sealed.as_bytes(), until).await?;
        let key = Uuid::new_v4().to_string();
        jobs::schedule(&mut tx, &NewJob { kind: LETTER, key: &key, run_at: now, payload: Order { request } }).await?;
        tx.commit().await?;
        Ok(())
    }

    /// The right code proves the address, and only then it is told whether somebody has it here. What waits from there on has
    /// another name: the one that was typed for is used up.
    pub(super) async fn confirm_upstream(
        &self,
        client: &Client,
        waiting: Option<Waiting>,
        code: &str,
    ) -> Result<(Waiting, String), IdentityError> {
        let now = self.clock.now();
        let (mut waiting, email) = to_confirm(waiting)?;
        self.limits.enter(Entrance::Upstream, client.address, None, now)?;
        let mut tx = self.db.begin().await?;
        if !store::take(&mut tx, &self.factors.codes, request_of(&waiting), code, now).await? {
            // The try is used up.
            tx.commit().await?;
            return Err(IdentityError::field("/code", "identity.code_wrong"));
        }
        self.spend_waiting(&mut tx, &waiting, now).await?;
        let known = accounts::lock_by_email(&mut tx, &self.people.blind(&email.normal)).await?;
        tx.commit().await?;
        waiting.name = Uuid::new_v4();
        waiting.next = Next::of(known.as_ref());
        let ticket = self.write_waiting(&waiting, now)?;
        Ok((waiting, ticket))
    }

    async fn write_upstream_code(&self, request: TokenHash) -> Result<(), IdentityError> {
        let now = self.clock.now();
        let Some(sealed) = store::asked(&self.db, request).await? else { return Ok(()) };
        let reader = std::str::from_utf8(&sealed)
            .ok()
            .and_then(|sealed| ticket::read::<Reader>(&self.factors.seal, LETTER, sealed, now));
        let Some(Reader { address, language }) = reader else { return Ok(()) };
        let until = now + Duration::seconds(MAILED_S);
        let mut tx = self.db.begin().await?;
        let code = store::put_code(&mut tx, &self.factors.codes, request, until).await?;
        tx.commit().await?;
        let carries = Carries::Code(&code);
        let mail = letter::write(Letter::UpstreamCode, Uuid::new_v4(), &address, language, &self.site_url, carries);
        match self.mailer.send(&mail).await {
            Ok(()) => store::sent(&self.db, request).await,
            Err(MailError::Refused) => {
                tracing::warn!("the mail server refused a letter to an address that a provider named");
                store::sent(&self.db, request).await
            }
            // Mail servers repeat the address in what they say; logs do not.
            Err(MailError::Unavailable(cause)) => Err(IdentityError::Mail(cause.to_string().replace(&address, "…"))),
        }
    }
}

struct Send(Identity);

#[async_trait]
impl JobHandler for Send {
    async fn run(&self, job: &Job) -> Result<(), HandlerError> {
        let order: Order = job.read()?;
        Ok(self.0.write_upstream_code(order.request).await?)
    }
}
