//! The demo world, written through the services' own use cases. Taken up again where it was interrupted.

use std::{
    collections::HashMap,
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, ensure};
use bytes::Bytes;
use futures::{StreamExt as _, TryStreamExt as _};
use serde::{Deserialize, Serialize};
use svetu_contracts::{
    ContractError,
    identity::NewAccount,
    listings::{BulkMode, BulkOutcome},
    search::NewSavedSearch,
    users::NewFavourite,
};
use svetu_demo::{Draft, PictureKey, Seller, World};
use svetu_kernel::{AccountId, Language, ListingId, MediaId, Role, SharedClock, Timestamp};
use tokio::sync::{Mutex, OnceCell};
use uuid::Uuid;

use crate::{platform::Contracts, progress};

const ACCOUNTS_CHUNK: u64 = 500;
const LISTINGS_CHUNK: u64 = 250;
const OTHERS_CHUNK: usize = 1_000;
const INDEX_MAX: Duration = Duration::from_secs(120);
const PAUSE: Duration = Duration::from_millis(500);
const PICTURES_PARALLEL: usize = 4;
/// Of one ad: a world of any size loads in bounded time.
const PICTURES_OF_AD_MAX: usize = 4;

/// The accounts of every demo world, one for each role.
pub const STAFF: [(&str, &str, Role); 5] = [
    ("kupac@example.com", "Mira Kupac", Role::Member),
    ("radnja@example.com", "Radnja Demo", Role::Trader),
    ("podrska@example.com", "Vera Podrška", Role::Support),
    ("moderator@example.com", "Milan Moderator", Role::Moderator),
    ("operator@example.com", "Olga Operator", Role::Operator),
];
/// Of all of them: for a machine of one's own.
pub const STAFF_PASSWORD: &str = "svetu-demo-lozinka";

#[derive(Debug, Default, Clone, Copy)]
pub struct Summary {
    pub accounts: u64,
    pub created: u64,
    pub updated: u64,
    pub unchanged: u64,
    pub favourites: u64,
    pub searches: u64,
}

/// What is done already; beside it `<name>.ids` holds the listings' ids in order.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Journal {
    /// The world's now: the same on every attempt, else every ad would change.
    now: Timestamp,
    accounts: bool,
    /// Sellers whose address belonged to another account, which is used instead.
    taken: HashMap<u64, AccountId>,
    listings: u64,
    favourites: bool,
    searches: bool,
}

struct Files {
    journal: PathBuf,
    ids: PathBuf,
}

impl Files {
    fn new(state: &Path, database: &str, seed: u64, listings: u64) -> Result<Self> {
        let folder = state.join("seed");
        fs::create_dir_all(&folder).with_context(|| format!("{}", folder.display()))?;
        // Another database is another world.
        let of = &blake3::hash(database.as_bytes()).to_hex()[..8];
        let name = format!("{of}-{seed}-{listings}");
        Ok(Self { journal: folder.join(format!("{name}.json")), ids: folder.join(format!("{name}.ids")) })
    }

