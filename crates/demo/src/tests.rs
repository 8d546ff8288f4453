use std::{
    collections::{BTreeSet, HashMap},
    fs,
    path::Path,
    sync::Arc,
};

use svetu_contracts::{
    geo::{Place, Point},
    listings::ListingState,
    taxonomy::Taxonomy,
};
use svetu_kernel::{Language, PlaceId, Timestamp};
use uuid::Uuid;

use super::*;

fn taxonomy() -> Arc<Taxonomy> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../marketplace/listings/taxonomy");
    let mut files: Vec<(String, String)> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
        .map(|path| (path.display().to_string(), fs::read_to_string(path).unwrap()))
        .collect();
    files.sort();
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    Arc::new(Taxonomy::parse(&files).unwrap().with_cyrillic(svetu_text::latin_to_cyrillic))
}

fn places() -> Vec<Place> {
    [
        ("Beograd", "Београд", 44.80, 20.46, 1_197_700),
        ("Niš", "Ниш", 43.32, 21.90, 183_000),
        ("Vranje", "Врање", 42.55, 21.9, 55_000),
    ]
    .into_iter()
    .enumerate()
    .map(|(at, (name, name_cyrl, lat, lon, population))| Place {
        id: PlaceId::from(Uuid::from_u128(at as u128 + 1)),
        name: name.to_owned(),
        name_cyrl: name_cyrl.to_owned(),
        parent_name: None,
        country: "RS".to_owned(),
        point: Point { lat, lon },
        population,
        postal_code: None,
    })
    .collect()
}

fn now() -> Timestamp {
    "2026-06-01T10:00:00Z".parse().unwrap()
}

fn world(seed: u64, listings: u64) -> World {
    World::new(seed, listings, now(), taxonomy(), places()).unwrap()
}

#[test]
fn a_seed_is_a_world() {
    let (one, same, other) = (world(7, 60), world(7, 60), world(8, 60));
    assert!(one.listings().eq(same.listings()));
    assert!(one.sellers().eq(same.sellers()));
    assert!(one.favourites().eq(same.favourites()) && one.saved_searches().eq(same.saved_searches()));
    assert!(one.listings().ne(other.listings()));
    assert!(World::new(1, 1, now(), taxonomy(), Vec::new()).is_err());
}

#[test]
fn ads_are_valid_and_varied() {
    let (world, taxonomy) = (world(1, 4_000), taxonomy());
    let (mut languages, mut states, mut categories) = (HashMap::new(), HashMap::new(), BTreeSet::new());
    let mut pictures = BTreeSet::new();
    for draft in world.listings() {
        let title = draft.title.chars().count();
        assert!((3..=200).contains(&title) && draft.description.chars().count() <= 10_000, "{draft:?}");
        taxonomy
            .validate(&draft.category, &draft.attributes)
            .unwrap_or_else(|problems| panic!("{draft:?}: {problems:?}"));
        assert_eq!(draft.condition.is_some(), taxonomy.category(&draft.category).unwrap().condition);
        assert!(draft.created_at < now() && draft.seller < world.seller_count());
        assert!(draft.price.money().is_none_or(|money| money.amount_minor > 0));
        *languages.entry(draft.language).or_insert(0) += 1;
        *states.entry(draft.state).or_insert(0) += 1;
        categories.insert(draft.category.clone());
        pictures.extend(draft.pictures);
    }
    let share = |language| languages[&language] * 100 / 4_000;
    assert!(
        (62..78).contains(&share(Language::SrLatn)) && (14..26).contains(&share(Language::SrCyrl)),
        "{languages:?}"
    );
    assert!((3..10).contains(&share(Language::Ru)) && (1..8).contains(&share(Language::En)), "{languages:?}");
    let expected = ListingState::ALL.into_iter().filter(|state| *state != ListingState::Purged);
    assert!(expected.clone().all(|state| states.contains_key(&state)) && states.len() == expected.count());
    assert!(categories.len() > 330, "{}", categories.len());
    assert!(pictures.len() < 800, "{}", pictures.len());
}

#[test]
fn pictures_are_drawn() {
    for (category, icon, body, colour, variant) in [
        ("cars", "car", Some("suv"), Some("red"), 0),
        ("flats-sale", "building", None, None, 0),
        ("sofas", "sofa", None, Some("green"), 1),
        ("dogs", "dog", None, None, 1),
    ] {
        let key = PictureKey::new(category, icon, body, colour, 3, variant);
        let bytes = draw(key).unwrap();
        assert_eq!(bytes[..3], [0xFF, 0xD8, 0xFF]);
        assert_eq!(bytes, draw(key).unwrap());
    }
}
