//! Use cases of accounts, sessions and roles.

mod admit;
mod staff;

use std::{
    ops::Deref,
    sync::{Arc, OnceLock},
};

pub use staff::{AuditEntry, Person, PersonSession};

use object_store::ObjectStore;
use serde_json::json;
use svetu_contracts::identity::{ACCOUNT_CHANGED, ACCOUNT_CREATED};
use svetu_contracts::personal::PersonalData;
use svetu_db::{Db, Tx, outbox};
use svetu_http::{ClientAddress, Worked};
use svetu_kernel::{
    AccountId, Actor, FieldProblem, Language, Problem, SessionId, SharedClock, Status, Strength, Subject, Timestamp,
};
use svetu_ports::{Mailer, SmsSender};

pub(crate) use admit::{Admission, First, Knock, PENDING_S, Second};

use crate::{
    IdentityDeps, IdentityError, api_keys,
    audit::Chain,
    factors::{CONFIRMED_S, Factors, devices, totp},
    jobs,
    letter::Letter,
    limits::{Entrance, Limits},
    model::{Account, DisplayName, Email, Password, Session, account_roles},
    oauth::OAuth,
    password::Hasher,
    people::People,
    phone::PhoneConfig,
    privacy,
    sessions::{self, NewSession, Proof},
    store, support, token,
    upstream::Upstreams,
};

/// The service. Cheap to clone: every request does.
#[derive(Clone)]
pub struct Identity(Arc<Parts>);

pub struct Parts {
    pub(crate) db: Db,
    pub(crate) clock: SharedClock,
    pub(crate) mailer: Arc<dyn Mailer>,
    pub(crate) site_url: Arc<str>,
    pub(crate) secure: bool,
    pub(crate) oauth: OAuth,
    pub(crate) factors: Factors,
    pub(crate) audit: Chain,
    pub(crate) people: People,
    pub(crate) objects: Arc<dyn ObjectStore>,
    /// Of every service, once all are made.
    pub(crate) personal: OnceLock<Vec<Arc<dyn PersonalData>>>,
    pub(crate) hasher: Hasher,
    pub(crate) limits: Limits,
    pub(crate) upstreams: Upstreams,
    pub(crate) sms: Arc<dyn SmsSender>,
    pub(crate) phones: PhoneConfig,
}

impl Deref for Identity {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

/// From where somebody knocks.
#[derive(Debug, Clone)]
pub(crate) struct Client {
    pub address: ClientAddress,
    pub device: String,
    /// What its cookies hold: a device that is remembered, a sign-in that waits for its second factor, a code asked for.
    pub trusted: Option<String>,
    pub pending: Option<String>,
    pub code_request: Option<String>,
    /// This try was paid for with work: crowds are not counted against it.
    pub worked: bool,
}

pub(crate) struct SignUp {
    pub email: String,
    /// None: a passkey is made once the address is proven.
    pub password: Option<String>,
    pub display_name: String,
    pub language: Language,
    pub accept_terms: bool,
}

pub(crate) struct SignedIn {
    pub session: NewSession,
    pub account: Account,
    /// For the cookie of a device that is remembered from now on.
    pub trusted: Option<String>,
}

#[derive(Default)]
pub(crate) struct Changes {
    pub display_name: Option<String>,
    pub language: Option<Language>,
    pub theme: Option<String>,
}

impl Identity {
    /// # Errors
    /// When the cost of hashing is out of Argon2's bounds, or a provider is described in a way that cannot be.
    pub fn try_new(deps: IdentityDeps) -> Result<Self, IdentityError> {
        let IdentityDeps { db, clock, mailer, site_url, secure, hash_cost, oauth_secret, api_scopes, .. } = deps;
        let IdentityDeps { people, objects, upstreams, sms, phones, .. } = deps;
        let hasher = Hasher::try_new(hash_cost)?;
        let site_url: Arc<str> = site_url.into();
        let factors = Factors::try_new(&site_url, &oauth_secret)?;
        let oauth = OAuth::try_new(Arc::clone(&site_url), &oauth_secret, api_scopes)?;
        let audit = Chain::new(&blake3::derive_key("svetu identity audit v1", &oauth_secret));
        let upstreams = Upstreams::try_new(upstreams, &site_url)?;
        Ok(Self(Arc::new(Parts {
            db,
            clock,
            mailer,
            site_url,
            secure,
            oauth,
            factors,
            audit,
            people,
            objects,
            personal: OnceLock::new(),
            hasher,
            limits: Limits::new(&phones),
            upstreams,
            sms,
            phones,
        })))
    }

