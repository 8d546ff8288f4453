//! Sessions in SQL, and how long they live.

use chrono::Duration;
use svetu_contracts::identity::{SITE_CLIENT, SiteMember};
use svetu_db::{Db, Tx};
use svetu_kernel::{AccountId, Actor, SessionId, Strength, Subject, Timestamp};
use uuid::Uuid;

use crate::{
    IdentityError,
    model::{Session, roles_of},
    oauth,
    people::BlindIndex,
    support,
    token::{self, TokenHash},
};

/// A session is written to when it was last seen longer ago than this.
const TOUCH_AFTER_S: i64 = 300;
/// The oldest ends when one more begins.
const LIVING_MAX: i64 = 100;

/// How long a session lives unused, and at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Life {
    pub idle_s_max: i64,
    pub whole_s_max: i64,
}

impl Life {
    /// "Stay signed in": a month unused, half a year at most.
    const REMEMBERED: Self = Self { idle_s_max: 30 * 86_400, whole_s_max: 180 * 86_400 };
    /// A shared computer: until the browser closes, half a day unused, a week at most.
    const SHORT: Self = Self { idle_s_max: 12 * 3_600, whole_s_max: 7 * 86_400 };

    pub const fn of(remember: bool) -> Self {
        if remember { Self::REMEMBERED } else { Self::SHORT }
    }
}

/// What the holder of a new session is told once.
pub struct NewSession {
    pub id: SessionId,
    pub token: String,
    /// None: the cookie ends with the browser.
    pub max_age_s: Option<i64>,
}

/// What a sign-in has proven.
#[derive(Debug, Clone)]
pub struct Proof {
    /// As RFC 8176 names them.
    pub methods: Vec<&'static str>,
    pub strength: Strength,
    /// All that the account asks for: nothing was spared by a remembered device.
    pub whole: bool,
}

impl Proof {
    pub fn one(method: &'static str) -> Self {
        Self { methods: vec![method], strength: Strength::Password, whole: true }
    }

    fn methods(&self) -> Vec<String> {
        self.methods.iter().map(|&method| method.to_owned()).collect()
    }
}

const fn strength_name(strength: Strength) -> &'static str {
    match strength {
        Strength::None | Strength::Password => "password",
        Strength::MultiFactor => "multi_factor",
    }
}

fn strength_of(name: &str) -> Strength {
    if name == "multi_factor" { Strength::MultiFactor } else { Strength::Password }
}

pub async fn create(
    tx: &mut Tx<'_>,
    account: AccountId,
    device: &str,
    network: &str,
    remember: bool,
    proof: &Proof,
    now: Timestamp,
) -> Result<NewSession, IdentityError> {
    let (token, hash) = token::new();
    let (id, life) = (SessionId::new(now), Life::of(remember));
    sqlx::query!(
        "insert into identity.session
             (id, account, token_hash, device, network, strength, methods, created_at, last_seen_at, authenticated_at,
              confirmed_at, idle_s_max, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $8, $8, $9, $10, $11)",
        id.uuid(),
        account.uuid(),
        hash.as_slice(),
        device,
        network,
        strength_name(proof.strength),
        &proof.methods(),
        now,
        proof.whole.then_some(now),
        life.idle_s_max,
        now + Duration::seconds(life.whole_s_max),
    )
    .execute(&mut **tx)
    .await?;
    let ended = sqlx::query_scalar!(
        "update identity.session set ended_at = $2 where id in
             (select id from identity.session where account = $1 and ended_at is null
              order by last_seen_at desc, id desc offset $3)
         returning id",
        account.uuid(),
        now,
        LIVING_MAX
    )
    .fetch_all(&mut **tx)
    .await?;
    ended_too(tx, &ended, now).await?;
    Ok(NewSession { id, token, max_age_s: remember.then_some(life.whole_s_max) })
}

/// As far as it says who acts.
struct Row {
    id: Uuid,
    account: Uuid,
    strength: String,
    authenticated_at: Timestamp,
    confirmed_at: Option<Timestamp>,
    last_seen_at: Timestamp,
    idle_s_max: i64,
    expires_at: Timestamp,
    roles: Vec<String>,
}

impl Row {
    /// Whom it shows; notes now and then that it was seen.
    async fn seen(self, db: &Db, now: Timestamp) -> Result<Actor, IdentityError> {
        if now - self.last_seen_at > Duration::seconds(TOUCH_AFTER_S) {
            sqlx::query!(
                "update identity.session set last_seen_at = $2 where id = $1 and last_seen_at < $2",
                self.id,
                now
            )
            .execute(db.pool())
            .await?;
        }
        let actor = Actor {
            subject: Subject::Account {
                id: AccountId::from_uuid(self.account),
                session: Some(SessionId::from_uuid(self.id)),
            },
            roles: roles_of(&self.roles),
            strength: strength_of(&self.strength),
            authenticated_at: Some(self.authenticated_at),
            confirmed_at: self.confirmed_at,
            ..Actor::visitor()
        };
        support::shown(db, actor, now).await
    }
}

