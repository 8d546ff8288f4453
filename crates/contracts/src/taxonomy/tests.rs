use std::{collections::BTreeMap, fs, path::Path};

use serde_json::{Value, json};
use svetu_kernel::Language;

use super::*;

const ATTRIBUTES: &str = r#"
[makes.cars]
other_model = { sr = "Drugi model", ru = "Другая модель", en = "Other model" }
[makes.cars.make]
fiat = { name = "Fiat", models = ["500", "500L", "Punto"] }
other = { name = { sr = "Druga", ru = "Другая", en = "Other" }, models = [] }

[attribute.make]
names = { sr = "Marka", ru = "Марка", en = "Make" }
kind = "make"
makes = "cars"

[attribute.model]
names = "Model"
kind = "model"
depends_on = "make"
makes = "cars"

[attribute.mileage_km]
names = { sr = "Kilometraža", ru = "Пробег", en = "Mileage" }
kind = "integer"
unit = "km"
min = 0
max = 2000000

[attribute.until]
names = { sr = "Do", ru = "До", en = "Until" }
kind = "date"

[attribute.area_m2]
names = { sr = "Površina", ru = "Площадь", en = "Area" }
kind = "number"
min = 1
max = 1000
decimals = 1

[attribute.extras]
names = { sr = "Oprema", ru = "Оснащение", en = "Extras" }
kind = "choices"
options = [{ key = "abs", name = "ABS" }, { key = "led", name = "LED" }]
"#;

const CATEGORIES: &str = r#"
[[category]]
id = "vehicles"
icon = "car"
names = { sr = "Vozila", ru = "Транспорт", en = "Vehicles" }
forbidden_words = ["Ukradeno"]
attributes = [{ key = "mileage_km", filterable = true }, { key = "until" }]

[[category]]
id = "cars"
parent = "vehicles"
icon = "car"
names = { sr = "Šareni automobili", ru = "Легковые", en = "Cars" }
term_days = 60
without = ["until"]
attributes = [
  { key = "mileage_km", required = true },
  { key = "make", required = true },
  { key = "model", required = true },
  { key = "area_m2" },
  { key = "extras" },
]
"#;

fn committed() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../marketplace/listings/taxonomy");
    let mut files: Vec<(String, String)> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.path().extension().is_some_and(|extension| extension == "toml"))
        .map(|entry| (entry.file_name().into_string().unwrap(), fs::read_to_string(entry.path()).unwrap()))
        .collect();
    files.sort();
    files
}

fn parse(files: &[(&str, &str)]) -> Result<Taxonomy, String> {
    Taxonomy::parse(files).map_err(|error| error.to_string())
}

#[test]
fn the_committed_taxonomy_is_whole() {
    let files = committed();
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let taxonomy = parse(&files).unwrap();
    assert!(taxonomy.roots().len() >= 18);
    assert!(taxonomy.leaves().count() >= 250);
    assert!(taxonomy.attributes().len() >= 200);
    assert_eq!(taxonomy.categories().map(|category| category.level).max(), Some(2));
    let AttributeKind::Model { models, .. } = &taxonomy.attribute("model").unwrap().kind else { panic!("not a model") };
    assert!(models.len() >= 45);
    assert!(models.values().flatten().filter(|model| model.key != "other").count() >= 400);
    for make in ["zastava", "yugo", "dacia", "skoda", "fiat", "volkswagen"] {
        assert!(models.contains_key(make), "{make}");
    }
    for attribute in taxonomy.attributes() {
        let used =
            taxonomy.categories().any(|category| category.attributes.iter().any(|used| used.key == attribute.key));
        assert!(used, "{} is attached nowhere", attribute.key);
    }
    for leaf in taxonomy.leaves() {
        assert!(!taxonomy.uses(&leaf.id).is_empty(), "{} has no attributes", leaf.id);
        for language in Language::ALL {
            let path = taxonomy.path(&leaf.id);
            let slugs: Vec<&str> = path.iter().map(|category| category.slugs.get(language)).collect();
            assert_eq!(taxonomy.by_slugs(language, &slugs).map(|found| &found.id), Some(&leaf.id));
        }
    }
    let rebuilt =
        Taxonomy::build(taxonomy.categories().cloned().collect(), taxonomy.attributes().cloned().collect()).unwrap();
    assert!(rebuilt.categories().eq(taxonomy.categories()));
    assert!(rebuilt.leaves().all(|leaf| rebuilt.uses(&leaf.id) == taxonomy.uses(&leaf.id)));
}