    /// The same answer and the same work whether the address is new, waiting or taken: only its owner's mailbox tells.
    pub(crate) async fn sign_up(&self, client: &Client, form: SignUp) -> Result<(), IdentityError> {
        let email = Email::parse(&form.email).ok_or_else(|| FieldProblem::new("/email", "identity.email_invalid"));
        let name = DisplayName::parse(&form.display_name, "/display_name");
        let password = form.password.map(|typed| Password::parse(&typed, "/password")).transpose();
        let terms = form.accept_terms.then_some(()).ok_or_else(|| FieldProblem::new("/accept_terms", "identity.terms"));
        let (email, name, password) = match (email, name, password, terms) {
            (Ok(email), Ok(name), Ok(password), Ok(())) => {
                if let Some(password) = &password {
                    password.is_not_of(&email.address, &name.0, "/password")?;
                }
                (email, name, password)
            }
            (email, name, password, terms) => {
                let faults = [email.err(), name.err(), password.err(), terms.err()];
                return Err(IdentityError::Invalid(faults.into_iter().flatten().collect()));
            }
        };
        let now = self.clock.now();
        self.enter_as(Entrance::SignUp, client, &email.normal, now).await?;
        let blind = self.people.blind(&email.normal);
        let known = store::by_email(&self.db, &blind).await?;
        let earlier = known.filter(|account| !account.verified).and_then(|account| account.password_hash);
        let password_hash = match password {
            Some(password) => Some(self.hasher.hash_beside(&password, earlier.as_deref()).await?),
            None => None,
        };

        let mut tx = self.db.begin().await?;
        let (id, letter) = match store::lock_by_email(&mut tx, &blind).await? {
            Some(known) if known.verified => (known.id, Letter::AlreadyHere),
            Some(waiting) => {
                // Two passwords for one unproven address: one may be a stranger's, who waits for the owner to follow a
                // letter. Neither counts; who proves the address sets one by recovery.
                let agreed = waiting.password_hash.filter(|before| Some(before) == password_hash.as_ref());
                store::drop_links(&mut tx, waiting.id, "verify").await?;
                store::sign_up_again(&mut tx, waiting.id, &name, form.language, agreed.as_deref(), now).await?;
                privacy::note_consent(&mut tx, waiting.id, "terms", privacy::TERMS_VERSION, true, now).await?;
                (waiting.id, Letter::Verify)
            }
            None => {
                let id = AccountId::new(now);
                let account = Account {
                    id,
                    email: self.people.new_address(&mut tx, id, &email.address, now).await?,
                    display_name: name.0,
                    language: form.language,
                    theme: None,
                    verified: false,
                    roles: account_roles([]),
                    password_hash,
                    created_at: now,
                    version: 0,
                };
                match store::insert(&mut tx, &account, &blind, Some(now)).await {
                    Ok(true) => {
                        privacy::note_consent(&mut tx, id, "terms", privacy::TERMS_VERSION, true, now).await?;
                    }
                    Ok(false) => {}
                    // Somebody signs up with this address at the same moment: theirs is the letter.
                    Err(IdentityError::Db(error)) if error.is_unique("email_blind_key") => return Ok(()),
                    Err(error) => return Err(error),
                }
                (account.id, Letter::Verify)
            }
        };
        jobs::order(&mut tx, Some(id), letter, now).await?;
        tx.commit().await?;
        Ok(())
    }

