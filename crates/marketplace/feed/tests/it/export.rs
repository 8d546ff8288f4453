use std::collections::BTreeMap;

use serde_json::json;
use svetu_contracts::{
    geo::Point,
    listings::{BulkListing, Condition, ContactOptions, Delivery, ListingState, Price, SellerKind},
};
use svetu_feed::{Entry, ExportRow, ExportWriter, Feed, Format, Mapping, guarded};
use svetu_kernel::{AccountId, Currency, Language, PlaceId, Timestamp};

use super::{example, written};

fn listing() -> BulkListing {
    let at = Timestamp::from_timestamp_secs(1_768_478_400).unwrap();
    BulkListing {
        source_key: "shop:7".to_owned(),
        seller: AccountId::new(at),
        seller_kind: SellerKind::Trader,
        seller_name: "Čitaonica d.o.o.".to_owned(),
        category: "laptops".to_owned(),
        title: "=HYPERLINK(\"x\") laptop <b>&amp;".to_owned(),
        description: "Prvi red\nDrugi, \"red\"; č ć š đ ž".to_owned(),
        language: Language::SrLatn,
        price: Price::Fixed { amount_minor: 1_250_050, currency: Currency::Eur },
        condition: Some(Condition::Used),
        attributes: BTreeMap::from([("ram_gb".to_owned(), json!(16)), ("tags".to_owned(), json!(["a", "b"]))]),
        place: PlaceId::new(at),
        point: Some(Point { lat: 44.8125, lon: -20.4612 }),
        delivery: vec![Delivery::Pickup, Delivery::Courier],
        contact: ContactOptions { phone: Some("+381641234567".to_owned()), ..ContactOptions::default() },
        media: Vec::new(),
        state: ListingState::Live,
        created_at: at,
        reason: None,
    }
}

#[test]
fn an_export_is_read_back() {
    let folder = tempfile::tempdir().unwrap();
    let listing = listing();
    let photos = ["https://a.rs/1.jpg".to_owned(), "https://a.rs/2.jpg".to_owned()];
    for format in [Format::Csv, Format::Jsonl, Format::Json, Format::Xml] {
        let mut bytes = Vec::new();
        let mut writer = ExportWriter::try_new(format, &mut bytes).unwrap();
        let second = BulkListing { source_key: "shop:8".to_owned(), price: Price::Agreement, ..listing.clone() };
        for listing in [&listing, &second] {
            writer.write(&ExportRow { id: "listing_1", listing, place_name: "Novi Sad", photos: &photos }).unwrap();
        }
        writer.finish().unwrap();
        let path = written(&folder, &format!("export.{}", format.name()), &bytes);
        let mapping = Mapping::load(&example("svetu-export.toml")).unwrap();
        let entries: Vec<Entry> = Feed::open(&path, mapping).unwrap().map(Result::unwrap).collect();
        let [Entry::Row(row), Entry::Row(other)] = entries.as_slice() else { panic!("{format:?} {entries:#?}") };
        let draft = &row.draft;
        assert_eq!(row.source_key, listing.source_key);
        assert_eq!(draft.title, listing.title, "{format:?}");
        assert_eq!(draft.description, listing.description);
        assert_eq!((draft.price, other.draft.price), (listing.price, Price::Agreement));
        assert_eq!(draft.attributes, listing.attributes, "{format:?}");
        assert_eq!((draft.point, draft.condition), (listing.point, listing.condition));
        assert_eq!((draft.delivery.clone(), draft.photos.clone()), (listing.delivery.clone(), photos.to_vec()));
        assert_eq!((draft.language, draft.created_at), (Some(listing.language), Some(listing.created_at)));
        assert_eq!(draft.contact.phone, listing.contact.phone);
        assert_eq!(draft.place.name.as_deref(), Some("Novi Sad"));
        assert_eq!(
            (draft.seller.kind, draft.seller.name.clone()),
            (Some(SellerKind::Trader), Some(listing.seller_name.clone()))
        );
    }
}

#[test]
fn no_cell_is_a_formula() {
    for cell in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"] {
        assert!(guarded(cell).starts_with('\''), "{cell:?}");
    }
    assert_eq!(guarded("Šporet - nov"), "Šporet - nov");
}
