//! How a document lies in OpenSearch.
//!
//! Tokens, keywords and numbers are exact values: nothing is analysed here. Keys of keywords and numbers are free, each becomes a
//! field of its own when it is first seen. Only what an answer shows is stored.

use std::collections::BTreeSet;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Map, Value, json};
use svetu_ports::search_index::{IndexDocument, SearchIndexError, plane};
use uuid::Uuid;

use crate::place::Place;

/// Changes whenever documents of an earlier layout cannot be read any more.
const LAYOUT: u32 = 1;
/// Keys that may ever be used; a document with one more is refused.
const KEYS_MAX: u32 = 5_000;
const KEY_BYTES_MAX: usize = 200;
/// Characters of a value; a longer one cannot be found. Lucene takes 32,766 bytes.
const VALUE_CHARS_MAX: u32 = 8_000;

/// Fields of keys.
#[derive(Debug, Default, Clone)]
pub(crate) struct Keys {
    keywords: BTreeSet<String>,
    numbers: BTreeSet<String>,
}

impl Keys {
    pub fn is_empty(&self) -> bool {
        self.keywords.is_empty() && self.numbers.is_empty()
    }

    pub fn without(&self, known: &Self) -> Self {
        Self {
            keywords: self.keywords.difference(&known.keywords).cloned().collect(),
            numbers: self.numbers.difference(&known.numbers).cloned().collect(),
        }
    }

    pub fn add(&mut self, other: Self) {
        self.keywords.extend(other.keywords);
        self.numbers.extend(other.numbers);
    }

    /// The change of a mapping that makes them fields.
    pub fn mapping(&self) -> Value {
        let fields = |keys: &BTreeSet<String>, field: &Value| {
            keys.iter().map(|key| (key.clone(), field.clone())).collect::<Map<String, Value>>()
        };
        json!({ "properties": {
            "k": { "properties": fields(&self.keywords, &keyword()) },
            "n": { "properties": fields(&self.numbers, &number()) },
        } })
    }
}

fn keyword() -> Value {
    json!({ "type": "keyword", "ignore_above": VALUE_CHARS_MAX })
}

fn number() -> Value {
    json!({ "type": "long" })
}

/// The trace that a deleted document leaves, so that an older version does not revive it.
pub(crate) const GONE: &str = "gone";

pub(crate) struct Layout {
    text: BTreeSet<&'static str>,
    shards: u16,
    replicas: Option<u16>,
    /// What names of indexes of this layout begin with.
    pub base: String,
}

impl Layout {
    pub fn new(place: &Place, text: &[&'static str]) -> Self {
        let text: BTreeSet<&'static str> = text.iter().copied().collect();
        let mut hasher = blake3::Hasher::new();
        hasher.update(&LAYOUT.to_le_bytes());
        for name in &text {
            hasher.update(name.as_bytes());
            hasher.update(&[0]);
        }
        // Processes of another layout have indexes of their own, while a platform is replaced one by one.
        let base = format!("{}-{}", place.prefix, &hasher.finalize().to_hex()[..8]);
        Self { text, shards: place.shards, replicas: place.replicas, base }
    }

    /// The engine's name of a text field.
    pub fn text(&self, name: &str) -> Result<String, SearchIndexError> {
        if self.text.contains(name) {
            Ok(format!("t.{name}"))
        } else {
            Err(SearchIndexError::UnknownField(name.to_owned()))
        }
    }

    /// The body that makes an index. `meta` is kept with it.
    pub fn index(&self, aliases: &[String], meta: Value) -> Value {
        let words: Map<String, Value> = self
            .text
            .iter()
            .map(|name| {
                let words = json!({ "type": "keyword", "ignore_above": VALUE_CHARS_MAX, "index_options": "docs" });
                ((*name).to_owned(), words)
            })
            .collect();
        let aliases: Map<String, Value> = aliases.iter().map(|alias| (alias.clone(), json!({}))).collect();
        let mut settings = json!({
            "number_of_shards": self.shards,
            // Said aloud, so that an index that nobody asked for a while is searchable in time too.
            "refresh_interval": "1s",
            "translog.durability": "request",
            "mapping.total_fields.limit": KEYS_MAX,
        });
        match self.replicas {
            Some(replicas) => settings["number_of_replicas"] = replicas.into(),
            None => settings["auto_expand_replicas"] = "0-1".into(),
        }
        json!({
            "aliases": aliases,
            "settings": { "index": settings },
            "mappings": {
                "_meta": meta,
                "dynamic": "strict",
                "_source": { "includes": ["p", "x", "y", GONE] },
                "dynamic_templates": [
                    { "keywords": { "path_match": "k.*", "mapping": keyword() } },
                    { "numbers": { "path_match": "n.*", "mapping": number() } },
                ],
                "properties": {
                    "id": { "type": "keyword", "index_options": "docs" },
                    GONE: { "type": "boolean" },
                    "t": { "properties": words },
                    "k": { "type": "object", "dynamic": true },
                    "n": { "type": "object", "dynamic": true },
                    "x": { "type": "integer" },
                    "y": { "type": "integer" },
                    "p": { "type": "binary" },
                },
            },
        })
    }

    /// Adds the document's keys to `keys`.
    pub fn document(&self, source: &IndexDocument, keys: &mut Keys) -> Result<Value, SearchIndexError> {
        let mut text = Map::new();
        for (name, tokens) in &source.text {
            self.text(name)?;
            let tokens: BTreeSet<&String> = tokens.iter().filter(|token| !token.is_empty()).collect();
            text.insert(name.clone(), json!(tokens));
        }
        let mut keywords = Map::new();
        for (key, values) in &source.keywords {
            let key = key_of(key)?;
            keys.keywords.insert(key.clone());
            keywords.insert(key, json!(values));
        }
        let mut numbers = Map::new();
        for (key, number) in &source.numbers {
            let key = key_of(key)?;
            keys.numbers.insert(key.clone());
            numbers.insert(key, json!(number));
        }
        let mut document = json!({
            "id": id_of(source.id),
            "t": text,
            "k": keywords,
            "n": numbers,
            "p": STANDARD.encode(&source.payload),
        });
        if let Some(point) = source.point {
            document["x"] = plane::micro(point.lon).into();
            document["y"] = plane::micro(point.lat).into();
        }
        Ok(document)
    }
}

pub(crate) fn trace(id: Uuid) -> Value {
    json!({ "id": id_of(id), GONE: true })
}

/// In the order of ids.
pub(crate) fn id_of(id: Uuid) -> String {
    id.simple().to_string()
}

pub(crate) fn payload(text: &str) -> Result<Vec<u8>, SearchIndexError> {
    STANDARD.decode(text).map_err(|error| SearchIndexError::Damaged(format!("a payload: {error}")))
}

/// A key as one step of a path: dots would be read as several.
fn key_of(key: &str) -> Result<String, SearchIndexError> {
    if key.trim().is_empty() || key.len() > KEY_BYTES_MAX {
        return Err(SearchIndexError::TooLarge("a key of 1 to 200 bytes"));
    }
    Ok(key.replace('.', "/"))
}

pub(crate) fn keyword_field(key: &str) -> String {
    format!("k.{}", key.replace('.', "/"))
}

pub(crate) fn number_field(key: &str) -> String {
    format!("n.{}", key.replace('.', "/"))
}