    pub(crate) async fn verify_email(
        &self,
        client: &Client,
        actor: &Actor,
        token: &str,
    ) -> Result<SignedIn, IdentityError> {
        let now = self.clock.now();
        self.limits.enter(Entrance::Link, client.address, None, now)?;
        let mut tx = self.db.begin().await?;
        let id = take_link(&mut tx, "verify", token, now).await?;
        let mut account = store::lock(&mut tx, id).await?;
        activate(&mut tx, &mut account, now).await?;
        leave(&mut tx, actor, now).await?;
        let session = self.begin_session(&mut tx, &account, client, true, &Proof::one("otp"), now).await?;
        tx.commit().await?;
        tracing::info!(account.id = %id, "account {id} is verified");
        Ok(SignedIn { session, account, trusted: None })
    }

    pub(crate) async fn sign_in(
        &self,
        client: &Client,
        actor: &Actor,
        email: &str,
        password: &str,
        remember: bool,
    ) -> Result<Admission, IdentityError> {
        let now = self.clock.now();
        // What is no address is nobody's: it takes the same way.
        let normal = Email::parse(email).map_or_else(|| "?".to_owned(), |email| email.normal);
        self.enter_as(Entrance::SignIn, client, &normal, now).await?;
        let known = store::by_email(&self.db, &self.people.blind(&normal)).await?;
        let typed = Password::typed(password);
        let hash = known.as_ref().and_then(|account| account.password_hash.clone());
        let right = self.hasher.verify(&typed, hash.as_deref()).await?;
        let (Some(known), Some(mut hash), true) = (known, hash, right) else {
            return self.refuse(None, now).await;
        };
        self.limits.welcome(Entrance::SignIn, client.address, &normal);
        if !known.verified {
            let may_write = self.limits.crowd(Entrance::SignUp, &normal, now).is_ok();
            return self.refuse(may_write.then_some(known.id), now).await;
        }
        if self.hasher.is_outdated(&hash) {
            let better = self.hasher.hash(&typed).await?;
            store::rehash(&self.db, known.id, &hash, &better).await?;
            hash = better;
        }
        let mut tx = self.db.begin().await?;
        let account = store::lock(&mut tx, known.id).await?;
        // Changed while it was checked: the password of before opens nothing. (A better hash alone is no new version.)
        if account.version != known.version && account.password_hash.as_ref() != Some(&hash) {
            return Err(IdentityError::WrongCredentials);
        }
        let admission = self.admit(&mut tx, Knock { actor, client, remember, now }, account, First::Password).await?;
        tx.commit().await?;
        Ok(admission)
    }

    /// The same answer and the same work, whether a letter goes or there is nobody to write to.
    async fn refuse(&self, letter_to: Option<AccountId>, now: Timestamp) -> Result<Admission, IdentityError> {
        let mut tx = self.db.begin().await?;
        jobs::order(&mut tx, letter_to, Letter::Verify, now).await?;
        tx.commit().await?;
        Err(IdentityError::WrongCredentials)
    }

    pub(crate) async fn sign_out(&self, actor: &Actor) -> Result<(), IdentityError> {
        if let Some((id, session)) = support::session_of(actor) {
            let mut tx = self.db.begin().await?;
            let now = self.clock.now();
            if sessions::end(&mut tx, id, session, now).await? {
                store::note(&mut tx, now, id, &actor.name(), "signed_out", json!({})).await?;
            }
            tx.commit().await?;
        }
        Ok(())
    }

    /// The same answer and the same work for an address without an account.
    pub(crate) async fn request_recovery(&self, client: &Client, email: &str) -> Result<(), IdentityError> {
        let email = Email::parse(email).ok_or_else(|| IdentityError::field("/email", "identity.email_invalid"))?;
        let now = self.clock.now();
        self.enter_as(Entrance::Recovery, client, &email.normal, now).await?;
        let known = store::by_email(&self.db, &self.people.blind(&email.normal)).await?;
        let mut tx = self.db.begin().await?;
        jobs::order(&mut tx, known.map(|account| account.id), Letter::Recover, now).await?;
        tx.commit().await?;
        Ok(())
    }

