//! The taxonomy in force: the committed files, an operator's edits over them.

use std::sync::Arc;

use include_dir::{Dir, include_dir};
use parking_lot::RwLock;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use svetu_contracts::taxonomy::{Attribute, Category, Taxonomy};
use svetu_db::{Db, DbError};
use svetu_kernel::{Actor, Timestamp};

use crate::{
    ListingError,
    store::{moderation::audit, taxonomy as store},
};

static FILES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/taxonomy");

/// How an operator's edit is addressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ItemKind {
    Category,
    Attribute,
}

impl ItemKind {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Category => "category",
            Self::Attribute => "attribute",
        }
    }

    /// As the audit log names its edit.
    const fn edited(self) -> &'static str {
        match self {
            Self::Category => "taxonomy.edit_category",
            Self::Attribute => "taxonomy.edit_attribute",
        }
    }
}

/// A category or attribute as stored.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    pub kind: ItemKind,
    pub key: String,
    pub position: i32,
    pub source: Value,
    pub edit: Option<Value>,
}

/// The one that answers now.
#[derive(Debug)]
pub struct InForce(RwLock<(i64, Arc<Taxonomy>)>);

impl InForce {
    /// # Errors
    /// When the stored taxonomy cannot be read or is broken. Loads the committed files where there is none.
    pub async fn read(db: &Db) -> Result<Self, ListingError> {
        if store::version(db).await?.is_none() {
            load(db).await?;
        }
        let (version, items) = store::all(db).await?;
        Ok(Self(RwLock::new((version, Arc::new(build(&items)?)))))
    }

    pub fn get(&self) -> Arc<Taxonomy> {
        Arc::clone(&self.0.read().1)
    }

    /// Both of one moment.
    pub fn with_version(&self) -> (i64, Arc<Taxonomy>) {
        let of = self.0.read();
        (of.0, Arc::clone(&of.1))
    }

    pub fn version(&self) -> i64 {
        self.0.read().0
    }

    /// Takes what another process changed.
    pub async fn refresh(&self, db: &Db) -> Result<(), ListingError> {
        if store::version(db).await? == Some(self.version()) {
            return Ok(());
        }
        let (version, items) = store::all(db).await?;
        *self.0.write() = (version, Arc::new(build(&items)?));
        Ok(())
    }

    /// Lays an operator's merge patch (RFC 7396) over an item. Nothing changes when the whole would not hold together.
    pub async fn edit(
        &self,
        db: &Db,
        kind: ItemKind,
        key: &str,
        patch: &Value,
        by: &Actor,
        now: Timestamp,
    ) -> Result<(), ListingError> {
        let mut tx = db.begin().await?;
        store::lock(&mut tx).await?;
        let mut items = store::all_in(&mut tx).await?;
        let item =
            items.iter_mut().find(|item| item.kind == kind && item.key == key).ok_or(ListingError::NoSuchItem)?;
        let mut edit = item.edit.take().unwrap_or_else(|| Value::Object(serde_json::Map::new()));
        merge(&mut edit, patch);
        item.edit = Some(edit.clone());
        items.sort_by_key(position);
        let taxonomy = Arc::new(build(&items)?);
        let version = store::save_edit(&mut tx, kind, key, &edit, by.account_id(), now).await?;
        let details = json!({ "key": key, "patch": patch });
        audit(&mut tx, by, kind.edited(), None, details, now).await?;
        tx.commit().await.map_err(DbError::from)?;
        *self.0.write() = (version, taxonomy);
        Ok(())
    }
}

/// Loads the committed files; an operator's edits stay. Answers whether anything changed.
pub async fn load(db: &Db) -> Result<bool, ListingError> {
    let mut files: Vec<(&str, &str)> = FILES
        .files()
        .filter_map(|file| Some((file.path().to_str()?, file.contents_utf8()?)))
        .filter(|(name, _)| name.ends_with(".toml"))
        .collect();
    files.sort_unstable();
    let taxonomy = Taxonomy::parse(&files).map_err(|error| ListingError::Taxonomy {
        at: format!("{}: {}", error.file, error.at),
        mistake: error.mistake.to_string(),
    })?;
    let mut hasher = blake3::Hasher::new();
    for (name, text) in &files {
        hasher.update(name.as_bytes()).update(text.as_bytes());
    }
    let mut items = Vec::new();
    for (position, category) in (0..).zip(taxonomy.categories()) {
        let source = serde_json::to_value(category)?;
        items.push(Item { kind: ItemKind::Category, key: category.id.clone(), position, source, edit: None });
    }
    for (position, attribute) in (0..).zip(taxonomy.attributes()) {
        let source = serde_json::to_value(attribute)?;
        items.push(Item { kind: ItemKind::Attribute, key: attribute.key.clone(), position, source, edit: None });
    }
    store::load(db, &items, hasher.finalize().as_bytes()).await
}

