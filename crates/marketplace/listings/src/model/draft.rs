//! What can be published: parsed once, then trusted.

use std::collections::BTreeMap;

use serde_json::Value;
use svetu_contracts::{
    listings::{Condition, Price},
    taxonomy::{AttributeProblem, PriceKind, Taxonomy},
};
use svetu_kernel::{FieldProblem, Language};
use svetu_text::phone;

use super::{listing::Content, price};

pub const TITLE_CHARS_MIN: usize = 3;
pub const TITLE_CHARS_MAX: usize = 200;
pub const DESCRIPTION_CHARS_MAX: usize = 10_000;
pub const PICTURES_MAX: usize = 20;

/// A content that is complete and follows its category.
#[derive(Debug, Clone, PartialEq)]
pub struct ValidDraft {
    content: Content,
    category: String,
    price: Price,
    completeness: u8,
}

impl ValidDraft {
    /// # Errors
    /// Every fault, by JSON Pointer.
    pub fn parse(content: Content, taxonomy: &Taxonomy) -> Result<Self, Vec<FieldProblem>> {
        let mut content = tidy(content);
        let mut problems = bounds(&content);
        let title_chars = content.title.chars().count();
        if title_chars == 0 {
            problems.push(FieldProblem::new("/title", "field.missing"));
        } else if title_chars < TITLE_CHARS_MIN {
            problems.push(FieldProblem::new("/title", "listing.title_short").with("min", TITLE_CHARS_MIN));
        }
        if content.place.is_none() {
            problems.push(FieldProblem::new("/place_id", "field.missing"));
        }
        if content.language.is_none() {
            problems.push(FieldProblem::new("/language", "field.missing"));
        }
        if content.contact.show_phone && content.contact.phone.is_none() {
            problems.push(FieldProblem::new("/contact/phone", "field.missing"));
        }
        let category = content.category.clone().filter(|id| taxonomy.is_leaf(id));
        match (&category, &content.category) {
            (Some(id), _) => problems.extend(in_category(&mut content, id, taxonomy)),
            (None, Some(_)) => problems.push(FieldProblem::new("/category", "listing.category_not_leaf")),
            (None, None) => problems.push(FieldProblem::new("/category", "field.missing")),
        }
        if content.price.is_none() {
            problems.push(FieldProblem::new("/price", "field.missing"));
        }
        match (category, content.price) {
            (Some(category), Some(price)) if problems.is_empty() => {
                let completeness = completeness(&content, taxonomy);
                Ok(Self { content, category, price, completeness })
            }
            _ => Err(problems),
        }
    }

    pub fn title(&self) -> &str {
        &self.content.title
    }

    pub fn description(&self) -> &str {
        &self.content.description
    }

    pub fn category(&self) -> &str {
        &self.category
    }

    pub const fn price(&self) -> Price {
        self.price
    }

    pub const fn content(&self) -> &Content {
        &self.content
    }

    pub const fn completeness(&self) -> u8 {
        self.completeness
    }

    pub fn attributes_json(&self) -> Value {
        Value::Object(self.content.attributes.clone().into_iter().collect())
    }

    pub fn into_content(self) -> Content {
        self.content
    }
}

/// What a draft may be: nothing has to be there, what is there has to fit.
///
/// # Errors
/// Every fault, by JSON Pointer.
pub fn parse_unfinished(content: Content, taxonomy: &Taxonomy) -> Result<Content, Vec<FieldProblem>> {
    let mut content = tidy(content);
    let mut problems = bounds(&content);
    match content.category.as_deref() {
        Some(id) if taxonomy.category(id).is_some() => {
            // A change of category leaves behind what the new one does not know.
            let known: Vec<&str> = taxonomy.uses(id).iter().map(|used| used.key.as_str()).collect();
            content.attributes.retain(|key, _| known.contains(&key.as_str()));
            match taxonomy.validate_draft(id, &content.attributes) {
                Ok(checked) => {
                    content.attributes = checked.into_iter().map(|(key, value)| (key, value.into())).collect()
                }
                Err(faults) => problems.extend(faults.into_iter().map(attribute_problem)),
            }
        }
        Some(_) => problems.push(FieldProblem::new("/category", "listing.category_unknown")),
        // Without a category nobody can say what an attribute means.
        None => content.attributes = BTreeMap::new(),
    }
    if problems.is_empty() { Ok(content) } else { Err(problems) }
}

