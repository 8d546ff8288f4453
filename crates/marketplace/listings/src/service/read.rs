//! What readers get.

use std::collections::HashMap;

use chrono::NaiveDate;
use serde_json::{Map, Value};
use svetu_contracts::{
    listings::{Condition, ListingState, Price},
    taxonomy::{AttributeKind, Taxonomy},
};
use svetu_db::Db;
use svetu_http::{Grant, Permission};
use svetu_kernel::{AccountId, Currency, ExchangeRate, FieldProblem, ListingId, Money, Problem, Status, Timestamp};

use super::{Service, permit};
use crate::{
    ListingError,
    model::{Listing, price::Spread},
    store::{
        self,
        listing::{from_text, text_of},
        moderation::{Appeal, Decision, DecisionKind},
    },
};

/// Keepers of one ad are counted this far.
const FAVOURITES_COUNTED_MAX: u32 = 1_000;
/// Fewer like ads say nothing about a price.
const HINT_COUNT_MIN: i64 = 5;
const ATTRIBUTES_ASKED_MAX: usize = 32;

/// An ad with what its page shows beside it.
#[derive(Debug, Clone)]
pub struct Full {
    pub listing: Listing,
    pub rate: ExchangeRate,
    pub seller_since: Option<Timestamp>,
    /// Counted to 1,000.
    pub live_count: i64,
    /// Newest first.
    pub prices: Vec<(Price, Timestamp)>,
    /// The decision against it, for its owner and staff.
    pub reason: Option<(Decision, Option<Appeal>)>,
    pub is_own: bool,
    /// Whether the viewer keeps it.
    pub is_favourite: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Totals {
    pub views: i64,
    pub reveals: i64,
    /// Counted to 1,000.
    pub favourites: u64,
}

impl Service {
    /// One that the caller may see. Others' drafts are not there; what was public once is gone.
    pub async fn get<P: Permission>(&self, grant: &Grant<P>, id: ListingId) -> Result<Full, ListingError> {
        let listing = match grant.reader() {
            // Who is signed in may have just written it.
            Some(_) => store::listing::find(&self.db, id).await?,
            None => self.db.read_stale(|db| async move { store::listing::find(&db, id).await }).await?,
        };
        let now = self.clock.now();
        if listing.state.kind() == ListingState::Purged {
            return Err(ListingError::Gone);
        }
        permit(grant, &listing, now)?;
        self.full(listing, grant.reader()).await
    }

    pub async fn full(&self, listing: Listing, viewer: Option<AccountId>) -> Result<Full, ListingError> {
        let id = listing.id;
        self.fulls(vec![listing], viewer).await?.pop().ok_or(ListingError::Corrupt { id })
    }

    /// In the order given. Whether the viewer keeps one is asked for a single ad only: lists show hearts by themselves.
    pub async fn fulls(&self, listings: Vec<Listing>, viewer: Option<AccountId>) -> Result<Vec<Full>, ListingError> {
        let mut contexts = match viewer {
            Some(_) => store::listing::contexts(&self.db, &listings).await?,
            None => self.db.read_stale(async |db| store::listing::contexts(&db, &listings).await).await?,
        };
        let (rate, is_one) = (self.rate().await?, listings.len() == 1);
        let mut fulls = Vec::with_capacity(listings.len());
        for mut listing in listings {
            let context = contexts.remove(&listing.id).unwrap_or_default();
            listing.seller.name = context.name.unwrap_or(listing.seller.name);
            let reason = self.statement(&listing).await?;
            let is_favourite = match viewer {
                Some(viewer) if is_one => self.keeps(viewer, listing.id).await,
                Some(_) | None => false,
            };
            fulls.push(Full {
                rate,
                seller_since: context.since,
                live_count: context.live_count,
                prices: context.prices,
                reason,
                is_own: viewer == Some(listing.seller.id),
                is_favourite,
                listing,
            });
        }
        Ok(fulls)
    }

