//! Believable values for a category's attributes.

use std::collections::BTreeMap;

use chrono::Datelike;
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};
use svetu_contracts::taxonomy::{AttributeKind, AttributeUse, Taxonomy};
use svetu_kernel::Timestamp;

pub(crate) type Values = BTreeMap<String, Value>;

const BRANDS: &[(&str, &[&str])] = &[
    ("vehicles", &["Bosch", "Valeo", "Hella", "Castrol", "Thule", "Varta", "Adria", "Yamaha", "Shoei"]),
    ("phones", &["Baseus", "Spigen", "Anker", "Samsung", "Xiaomi", "Garmin", "Panasonic"]),
    ("computers", &["Logitech", "Kingston", "Asus", "MSI", "Gigabyte", "Dell", "HP", "Samsung", "TP-Link"]),
    ("electronics", &["Sony", "JBL", "Philips", "Pioneer", "Marantz", "Tuta", "Hikvision", "Epson"]),
    ("home-garden", &["IKEA", "Metalac", "Rosenthal", "Emsan", "Gardena", "Tefal"]),
    ("construction", &["JUB", "Ceresit", "Grohe", "Schneider", "Keramika Kanjiža", "Caterpillar"]),
    ("sport", &["Adidas", "Nike", "Salomon", "Shimano", "Wilson", "Head", "Kettler"]),
    ("bicycles", &["Shimano", "Capriolo", "Giro", "Schwalbe"]),
    ("beauty-jewellery", &["Dior", "Chanel", "Nivea", "Ray-Ban", "Lancôme", "Avon"]),
    ("music-books-hobby", &["Fender", "Yamaha", "Melodija", "Hohner", "Korg"]),
    ("agriculture", &["Honda", "IMT", "Labin", "OLT", "Morava"]),
    ("animals", &["Royal Canin", "Purina", "Trixie", "Pedigree"]),
    ("business", &["Electrolux", "Galeb", "Siemens", "Bosch", "Rational"]),
    ("tools", &["Bosch", "Makita", "Hogert"]),
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
    root: &str,
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
        if let Some(value) = value(rng, root, &used.key, &attribute.kind, used.required, now, values) {
            values.insert(used.key.clone(), value);
        }
    }
}

fn value(
    rng: &mut ChaCha8Rng,
    root: &str,
    key: &str,
    kind: &AttributeKind,
    required: bool,
    now: Timestamp,
    values: &Values,
) -> Option<Value> {
    match kind {
        AttributeKind::Text { .. } => match key {
            "brand" => {
                let list = BRANDS.iter().find(|(of, _)| *of == root).map_or(&["Bosch"] as &[&str], |(_, list)| list);
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
