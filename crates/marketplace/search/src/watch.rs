//! Saved searches at work: turned round in memory, and what they find among ads.

use std::collections::HashMap;

use svetu_contracts::{ContractError, listings::ListingSnapshot};
use svetu_kernel::{ExchangeRate, Language, ListingId, PlaceId, SavedSearchId, Timestamp};
use svetu_ports::search_index::IndexDocument;
use uuid::Uuid;

use crate::document::document;
use crate::matching::{Conditions, Names, Subject};
use crate::params::{Ask, Params};
use crate::plan::{self, Leeway};
use crate::reverse::{Asked, ReverseIndex};
use crate::saved::{AlertKind, Saved};
use crate::store::{self, Asking, Found};
use crate::{Search, SearchError};

const PAGE: i64 = 10_000;
/// A search may be committed so long after the moment that it bears.
const LATE_S: i64 = 60;
/// Rows of one statement.
const FOUND_MAX: usize = 5_000;

impl Search {
    fn conditions(
        &self,
        ask: &Ask,
        language: Language,
        place_name: Option<&str>,
        rate: &ExchangeRate,
        names: &mut Names,
    ) -> Conditions {
        let tokens = self.0.analyser.analyse_query(&ask.q, language);
        Conditions::new(ask, &plan::text(&tokens, &Leeway::default()), place_name, rate, names)
    }

    /// Puts a search into the reverse index: the one in force, or one that is being made.
    pub(crate) async fn turn_round(
        &self,
        id: SavedSearchId,
        query: &str,
        language: Language,
        rate: &ExchangeRate,
        places: &mut HashMap<PlaceId, Option<String>>,
        into: Option<&mut ReverseIndex>,
    ) -> Result<(), SearchError> {
        let asked: Asked = (language, query.to_owned());
        let ask = match Params::parse(query) {
            Ok(params) => params.ask,
            Err(error) => {
                // One that cannot be read any more must not stop the others.
                tracing::warn!(%error, search.id = %id, "a saved search cannot be read");
                return Ok(());
            }
        };
        let place_name = match ask.place {
            None => None,
            Some(place) => match places.get(&place) {
                Some(known) => known.clone(),
                None => {
                    let name = self.place_name(place).await?;
                    places.insert(place, name.clone());
                    name
                }
            },
        };
        let make = |names: &mut Names| self.conditions(&ask, language, place_name.as_deref(), rate, names);
        match into {
            Some(index) => index.add(id, asked, make),
            None => self.0.saved.write().add(id, asked, make),
        }
        Ok(())
    }

    /// Makes the reverse index from all saved searches.
    pub(crate) async fn refresh_saved(&self) -> Result<(), SearchError> {
        let now = self.0.clock.now();
        let rate = self.rate(now).await?;
        let mut made = ReverseIndex::new(&rate);
        let mut places = HashMap::new();
        let mut after = (Timestamp::UNIX_EPOCH, Uuid::nil());
        loop {
            let page = store::asking(&self.0.db, after, PAGE).await?;
            let Some(last) = page.last() else { break };
            after = (last.updated_at, last.id.uuid());
            for Asking { id, query, language, .. } in &page {
                self.turn_round(*id, query, *language, &rate, &mut places, Some(&mut made)).await?;
            }
        }
        tracing::info!(searches = made.len(), "saved searches are ready to be matched");
        *self.0.saved.write() = made;
        // What was saved meanwhile is read again.
        *self.0.followed_at.lock() = now;
        Ok(())
    }

    /// Adds what other processes saved. Those deleted elsewhere stay until the next start: nobody is told of what they find.
    async fn follow_saved(&self, rate: &ExchangeRate) -> Result<(), SearchError> {
        let from = *self.0.followed_at.lock();
        let now = self.0.clock.now();
        let mut after = (from - chrono::Duration::seconds(LATE_S), Uuid::nil());
        let mut places = HashMap::new();
        loop {
            let page = store::asking(&self.0.db, after, PAGE).await?;
            let Some(last) = page.last() else { break };
            after = (last.updated_at, last.id.uuid());
            for Asking { id, query, language, .. } in &page {
                if !self.0.saved.read().has(*id) {
                    self.turn_round(*id, query, *language, rate, &mut places, None).await?;
                }
            }
        }
        *self.0.followed_at.lock() = now;
        Ok(())
    }

