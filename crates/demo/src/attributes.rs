//! Believable values for a category's attributes.

use std::collections::BTreeMap;

use chrono::Datelike;
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};
use svetu_contracts::taxonomy::{AttributeKind, AttributeUse, Taxonomy};
use svetu_kernel::Timestamp;

pub(crate) type Values = BTreeMap<String, Value>;

/// By category; a brand that nobody would expect there is worse than none.
const BRANDS: &[(&str, &[&str])] = &[
    ("campers", &["Adria", "Hymer", "Knaus", "Hobby"]),
    ("batteries-car", &["Varta", "Bosch", "Black Horse", "Exide"]),
    ("moto-gear", &["Shoei", "AGV", "Alpinestars", "LS2"]),
    ("car-care", &["Castrol", "Liqui Moly", "Sonax"]),
    ("wheels", &["OZ Racing", "Ronal", "BBS"]),
    ("roof-boxes", &["Thule", "Menabo", "Hapro"]),
    ("boat-engines", &["Yamaha", "Tomos", "Mercury", "Suzuki"]),
    ("e-scooters", &["Xiaomi", "Ninebot", "Kugoo"]),
    ("smartwatches", &["Apple", "Garmin", "Huawei", "Amazfit", "Samsung"]),
    ("phone-cases", &["Spigen", "Ringke", "Baseus"]),
    ("phone-chargers", &["Baseus", "Anker", "Samsung", "Apple"]),
    ("power-banks", &["Anker", "Xiaomi", "Baseus"]),
    ("landline", &["Panasonic", "Gigaset", "Motorola"]),
    ("desktops", &["Dell", "HP", "Lenovo", "Fujitsu"]),
    ("monitors", &["Dell", "Samsung", "LG", "AOC", "Philips"]),
    ("graphics-cards", &["Gigabyte", "MSI", "Asus", "Sapphire", "Palit"]),
    ("motherboards", &["Gigabyte", "MSI", "Asus", "ASRock"]),
    ("memory", &["Kingston", "Corsair", "Crucial", "G.Skill"]),
    ("disks", &["Samsung", "Kingston", "Western Digital", "Seagate"]),
    ("pc-parts-other", &["LC-Power", "Corsair", "be quiet!", "Cooler Master"]),
    ("keyboards-mice", &["Logitech", "Razer", "Redragon", "HyperX"]),
    ("webcams", &["Logitech", "Trust", "Razer"]),
    ("printers", &["HP", "Canon", "Epson", "Brother"]),
    ("consumables", &["HP", "Canon", "Epson"]),
    ("networking", &["TP-Link", "MikroTik", "Asus", "Ubiquiti"]),
    ("servers", &["Dell", "HP", "Supermicro"]),
    ("gaming-gear", &["Sony", "Microsoft", "Logitech"]),
    ("projectors", &["Epson", "BenQ", "Acer"]),
    ("speakers", &["JBL", "Bose", "Marshall", "Pioneer"]),
    ("headphones", &["Sony", "JBL", "Sennheiser", "Bose", "AKG"]),
    ("hifi-retro", &["Tosca", "Technics", "Pioneer", "Dual"]),
    ("security", &["Hikvision", "Dahua", "Ajax"]),
    ("smart-home", &["Xiaomi", "TP-Link", "Philips"]),
    ("tableware", &["Metalac", "Rosenthal", "Emsan", "Tefal"]),
    ("barbecue", &["Weber", "Landmann"]),
    ("tiles", &["Keramika Kanjiža", "Zorka"]),
    ("paints", &["JUB", "Jupol", "Maxima"]),
    ("plumbing", &["Grohe", "Rosan", "Minotti"]),
    ("construction-machines", &["Caterpillar", "JCB", "Bobcat"]),
    ("fitness", &["Kettler", "Ring", "Domyos"]),
    ("ball-sports", &["Adidas", "Nike", "Puma"]),
    ("skis", &["Elan", "Atomic", "Head", "Rossignol"]),
    ("ski-boots", &["Salomon", "Head", "Alpina"]),
    ("camping", &["Quechua", "Coleman", "Husky"]),
    ("fishing", &["Shimano", "Daiwa", "Formax"]),
    ("tennis", &["Wilson", "Head", "Babolat"]),
    ("skates", &["Rollerblade", "Fila", "Oxelo"]),
    ("bike-parts", &["Shimano", "SRAM", "Schwalbe"]),
    ("bike-gear", &["Giro", "Uvex", "Shimano"]),
    ("perfumes", &["Dior", "Chanel", "Lancôme", "Armani", "Hugo Boss"]),
    ("cosmetics", &["Nivea", "Avon", "L'Oréal", "La Roche-Posay"]),
    ("sunglasses", &["Ray-Ban", "Police", "Polaroid"]),
    ("guitars", &["Fender", "Yamaha", "Ibanez", "Cort"]),
    ("keyboards-pianos", &["Yamaha", "Korg", "Casio", "Roland"]),
    ("accordions", &["Melodija", "Hohner", "Weltmeister"]),
    ("drums", &["Pearl", "Tama", "Yamaha"]),
    ("stage", &["Behringer", "Shure", "Yamaha"]),
    ("cultivators", &["Honda", "IMT", "Labin", "Goldoni"]),
    ("implements", &["OLT", "IMT", "Morava"]),
    ("pet-supplies", &["Royal Canin", "Trixie", "Pedigree"]),
    ("catering-equipment", &["Electrolux", "Rational", "Gorenje"]),
    ("cash-registers", &["Galeb", "Geneko"]),
    ("school-bags", &["Pulse", "Nike", "Herlitz"]),
];

