use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{AccountId, ApiKeyId, SessionId, TenantId, Timestamp, UserId};

/// What an account may be. Rights follow from roles by policy only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Nobody in particular: not signed in.
    Visitor,
    /// Signed in with a verified address.
    Member,
    /// Sells as a business, with a tax number.
    Trader,
    /// Helps people with their accounts, in their place when they are told of it.
    Support,
    /// Decides about ads, reports and appeals.
    Moderator,
    /// Runs the platform: taxonomy, rates, roles, dead letters.
    Operator,
    /// A program that acts for itself.
    Machine,
}

impl Role {
    pub const ALL: [Self; 7] =
        [Self::Visitor, Self::Member, Self::Trader, Self::Support, Self::Moderator, Self::Operator, Self::Machine];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Visitor => "visitor",
            Self::Member => "member",
            Self::Trader => "trader",
            Self::Support => "support",
            Self::Moderator => "moderator",
            Self::Operator => "operator",
            Self::Machine => "machine",
        }
    }
}

/// How the actor proved who it is (the `acr` of an OpenID provider).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Strength {
    None,
    Password,
    MultiFactor,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Subject {
    /// Not signed in.
    Visitor,
    /// A person; by a session, or by what they gave to a program.
    Account { id: AccountId, session: Option<SessionId> },
    /// A program that acts for itself, by its client id.
    Machine { client: String },
    /// The platform itself: a job, a consumer, an operator at the command line.
    System { name: String },
}

impl Subject {
    /// As logs and audits name it.
    pub fn name(&self) -> String {
        match self {
            Self::Visitor => "visitor".to_owned(),
            Self::Account { id, .. } => id.to_string(),
            Self::Machine { client } => format!("client:{client}"),
            Self::System { name } => format!("system:{name}"),
        }
    }
}

/// What the actor showed, and what that holds them to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Credential {
    /// A session, or nothing: all that the subject may.
    Whole,
    /// An access token of the OpenID Provider: what its scopes cover, of what the subject may.
    Token { client: String, scopes: BTreeSet<String> },
    /// An API key of the subject: likewise, so many times a minute.
    Key { id: ApiKeyId, scopes: BTreeSet<String>, per_minute: u32 },
}

/// One of support who stands in for the subject (ADR 16): what is done then is done by both, and bears both names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acting {
    pub account: AccountId,
    /// Of theirs. The subject has none: what asks for one is none of theirs to do.
    pub session: SessionId,
    pub until: Timestamp,
}

/// Who acts. Made by the gateway alone (or by a job for the platform itself) and passed on as an argument.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    pub subject: Subject,
    pub tenant: Option<TenantId>,
    pub roles: BTreeSet<Role>,
    pub credential: Credential,
    pub strength: Strength,
    pub authenticated_at: Option<Timestamp>,
    /// When the person last proved all that the account asks for; dangerous acts want it to be recent (RFC 9470).
    pub confirmed_at: Option<Timestamp>,
    /// None: the subject acts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acting: Option<Acting>,
}

impl Actor {
    pub fn visitor() -> Self {
        Self {
            subject: Subject::Visitor,
            tenant: None,
            roles: BTreeSet::from([Role::Visitor]),
            credential: Credential::Whole,
            strength: Strength::None,
            authenticated_at: None,
            confirmed_at: None,
            acting: None,
        }
    }

    /// The platform acting for itself, by the name of the job.
    pub fn system(name: impl Into<String>) -> Self {
        Self { subject: Subject::System { name: name.into() }, ..Self::visitor() }
    }

    pub fn account(id: AccountId, roles: impl IntoIterator<Item = Role>) -> Self {
        Self {
            subject: Subject::Account { id, session: None },
            roles: roles.into_iter().collect(),
            strength: Strength::Password,
            ..Self::visitor()
        }
    }

    /// The subject as somebody else shows the platform: theirs are the roles, no session and no proof.
    pub fn stood_in_by(id: AccountId, roles: impl IntoIterator<Item = Role>, acting: Acting) -> Self {
        Self { strength: Strength::None, acting: Some(acting), ..Self::account(id, roles) }
    }

    /// As logs and audits name it: both names where there are two.
    pub fn name(&self) -> String {
        match self.acting {
            None => self.subject.name(),
            Some(Acting { account, .. }) => format!("{account} for {}", self.subject.name()),
        }
    }

    pub const fn account_id(&self) -> Option<AccountId> {
        match self.subject {
            Subject::Account { id, .. } => Some(id),
            Subject::Visitor | Subject::Machine { .. } | Subject::System { .. } => None,
        }
    }

    /// None: nothing narrows what the subject may.
    pub const fn scopes(&self) -> Option<&BTreeSet<String>> {
        match &self.credential {
            Credential::Whole => None,
            Credential::Token { scopes, .. } | Credential::Key { scopes, .. } => Some(scopes),
        }
    }

    /// The public side of the same person.
    pub fn user_id(&self) -> Option<UserId> {
        self.account_id().map(|id| UserId::from_uuid(id.uuid()))
    }

    /// Whether the person proved all that the account asks for no longer ago than this.
    pub fn confirmed_within(&self, seconds: i64, now: Timestamp) -> bool {
        self.confirmed_at.is_some_and(|at| (now - at).num_seconds() <= seconds)
    }

    pub fn has(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn who_stands_in_is_named_and_carried() {
        let id = |number| Uuid::from_u128(number);
        let acting = Acting {
            account: AccountId::from_uuid(id(1)),
            session: SessionId::from_uuid(id(2)),
            until: Timestamp::UNIX_EPOCH,
        };
        let actor = Actor::stood_in_by(AccountId::from_uuid(id(3)), [Role::Member], acting);
        assert_eq!(actor.name(), format!("{} for {}", acting.account, AccountId::from_uuid(id(3))));
        let carried: Actor = serde_json::from_str(&serde_json::to_string(&actor).unwrap()).unwrap();
        assert_eq!(carried, actor);
        // As it was written before there was such a thing.
        let plain = Actor::account(AccountId::from_uuid(id(3)), [Role::Member]);
        let text = serde_json::to_string(&plain).unwrap();
        assert!(!text.contains("acting"), "{text}");
        assert_eq!(serde_json::from_str::<Actor>(&text).unwrap(), plain);
    }
}