fn build(items: &[Item]) -> Result<Taxonomy, ListingError> {
    let mut categories: Vec<Category> = Vec::new();
    let mut attributes: Vec<Attribute> = Vec::new();
    let mut hidden: Vec<&str> = Vec::new();
    for item in items {
        let mut value = item.source.clone();
        if let Some(edit) = &item.edit {
            merge(&mut value, edit);
        }
        let is_active = value.get("active").and_then(Value::as_bool).unwrap_or(true);
        match item.kind {
            ItemKind::Category if !is_active => hidden.push(&item.key),
            ItemKind::Category => categories.push(read(item, value)?),
            ItemKind::Attribute => attributes.push(read(item, value)?),
        }
    }
    // Three levels: what hangs below a hidden category is found in two passes.
    for _ in 0..2 {
        let gone: Vec<&str> = hidden.clone();
        for item in items.iter().filter(|item| item.kind == ItemKind::Category) {
            let parent = item.source.get("parent").and_then(Value::as_str);
            if parent.is_some_and(|parent| gone.contains(&parent)) && !hidden.contains(&item.key.as_str()) {
                hidden.push(&item.key);
            }
        }
    }
    categories.retain(|category| !hidden.contains(&category.id.as_str()));
    Taxonomy::build(categories, attributes)
        .map(|taxonomy| taxonomy.with_cyrillic(svetu_text::latin_to_cyrillic))
        .map_err(|(at, mistake)| ListingError::Taxonomy { at, mistake: mistake.to_string() })
}

fn read<T: DeserializeOwned>(item: &Item, value: Value) -> Result<T, ListingError> {
    serde_json::from_value(value)
        .map_err(|error| ListingError::Taxonomy { at: item.key.clone(), mistake: error.to_string() })
}

fn position(item: &Item) -> (i64, String) {
    let edited = item.edit.as_ref().and_then(|edit| edit.get("position")).and_then(Value::as_i64);
    (edited.unwrap_or_else(|| i64::from(item.position)), item.key.clone())
}

pub(crate) fn in_order(mut items: Vec<Item>) -> Vec<Item> {
    items.sort_by_key(position);
    items
}

/// RFC 7396.
pub fn merge(target: &mut Value, patch: &Value) {
    let Value::Object(patch) = patch else {
        *target = patch.clone();
        return;
    };
    if !target.is_object() {
        *target = Value::Object(serde_json::Map::new());
    }
    if let Value::Object(target) = target {
        for (name, value) in patch {
            if value.is_null() {
                target.remove(name);
            } else {
                merge(target.entry(name).or_insert(Value::Null), value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 7396, appendix A.
    #[test]
    fn merge_patch_examples() {
        for (target, patch, expected) in [
            (json!({"a":"b"}), json!({"a":"c"}), json!({"a":"c"})),
            (json!({"a":"b"}), json!({"b":"c"}), json!({"a":"b","b":"c"})),
            (json!({"a":"b"}), json!({"a":null}), json!({})),
            (json!({"a":["b"]}), json!({"a":"c"}), json!({"a":"c"})),
            (json!({"a":{"b":"c"}}), json!({"a":{"b":"d","c":null}}), json!({"a":{"b":"d"}})),
            (json!(["a", "b"]), json!(["c", "d"]), json!(["c", "d"])),
            (json!({}), json!({"a":{"bb":{"ccc":null}}}), json!({"a":{"bb":{}}})),
        ] {
            let mut merged = target.clone();
            merge(&mut merged, &patch);
            assert_eq!(merged, expected, "{target} + {patch}");
        }
    }
}
