//! The other services, played by their contracts.

use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    sync::{Arc, LazyLock},
};

use async_trait::async_trait;
use parking_lot::Mutex;
use svetu_contracts::{
    ContractError,
    geo::{GeoContract, Place, Point},
    identity::{AccountEvent, Admission, IdentityContract, Mailbox, NewAccount, Presented, SiteMember},
    listings::{BulkListing, BulkMode, BulkOutcome, ListingSnapshot, ListingsContract},
    taxonomy::Taxonomy,
};
use svetu_kernel::{AccountId, Actor, ExchangeRate, Language, ListingId, PlaceId, Timestamp};
use svetu_ports::{Mail, MailError, Mailer, Secret, SecretError, Secrets};
use uuid::Uuid;

/// The committed one.
pub static TAXONOMY: LazyLock<Arc<Taxonomy>> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../listings/taxonomy");
    let mut files: Vec<(String, String)> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
        .map(|path| (path.display().to_string(), fs::read_to_string(path).unwrap()))
        .collect();
    files.sort();
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    Arc::new(Taxonomy::parse(&files).unwrap().with_cyrillic(svetu_text::latin_to_cyrillic))
});

/// What the owner of ads would answer.
pub struct Ads {
    pub all: Mutex<BTreeMap<ListingId, ListingSnapshot>>,
    pub rate_micro: Mutex<i64>,
    /// Runs before each page of snapshots.
    pub between: Mutex<Option<Box<dyn FnMut() + Send>>>,
    pub page: Mutex<usize>,
}

impl Default for Ads {
    fn default() -> Self {
        Self {
            all: Mutex::default(),
            rate_micro: Mutex::new(117_000_000),
            between: Mutex::default(),
            page: Mutex::new(1_000),
        }
    }
}

#[async_trait]
impl ListingsContract for Ads {
    fn taxonomy(&self) -> Arc<Taxonomy> {
        TAXONOMY.clone()
    }
    async fn rate(&self) -> Result<ExchangeRate, ContractError> {
        Ok(ExchangeRate { rsd_per_eur_micro: *self.rate_micro.lock(), valid_from: Timestamp::default() })
    }
    async fn listing(&self, id: ListingId) -> Result<ListingSnapshot, ContractError> {
        self.all.lock().get(&id).cloned().ok_or(ContractError::NotFound)
    }
    async fn snapshots(&self, after: Option<ListingId>, limit: u32) -> Result<Vec<ListingSnapshot>, ContractError> {
        if let Some(between) = &mut *self.between.lock() {
            between();
        }
        let limit = (*self.page.lock()).min(limit as usize);
        let all = self.all.lock();
        Ok(all.values().filter(|listing| after.is_none_or(|after| listing.id > after)).take(limit).cloned().collect())
    }
    async fn versions(&self, after: Option<ListingId>, limit: u32) -> Result<Vec<(ListingId, i64)>, ContractError> {
        let limit = (*self.page.lock()).min(limit as usize);
        let all = self.all.lock();
        let shown = all.values().filter(|listing| listing.state.is_searchable());
        Ok(shown
            .filter(|listing| after.is_none_or(|after| listing.id > after))
            .take(limit)
            .map(|listing| (listing.id, listing.version))
            .collect())
    }
    async fn handed_on(&self) -> Result<bool, ContractError> {
        Ok(true)
    }
    async fn bulk_upsert(&self, _: Vec<BulkListing>, _: BulkMode) -> Result<Vec<BulkOutcome>, ContractError> {
        panic!("search does not ask for it")
    }
    async fn bulk_close_vanished(&self, _: AccountId, _: &str, _: Timestamp, _: bool) -> Result<u64, ContractError> {
        panic!("search does not ask for it")
    }
    async fn export(
        &self,
        _: Option<AccountId>,
        _: Option<ListingId>,
        _: u32,
    ) -> Result<Vec<(ListingId, BulkListing)>, ContractError> {
        panic!("search does not ask for it")
    }
}

