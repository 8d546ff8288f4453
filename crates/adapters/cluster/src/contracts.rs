//! Every contract, both halves: what callers hold in another process, and what answers them in the keeper's.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use async_trait::async_trait;
use bytes::Bytes;
use parking_lot::RwLock;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use svetu_contracts::{
    ContractError,
    geo::{GeoContract, Place, Point},
    identity::{AccountEvent, Admission, IdentityContract, Mailbox, NewAccount, Presented, SiteMember},
    listings::{BulkListing, BulkMode, BulkOutcome, ListingSnapshot, ListingsContract},
    media::{Attachment, MediaContract, PictureFacts, Visibility},
    personal::{PersonalData, PersonalPage, PersonalPart},
    search::{IndexDifference, NewSavedSearch, SearchContract},
    taxonomy::{Attribute, Category, Taxonomy},
    users::{NewFavourite, UsersContract},
};
use svetu_kernel::{AccountId, Actor, ExchangeRate, ListingId, MediaId, PlaceId, Timestamp};
use tonic::Status;

use crate::{
    peers::{Again, Peers},
    wire::{Bounds, Caller, Envelope, Keep, Method, answer, status_of},
};

const SOON: Bounds = Bounds::small(Duration::from_secs(5));
/// What is waited for: the bus, a photo from elsewhere.
const WAIT: Bounds = Bounds::small(Duration::from_secs(60));
/// The whole index.
const LONG: Bounds = Bounds::small(Duration::from_secs(3_600));
/// The whole taxonomy.
const TABLE: Bounds = Bounds::bulk(Duration::from_secs(5));
/// A thousand rows or photos.
const BULK: Bounds = Bounds::bulk(Duration::from_secs(60));

/// What a keeper answers: mounted at its door.
pub struct Kept {
    /// `svetu.geo.v1.Geo`
    pub(crate) service: &'static str,
    pub(crate) methods: &'static [Method],
    pub(crate) keep: Keep,
}

impl std::fmt::Debug for Kept {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Kept").field("service", &self.service).finish_non_exhaustive()
    }
}

/// By its type what the keeper takes of an argument, and how it is handed on.
macro_rules! wire_type {
    ($ty:ty) => {
        $ty
    };
    ($ty:ty, $wire:ty) => {
        $wire
    };
}
macro_rules! hand_on {
    ($arg:ident) => {
        $arg
    };
    ($arg:ident, $expr:expr) => {
        $expr
    };
}
macro_rules! arguments {
    ($($arg:ident),*) => { [$( (stringify!($arg), value(&$arg)?) ),*] };
}

macro_rules! method {
    ($method:ident, $bounds:expr, $again:ident, $callers:expr) => {
        Method { name: stringify!($method), bounds: $bounds, again: Again::$again, callers: &$callers }
    };
}

fn value(of: &impl Serialize) -> Result<Value, ContractError> {
    serde_json::to_value(of).map_err(|error| ContractError::Refused(error.to_string()))
}

/// One list of methods gives both halves of a contract. After a method: its bounds, whether it may be asked twice, and which roles ask
/// it. None of them: no other process; commands ask it in their own.
macro_rules! contract {
    (
        $trait:ident = $service:literal, $client:ident { $($field:ident: $field_ty:ty),* }, $keep:ident;
        $(
            async fn $method:ident( $($arg:ident : $ty:ty $(=> $wire:ty, $conv:expr)?),* ) -> $out:ty,
            $bounds:expr, $again:ident, $callers:expr;
        )*
        $( here { $($local:item)* } )?
        $( apart { $($special:ident => $answer:expr),* } )?
    ) => {
        #[derive(Debug, Clone)]
        pub struct $client {
            caller: Caller,
            $($field: $field_ty),*
        }

        #[async_trait]
        impl $trait for $client {
            $(
                async fn $method(&self, $($arg: $ty),*) -> Result<$out, ContractError> {
                    const METHOD: Method = method!($method, $bounds, $again, $callers);
                    let arguments: BTreeMap<&str, Value> = BTreeMap::from(arguments!($($arg),*));
                    self.caller.call(METHOD, &arguments).await
                }
            )*
            $( $($local)* )?
        }

        pub fn $keep(service: Arc<dyn $trait>) -> Kept {
            const METHODS: &[Method] =
                &[$( method!($method, $bounds, $again, $callers), )* $( $($special),* )?];
            let keep: Keep = Arc::new(move |method, envelope| {
                let service = Arc::clone(&service);
                match method {
                    $(
                        stringify!($method) => {
                            #[derive(Deserialize)]
                            struct Arguments { $($arg: wire_type!($ty $(, $wire)?)),* }
                            Box::pin(answer(envelope, move |Arguments { $($arg),* }: Arguments| async move {
                                service.$method($(hand_on!($arg $(, $conv)?)),*).await
                            }))
                        }
                    )*
                    $( $( name if name == $special.name => Box::pin($answer(service, envelope)), )* )?
                    _ => Box::pin(std::future::ready(Err(Status::unimplemented(method)))),
                }
            });
            Kept { service: $service, methods: METHODS, keep }
        }
    };
}

