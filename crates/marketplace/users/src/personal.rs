//! What this service holds of a person: told to them, and let go of when they are erased.

use async_trait::async_trait;
use serde_json::Value;
use svetu_contracts::{
    ContractError,
    personal::{PersonalData, PersonalPage, Place, ROWS_MAX},
};
use svetu_db::Tx;
use svetu_kernel::AccountId;
use uuid::Uuid;

use crate::{Users, UsersError};

const LISTS: [&str; 3] = ["profile", "favourites", "viewed"];

#[async_trait]
impl PersonalData for Users {
    fn service(&self) -> &'static str {
        "users"
    }

    async fn personal(&self, account: AccountId, after: Option<&str>) -> Result<PersonalPage, ContractError> {
        let place = Place::parse(after)?;
        let from: Uuid = place.row.and_then(|row| row.parse().ok()).unwrap_or_default();
        let rows = self.rows(place.list_of(&LISTS)?, account.uuid(), from).await?;
        place.page(&LISTS, rows)
    }
}

impl Users {
    async fn rows(&self, list: &str, account: Uuid, after: Uuid) -> Result<Vec<(Uuid, Value)>, UsersError> {
        struct Row {
            id: Uuid,
            row: Value,
        }
        let db = self.db.pool();
        let rows = match list {
            "profile" => {
                sqlx::query_as!(
                    Row,
                    r#"select id, jsonb_build_object('name', name, 'kind', kind, 'since', since, 'about', about,
                           'price_mail', price_mail) as "row!"
                       from users.seller where id = $1"#,
                    account
                )
                .fetch_all(db)
                .await?
            }
            "favourites" => {
                sqlx::query_as!(
                    Row,
                    r#"select f.listing as id, jsonb_build_object('at', f.at, 'price_then', f.price_then, 'ad', l.card) as "row!"
                       from users.favourite f left join users.listing l on l.id = f.listing
                       where f.owner = $1 and f.listing > $2 order by f.listing limit $3"#,
                    account,
                    after,
                    ROWS_MAX
                )
                .fetch_all(db)
                .await?
            }
            _ => {
                sqlx::query_as!(
                    Row,
                    r#"select v.listing as id, jsonb_build_object('at', v.at, 'ad', l.card) as "row!"
                       from users.viewed v left join users.listing l on l.id = v.listing
                       where v.owner = $1 and v.listing > $2 order by v.listing limit $3"#,
                    account,
                    after,
                    ROWS_MAX
                )
                .fetch_all(db)
                .await?
            }
        };
        Ok(rows.into_iter().map(|row| (row.id, row.row)).collect())
    }
}

/// Nothing here is kept by law. Their ads go by the events of their owner.
pub async fn erase(tx: &mut Tx<'_>, id: AccountId) -> Result<(), UsersError> {
    for statement in [
        "delete from users.seller where id = $1",
        "delete from users.favourite where owner = $1",
        "delete from users.viewed where owner = $1",
        "delete from users.price_mail where owner = $1",
    ] {
        sqlx::query(statement).bind(id.uuid()).execute(&mut **tx).await?;
    }
    Ok(())
}
