//! What a machine or a moderator found, in the reader's words.

use std::{borrow::Cow, collections::BTreeMap};

use serde_json::Value;
use svetu_kernel::{Currency, Language, Money};

use super::Service;
use crate::wording;

impl Service {
    /// A sentence for each finding; a moderator's note last.
    pub fn facts(&self, facts: &Value, reader: Language) -> String {
        let found = facts.get("found").and_then(Value::as_array);
        let details = found.into_iter().flatten().filter_map(|reason| reason.get("detail")).chain([facts]);
        let sentences = details.filter_map(|detail| self.fact(detail, reader));
        let note = facts.get("note").and_then(Value::as_str).map(str::to_owned);
        sentences.chain(note).collect::<Vec<_>>().join("\n")
    }

    fn fact(&self, detail: &Value, reader: Language) -> Option<String> {
        let has = |name: &str| detail.get(name).is_some();
        let amount = |name: &str| {
            let minor = detail.get(name).and_then(Value::as_i64).unwrap_or(0);
            Value::from(wording::amount(Money::new(minor, Currency::Rsd), reader))
        };
        let is_true = |name: &str| {
            detail.get(name).is_some_and(|value| value.as_bool() == Some(true) || value.as_u64() > Some(0))
        };
        let code = if has("words") {
            "statement.words"
        } else if detail.get("field").and_then(Value::as_str) == Some("title") {
            "statement.contact_in_title"
        } else if has("field") {
            "statement.contact_in_description"
        } else if has("price_rsd_minor") {
            "statement.price"
        } else if has("reports") {
            "statement.reports"
        } else if is_true("same_text") {
            "statement.same_text"
        } else if is_true("same_pictures") {
            "statement.same_pictures"
        } else if has("listing") {
            "statement.same_ad"
        } else {
            return None;
        };
        let mut params: BTreeMap<Cow<'static, str>, Value> = BTreeMap::new();
        for name in ["words", "listing", "reports", "compared"] {
            if let Some(value) = detail.get(name) {
                params.insert(name.into(), value.clone());
            }
        }
        if has("price_rsd_minor") {
            params.insert("price".into(), amount("price_rsd_minor"));
            params.insert("median".into(), amount("median_rsd_minor"));
        }
        Some(self.messages.say(code, &params, reader))
    }
}
