//! Use cases of readers.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use svetu_contracts::taxonomy::Taxonomy;
use svetu_http::Cursors;
use svetu_kernel::{ExchangeRate, Language, ListingId, Timestamp};
use svetu_ports::search_index::{
    CELLS_MAX, Filter, GeoBox, GridRequest, Hit, NamedFilter, Query, SearchRequest, SearchResponse, Sort,
};

use crate::answer::{self, SearchAnswer, Understood};
use crate::ask::{PageKey, Settled};
use crate::card::{Card, StoredCard};
use crate::params::{Ask, Params};
use crate::plan::{self, Facts};
use crate::understand::{self, Chip, Vocabulary};
use crate::{Search, SearchError};

const LIMIT_DEFAULT: usize = 24;
const FACET_BUDGET: Duration = Duration::from_millis(200);
/// How long a rate is used before it is asked for again.
const RATE_KEPT_S: i64 = 30;
const SIMILAR: usize = 12;
/// Places looked up for one query.
const PLACES_ASKED_MAX: usize = 6;

/// One cell of the map.
pub(crate) struct MapCell {
    pub count: u64,
    pub lat: f64,
    pub lon: f64,
    pub area: GeoBox,
    pub example: ListingId,
    /// The only ad of the cell.
    pub listing: Option<Card>,
}

impl Search {
    pub(crate) fn taxonomy(&self) -> Arc<Taxonomy> {
        self.0.listings.taxonomy()
    }

    pub(crate) async fn rate(&self, now: Timestamp) -> Result<ExchangeRate, SearchError> {
        let known = self.0.rate.lock().filter(|(at, _)| (0..RATE_KEPT_S).contains(&(now - *at).num_seconds()));
        if let Some((_, rate)) = known {
            return Ok(rate);
        }
        let rate = self.0.listings.rate().await?;
        *self.0.rate.lock() = Some((now, rate));
        Ok(rate)
    }

    fn vocabulary(&self, taxonomy: &Arc<Taxonomy>) -> Arc<Vocabulary> {
        if let Some((of, vocabulary)) = &*self.0.vocabulary.read()
            && Arc::ptr_eq(of, taxonomy)
        {
            return Arc::clone(vocabulary);
        }
        let made = Arc::new(Vocabulary::new(taxonomy));
        *self.0.vocabulary.write() = Some((Arc::clone(taxonomy), Arc::clone(&made)));
        made
    }

    /// The request of what was settled.
    pub(crate) async fn request(&self, settled: &Settled, reader: Language) -> Result<SearchRequest, SearchError> {
        let tokens = self.0.analyser.analyse_query(&settled.ask.q, reader);
        let place = match settled.ask.place {
            Some(id) => match self.0.geo.place(id).await {
                Ok(place) => Some(place.name),
                Err(svetu_contracts::ContractError::NotFound) => None,
                Err(error) => return Err(error.into()),
            },
            None => None,
        };
        let facts = Facts { rate: &settled.rate, now: epoch(settled.as_of), place_name: place.as_deref() };
        Ok(SearchRequest {
            query: plan::text(&tokens, &settled.leeway),
            filters: plan::filters(&settled.ask, &facts),
            sort: plan::sort(&settled.ask, &settled.rate, settled.as_of),
            after: None,
            limit: 0,
            facets: Vec::new(),
            grid: None,
            facet_budget: FACET_BUDGET,
        })
    }

