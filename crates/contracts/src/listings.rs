//! Listings owns ads, taxonomy, moderation and promotion.

use std::{collections::BTreeMap, sync::Arc};

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use svetu_kernel::{AccountId, Currency, ExchangeRate, Language, ListingId, MediaId, Money, PlaceId, Timestamp};
use utoipa::ToSchema;

use crate::{ContractError, geo::Point, media::Picture, taxonomy::Taxonomy};

/// `rs.svetu.listings.listing.changed.v1`: any change that others can see, with the whole public snapshot.
/// Also sent when an ad leaves the public (`state` says so).
pub const LISTING_CHANGED: &str = "rs.svetu.listings.listing.changed.v1";
/// `rs.svetu.listings.listing.purged.v1`: forget it.
pub const LISTING_PURGED: &str = "rs.svetu.listings.listing.purged.v1";
/// `rs.svetu.listings.price.dropped.v1`
pub const PRICE_DROPPED: &str = "rs.svetu.listings.price.dropped.v1";
/// `rs.svetu.listings.rate.changed.v1`: an operator set the RSD/EUR rate.
pub const RATE_CHANGED: &str = "rs.svetu.listings.rate.changed.v1";

/// The life of an ad.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ListingState {
    Draft,
    InReview,
    Live,
    Reserved,
    Sold,
    Paused,
    Expired,
    Archived,
    Refused,
    Removed,
    Purged,
}

impl ListingState {
    pub const ALL: [Self; 11] = [
        Self::Draft,
        Self::InReview,
        Self::Live,
        Self::Reserved,
        Self::Sold,
        Self::Paused,
        Self::Expired,
        Self::Archived,
        Self::Refused,
        Self::Removed,
        Self::Purged,
    ];

    /// Found by search: live ones and reserved ones (marked so).
    pub const fn is_searchable(self) -> bool {
        matches!(self, Self::Live | Self::Reserved)
    }
}

/// What is asked for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Price {
    /// A fixed amount.
    Fixed { amount_minor: i64, currency: Currency },
    /// "Po dogovoru".
    Agreement,
    /// "Poklanjam".
    Free,
    /// "Kontakt": ask the seller.
    Contact,
}

