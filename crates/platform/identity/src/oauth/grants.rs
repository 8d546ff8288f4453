//! What people allowed, and what hangs on it: codes and refresh tokens, each of which works once.

use chrono::Duration;
use serde_json::{Value, json};
use svetu_contracts::identity::SITE_CLIENT;
use svetu_db::{Db, Tx};
use svetu_kernel::{AccountId, Timestamp};
use uuid::Uuid;

use super::{ACCESS_TOKEN_S, CODE_S, GRANT_S, REFRESH_GRACE_S, REFRESH_IDLE_S, params::Params};
use crate::{
    IdentityError,
    people::{self, SealedAddress, WrappedKey},
    privacy::{self, Kept, delete_before},
    store,
    token::{self, TokenHash},
};

/// In the audit log: the client itself asked for it.
pub const GRANT_REVOKED: &str = "grant_revoked";
const REQUEST: &str = "identity.oauth_request.sealed";

/// A grant that is not revoked, of an account that is active, whose session lives or which outlives it.
#[derive(Debug, Clone)]
pub struct LivingGrant {
    pub id: Uuid,
    pub account: AccountId,
    /// What scopes may tell of the person; the address of an active account is proven.
    pub name: String,
    pub language: String,
    pub email: SealedAddress,
    pub client: String,
    pub session: Uuid,
    pub scopes: Vec<String>,
    pub audience: Vec<String>,
    pub claims: Option<Value>,
    pub auth_time: Timestamp,
    pub strength: String,
    /// How the person signed in (RFC 8176).
    pub methods: Vec<String>,
    pub dpop_jkt: Option<String>,
    pub expires_at: Timestamp,
}

pub struct NewGrant<'a> {
    pub account: AccountId,
    pub client: &'a str,
    pub session: Uuid,
    pub scopes: &'a [String],
    pub audience: &'a [String],
    pub claims: Option<&'a Value>,
    pub auth_time: Timestamp,
    pub strength: &'a str,
    pub dpop_jkt: Option<&'a str>,
}

pub async fn insert(tx: &mut Tx<'_>, grant: &NewGrant<'_>, now: Timestamp) -> Result<Uuid, IdentityError> {
    let id = svetu_kernel::new_uuid(now);
    sqlx::query!(
        "insert into identity.oauth_grant (id, account, client, session, scopes, audience, claims, auth_time, strength,
             dpop_jkt, offline, created_at, expires_at, methods)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13,
             coalesce((select methods from identity.session where id = $4), '{pwd}'))",
        id,
        grant.account.uuid(),
        grant.client,
        grant.session,
        grant.scopes,
        grant.audience,
        grant.claims,
        grant.auth_time,
        grant.strength,
        grant.dpop_jkt,
        grant.scopes.iter().any(|scope| scope == "offline_access"),
        now,
        now + Duration::seconds(GRANT_S)
    )
    .execute(&mut **tx)
    .await?;
    Ok(id)
}

/// The grant and its code.
pub async fn create(
    tx: &mut Tx<'_>,
    grant: &NewGrant<'_>,
    redirect_uri: &str,
    challenge: &[u8; 32],
    nonce: Option<&str>,
    now: Timestamp,
) -> Result<String, IdentityError> {
    let id = insert(tx, grant, now).await?;
    let (code, hash) = token::new();
    sqlx::query!(
        "insert into identity.oauth_code (hash, grant_id, redirect_uri, challenge, nonce, expires_at)
         values ($1, $2, $3, $4, $5, $6)",
        hash.as_slice(),
        id,
        redirect_uri,
        challenge.as_slice(),
        nonce,
        now + Duration::seconds(CODE_S)
    )
    .execute(&mut **tx)
    .await?;
    Ok(code)
}

/// None: it is revoked, over, or its account or session is.
pub async fn living(tx: &mut Tx<'_>, id: Uuid, now: Timestamp) -> Result<Option<LivingGrant>, IdentityError> {
    let row = sqlx::query!(
        "select g.id, g.account, g.client, g.session, g.scopes, g.audience, g.claims, g.auth_time, g.strength, g.methods, g.dpop_jkt,
             g.expires_at, a.display_name, a.language, k.leaf, k.epoch, k.wrapped, e.sealed
         from identity.oauth_grant g join identity.account a on a.id = g.account
         join identity.email e on e.account = g.account join identity.person_key k on k.account = g.account
         join identity.oauth_client c on c.id = g.client
         where g.id = $1 and g.revoked_at is null and g.expires_at > $2 and a.state = 'active' and c.disabled_at is null
             and (g.offline or exists (select from identity.session s where s.id = g.session and s.ended_at is null
                 and s.expires_at > $2 and s.last_seen_at + make_interval(secs => s.idle_s_max::float8) > $2))",
        id,
        now
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.map(|row| LivingGrant {
        id: row.id,
        account: AccountId::from_uuid(row.account),
        name: row.display_name,
        language: row.language,
        email: SealedAddress {
            key: WrappedKey { leaf: row.leaf, epoch: row.epoch, wrapped: row.wrapped },
            sealed: row.sealed,
        },
        client: row.client,
        session: row.session,
        scopes: row.scopes,
        audience: row.audience,
        claims: row.claims,
        auth_time: row.auth_time,
        strength: row.strength,
        methods: row.methods,
        dpop_jkt: row.dpop_jkt,
        expires_at: row.expires_at,
    }))
}

