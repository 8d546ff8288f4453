//! Passkeys (WebAuthn Level 3): the ceremonies, and the keys in SQL.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use svetu_db::{Db, Tx};
use svetu_kernel::{AccountId, Timestamp};
use url::Url;
use uuid::Uuid;
use webauthn_rs::{
    Webauthn, WebauthnBuilder,
    prelude::{
        CredentialID, DiscoverableAuthentication, DiscoverableKey, Passkey, PasskeyRegistration, PublicKeyCredential,
        RegisterPublicKeyCredential, WebauthnError,
    },
};

use crate::IdentityError;

pub const PASSKEYS_MAX: usize = 20;
pub const NAME_CHARS_MAX: usize = 60;

/// A key as its owner sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    pub id: Uuid,
    pub name: String,
    pub created_at: Timestamp,
    pub last_used_at: Option<Timestamp>,
}

/// What the server keeps of a registration until the browser answers.
#[derive(Serialize, Deserialize)]
pub struct Registration {
    pub account: AccountId,
    state: PasskeyRegistration,
}

/// What the server keeps of an authentication until the browser answers.
#[derive(Serialize, Deserialize)]
pub struct Authentication {
    /// Told apart from all others: each is good for one answer.
    pub name: Uuid,
    state: DiscoverableAuthentication,
}

/// The ceremonies at this site. Browsers know no passkeys for hosts that are bare addresses: then there are none.
pub struct Ceremonies(Option<Webauthn>);

impl Ceremonies {
    /// # Errors
    /// When the site's address is none.
    pub fn try_new(site_url: &str) -> Result<Self, IdentityError> {
        let config = |error: String| IdentityError::Key(error);
        let origin = Url::parse(site_url).map_err(|error| config(error.to_string()))?;
        let Some(host) = origin.domain() else { return Ok(Self(None)) };
        let webauthn = WebauthnBuilder::new(host, &origin)
            .and_then(|builder| builder.rp_name("Sve Tu").build())
            .map_err(|error| config(error.to_string()))?;
        Ok(Self(Some(webauthn)))
    }

    fn get(&self) -> Result<&Webauthn, IdentityError> {
        self.0.as_ref().ok_or(IdentityError::NoPasskeysHere)
    }

    /// Options for `navigator.credentials.create`, and what to keep until it answers.
    pub fn begin_registration(
        &self,
        account: AccountId,
        address: &str,
        display_name: &str,
        known: Vec<CredentialID>,
    ) -> Result<(Value, Registration), IdentityError> {
        let started = self.get()?.start_passkey_registration(account.uuid(), address, display_name, Some(known));
        let (options, state) = started.map_err(ceremony)?;
        let mut options = to_value(&options)?;
        // The key is to be found without an address being typed: discoverable (§5.4.6).
        let selection = &mut options["publicKey"]["authenticatorSelection"];
        selection["residentKey"] = "required".into();
        selection["requireResidentKey"] = true.into();
        Ok((options, Registration { account, state }))
    }

    /// The key that the browser made.
    pub fn finish_registration(
        &self,
        registration: &Registration,
        credential: Value,
    ) -> Result<Passkey, IdentityError> {
        let answer: RegisterPublicKeyCredential = from_value(credential)?;
        self.get()?.finish_passkey_registration(&answer, &registration.state).map_err(|_| refused())
    }

    /// Options for `navigator.credentials.get` of nobody in particular, and what to keep until it answers.
    pub fn begin_authentication(&self) -> Result<(Value, Authentication), IdentityError> {
        let (options, state) = self.get()?.start_discoverable_authentication().map_err(ceremony)?;
        Ok((to_value(&options)?, Authentication { name: Uuid::new_v4(), state }))
    }

    /// Whose key it says that it is, not yet proven, and the key's name.
    pub fn claim(&self, credential: Value) -> Result<Claim, IdentityError> {
        let answer: PublicKeyCredential = from_value(credential)?;
        let (account, key) = self.get()?.identify_discoverable_authentication(&answer).map_err(|_| refused())?;
        Ok(Claim { account: AccountId::from_uuid(account), key: key.to_vec(), answer })
    }

    /// Proves the claim; the key's counter and flags as they are now.
    pub fn prove(
        &self,
        authentication: Authentication,
        claim: &Claim,
        mut passkey: Passkey,
    ) -> Result<Proven, IdentityError> {
        let key = DiscoverableKey::from(&passkey);
        match self.get()?.finish_discoverable_authentication_v2(&claim.answer, authentication.state, &key) {
            Ok(result) => {
                passkey.update_credential(&result);
                Ok(Proven::Yes(Box::new(passkey)))
            }
            Err(WebauthnError::CredentialPossibleCompromise) => Ok(Proven::Cloned),
            Err(_) => Ok(Proven::No),
        }
    }
}

