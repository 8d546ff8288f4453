//! What time does to ads.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use svetu_contracts::{ContractError, listings::ListingState};
use svetu_db::{DbError, Job, JobHandler, JobKind, NewJob, Tx, jobs, outbox};
use svetu_kernel::{AppealId, ListingId, Timestamp};
use svetu_ports::{HandlerError, MailError};
use uuid::Uuid;

use crate::{
    ListingError,
    letter::Letter,
    model::{
        Listing, Step,
        lifecycle::{APPEAL_DAYS, ARCHIVED_KEPT_DAYS, DRAFT_KEPT_DAYS, EXPIRED_KEPT_DAYS, SOLD_SHOWN_DAYS},
        price,
    },
    personal,
    service::{Service, events},
    store::{self, moderation},
};

pub const REPRICE: &str = "listings.reprice";
pub const LETTER: &str = "listings.letter";
const BATCH: i64 = 500;
const BATCHES_MAX: u32 = 200;
/// Days before the end at which the owner is written to.
const REMINDERS_DAYS: [i16; 2] = [1, 3];

pub fn kinds(service: &Arc<Service>) -> Vec<JobKind> {
    let kind = |name, every_s: Option<u64>, timeout_s, handler: Arc<dyn JobHandler>| JobKind {
        name,
        every: every_s.map(Duration::from_secs),
        attempts_max: 10,
        timeout: Duration::from_secs(timeout_s),
        handler,
    };
    vec![
        kind("listings.expire", Some(60), 300, Arc::new(Expire(Arc::clone(service)))),
        kind("listings.remind", Some(600), 600, Arc::new(Remind(Arc::clone(service)))),
        kind("listings.age", Some(3_600), 600, Arc::new(Age(Arc::clone(service)))),
        kind("listings.taxonomy", Some(30), 30, Arc::new(RefreshTaxonomy(Arc::clone(service)))),
        kind(REPRICE, None, 3_600, Arc::new(Reprice(Arc::clone(service)))),
        kind(LETTER, None, 60, Arc::new(Post(Arc::clone(service)))),
        personal::job(service),
    ]
}

/// A letter that waits, by what it is about.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Asked {
    Statement { decision: Uuid },
    Answer { appeal: AppealId },
}

/// In the transaction of what it tells.
pub async fn ask(tx: &mut Tx<'_>, asked: Asked, now: Timestamp) -> Result<(), ListingError> {
    let key = match &asked {
        Asked::Statement { decision } => decision.to_string(),
        Asked::Answer { appeal } => appeal.to_string(),
    };
    jobs::schedule(tx, &NewJob { kind: LETTER, key: &key, run_at: now, payload: asked }).await?;
    Ok(())
}

struct Expire(Arc<Service>);

#[async_trait]
impl JobHandler for Expire {
    async fn run(&self, _: &Job) -> Result<(), HandlerError> {
        let now = self.0.clock.now();
        for _ in 0..BATCHES_MAX {
            let due = store::listing::overdue(&self.0.db, now, BATCH).await?;
            if due.is_empty() {
                break;
            }
            for id in due {
                let state = store::listing::find(&self.0.db, id).await?.state;
                if matches!(state.kind(), ListingState::Live | ListingState::Reserved | ListingState::Paused) {
                    self.0.age(id, state.kind(), Step::Expire, now).await?;
                }
            }
        }
        Ok(())
    }
}

struct Age(Arc<Service>);

#[async_trait]
impl JobHandler for Age {
    async fn run(&self, _: &Job) -> Result<(), HandlerError> {
        for (state, kept_days, step) in [
            (ListingState::Sold, SOLD_SHOWN_DAYS, Step::Archive),
            (ListingState::Expired, EXPIRED_KEPT_DAYS, Step::Archive),
            (ListingState::Refused, APPEAL_DAYS, Step::Archive),
            (ListingState::Removed, APPEAL_DAYS, Step::Archive),
            (ListingState::Archived, ARCHIVED_KEPT_DAYS, Step::Purge),
            (ListingState::Draft, DRAFT_KEPT_DAYS, Step::Purge),
        ] {
            let due = self.0.clock.now() - chrono::Duration::days(kept_days);
            for _ in 0..BATCHES_MAX {
                let old = store::listing::aged(&self.0.db, state, due, BATCH).await?;
                if old.is_empty() {
                    break;
                }
                for id in old {
                    self.0.age(id, state, step, due).await?;
                }
            }
        }
        Ok(())
    }
}

struct Remind(Arc<Service>);

