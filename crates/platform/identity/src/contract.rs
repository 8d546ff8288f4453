use async_trait::async_trait;
use svetu_contracts::{
    ContractError,
    identity::{AccountEvent, Admission, IdentityContract, Mailbox, NewAccount, Presented, SiteMember},
};
use svetu_kernel::{AccountId, Actor};

use crate::{Identity, model::Email, sessions, store, token};

const BATCH_MAX: usize = 1_000;

#[async_trait]
impl IdentityContract for Identity {
    async fn authenticate(&self, session_token: &str) -> Result<Option<Actor>, ContractError> {
        if !token::plausible(session_token) {
            return Ok(None);
        }
        Ok(sessions::actor(&self.db, token::hash(session_token), self.clock.now()).await?)
    }

    async fn admit(&self, presented: &Presented) -> Result<Admission, ContractError> {
        Ok(self.admit_program(presented, self.clock.now()).await?)
    }

    async fn site_member(&self, access_token: &str) -> Result<Option<SiteMember>, ContractError> {
        Ok(self.site_member_of(access_token, self.clock.now()).await?)
    }

    async fn mailbox(&self, id: AccountId) -> Result<Mailbox, ContractError> {
        let account = store::by_id(&self.db, id).await?;
        if !account.verified {
            return Err(ContractError::NotFound);
        }
        Ok(Mailbox {
            email: self.address_of(&account).await?,
            display_name: account.display_name,
            language: account.language,
        })
    }

    async fn account_by_email(&self, email: &str) -> Result<Option<AccountId>, ContractError> {
        let Some(email) = Email::parse(email) else { return Ok(None) };
        let account = store::by_email(&self.db, &self.people.blind(&email.normal)).await?;
        Ok(account.filter(|account| account.verified).map(|account| account.id))
    }

    async fn create_accounts(&self, accounts: Vec<NewAccount>) -> Result<u64, ContractError> {
        if accounts.len() > BATCH_MAX {
            return Err(ContractError::Refused(format!("at most {BATCH_MAX} accounts at once")));
        }
        Ok(Self::create_accounts(self, accounts).await?)
    }

    async fn accounts(&self, after: Option<AccountId>, limit: u32) -> Result<Vec<AccountEvent>, ContractError> {
        let limit = i64::from(limit).min(BATCH_MAX as i64);
        let accounts = store::page(&self.db, after, limit).await?;
        Ok(accounts.iter().map(crate::model::Account::event).collect())
    }
}