/// Numbers in their usual range, where the taxonomy's bounds are wide.
fn range(key: &str) -> Option<(f64, f64)> {
    Some(match key {
        "mileage_km" => (20_000.0, 260_000.0),
        "engine_ccm" => (125.0, 1300.0),
        "power_kw" => (8.0, 110.0),
        "payload_kg" => (500.0, 3500.0),
        "engine_hours" => (200.0, 6000.0),
        "area_m2" => (28.0, 180.0),
        "land_area_ar" => (3.0, 60.0),
        "floors_total" => (3.0, 9.0),
        "bathrooms" => (1.0, 2.0),
        "monthly_costs_rsd" => (6_000.0, 18_000.0),
        "battery_health" => (78.0, 100.0),
        "screen_inch" => (24.0, 65.0),
        "seats" => (2.0, 9.0),
        "seats_count" => (2.0, 6.0),
        "width_cm" | "length_cm" => (40.0, 240.0),
        "height_cm" | "depth_cm" => (30.0, 200.0),
        "weight_kg" => (1.0, 40.0),
        "power_w" => (300.0, 2400.0),
        "volume_l" => (5.0, 300.0),
        "load_kg" => (5.0, 10.0),
        "spin_rpm" => (800.0, 1400.0),
        "quantity" => (1.0, 8.0),
        "animal_age_months" => (2.0, 36.0),
        "head_count" => (1.0, 30.0),
        "warranty_months" => (6.0, 24.0),
        "power_hp" => (25.0, 140.0),
        "range_km" => (20.0, 60.0),
        "battery_wh" => (280.0, 720.0),
        "positions" => (1.0, 5.0),
        "experience_years" => (2.0, 25.0),
        "service_area_km" => (10.0, 60.0),
        "guests_max" => (2.0, 6.0),
        "flatmates" | "batteries_included" | "controllers" => (1.0, 2.0),
        "gears" => (18.0, 27.0),
        "pieces_in_set" => (2.0, 24.0),
        "alcohol_percent" => (11.0, 48.0),
        "thickness_mm" => (8.0, 50.0),
        "tyre_tread_mm" => (4.0, 8.0),
        "coverage_m2" => (5.0, 40.0),
        "container_area_m2" => (12.0, 40.0),
        "fishing_rod_length_m" => (2.1, 4.2),
        "ski_length_cm" => (140.0, 180.0),
        "max_speed_kmh" => (20.0, 25.0),
        "megapixels" => (12.0, 45.0),
        "cutting_width_cm" => (32.0, 53.0),
        "perfume_ml" => (30.0, 100.0),
        "wanted_budget_eur" => (100.0, 5000.0),
        "aquarium_litres" => (30.0, 240.0),
        _ => return None,
    })
}

