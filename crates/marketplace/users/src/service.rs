use svetu_contracts::{
    ContractError,
    listings::{ListingSnapshot, Price},
};
use svetu_kernel::{AccountId, ListingId, Timestamp};

use crate::{
    Users, UsersError,
    model::{ABOUT_CHARS_MAX, Card, Kept, Seller, is_shown},
    store::{self, After},
};

impl Users {
    /// The ad's card, asked of its owner the first time and followed from then on.
    async fn kept_card(&self, id: ListingId) -> Result<(Card, Option<ListingSnapshot>), UsersError> {
        if let Some((state, card)) = store::card(&self.db, id).await? {
            return if is_shown(state) { Ok((card, None)) } else { Err(UsersError::NoSuchListing) };
        }
        let listing = self.listings.listing(id).await.map_err(|error| match error {
            ContractError::NotFound => UsersError::NoSuchListing,
            other => UsersError::Contract(other),
        })?;
        if !is_shown(listing.state) {
            return Err(UsersError::NoSuchListing);
        }
        Ok((Card::from(&listing), Some(listing)))
    }

    pub(crate) async fn add_favourite(
        &self,
        owner: AccountId,
        id: ListingId,
        at: Timestamp,
    ) -> Result<bool, UsersError> {
        let (card, listing) = self.kept_card(id).await?;
        let mut tx = self.db.begin().await?;
        if let Some(listing) = listing {
            store::keep_listing(&mut tx, &listing).await?;
        }
        let added = store::add_favourite(&mut tx, owner, id, at, card.price).await?;
        tx.commit().await?;
        Ok(added)
    }

    pub(crate) async fn remove_favourite(&self, owner: AccountId, id: ListingId) -> Result<(), UsersError> {
        let mut tx = self.db.begin().await?;
        store::remove_favourite(&mut tx, owner, id).await?;
        Ok(tx.commit().await?)
    }

    pub(crate) async fn favourites(
        &self,
        owner: AccountId,
        after: Option<After>,
        limit: i64,
    ) -> Result<Vec<(Kept, Price)>, UsersError> {
        store::favourites(&self.db, owner, after, limit).await
    }

    pub(crate) async fn favourite_ids(&self, owner: AccountId) -> Result<Vec<ListingId>, UsersError> {
        store::favourite_ids(&self.db, owner).await
    }

    pub(crate) async fn add_viewed(&self, owner: AccountId, id: ListingId) -> Result<(), UsersError> {
        let (_, listing) = self.kept_card(id).await?;
        let mut tx = self.db.begin().await?;
        if let Some(listing) = listing {
            store::keep_listing(&mut tx, &listing).await?;
        }
        store::add_viewed(&mut tx, owner, id, self.clock.now()).await?;
        Ok(tx.commit().await?)
    }

    pub(crate) async fn viewed(
        &self,
        owner: AccountId,
        after: Option<After>,
        limit: i64,
    ) -> Result<Vec<Kept>, UsersError> {
        store::viewed(&self.db, owner, after, limit).await
    }

    pub(crate) async fn clear_viewed(&self, owner: AccountId) -> Result<(), UsersError> {
        let mut tx = self.db.begin().await?;
        store::clear_viewed(&mut tx, owner).await?;
        Ok(tx.commit().await?)
    }

    pub(crate) async fn seller(&self, id: AccountId) -> Result<Seller, UsersError> {
        store::seller(&self.db, id).await?.ok_or(UsersError::NoSuchSeller)
    }

    pub(crate) async fn update_seller(
        &self,
        id: AccountId,
        about: Option<Option<String>>,
        price_mail: Option<bool>,
    ) -> Result<Seller, UsersError> {
        let about = about.map(|text| text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty()));
        if about.iter().flatten().any(|text| text.chars().count() > ABOUT_CHARS_MAX) {
            return Err(UsersError::AboutTooLong { max: ABOUT_CHARS_MAX });
        }
        let mut tx = self.db.begin().await?;
        if !store::update_seller(&mut tx, id, about, price_mail).await? {
            return Err(UsersError::NoSuchSeller);
        }
        tx.commit().await?;
        self.seller(id).await
    }

    /// The end of a letter's one-click address.
    pub(crate) fn unsubscribe_token(&self, owner: AccountId) -> String {
        format!("{owner}.{}", self.tag(owner))
    }

    pub(crate) async fn unsubscribe(&self, token: &str) -> Result<(), UsersError> {
        let (owner, tag) = token.split_once('.').ok_or(UsersError::UnsubscribeUnknown)?;
        let owner: AccountId = owner.parse().map_err(|_| UsersError::UnsubscribeUnknown)?;
        // Compared by their hashes: the time it takes tells nothing.
        if blake3::hash(self.tag(owner).as_bytes()) != blake3::hash(tag.as_bytes()) {
            return Err(UsersError::UnsubscribeUnknown);
        }
        let mut tx = self.db.begin().await?;
        store::update_seller(&mut tx, owner, None, Some(false)).await?;
        Ok(tx.commit().await?)
    }

    fn tag(&self, owner: AccountId) -> String {
        blake3::keyed_hash(&self.unsubscribe_key, owner.uuid().as_bytes()).to_hex()[..32].to_owned()
    }
}