    /// A new password by the letter's link; ends all other sessions and proves the address. An account without a password
    /// may stay without one: its person makes a new passkey then.
    pub(crate) async fn complete_recovery(
        &self,
        client: &Client,
        actor: &Actor,
        token: &str,
        password: Option<&str>,
    ) -> Result<Admission, IdentityError> {
        let now = self.clock.now();
        self.limits.enter(Entrance::Link, client.address, None, now)?;
        let password = password.map(|typed| Password::parse(typed, "/password")).transpose()?;
        let hash = match &password {
            Some(password) => Some(self.hasher.hash(password).await?),
            None => None,
        };
        let mut tx = self.db.begin().await?;
        let id = take_link(&mut tx, "recover", token, now).await?;
        let mut account = store::lock(&mut tx, id).await?;
        if let Some(password) = &password {
            password.is_not_of(&self.address_of(&account).await?, &account.display_name, "/password")?;
        }
        if hash.is_none() && account.password_hash.is_some() {
            return Err(IdentityError::field("/password", "field.missing"));
        }
        let kind = if hash.is_some() { "password_recovered" } else { "account_recovered" };
        account.password_hash = hash;
        if account.verified {
            store::save(&mut tx, &mut account, now).await?;
        } else {
            activate(&mut tx, &mut account, now).await?;
        }
        sessions::end_all(&mut tx, id, None, now).await?;
        devices::forget_all(&mut tx, id).await?;
        // Whoever had the password may have made keys as well.
        api_keys::revoke(&mut tx, id, None, now).await?;
        store::note(&mut tx, now, id, &id.to_string(), kind, json!({})).await?;
        jobs::order(&mut tx, Some(id), Letter::PasswordChanged, now).await?;
        let admission = self.admit(&mut tx, Knock { actor, client, remember: true, now }, account, First::Mail).await?;
        tx.commit().await?;
        Ok(admission)
    }

    /// Where to write to the account's person.
    pub(crate) async fn address_of(&self, account: &Account) -> Result<String, IdentityError> {
        self.people.address(account.id, &account.email).await
    }

    pub(crate) async fn me(&self, actor: &Actor) -> Result<Account, IdentityError> {
        store::by_id(&self.db, account_of(actor)?).await
    }

    pub(crate) async fn update_me(&self, actor: &Actor, changes: Changes) -> Result<Account, IdentityError> {
        let mut faults = Vec::new();
        let name = changes.display_name.map(|name| DisplayName::parse(&name, "/display_name")).transpose();
        let name = name.unwrap_or_else(|fault| {
            faults.push(fault);
            None
        });
        let known = |theme: &String| matches!(theme.as_str(), "light" | "dark" | "system");
        if changes.theme.as_ref().is_some_and(|theme| !known(theme)) {
            faults.push(FieldProblem::new("/theme", "field.invalid"));
        }
        if !faults.is_empty() {
            return Err(IdentityError::Invalid(faults));
        }
        let now = self.clock.now();
        let mut tx = self.db.begin().await?;
        let mut account = store::lock(&mut tx, account_of(actor)?).await?;
        let before = account.clone();
        if let Some(name) = name {
            account.display_name = name.0;
        }
        account.language = changes.language.unwrap_or(account.language);
        account.theme = changes.theme.or(account.theme);
        if account == before {
            return Ok(account);
        }
        store::save(&mut tx, &mut account, now).await?;
        publish(&mut tx, ACCOUNT_CHANGED, &account, now).await?;
        tx.commit().await?;
        Ok(account)
    }

