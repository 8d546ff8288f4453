//! What identity itself holds of a person.

use async_trait::async_trait;
use serde_json::{Value, json};
use svetu_contracts::{
    ContractError,
    personal::{PersonalData, PersonalPage, Place, ROWS_MAX},
};
use svetu_kernel::AccountId;
use uuid::Uuid;

use super::erase;
use crate::{Identity, IdentityError, store, upstream};

const LISTS: [&str; 13] = [
    "account",
    "sessions",
    "security_events",
    "consents",
    "applications",
    "passkeys",
    "trusted_devices",
    "shops",
    "shop_invitations",
    "api_keys",
    "factor_resets",
    "impersonations",
    "upstream_logins",
];

#[async_trait]
impl PersonalData for Identity {
    fn service(&self) -> &'static str {
        "identity"
    }

    async fn personal(&self, account: AccountId, after: Option<&str>) -> Result<PersonalPage, ContractError> {
        let place = Place::parse(after)?;
        let after = place.row;
        let rows = match place.list_of(&LISTS)? {
            "account" => self.own_account(account).await?,
            "sessions" => self.own_sessions(account, row_id(after)).await?,
            "security_events" => self.own_events(account, after).await?,
            "consents" => self.own_consents(account, after).await?,
            "applications" => self.own_applications(account, row_id(after)).await?,
            "passkeys" => self.own_passkeys(account, row_id(after)).await?,
            "trusted_devices" => self.own_devices(account, row_id(after)).await?,
            "shops" => self.own_shops(account, row_id(after)).await?,
            "shop_invitations" => self.own_invitations(account, row_id(after)).await?,
            "api_keys" => self.own_keys(account, row_id(after)).await?,
            "factor_resets" => self.own_resets(account, row_id(after)).await?,
            "impersonations" => self.own_impersonations(account, row_id(after)).await?,
            // Fewer than a page has.
            _ if after.is_some() => Vec::new(),
            _ => self.own_upstreams(account).await?,
        };
        place.page(&LISTS, rows)
    }
}

type Rows = Vec<(String, Value)>;

impl Identity {
    async fn own_account(&self, id: AccountId) -> Result<Rows, IdentityError> {
        let account = store::by_id(&self.db, id).await?;
        let erasure = erase::erasure(&self.db, id).await?;
        let row = json!({
            "account_id": account.id,
            "email": self.address_of(&account).await?,
            "phone": self.phone_of(&account).await?,
            "display_name": account.display_name,
            "language": account.language,
            "theme": account.theme,
            "roles": account.roles,
            "has_password": account.password_hash.is_some(),
            "created_at": account.created_at,
            "erasure_due_at": erasure.map(|erasure| erasure.due_at),
        });
        Ok(vec![(String::new(), row)])
    }

    async fn own_sessions(&self, id: AccountId, after: Uuid) -> Result<Rows, IdentityError> {
        let rows = sqlx::query!(
            "select id, device, network, created_at, last_seen_at, ended_at from identity.session
             where account = $1 and id > $2 order by id limit $3",
            id.uuid(),
            after,
            ROWS_MAX
        )
        .fetch_all(self.db.pool())
        .await?;
        let told = rows.into_iter().map(|row| {
            let value = json!({ "device": row.device, "network": row.network, "began_at": row.created_at,
                "last_seen_at": row.last_seen_at, "ended_at": row.ended_at });
            (row.id.to_string(), value)
        });
        Ok(told.collect())
    }

    async fn own_events(&self, id: AccountId, after: Option<&str>) -> Result<Rows, IdentityError> {
        let rows = sqlx::query!(
            "select id, at, actor, kind, detail from identity.security_event
             where account = $1 and id > $2 order by id limit $3",
            id.uuid(),
            number(after),
            ROWS_MAX
        )
        .fetch_all(self.db.pool())
        .await?;
        let own = id.to_string();
        let told = rows.into_iter().map(|row| {
            // Who of the staff it was is theirs, not this person's.
            let by = if row.actor == own { "you" } else { "the platform" };
            (row.id.to_string(), json!({ "at": row.at, "by": by, "what": row.kind, "detail": row.detail }))
        });
        Ok(told.collect())
    }

