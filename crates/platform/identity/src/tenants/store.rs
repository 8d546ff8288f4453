//! Shops and their teams in SQL.
//!
//! Who locks more than one row does it in this order: account, tenant, invitation.

use sqlx::PgExecutor;
use svetu_db::{Db, Tx};
use svetu_kernel::{AccountId, TenantId, Timestamp};

use super::{
    MEMBERSHIPS_MAX, TEAM_MAX,
    error::ShopError,
    model::{Member, Shop, ShopRole},
};
use crate::IdentityError;

pub async fn insert(
    tx: &mut Tx<'_>,
    id: TenantId,
    name: &str,
    owner: AccountId,
    now: Timestamp,
) -> Result<(), IdentityError> {
    sqlx::query!(
        "with shop as (
             insert into identity.tenant (id, kind, display_name, created_at) values ($1, 'shop', $2, $3) returning id)
         insert into identity.membership (tenant, account, role, since) select id, $4, 'owner', $3 from shop",
        id.uuid(),
        name,
        now,
        owner.uuid()
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Nobody else changes its team until the transaction ends. Who changes it cannot be erased meanwhile.
pub async fn lock(tx: &mut Tx<'_>, id: TenantId, by: AccountId) -> Result<(), IdentityError> {
    sqlx::query!("select id from identity.account where id = $1 for key share", by.uuid())
        .fetch_optional(&mut **tx)
        .await?;
    let found =
        sqlx::query!("select id from identity.tenant where id = $1 and closed_at is null for update", id.uuid())
            .fetch_optional(&mut **tx)
            .await?;
    found.map(|_| ()).ok_or_else(|| ShopError::NoSuchShop.into())
}

/// The shop as this account sees it. None: it is none of theirs.
pub async fn seen_by(
    executor: impl PgExecutor<'_>,
    id: TenantId,
    account: AccountId,
) -> Result<Option<Shop>, IdentityError> {
    let row = sqlx::query!(
        "select t.display_name, t.created_at, m.role,
             (select count(*) from identity.membership where tenant = t.id) as \"members!\"
         from identity.tenant t join identity.membership m on m.tenant = t.id
         where t.id = $1 and m.account = $2 and t.closed_at is null",
        id.uuid(),
        account.uuid()
    )
    .fetch_optional(executor)
    .await?;
    Ok(row.map(|row| Shop {
        id,
        name: row.display_name,
        created_at: row.created_at,
        account,
        role: ShopRole::of(&row.role),
        members: row.members,
    }))
}

/// Oldest membership first.
pub async fn of_account(db: &Db, account: AccountId) -> Result<Vec<Shop>, IdentityError> {
    let rows = sqlx::query!(
        "select t.id, t.display_name, t.created_at, m.role,
             (select count(*) from identity.membership where tenant = t.id) as \"members!\"
         from identity.membership m join identity.tenant t on t.id = m.tenant
         where m.account = $1 and t.closed_at is null order by m.since, t.id limit $2",
        account.uuid(),
        MEMBERSHIPS_MAX
    )
    .fetch_all(db.pool())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Shop {
            id: TenantId::from_uuid(row.id),
            name: row.display_name,
            created_at: row.created_at,
            account,
            role: ShopRole::of(&row.role),
            members: row.members,
        })
        .collect())
}

/// In how many open shops the account is, and how many of them it owns.
pub async fn count_of(tx: &mut Tx<'_>, account: AccountId) -> Result<(i64, i64), IdentityError> {
    let row = sqlx::query!(
        "select count(*) as \"all!\", count(*) filter (where m.role = 'owner') as \"owned!\"
         from identity.membership m join identity.tenant t on t.id = m.tenant
         where m.account = $1 and t.closed_at is null",
        account.uuid()
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok((row.all, row.owned))
}

/// Owners first, then who is there longest.
pub async fn team(db: &Db, id: TenantId) -> Result<Vec<Member>, IdentityError> {
    let rows = sqlx::query!(
        "select m.account, a.display_name, m.role, m.since
         from identity.membership m join identity.account a on a.id = m.account
         where m.tenant = $1
         order by array_position(array['owner', 'manager', 'member'], m.role), m.since, m.account limit $2",
        id.uuid(),
        TEAM_MAX
    )
    .fetch_all(db.pool())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Member {
            account: AccountId::from_uuid(row.account),
            display_name: row.display_name,
            role: ShopRole::of(&row.role),
            since: row.since,
        })
        .collect())
}

