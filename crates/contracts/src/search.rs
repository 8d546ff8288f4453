//! Search owns index, suggestions, saved searches and alerts.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use svetu_kernel::{AccountId, Timestamp};

use crate::ContractError;

/// Differences between the index and the owner's data.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct IndexDifference {
    pub compared: u64,
    pub missing: u64,
    pub stale: u64,
    pub surplus: u64,
    /// At most 20, for a person to look at.
    pub examples: Vec<String>,
}

/// A saved search of demo data: the query string of the search page.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct NewSavedSearch {
    pub owner: AccountId,
    pub name: String,
    pub query: String,
    pub created_at: Timestamp,
}

#[async_trait]
pub trait SearchContract: Send + Sync + 'static {
    /// Builds the index anew from the owner's snapshot while the old one serves; answers how many documents.
    async fn reindex(&self) -> Result<u64, ContractError>;
    /// Compares after the bus is drained; `repair` mends what differs.
    async fn verify(&self, repair: bool) -> Result<IndexDifference, ContractError>;
    /// Waits until everything published so far can be found.
    async fn catch_up(&self) -> Result<(), ContractError>;
    /// At most 1,000 at once.
    async fn save_searches(&self, searches: Vec<NewSavedSearch>) -> Result<u64, ContractError>;
}
