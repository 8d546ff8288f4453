//! Reads the whole chain as it is at one moment and names the first row that is not as it was sealed.

use std::{fmt, str::FromStr};

use svetu_db::{Db, Tx};
use svetu_kernel::Timestamp;
use uuid::Uuid;

use super::{BEGINNING, Chain, Hash, Row, anchor, hash_of};
use crate::IdentityError;

const PAGE: i64 = 1_000;

/// A place in the chain that an operator wrote down: `1204:9f…`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    pub position: i64,
    hash: Hash,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected POSITION:HASH as `svetu audit verify` printed it")]
pub struct HeadError;

impl fmt::Display for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", self.position)?;
        self.hash.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl FromStr for Head {
    type Err = HeadError;

    fn from_str(text: &str) -> Result<Self, HeadError> {
        let (position, hex) = text.trim().split_once(':').ok_or(HeadError)?;
        let position = position.parse().ok().filter(|position| *position > 0).ok_or(HeadError)?;
        let mut hash = BEGINNING;
        if hex.len() != 2 * hash.len() || !hex.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(HeadError);
        }
        for (byte, digits) in hash.iter_mut().zip(hex.as_bytes().chunks(2)) {
            let digits = std::str::from_utf8(digits).map_err(|_| HeadError)?;
            *byte = u8::from_str_radix(digits, 16).map_err(|_| HeadError)?;
        }
        Ok(Self { position, hash })
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultKind {
    /// Not what was sealed: changed, moved, or sealed by somebody without the key.
    Altered,
    Missing,
    /// Nobody of ours wrote it.
    Inserted,
    /// The beginning of the chain is not where the retention left it.
    Anchor,
}

impl FaultKind {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Altered => "altered",
            Self::Missing => "missing",
            Self::Inserted => "inserted",
            Self::Anchor => "anchor",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    pub kind: FaultKind,
    /// In the chain; an inserted event has none.
    pub position: Option<i64>,
    /// Id, time and kind of the event; None when nothing is left that says so.
    pub event: Option<(i64, Timestamp, String)>,
}

/// What the log is like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Sealed rows that were read.
    pub rows: u64,
    /// The position up to which retention removed rows; 0: none.
    pub trimmed_to: i64,
    /// Events that are not sealed yet.
    pub waiting: u64,
    pub head: Option<Head>,
    pub fault: Option<Fault>,
}

struct Sealed {
    position: i64,
    event: i64,
    at: Timestamp,
    kind: String,
    hash: Vec<u8>,
    now: Option<Row>,
}