contract! {
    GeoContract = "svetu.geo.v1.Geo", GeoClient { snap: fn(Point) -> Point }, keep_geo;
    async fn place(id: PlaceId) -> Place, SOON, Yes, ["listings", "search"];
    async fn find(text: &str => String, &text, limit: u32) -> Vec<Place>, SOON, Yes, ["search"];
    async fn nearest(point: Point) -> Place, SOON, Yes, ["listings"];
    async fn places(after: Option<PlaceId>, limit: u32) -> Vec<Place>, SOON, Yes, [];
    here {
        fn snap(&self, point: Point) -> Point {
            (self.snap)(point)
        }
    }
}

impl GeoClient {
    /// `snap`: geo's own function, which knows nothing but the point.
    pub const fn new(peers: Arc<Peers>, snap: fn(Point) -> Point) -> Self {
        Self { caller: Caller::new(peers, "svetu.geo.v1.Geo"), snap }
    }
}

contract! {
    IdentityContract = "svetu.identity.v1.Identity", IdentityClient {}, keep_identity;
    async fn authenticate(session_token: &str => String, &session_token) -> Option<Actor>, SOON, Yes, ["gateway"];
    // A proof of possession is good for once.
    async fn admit(presented: &Presented => Box<Presented>, &presented) -> Admission, SOON, Unheard, ["gateway"];
    async fn site_member(access_token: &str => String, &access_token) -> Option<SiteMember>, SOON, Yes, ["gateway"];
    async fn mailbox(id: AccountId) -> Mailbox, SOON, Yes, ["listings", "users", "search"];
    async fn account_by_email(email: &str => String, &email) -> Option<AccountId>, SOON, Yes, [];
    async fn create_accounts(accounts: Vec<NewAccount>) -> u64, BULK, Yes, [];
    async fn accounts(after: Option<AccountId>, limit: u32) -> Vec<AccountEvent>, SOON, Yes, [];
}

impl IdentityClient {
    pub const fn new(peers: Arc<Peers>) -> Self {
        Self { caller: Caller::new(peers, "svetu.identity.v1.Identity") }
    }
}

contract! {
    UsersContract = "svetu.users.v1.Users", UsersClient {}, keep_users;
    async fn add_favourites(favourites: Vec<NewFavourite>) -> u64, BULK, Yes, [];
    async fn keepers(listing: ListingId, after: Option<AccountId>, limit: u32) -> Vec<AccountId>, SOON, Yes, ["listings"];
}

impl UsersClient {
    pub const fn new(peers: Arc<Peers>) -> Self {
        Self { caller: Caller::new(peers, "svetu.users.v1.Users") }
    }
}

contract! {
    SearchContract = "svetu.search.v1.Search", SearchClient {}, keep_search;
    async fn reindex() -> u64, LONG, Unheard, ["operator"];
    async fn verify(repair: bool) -> IndexDifference, LONG, Unheard, ["operator"];
    async fn catch_up() -> (), WAIT, Yes, ["operator"];
    async fn save_searches(searches: Vec<NewSavedSearch>) -> u64, BULK, Unheard, [];
}

impl SearchClient {
    pub const fn new(peers: Arc<Peers>) -> Self {
        Self { caller: Caller::new(peers, "svetu.search.v1.Search") }
    }
}

/// The taxonomy's parts, of which the other side builds it again.
#[derive(Debug, Serialize, Deserialize)]
struct TaxonomyParts {
    categories: Vec<Category>,
    attributes: Vec<Attribute>,
}

const TAXONOMY: Method = method!(taxonomy, TABLE, Yes, ["users", "search"]);

async fn taxonomy(service: Arc<dyn ListingsContract>, _: Envelope) -> Result<Envelope, Status> {
    let taxonomy = service.taxonomy();
    let parts = TaxonomyParts {
        categories: taxonomy.categories().cloned().collect(),
        attributes: taxonomy.attributes().cloned().collect(),
    };
    Envelope::of(&parts).map_err(status_of)
}