    /// Ends all sessions and begins a new one for who asks. Who has no password yet has to have proven themselves recently.
    pub(crate) async fn change_password(
        &self,
        actor: &Actor,
        client: &Client,
        current: Option<&str>,
        new: &str,
    ) -> Result<SignedIn, IdentityError> {
        let Subject::Account { id, session: before } = actor.subject else { return Err(required().into()) };
        let now = self.clock.now();
        let key = id.to_string();
        self.limits.enter(Entrance::Password, client.address, Some(&key), now)?;
        let new = Password::parse(new, "/new")?;
        let known = store::by_id(&self.db, id).await?;
        new.is_not_of(&self.address_of(&known).await?, &known.display_name, "/new")?;
        // Where there is more than a password, it takes more than a password.
        let proves_more = known.password_hash.is_none() || totp::created_at(self.db.pool(), id).await?.is_some();
        if proves_more && !actor.confirmed_within(CONFIRMED_S, now) {
            return Err(IdentityError::StepUp);
        }
        let typed = Password::typed(current.unwrap_or_default());
        if known.password_hash.is_some() && !self.hasher.verify(&typed, known.password_hash.as_deref()).await? {
            return Err(IdentityError::field("/current", "identity.wrong_password"));
        }
        self.limits.welcome(Entrance::Password, client.address, &key);
        let hash = self.hasher.hash(&new).await?;
        let mut tx = self.db.begin().await?;
        let mut account = store::lock(&mut tx, id).await?;
        if account.version != known.version && account.password_hash != known.password_hash {
            return Err(IdentityError::field("/current", "identity.wrong_password"));
        }
        let remember = match before {
            Some(before) => sessions::is_remembered(&mut tx, before).await?,
            None => false,
        };
        account.password_hash = Some(hash);
        store::save(&mut tx, &mut account, now).await?;
        let strength = actor.strength;
        let methods = if strength == Strength::MultiFactor { vec!["pwd", "mfa"] } else { vec!["pwd"] };
        let proof = Proof { methods, strength, whole: actor.confirmed_within(CONFIRMED_S, now) };
        sessions::end_all(&mut tx, id, None, now).await?;
        devices::forget_all(&mut tx, id).await?;
        // Whoever had the old one may have made some.
        api_keys::revoke(&mut tx, id, None, now).await?;
        store::note(&mut tx, now, id, &id.to_string(), "password_changed", json!({})).await?;
        jobs::order(&mut tx, Some(id), Letter::PasswordChanged, now).await?;
        let session = self.begin_session(&mut tx, &account, client, remember, &proof, now).await?;
        tx.commit().await?;
        Ok(SignedIn { session, account, trusted: None })
    }

    pub(crate) async fn list_sessions(&self, actor: &Actor) -> Result<Vec<Session>, IdentityError> {
        sessions::living(&self.db, account_of(actor)?, self.clock.now()).await
    }

    pub(crate) async fn end_session(&self, actor: &Actor, session: SessionId) -> Result<(), IdentityError> {
        let (id, now) = (account_of(actor)?, self.clock.now());
        let mut tx = self.db.begin().await?;
        if !sessions::end(&mut tx, id, session, now).await? {
            return Err(IdentityError::NoSuchSession);
        }
        store::note(&mut tx, now, id, &id.to_string(), "session_ended", json!({ "session": session })).await?;
        tx.commit().await?;
        Ok(())
    }

