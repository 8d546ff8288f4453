//! What all use cases stand on: copies, rates, places, pictures, and the one way in which a change is written.

mod cases;
mod contact;
mod edit;
mod facts;
mod moderate;
mod newest;
mod publish;
mod read;

use std::{
    collections::HashMap,
    sync::{Arc, OnceLock},
    time::Duration,
};

use svetu_contracts::{
    ContractError,
    geo::{GeoContract, Place, Point},
    identity::IdentityContract,
    listings::{LISTING_CHANGED, ListingPlace, ListingState, PRICE_DROPPED, PriceDropped, SellerKind},
    media::{MediaContract, PictureFacts, Visibility},
    users::UsersContract,
};
use svetu_db::{Db, Tx, outbox};
use svetu_http::{Catalogue, Grant, Permission};
use svetu_kernel::{AccountId, Actor, ExchangeRate, FieldProblem, MediaId, PlaceId, Role, SharedClock, Timestamp};
use svetu_ports::{Cache, Event, Mailer, Resource};

use crate::{
    ListingError, ListingsDeps, MESSAGES,
    guess::Guesser,
    model::{Listing, PriceChange, Seller, price::Spread, rules::Rules},
    store,
    taxonomy::InForce,
};

pub use cases::{Case, OpenAppeal, Reported};
pub use contact::{Contact, Viewer};
pub use edit::Input;
pub use moderate::{AppealVerdict, ModeratorDecision};
pub use read::{Full, PriceQuestion, Totals};

pub const SERVICE: &str = "listings";
/// Middle rate of the National Bank of Serbia, until an operator sets another.
const FIRST_RATE_MICRO: i64 = 117_174_200;
const PLACES_MAX: u64 = 20_000;
const SPREADS_MAX: u64 = 10_000;
const MEDIA_ASKED_MAX: usize = 1_000;

pub struct Service {
    pub db: Db,
    pub clock: SharedClock,
    pub taxonomy: InForce,
    pub rules: Rules,
    pub geo: Arc<dyn GeoContract>,
    pub media: Arc<dyn MediaContract>,
    pub identity: Arc<dyn IdentityContract>,
    pub cache: Arc<dyn Cache>,
    pub mailer: Arc<dyn Mailer>,
    pub users: OnceLock<Arc<dyn UsersContract>>,
    pub site_url: String,
    pub guesser: Guesser,
    /// Of letters and statements, which are written without a request.
    pub messages: Catalogue,
    /// Of the digests by which visitors are told apart.
    viewer_key: [u8; 32],
    rates: moka::sync::Cache<(), ExchangeRate>,
    places: moka::sync::Cache<PlaceId, Arc<Place>>,
    /// What the like cost a moment ago: a shop's thousands of rows are compared with the same ads.
    spreads: moka::sync::Cache<String, Spread>,
}

impl Service {
    pub async fn try_new(deps: ListingsDeps) -> Result<Self, ListingError> {
        let ListingsDeps { db, clock, geo, media, identity, cache, mailer, secrets, site_url } = deps;
        let secret = secrets.get_or_create("listings.viewers", 32).await?;
        let service = Self {
            taxonomy: InForce::read(&db).await?,
            rules: Rules::committed()?,
            rates: moka::sync::Cache::builder().max_capacity(1).time_to_live(Duration::from_secs(10)).build(),
            places: moka::sync::Cache::builder()
                .max_capacity(PLACES_MAX)
                .time_to_live(Duration::from_secs(600))
                .build(),
            spreads: moka::sync::Cache::builder()
                .max_capacity(SPREADS_MAX)
                .time_to_live(Duration::from_secs(60))
                .build(),
            users: OnceLock::new(),
            guesser: Guesser::default(),
            messages: Catalogue::try_new([MESSAGES])?,
            viewer_key: blake3::derive_key("svetu listings viewers v1", secret.expose()),
            db,
            clock,
            geo,
            media,
            identity,
            cache,
            mailer,
            site_url,
        };
        service.ensure_rate().await?;
        Ok(service)
    }

    async fn ensure_rate(&self) -> Result<(), ListingError> {
        let now = self.clock.now();
        if store::activity::rate(&self.db, now).await?.is_none() {
            let first = ExchangeRate { rsd_per_eur_micro: FIRST_RATE_MICRO, valid_from: Timestamp::UNIX_EPOCH };
            let mut tx = self.db.begin().await?;
            store::activity::set_rate(&mut tx, first, None, now).await?;
            tx.commit().await?;
        }
        Ok(())
    }

    /// The rate of the moment; another process's change is seen after ten seconds.
    pub async fn rate(&self) -> Result<ExchangeRate, ListingError> {
        if let Some(rate) = self.rates.get(&()) {
            return Ok(rate);
        }
        let rate = store::activity::rate(&self.db, self.clock.now()).await?;
        let rate =
            rate.unwrap_or(ExchangeRate { rsd_per_eur_micro: FIRST_RATE_MICRO, valid_from: Timestamp::UNIX_EPOCH });
        self.rates.insert((), rate);
        Ok(rate)
    }

    pub fn forget_rate(&self) {
        self.rates.invalidate_all();
    }

