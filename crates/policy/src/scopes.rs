//! What tokens and keys may be given for: the table that the policy of `scopes.cedar` asks.

use std::collections::{BTreeMap, HashMap};

use crate::PolicyError;

const TABLE: &str = include_str!("../policies/scopes.toml");
/// Whoever is in it is held to scopes.
pub const LIMITED: &str = "limited";
/// The policy that holds them to it.
pub const POLICY: &str = "scope";

/// The table of `policies/scopes.toml`.
#[derive(Debug, Clone)]
pub struct Scopes {
    actions: BTreeMap<String, Vec<String>>,
    by_action: HashMap<String, String>,
}

impl Scopes {
    /// # Errors
    /// When the committed table is no table, or an action stands in two scopes.
    pub fn try_new() -> Result<Self, PolicyError> {
        let actions: BTreeMap<String, Vec<String>> =
            toml::from_str(TABLE).map_err(|error| PolicyError::Scopes(error.to_string()))?;
        let mut by_action = HashMap::new();
        for (scope, covered) in &actions {
            for action in covered {
                if let Some(other) = by_action.insert(action.clone(), scope.clone()) {
                    return Err(PolicyError::Scopes(format!("{action} is in {other} and in {scope}")));
                }
            }
        }
        Ok(Self { actions, by_action })
    }

    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.actions.keys().map(String::as_str)
    }

    /// Each with the actions that it covers.
    pub fn described(&self) -> impl Iterator<Item = (&str, String)> {
        self.actions.iter().map(|(scope, actions)| (scope.as_str(), actions.join(", ")))
    }

    /// The scope that covers an action.
    pub fn of(&self, action: &str) -> Option<&str> {
        self.by_action.get(action).map(String::as_str)
    }

    /// Each action that a scope covers, with that scope.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.by_action.iter().map(|(action, scope)| (action.as_str(), scope.as_str()))
    }
}
