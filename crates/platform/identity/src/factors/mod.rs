//! What proves a person beside the password: an authenticator application, passkeys, recovery codes, codes by mail,
//! remembered devices; and proving it once more before a dangerous act.

pub mod codes;
pub mod devices;
mod enrol;
mod enter;
pub mod http;
pub mod passkeys;
pub mod ticket;
pub mod totp;
pub mod wire;

use svetu_db::Db;
use svetu_kernel::{AccountId, Actor, Timestamp};

use crate::{
    Identity, IdentityError,
    model::{Account, SecurityEvent},
    seal::Seal,
    service::account_of,
    staff::resets::{self, FactorReset},
    store,
};

pub(crate) use enrol::changed;
pub(crate) use enter::StepUp;

/// How old the proof may be on which a factor is added or taken away.
pub const CONFIRMED_S: i64 = 600;
/// A ceremony of a browser, or an authenticator that is being set up.
const CEREMONY_S: i64 = 600;
const EVENTS_MAX: i64 = 50;

/// What the factors keep in memory.
pub struct Factors {
    pub seal: Seal,
    pub codes: codes::CodeKey,
    pub ceremonies: passkeys::Ceremonies,
}

impl Factors {
    /// # Errors
    /// When the site's address is none.
    pub fn try_new(site_url: &str, secret: &[u8; 32]) -> Result<Self, IdentityError> {
        Ok(Self {
            seal: Seal::new(blake3::derive_key("svetu identity factors v1", secret)),
            codes: codes::CodeKey(blake3::derive_key("svetu identity codes v1", secret)),
            ceremonies: passkeys::Ceremonies::try_new(site_url)?,
        })
    }
}

/// The ways in of an account.
pub struct FactorsView {
    pub password: bool,
    pub totp_since: Option<Timestamp>,
    pub passkeys: Vec<passkeys::Key>,
    pub recovery_codes_left: i64,
    pub phone: Option<String>,
    pub devices: Vec<devices::TrustedDevice>,
    /// The staff were asked to take the second factors away.
    pub reset: Option<FactorReset>,
    /// A factor may be added or taken away without proving anything once more.
    pub confirmed: bool,
}

impl Identity {
    pub(crate) async fn factors(&self, actor: &Actor) -> Result<FactorsView, IdentityError> {
        let account = store::by_id(&self.db, account_of(actor)?).await?;
        self.factors_of(&account, actor.confirmed_within(CONFIRMED_S, self.clock.now())).await
    }

    pub(crate) async fn factors_of(&self, account: &Account, confirmed: bool) -> Result<FactorsView, IdentityError> {
        let (id, now) = (account.id, self.clock.now());
        let phone = self.phone_of(account).await?;
        let mut tx = self.db.begin().await?;
        let view = FactorsView {
            phone,
            password: account.password_hash.is_some(),
            totp_since: totp::created_at(&mut *tx, id).await?,
            passkeys: passkeys::list(&mut tx, id).await?,
            recovery_codes_left: codes::left(&mut tx, id).await?,
            devices: devices::list(&mut tx, id, now).await?,
            reset: resets::waiting_for(&mut *tx, id, now).await?,
            confirmed,
        };
        tx.commit().await?;
        Ok(view)
    }

    pub(crate) async fn security_events(&self, actor: &Actor) -> Result<Vec<SecurityEvent>, IdentityError> {
        store::events(&self.db, account_of(actor)?, EVENTS_MAX).await
    }
}

/// Whether the account has more than one factor to prove, or a passkey, which is two.
pub async fn has_second(db: &Db, account: AccountId) -> Result<bool, IdentityError> {
    Ok(sqlx::query_scalar!(
        "select exists (select from identity.totp where account = $1)
             or exists (select from identity.passkey where account = $1) as \"has!\"",
        account.uuid()
    )
    .fetch_one(db.pool())
    .await?)
}

/// The account of who asks, its person proven recently.
pub(crate) fn confirmed(actor: &Actor, now: Timestamp) -> Result<AccountId, IdentityError> {
    let id = account_of(actor)?;
    if actor.confirmed_within(CONFIRMED_S, now) { Ok(id) } else { Err(IdentityError::StepUp) }
}