fn in_category(content: &mut Content, id: &str, taxonomy: &Taxonomy) -> Vec<FieldProblem> {
    let mut problems = Vec::new();
    match taxonomy.validate(id, &content.attributes) {
        Ok(checked) => content.attributes = checked.into_iter().map(|(key, value)| (key, value.into())).collect(),
        Err(faults) => problems.extend(faults.into_iter().map(attribute_problem)),
    }
    if let Some(category) = taxonomy.category(id) {
        if content.price.is_some_and(|price| !category.prices.contains(&kind_of(price))) {
            problems.push(FieldProblem::new("/price/kind", "listing.price_kind_not_here"));
        }
        match (category.condition, content.condition) {
            (true, None) => problems.push(FieldProblem::new("/condition", "field.missing")),
            (false, Some(_)) => content.condition = None::<Condition>,
            (true, Some(_)) | (false, None) => {}
        }
    }
    problems
}

const fn kind_of(price: Price) -> PriceKind {
    match price {
        Price::Fixed { .. } => PriceKind::Fixed,
        Price::Agreement => PriceKind::Agreement,
        Price::Free => PriceKind::Free,
        Price::Contact => PriceKind::Contact,
    }
}

fn attribute_problem(problem: AttributeProblem) -> FieldProblem {
    let code = match problem.code {
        "required" => "field.missing".to_owned(),
        other => format!("attribute.{other}"),
    };
    let field = match problem.key.as_str() {
        "category" => "/category".to_owned(),
        key => format!("/attributes/{key}"),
    };
    problem.params.into_iter().fold(FieldProblem::new(field, code), |mut fault, (name, value)| {
        fault.params.insert(name.into(), value);
        fault
    })
}

fn bounds(content: &Content) -> Vec<FieldProblem> {
    let mut problems = Vec::new();
    if content.title.chars().count() > TITLE_CHARS_MAX {
        problems.push(FieldProblem::new("/title", "field.too_long").with("max", TITLE_CHARS_MAX));
    }
    if content.description.chars().count() > DESCRIPTION_CHARS_MAX {
        problems.push(FieldProblem::new("/description", "field.too_long").with("max", DESCRIPTION_CHARS_MAX));
    }
    if content.price.is_some_and(|price| !price::is_sane(price)) {
        problems.push(
            FieldProblem::new("/price/amount_minor", "field.out_of_range")
                .with("min", 1)
                .with("max", price::AMOUNT_MINOR_MAX),
        );
    }
    if content.pictures.len() > PICTURES_MAX {
        problems.push(FieldProblem::new("/media", "listing.too_many_pictures").with("max", PICTURES_MAX));
    }
    if content.contact.phone.as_deref().is_some_and(|number| phone::normalise(number).is_err()) {
        problems.push(FieldProblem::new("/contact/phone", "listing.phone_invalid"));
    }
    problems
}

fn tidy(mut content: Content) -> Content {
    content.title = one_line(&content.title);
    content.description = paragraphs(&content.description);
    content.delivery.sort_unstable();
    content.delivery.dedup();
    if let Some(number) = content.contact.phone.take() {
        // One that is no number stays, so that `bounds` can name it; an empty field is none.
        content.contact.phone = match phone::normalise(&number) {
            Ok(normal) => Some(normal),
            Err(_) if number.trim().is_empty() => None,
            Err(_) => Some(number),
        };
    }
    content
}

