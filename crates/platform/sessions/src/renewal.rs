//! New tokens for old ones. What was begun is carried to its end, whoever waits for it: a refresh token that the provider has
//! already replaced and nobody wrote down would be lost, and the session with it.

use std::{sync::Arc, time::Duration};

use svetu_db::Db;
use svetu_kernel::SharedClock;
use tokio::sync::Semaphore;
use tokio_util::task::TaskTracker;

use crate::{
    SessionsError,
    provider::Provider,
    service::Known,
    store::{self, Kept},
};

/// At once, in this process. Each ends within the time that its calls may take.
const AT_ONCE_MAX: usize = 256;
/// So long is waited for those that are at work when the process ends.
const SETTLED_MAX: Duration = Duration::from_secs(12);

pub struct Renewals {
    work: Arc<Work>,
    tasks: TaskTracker,
    places: Arc<Semaphore>,
}

struct Work {
    db: Db,
    clock: SharedClock,
    provider: Arc<Provider>,
    key: [u8; 32],
}

impl Renewals {
    pub fn new(db: Db, clock: SharedClock, provider: Arc<Provider>, key: [u8; 32]) -> Self {
        Self {
            work: Arc::new(Work { db, clock, provider, key }),
            tasks: TaskTracker::new(),
            places: Arc::new(Semaphore::new(AT_ONCE_MAX)),
        }
    }

    /// None: somebody else is at it, or too many others are renewed just now.
    pub async fn renew(&self, kept: Kept) -> Result<Option<Renewed>, SessionsError> {
        let Ok(place) = Arc::clone(&self.places).try_acquire_owned() else { return Ok(None) };
        let now = self.work.clock.now();
        let work = Arc::clone(&self.work);
        let task = self.tasks.spawn(async move {
            let leased = store::lease(&work.db, kept.id, kept.access_expires_at, now).await?;
            let renewed = if leased { Some(work.renew(kept).await?) } else { None };
            drop(place);
            Ok(renewed)
        });
        task.await.map_err(|error| SessionsError::Unavailable(format!("a renewal: {error}")))?
    }

    /// Those that are at work have ended, or their time is over.
    pub async fn settle(&self) {
        self.tasks.close();
        if tokio::time::timeout(SETTLED_MAX, self.tasks.wait()).await.is_err() {
            tracing::warn!("sessions were still being renewed; their people are asked for again by the provider");
        }
    }
}

/// What a renewal came to.
pub enum Renewed {
    Fresh(Known),
    /// There is no such session any more.
    Over,
}

impl Work {
    async fn renew(&self, kept: Kept) -> Result<Renewed, SessionsError> {
        let now = self.clock.now();
        match self.provider.renew(&kept.tokens, now).await {
            Ok((tokens, access_expires_at)) => {
                store::renewed(&self.db, &self.key, kept.id, &tokens, access_expires_at, now).await?;
                Ok(Renewed::Fresh(Known { id: kept.id, access: tokens.access.into(), access_expires_at }))
            }
            Err(SessionsError::Over) => {
                store::delete(&self.db, kept.id).await?;
                Ok(Renewed::Over)
            }
            // The provider is away for a moment: what is still good stays so.
            Err(error) => {
                store::give_up(&self.db, kept.id).await?;
                if kept.access_expires_at > now {
                    tracing::warn!(%error, "a session's tokens were not renewed");
                    return Ok(Renewed::Fresh(Known::of(&kept)));
                }
                Err(error)
            }
        }
    }
}
