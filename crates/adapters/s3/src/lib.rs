//! Objects in a bucket of S3 or of what speaks as it does (MinIO, Ceph, R2): the port is [`object_store::ObjectStore`].
#![cfg(feature = "engine")]

mod bucket;
mod place;

pub use bucket::Bucket;
pub use place::S3UrlError;
