//! The world: sellers, ads, favourites and saved searches by index.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use chrono::{Datelike, Duration};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};
use svetu_contracts::{
    geo::{Place, Point},
    listings::{BulkListing, Condition, ContactOptions, Delivery, ListingState, Price, SellerKind},
    taxonomy::{AttributeKind, AttributeValue, Category, Taxonomy},
};
use svetu_kernel::{AccountId, Language, MediaId, PlaceId, Timestamp};

use crate::{
    attributes::{self, Values},
    cars,
    choices::{age, ask, condition, delivery, pictures, state, worth, write},
    leaves::{Leaf, leaves},
    people::{self, Seller},
    picture::PictureKey,
    words,
};

/// Ads per seller.
const ADS_PER_SELLER: u64 = 12;

/// As often as they are seen.
const CAR_COLOURS: [&str; 14] = [
    "grey", "grey", "silver", "silver", "black", "black", "white", "white", "blue", "blue", "red", "green", "burgundy",
    "beige",
];

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WorldError {
    #[error("a world needs places with people")]
    NoPlaces,
    #[error("the taxonomy's leaf \"{0}\" is unknown to the demo data")]
    UnknownLeaf(String),
}

/// A world of `listings` ads. The same arguments give the same world, item by item.
#[derive(Debug)]
pub struct World {
    seed: u64,
    listings: u64,
    now: Timestamp,
    taxonomy: Arc<Taxonomy>,
    places: Vec<Place>,
    /// Running sums of population, by place.
    people: Vec<u64>,
    /// Category ids and their running weights.
    categories: Vec<(String, u64)>,
    leaves: HashMap<&'static str, Leaf>,
}

/// An ad before its seller has an account and its pictures have ids.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    pub index: u64,
    /// Index of the [`Seller`].
    pub seller: u64,
    pub seller_kind: SellerKind,
    pub seller_name: String,
    pub category: String,
    pub title: String,
    pub description: String,
    pub language: Language,
    pub price: Price,
    pub condition: Option<Condition>,
    pub attributes: BTreeMap<String, Value>,
    pub place: PlaceId,
    pub point: Point,
    pub delivery: Vec<Delivery>,
    pub contact: ContactOptions,
    /// In order; drawn by [`crate::draw`]. Few distinct ones: cache by key.
    pub pictures: Vec<PictureKey>,
    pub state: ListingState,
    pub created_at: Timestamp,
    /// A rule of `listings/moderation/rules.toml`, for refused and removed ones.
    pub reason: Option<String>,
}

