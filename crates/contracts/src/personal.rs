//! What every service owes a person: to tell all that it holds of them, in pages, so that nothing is gathered in memory.

use std::borrow::Cow;

use async_trait::async_trait;
use bytes::Bytes;
use serde_json::Value;
use svetu_kernel::AccountId;

use crate::ContractError;

/// Rows of one page at most.
pub const ROWS_MAX: i64 = 500;

#[derive(Debug, Clone, PartialEq)]
pub enum PersonalPart {
    /// Rows of the list `name`; pages that follow each other under one name are one list.
    Rows {
        name: Cow<'static, str>,
        rows: Vec<Value>,
    },
    File {
        name: String,
        bytes: Bytes,
    },
}

#[derive(Debug, Clone, PartialEq)]
pub struct PersonalPage {
    /// None: nothing more of what was told before.
    pub part: Option<PersonalPart>,
    /// What to ask for next; None: that was all.
    pub next: Option<String>,
}

#[async_trait]
pub trait PersonalData: Send + Sync + 'static {
    /// The folder of its parts: `listings`.
    fn service(&self) -> &'static str;
    /// `after` is the `next` of the page before.
    async fn personal(&self, account: AccountId, after: Option<&str>) -> Result<PersonalPage, ContractError>;
}

/// The place in a service's lists: which one, and the last row that was told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place<'a> {
    pub list: usize,
    pub row: Option<&'a str>,
}

impl<'a> Place<'a> {
    /// # Errors
    /// [`ContractError::Refused`] when it is none that [`Place::next`] wrote.
    pub fn parse(after: Option<&'a str>) -> Result<Self, ContractError> {
        let Some(after) = after else { return Ok(Self { list: 0, row: None }) };
        let (list, row) = after.split_once(':').unwrap_or((after, ""));
        let list = list.parse().map_err(|_| ContractError::Refused("no such place".to_owned()))?;
        Ok(Self { list, row: (!row.is_empty()).then_some(row) })
    }

    /// The list that is told now.
    ///
    /// # Errors
    /// [`ContractError::NotFound`] when there are not so many.
    pub fn list_of(&self, lists: &[&'static str]) -> Result<&'static str, ContractError> {
        lists.get(self.list).copied().ok_or(ContractError::NotFound)
    }

    /// A page of rows, each with what it is found by, as the place of the next page.
    ///
    /// # Errors
    /// As [`Place::list_of`].
    pub fn page<K: ToString>(
        &self,
        lists: &[&'static str],
        rows: Vec<(K, Value)>,
    ) -> Result<PersonalPage, ContractError> {
        let name = self.list_of(lists)?;
        let last = rows.last().map(|(key, _)| key.to_string());
        let next = self.next(rows.len() as i64 >= ROWS_MAX, last, lists.len());
        let rows = rows.into_iter().map(|(_, row)| row).collect();
        Ok(PersonalPage { part: Some(PersonalPart::Rows { name: Cow::Borrowed(name), rows }), next })
    }

    /// After a page: on in this list when it was full, else at the next one while there is one.
    pub fn next(&self, full: bool, last: Option<String>, lists: usize) -> Option<String> {
        match last.filter(|_| full) {
            Some(last) => Some(format!("{}:{last}", self.list)),
            None => (self.list + 1 < lists).then(|| (self.list + 1).to_string()),
        }
    }
}