    /// A page of results.
    pub(crate) async fn search(
        &self,
        params: &Params,
        cursors: &Cursors,
        reader: Language,
        network: Option<IpAddr>,
    ) -> Result<SearchAnswer, SearchError> {
        let now = self.0.clock.now();
        let (ask, limit) = (&params.ask, params.limit.unwrap_or(LIMIT_DEFAULT));
        let scope = format!("search.search {} {}", reader.tag(), ask.canonical());
        let taxonomy = self.taxonomy();
        let (mut settled, after) = match &params.cursor {
            Some(cursor) => {
                let key: PageKey =
                    cursors.decode(&scope, cursor).map_err(|_| SearchError::Parameter("cursor".to_owned()))?;
                let rate = self.rate(now).await?;
                (Settled::from_cursor(ask, &key, &rate), Some(key.position()))
            }
            None => (self.settle(ask, now, reader).await?, None),
        };
        let facets = if params.facets { plan::facets(&settled.ask, &taxonomy) } else { Vec::new() };
        let mut request = self.request(&settled, reader).await?;
        request.after = after;
        request.limit = limit;
        request.facets = facets;
        let mut response = self.0.index.search(request).await?;
        if response.total == 0 && after.is_none() {
            (settled, response) = self.relax(settled, response, limit, params.facets, &taxonomy, reader).await?;
        }
        let first = after.is_none();
        if first && response.total > 0 && settled.given_up.is_empty() {
            self.0.popular.asked(&settled.ask.q, network, now);
            self.tend_popular();
        }
        let chips = if first { self.chips(&settled, &taxonomy, reader).await } else { Vec::new() };
        let more = response.hits.len() == limit;
        let cursor = response
            .hits
            .last()
            .filter(|_| more)
            .map(|hit| cursors.encode(&scope, &PageKey::new(hit.position, &settled)));
        let facets = params.facets.then(|| {
            answer::facets(std::mem::take(&mut response.facets), &settled.ask, &taxonomy, &settled.rate, reader)
        });
        let corrected = settled.corrected.then(|| settled.ask.q.clone());
        Ok(SearchAnswer {
            total: response.total,
            total_exact: true,
            facets,
            facets_partial: response.facets_partial,
            cursor,
            understood: Understood { chips, corrected, relaxed: settled.sentences(reader) },
            items: cards(response.hits, &taxonomy, &settled.rate, reader),
        })
    }

    /// Gives up one thing after another until something is found; else the empty answer as it was.
    async fn relax(
        &self,
        settled: Settled,
        empty: SearchResponse,
        limit: usize,
        with_facets: bool,
        taxonomy: &Taxonomy,
        reader: Language,
    ) -> Result<(Settled, SearchResponse), SearchError> {
        let rare = self.rare_first(&settled, reader).await?;
        let parents: Vec<String> = settled
            .ask
            .category
            .as_deref()
            .map(|category| taxonomy.path(category))
            .unwrap_or_default()
            .iter()
            .rev()
            .skip(1)
            .map(|parent| parent.id.clone())
            .collect();
        for way in settled.ways_out(&rare, &parents) {
            let mut wider = settled.clone();
            for step in way {
                wider.give_up(step);
            }
            let mut request = self.request(&wider, reader).await?;
            request.limit = limit;
            if with_facets {
                request.facets = plan::facets(&wider.ask, taxonomy);
            }
            let response = self.0.index.search(request).await?;
            if response.total > 0 {
                return Ok((wider, response));
            }
        }
        Ok((settled, empty))
    }

    async fn chips(&self, settled: &Settled, taxonomy: &Arc<Taxonomy>, reader: Language) -> Vec<Chip> {
        let ask = &settled.ask;
        let mut chips: Vec<Chip> = settled.price_chip.iter().cloned().collect();
        if ask.q.is_empty() {
            return chips;
        }
        let vocabulary = self.vocabulary(taxonomy);
        let (found, others) = understand::names(&ask.q, &vocabulary);
        chips.extend(understand::chips(ask, &found, taxonomy, reader));
        let placed = ask.place.is_some() || ask.bbox.is_some() || ask.radius_m.is_some();
        if placed {
            return chips;
        }
        for named in others.iter().filter(|named| named.folded.chars().count() >= 3).take(PLACES_ASKED_MAX) {
            // A place that cannot be asked for is not offered; the answer stands without it.
            let Ok(places) = self.0.geo.find(&named.folded, 1).await else { break };
            let Some(place) = places.first().filter(|place| svetu_text::fold(&place.name) == named.folded) else {
                continue;
            };
            let rest = understand::without(&ask.q, named.range);
            let label = match reader {
                Language::SrCyrl | Language::Ru => place.name_cyrl.clone(),
                Language::SrLatn | Language::En => place.name.clone(),
            };
            chips.push(Chip {
                kind: "place".to_owned(),
                field: "place".to_owned(),
                value: place.id.to_string(),
                label,
                applied: false,
                apply: Ask { q: rest.clone(), place: Some(place.id), ..ask.clone() }.canonical(),
                remove: Ask { q: rest, ..ask.clone() }.canonical(),
            });
            break;
        }
        chips
    }