/// The actor of a living session.
pub async fn actor(db: &Db, hash: TokenHash, now: Timestamp) -> Result<Option<Actor>, IdentityError> {
    let row = sqlx::query_as!(
        Row,
        "select s.id, s.account, s.strength, s.authenticated_at, s.confirmed_at, s.last_seen_at, s.idle_s_max,
             s.expires_at, a.roles
         from identity.session s join identity.account a on a.id = s.account
         where s.token_hash = $1 and s.ended_at is null and s.expires_at > $2
             and s.last_seen_at + make_interval(secs => s.idle_s_max::float8) > $2 and a.state = 'active'",
        hash.as_slice(),
        now
    )
    .fetch_optional(db.pool())
    .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(row.seen(db, now).await?))
}

/// When a living session was begun or proven last, and how strongly.
pub async fn proven(db: &Db, id: SessionId, now: Timestamp) -> Result<Option<(Timestamp, Strength)>, IdentityError> {
    let row = sqlx::query!(
        "select authenticated_at, strength from identity.session where id = $1 and ended_at is null and expires_at > $2",
        id.uuid(),
        now
    )
    .fetch_optional(db.pool())
    .await?;
    Ok(row.map(|row| (row.authenticated_at, strength_of(&row.strength))))
}

/// Who acts by a token of the site's: in the session that its grant was given in. None: one of them is over, or the token was revoked.
pub async fn site_member(
    db: &Db,
    grant: Uuid,
    spent: [u8; 32],
    now: Timestamp,
) -> Result<Option<SiteMember>, IdentityError> {
    let row = sqlx::query_as!(
        Row,
        "select s.id, s.account, s.strength, s.authenticated_at, s.confirmed_at, s.last_seen_at, s.idle_s_max,
             s.expires_at, a.roles
         from identity.oauth_grant g join identity.session s on s.id = g.session
         join identity.account a on a.id = s.account
         where g.id = $1 and g.client = $2 and g.revoked_at is null and g.expires_at > $4
             and s.ended_at is null and s.expires_at > $4
             and s.last_seen_at + make_interval(secs => s.idle_s_max::float8) > $4 and a.state = 'active'
             and not exists (select from identity.oauth_spent t where t.hash = $3)",
        grant,
        SITE_CLIENT,
        spent.as_slice(),
        now
    )
    .fetch_optional(db.pool())
    .await?;
    let Some(row) = row else { return Ok(None) };
    let max_age_s = max_age_s(row.idle_s_max, row.expires_at, now);
    Ok(Some(SiteMember { actor: row.seen(db, now).await?, max_age_s }))
}

/// The session goes on under a new token, its person proven anew. None: it has ended.
pub async fn confirm(
    tx: &mut Tx<'_>,
    id: SessionId,
    proof: &Proof,
    now: Timestamp,
) -> Result<Option<NewSession>, IdentityError> {
    let (token, hash) = token::new();
    let row = sqlx::query!(
        "update identity.session set token_hash = $2, authenticated_at = $3, confirmed_at = $3, last_seen_at = $3,
             strength = case when strength = 'multi_factor' then strength else $4 end,
             methods = array(select distinct unnest(methods || $5))
         where id = $1 and ended_at is null and expires_at > $3 returning idle_s_max, expires_at",
        id.uuid(),
        hash.as_slice(),
        now,
        strength_name(proof.strength),
        &proof.methods()
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.map(|row| went_on(id, token, row.idle_s_max, row.expires_at, now)))
}

/// The session goes on under a new token; what its person has proven for dangerous acts is spent. None: it has ended.
pub async fn renew(tx: &mut Tx<'_>, id: SessionId, now: Timestamp) -> Result<Option<NewSession>, IdentityError> {
    let (token, hash) = token::new();
    let row = sqlx::query!(
        "update identity.session set token_hash = $2, confirmed_at = null, last_seen_at = $3
         where id = $1 and ended_at is null and expires_at > $3 returning idle_s_max, expires_at",
        id.uuid(),
        hash.as_slice(),
        now
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.map(|row| went_on(id, token, row.idle_s_max, row.expires_at, now)))
}

fn went_on(id: SessionId, token: String, idle_s_max: i64, expires_at: Timestamp, now: Timestamp) -> NewSession {
    NewSession { id, token, max_age_s: max_age_s(idle_s_max, expires_at, now) }
}

/// How long the browser may keep it. None: until it closes.
fn max_age_s(idle_s_max: i64, expires_at: Timestamp, now: Timestamp) -> Option<i64> {
    outlives_browser(idle_s_max).then(|| (expires_at - now).num_seconds())
}

const fn outlives_browser(idle_s_max: i64) -> bool {
    idle_s_max > Life::SHORT.idle_s_max
}

