//! What the seller types: a new ad, a merge patch.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};
use svetu_contracts::{
    geo::Point,
    listings::{Condition, Delivery, ListingState, Price, SellerKind},
    media::Picture,
};
use svetu_db::DbError;
use svetu_http::{Grant, IfMatch, Permission};
use svetu_kernel::{AccountId, FieldProblem, Language, ListingId, MediaId, PlaceId};
use utoipa::ToSchema;

use super::{Service, attachment, permit, unknown};
use crate::{
    ListingError,
    model::{
        Content, Listing, Step, ValidDraft, Verdict,
        draft::{PICTURES_MAX, completeness, guess_language, parse_unfinished},
    },
    store::{self, moderation},
};

/// JSON merge patch (RFC 7396): what is absent stays, null clears.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ListingInput)]
pub struct Input {
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>, max_length = 200)]
    pub title: Option<Option<String>>,
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>, max_length = 10000)]
    pub description: Option<Option<String>>,
    /// Id of a leaf category.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>, max_length = 100)]
    pub category: Option<Option<String>>,
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<Price>)]
    pub price: Option<Option<Price>>,
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<Condition>)]
    pub condition: Option<Option<Condition>>,
    /// By attribute key; null takes one away.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<BTreeMap<String, Value>>)]
    pub attributes: Option<Option<BTreeMap<String, Value>>>,
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<PlaceId>)]
    pub place_id: Option<Option<PlaceId>>,
    /// Where exactly; a private seller's is snapped to a cell of some 500 m and not kept otherwise.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<Point>)]
    pub point: Option<Option<Point>>,
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<Vec<Delivery>>, max_items = 4)]
    pub delivery: Option<Option<Vec<Delivery>>>,
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<ContactPatch>)]
    pub contact: Option<Option<ContactPatch>>,
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<Language>)]
    pub language: Option<Option<Language>>,
    /// All pictures in their order.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<Vec<MediaId>>, max_items = 20)]
    pub media: Option<Option<Vec<MediaId>>>,
}

#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ListingContactInput)]
pub struct ContactPatch {
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>, max_length = 40)]
    pub phone: Option<Option<String>>,
    pub show_phone: Option<bool>,
    pub viber: Option<bool>,
    pub whatsapp: Option<bool>,
}

/// Tells null from absent.
fn present<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

impl Service {
    /// A draft: anything may be missing, nothing may be wrong. With an id given, one that an earlier attempt made is answered.
    pub async fn create<P: Permission>(
        &self,
        grant: &Grant<P>,
        owner: AccountId,
        id: Option<ListingId>,
        input: Input,
        reader: Language,
    ) -> Result<Listing, ListingError> {
        let now = self.clock.now();
        if let Some(id) = id {
            match store::listing::find(&self.db, id).await {
                Ok(made) if made.seller.id == owner => return Ok(made),
                Ok(_) => return Err(ListingError::NotFound),
                Err(ListingError::NotFound) => {}
                Err(error) => return Err(error),
            }
        }
        let rate = self.rate().await?;
        let (seller, _) = self.seller(self.db.pool(), grant.actor(), owner).await?;
        let content = self.merged(Content::default(), input, owner, seller.kind, reader).await?;
        let content = parse_unfinished(content, &self.taxonomy.get())?;
        let completeness = completeness(&content, &self.taxonomy.get());
        let id = id.unwrap_or_else(|| ListingId::new(now));
        let mut listing = Listing::draft(id, seller, Content::default(), now);
        listing.rewrite(content, completeness, &rate, now);
        listing.version = 1;
        if !listing.content.pictures.is_empty() {
            let (holder, media, visibility) = attachment(&listing);
            self.media.attach(&holder, owner, &media, visibility).await?;
        }
        let mut tx = self.db.begin().await?;
        self.write(&mut tx, &listing, None, now).await?;
        tx.commit().await.map_err(DbError::from)?;
        Ok(listing)
    }

    /// Edits what the caller has seen (`If-Match`). An ad that others may see stays complete and is judged anew.
    pub async fn update<P: Permission>(
        &self,
        grant: &Grant<P>,
        id: ListingId,
        if_match: &IfMatch,
        input: Input,
        reader: Language,
    ) -> Result<Listing, ListingError> {
        let now = self.clock.now();
        let rate = self.rate().await?;
        let mut tx = self.db.begin().await?;
        let mut listing = store::listing::lock(&mut tx, id).await?;
        permit(grant, &listing, now)?;
        if_match.require(listing.version)?;
        listing.state.after(Step::Edit, now, chrono::Duration::zero())?;
        let owner = listing.seller.id;
        let before: Vec<MediaId> = listing.content.pictures.iter().map(|picture| picture.id).collect();
        let content = self.merged(listing.content.clone(), input, owner, listing.seller.kind, reader).await?;
        let taxonomy = self.taxonomy.get();

        let mut change = None;
        if listing.state.kind() == ListingState::Draft {
            let content = parse_unfinished(content, &taxonomy)?;
            let completeness = completeness(&content, &taxonomy);
            listing.step(Step::Edit, now, chrono::Duration::zero())?;
            listing.rewrite(content, completeness, &rate, now);
        } else {
            let draft = ValidDraft::parse(content, &taxonomy)?;
            let print = self.fingerprint(&draft).await?;
            let judged = self.verdict(&mut tx, id, owner, &draft, &print, &rate).await?;
            change = listing.revise(draft, &rate, now);
            match listing.state.kind() {
                // What is mended waits for the seller to publish it again.
                ListingState::Refused => listing.step(Step::Edit, now, chrono::Duration::zero())?,
                ListingState::InReview if judged == Verdict::Clean => {
                    let reasons = moderation::reasons(&mut tx, id).await?;
                    // What people reported or a moderator held is for a person to decide.
                    let by_machine = reasons.iter().all(|reason| {
                        self.rules
                            .get(&reason.rule)
                            .is_some_and(|rule| rule.outcome != crate::model::rules::Outcome::Person)
                    });
                    if by_machine && !reasons.is_empty() {
                        moderation::unqueue(&mut tx, id).await?;
                        self.apply(&mut tx, &mut listing, judged, Step::Approve, now).await?;
                    } else {
                        listing.step(Step::Edit, now, chrono::Duration::zero())?;
                    }
                }
                _ => {
                    self.apply(&mut tx, &mut listing, judged, Step::Edit, now).await?;
                }
            }
            store::bulk::save_fingerprints(&mut tx, &[(id, owner, &print)]).await?;
            let details = json!({ "version": listing.version, "state": listing.state.kind() });
            moderation::audit(&mut tx, grant.actor(), P::ACTION, Some(id), details, now).await?;
        }
        let (holder, media, visibility) = attachment(&listing);
        if media != before {
            self.media.attach(&holder, owner, &media, visibility).await?;
        }
        self.write(&mut tx, &listing, change, now).await?;
        tx.commit().await.map_err(DbError::from)?;
        Ok(listing)
    }

