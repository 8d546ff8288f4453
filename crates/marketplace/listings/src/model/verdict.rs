//! The automatic verdict: what a machine finds in an ad, and what follows.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use svetu_kernel::AccountId;
use svetu_text::{contact, fold};
use utoipa::ToSchema;

use super::{
    draft::ValidDraft,
    fingerprint::{Fingerprint, Neighbour},
    price::Spread,
    rules::{Outcome, Rules, contains_phrase, folded_words},
};

/// Why a person should look, or why the machine refused.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Reason {
    pub rule: String,
    /// 0–100: how sure the machine is.
    pub score: u8,
    /// What was found: words, ids of other ads, amounts.
    #[schema(value_type = Object)]
    pub detail: Value,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    Clean,
    /// A person decides.
    Hold(Vec<Reason>),
    /// Clear-cut: the machine decides, and says so.
    Refuse(Reason),
}

/// What the ad is compared with.
#[derive(Debug, Clone, Default)]
pub struct Evidence {
    /// The category and all above it.
    pub path: Vec<String>,
    /// Expressions that the category itself forbids.
    pub forbidden_words: Vec<String>,
    pub neighbours: Vec<Neighbour>,
    /// What the like costs; None where there are too few.
    pub spread: Option<Spread>,
    pub price_rsd_minor: Option<i64>,
}

impl Verdict {
    pub fn of(draft: &ValidDraft, seller: AccountId, print: &Fingerprint, evidence: &Evidence, rules: &Rules) -> Self {
        let mut reasons = words(draft, evidence, rules);
        reasons.extend(hidden_contact(draft));
        reasons.extend(duplicates(draft, seller, print, &evidence.neighbours));
        reasons.extend(outlier(evidence));
        let refused = reasons
            .iter()
            .position(|reason| rules.get(&reason.rule).is_some_and(|rule| rule.outcome == Outcome::Refuse));
        match refused {
            Some(index) => Self::Refuse(reasons.swap_remove(index)),
            None if reasons.is_empty() => Self::Clean,
            None => Self::Hold(reasons),
        }
    }
}

fn words(draft: &ValidDraft, evidence: &Evidence, rules: &Rules) -> Vec<Reason> {
    let folded = fold(&format!("{}\n{}", draft.title(), draft.description()));
    let words = folded_words(&folded);
    let path: Vec<&str> = evidence.path.iter().map(String::as_str).collect();
    let mut reasons: Vec<Reason> = rules
        .find(&words, &path)
        .into_iter()
        .map(|hit| Reason {
            rule: hit.rule.id.clone(),
            score: 90,
            detail: json!({ "words": words[hit.first..hit.first + hit.len].join(" ") }),
        })
        .collect();
    if let Some(phrase) = evidence.forbidden_words.iter().find(|phrase| contains_phrase(&words, phrase)) {
        reasons.push(Reason { rule: "category_words".to_owned(), score: 80, detail: json!({ "words": phrase }) });
    }
    reasons
}

/// Which text, which kind: never the number itself, which would then stand in the queue and the log.
fn hidden_contact(draft: &ValidDraft) -> Option<Reason> {
    let in_text = |field: &str, text: &str| {
        contact::find(text).first().map(|finding| {
            let kind = match finding.kind {
                contact::Kind::Phone => "phone",
                contact::Kind::Email => "email",
                contact::Kind::Url => "url",
                contact::Kind::Handle => "handle",
            };
            json!({ "field": field, "kind": kind })
        })
    };
    let detail = in_text("title", draft.title()).or_else(|| in_text("description", draft.description()))?;
    Some(Reason { rule: "hidden_contact".to_owned(), score: 85, detail })
}

fn duplicates(draft: &ValidDraft, seller: AccountId, print: &Fingerprint, neighbours: &[Neighbour]) -> Option<Reason> {
    let attributes = draft.attributes_json();
    let own = neighbours.iter().find(|other| {
        other.seller == seller
            && other.category.as_deref() == Some(draft.category())
            && fold(&other.title) == fold(draft.title())
            && other.attributes == attributes
            && (other.fingerprint.text == print.text || print.same_pictures(&other.fingerprint) > 0)
    });
    if let Some(other) = own {
        let detail = json!({ "listing": other.listing });
        return Some(Reason { rule: "duplicate_own".to_owned(), score: 99, detail });
    }
    neighbours.iter().filter(|other| other.seller != seller).find_map(|other| {
        let same_text = print.same_text(&other.fingerprint);
        let same_pictures = print.same_pictures(&other.fingerprint);
        (same_text || same_pictures > 0).then(|| Reason {
            rule: "duplicate_other".to_owned(),
            score: if same_text && same_pictures > 0 { 95 } else { 70 },
            detail: json!({ "listing": other.listing, "same_text": same_text, "same_pictures": same_pictures }),
        })
    })
}

fn outlier(evidence: &Evidence) -> Option<Reason> {
    let (spread, price) = (evidence.spread?, evidence.price_rsd_minor?);
    spread.is_outlier(price).then(|| Reason {
        rule: "price_outlier".to_owned(),
        score: 60,
        detail: json!({ "price_rsd_minor": price, "median_rsd_minor": spread.median, "compared": spread.count }),
    })
}
