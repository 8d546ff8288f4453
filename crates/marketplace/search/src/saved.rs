//! Saved searches: kept as they were understood, turned round in memory, and what they find.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use svetu_contracts::{ContractError, listings::ListingSnapshot};
use svetu_kernel::{AccountId, ExchangeRate, Language, ListingId, PlaceId, SavedSearchId, Timestamp};
use svetu_ports::search_index::IndexDocument;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::card::Card;
use crate::document::document;
use crate::matching::{Conditions, Names, Subject};
use crate::params::{Ask, Params};
use crate::plan::{self, Leeway};
use crate::reverse::{Asked, ReverseIndex};
use crate::service::read_card;
use crate::store::{self, Added, Alert, Asking, Found};
use crate::{Search, SearchError};

/// Of one account.
pub(crate) const SAVED_MAX: i64 = 100;
pub(crate) const NAME_CHARS_MAX: usize = 100;
const QUERY_CHARS_MAX: usize = 2_000;
const PAGE: i64 = 10_000;
/// A search may be committed so long after the moment that it bears.
const LATE_S: i64 = 60;
/// Rows of one statement.
const FOUND_MAX: usize = 5_000;

/// How often a person wants to be written to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Frequency {
    Instant,
    Daily,
    Weekly,
    /// What is found is shown on the page only.
    Off,
}