    fn load(&self) -> Result<Option<Journal>> {
        match fs::read(&self.journal) {
            Ok(bytes) => Ok(Some(serde_json::from_slice(&bytes)?)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    fn save(&self, journal: &Journal) -> Result<()> {
        let fresh = self.journal.with_extension("new");
        fs::write(&fresh, serde_json::to_vec(journal)?)?;
        fs::rename(&fresh, &self.journal)?;
        Ok(())
    }

    /// Exactly the first `count` are kept: what was written after the last journal is written again.
    fn ids(&self, count: u64) -> Result<Vec<Uuid>> {
        let bytes = match fs::read(&self.ids) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(error.into()),
        };
        let count = usize::try_from(count)?;
        let ids: Vec<Uuid> =
            bytes.chunks_exact(16).take(count).filter_map(|chunk| Uuid::from_slice(chunk).ok()).collect();
        ensure!(
            ids.len() == count,
            "{} is shorter than its journal says; remove both to begin anew",
            self.ids.display()
        );
        let file = fs::OpenOptions::new().create(true).truncate(false).write(true).open(&self.ids)?;
        file.set_len(count as u64 * 16)?;
        Ok(ids)
    }

    fn append(&self, ids: &[Uuid]) -> Result<()> {
        let mut file = fs::OpenOptions::new().create(true).append(true).open(&self.ids)?;
        let bytes: Vec<u8> = ids.iter().flat_map(|id| *id.as_bytes()).collect();
        file.write_all(&bytes)?;
        Ok(())
    }
}

/// What is told of ads as they go in.
struct Done<'a> {
    files: &'a Files,
    journal: &'a mut Journal,
    ids: &'a mut Vec<Uuid>,
    summary: &'a mut Summary,
}

/// Pictures drawn so far: a world has some hundreds, each is drawn once.
#[derive(Default)]
struct Pictures(Mutex<HashMap<PictureKey, Arc<OnceCell<Bytes>>>>);

impl Pictures {
    async fn draw(&self, key: PictureKey) -> Result<Bytes> {
        let cell = Arc::clone(self.0.lock().await.entry(key).or_default());
        let bytes = cell
            .get_or_try_init(|| async {
                let drawn = tokio::task::spawn_blocking(move || svetu_demo::draw(key)).await??;
                Ok::<_, anyhow::Error>(Bytes::from(drawn))
            })
            .await?;
        Ok(bytes.clone())
    }
}

pub struct Seeder<'a> {
    pub contracts: &'a Contracts,
    pub clock: SharedClock,
    pub state: &'a Path,
    /// Whatever tells databases apart; never a password.
    pub database: &'a str,
}

/// An index that another process just made may not be searched yet.
pub async fn once_indexed<T>(ask: impl AsyncFn() -> Result<T, ContractError>) -> Result<T> {
    let began = Instant::now();
    loop {
        match ask().await {
            Err(ContractError::Unavailable(_)) if began.elapsed() < INDEX_MAX => tokio::time::sleep(PAUSE).await,
            done => return Ok(done?),
        }
    }
}

