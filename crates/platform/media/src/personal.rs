//! What this service holds of a person: told to them, and let go of when they are erased.

use std::sync::Arc;

use async_trait::async_trait;
use serde_json::json;
use svetu_contracts::{
    ContractError,
    identity::{ACCOUNT_ERASED, AccountErased},
    personal::{PersonalData, PersonalPage, PersonalPart, Place, ROWS_MAX},
};
use svetu_db::DbError;
use svetu_kernel::{AccountId, MediaId};
use svetu_ports::{ConsumerGroup, Event, Handler, HandlerError, Retry};
use uuid::Uuid;

use crate::{MediaError, contract::Contract, photo::Format, service::Service, store};

/// The list of photos, then one file after the other.
const LISTS: usize = 2;

#[async_trait]
impl PersonalData for Contract {
    fn service(&self) -> &'static str {
        "media"
    }

    async fn personal(&self, account: AccountId, after: Option<&str>) -> Result<PersonalPage, ContractError> {
        let place = Place::parse(after)?;
        let from: Uuid = place.row.and_then(|row| row.parse().ok()).unwrap_or_default();
        let limit = if place.list == 0 { ROWS_MAX } else { 1 };
        let found = self.0.owned(account, MediaId::from_uuid(from), limit).await?;
        let next =
            place.next(found.len() as i64 >= limit, found.last().map(|media| media.id.uuid().to_string()), LISTS);
        let part = match (place.list, found.first()) {
            (0, _) => {
                let rows = found.iter().map(|media| {
                    json!({ "id": media.id, "width": media.photo.width, "height": media.photo.height,
                        "file": format!("{}.jpg", media.id) })
                });
                Some(PersonalPart::Rows { name: "photos".into(), rows: rows.collect() })
            }
            (_, None) => None,
            (_, Some(media)) => {
                let width = media.photo.widths.last().copied().unwrap_or_default();
                let file = self.0.files.get(&media.photo.hash, width, Format::Jpeg).await;
                let file = file.map_err(MediaError::from)?;
                file.map(|bytes| PersonalPart::File { name: format!("{}.jpg", media.id), bytes })
            }
        };
        Ok(PersonalPage { part, next })
    }
}

pub fn groups(service: &Arc<Service>) -> Vec<ConsumerGroup> {
    vec![ConsumerGroup {
        name: "media.people",
        kinds: vec![ACCOUNT_ERASED],
        batch_max: 50,
        retry: Retry::default(),
        handler: Arc::new(Erase(Arc::clone(service))),
    }]
}

/// Photos of who is erased go, whatever holds them; a photo that somebody else holds too stays theirs.
struct Erase(Arc<Service>);

#[async_trait]
impl Handler for Erase {
    async fn handle(&self, events: &[Event]) -> Result<(), (usize, HandlerError)> {
        for (at, event) in events.iter().enumerate() {
            let erased: AccountErased = serde_json::from_value(event.data.clone())
                .map_err(|error| (at, HandlerError::Poison(error.to_string())))?;
            let erase = async {
                let mut tx = self.0.db.begin().await?;
                store::erase(&mut tx, erased.id, self.0.clock.now()).await?;
                tx.commit().await.map_err(DbError::from)
            };
            erase.await.map_err(|error| (at, error.into()))?;
        }
        Ok(())
    }
}