    /// Keepers come in the order of their ids: the first after one's predecessor is oneself or somebody else.
    async fn keeps(&self, who: AccountId, id: ListingId) -> bool {
        let Some(users) = self.users.get() else { return false };
        let before = who.uuid().as_u128().checked_sub(1).map(|id| AccountId::from_uuid(uuid::Uuid::from_u128(id)));
        match users.keepers(id, before, 1).await {
            Ok(keepers) => keepers.first() == Some(&who),
            Err(error) => {
                tracing::warn!(%error, listing.id = %id, "an ad is shown without its heart");
                false
            }
        }
    }

    async fn statement(&self, listing: &Listing) -> Result<Option<(Decision, Option<Appeal>)>, ListingError> {
        match listing.state.kind() {
            ListingState::Refused | ListingState::Removed => {}
            ListingState::Draft | ListingState::InReview | ListingState::Live | ListingState::Reserved => {
                return Ok(None);
            }
            ListingState::Sold | ListingState::Paused | ListingState::Expired => return Ok(None),
            ListingState::Archived | ListingState::Purged => return Ok(None),
        }
        let decision = store::moderation::last_decision(&self.db, listing.id).await?;
        let Some(decision) = decision.filter(|decision| match decision.kind {
            DecisionKind::Refuse | DecisionKind::Remove => true,
            DecisionKind::Approve | DecisionKind::Reinstate => false,
        }) else {
            return Ok(None);
        };
        let appeal = store::moderation::appeal_of(&self.db, decision.id).await?;
        Ok(Some((decision, appeal)))
    }

    /// A seller's own, newest first, with their numbers.
    pub async fn mine(
        &self,
        owner: AccountId,
        state: Option<ListingState>,
        after: Option<ListingId>,
        limit: i64,
    ) -> Result<Vec<(Full, Totals)>, ListingError> {
        let listings = store::listing::of_seller(&self.db, owner, state, after, limit).await?;
        let ids: Vec<ListingId> = listings.iter().map(|listing| listing.id).collect();
        let totals: HashMap<ListingId, (i64, i64)> = store::activity::totals(&self.db, &ids).await?;
        let mut mine = Vec::with_capacity(listings.len());
        for full in self.fulls(listings, Some(owner)).await? {
            let id = full.listing.id;
            let (views, reveals) = totals.get(&id).copied().unwrap_or_default();
            mine.push((full, Totals { views, reveals, favourites: self.favourites(id).await? }));
        }
        Ok(mine)
    }

    async fn favourites(&self, id: ListingId) -> Result<u64, ListingError> {
        match self.users.get() {
            Some(users) => Ok(users.keepers(id, None, FAVOURITES_COUNTED_MAX).await?.len() as u64),
            None => Ok(0),
        }
    }

    pub async fn latest_draft(&self, owner: AccountId) -> Result<Option<Full>, ListingError> {
        match store::listing::latest_draft(&self.db, owner).await? {
            Some(listing) => Ok(Some(self.full(listing, Some(owner)).await?)),
            None => Ok(None),
        }
    }

    /// Totals, and views by day.
    pub async fn statistics<P: Permission>(
        &self,
        grant: &Grant<P>,
        id: ListingId,
    ) -> Result<(Totals, Vec<(NaiveDate, i64)>), ListingError> {
        let listing = store::listing::find(&self.db, id).await?;
        permit(grant, &listing, self.clock.now())?;
        let by_day = store::activity::views(&self.db, id).await?;
        let totals = store::activity::totals(&self.db, &[id]).await?;
        let (views, reveals) = totals.get(&id).copied().unwrap_or_default();
        Ok((Totals { views, reveals, favourites: self.favourites(id).await? }, by_day))
    }

    pub async fn price_history<P: Permission>(
        &self,
        grant: &Grant<P>,
        id: ListingId,
    ) -> Result<Vec<(Price, Timestamp)>, ListingError> {
        let listing = store::listing::find(&self.db, id).await?;
        permit(grant, &listing, self.clock.now())?;
        store::listing::price_history(&self.db, id).await
    }

