//! Who may do what: Cedar policies of one folder behind the `Authorizer` port. Default deny.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod scopes;

use std::{
    collections::{HashMap, HashSet},
    str::FromStr,
};

use cedar_policy::{
    Authorizer as Cedar, Context, Decision as CedarDecision, Entities, Entity, EntityId, EntityTypeName, EntityUid,
    PolicyId, PolicySet, Request, RestrictedExpression, Schema, ValidationMode, Validator,
};
use svetu_kernel::{Actor, Role, Strength, Subject};
use svetu_ports::{Authorizer, Decision, Resource};

pub use crate::scopes::Scopes;

const SCHEMA: &str = include_str!("../policies/schema.cedarschema");
const POLICIES: [&str; 7] = [
    include_str!("../policies/everybody.cedar"),
    include_str!("../policies/members.cedar"),
    include_str!("../policies/tenants.cedar"),
    include_str!("../policies/staff.cedar"),
    include_str!("../policies/platform.cedar"),
    include_str!("../policies/scopes.cedar"),
    include_str!("../policies/impersonation.cedar"),
];

/// Whoever is in it is one of support in somebody's place (impersonation.cedar).
const ACTING: &str = "acting";
/// Whoever is in it has not proven two factors (staff.cedar).
const SINGLE: &str = "single";

#[derive(Debug, thiserror::Error)]
pub enum PolicyError {
    #[error("the policy schema cannot be read: {0}")]
    Schema(String),
    #[error("the policies cannot be read: {0}")]
    Syntax(String),
    #[error("the table of scopes cannot be read: {0}")]
    Scopes(String),
    #[error("the policies do not fit the schema: {0}")]
    Invalid(String),
}

/// The policies, parsed and validated once; a decision reads them only.
pub struct CedarAuthorizer {
    cedar: Cedar,
    policies: PolicySet,
    schema: Schema,
    /// With their groups. Made once: parsing a name costs more than a decision.
    actions: HashMap<String, Entity>,
    kinds: HashMap<String, EntityTypeName>,
    actor_kind: EntityTypeName,
    roles: [(Role, EntityUid); Role::ALL.len()],
    scopes: Scopes,
    covering: HashMap<String, Covering>,
    limited: EntityUid,
    acting: EntityUid,
    /// None: the staff acts by one factor too.
    single: Option<EntityUid>,
}

/// The scope that covers an action, as the policies see it.
struct Covering {
    scope: EntityUid,
    asked: Context,
}

/// What was decided, and by which policies: for the log and the command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    pub decision: Decision,
    /// Their `@id`; none of them: it is denied by default.
    pub policies: Vec<String>,
}

impl std::fmt::Debug for CedarAuthorizer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CedarAuthorizer").field("actions", &self.actions.len()).finish_non_exhaustive()
    }
}