#[async_trait]
impl JobHandler for Remind {
    async fn run(&self, _: &Job) -> Result<(), HandlerError> {
        let now = self.0.clock.now();
        // The nearest first: who is a day from the end is not told of three.
        for days in REMINDERS_DAYS {
            let until = now + chrono::Duration::days(i64::from(days));
            for _ in 0..BATCHES_MAX {
                let due = store::activity::to_remind(&self.0.db, now, until, days, BATCH).await?;
                if due.is_empty() {
                    break;
                }
                for id in due {
                    self.one(id, days).await?;
                }
            }
        }
        Ok(())
    }
}

impl Remind {
    async fn one(&self, id: ListingId, days: i16) -> Result<(), HandlerError> {
        let service = &self.0;
        let listing = store::listing::find(&service.db, id).await?;
        let Some(expires_at) = listing.state.expires_at() else { return Ok(()) };
        service.post(&listing, &Letter::Reminder { expires_at, days }).await?;
        // After the letter, which has one id: it is sent again rather than forgotten.
        let mut tx = service.db.begin().await?;
        store::activity::mark_reminded(&mut tx, id, expires_at, days).await?;
        tx.commit().await.map_err(DbError::from)?;
        Ok(())
    }
}

/// What a decision's transaction has promised to write.
struct Post(Arc<Service>);

#[async_trait]
impl JobHandler for Post {
    async fn run(&self, job: &Job) -> Result<(), HandlerError> {
        let asked: Asked = job.read()?;
        let (service, db) = (&self.0, &self.0.db);
        let Some((listing, letter)) = (match asked {
            Asked::Statement { decision } => moderation::decision(db, decision)
                .await?
                .map(|decision| (decision.listing, Letter::Statement { decision })),
            Asked::Answer { appeal } => {
                moderation::appeal(db, appeal).await?.map(|appeal| (appeal.listing, Letter::Answer { appeal }))
            }
        }) else {
            return Ok(());
        };
        service.post(&store::listing::find(db, listing).await?, &letter).await
    }
}

impl Service {
    /// Nobody to write to, or an address that is refused, is no reason to try again.
    async fn post(&self, listing: &Listing, letter: &Letter) -> Result<(), HandlerError> {
        let to = match self.identity.mailbox(listing.seller.id).await {
            Ok(to) => to,
            Err(ContractError::Unavailable(reason)) => return Err(HandlerError::Unavailable(reason)),
            Err(error @ (ContractError::NotFound | ContractError::Refused(_))) => {
                tracing::info!(%error, listing.id = %listing.id, "nobody to write to");
                return Ok(());
            }
        };
        match self.mailer.send(&self.letter(listing, letter, &to)).await {
            Ok(()) | Err(MailError::Refused) => Ok(()),
            Err(error @ MailError::Unavailable(_)) => Err(HandlerError::Transient(error.to_string())),
        }
    }
}

struct RefreshTaxonomy(Arc<Service>);

#[async_trait]
impl JobHandler for RefreshTaxonomy {
    async fn run(&self, _: &Job) -> Result<(), HandlerError> {
        Ok(self.0.taxonomy.refresh(&self.0.db).await?)
    }
}

/// Prices in the other currency follow a new rate, so that filters and sorting stay right.
struct Reprice(Arc<Service>);

#[async_trait]
impl JobHandler for Reprice {
    async fn run(&self, _: &Job) -> Result<(), HandlerError> {
        self.0.forget_rate();
        let mut after = None;
        loop {
            let page = store::listing::priced_in_eur(&self.0.db, after, BATCH).await?;
            let Some(last) = page.last() else { return Ok(()) };
            after = Some(*last);
            self.page(&page).await?;
        }
    }
}

impl Reprice {
    async fn page(&self, ids: &[ListingId]) -> Result<(), ListingError> {
        let service = &self.0;
        let (rate, now) = (service.rate().await?, service.clock.now());
        let mut tx = service.db.begin().await?;
        let mut changed = store::listing::lock_many(&mut tx, ids).await?;
        changed.retain_mut(|listing| {
            let price = price::in_rsd(listing.content.price, &rate);
            let differs = price != listing.price_rsd_minor;
            if differs {
                listing.reprice(price, now);
            }
            differs
        });
        let mut told = Vec::with_capacity(changed.len());
        for listing in &changed {
            told.extend(events(listing, None, now)?);
        }
        store::bulk::save(&mut tx, &changed.iter().collect::<Vec<_>>()).await?;
        outbox::publish_many(&mut tx, &told).await?;
        tx.commit().await.map_err(DbError::from)?;
        Ok(())
    }
}