    pub(crate) async fn end_other_sessions(&self, actor: &Actor) -> Result<(), IdentityError> {
        let Subject::Account { id, session } = actor.subject else { return Err(required().into()) };
        let mut tx = self.db.begin().await?;
        let now = self.clock.now();
        let count = sessions::end_all(&mut tx, id, session, now).await?;
        if count > 0 {
            store::note(&mut tx, now, id, &id.to_string(), "sessions_ended", json!({ "count": count })).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    pub(crate) async fn enter_as(
        &self,
        entrance: Entrance,
        client: &Client,
        normal: &str,
        now: Timestamp,
    ) -> Result<(), IdentityError> {
        let offer = |problem: Problem| problem.with(Worked::CHALLENGE, true);
        if !client.worked {
            self.limits.network(entrance, client.address, now).map_err(offer)?;
        }
        self.limits.account(entrance, client.address, normal, now)?;
        if let Err(refused) = self.limits.crowd(entrance, normal, now)
            && !sessions::is_known_network(&self.db, &self.people.blind(normal), &shown_network(client.address)).await?
        {
            // Letters to one address are few, whoever pays.
            return match entrance {
                Entrance::SignIn if client.worked => Ok(()),
                Entrance::SignIn => Err(offer(refused).into()),
                Entrance::SignUp
                | Entrance::Recovery
                | Entrance::Link
                | Entrance::Password
                | Entrance::Factor
                | Entrance::Code
                | Entrance::Invitation
                | Entrance::Passkey
                | Entrance::Text
                | Entrance::Upstream => Err(refused.into()),
            };
        }
        Ok(())
    }

    /// As [`Identity::begin_session`]; a device and network that the account was never seen at is told of.
    pub(crate) async fn begin_announced(
        &self,
        tx: &mut Tx<'_>,
        account: &Account,
        client: &Client,
        remember: bool,
        proof: &Proof,
        now: Timestamp,
    ) -> Result<NewSession, IdentityError> {
        let network = shown_network(client.address);
        let unfamiliar = sessions::is_unfamiliar(tx, account.id, &client.device, &network).await?;
        let session = self.begin_session(tx, account, client, remember, proof, now).await?;
        if unfamiliar {
            let detail = json!({ "device": &client.device, "network": network });
            store::note(tx, now, account.id, &account.id.to_string(), "new_device", detail).await?;
            jobs::order_about(tx, account.id, Letter::NewDevice, session.id, now).await?;
        }
        Ok(session)
    }

    pub(crate) async fn begin_session(
        &self,
        tx: &mut Tx<'_>,
        account: &Account,
        client: &Client,
        remember: bool,
        proof: &Proof,
        now: Timestamp,
    ) -> Result<NewSession, IdentityError> {
        let network = shown_network(client.address);
        let session = sessions::create(tx, account.id, &client.device, &network, remember, proof, now).await?;
        let detail = json!({ "device": &client.device, "network": network, "methods": &proof.methods });
        store::note(tx, now, account.id, &account.id.to_string(), "signed_in", detail).await?;
        Ok(session)
    }
}

async fn take_link(tx: &mut Tx<'_>, purpose: &str, token: &str, now: Timestamp) -> Result<AccountId, IdentityError> {
    if !token::plausible(token) {
        return Err(IdentityError::LinkInvalid);
    }
    store::take_link(tx, purpose, token::hash(token), now).await
}

/// The session of before, whoever's it was, does not live on beside the new one.
pub(crate) async fn leave(tx: &mut Tx<'_>, actor: &Actor, now: Timestamp) -> Result<(), IdentityError> {
    if let Some((id, before)) = support::session_of(actor) {
        sessions::end(tx, id, before, now).await?;
    }
    Ok(())
}

/// The address is proven: from here on others may know of the account.
pub(crate) async fn activate(tx: &mut Tx<'_>, account: &mut Account, now: Timestamp) -> Result<(), IdentityError> {
    if account.verified {
        return Ok(());
    }
    account.verified = true;
    store::save(tx, account, now).await?;
    store::note(tx, now, account.id, &account.id.to_string(), "account_verified", json!({})).await?;
    publish(tx, ACCOUNT_CREATED, account, now).await
}

async fn publish(tx: &mut Tx<'_>, kind: &str, account: &Account, now: Timestamp) -> Result<(), IdentityError> {
    let event = outbox::event(now, kind, "identity", account.id.to_string(), &account.event())?;
    outbox::publish(tx, &event).await?;
    Ok(())
}

pub(crate) fn account_of(actor: &Actor) -> Result<AccountId, Problem> {
    actor.account_id().ok_or_else(required)
}

pub(crate) fn required() -> Problem {
    Problem::new(Status::Unauthorized, "auth.required")
}

/// The first 24 bits of an IPv4 address, the first 48 of an IPv6 one: enough to recognise, too little to find.
pub(crate) fn shown_network(address: ClientAddress) -> String {
    match address.0.to_canonical() {
        std::net::IpAddr::V4(address) => {
            let [a, b, c, _] = address.octets();
            format!("{a}.{b}.{c}.0/24")
        }
        std::net::IpAddr::V6(address) => {
            let [a, b, c, ..] = address.segments();
            format!("{}/48", std::net::Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0))
        }
    }
}
