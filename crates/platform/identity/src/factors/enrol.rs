//! Adding and taking away what proves a person. Each act wants the person proven recently and is told by letter.

use chrono::Duration;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use svetu_db::Tx;
use svetu_kernel::{AccountId, Actor, FieldProblem, PasskeyId, Timestamp, TrustedDeviceId};

use super::{CEREMONY_S, codes, confirmed, devices, passkeys, ticket, totp};
use crate::{Identity, IdentityError, jobs, letter::Letter, service::account_of, store};

const TOTP: &str = "totp enrolment";
const REGISTRATION: &str = "passkey registration";

/// An authenticator that is being set up.
pub struct TotpOffer {
    /// In base32.
    pub secret: String,
    /// For the square code.
    pub uri: String,
    pub state: String,
}

#[derive(Serialize, Deserialize)]
struct Offered {
    account: AccountId,
    secret: String,
}

impl Identity {
    pub(crate) async fn begin_totp(&self, actor: &Actor) -> Result<TotpOffer, IdentityError> {
        let now = self.clock.now();
        let id = confirmed(actor, now)?;
        let account = store::by_id(&self.db, id).await?;
        let secret = totp::new_secret();
        let offered = Offered { account: id, secret: secret.clone() };
        let state = ticket::write(&self.factors.seal, TOTP, &offered, now + Duration::seconds(CEREMONY_S))?;
        Ok(TotpOffer { uri: totp::uri(&secret, &self.address_of(&account).await?), secret, state })
    }

    /// The first code proves that the authenticator has the secret. Answers new recovery codes.
    pub(crate) async fn confirm_totp(
        &self,
        actor: &Actor,
        state: &str,
        code: &str,
    ) -> Result<Vec<String>, IdentityError> {
        let now = self.clock.now();
        let id = confirmed(actor, now)?;
        let offered: Offered = ticket::read(&self.factors.seal, TOTP, state, now)
            .filter(|offered: &Offered| offered.account == id)
            .ok_or_else(|| IdentityError::field("/state", "identity.ceremony_over"))?;
        let step = totp::step(&offered.secret, code, now)
            .ok_or_else(|| IdentityError::field("/code", "identity.code_wrong"))?;
        let mut tx = self.db.begin().await?;
        store::lock(&mut tx, id).await?;
        totp::put(&mut tx, &self.factors.seal, id, &offered.secret, step, now).await?;
        devices::forget_all(&mut tx, id).await?;
        let codes = codes::renew(&mut tx, &self.factors.codes, id).await?;
        changed(&mut tx, id, "totp_added", json!({}), now).await?;
        tx.commit().await?;
        Ok(codes)
    }

    pub(crate) async fn remove_totp(&self, actor: &Actor) -> Result<(), IdentityError> {
        let now = self.clock.now();
        let id = confirmed(actor, now)?;
        let mut tx = self.db.begin().await?;
        store::lock(&mut tx, id).await?;
        if !totp::remove(&mut tx, id).await? {
            return Err(IdentityError::NoSuchFactor);
        }
        // They stand in for the authenticator: without it they open nothing.
        codes::drop_all(&mut tx, id).await?;
        devices::forget_all(&mut tx, id).await?;
        changed(&mut tx, id, "totp_removed", json!({}), now).await?;
        tx.commit().await?;
        Ok(())
    }

    pub(crate) async fn new_recovery_codes(&self, actor: &Actor) -> Result<Vec<String>, IdentityError> {
        let now = self.clock.now();
        let id = confirmed(actor, now)?;
        let mut tx = self.db.begin().await?;
        store::lock(&mut tx, id).await?;
        if totp::created_at(&mut *tx, id).await?.is_none() {
            return Err(IdentityError::NoSuchFactor);
        }
        let codes = codes::renew(&mut tx, &self.factors.codes, id).await?;
        changed(&mut tx, id, "recovery_codes_renewed", json!({}), now).await?;
        tx.commit().await?;
        Ok(codes)
    }