    pub async fn place(&self, id: PlaceId) -> Result<Option<Arc<Place>>, ListingError> {
        if let Some(place) = self.places.get(&id) {
            return Ok(Some(place));
        }
        match self.geo.place(id).await {
            Ok(place) => {
                let place = Arc::new(place);
                self.places.insert(id, Arc::clone(&place));
                Ok(Some(place))
            }
            Err(ContractError::NotFound) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Where an ad is, as others may know it: a private seller's point is snapped before it is kept.
    pub fn placed(&self, place: &Place, point: Option<Point>, kind: SellerKind) -> ListingPlace {
        let point = match (point, kind) {
            (Some(point), SellerKind::Person) => self.geo.snap(point),
            (Some(point), SellerKind::Trader) => point,
            (None, _) => place.point,
        };
        ListingPlace {
            id: place.id,
            name: place.name.clone(),
            name_cyrl: place.name_cyrl.clone(),
            parent_name: place.parent_name.clone(),
            country: place.country.clone(),
            point,
        }
    }

    /// Facts of media by id; unknown ones are absent.
    pub async fn pictures(&self, ids: &[MediaId]) -> Result<HashMap<MediaId, PictureFacts>, ListingError> {
        let mut found = HashMap::with_capacity(ids.len());
        for ids in ids.chunks(MEDIA_ASKED_MAX) {
            for facts in self.media.describe(ids).await? {
                found.insert(facts.picture.id, facts);
            }
        }
        Ok(found)
    }

    /// Who posts: the copy of the account, else what identity says now.
    /// On the connection that the caller holds, or on the pool for one who holds none.
    pub async fn seller(
        &self,
        connection: impl sqlx::PgExecutor<'_>,
        actor: &Actor,
        id: AccountId,
    ) -> Result<(Seller, Timestamp), ListingError> {
        let (name, is_trader, since) = match store::activity::seller(connection, id).await? {
            Some(copy) => (copy.display_name, copy.is_trader, copy.created_at),
            None => (self.identity.mailbox(id).await?.display_name, actor.has(Role::Trader), self.clock.now()),
        };
        let kind = if is_trader { SellerKind::Trader } else { SellerKind::Person };
        Ok((Seller { id, kind, name }, since))
    }

    pub fn term(&self, category: Option<&str>) -> chrono::Duration {
        let days = category.and_then(|id| self.taxonomy.get().category(id).map(|found| found.term_days)).unwrap_or(30);
        chrono::Duration::days(i64::from(days))
    }

    /// Writes the ad with its price and tells others, in this transaction.
    pub async fn write(
        &self,
        tx: &mut Tx<'_>,
        listing: &Listing,
        price: Option<PriceChange>,
        now: Timestamp,
    ) -> Result<(), ListingError> {
        store::bulk::save(tx, &[listing]).await?;
        if let Some(change) = price {
            store::bulk::add_prices(tx, &[(listing.id, change.price, change.at)]).await?;
        }
        outbox::publish_many(tx, &events(listing, price, now)?).await?;
        Ok(())
    }

    /// Media follow the ad at once where they can; the consumer of the same change makes sure of it.
    pub async fn attach(&self, listing: &Listing) {
        let (holder, media, visibility) = attachment(listing);
        if let Err(error) = self.media.attach(&holder, listing.seller.id, &media, visibility).await {
            tracing::warn!(%error, listing.id = %listing.id, "pictures follow their ad later");
        }
    }
}

/// What others are told of a change; nothing of a draft.
pub fn events(listing: &Listing, price: Option<PriceChange>, now: Timestamp) -> Result<Vec<Event>, ListingError> {
    let Some(snapshot) = listing.snapshot() else { return Ok(Vec::new()) };
    let subject = listing.id.to_string();
    let mut events = vec![outbox::event(now, LISTING_CHANGED, SERVICE, subject.clone(), &snapshot)?];
    if let Some((before, after)) = price.and_then(|change| change.dropped) {
        let dropped = PriceDropped { id: listing.id, version: listing.version, before, after };
        events.push(outbox::event(now, PRICE_DROPPED, SERVICE, subject, &dropped)?);
    }
    Ok(events)
}

/// Pictures are public while the page is, and for its owner alone otherwise.
pub fn attachment(listing: &Listing) -> (String, Vec<MediaId>, Visibility) {
    let media = listing.content.pictures.iter().map(|picture| picture.id).collect();
    (listing.id.to_string(), media, visibility(listing.state.kind()))
}

pub const fn visibility(state: ListingState) -> Visibility {
    match state {
        ListingState::Live | ListingState::Reserved | ListingState::Sold => Visibility::Public,
        ListingState::Draft | ListingState::InReview | ListingState::Paused | ListingState::Expired => {
            Visibility::Owner
        }
        ListingState::Archived | ListingState::Refused | ListingState::Removed | ListingState::Purged => {
            Visibility::Owner
        }
    }
}

/// The ad as policy sees it.
pub fn resource(listing: &Listing, now: Timestamp) -> Resource {
    let visibility = if listing.state.is_public(now) { "public" } else { "owner" };
    Resource::new("Listing", listing.id.to_string()).owned_by(listing.seller.id).fact("visibility", visibility)
}

/// Whether the actor may do it to this ad. Who may not even see it learns nothing: it is not there, or gone.
pub fn permit<P: Permission>(grant: &Grant<P>, listing: &Listing, now: Timestamp) -> Result<(), ListingError> {
    match grant.on(&resource(listing, now)) {
        Ok(()) => Ok(()),
        Err(_) if listing.state.is_gone(now) => Err(ListingError::Gone),
        Err(problem) if listing.state.is_public(now) => Err(problem.into()),
        Err(_) => Err(ListingError::NotFound),
    }
}

/// Fields of a request that name what does not exist.
pub fn unknown(field: impl Into<String>, code: &'static str) -> ListingError {
    ListingError::Invalid(vec![FieldProblem::new(field, code)])
}
