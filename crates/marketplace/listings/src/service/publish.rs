//! From draft to live, and every further step of an ad's life.

use chrono::Duration;
use serde_json::{Value, json};
use svetu_contracts::{
    listings::{LISTING_PURGED, ListingPurged, ListingState, SellerKind},
    taxonomy::AttributeKind,
};
use svetu_db::{DbError, Tx, outbox};
use svetu_http::{Grant, Permission};
use svetu_kernel::{AccountId, Actor, ExchangeRate, ListingId, Timestamp};

use super::{SERVICE, Service, permit};
use crate::{
    ListingError,
    bulk::machine,
    jobs::{Asked, ask},
    model::{
        Listing, Reason, Step, ValidDraft, Verdict, fingerprint::Fingerprint, lifecycle::RENEW_AGAIN_DAYS, price,
        price::Spread, verdict::Evidence,
    },
    store::{
        self,
        moderation::{self, DecisionKind},
    },
};

/// An account younger than this is new.
const NEW_ACCOUNT_DAYS: i64 = 14;
/// Ads that a new account publishes a day.
const POSTINGS_OF_NEW_MAX: i32 = 5;
const DAY_S: u64 = 86_400;

impl Service {
    /// Publishes a draft or a mended ad: live, in review or refused by the automatic verdict, within this call.
    pub async fn publish<P: Permission>(&self, grant: &Grant<P>, id: ListingId) -> Result<Listing, ListingError> {
        let now = self.clock.now();
        let rate = self.rate().await?;
        let mut tx = self.db.begin().await?;
        let mut listing = store::listing::lock(&mut tx, id).await?;
        permit(grant, &listing, now)?;
        let term = self.term(listing.content.category.as_deref());
        listing.state.after(Step::Publish, now, term)?;
        let draft = ValidDraft::parse(listing.content.clone(), &self.taxonomy.get())?;
        let (seller, since) = self.seller(&mut *tx, grant.actor(), listing.seller.id).await?;
        let is_new = seller.kind == SellerKind::Person && now < since + Duration::days(NEW_ACCOUNT_DAYS);
        if is_new {
            let counted =
                store::activity::count_posting(&mut tx, seller.id, now.date_naive(), POSTINGS_OF_NEW_MAX).await?;
            if counted.is_none() {
                return Err(ListingError::PostingLimit { max: POSTINGS_OF_NEW_MAX, retry_after_s: DAY_S });
            }
        }
        listing.seller = seller;
        let print = self.fingerprint(&draft).await?;
        let verdict = self.verdict(&mut tx, id, listing.seller.id, &draft, &print, &rate).await?;
        let change = listing.revise(draft, &rate, now);
        let decision = self.apply(&mut tx, &mut listing, verdict, Step::Publish, now).await?;
        self.write(&mut tx, &listing, change, now).await?;
        store::bulk::save_fingerprints(&mut tx, &[(id, listing.seller.id, &print)]).await?;
        let details = json!({ "state": listing.state.kind(), "reasons": decision });
        moderation::audit(&mut tx, grant.actor(), P::ACTION, Some(id), details, now).await?;
        tx.commit().await.map_err(DbError::from)?;
        self.attach(&listing).await;
        Ok(listing)
    }

    /// Takes the step that a verdict leads to and keeps its reasons; answers them for the log.
    pub async fn apply(
        &self,
        tx: &mut Tx<'_>,
        listing: &mut Listing,
        verdict: Verdict,
        clean: Step,
        now: Timestamp,
    ) -> Result<Value, ListingError> {
        let term = self.term(listing.content.category.as_deref());
        match verdict {
            Verdict::Clean => {
                listing.step(clean, now, term)?;
                Ok(json!([]))
            }
            Verdict::Hold(reasons) => {
                if listing.state.kind() != ListingState::InReview {
                    listing.step(Step::Hold, now, term)?;
                }
                moderation::queue(tx, listing.id, &reasons, now).await?;
                Ok(serde_json::to_value(&reasons)?)
            }
            Verdict::Refuse(reason) => {
                listing.step(Step::Refuse, now, term)?;
                moderation::unqueue(tx, listing.id).await?;
                let decision = machine(listing.id, DecisionKind::Refuse, &reason, now);
                moderation::add_decision(tx, &decision).await?;
                ask(tx, Asked::Statement { decision: decision.id }, now).await?;
                Ok(serde_json::to_value([&reason])?)
            }
        }
    }

    pub async fn fingerprint(&self, draft: &ValidDraft) -> Result<Fingerprint, ListingError> {
        let ids: Vec<_> = draft.content().pictures.iter().map(|picture| picture.id).collect();
        let facts = self.pictures(&ids).await?;
        let hashes = ids.iter().filter_map(|id| facts.get(id)).map(|facts| facts.perceptual_hash).collect();
        Ok(Fingerprint::of(draft.title(), draft.description(), hashes))
    }

    pub async fn verdict(
        &self,
        tx: &mut Tx<'_>,
        id: ListingId,
        seller: AccountId,
        draft: &ValidDraft,
        print: &Fingerprint,
        rate: &ExchangeRate,
    ) -> Result<Verdict, ListingError> {
        let taxonomy = self.taxonomy.get();
        let path = taxonomy.path(draft.category()).into_iter().map(|category| category.id.clone()).collect();
        let forbidden_words =
            taxonomy.category(draft.category()).map(|found| found.forbidden_words.clone()).unwrap_or_default();
        let price_rsd_minor = price::in_rsd(Some(draft.price()), rate);
        let spread = match price_rsd_minor {
            Some(_) => Some(self.spread(tx, draft).await?),
            None => None,
        };
        let neighbours = store::bulk::neighbours(tx, id, print).await?;
        let evidence = Evidence { path, forbidden_words, neighbours, spread, price_rsd_minor };
        Ok(Verdict::of(draft, seller, print, &evidence, &self.rules))
    }

