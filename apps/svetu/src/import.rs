//! A shop's file into the marketplace: read by `svetu_feed`, written by `listings.bulk_upsert`.

use std::{
    collections::{HashMap, HashSet},
    fs,
    io::{BufWriter, Seek as _, SeekFrom},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail, ensure};
use bytes::Bytes;
use futures::{StreamExt as _, TryStreamExt as _};
use indicatif::ProgressBar;
use serde::{Deserialize, Serialize};
use svetu_contracts::{
    ContractError,
    listings::{BulkListing, BulkMode, BulkOutcome, BulkProblem, ListingState, SellerKind},
};
use svetu_feed::{Entry, Feed, FeedRow, Mapping, PlaceRef, guarded};
use svetu_http::Catalogue;
use svetu_kernel::{AccountId, Language, ListingId, MediaId, PlaceId, SharedClock, Timestamp};
use tokio::sync::mpsc;

use crate::{platform::Contracts, progress};

const CHUNK: usize = 500;
/// Chunks that are read ahead of the writing.
const AHEAD: usize = 2;
const PHOTOS_PARALLEL: usize = 4;
const PLACES_MAX: usize = 50_000;
const EXPORT_PAGE: u32 = 1_000;
const PHOTO_BYTES_MAX: u64 = 20 * 1024 * 1024;
/// How long a database that is away is waited for.
const PATIENCE: Duration = Duration::from_secs(120);

pub struct Order {
    pub file: PathBuf,
    pub mapping: PathBuf,
    pub owner: String,
    pub dry_run: bool,
    pub resume: bool,
    pub full: bool,
    pub errors: Option<PathBuf>,
}

#[derive(Debug, Default, Clone, Serialize, Deserialize)]
pub struct Summary {
    pub rows: u64,
    pub created: u64,
    pub updated: u64,
    pub unchanged: u64,
    /// Rows that did not go in; each stands in the error file.
    pub refused: u64,
    pub duplicates: u64,
    /// Photos that could not be had; their ads went in without them.
    pub photos_missing: u64,
    pub closed: u64,
}

impl Summary {
    /// Every row is exactly one of these.
    pub const fn accounted(&self) -> u64 {
        self.created + self.updated + self.unchanged + self.refused + self.duplicates
    }
}

/// How far a run came: written after each chunk that is stored.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Journal {
    file_bytes: u64,
    started_at: Timestamp,
    rows: u64,
    summary: Summary,
    /// Of the error file; what stands behind belongs to a chunk that comes again.
    #[serde(default)]
    errors_bytes: u64,
}

pub struct Importer<'a> {
    pub contracts: &'a Contracts,
    pub clock: SharedClock,
    pub state: &'a Path,
    /// Sentences of the problems that listings tells.
    pub catalogue: &'a Catalogue,
}

/// Who the ads will belong to.
struct Owner {
    id: AccountId,
    name: String,
}

struct Run<'a> {
    importer: &'a Importer<'a>,
    order: &'a Order,
    owner: Owner,
    /// Relative photo paths begin here.
    folder: PathBuf,
    /// By postal code and name.
    places: HashMap<(Option<String>, Option<String>), Option<PlaceId>>,
    errors: Errors,
    summary: Summary,
    /// Ads that rows of the file are, for a dry run of `--full`.
    known: HashSet<ListingId>,
}

