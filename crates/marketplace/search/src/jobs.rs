use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use svetu_contracts::{ContractError, listings::ListingSnapshot};
use svetu_db::{Job, JobHandler, JobKind};
use svetu_kernel::ListingId;
use svetu_ports::{HandlerError, MailError};

use crate::letter::{self, Line};
use crate::saved::{AlertKind, Saved};
use crate::store;
use crate::{Search, SearchError};

const BATCH: i64 = 50;
const BATCHES_MAX: u32 = 20;
/// Ads that one letter speaks of; of more it tells how many.
const WAITING_MAX: i64 = 500;
const KEPT_DAYS: i64 = 90;

pub fn kinds(search: &Search) -> Vec<JobKind> {
    let kind = |name, every_s, handler| JobKind {
        name,
        every: Some(Duration::from_secs(every_s)),
        attempts_max: 5,
        timeout: Duration::from_secs(240),
        handler,
    };
    vec![
        kind("search.letters", 15, Arc::new(SendLetters(search.clone())) as Arc<dyn JobHandler>),
        kind("search.popular", 60, Arc::new(CountAsked(search.clone()))),
        kind("search.prune", 86_400, Arc::new(Prune(search.clone()))),
    ]
}

/// Writes to those whose searches found something, as often as they want it.
struct SendLetters(Search);

#[async_trait]
impl JobHandler for SendLetters {
    async fn run(&self, _: &Job) -> Result<(), HandlerError> {
        for _ in 0..BATCHES_MAX {
            let letters = store::take_letters(&self.0.0.db, self.0.0.clock.now(), BATCH).await?;
            if letters.is_empty() {
                break;
            }
            for saved in &letters {
                self.0.write(saved).await?;
            }
        }
        Ok(())
    }
}

/// What all processes were asked.
struct CountAsked(Search);

#[async_trait]
impl JobHandler for CountAsked {
    async fn run(&self, _: &Job) -> Result<(), HandlerError> {
        Ok(self.0.count_asked().await?)
    }
}

struct Prune(Search);

#[async_trait]
impl JobHandler for Prune {
    async fn run(&self, _: &Job) -> Result<(), HandlerError> {
        let before = self.0.0.clock.now() - chrono::Duration::days(KEPT_DAYS);
        for _ in 0..1_000 {
            if store::prune(&self.0.0.db, before, 5_000).await? == 0 {
                break;
            }
        }
        Ok(())
    }
}

impl Search {
    /// One letter. When the mail server is away it comes again some minutes later.
    async fn write(&self, saved: &Saved) -> Result<(), SearchError> {
        let waiting = store::waiting(&self.0.db, saved.id, WAITING_MAX).await?;
        let mut lines = Vec::new();
        let mut more = 0;
        for (id, kind, version) in &waiting {
            if lines.len() == letter::LINES_MAX {
                more += 1;
            } else if let Some(listing) = self.news(saved, *id).await? {
                lines.push(Line { listing, cheaper: *kind == AlertKind::Price, version: *version });
            }
        }
        let wrote = !lines.is_empty()
            && {
                let mailbox = match self.0.identity.mailbox(saved.owner).await {
                    Ok(mailbox) => Some(mailbox),
                    Err(ContractError::NotFound) => None,
                    Err(error) => return Err(error.into()),
                };
                match mailbox {
                    None => false,
                    Some(to) => {
                        let token = self.unsubscribe_token(saved.id);
                        let mail = letter::found(saved, &lines, more, &to, &self.0.site_url, &token);
                        match self.0.mailer.send(&mail).await {
                            Ok(()) | Err(MailError::Refused) => true,
                            Err(error @ MailError::Unavailable(_)) => {
                                tracing::warn!(%error, search.id = %saved.id, "a letter about a saved search waits for the mail server");
                                return Ok(());
                            }
                        }
                    }
                }
            };
        let mut tx = self.0.db.begin().await?;
        store::letter_done(&mut tx, saved.id, &waiting, wrote, self.0.clock.now()).await?;
        Ok(tx.commit().await?)
    }

    /// The ad as it is now, if it can still be had and still is what was searched for.
    async fn news(&self, saved: &Saved, id: ListingId) -> Result<Option<ListingSnapshot>, SearchError> {
        let listing = match self.0.listings.listing(id).await {
            Ok(listing) if listing.state.is_searchable() => listing,
            Ok(_) | Err(ContractError::NotFound) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        Ok(self.still_fits(saved, &listing).await?.then_some(listing))
    }
}