/// The person of a grant, as the platform's own API needs them.
pub struct Person {
    pub account: AccountId,
    pub roles: Vec<String>,
    pub auth_time: Timestamp,
    pub strength: String,
}

/// As [`living`], in one question: also that the client that brings the token is not disabled and the token not revoked.
pub async fn person(
    db: &Db,
    id: Uuid,
    bringer: &str,
    spent: [u8; 32],
    now: Timestamp,
) -> Result<Option<Person>, IdentityError> {
    let row = sqlx::query!(
        "select g.account, g.auth_time, g.strength, a.roles
         from identity.oauth_grant g join identity.account a on a.id = g.account
         join identity.oauth_client c on c.id = g.client
         where g.id = $1 and g.revoked_at is null and g.expires_at > $2 and a.state = 'active' and c.disabled_at is null
             and (g.offline or exists (select from identity.session s where s.id = g.session and s.ended_at is null
                 and s.expires_at > $2 and s.last_seen_at + make_interval(secs => s.idle_s_max::float8) > $2))
             and exists (select from identity.oauth_client b where b.id = $3 and b.disabled_at is null)
             and not exists (select from identity.oauth_spent t where t.hash = $4)",
        id,
        now,
        bringer,
        spent.as_slice()
    )
    .fetch_optional(db.pool())
    .await?;
    Ok(row.map(|row| Person {
        account: AccountId::from_uuid(row.account),
        roles: row.roles,
        auth_time: row.auth_time,
        strength: row.strength,
    }))
}

pub struct CodeRow {
    pub grant: Uuid,
    pub client: String,
    pub redirect_uri: String,
    pub challenge: Vec<u8>,
    pub nonce: Option<String>,
    pub expires_at: Timestamp,
    pub used: bool,
}

/// Locked until the transaction is over: of two who bring it one waits and finds it used.
pub async fn lock_code(tx: &mut Tx<'_>, hash: TokenHash) -> Result<Option<CodeRow>, IdentityError> {
    let row = sqlx::query_as!(
        CodeRow,
        "select c.grant_id as \"grant\", g.client, c.redirect_uri, c.challenge, c.nonce, c.expires_at,
             (c.used_at is not null) as \"used!\"
         from identity.oauth_code c join identity.oauth_grant g on g.id = c.grant_id
         where c.hash = $1 for update of c, g",
        hash.as_slice()
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row)
}

