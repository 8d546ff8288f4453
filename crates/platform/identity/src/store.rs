//! Accounts in SQL. Every function takes the transaction or the pool that it works in.

use svetu_db::{Db, Tx};
use svetu_kernel::{AccountId, Language, Timestamp};
use uuid::Uuid;

use crate::{
    IdentityError,
    model::{Account, DisplayName, SecurityEvent, role_names, roles_of},
    people::{BlindIndex, SealedAddress, WrappedKey},
    service::AuditEntry,
    token::TokenHash,
};

struct Row {
    id: Uuid,
    leaf: i64,
    epoch: i32,
    wrapped: Vec<u8>,
    sealed: Vec<u8>,
    display_name: String,
    language: String,
    theme: Option<String>,
    state: String,
    roles: Vec<String>,
    password_hash: Option<String>,
    created_at: Timestamp,
    version: i64,
}

impl From<Row> for Account {
    fn from(row: Row) -> Self {
        Self {
            id: AccountId::from_uuid(row.id),
            email: SealedAddress {
                key: WrappedKey { leaf: row.leaf, epoch: row.epoch, wrapped: row.wrapped },
                sealed: row.sealed,
            },
            display_name: row.display_name,
            language: row.language.parse().unwrap_or_default(),
            theme: row.theme,
            verified: row.state == "active",
            roles: roles_of(&row.roles),
            password_hash: row.password_hash,
            created_at: row.created_at,
            version: row.version,
        }
    }
}

pub async fn by_email(db: &Db, blind: &BlindIndex) -> Result<Option<Account>, IdentityError> {
    let row = sqlx::query_as!(
        Row,
        "select a.id, k.leaf, k.epoch, k.wrapped, e.sealed, a.display_name, a.language, a.theme, a.state, a.roles, a.password_hash, a.created_at, a.version
         from identity.email e join identity.account a on a.id = e.account join identity.person_key k on k.account = a.id
         where e.blind = $1",
        blind.as_slice()
    )
    .fetch_optional(db.pool())
    .await?;
    Ok(row.map(Account::from))
}

pub async fn by_id(db: &Db, id: AccountId) -> Result<Account, IdentityError> {
    let row = sqlx::query_as!(
        Row,
        "select a.id, k.leaf, k.epoch, k.wrapped, e.sealed, a.display_name, a.language, a.theme, a.state, a.roles, a.password_hash, a.created_at, a.version
         from identity.account a join identity.email e on e.account = a.id join identity.person_key k on k.account = a.id
         where a.id = $1",
        id.uuid()
    )
    .fetch_optional(db.pool())
    .await?;
    row.map(Account::from).ok_or(IdentityError::NoSuchAccount)
}

/// The account, its row locked until the transaction ends.
pub async fn lock(tx: &mut Tx<'_>, id: AccountId) -> Result<Account, IdentityError> {
    let row = sqlx::query_as!(
        Row,
        "select a.id, k.leaf, k.epoch, k.wrapped, e.sealed, a.display_name, a.language, a.theme, a.state, a.roles, a.password_hash, a.created_at, a.version
         from identity.account a join identity.email e on e.account = a.id join identity.person_key k on k.account = a.id
         where a.id = $1 for update of a",
        id.uuid()
    )
    .fetch_optional(&mut **tx)
    .await?;
    row.map(Account::from).ok_or(IdentityError::NoSuchAccount)
}

pub async fn lock_by_email(tx: &mut Tx<'_>, blind: &BlindIndex) -> Result<Option<Account>, IdentityError> {
    let row = sqlx::query_as!(
        Row,
        "select a.id, k.leaf, k.epoch, k.wrapped, e.sealed, a.display_name, a.language, a.theme, a.state, a.roles, a.password_hash, a.created_at, a.version
         from identity.email e join identity.account a on a.id = e.account join identity.person_key k on k.account = a.id
         where e.blind = $1 for update of a",
        blind.as_slice()
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.map(Account::from))
}

