//! A thousand ads in one transaction: demo data and shops' imports, by the same rules as one ad.

use std::collections::{HashMap, HashSet};

use serde_json::json;
use svetu_contracts::{
    listings::{BulkListing, BulkMode, BulkOutcome, BulkProblem, ListingState, Price},
    media::PictureFacts,
};
use svetu_db::{DbError, outbox};
use svetu_kernel::{AccountId, Actor, ExchangeRate, FieldProblem, ListingId, MediaId, Timestamp, new_uuid};

use crate::{
    ListingError,
    model::{
        Content, Listing, Reason, Seller, Step, ValidDraft, Verdict,
        draft::parse_unfinished,
        fingerprint::Fingerprint,
        lifecycle::{APPEAL_DAYS, path_to},
    },
    service::{Service, events},
    store::{
        bulk::{self, Source},
        moderation::{self, Decision, DecisionKind},
    },
};

pub const ROWS_MAX: usize = 1_000;
const SOURCE_KEY_CHARS_MAX: usize = 200;

/// A row whose content holds.
struct Row {
    index: usize,
    row: BulkListing,
    content: Parsed,
    hash: Vec<u8>,
    print: Fingerprint,
}

enum Parsed {
    Valid(ValidDraft),
    /// Only for a draft.
    Unfinished(Content),
}

/// When a new ad is put up, and when it is written.
#[derive(Clone, Copy)]
struct Moments {
    up_at: Timestamp,
    now: Timestamp,
}

/// What a batch will write.
#[derive(Default)]
struct Batch {
    listings: Vec<Listing>,
    prices: Vec<(ListingId, Price, Timestamp)>,
    events: Vec<svetu_ports::Event>,
    sources: Vec<Source>,
    prints: Vec<(ListingId, AccountId, Fingerprint)>,
    decisions: Vec<Decision>,
    held: Vec<(ListingId, Vec<Reason>)>,
}

impl Service {
    pub async fn bulk_upsert(&self, rows: Vec<BulkListing>, mode: BulkMode) -> Result<Vec<BulkOutcome>, ListingError> {
        let now = self.clock.now();
        let rate = self.rate().await?;
        let mut outcomes: Vec<Option<BulkOutcome>> = vec![None; rows.len()];
        let rows = self.parse_rows(rows, &mut outcomes).await?;

        let mut tx = self.db.begin().await?;
        let sellers: HashSet<uuid::Uuid> = rows.iter().map(|row| row.row.seller.uuid()).collect();
        bulk::lock_sellers(&mut tx, &sellers.into_iter().collect::<Vec<_>>()).await?;
        let keys: Vec<(AccountId, String)> =
            rows.iter().map(|row| (row.row.seller, row.row.source_key.clone())).collect();
        let known: HashMap<(AccountId, String), Source> = bulk::sources(&mut tx, &keys)
            .await?
            .into_iter()
            .map(|source| ((source.seller, source.source_key.clone()), source))
            .collect();
        let changed: Vec<ListingId> = rows
            .iter()
            .filter_map(|row| known.get(&(row.row.seller, row.row.source_key.clone())).map(|source| (row, source)))
            .filter(|(row, source)| row.hash != source.hash)
            .map(|(_, source)| source.listing)
            .collect();
        let mut existing: HashMap<ListingId, Listing> =
            bulk::locked(&mut tx, &changed).await?.into_iter().map(|listing| (listing.id, listing)).collect();

        let mut batch = Batch::default();
        for row in rows {
            let source = known.get(&(row.row.seller, row.row.source_key.clone()));
            let index = row.index;
            let outcome = match source {
                Some(source) if source.hash == row.hash => {
                    batch.sources.push(source.clone());
                    BulkOutcome::Unchanged { id: source.listing }
                }
                Some(source) => match existing.remove(&source.listing) {
                    Some(listing) => {
                        let verdict = self.bulk_verdict(&mut tx, listing.id, &row, mode, &rate).await?;
                        self.update_row(&mut batch, listing, row, verdict, &rate, now)?
                    }
                    None => refused("source_key", "listing.not_found"),
                },
                None => {
                    let id = ListingId::from_uuid(new_uuid(row.row.created_at.min(now)));
                    let verdict = self.bulk_verdict(&mut tx, id, &row, mode, &rate).await?;
                    // A shop's ad is put up now, however old the shop says it is: else its term would be over at once.
                    let up_at = if mode.trusted { row.row.created_at.min(now) } else { now };
                    self.create_row(&mut batch, id, row, verdict, &rate, Moments { up_at, now })?
                }
            };
            outcomes[index] = Some(outcome);
        }
        if !mode.dry_run {
            write(&mut tx, &batch, now).await?;
            tx.commit().await.map_err(DbError::from)?;
        }
        // Every row was parsed or refused above.
        Ok(outcomes.into_iter().map(|outcome| outcome.unwrap_or_else(|| refused("", "internal"))).collect())
    }