#[test]
fn children_inherit_replace_and_take_away() {
    let taxonomy = parse(&[("a.toml", ATTRIBUTES), ("c.toml", CATEGORIES)]).unwrap();
    let keys: Vec<&str> = taxonomy.uses("cars").iter().map(|used| used.key.as_str()).collect();
    assert_eq!(keys, ["mileage_km", "make", "model", "area_m2", "extras"]);
    assert!(taxonomy.uses("cars")[0].required && !taxonomy.uses("cars")[0].filterable);
    let cars = taxonomy.category("cars").unwrap();
    assert_eq!((cars.term_days, cars.condition, cars.level), (60, true, 1));
    assert_eq!(cars.forbidden_words, ["ukradeno"]);
    assert_eq!((cars.slugs.sr.as_str(), cars.slugs.ru.as_str()), ("sareni-automobili", "legkovye"));
    assert_eq!(taxonomy.by_slugs(Language::SrCyrl, &["vozila", "sareni-automobili"]), Some(cars));
    assert_eq!(taxonomy.subtree("vehicles").len(), 2);
    assert!(taxonomy.is_leaf("cars") && !taxonomy.is_leaf("vehicles") && !taxonomy.is_leaf("nothing"));
    let taxonomy = taxonomy.with_cyrillic(str::to_uppercase);
    assert_eq!(taxonomy.category("vehicles").unwrap().names.get(Language::SrCyrl), "VOZILA");
    assert_eq!(taxonomy.attribute("model").unwrap().names.get(Language::SrCyrl), "Model");
}

fn check(values: Value, expected: Result<Value, &[(&str, &str)]>) {
    let taxonomy = parse(&[("a.toml", ATTRIBUTES), ("c.toml", CATEGORIES)]).unwrap();
    let given: BTreeMap<String, Value> = serde_json::from_value(values.clone()).unwrap();
    let found = taxonomy.validate("cars", &given);
    match (&found, expected) {
        (Ok(found), Ok(expected)) => assert_eq!(serde_json::to_value(found).unwrap(), expected, "{values}"),
        (Err(problems), Err(expected)) => {
            let problems: Vec<(&str, &str)> = problems.iter().map(|p| (p.key.as_str(), p.code)).collect();
            assert_eq!(problems, expected, "{values}");
        }
        (found, _) => panic!("{values}: {found:?}"),
    }
}

#[test]
fn values_are_checked() {
    let car = |more: Value| {
        let mut car = json!({ "make": "fiat", "model": "500l", "mileage_km": 1 });
        car.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        car
    };
    check(car(json!({})), Ok(car(json!({}))));
    check(
        car(json!({ "area_m2": 55.26, "extras": ["led", "led"], "until": null })),
        Err(&[("until", "unknown_attribute")]),
    );
    check(
        car(json!({ "area_m2": 55.26, "extras": ["led", "led"] })),
        Ok(car(json!({ "area_m2": 55.3, "extras": ["led"] }))),
    );
    check(json!({}), Err(&[("mileage_km", "required"), ("make", "required"), ("model", "required")]));
    check(json!({ "make": "other", "mileage_km": 5 }), Ok(json!({ "make": "other", "mileage_km": 5 })));
    check(json!({ "make": "fiat", "model": " ", "mileage_km": 5 }), Err(&[("model", "required")]));
    check(
        json!({ "model": "punto", "mileage_km": "5" }),
        Err(&[("mileage_km", "wrong_type"), ("make", "required"), ("model", "needs_make")]),
    );
    check(car(json!({ "model": "golf" })), Err(&[("model", "unknown_option")]));
    check(car(json!({ "mileage_km": -1 })), Err(&[("mileage_km", "too_small")]));
    check(car(json!({ "mileage_km": 2_000_001 })), Err(&[("mileage_km", "too_large")]));
    check(car(json!({ "mileage_km": 1.5 })), Err(&[("mileage_km", "wrong_type")]));
    check(car(json!({ "area_m2": 0.94 })), Err(&[("area_m2", "too_small")]));
    check(car(json!({ "extras": ["wings"] })), Err(&[("extras", "unknown_option")]));
    check(car(json!({ "extras": "led" })), Err(&[("extras", "wrong_type")]));
}

