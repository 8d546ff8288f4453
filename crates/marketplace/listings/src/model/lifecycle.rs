//! The life of an ad: the one place that says which step leads where.

use chrono::Duration;
use svetu_contracts::listings::ListingState;
use svetu_kernel::Timestamp;

/// A sold page stays this long, then answers 410.
pub const SOLD_SHOWN_DAYS: i64 = 30;
/// An expired ad can be renewed this long.
pub const EXPIRED_KEPT_DAYS: i64 = 90;
/// Refused and removed ads stay while an appeal is open to their owners (DSA article 20: six months).
pub const APPEAL_DAYS: i64 = 183;
/// A draft nobody touched.
pub const DRAFT_KEPT_DAYS: i64 = 90;
/// Between archiving and forgetting.
pub const ARCHIVED_KEPT_DAYS: i64 = 30;
/// A live ad can be renewed again after this long: renewing moves it to the top.
pub const RENEW_AGAIN_DAYS: i64 = 7;

/// Where an ad is in its life, with what belongs to that moment only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Draft {
        since: Timestamp,
    },
    /// `resumes`: the end of the term it had when it was held back.
    InReview {
        since: Timestamp,
        resumes: Option<Timestamp>,
    },
    Live {
        since: Timestamp,
        expires_at: Timestamp,
    },
    Reserved {
        since: Timestamp,
        expires_at: Timestamp,
    },
    Sold {
        at: Timestamp,
    },
    Paused {
        since: Timestamp,
        expires_at: Timestamp,
    },
    Expired {
        at: Timestamp,
    },
    Archived {
        at: Timestamp,
    },
    Refused {
        at: Timestamp,
    },
    Removed {
        at: Timestamp,
    },
    Purged {
        at: Timestamp,
    },
}

/// What may happen to an ad.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::EnumIter, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Step {
    /// The seller publishes and the automatic verdict is clean.
    Publish,
    /// The verdict asks for a person.
    Hold,
    /// Against a rule, before anybody saw it.
    Refuse,
    /// A moderator lets it through.
    Approve,
    /// The seller changes its content.
    Edit,
    Pause,
    Resume,
    Renew,
    Reserve,
    Unreserve,
    Sell,
    /// The term ended, or its source no longer has it.
    Expire,
    /// The seller deletes it, or its time of being kept is over.
    Archive,
    /// Against a rule, after it was seen.
    Remove,
    /// An appeal succeeded.
    Reinstate,
    /// Its content is forgotten.
    Purge,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("cannot {} an ad that is {}", <&str>::from(.step), name(*.state))]
pub struct IllegalStep {
    pub state: ListingState,
    pub step: Step,
}

impl IllegalStep {
    /// Stable: named after the state that does not allow the step.
    pub const fn code(self) -> &'static str {
        match self.state {
            ListingState::Draft => "listing.draft",
            ListingState::InReview => "listing.in_review",
            ListingState::Live => "listing.live",
            ListingState::Reserved => "listing.reserved",
            ListingState::Sold => "listing.sold",
            ListingState::Paused => "listing.paused",
            ListingState::Expired => "listing.expired",
            ListingState::Archived => "listing.archived",
            ListingState::Refused => "listing.refused",
            ListingState::Removed => "listing.removed",
            ListingState::Purged => "listing.purged",
        }
    }
}

/// As it is stored and sent.
pub const fn name(state: ListingState) -> &'static str {
    match state {
        ListingState::Draft => "draft",
        ListingState::InReview => "in_review",
        ListingState::Live => "live",
        ListingState::Reserved => "reserved",
        ListingState::Sold => "sold",
        ListingState::Paused => "paused",
        ListingState::Expired => "expired",
        ListingState::Archived => "archived",
        ListingState::Refused => "refused",
        ListingState::Removed => "removed",
        ListingState::Purged => "purged",
    }
}

pub fn by_name(text: &str) -> Option<ListingState> {
    ListingState::ALL.into_iter().find(|state| name(*state) == text)
}

