use std::collections::BTreeMap;

use serde_json::Value;
use svetu_contracts::{
    geo::Point,
    listings::{Condition, ContactOptions, Delivery, Price, SellerKind},
};
use svetu_kernel::{Language, Timestamp};

/// An ad as the file has it, in our terms. Places and photos are still names, paths and addresses.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    pub category: String,
    pub title: String,
    pub description: String,
    /// None: told from the text.
    pub language: Option<Language>,
    pub price: Price,
    pub condition: Option<Condition>,
    /// By key of the taxonomy, not yet checked against it.
    pub attributes: BTreeMap<String, Value>,
    pub place: PlaceRef,
    pub point: Option<Point>,
    pub delivery: Vec<Delivery>,
    pub contact: ContactOptions,
    /// Paths or addresses, in order, each once.
    pub photos: Vec<String>,
    pub created_at: Option<Timestamp>,
    pub seller: SellerRef,
}

/// What the file says of the place; both may be missing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PlaceRef {
    pub postal_code: Option<String>,
    pub name: Option<String>,
}

/// What the file says of the seller, where one file has several.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SellerRef {
    pub key: Option<String>,
    pub name: Option<String>,
    pub kind: Option<SellerKind>,
}

/// A row that can be imported.
#[derive(Debug, Clone, PartialEq)]
pub struct FeedRow {
    pub line: u64,
    /// At most 200 characters; longer ones are kept apart by a hash of all of it.
    pub source_key: String,
    pub draft: Draft,
    /// Fields left empty or filled by their default because the value could not be used: (field, value).
    pub skipped: Vec<(String, String)>,
}

/// What is wrong with a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowProblem {
    pub line: u64,
    /// The file's column; the field's name where the value comes from none.
    pub column: String,
    pub value: String,
    /// Stable code, such as `price.currency`.
    pub reason: &'static str,
    /// What to do about it.
    pub hint: String,
}