/// Fills what `values` does not have yet; those that are required always, the rest mostly.
pub(crate) fn fill(
    rng: &mut ChaCha8Rng,
    taxonomy: &Taxonomy,
    category: &str,
    uses: &[AttributeUse],
    now: Timestamp,
    values: &mut Values,
) {
    for used in uses {
        let likely = if used.card { 0.8 } else { 0.45 };
        let wanted = used.required || rng.random_bool(likely);
        if values.contains_key(&used.key) || !wanted {
            continue;
        }
        let Some(attribute) = taxonomy.attribute(&used.key) else { continue };
        if let Some(value) = value(rng, category, &used.key, &attribute.kind, used.required, now, values) {
            values.insert(used.key.clone(), value);
        }
    }
}

fn value(
    rng: &mut ChaCha8Rng,
    category: &str,
    key: &str,
    kind: &AttributeKind,
    required: bool,
    now: Timestamp,
    values: &Values,
) -> Option<Value> {
    match kind {
        AttributeKind::Text { .. } => match key {
            "brand" => {
                let known = BRANDS.iter().find(|(of, _)| *of == category).map(|(_, list)| *list);
                let list = known.or(required.then_some(&["Original"] as &[&str]))?;
                Some(json!(list[rng.random_range(0..list.len())]))
            }
            "author" => {
                let authors = ["Ivo Andrić", "Meša Selimović", "Danilo Kiš", "Desanka Maksimović", "Agata Kristi"];
                Some(json!(authors[rng.random_range(0..authors.len())]))
            }
            _ => required.then(|| json!("Original")),
        },
        AttributeKind::Integer { min, max, .. } => {
            let (low, high) = range(key).or(required.then_some((*min as f64, (*min + 20).min(*max) as f64)))?;
            let value = rng.random_range(low as i64..=high as i64);
            let value = if value >= 1_000 { value / 100 * 100 } else { value };
            Some(json!(value.clamp(*min, *max)))
        }
        AttributeKind::Number { min, max, .. } => {
            let (low, high) = range(key).or(required.then_some((*min, (*min + 20.0).min(*max))))?;
            let value = rng.random_range(low..=high);
            let value = if value > 10.0 { value.round() } else { (value * 10.0).round() / 10.0 };
            Some(json!(value.clamp(*min, *max)))
        }
        AttributeKind::Boolean => Some(json!(rng.random_bool(0.6))),
        AttributeKind::Date => {
            let days = if key == "registration_until" { rng.random_range(10..360) } else { rng.random_range(5..60) };
            Some(json!((now + chrono::Duration::days(days)).format("%Y-%m-%d").to_string()))
        }
        AttributeKind::Year { min, .. } => {
            let this = i64::from(now.year());
            let back = if key == "built_year" { 60 } else { 18 };
            Some(json!(rng.random_range((this - back).max(*min)..=this - 1)))
        }
        AttributeKind::Choice { options }
        | AttributeKind::Colour { options }
        | AttributeKind::Size { options }
        | AttributeKind::Make { options } => {
            let known = options.len() - usize::from(options.len() > 1 && options.last()?.key == "other");
            Some(json!(options[rng.random_range(0..known)].key))
        }
        AttributeKind::Choices { options } => {
            let share = rng.random_range(0.15..0.6);
            let picked: Vec<&str> =
                options.iter().filter(|_| rng.random_bool(share)).map(|option| option.key.as_str()).collect();
            // "None of them" goes with nothing else.
            let picked = if picked.contains(&"none") { vec!["none"] } else { picked };
            (!picked.is_empty()).then(|| json!(picked))
        }
        AttributeKind::Model { depends_on, models } => {
            let list = models.get(values.get(depends_on)?.as_str()?)?;
            let known = list.len().checked_sub(1)?;
            (known > 0).then(|| json!(list[rng.random_range(0..known)].key))
        }
    }
}
