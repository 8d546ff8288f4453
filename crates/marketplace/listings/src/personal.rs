//! What this service holds of a person: told to them, and let go of when they are erased.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use svetu_contracts::{
    ContractError,
    identity::{ACCOUNT_ERASED, AccountErased},
    listings::ListingState,
    personal::{PersonalData, PersonalPage, Place, ROWS_MAX},
};
use svetu_db::{DbError, Job, JobHandler, JobKind, NewJob, jobs};
use svetu_kernel::AccountId;
use svetu_ports::{ConsumerGroup, Event, Handler, HandlerError, Retry};
use uuid::Uuid;

use crate::{ListingError, contract::Contract, model::Step, service::Service, store};

const ERASE: &str = "listings.erase";
const LISTS: [&str; 5] = ["ads", "prices", "reveals", "reports", "appeals"];
const BATCH: i64 = 200;
const BATCHES_MAX: u32 = 10_000;

#[async_trait]
impl PersonalData for Contract {
    fn service(&self) -> &'static str {
        "listings"
    }

    async fn personal(&self, account: AccountId, after: Option<&str>) -> Result<PersonalPage, ContractError> {
        let place = Place::parse(after)?;
        let rows = rows(&self.0, place.list_of(&LISTS)?, account.uuid(), place.row.unwrap_or_default()).await?;
        place.page(&LISTS, rows)
    }
}

async fn rows(service: &Service, list: &str, account: Uuid, after: &str) -> Result<Vec<(String, Value)>, ListingError> {
    struct Row {
        key: String,
        row: Value,
    }
    let db = service.db.pool();
    let rows = match list {
        "ads" => {
            sqlx::query_as!(
                Row,
                r#"select id::text as "key!", to_jsonb(l) - 'seller' as "row!" from listings.listing l
                   where seller = $1 and id::text > $2 and state <> 'purged' order by id::text limit $3"#,
                account,
                after,
                ROWS_MAX
            )
            .fetch_all(db)
            .await?
        }
        "prices" => {
            sqlx::query_as!(
                Row,
                r#"select h.listing::text || ' ' || h.at::text as "key!", to_jsonb(h) as "row!" from listings.price_history h
                   join listings.listing l on l.id = h.listing
                   where l.seller = $1 and h.listing::text || ' ' || h.at::text > $2
                   order by h.listing::text || ' ' || h.at::text limit $3"#,
                account,
                after,
                ROWS_MAX
            )
            .fetch_all(db)
            .await?
        }
        "reveals" => {
            sqlx::query_as!(
                Row,
                r#"select at::text || ' ' || listing::text as "key!", to_jsonb(r) - 'account' as "row!" from listings.reveal r
                   where account = $1 and at::text || ' ' || listing::text > $2
                   order by at::text || ' ' || listing::text limit $3"#,
                account,
                after,
                ROWS_MAX
            )
            .fetch_all(db)
            .await?
        }
        "reports" => {
            // Who of the staff decided is theirs, not this person's.
            sqlx::query_as!(
                Row,
                r#"select id::text as "key!", to_jsonb(r) - 'reporter' - 'closed_by' as "row!" from listings.report r
                   where reporter = $1 and id::text > $2 order by id::text limit $3"#,
                account,
                after,
                ROWS_MAX
            )
            .fetch_all(db)
            .await?
        }
        _ => {
            sqlx::query_as!(
                Row,
                r#"select id::text as "key!", to_jsonb(a) - 'appellant' - 'decided_by' as "row!" from listings.appeal a
                   where appellant = $1 and id::text > $2 order by id::text limit $3"#,
                account,
                after,
                ROWS_MAX
            )
            .fetch_all(db)
            .await?
        }
    };
    Ok(rows.into_iter().map(|row| (row.key, row.row)).collect())
}

#[derive(Debug, Serialize, Deserialize)]
struct Erased {
    account: AccountId,
}

pub fn group(service: &Arc<Service>) -> ConsumerGroup {
    ConsumerGroup {
        name: "listings.people",
        kinds: vec![ACCOUNT_ERASED],
        batch_max: 50,
        retry: Retry::default(),
        handler: Arc::new(Hear(Arc::clone(service))),
    }
}

pub fn job(service: &Arc<Service>) -> JobKind {
    JobKind {
        name: ERASE,
        every: None,
        attempts_max: 50,
        timeout: Duration::from_secs(3_600),
        handler: Arc::new(Erase(Arc::clone(service))),
    }
}

/// A shop may have ads by the ten thousand: a job takes the time, the bus goes on.
struct Hear(Arc<Service>);

#[async_trait]
impl Handler for Hear {
    async fn handle(&self, events: &[Event]) -> Result<(), (usize, HandlerError)> {
        for (at, event) in events.iter().enumerate() {
            let AccountErased { id } = serde_json::from_value(event.data.clone())
                .map_err(|error| (at, HandlerError::Poison(error.to_string())))?;
            let order = async {
                let mut tx = self.0.db.begin().await?;
                let job = NewJob {
                    kind: ERASE,
                    key: &id.to_string(),
                    run_at: self.0.clock.now(),
                    payload: Erased { account: id },
                };
                jobs::schedule(&mut tx, &job).await?;
                tx.commit().await.map_err(DbError::from)
            };
            order.await.map_err(|error| (at, error.into()))?;
        }
        Ok(())
    }
}

struct Erase(Arc<Service>);

#[async_trait]
impl JobHandler for Erase {
    async fn run(&self, job: &Job) -> Result<(), HandlerError> {
        let Erased { account } = job.read()?;
        let service = &self.0;
        for _ in 0..BATCHES_MAX {
            let ids = store::activity::to_erase(&service.db, account, BATCH).await?;
            if ids.is_empty() {
                break;
            }
            for id in ids {
                let (state, now) = (store::listing::find(&service.db, id).await?.state.kind(), service.clock.now());
                match state {
                    ListingState::Draft | ListingState::Archived => {}
                    ListingState::InReview
                    | ListingState::Live
                    | ListingState::Reserved
                    | ListingState::Sold
                    | ListingState::Paused
                    | ListingState::Expired
                    | ListingState::Refused
                    | ListingState::Removed => service.age(id, state, Step::Archive, now).await?,
                    ListingState::Purged => continue,
                }
                let from = if state == ListingState::Draft { state } else { ListingState::Archived };
                service.age(id, from, Step::Purge, now).await?;
            }
        }
        let mut tx = service.db.begin().await?;
        store::activity::erase_person(&mut tx, account).await?;
        tx.commit().await.map_err(DbError::from)?;
        Ok(())
    }
}