pub async fn living(db: &Db, account: AccountId, now: Timestamp) -> Result<Vec<Session>, IdentityError> {
    let rows = sqlx::query!(
        "select id, device, network, created_at, last_seen_at from identity.session
         where account = $1 and ended_at is null and expires_at > $2
             and last_seen_at + make_interval(secs => idle_s_max::float8) > $2
         order by last_seen_at desc limit $3",
        account.uuid(),
        now,
        LIVING_MAX
    )
    .fetch_all(db.pool())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Session {
            id: SessionId::from_uuid(row.id),
            device: row.device,
            network: row.network,
            created_at: row.created_at,
            last_seen_at: row.last_seen_at,
        })
        .collect())
}

/// Whether it outlives the browser.
pub async fn is_remembered(tx: &mut Tx<'_>, id: SessionId) -> Result<bool, IdentityError> {
    let idle_s_max = sqlx::query_scalar!("select idle_s_max from identity.session where id = $1", id.uuid())
        .fetch_optional(&mut **tx)
        .await?;
    Ok(idle_s_max.is_some_and(outlives_browser))
}

/// Whether somebody signed in to the account of the address from this network and the session is not forgotten.
pub async fn is_known_network(db: &Db, blind: &BlindIndex, network: &str) -> Result<bool, IdentityError> {
    let known = sqlx::query_scalar!(
        "select exists (select from identity.session s join identity.email e on e.account = s.account
         where e.blind = $1 and s.network = $2) as \"known!\"",
        blind.as_slice(),
        network
    )
    .fetch_one(db.pool())
    .await?;
    Ok(known)
}

/// Whether a session of the account that is not forgotten began in this network.
pub async fn was_entered_from(
    on: impl sqlx::PgExecutor<'_>,
    account: AccountId,
    network: &str,
) -> Result<bool, IdentityError> {
    let known = sqlx::query_scalar!(
        "select exists (select from identity.session where account = $1 and network = $2) as \"known!\"",
        account.uuid(),
        network
    )
    .fetch_one(on)
    .await?;
    Ok(known)
}

/// Whether the account has sessions that are not forgotten, and none of them is of this device in this network.
pub async fn is_unfamiliar(
    tx: &mut Tx<'_>,
    account: AccountId,
    device: &str,
    network: &str,
) -> Result<bool, IdentityError> {
    let unfamiliar = sqlx::query_scalar!(
        "select exists (select from identity.session where account = $1)
             and not exists (select from identity.session where account = $1 and device = $2 and network = $3)
             as \"unfamiliar!\"",
        account.uuid(),
        device,
        network
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(unfamiliar)
}

/// Of a session, also of one that ended: device, network and when it began. None: it is forgotten.
pub async fn seen(db: &Db, id: Uuid) -> Result<Option<(String, String, Timestamp)>, IdentityError> {
    let row = sqlx::query!("select device, network, created_at from identity.session where id = $1", id)
        .fetch_optional(db.pool())
        .await?;
    Ok(row.map(|row| (row.device, row.network, row.created_at)))
}

/// With sessions, however they end: what support began in them, what clients were given for their time, and where clients are told.
pub async fn ended_too(tx: &mut Tx<'_>, sessions: &[Uuid], now: Timestamp) -> Result<(), IdentityError> {
    support::sessions_ended(tx, sessions, now).await?;
    sqlx::query!(
        "update identity.oauth_grant set revoked_at = $2
         where session = any($1) and not offline and revoked_at is null",
        sessions,
        now
    )
    .execute(&mut **tx)
    .await?;
    oauth::announce_ended(tx, sessions, now).await
}

/// True when it was the account's and alive.
pub async fn end(tx: &mut Tx<'_>, account: AccountId, id: SessionId, now: Timestamp) -> Result<bool, IdentityError> {
    let ended = sqlx::query!(
        "update identity.session set ended_at = $3 where id = $2 and account = $1 and ended_at is null",
        account.uuid(),
        id.uuid(),
        now
    )
    .execute(&mut **tx)
    .await?;
    ended_too(tx, &[id.uuid()], now).await?;
    Ok(ended.rows_affected() == 1)
}

/// All of the account's, but the one to keep; with what applications were given in them.
pub async fn end_all(
    tx: &mut Tx<'_>,
    account: AccountId,
    keep: Option<SessionId>,
    now: Timestamp,
) -> Result<u64, IdentityError> {
    let ended = sqlx::query_scalar!(
        "update identity.session set ended_at = $3 where account = $1 and ended_at is null and id is distinct from $2
         returning id",
        account.uuid(),
        keep.map(SessionId::uuid),
        now
    )
    .fetch_all(&mut **tx)
    .await?;
    ended_too(tx, &ended, now).await?;
    // What outlives a session was given in it: whoever wants all others out means applications too.
    sqlx::query!(
        "update identity.oauth_grant set revoked_at = $3
         where account = $1 and revoked_at is null and session is distinct from $2",
        account.uuid(),
        keep.map(SessionId::uuid),
        now
    )
    .execute(&mut **tx)
    .await?;
    Ok(ended.len() as u64)
}
