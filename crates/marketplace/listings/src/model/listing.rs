//! An ad: who sells what, where it is in its life.

use std::collections::BTreeMap;

use chrono::Duration;
use serde_json::Value;
use svetu_contracts::{
    listings::{Condition, ContactOptions, Delivery, ListingPlace, ListingSnapshot, ListingState, Price, SellerKind},
    media::Picture,
};
use svetu_kernel::{AccountId, ExchangeRate, Language, ListingId, Money, Timestamp};

use super::{
    draft::ValidDraft,
    lifecycle::{IllegalStep, State, Step},
    price,
};

/// What the seller wrote: anything may still be missing.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Content {
    pub title: String,
    pub description: String,
    pub category: Option<String>,
    pub price: Option<Price>,
    pub condition: Option<Condition>,
    pub attributes: BTreeMap<String, Value>,
    pub place: Option<ListingPlace>,
    pub delivery: Vec<Delivery>,
    pub contact: ContactOptions,
    pub language: Option<Language>,
    pub pictures: Vec<Picture>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seller {
    pub id: AccountId,
    pub kind: SellerKind,
    pub name: String,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Listing {
    pub id: ListingId,
    /// Grows with every change; the entity tag of the ad.
    pub version: i64,
    pub state: State,
    pub seller: Seller,
    pub content: Content,
    pub price_rsd_minor: Option<i64>,
    /// The price before the last change, if it was higher.
    pub previous_price: Option<Money>,
    pub completeness: u8,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub published_at: Option<Timestamp>,
    pub refreshed_at: Timestamp,
}

/// A change of price to be kept in the history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PriceChange {
    pub price: Price,
    pub at: Timestamp,
    /// Before and after, when it went down.
    pub dropped: Option<(Money, Money)>,
}

impl Listing {
    pub fn draft(id: ListingId, seller: Seller, content: Content, now: Timestamp) -> Self {
        Self {
            id,
            version: 1,
            state: State::Draft { since: now },
            seller,
            content,
            price_rsd_minor: None,
            previous_price: None,
            completeness: 0,
            created_at: now,
            updated_at: now,
            published_at: None,
            refreshed_at: now,
        }
    }

    /// Takes one step of its life.
    ///
    /// # Errors
    /// [`IllegalStep`] when its state does not allow it; nothing has changed then.
    pub fn step(&mut self, step: Step, now: Timestamp, term: Duration) -> Result<(), IllegalStep> {
        let next = self.state.after(step, now, term)?;
        let becomes_live = next.kind() == ListingState::Live;
        let is_fresh = match step {
            Step::Publish | Step::Renew | Step::Reinstate => true,
            Step::Approve => self.published_at.is_none(),
            Step::Hold
            | Step::Refuse
            | Step::Edit
            | Step::Pause
            | Step::Resume
            | Step::Reserve
            | Step::Unreserve
            | Step::Sell
            | Step::Expire
            | Step::Archive
            | Step::Remove
            | Step::Purge => false,
        };
        if becomes_live {
            self.published_at = self.published_at.or(Some(now));
        }
        if is_fresh {
            self.refreshed_at = now;
        }
        self.state = next;
        self.touch(now);
        Ok(())
    }

    /// Saves what the seller typed into a draft or a refused ad: nothing has to be complete.
    pub fn rewrite(&mut self, content: Content, completeness: u8, rate: &ExchangeRate, now: Timestamp) {
        self.price_rsd_minor = price::in_rsd(content.price, rate);
        self.content = content;
        self.completeness = completeness;
        self.touch(now);
    }

    /// Replaces the content by a valid one and says whether the price changed.
    pub fn revise(&mut self, draft: ValidDraft, rate: &ExchangeRate, now: Timestamp) -> Option<PriceChange> {
        let before = self.content.price;
        let after = draft.price();
        self.completeness = draft.completeness();
        self.content = draft.into_content();
        self.price_rsd_minor = price::in_rsd(self.content.price, rate);
        self.touch(now);
        if before == Some(after) && self.published_at.is_some() {
            return None;
        }
        let dropped = self.published_at.and_then(|_| price::drop(before, Some(after), rate));
        self.previous_price = dropped.map(|(before, _)| before);
        Some(PriceChange { price: after, at: now, dropped })
    }

    /// The same price by another rate.
    pub fn reprice(&mut self, price_rsd_minor: Option<i64>, now: Timestamp) {
        self.price_rsd_minor = price_rsd_minor;
        self.touch(now);
    }

    /// Its content is forgotten; the id answers 410 for ever.
    pub fn forget(&mut self, now: Timestamp) -> Result<(), IllegalStep> {
        self.step(Step::Purge, now, Duration::zero())?;
        self.content = Content::default();
        self.seller.name = String::new();
        self.price_rsd_minor = None;
        self.previous_price = None;
        Ok(())
    }

    fn touch(&mut self, now: Timestamp) {
        self.version += 1;
        self.updated_at = now;
    }

    /// What others may know; None for a draft and for one whose content is forgotten or was never complete.
    pub fn snapshot(&self) -> Option<ListingSnapshot> {
        match self.state.kind() {
            ListingState::Draft | ListingState::Purged => return None,
            ListingState::InReview | ListingState::Live | ListingState::Reserved | ListingState::Sold => {}
            ListingState::Paused | ListingState::Expired | ListingState::Archived | ListingState::Refused => {}
            ListingState::Removed => {}
        }
        let content = &self.content;
        Some(ListingSnapshot {
            id: self.id,
            version: self.version,
            state: self.state.kind(),
            seller: self.seller.id,
            seller_kind: self.seller.kind,
            seller_name: self.seller.name.clone(),
            category: content.category.clone()?,
            title: content.title.clone(),
            description: content.description.clone(),
            language: content.language?,
            price: content.price?,
            price_rsd_minor: self.price_rsd_minor,
            previous_price: self.previous_price,
            condition: content.condition,
            attributes: content.attributes.clone(),
            place: content.place.clone()?,
            delivery: content.delivery.clone(),
            pictures: content.pictures.clone(),
            created_at: self.created_at,
            published_at: self.published_at,
            refreshed_at: self.refreshed_at,
            expires_at: self.state.expires_at(),
            completeness: self.completeness,
        })
    }
}
