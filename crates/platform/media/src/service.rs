use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
    time::Duration,
};

use bytes::Bytes;
use futures::{StreamExt as _, TryStreamExt as _, stream};
use moka::sync::Cache;
use svetu_contracts::media::Attachment;
use svetu_db::Db;
use svetu_kernel::{AccountId, MediaId, SharedClock};
use svetu_ports::meter::Lookups;
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::{
    config::MediaConfig,
    error::MediaError,
    fetch::Fetcher,
    files::Files,
    model::{Media, PhotoFacts},
    photo::{ContentHash, Format},
    pool::{self, PhotoPool},
    store::{self, Sight},
};

/// Holders of one call, and media of one holder.
pub const ATTACHMENTS_MAX: usize = 1_000;
pub const MEDIA_OF_HOLDER_MAX: usize = 100;
pub const DESCRIBE_MAX: usize = 1_000;
pub const STORE_MAX: usize = 1_000;

/// Photos of one call that wait for the pipeline or for the object store; the pipeline has its own bound.
const MAKES_PARALLEL: usize = 8;

/// How long a photo is safe from the sweep after an upload began or a hold ended.
const CHECK_AFTER: Duration = Duration::from_secs(3_600);
const SWEEP_BATCH: i64 = 100;
const SWEEP_BATCHES_MAX: u32 = 100;

pub struct Service {
    pub(crate) db: Db,
    pub(crate) clock: SharedClock,
    pub(crate) config: MediaConfig,
    pub files: Files,
    pool: PhotoPool,
    uploads: Semaphore,
    fetcher: Fetcher,
    /// Photos that something public holds; what became private is seen for at most this cache's time to live longer.
    public: Cache<ContentHash, ()>,
    lookups: Arc<Lookups>,
}

impl Service {
    pub fn try_new(db: Db, clock: SharedClock, files: Files, config: MediaConfig) -> Result<Arc<Self>, MediaError> {
        Ok(Arc::new(Self {
            pool: PhotoPool::new(config.pipeline_permits),
            uploads: Semaphore::new(config.uploads_max.max(1)),
            fetcher: Fetcher::try_new(&config)?,
            lookups: Lookups::of("media_public"),
            public: Cache::builder().max_capacity(100_000).time_to_live(Duration::from_secs(60)).build(),
            db,
            clock,
            files,
            config,
        }))
    }

