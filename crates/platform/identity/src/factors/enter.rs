//! Signing in by a passkey or a code by mail, and proving once more who one is.

use chrono::Duration;
use serde_json::{Value, json};
use svetu_kernel::{Actor, Strength, Subject, Timestamp};

use super::{CEREMONY_S, codes, codes::Taken, passkeys, ticket, totp};
use crate::{
    Identity, IdentityError,
    guesses::Guessed,
    jobs,
    letter::Letter,
    limits::Entrance,
    model::{Account, Email, Password},
    oauth,
    service::{Admission, Client, First, Knock, Second, SignedIn, leave, shown_network},
    sessions::{self, Proof},
    store, token,
};

const AUTHENTICATION: &str = "passkey authentication";
/// Where and what.
const WRONG_CODE: (&str, &str) = ("/code", "identity.code_wrong");

/// The browser keeps it and shows it with the code.
pub struct CodeAsked {
    pub request: String,
}

/// How somebody proves once more who they are.
pub enum StepUp {
    Password(String),
    Second(Second, String),
    /// A code that went to the address, asked for by this browser.
    Mail(String),
    Passkey {
        state: String,
        credential: Value,
    },
}

fn one_passkey() -> Proof {
    // RFC 8176: proof of possession, with the person verified by the authenticator.
    Proof { methods: vec!["pop", "user", "mfa"], strength: Strength::MultiFactor, whole: true }
}

impl Identity {
    /// Options for the browser, and the state that it gives back with its answer. For anybody: they name no account.
    pub(crate) fn begin_passkey_sign_in(&self) -> Result<(Value, String), IdentityError> {
        let now = self.clock.now();
        let (options, state) = self.factors.ceremonies.begin_authentication()?;
        let until = now + Duration::seconds(CEREMONY_S);
        Ok((options, ticket::write(&self.factors.seal, AUTHENTICATION, &state, until)?))
    }

    pub(crate) async fn sign_in_by_passkey(
        &self,
        client: &Client,
        actor: &Actor,
        state: &str,
        credential: Value,
        remember: bool,
    ) -> Result<SignedIn, IdentityError> {
        let now = self.clock.now();
        self.limits.enter(Entrance::Passkey, client.address, None, now)?;
        let mut tx = self.db.begin().await?;
        let account = self.prove_passkey(&mut tx, client, state, credential, now).await;
        let account = match account {
            Ok(account) => account,
            // What was written of the refusal stays.
            Err(refusal @ IdentityError::Invalid(_)) => {
                tx.commit().await?;
                return Err(refusal);
            }
            Err(error) => return Err(error),
        };
        leave(&mut tx, actor, now).await?;
        let session = self.begin_announced(&mut tx, &account, client, remember, &one_passkey(), now).await?;
        tx.commit().await?;
        Ok(SignedIn { session, account, trusted: None })
    }

    /// The account that the key proves. The same refusal whether the key is unknown, wrong, or used twice.
    async fn prove_passkey(
        &self,
        tx: &mut svetu_db::Tx<'_>,
        client: &Client,
        state: &str,
        credential: Value,
        now: Timestamp,
    ) -> Result<Account, IdentityError> {
        let refused = || IdentityError::field("/credential", "identity.passkey_refused");
        let authentication: passkeys::Authentication = ticket::read(&self.factors.seal, AUTHENTICATION, state, now)
            .ok_or_else(|| IdentityError::field("/state", "identity.ceremony_over"))?;
        let claim = self.factors.ceremonies.claim(credential)?;
        let until = now + Duration::seconds(CEREMONY_S);
        if !oauth::spend(&mut **tx, AUTHENTICATION, &authentication.name.to_string(), until).await? {
            return Err(IdentityError::field("/state", "identity.ceremony_over"));
        }
        let account = match store::lock(tx, claim.account).await {
            Ok(account) if account.verified => account,
            Ok(_) | Err(IdentityError::NoSuchAccount) => return Err(refused()),
            Err(error) => return Err(error),
        };
        let Some((id, passkey)) = passkeys::lock(tx, account.id, &claim.key).await? else { return Err(refused()) };
        match self.factors.ceremonies.prove(authentication, &claim, passkey)? {
            passkeys::Proven::Yes(passkey) => {
                passkeys::used(tx, id, &passkey, now).await?;
                Ok(account)
            }
            passkeys::Proven::No => Err(refused()),
            passkeys::Proven::Cloned => {
                let detail = json!({ "device": &client.device });
                store::note(tx, now, account.id, "visitor", "passkey_copied", detail).await?;
                jobs::order(tx, Some(account.id), Letter::PasskeyCopied, now).await?;
                Err(IdentityError::field("/credential", "identity.passkey_copied"))
            }
        }
    }

    /// The same answer and the same work for an address without an account.
    pub(crate) async fn request_code(&self, client: &Client, email: &str) -> Result<CodeAsked, IdentityError> {
        let email = Email::parse(email).ok_or_else(|| IdentityError::field("/email", "identity.email_invalid"))?;
        let now = self.clock.now();
        self.enter_as(Entrance::Code, client, &email.normal, now).await?;
        let known = store::by_email(&self.db, &self.people.blind(&email.normal)).await?;
        let (request, hash) = token::new();
        let mut tx = self.db.begin().await?;
        match known {
            // The letter that proves the address is what this one would prove.
            Some(waiting) if !waiting.verified => jobs::order(&mut tx, Some(waiting.id), Letter::Verify, now).await?,
            known => jobs::order_code(&mut tx, known.map(|account| account.id), hash, now).await?,
        }
        tx.commit().await?;
        Ok(CodeAsked { request })
    }