    /// Cells of the map and how many ads they stand for; the sum of counts is the total.
    pub(crate) async fn cells(
        &self,
        params: &Params,
        area: GeoBox,
        with_cards: bool,
        reader: Language,
    ) -> Result<(Vec<MapCell>, u64), SearchError> {
        let now = self.0.clock.now();
        let taxonomy = self.taxonomy();
        let mut settled = self.settle(&params.ask, now, reader).await?;
        settled.ask.bbox = Some(area);
        let mut request = self.request(&settled, reader).await?;
        request.grid = Some(GridRequest { area, cells_max: CELLS_MAX });
        let response = self.0.index.search(request).await?;
        let single: Vec<uuid::Uuid> =
            response.cells.iter().filter(|cell| with_cards && cell.count == 1).map(|cell| cell.example).collect();
        let mut stored = self.0.index.documents(single).await?.into_iter();
        let cells = response
            .cells
            .into_iter()
            .map(|cell| {
                let listing = if with_cards && cell.count == 1 {
                    stored.next().flatten().and_then(|document| read_card(&document.payload))
                } else {
                    None
                };
                MapCell {
                    count: cell.count,
                    lat: cell.center.lat,
                    lon: cell.center.lon,
                    area: cell.area,
                    example: ListingId::from_uuid(cell.example),
                    listing: listing.map(|card| Card::new(card, None, &taxonomy, &settled.rate, reader)),
                }
            })
            .collect();
        Ok((cells, response.total))
    }

    /// Ads like this one: of its category, by the words of its title.
    pub(crate) async fn similar(&self, id: ListingId, reader: Language) -> Result<Vec<Card>, SearchError> {
        let now = self.0.clock.now();
        let (taxonomy, rate) = (self.taxonomy(), self.rate(now).await?);
        let indexed = self.0.index.documents(vec![id.uuid()]).await?.into_iter().flatten().next();
        let (title, category, language) = match indexed.and_then(|document| read_card(&document.payload)) {
            Some(card) => (card.title, card.category, card.language),
            // A sold ad is in no index, its page still shows others.
            None => match self.0.listings.listing(id).await {
                Ok(listing) => (listing.title, listing.category, listing.language),
                Err(svetu_contracts::ContractError::NotFound) => return Err(SearchError::NoSuchListing),
                Err(error) => return Err(error.into()),
            },
        };
        let tokens = self.0.analyser.analyse_document(&title, language);
        let should = tokens
            .folded
            .into_iter()
            .chain(tokens.stems)
            .take(60)
            .map(|token| Query::Term { field: "title", token, weight: 3 })
            .collect();
        let query = Query::Prefer { must: Box::new(Query::Everything), should };
        let own = Filter::Keyword { key: "id".to_owned(), any_of: vec![id.to_string()] };
        let path = taxonomy.path(&category);
        let mut found = Vec::new();
        for within in path.iter().rev().take(2) {
            let filters = [
                Filter::Keyword { key: "category".to_owned(), any_of: vec![within.id.clone()] },
                Filter::Not(Box::new(own.clone())),
            ];
            let request = SearchRequest {
                query: query.clone(),
                filters: filters.into_iter().map(|filter| NamedFilter { name: String::new(), filter }).collect(),
                sort: Sort::Relevance(vec![svetu_ports::search_index::Signal::Recent {
                    key: "refreshed".to_owned(),
                    origin: now.timestamp(),
                    half: 30 * 86_400,
                    weight: 2_000,
                }]),
                ..SearchRequest::everything(SIMILAR)
            };
            found = self.0.index.search(request).await?.hits;
            if found.len() >= 4 {
                break;
            }
        }
        Ok(cards(found, &taxonomy, &rate, reader))
    }
}

fn epoch(seconds: i64) -> Timestamp {
    Timestamp::from_timestamp(seconds, 0).unwrap_or_default()
}

pub(crate) fn read_card(payload: &[u8]) -> Option<StoredCard> {
    serde_json::from_slice(payload).ok()
}

fn cards(hits: Vec<Hit>, taxonomy: &Taxonomy, rate: &ExchangeRate, reader: Language) -> Vec<Card> {
    hits.into_iter()
        .filter_map(|hit| Some(Card::new(read_card(&hit.payload)?, hit.distance_m, taxonomy, rate, reader)))
        .collect()
}