impl State {
    /// The state after a step at `now`; `term` is the category's, counted from a publish or a renewal.
    ///
    /// # Errors
    /// [`IllegalStep`] when the present state does not allow it.
    pub fn after(self, step: Step, now: Timestamp, term: Duration) -> Result<Self, IllegalStep> {
        use Step as S;
        let live = |expires_at| Self::Live { since: now, expires_at };
        let fresh = Self::Live { since: now, expires_at: now + term };
        let illegal = Err(IllegalStep { state: self.kind(), step });
        match self {
            Self::Draft { .. } => match step {
                S::Publish => Ok(fresh),
                S::Hold => Ok(Self::InReview { since: now, resumes: None }),
                S::Refuse => Ok(Self::Refused { at: now }),
                S::Edit => Ok(Self::Draft { since: now }),
                S::Archive | S::Purge => Ok(Self::Purged { at: now }),
                S::Approve
                | S::Pause
                | S::Resume
                | S::Renew
                | S::Reserve
                | S::Unreserve
                | S::Sell
                | S::Expire
                | S::Remove
                | S::Reinstate => illegal,
            },
            Self::InReview { since, resumes } => match step {
                S::Approve => Ok(live(resumes.unwrap_or(now + term))),
                S::Refuse => Ok(Self::Refused { at: now }),
                S::Edit => Ok(Self::InReview { since, resumes }),
                S::Archive => Ok(Self::Archived { at: now }),
                S::Publish
                | S::Hold
                | S::Pause
                | S::Resume
                | S::Renew
                | S::Reserve
                | S::Unreserve
                | S::Sell
                | S::Expire
                | S::Remove
                | S::Reinstate
                | S::Purge => illegal,
            },
            Self::Live { expires_at, .. } => match step {
                S::Hold => Ok(Self::InReview { since: now, resumes: Some(expires_at) }),
                S::Refuse => Ok(Self::Refused { at: now }),
                S::Edit => Ok(self),
                S::Pause => Ok(Self::Paused { since: now, expires_at }),
                S::Renew => Ok(fresh),
                S::Reserve => Ok(Self::Reserved { since: now, expires_at }),
                S::Sell => Ok(Self::Sold { at: now }),
                S::Expire => Ok(Self::Expired { at: now }),
                S::Archive => Ok(Self::Archived { at: now }),
                S::Remove => Ok(Self::Removed { at: now }),
                S::Publish | S::Approve | S::Resume | S::Unreserve | S::Reinstate | S::Purge => illegal,
            },
            Self::Reserved { expires_at, .. } => match step {
                S::Unreserve => Ok(live(expires_at)),
                S::Sell => Ok(Self::Sold { at: now }),
                S::Expire => Ok(Self::Expired { at: now }),
                S::Archive => Ok(Self::Archived { at: now }),
                S::Remove => Ok(Self::Removed { at: now }),
                // What a buyer was promised does not change under their hands.
                S::Publish
                | S::Hold
                | S::Refuse
                | S::Approve
                | S::Edit
                | S::Pause
                | S::Resume
                | S::Renew
                | S::Reserve
                | S::Reinstate
                | S::Purge => illegal,
            },
            Self::Sold { .. } => match step {
                S::Archive => Ok(Self::Archived { at: now }),
                S::Remove => Ok(Self::Removed { at: now }),
                S::Publish
                | S::Hold
                | S::Refuse
                | S::Approve
                | S::Edit
                | S::Pause
                | S::Resume
                | S::Renew
                | S::Reserve
                | S::Unreserve
                | S::Sell
                | S::Expire
                | S::Reinstate
                | S::Purge => illegal,
            },
            Self::Paused { expires_at, .. } => match step {
                S::Hold => Ok(Self::InReview { since: now, resumes: Some(expires_at) }),
                S::Refuse => Ok(Self::Refused { at: now }),
                S::Edit => Ok(self),
                S::Resume => Ok(live(expires_at)),
                S::Sell => Ok(Self::Sold { at: now }),
                S::Expire => Ok(Self::Expired { at: now }),
                S::Archive => Ok(Self::Archived { at: now }),
                S::Remove => Ok(Self::Removed { at: now }),
                S::Publish | S::Approve | S::Pause | S::Renew | S::Reserve | S::Unreserve | S::Reinstate | S::Purge => {
                    illegal
                }
            },
            Self::Expired { .. } => match step {
                S::Renew => Ok(fresh),
                S::Hold => Ok(Self::InReview { since: now, resumes: None }),
                S::Refuse => Ok(Self::Refused { at: now }),
                S::Edit => Ok(self),
                S::Sell => Ok(Self::Sold { at: now }),
                S::Archive => Ok(Self::Archived { at: now }),
                S::Remove => Ok(Self::Removed { at: now }),
                S::Publish
                | S::Approve
                | S::Pause
                | S::Resume
                | S::Reserve
                | S::Unreserve
                | S::Expire
                | S::Reinstate
                | S::Purge => illegal,
            },
            Self::Archived { .. } => match step {
                S::Purge => Ok(Self::Purged { at: now }),
                S::Publish
                | S::Hold
                | S::Refuse
                | S::Approve
                | S::Edit
                | S::Pause
                | S::Resume
                | S::Renew
                | S::Reserve
                | S::Unreserve
                | S::Sell
                | S::Expire
                | S::Archive
                | S::Remove
                | S::Reinstate => illegal,
            },
            // The seller mends a refused ad and publishes it again.
            Self::Refused { .. } => match step {
                S::Publish | S::Reinstate => Ok(fresh),
                S::Hold => Ok(Self::InReview { since: now, resumes: None }),
                S::Refuse => Ok(Self::Refused { at: now }),
                S::Edit => Ok(self),
                S::Archive => Ok(Self::Archived { at: now }),
                S::Approve
                | S::Pause
                | S::Resume
                | S::Renew
                | S::Reserve
                | S::Unreserve
                | S::Sell
                | S::Expire
                | S::Remove
                | S::Purge => illegal,
            },
            Self::Removed { .. } => match step {
                S::Reinstate => Ok(fresh),
                S::Archive => Ok(Self::Archived { at: now }),
                S::Publish
                | S::Hold
                | S::Refuse
                | S::Approve
                | S::Edit
                | S::Pause
                | S::Resume
                | S::Renew
                | S::Reserve
                | S::Unreserve
                | S::Sell
                | S::Expire
                | S::Remove
                | S::Purge => illegal,
            },
            Self::Purged { .. } => match step {
                S::Publish
                | S::Hold
                | S::Refuse
                | S::Approve
                | S::Edit
                | S::Pause
                | S::Resume
                | S::Renew
                | S::Reserve
                | S::Unreserve
                | S::Sell
                | S::Expire
                | S::Archive
                | S::Remove
                | S::Reinstate
                | S::Purge => illegal,
            },
        }
    }

