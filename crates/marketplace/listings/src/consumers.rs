//! Reactions to events: sellers are copied, pictures follow their ads. Idempotent: by version, or by saying the same again.

use std::{collections::BTreeMap, sync::Arc};

use async_trait::async_trait;
use svetu_contracts::{
    ContractError,
    identity::{ACCOUNT_CHANGED, ACCOUNT_CREATED, AccountEvent},
    listings::{LISTING_CHANGED, ListingSnapshot},
    media::Attachment,
};
use svetu_db::DbError;
use svetu_ports::{ConsumerGroup, Event, Handler, HandlerError, Retry};

use crate::{
    ListingError, personal,
    service::{Service, visibility},
    store,
};

pub fn groups(service: &Arc<Service>) -> Vec<ConsumerGroup> {
    vec![
        personal::group(service),
        ConsumerGroup {
            name: "listings.sellers",
            kinds: vec![ACCOUNT_CREATED, ACCOUNT_CHANGED],
            batch_max: 200,
            retry: Retry::default(),
            handler: Arc::new(Sellers(Arc::clone(service))),
        },
        ConsumerGroup {
            name: "listings.pictures",
            kinds: vec![LISTING_CHANGED],
            batch_max: 500,
            retry: Retry::default(),
            handler: Arc::new(Pictures(Arc::clone(service))),
        },
    ]
}

struct Sellers(Arc<Service>);

#[async_trait]
impl Handler for Sellers {
    async fn handle(&self, events: &[Event]) -> Result<(), (usize, HandlerError)> {
        let mut accounts = Vec::with_capacity(events.len());
        let mut broken = None;
        for (at, event) in events.iter().enumerate() {
            match serde_json::from_value::<AccountEvent>(event.data.clone()) {
                Ok(account) => accounts.push(account),
                Err(error) => {
                    broken = Some((at, HandlerError::Poison(error.to_string())));
                    break;
                }
            }
        }
        let copy = async {
            let mut tx = self.0.db.begin().await?;
            store::activity::copy_sellers(&mut tx, &accounts).await?;
            tx.commit().await.map_err(DbError::from)?;
            Ok::<(), ListingError>(())
        };
        copy.await.map_err(|error| (0, error.into()))?;
        broken.map_or(Ok(()), Err)
    }
}

/// Makes sure that what the request itself tried came true, and does it for imports.
struct Pictures(Arc<Service>);

#[async_trait]
impl Handler for Pictures {
    async fn handle(&self, events: &[Event]) -> Result<(), (usize, HandlerError)> {
        // The last of an ad in the batch says how it is.
        let mut last: BTreeMap<String, Attachment> = BTreeMap::new();
        for (at, event) in events.iter().enumerate() {
            let snapshot: ListingSnapshot = serde_json::from_value(event.data.clone())
                .map_err(|error| (at, HandlerError::Poison(error.to_string())))?;
            if snapshot.pictures.is_empty() && snapshot.version <= 3 {
                continue;
            }
            let attachment = Attachment {
                holder: event.subject.clone(),
                owner: snapshot.seller,
                media: snapshot.pictures.iter().map(|picture| picture.id).collect(),
                visibility: visibility(snapshot.state),
            };
            last.insert(event.subject.clone(), attachment);
        }
        if last.is_empty() {
            return Ok(());
        }
        let attachments: Vec<Attachment> = last.into_values().collect();
        match self.0.media.attach_many(attachments.clone()).await {
            Ok(()) => Ok(()),
            Err(ContractError::Unavailable(reason)) => Err((0, HandlerError::Unavailable(reason))),
            // One of them cannot be: the others can, by themselves.
            Err(ContractError::NotFound | ContractError::Refused(_)) => {
                for one in attachments {
                    let Attachment { holder, owner, media, visibility } = one;
                    match self.0.media.attach(&holder, owner, &media, visibility).await {
                        Ok(()) => {}
                        Err(ContractError::Unavailable(reason)) => return Err((0, HandlerError::Unavailable(reason))),
                        Err(error) => tracing::warn!(%error, holder, "pictures cannot follow their ad"),
                    }
                }
                Ok(())
            }
        }
    }
}
