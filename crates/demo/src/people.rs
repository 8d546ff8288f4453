//! Sellers: people and shops.

use rand::Rng;
use rand_chacha::ChaCha8Rng;
use svetu_contracts::{geo::Place, listings::SellerKind};
use svetu_kernel::{Language, Timestamp};

/// Somebody who sells, keeps favourites and saves searches.
#[derive(Debug, Clone, PartialEq)]
pub struct Seller {
    /// 0-based; a draft names it.
    pub index: u64,
    /// In the seller's script.
    pub name: String,
    pub kind: SellerKind,
    /// Unique by index, in the reserved domain `example.com`.
    pub email: String,
    /// E.164, unassigned-looking but well formed; unique by index up to ten million.
    pub phone: String,
    pub language: Language,
    pub place: Place,
    pub joined_at: Timestamp,
}

const WOMEN: &[&str] = &[
    "Jelena", "Milica", "Ana", "Marija", "Ivana", "Jovana", "Dragana", "Snežana", "Katarina", "Teodora", "Nevena",
    "Tamara", "Sanja", "Vesna", "Biljana", "Nataša", "Anđela", "Tijana", "Sofija", "Ljiljana",
];
const MEN: &[&str] = &[
    "Marko",
    "Nikola",
    "Miloš",
    "Stefan",
    "Luka",
    "Aleksandar",
    "Dragan",
    "Zoran",
    "Goran",
    "Nemanja",
    "Milan",
    "Vladimir",
    "Dušan",
    "Đorđe",
    "Petar",
    "Bojan",
    "Igor",
    "Slobodan",
    "Uroš",
    "Ljubiša",
];
const FAMILIES: &[&str] = &[
    "Jovanović",
    "Petrović",
    "Nikolić",
    "Marković",
    "Đorđević",
    "Stojanović",
    "Ilić",
    "Stanković",
    "Pavlović",
    "Milošević",
    "Todorović",
    "Ristić",
    "Kostić",
    "Simić",
    "Popović",
    "Živković",
    "Lukić",
    "Matić",
    "Savić",
    "Vuković",
    "Kovačević",
    "Tomić",
    "Janković",
    "Obradović",
    "Njegić",
];
const RUSSIANS: &[&str] = &[
    "Анна Иванова",
    "Дмитрий Соколов",
    "Мария Кузнецова",
    "Алексей Смирнов",
    "Ольга Попова",
    "Сергей Волков",
    "Елена Морозова",
    "Илья Лебедев",
];
const SHOPS: &[(&str, &str)] = &[
    ("Auto plac", "Auto"),
    ("Mobil centar", "Mobil"),
    ("Tehno kutak", "Tehno"),
    ("Nekretnine", "Dom"),
    ("Salon nameštaja", "Hrast"),
    ("Agro oprema", "Agro"),
    ("Butik", "Moda"),
    ("Alati", "Majstor"),
    ("Dečji svet", "Meda"),
    ("Bicikli", "Točak"),
];
const SHOP_NAMES: &[&str] = &[
    "Avala",
    "Morava",
    "Sava",
    "Dunav",
    "Zlatibor",
    "Kosmaj",
    "Fruška gora",
    "Tara",
    "Drina",
    "Panonija",
    "Rudnik",
    "Stari grad",
    "Kalemegdan",
    "Nišava",
    "Timok",
];

pub(crate) fn seller(rng: &mut ChaCha8Rng, index: u64, place: Place, now: Timestamp) -> Seller {
    let pick = |rng: &mut ChaCha8Rng, list: &[&str]| list[rng.random_range(0..list.len())].to_owned();
    let language = match rng.random_range(0..100) {
        0..70 => Language::SrLatn,
        70..90 => Language::SrCyrl,
        90..96 => Language::Ru,
        _ => Language::En,
    };
    let kind = if rng.random_range(0..100) < 18 { SellerKind::Trader } else { SellerKind::Person };
    let latin = match kind {
        SellerKind::Trader => {
            let (what, _) = SHOPS[rng.random_range(0..SHOPS.len())];
            format!("{what} {}", pick(rng, SHOP_NAMES))
        }
        SellerKind::Person if language == Language::Ru => pick(rng, RUSSIANS),
        SellerKind::Person => {
            let first = if rng.random_bool(0.45) { pick(rng, WOMEN) } else { pick(rng, MEN) };
            format!("{first} {}", pick(rng, FAMILIES))
        }
    };
    let name = if language == Language::SrCyrl { svetu_text::latin_to_cyrillic(&latin) } else { latin };
    Seller {
        index,
        name,
        kind,
        email: format!("prodavac{index}@example.com"),
        phone: format!("+38160{:07}", index % 10_000_000),
        language,
        place,
        joined_at: now - chrono::Duration::days(rng.random_range(40..1_500)),
    }
}
