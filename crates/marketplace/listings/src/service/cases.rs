//! What moderators look through: the queue, reports, appeals, the log.

use std::collections::HashMap;

use serde_json::{Map, Value};
use svetu_http::{Grant, Permission};
use svetu_kernel::{ListingId, Timestamp};
use uuid::Uuid;

use super::{Full, Service};
use crate::{
    ListingError,
    model::{Listing, Reason},
    store::{
        self,
        moderation::{self, Appeal, AuditEntry, Decision, Numbers, Report},
    },
    taxonomy::ItemKind,
};

/// Ads like one in the queue that are shown beside it.
const SIMILAR_MAX: usize = 5;

/// An ad in the queue.
#[derive(Debug)]
pub struct Case {
    pub full: Full,
    pub since: Timestamp,
    pub reasons: Vec<Reason>,
    pub similar: Vec<Listing>,
}

#[derive(Debug)]
pub struct Reported {
    pub report: Report,
    pub full: Full,
}

#[derive(Debug)]
pub struct OpenAppeal {
    pub appeal: Appeal,
    pub decision: Decision,
    pub full: Full,
}

impl Service {
    pub async fn queue(&self, after: Option<(Timestamp, Uuid)>, limit: i64) -> Result<Vec<Case>, ListingError> {
        let queued = moderation::queued(&self.db, after, limit).await?;
        let ids: Vec<ListingId> = queued.iter().map(|row| row.listing).collect();
        let mut fulls = self.fulls_by_id(&ids).await?;
        let mut similar = self.similar(&ids).await?;
        let cases = queued.into_iter().filter_map(|row| {
            let full = fulls.remove(&row.listing)?;
            let similar = similar.remove(&row.listing).unwrap_or_default();
            Some(Case { full, since: row.since, reasons: row.reasons, similar })
        });
        Ok(cases.collect())
    }

    /// By fingerprint; those that the verdict names are among them.
    async fn similar(&self, ids: &[ListingId]) -> Result<HashMap<ListingId, Vec<Listing>>, ListingError> {
        let mut pairs = store::bulk::alike(&self.db, ids).await?;
        let mut counts: HashMap<ListingId, usize> = HashMap::new();
        pairs.retain(|(of, _)| {
            let count = counts.entry(*of).or_default();
            *count += 1;
            *count <= SIMILAR_MAX
        });
        let mut others: Vec<ListingId> = pairs.iter().map(|(_, other)| *other).collect();
        others.sort_unstable();
        others.dedup();
        let found = store::listing::find_many(&self.db, &others).await?;
        let found: HashMap<ListingId, Listing> = found.into_iter().map(|listing| (listing.id, listing)).collect();
        let mut similar: HashMap<ListingId, Vec<Listing>> = HashMap::new();
        for (of, other) in pairs {
            similar.entry(of).or_default().extend(found.get(&other).cloned());
        }
        Ok(similar)
    }

    pub async fn reports(&self, after: Option<Uuid>, limit: i64) -> Result<Vec<Reported>, ListingError> {
        let reports = moderation::open_reports(&self.db, after, limit).await?;
        let ids: Vec<ListingId> = reports.iter().map(|report| report.listing).collect();
        let fulls = self.fulls_by_id(&ids).await?;
        let reported = |report: Report| Some(Reported { full: fulls.get(&report.listing)?.clone(), report });
        Ok(reports.into_iter().filter_map(reported).collect())
    }

    pub async fn appeals(&self, after: Option<Uuid>, limit: i64) -> Result<Vec<OpenAppeal>, ListingError> {
        let appeals = moderation::open_appeals(&self.db, after, limit).await?;
        let ids: Vec<ListingId> = appeals.iter().map(|appeal| appeal.listing).collect();
        let fulls = self.fulls_by_id(&ids).await?;
        let ids: Vec<Uuid> = appeals.iter().map(|appeal| appeal.decision).collect();
        let decisions = moderation::decisions(&self.db, &ids).await?;
        let decisions: HashMap<Uuid, Decision> = decisions.into_iter().map(|found| (found.id, found)).collect();
        let open = |appeal: Appeal| {
            let (decision, full) = (decisions.get(&appeal.decision)?.clone(), fulls.get(&appeal.listing)?.clone());
            Some(OpenAppeal { appeal, decision, full })
        };
        Ok(appeals.into_iter().filter_map(open).collect())
    }

    pub async fn audit(
        &self,
        listing: Option<ListingId>,
        actor: Option<&str>,
        before: Option<i64>,
        limit: i64,
    ) -> Result<Vec<AuditEntry>, ListingError> {
        moderation::audit_page(&self.db, listing, actor, before, limit).await
    }

    pub async fn numbers(&self) -> Result<Numbers, ListingError> {
        let today = self.clock.now().date_naive().and_time(chrono::NaiveTime::MIN).and_utc();
        moderation::numbers(&self.db, today).await
    }

    pub async fn edit_taxonomy<P: Permission>(
        &self,
        grant: &Grant<P>,
        kind: ItemKind,
        key: &str,
        patch: Map<String, Value>,
    ) -> Result<(), ListingError> {
        let (patch, now) = (Value::Object(patch), self.clock.now());
        self.taxonomy.edit(&self.db, kind, key, &patch, grant.actor(), now).await
    }

    async fn fulls_by_id(&self, ids: &[ListingId]) -> Result<HashMap<ListingId, Full>, ListingError> {
        let listings = store::listing::find_many(&self.db, ids).await?;
        Ok(self.fulls(listings, None).await?.into_iter().map(|full| (full.listing.id, full)).collect())
    }
}
