//! Support stands in for a person: announced to them, for a few minutes, to look and to change nothing (ADR 16).

mod http;

use std::{sync::Arc, time::Duration as StdDuration};

use async_trait::async_trait;
use chrono::Duration;
use serde::{Deserialize, Serialize};
use serde_json::json;
use svetu_db::{Db, Job, JobHandler, JobKind, NewJob, Tx, jobs as timers};
use svetu_http::{Grant, Permission};
use svetu_kernel::{
    AccountId, Acting, Actor, ImpersonationId, Problem, Role, SessionId, Status, Strength, Subject, Timestamp,
};
use svetu_ports::{HandlerError, Resource};
use uuid::Uuid;

pub use http::routes;

use crate::{
    Identity, IdentityError, factors, jobs,
    letter::Letter,
    model::{is_staff, roles_of},
    service::required,
    sessions::{self, NewSession},
    staff::resets::Reason,
    store,
};

const OVER: &str = "identity.impersonation";
const LIFE_MIN: i64 = 15;
/// Of one of support.
const A_DAY_MAX: i64 = 50;
const REASON_CHARS_MAX: usize = 300;
/// What has begun.
pub struct Begun {
    pub id: ImpersonationId,
    pub until: Timestamp,
    pub session: NewSession,
}

/// Whom a session of support shows: themselves, or the person they stand in for. Asked with every request: whoever is of support
/// no more stands in for nobody, and nobody does for who is one of the staff now, or gone.
pub async fn shown(db: &Db, actor: Actor, now: Timestamp) -> Result<Actor, IdentityError> {
    let Subject::Account { id, session: Some(session) } = actor.subject else { return Ok(actor) };
    if !actor.has(Role::Support) {
        return Ok(actor);
    }
    let row = sqlx::query!(
        "select i.account, i.expires_at, a.roles from identity.impersonation i join identity.account a on a.id = i.account
         where i.session = $1 and i.support = $2 and i.ended_at is null and i.expires_at > $3 and a.state = 'active'",
        session.uuid(),
        id.uuid(),
        now
    )
    .fetch_optional(db.pool())
    .await?;
    let Some(row) = row else { return Ok(actor) };
    let roles = roles_of(&row.roles);
    if is_staff(&roles) {
        return Ok(actor);
    }
    let acting = Acting { account: id, session, until: row.expires_at };
    Ok(Actor::stood_in_by(AccountId::from_uuid(row.account), roles, acting))
}

impl Identity {
    /// The session goes on under a new token and shows the person, until it is over or ended.
    pub(crate) async fn impersonate<P: Permission>(
        &self,
        grant: &Grant<P>,
        person: AccountId,
        reason: &Reason,
    ) -> Result<Begun, IdentityError> {
        let (actor, now) = (grant.actor(), self.clock.now());
        // Two factors, and lately: a session that somebody found open stands in for nobody.
        let support = factors::confirmed(actor, now)?;
        if actor.strength != Strength::MultiFactor {
            if factors::has_second(&self.db, support).await? {
                return Err(IdentityError::StepUp);
            }
            return Err(Problem::new(Status::Forbidden, "identity.second_factor_first").into());
        }
        let Subject::Account { session: Some(session), .. } = actor.subject else { return Err(required().into()) };
        let mut tx = self.db.begin().await?;
        // Their own first: what they begin at once is counted one after the other.
        store::lock(&mut tx, support).await?;
        let account = store::lock(&mut tx, person).await?;
        if !account.verified {
            return Err(IdentityError::NoSuchAccount);
        }
        let resource = Resource::new("Account", person.to_string()).owned_by(person);
        let of_staff = is_staff(&account.roles) || person == support;
        grant.on(&if of_staff { resource.fact("visibility", "staff") } else { resource })?;
        if begun_since(&mut tx, support, now - Duration::days(1)).await? >= A_DAY_MAX {
            return Err(Problem::new(Status::TooManyRequests, "identity.too_many_impersonations").into());
        }
        // One whose time is over and that no timer has closed yet.
        sessions_ended(&mut tx, &[session.uuid()], now).await?;
        let (id, until) = (ImpersonationId::new(now), now + Duration::minutes(LIFE_MIN));
        sqlx::query!(
            "insert into identity.impersonation (id, session, support, account, reason, started_at, expires_at)
             values ($1, $2, $3, $4, $5, $6, $7)",
            id.uuid(),
            session.uuid(),
            support.uuid(),
            person.uuid(),
            reason.text(),
            now,
            until
        )
        .execute(&mut *tx)
        .await?;
        let session = sessions::renew(&mut tx, session, now).await?.ok_or_else(required)?;
        let over = NewJob { kind: OVER, key: &id.to_string(), run_at: until, payload: Over { impersonation: id } };
        timers::schedule(&mut tx, &over).await?;
        let detail = json!({ "impersonation": id, "until": until });
        store::note(&mut tx, now, person, &support.to_string(), "support_came", detail).await?;
        jobs::order(&mut tx, Some(person), Letter::SupportCame, now).await?;
        tx.commit().await?;
        tracing::info!(account.id = %person, acting = %support, impersonation.id = %id, "{support} stands in for {person}");
        Ok(Begun { id, until, session })
    }

