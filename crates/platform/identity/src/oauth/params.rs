//! Parameters of a request: each once (RFC 6749 §3.1 and §3.2), within bounds.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{
    Result,
    error::{Code, OAuthError},
};

const PARAMS_MAX: usize = 64;
const VALUE_BYTES_MAX: usize = 16 * 1024;

/// By name; `resource` may come several times (RFC 8707 §2), empty values count as none.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Params {
    one: BTreeMap<String, String>,
    resources: Vec<String>,
}

impl Params {
    /// Of a query or a form.
    pub fn parse(encoded: &[u8]) -> Result<Self> {
        let invalid = |what: String| OAuthError::new(Code::InvalidRequest, what);
        let mut params = Self::default();
        for (count, (name, value)) in form_urlencoded(encoded)?.into_iter().enumerate() {
            if count >= PARAMS_MAX || value.len() > VALUE_BYTES_MAX || value.contains('\0') || name.contains('\0') {
                return Err(invalid("too many parameters, or one that is too long or not text".to_owned()));
            }
            if value.is_empty() {
                continue;
            }
            if name == "resource" {
                params.resources.push(value);
            } else if params.one.insert(name.clone(), value).is_some() {
                return Err(invalid(format!("{} is there twice", ascii(&name))));
            }
        }
        Ok(params)
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        self.one.get(name).map(String::as_str)
    }

    /// # Errors
    /// `invalid_request` that names it.
    pub fn need(&self, name: &str) -> Result<&str> {
        self.get(name).ok_or_else(|| OAuthError::new(Code::InvalidRequest, format!("{name} is missing")))
    }

    pub fn resources(&self) -> &[String] {
        &self.resources
    }

    /// Space-delimited words, each once, in order.
    pub fn words(&self, name: &str) -> Vec<String> {
        let mut words: Vec<String> = Vec::new();
        for word in self.get(name).unwrap_or_default().split(' ').filter(|word| !word.is_empty()) {
            if !words.iter().any(|known| known == word) {
                words.push(word.to_owned());
            }
        }
        words
    }

    pub fn without(mut self, names: &[&str]) -> Self {
        for name in names {
            self.one.remove(*name);
        }
        self
    }

    /// One more, which must be new and within bounds.
    pub fn adding(mut self, name: &str, value: &str) -> Result<Self> {
        let invalid = |what: String| OAuthError::new(Code::InvalidRequest, what);
        if self.one.len() + self.resources.len() >= PARAMS_MAX || value.len() > VALUE_BYTES_MAX || value.contains('\0')
        {
            return Err(invalid("too many parameters, or one that is too long or not text".to_owned()));
        }
        if name == "resource" {
            self.resources.push(value.to_owned());
        } else if self.one.insert(name.to_owned(), value.to_owned()).is_some_and(|before| before != value) {
            return Err(invalid(format!("{} is there twice", ascii(name))));
        }
        Ok(self)
    }

    /// For the next page's address.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.one.insert(name.to_owned(), value.to_owned());
        self
    }
}

fn form_urlencoded(encoded: &[u8]) -> Result<Vec<(String, String)>> {
    serde_html_form::from_bytes(encoded)
        .map_err(|_| OAuthError::new(Code::InvalidRequest, "the parameters are not form-encoded UTF-8"))
}

/// A description is printable ASCII without quotes (RFC 6749 §5.2).
pub fn ascii(text: &str) -> String {
    text.chars().filter(|c| c.is_ascii_graphic() && !matches!(c, '"' | '\\')).take(60).collect()
}
