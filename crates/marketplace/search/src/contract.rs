//! What commands ask of the index: to be built anew, to be compared, to have caught up.

use std::time::Duration;

use async_trait::async_trait;
use svetu_contracts::{
    ContractError,
    listings::ListingSnapshot,
    search::{IndexDifference, NewSavedSearch, SearchContract},
};
use svetu_kernel::{Language, ListingId};
use svetu_ports::{BusError, SearchIndexError, search_index::HITS_MAX};
use uuid::Uuid;

use crate::consumers::INDEX;
use crate::document::{document, version};
use crate::saved::{Frequency, Wish};
use crate::{Search, SearchError};

const SNAPSHOT_PAGE: u32 = 1_000;
const VERSION_PAGE: u32 = 10_000;
const BULK_MAX: usize = 1_000;
/// Differences that are mended one by one; more of them are mended by building anew.
const MENDED_MAX: usize = 10_000;
const EXAMPLES_MAX: usize = 20;
const CAUGHT_UP_MAX: Duration = Duration::from_secs(600);
const LOOK_EVERY: Duration = Duration::from_millis(20);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    Missing,
    Stale,
    Surplus,
}

impl Fault {
    const fn name(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Stale => "stale",
            Self::Surplus => "surplus",
        }
    }

    /// What is wrong between the owner's version and the index's.
    fn between(owner: Option<u64>, index: Option<u64>) -> Option<Self> {
        match (owner, index) {
            (Some(owner), Some(index)) => (owner != index).then_some(Self::Stale),
            (Some(_), None) => Some(Self::Missing),
            (None, Some(_)) => Some(Self::Surplus),
            (None, None) => None,
        }
    }
}

/// Pages of an ordered list, one item at a time.
struct Ahead<T> {
    page: std::vec::IntoIter<T>,
    last: Option<Uuid>,
    done: bool,
}

impl<T> Ahead<T> {
    fn new() -> Self {
        Self { page: Vec::new().into_iter(), last: None, done: false }
    }

    fn fill(&mut self, page: Vec<T>, id: impl Fn(&T) -> Uuid) {
        self.last = page.last().map(id).or(self.last);
        self.done = page.is_empty();
        self.page = page.into_iter();
    }

    fn is_dry(&self) -> bool {
        self.page.as_slice().is_empty() && !self.done
    }
}

fn unavailable(error: BusError) -> ContractError {
    ContractError::Unavailable(error.to_string())
}

impl Search {
    /// Until the index has everything that its owner committed before: also what still waits to be handed to the bus.
    async fn caught_up(&self) -> Result<(), ContractError> {
        let work = async {
            while !self.0.listings.handed_on().await? {}
            // A group that has not begun has everything before it.
            while self.0.bus.lag(INDEX).await.map_err(unavailable)? != Some(0) {
                tokio::time::sleep(LOOK_EVERY).await;
            }
            Ok::<(), ContractError>(())
        };
        let late = || ContractError::Unavailable(format!("the index is behind after {} s", CAUGHT_UP_MAX.as_secs()));
        tokio::time::timeout(CAUGHT_UP_MAX, work).await.unwrap_or_else(|_| Err(late()))?;
        Ok(self.0.index.refresh().await.map_err(SearchError::from)?)
    }

    async fn build_anew(&self) -> Result<u64, ContractError> {
        // What is published from here on reaches the new index by the bus, before it too; versions settle the rest.
        let position = self.0.bus.end().await.map_err(unavailable)?;
        self.0.index.begin_rebuild().await.map_err(|error| match error {
            SearchIndexError::Rebuilding => ContractError::Refused("the index is being built anew already".to_owned()),
            other => SearchError::from(other).into(),
        })?;
        match self.fill().await {
            Ok(count) => {
                self.0.index.finish_rebuild().await.map_err(SearchError::from)?;
                match self.0.bus.seek(INDEX, &position).await {
                    // A running member wrote to both indexes all the while.
                    Ok(()) | Err(BusError::GroupRunning(_)) => {}
                    Err(error) => return Err(unavailable(error)),
                }
                tracing::info!(documents = count, "the search index was built anew");
                Ok(count)
            }
            Err(error) => {
                if let Err(abandoned) = self.0.index.abandon_rebuild().await {
                    tracing::warn!(error = %abandoned, "a half-built search index stays behind");
                }
                Err(error)
            }
        }
    }

    async fn fill(&self) -> Result<u64, ContractError> {
        let taxonomy = self.taxonomy();
        let (mut after, mut count) = (None, 0);
        loop {
            let page = self.0.listings.snapshots(after, SNAPSHOT_PAGE).await?;
            let Some(last) = page.last() else { return Ok(count) };
            after = Some(last.id);
            let documents: Vec<_> = page
                .iter()
                .filter(|listing| listing.state.is_searchable())
                .map(|listing| document(listing, &taxonomy, &self.0.analyser))
                .collect();
            count += documents.len() as u64;
            if !documents.is_empty() {
                self.0.index.rebuild(documents).await.map_err(SearchError::from)?;
            }
        }
    }