impl Draft {
    /// The row for `ListingsContract::bulk_upsert`.
    pub fn into_bulk(self, seller: AccountId, media: Vec<MediaId>) -> BulkListing {
        BulkListing {
            source_key: format!("demo:{}", self.index),
            seller,
            seller_kind: self.seller_kind,
            seller_name: self.seller_name,
            category: self.category,
            title: self.title,
            description: self.description,
            language: self.language,
            price: self.price,
            condition: self.condition,
            attributes: self.attributes,
            place: self.place,
            point: Some(self.point),
            delivery: self.delivery,
            contact: self.contact,
            media,
            state: self.state,
            created_at: self.created_at,
            reason: self.reason,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Favourite {
    /// Index of the seller who keeps it.
    pub owner: u64,
    /// Index of a live draft of somebody else.
    pub listing: u64,
    pub at: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedSearch {
    pub owner: u64,
    pub name: String,
    /// Query string of the search page.
    pub query: String,
    pub created_at: Timestamp,
}

impl World {
    /// `places` as geo gives them; those without inhabitants get no ads.
    ///
    /// # Errors
    /// No inhabited place, or a leaf of the taxonomy that `data/leaves.txt` has not.
    pub fn new(
        seed: u64,
        listings: u64,
        now: Timestamp,
        taxonomy: Arc<Taxonomy>,
        mut places: Vec<Place>,
    ) -> Result<Self, WorldError> {
        places.retain(|place| place.population > 0 && place.country == "RS");
        places.sort_by_key(|place| place.id);
        let mut sum = 0;
        let people: Vec<u64> = places
            .iter()
            .map(|place| {
                sum += u64::from(place.population.unsigned_abs());
                sum
            })
            .collect();
        if people.is_empty() {
            return Err(WorldError::NoPlaces);
        }
        let leaves = leaves();
        let mut weight = 0;
        let mut categories = Vec::new();
        for category in taxonomy.leaves() {
            if !leaves.contains_key(category.id.as_str()) {
                return Err(WorldError::UnknownLeaf(category.id.clone()));
            }
            weight += match category.id.as_str() {
                "cars" => 45,
                "flats-sale" | "flats-rent" | "smartphones" => 20,
                "houses-sale" | "laptops" | "sofas" | "dresses" | "tyres" | "mens-sneakers" => 6,
                _ => 1,
            };
            categories.push((category.id.clone(), weight));
        }
        Ok(Self { seed, listings, now, taxonomy, places, people, categories, leaves })
    }

    pub fn seller_count(&self) -> u64 {
        self.listings.div_ceil(ADS_PER_SELLER)
    }

    pub fn sellers(&self) -> impl Iterator<Item = Seller> + '_ {
        (0..self.seller_count()).map(|index| self.seller(index))
    }

    /// Any index gives a seller; those of the world are below [`World::seller_count`].
    pub fn seller(&self, index: u64) -> Seller {
        let mut rng = self.rng(1, index);
        let place = self.place(&mut rng).clone();
        people::seller(&mut rng, index, place, self.now)
    }

    pub fn listings(&self) -> impl Iterator<Item = Draft> + '_ {
        (0..self.listings).map(|index| self.listing(index))
    }

    /// Any index gives an ad; those of the world are below its size.
    pub fn listing(&self, index: u64) -> Draft {
        let mut rng = self.rng(2, index);
        let rng = &mut rng;
        let owner = self.seller(rng.random_range(0..self.seller_count().max(1)));
        let pick = rng.random_range(0..self.categories.last().map_or(1, |last| last.1));
        let at = self.categories.partition_point(|(_, weight)| *weight <= pick);
        let id = self.categories[at].0.as_str();
        let path = self.taxonomy.path(id);
        let (category, root) = (path[path.len() - 1], path[0].id.as_str());
        let leaf = &self.leaves[id];
        let state = state(rng);
        let place = self.place(rng);
        let condition = category.condition.then(|| condition(rng));
        let mut values = Values::new();
        let (mut subject, mut price) = self.subject(rng, category, leaf, owner.language, place, &mut values);
        attributes::fill(rng, &self.taxonomy, id, self.taxonomy.uses(id), self.now, &mut values);
        let values = self.settle(id, values);
        let facts = self.facts(id, &values, owner.language);
        if !matches!(id, "cars" | "flats-sale" | "flats-rent" | "smartphones") {
            subject = self.with_facts(subject, id, &values, owner.language);
        }
        price = price * condition.map_or(100, worth) / 100;
        let (title, description) = write(rng, owner.language, root, &subject, &facts, condition);
        let created_at = self.now - age(rng, state);
        Draft {
            index,
            seller: owner.index,
            seller_kind: owner.kind,
            seller_name: owner.name,
            category: id.to_owned(),
            title,
            description,
            language: owner.language,
            price: ask(rng, category, leaf, price),
            condition,
            place: place.id,
            point: Point {
                lat: place.point.lat + rng.random_range(-0.012..0.012),
                lon: place.point.lon + rng.random_range(-0.012..0.012),
            },
            delivery: delivery(rng, root),
            contact: ContactOptions {
                phone: Some(owner.phone),
                show_phone: rng.random_bool(0.85),
                viber: rng.random_bool(0.5),
                whatsapp: rng.random_bool(0.3),
            },
            pictures: pictures(rng, category, &values),
            attributes: values,
            state,
            created_at,
            reason: match state {
                ListingState::Refused => Some("duplicate_own".to_owned()),
                ListingState::Removed => Some("counterfeit".to_owned()),
                _ => None,
            },
        }
    }

    /// About one for two ads.
    pub fn favourites(&self) -> impl Iterator<Item = Favourite> + '_ {
        (0..self.listings / 2).filter_map(|index| {
            let mut rng = self.rng(3, index);
            let listing = self.listing(rng.random_range(0..self.listings));
            let owner = rng.random_range(0..self.seller_count());
            let hours = (self.now - listing.created_at).num_hours().max(1);
            let at = listing.created_at + Duration::hours(rng.random_range(0..hours));
            (owner != listing.seller && listing.state == ListingState::Live).then_some(Favourite {
                owner,
                listing: listing.index,
                at,
            })
        })
    }

    /// One for every third seller.
    pub fn saved_searches(&self) -> impl Iterator<Item = SavedSearch> + '_ {
        const SEARCHES: &[(&str, &str)] = &[
            ("Golf 7 do 10.000 €", "q=golf+7&category=cars&price_max=10000&currency=EUR"),
            ("Stan za izdavanje", "category=flats-rent&price_max=500&currency=EUR"),
            ("Dvosoban stan", "q=dvosoban&category=flats-sale"),
            ("iPhone 13", "q=iphone+13&category=smartphones"),
            ("Brdski bicikl", "category=mountain-bikes&price_max=40000&currency=RSD"),
            ("Poklanjam", "category=free-stuff"),
            ("Laptop za školu", "category=laptops&price_max=400&currency=EUR"),
            ("Zimske gume", "q=zimske+gume&category=tyres"),
        ];
        (0..self.seller_count()).step_by(3).map(|owner| {
            let mut rng = self.rng(4, owner);
            let (name, query) = SEARCHES[rng.random_range(0..SEARCHES.len())];
            let created_at = self.now - Duration::hours(rng.random_range(1..600));
            SavedSearch { owner, name: name.to_owned(), query: query.to_owned(), created_at }
        })
    }