#[test]
fn dates_are_real_days() {
    let taxonomy = parse(&[("a.toml", ATTRIBUTES), ("c.toml", CATEGORIES)]).unwrap();
    let date = |text: &str| {
        let found = taxonomy.validate("vehicles", &BTreeMap::from([("until".to_owned(), json!(text))]));
        found.map_err(|problems| problems[0].code)
    };
    assert!(date("2028-02-29").is_ok());
    assert_eq!(date("2026-02-29").unwrap_err(), "bad_date");
    assert_eq!(date("01.03.2026").unwrap_err(), "bad_date");
    let unknown = taxonomy.validate("boats", &BTreeMap::new()).unwrap_err();
    assert_eq!((unknown[0].key.as_str(), unknown[0].code), ("category", "unknown_category"));
    assert!(taxonomy.validate_draft("cars", &BTreeMap::new()).is_ok());
}

#[test]
fn a_mistake_is_named_by_file_and_place() {
    let category = |id: &str, more: &str| {
        format!(
            "[[category]]\nid = \"{id}\"\nicon = \"x\"\nnames = {{ sr = \"{id}\", ru = \"р\", en = \"e\" }}\n{more}\n"
        )
    };
    for (text, expected) in [
        ("[[category]]\nid =".to_owned(), "x.toml: line 2"),
        (category("cars", ""), "x.toml: cars: a category with this id"),
        (category("a", "parent = \"nowhere\""), "x.toml: a: parent \"nowhere\" does not exist"),
        (category("a", "parent = \"b\"") + &category("b", "parent = \"a\""), "x.toml: a: its parents form a circle"),
        (category("a", "parent = \"cars\"") + &category("b", "parent = \"a\""), "x.toml: b: deeper than three levels"),
        (category("a", "attributes = [{ key = \"wings\" }]"), "x.toml: a: attribute \"wings\" does not exist"),
        (category("a", "attributes = [{ key = \"model\" }]"), "x.toml: a: model \"model\" is attached without"),
        (category("a", "without = [\"make\"]"), "x.toml: a: attribute \"make\" is not inherited"),
        (category("a", "term_days = 0"), "x.toml: a: a term of 0 days"),
        (category("a", "colour = 1"), "x.toml: line 5: unknown field"),
        (category("A", ""), "x.toml: A: \"A\" is no key"),
        (category("a", "slugs = { en = \"Ä b\" }"), "x.toml: a: \"Ä b\" is no slug"),
        (category("a", "") + &category("b", "slugs = { sr = \"a\" }"), "x.toml: b: slug \"a\" is taken"),
        ("[attribute.make]\nnames = \"M\"\nkind = \"boolean\"".to_owned(), "x.toml: make: an attribute with this key"),
        ("[attribute.m]\nnames = \"M\"\nkind = \"shape\"".to_owned(), "x.toml: m: unknown kind \"shape\""),
        ("[attribute.m]\nnames = \"M\"\nkind = \"choice\"".to_owned(), "x.toml: m: no options"),
        ("[attribute.m]\nnames = \" \"\nkind = \"date\"".to_owned(), "x.toml: m: names: no text in sr-Latn"),
        ("[attribute.m]\nnames = \"M\"\nkind = \"integer\"\nmin = 1".to_owned(), "x.toml: m: a integer needs \"max\""),
        ("[attribute.m]\nnames = \"M\"\nkind = \"integer\"\nmin = 1\nmax = 1".to_owned(), "x.toml: m: the bounds"),
        (
            "[attribute.m]\nnames = \"M\"\nkind = \"make\"\nmakes = \"x\"".to_owned(),
            "x.toml: m: the set of makes \"x\"",
        ),
    ] {
        let error = parse(&[("a.toml", ATTRIBUTES), ("c.toml", CATEGORIES), ("x.toml", &text)]).unwrap_err();
        assert!(error.starts_with(expected), "{error:?} should begin with {expected:?}");
    }
}

#[test]
fn slugs_tell_names_apart() {
    for (name, expected) in [
        ("206+", "206-plus"),
        ("Građa i daske", "gradja-i-daske"),
        ("Citroën", "citroen"),
        ("Объявления щенков", "obyavleniya-schenkov"),
        ("A / B", "a-b"),
    ] {
        assert_eq!(slug(name), expected);
    }
}