pub struct Claim {
    pub account: AccountId,
    pub key: Vec<u8>,
    answer: PublicKeyCredential,
}

pub enum Proven {
    Yes(Box<Passkey>),
    No,
    /// The counter went back: there are two of this key (§6.1.1).
    Cloned,
}

fn ceremony(error: WebauthnError) -> IdentityError {
    IdentityError::Key(error.to_string())
}

fn refused() -> IdentityError {
    IdentityError::field("/credential", "identity.passkey_refused")
}

fn to_value<T: Serialize>(value: &T) -> Result<Value, IdentityError> {
    serde_json::to_value(value).map_err(|error| IdentityError::Key(error.to_string()))
}

fn from_value<T: serde::de::DeserializeOwned>(value: Value) -> Result<T, IdentityError> {
    serde_json::from_value(value).map_err(|_| IdentityError::field("/credential", "field.invalid"))
}

pub async fn list(tx: &mut Tx<'_>, account: AccountId) -> Result<Vec<Key>, IdentityError> {
    Ok(sqlx::query_as!(
        Key,
        "select id, name, created_at, last_used_at from identity.passkey where account = $1 order by created_at limit $2",
        account.uuid(),
        PASSKEYS_MAX as i64
    )
    .fetch_all(&mut **tx)
    .await?)
}

/// The names of the account's keys: an authenticator makes no second one.
pub async fn credential_ids(db: &Db, account: AccountId) -> Result<Vec<CredentialID>, IdentityError> {
    let ids = sqlx::query_scalar!("select credential_id from identity.passkey where account = $1", account.uuid())
        .fetch_all(db.pool())
        .await?;
    Ok(ids)
}

/// False when the key is known already, here or at another account.
pub async fn insert(
    tx: &mut Tx<'_>,
    account: AccountId,
    name: &str,
    passkey: &Passkey,
    now: Timestamp,
) -> Result<Option<Uuid>, IdentityError> {
    Ok(sqlx::query_scalar!(
        "insert into identity.passkey (id, account, credential_id, name, credential, created_at)
         values ($1, $2, $3, $4, $5, $6) on conflict (credential_id) do nothing returning id",
        svetu_kernel::new_uuid(now),
        account.uuid(),
        passkey.cred_id().as_slice(),
        name,
        to_value(passkey)?,
        now
    )
    .fetch_optional(&mut **tx)
    .await?)
}

/// The account's key of this name, its row locked until the transaction ends.
pub async fn lock(
    tx: &mut Tx<'_>,
    account: AccountId,
    credential_id: &[u8],
) -> Result<Option<(Uuid, Passkey)>, IdentityError> {
    let row = sqlx::query!(
        "select id, credential from identity.passkey where credential_id = $1 and account = $2 for update",
        credential_id,
        account.uuid()
    )
    .fetch_optional(&mut **tx)
    .await?;
    row.map(|row| {
        let passkey = serde_json::from_value(row.credential).map_err(|error| IdentityError::Key(error.to_string()))?;
        Ok((row.id, passkey))
    })
    .transpose()
}

pub async fn used(tx: &mut Tx<'_>, id: Uuid, passkey: &Passkey, now: Timestamp) -> Result<(), IdentityError> {
    sqlx::query!(
        "update identity.passkey set credential = $2, last_used_at = $3 where id = $1",
        id,
        to_value(passkey)?,
        now
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

pub async fn rename(tx: &mut Tx<'_>, account: AccountId, id: Uuid, name: &str) -> Result<bool, IdentityError> {
    let done =
        sqlx::query!("update identity.passkey set name = $3 where account = $1 and id = $2", account.uuid(), id, name)
            .execute(&mut **tx)
            .await?;
    Ok(done.rows_affected() == 1)
}

pub async fn remove_all(tx: &mut Tx<'_>, account: AccountId) -> Result<(), IdentityError> {
    sqlx::query!("delete from identity.passkey where account = $1", account.uuid()).execute(&mut **tx).await?;
    Ok(())
}

pub async fn remove(tx: &mut Tx<'_>, account: AccountId, id: Uuid) -> Result<bool, IdentityError> {
    let gone = sqlx::query!("delete from identity.passkey where account = $1 and id = $2", account.uuid(), id)
        .execute(&mut **tx)
        .await?;
    Ok(gone.rows_affected() == 1)
}