    pub const fn kind(self) -> ListingState {
        match self {
            Self::Draft { .. } => ListingState::Draft,
            Self::InReview { .. } => ListingState::InReview,
            Self::Live { .. } => ListingState::Live,
            Self::Reserved { .. } => ListingState::Reserved,
            Self::Sold { .. } => ListingState::Sold,
            Self::Paused { .. } => ListingState::Paused,
            Self::Expired { .. } => ListingState::Expired,
            Self::Archived { .. } => ListingState::Archived,
            Self::Refused { .. } => ListingState::Refused,
            Self::Removed { .. } => ListingState::Removed,
            Self::Purged { .. } => ListingState::Purged,
        }
    }

    pub const fn since(self) -> Timestamp {
        match self {
            Self::Draft { since } | Self::InReview { since, .. } => since,
            Self::Live { since, .. } | Self::Reserved { since, .. } | Self::Paused { since, .. } => since,
            Self::Sold { at } | Self::Expired { at } | Self::Archived { at } => at,
            Self::Refused { at } | Self::Removed { at } | Self::Purged { at } => at,
        }
    }

    pub const fn expires_at(self) -> Option<Timestamp> {
        match self {
            Self::Live { expires_at, .. } | Self::Reserved { expires_at, .. } | Self::Paused { expires_at, .. } => {
                Some(expires_at)
            }
            Self::InReview { resumes, .. } => resumes,
            Self::Draft { .. } | Self::Sold { .. } | Self::Expired { .. } | Self::Archived { .. } => None,
            Self::Refused { .. } | Self::Removed { .. } | Self::Purged { .. } => None,
        }
    }

    /// From what was stored; None when a state that ends has no end.
    pub fn restore(kind: ListingState, since: Timestamp, expires_at: Option<Timestamp>) -> Option<Self> {
        Some(match kind {
            ListingState::Draft => Self::Draft { since },
            ListingState::InReview => Self::InReview { since, resumes: expires_at },
            ListingState::Live => Self::Live { since, expires_at: expires_at? },
            ListingState::Reserved => Self::Reserved { since, expires_at: expires_at? },
            ListingState::Sold => Self::Sold { at: since },
            ListingState::Paused => Self::Paused { since, expires_at: expires_at? },
            ListingState::Expired => Self::Expired { at: since },
            ListingState::Archived => Self::Archived { at: since },
            ListingState::Refused => Self::Refused { at: since },
            ListingState::Removed => Self::Removed { at: since },
            ListingState::Purged => Self::Purged { at: since },
        })
    }

