use serde::{Deserialize, Serialize};
use svetu_contracts::{
    geo::Point,
    identity::AccountEvent,
    listings::{Condition, ListingSnapshot, ListingState, Price, SellerKind},
    media::Picture,
};
use svetu_kernel::{AccountId, Currency, Language, ListingId, Money, Role, Timestamp};
use utoipa::ToSchema;

pub const FAVOURITES_MAX: i64 = 1_000;
pub const VIEWED_MAX: i64 = 100;
pub const ABOUT_CHARS_MAX: usize = 1_000;

/// What a card shows, kept from the ad's snapshot.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Card {
    pub title: String,
    pub language: Language,
    pub price: Price,
    pub previous_price: Option<Money>,
    pub condition: Option<Condition>,
    pub category: String,
    pub place_name: String,
    pub place_name_cyrl: String,
    pub point: Point,
    pub picture: Option<Picture>,
    pub picture_count: usize,
    pub seller_name: String,
    pub seller_kind: SellerKind,
    pub refreshed_at: Timestamp,
}

impl From<&ListingSnapshot> for Card {
    fn from(listing: &ListingSnapshot) -> Self {
        Self {
            title: listing.title.clone(),
            language: listing.language,
            price: listing.price,
            previous_price: listing.previous_price,
            condition: listing.condition,
            category: listing.category.clone(),
            place_name: listing.place.name.clone(),
            place_name_cyrl: listing.place.name_cyrl.clone(),
            point: listing.place.point,
            picture: listing.pictures.first().cloned(),
            picture_count: listing.pictures.len(),
            seller_name: listing.seller_name.clone(),
            seller_kind: listing.seller_kind,
            refreshed_at: listing.refreshed_at,
        }
    }
}

impl Card {
    pub fn title_in(&self, language: Language) -> String {
        match (self.language, language) {
            (Language::SrLatn, Language::SrCyrl) => svetu_text::latin_to_cyrillic(&self.title),
            (Language::SrCyrl, Language::SrLatn) => svetu_text::cyrillic_to_latin(&self.title),
            _ => self.title.clone(),
        }
    }
}

/// A row of favourites or of what was viewed.
#[derive(Debug, Clone, PartialEq)]
pub struct Kept {
    pub at: Timestamp,
    pub listing: ListingId,
    pub seller: AccountId,
    pub state: ListingState,
    pub card: Card,
}

/// Others may look at it, though not all of them can still be bought.
pub const fn is_shown(state: ListingState) -> bool {
    match state {
        ListingState::Live
        | ListingState::Reserved
        | ListingState::Sold
        | ListingState::Paused
        | ListingState::Expired
        | ListingState::Archived => true,
        ListingState::Draft
        | ListingState::InReview
        | ListingState::Refused
        | ListingState::Removed
        | ListingState::Purged => false,
    }
}

pub const fn state_name(state: ListingState) -> &'static str {
    match state {
        ListingState::Draft => "draft",
        ListingState::InReview => "in_review",
        ListingState::Live => "live",
        ListingState::Reserved => "reserved",
        ListingState::Sold => "sold",
        ListingState::Paused => "paused",
        ListingState::Expired => "expired",
        ListingState::Archived => "archived",
        ListingState::Refused => "refused",
        ListingState::Removed => "removed",
        ListingState::Purged => "purged",
    }
}

pub fn parse_state(name: &str) -> Option<ListingState> {
    ListingState::ALL.into_iter().find(|state| state_name(*state) == name)
}

/// The states that [`is_shown`], as they are stored.
pub fn shown_states() -> Vec<String> {
    ListingState::ALL.into_iter().filter(|state| is_shown(*state)).map(|state| state_name(state).to_owned()).collect()
}

/// How a fixed price changed, where both are in one currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct PriceChange {
    /// Negative: cheaper than it was when it was kept.
    pub amount_minor: i64,
    pub currency: Currency,
}

pub fn price_change(then: Price, now: Price) -> Option<PriceChange> {
    let (then, now) = (then.money()?, now.money()?);
    let amount_minor = now.amount_minor.checked_sub(then.amount_minor)?;
    (then.currency == now.currency && amount_minor != 0).then_some(PriceChange { amount_minor, currency: now.currency })
}

#[derive(Debug, Clone, PartialEq)]
pub struct Seller {
    pub id: AccountId,
    pub name: String,
    pub kind: SellerKind,
    pub since: Timestamp,
    pub about: Option<String>,
    pub price_mail: bool,
    pub live_count: i64,
}

pub fn kind_of(account: &AccountEvent) -> SellerKind {
    if account.roles.contains(&Role::Trader) { SellerKind::Trader } else { SellerKind::Person }
}

pub const fn kind_name(kind: SellerKind) -> &'static str {
    match kind {
        SellerKind::Person => "person",
        SellerKind::Trader => "trader",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_keep_their_names() {
        for state in ListingState::ALL {
            assert_eq!(parse_state(state_name(state)), Some(state));
            assert_eq!(serde_json::to_value(state).unwrap(), state_name(state));
        }
    }

    #[test]
    fn changes_of_price() {
        let rsd = |amount_minor| Price::Fixed { amount_minor, currency: Currency::Rsd };
        let eur = |amount_minor| Price::Fixed { amount_minor, currency: Currency::Eur };
        for (then, now, expected) in [
            (rsd(100), rsd(70), Some(-30)),
            (rsd(100), rsd(130), Some(30)),
            (rsd(100), rsd(100), None),
            (rsd(100), eur(1), None),
            (rsd(100), Price::Free, None),
            (Price::Agreement, rsd(1), None),
            (rsd(i64::MIN), rsd(i64::MAX), None),
        ] {
            assert_eq!(price_change(then, now).map(|change| change.amount_minor), expected);
        }
    }
}