fn one_line(text: &str) -> String {
    let printable = text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).filter(is_visible);
    printable.collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
}

fn paragraphs(text: &str) -> String {
    let clean: String = text
        .replace("\r\n", "\n")
        .chars()
        .filter(|letter| (*letter == '\n' || !letter.is_control()) && is_visible(letter))
        .collect();
    let mut out = String::with_capacity(clean.len());
    let mut empty_lines = 0;
    for line in clean.lines().map(str::trim_end) {
        empty_lines = if line.is_empty() { empty_lines + 1 } else { 0 };
        if empty_lines <= 1 {
            out.push_str(line);
            out.push('\n');
        }
    }
    out.trim().to_owned()
}

/// Marks that change the direction of text or have no width hide words from readers and from moderation.
const fn is_visible(letter: &char) -> bool {
    !matches!(*letter, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// 0–100: how much a buyer learns from it.
pub fn completeness(content: &Content, taxonomy: &Taxonomy) -> u8 {
    let uses = content.category.as_deref().map_or(&[][..], |id| taxonomy.uses(id));
    let asked = uses.iter().filter(|used| used.filterable || used.required).count();
    let told = uses
        .iter()
        .filter(|used| (used.filterable || used.required) && content.attributes.contains_key(&used.key))
        .count();
    let attributes = (told * 25).checked_div(asked).unwrap_or(25);
    let title = if content.title.chars().count() >= 15 { 10 } else { 5 };
    let description = match content.description.chars().count() {
        0..30 => 0,
        30..120 => 10,
        120..400 => 20,
        _ => 25,
    };
    let pictures = match content.pictures.len() {
        0 => 0,
        1 => 15,
        2..=3 => 20,
        _ => 25,
    };
    let price = if matches!(content.price, Some(Price::Fixed { .. } | Price::Free)) { 10 } else { 0 };
    let contact = if content.contact.phone.is_some() { 5 } else { 0 };
    u8::try_from(attributes + title + description + pictures + price + contact).unwrap_or(100).min(100)
}

/// The language in which nobody said otherwise: that of the letters.
pub fn guess_language(text: &str, reader: Language) -> Language {
    if !svetu_text::has_cyrillic(text) {
        return if reader == Language::En || reader == Language::SrLatn { reader } else { Language::SrLatn };
    }
    // Letters that Serbian does not have.
    if text.chars().any(|letter| "ыэщъяюёйьЫЭЩЪЯЮЁЙЬ".contains(letter)) {
        Language::Ru
    } else {
        Language::SrCyrl
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;
    use svetu_contracts::{
        geo::Point,
        listings::{ContactOptions, ListingPlace},
    };
    use svetu_kernel::{Currency, PlaceId};

    use super::*;

    fn taxonomy() -> Taxonomy {
        let file = r#"
[attribute.mileage_km]
names = { sr = "Kilometraža", ru = "Пробег", en = "Mileage" }
kind = "integer"
min = 0
max = 2000000

[[category]]
id = "vehicles"
icon = "car"
names = { sr = "Vozila", ru = "Транспорт", en = "Vehicles" }

[[category]]
id = "cars"
parent = "vehicles"
icon = "car"
names = { sr = "Automobili", ru = "Автомобили", en = "Cars" }
prices = ["fixed", "agreement"]
attributes = [{ key = "mileage_km", required = true, filterable = true }]
"#;
        Taxonomy::parse(&[("test.toml", file)]).unwrap()
    }

    fn good() -> Content {
        Content {
            title: "Golf 7  1.6 TDI\n".to_owned(),
            description: "Prvi vlasnik.\r\n\r\n\r\n\r\nServisna knjiga.\u{200b}".to_owned(),
            category: Some("cars".to_owned()),
            price: Some(Price::Fixed { amount_minor: 850_000, currency: Currency::Eur }),
            condition: Some(Condition::Used),
            attributes: BTreeMap::from([("mileage_km".to_owned(), 180_000.into())]),
            place: Some(ListingPlace {
                id: PlaceId::from_uuid(uuid::Uuid::from_u128(1)),
                name: "Niš".to_owned(),
                name_cyrl: "Ниш".to_owned(),
                parent_name: None,
                country: "RS".to_owned(),
                point: Point { lat: 43.3, lon: 21.9 },
            }),
            contact: ContactOptions { phone: Some("064/123-45-67".to_owned()), show_phone: true, ..Default::default() },
            language: Some(Language::SrLatn),
            ..Content::default()
        }
    }

    fn check(change: impl FnOnce(&mut Content), expected: expect_test::Expect) {
        let mut content = good();
        change(&mut content);
        let said = match ValidDraft::parse(content, &taxonomy()) {
            Ok(draft) => format!("{:?} {:?}", draft.title(), draft.description()),
            Err(problems) => {
                problems.iter().map(|fault| format!("{} {}", fault.field, fault.code)).collect::<Vec<_>>().join("; ")
            }
        };
        expected.assert_eq(&said);
    }

    #[test]
    fn what_can_be_published() {
        check(|_| {}, expect![[r#""Golf 7 1.6 TDI" "Prvi vlasnik.\n\nServisna knjiga.""#]]);
        check(|ad| ad.title = "ab".to_owned(), expect!["/title listing.title_short"]);
        check(|ad| ad.title = "a".repeat(201), expect!["/title field.too_long"]);
        check(|ad| ad.description = "ш".repeat(10_001), expect!["/description field.too_long"]);
        check(|ad| ad.category = Some("vehicles".to_owned()), expect!["/category listing.category_not_leaf"]);
        check(|ad| ad.price = Some(Price::Free), expect!["/price/kind listing.price_kind_not_here"]);
        check(
            |ad| ad.price = Some(Price::Fixed { amount_minor: 0, currency: Currency::Eur }),
            expect!["/price/amount_minor field.out_of_range"],
        );
        check(|ad| ad.attributes.clear(), expect!["/attributes/mileage_km field.missing"]);
        check(
            |ad| drop(ad.attributes.insert("mileage_km".to_owned(), "many".into())),
            expect!["/attributes/mileage_km attribute.wrong_type"],
        );
        check(|ad| ad.contact.phone = Some("zovi".to_owned()), expect!["/contact/phone listing.phone_invalid"]);
        check(|ad| ad.contact.phone = None, expect!["/contact/phone field.missing"]);
        check(
            |ad| *ad = Content::default(),
            expect![
                "/title field.missing; /place_id field.missing; /language field.missing; /category field.missing; /price field.missing"
            ],
        );
    }

    #[test]
    fn a_draft_may_lack_anything_but_not_be_wrong() {
        assert_eq!(parse_unfinished(Content::default(), &taxonomy()), Ok(Content::default()));
        let mut content = good();
        content.attributes.insert("wings".to_owned(), 2.into());
        let kept = parse_unfinished(content.clone(), &taxonomy()).unwrap();
        assert_eq!(kept.attributes.keys().collect::<Vec<_>>(), ["mileage_km"]);
        assert_eq!(kept.contact.phone.as_deref(), Some("+381641234567"));
        content.attributes.insert("mileage_km".to_owned(), (-1).into());
        assert!(parse_unfinished(content, &taxonomy()).is_err());
    }

    #[test]
    fn language_by_its_letters() {
        for (text, reader, expected) in [
            ("Prodajem stan", Language::Ru, Language::SrLatn),
            ("Selling a flat", Language::En, Language::En),
            ("Продајем стан", Language::SrLatn, Language::SrCyrl),
            ("Продаётся квартира", Language::SrLatn, Language::Ru),
        ] {
            assert_eq!(guess_language(text, reader), expected, "{text}");
        }
    }
}
