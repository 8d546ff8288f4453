//! What operators and the command line do to accounts.

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::{Value, json};
use svetu_contracts::identity::{ACCOUNT_CHANGED, ACCOUNT_CREATED, NewAccount};
use svetu_db::outbox;
use svetu_kernel::{AccountId, Actor, Language, Role, SessionId, Timestamp};

use super::publish;
use crate::{
    Identity, IdentityError,
    model::{Account, Email, Password, Session, account_roles},
    sessions, store,
};

/// A person as an operator sees them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Person {
    pub id: AccountId,
    pub email: String,
    pub display_name: String,
    pub language: Language,
    /// The address is proven; without that nobody can sign in.
    pub verified: bool,
    pub roles: BTreeSet<Role>,
    pub created_at: Timestamp,
}

/// A living session of a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PersonSession {
    pub id: SessionId,
    pub device: String,
    pub network: String,
    pub created_at: Timestamp,
    pub last_seen_at: Timestamp,
}

/// A row of the audit log about a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AuditEntry {
    pub id: i64,
    pub at: Timestamp,
    pub actor: String,
    pub kind: String,
    pub detail: Value,
}

impl Identity {
    /// As an operator finds accounts: by the whole address, the id, or how a name begins.
    pub async fn find_people(&self, text: &str, limit: u16) -> Result<Vec<Person>, IdentityError> {
        let found = self.find_accounts(text, limit.into()).await?;
        let mut people = Vec::with_capacity(found.len());
        for account in found {
            people.push(self.person_of(account).await?);
        }
        Ok(people)
    }

    pub(crate) async fn person_of(&self, account: Account) -> Result<Person, IdentityError> {
        let email = self.address_of(&account).await?;
        let Account { id, display_name, language, verified, roles, created_at, .. } = account;
        Ok(Person { id, email, display_name, language, verified, roles, created_at })
    }

    /// # Errors
    /// [`IdentityError::NoSuchAccount`] when nobody has this address, proven or not.
    pub async fn person(&self, email: &str) -> Result<Person, IdentityError> {
        let email = Email::parse(email).ok_or(IdentityError::NoSuchAccount)?;
        let account = store::by_email(&self.db, &self.people.blind(&email.normal)).await?;
        self.person_of(account.ok_or(IdentityError::NoSuchAccount)?).await
    }

    pub async fn sessions_of(&self, id: AccountId) -> Result<Vec<PersonSession>, IdentityError> {
        let sessions = sessions::living(&self.db, id, self.clock.now()).await?;
        let view = |Session { id, device, network, created_at, last_seen_at }| PersonSession {
            id,
            device,
            network,
            created_at,
            last_seen_at,
        };
        Ok(sessions.into_iter().map(view).collect())
    }

    /// Signs a person out: everywhere, or of one session. Answers how many ended.
    ///
    /// # Errors
    /// [`IdentityError::NoSuchAccount`], [`IdentityError::NoSuchSession`].
    pub async fn end_sessions_of(
        &self,
        by: &Actor,
        id: AccountId,
        only: Option<SessionId>,
    ) -> Result<u64, IdentityError> {
        let now = self.clock.now();
        store::by_id(&self.db, id).await?;
        let mut tx = self.db.begin().await?;
        let count = match only {
            Some(session) => u64::from(sessions::end(&mut tx, id, session, now).await?),
            None => sessions::end_all(&mut tx, id, None, now).await?,
        };
        if count == 0 && only.is_some() {
            return Err(IdentityError::NoSuchSession);
        }
        if count > 0 {
            let detail = json!({ "count": count, "session": only });
            store::note(&mut tx, now, id, &by.name(), "sessions_ended", detail).await?;
        }
        tx.commit().await?;
        Ok(count)
    }

    /// What the audit log says of a person, newest first.
    pub async fn events_of(&self, id: AccountId, limit: u16) -> Result<Vec<AuditEntry>, IdentityError> {
        store::log_of(&self.db, id, limit.into()).await
    }

    /// By the whole address, the account's id, or the beginning of what they call themselves: an address lies sealed, and an
    /// index of its beginnings would tell them.
    pub(crate) async fn find_accounts(&self, text: &str, limit: i64) -> Result<Vec<Account>, IdentityError> {
        if let Some(email) = Email::parse(text) {
            let found = store::by_email(&self.db, &self.people.blind(&email.normal)).await?;
            return Ok(found.into_iter().collect());
        }
        if let Ok(id) = text.trim().parse::<AccountId>() {
            return match store::by_id(&self.db, id).await {
                Ok(account) => Ok(vec![account]),
                Err(IdentityError::NoSuchAccount) => Ok(Vec::new()),
                Err(error) => Err(error),
            };
        }
        store::find_by_name(&self.db, text.trim(), limit).await
    }