impl CedarAuthorizer {
    /// # Errors
    /// When the committed policies do not parse or do not fit their schema.
    pub fn try_new() -> Result<Self, PolicyError> {
        let (schema, _) =
            Schema::from_cedarschema_str(SCHEMA).map_err(|error| PolicyError::Schema(error.to_string()))?;
        let scopes = Scopes::try_new()?;
        let policies = named(&POLICIES.join("\n"))?;
        let checked = Validator::new(schema.clone()).validate(&policies, ValidationMode::Strict);
        if !checked.validation_passed() {
            let faults: Vec<_> = checked.validation_errors().map(ToString::to_string).collect();
            return Err(PolicyError::Invalid(faults.join("; ")));
        }
        let actions = schema.action_entities().map_err(|error| PolicyError::Schema(error.to_string()))?;
        let actions: HashMap<String, Entity> =
            actions.iter().map(|action| (action.uid().id().unescaped().to_owned(), action.clone())).collect();
        if let Some((action, _)) = scopes.pairs().find(|(action, _)| !actions.contains_key(*action)) {
            return Err(PolicyError::Scopes(format!("no action {action}")));
        }
        let name = |text: &str| EntityTypeName::from_str(text).map_err(|error| PolicyError::Schema(error.to_string()));
        let role_kind = name("Role")?;
        let scope_kind = name("Scope")?;
        let scope = |scope: &str| EntityUid::from_type_name_and_id(scope_kind.clone(), EntityId::new(scope));
        let covering = |(action, name): (&str, &str)| {
            let pair = ("scope".to_owned(), RestrictedExpression::new_entity_uid(scope(name)));
            let asked = Context::from_pairs([pair]).map_err(|error| PolicyError::Scopes(error.to_string()))?;
            Ok((action.to_owned(), Covering { scope: scope(name), asked }))
        };
        let role = |role: Role| (role, EntityUid::from_type_name_and_id(role_kind.clone(), EntityId::new(role.name())));
        Ok(Self {
            cedar: Cedar::new(),
            actions,
            kinds: schema.entity_types().map(|kind| (kind.to_string(), kind.clone())).collect(),
            actor_kind: name("Actor")?,
            roles: Role::ALL.map(role),
            covering: scopes.pairs().map(covering).collect::<Result<_, PolicyError>>()?,
            limited: scope(scopes::LIMITED),
            acting: scope(ACTING),
            single: Some(scope(SINGLE)),
            scopes,
            policies,
            schema,
        })
    }

    /// `false`: the staff acts by a password alone. For a world whose passwords everybody knows.
    #[must_use]
    pub fn with_staff_factor(mut self, needed: bool) -> Self {
        self.single = self.single.filter(|_| needed);
        self
    }

    /// Names of all actions, groups included: what the API's operations are compared with.
    pub fn actions(&self) -> impl Iterator<Item = &str> {
        self.actions.keys().map(String::as_str)
    }

    /// What tokens and keys may be given for.
    pub const fn scopes(&self) -> &Scopes {
        &self.scopes
    }

    /// How many policies there are.
    pub fn policies(&self) -> usize {
        self.policies.policies().count()
    }

    fn actor_uid(&self, id: &str) -> EntityUid {
        EntityUid::from_type_name_and_id(self.actor_kind.clone(), EntityId::new(id))
    }

    /// Who acts, in the groups that policies speak of. Of the scopes only the one that covers the action decides about it.
    fn principal(&self, actor: &Actor, action: &str) -> Entity {
        let (uid, mut groups) = match &actor.subject {
            Subject::Visitor => (self.actor_uid("visitor"), HashSet::new()),
            Subject::System { .. } => (self.actor_uid("system"), HashSet::new()),
            Subject::Account { id, .. } => (self.actor_uid(&id.to_string()), self.roles_of(actor)),
            Subject::Machine { .. } => (self.actor_uid(&actor.subject.name()), self.roles_of(actor)),
        };
        if let Some(scopes) = actor.scopes() {
            groups.insert(self.limited.clone());
            let held = self.scopes.of(action).is_some_and(|scope| scopes.contains(scope));
            groups.extend(self.covering.get(action).filter(|_| held).map(|covering| covering.scope.clone()));
        }
        groups.extend(actor.acting.map(|_| self.acting.clone()));
        groups.extend(self.single.clone().filter(|_| is_single(actor)));
        Entity::new_no_attrs(uid, groups)
    }

    fn roles_of(&self, actor: &Actor) -> HashSet<EntityUid> {
        self.roles.iter().filter(|(role, _)| actor.has(*role)).map(|(_, uid)| uid.clone()).collect()
    }

    /// Whether the second factor is all that is missing.
    fn would_do_with_two(&self, actor: &Actor, action: &str, resource: &Resource) -> bool {
        if self.single.is_none() || !is_single(actor) {
            return false;
        }
        let proven = Actor { strength: Strength::MultiFactor, ..actor.clone() };
        self.authorize(&proven, action, resource) == Decision::Allow
    }