    async fn own_consents(&self, id: AccountId, after: Option<&str>) -> Result<Rows, IdentityError> {
        let rows = sqlx::query!(
            "select id, at, subject, version, given from identity.consent_log
             where account = $1 and id > $2 order by id limit $3",
            id.uuid(),
            number(after),
            ROWS_MAX
        )
        .fetch_all(self.db.pool())
        .await?;
        let told = rows.into_iter().map(|row| {
            let value = json!({ "at": row.at, "to": row.subject, "version": row.version, "given": row.given });
            (row.id.to_string(), value)
        });
        Ok(told.collect())
    }

    /// What applications were given, and until when.
    async fn own_applications(&self, id: AccountId, after: Uuid) -> Result<Rows, IdentityError> {
        let rows = sqlx::query!(
            "select g.id, c.name, g.scopes, g.created_at, g.expires_at, g.revoked_at from identity.oauth_grant g
             join identity.oauth_client c on c.id = g.client
             where g.account = $1 and g.id > $2 order by g.id limit $3",
            id.uuid(),
            after,
            ROWS_MAX
        )
        .fetch_all(self.db.pool())
        .await?;
        let told = rows.into_iter().map(|row| {
            let value = json!({ "application": row.name, "scopes": row.scopes, "given_at": row.created_at,
                "expires_at": row.expires_at, "revoked_at": row.revoked_at });
            (row.id.to_string(), value)
        });
        Ok(told.collect())
    }

    async fn own_passkeys(&self, id: AccountId, after: Uuid) -> Result<Rows, IdentityError> {
        let rows = sqlx::query!(
            "select id, name, created_at, last_used_at from identity.passkey
             where account = $1 and id > $2 order by id limit $3",
            id.uuid(),
            after,
            ROWS_MAX
        )
        .fetch_all(self.db.pool())
        .await?;
        let told = rows.into_iter().map(|row| {
            let value = json!({ "name": row.name, "created_at": row.created_at, "last_used_at": row.last_used_at });
            (row.id.to_string(), value)
        });
        Ok(told.collect())
    }

    async fn own_devices(&self, id: AccountId, after: Uuid) -> Result<Rows, IdentityError> {
        let rows = sqlx::query!(
            "select id, device, network, created_at, last_used_at, expires_at from identity.trusted_device
             where account = $1 and id > $2 order by id limit $3",
            id.uuid(),
            after,
            ROWS_MAX
        )
        .fetch_all(self.db.pool())
        .await?;
        let told = rows.into_iter().map(|row| {
            let value = json!({ "device": row.device, "network": row.network, "since": row.created_at,
                "last_used_at": row.last_used_at, "expires_at": row.expires_at });
            (row.id.to_string(), value)
        });
        Ok(told.collect())
    }

    async fn own_shops(&self, id: AccountId, after: Uuid) -> Result<Rows, IdentityError> {
        let rows = sqlx::query!(
            "select t.id, t.display_name, m.role, m.since, t.closed_at
             from identity.membership m join identity.tenant t on t.id = m.tenant
             where m.account = $1 and t.id > $2 order by t.id limit $3",
            id.uuid(),
            after,
            ROWS_MAX
        )
        .fetch_all(self.db.pool())
        .await?;
        let told = rows.into_iter().map(|row| {
            let value = json!({ "name": row.display_name, "role": row.role, "since": row.since,
                "closed_at": row.closed_at });
            (row.id.to_string(), value)
        });
        Ok(told.collect())
    }