impl Chain {
    /// `since`: a head of before that must still be a part of the chain; only so a cut at its end shows.
    pub async fn verify(&self, db: &Db, since: Option<&Head>) -> Result<Report, IdentityError> {
        let mut tx = db.begin().await?;
        sqlx::query!("set transaction isolation level repeatable read, read only").execute(&mut *tx).await?;
        let mut report = Report { rows: 0, trimmed_to: 0, waiting: 0, head: None, fault: None };
        let (mut position, mut hash) = (0, BEGINNING);
        if let Some(anchor) = anchor(&mut tx).await? {
            if self.anchor(anchor.position, &anchor.hash, anchor.moved_at) != anchor.mac {
                let place = Some(anchor.position);
                report.fault = Some(Fault { kind: FaultKind::Anchor, position: place, event: None });
                return Ok(report);
            }
            (position, hash) = (anchor.position, anchor.hash);
            report.trimmed_to = position;
        }
        // From the very first row: one that lies before the anchor hides there.
        let mut read_to = 0;
        'chain: loop {
            let page = page(&mut tx, read_to).await?;
            let is_last = page.len() < PAGE as usize;
            for row in page {
                if let Some(fault) = self.fault_of(&row, position, &hash) {
                    report.fault = Some(fault);
                    break 'chain;
                }
                (position, read_to) = (row.position, row.position);
                hash = hash_of(&row.hash)?;
                if since.is_some_and(|since| since.position == position && since.hash != hash) {
                    report.fault = Some(fault(FaultKind::Altered, &row));
                    break 'chain;
                }
                report.rows += 1;
            }
            if is_last {
                break;
            }
        }
        if position > 0 {
            report.head = Some(Head { position, hash });
        }
        // Rows of before the anchor cannot be told any more.
        if report.fault.is_none() && since.is_some_and(|since| since.position > position) {
            report.fault = Some(Fault { kind: FaultKind::Missing, position: Some(position + 1), event: None });
        }
        self.beside_the_chain(&mut tx, &mut report).await?;
        Ok(report)
    }

    /// What stands there beside what has to follow.
    fn fault_of(&self, row: &Sealed, before: i64, hash: &Hash) -> Option<Fault> {
        if row.position <= before {
            return Some(fault(FaultKind::Inserted, row));
        }
        if row.position > before + 1 {
            return Some(Fault { kind: FaultKind::Missing, position: Some(before + 1), event: None });
        }
        let Some(now) = &row.now else { return Some(fault(FaultKind::Missing, row)) };
        let fits = self.link(hash, row.position, now).as_slice() == row.hash;
        (!fits || now.at != row.at || now.kind != row.kind).then(|| fault(FaultKind::Altered, row))
    }

    /// Events that the chain does not know, and those that went before they were sealed.
    async fn beside_the_chain(&self, tx: &mut Tx<'_>, report: &mut Report) -> Result<(), IdentityError> {
        let inserted = sqlx::query!(
            "select id, at, kind from identity.security_event e
             where not exists (select from identity.audit_seal s where s.event = e.id)
                 and not exists (select from identity.audit_waiting w where w.event = e.id)
             order by id limit 1"
        )
        .fetch_optional(&mut **tx)
        .await?;
        let earlier = |id: i64, known: &Option<Fault>| {
            known.as_ref().is_none_or(|fault| fault.event.as_ref().is_some_and(|(event, ..)| id < *event))
        };
        if let Some(row) = inserted.filter(|row| earlier(row.id, &report.fault)) {
            let event = Some((row.id, row.at, row.kind));
            report.fault = Some(Fault { kind: FaultKind::Inserted, position: None, event });
        }
        let waiting = sqlx::query_scalar!("select count(*) as \"count!\" from identity.audit_waiting")
            .fetch_one(&mut **tx)
            .await?;
        report.waiting = u64::try_from(waiting).unwrap_or(0);
        let lost = sqlx::query!(
            "select event, at, kind from identity.audit_waiting w
             where not exists (select from identity.security_event e where e.id = w.event) order by event limit 1"
        )
        .fetch_optional(&mut **tx)
        .await?;
        if let Some(row) = lost.filter(|row| earlier(row.event, &report.fault)) {
            let event = Some((row.event, row.at, row.kind));
            report.fault = Some(Fault { kind: FaultKind::Missing, position: None, event });
        }
        Ok(())
    }
}

fn fault(kind: FaultKind, row: &Sealed) -> Fault {
    Fault { kind, position: Some(row.position), event: Some((row.event, row.at, row.kind.clone())) }
}

async fn page(tx: &mut Tx<'_>, after: i64) -> Result<Vec<Sealed>, IdentityError> {
    let rows = sqlx::query!(
        "select s.position, s.event, s.at as sealed_at, s.kind as sealed_kind, s.hash,
             e.id as \"id?\", e.at as \"at?\", e.account as \"account?: Uuid\", e.actor as \"actor?\", e.kind as \"kind?\",
             e.detail::text as detail
         from identity.audit_seal s left join identity.security_event e on e.id = s.event
         where s.position > $1 order by s.position limit $2",
        after,
        PAGE
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Sealed {
            position: row.position,
            event: row.event,
            at: row.sealed_at,
            kind: row.sealed_kind,
            hash: row.hash,
            now: match (row.id, row.at, row.actor, row.kind, row.detail) {
                (Some(id), Some(at), Some(actor), Some(kind), Some(detail)) => {
                    Some(Row { id, at, account: row.account, actor, kind, detail })
                }
                _ => None,
            },
        })
        .collect())
}
