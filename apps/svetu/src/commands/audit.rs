use std::process::ExitCode;

use anyhow::{Context as _, Result};
use serde_json::json;
use svetu_identity::{AuditFault, AuditFaultKind, AuditHead, AuditReport};
use svetu_kernel::Timestamp;

use crate::{cli::Audit, config::Config, session::Session};

pub async fn run(command: Audit, config: &Config) -> Result<ExitCode> {
    let Audit::Verify { since, json } = command;
    let since = since.map(|head| head.parse::<AuditHead>().with_context(|| format!("--since {head}"))).transpose()?;
    let session = Session::open(config).await?;
    let report = async {
        let identity = session.platform.identity.as_ref().context("identity")?;
        anyhow::Ok(identity.verify_audit(since.as_ref()).await?)
    }
    .await;
    session.close().await;
    let report = report?;
    if json {
        as_json(&report)
    } else {
        as_text(&report)
    }
    Ok(if report.fault.is_none() { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

fn as_json(report: &AuditReport) {
    let fault = report.fault.as_ref().map(|fault| {
        let event = fault.event.as_ref().map(|(id, at, kind)| json!({ "id": id, "at": at, "kind": kind }));
        json!({ "fault": fault.kind.name(), "row": fault.position, "event": event })
    });
    let report = json!({
        "rows": report.rows,
        "removed": report.trimmed_to,
        "waiting": report.waiting,
        "head": report.head.as_ref().map(ToString::to_string),
        "fault": fault,
    });
    say!("{report}");
}

fn as_text(report: &AuditReport) {
    match &report.fault {
        None => {
            let AuditReport { rows, trimmed_to, waiting, .. } = report;
            say!(
                "the log is whole: {rows} events, {waiting} that wait for their seal, {trimmed_to} removed by retention"
            );
        }
        Some(fault) => say!("{}", sentence(fault)),
    }
    if let Some(head) = report.head.as_ref().filter(|_| report.fault.is_none()) {
        say!("head  {head}");
    }
}

fn sentence(fault: &AuditFault) -> String {
    let row = fault.position.map_or_else(String::new, |row| format!(" (row {row} of the chain)"));
    match (&fault.event, fault.kind) {
        (Some((id, at, kind)), fault) => {
            format!("{}: event {id} of {}, {kind}{row}", fault.name(), time(*at))
        }
        (None, AuditFaultKind::Anchor) => format!("anchor: where the chain begins was changed{row}"),
        (None, fault) => format!("{}: an event of which nothing is left{row}", fault.name()),
    }
}

fn time(at: Timestamp) -> String {
    at.format("%FT%T%.6fZ").to_string()
}