    fn rng(&self, stream: u64, index: u64) -> ChaCha8Rng {
        let mut rng = ChaCha8Rng::seed_from_u64(self.seed ^ index.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        rng.set_stream(stream);
        rng
    }

    fn place(&self, rng: &mut ChaCha8Rng) -> &Place {
        let pick = rng.random_range(0..self.people[self.people.len() - 1]);
        &self.places[self.people.partition_point(|sum| *sum <= pick)]
    }

    /// The thing itself and its price in whole units when new or as usual; settles what belongs together.
    fn subject(
        &self,
        rng: &mut ChaCha8Rng,
        category: &Category,
        leaf: &Leaf,
        language: Language,
        place: &Place,
        values: &mut Values,
    ) -> (String, i64) {
        let share = rng.random_range(0.0_f64..1.0).powi(2);
        let usual = leaf.low + ((leaf.high - leaf.low) as f64 * share) as i64;
        match category.id.as_str() {
            "cars" => {
                let found = cars::find(rng, i64::from(self.now.year()));
                let (engine, ccm, kw, fuel) = found.engine;
                for (key, value) in [
                    ("make", json!(found.car.make)),
                    ("model", json!(found.car.model)),
                    ("body", json!(found.car.body)),
                    ("year", json!(found.year)),
                    ("mileage_km", json!(found.mileage_km)),
                    ("fuel", json!(fuel)),
                    ("engine_ccm", json!(ccm)),
                    ("power_kw", json!(kw)),
                    ("seats", json!(5)),
                    ("doors", json!("4-5")),
                    ("colour", json!(CAR_COLOURS[rng.random_range(0..CAR_COLOURS.len())])),
                    ("steering", json!("left")),
                    ("drive", json!("front")),
                    (
                        "gearbox",
                        json!(if fuel == "electric" {
                            "automatic"
                        } else if found.year < 2006 {
                            "manual-5"
                        } else {
                            "manual-6"
                        }),
                    ),
                    ("damage", json!("none")),
                    (
                        "emission_class",
                        json!(match found.year {
                            ..2006 => "euro-3",
                            2006..2011 => "euro-4",
                            2011..2015 => "euro-5",
                            _ => "euro-6",
                        }),
                    ),
                ] {
                    values.insert(key.to_owned(), value);
                }
                let year = match language {
                    Language::SrLatn | Language::SrCyrl => format!("{}. {}", found.year, words::say(language, "god")),
                    Language::Ru => format!("{} г.", found.year),
                    Language::En => found.year.to_string(),
                };
                // The condition's factor is for things; a car's price has its age in it.
                (format!("{} {engine}, {year}", found.car.name), found.price_eur)
            }
            "flats-sale" | "flats-rent" => {
                let (rooms, name, ru, en, low, high) = [
                    ("studio", "Garsonjera", "Студия", "Studio", 20, 29),
                    ("1", "Jednosoban stan", "Однокомнатная квартира", "One-room flat", 28, 42),
                    ("2", "Dvosoban stan", "Двухкомнатная квартира", "Two-room flat", 45, 64),
                    ("2.5", "Dvoiposoban stan", "Квартира 2,5 комнаты", "2.5-room flat", 52, 72),
                    ("3", "Trosoban stan", "Трёхкомнатная квартира", "Three-room flat", 64, 92),
                    ("4", "Četvorosoban stan", "Четырёхкомнатная квартира", "Four-room flat", 85, 130),
                ][rng.random_range(0..6)];
                let area = rng.random_range(low..=high);
                let big = place.population > 150_000;
                let per_m2 = if category.id == "flats-rent" {
                    rng.random_range(6..if big { 14 } else { 9 })
                } else {
                    rng.random_range(if big { 1_700..3_400 } else { 800..1_600 })
                };
                let total = rng.random_range(2..9);
                values.insert("rooms".to_owned(), json!(rooms));
                values.insert("area_m2".to_owned(), json!(area));
                values.insert("floors_total".to_owned(), json!(total));
                values.insert("floor".to_owned(), json!(rng.random_range(1..=total).to_string()));
                let name = match language {
                    Language::SrLatn | Language::SrCyrl => name,
                    Language::Ru => ru,
                    Language::En => en,
                };
                let name = words::say(language, name);
                let town = match language {
                    Language::SrCyrl | Language::Ru => &place.name_cyrl,
                    Language::SrLatn | Language::En => &place.name,
                };
                (format!("{name}, {area} m², {town}"), i64::from(area) * per_m2)
            }
            "smartphones" => {
                let (brand, model, name, eur) = [
                    ("apple", "iphone-11", "iPhone 11", 210),
                    ("apple", "iphone-12", "iPhone 12", 280),
                    ("apple", "iphone-13", "iPhone 13", 380),
                    ("apple", "iphone-13-pro", "iPhone 13 Pro", 480),
                    ("apple", "iphone-14", "iPhone 14", 500),
                    ("apple", "iphone-15-pro", "iPhone 15 Pro", 780),
                    ("apple", "iphone-16", "iPhone 16", 820),
                    ("samsung", "galaxy-s21", "Samsung Galaxy S21", 230),
                    ("samsung", "galaxy-s23", "Samsung Galaxy S23", 430),
                    ("samsung", "galaxy-s24-ultra", "Samsung Galaxy S24 Ultra", 820),
                    ("samsung", "galaxy-a54", "Samsung Galaxy A54", 200),
                    ("samsung", "galaxy-a15", "Samsung Galaxy A15", 120),
                    ("redmi", "note-12", "Redmi Note 12", 130),
                    ("redmi", "note-13-pro", "Redmi Note 13 Pro", 210),
                    ("xiaomi", "13t", "Xiaomi 13T", 330),
                    ("huawei", "p30-pro", "Huawei P30 Pro", 170),
                    ("google", "pixel-7a", "Google Pixel 7a", 260),
                    ("honor", "90", "Honor 90", 270),
                ][rng.random_range(0..18)];
                let storage = ["64", "128", "128", "256"][rng.random_range(0..4)];
                values.insert("phone_brand".to_owned(), json!(brand));
                values.insert("phone_model".to_owned(), json!(model));
                values.insert("storage_gb".to_owned(), json!(storage));
                (format!("{name} {storage} GB"), eur * rng.random_range(90..125) / 100)
            }
            _ => {
                let serbian = matches!(language, Language::SrLatn | Language::SrCyrl);
                let thing = match leaf.things.len() {
                    0 => category.names.get(language).to_owned(),
                    _ if !serbian => category.names.get(language).to_owned(),
                    count => leaf.things[rng.random_range(0..count)].to_owned(),
                };
                (words::say(language, &thing), usual)
            }
        }
    }

    /// Only values that the taxonomy takes: a rare one that is wrong is left out.
    fn settle(&self, id: &str, mut values: Values) -> Values {
        if let Err(problems) = self.taxonomy.validate_draft(id, &values) {
            for problem in problems {
                values.remove(&problem.key);
            }
        }
        values
    }

    fn label(&self, key: &str, values: &Values, language: Language) -> Option<String> {
        let attribute = self.taxonomy.attribute(key)?;
        let named = values
            .iter()
            .filter_map(|(key, value)| Some((key.clone(), AttributeValue::Text(value.as_str()?.to_owned()))));
        let value = match values.get(key)? {
            Value::String(text) => match &attribute.kind {
                AttributeKind::Text { .. } | AttributeKind::Date => text.clone(),
                _ => self.taxonomy.option(key, text, &named.collect())?.name.get(language).to_owned(),
            },
            Value::Number(number) => number.to_string().trim_end_matches(".0").to_owned(),
            _ => return None,
        };
        Some(match attribute.kind.unit() {
            Some(unit) => format!("{value} {}", unit.get(language)),
            None => value,
        })
    }

    fn facts(&self, id: &str, values: &Values, language: Language) -> Vec<String> {
        let uses = self.taxonomy.uses(id).iter();
        uses.filter_map(|used| {
            let name = self.taxonomy.attribute(&used.key)?.names.get(language);
            Some(format!("{name}: {}", self.label(&used.key, values, language)?))
        })
        .take(7)
        .collect()
    }

    /// The brand and what the card shows, as people write it into the title.
    fn with_facts(&self, subject: String, id: &str, values: &Values, language: Language) -> String {
        let uses = self.taxonomy.uses(id);
        let telling = uses.iter().filter(|used| used.searchable).chain(uses.iter().filter(|used| {
            let kind = self.taxonomy.attribute(&used.key).map(|attribute| &attribute.kind);
            used.card
                && matches!(
                    kind,
                    Some(AttributeKind::Number { .. } | AttributeKind::Size { .. } | AttributeKind::Integer { .. })
                )
        }));
        let mut title = subject;
        for used in telling.take(3) {
            match self.label(&used.key, values, language) {
                Some(label)
                    if !["Druga marka", "Drugo", "Bez marke", "Друга марка", "Друго", "Без марке"]
                        .contains(&label.as_str()) =>
                {
                    title = format!("{title} {label}");
                }
                _ => {}
            }
        }
        title
    }
}
