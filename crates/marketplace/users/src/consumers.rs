//! Copies made of others' events. Each is idempotent by the version that the event carries.

use std::sync::Arc;

use async_trait::async_trait;
use serde::de::DeserializeOwned;
use svetu_contracts::{
    identity::{ACCOUNT_CHANGED, ACCOUNT_CREATED, ACCOUNT_ERASED, AccountErased, AccountEvent},
    listings::{LISTING_CHANGED, LISTING_PURGED, ListingPurged, ListingSnapshot, PRICE_DROPPED, PriceDropped},
};
use svetu_db::Tx;
use svetu_ports::{ConsumerGroup, Event, Handler, HandlerError, Retry};

use crate::{Users, UsersError, personal, store};

pub fn groups(users: &Users) -> Vec<ConsumerGroup> {
    let handler: Arc<dyn Handler> = Arc::new(Copies(users.clone()));
    let group = |name, kinds| ConsumerGroup {
        name,
        kinds,
        batch_max: 200,
        retry: Retry::default(),
        handler: Arc::clone(&handler),
    };
    vec![
        group("users.accounts", vec![ACCOUNT_CREATED, ACCOUNT_CHANGED, ACCOUNT_ERASED]),
        group("users.listings", vec![LISTING_CHANGED, LISTING_PURGED, PRICE_DROPPED]),
    ]
}

struct Copies(Users);

#[async_trait]
impl Handler for Copies {
    async fn handle(&self, events: &[Event]) -> Result<(), (usize, HandlerError)> {
        let mut tx = self.0.db.begin().await.map_err(|error| (0, error.into()))?;
        for (at, event) in events.iter().enumerate() {
            if let Err(error) = self.apply(&mut tx, event).await {
                // A failed statement spoils the transaction: what came before is done again, by itself.
                drop(tx);
                if at == 0 {
                    return Err((0, error));
                }
                self.handle(&events[..at]).await?;
                return Err((at, error));
            }
        }
        tx.commit().await.map_err(|error| (0, UsersError::from(error).into()))
    }
}

impl Copies {
    async fn apply(&self, tx: &mut Tx<'_>, event: &Event) -> Result<(), HandlerError> {
        match event.kind.as_str() {
            ACCOUNT_CREATED | ACCOUNT_CHANGED => {
                store::upsert_seller(tx, &read::<AccountEvent>(event)?).await?;
            }
            ACCOUNT_ERASED => personal::erase(tx, read::<AccountErased>(event)?.id).await?,
            LISTING_CHANGED => store::follow_listing(tx, &read::<ListingSnapshot>(event)?).await?,
            LISTING_PURGED => store::purge_listing(tx, read::<ListingPurged>(event)?.id).await?,
            PRICE_DROPPED => {
                store::plan_letters(tx, &read::<PriceDropped>(event)?, self.0.clock.now()).await?;
            }
            // Kinds that the groups do not name are not delivered.
            _ => {}
        }
        Ok(())
    }
}

fn read<T: DeserializeOwned>(event: &Event) -> Result<T, HandlerError> {
    serde_json::from_value(event.data.clone()).map_err(|error| HandlerError::Poison(error.to_string()))
}
