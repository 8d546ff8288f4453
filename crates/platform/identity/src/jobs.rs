use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use svetu_db::{Job, JobHandler, JobKind, NewJob, Tx, jobs};
use svetu_kernel::{AccountId, SessionId, Timestamp};
use svetu_ports::{HandlerError, MailError};
use uuid::Uuid;

use crate::{
    Identity, IdentityError,
    factors::codes,
    letter::{self, Carries, Letter},
    oauth, phone, privacy, sessions, store, support, tenants,
    token::{self, TokenHash},
    upstream,
};

const LETTER: &str = "identity.letter";
const PRUNE_ROWS_MAX: i64 = 5_000;
const VERIFY_H_MAX: i64 = 24;
const RECOVER_MIN_MAX: i64 = 15;
/// So long an event may wait for its place in the chain.
const SEAL_EVERY_S: u64 = 5;

pub fn kinds(identity: &Identity) -> Vec<JobKind> {
    vec![
        JobKind {
            name: LETTER,
            every: None,
            attempts_max: 8,
            timeout: Duration::from_secs(60),
            handler: Arc::new(Send(identity.clone())),
        },
        JobKind {
            name: "identity.retention",
            every: Some(Duration::from_secs(3_600)),
            attempts_max: 5,
            timeout: Duration::from_secs(240),
            handler: Arc::new(Retention(identity.clone())),
        },
        JobKind {
            name: "identity.audit",
            every: Some(Duration::from_secs(SEAL_EVERY_S)),
            attempts_max: 5,
            timeout: Duration::from_secs(60),
            handler: Arc::new(Seal(identity.clone())),
        },
        oauth::logout_job(identity),
        oauth::sessions_over_job(identity),
        phone::job(identity),
        privacy::erasure_job(identity),
        privacy::export_job(identity),
        support::job(identity),
        tenants::invitation_job(identity),
        upstream::job(identity),
    ]
}

/// The link is made when the letter goes, so that no token lies in a table.
#[derive(Debug, Serialize, Deserialize)]
struct Order {
    /// None: there is no such account. The same work is done up to here, so that time tells nothing.
    account: Option<AccountId>,
    letter: Letter,
    /// Whose code it is: the hash of what the browser keeps.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    request: Option<TokenHash>,
    /// The session that the letter is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    session: Option<SessionId>,
}

pub async fn order(
    tx: &mut Tx<'_>,
    account: Option<AccountId>,
    letter: Letter,
    now: Timestamp,
) -> Result<(), IdentityError> {
    let key = format!("{} {letter:?}", account.map_or_else(Uuid::new_v4, AccountId::uuid));
    schedule(tx, &key, Order { account, letter, request: None, session: None }, now).await
}

async fn schedule(tx: &mut Tx<'_>, key: &str, payload: Order, now: Timestamp) -> Result<(), IdentityError> {
    jobs::schedule(tx, &NewJob { kind: LETTER, key, run_at: now, payload }).await?;
    Ok(())
}

/// A code for the browser that asked; it is made when the letter goes.
pub async fn order_code(
    tx: &mut Tx<'_>,
    account: Option<AccountId>,
    request: TokenHash,
    now: Timestamp,
) -> Result<(), IdentityError> {
    let order = Order { account, letter: Letter::Code, request: Some(request), session: None };
    schedule(tx, &Uuid::new_v4().to_string(), order, now).await
}

/// A letter that says of a session where it began: one for each session.
pub async fn order_about(
    tx: &mut Tx<'_>,
    account: AccountId,
    letter: Letter,
    session: SessionId,
    now: Timestamp,
) -> Result<(), IdentityError> {
    let key = format!("{} {letter:?}", session.uuid());
    schedule(tx, &key, Order { account: Some(account), letter, request: None, session: Some(session) }, now).await
}

struct Send(Identity);

#[async_trait]
impl JobHandler for Send {
    async fn run(&self, job: &Job) -> Result<(), HandlerError> {
        let order: Order = job.read()?;
        let Some(id) = order.account else { return Ok(()) };
        Ok(self.0.send_letter(id, &order).await?)
    }
}

