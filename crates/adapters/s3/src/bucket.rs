use std::{fmt, sync::Arc};

use async_trait::async_trait;
use futures::{StreamExt as _, TryStreamExt as _, stream::BoxStream};
use object_store::{
    Error, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore, PutMultipartOptions,
    PutOptions, PutPayload, PutResult, Result, aws::AmazonS3, path::Path, prefix::PrefixStore,
};

use crate::place::{self, S3UrlError};

/// A bucket that is gone is told apart from an object that is not there: the one is a fault, the other an answer, and S3
/// calls both 404.
#[derive(Debug)]
pub struct Bucket(PrefixStore<AmazonS3>);

impl Bucket {
    /// `s3://key:secret@bucket/folder?endpoint=https://host&region=name`; nothing is connected yet.
    pub fn try_new(url: &str) -> std::result::Result<Arc<dyn ObjectStore>, S3UrlError> {
        let (store, folder) = place::open(url)?;
        Ok(Arc::new(Self(PrefixStore::new(store, folder))))
    }
}

impl fmt::Display for Bucket {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(to)
    }
}

/// S3's own word for it stands in the body of the refusal.
fn told(error: Error) -> Error {
    let Error::NotFound { source, .. } = &error else { return error };
    let mut cause = source.source();
    let mut gone = source.to_string().contains("NoSuchBucket");
    while let (false, Some(next)) = (gone, cause) {
        gone = next.to_string().contains("NoSuchBucket");
        cause = next.source();
    }
    if gone { Error::Generic { store: "S3", source: "there is no such bucket".into() } } else { error }
}

#[async_trait]
impl ObjectStore for Bucket {
    async fn put_opts(&self, location: &Path, payload: PutPayload, options: PutOptions) -> Result<PutResult> {
        self.0.put_opts(location, payload, options).await.map_err(told)
    }

    async fn put_multipart_opts(
        &self,
        location: &Path,
        options: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        self.0.put_multipart_opts(location, options).await.map_err(told)
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        self.0.get_opts(location, options).await.map_err(told)
    }

    async fn delete(&self, location: &Path) -> Result<()> {
        self.0.delete(location).await.map_err(told)
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        self.0.list(prefix).map_err(told).boxed()
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.0.list_with_delimiter(prefix).await.map_err(told)
    }

    async fn copy(&self, from: &Path, to: &Path) -> Result<()> {
        self.0.copy(from, to).await.map_err(told)
    }

    async fn copy_if_not_exists(&self, from: &Path, to: &Path) -> Result<()> {
        self.0.copy_if_not_exists(from, to).await.map_err(told)
    }
}