    /// First those alike in all that was asked, then of the same make and model, and where there are no makes the category.
    pub async fn price_hint(&self, question: PriceQuestion) -> Result<Option<Spread>, ListingError> {
        let PriceQuestion { category, condition, currency, attributes } = question;
        let taxonomy = self.taxonomy.get();
        if taxonomy.category(&category).is_none() {
            return Err(ListingError::NoSuchItem);
        }
        let (alike, models) = likeness(&taxonomy, &category, &attributes);
        let tries = if models == alike { vec![alike] } else { vec![alike, models] };
        let condition = condition.map(|condition| text_of(&condition));
        let rate = self.rate().await?;
        let shown =
            |minor| rate.convert(Money::new(minor, Currency::Rsd), currency).map_or(minor, |money| money.amount_minor);
        for like in tries {
            let like = Value::Object(like);
            let spread =
                async |db: Db| store::listing::price_spread(db.pool(), &category, condition.as_deref(), &like).await;
            let found = self.db.read_stale(spread).await?;
            if found.count >= HINT_COUNT_MIN {
                let Spread { count, low, median, high } = found;
                return Ok(Some(Spread { count, low: shown(low), median: shown(median), high: shown(high) }));
            }
        }
        Ok(None)
    }
}

/// What a price hint is asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct PriceQuestion {
    pub category: String,
    pub condition: Option<Condition>,
    /// Of the answer.
    pub currency: Currency,
    /// By key, as they stand in an address.
    pub attributes: Vec<(String, String)>,
}

impl PriceQuestion {
    /// # Errors
    /// 400 `request.query_invalid` naming the parameter.
    pub fn parse(pairs: Vec<(String, String)>) -> Result<Self, Problem> {
        let refuse = |name: &str, code: &'static str| {
            Problem::new(Status::BadRequest, "request.query_invalid").field(FieldProblem::new(name, code))
        };
        let mut question =
            Self { category: String::new(), condition: None, currency: Currency::Rsd, attributes: vec![] };
        for (name, value) in pairs {
            match name.as_str() {
                "category" => question.category = value,
                "condition" => {
                    let condition = from_text(&value).ok_or_else(|| refuse("condition", "field.invalid"))?;
                    question.condition = Some(condition);
                }
                "currency" => question.currency = value.parse().map_err(|_| refuse("currency", "field.invalid"))?,
                other => match other.strip_prefix("attr.") {
                    Some(key) if question.attributes.len() < ATTRIBUTES_ASKED_MAX => {
                        question.attributes.push((key.to_owned(), value));
                    }
                    Some(_) => return Err(refuse(other, "field.too_long").with("max", ATTRIBUTES_ASKED_MAX)),
                    None => {}
                },
            }
        }
        if question.category.is_empty() { Err(refuse("category", "field.missing")) } else { Ok(question) }
    }
}

/// What makes two things comparable: what they are, not how worn they are. All of it, and make and model alone.
fn likeness(
    taxonomy: &Taxonomy,
    category: &str,
    asked: &[(String, String)],
) -> (Map<String, Value>, Map<String, Value>) {
    let (mut alike, mut models) = (Map::new(), Map::new());
    for (key, value) in asked {
        let used = taxonomy.uses(category).iter().any(|used| used.key == *key);
        let Some(attribute) = taxonomy.attribute(key).filter(|_| used && !value.is_empty()) else { continue };
        match &attribute.kind {
            AttributeKind::Make { .. } | AttributeKind::Model { .. } => {
                models.insert(key.clone(), value.as_str().into());
                alike.insert(key.clone(), value.as_str().into());
            }
            AttributeKind::Choice { .. } | AttributeKind::Size { .. } => {
                alike.insert(key.clone(), value.as_str().into());
            }
            AttributeKind::Year { .. } => {
                alike.extend(value.parse::<i64>().ok().map(|year| (key.clone(), year.into())));
            }
            AttributeKind::Text { .. } | AttributeKind::Number { .. } | AttributeKind::Integer { .. } => {}
            AttributeKind::Boolean | AttributeKind::Date => {}
            AttributeKind::Choices { .. } | AttributeKind::Colour { .. } => {}
        }
    }
    (alike, models)
}
