//! The committed gazetteer and its way into the database.

use std::collections::HashMap;

use sha2::{Digest, Sha256};
use svetu_contracts::geo::Point;
use svetu_db::Db;
use svetu_kernel::PlaceId;

use crate::{
    GeoError,
    model::{PlaceKind, PlaceRecord, valid_point},
    store,
};

const FILE: &str = include_str!("../gazetteer/places.tsv");

/// Brings the database to the gazetteer of this binary, as `svetu migrate` does after the migrations; answers how many
/// places there are. Nothing is written when it is there already. Ids never change.
///
/// # Errors
/// When the database cannot be written, or the file is damaged.
pub async fn load_gazetteer(db: &Db) -> Result<usize, GeoError> {
    let digest: String = Sha256::digest(FILE.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
    let places = parse(FILE)?;
    let mut tx = db.begin().await?;
    if store::loaded(&mut tx).await?.as_deref() != Some(digest.as_str()) {
        store::replace_all(&mut tx, &places, &digest).await?;
        tx.commit().await?;
        tracing::info!(places = places.len(), "loaded the gazetteer of {} places", places.len());
    }
    Ok(places.len())
}

/// # Errors
/// The first line that is no place.
pub fn parse(file: &str) -> Result<Vec<PlaceRecord>, GeoError> {
    let mut places = Vec::new();
    let mut ids = HashMap::new();
    for (number, line) in file.lines().enumerate().skip(1) {
        let damaged = |reason| GeoError::Gazetteer { line: number + 1, reason };
        let cells: Vec<&str> = line.split('\t').collect();
        let &[key, id, name, cyrl, ru, en, country, kind, parent, lat, lon, precise, population, codes, aliases] =
            cells.as_slice()
        else {
            return Err(damaged("expected 15 columns"));
        };
        let id = PlaceId::from_uuid(id.parse().map_err(|_| damaged("id"))?);
        if ids.insert(key, id).is_some() {
            return Err(damaged("the key is there twice"));
        }
        let place = PlaceRecord {
            id,
            key: key.to_owned(),
            name: name.to_owned(),
            name_cyrl: cyrl.to_owned(),
            name_ru: ru.to_owned(),
            name_en: en.to_owned(),
            country: country.to_owned(),
            kind: PlaceKind::parse(kind).ok_or_else(|| damaged("kind"))?,
            parent: None,
            point: point(lat, lon).ok_or_else(|| damaged("lat, lon"))?,
            precise: precise == "1",
            population: population.parse().map_err(|_| damaged("population"))?,
            postal_codes: list(codes),
            aliases: list(aliases),
            offered: true,
        };
        places.push((place, parent, number + 1));
    }
    places
        .into_iter()
        .map(|(mut place, parent, line)| {
            if !parent.is_empty() {
                let id =
                    ids.get(parent).ok_or(GeoError::Gazetteer { line, reason: "no place has the parent's key" })?;
                place.parent = Some(*id);
            }
            Ok(place)
        })
        .collect()
}

fn point(lat: &str, lon: &str) -> Option<Point> {
    valid_point(lat.parse().ok()?, lon.parse().ok()?).ok()
}

fn list(cell: &str) -> Vec<String> {
    cell.split('|').filter(|item| !item.is_empty()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::{HashMap, HashSet};

    use super::*;

    fn file() -> Vec<PlaceRecord> {
        parse(FILE).unwrap()
    }

    #[test]
    fn points_lie_in_their_countries() {
        // South, west, north, east, by Natural Earth with a tenth of a degree around.
        let boxes = HashMap::from([
            ("RS", (41.8, 18.7, 46.3, 23.1)),
            ("BA", (42.4, 15.6, 45.4, 19.7)),
            ("HR", (42.3, 13.4, 46.7, 19.5)),
            ("ME", (41.7, 18.3, 43.7, 20.5)),
            ("MK", (40.8, 20.3, 42.5, 23.1)),
            ("XK", (41.8, 19.9, 43.4, 21.9)),
            ("HU", (45.6, 16.0, 48.7, 23.0)),
            ("RO", (43.5, 20.1, 48.4, 29.8)),
            ("BG", (41.1, 22.2, 44.3, 28.7)),
            ("AL", (39.5, 19.1, 42.8, 21.2)),
            ("SI", (45.3, 13.2, 47.0, 16.7)),
            ("GR", (34.7, 19.2, 41.9, 28.4)),
        ]);
        for place in file() {
            let (south, west, north, east) = boxes[place.country.as_str()];
            let Point { lat, lon } = place.point;
            assert!((south..=north).contains(&lat) && (west..=east).contains(&lon), "{} {lat} {lon}", place.key);
        }
    }

    #[test]
    fn names_are_in_both_scripts() {
        for place in file() {
            assert!(!svetu_text::has_cyrillic(&place.name), "{}", place.name);
            let latin = |c: char| c.is_alphabetic() && !svetu_text::has_cyrillic(&c.to_string());
            assert!(!place.name_cyrl.chars().any(latin), "{}", place.name_cyrl);
            assert!(!place.name_ru.chars().any(latin), "{}", place.name_ru);
            if place.country == "RS" {
                assert_eq!(svetu_text::fold(&place.name), svetu_text::fold(&place.name_cyrl), "{}", place.key);
                let serbian = |c: char| !c.is_alphabetic() || "abcčćdđefghijklmnoprsštuvzž".contains(c);
                assert!(place.name.to_lowercase().chars().all(serbian), "{}", place.name);
            }
        }
    }

    #[test]
    fn ids_parents_and_codes_are_sound() {
        let places = file();
        let by_id: HashMap<_, _> = places.iter().map(|place| (place.id, place)).collect();
        assert_eq!(by_id.len(), places.len());
        for place in &places {
            let mut above = place.parent;
            let mut steps = 0;
            while let Some(id) = above {
                steps += 1;
                assert!(steps <= 2 && id != place.id, "{}", place.key);
                above = by_id[&id].parent;
            }
            assert!(place.postal_codes.iter().all(|code| code.len() == 5 && code.bytes().all(|b| b.is_ascii_digit())));
        }
        let municipalities = |city: &str| {
            let id = places.iter().find(|place| place.name == city && place.kind == PlaceKind::City).unwrap().id;
            places
                .iter()
                .filter(|place| place.parent == Some(id) && place.kind != PlaceKind::Village)
                .filter(|place| place.kind == PlaceKind::Municipality || city == "Beograd")
                .map(|place| place.name.clone())
                .collect::<HashSet<_>>()
        };
        assert_eq!(municipalities("Beograd").len(), 17, "{:?}", municipalities("Beograd"));
        assert_eq!(municipalities("Niš").len() + 1, 5, "Niška Banja is a town as well");
    }

    #[test]
    fn no_two_places_are_one() {
        let places = file();
        for (at, one) in places.iter().enumerate() {
            for other in &places[at + 1..] {
                let same = one.name == other.name && one.country == other.country && one.parent == other.parent;
                assert!(!same, "{} and {}", one.key, other.key);
            }
        }
    }
}
