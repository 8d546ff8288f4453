//! What tokens and keys may be given for: the table, and the policies that it stands for.

use std::{
    collections::{BTreeMap, HashMap},
    fmt::Write as _,
};

use crate::PolicyError;

const TABLE: &str = include_str!("../policies/scopes.toml");
/// Whoever is in it is held to scopes.
pub const LIMITED: &str = "limited";
/// Names of the policies made here begin so.
pub const POLICY_PREFIX: &str = "scope ";

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

    /// Cedar's text: whoever is held to scopes does what theirs cover, and what anybody may. It only ever forbids.
    pub fn policies(&self) -> String {
        const ANYBODY: &str =
            "action in Action::\"anyone\" && !(resource has visibility && resource.visibility != \"public\")";
        let mut text = String::new();
        let list = |actions: &[String]| {
            actions.iter().map(|action| format!("Action::\"{action}\"")).collect::<Vec<_>>().join(", ")
        };
        for (scope, covered) in &self.actions {
            let _ = write!(
                text,
                "@id(\"{POLICY_PREFIX}{scope}\")\nforbid (principal in Scope::\"{LIMITED}\", action in [{}], resource)\n\
                 unless {{ principal in Scope::\"{scope}\" }} unless {{ {ANYBODY} }};\n",
                list(covered)
            );
        }
        let all: Vec<String> = self.actions.values().flatten().cloned().collect();
        let _ = write!(
            text,
            "@id(\"{POLICY_PREFIX}none\")\nforbid (principal in Scope::\"{LIMITED}\", action, resource)\n\
             unless {{ action in [{}] }} unless {{ {ANYBODY} }};\n",
            list(&all)
        );
        text
    }
}
