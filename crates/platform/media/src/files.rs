//! The variants in the object store: `photos/ab/<hash>/<width>.<ext>`.

use std::sync::Arc;

use bytes::Bytes;
use futures::{StreamExt, TryStreamExt, stream};
use object_store::{ObjectStore, PutPayload, path::Path};

use crate::photo::{ContentHash, Format, Photo};

const PARALLEL: usize = 4;

#[derive(Debug, Clone)]
pub struct Files(Arc<dyn ObjectStore>);

impl Files {
    pub const fn new(objects: Arc<dyn ObjectStore>) -> Self {
        Self(objects)
    }

    /// Writes every variant. Each write is atomic and the same again gives the same files.
    pub async fn put(&self, photo: &Photo) -> Result<(), object_store::Error> {
        let writes: Vec<_> = photo
            .variants
            .iter()
            .map(|variant| (path(&photo.hash, variant.width, variant.format), variant.bytes.clone()))
            .collect();
        stream::iter(writes)
            .map(|(path, bytes)| {
                let objects = Arc::clone(&self.0);
                async move { objects.put(&path, PutPayload::from_bytes(bytes)).await.map(drop) }
            })
            .buffer_unordered(PARALLEL)
            .try_collect()
            .await
    }

    /// None: there is no such variant.
    pub async fn get(
        &self,
        hash: &ContentHash,
        width: u32,
        format: Format,
    ) -> Result<Option<Bytes>, object_store::Error> {
        match self.0.get(&path(hash, width, format)).await {
            Ok(found) => found.bytes().await.map(Some),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Deletes what a photo of these widths may have; what is not there counts as deleted.
    pub async fn delete(&self, hash: &ContentHash) -> Result<(), object_store::Error> {
        let names: Vec<Path> = self.0.list(Some(&folder(hash))).map_ok(|found| found.location).try_collect().await?;
        for name in names {
            match self.0.delete(&name).await {
                Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

fn folder(hash: &ContentHash) -> Path {
    let hex = hash.to_string();
    Path::from_iter(["photos", &hex[..2], &hex])
}

fn path(hash: &ContentHash, width: u32, format: Format) -> Path {
    folder(hash).child(format!("{width}.{}", format.extension()))
}
