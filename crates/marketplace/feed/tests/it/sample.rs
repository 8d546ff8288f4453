use expect_test::expect;
use svetu_contracts::taxonomy::Taxonomy;
use svetu_feed::{Entry, Feed, Mapping, ProblemWriter};

use super::{example, tally};

/// The platform's own categories: what the mapping gives must be what they take.
fn taxonomy() -> Taxonomy {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../listings/taxonomy");
    let mut files: Vec<(String, String)> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "toml"))
        .map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), std::fs::read_to_string(path).unwrap()))
        .collect();
    files.sort();
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    Taxonomy::parse(&files).unwrap()
}

#[test]
fn what_the_mapping_gives_fits_the_taxonomy() {
    let taxonomy = taxonomy();
    let mapping = Mapping::load(&example("kleinanzeigen-cars.toml")).unwrap();
    for entry in Feed::open(&example("kleinanzeigen-cars.csv"), mapping).unwrap() {
        if let Entry::Row(row) = entry.unwrap() {
            let checked = taxonomy.validate(&row.draft.category, &row.draft.attributes);
            assert!(checked.is_ok(), "line {}: {:?} {:?}", row.line, row.draft.attributes, checked.err());
        }
    }
}

#[test]
fn every_row_of_the_real_sample_is_accounted_for() {
    let mapping = Mapping::load(&example("kleinanzeigen-cars.toml")).unwrap();
    let mut feed = Feed::open(&example("kleinanzeigen-cars.csv"), mapping).unwrap();
    let entries: Vec<Entry> = feed.by_ref().map(Result::unwrap).collect();
    let (mut rows, mut refused, mut duplicates) = (0, 0, 0);
    let mut skipped = 0;
    for entry in &entries {
        match entry {
            Entry::Row(row) => {
                rows += 1;
                skipped += row.skipped.len();
            }
            Entry::Refused(problems) => {
                refused += 1;
                assert!(!problems.is_empty());
            }
            Entry::Duplicate { .. } => duplicates += 1,
        }
    }
    assert_eq!(rows + refused + duplicates, 200);
    let problems: Vec<_> = entries.iter().flat_map(Entry::problems).collect();
    let reasons = tally(problems.iter().map(|problem| problem.reason));
    expect![[r#"
        137 rows, 61 refused, 2 duplicates, 46 values skipped
        {
            "number.outside": 41,
            "row.duplicate": 2,
            "row.excluded": 1,
            "value.missing": 37,
        }"#]]
    .assert_eq(&format!(
        "{rows} rows, {refused} refused, {duplicates} duplicates, {skipped} values skipped\n{reasons:#?}"
    ));

    let mut file = Vec::new();
    let mut writer = ProblemWriter::try_new(&mut file).unwrap();
    for problem in problems.iter().take(8) {
        writer.write(problem).unwrap();
    }
    writer.finish().unwrap();
    expect![[r#"
        line,column,value,reason,hint
        3,fuelType,,value.missing,the mapping requires it
        4,yearOfRegistration,2017,number.outside,it is not between min and max of the mapping
        9,yearOfRegistration,2018,number.outside,it is not between min and max of the mapping
        11,fuelType,,value.missing,the mapping requires it
        11,yearOfRegistration,2017,number.outside,it is not between min and max of the mapping
        15,fuelType,,value.missing,the mapping requires it
        17,fuelType,,value.missing,the mapping requires it
        17,yearOfRegistration,2017,number.outside,it is not between min and max of the mapping
    "#]]
    .assert_eq(&String::from_utf8(file).unwrap());

    let first = entries.iter().find_map(|entry| match entry {
        Entry::Row(row) => Some(row),
        Entry::Refused(_) | Entry::Duplicate { .. } => None,
    });
    expect![[r#"
        FeedRow {
            line: 2,
            source_key: "kleinanzeigen:BMW_e39_525d|2016-04-01 00:00:00|97816|$2,299|150,000km|2001",
            draft: Draft {
                category: "cars",
                title: "BMW e39 525d",
                description: "BMW e39 525d. limousine elektro manuell, 163 PS, 150,000km, 5/2001.",
                language: Some(
                    En,
                ),
                price: Fixed {
                    amount_minor: 229900,
                    currency: Eur,
                },
                condition: Some(
                    Used,
                ),
                attributes: {
                    "body": String("saloon"),
                    "damage": String("none"),
                    "fuel": String("electric"),
                    "make": String("bmw"),
                    "mileage_km": Number(150000),
                    "model": String("525"),
                    "power_kw": Number(120),
                    "year": Number(2001),
                },
                place: PlaceRef {
                    postal_code: None,
                    name: Some(
                        "Beograd",
                    ),
                },
                point: None,
                delivery: [
                    Pickup,
                ],
                contact: ContactOptions {
                    phone: None,
                    show_phone: false,
                    viber: false,
                    whatsapp: false,
                },
                photos: [],
                created_at: Some(
                    2016-03-31T22:00:00Z,
                ),
                seller: SellerRef {
                    key: None,
                    name: None,
                    kind: Some(
                        Person,
                    ),
                },
            },
            skipped: [],
        }"#]]
    .assert_eq(&format!("{:#?}", first.unwrap()));
}
