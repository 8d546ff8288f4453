//! `svetu identity user|role|audit`: people, for operators.

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};
use svetu_identity::{Identity, IdentityError, Person};
use svetu_kernel::{Actor, Role, SessionId, Timestamp};

use super::account::parse;
use crate::cli::{GiveRole, RolesOf, User};

pub async fn user(identity: &Identity, command: User) -> Result<()> {
    match command {
        User::Find { text, limit, json } => {
            let people = identity.find_people(&text, limit).await?;
            if json {
                say!("{}", serde_json::to_value(&people)?);
            } else if people.is_empty() {
                say!("nobody has the address or id {text}, and no name begins so");
            } else {
                people.iter().for_each(line);
            }
        }
        User::Show { email, json } => {
            let person = person(identity, &email).await?;
            let sessions = identity.sessions_of(person.id).await?;
            if json {
                let mut all = serde_json::to_value(&person)?;
                all["sessions"] = serde_json::to_value(&sessions)?;
                say!("{all}");
                return Ok(());
            }
            say!("account   {}", person.id);
            say!("address   {} ({})", person.email, if person.verified { "proven" } else { "not proven" });
            say!("name      {}", person.display_name);
            say!("language  {}", person.language.tag());
            say!("roles     {}", names(&person));
            say!("since     {}", time(person.created_at));
            say!("sessions  {}", sessions.len());
            for session in sessions {
                say!(
                    "  {}  since {}  seen {}  {}  {}",
                    session.id,
                    time(session.created_at),
                    time(session.last_seen_at),
                    session.network,
                    session.device
                );
            }
        }
        User::SignOut { email, session, json } => {
            let only: Option<SessionId> =
                session.as_ref().map(|id| id.parse().with_context(|| format!("--session {id}"))).transpose()?;
            let person = person(identity, &email).await?;
            let count = match identity.end_sessions_of(&Actor::system("command line"), person.id, only).await {
                Err(IdentityError::NoSuchSession) => bail!("{email} has no such session"),
                ended => ended?,
            };
            if json {
                say!("{}", json!({ "ended": count }));
            } else {
                say!("{count} {} ended", if count == 1 { "session" } else { "sessions" });
            }
        }
    }
    Ok(())
}

/// Names that are roles, before anything is started.
pub fn roles(command: &GiveRole) -> Result<Vec<Role>> {
    let (GiveRole::Give(of) | GiveRole::Take(of)) = command;
    of.roles.iter().map(|name| parse(name)).collect()
}

pub async fn role(identity: &Identity, command: GiveRole, roles: &[Role]) -> Result<()> {
    let (of, give, take): (RolesOf, &[Role], &[Role]) = match command {
        GiveRole::Give(of) => (of, roles, &[]),
        GiveRole::Take(of) => (of, &[], roles),
    };
    let mut person = person(identity, &of.email).await?;
    person.roles = identity.change_roles(person.id, give, take).await?;
    if of.json {
        say!("{}", json!({ "account": person.id, "roles": person.roles }));
    } else {
        say!("{} is {}; it counts from the next request on", person.email, names(&person));
    }
    Ok(())
}

pub async fn events(identity: &Identity, email: &str, limit: u16, json: bool) -> Result<()> {
    let person = person(identity, email).await?;
    let events = identity.events_of(person.id, limit).await?;
    if json {
        say!("{}", serde_json::to_value(&events)?);
        return Ok(());
    }
    if events.is_empty() {
        say!("the log says nothing of {email}");
    }
    for event in events {
        let by = if event.actor == person.id.to_string() { "themselves" } else { &event.actor };
        say!("{}  {}  {}  by {by}{}", event.id, time(event.at), event.kind, detail(&event.detail));
    }
    Ok(())
}

async fn person(identity: &Identity, email: &str) -> Result<Person> {
    match identity.person(email).await {
        Err(IdentityError::NoSuchAccount) => {
            bail!("no account has the address {email}; `svetu identity user find` looks by name, too")
        }
        found => Ok(found?),
    }
}

fn line(person: &Person) {
    let state = if person.verified { "proven" } else { "not proven" };
    say!("{}  {}  {state}  {}  {}", person.email, person.id, names(person), person.display_name);
}

fn names(person: &Person) -> String {
    person.roles.iter().map(|role| role.name()).collect::<Vec<_>>().join(", ")
}

fn detail(detail: &Value) -> String {
    match detail {
        Value::Object(fields) if fields.is_empty() => String::new(),
        detail => format!("  {detail}"),
    }
}

fn time(at: Timestamp) -> String {
    at.format("%F %T").to_string()
}