impl Importer<'_> {
    pub async fn run(&self, order: &Order) -> Result<Summary> {
        let mapping = load_mapping(&order.mapping).await?;
        if order.full {
            ensure!(
                !mapping.key.prefix.is_empty(),
                "--full closes the ads of this mapping that are not in the file: it needs key.prefix in {}",
                order.mapping.display()
            );
        }
        let owner = self.owner(&order.owner).await?;
        // A file that cannot be read to its end changes nothing: the whole of it is looked at first.
        let total = count(&order.file, mapping.clone()).await?;

        let journal_path = self.journal_path(order, &owner)?;
        let bytes = fs::metadata(&order.file)?.len();
        let before = if order.resume { load_journal(&journal_path)? } else { None };
        if let Some(before) = &before {
            ensure!(
                before.file_bytes == bytes,
                "--resume: {} has another size than when the import began; import it anew without --resume (rows that did not change are not written again)",
                order.file.display()
            );
        }
        let started_at = before.as_ref().map_or_else(|| self.clock.now(), |before| before.started_at);
        let skip = before.as_ref().map_or(0, |before| before.rows);
        let mut run = Run {
            importer: self,
            order,
            owner,
            folder: order.file.parent().unwrap_or(Path::new(".")).to_owned(),
            places: HashMap::new(),
            errors: Errors::open(errors_path(order), before.as_ref().map(|before| before.errors_bytes)),
            known: HashSet::new(),
            summary: before.map(|before| before.summary).unwrap_or_default(),
        };
        let bar = progress::bar(total, if order.dry_run { "checked  " } else { "imported " });
        bar.set_position(skip);

        let (sender, mut chunks) = mpsc::channel::<Vec<Entry>>(AHEAD);
        let file = order.file.clone();
        let read_by = mapping.clone();
        let reader = tokio::task::spawn_blocking(move || read(&file, read_by, skip, &sender));
        while let Some(chunk) = chunks.recv().await {
            let count = chunk.len() as u64;
            run.chunk(chunk, &bar).await?;
            run.summary.rows += count;
            let errors_bytes = run.errors.flush()?;
            if !order.dry_run {
                let (rows, summary) = (run.summary.rows, run.summary.clone());
                let journal = Journal { file_bytes: bytes, started_at, rows, summary, errors_bytes };
                save_journal(&journal_path, &journal)?;
            }
            bar.inc(count);
        }
        reader.await??;
        bar.finish();
        if order.full {
            let (listings, prefix) = (&self.contracts.listings, &mapping.key.prefix);
            run.summary.closed = if order.dry_run {
                run.would_close(prefix).await?
            } else {
                listings.bulk_close_vanished(run.owner.id, prefix, started_at, false).await?
            };
        }
        ensure!(
            run.summary.accounted() == run.summary.rows,
            "{} rows were read and {} accounted for",
            run.summary.rows,
            run.summary.accounted()
        );
        run.errors.finish()?;
        if !order.dry_run {
            // Finished: the next --resume begins anew.
            let _ = fs::remove_file(&journal_path);
        }
        Ok(run.summary)
    }

    async fn owner(&self, email: &str) -> Result<Owner> {
        let identity = &self.contracts.identity;
        let Some(id) = identity.account_by_email(email).await? else {
            bail!("--owner: no account has the address {email}; sign up on the site first");
        };
        Ok(Owner { id, name: identity.mailbox(id).await?.display_name })
    }

    /// One for each file, mapping and owner.
    fn journal_path(&self, order: &Order, owner: &Owner) -> Result<PathBuf> {
        let folder = self.state.join("imports");
        fs::create_dir_all(&folder).with_context(|| format!("{}", folder.display()))?;
        let mut hasher = blake3::Hasher::new();
        for part in [&order.file, &order.mapping] {
            let path = part.canonicalize().with_context(|| format!("{}", part.display()))?;
            hasher.update(path.as_os_str().as_encoded_bytes()).update(&[0]);
        }
        hasher.update(owner.id.uuid().as_bytes());
        Ok(folder.join(format!("{}.json", &hasher.finalize().to_hex()[..16])))
    }
}

