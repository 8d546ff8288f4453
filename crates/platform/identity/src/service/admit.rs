//! From what was proven to a session: the one way in for every kind of sign-in.

use serde::{Deserialize, Serialize};
use svetu_db::Tx;
use svetu_kernel::{AccountId, Actor, Strength, Timestamp};

use super::{Client, Identity, SignedIn, leave};
use crate::{
    IdentityError,
    factors::{codes, devices, ticket, totp},
    guesses::Guessed,
    jobs,
    letter::Letter,
    limits::Entrance,
    model::Account,
    sessions::{self, Proof},
    store, token,
};

const PURPOSE: &str = "second factor";
/// Somebody looks for their telephone.
pub const PENDING_S: i64 = 600;

/// What was proven first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum First {
    Password,
    /// A code or a link that went to the account's address.
    Mail,
    /// A code that went to the account's telephone.
    Text,
    /// A linked account elsewhere.
    Upstream,
}

impl First {
    /// RFC 8176 §2, which has no name for another provider's word.
    pub const fn method(self) -> &'static str {
        match self {
            Self::Password => "pwd",
            Self::Mail => "otp",
            Self::Text => "sms",
            Self::Upstream => "fed",
        }
    }
}

/// What is asked after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Second {
    Totp,
    RecoveryCode,
}

/// Who knocks.
#[derive(Clone, Copy)]
pub struct Knock<'a> {
    /// Who they were so far.
    pub actor: &'a Actor,
    pub client: &'a Client,
    /// Stay signed in when the browser is closed.
    pub remember: bool,
    pub now: Timestamp,
}

/// Where a sign-in has got to.
pub enum Admission {
    In(Box<SignedIn>),
    /// The account asks for more. The ticket says what was proven; the browser keeps it.
    Second {
        ticket: String,
        recovery_codes: bool,
        passkeys: bool,
    },
}

#[derive(Serialize, Deserialize)]
struct Pending {
    account: AccountId,
    version: i64,
    first: First,
    remember: bool,
}

impl Identity {
    /// The account's row is locked. Whoever knocks leaves the session of before when they are in.
    pub(crate) async fn admit(
        &self,
        tx: &mut Tx<'_>,
        knock: Knock<'_>,
        account: Account,
        first: First,
    ) -> Result<Admission, IdentityError> {
        let Knock { actor, client, remember, now } = knock;
        let mut proof = Proof::one(first.method());
        if totp::created_at(&mut **tx, account.id).await?.is_some() {
            let trusted = match client.trusted.as_deref().filter(|token| token::plausible(token)) {
                Some(token) => devices::is_trusted(tx, account.id, token::hash(token), now).await?,
                None => false,
            };
            if !trusted {
                let pending = Pending { account: account.id, version: account.version, first, remember };
                let until = now + chrono::Duration::seconds(PENDING_S);
                return Ok(Admission::Second {
                    ticket: ticket::write(&self.factors.seal, PURPOSE, &pending, until)?,
                    recovery_codes: codes::left(tx, account.id).await? > 0,
                    passkeys: !crate::factors::passkeys::list(tx, account.id).await?.is_empty(),
                });
            }
            proof.whole = false;
        }
        leave(tx, actor, now).await?;
        // Who has just read a letter of ours needs no other.
        let session = match first {
            First::Password | First::Text | First::Upstream => {
                self.begin_announced(tx, &account, client, remember, &proof, now).await?
            }
            First::Mail => self.begin_session(tx, &account, client, remember, &proof, now).await?,
        };
        Ok(Admission::In(Box::new(SignedIn { session, account, trusted: None })))
    }

    /// The second factor of a sign-in that waits for it.
    pub(crate) async fn complete_factor(
        &self,
        client: &Client,
        actor: &Actor,
        second: Second,
        code: &str,
        trust_device: bool,
    ) -> Result<SignedIn, IdentityError> {
        let now = self.clock.now();
        let pending: Pending = client
            .pending
            .as_deref()
            .and_then(|text| ticket::read(&self.factors.seal, PURPOSE, text, now))
            .ok_or(IdentityError::SignInOver)?;
        self.knock_factor(client, pending.account, now).await?;
        let mut tx = self.db.begin().await?;
        let account = match store::lock(&mut tx, pending.account).await {
            Ok(account) if account.version == pending.version => account,
            Ok(_) | Err(IdentityError::NoSuchAccount) => return Err(IdentityError::SignInOver),
            Err(error) => return Err(error),
        };
        if !self.take_second(&mut tx, account.id, second, code, now).await? {
            self.note_wrong_factor(tx, account.id, client, now).await?;
            return Err(IdentityError::field("/code", "identity.code_wrong"));
        }
        self.limits.welcome(Entrance::Factor, client.address, &account.id.to_string());
        let trusted = match second {
            Second::Totp if trust_device => {
                let network = super::shown_network(client.address);
                Some(devices::trust(&mut tx, account.id, &client.device, &network, now).await?)
            }
            Second::Totp | Second::RecoveryCode => None,
        };
        leave(&mut tx, actor, now).await?;
        let proof =
            Proof { methods: vec![pending.first.method(), "otp", "mfa"], strength: Strength::MultiFactor, whole: true };
        let session = self.begin_announced(&mut tx, &account, client, pending.remember, &proof, now).await?;
        tx.commit().await?;
        Ok(SignedIn { session, account, trusted })
    }

    /// Counts a try at the account's factors before it is judged. What strangers do is not counted against who comes from where the
    /// account was entered from before: there each guess waits longer.
    pub(crate) async fn knock_factor(
        &self,
        client: &Client,
        account: AccountId,
        now: Timestamp,
    ) -> Result<(), IdentityError> {
        let key = account.to_string();
        self.limits.enter(Entrance::Factor, client.address, Some(&key), now)?;
        if sessions::was_entered_from(self.db.pool(), account, &super::shown_network(client.address)).await? {
            return Ok(());
        }
        self.limits.crowd(Entrance::Factor, &key, now)?;
        self.may_guess_factor(account, now).await
    }

    pub(crate) async fn take_second(
        &self,
        tx: &mut Tx<'_>,
        account: AccountId,
        second: Second,
        code: &str,
        now: Timestamp,
    ) -> Result<bool, IdentityError> {
        match second {
            Second::Totp => totp::take(tx, &self.factors.seal, account, code, now).await,
            Second::RecoveryCode => {
                let right = codes::take(tx, &self.factors.codes, account, code).await?;
                if right {
                    let left = codes::left(tx, account).await?;
                    let detail = serde_json::json!({ "left": left });
                    store::note(tx, now, account, &account.to_string(), "recovery_code_used", detail).await?;
                    jobs::order(tx, Some(account), Letter::FactorsChanged, now).await?;
                }
                Ok(right)
            }
        }
    }

    /// Says so in the log of the account.
    pub(crate) async fn note_wrong_factor(
        &self,
        mut tx: Tx<'_>,
        account: AccountId,
        client: &Client,
        now: Timestamp,
    ) -> Result<(), IdentityError> {
        let detail = serde_json::json!({ "device": &client.device, "network": super::shown_network(client.address) });
        store::note(&mut tx, now, account, "visitor", "factor_refused", detail).await?;
        if !sessions::was_entered_from(&mut *tx, account, &super::shown_network(client.address)).await? {
            self.count_guess(&mut tx, Guessed::Factor(account), now).await?;
        }
        if self.limits.is_guessed(&account.to_string(), now) {
            jobs::order(&mut tx, Some(account), Letter::FactorGuessed, now).await?;
        }
        tx.commit().await?;
        Ok(())
    }
}