contract! {
    ListingsContract = "svetu.listings.v1.Listings", ListingsClient { taxonomy: Arc<RwLock<Arc<Taxonomy>>> }, keep_listings;
    async fn rate() -> ExchangeRate, SOON, Yes, ["search"];
    async fn listing(id: ListingId) -> ListingSnapshot, SOON, Yes, ["users", "search"];
    async fn snapshots(after: Option<ListingId>, limit: u32) -> Vec<ListingSnapshot>, BULK, Yes, ["search"];
    async fn versions(after: Option<ListingId>, limit: u32) -> Vec<(ListingId, i64)>, BULK, Yes, ["search"];
    async fn handed_on() -> bool, WAIT, Yes, ["search"];
    async fn bulk_upsert(listings: Vec<BulkListing>, mode: BulkMode) -> Vec<BulkOutcome>, BULK, Yes, [];
    async fn bulk_close_vanished(
        seller: AccountId, prefix: &str => String, &prefix, since: Timestamp, dry_run: bool
    ) -> u64, BULK, Yes, [];
    async fn export(
        seller: Option<AccountId>, after: Option<ListingId>, limit: u32
    ) -> Vec<(ListingId, BulkListing)>, BULK, Yes, [];
    here {
        fn taxonomy(&self) -> Arc<Taxonomy> {
            Arc::clone(&self.taxonomy.read())
        }
    }
    apart { TAXONOMY => taxonomy }
}

impl ListingsClient {
    /// Waits until the owner tells its taxonomy once; from then on it is asked anew every minute.
    pub async fn connect(peers: Arc<Peers>) -> Self {
        const REFRESH_EVERY: Duration = Duration::from_secs(60);
        const TRY_EVERY: Duration = Duration::from_millis(500);
        let caller = Caller::new(peers, "svetu.listings.v1.Listings");
        let first = loop {
            match fetch_taxonomy(&caller).await {
                Ok(taxonomy) => break taxonomy,
                Err(error) => tracing::info!(%error, "waiting for the taxonomy of listings"),
            }
            tokio::time::sleep(TRY_EVERY).await;
        };
        let client = Self::knowing(caller, first);
        let (held, asking) = (Arc::downgrade(&client.taxonomy), client.caller.clone());
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(REFRESH_EVERY).await;
                let Some(held) = held.upgrade() else { return };
                match fetch_taxonomy(&asking).await {
                    Ok(fresh) => *held.write() = fresh,
                    Err(error) => tracing::warn!(%error, "the taxonomy stays as it was"),
                }
            }
        });
        client
    }

    pub(crate) fn knowing(caller: Caller, taxonomy: Arc<Taxonomy>) -> Self {
        Self { caller, taxonomy: Arc::new(RwLock::new(taxonomy)) }
    }
}

async fn fetch_taxonomy(caller: &Caller) -> Result<Arc<Taxonomy>, ContractError> {
    let parts: TaxonomyParts = caller.call(TAXONOMY, &BTreeMap::<&str, Value>::new()).await?;
    let built = Taxonomy::build(parts.categories, parts.attributes);
    let built = built.map_err(|(at, mistake)| ContractError::Unavailable(format!("its taxonomy: {at}: {mistake}")))?;
    Ok(Arc::new(built))
}

const STORE: Method = method!(store, BULK, Yes, []);
const STORE_MANY: Method = method!(store_many, BULK, Yes, []);

async fn store(service: Arc<dyn MediaContract>, envelope: Envelope) -> Result<Envelope, Status> {
    let Envelope { files, .. } = &envelope;
    let owner: AccountId = envelope.open().map_err(|error| Status::invalid_argument(error.to_string()))?;
    let [photo] = files.as_slice() else { return Err(Status::invalid_argument("expected one file")) };
    Envelope::of(&service.store(owner, photo.clone()).await.map_err(status_of)?).map_err(status_of)
}

async fn store_many(service: Arc<dyn MediaContract>, envelope: Envelope) -> Result<Envelope, Status> {
    let owners: Vec<AccountId> = envelope.open().map_err(|error| Status::invalid_argument(error.to_string()))?;
    if owners.len() != envelope.files.len() {
        return Err(Status::invalid_argument("expected a file for each owner"));
    }
    let photos = owners.into_iter().zip(envelope.files).collect();
    Envelope::of(&service.store_many(photos).await.map_err(status_of)?).map_err(status_of)
}

