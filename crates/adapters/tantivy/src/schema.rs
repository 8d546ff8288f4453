//! How a document lies in Tantivy.
//!
//! Keywords and numbers live in two JSON fields, so that their keys are free: a key is a column of its own.

use std::collections::{BTreeMap, BTreeSet};

use svetu_ports::search_index::{IndexDocument, SearchIndexError, plane};
use tantivy::schema::{
    BytesOptions, FAST, Field, INDEXED, IndexRecordOption, JsonObjectOptions, NumericOptions, OwnedValue, STORED,
    Schema, TextFieldIndexing, TextOptions,
};
use tantivy::{TantivyDocument, Term};
use uuid::Uuid;

use crate::cells;

/// Changes whenever documents of an earlier layout cannot be read any more.
pub(crate) const LAYOUT: u32 = 1;

#[derive(Debug, Clone)]
pub(crate) struct Fields {
    pub schema: Schema,
    pub text: BTreeMap<&'static str, Field>,
    pub id: Field,
    pub id_high: Field,
    pub id_low: Field,
    pub version: Field,
    /// 1 on the trace that a deleted document leaves, so that an older version does not revive it.
    pub deleted: Field,
    pub keywords: Field,
    pub numbers: Field,
    pub lat: Field,
    pub lon: Field,
    pub cells: Field,
    pub payload: Field,
}

impl Fields {
    pub fn new(text: &[&'static str]) -> Self {
        let mut builder = Schema::builder();
        let tokens = |tokenizer: &str| {
            TextFieldIndexing::default()
                .set_tokenizer(tokenizer)
                .set_fieldnorms(false)
                .set_index_option(IndexRecordOption::Basic)
        };
        let words = TextOptions::default().set_indexing_options(tokens("whitespace"));
        let column = NumericOptions::default().set_fast();
        let text =
            text.iter().map(|name| (*name, builder.add_text_field(&format!("t_{name}"), words.clone()))).collect();
        Self {
            text,
            id: builder.add_bytes_field("id", BytesOptions::default().set_indexed()),
            id_high: builder.add_u64_field("id_high", column.clone()),
            id_low: builder.add_u64_field("id_low", column.clone()),
            version: builder.add_u64_field("version", column.clone()),
            deleted: builder.add_u64_field("deleted", INDEXED | FAST),
            keywords: builder.add_json_field(
                "k",
                JsonObjectOptions::default().set_indexing_options(tokens("raw")).set_fast(Some("raw")),
            ),
            numbers: builder.add_json_field("n", JsonObjectOptions::default().set_fast(Some("raw"))),
            lat: builder.add_i64_field("lat", column.clone()),
            lon: builder.add_i64_field("lon", column),
            cells: builder.add_text_field("cells", words),
            payload: builder.add_bytes_field("payload", STORED),
            schema: builder.build(),
        }
    }

    pub fn text(&self, name: &str) -> Result<Field, SearchIndexError> {
        self.text.get(name).copied().ok_or_else(|| SearchIndexError::UnknownField(name.to_owned()))
    }

    pub fn id_term(&self, id: Uuid) -> Term {
        Term::from_field_bytes(self.id, id.as_bytes())
    }

    pub fn keyword_term(&self, key: &str, value: &str) -> Term {
        let mut term = Term::from_field_json_path(self.keywords, &path(key), false);
        term.append_type_and_str(value);
        term
    }

    fn identity(&self, id: Uuid, version: u64) -> TantivyDocument {
        let mut document = TantivyDocument::default();
        let (high, low) = id.as_u64_pair();
        document.add_bytes(self.id, id.as_bytes());
        document.add_u64(self.id_high, high);
        document.add_u64(self.id_low, low);
        document.add_u64(self.version, version);
        document
    }

    pub fn trace(&self, id: Uuid, version: u64) -> TantivyDocument {
        let mut document = self.identity(id, version);
        document.add_u64(self.deleted, 1);
        document
    }

    pub fn document(&self, source: &IndexDocument) -> Result<TantivyDocument, SearchIndexError> {
        let mut document = self.identity(source.id, source.version);
        document.add_u64(self.deleted, 0);
        for (name, tokens) in &source.text {
            document.add_text(self.text(name)?, tokens.join(" "));
        }
        let keywords = source
            .keywords
            .iter()
            .map(|(key, values)| {
                // A facet counts documents, however often one says the same.
                let values: BTreeSet<&String> = values.iter().collect();
                let values = values.into_iter().map(|value| OwnedValue::Str(value.clone())).collect();
                (path(key), OwnedValue::Array(values))
            })
            .collect();
        document.add_object(self.keywords, keywords);
        let numbers = source.numbers.iter().map(|(key, value)| (path(key), OwnedValue::I64(*value))).collect();
        document.add_object(self.numbers, numbers);
        if let Some(point) = source.point {
            document.add_i64(self.lat, plane::micro(point.lat));
            document.add_i64(self.lon, plane::micro(point.lon));
            document.add_text(self.cells, cells::names(point).join(" "));
        }
        document.add_bytes(self.payload, &source.payload);
        Ok(document)
    }
}

/// A key as one step of a JSON path: dots would be read as several.
fn path(key: &str) -> String {
    key.replace('.', "/")
}

pub(crate) fn keyword_column(key: &str) -> String {
    format!("k.{}", path(key))
}

pub(crate) fn number_column(key: &str) -> String {
    format!("n.{}", path(key))
}
