//! What becomes of whom a provider named: a new account, or a login of one that there is. Both are the person's own press of a button.

use chrono::Duration;
use serde::{Deserialize, Serialize};
use serde_json::json;
use svetu_db::Tx;
use svetu_kernel::{AccountId, Actor, FieldProblem, Language, Timestamp};
use uuid::Uuid;

use super::{
    provider::Stranger,
    store::{self, Linked},
};
use crate::{
    Identity, IdentityError,
    factors::{changed, confirmed, ticket},
    jobs,
    letter::Letter,
    model::{Account, DisplayName, Email, account_roles},
    oauth, privacy,
    service::{Client, First, SignedIn, account_of, activate, leave},
    sessions::Proof,
    store as accounts,
};

const WAITING: &str = "upstream waiting";
/// Somebody signs in by another way first, or chooses a name.
pub const WAITING_S: i64 = 900;
const SEALED: &str = "identity.upstream_login.sealed";

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Next {
    /// The provider does not vouch for the address: a code that went there comes first.
    Confirm,
    /// Nobody has this address.
    SignUp,
    /// This account may take it, once its person has signed in here and says so.
    Link { account: AccountId },
}

impl Next {
    /// Of whom an address is that was proven.
    pub fn of(known: Option<&Account>) -> Self {
        match known.filter(|account| account.verified) {
            Some(account) => Self::Link { account: account.id },
            None => Self::SignUp,
        }
    }
}

/// What the provider said, until its person says what they want.
#[derive(Serialize, Deserialize)]
pub struct Waiting {
    /// Used up with it.
    pub name: Uuid,
    pub upstream: String,
    issuer: String,
    subject: String,
    pub email: Option<String>,
    pub display_name: Option<String>,
    pub next: Next,
}

impl Waiting {
    pub fn new(upstream: String, stranger: Stranger, next: Next) -> Self {
        let Stranger { issuer, subject, email, vouched: _, name } = stranger;
        // Only what can be one is offered as one; the person may write another.
        let display_name = name.and_then(|name| DisplayName::parse(&name, "").ok()).map(|name| name.0);
        let email = email.filter(|email| Email::parse(email).is_some());
        Self { name: Uuid::new_v4(), upstream, issuer, subject, email, display_name, next }
    }
}

/// Of a linked account, as it is sealed.
#[derive(Serialize, Deserialize)]
pub struct Sealed {
    pub issuer: String,
    pub subject: String,
    pub email: Option<String>,
}

pub(crate) struct LinkedView {
    pub upstream: String,
    pub email: Option<String>,
    pub created_at: Timestamp,
    pub last_used_at: Option<Timestamp>,
}

pub(super) struct NewPerson {
    pub display_name: String,
    pub language: Language,
    pub accept_terms: bool,
}

/// What is known of an account elsewhere.
pub(crate) async fn seal_of(identity: &Identity, account: &Account, login: &Linked) -> Result<Sealed, IdentityError> {
    let key = identity.people.data_key(account.id, &account.email.key).await?;
    let plain = key.open(SEALED, login.id.as_bytes(), &login.sealed)?;
    serde_json::from_slice(&plain).map_err(|_| IdentityError::Person("a login of an account elsewhere cannot be read"))
}

impl Identity {
    pub(super) fn write_waiting(&self, waiting: &Waiting, now: Timestamp) -> Result<String, IdentityError> {
        ticket::write(&self.factors.seal, WAITING, waiting, now + Duration::seconds(WAITING_S))
    }

    pub(super) fn stranger(&self, kept: Option<&str>) -> Option<Waiting> {
        ticket::read(&self.factors.seal, WAITING, kept?, self.clock.now())
    }

    /// An account of whom the provider vouches for. A password that somebody chose for the address before it was proven is a
    /// stranger's, perhaps: it goes.
    pub(super) async fn sign_up_by_upstream(
        &self,
        client: &Client,
        actor: &Actor,
        waiting: Option<Waiting>,
        form: NewPerson,
    ) -> Result<SignedIn, IdentityError> {
        let now = self.clock.now();
        let waiting = waiting.filter(|waiting| waiting.next == Next::SignUp).ok_or(IdentityError::SignInOver)?;
        let email = waiting.email.as_deref().and_then(Email::parse).ok_or(IdentityError::SignInOver)?;
        let name = DisplayName::parse(&form.display_name, "/display_name");
        let terms = form.accept_terms.then_some(()).ok_or_else(|| FieldProblem::new("/accept_terms", "identity.terms"));
        let name = match (name, terms) {
            (Ok(name), Ok(())) => name,
            (name, terms) => {
                return Err(IdentityError::Invalid([name.err(), terms.err()].into_iter().flatten().collect()));
            }
        };
        let blind = self.people.blind(&email.normal);
        let mut tx = self.db.begin().await?;
        self.spend_waiting(&mut tx, &waiting, now).await?;
        let mut account = match accounts::lock_by_email(&mut tx, &blind).await? {
            // Since the provider answered somebody proved the address: they sign in by what they have, and link.
            Some(known) if known.verified => return Err(IdentityError::SignInOver),
            Some(mut unproven) => {
                accounts::drop_links(&mut tx, unproven.id, "verify").await?;
                accounts::sign_up_again(&mut tx, unproven.id, &name, form.language, None, now).await?;
                unproven.display_name = name.0;
                unproven.language = form.language;
                unproven.password_hash = None;
                unproven
            }
            None => self.insert_unproven(&mut tx, &email, name, form.language, now).await?,
        };
        privacy::note_consent(&mut tx, account.id, "terms", privacy::TERMS_VERSION, true, now).await?;
        activate(&mut tx, &mut account, now).await?;
        self.insert_login(&mut tx, &account, waiting, Some(now), now).await?;
        leave(&mut tx, actor, now).await?;
        let proof = Proof::one(First::Upstream.method());
        let session = self.begin_session(&mut tx, &account, client, true, &proof, now).await?;
        tx.commit().await?;
        tracing::info!(account.id = %account.id, "account {} is opened by a provider's word", account.id);
        Ok(SignedIn { session, account, trusted: None })
    }

