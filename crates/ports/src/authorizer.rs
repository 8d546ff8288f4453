//! Who may do what, decided in one place.

use std::collections::BTreeMap;

use svetu_kernel::{AccountId, Actor, TenantId};

/// What an action is done to. `kind` is the entity type of the policy schema (`Listing`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resource {
    pub kind: &'static str,
    pub id: String,
    pub owner: Option<AccountId>,
    pub tenant: Option<TenantId>,
    /// Further facts that policies read, such as `state`.
    pub facts: BTreeMap<&'static str, String>,
}

impl Resource {
    pub fn new(kind: &'static str, id: impl Into<String>) -> Self {
        Self { kind, id: id.into(), owner: None, tenant: None, facts: BTreeMap::new() }
    }

    #[must_use]
    pub const fn owned_by(mut self, owner: AccountId) -> Self {
        self.owner = Some(owner);
        self
    }

    #[must_use]
    pub fn fact(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.facts.insert(name, value.into());
        self
    }
}

/// The reason of a refusal is for the log, never for the caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    Allow,
    Deny {
        reason: String,
    },
    /// Two factors, proven in this session, would do.
    Prove {
        reason: String,
    },
    /// The token or the key does not cover it. `scope` would; none: only the person does it, in a session.
    Narrow {
        reason: String,
        scope: Option<String>,
    },
}

pub trait Authorizer: Send + Sync + 'static {
    /// `action` is a name of the policy schema: `listings.publish`. An unknown one is denied.
    fn authorize(&self, actor: &Actor, action: &str, resource: &Resource) -> Decision;
}