    async fn merged(
        &self,
        mut content: Content,
        input: Input,
        owner: AccountId,
        kind: SellerKind,
        reader: Language,
    ) -> Result<Content, ListingError> {
        let Input {
            title,
            description,
            category,
            price,
            condition,
            attributes,
            place_id,
            point,
            delivery,
            contact,
            language,
            media,
        } = input;
        set(&mut content.title, title);
        set(&mut content.description, description);
        if let Some(category) = category {
            content.category = category;
        }
        if let Some(price) = price {
            content.price = price;
        }
        if let Some(condition) = condition {
            content.condition = condition;
        }
        set(&mut content.delivery, delivery);
        match attributes {
            Some(Some(patch)) => {
                for (key, value) in patch {
                    if value.is_null() {
                        content.attributes.remove(&key);
                    } else {
                        content.attributes.insert(key, value);
                    }
                }
            }
            Some(None) => content.attributes.clear(),
            None => {}
        }
        match contact {
            Some(Some(patch)) => {
                if let Some(phone) = patch.phone {
                    content.contact.phone = phone;
                }
                content.contact.show_phone = patch.show_phone.unwrap_or(content.contact.show_phone);
                content.contact.viber = patch.viber.unwrap_or(content.contact.viber);
                content.contact.whatsapp = patch.whatsapp.unwrap_or(content.contact.whatsapp);
            }
            Some(None) => content.contact = svetu_contracts::listings::ContactOptions::default(),
            None => {}
        }
        self.move_to(&mut content, place_id, point, kind).await?;
        if let Some(media) = media {
            content.pictures = self.own_pictures(&media.unwrap_or_default(), owner).await?;
        }
        content.language = match language {
            Some(language) => language,
            None => content.language,
        }
        .or_else(|| Some(guess_language(&format!("{} {}", content.title, content.description), reader)));
        Ok(content)
    }

    async fn move_to(
        &self,
        content: &mut Content,
        place_id: Option<Option<PlaceId>>,
        point: Option<Option<Point>>,
        kind: SellerKind,
    ) -> Result<(), ListingError> {
        let point = point.flatten();
        if point.is_some_and(|point| !(-90.0..=90.0).contains(&point.lat) || !(-180.0..=180.0).contains(&point.lon)) {
            return Err(unknown("/point", "field.out_of_range"));
        }
        match (place_id, point) {
            (Some(None), _) => content.place = None,
            (Some(Some(id)), point) => {
                let place = self.place(id).await?.ok_or_else(|| unknown("/place_id", "listing.place_unknown"))?;
                content.place = Some(self.placed(&place, point, kind));
            }
            (None, Some(point)) => {
                let place = match &content.place {
                    Some(known) => self.place(known.id).await?,
                    None => None,
                };
                let place = match place {
                    Some(place) => place,
                    None => std::sync::Arc::new(self.geo.nearest(point).await?),
                };
                content.place = Some(self.placed(&place, Some(point), kind));
            }
            (None, None) => {}
        }
        Ok(())
    }

    async fn own_pictures(&self, media: &[MediaId], owner: AccountId) -> Result<Vec<Picture>, ListingError> {
        if media.len() > PICTURES_MAX {
            return Err(ListingError::Invalid(vec![
                FieldProblem::new("/media", "listing.too_many_pictures").with("max", PICTURES_MAX),
            ]));
        }
        let facts = self.pictures(media).await?;
        let mut own: Vec<Picture> = Vec::with_capacity(media.len());
        let mut faults = Vec::new();
        for (index, id) in media.iter().enumerate() {
            match facts.get(id).filter(|facts| facts.owner == owner) {
                Some(facts) if own.iter().all(|picture| picture.id != *id) => own.push(facts.picture.clone()),
                Some(_) => {}
                None => faults.push(FieldProblem::new(format!("/media/{index}"), "listing.picture_unknown")),
            }
        }
        if faults.is_empty() { Ok(own) } else { Err(ListingError::Invalid(faults)) }
    }
}

/// What is there replaces, null empties.
fn set<T: Default>(field: &mut T, patch: Option<Option<T>>) {
    if let Some(value) = patch {
        *field = value.unwrap_or_default();
    }
}
