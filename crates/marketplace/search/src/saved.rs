//! Saved searches: kept as they were understood, and what they found.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use svetu_contracts::ContractError;
use svetu_kernel::{AccountId, Language, PlaceId, SavedSearchId, Timestamp};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::card::Card;
use crate::params::{Ask, Params};
use crate::service::read_card;
use crate::store::{self, Added, Alert};
use crate::{Search, SearchError};

/// Of one account.
pub(crate) const SAVED_MAX: i64 = 100;
pub(crate) const NAME_CHARS_MAX: usize = 100;
const QUERY_CHARS_MAX: usize = 2_000;

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

    pub(crate) async fn place_name(&self, place: PlaceId) -> Result<Option<String>, SearchError> {
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
}
