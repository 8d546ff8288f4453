//! The message with a code: the code is made when it goes, so that none lies in a table.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use svetu_db::{Job, JobHandler, JobKind, NewJob, Tx, jobs};
use svetu_kernel::{AccountId, Language, Timestamp};
use svetu_ports::{HandlerError, Sms, SmsError};
use uuid::Uuid;

use super::{ASKED, store, store::Purpose, text};
use crate::{Identity, IdentityError, factors::codes::MAILED_S, store as accounts, token::TokenHash};

const TEXT: &str = "identity.text";

/// Ids and a hash only: the number is where it is sealed.
#[derive(Debug, Serialize, Deserialize)]
struct Order {
    /// None: nobody has the number. The same work is done up to here, so that time tells nothing.
    account: Option<AccountId>,
    request: TokenHash,
    purpose: Purpose,
}

pub fn job(identity: &Identity) -> JobKind {
    JobKind {
        name: TEXT,
        every: None,
        // Each try may cost, and a code is good for ten minutes.
        attempts_max: 3,
        timeout: Duration::from_secs(30),
        handler: Arc::new(Send(identity.clone())),
    }
}

pub async fn order(
    tx: &mut Tx<'_>,
    account: Option<AccountId>,
    request: TokenHash,
    purpose: Purpose,
    now: Timestamp,
) -> Result<(), IdentityError> {
    let (key, payload) = (Uuid::new_v4().to_string(), Order { account, request, purpose });
    jobs::schedule(tx, &NewJob { kind: TEXT, key: &key, run_at: now, payload }).await?;
    Ok(())
}

struct Send(Identity);

#[async_trait]
impl JobHandler for Send {
    async fn run(&self, job: &Job) -> Result<(), HandlerError> {
        let order: Order = job.read()?;
        let Some(id) = order.account else { return Ok(()) };
        Ok(self.0.send_text(id, &order).await?)
    }
}

impl Identity {
    async fn send_text(&self, id: AccountId, order: &Order) -> Result<(), IdentityError> {
        let account = match accounts::by_id(&self.db, id).await {
            Ok(account) if account.verified => account,
            Ok(_) | Err(IdentityError::NoSuchAccount) => return Ok(()),
            Err(error) => return Err(error),
        };
        let now = self.clock.now();
        let number = match order.purpose {
            Purpose::SignIn => self.phone_of(&account).await?,
            Purpose::Add => match store::asked(&self.db, order.request, now).await? {
                Some(sealed) => {
                    let key = self.people.data_key(id, &account.email.key).await?;
                    Some(text(key.open(ASKED, &order.request, &sealed)?)?)
                }
                None => None,
            },
        };
        let Some(number) = number else { return Ok(()) };
        if !self.limits.may_spend(now) {
            tracing::warn!("no more messages are sent within this hour: `sms.per_hour_max` is reached");
            return Ok(());
        }
        let mut tx = self.db.begin().await?;
        let until = now + chrono::Duration::seconds(MAILED_S);
        let codes = &self.factors.codes;
        let code = store::put_code(&mut tx, codes, order.request, id, order.purpose, until).await?;
        tx.commit().await?;
        let sms = Sms { id: Uuid::new_v4(), to: number, text: words(account.language, &code) };
        match self.sms.send(&sms).await {
            Ok(()) => Ok(()),
            Err(SmsError::Refused) => {
                tracing::warn!(account.id = %id, "the provider refused a message for {id}");
                Ok(())
            }
            Err(SmsError::Unavailable(cause)) => Err(IdentityError::Text(cause)),
        }
    }
}

/// Short enough to be one message: 160 characters of its own alphabet, 70 of any.
fn words(language: Language, code: &str) -> String {
    match language {
        Language::SrLatn => format!("Sve Tu: kod je {code}. Vazi 10 minuta. Nikome ga ne govorite."),
        Language::SrCyrl => format!("Sve Tu: код је {code}. Важи 10 минута. Никоме га не говорите."),
        Language::Ru => format!("Sve Tu: код {code}, действует 10 минут. Никому его не говорите."),
        Language::En => format!("Sve Tu: your code is {code}. It is valid for 10 minutes. Tell it to nobody."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_one_message() {
        for language in Language::ALL {
            let text = words(language, "012345");
            let max = if text.is_ascii() { 160 } else { 70 };
            assert!(text.chars().count() <= max && text.contains("012345"), "{text}");
        }
    }
}
