use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use svetu_contracts::{
    ContractError,
    listings::{BulkListing, BulkMode, BulkOutcome, ListingSnapshot, ListingsContract},
    taxonomy::Taxonomy,
};
use svetu_db::outbox;
use svetu_kernel::{AccountId, ExchangeRate, ListingId, Timestamp};

use crate::{
    ListingError,
    bulk::ROWS_MAX,
    model::Listing,
    service::Service,
    store::{bulk, listing},
};

const SNAPSHOTS_MAX: u32 = 1_000;
const VERSIONS_MAX: u32 = 10_000;
/// Less than a caller in another process waits.
const HANDED_ON_WITHIN: Duration = Duration::from_secs(20);

/// What other services hold.
pub struct Contract(pub Arc<Service>);

#[async_trait]
impl ListingsContract for Contract {
    fn taxonomy(&self) -> Arc<Taxonomy> {
        self.0.taxonomy.get()
    }

    async fn rate(&self) -> Result<ExchangeRate, ContractError> {
        Ok(self.0.rate().await?)
    }

    async fn listing(&self, id: ListingId) -> Result<ListingSnapshot, ContractError> {
        listing::find(&self.0.db, id).await?.snapshot().ok_or(ContractError::NotFound)
    }

    async fn snapshots(&self, after: Option<ListingId>, limit: u32) -> Result<Vec<ListingSnapshot>, ContractError> {
        let page = listing::page(&self.0.db, after, i64::from(limit.min(SNAPSHOTS_MAX))).await?;
        page.iter()
            .map(|listing| listing.snapshot().ok_or(ListingError::Corrupt { id: listing.id }).map_err(Into::into))
            .collect()
    }

    async fn versions(&self, after: Option<ListingId>, limit: u32) -> Result<Vec<(ListingId, i64)>, ContractError> {
        Ok(listing::versions(&self.0.db, after, i64::from(limit.min(VERSIONS_MAX))).await?)
    }

    async fn handed_on(&self) -> Result<bool, ContractError> {
        Ok(outbox::drained(&self.0.db, HANDED_ON_WITHIN).await?)
    }

    async fn bulk_upsert(&self, listings: Vec<BulkListing>, mode: BulkMode) -> Result<Vec<BulkOutcome>, ContractError> {
        if listings.len() > ROWS_MAX {
            return Err(ContractError::Refused(format!("more than {ROWS_MAX} ads at once")));
        }
        Ok(self.0.bulk_upsert(listings, mode).await?)
    }

    async fn bulk_close_vanished(
        &self,
        seller: AccountId,
        prefix: &str,
        since: Timestamp,
        dry_run: bool,
    ) -> Result<u64, ContractError> {
        Ok(self.0.bulk_close_vanished(seller, prefix, since, dry_run).await?)
    }

    async fn export(
        &self,
        seller: Option<AccountId>,
        after: Option<ListingId>,
        limit: u32,
    ) -> Result<Vec<(ListingId, BulkListing)>, ContractError> {
        let limit = i64::from(limit.min(SNAPSHOTS_MAX));
        let page = match seller {
            Some(seller) => listing::page_of_seller(&self.0.db, seller, after, limit).await?,
            None => listing::page(&self.0.db, after, limit).await?,
        };
        let ids: Vec<ListingId> = page.iter().map(|listing| listing.id).collect();
        let mut keys = bulk::source_keys(&self.0.db, &ids).await?;
        page.into_iter()
            .map(|listing| {
                let id = listing.id;
                let key = keys.remove(&id).unwrap_or_else(|| id.to_string());
                exported(listing, key).map(|row| (id, row)).ok_or(ListingError::Corrupt { id }.into())
            })
            .collect()
    }
}

fn exported(listing: Listing, source_key: String) -> Option<BulkListing> {
    let content = listing.content;
    let place = content.place?;
    Some(BulkListing {
        source_key,
        seller: listing.seller.id,
        seller_kind: listing.seller.kind,
        seller_name: listing.seller.name,
        category: content.category?,
        title: content.title,
        description: content.description,
        language: content.language?,
        price: content.price?,
        condition: content.condition,
        attributes: content.attributes,
        place: place.id,
        point: Some(place.point),
        delivery: content.delivery,
        contact: content.contact,
        media: content.pictures.into_iter().map(|picture| picture.id).collect(),
        state: listing.state.kind(),
        created_at: listing.created_at,
        reason: None,
    })
}