impl Run<'_> {
    async fn chunk(&mut self, chunk: Vec<Entry>, bar: &ProgressBar) -> Result<()> {
        let mut good: Vec<(FeedRow, PlaceId)> = Vec::with_capacity(chunk.len());
        for entry in chunk {
            match entry {
                Entry::Row(row) => match self.place(&row).await? {
                    Some(place) => good.push((*row, place)),
                    None => {
                        self.summary.refused += 1;
                        self.no_place(&row)?;
                    }
                },
                entry @ Entry::Refused(_) => {
                    self.summary.refused += 1;
                    self.tell(&entry)?;
                }
                entry @ Entry::Duplicate { .. } => {
                    self.summary.duplicates += 1;
                    self.tell(&entry)?;
                }
            }
        }
        if good.is_empty() {
            return Ok(());
        }
        let rows = self.complete(good).await?;
        let listings: Vec<BulkListing> = rows.iter().map(|(_, listing)| listing.clone()).collect();
        let outcomes = self.upsert(listings, bar).await?;
        ensure!(outcomes.len() == rows.len(), "listings answered {} of {} rows", outcomes.len(), rows.len());
        for ((line, listing), outcome) in rows.iter().zip(outcomes) {
            match outcome {
                BulkOutcome::Created { .. } => self.summary.created += 1,
                BulkOutcome::Updated { id } => {
                    self.summary.updated += 1;
                    self.know(id);
                }
                BulkOutcome::Unchanged { id } => {
                    self.summary.unchanged += 1;
                    self.know(id);
                }
                BulkOutcome::Refused { problems } => {
                    self.summary.refused += 1;
                    for problem in &problems {
                        self.refused(*line, listing, problem)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn know(&mut self, id: ListingId) {
        if self.order.dry_run && self.order.full {
            self.known.insert(id);
        }
    }

    /// The owner's open ads of this mapping that no row is.
    async fn would_close(&self, prefix: &str) -> Result<u64> {
        let (mut after, mut count) = (None, 0);
        loop {
            let page = self.importer.contracts.listings.export(Some(self.owner.id), after, EXPORT_PAGE).await?;
            let Some((last, _)) = page.last() else { return Ok(count) };
            after = Some(*last);
            let vanished = page
                .iter()
                .filter(|(id, ad)| ad.source_key.starts_with(prefix) && is_open(ad.state) && !self.known.contains(id));
            count += vanished.count() as u64;
        }
    }

    /// The same chunk again is the same ads: what is away is waited for.
    async fn upsert(&self, rows: Vec<BulkListing>, bar: &ProgressBar) -> Result<Vec<BulkOutcome>> {
        let mode = BulkMode { dry_run: self.order.dry_run, trusted: false };
        let began = Instant::now();
        let mut wait = Duration::from_millis(100);
        loop {
            match self.importer.contracts.listings.bulk_upsert(rows.clone(), mode).await {
                Ok(outcomes) => return Ok(outcomes),
                Err(ContractError::Unavailable(reason)) if began.elapsed() < PATIENCE => {
                    bar.println(format!("the database is away ({reason}); waiting for it"));
                    tokio::time::sleep(wait).await;
                    wait = (wait * 2).min(Duration::from_secs(5));
                }
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// By postal code, else by name, else by point.
    async fn place(&mut self, row: &FeedRow) -> Result<Option<PlaceId>> {
        let wanted = &row.draft.place;
        if *wanted == PlaceRef::default() {
            let Some(point) = row.draft.point else { return Ok(None) };
            return Ok(Some(self.importer.contracts.geo.nearest(point).await?.id));
        }
        let key = (wanted.postal_code.clone(), wanted.name.clone());
        if let Some(known) = self.places.get(&key) {
            return Ok(*known);
        }
        let geo = &self.importer.contracts.geo;
        let mut found = None;
        if let Some(code) = &wanted.postal_code {
            let places = geo.find(code, 5).await?;
            found = places.iter().find(|place| place.postal_code.as_ref() == Some(code)).map(|place| place.id);
        }
        if let (None, Some(name)) = (found, &wanted.name) {
            let folded = svetu_text::fold(name);
            let places = geo.find(name, 10).await?;
            found = places.iter().find(|place| svetu_text::fold(&place.name) == folded).map(|place| place.id);
        }
        if self.places.len() >= PLACES_MAX {
            self.places.clear();
        }
        self.places.insert(key, found);
        Ok(found)
    }

    async fn complete(&mut self, rows: Vec<(FeedRow, PlaceId)>) -> Result<Vec<(u64, BulkListing)>> {
        let this = &*self;
        let completed = futures::stream::iter(rows)
            .map(|(row, place)| async move {
                let (media, missing) = this.photos(&row.draft.photos).await?;
                Ok::<_, anyhow::Error>((row.line, this.bulk(row, place, media), missing))
            })
            .buffered(PHOTOS_PARALLEL)
            .try_collect::<Vec<_>>()
            .await?;
        let mut rows = Vec::with_capacity(completed.len());
        for (line, listing, missing) in completed {
            for (photo, reason) in missing {
                self.summary.photos_missing += 1;
                self.errors.write(
                    line,
                    "photos",
                    &photo,
                    "photo.missing",
                    &format!("the ad went in without it: {reason}"),
                )?;
            }
            rows.push((line, listing));
        }
        Ok(rows)
    }

    fn bulk(&self, row: FeedRow, place: PlaceId, media: Vec<MediaId>) -> BulkListing {
        let draft = row.draft;
        let language = draft.language.unwrap_or_else(|| language_of(&draft.title, &draft.description));
        BulkListing {
            source_key: row.source_key,
            seller: self.owner.id,
            seller_kind: draft.seller.kind.unwrap_or(SellerKind::Trader),
            seller_name: draft.seller.name.unwrap_or_else(|| self.owner.name.clone()),
            category: draft.category,
            title: draft.title,
            description: draft.description,
            language,
            price: draft.price,
            condition: draft.condition,
            attributes: draft.attributes,
            place,
            point: draft.point,
            delivery: draft.delivery,
            contact: draft.contact,
            media,
            state: ListingState::Live,
            created_at: draft.created_at.unwrap_or_else(|| self.importer.clock.now()),
            reason: None,
        }
    }

    /// What could be had, and what not with the reason.
    async fn photos(&self, photos: &[String]) -> Result<(Vec<MediaId>, Vec<(String, String)>)> {
        let (mut media, mut missing) = (Vec::new(), Vec::new());
        if self.order.dry_run {
            return Ok((media, missing));
        }
        for photo in photos {
            let store = &self.importer.contracts.media;
            let stored = if photo.starts_with("http://") || photo.starts_with("https://") {
                store.fetch(self.owner.id, photo).await
            } else {
                match read_photo(&self.folder.join(photo)).await {
                    Ok(bytes) => store.store(self.owner.id, bytes).await,
                    Err(error) => {
                        missing.push((photo.clone(), error.to_string()));
                        continue;
                    }
                }
            };
            match stored {
                Ok(facts) if media.contains(&facts.picture.id) => {}
                Ok(facts) => media.push(facts.picture.id),
                Err(ContractError::Refused(reason) | ContractError::Unavailable(reason)) => {
                    missing.push((photo.clone(), reason))
                }
                Err(ContractError::NotFound) => missing.push((photo.clone(), "there is none".to_owned())),
            }
        }
        Ok((media, missing))
    }

    fn tell(&mut self, entry: &Entry) -> Result<()> {
        for problem in entry.problems() {
            self.errors.write(problem.line, &problem.column, &problem.value, problem.reason, &problem.hint)?;
        }
        Ok(())
    }

    fn no_place(&mut self, row: &FeedRow) -> Result<()> {
        let wanted = &row.draft.place;
        let told =
            [wanted.postal_code.as_deref(), wanted.name.as_deref()].into_iter().flatten().collect::<Vec<_>>().join(" ");
        let (reason, hint) = if told.is_empty() {
            (
                "place.missing",
                "the row names no place; map fields.place, fields.postal_code or coordinates, or give fields.place a default",
            )
        } else {
            (
                "place.unknown",
                "the gazetteer knows no such place; correct it, map it to another name, or give fields.place a default",
            )
        };
        self.errors.write(row.line, "place", &told, reason, hint)
    }

    fn refused(&mut self, line: u64, listing: &BulkListing, problem: &BulkProblem) -> Result<()> {
        let params = problem.params.iter().map(|(name, value)| (name.clone().into(), value.clone())).collect();
        let hint = self.importer.catalogue.say(&problem.code, &params, Language::En);
        let value = match problem.field.strip_prefix("attributes.") {
            Some(key) => listing.attributes.get(key).map(ToString::to_string).unwrap_or_default(),
            None => match problem.field.as_str() {
                "title" => listing.title.clone(),
                "description" => listing.description.chars().take(80).collect(),
                "category" => listing.category.clone(),
                _ => String::new(),
            },
        };
        self.errors.write(line, &problem.field, &value, &problem.code, &hint)
    }
}

/// What `--full` ends.
const fn is_open(state: ListingState) -> bool {
    match state {
        ListingState::InReview | ListingState::Live | ListingState::Reserved | ListingState::Paused => true,
        ListingState::Draft | ListingState::Sold | ListingState::Expired | ListingState::Archived => false,
        ListingState::Refused | ListingState::Removed | ListingState::Purged => false,
    }
}

/// Whether mapping and file can be read at all; looks at the beginning only.
pub async fn check(order: &Order) -> Result<()> {
    let mapping = load_mapping(&order.mapping).await?;
    let file = order.file.clone();
    tokio::task::spawn_blocking(move || Feed::open(&file, mapping).map(|_| ())).await??;
    Ok(())
}

async fn load_mapping(path: &Path) -> Result<Mapping> {
    let path = path.to_owned();
    Ok(tokio::task::spawn_blocking(move || Mapping::load(&path)).await??)
}

/// Reads the whole file once; the first thing that cannot be read ends it with its reason.
async fn count(file: &Path, mapping: Mapping) -> Result<u64> {
    let file = file.to_owned();
    let counted = tokio::task::spawn_blocking(move || {
        let mut rows = 0;
        for entry in Feed::open(&file, mapping)? {
            entry?;
            rows += 1;
        }
        Ok::<u64, svetu_feed::FeedError>(rows)
    });
    Ok(counted.await??)
}

/// Entries after the first `skip`, which are read all the same: a duplicate is told by what came before it.
fn read(file: &Path, mapping: Mapping, skip: u64, chunks: &mpsc::Sender<Vec<Entry>>) -> Result<()> {
    let mut chunk = Vec::with_capacity(CHUNK);
    for (index, entry) in (0_u64..).zip(Feed::open(file, mapping)?) {
        let entry = entry?;
        if index < skip {
            continue;
        }
        chunk.push(entry);
        // The receiver is gone when the run failed: its error is the one to tell.
        if chunk.len() == CHUNK && chunks.blocking_send(std::mem::take(&mut chunk)).is_err() {
            return Ok(());
        }
    }
    if !chunk.is_empty() {
        let _ = chunks.blocking_send(chunk);
    }
    Ok(())
}

async fn read_photo(path: &Path) -> Result<Bytes> {
    let bytes = tokio::fs::metadata(path).await?.len();
    ensure!(bytes <= PHOTO_BYTES_MAX, "{bytes} bytes, at most {PHOTO_BYTES_MAX}");
    Ok(Bytes::from(tokio::fs::read(path).await?))
}

fn language_of(title: &str, description: &str) -> Language {
    let text = format!("{title}\n{description}");
    let spoken = svetu_text::route(&text, None);
    if spoken.russian && !spoken.serbian {
        Language::Ru
    } else if svetu_text::has_cyrillic(&text) {
        Language::SrCyrl
    } else if spoken.english {
        Language::En
    } else {
        Language::SrLatn
    }
}

fn errors_beside(file: &Path) -> PathBuf {
    let mut name = file.file_name().unwrap_or_default().to_owned();
    name.push(".errors.csv");
    // Where the command was started, not beside a file that may be read-only.
    PathBuf::from(name)
}

fn load_journal(path: &Path) -> Result<Option<Journal>> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(serde_json::from_slice(&bytes)?)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error.into()),
    }
}

fn save_journal(path: &Path, journal: &Journal) -> Result<()> {
    let fresh = path.with_extension("new");
    fs::write(&fresh, serde_json::to_vec(journal)?)?;
    fs::rename(&fresh, path)?;
    Ok(())
}

/// The error file, made at the first problem; an interrupted run's is continued.
struct Errors {
    path: PathBuf,
    /// Bytes of an interrupted run's file that stay.
    kept: Option<u64>,
    writer: Option<csv::Writer<BufWriter<fs::File>>>,
}

impl Errors {
    fn open(path: PathBuf, kept: Option<u64>) -> Self {
        Self { path, kept, writer: None }
    }

    fn write(&mut self, line: u64, column: &str, value: &str, reason: &str, hint: &str) -> Result<()> {
        if self.writer.is_none() {
            let append = self.has_kept();
            let mut file = fs::OpenOptions::new()
                .create(true)
                .write(true)
                .truncate(!append)
                .open(&self.path)
                .with_context(|| format!("--errors {}", self.path.display()))?;
            if append {
                file.set_len(self.kept.unwrap_or(0))?;
                file.seek(SeekFrom::End(0))?;
            }
            let mut writer = csv::Writer::from_writer(BufWriter::new(file));
            if !append {
                writer.write_record(["line", "column", "value", "reason", "hint"])?;
            }
            self.writer = Some(writer);
        }
        if let Some(writer) = &mut self.writer {
            let line = line.to_string();
            let cells = [column, value, reason, hint].map(guarded);
            writer.write_record(std::iter::once(line.as_str()).chain(cells.iter().map(AsRef::as_ref)))?;
        }
        Ok(())
    }

    fn has_kept(&self) -> bool {
        self.kept.is_some_and(|kept| kept > 0) && self.path.exists()
    }

    /// How long the file is then.
    fn flush(&mut self) -> Result<u64> {
        match &mut self.writer {
            Some(writer) => {
                writer.flush()?;
                Ok(fs::metadata(&self.path)?.len())
            }
            None => Ok(if self.has_kept() { self.kept.unwrap_or(0) } else { 0 }),
        }
    }

    /// A file of an earlier run that would contradict this one's end is removed.
    fn finish(mut self) -> Result<()> {
        let stale = !self.has_kept() && self.path.exists();
        match &mut self.writer {
            Some(writer) => writer.flush()?,
            None if stale => fs::remove_file(&self.path)?,
            None => {}
        }
        Ok(())
    }
}

/// Where refused rows of this order are told.
pub fn errors_path(order: &Order) -> PathBuf {
    order.errors.clone().unwrap_or_else(|| errors_beside(&order.file))
}