impl Frequency {
    pub(crate) const ALL: [Self; 4] = [Self::Instant, Self::Daily, Self::Weekly, Self::Off];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Instant => "instant",
            Self::Daily => "daily",
            Self::Weekly => "weekly",
            Self::Off => "off",
        }
    }

    /// Between two letters. An instant one waits some minutes for company after the last.
    pub(crate) const fn every_s(self) -> f64 {
        match self {
            Self::Instant => 300.0,
            Self::Daily => 86_400.0,
            Self::Weekly | Self::Off => 7.0 * 86_400.0,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AlertKind {
    New,
    /// It got cheaper.
    Price,
}

impl AlertKind {
    pub(crate) const ALL: [Self; 2] = [Self::New, Self::Price];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Price => "price",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Saved {
    pub id: SavedSearchId,
    pub owner: AccountId,
    pub name: String,
    pub query: String,
    pub language: Language,
    pub frequency: Frequency,
    pub created_at: Timestamp,
}

/// What a person wants saved.
pub(crate) struct Wish {
    pub name: Option<String>,
    pub query: String,
    pub frequency: Frequency,
}

/// A name that is not empty and not too long.
pub(crate) fn name(text: &str) -> Result<String, SearchError> {
    let name = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if name.is_empty() || name.chars().count() > NAME_CHARS_MAX {
        return Err(SearchError::Field { field: "/name" });
    }
    Ok(name)
}

impl Search {
    /// The search as it was understood; one without any condition is none.
    async fn understood(&self, query: &str, now: Timestamp, reader: Language) -> Result<Ask, SearchError> {
        let wrong = SearchError::Field { field: "/query" };
        if query.chars().count() > QUERY_CHARS_MAX {
            return Err(wrong);
        }
        let Ok(params) = Params::parse(query.trim_start_matches('?')) else { return Err(wrong) };
        let ask = self.settle(&params.ask, now, reader).await?.ask;
        let bare = Ask { order: ask.order, point: ask.point, currency: ask.currency, ..Ask::default() };
        if ask == bare || ask.canonical().chars().count() > QUERY_CHARS_MAX {
            return Err(wrong);
        }
        Ok(ask)
    }

    /// Saves it; the same search again is the one that is there. True: it is new.
    pub(crate) async fn save(
        &self,
        owner: AccountId,
        wish: Wish,
        created_at: Timestamp,
        reader: Language,
    ) -> Result<(Saved, bool), SearchError> {
        let now = self.0.clock.now();
        let ask = self.understood(&wish.query, now, reader).await?;
        let name = match &wish.name {
            Some(text) => name(text)?,
            None => self.name_of(&ask, reader).await?,
        };
        let saved = Saved {
            id: SavedSearchId::new(now),
            owner,
            name,
            query: ask.canonical(),
            language: reader,
            frequency: wish.frequency,
            created_at,
        };
        let mut tx = self.0.db.begin().await?;
        let added = store::add_saved(&mut tx, &saved, now).await?;
        tx.commit().await?;
        match added {
            Added::New => {
                let rate = self.rate(now).await?;
                let mut places = HashMap::new();
                self.turn_round(saved.id, &saved.query, reader, &rate, &mut places, None).await?;
                Ok((saved, true))
            }
            Added::Known(id) => Ok((store::saved(&self.0.db, id).await?.ok_or(SearchError::NoSuchSaved)?, false)),
            Added::Full => Err(SearchError::SavedFull { max: SAVED_MAX }),
        }
    }

    /// Its words, category, place and price.
    async fn name_of(&self, ask: &Ask, reader: Language) -> Result<String, SearchError> {
        let taxonomy = self.taxonomy();
        let mut parts: Vec<String> = vec![ask.q.clone()];
        let category = ask.category.as_deref().and_then(|id| taxonomy.category(id));
        parts.extend(category.map(|category| category.names.get(reader).to_owned()));
        if let Some(place) = ask.place {
            parts.extend(self.place_name(place).await?);
        }
        for (limit, sign) in [(ask.price_min, '≥'), (ask.price_max, '≤')] {
            parts.extend(limit.map(|limit| format!("{sign} {} {}", limit / 100, ask.currency())));
        }
        parts.retain(|part| !part.is_empty());
        let name: String = parts.join(", ").chars().take(NAME_CHARS_MAX).collect();
        Ok(if name.is_empty() { crate::answer::local(reader, "Pretraga", "Поиск", "Search") } else { name })
    }

    async fn place_name(&self, place: PlaceId) -> Result<Option<String>, SearchError> {
        match self.0.geo.place(place).await {
            Ok(place) => Ok(Some(place.name)),
            Err(ContractError::NotFound) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    pub(crate) async fn saved(&self, id: SavedSearchId) -> Result<Saved, SearchError> {
        store::saved(&self.0.db, id).await?.ok_or(SearchError::NoSuchSaved)
    }

    pub(crate) async fn update_saved(
        &self,
        id: SavedSearchId,
        to_name: Option<&str>,
        frequency: Option<Frequency>,
    ) -> Result<Saved, SearchError> {
        let to_name = to_name.map(name).transpose()?;
        let mut tx = self.0.db.begin().await?;
        if !store::update_saved(&mut tx, id, to_name.as_deref(), frequency, self.0.clock.now()).await? {
            return Err(SearchError::NoSuchSaved);
        }
        tx.commit().await?;
        self.saved(id).await
    }

    pub(crate) async fn delete_saved(&self, id: SavedSearchId) -> Result<(), SearchError> {
        let mut tx = self.0.db.begin().await?;
        store::delete_saved(&mut tx, id).await?;
        tx.commit().await?;
        self.0.saved.write().remove(id);
        Ok(())
    }

    /// What it found that can still be found, with the keys of its rows; the owner has looked now.
    pub(crate) async fn alerts(
        &self,
        id: SavedSearchId,
        after: Option<(Timestamp, Uuid)>,
        limit: i64,
        reader: Language,
    ) -> Result<(Vec<(Card, Alert)>, Option<(Timestamp, Uuid)>), SearchError> {
        let now = self.0.clock.now();
        let mut rows = store::alerts(&self.0.db, id, after, limit + 1).await?;
        let more = rows.len() > usize::try_from(limit).unwrap_or(0);
        rows.truncate(usize::try_from(limit).unwrap_or(0));
        let next = rows.last().filter(|_| more).map(|row| (row.at, row.listing.uuid()));
        if after.is_none() {
            store::looked(&self.0.db, id, now).await?;
        }
        let (taxonomy, rate) = (self.taxonomy(), self.rate(now).await?);
        let documents = self.0.index.documents(rows.iter().map(|row| row.listing.uuid()).collect()).await?;
        let shown = rows
            .into_iter()
            .zip(documents)
            .filter_map(|(row, document)| {
                let card = read_card(&document?.payload)?;
                Some((Card::new(card, None, &taxonomy, &rate, reader), row))
            })
            .collect();
        Ok((shown, next))
    }

    /// The end of a letter's one-click address.
    pub(crate) fn unsubscribe_token(&self, id: SavedSearchId) -> String {
        format!("{id}.{}", self.tag(id))
    }

    pub(crate) async fn unsubscribe(&self, token: &str) -> Result<(), SearchError> {
        let (id, tag) = token.split_once('.').ok_or(SearchError::UnsubscribeUnknown)?;
        let id: SavedSearchId = id.parse().map_err(|_| SearchError::UnsubscribeUnknown)?;
        // Compared by their hashes: the time it takes tells nothing.
        if blake3::hash(self.tag(id).as_bytes()) != blake3::hash(tag.as_bytes()) {
            return Err(SearchError::UnsubscribeUnknown);
        }
        let mut tx = self.0.db.begin().await?;
        // A search that is deleted writes no letters: that is what was asked for.
        store::update_saved(&mut tx, id, None, Some(Frequency::Off), self.0.clock.now()).await?;
        Ok(tx.commit().await?)
    }

    fn tag(&self, id: SavedSearchId) -> String {
        blake3::keyed_hash(&self.0.unsubscribe_key, id.uuid().as_bytes()).to_hex()[..32].to_owned()
    }

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
    async fn turn_round(
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
        let make =
            |names: &mut Names| self.conditions(&ask, language, place_name.as_deref(), rate, names);
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
    pub(crate) async fn matches(
        &self,
        documents: Vec<IndexDocument>,
    ) -> Result<Vec<Vec<SavedSearchId>>, SearchError> {
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