    /// Gives the account exactly these roles (and `member`), by the command line: how the first operator is made.
    ///
    /// # Errors
    /// [`IdentityError::NoSuchAccount`], [`IdentityError::LastOperator`].
    pub async fn set_roles(&self, id: AccountId, roles: Vec<Role>) -> Result<(), IdentityError> {
        self.set_roles_by(&Actor::system("command line"), id, roles.into_iter().collect()).await
    }

    /// Some roles more and some less, whatever else the account has; answers what it has then.
    ///
    /// # Errors
    /// As [`Identity::set_roles`].
    pub async fn change_roles(
        &self,
        id: AccountId,
        give: &[Role],
        take: &[Role],
    ) -> Result<BTreeSet<Role>, IdentityError> {
        let change = |mut roles: BTreeSet<Role>| {
            roles.extend(give);
            roles.retain(|role| !take.contains(role));
            roles
        };
        self.change_roles_by(&Actor::system("command line"), id, change).await
    }

    /// As [`Identity::set_roles`]. Ends the account's sessions: a new right asks for a new sign-in.
    pub(crate) async fn set_roles_by(
        &self,
        by: &Actor,
        id: AccountId,
        roles: BTreeSet<Role>,
    ) -> Result<(), IdentityError> {
        self.change_roles_by(by, id, |_| roles).await?;
        Ok(())
    }

    async fn change_roles_by(
        &self,
        by: &Actor,
        id: AccountId,
        change: impl FnOnce(BTreeSet<Role>) -> BTreeSet<Role> + Send,
    ) -> Result<BTreeSet<Role>, IdentityError> {
        let now = self.clock.now();
        let mut tx = self.db.begin().await?;
        store::lock_roles(&mut tx).await?;
        let mut account = store::lock(&mut tx, id).await?;
        let roles = account_roles(change(account.roles.clone()));
        if account.roles == roles {
            return Ok(roles);
        }
        let loses = account.roles.contains(&Role::Operator) && !roles.contains(&Role::Operator);
        if loses && !store::has_other_operator(&mut tx, id).await? {
            return Err(IdentityError::LastOperator);
        }
        let by = by.name();
        let detail = json!({ "before": &account.roles, "after": &roles });
        store::note(&mut tx, now, id, &by, "roles_changed", detail).await?;
        account.roles = roles.clone();
        store::save(&mut tx, &mut account, now).await?;
        if account.verified {
            publish(&mut tx, ACCOUNT_CHANGED, &account, now).await?;
        }
        sessions::end_all(&mut tx, id, None, now).await?;
        tx.commit().await?;
        tracing::info!(account.id = %id, by, "roles of {id} changed");
        Ok(roles)
    }

    /// A new wrapping for every person's key, by the command line; answers how many.
    ///
    /// # Errors
    /// When keys of another time are met, or there are too many epochs.
    pub async fn rewrap_people(&self) -> Result<u64, IdentityError> {
        self.people.rewrap(&self.db, self.clock.now()).await
    }

    /// Ends the wrappings of before: no backup that was made until then opens any more. Answers how many.
    ///
    /// # Errors
    /// When something is still wrapped so.
    pub async fn forget_old_wrappings(&self) -> Result<usize, IdentityError> {
        self.people.forget_epochs(&self.db, self.clock.now()).await
    }

    pub(crate) async fn create_accounts(&self, new: Vec<NewAccount>) -> Result<u64, IdentityError> {
        let mut ready = Vec::with_capacity(new.len());
        for one in new {
            let email =
                Email::parse(&one.email).ok_or_else(|| IdentityError::field("email", "identity.email_invalid"))?;
            let password_hash = match &one.password {
                Some(password) => Some(self.hasher.hash(&Password::typed(password)).await?),
                None => None,
            };
            ready.push((one, email, password_hash));
        }
        let now = self.clock.now();
        let mut tx = self.db.begin().await?;
        let mut events = Vec::new();
        for (one, email, password_hash) in ready {
            let account = Account {
                id: one.id,
                email: self.people.new_address(&mut tx, one.id, &email.address, now).await?,
                display_name: one.display_name,
                language: one.language,
                theme: None,
                verified: true,
                roles: account_roles(one.roles),
                password_hash,
                created_at: one.created_at,
                version: 1,
            };
            if store::insert(&mut tx, &account, &self.people.blind(&email.normal), None).await? {
                events.push(outbox::event(now, ACCOUNT_CREATED, "identity", account.id.to_string(), &account.event())?);
            }
        }
        outbox::publish_many(&mut tx, &events).await?;
        tx.commit().await?;
        Ok(events.len() as u64)
    }
}
