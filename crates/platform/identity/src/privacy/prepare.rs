//! Before the first request: rows of before are sealed, and keys and rows must belong together.

use std::time::Duration;

use svetu_db::DbError;
use svetu_kernel::AccountId;
use uuid::Uuid;

use crate::{Identity, IdentityError, model::normal_form, store};

const SEALED_AT_ONCE: i64 = 1_000;
const WAITS_MAX: u32 = 300;
const WAIT: Duration = Duration::from_millis(100);

impl Identity {
    /// Safe to run again and side by side.
    ///
    /// # Errors
    /// When the secrets are not those of this database: nobody could be written to.
    pub async fn prepare(&self) -> Result<(), IdentityError> {
        self.people.refresh(self.clock.now()).await?;
        self.people.check(&self.db).await?;
        self.seal_addresses().await?;
        self.erase_again().await?;
        Ok(())
    }

    /// SQL cannot seal: the migration left plain addresses in a table of their own, which goes when it is empty.
    async fn seal_addresses(&self) -> Result<(), IdentityError> {
        let mut sealed = 0;
        let mut waited = 0;
        while self.has_plain().await? {
            let some = self.seal_some().await?;
            sealed += some;
            // Nothing left, or another process has the last ones in hand.
            if some == 0 && sqlx::query("select identity.end_email_plain()").execute(self.db.pool()).await.is_err() {
                waited += 1;
                if waited > WAITS_MAX {
                    return Err(IdentityError::Person("plain addresses are there that cannot be sealed"));
                }
                tokio::time::sleep(WAIT).await;
            }
        }
        if sealed > 0 {
            tracing::info!(sealed, "sealed {sealed} addresses that lay in clear");
        }
        Ok(())
    }

    async fn has_plain(&self) -> Result<bool, IdentityError> {
        let there = sqlx::query_scalar!("select to_regclass('identity.email_plain') is not null as \"there!\"")
            .fetch_one(self.db.pool())
            .await?;
        Ok(there)
    }

    async fn seal_some(&self) -> Result<u64, IdentityError> {
        let now = self.clock.now();
        let mut tx = self.db.begin().await?;
        // The table is gone where the macros look.
        let rows: Result<Vec<(Uuid, String)>, DbError> = sqlx::query_as(
            "delete from identity.email_plain where account in
                 (select account from identity.email_plain order by account limit $1 for update skip locked)
             returning account, address",
        )
        .bind(SEALED_AT_ONCE)
        .fetch_all(&mut *tx)
        .await
        .map_err(DbError::from);
        let rows = match rows {
            Ok(rows) => rows,
            // Another process sealed the last ones and took the table away.
            Err(error) if error.is_undefined_table() => return Ok(0),
            Err(error) => return Err(error.into()),
        };
        for (id, address) in &rows {
            let id = AccountId::from_uuid(*id);
            let sealed = self.people.new_address(&mut tx, id, address, now).await?;
            store::put_address(&mut tx, id, &sealed, &self.people.blind(&normal_form(address))).await?;
        }
        tx.commit().await?;
        Ok(rows.len() as u64)
    }
}
