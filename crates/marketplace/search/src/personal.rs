//! What this service holds of a person: told to them, and let go of when they are erased.

use async_trait::async_trait;
use serde_json::Value;
use svetu_contracts::{
    ContractError,
    personal::{PersonalData, PersonalPage, Place, ROWS_MAX},
};
use svetu_kernel::{AccountId, SavedSearchId};
use uuid::Uuid;

use crate::{Search, SearchError};

const LISTS: [&str; 2] = ["saved_searches", "found"];

#[async_trait]
impl PersonalData for Search {
    fn service(&self) -> &'static str {
        "search"
    }

    async fn personal(&self, account: AccountId, after: Option<&str>) -> Result<PersonalPage, ContractError> {
        let place = Place::parse(after)?;
        let rows = self.rows(place.list_of(&LISTS)?, account.uuid(), place.row.unwrap_or_default()).await?;
        place.page(&LISTS, rows)
    }
}

impl Search {
    async fn rows(&self, list: &str, account: Uuid, after: &str) -> Result<Vec<(String, Value)>, SearchError> {
        struct Row {
            key: String,
            row: Value,
        }
        let db = self.0.db.pool();
        let rows = if list == "saved_searches" {
            sqlx::query_as!(
                Row,
                r#"select id::text as "key!", to_jsonb(s) - 'owner' as "row!" from search.saved_search s
                   where owner = $1 and id::text > $2 order by id::text limit $3"#,
                account,
                after,
                ROWS_MAX
            )
            .fetch_all(db)
            .await?
        } else {
            sqlx::query_as!(
                Row,
                r#"select a.search::text || ' ' || a.listing::text as "key!", to_jsonb(a) as "row!"
                   from search.alert a join search.saved_search s on s.id = a.search
                   where s.owner = $1 and a.search::text || ' ' || a.listing::text > $2
                   order by a.search::text || ' ' || a.listing::text limit $3"#,
                account,
                after,
                ROWS_MAX
            )
            .fetch_all(db)
            .await?
        };
        Ok(rows.into_iter().map(|row| (row.key, row.row)).collect())
    }

    /// Nothing here is kept by law.
    pub(crate) async fn erase(&self, owner: AccountId) -> Result<(), SearchError> {
        let gone = sqlx::query_scalar!("delete from search.saved_search where owner = $1 returning id", owner.uuid())
            .fetch_all(self.0.db.pool())
            .await?;
        let mut saved = self.0.saved.write();
        gone.into_iter().for_each(|id| saved.remove(SavedSearchId::from_uuid(id)));
        Ok(())
    }
}