impl Seeder<'_> {
    /// This world was loaded to its end before.
    pub async fn is_done(&self, seed: u64, listings: u64) -> Result<bool> {
        let journal = self.journal(&Files::new(self.state, self.database, seed, listings)?).await?;
        Ok(journal.is_some_and(|done| done.accounts && done.listings == listings && done.favourites && done.searches))
    }

    /// A journal tells of nothing when the database was begun anew since.
    async fn journal(&self, files: &Files) -> Result<Option<Journal>> {
        let journal = files.load()?;
        let told = journal.as_ref().is_some_and(|journal| journal.listings > 0);
        if told && self.contracts.listings.snapshots(None, 1).await?.is_empty() {
            return Ok(None);
        }
        Ok(journal)
    }

    /// The world of this seed and size. Run again it changes nothing; interrupted it goes on.
    pub async fn run(&self, seed: u64, listings: u64) -> Result<Summary> {
        let files = Files::new(self.state, self.database, seed, listings)?;
        let mut journal = self.journal(&files).await?.unwrap_or_else(|| Journal {
            now: self.clock.now(),
            accounts: false,
            taken: HashMap::new(),
            listings: 0,
            favourites: false,
            searches: false,
        });
        let places = self.places().await?;
        let world = World::new(seed, listings, journal.now, self.contracts.listings.taxonomy(), places)?;
        let world = Arc::new(world);
        let mut summary = Summary::default();
        self.staff(journal.now).await?;
        let mut accounts = Accounts { seed, taken: std::mem::take(&mut journal.taken) };
        if !journal.accounts {
            summary.accounts = self.sellers(&world, &mut accounts).await?;
            journal.accounts = true;
            files.save(&Journal { taken: accounts.taken.clone(), ..journal.clone() })?;
        }
        journal.taken = accounts.taken.clone();
        let mut ids = files.ids(journal.listings)?;
        let done = Done { files: &files, journal: &mut journal, ids: &mut ids, summary: &mut summary };
        self.listings(&world, listings, &accounts, done).await?;
        if !journal.favourites {
            summary.favourites = self.favourites(&world, &accounts, &ids).await?;
            journal.favourites = true;
            files.save(&journal)?;
        }
        if !journal.searches {
            summary.searches = self.searches(&world, &accounts).await?;
            journal.searches = true;
            files.save(&journal)?;
        }
        Ok(summary)
    }

    async fn places(&self) -> Result<Vec<svetu_contracts::geo::Place>> {
        let mut places = Vec::new();
        loop {
            let page = self
                .contracts
                .geo
                .places(places.last().map(|place: &svetu_contracts::geo::Place| place.id), 1_000)
                .await?;
            if page.is_empty() {
                return Ok(places);
            }
            places.extend(page);
        }
    }

    async fn staff(&self, now: Timestamp) -> Result<()> {
        let accounts = STAFF
            .iter()
            .enumerate()
            .map(|(index, (email, name, role))| NewAccount {
                id: AccountId::from_uuid(id_of(u64::MAX, index as u64, now)),
                email: (*email).to_owned(),
                display_name: (*name).to_owned(),
                language: Language::SrLatn,
                roles: if *role == Role::Member { vec![Role::Member] } else { vec![Role::Member, *role] },
                password: Some(STAFF_PASSWORD.to_owned()),
                created_at: now,
            })
            .collect();
        self.contracts.identity.create_accounts(accounts).await?;
        Ok(())
    }

    async fn sellers(&self, world: &Arc<World>, accounts: &mut Accounts) -> Result<u64> {
        let total = world.seller_count();
        let bar = progress::bar(total, "sellers  ");
        let mut created = 0;
        for start in (0..total).step_by(ACCOUNTS_CHUNK as usize) {
            let sellers: Vec<Seller> =
                (start..(start + ACCOUNTS_CHUNK).min(total)).map(|index| world.seller(index)).collect();
            let rows: Vec<NewAccount> = sellers
                .iter()
                .map(|seller| NewAccount {
                    id: accounts.made(seller),
                    email: seller.email.clone(),
                    display_name: seller.name.clone(),
                    language: seller.language,
                    roles: match seller.kind {
                        svetu_contracts::listings::SellerKind::Person => vec![Role::Member],
                        svetu_contracts::listings::SellerKind::Trader => vec![Role::Member, Role::Trader],
                    },
                    password: None,
                    created_at: seller.joined_at,
                })
                .collect();
            let count = rows.len() as u64;
            let new = self.contracts.identity.create_accounts(rows).await?;
            created += new;
            if new < count {
                // Some addresses were taken, by this world's earlier attempt or by another world: those accounts are used.
                for seller in &sellers {
                    let known = self.contracts.identity.account_by_email(&seller.email).await?;
                    if let Some(id) = known.filter(|id| *id != accounts.made(seller)) {
                        accounts.taken.insert(seller.index, id);
                    }
                }
            }
            bar.inc(count);
        }
        bar.finish();
        Ok(created)
    }

    /// From where the journal stands to the end.
    async fn listings(&self, world: &Arc<World>, total: u64, accounts: &Accounts, done: Done<'_>) -> Result<()> {
        let Done { files, journal, ids, summary } = done;
        let pictures = Pictures::default();
        let bar = progress::bar(total, "ads      ");
        bar.set_position(journal.listings);
        while journal.listings < total {
            let range = journal.listings..(journal.listings + LISTINGS_CHUNK).min(total);
            let drawn = Arc::clone(world);
            let drafts: Vec<(Draft, Seller)> = tokio::task::spawn_blocking(move || {
                range
                    .map(|index| {
                        let draft = drawn.listing(index);
                        let seller = drawn.seller(draft.seller);
                        (draft, seller)
                    })
                    .collect()
            })
            .await?;
            let media = self.pictures(&drafts, accounts, &pictures).await?;
            let rows: Vec<_> = drafts
                .into_iter()
                .zip(media)
                .map(|((draft, seller), media)| draft.into_bulk(accounts.of(&seller), media))
                .collect();
            let sources: Vec<String> = rows.iter().map(|row| row.source_key.clone()).collect();
            let outcomes =
                self.contracts.listings.bulk_upsert(rows, BulkMode { dry_run: false, trusted: true }).await?;
            let mut fresh = Vec::with_capacity(outcomes.len());
            for (outcome, source) in outcomes.iter().zip(&sources) {
                match outcome {
                    BulkOutcome::Created { id } => {
                        summary.created += 1;
                        fresh.push(id.uuid());
                    }
                    BulkOutcome::Updated { id } => {
                        summary.updated += 1;
                        fresh.push(id.uuid());
                    }
                    BulkOutcome::Unchanged { id } => {
                        summary.unchanged += 1;
                        fresh.push(id.uuid());
                    }
                    BulkOutcome::Refused { problems } => {
                        anyhow::bail!("the demo ad {source} was refused: {problems:?}");
                    }
                }
            }
            ensure!(fresh.len() == sources.len(), "fewer outcomes than ads");
            files.append(&fresh)?;
            ids.extend(&fresh);
            journal.listings += fresh.len() as u64;
            files.save(journal)?;
            bar.inc(fresh.len() as u64);
        }
        bar.finish();
        Ok(())
    }

    /// The pictures of each ad, in order.
    async fn pictures(
        &self,
        drafts: &[(Draft, Seller)],
        accounts: &Accounts,
        pictures: &Pictures,
    ) -> Result<Vec<Vec<MediaId>>> {
        let keys = |draft: &Draft| draft.pictures.iter().take(PICTURES_OF_AD_MAX).copied().collect::<Vec<_>>();
        let wanted = drafts.iter().flat_map(|(draft, seller)| {
            let owner = accounts.of(seller);
            keys(draft).into_iter().map(move |key| (owner, key))
        });
        let drawn: Vec<(AccountId, Bytes)> = futures::stream::iter(wanted)
            .map(|(owner, key)| async move { Ok::<_, anyhow::Error>((owner, pictures.draw(key).await?)) })
            .buffered(PICTURES_PARALLEL)
            .try_collect()
            .await?;
        let mut stored = self.contracts.media.store_many(drawn).await?.into_iter();
        Ok(drafts
            .iter()
            .map(|(draft, _)| {
                let mut media = Vec::new();
                for facts in stored.by_ref().take(keys(draft).len()) {
                    if !media.contains(&facts.picture.id) {
                        media.push(facts.picture.id);
                    }
                }
                media
            })
            .collect())
    }

    async fn favourites(&self, world: &Arc<World>, accounts: &Accounts, ids: &[Uuid]) -> Result<u64> {
        let mut added = 0;
        let mut chunk = Vec::with_capacity(OTHERS_CHUNK);
        let mut all = world.favourites().peekable();
        while let Some(favourite) = all.next() {
            if let Some(id) = usize::try_from(favourite.listing).ok().and_then(|index| ids.get(index)) {
                chunk.push(NewFavourite {
                    owner: accounts.of(&world.seller(favourite.owner)),
                    listing: ListingId::from_uuid(*id),
                    at: favourite.at,
                });
            }
            if chunk.len() == OTHERS_CHUNK || all.peek().is_none() {
                added += self.contracts.users.add_favourites(std::mem::take(&mut chunk)).await?;
            }
        }
        Ok(added)
    }

    async fn searches(&self, world: &Arc<World>, accounts: &Accounts) -> Result<u64> {
        let mut saved = 0;
        let mut chunk = Vec::with_capacity(OTHERS_CHUNK);
        let mut all = world.saved_searches().peekable();
        while let Some(search) = all.next() {
            chunk.push(NewSavedSearch {
                owner: accounts.of(&world.seller(search.owner)),
                name: search.name,
                query: search.query,
                created_at: search.created_at,
            });
            if chunk.len() == OTHERS_CHUNK || all.peek().is_none() {
                let some = std::mem::take(&mut chunk);
                saved += once_indexed(async || self.contracts.search.save_searches(some.clone()).await).await?;
            }
        }
        Ok(saved)
    }
}

/// The sellers' accounts: ids follow from the seed, but for those whose address was taken.
struct Accounts {
    seed: u64,
    taken: HashMap<u64, AccountId>,
}

impl Accounts {
    fn made(&self, seller: &Seller) -> AccountId {
        AccountId::from_uuid(id_of(self.seed, seller.index, seller.joined_at))
    }

    fn of(&self, seller: &Seller) -> AccountId {
        self.taken.get(&seller.index).copied().unwrap_or_else(|| self.made(seller))
    }
}

/// A UUIDv7 of that time whose random part follows from seed and index.
fn id_of(seed: u64, index: u64, at: Timestamp) -> Uuid {
    let mut hasher = blake3::Hasher::new_derive_key("svetu demo account v1");
    hasher.update(&seed.to_le_bytes());
    hasher.update(&index.to_le_bytes());
    let mut random = [0; 10];
    hasher.finalize_xof().fill(&mut random);
    let millis = u64::try_from(at.timestamp_millis()).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
}