const PLACES: [(&str, &str, Option<&str>, f64, f64); 4] = [
    ("Beograd", "Београд", None, 44.8125, 20.4612),
    ("Novi Beograd", "Нови Београд", Some("Beograd"), 44.8056, 20.4189),
    ("Novi Sad", "Нови Сад", None, 45.2671, 19.8335),
    ("Niš", "Ниш", None, 43.3209, 21.8958),
];

fn place_at(at: usize) -> Place {
    let (name, name_cyrl, parent, lat, lon) = PLACES[at];
    Place {
        id: PlaceId::from_uuid(Uuid::from_u128(0x9000 + at as u128)),
        name: name.to_owned(),
        name_cyrl: name_cyrl.to_owned(),
        parent_name: parent.map(str::to_owned),
        country: "RS".to_owned(),
        point: Point { lat, lon },
        population: 1,
        postal_code: None,
    }
}

pub fn place(name: &str) -> Place {
    place_at(PLACES.iter().position(|(known, ..)| *known == name).unwrap())
}

pub struct Gazetteer;

#[async_trait]
impl GeoContract for Gazetteer {
    async fn place(&self, id: PlaceId) -> Result<Place, ContractError> {
        (0..PLACES.len()).map(place_at).find(|place| place.id == id).ok_or(ContractError::NotFound)
    }
    async fn find(&self, text: &str, limit: u32) -> Result<Vec<Place>, ContractError> {
        let wanted = svetu_text::fold(text);
        let found = (0..PLACES.len()).map(place_at).filter(|place| svetu_text::fold(&place.name) == wanted);
        Ok(found.take(limit as usize).collect())
    }
    async fn nearest(&self, _: Point) -> Result<Place, ContractError> {
        panic!("search does not ask for it")
    }
    fn snap(&self, _: Point) -> Point {
        panic!("search does not ask for it")
    }
    async fn places(&self, _: Option<PlaceId>, _: u32) -> Result<Vec<Place>, ContractError> {
        panic!("search does not ask for it")
    }
}

/// Account 1 reads Serbian in Latin, 2 in Cyrillic, 3 Russian, 4 English.
pub struct Accounts;

#[async_trait]
impl IdentityContract for Accounts {
    async fn authenticate(&self, _: &str) -> Result<Option<Actor>, ContractError> {
        panic!("search does not ask for it")
    }
    async fn admit(&self, _: &Presented) -> Result<Admission, ContractError> {
        Err(ContractError::NotFound)
    }

    async fn site_member(&self, _: &str) -> Result<Option<SiteMember>, ContractError> {
        Ok(None)
    }

    async fn mailbox(&self, id: AccountId) -> Result<Mailbox, ContractError> {
        let language = match id.uuid().as_u128() {
            2 => Language::SrCyrl,
            3 => Language::Ru,
            4 => Language::En,
            _ => Language::SrLatn,
        };
        Ok(Mailbox { email: format!("{id}@primer.rs"), display_name: "Pera".to_owned(), language })
    }
    async fn account_by_email(&self, _: &str) -> Result<Option<AccountId>, ContractError> {
        panic!("search does not ask for it")
    }
    async fn create_accounts(&self, _: Vec<NewAccount>) -> Result<u64, ContractError> {
        panic!("search does not ask for it")
    }
    async fn accounts(&self, _: Option<AccountId>, _: u32) -> Result<Vec<AccountEvent>, ContractError> {
        panic!("search does not ask for it")
    }
}

#[derive(Default)]
pub struct Letters {
    pub sent: Mutex<Vec<Mail>>,
    pub down: Mutex<bool>,
}

#[async_trait]
impl Mailer for Letters {
    async fn send(&self, mail: &Mail) -> Result<(), MailError> {
        if *self.down.lock() {
            return Err(MailError::Unavailable("down".into()));
        }
        self.sent.lock().push(mail.clone());
        Ok(())
    }
}

pub struct OneSecret;

#[async_trait]
impl Secrets for OneSecret {
    async fn get(&self, _: &str) -> Result<Option<Secret>, SecretError> {
        Ok(None)
    }
    async fn put(&self, _: &str, _: &Secret) -> Result<(), SecretError> {
        Ok(())
    }
    async fn get_or_create(&self, _: &str, len: usize) -> Result<Secret, SecretError> {
        Ok(Secret::new(vec![7; len]))
    }
}