    /// Whether anybody but the seller and staff may read it.
    pub fn is_public(self, now: Timestamp) -> bool {
        match self {
            Self::Live { .. } | Self::Reserved { .. } => true,
            Self::Sold { at } => now < at + Duration::days(SOLD_SHOWN_DAYS),
            Self::Draft { .. } | Self::InReview { .. } | Self::Paused { .. } | Self::Expired { .. } => false,
            Self::Archived { .. } | Self::Refused { .. } | Self::Removed { .. } | Self::Purged { .. } => false,
        }
    }

    /// Whether others ever saw it and never will again: their answer is 410, not 404.
    pub fn is_gone(self, now: Timestamp) -> bool {
        match self {
            Self::Expired { .. } | Self::Archived { .. } | Self::Removed { .. } | Self::Purged { .. } => true,
            Self::Sold { at } => now >= at + Duration::days(SOLD_SHOWN_DAYS),
            Self::Draft { .. } | Self::InReview { .. } | Self::Live { .. } | Self::Reserved { .. } => false,
            Self::Paused { .. } | Self::Refused { .. } => false,
        }
    }
}

/// The steps that bring a new ad to the state that demo data asks for; None for a state nobody can be brought to.
pub const fn path_to(state: ListingState) -> Option<&'static [Step]> {
    match state {
        ListingState::Draft => Some(&[]),
        ListingState::InReview => Some(&[Step::Hold]),
        ListingState::Live => Some(&[Step::Publish]),
        ListingState::Reserved => Some(&[Step::Publish, Step::Reserve]),
        ListingState::Sold => Some(&[Step::Publish, Step::Sell]),
        ListingState::Paused => Some(&[Step::Publish, Step::Pause]),
        ListingState::Expired => Some(&[Step::Publish, Step::Expire]),
        ListingState::Archived => Some(&[Step::Publish, Step::Archive]),
        ListingState::Refused => Some(&[Step::Refuse]),
        ListingState::Removed => Some(&[Step::Publish, Step::Remove]),
        ListingState::Purged => None,
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect_file;
    use proptest::prelude::*;
    use strum::IntoEnumIterator;

    use super::*;

    fn at(days: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + Duration::days(days)
    }

    fn state(kind: ListingState) -> State {
        State::restore(kind, at(0), Some(at(30))).unwrap()
    }

    #[test]
    fn every_state_and_every_step() {
        let mut table = String::new();
        for kind in ListingState::ALL {
            for step in Step::iter() {
                let outcome = match state(kind).after(step, at(1), Duration::days(30)) {
                    Ok(next) => name(next.kind()).to_owned(),
                    Err(illegal) => format!("409 {}", illegal.code()),
                };
                table.push_str(&format!("{:<10} {:<10} {outcome}\n", name(kind), <&str>::from(step)));
            }
        }
        expect_file!["lifecycle.table"].assert_eq(&table);
    }

    #[test]
    fn being_held_back_costs_no_time_and_wins_none() {
        let held = state(ListingState::Live).after(Step::Hold, at(10), Duration::days(30)).unwrap();
        let back = held.after(Step::Approve, at(12), Duration::days(30)).unwrap();
        assert_eq!(back.expires_at(), Some(at(30)));
    }

    #[test]
    fn every_state_but_purged_can_be_demonstrated() {
        for kind in ListingState::ALL {
            let Some(path) = path_to(kind) else {
                assert_eq!(kind, ListingState::Purged);
                continue;
            };
            let reached = path
                .iter()
                .try_fold(State::Draft { since: at(0) }, |state, step| state.after(*step, at(1), Duration::days(30)));
            assert_eq!(reached.map(State::kind), Ok(kind));
        }
    }

    proptest! {
        /// Whatever happens, what is stored is what was meant, and what is purged stays so.
        #[test]
        fn any_walk_can_be_stored_and_read_back(steps in proptest::collection::vec(0_usize..16, 0..40)) {
            let all: Vec<Step> = Step::iter().collect();
            let mut now = at(0);
            let mut state = State::Draft { since: now };
            for index in steps {
                now += Duration::days(1);
                let before = state;
                if let Ok(next) = state.after(all[index], now, Duration::days(30)) {
                    prop_assert!(before.kind() != ListingState::Purged);
                    state = next;
                }
                prop_assert_eq!(State::restore(state.kind(), state.since(), state.expires_at()), Some(state));
                prop_assert!(!(state.is_public(now) && state.is_gone(now)));
            }
        }
    }
}
