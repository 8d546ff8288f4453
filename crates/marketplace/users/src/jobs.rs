use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use svetu_contracts::ContractError;
use svetu_db::{Job, JobHandler, JobKind};
use svetu_ports::{HandlerError, MailError};

use crate::{
    Users, UsersError, letter,
    store::{self, Letter},
};

const BATCH: i64 = 50;
const BATCHES_MAX: u32 = 20;
const AGAIN_AFTER_S: i64 = 300;
const KEPT_DAYS: i64 = 90;

pub fn kinds(users: &Users) -> Vec<JobKind> {
    let kind = |name, every_s, handler| JobKind {
        name,
        every: Some(Duration::from_secs(every_s)),
        attempts_max: 5,
        timeout: Duration::from_secs(240),
        handler,
    };
    vec![
        kind("users.price_letters", 20, Arc::new(SendLetters(users.clone())) as Arc<dyn JobHandler>),
        kind("users.prune", 86_400, Arc::new(Prune(users.clone()))),
    ]
}

/// Sends what is due. A letter whose sending fails comes again some minutes later, a few times at most.
struct SendLetters(Users);

#[async_trait]
impl JobHandler for SendLetters {
    async fn run(&self, _: &Job) -> Result<(), HandlerError> {
        let users = &self.0;
        for _ in 0..BATCHES_MAX {
            let now = users.clock.now();
            let letters =
                store::take_letters(&users.db, now, now + chrono::Duration::seconds(AGAIN_AFTER_S), BATCH).await?;
            if letters.is_empty() {
                break;
            }
            for letter in &letters {
                if !letter.wanted || send(users, letter).await? {
                    store::letter_done(&users.db, letter, users.clock.now()).await?;
                }
            }
        }
        Ok(())
    }
}

/// False: it has to be tried again.
async fn send(users: &Users, letter: &Letter) -> Result<bool, UsersError> {
    let Some((_, card)) = store::card(&users.db, letter.listing).await? else { return Ok(true) };
    let mailbox = match users.identity.mailbox(letter.owner).await {
        Ok(mailbox) => mailbox,
        Err(ContractError::NotFound) => return Ok(true),
        Err(error) => return Err(error.into()),
    };
    let mail = letter::price_dropped(letter, &card, &mailbox, &users.site_url, &users.unsubscribe_token(letter.owner));
    match users.mailer.send(&mail).await {
        Ok(()) | Err(MailError::Refused) => Ok(true),
        Err(error @ MailError::Unavailable(_)) => {
            tracing::warn!(%error, listing.id = %letter.listing, "a letter about a price waits for the mail server");
            Ok(false)
        }
    }
}

struct Prune(Users);

#[async_trait]
impl JobHandler for Prune {
    async fn run(&self, _: &Job) -> Result<(), HandlerError> {
        let before = self.0.clock.now() - chrono::Duration::days(KEPT_DAYS);
        for _ in 0..1_000 {
            if store::prune_letters(&self.0.db, before, 5_000).await? == 0 {
                break;
            }
        }
        Ok(())
    }
}