    /// A place for one body in memory; refused when none comes free in time.
    pub async fn place(&self) -> Result<SemaphorePermit<'_>, MediaError> {
        match tokio::time::timeout(self.config.upload_wait, self.uploads.acquire()).await {
            Ok(Ok(permit)) => Ok(permit),
            Ok(Err(_)) | Err(_) => Err(MediaError::Overloaded),
        }
    }

    /// A person's upload: as [`Service::store`], within the number of photos that one may hold without using them.
    pub async fn upload(&self, owner: AccountId, bytes: Bytes) -> Result<Media, MediaError> {
        let mut tx = self.db.begin().await?;
        let unattached_max = self.config.unattached_max;
        if store::unattached(&mut tx, owner, unattached_max).await? >= unattached_max {
            return Err(MediaError::TooManyUnattached { unattached_max });
        }
        tx.commit().await?;
        self.store(owner, bytes).await
    }

    /// As [`Service::store_many`], one photo.
    pub async fn store(&self, owner: AccountId, bytes: Bytes) -> Result<Media, MediaError> {
        self.store_many(&[(owner, bytes)]).await?.pop().ok_or(MediaError::NotFound)
    }

    /// Through the pipeline into the object store, then the rows. Same owner and same bytes: the same media. All or none.
    ///
    /// Killed at any moment: files without a holder are found by the sweep, rows never name files that are not there.
    pub async fn store_many(&self, photos: &[(AccountId, Bytes)]) -> Result<Vec<Media>, MediaError> {
        if photos.len() > STORE_MAX {
            return Err(MediaError::TooMany { max: STORE_MAX });
        }
        let hashes = pool::hash(photos.iter().map(|(_, bytes)| bytes.clone()).collect()).await?;
        let by_hash: BTreeMap<ContentHash, &Bytes> =
            hashes.iter().copied().zip(photos.iter().map(|(_, bytes)| bytes)).collect();
        let distinct: Vec<ContentHash> = by_hash.keys().copied().collect();
        let mut tx = self.db.begin().await?;
        let ready = store::announce(&mut tx, &distinct, self.clock.now() + CHECK_AFTER).await?;
        tx.commit().await?;
        let missing: Vec<Bytes> =
            by_hash.iter().filter(|(hash, _)| !ready.contains(*hash)).map(|(_, bytes)| (*bytes).clone()).collect();
        let made: Vec<PhotoFacts> =
            stream::iter(missing).map(|bytes| self.make(bytes)).buffer_unordered(MAKES_PARALLEL).try_collect().await?;
        let now = self.clock.now();
        let mut tx = self.db.begin().await?;
        for facts in &made {
            store::complete(&mut tx, facts, now).await?;
        }
        let holds: BTreeSet<(AccountId, ContentHash)> =
            photos.iter().map(|(owner, _)| *owner).zip(hashes.iter().copied()).collect();
        let held = store::hold(&mut tx, &holds.into_iter().collect::<Vec<_>>(), now).await?;
        tx.commit().await?;
        let held: HashMap<_, _> = held.into_iter().map(|media| ((media.owner, media.photo.hash), media)).collect();
        photos
            .iter()
            .zip(&hashes)
            .map(|((owner, _), hash)| held.get(&(*owner, *hash)).cloned().ok_or(MediaError::NotFound))
            .collect()
    }

    async fn make(&self, bytes: Bytes) -> Result<PhotoFacts, MediaError> {
        let photo = self.pool.process(bytes).await?;
        self.files.put(&photo).await?;
        Ok(PhotoFacts::from(&photo))
    }

    /// From a public address; see [`Fetcher`].
    pub async fn fetch(&self, owner: AccountId, url: &str) -> Result<Media, MediaError> {
        let bytes = self.fetcher.fetch(url).await?;
        self.store(owner, bytes).await
    }

    /// The media and whether something public holds it.
    pub async fn media(&self, id: MediaId) -> Result<(Media, bool), MediaError> {
        let mut tx = self.db.begin().await?;
        let media = store::load(&mut tx, &[id]).await?.remove(&id).ok_or(MediaError::NotFound)?;
        let public = store::is_public(&mut tx, id).await?;
        tx.commit().await?;
        Ok((media, public))
    }

    /// Those that exist, in the order asked.
    pub async fn describe(&self, ids: &[MediaId]) -> Result<Vec<Media>, MediaError> {
        if ids.len() > DESCRIBE_MAX {
            return Err(MediaError::TooMany { max: DESCRIBE_MAX });
        }
        let mut tx = self.db.begin().await?;
        let found = store::load(&mut tx, ids).await?;
        tx.commit().await?;
        Ok(ids.iter().filter_map(|id| found.get(id).cloned()).collect())
    }

    /// The owner's, in the order of their ids.
    pub async fn owned(&self, owner: AccountId, after: MediaId, limit: i64) -> Result<Vec<Media>, MediaError> {
        let mut tx = self.db.begin().await?;
        let found = store::owned(&mut tx, owner, after, limit).await?;
        tx.commit().await?;
        Ok(found)
    }

    pub async fn delete(&self, id: MediaId) -> Result<(), MediaError> {
        let mut tx = self.db.begin().await?;
        if !store::delete_unattached(&mut tx, id, self.clock.now() + CHECK_AFTER).await? {
            return Err(MediaError::InUse { id });
        }
        tx.commit().await?;
        Ok(())
    }

    /// All or none. What a holder held before and is not named again loses it.
    pub async fn attach(&self, attachments: &[Attachment]) -> Result<(), MediaError> {
        if attachments.len() > ATTACHMENTS_MAX {
            return Err(MediaError::TooMany { max: ATTACHMENTS_MAX });
        }
        for attachment in attachments {
            if attachment.media.len() > MEDIA_OF_HOLDER_MAX {
                return Err(MediaError::TooMany { max: MEDIA_OF_HOLDER_MAX });
            }
            if attachment.holder.is_empty() || attachment.holder.chars().count() > 200 {
                return Err(MediaError::Holder);
            }
        }
        let attachments = last_of_each_holder(attachments);
        let mut tx = self.db.begin().await?;
        if let Some(id) = store::foreign(&mut tx, &attachments).await? {
            return Err(MediaError::Foreign { id });
        }
        store::replace(&mut tx, &attachments, self.clock.now()).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Who may see the files of a photo; None: there is none.
    pub async fn sight(&self, hash: &ContentHash, reader: Option<AccountId>) -> Result<Option<Sight>, MediaError> {
        let known = self.public.contains_key(hash);
        self.lookups.note(known);
        if known {
            return Ok(Some(Sight { public: true, own: false }));
        }
        let mut tx = self.db.begin().await?;
        let sight = store::sight(&mut tx, hash, reader).await?;
        tx.commit().await?;
        if sight.is_some_and(|sight| sight.public) {
            self.public.insert(*hash, ());
        }
        Ok(sight)
    }

    pub async fn file(&self, hash: &ContentHash, width: u32, format: Format) -> Result<Option<Bytes>, MediaError> {
        Ok(self.files.get(hash, width, format).await?)
    }

    /// Deletes media without a holder and files without media; answers how many photos went.
    pub async fn sweep(&self) -> Result<u64, MediaError> {
        for _ in 0..SWEEP_BATCHES_MAX {
            let now = self.clock.now();
            let mut tx = self.db.begin().await?;
            let deleted =
                store::delete_orphans(&mut tx, now - self.config.orphan_after, now + CHECK_AFTER, SWEEP_BATCH).await?;
            tx.commit().await?;
            if deleted == 0 {
                break;
            }
        }
        let mut total = 0;
        for _ in 0..SWEEP_BATCHES_MAX {
            let mut tx = self.db.begin().await?;
            // The rows stay locked until their files are gone: an upload of the same photo waits and then begins anew.
            let (looked, unused) = store::unused(&mut tx, self.clock.now(), SWEEP_BATCH).await?;
            for hash in &unused {
                self.files.delete(hash).await?;
            }
            store::delete_photos(&mut tx, &unused).await?;
            tx.commit().await?;
            total += unused.len() as u64;
            if looked == 0 {
                break;
            }
        }
        Ok(total)
    }
}

/// Several entries of one holder: the last counts. Media named twice by a holder: the first place counts.
fn last_of_each_holder(attachments: &[Attachment]) -> Vec<Attachment> {
    let mut by_holder = std::collections::BTreeMap::new();
    for attachment in attachments {
        let mut once = attachment.clone();
        let mut seen = std::collections::HashSet::new();
        once.media.retain(|id| seen.insert(*id));
        by_holder.insert(once.holder.clone(), once);
    }
    by_holder.into_values().collect()
}
