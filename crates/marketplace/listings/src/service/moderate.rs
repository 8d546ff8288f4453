//! What moderators and operators decide, and what sellers answer.

use serde::Deserialize;
use serde_json::json;
use svetu_contracts::listings::{ListingState, RATE_CHANGED};
use svetu_db::{DbError, NewJob, jobs, outbox};
use svetu_http::{Grant, Permission};
use svetu_kernel::{AccountId, AppealId, ExchangeRate, ListingId, ReportId, Timestamp, new_uuid};
use utoipa::ToSchema;

use super::{SERVICE, Service, permit, unknown};
use crate::{
    ListingError,
    jobs::{Asked, REPRICE, ask},
    model::{IllegalStep, Listing, Step, lifecycle::APPEAL_DAYS, rules::NOTHING},
    service::publish::reason,
    store::{
        self,
        moderation::{self, Appeal, Decision, DecisionKind},
    },
};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ModeratorDecision {
    Approve,
    Refuse,
    Remove,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AppealVerdict {
    /// The decision stands.
    Uphold,
    /// The ad comes back.
    Reverse,
}

impl Service {
    pub async fn decide<P: Permission>(
        &self,
        grant: &Grant<P>,
        moderator: AccountId,
        id: ListingId,
        decision: ModeratorDecision,
        rule: Option<&str>,
        note: Option<&str>,
    ) -> Result<Listing, ListingError> {
        let now = self.clock.now();
        let mut tx = self.db.begin().await?;
        let mut listing = store::listing::lock(&mut tx, id).await?;
        // A draft is its owner's alone: only the machine meets it, when it is published.
        if listing.state.kind() == ListingState::Draft {
            return Err(IllegalStep { state: ListingState::Draft, step: Step::Refuse }.into());
        }
        let term = self.term(listing.content.category.as_deref());
        let found = moderation::reasons(&mut tx, id).await?;
        // Without another word the rule is what the ad was held for.
        let rule = rule.map(str::to_owned).or_else(|| found.first().map(|reason| reason.rule.clone()));
        let (step, kind, rule) = match decision {
            ModeratorDecision::Approve => (Step::Approve, DecisionKind::Approve, Some(NOTHING.to_owned())),
            ModeratorDecision::Refuse => (Step::Refuse, DecisionKind::Refuse, rule),
            ModeratorDecision::Remove => (Step::Remove, DecisionKind::Remove, rule),
        };
        let rule = rule
            .filter(|rule| {
                self.rules.get(rule).is_some_and(|rule| decision == ModeratorDecision::Approve || rule.is_nameable())
            })
            .ok_or_else(|| unknown("/rule", "moderation.rule_unknown"))?;
        // A live ad that people reported is looked at and left as it is.
        let stays = decision == ModeratorDecision::Approve
            && matches!(listing.state.kind(), ListingState::Live | ListingState::Reserved);
        if !stays {
            listing.step(step, now, term)?;
        }
        let facts = json!({ "found": found, "note": note });
        let statement = Decision {
            id: new_uuid(now),
            listing: id,
            kind,
            rule: rule.clone(),
            facts,
            decided_by: Some(moderator),
            decided_at: now,
            appeal_until: now + chrono::Duration::days(APPEAL_DAYS),
        };
        moderation::add_decision(&mut tx, &statement).await?;
        if decision != ModeratorDecision::Approve {
            ask(&mut tx, Asked::Statement { decision: statement.id }, now).await?;
        }
        moderation::unqueue(&mut tx, id).await?;
        moderation::close_reports_of(&mut tx, id, moderator, now).await?;
        if !stays {
            self.write(&mut tx, &listing, None, now).await?;
        }
        let details = json!({ "decision": kind.name(), "rule": rule, "note": note });
        moderation::audit(&mut tx, grant.actor(), P::ACTION, Some(id), details, now).await?;
        tx.commit().await.map_err(DbError::from)?;
        self.attach(&listing).await;
        Ok(listing)
    }

    pub async fn close_report<P: Permission>(
        &self,
        grant: &Grant<P>,
        moderator: AccountId,
        id: ReportId,
    ) -> Result<(), ListingError> {
        let now = self.clock.now();
        let mut tx = self.db.begin().await?;
        let listing = moderation::close_report(&mut tx, id, moderator, now).await?.ok_or(ListingError::NoSuchCase)?;
        moderation::audit(&mut tx, grant.actor(), P::ACTION, Some(listing), json!({ "report": id }), now).await?;
        tx.commit().await.map_err(DbError::from)?;
        Ok(())
    }

    /// The seller of a refused or removed ad asks for another look (DSA article 20), once a decision.
    pub async fn appeal<P: Permission>(
        &self,
        grant: &Grant<P>,
        owner: AccountId,
        id: ListingId,
        text: String,
    ) -> Result<(), ListingError> {
        let now = self.clock.now();
        let listing = store::listing::find(&self.db, id).await?;
        permit(grant, &listing, now)?;
        if !matches!(listing.state.kind(), ListingState::Refused | ListingState::Removed) {
            return Err(ListingError::NothingToAppeal);
        }
        let decision = moderation::last_decision(&self.db, id).await?.ok_or(ListingError::NothingToAppeal)?;
        if now > decision.appeal_until {
            return Err(ListingError::AppealTooLate);
        }
        let appeal = Appeal {
            id: AppealId::new(now),
            decision: decision.id,
            listing: id,
            appellant: owner,
            text,
            state: "open".to_owned(),
            created_at: now,
            answer: None,
            decided_at: None,
            decider: decision.decided_by,
        };
        let mut tx = self.db.begin().await?;
        if !moderation::add_appeal(&mut tx, &appeal).await? {
            return Err(ListingError::AppealedAlready);
        }
        moderation::audit(&mut tx, grant.actor(), P::ACTION, Some(id), json!({ "appeal": appeal.id }), now).await?;
        tx.commit().await.map_err(DbError::from)?;
        Ok(())
    }

    /// Never by who made the decision, as long as there is another moderator.
    pub async fn decide_appeal<P: Permission>(
        &self,
        grant: &Grant<P>,
        moderator: AccountId,
        id: AppealId,
        verdict: AppealVerdict,
        answer: String,
    ) -> Result<Listing, ListingError> {
        let now = self.clock.now();
        let mut tx = self.db.begin().await?;
        let appeal = moderation::lock_appeal(&mut tx, id).await?;
        if appeal.state != "open" {
            return Err(ListingError::DecidedAlready);
        }
        let since = now - chrono::Duration::days(APPEAL_DAYS);
        if appeal.decider == Some(moderator) && moderation::has_other_moderator(&mut tx, moderator, since).await? {
            return Err(ListingError::OwnDecision);
        }
        let mut listing = store::listing::lock(&mut tx, appeal.listing).await?;
        let state = match verdict {
            AppealVerdict::Uphold => "upheld",
            AppealVerdict::Reverse => {
                // An ad that its seller has mended, deleted or published again meanwhile stays as it is.
                let stands = matches!(listing.state.kind(), ListingState::Refused | ListingState::Removed);
                if stands {
                    listing.step(Step::Reinstate, now, self.term(listing.content.category.as_deref()))?;
                }
                let reinstated = reason(NOTHING, Some(&answer));
                let statement = Decision {
                    id: new_uuid(now),
                    listing: listing.id,
                    kind: DecisionKind::Reinstate,
                    rule: reinstated.rule,
                    facts: reinstated.detail,
                    decided_by: Some(moderator),
                    decided_at: now,
                    appeal_until: now,
                };
                moderation::add_decision(&mut tx, &statement).await?;
                if stands {
                    self.write(&mut tx, &listing, None, now).await?;
                }
                "reversed"
            }
        };
        moderation::decide_appeal(&mut tx, id, state, &answer, moderator, now).await?;
        ask(&mut tx, Asked::Answer { appeal: id }, now).await?;
        let details = json!({ "appeal": id, "state": state });
        moderation::audit(&mut tx, grant.actor(), P::ACTION, Some(listing.id), details, now).await?;
        tx.commit().await.map_err(DbError::from)?;
        self.attach(&listing).await;
        Ok(listing)
    }

    /// Sets the rate from a moment on; prices in the other currency follow in the background.
    pub async fn set_rate<P: Permission>(
        &self,
        grant: &Grant<P>,
        operator: AccountId,
        rsd_per_eur_micro: i64,
        valid_from: Option<Timestamp>,
    ) -> Result<ExchangeRate, ListingError> {
        let now = self.clock.now();
        let rate = ExchangeRate { rsd_per_eur_micro, valid_from: valid_from.unwrap_or(now) };
        if !(1_000_000..=10_000_000_000).contains(&rsd_per_eur_micro) {
            return Err(unknown("/rsd_per_eur", "field.out_of_range"));
        }
        let mut tx = self.db.begin().await?;
        store::activity::set_rate(&mut tx, rate, Some(operator), now).await?;
        let event = outbox::event(now, RATE_CHANGED, SERVICE, "rate", &rate)?;
        outbox::publish(&mut tx, &event).await?;
        let run_at = rate.valid_from.max(now);
        jobs::schedule(&mut tx, &NewJob { kind: REPRICE, key: "", run_at, payload: json!(null) }).await?;
        moderation::audit(&mut tx, grant.actor(), P::ACTION, None, serde_json::to_value(rate)?, now).await?;
        tx.commit().await.map_err(DbError::from)?;
        self.forget_rate();
        Ok(rate)
    }
}
