//! What operators and the command line do to accounts.

use std::collections::BTreeSet;

use serde_json::json;
use svetu_contracts::identity::{ACCOUNT_CHANGED, ACCOUNT_CREATED, NewAccount};
use svetu_db::outbox;
use svetu_kernel::{AccountId, Actor, FieldProblem, Role, Subject};

use super::publish;
use crate::{
    Identity, IdentityError,
    model::{Account, Email, Password, account_roles, normal_form},
    sessions, store,
};

impl Identity {
    pub(crate) async fn find_accounts(&self, start: &str, limit: i64) -> Result<Vec<Account>, IdentityError> {
        store::find(&self.db, &normal_form(start), limit).await
    }

    /// Gives the account exactly these roles (and `member`), by the command line: how the first operator is made.
    ///
    /// # Errors
    /// [`IdentityError::NoSuchAccount`], [`IdentityError::LastOperator`].
    pub async fn set_roles(&self, id: AccountId, roles: Vec<Role>) -> Result<(), IdentityError> {
        self.set_roles_by(&Actor::system("command line"), id, roles.into_iter().collect()).await
    }

    /// As [`Identity::set_roles`]. Ends the account's sessions: a new right asks for a new sign-in.
    pub(crate) async fn set_roles_by(
        &self,
        by: &Actor,
        id: AccountId,
        roles: BTreeSet<Role>,
    ) -> Result<(), IdentityError> {
        let now = self.clock.now();
        let roles = account_roles(roles);
        let mut tx = self.db.begin().await?;
        store::lock_roles(&mut tx).await?;
        let mut account = store::lock(&mut tx, id).await?;
        if account.roles == roles {
            return Ok(());
        }
        let loses = account.roles.contains(&Role::Operator) && !roles.contains(&Role::Operator);
        if loses && !store::has_other_operator(&mut tx, id).await? {
            return Err(IdentityError::LastOperator);
        }
        let by = match &by.subject {
            Subject::Visitor => "visitor".to_owned(),
            Subject::Account { id, .. } => id.to_string(),
            Subject::System { name } => format!("system:{name}"),
        };
        let detail = json!({ "before": &account.roles, "after": &roles });
        store::note(&mut tx, now, id, &by, "roles_changed", detail).await?;
        account.roles = roles;
        store::save(&mut tx, &mut account, now).await?;
        if account.verified {
            publish(&mut tx, ACCOUNT_CHANGED, &account, now).await?;
        }
        sessions::end_all(&mut tx, id, None, now).await?;
        tx.commit().await?;
        tracing::info!(account.id = %id, by, "roles of {id} changed");
        Ok(())
    }

    pub(crate) async fn create_accounts(&self, new: Vec<NewAccount>) -> Result<u64, IdentityError> {
        let mut ready = Vec::with_capacity(new.len());
        for one in new {
            let email = Email::parse(&one.email)
                .ok_or_else(|| IdentityError::Invalid(vec![FieldProblem::new("email", "identity.email_invalid")]))?;
            let password_hash = match &one.password {
                Some(password) => Some(self.hasher.hash(&Password::typed(password)).await?),
                None => None,
            };
            let account = Account {
                id: one.id,
                email: email.address.clone(),
                display_name: one.display_name,
                language: one.language,
                theme: None,
                verified: true,
                roles: account_roles(one.roles),
                password_hash,
                created_at: one.created_at,
                version: 1,
            };
            ready.push((account, email));
        }
        let now = self.clock.now();
        let mut tx = self.db.begin().await?;
        let mut events = Vec::new();
        for (account, email) in &ready {
            if store::insert(&mut tx, account, email, None).await? {
                events.push(outbox::event(now, ACCOUNT_CREATED, "identity", account.id.to_string(), &account.event())?);
            }
        }
        outbox::publish_many(&mut tx, &events).await?;
        tx.commit().await?;
        Ok(events.len() as u64)
    }
}
