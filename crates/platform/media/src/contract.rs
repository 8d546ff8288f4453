use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use svetu_contracts::{
    ContractError,
    media::{Attachment, MediaContract, PictureFacts, Visibility},
};
use svetu_kernel::{AccountId, MediaId};

use crate::{model::Media, service::Service};

/// What other services hold.
pub struct Contract(pub Arc<Service>);

#[async_trait]
impl MediaContract for Contract {
    async fn describe(&self, ids: &[MediaId]) -> Result<Vec<PictureFacts>, ContractError> {
        Ok(self.0.describe(ids).await?.iter().map(Media::facts).collect())
    }

    async fn attach(
        &self,
        holder: &str,
        owner: AccountId,
        media: &[MediaId],
        visibility: Visibility,
    ) -> Result<(), ContractError> {
        let attachment = Attachment { holder: holder.to_owned(), owner, media: media.to_vec(), visibility };
        Ok(self.0.attach(&[attachment]).await?)
    }

    async fn attach_many(&self, attachments: Vec<Attachment>) -> Result<(), ContractError> {
        Ok(self.0.attach(&attachments).await?)
    }

    async fn store(&self, owner: AccountId, bytes: Bytes) -> Result<PictureFacts, ContractError> {
        Ok(self.0.store(owner, bytes).await?.facts())
    }

    async fn store_many(&self, photos: Vec<(AccountId, Bytes)>) -> Result<Vec<PictureFacts>, ContractError> {
        Ok(self.0.store_many(&photos).await?.iter().map(Media::facts).collect())
    }

    async fn fetch(&self, owner: AccountId, url: &str) -> Result<PictureFacts, ContractError> {
        Ok(self.0.fetch(owner, url).await?.facts())
    }
}
