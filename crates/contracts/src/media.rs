//! Media owns uploads, the photo pipeline, variants and `/media` URLs for everybody.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use svetu_kernel::{AccountId, MediaId};
use utoipa::ToSchema;

use crate::ContractError;

/// What a page needs to show a picture.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Picture {
    pub id: MediaId,
    /// Pixels of the largest variant.
    pub width: u32,
    pub height: u32,
    /// ThumbHash, base64: the blurred preview.
    pub thumbhash: String,
    /// `/media/{content hash}`: append `/{width}.jpg`, `.webp` or `.avif`.
    pub base_url: String,
    /// Widths that exist, ascending.
    pub widths: Vec<u32>,
}

/// A picture with what moderation compares.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PictureFacts {
    pub picture: Picture,
    /// 64-bit perceptual hash: near pictures differ in few bits.
    pub perceptual_hash: u64,
    pub owner: AccountId,
}

/// Who may see what it is attached to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Visibility {
    Public,
    Owner,
}

#[async_trait]
pub trait MediaContract: Send + Sync + 'static {
    /// Facts of the media that exist, in the order asked; at most 1,000 ids.
    async fn describe(&self, ids: &[MediaId]) -> Result<Vec<PictureFacts>, ContractError>;
    /// Says that the media belong to `holder` (an outside id such as `listing_01j…`) and who may see them.
    /// Replaces what the holder held before: media no longer named become orphans. Refused if one belongs to another owner.
    async fn attach(
        &self,
        holder: &str,
        owner: AccountId,
        media: &[MediaId],
        visibility: Visibility,
    ) -> Result<(), ContractError>;
    /// The same for many holders of demo data and imports; at most 1,000.
    async fn attach_many(&self, attachments: Vec<Attachment>) -> Result<(), ContractError>;
    /// Takes the bytes of a photo through the whole pipeline. Same owner and same bytes: the same id.
    async fn store(&self, owner: AccountId, bytes: bytes::Bytes) -> Result<PictureFacts, ContractError>;
    /// The same for many photos of demo data and imports, in the order given, all or none; at most 1,000.
    async fn store_many(&self, photos: Vec<(AccountId, bytes::Bytes)>) -> Result<Vec<PictureFacts>, ContractError>;
    /// Fetches a photo from a public address in the background (bounded, no private addresses) and stores it.
    async fn fetch(&self, owner: AccountId, url: &str) -> Result<PictureFacts, ContractError>;
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Attachment {
    pub holder: String,
    pub owner: AccountId,
    pub media: Vec<MediaId>,
    pub visibility: Visibility,
}
