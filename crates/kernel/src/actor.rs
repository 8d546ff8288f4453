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