    /// Rows whose content holds; the others are refused in `outcomes`.
    async fn parse_rows(
        &self,
        rows: Vec<BulkListing>,
        outcomes: &mut [Option<BulkOutcome>],
    ) -> Result<Vec<Row>, ListingError> {
        let media: Vec<MediaId> = rows.iter().flat_map(|row| row.media.iter().copied()).collect();
        let pictures = self.pictures(&media).await?;
        let taxonomy = self.taxonomy.get();
        let mut seen: HashSet<(AccountId, String)> = HashSet::with_capacity(rows.len());
        let mut parsed = Vec::with_capacity(rows.len());
        for (index, row) in rows.into_iter().enumerate() {
            let (content, mut problems) = self.row_content(&row, &pictures).await?;
            if row.source_key.is_empty() || row.source_key.chars().count() > SOURCE_KEY_CHARS_MAX {
                problems.push(
                    FieldProblem::new("/source_key", "listing.source_key_length").with("max", SOURCE_KEY_CHARS_MAX),
                );
            }
            if !seen.insert((row.seller, row.source_key.clone())) {
                problems.push(FieldProblem::new("/source_key", "listing.source_key_twice"));
            }
            if path_to(row.state).is_none() {
                problems.push(FieldProblem::new("/state", "listing.state_not_imported"));
            }
            let content = if row.state == ListingState::Draft {
                parse_unfinished(content, &taxonomy).map(Parsed::Unfinished)
            } else {
                ValidDraft::parse(content, &taxonomy).map(Parsed::Valid)
            };
            match content {
                Ok(content) if problems.is_empty() => {
                    let hashes = row.media.iter().filter_map(|id| pictures.get(id)).map(|facts| facts.perceptual_hash);
                    let print = match &content {
                        Parsed::Valid(draft) => Fingerprint::of(draft.title(), draft.description(), hashes.collect()),
                        Parsed::Unfinished(_) => Fingerprint { text: 0, pictures: Vec::new() },
                    };
                    parsed.push(Row { index, hash: hash_of(&row)?, row, content, print });
                }
                Ok(_) => outcomes[index] = Some(refusal(problems)),
                Err(faults) => {
                    problems.extend(faults);
                    outcomes[index] = Some(refusal(problems));
                }
            }
        }
        Ok(parsed)
    }

    async fn row_content(
        &self,
        row: &BulkListing,
        pictures: &HashMap<MediaId, PictureFacts>,
    ) -> Result<(Content, Vec<FieldProblem>), ListingError> {
        let mut problems = Vec::new();
        let place = self.place(row.place).await?;
        if place.is_none() {
            problems.push(FieldProblem::new("/place", "listing.place_unknown"));
        }
        let mut own = Vec::with_capacity(row.media.len());
        for id in &row.media {
            match pictures.get(id).filter(|facts| facts.owner == row.seller) {
                Some(facts) => own.push(facts.picture.clone()),
                None => problems.push(FieldProblem::new("/media", "listing.picture_unknown")),
            }
        }
        let content = Content {
            title: row.title.clone(),
            description: row.description.clone(),
            category: Some(row.category.clone()),
            price: Some(row.price),
            condition: row.condition,
            attributes: row.attributes.clone(),
            place: place.map(|place| self.placed(&place, row.point, row.seller_kind)),
            delivery: row.delivery.clone(),
            contact: row.contact.clone(),
            language: Some(row.language),
            pictures: own,
        };
        Ok((content, problems))
    }

    /// Clean for trusted rows and for those that do not become public.
    async fn bulk_verdict(
        &self,
        tx: &mut svetu_db::Tx<'_>,
        id: ListingId,
        row: &Row,
        mode: BulkMode,
        rate: &ExchangeRate,
    ) -> Result<Verdict, ListingError> {
        match &row.content {
            Parsed::Valid(draft) if !mode.trusted && row.row.state == ListingState::Live => {
                self.verdict(tx, id, row.row.seller, draft, &row.print, rate).await
            }
            Parsed::Valid(_) | Parsed::Unfinished(_) => Ok(Verdict::Clean),
        }
    }