pub async fn use_code(tx: &mut Tx<'_>, hash: TokenHash, now: Timestamp) -> Result<(), IdentityError> {
    sqlx::query!("update identity.oauth_code set used_at = $2 where hash = $1", hash.as_slice(), now)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// The grant is bound to the key of its first proof.
pub async fn bind(tx: &mut Tx<'_>, grant: Uuid, jkt: &str) -> Result<(), IdentityError> {
    sqlx::query!("update identity.oauth_grant set dpop_jkt = $2 where id = $1", grant, jkt).execute(&mut **tx).await?;
    Ok(())
}

/// Ends a grant and all that hangs on it. `why` is what the audit log calls it; that the site lets go of a session of its own is
/// in the log as what its person did.
pub async fn revoke(tx: &mut Tx<'_>, grant: Uuid, why: &str, now: Timestamp) -> Result<(), IdentityError> {
    let ended = sqlx::query!(
        "update identity.oauth_grant set revoked_at = $2 where id = $1 and revoked_at is null returning account, client",
        grant,
        now
    )
    .fetch_optional(&mut **tx)
    .await?;
    if let Some(ended) = ended.filter(|ended| ended.client != SITE_CLIENT || why != GRANT_REVOKED) {
        let (by, detail) = (format!("client:{}", ended.client), json!({ "client": ended.client, "grant": grant }));
        store::note(tx, now, AccountId::from_uuid(ended.account), &by, why, detail).await?;
    }
    Ok(())
}

pub async fn add_refresh(
    tx: &mut Tx<'_>,
    grant: Uuid,
    hash: TokenHash,
    grant_expires_at: Timestamp,
    now: Timestamp,
) -> Result<(), IdentityError> {
    sqlx::query!(
        "insert into identity.oauth_refresh (hash, grant_id, created_at, expires_at) values ($1, $2, $3, $4)",
        hash.as_slice(),
        grant,
        now,
        grant_expires_at.min(now + Duration::seconds(REFRESH_IDLE_S))
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

pub struct RefreshRow {
    pub grant: Uuid,
    pub client: String,
    pub expires_at: Timestamp,
    pub used_at: Option<Timestamp>,
}

impl RefreshRow {
    /// It was used just now: its holder may not have heard the answer.
    pub fn is_in_grace(&self, now: Timestamp) -> bool {
        self.used_at.is_some_and(|used| now - used <= Duration::seconds(REFRESH_GRACE_S))
    }
}

/// With its whole family locked: one refreshes at a time.
pub async fn lock_refresh(tx: &mut Tx<'_>, hash: TokenHash) -> Result<Option<RefreshRow>, IdentityError> {
    let locked = sqlx::query_scalar!(
        "select g.id from identity.oauth_grant g
         where g.id = (select grant_id from identity.oauth_refresh where hash = $1) for update",
        hash.as_slice()
    )
    .fetch_optional(&mut **tx)
    .await?;
    if locked.is_none() {
        return Ok(None);
    }
    // A second statement sees what the one who held the lock wrote.
    let row = sqlx::query_as!(
        RefreshRow,
        "select r.grant_id as \"grant\", g.client, r.expires_at, r.used_at
         from identity.oauth_refresh r join identity.oauth_grant g on g.id = r.grant_id where r.hash = $1",
        hash.as_slice()
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row)
}

pub async fn use_refresh(tx: &mut Tx<'_>, hash: TokenHash, now: Timestamp) -> Result<(), IdentityError> {
    sqlx::query!("update identity.oauth_refresh set used_at = $2 where hash = $1", hash.as_slice(), now)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

pub async fn is_living_head(tx: &mut Tx<'_>, hash: TokenHash) -> Result<bool, IdentityError> {
    let living = sqlx::query_scalar!(
        "select exists (select from identity.oauth_refresh where hash = $1 and used_at is null) as \"living!\"",
        hash.as_slice()
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(living)
}

/// Whether the person has agreed to all of it, since the application last changed what it is called and where it leads.
pub async fn consented(db: &Db, account: AccountId, client: &str, scopes: &[String]) -> Result<bool, IdentityError> {
    let consented = sqlx::query_scalar!(
        "select exists (select from identity.oauth_consent k join identity.oauth_client c on c.id = k.client
             where k.account = $1 and k.client = $2 and k.scopes @> $3
                 and k.given_at > coalesce(c.changed_at, '-infinity')) as \"consented!\"",
        account.uuid(),
        client,
        scopes
    )
    .fetch_one(db.pool())
    .await?;
    Ok(consented)
}

/// What was allowed before stays allowed, unless another application it was allowed to, as it were.
pub async fn consent(
    tx: &mut Tx<'_>,
    account: AccountId,
    client: &str,
    scopes: &[String],
    now: Timestamp,
) -> Result<(), IdentityError> {
    sqlx::query!(
        "insert into identity.oauth_consent (account, client, scopes, given_at) values ($1, $2, $3, $4)
         on conflict (account, client) do update set given_at = excluded.given_at,
             scopes = case
                 when oauth_consent.given_at
                     > coalesce((select changed_at from identity.oauth_client where id = $2), '-infinity')
                 then array(select distinct unnest(oauth_consent.scopes || excluded.scopes) order by 1)
                 else excluded.scopes end",
        account.uuid(),
        client,
        scopes,
        now
    )
    .execute(&mut **tx)
    .await?;
    privacy::note_consent(tx, account, client, &scopes.join(" "), true, now).await?;
    let detail = json!({ "client": client, "scopes": scopes });
    store::note(tx, now, account, &account.to_string(), "consent_given", detail).await
}

pub struct KeptRequest {
    pub client: String,
    pub params: Params,
    pub dpop_jkt: Option<String>,
    pub created_at: Timestamp,
}

/// A request that was pushed or that waits for a person, under a secret name and sealed with it: it may say whom it is about.
pub async fn keep(
    db: &Db,
    kind: &str,
    client: &str,
    params: &Params,
    dpop_jkt: Option<&str>,
    life_s: i64,
    now: Timestamp,
) -> Result<String, IdentityError> {
    let (name, hash) = token::new();
    let params = serde_json::to_vec(params).map_err(|error| IdentityError::Key(error.to_string()))?;
    sqlx::query!(
        "insert into identity.oauth_request (hash, kind, client, sealed, dpop_jkt, created_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7)",
        hash.as_slice(),
        kind,
        client,
        people::seal_named(&name, REQUEST, &params)?,
        dpop_jkt,
        now,
        now + Duration::seconds(life_s)
    )
    .execute(db.pool())
    .await?;
    Ok(name)
}

pub async fn kept(db: &Db, kind: &str, name: &str, now: Timestamp) -> Result<Option<KeptRequest>, IdentityError> {
    if !token::plausible(name) {
        return Ok(None);
    }
    let hash = token::hash(name);
    let row = sqlx::query!(
        "select client, sealed, dpop_jkt, created_at from identity.oauth_request
         where hash = $1 and kind = $2 and expires_at > $3",
        hash.as_slice(),
        kind,
        now
    )
    .fetch_optional(db.pool())
    .await?;
    let Some(row) = row else { return Ok(None) };
    let params = people::open_named(name, REQUEST, &row.sealed)?;
    let params = serde_json::from_slice(&params).map_err(|error| IdentityError::Key(error.to_string()))?;
    Ok(Some(KeptRequest { client: row.client, params, dpop_jkt: row.dpop_jkt, created_at: row.created_at }))
}

/// So many requests of one client wait at once, and so many of its devices: beyond, the oldest go.
const WAITING_MAX: i64 = 50_000;
const BOUND_ROWS_MAX: i64 = 20_000;

pub async fn bound(db: &Db) -> Result<u64, IdentityError> {
    bound_to(db, WAITING_MAX).await
}

pub async fn bound_to(db: &Db, waiting_max: i64) -> Result<u64, IdentityError> {
    let requests = sqlx::query!(
        "delete from identity.oauth_request where hash in
             (select hash from (select hash, row_number() over (partition by client, kind order by created_at desc) as n
                  from identity.oauth_request) r where n > $1 limit $2)",
        waiting_max,
        BOUND_ROWS_MAX
    )
    .execute(db.pool())
    .await?;
    let devices = sqlx::query!(
        "delete from identity.oauth_device where hash in
             (select hash from (select hash, row_number() over (partition by client order by created_at desc) as n
                  from identity.oauth_device) d where n > $1 limit $2)",
        waiting_max,
        BOUND_ROWS_MAX
    )
    .execute(db.pool())
    .await?;
    Ok(requests.rows_affected() + devices.rows_affected())
}

/// True when it was there: of two who take it one gets it.
pub async fn drop_kept(tx: &mut Tx<'_>, kind: &str, name: &str) -> Result<bool, IdentityError> {
    let hash = token::hash(name);
    let done = sqlx::query!("delete from identity.oauth_request where hash = $1 and kind = $2", hash.as_slice(), kind)
        .execute(&mut **tx)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Removes what is over; a grant some days after, so that a replayed token is still known as one. One that was revoked has no
/// such use any more: whatever comes back of it is refused, known or not.
pub async fn prune(db: &Db, kept: &Kept, now: Timestamp, rows_max: i64) -> Result<u64, IdentityError> {
    let gone = delete_before!(db, rows_max,
        "delete from identity.oauth_code where hash in
             (select hash from identity.oauth_code where expires_at < $1 order by expires_at limit $2)"
            => now - kept.of("used_code")?,
        "delete from identity.oauth_refresh where hash in
             (select hash from identity.oauth_refresh where expires_at < $1 order by expires_at limit $2)"
            => now - kept.of("application_grant")?,
        "delete from identity.oauth_request where hash in
             (select hash from identity.oauth_request where expires_at < $1 order by expires_at limit $2)"
            => now,
        "delete from identity.oauth_spent where hash in
             (select hash from identity.oauth_spent where expires_at < $1 order by expires_at limit $2)"
            => now,
        "delete from identity.oauth_grant where id in
             (select id from identity.oauth_grant where expires_at < $1 order by expires_at limit $2)"
            => now - kept.of("application_grant")?,
        // All tokens of it are over. While the session lives its client is told of the end: one grant of it stays.
        "delete from identity.oauth_grant where id in
             (select g.id from identity.oauth_grant g where g.revoked_at < $1
                  and (not exists (select from identity.session s where s.id = g.session and s.ended_at is null)
                      or exists (select from identity.oauth_grant o where o.session = g.session and o.client = g.client
                          and o.revoked_at is null))
              order by g.revoked_at limit $2)"
            => now - Duration::seconds(ACCESS_TOKEN_S) - kept.of("used_code")?,
        "delete from identity.oauth_device where hash in
             (select hash from identity.oauth_device where expires_at < $1 order by expires_at limit $2)"
            => now,
        "delete from identity.oauth_invitation where hash in
             (select hash from identity.oauth_invitation where expires_at < $1 order by expires_at limit $2)"
            => now,
    );
    let keys = sqlx::query!("delete from identity.oauth_key where expires_at < $1", now - kept.of("signing_key")?)
        .execute(db.pool())
        .await?;
    Ok(gone + keys.rows_affected())
}
