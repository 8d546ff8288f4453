//! Decisions, reports, appeals, the queue, the audit log.

use serde_json::Value;
use svetu_db::{Db, Tx};
use svetu_kernel::{AccountId, Actor, AppealId, ListingId, ReportId, Subject, Timestamp};
use uuid::Uuid;

use crate::{
    ListingError,
    model::{Reason, ReportReason},
};

/// A statement of reasons (DSA article 17).
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    pub id: Uuid,
    pub listing: ListingId,
    pub kind: DecisionKind,
    pub rule: String,
    pub facts: Value,
    /// None: a machine.
    pub decided_by: Option<AccountId>,
    pub decided_at: Timestamp,
    pub appeal_until: Timestamp,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DecisionKind {
    Approve,
    Refuse,
    Remove,
    Reinstate,
}

impl DecisionKind {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Approve => "approve",
            Self::Refuse => "refuse",
            Self::Remove => "remove",
            Self::Reinstate => "reinstate",
        }
    }

    fn by_name(text: &str) -> Self {
        match text {
            "approve" => Self::Approve,
            "remove" => Self::Remove,
            "reinstate" => Self::Reinstate,
            _ => Self::Refuse,
        }
    }
}

pub async fn add_decision(tx: &mut Tx<'_>, decision: &Decision) -> Result<(), ListingError> {
    sqlx::query!(
        "insert into listings.decision (id, listing, kind, rule, automated, facts, decided_by, decided_at, appeal_until)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        decision.id,
        decision.listing.uuid(),
        decision.kind.name(),
        decision.rule,
        decision.decided_by.is_none(),
        decision.facts,
        decision.decided_by.map(AccountId::uuid),
        decision.decided_at,
        decision.appeal_until
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

macro_rules! decisions {
    ($tail:literal $(, $argument:expr)*) => {
        sqlx::query!(
            "select id, listing, kind, rule, facts, decided_by, decided_at, appeal_until from listings.decision "
                + $tail $(, $argument)*)
            .map(|row| Decision {
                id: row.id,
                listing: ListingId::from_uuid(row.listing),
                kind: DecisionKind::by_name(&row.kind),
                rule: row.rule,
                facts: row.facts,
                decided_by: row.decided_by.map(AccountId::from_uuid),
                decided_at: row.decided_at,
                appeal_until: row.appeal_until,
            })
    };
}

/// The last one about the ad.
pub async fn last_decision(db: &Db, listing: ListingId) -> Result<Option<Decision>, ListingError> {
    let last = decisions!("where listing = $1 order by decided_at desc, id desc limit 1", listing.uuid());
    Ok(last.fetch_optional(db.pool()).await?)
}

/// Those that appeals are about.
pub async fn decisions(db: &Db, ids: &[Uuid]) -> Result<Vec<Decision>, ListingError> {
    Ok(decisions!("where id = any($1)", ids).fetch_all(db.pool()).await?)
}

pub async fn decision(db: &Db, id: Uuid) -> Result<Option<Decision>, ListingError> {
    Ok(decisions!("where id = $1", id).fetch_optional(db.pool()).await?)
}

/// Puts it into the queue, or its reasons up to date; its place in the queue stays.
pub async fn queue(
    tx: &mut Tx<'_>,
    listing: ListingId,
    reasons: &[Reason],
    now: Timestamp,
) -> Result<(), ListingError> {
    let score = reasons.iter().map(|reason| i16::from(reason.score)).max().unwrap_or(0);
    sqlx::query!(
        "insert into listings.review (listing, since, score, reasons) values ($1, $2, $3, $4)
         on conflict (listing) do update set score = excluded.score, reasons = excluded.reasons",
        listing.uuid(),
        now,
        score,
        serde_json::to_value(reasons)?
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

pub async fn unqueue(tx: &mut Tx<'_>, listing: ListingId) -> Result<(), ListingError> {
    sqlx::query!("delete from listings.review where listing = $1", listing.uuid()).execute(&mut **tx).await?;
    Ok(())
}

#[derive(Debug, Clone, PartialEq)]
pub struct Queued {
    pub listing: ListingId,
    pub since: Timestamp,
    pub reasons: Vec<Reason>,
    pub reports: i64,
}

/// Who waits longest comes first.
pub async fn queued(db: &Db, after: Option<(Timestamp, Uuid)>, limit: i64) -> Result<Vec<Queued>, ListingError> {
    let (since, listing) = after.unwrap_or((Timestamp::UNIX_EPOCH, Uuid::nil()));
    let rows = sqlx::query!(
        r#"select r.listing, r.since, r.reasons as "reasons: sqlx::types::Json<Vec<Reason>>",
            (select count(*) from listings.report p where p.listing = r.listing and p.closed_at is null) as "reports!"
         from listings.review r where (r.since, r.listing) > ($1, $2) order by r.since, r.listing limit $3"#,
        since,
        listing,
        limit
    )
    .fetch_all(db.pool())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Queued {
            listing: ListingId::from_uuid(row.listing),
            since: row.since,
            reasons: row.reasons.0,
            reports: row.reports,
        })
        .collect())
}

/// Why it is in the queue.
pub async fn reasons(tx: &mut Tx<'_>, listing: ListingId) -> Result<Vec<Reason>, ListingError> {
    let row = sqlx::query_scalar!(
        r#"select reasons as "reasons: sqlx::types::Json<Vec<Reason>>" from listings.review where listing = $1"#,
        listing.uuid()
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.map(|json| json.0).unwrap_or_default())
}

#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    pub id: ReportId,
    pub listing: ListingId,
    pub reporter: Option<AccountId>,
    pub reason: ReportReason,
    pub text: String,
    pub created_at: Timestamp,
}

/// False when the same person has an open report of the ad.
pub async fn add_report(tx: &mut Tx<'_>, report: &Report, visitor: Option<&str>) -> Result<bool, ListingError> {
    let added = sqlx::query!(
        "insert into listings.report (id, listing, reporter, visitor, reason, text, created_at)
         values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing",
        report.id.uuid(),
        report.listing.uuid(),
        report.reporter.map(AccountId::uuid),
        visitor,
        super::listing::text_of(&report.reason),
        report.text,
        report.created_at
    )
    .execute(&mut **tx)
    .await?;
    Ok(added.rows_affected() == 1)
}

pub async fn open_reports(db: &Db, after: Option<Uuid>, limit: i64) -> Result<Vec<Report>, ListingError> {
    let rows = sqlx::query!(
        "select id, listing, reporter, reason, text, created_at from listings.report
         where closed_at is null and id > $1 order by id limit $2",
        after.unwrap_or(Uuid::nil()),
        limit
    )
    .fetch_all(db.pool())
    .await?;
    rows.into_iter()
        .map(|row| {
            let listing = ListingId::from_uuid(row.listing);
            Ok(Report {
                id: ReportId::from_uuid(row.id),
                listing,
                reporter: row.reporter.map(AccountId::from_uuid),
                reason: super::listing::from_text(&row.reason).ok_or(ListingError::Corrupt { id: listing })?,
                text: row.text,
                created_at: row.created_at,
            })
        })
        .collect()
}

pub async fn count_open_reports(tx: &mut Tx<'_>, listing: ListingId) -> Result<i64, ListingError> {
    Ok(sqlx::query_scalar!(
        r#"select count(*) as "count!" from listings.report where listing = $1 and closed_at is null"#,
        listing.uuid()
    )
    .fetch_one(&mut **tx)
    .await?)
}

/// Answers the ad it was about; None when it is closed or unknown.
pub async fn close_report(
    tx: &mut Tx<'_>,
    id: ReportId,
    by: AccountId,
    now: Timestamp,
) -> Result<Option<ListingId>, ListingError> {
    let listing = sqlx::query_scalar!(
        "update listings.report set closed_at = $3, closed_by = $2 where id = $1 and closed_at is null returning listing",
        id.uuid(),
        by.uuid(),
        now
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(listing.map(ListingId::from_uuid))
}

/// A decision answers every open report of the ad.
pub async fn close_reports_of(
    tx: &mut Tx<'_>,
    listing: ListingId,
    by: AccountId,
    now: Timestamp,
) -> Result<(), ListingError> {
    sqlx::query!(
        "update listings.report set closed_at = $3, closed_by = $2 where listing = $1 and closed_at is null",
        listing.uuid(),
        by.uuid(),
        now
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

#[derive(Debug, Clone, PartialEq)]
pub struct Appeal {
    pub id: AppealId,
    pub decision: Uuid,
    pub listing: ListingId,
    pub appellant: AccountId,
    pub text: String,
    pub state: String,
    pub created_at: Timestamp,
    pub answer: Option<String>,
    pub decided_at: Option<Timestamp>,
    /// Who made the decision that is appealed; None: a machine.
    pub decider: Option<AccountId>,
}

macro_rules! appeals {
    ($tail:literal $(, $argument:expr)*) => {
        sqlx::query!(
            "select a.id, a.decision, a.listing, a.appellant, a.text, a.state, a.created_at, a.answer, a.decided_at,
                d.decided_by as decider
             from listings.appeal a join listings.decision d on d.id = a.decision " + $tail $(, $argument)*)
            .map(|row| Appeal {
                id: AppealId::from_uuid(row.id),
                decision: row.decision,
                listing: ListingId::from_uuid(row.listing),
                appellant: AccountId::from_uuid(row.appellant),
                text: row.text,
                state: row.state,
                created_at: row.created_at,
                answer: row.answer,
                decided_at: row.decided_at,
                decider: row.decider.map(AccountId::from_uuid),
            })
    };
}

/// False when the decision was appealed before.
pub async fn add_appeal(tx: &mut Tx<'_>, appeal: &Appeal) -> Result<bool, ListingError> {
    let added = sqlx::query!(
        "insert into listings.appeal (id, decision, listing, appellant, text, state, created_at)
         values ($1, $2, $3, $4, $5, 'open', $6) on conflict do nothing",
        appeal.id.uuid(),
        appeal.decision,
        appeal.listing.uuid(),
        appeal.appellant.uuid(),
        appeal.text,
        appeal.created_at
    )
    .execute(&mut **tx)
    .await?;
    Ok(added.rows_affected() == 1)
}

pub async fn appeal_of(db: &Db, decision: Uuid) -> Result<Option<Appeal>, ListingError> {
    Ok(appeals!("where a.decision = $1", decision).fetch_optional(db.pool()).await?)
}

pub async fn open_appeals(db: &Db, after: Option<Uuid>, limit: i64) -> Result<Vec<Appeal>, ListingError> {
    Ok(appeals!("where a.state = 'open' and a.id > $1 order by a.id limit $2", after.unwrap_or(Uuid::nil()), limit)
        .fetch_all(db.pool())
        .await?)
}

pub async fn appeal(db: &Db, id: AppealId) -> Result<Option<Appeal>, ListingError> {
    Ok(appeals!("where a.id = $1", id.uuid()).fetch_optional(db.pool()).await?)
}

/// Two moderators never decide one appeal.
pub async fn lock_appeal(tx: &mut Tx<'_>, id: AppealId) -> Result<Appeal, ListingError> {
    appeals!("where a.id = $1 for update of a", id.uuid())
        .fetch_optional(&mut **tx)
        .await?
        .ok_or(ListingError::NoSuchCase)
}

pub async fn decide_appeal(
    tx: &mut Tx<'_>,
    id: AppealId,
    state: &str,
    answer: &str,
    by: AccountId,
    now: Timestamp,
) -> Result<(), ListingError> {
    sqlx::query!(
        "update listings.appeal set state = $2, answer = $3, decided_by = $4, decided_at = $5 where id = $1",
        id.uuid(),
        state,
        answer,
        by.uuid(),
        now
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Whether anybody else has decided anything in half a year: there is another moderator.
pub async fn has_other_moderator(tx: &mut Tx<'_>, than: AccountId, since: Timestamp) -> Result<bool, ListingError> {
    Ok(sqlx::query_scalar!(
        r#"select exists (select from listings.decision
            where decided_by is not null and decided_by <> $1 and decided_at > $2) as "exists!""#,
        than.uuid(),
        since
    )
    .fetch_one(&mut **tx)
    .await?)
}

#[derive(Debug, Clone, PartialEq)]
pub struct AuditEntry {
    pub id: i64,
    pub at: Timestamp,
    pub actor: String,
    pub action: String,
    pub listing: Option<ListingId>,
    pub details: Value,
}

/// Who did it, as the log names them.
pub fn actor_name(actor: &Actor) -> (&'static str, String) {
    match &actor.subject {
        Subject::Account { .. } => ("account", actor.name()),
        Subject::System { name } => ("system", name.clone()),
        Subject::Visitor | Subject::Machine { .. } => ("system", actor.subject.name()),
    }
}

pub async fn audit(
    tx: &mut Tx<'_>,
    actor: &Actor,
    action: &str,
    listing: Option<ListingId>,
    details: Value,
    now: Timestamp,
) -> Result<(), ListingError> {
    let (kind, name) = actor_name(actor);
    sqlx::query!(
        "insert into listings.audit (at, actor_kind, actor, action, listing, details) values ($1, $2, $3, $4, $5, $6)",
        now,
        kind,
        name,
        action,
        listing.map(ListingId::uuid),
        details
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Newest first.
pub async fn audit_page(
    db: &Db,
    listing: Option<ListingId>,
    actor: Option<&str>,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<AuditEntry>, ListingError> {
    let rows = sqlx::query!(
        "select id, at, actor, action, listing, details from listings.audit
         where ($1::uuid is null or listing = $1) and ($2::text is null or actor = $2) and id < $3
         order by id desc limit $4",
        listing.map(ListingId::uuid),
        actor,
        before.unwrap_or(i64::MAX),
        limit
    )
    .fetch_all(db.pool())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| AuditEntry {
            id: row.id,
            at: row.at,
            actor: row.actor,
            action: row.action,
            listing: row.listing.map(ListingId::from_uuid),
            details: row.details,
        })
        .collect())
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Numbers {
    pub in_review: i64,
    pub oldest_in_review: Option<Timestamp>,
    pub reports_open: i64,
    pub appeals_open: i64,
    pub decided_today: i64,
    pub automated_today: i64,
    pub refused_today: i64,
}

pub async fn numbers(db: &Db, today: Timestamp) -> Result<Numbers, ListingError> {
    Ok(sqlx::query_as!(
        Numbers,
        r#"select (select count(*) from listings.review) as "in_review!",
            (select min(since) from listings.review) as oldest_in_review,
            (select count(*) from listings.report where closed_at is null) as "reports_open!",
            (select count(*) from listings.appeal where state = 'open') as "appeals_open!",
            count(*) as "decided_today!",
            count(*) filter (where automated) as "automated_today!",
            count(*) filter (where kind in ('refuse', 'remove')) as "refused_today!"
         from listings.decision where decided_at >= $1"#,
        today
    )
    .fetch_one(db.pool())
    .await?)
}