impl Identity {
    async fn send_letter(&self, id: AccountId, order: &Order) -> Result<(), IdentityError> {
        let account = match store::by_id(&self.db, id).await {
            Ok(account) => account,
            Err(IdentityError::NoSuchAccount) => return Ok(()),
            Err(error) => return Err(error),
        };
        let (now, kind) = (self.clock.now(), order.letter);
        let link = match kind {
            Letter::Verify if account.verified => return Ok(()),
            Letter::Verify => Some(("verify", chrono::Duration::hours(VERIFY_H_MAX))),
            Letter::Recover => Some(("recover", chrono::Duration::minutes(RECOVER_MIN_MAX))),
            Letter::AlreadyHere
            | Letter::PasswordChanged
            | Letter::FactorsChanged
            | Letter::PasskeyCopied
            | Letter::KeyMade
            | Letter::DeviceAllowed
            | Letter::FactorGuessed
            | Letter::Code
            | Letter::UpstreamCode
            | Letter::NewDevice
            | Letter::ResetAsked
            | Letter::FactorsReset
            | Letter::SupportCame
            | Letter::Invited
            | Letter::ShopRole { .. }
            | Letter::ShopRemoved { .. }
            | Letter::ErasureAsked { .. }
            | Letter::Erased
            | Letter::ExportReady { .. } => None,
        };
        let token = match link {
            None => None,
            Some((purpose, life)) => {
                let (token, hash) = token::new();
                let mut tx = self.db.begin().await?;
                store::put_link(&mut tx, id, purpose, hash, now, now + life).await?;
                tx.commit().await?;
                Some(token)
            }
        };
        let code = match order.request {
            None => None,
            Some(request) => {
                let mut tx = self.db.begin().await?;
                let until = now + chrono::Duration::seconds(codes::MAILED_S);
                let code = codes::put_mailed(&mut tx, &self.factors.codes, request, id, until).await?;
                tx.commit().await?;
                Some(code)
            }
        };
        let carries = match (&token, &code) {
            (Some(token), _) => Carries::Token(token),
            (None, Some(code)) => Carries::Code(code),
            (None, None) => Carries::Nothing,
        };
        let address = self.address_of(&account).await?;
        let mut mail = letter::write(kind, Uuid::new_v4(), &address, account.language, &self.site_url, carries);
        if let Letter::ShopRole { shop, .. } | Letter::ShopRemoved { shop } = kind {
            let Some(name) = tenants::name_of(&self.db, shop).await? else { return Ok(()) };
            let role = match kind {
                Letter::ShopRole { role, .. } => Some(letter::role(role, account.language)),
                _ => None,
            };
            letter::say(&mut mail, &[Some(name), role].into_iter().flatten().collect::<Vec<_>>().join(" · "));
        }
        if let Some(session) = order.session {
            let Some((device, network, at)) = sessions::seen(&self.db, session.uuid()).await? else { return Ok(()) };
            letter::say_where(&mut mail, &device, &network, at);
        }
        match self.mailer.send(&mail).await {
            Ok(()) => Ok(()),
            Err(MailError::Refused) => {
                tracing::warn!(account.id = %id, letter = ?kind, "the mail server refused a letter of {id}");
                Ok(())
            }
            // Mail servers repeat the address in what they say; logs do not.
            Err(MailError::Unavailable(cause)) => Err(IdentityError::Mail(cause.to_string().replace(&address, "…"))),
        }
    }
}

struct Retention(Identity);

#[async_trait]
impl JobHandler for Retention {
    async fn run(&self, _: &Job) -> Result<(), HandlerError> {
        let gone = privacy::prune(&self.0, self.0.clock.now(), PRUNE_ROWS_MAX).await?;
        if gone > 0 {
            tracing::info!(gone, "removed {gone} rows whose time was over");
        }
        Ok(())
    }
}

struct Seal(Identity);

#[async_trait]
impl JobHandler for Seal {
    async fn run(&self, _: &Job) -> Result<(), HandlerError> {
        self.0.audit.seal(&self.0.db).await?;
        Ok(())
    }
}
