//! Users owns seller profiles, favourites and what was viewed.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use svetu_kernel::{AccountId, ListingId, Timestamp};

use crate::ContractError;

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct NewFavourite {
    pub owner: AccountId,
    pub listing: ListingId,
    pub at: Timestamp,
}

#[async_trait]
pub trait UsersContract: Send + Sync + 'static {
    /// For demo data: at most 1,000 at once; those that exist are left.
    async fn add_favourites(&self, favourites: Vec<NewFavourite>) -> Result<u64, ContractError>;
    /// Everybody who keeps the ad as a favourite, by pages of at most 1,000 (price drops, reminders).
    async fn keepers(
        &self,
        listing: ListingId,
        after: Option<AccountId>,
        limit: u32,
    ) -> Result<Vec<AccountId>, ContractError>;
}
