//! The index follows the ads, saved searches look at them. Both are idempotent by the version that an event carries.

use std::{collections::BTreeMap, sync::Arc};

use async_trait::async_trait;
use serde::de::DeserializeOwned;
use svetu_contracts::{
    ContractError,
    identity::{ACCOUNT_ERASED, AccountErased},
    listings::{
        LISTING_CHANGED, LISTING_PURGED, ListingPurged, ListingSnapshot, PRICE_DROPPED, PriceDropped, RATE_CHANGED,
    },
};
use svetu_kernel::{ListingId, Timestamp};
use svetu_ports::{ConsumerGroup, Event, Handler, HandlerError, Retry};

use crate::document::{document, version};
use crate::saved::AlertKind;
use crate::{Search, SearchError};

/// What the index has read of the bus.
pub(crate) const INDEX: &str = "search.index";
const ALERTS: &str = "search.alerts";

pub fn groups(search: &Search) -> Vec<ConsumerGroup> {
    vec![
        ConsumerGroup {
            name: INDEX,
            kinds: vec![LISTING_CHANGED, LISTING_PURGED, RATE_CHANGED],
            batch_max: 500,
            retry: Retry::default(),
            handler: Arc::new(Follow(search.clone())),
        },
        ConsumerGroup {
            name: ALERTS,
            kinds: vec![LISTING_CHANGED, LISTING_PURGED, PRICE_DROPPED],
            batch_max: 200,
            retry: Retry::default(),
            handler: Arc::new(Look(search.clone())),
        },
        ConsumerGroup {
            name: "search.people",
            kinds: vec![ACCOUNT_ERASED],
            batch_max: 50,
            retry: Retry::default(),
            handler: Arc::new(Erase(search.clone())),
        },
    ]
}

fn read<T: DeserializeOwned>(event: &Event) -> Result<T, HandlerError> {
    serde_json::from_value(event.data.clone()).map_err(|error| HandlerError::Poison(error.to_string()))
}

/// What events say, up to the first that cannot be read.
fn read_all<T>(
    events: &[Event],
    mut one: impl FnMut(&Event) -> Result<T, HandlerError>,
) -> (Vec<T>, Option<(usize, HandlerError)>) {
    let mut out = Vec::with_capacity(events.len());
    for (at, event) in events.iter().enumerate() {
        match one(event) {
            Ok(said) => out.push(said),
            Err(error) => return (out, Some((at, error))),
        }
    }
    (out, None)
}

enum Change {
    Listing(Box<ListingSnapshot>),
    Purged(ListingPurged),
    Rate,
}

/// Keeps the index in step.
struct Follow(Search);

#[async_trait]
impl Handler for Follow {
    async fn handle(&self, events: &[Event]) -> Result<(), (usize, HandlerError)> {
        let (changes, broken) = read_all(events, |event| match event.kind.as_str() {
            LISTING_CHANGED => Ok(Change::Listing(Box::new(read(event)?))),
            LISTING_PURGED => Ok(Change::Purged(read(event)?)),
            _ => Ok(Change::Rate),
        });
        self.apply(changes).await.map_err(|error| (0, error.into()))?;
        broken.map_or(Ok(()), Err)
    }
}

impl Follow {
    async fn apply(&self, changes: Vec<Change>) -> Result<(), SearchError> {
        let search = &self.0;
        let taxonomy = search.taxonomy();
        // Of several changes of one ad the newest counts.
        let mut newest: BTreeMap<ListingId, (i64, Option<Box<ListingSnapshot>>)> = BTreeMap::new();
        for change in changes {
            let (id, version, listing) = match change {
                Change::Listing(listing) => (listing.id, listing.version, Some(listing)),
                Change::Purged(purged) => (purged.id, purged.version, None),
                Change::Rate => {
                    *search.0.rate.lock() = None;
                    continue;
                }
            };
            if newest.get(&id).is_none_or(|(known, _)| *known < version) {
                newest.insert(id, (version, listing));
            }
        }
        let (mut put, mut taken) = (Vec::new(), Vec::new());
        for (id, (at, listing)) in newest {
            match listing.filter(|listing| listing.state.is_searchable()) {
                Some(listing) => put.push(document(&listing, &taxonomy, &search.0.analyser)),
                None => taken.push((id.uuid(), version(at))),
            }
        }
        if !put.is_empty() {
            search.0.index.upsert(put).await?;
        }
        if !taken.is_empty() {
            search.0.index.delete(taken).await?;
        }
        Ok(())
    }
}

enum Sight {
    Listing(Box<ListingSnapshot>),
    Purged(ListingId),
    Cheaper(ListingId, Timestamp),
}

/// Looks at every ad for those who saved a search.
struct Look(Search);

#[async_trait]
impl Handler for Look {
    async fn handle(&self, events: &[Event]) -> Result<(), (usize, HandlerError)> {
        let (sights, broken) = read_all(events, |event| match event.kind.as_str() {
            LISTING_PURGED => Ok(Sight::Purged(read::<ListingPurged>(event)?.id)),
            PRICE_DROPPED => Ok(Sight::Cheaper(read::<PriceDropped>(event)?.id, event.time)),
            _ => Ok(Sight::Listing(Box::new(read(event)?))),
        });
        self.look(sights).await.map_err(|error| (0, error.into()))?;
        broken.map_or(Ok(()), Err)
    }
}

impl Look {
    async fn look(&self, sights: Vec<Sight>) -> Result<(), SearchError> {
        let (mut published, mut purged, mut cheaper) = (Vec::new(), Vec::new(), BTreeMap::new());
        for sight in sights {
            match sight {
                Sight::Listing(listing) => {
                    if listing.state.is_searchable() {
                        let since = listing.published_at.unwrap_or(listing.created_at);
                        published.push((*listing, since));
                    }
                }
                Sight::Purged(id) => purged.push(id),
                Sight::Cheaper(id, at) => {
                    cheaper.insert(id, at);
                }
            }
        }
        self.0.note_found(AlertKind::New, &published).await?;
        let mut fallen = Vec::new();
        for (id, at) in cheaper {
            match self.0.0.listings.listing(id).await {
                Ok(listing) if listing.state.is_searchable() => fallen.push((listing, at)),
                Ok(_) | Err(ContractError::NotFound) => {}
                Err(error) => return Err(error.into()),
            }
        }
        self.0.note_found(AlertKind::Price, &fallen).await?;
        if !purged.is_empty() {
            self.0.forget_found(&purged).await?;
        }
        Ok(())
    }
}

/// Who is erased wants to be told of nothing.
struct Erase(Search);

#[async_trait]
impl Handler for Erase {
    async fn handle(&self, events: &[Event]) -> Result<(), (usize, HandlerError)> {
        for (at, event) in events.iter().enumerate() {
            let AccountErased { id } = read(event).map_err(|error| (at, error))?;
            self.0.erase(id).await.map_err(|error| (at, error.into()))?;
        }
        Ok(())
    }
}