    /// Of the same make and model where the category knows them, else of the category.
    /// Asked on the connection that is held: a second one may never come free when everybody waits for theirs.
    async fn spread(&self, tx: &mut Tx<'_>, draft: &ValidDraft) -> Result<Spread, ListingError> {
        let taxonomy = self.taxonomy.get();
        let like: serde_json::Map<String, Value> = draft
            .content()
            .attributes
            .iter()
            .filter(|(key, _)| {
                let kind = taxonomy.attribute(key).map(|attribute| &attribute.kind);
                matches!(kind, Some(AttributeKind::Make { .. } | AttributeKind::Model { .. }))
            })
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect();
        let like = Value::Object(like);
        let key = format!("{} {like}", draft.category());
        if let Some(recent) = self.spreads.get(&key) {
            return Ok(recent);
        }
        let mut spread = store::listing::price_spread(&mut **tx, draft.category(), None, &like).await?;
        if spread.count < Spread::COUNT_MIN {
            spread = store::listing::price_spread(&mut **tx, draft.category(), None, &json!({})).await?;
        }
        if spread.count >= Spread::COUNT_MIN {
            self.spreads.insert(key, spread);
        }
        Ok(spread)
    }

    /// Pause, resume, reserve, unreserve, sell: a step that changes the state and nothing else.
    pub async fn step<P: Permission>(
        &self,
        grant: &Grant<P>,
        id: ListingId,
        step: Step,
    ) -> Result<Listing, ListingError> {
        let now = self.clock.now();
        let mut tx = self.db.begin().await?;
        let mut listing = store::listing::lock(&mut tx, id).await?;
        permit(grant, &listing, now)?;
        let again_at = listing.refreshed_at + Duration::days(RENEW_AGAIN_DAYS);
        // Renewing moves an ad to the top: a live one not every minute.
        if step == Step::Renew && listing.state.kind() == ListingState::Live && now < again_at {
            return Err(ListingError::RenewedRecently { again_at });
        }
        listing.step(step, now, self.term(listing.content.category.as_deref()))?;
        self.write(&mut tx, &listing, None, now).await?;
        moderation::audit(&mut tx, grant.actor(), P::ACTION, Some(id), json!({}), now).await?;
        tx.commit().await.map_err(DbError::from)?;
        self.attach(&listing).await;
        Ok(listing)
    }

    /// A draft vanishes, anything else is archived.
    pub async fn delete<P: Permission>(&self, grant: &Grant<P>, id: ListingId) -> Result<(), ListingError> {
        let now = self.clock.now();
        let mut tx = self.db.begin().await?;
        let mut listing = store::listing::lock(&mut tx, id).await?;
        permit(grant, &listing, now)?;
        let was_draft = listing.state.kind() == ListingState::Draft;
        listing.step(Step::Archive, now, Duration::zero())?;
        moderation::unqueue(&mut tx, id).await?;
        if was_draft {
            store::listing::delete(&mut tx, id).await?;
            listing.content.pictures.clear();
        } else {
            self.write(&mut tx, &listing, None, now).await?;
        }
        moderation::audit(&mut tx, grant.actor(), P::ACTION, Some(id), json!({ "draft": was_draft }), now).await?;
        tx.commit().await.map_err(DbError::from)?;
        self.attach(&listing).await;
        Ok(())
    }

    /// A step that time takes. Passed over when the ad has moved on meanwhile.
    pub async fn age(&self, id: ListingId, from: ListingState, step: Step, due: Timestamp) -> Result<(), ListingError> {
        let now = self.clock.now();
        let mut tx = self.db.begin().await?;
        let mut listing = store::listing::lock(&mut tx, id).await?;
        let at = listing.state.expires_at().filter(|_| step == Step::Expire).unwrap_or(listing.state.since());
        if listing.state.kind() != from || at > due {
            return Ok(());
        }
        match step {
            Step::Purge if from == ListingState::Draft => store::listing::delete(&mut tx, id).await?,
            Step::Purge => {
                listing.forget(now)?;
                store::bulk::save(&mut tx, &[&listing]).await?;
                store::listing::forget_traces(&mut tx, id).await?;
                let purged = ListingPurged { id, version: listing.version };
                let event = outbox::event(now, LISTING_PURGED, SERVICE, id.to_string(), &purged)?;
                outbox::publish(&mut tx, &event).await?;
            }
            other => {
                listing.step(other, now, Duration::zero())?;
                self.write(&mut tx, &listing, None, now).await?;
                // A shop that still names the ad in its file renews it with the next run.
                store::bulk::forget_hashes(&mut tx, &[id]).await?;
            }
        }
        let actor = Actor::system("listings.age");
        moderation::audit(&mut tx, &actor, <&str>::from(step), Some(id), json!({}), now).await?;
        if step == Step::Purge {
            // Before the commit: an ad that is forgotten leaves no picture behind.
            self.media
                .attach(&id.to_string(), listing.seller.id, &[], svetu_contracts::media::Visibility::Owner)
                .await?;
        }
        tx.commit().await.map_err(DbError::from)?;
        Ok(())
    }
}

/// For a person's decision.
pub fn reason(rule: &str, note: Option<&str>) -> Reason {
    Reason { rule: rule.to_owned(), score: 100, detail: note.map_or(json!({}), |note| json!({ "note": note })) }
}