    /// Every id that differs, by one walk over both lists; `true`: there are more than are kept.
    async fn differing(&self) -> Result<(u64, Vec<Uuid>, bool), ContractError> {
        let (mut owner, mut index) = (Ahead::new(), Ahead::new());
        let (mut compared, mut ids) = (0, Vec::new());
        loop {
            if owner.is_dry() {
                let page = self.0.listings.versions(owner.last.map(ListingId::from_uuid), VERSION_PAGE).await?;
                let page: Vec<(Uuid, u64)> = page.into_iter().map(|(id, at)| (id.uuid(), version(at))).collect();
                owner.fill(page, |(id, _)| *id);
            }
            if index.is_dry() {
                let page = self.0.index.scan(index.last, VERSION_PAGE as usize).await.map_err(SearchError::from)?;
                index.fill(page, |(id, _)| *id);
            }
            let (a, b) = (owner.page.as_slice().first().copied(), index.page.as_slice().first().copied());
            let id = match (a, b) {
                (None, None) => return Ok((compared, ids, false)),
                (Some((id, _)), None) | (None, Some((id, _))) => id,
                (Some((a, _)), Some((b, _))) => a.min(b),
            };
            let of = |side: Option<(Uuid, u64)>| side.filter(|(known, _)| *known == id).map(|(_, version)| version);
            if Fault::between(of(a), of(b)).is_some() {
                if ids.len() == MENDED_MAX {
                    return Ok((compared, ids, true));
                }
                ids.push(id);
            }
            compared += 1;
            if of(a).is_some() {
                owner.page.next();
            }
            if of(b).is_some() {
                index.page.next();
            }
        }
    }

    /// Both sides looked at again, now: what differed because it was on its way is no difference.
    async fn confirm(&self, ids: &[Uuid]) -> Result<Vec<(Uuid, Fault, Option<ListingSnapshot>, u64)>, ContractError> {
        let mut out = Vec::new();
        for some in ids.chunks(HITS_MAX) {
            let documents = self.0.index.documents(some.to_vec()).await.map_err(SearchError::from)?;
            for (id, indexed) in some.iter().zip(documents) {
                let listing = match self.0.listings.listing(ListingId::from_uuid(*id)).await {
                    Ok(listing) => Some(listing),
                    Err(ContractError::NotFound) => None,
                    Err(error) => return Err(error),
                };
                let shown = listing.as_ref().filter(|listing| listing.state.is_searchable());
                let (ours, theirs) = (indexed.map(|document| document.version), shown.map(|l| version(l.version)));
                if let Some(fault) = Fault::between(theirs, ours) {
                    out.push((*id, fault, listing, ours.unwrap_or(0)));
                }
            }
        }
        Ok(out)
    }

    async fn repair(&self, faults: Vec<(Uuid, Fault, Option<ListingSnapshot>, u64)>) -> Result<(), ContractError> {
        let taxonomy = self.taxonomy();
        let (mut put, mut taken) = (Vec::new(), Vec::new());
        for (id, _, listing, indexed) in faults {
            match listing {
                Some(listing) if listing.state.is_searchable() => {
                    put.push(document(&listing, &taxonomy, &self.0.analyser));
                }
                Some(listing) => taken.push((id, version(listing.version))),
                // Its owner forgot it: whatever the index has of it is old.
                None => taken.push((id, indexed + 1)),
            }
        }
        while !put.is_empty() {
            let rest = put.split_off(put.len().min(BULK_MAX));
            self.0.index.upsert(std::mem::replace(&mut put, rest)).await.map_err(SearchError::from)?;
        }
        while !taken.is_empty() {
            let rest = taken.split_off(taken.len().min(BULK_MAX));
            self.0.index.delete(std::mem::replace(&mut taken, rest)).await.map_err(SearchError::from)?;
        }
        Ok(())
    }

    async fn compare(&self, repair: bool) -> Result<IndexDifference, ContractError> {
        self.caught_up().await?;
        let (compared, ids, too_many) = self.differing().await?;
        if !ids.is_empty() {
            self.caught_up().await?;
        }
        let faults = self.confirm(&ids).await?;
        let count = |fault| faults.iter().filter(|(_, known, ..)| *known == fault).count() as u64;
        let difference = IndexDifference {
            compared,
            missing: count(Fault::Missing),
            stale: count(Fault::Stale),
            surplus: count(Fault::Surplus),
            examples: faults
                .iter()
                .take(EXAMPLES_MAX)
                .map(|(id, fault, ..)| format!("{} {}", ListingId::from_uuid(*id), fault.name()))
                .collect(),
        };
        if repair && !faults.is_empty() {
            self.repair(faults).await?;
            // An index that is ahead of its owner (restored from a backup) takes no older versions.
            if too_many || !self.confirm(&ids).await?.is_empty() {
                self.build_anew().await?;
            }
        }
        Ok(difference)
    }

    /// In a task of its own: a caller who goes away leaves no half-built index.
    async fn to_its_end<T: Send + 'static>(
        work: impl Future<Output = Result<T, ContractError>> + Send + 'static,
    ) -> Result<T, ContractError> {
        tokio::spawn(work).await.map_err(|error| ContractError::Unavailable(error.to_string()))?
    }
}

#[async_trait]
impl SearchContract for Search {
    async fn reindex(&self) -> Result<u64, ContractError> {
        let search = self.clone();
        Self::to_its_end(async move { search.build_anew().await }).await
    }

    async fn verify(&self, repair: bool) -> Result<IndexDifference, ContractError> {
        let search = self.clone();
        Self::to_its_end(async move { search.compare(repair).await }).await
    }

    async fn catch_up(&self) -> Result<(), ContractError> {
        self.caught_up().await
    }

    async fn save_searches(&self, searches: Vec<NewSavedSearch>) -> Result<u64, ContractError> {
        if searches.len() > BULK_MAX {
            return Err(ContractError::Refused(format!("more than {BULK_MAX} searches at once")));
        }
        let mut saved = 0;
        for NewSavedSearch { owner, name, query, created_at } in searches {
            let wish = Wish { name: Some(name), query, frequency: Frequency::Daily };
            match self.save(owner, wish, created_at, Language::default()).await {
                Ok((_, new)) => saved += u64::from(new),
                // One account is full: the rest of the batch is saved.
                Err(SearchError::SavedFull { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(saved)
    }
}
