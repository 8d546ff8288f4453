use std::sync::Arc;

use bytes::Bytes;
use tokio::sync::Semaphore;

use crate::{
    error::MediaError,
    photo::{self, ContentHash, Photo, PhotoError},
};

/// The photo pipeline on threads of its own kind: never on those that serve requests, never more at once than permits.
#[derive(Debug, Clone)]
pub struct PhotoPool(Arc<Semaphore>);

impl PhotoPool {
    pub fn new(permits: usize) -> Self {
        Self(Arc::new(Semaphore::new(permits.max(1))))
    }

    pub async fn process(&self, bytes: Bytes) -> Result<Photo, MediaError> {
        let permit =
            Arc::clone(&self.0).acquire_owned().await.map_err(|error| MediaError::Pipeline(error.to_string()))?;
        let task = tokio::task::spawn_blocking(move || {
            // Held by the work and not by its waiter: a request that is cancelled does not free a core that is still busy.
            let _permit = permit;
            photo::process(&bytes)
        });
        match task.await {
            Ok(photo) => Ok(photo?),
            // A decoder that panics met a file that it should have refused.
            Err(error) if error.is_panic() => Err(PhotoError::Corrupt.into()),
            Err(error) => Err(MediaError::Pipeline(error.to_string())),
        }
    }
}

/// Hashing 20 MB takes milliseconds: too long for a thread that serves others.
pub async fn hash(photos: Vec<Bytes>) -> Result<Vec<ContentHash>, MediaError> {
    tokio::task::spawn_blocking(move || photos.iter().map(|bytes| ContentHash::of(bytes)).collect())
        .await
        .map_err(|error| MediaError::Pipeline(error.to_string()))
}