    pub(crate) async fn sign_in_by_code(
        &self,
        client: &Client,
        actor: &Actor,
        code: &str,
        remember: bool,
    ) -> Result<Admission, IdentityError> {
        let now = self.clock.now();
        self.limits.enter(Entrance::Link, client.address, None, now)?;
        self.may_guess(client.address.network(), now).await?;
        let mut tx = self.db.begin().await?;
        let mailed = self.take_mailed(&mut tx, client, code, now).await?;
        let texted = match mailed {
            Taken::Right(_) => Taken::Nothing,
            Taken::Wrong(_) | Taken::Nothing => self.take_text(&mut tx, client, code, now).await?,
        };
        let proven = mailed.right().map(|id| (id, First::Mail)).or(texted.right().map(|id| (id, First::Text)));
        let Some((id, first)) = proven else {
            // As many writes whether it was a guess at somebody's code or at nothing.
            let request = client.code_request.as_deref().unwrap_or_default();
            let guessed = mailed.wrong().or(texted.wrong());
            let guessed = guessed.map_or(Guessed::Nobody(request.as_bytes()), Guessed::Account);
            self.count_guess(&mut tx, guessed, now).await?;
            self.count_guess(&mut tx, Guessed::Network(client.address.network()), now).await?;
            tx.commit().await?;
            return Err(IdentityError::field("/code", "identity.code_wrong"));
        };
        if self.is_closed_to(&mut tx, id, &shown_network(client.address), now).await? {
            // One of so many guesses was bound to be right. The code is used up.
            tx.commit().await?;
            return Err(IdentityError::field("/code", "identity.code_wrong"));
        }
        let account = store::lock(&mut tx, id).await?;
        let admission = self.admit(&mut tx, Knock { actor, client, remember, now }, account, first).await?;
        tx.commit().await?;
        Ok(admission)
    }

    async fn take_mailed(
        &self,
        tx: &mut svetu_db::Tx<'_>,
        client: &Client,
        code: &str,
        now: Timestamp,
    ) -> Result<Taken, IdentityError> {
        match client.code_request.as_deref().filter(|request| token::plausible(request)) {
            Some(request) => codes::take_mailed(tx, &self.factors.codes, token::hash(request), code, now).await,
            None => Ok(Taken::Nothing),
        }
    }

    /// The session goes on under a new cookie, its person proven anew. With an authenticator on the account a password
    /// or a letter alone proves too little.
    pub(crate) async fn step_up(&self, client: &Client, actor: &Actor, how: StepUp) -> Result<SignedIn, IdentityError> {
        let Subject::Account { id, session: Some(session) } = actor.subject else {
            return Err(crate::service::required().into());
        };
        let now = self.clock.now();
        self.knock_factor(client, id, now).await?;
        let known = store::by_id(&self.db, id).await?;
        let password = match &how {
            StepUp::Password(typed) => {
                self.hasher.verify(&Password::typed(typed), known.password_hash.as_deref()).await?
            }
            StepUp::Second(..) | StepUp::Mail(_) | StepUp::Passkey { .. } => false,
        };
        let mut tx = self.db.begin().await?;
        let account = store::lock(&mut tx, id).await?;
        let two = totp::created_at(&mut *tx, id).await?.is_some();
        let (right, wrong, proof) = match how {
            StepUp::Password(_) | StepUp::Mail(_) if two => {
                return Err(IdentityError::field("/code", "identity.second_factor_needed"));
            }
            StepUp::Password(_) => {
                let right = password && account.password_hash == known.password_hash;
                (right, ("/password", "identity.wrong_password"), Proof::one("pwd"))
            }
            StepUp::Mail(code) => {
                let owner = self.take_mailed(&mut tx, client, &code, now).await?;
                (owner == Taken::Right(id), WRONG_CODE, Proof::one("otp"))
            }
            StepUp::Second(second, code) => {
                let right = self.take_second(&mut tx, id, second, &code, now).await?;
                let proof = Proof { methods: vec!["otp", "mfa"], strength: Strength::MultiFactor, whole: true };
                (right, WRONG_CODE, proof)
            }
            StepUp::Passkey { state, credential } => {
                match self.prove_passkey(&mut tx, client, &state, credential, now).await {
                    Ok(owner) => (owner.id == id, ("/credential", "identity.passkey_refused"), one_passkey()),
                    Err(refusal @ IdentityError::Invalid(_)) => {
                        tx.commit().await?;
                        return Err(refusal);
                    }
                    Err(error) => return Err(error),
                }
            }
        };
        if !right {
            self.note_wrong_factor(tx, id, client, now).await?;
            return Err(IdentityError::field(wrong.0, wrong.1));
        }
        self.limits.welcome(Entrance::Factor, client.address, &id.to_string());
        let session = sessions::confirm(&mut tx, session, &proof, now).await?;
        let session = session.ok_or_else(crate::service::required)?;
        store::note(&mut tx, now, id, &id.to_string(), "stepped_up", json!({ "methods": proof.methods })).await?;
        tx.commit().await?;
        Ok(SignedIn { session, account, trusted: None })
    }
}