    /// The saved searches that each ad fits: the same set as running every one of them.
    pub(crate) async fn matches(&self, documents: Vec<IndexDocument>) -> Result<Vec<Vec<SavedSearchId>>, SearchError> {
        let now = self.0.clock.now();
        let rate = self.rate(now).await?;
        self.follow_saved(&rate).await?;
        let priced = self.0.saved.read().is_priced_by(&rate);
        if !priced {
            let near = self.0.saved.write().price_by(&rate);
            if !near {
                self.refresh_saved().await?;
            }
        }
        let search = self.clone();
        let matched = tokio::task::spawn_blocking(move || {
            let saved = search.0.saved.read();
            documents.iter().map(|document| saved.matches(document, now)).collect()
        });
        matched.await.map_err(|error| ContractError::Unavailable(error.to_string()).into())
    }

    /// The saved searches that an ad fits, whoever's and whatever their owners were told.
    ///
    /// # Errors
    /// When saved searches or the rate cannot be read.
    pub async fn searches_for(&self, listing: &ListingSnapshot) -> Result<Vec<SavedSearchId>, SearchError> {
        let document = document(listing, &self.taxonomy(), &self.0.analyser);
        Ok(self.matches(vec![document]).await?.pop().unwrap_or_default())
    }

    /// Whether the ad, as it is now, still fits the search.
    pub(crate) async fn still_fits(&self, saved: &Saved, listing: &ListingSnapshot) -> Result<bool, SearchError> {
        let now = self.0.clock.now();
        let rate = self.rate(now).await?;
        let ask = Params::parse(&saved.query)?.ask;
        let place_name = match ask.place {
            Some(place) => self.place_name(place).await?,
            None => None,
        };
        let mut names = Names::default();
        let conditions = self.conditions(&ask, saved.language, place_name.as_deref(), &rate, &mut names);
        let document = document(listing, &self.taxonomy(), &self.0.analyser);
        Ok(Subject::new(&document, &names, now).fits(&conditions))
    }

    /// Notes what searches find in ads that are news since then: published, or their price fell.
    pub(crate) async fn note_found(
        &self,
        kind: AlertKind,
        news: &[(ListingSnapshot, Timestamp)],
    ) -> Result<(), SearchError> {
        if news.is_empty() {
            return Ok(());
        }
        let now = self.0.clock.now();
        let taxonomy = self.taxonomy();
        let documents = news.iter().map(|(listing, _)| document(listing, &taxonomy, &self.0.analyser)).collect();
        let mut found = Vec::new();
        for ((listing, since), searches) in news.iter().zip(self.matches(documents).await?) {
            found.extend(searches.into_iter().map(|search| Found {
                search,
                listing: listing.id,
                seller: listing.seller,
                news_since: *since,
                version: listing.version,
                price_rsd_minor: listing.price_rsd_minor,
            }));
        }
        for some in found.chunks(FOUND_MAX) {
            let mut tx = self.0.db.begin().await?;
            match kind {
                AlertKind::New => store::add_alerts(&mut tx, some, now).await?,
                AlertKind::Price => store::add_price_alerts(&mut tx, some, now).await?,
            }
            tx.commit().await?;
        }
        Ok(())
    }

    pub(crate) async fn forget_found(&self, listings: &[ListingId]) -> Result<(), SearchError> {
        let ids: Vec<Uuid> = listings.iter().map(|id| id.uuid()).collect();
        let mut tx = self.0.db.begin().await?;
        store::purge_listing(&mut tx, &ids).await?;
        Ok(tx.commit().await?)
    }
}