impl Price {
    pub const fn money(self) -> Option<Money> {
        match self {
            Self::Fixed { amount_minor, currency } => Some(Money::new(amount_minor, currency)),
            Self::Agreement | Self::Free | Self::Contact => None,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    New,
    /// "Nekorišćeno", as new.
    LikeNew,
    Used,
    /// "Neispravno / za delove".
    ForParts,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SellerKind {
    Person,
    Trader,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Delivery {
    /// "Lično preuzimanje".
    Pickup,
    /// "Kurirska služba".
    Courier,
    /// "Pošta".
    Post,
    /// The seller brings it.
    Seller,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ContactOptions {
    /// E.164, `+381641234567`. Never in a public answer: shown by the reveal only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    #[serde(default)]
    pub show_phone: bool,
    #[serde(default)]
    pub viber: bool,
    #[serde(default)]
    pub whatsapp: bool,
}

/// Where it is. `point` is already snapped when the seller is private.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ListingPlace {
    pub id: PlaceId,
    pub name: String,
    pub name_cyrl: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent_name: Option<String>,
    pub country: String,
    pub point: Point,
}

/// All that the public may know of an ad: what events carry and what copies are made from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ListingSnapshot {
    pub id: ListingId,
    /// Grows with every change of this ad: an old event never overwrites a new one.
    pub version: i64,
    pub state: ListingState,
    pub seller: AccountId,
    pub seller_kind: SellerKind,
    pub seller_name: String,
    pub category: String,
    pub title: String,
    pub description: String,
    pub language: Language,
    pub price: Price,
    /// The fixed price in RSD minor units by the rate of the moment: for filters and sorting across currencies.
    pub price_rsd_minor: Option<i64>,
    /// The fixed price before the last change, if it was higher.
    pub previous_price: Option<Money>,
    pub condition: Option<Condition>,
    /// By attribute key, validated against the taxonomy.
    pub attributes: BTreeMap<String, serde_json::Value>,
    pub place: ListingPlace,
    pub delivery: Vec<Delivery>,
    pub pictures: Vec<Picture>,
    pub created_at: Timestamp,
    pub published_at: Option<Timestamp>,
    /// Of the last publish or renewal: what "newest" sorts by.
    pub refreshed_at: Timestamp,
    pub expires_at: Option<Timestamp>,
    /// 0–100: how complete the ad is.
    pub completeness: u8,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ListingPurged {
    pub id: ListingId,
    pub version: i64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PriceDropped {
    pub id: ListingId,
    pub version: i64,
    pub before: Money,
    pub after: Money,
}

/// An ad as demo data and imports bring it: plain, not yet validated.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BulkListing {
    /// The key of the source (`shop:sku`): the same key again is the same ad. At most 200 characters.
    pub source_key: String,
    pub seller: AccountId,
    pub seller_kind: SellerKind,
    pub seller_name: String,
    pub category: String,
    pub title: String,
    pub description: String,
    pub language: Language,
    pub price: Price,
    pub condition: Option<Condition>,
    pub attributes: BTreeMap<String, serde_json::Value>,
    pub place: PlaceId,
    /// None: the place's own point.
    pub point: Option<Point>,
    pub delivery: Vec<Delivery>,
    pub contact: ContactOptions,
    pub media: Vec<MediaId>,
    /// The state to bring it to; `live` unless demo data says otherwise.
    pub state: ListingState,
    pub created_at: Timestamp,
    /// The reason for refused and removed ones.
    pub reason: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "outcome")]
pub enum BulkOutcome {
    Created { id: ListingId },
    Updated { id: ListingId },
    Unchanged { id: ListingId },
    Refused { problems: Vec<BulkProblem> },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BulkProblem {
    /// The field of [`BulkListing`], or `attributes.<key>`.
    pub field: String,
    pub code: String,
    pub params: BTreeMap<String, serde_json::Value>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct BulkMode {
    /// Validate and answer, write nothing.
    pub dry_run: bool,
    /// Pass the automatic verdict by: an operator loads it.
    pub trusted: bool,
}

#[async_trait]
pub trait ListingsContract: Send + Sync + 'static {
    /// The taxonomy in force.
    fn taxonomy(&self) -> Arc<Taxonomy>;
    /// The rate in force.
    async fn rate(&self) -> Result<ExchangeRate, ContractError>;
    async fn listing(&self, id: ListingId) -> Result<ListingSnapshot, ContractError>;
    /// Public snapshots in the order of their ids, every state but draft and purged; pages of at most 1,000.
    async fn snapshots(&self, after: Option<ListingId>, limit: u32) -> Result<Vec<ListingSnapshot>, ContractError>;
    /// Ids and versions of all searchable ones in the order of ids, for verification; pages of at most 10,000.
    async fn versions(&self, after: Option<ListingId>, limit: u32) -> Result<Vec<(ListingId, i64)>, ContractError>;
    /// Waits, for seconds and not longer, until the events of what is committed now are on the bus; false when they are not yet.
    async fn handed_on(&self) -> Result<bool, ContractError>;
    /// One transaction for all (at most 1,000); outcomes in the order given. Idempotent by `(seller, source_key)`.
    async fn bulk_upsert(&self, listings: Vec<BulkListing>, mode: BulkMode) -> Result<Vec<BulkOutcome>, ContractError>;
    /// Ends the seller's ads whose source key begins with `prefix` and that no `bulk_upsert` named since `since`; answers how many.
    async fn bulk_close_vanished(
        &self,
        seller: AccountId,
        prefix: &str,
        since: Timestamp,
        dry_run: bool,
    ) -> Result<u64, ContractError>;
    /// All ads of a seller as bulk rows, for export; pages of at most 1,000 after the id.
    async fn export(
        &self,
        seller: Option<AccountId>,
        after: Option<ListingId>,
        limit: u32,
    ) -> Result<Vec<(ListingId, BulkListing)>, ContractError>;
}