    /// # Errors
    /// Why the question itself is wrong: it is denied.
    pub fn explain(&self, actor: &Actor, action: &str, resource: &Resource) -> Result<Explanation, String> {
        let name = action;
        let action = self.actions.get(action).ok_or_else(|| format!("no action {action}"))?;
        let kind = self.kinds.get(resource.kind).ok_or_else(|| format!("no kind of entity {}", resource.kind))?.clone();
        let target = EntityUid::from_type_name_and_id(kind, EntityId::new(&resource.id));
        let mut facts: HashMap<String, RestrictedExpression> = resource
            .facts
            .iter()
            .map(|(name, value)| ((*name).to_owned(), RestrictedExpression::new_string(value.clone())))
            .collect();
        if let Some(owner) = resource.owner {
            let owner = RestrictedExpression::new_entity_uid(self.actor_uid(&owner.to_string()));
            facts.insert("owner".to_owned(), owner);
        }
        let target_entity = Entity::new(target.clone(), facts, HashSet::new()).map_err(|error| error.to_string())?;
        let principal = self.principal(actor, name);
        let uid = principal.uid();
        let entities = Entities::from_entities([principal, target_entity, action.clone()], None)
            .map_err(|error| error.to_string())?;
        let asked = actor.scopes().and_then(|_| self.covering.get(name));
        let asked = asked.map_or_else(Context::empty, |covering| covering.asked.clone());
        let request =
            Request::new(uid, action.uid(), target, asked, Some(&self.schema)).map_err(|error| error.to_string())?;
        let answer = self.cedar.is_authorized(&request, &self.policies, &entities);
        // A policy that fails to evaluate is skipped by Cedar; a skipped `forbid` must not become a permission.
        if let Some(error) = answer.diagnostics().errors().next() {
            return Err(error.to_string());
        }
        let policies: Vec<String> = answer.diagnostics().reason().map(ToString::to_string).collect();
        let decision = match answer.decision() {
            CedarDecision::Allow => Decision::Allow,
            CedarDecision::Deny if policies.is_empty() && self.would_do_with_two(actor, name, resource) => {
                Decision::Prove { reason: "two factors are not proven".to_owned() }
            }
            CedarDecision::Deny if policies.is_empty() => Decision::Deny { reason: "no policy permits it".to_owned() },
            CedarDecision::Deny if policies == [scopes::POLICY] => {
                let scope = self.scopes.of(name);
                let reason = format!("{} {}", scopes::POLICY, scope.unwrap_or("none"));
                Decision::Narrow { reason, scope: scope.map(str::to_owned) }
            }
            CedarDecision::Deny => Decision::Deny { reason: policies.join(", ") },
        };
        Ok(Explanation { decision, policies })
    }
}

/// A machine has no second factor: its roles are given to its key.
fn is_single(actor: &Actor) -> bool {
    matches!(actor.subject, Subject::Account { .. }) && actor.strength != Strength::MultiFactor
}

/// The policies under the names that they have in their files, so that a reason can be read.
fn named(text: &str) -> Result<PolicySet, PolicyError> {
    let syntax = |error: &dyn std::fmt::Display| PolicyError::Syntax(error.to_string());
    let anonymous = PolicySet::from_str(text).map_err(|error| syntax(&error))?;
    let mut policies = PolicySet::new();
    for policy in anonymous.policies() {
        let id = policy.annotation("id").ok_or_else(|| syntax(&format!("a policy without @id: {policy}")))?;
        policies.add(policy.new_id(PolicyId::new(id))).map_err(|error| syntax(&error))?;
    }
    Ok(policies)
}

impl Authorizer for CedarAuthorizer {
    fn authorize(&self, actor: &Actor, action: &str, resource: &Resource) -> Decision {
        match self.explain(actor, action, resource) {
            Ok(explanation) => explanation.decision,
            Err(reason) => Decision::Deny { reason },
        }
    }
}