/// Also of one that is closed.
pub async fn name_of(db: &Db, id: uuid::Uuid) -> Result<Option<String>, IdentityError> {
    let name = sqlx::query_scalar!("select display_name from identity.tenant where id = $1", id);
    Ok(name.fetch_optional(db.pool()).await?)
}

pub async fn rename(tx: &mut Tx<'_>, id: TenantId, name: &str) -> Result<(), IdentityError> {
    sqlx::query!("update identity.tenant set display_name = $2 where id = $1", id.uuid(), name)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

pub async fn close(tx: &mut Tx<'_>, id: TenantId, now: Timestamp) -> Result<(), IdentityError> {
    sqlx::query!("update identity.tenant set closed_at = $2 where id = $1", id.uuid(), now).execute(&mut **tx).await?;
    sqlx::query!(
        "update identity.tenant_invitation set ended_at = $2 where tenant = $1 and ended_at is null",
        id.uuid(),
        now
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

pub async fn role_of(tx: &mut Tx<'_>, id: TenantId, account: AccountId) -> Result<Option<ShopRole>, IdentityError> {
    let role = sqlx::query_scalar!(
        "select role from identity.membership where tenant = $1 and account = $2",
        id.uuid(),
        account.uuid()
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(role.map(|role| ShopRole::of(&role)))
}

pub async fn has_other_owner(tx: &mut Tx<'_>, id: TenantId, account: AccountId) -> Result<bool, IdentityError> {
    let found = sqlx::query_scalar!(
        "select exists (select from identity.membership where tenant = $1 and role = 'owner' and account <> $2)
             as \"found!\"",
        id.uuid(),
        account.uuid()
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(found)
}

/// False when the account is in the team already: its role stays.
pub async fn join(
    tx: &mut Tx<'_>,
    id: TenantId,
    account: AccountId,
    role: ShopRole,
    now: Timestamp,
) -> Result<bool, IdentityError> {
    let done = sqlx::query!(
        "insert into identity.membership (tenant, account, role, since) values ($1, $2, $3, $4)
         on conflict do nothing",
        id.uuid(),
        account.uuid(),
        role.name(),
        now
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Another role, or none; what the account gave others in the old one and waits is over with it.
pub async fn put_role(
    tx: &mut Tx<'_>,
    id: TenantId,
    account: AccountId,
    role: Option<ShopRole>,
    now: Timestamp,
) -> Result<(), IdentityError> {
    match role {
        Some(role) => {
            sqlx::query!(
                "update identity.membership set role = $3 where tenant = $1 and account = $2",
                id.uuid(),
                account.uuid(),
                role.name()
            )
            .execute(&mut **tx)
            .await?;
        }
        None => {
            sqlx::query!(
                "delete from identity.membership where tenant = $1 and account = $2",
                id.uuid(),
                account.uuid()
            )
            .execute(&mut **tx)
            .await?;
        }
    }
    sqlx::query!(
        "update identity.tenant_invitation set ended_at = $3
         where tenant = $1 and invited_by = $2 and ended_at is null",
        id.uuid(),
        account.uuid(),
        now
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The open shops that the account owns, locked, in the order of their ids.
pub async fn lock_owned(tx: &mut Tx<'_>, account: AccountId) -> Result<Vec<TenantId>, IdentityError> {
    let ids = sqlx::query_scalar!(
        "select t.id from identity.tenant t join identity.membership m on m.tenant = t.id
         where m.account = $1 and m.role = 'owner' and t.closed_at is null order by t.id for update of t",
        account.uuid()
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(ids.into_iter().map(TenantId::from_uuid).collect())
}

/// Who comes after this one: the manager who is there longest, else the member who is.
pub async fn heir(
    tx: &mut Tx<'_>,
    id: TenantId,
    account: AccountId,
) -> Result<Option<(AccountId, ShopRole)>, IdentityError> {
    let row = sqlx::query!(
        "select account, role from identity.membership where tenant = $1 and account <> $2
         order by role <> 'manager', since, account limit 1",
        id.uuid(),
        account.uuid()
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.map(|row| (AccountId::from_uuid(row.account), ShopRole::of(&row.role))))
}

pub async fn delete(tx: &mut Tx<'_>, id: TenantId) -> Result<(), IdentityError> {
    sqlx::query!("delete from identity.tenant where id = $1", id.uuid()).execute(&mut **tx).await?;
    Ok(())
}