contract! {
    MediaContract = "svetu.media.v1.Media", MediaClient {}, keep_media;
    async fn describe(ids: &[MediaId] => Vec<MediaId>, &ids) -> Vec<PictureFacts>, SOON, Yes, ["listings"];
    async fn attach(
        holder: &str => String, &holder, owner: AccountId, media: &[MediaId] => Vec<MediaId>, &media, visibility: Visibility
    ) -> (), SOON, Yes, ["listings"];
    async fn attach_many(attachments: Vec<Attachment>) -> (), BULK, Yes, ["listings"];
    async fn fetch(owner: AccountId, url: &str => String, &url) -> PictureFacts, WAIT, Yes, [];
    here {
        async fn store(&self, owner: AccountId, bytes: Bytes) -> Result<PictureFacts, ContractError> {
            let envelope = Envelope { files: vec![bytes], ..Envelope::of(&owner)? };
            self.caller.send(STORE, envelope).await?.open().map_err(|error| self.caller.misread(STORE, &error))
        }

        async fn store_many(&self, photos: Vec<(AccountId, Bytes)>) -> Result<Vec<PictureFacts>, ContractError> {
            let (owners, files): (Vec<AccountId>, Vec<Bytes>) = photos.into_iter().unzip();
            let envelope = Envelope { files, ..Envelope::of(&owners)? };
            self.caller.send(STORE_MANY, envelope).await?.open().map_err(|error| self.caller.misread(STORE_MANY, &error))
        }
    }
    apart { STORE => store, STORE_MANY => store_many }
}

impl MediaClient {
    pub const fn new(peers: Arc<Peers>) -> Self {
        Self { caller: Caller::new(peers, "svetu.media.v1.Media") }
    }
}

/// A page of what a service holds of a person; a file's bytes travel beside it.
#[derive(Debug, Serialize, Deserialize)]
struct PageOnTheWire {
    rows: Option<(String, Vec<Value>)>,
    file: Option<String>,
    next: Option<String>,
}

#[derive(Debug, Serialize, Deserialize)]
struct PersonalQuestion {
    account: AccountId,
    after: Option<String>,
}

/// Identity alone tells a person all that is held of them.
const PERSONAL: Method = method!(personal, BULK, Yes, ["identity"]);

#[derive(Debug, Clone)]
pub struct PersonalClient {
    caller: Caller,
    service: &'static str,
}

impl PersonalClient {
    /// `name`: `svetu.users.v1.Personal`; `service`: what its folder in an export is called.
    pub const fn new(peers: Arc<Peers>, name: &'static str, service: &'static str) -> Self {
        Self { caller: Caller::new(peers, name), service }
    }
}

#[async_trait]
impl PersonalData for PersonalClient {
    fn service(&self) -> &'static str {
        self.service
    }

    async fn personal(&self, account: AccountId, after: Option<&str>) -> Result<PersonalPage, ContractError> {
        let question = Envelope::of(&PersonalQuestion { account, after: after.map(str::to_owned) })?;
        let envelope = self.caller.send(PERSONAL, question).await?;
        let page: PageOnTheWire = envelope.open().map_err(|error| self.caller.misread(PERSONAL, &error))?;
        let file = page.file.zip(envelope.files.into_iter().next());
        let part = match (page.rows, file) {
            (Some((name, rows)), _) => Some(PersonalPart::Rows { name: name.into(), rows }),
            (None, Some((name, bytes))) => Some(PersonalPart::File { name, bytes }),
            (None, None) => None,
        };
        Ok(PersonalPage { part, next: page.next })
    }
}

/// What a service tells of a person.
pub fn keep_personal(name: &'static str, service: Arc<dyn PersonalData>) -> Kept {
    let keep: Keep = Arc::new(move |_, envelope| Box::pin(personal(Arc::clone(&service), envelope)));
    Kept { service: name, methods: &[PERSONAL], keep }
}

async fn personal(service: Arc<dyn PersonalData>, envelope: Envelope) -> Result<Envelope, Status> {
    let question: PersonalQuestion = envelope.open().map_err(|error| Status::invalid_argument(error.to_string()))?;
    let page = service.personal(question.account, question.after.as_deref()).await.map_err(status_of)?;
    let (mut wire, mut files) = (PageOnTheWire { rows: None, file: None, next: page.next }, Vec::new());
    match page.part {
        Some(PersonalPart::Rows { name, rows }) => wire.rows = Some((name.into_owned(), rows)),
        Some(PersonalPart::File { name, bytes }) => {
            wire.file = Some(name);
            files.push(bytes);
        }
        None => {}
    }
    Ok(Envelope { files, ..Envelope::of(&wire).map_err(status_of)? })
}