    fn create_row(
        &self,
        batch: &mut Batch,
        id: ListingId,
        row: Row,
        verdict: Verdict,
        rate: &ExchangeRate,
        Moments { up_at, now }: Moments,
    ) -> Result<BulkOutcome, ListingError> {
        let created_at = row.row.created_at.min(now);
        let seller = Seller {
            id: row.row.seller,
            kind: row.row.seller_kind,
            name: row.row.seller_name.chars().take(200).collect(),
        };
        let mut listing = Listing::draft(id, seller, Content::default(), created_at);
        let wanted = row.row.state;
        let reason = row.row.reason.clone();
        self.fill(batch, &mut listing, row, rate, created_at);
        let term = self.term(listing.content.category.as_deref());
        match verdict {
            Verdict::Clean => {
                for (position, step) in path_to(wanted).unwrap_or_default().iter().enumerate() {
                    listing.step(*step, if position == 0 { up_at } else { now }, term)?;
                }
                self.note_state(batch, &listing, wanted, reason.as_deref(), now);
            }
            Verdict::Hold(reasons) => {
                listing.step(Step::Hold, now, term)?;
                batch.held.push((id, reasons));
            }
            Verdict::Refuse(reason) => {
                listing.step(Step::Refuse, now, term)?;
                batch.decisions.push(machine(id, DecisionKind::Refuse, &reason, now));
            }
        }
        batch.events.extend(events(&listing, None, now)?);
        batch.listings.push(listing);
        Ok(BulkOutcome::Created { id })
    }

    fn update_row(
        &self,
        batch: &mut Batch,
        mut listing: Listing,
        row: Row,
        verdict: Verdict,
        rate: &ExchangeRate,
        now: Timestamp,
    ) -> Result<BulkOutcome, ListingError> {
        let id = listing.id;
        let wanted = row.row.state;
        let change = self.fill(batch, &mut listing, row, rate, now);
        let term = self.term(listing.content.category.as_deref());
        let step = match (listing.state.kind(), wanted) {
            // A row that is there again after its ad was closed.
            (ListingState::Expired, ListingState::Live) => Some(Step::Renew),
            (ListingState::Draft | ListingState::Refused, ListingState::Live) => Some(Step::Publish),
            (ListingState::Paused, ListingState::Live) => Some(Step::Resume),
            (ListingState::Reserved, ListingState::Live) => Some(Step::Unreserve),
            (ListingState::Live, ListingState::Reserved) => Some(Step::Reserve),
            (ListingState::Live | ListingState::Reserved | ListingState::Paused, ListingState::Sold) => {
                Some(Step::Sell)
            }
            (ListingState::Live, ListingState::Paused) => Some(Step::Pause),
            (ListingState::Live | ListingState::Reserved | ListingState::Paused, ListingState::Expired) => {
                Some(Step::Expire)
            }
            // What a moderator or the seller decided here stands against a file.
            _ => None,
        };
        match verdict {
            Verdict::Clean => {
                if let Some(step) = step {
                    listing.step(step, now, term)?;
                }
            }
            Verdict::Hold(reasons) => {
                if listing.clone().step(Step::Hold, now, term).is_ok() {
                    listing.step(Step::Hold, now, term)?;
                    batch.held.push((id, reasons));
                }
            }
            Verdict::Refuse(reason) => {
                if listing.clone().step(Step::Refuse, now, term).is_ok() {
                    listing.step(Step::Refuse, now, term)?;
                    batch.decisions.push(machine(id, DecisionKind::Refuse, &reason, now));
                }
            }
        }
        batch.events.extend(events(&listing, change, now)?);
        batch.listings.push(listing);
        Ok(BulkOutcome::Updated { id })
    }

    /// What a state that demo data asks for has beside it: a reason, a place in the queue.
    fn note_state(
        &self,
        batch: &mut Batch,
        listing: &Listing,
        wanted: ListingState,
        rule: Option<&str>,
        now: Timestamp,
    ) {
        let rule = rule.filter(|rule| self.rules.get(rule).is_some()).unwrap_or("imported");
        let reason = Reason { rule: rule.to_owned(), score: 50, detail: json!({}) };
        match wanted {
            ListingState::InReview => batch.held.push((listing.id, vec![reason])),
            ListingState::Refused => batch.decisions.push(machine(listing.id, DecisionKind::Refuse, &reason, now)),
            ListingState::Removed => batch.decisions.push(machine(listing.id, DecisionKind::Remove, &reason, now)),
            ListingState::Draft | ListingState::Live | ListingState::Reserved | ListingState::Sold => {}
            ListingState::Paused | ListingState::Expired | ListingState::Archived | ListingState::Purged => {}
        }
    }

    /// Takes the row's content over and notes what belongs to it.
    fn fill(
        &self,
        batch: &mut Batch,
        listing: &mut Listing,
        row: Row,
        rate: &ExchangeRate,
        at: Timestamp,
    ) -> Option<crate::model::PriceChange> {
        let Row { row, content, hash, print, .. } = row;
        batch.sources.push(Source { seller: row.seller, source_key: row.source_key, listing: listing.id, hash });
        listing.seller.kind = row.seller_kind;
        match content {
            Parsed::Valid(draft) => {
                batch.prints.push((listing.id, row.seller, print));
                let change = listing.revise(draft, rate, at);
                if let Some(change) = change {
                    batch.prices.push((listing.id, change.price, change.at));
                }
                change
            }
            Parsed::Unfinished(content) => {
                let completeness = crate::model::draft::completeness(&content, &self.taxonomy.get());
                listing.rewrite(content, completeness, rate, at);
                None
            }
        }
    }

