//! An ad's values against its category.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Attribute, AttributeKind, CHOICES_MAX, Choice, Taxonomy};

/// Checked values by attribute key.
pub type Attributes = BTreeMap<String, AttributeValue>;

/// A value in its natural JSON form. Choices, makes, models, colours and sizes are the option's key; dates `2026-05-31`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum AttributeValue {
    Boolean(bool),
    Integer(i64),
    Number(f64),
    Text(String),
    Many(Vec<String>),
}

impl AttributeValue {
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Boolean(_) | Self::Integer(_) | Self::Number(_) | Self::Many(_) => None,
        }
    }

    /// Integers and numbers, for ranges and sorting.
    pub fn as_number(&self) -> Option<f64> {
        match self {
            // Bounds of the taxonomy keep integers far below 2^53.
            Self::Integer(value) => Some(*value as f64),
            Self::Number(value) => Some(*value),
            Self::Boolean(_) | Self::Text(_) | Self::Many(_) => None,
        }
    }
}

impl From<AttributeValue> for Value {
    fn from(value: AttributeValue) -> Self {
        match value {
            AttributeValue::Boolean(value) => value.into(),
            AttributeValue::Integer(value) => value.into(),
            AttributeValue::Number(value) => value.into(),
            AttributeValue::Text(value) => value.into(),
            AttributeValue::Many(values) => values.into(),
        }
    }
}

/// What is wrong with one value.
#[derive(Debug, Clone, PartialEq)]
pub struct AttributeProblem {
    /// The attribute's key; `category` when that is unknown.
    pub key: String,
    /// Stable: `unknown_category`, `unknown_attribute`, `required`, `wrong_type`, `too_long`, `too_small`, `too_large`,
    /// `unknown_option`, `too_many`, `bad_date`, `needs_make`.
    pub code: &'static str,
    /// For the translated message: `max`, `min`, `option`, `expected`, `attribute`.
    pub params: BTreeMap<String, Value>,
}

impl AttributeProblem {
    fn new(key: &str, code: &'static str) -> Self {
        Self { key: key.to_owned(), code, params: BTreeMap::new() }
    }

    fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.params.insert(name.to_owned(), value.into());
        self
    }
}

impl Taxonomy {
    /// Checks an ad's values; nulls and empty strings count as absent, texts are trimmed, numbers rounded to their decimals.
    ///
    /// # Errors
    /// Every problem, not only the first; required ones that are absent included.
    pub fn validate(
        &self,
        category: &str,
        values: &BTreeMap<String, Value>,
    ) -> Result<Attributes, Vec<AttributeProblem>> {
        self.check(category, values, true)
    }

    /// The same for a draft: what is there must be right, what is required may be missing.
    ///
    /// # Errors
    /// Every problem with the values that are there.
    pub fn validate_draft(
        &self,
        category: &str,
        values: &BTreeMap<String, Value>,
    ) -> Result<Attributes, Vec<AttributeProblem>> {
        self.check(category, values, false)
    }

    fn check(
        &self,
        category: &str,
        values: &BTreeMap<String, Value>,
        complete: bool,
    ) -> Result<Attributes, Vec<AttributeProblem>> {
        if self.category(category).is_none() {
            return Err(vec![AttributeProblem::new("category", "unknown_category").with("option", category)]);
        }
        let uses = self.uses(category);
        let mut problems = Vec::new();
        let mut checked = Attributes::new();
        for key in values.keys() {
            if !uses.iter().any(|used| used.key == *key) {
                problems.push(AttributeProblem::new(key, "unknown_attribute"));
            }
        }
        for used in uses {
            let Some(attribute) = self.attribute(&used.key) else { continue };
            match values.get(&used.key).filter(|value| !is_absent(value)) {
                Some(value) => match check_value(attribute, value, values) {
                    Ok(value) => {
                        checked.insert(used.key.clone(), value);
                    }
                    Err(problem) => problems.push(problem),
                },
                None if complete && used.required && !is_moot(&attribute.kind, values) => {
                    problems.push(AttributeProblem::new(&used.key, "required"));
                }
                None => {}
            }
        }
        if problems.is_empty() { Ok(checked) } else { Err(problems) }
    }
}

