//! Letters to sellers, in their language: the end of a term, a statement of reasons, the answer to an appeal.

use std::{borrow::Cow, collections::BTreeMap};

use chrono::NaiveDate;
use chrono_tz::Europe::Belgrade;
use serde_json::Value;
use svetu_contracts::identity::Mailbox;
use svetu_kernel::Timestamp;
use svetu_ports::Mail;
use uuid::Uuid;

use crate::{
    model::Listing,
    service::Service,
    store::moderation::{Appeal, Decision, DecisionKind},
    wording,
};

pub enum Letter {
    /// `days` before the end of its term.
    Reminder { expires_at: Timestamp, days: i16 },
    /// Refused or removed: by which rule, by whom, what can be done (DSA article 17).
    Statement { decision: Decision },
    /// To an appeal (DSA article 20).
    Answer { appeal: Appeal },
}

impl Letter {
    /// In `messages.toml`: `letter.<name>.subject` and `.body`.
    fn name(&self) -> &'static str {
        match self {
            Self::Reminder { .. } => "reminder",
            Self::Statement { decision } if decision.kind == DecisionKind::Remove => "removed",
            Self::Statement { .. } => "refused",
            Self::Answer { appeal } if appeal.state == "reversed" => "reversed",
            Self::Answer { .. } => "upheld",
        }
    }

    /// The same letter has the same id, however often it is tried.
    fn id(&self, listing: &Listing) -> Uuid {
        let mut hasher = blake3::Hasher::new_derive_key("svetu listings letter v1");
        hasher.update(self.name().as_bytes()).update(listing.id.uuid().as_bytes());
        match self {
            Self::Reminder { expires_at, days } => {
                hasher.update(&expires_at.timestamp().to_be_bytes()).update(&days.to_be_bytes())
            }
            Self::Statement { decision } => hasher.update(decision.id.as_bytes()),
            Self::Answer { appeal } => hasher.update(appeal.id.uuid().as_bytes()),
        };
        let mut bytes = [0; 16];
        hasher.finalize_xof().fill(&mut bytes);
        Uuid::from_bytes(bytes)
    }
}

impl Service {
    pub fn letter(&self, listing: &Listing, letter: &Letter, to: &Mailbox) -> Mail {
        let (reader, name) = (to.language, letter.name());
        let written = listing.content.language.unwrap_or_default();
        let title = &listing.content.title;
        let title = svetu_text::in_script(title, written, reader).unwrap_or_else(|| title.clone());
        let mut params: BTreeMap<Cow<'static, str>, Value> = BTreeMap::from([("title".into(), title.into())]);
        let mut paragraphs = Vec::new();
        match letter {
            Letter::Reminder { expires_at, .. } => {
                params.insert("date".into(), wording::date(day(*expires_at), reader).into());
            }
            Letter::Statement { decision } => {
                params.insert("until".into(), wording::date(day(decision.appeal_until), reader).into());
                let by = if decision.decided_by.is_none() { "letter.by_machine" } else { "letter.by_person" };
                let rule = self.rules.get(&decision.rule).map(|rule| rule.text(reader).to_owned());
                let facts = self.facts(&decision.facts, reader);
                paragraphs.extend(rule);
                paragraphs.extend((!facts.is_empty()).then_some(facts));
                paragraphs.push(self.messages.say(by, &params, reader));
                paragraphs.push(self.messages.say("letter.appeal", &params, reader));
            }
            Letter::Answer { appeal } => paragraphs.extend(appeal.answer.clone()),
        }
        let say = |code: &str| self.messages.say(code, &params, reader);
        paragraphs.insert(0, say(&format!("letter.{name}.body")));
        let (subject, look) = (say(&format!("letter.{name}.subject")), say("letter.look"));
        let url = format!("{}{}/listings/{}", self.site_url, reader.path_prefix(), listing.id);
        let html: String =
            paragraphs.iter().map(|paragraph| format!("<p>{}</p>", escaped(paragraph).replace('\n', "<br>"))).collect();
        Mail {
            id: letter.id(listing),
            to: to.email.clone(),
            subject: subject.split_whitespace().collect::<Vec<_>>().join(" "),
            text: format!("{}\n\n{look}: {url}\n", paragraphs.join("\n\n")),
            html: format!("{html}<p><a href=\"{}\">{}</a></p>", escaped(&url), escaped(&look)),
            // About one's own ad, which ends with the ad: not a list to leave.
            unsubscribe: None,
        }
    }
}

/// By the clocks of Serbia.
fn day(at: Timestamp) -> NaiveDate {
    at.with_timezone(&Belgrade).date_naive()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