/// Verified ones in the order of their ids.
pub async fn page(db: &Db, after: Option<AccountId>, limit: i64) -> Result<Vec<Account>, IdentityError> {
    let rows = sqlx::query_as!(
        Row,
        "select a.id, k.leaf, k.epoch, k.wrapped, e.sealed, a.display_name, a.language, a.theme, a.state, a.roles, a.password_hash, a.created_at, a.version
         from identity.account a join identity.email e on e.account = a.id join identity.person_key k on k.account = a.id
         where a.state = 'active' and ($1::uuid is null or a.id > $1) order by a.id limit $2",
        after.map(AccountId::uuid),
        limit
    )
    .fetch_all(db.pool())
    .await?;
    Ok(rows.into_iter().map(Account::from).collect())
}

/// Those whose name begins so, for operators.
pub async fn find_by_name(db: &Db, start: &str, limit: i64) -> Result<Vec<Account>, IdentityError> {
    let pattern = format!("{}%", start.to_lowercase().replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_"));
    let rows = sqlx::query_as!(
        Row,
        "select a.id, k.leaf, k.epoch, k.wrapped, e.sealed, a.display_name, a.language, a.theme, a.state, a.roles, a.password_hash, a.created_at, a.version
         from identity.email e join identity.account a on a.id = e.account join identity.person_key k on k.account = a.id
         where lower(a.display_name) like $1 order by lower(a.display_name), a.id limit $2",
        pattern,
        limit
    )
    .fetch_all(db.pool())
    .await?;
    Ok(rows.into_iter().map(Account::from).collect())
}

/// A new account. False when the address or the id is taken: nothing is changed then.
pub async fn insert(
    tx: &mut Tx<'_>,
    account: &Account,
    blind: &BlindIndex,
    terms_at: Option<Timestamp>,
) -> Result<bool, IdentityError> {
    let verified_at = account.verified.then_some(account.created_at);
    let added = sqlx::query!(
        "insert into identity.account
             (id, display_name, language, state, roles, password_hash, created_at, verified_at, terms_accepted_at, version)
         select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10
         where not exists (select from identity.email where blind = $11)
         on conflict (id) do nothing",
        account.id.uuid(),
        account.display_name,
        account.language.tag(),
        if account.verified { "active" } else { "unverified" },
        &role_names(&account.roles),
        account.password_hash,
        account.created_at,
        verified_at,
        terms_at,
        account.version,
        blind.as_slice(),
    )
    .execute(&mut **tx)
    .await?;
    if added.rows_affected() == 0 {
        return Ok(false);
    }
    put_address(tx, account.id, &account.email, blind).await?;
    Ok(true)
}

/// A person's key and the address under it.
pub async fn put_address(
    tx: &mut Tx<'_>,
    id: AccountId,
    address: &SealedAddress,
    blind: &BlindIndex,
) -> Result<(), IdentityError> {
    let SealedAddress { key, sealed } = address;
    sqlx::query!(
        "insert into identity.person_key (account, leaf, epoch, wrapped) values ($1, $2, $3, $4)",
        id.uuid(),
        key.leaf,
        key.epoch,
        key.wrapped
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!(
        "insert into identity.email (account, sealed, blind) values ($1, $2, $3)",
        id.uuid(),
        sealed,
        blind.as_slice()
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// What the last sign-up with an unproven address says, replaces what the ones before said; without a password the
/// address recovers one once it is proven.
pub async fn sign_up_again(
    tx: &mut Tx<'_>,
    id: AccountId,
    name: &DisplayName,
    language: Language,
    password_hash: Option<&str>,
    now: Timestamp,
) -> Result<(), IdentityError> {
    sqlx::query!(
        "update identity.account set display_name = $2, language = $3, password_hash = $4, terms_accepted_at = $5
         where id = $1 and state = 'unverified'",
        id.uuid(),
        name.0,
        language.tag(),
        password_hash,
        now
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Writes what may change of an account, as its next version.
pub async fn save(tx: &mut Tx<'_>, account: &mut Account, now: Timestamp) -> Result<(), IdentityError> {
    account.version += 1;
    sqlx::query!(
        "update identity.account set display_name = $2, language = $3, theme = $4, state = $5, roles = $6,
             password_hash = $7, version = $8, verified_at = case when $5 = 'active' then coalesce(verified_at, $9) end
         where id = $1",
        account.id.uuid(),
        account.display_name,
        account.language.tag(),
        account.theme,
        if account.verified { "active" } else { "unverified" },
        &role_names(&account.roles),
        account.password_hash,
        account.version,
        now
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// A better hash of the same password is no new version.
pub async fn rehash(db: &Db, id: AccountId, before: &str, after: &str) -> Result<(), IdentityError> {
    sqlx::query!(
        "update identity.account set password_hash = $3 where id = $1 and password_hash = $2",
        id.uuid(),
        before,
        after
    )
    .execute(db.pool())
    .await?;
    Ok(())
}

/// Until the transaction ends nobody else gives or takes roles: two operators cannot both be the last but one.
pub async fn lock_roles(tx: &mut Tx<'_>) -> Result<(), IdentityError> {
    Ok(svetu_db::lock(tx, "identity.roles").await?)
}

pub async fn has_other_operator(tx: &mut Tx<'_>, id: AccountId) -> Result<bool, IdentityError> {
    let found = sqlx::query_scalar!(
        "select exists (select from identity.account where 'operator' = any (roles) and state = 'active' and id <> $1)
             as \"found!\"",
        id.uuid()
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(found)
}

/// Replaces earlier links of the purpose: only the newest letter works.
pub async fn put_link(
    tx: &mut Tx<'_>,
    id: AccountId,
    purpose: &str,
    hash: TokenHash,
    now: Timestamp,
    expires_at: Timestamp,
) -> Result<(), IdentityError> {
    drop_links(tx, id, purpose).await?;
    sqlx::query!(
        "insert into identity.link (token_hash, account, purpose, created_at, expires_at) values ($1, $2, $3, $4, $5)",
        hash.as_slice(),
        id.uuid(),
        purpose,
        now,
        expires_at
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

pub async fn drop_links(tx: &mut Tx<'_>, id: AccountId, purpose: &str) -> Result<(), IdentityError> {
    sqlx::query!("delete from identity.link where account = $1 and purpose = $2", id.uuid(), purpose)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Uses a link up.
pub async fn take_link(
    tx: &mut Tx<'_>,
    purpose: &str,
    hash: TokenHash,
    now: Timestamp,
) -> Result<AccountId, IdentityError> {
    let account = sqlx::query_scalar!(
        "delete from identity.link where token_hash = $1 and purpose = $2 and expires_at > $3 returning account",
        hash.as_slice(),
        purpose,
        now
    )
    .fetch_optional(&mut **tx)
    .await?;
    account.map(AccountId::from_uuid).ok_or(IdentityError::LinkInvalid)
}

/// What happened to an account, in the audit log.
pub async fn note(
    tx: &mut Tx<'_>,
    at: Timestamp,
    account: AccountId,
    actor: &str,
    kind: &str,
    detail: serde_json::Value,
) -> Result<(), IdentityError> {
    log(tx, at, Some(account), actor, kind, detail).await
}

/// As [`note`], also for what concerns no account. An event waits for its seal from the moment it commits.
pub async fn log(
    tx: &mut Tx<'_>,
    at: Timestamp,
    account: Option<AccountId>,
    actor: &str,
    kind: &str,
    detail: serde_json::Value,
) -> Result<(), IdentityError> {
    sqlx::query!(
        "with event as (
             insert into identity.security_event (at, account, actor, kind, detail) values ($1, $2, $3, $4, $5)
             returning id, at, kind)
         insert into identity.audit_waiting (event, at, kind) select id, at, kind from event",
        at,
        account.map(AccountId::uuid),
        actor,
        kind,
        detail
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The newest of the account's events.
pub async fn events(db: &Db, account: AccountId, limit: i64) -> Result<Vec<SecurityEvent>, IdentityError> {
    Ok(sqlx::query_as!(
        SecurityEvent,
        "select at, kind, actor = $1::text as \"own!\", detail ->> 'device' as device, detail ->> 'network' as network
         from identity.security_event where account = $2 order by id desc limit $3",
        account.to_string(),
        account.uuid(),
        limit
    )
    .fetch_all(db.pool())
    .await?)
}

/// What the audit log says of an account, newest first.
pub async fn log_of(db: &Db, account: AccountId, limit: i64) -> Result<Vec<AuditEntry>, IdentityError> {
    let entries = sqlx::query_as!(
        AuditEntry,
        "select id, at, actor, kind, detail from identity.security_event where account = $1 order by id desc limit $2",
        account.uuid(),
        limit
    )
    .fetch_all(db.pool())
    .await?;
    Ok(entries)
}