fn is_absent(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Bool(_) | Value::Number(_) | Value::Object(_) => false,
    }
}

/// A make without a list of models ("other") needs no model.
fn is_moot(kind: &AttributeKind, values: &BTreeMap<String, Value>) -> bool {
    let AttributeKind::Model { depends_on, models } = kind else { return false };
    let make = values.get(depends_on).and_then(Value::as_str);
    make.and_then(|make| models.get(make)).is_some_and(Vec::is_empty)
}

fn check_value(
    attribute: &Attribute,
    value: &Value,
    values: &BTreeMap<String, Value>,
) -> Result<AttributeValue, AttributeProblem> {
    let key = attribute.key.as_str();
    let wrong_type = || AttributeProblem::new(key, "wrong_type").with("expected", attribute.kind.name());
    let text = || value.as_str().map(str::trim).ok_or_else(wrong_type);
    let pick = |options: &[Choice], wanted: &str| {
        if options.iter().any(|option| option.key == wanted) {
            Ok(wanted.to_owned())
        } else {
            let shown: String = wanted.chars().take(64).collect();
            Err(AttributeProblem::new(key, "unknown_option").with("option", shown))
        }
    };
    match &attribute.kind {
        AttributeKind::Text { max_chars } => {
            let text = text()?;
            if text.chars().count() > usize::from(*max_chars) {
                return Err(AttributeProblem::new(key, "too_long").with("max", *max_chars));
            }
            Ok(AttributeValue::Text(text.to_owned()))
        }
        AttributeKind::Number { min, max, decimals, .. } => {
            let number = value.as_f64().ok_or_else(wrong_type)?;
            let scale = 10_f64.powi(i32::from(*decimals));
            let number = (number * scale).round() / scale;
            if number < *min {
                return Err(AttributeProblem::new(key, "too_small").with("min", json!(min)));
            }
            if number > *max {
                return Err(AttributeProblem::new(key, "too_large").with("max", json!(max)));
            }
            Ok(AttributeValue::Number(number))
        }
        AttributeKind::Integer { min, max, .. } | AttributeKind::Year { min, max } => {
            let number = value.as_i64().ok_or_else(wrong_type)?;
            if number < *min {
                return Err(AttributeProblem::new(key, "too_small").with("min", *min));
            }
            if number > *max {
                return Err(AttributeProblem::new(key, "too_large").with("max", *max));
            }
            Ok(AttributeValue::Integer(number))
        }
        AttributeKind::Boolean => value.as_bool().map(AttributeValue::Boolean).ok_or_else(wrong_type),
        AttributeKind::Date => {
            let text = text()?;
            match chrono::NaiveDate::parse_from_str(text, "%Y-%m-%d") {
                Ok(date) => Ok(AttributeValue::Text(date.format("%Y-%m-%d").to_string())),
                Err(_) => Err(AttributeProblem::new(key, "bad_date")),
            }
        }
        AttributeKind::Choice { options }
        | AttributeKind::Colour { options }
        | AttributeKind::Size { options }
        | AttributeKind::Make { options } => pick(options, text()?).map(AttributeValue::Text),
        AttributeKind::Choices { options } => {
            let items = value.as_array().ok_or_else(wrong_type)?;
            if items.len() > CHOICES_MAX {
                return Err(AttributeProblem::new(key, "too_many").with("max", CHOICES_MAX));
            }
            let mut picked: Vec<String> = Vec::with_capacity(items.len());
            for item in items {
                let option = pick(options, item.as_str().ok_or_else(wrong_type)?)?;
                if !picked.contains(&option) {
                    picked.push(option);
                }
            }
            Ok(AttributeValue::Many(picked))
        }
        AttributeKind::Model { depends_on, models } => {
            let wanted = text()?;
            let make = values.get(depends_on).and_then(Value::as_str).and_then(|make| models.get(make));
            let models =
                make.ok_or_else(|| AttributeProblem::new(key, "needs_make").with("attribute", depends_on.as_str()))?;
            pick(models, wanted).map(AttributeValue::Text)
        }
    }
}
