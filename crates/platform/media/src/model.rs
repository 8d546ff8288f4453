use base64::{Engine, engine::general_purpose::STANDARD};
use svetu_contracts::media::{Picture, PictureFacts};
use svetu_kernel::{AccountId, MediaId};

use crate::photo::{ContentHash, Photo};

/// What is kept of a photo that is ready.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PhotoFacts {
    pub hash: ContentHash,
    pub width: u32,
    pub height: u32,
    pub widths: Vec<u32>,
    pub thumbhash: Vec<u8>,
    pub perceptual_hash: u64,
}

impl From<&Photo> for PhotoFacts {
    fn from(photo: &Photo) -> Self {
        Self {
            hash: photo.hash,
            width: photo.width,
            height: photo.height,
            widths: photo.widths(),
            thumbhash: photo.thumbhash.clone(),
            perceptual_hash: photo.perceptual_hash,
        }
    }
}

/// One owner's media.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Media {
    pub id: MediaId,
    pub owner: AccountId,
    pub photo: PhotoFacts,
}

impl Media {
    pub fn picture(&self) -> Picture {
        Picture {
            id: self.id,
            width: self.photo.width,
            height: self.photo.height,
            thumbhash: STANDARD.encode(&self.photo.thumbhash),
            base_url: format!("/media/{}", self.photo.hash),
            widths: self.photo.widths.clone(),
        }
    }

    pub fn facts(&self) -> PictureFacts {
        PictureFacts { picture: self.picture(), perceptual_hash: self.photo.perceptual_hash, owner: self.owner }
    }
}