    /// Options for the browser, and the state that it gives back with its answer.
    pub(crate) async fn begin_passkey(&self, actor: &Actor) -> Result<(Value, String), IdentityError> {
        let now = self.clock.now();
        let id = confirmed(actor, now)?;
        let known = passkeys::credential_ids(&self.db, id).await?;
        if known.len() >= passkeys::PASSKEYS_MAX {
            return Err(too_many());
        }
        let account = store::by_id(&self.db, id).await?;
        let (options, registration) = self.factors.ceremonies.begin_registration(
            id,
            &self.address_of(&account).await?,
            &account.display_name,
            known,
        )?;
        let until = now + Duration::seconds(CEREMONY_S);
        Ok((options, ticket::write(&self.factors.seal, REGISTRATION, &registration, until)?))
    }

    pub(crate) async fn add_passkey(
        &self,
        actor: &Actor,
        state: &str,
        credential: Value,
        name: &str,
    ) -> Result<PasskeyId, IdentityError> {
        let now = self.clock.now();
        let id = confirmed(actor, now)?;
        let name = key_name(name)?;
        let registration = ticket::read(&self.factors.seal, REGISTRATION, state, now)
            .filter(|registration: &passkeys::Registration| registration.account == id)
            .ok_or_else(|| IdentityError::field("/state", "identity.ceremony_over"))?;
        let passkey = self.factors.ceremonies.finish_registration(&registration, credential)?;
        let mut tx = self.db.begin().await?;
        store::lock(&mut tx, id).await?;
        if passkeys::list(&mut tx, id).await?.len() >= passkeys::PASSKEYS_MAX {
            return Err(too_many());
        }
        let key = passkeys::insert(&mut tx, id, &name, &passkey, now).await?;
        let key = key.ok_or_else(|| IdentityError::field("/credential", "identity.passkey_refused"))?;
        changed(&mut tx, id, "passkey_added", json!({ "name": name }), now).await?;
        tx.commit().await?;
        Ok(PasskeyId::from_uuid(key))
    }

    pub(crate) async fn rename_passkey(&self, actor: &Actor, key: PasskeyId, name: &str) -> Result<(), IdentityError> {
        let (id, name) = (account_of(actor)?, key_name(name)?);
        let mut tx = self.db.begin().await?;
        if !passkeys::rename(&mut tx, id, key.uuid(), &name).await? {
            return Err(IdentityError::NoSuchFactor);
        }
        tx.commit().await?;
        Ok(())
    }

    pub(crate) async fn remove_passkey(&self, actor: &Actor, key: PasskeyId) -> Result<(), IdentityError> {
        let now = self.clock.now();
        let id = confirmed(actor, now)?;
        let mut tx = self.db.begin().await?;
        if !passkeys::remove(&mut tx, id, key.uuid()).await? {
            return Err(IdentityError::NoSuchFactor);
        }
        changed(&mut tx, id, "passkey_removed", json!({}), now).await?;
        tx.commit().await?;
        Ok(())
    }

    pub(crate) async fn forget_device(&self, actor: &Actor, device: TrustedDeviceId) -> Result<(), IdentityError> {
        let id = account_of(actor)?;
        let mut tx = self.db.begin().await?;
        if !devices::forget(&mut tx, id, device.uuid()).await? {
            return Err(IdentityError::NoSuchFactor);
        }
        store::note(&mut tx, self.clock.now(), id, &id.to_string(), "device_forgotten", json!({})).await?;
        tx.commit().await?;
        Ok(())
    }
}

/// In the log, and to the mailbox: a way in came or went.
pub async fn changed(
    tx: &mut Tx<'_>,
    id: AccountId,
    kind: &str,
    detail: Value,
    now: Timestamp,
) -> Result<(), IdentityError> {
    store::note(tx, now, id, &id.to_string(), kind, detail).await?;
    jobs::order(tx, Some(id), Letter::FactorsChanged, now).await
}

fn too_many() -> IdentityError {
    FieldProblem::new("/credential", "identity.passkeys_too_many").with("max", passkeys::PASSKEYS_MAX).into()
}

/// White space is made single; what cannot be seen is refused.
fn key_name(text: &str) -> Result<String, IdentityError> {
    let name = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let fault = if name.is_empty() {
        FieldProblem::new("/name", "field.missing")
    } else if name.chars().count() > passkeys::NAME_CHARS_MAX {
        FieldProblem::new("/name", "field.too_long").with("max", passkeys::NAME_CHARS_MAX)
    } else if name.chars().any(char::is_control) {
        FieldProblem::new("/name", "field.invalid")
    } else {
        return Ok(name);
    };
    Err(fault.into())
}