    /// Those that the person sent, without the address of another, and those that were sent to them.
    async fn own_invitations(&self, id: AccountId, after: Uuid) -> Result<Rows, IdentityError> {
        let rows = sqlx::query!(
            "select i.id, t.display_name, i.role, i.created_at, i.expires_at, i.ended_at, i.invited_by = $1 as \"sent!\"
             from identity.tenant_invitation i join identity.tenant t on t.id = i.tenant
             where (i.invited_by = $1 or i.blind = (select blind from identity.email where account = $1)) and i.id > $2
             order by i.id limit $3",
            id.uuid(),
            after,
            ROWS_MAX
        )
        .fetch_all(self.db.pool())
        .await?;
        let told = rows.into_iter().map(|row| {
            let value = json!({ "shop": row.display_name, "role": row.role, "by": if row.sent { "you" } else { "the shop" },
                "at": row.created_at, "expires_at": row.expires_at, "ended_at": row.ended_at });
            (row.id.to_string(), value)
        });
        Ok(told.collect())
    }

    async fn own_upstreams(&self, id: AccountId) -> Result<Rows, IdentityError> {
        let account = store::by_id(&self.db, id).await?;
        let mut told = Vec::new();
        for login in upstream::list(&self.db, id).await? {
            let upstream::Sealed { issuer, subject, email } = upstream::seal_of(self, &account, &login).await?;
            let value = json!({ "issuer": issuer, "subject": subject, "email": email, "linked_at": login.created_at,
                "last_used_at": login.last_used_at });
            told.push((login.id.to_string(), value));
        }
        Ok(told)
    }

    async fn own_keys(&self, id: AccountId, after: Uuid) -> Result<Rows, IdentityError> {
        let rows = sqlx::query!(
            "select id, name, scopes, created_at, expires_at, last_used_at, revoked_at from identity.api_key
             where account = $1 and id > $2 order by id limit $3",
            id.uuid(),
            after,
            ROWS_MAX
        )
        .fetch_all(self.db.pool())
        .await?;
        let told = rows.into_iter().map(|row| {
            let value = json!({ "name": row.name, "scopes": row.scopes, "created_at": row.created_at,
                "expires_at": row.expires_at, "last_used_at": row.last_used_at, "revoked_at": row.revoked_at });
            (row.id.to_string(), value)
        });
        Ok(told.collect())
    }

    async fn own_resets(&self, id: AccountId, after: Uuid) -> Result<Rows, IdentityError> {
        let rows = sqlx::query!(
            "select id, reason, asked_at, decided_at, outcome from identity.factor_reset
             where account = $1 and id > $2 order by id limit $3",
            id.uuid(),
            after,
            ROWS_MAX
        )
        .fetch_all(self.db.pool())
        .await?;
        let told = rows.into_iter().map(|row| {
            let value = json!({ "reason": row.reason, "asked_at": row.asked_at, "decided_at": row.decided_at,
                "outcome": row.outcome });
            (row.id.to_string(), value)
        });
        Ok(told.collect())
    }

    /// When support stood in for the person, and why. Who it was is theirs.
    async fn own_impersonations(&self, id: AccountId, after: Uuid) -> Result<Rows, IdentityError> {
        let rows = sqlx::query!(
            "select id, reason, started_at, expires_at, ended_at from identity.impersonation
             where account = $1 and id > $2 order by id limit $3",
            id.uuid(),
            after,
            ROWS_MAX
        )
        .fetch_all(self.db.pool())
        .await?;
        let told = rows.into_iter().map(|row| {
            let value = json!({ "by": "support", "reason": row.reason, "began_at": row.started_at,
                "until": row.ended_at.unwrap_or(row.expires_at) });
            (row.id.to_string(), value)
        });
        Ok(told.collect())
    }
}

fn row_id(after: Option<&str>) -> Uuid {
    after.and_then(|after| after.parse().ok()).unwrap_or_default()
}

fn number(after: Option<&str>) -> i64 {
    after.and_then(|after| after.parse().ok()).unwrap_or_default()
}
