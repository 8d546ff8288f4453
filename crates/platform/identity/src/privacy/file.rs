//! A file in object storage that only its person's key opens: pieces of eight megabytes, each sealed and bound to its place,
//! so that it is neither written nor read whole.

use std::{fs::File, io::Read as _, sync::Arc};

use bytes::Bytes;
use futures::{Stream, stream};
use object_store::{ObjectStore, PutPayload, path::Path};
use uuid::Uuid;

use crate::{IdentityError, people::DataKey};

const PIECE: u64 = 8 * 1024 * 1024;
/// Nonce and tag of a piece.
const MORE: u64 = 28;
const COLUMN: &str = "identity.export.file";

pub fn path(id: Uuid) -> Path {
    Path::from_iter(["exports", &id.to_string()])
}

/// Which piece of which file, and whether the file ends with it: no piece can be moved, left out or cut off.
fn row(id: Uuid, piece: u64, pieces: u64) -> Vec<u8> {
    [id.as_bytes().as_slice(), &piece.to_be_bytes(), &pieces.to_be_bytes()].concat()
}

const fn pieces(bytes: u64) -> u64 {
    bytes.div_ceil(PIECE)
}

/// Reads the file from where it stands.
pub async fn put(
    objects: &Arc<dyn ObjectStore>,
    key: &DataKey,
    id: Uuid,
    mut file: File,
    bytes: u64,
) -> Result<(), IdentityError> {
    let mut upload = objects.put_multipart(&path(id)).await?;
    let pieces = pieces(bytes);
    for piece in 0..pieces {
        let size = PIECE.min(bytes - piece * PIECE);
        let read = tokio::task::spawn_blocking(move || {
            let mut plain = vec![0; usize::try_from(size).unwrap_or_default()];
            file.read_exact(&mut plain).map(|()| (file, plain))
        });
        let plain;
        (file, plain) = read.await.map_err(std::io::Error::other)??;
        let sealed = key.seal(COLUMN, &row(id, piece, pieces), &plain)?;
        if let Err(error) = upload.put_part(PutPayload::from(sealed)).await {
            upload.abort().await?;
            return Err(error.into());
        }
    }
    upload.complete().await?;
    Ok(())
}

/// Piece by piece; ends with an error where one does not open.
pub fn get(
    objects: Arc<dyn ObjectStore>,
    key: DataKey,
    id: Uuid,
    bytes: u64,
) -> impl Stream<Item = Result<Bytes, IdentityError>> + Send {
    let pieces = pieces(bytes);
    stream::unfold((0, objects, key), move |(piece, objects, key)| async move {
        if piece >= pieces {
            return None;
        }
        let start = piece * (PIECE + MORE);
        let end = start + MORE + PIECE.min(bytes - piece * PIECE);
        let read = async {
            let sealed = objects.get_range(&path(id), start..end).await?;
            Ok(Bytes::from(key.open(COLUMN, &row(id, piece, pieces), &sealed)?))
        };
        let read = read.await;
        // After a fault there is no more.
        let next = if read.is_ok() { piece + 1 } else { pieces };
        Some((read, (next, objects, key)))
    })
}

pub async fn delete(objects: &Arc<dyn ObjectStore>, id: Uuid) -> Result<(), IdentityError> {
    match objects.delete(&path(id)).await {
        Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
        Err(error) => Err(error.into()),
    }
}