    async fn insert_unproven(
        &self,
        tx: &mut Tx<'_>,
        email: &Email,
        name: DisplayName,
        language: Language,
        now: Timestamp,
    ) -> Result<Account, IdentityError> {
        let id = AccountId::new(now);
        let account = Account {
            id,
            email: self.people.new_address(tx, id, &email.address, now).await?,
            display_name: name.0,
            language,
            theme: None,
            verified: false,
            roles: account_roles([]),
            password_hash: None,
            created_at: now,
            version: 0,
        };
        match accounts::insert(tx, &account, &self.people.blind(&email.normal), Some(now)).await {
            Ok(true) => Ok(account),
            Ok(false) => Err(IdentityError::SignInOver),
            // Somebody signs up with this address at the same moment.
            Err(IdentityError::Db(error)) if error.is_unique("email_blind_key") => Err(IdentityError::SignInOver),
            Err(error) => Err(error),
        }
    }

    /// The account that waits for it takes the login: signed in to, proven recently, and by its person's own word.
    pub(super) async fn link_upstream(&self, actor: &Actor, waiting: Option<Waiting>) -> Result<(), IdentityError> {
        let (id, now) = (account_of(actor)?, self.clock.now());
        let waiting = waiting.ok_or(IdentityError::SignInOver)?;
        match waiting.next {
            Next::Link { account } if account == id => {}
            Next::Link { .. } => return Err(IdentityError::OtherAccount),
            Next::Confirm | Next::SignUp => return Err(IdentityError::SignInOver),
        }
        confirmed(actor, now)?;
        let mut tx = self.db.begin().await?;
        let account = accounts::lock(&mut tx, id).await?;
        self.spend_waiting(&mut tx, &waiting, now).await?;
        self.insert_login(&mut tx, &account, waiting, None, now).await?;
        jobs::order(&mut tx, Some(id), Letter::FactorsChanged, now).await?;
        tx.commit().await?;
        Ok(())
    }

    pub(super) async fn spend_waiting(
        &self,
        tx: &mut Tx<'_>,
        waiting: &Waiting,
        now: Timestamp,
    ) -> Result<(), IdentityError> {
        let until = now + Duration::seconds(WAITING_S);
        let first = oauth::spend(&mut **tx, WAITING, &waiting.name.to_string(), until).await?;
        if first { Ok(()) } else { Err(IdentityError::SignInOver) }
    }

    async fn insert_login(
        &self,
        tx: &mut Tx<'_>,
        account: &Account,
        waiting: Waiting,
        last_used_at: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<(), IdentityError> {
        let Waiting { upstream, issuer, subject, email, .. } = waiting;
        let blind = self.people.blind_upstream(&issuer, &subject);
        let plain = serde_json::to_vec(&Sealed { issuer, subject, email })
            .map_err(|_| IdentityError::Person("a login of an account elsewhere cannot be written"))?;
        let id = Uuid::new_v4();
        let key = self.people.data_key(account.id, &account.email.key).await?;
        let sealed = key.seal(SEALED, id.as_bytes(), &plain)?;
        let login = Linked { id, upstream: upstream.clone(), sealed, created_at: now, last_used_at };
        if !store::insert(tx, account.id, &login, &blind).await? {
            return Err(IdentityError::UpstreamTaken);
        }
        let detail = json!({ "upstream": upstream });
        accounts::note(tx, now, account.id, &account.id.to_string(), "upstream_linked", detail).await
    }

    /// The mailbox stays a way in: a login that goes is never the last.
    pub(super) async fn unlink_upstream(&self, actor: &Actor, upstream: &str) -> Result<(), IdentityError> {
        let now = self.clock.now();
        let id = confirmed(actor, now)?;
        let mut tx = self.db.begin().await?;
        if !store::remove(&mut tx, id, upstream).await? {
            return Err(IdentityError::NoSuchFactor);
        }
        let detail = json!({ "upstream": upstream });
        changed(&mut tx, id, "upstream_unlinked", detail, now).await?;
        tx.commit().await?;
        Ok(())
    }

    pub(super) async fn linked_upstreams(&self, actor: &Actor) -> Result<Vec<LinkedView>, IdentityError> {
        let account = accounts::by_id(&self.db, account_of(actor)?).await?;
        let mut views = Vec::new();
        for login in store::list(&self.db, account.id).await? {
            let email = seal_of(self, &account, &login).await?.email;
            let Linked { upstream, created_at, last_used_at, .. } = login;
            views.push(LinkedView { upstream, email, created_at, last_used_at });
        }
        Ok(views)
    }
}