    /// The session goes on under a new token and shows support again. None: it did so already.
    pub(crate) async fn end_impersonation(&self, actor: &Actor) -> Result<Option<NewSession>, IdentityError> {
        let Some(Acting { session, .. }) = actor.acting else { return Ok(None) };
        let now = self.clock.now();
        let mut tx = self.db.begin().await?;
        let open = open_of(&mut tx, &[session.uuid()]).await?;
        close(&mut tx, &open, "support", now).await?;
        let session = sessions::renew(&mut tx, session, now).await?;
        tx.commit().await?;
        Ok(session)
    }

    async fn close_in_time(&self, id: ImpersonationId) -> Result<(), IdentityError> {
        let mut tx = self.db.begin().await?;
        close(&mut tx, &[id.uuid()], "time", self.clock.now()).await?;
        tx.commit().await?;
        Ok(())
    }
}

async fn begun_since(tx: &mut Tx<'_>, support: AccountId, since: Timestamp) -> Result<i64, IdentityError> {
    Ok(sqlx::query_scalar!(
        "select count(*) as \"count!\" from identity.impersonation where support = $1 and started_at > $2",
        support.uuid(),
        since
    )
    .fetch_one(&mut **tx)
    .await?)
}

/// What began in sessions of support that are over.
pub async fn sessions_ended(tx: &mut Tx<'_>, sessions: &[Uuid], now: Timestamp) -> Result<(), IdentityError> {
    let open = open_of(tx, sessions).await?;
    close(tx, &open, "session", now).await
}

/// Before the person's account goes: the log says that nobody is there any more.
pub async fn person_leaves(tx: &mut Tx<'_>, person: AccountId, now: Timestamp) -> Result<(), IdentityError> {
    let open = sqlx::query_scalar!(
        "select id from identity.impersonation where account = $1 and ended_at is null",
        person.uuid()
    )
    .fetch_all(&mut **tx)
    .await?;
    close(tx, &open, "session", now).await
}

async fn open_of(tx: &mut Tx<'_>, sessions: &[Uuid]) -> Result<Vec<Uuid>, IdentityError> {
    Ok(sqlx::query_scalar!(
        "select id from identity.impersonation where session = any($1) and ended_at is null",
        sessions
    )
    .fetch_all(&mut **tx)
    .await?)
}

/// Both names go into the log. What is closed late was over in its time.
async fn close(tx: &mut Tx<'_>, ids: &[Uuid], how: &str, now: Timestamp) -> Result<(), IdentityError> {
    if ids.is_empty() {
        return Ok(());
    }
    let rows = sqlx::query!(
        "update identity.impersonation
         set ended_at = least($3, expires_at), how = case when expires_at <= $3 then 'time' else $2 end
         where id = any($1) and ended_at is null
         returning id, account, support, how as \"how!\"",
        ids,
        how,
        now
    )
    .fetch_all(&mut **tx)
    .await?;
    for row in rows {
        let detail = json!({ "impersonation": ImpersonationId::from_uuid(row.id), "how": row.how });
        let (person, support) = (AccountId::from_uuid(row.account), AccountId::from_uuid(row.support));
        store::note(tx, now, person, &support.to_string(), "support_left", detail).await?;
    }
    Ok(())
}

/// Its time is over: nothing is shown any more, and now the log says so.
#[derive(Debug, Serialize, Deserialize)]
struct Over {
    impersonation: ImpersonationId,
}

pub fn job(identity: &Identity) -> JobKind {
    JobKind {
        name: OVER,
        every: None,
        attempts_max: 20,
        timeout: StdDuration::from_secs(30),
        handler: Arc::new(Close(identity.clone())),
    }
}

struct Close(Identity);

#[async_trait]
impl JobHandler for Close {
    async fn run(&self, job: &Job) -> Result<(), HandlerError> {
        let over: Over = job.read()?;
        Ok(self.0.close_in_time(over.impersonation).await?)
    }
}

/// Who acts by a session; also where it shows somebody else.
pub const fn session_of(actor: &Actor) -> Option<(AccountId, SessionId)> {
    match (actor.acting, &actor.subject) {
        (Some(acting), _) => Some((acting.account, acting.session)),
        (None, Subject::Account { id, session: Some(session) }) => Some((*id, *session)),
        (None, Subject::Account { .. } | Subject::Visitor | Subject::Machine { .. } | Subject::System { .. }) => None,
    }
}
