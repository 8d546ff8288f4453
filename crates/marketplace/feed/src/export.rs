use std::io::{self, Write};

use quick_xml::{
    Writer,
    events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event},
};
use serde_json::{Map, Value};
use svetu_contracts::listings::{BulkListing, Condition, Delivery, ListingState, Price, SellerKind};

use crate::{problems::guarded, read::Format};

/// Columns of an export, in order. `examples/import/svetu-export.toml` reads them back.
pub const COLUMNS: [&str; 20] = [
    "id",
    "key",
    "category",
    "title",
    "description",
    "language",
    "price",
    "condition",
    "place",
    "latitude",
    "longitude",
    "attributes",
    "photos",
    "delivery",
    "phone",
    "seller_key",
    "seller_name",
    "seller_kind",
    "state",
    "created_at",
];

/// An ad with what the other services know of it.
#[derive(Debug, Clone, Copy)]
pub struct ExportRow<'a> {
    /// Outside id, `listing_01j…`.
    pub id: &'a str,
    pub listing: &'a BulkListing,
    pub place_name: &'a str,
    /// Addresses of the largest variants.
    pub photos: &'a [String],
}

/// Writes ads as a file that `svetu import` takes.
pub struct ExportWriter<W: Write>(Kind<W>);

enum Kind<W: Write> {
    Csv(Box<csv::Writer<W>>),
    Jsonl(W),
    /// An array; true once it has an element.
    Json(W, bool),
    Xml(Box<Writer<W>>),
}

impl<W: Write> ExportWriter<W> {
    pub fn try_new(format: Format, mut into: W) -> io::Result<Self> {
        Ok(Self(match format {
            Format::Csv => {
                let mut writer = csv::Writer::from_writer(into);
                writer.write_record(COLUMNS)?;
                Kind::Csv(Box::new(writer))
            }
            Format::Jsonl => Kind::Jsonl(into),
            Format::Json => {
                into.write_all(b"[")?;
                Kind::Json(into, false)
            }
            Format::Xml => {
                let mut writer = Writer::new_with_indent(into, b' ', 1);
                writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
                writer.write_event(Event::Start(BytesStart::new("listings")))?;
                Kind::Xml(Box::new(writer))
            }
        }))
    }

    pub fn write(&mut self, row: &ExportRow<'_>) -> io::Result<()> {
        let cells = cells(row);
        match &mut self.0 {
            Kind::Csv(writer) => writer.write_record(cells.iter().map(|(_, value)| guarded(value).into_owned()))?,
            Kind::Jsonl(into) => {
                serde_json::to_writer(&mut *into, &object(row, cells))?;
                into.write_all(b"\n")?;
            }
            Kind::Json(into, began) => {
                into.write_all(if *began { b",\n" } else { b"\n" })?;
                *began = true;
                serde_json::to_writer(into, &object(row, cells))?;
            }
            Kind::Xml(writer) => {
                writer.write_event(Event::Start(BytesStart::new("listing")))?;
                for (name, value) in cells.iter().filter(|(_, value)| !value.is_empty()) {
                    writer.write_event(Event::Start(BytesStart::new(*name)))?;
                    let legal: String = value.chars().filter(|c| is_xml(*c)).collect();
                    writer.write_event(Event::Text(BytesText::new(&legal)))?;
                    writer.write_event(Event::End(BytesEnd::new(*name)))?;
                }
                writer.write_event(Event::End(BytesEnd::new("listing")))?;
            }
        }
        Ok(())
    }

    pub fn finish(self) -> io::Result<()> {
        match self.0 {
            Kind::Csv(mut writer) => writer.flush(),
            Kind::Jsonl(mut into) => into.flush(),
            Kind::Json(mut into, _) => {
                into.write_all(b"\n]\n")?;
                into.flush()
            }
            Kind::Xml(mut writer) => {
                writer.write_event(Event::End(BytesEnd::new("listings")))?;
                writer.get_mut().write_all(b"\n")?;
                writer.get_mut().flush()
            }
        }
    }
}

/// XML 1.0, production 2.
const fn is_xml(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..='\u{10FFFF}')
}

/// As cells, but attributes as an object and photos as a list.
fn object(row: &ExportRow<'_>, cells: [(&'static str, String); 20]) -> Map<String, Value> {
    let mut object: Map<String, Value> = cells
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| (name.to_owned(), Value::from(value)))
        .collect();
    object.insert("photos".to_owned(), Value::from(row.photos.to_vec()));
    let attributes = row.listing.attributes.iter().map(|(key, value)| (key.clone(), value.clone()));
    object.insert("attributes".to_owned(), Value::Object(attributes.collect()));
    object
}

fn cells(row: &ExportRow<'_>) -> [(&'static str, String); 20] {
    let listing = row.listing;
    let price = match listing.price {
        Price::Fixed { amount_minor, currency } => svetu_kernel::Money::new(amount_minor, currency).to_string(),
        Price::Agreement => "agreement".to_owned(),
        Price::Free => "free".to_owned(),
        Price::Contact => "contact".to_owned(),
    };
    let values = [
        row.id.to_owned(),
        listing.source_key.clone(),
        listing.category.clone(),
        listing.title.clone(),
        listing.description.clone(),
        listing.language.to_string(),
        price,
        listing.condition.map(condition).unwrap_or_default().to_owned(),
        row.place_name.to_owned(),
        listing.point.map(|point| point.lat.to_string()).unwrap_or_default(),
        listing.point.map(|point| point.lon.to_string()).unwrap_or_default(),
        if listing.attributes.is_empty() {
            String::new()
        } else {
            Value::from_iter(listing.attributes.clone()).to_string()
        },
        row.photos.join(" "),
        listing.delivery.iter().map(|delivery| name_of_delivery(*delivery)).collect::<Vec<_>>().join(" "),
        listing.contact.phone.clone().unwrap_or_default(),
        listing.seller.to_string(),
        listing.seller_name.clone(),
        match listing.seller_kind {
            SellerKind::Person => "person",
            SellerKind::Trader => "trader",
        }
        .to_owned(),
        state(listing.state).to_owned(),
        listing.created_at.to_rfc3339(),
    ];
    let mut values = values.into_iter();
    COLUMNS.map(|column| (column, values.next().unwrap_or_default()))
}

const fn condition(condition: Condition) -> &'static str {
    match condition {
        Condition::New => "new",
        Condition::LikeNew => "like_new",
        Condition::Used => "used",
        Condition::ForParts => "for_parts",
    }
}

const fn name_of_delivery(delivery: Delivery) -> &'static str {
    match delivery {
        Delivery::Pickup => "pickup",
        Delivery::Courier => "courier",
        Delivery::Post => "post",
        Delivery::Seller => "seller",
    }
}

const fn state(state: ListingState) -> &'static str {
    match state {
        ListingState::Draft => "draft",
        ListingState::InReview => "in_review",
        ListingState::Live => "live",
        ListingState::Reserved => "reserved",
        ListingState::Sold => "sold",
        ListingState::Paused => "paused",
        ListingState::Expired => "expired",
        ListingState::Archived => "archived",
        ListingState::Refused => "refused",
        ListingState::Removed => "removed",
        ListingState::Purged => "purged",
    }
}