    /// Ends the ads of a source that was read as a whole and no longer names them.
    pub async fn bulk_close_vanished(
        &self,
        seller: AccountId,
        prefix: &str,
        since: Timestamp,
        dry_run: bool,
    ) -> Result<u64, ListingError> {
        if dry_run {
            let count = bulk::count_vanished(&self.db, seller, prefix, since).await?;
            return Ok(u64::try_from(count).unwrap_or(0));
        }
        let mut closed = 0;
        loop {
            let now = self.clock.now();
            let mut tx = self.db.begin().await?;
            bulk::lock_sellers(&mut tx, &[seller.uuid()]).await?;
            let ids = bulk::vanished(&mut tx, seller, prefix, since, 1_000).await?;
            if ids.is_empty() {
                return Ok(closed);
            }
            let mut listings = bulk::locked(&mut tx, &ids).await?;
            let mut told = Vec::with_capacity(listings.len());
            for listing in &mut listings {
                // What waits for a moderator was never public: it is deleted, not expired.
                let step = match listing.state.kind() {
                    ListingState::InReview => Step::Archive,
                    _ => Step::Expire,
                };
                listing.step(step, now, chrono::Duration::zero())?;
                told.extend(events(listing, None, now)?);
                moderation::unqueue(&mut tx, listing.id).await?;
            }
            bulk::save(&mut tx, &listings.iter().collect::<Vec<_>>()).await?;
            bulk::forget_hashes(&mut tx, &ids).await?;
            outbox::publish_many(&mut tx, &told).await?;
            tx.commit().await.map_err(DbError::from)?;
            closed += ids.len() as u64;
        }
    }
}

async fn write(tx: &mut svetu_db::Tx<'_>, batch: &Batch, now: Timestamp) -> Result<(), ListingError> {
    bulk::save(tx, &batch.listings.iter().collect::<Vec<_>>()).await?;
    bulk::add_prices(tx, &batch.prices).await?;
    bulk::save_sources(tx, &batch.sources, now).await?;
    let prints: Vec<_> = batch.prints.iter().map(|(id, seller, print)| (*id, *seller, print)).collect();
    bulk::save_fingerprints(tx, &prints).await?;
    for decision in &batch.decisions {
        moderation::add_decision(tx, decision).await?;
    }
    for (id, reasons) in &batch.held {
        moderation::queue(tx, *id, reasons, now).await?;
    }
    if !batch.listings.is_empty() {
        let details =
            json!({ "written": batch.listings.len(), "decisions": batch.decisions.len(), "held": batch.held.len() });
        moderation::audit(tx, &Actor::system("import"), "listings.bulk_upsert", None, details, now).await?;
    }
    outbox::publish_many(tx, &batch.events).await?;
    Ok(())
}

pub fn machine(listing: ListingId, kind: DecisionKind, reason: &Reason, now: Timestamp) -> Decision {
    Decision {
        id: new_uuid(now),
        listing,
        kind,
        rule: reason.rule.clone(),
        facts: reason.detail.clone(),
        decided_by: None,
        decided_at: now,
        appeal_until: now + chrono::Duration::days(APPEAL_DAYS),
    }
}

/// Of all that the row says; the moment it was made is not a change.
fn hash_of(row: &BulkListing) -> Result<Vec<u8>, ListingError> {
    let mut row = row.clone();
    row.created_at = Timestamp::UNIX_EPOCH;
    Ok(blake3::hash(&serde_json::to_vec(&row)?).as_bytes()[..16].to_vec())
}

fn refused(field: &str, code: &str) -> BulkOutcome {
    BulkOutcome::Refused {
        problems: vec![BulkProblem { field: field.to_owned(), code: code.to_owned(), params: Default::default() }],
    }
}

fn refusal(faults: Vec<FieldProblem>) -> BulkOutcome {
    let problems = faults
        .into_iter()
        .map(|fault| BulkProblem {
            field: field_name(&fault.field),
            code: fault.code.into_owned(),
            params: fault.params.into_iter().map(|(name, value)| (name.into_owned(), value)).collect(),
        })
        .collect();
    BulkOutcome::Refused { problems }
}

/// The JSON Pointer of the API as a field of [`BulkListing`].
fn field_name(pointer: &str) -> String {
    match pointer.trim_start_matches('/') {
        "place_id" => "place".to_owned(),
        path => path.replace('/', "."),
    }
}
