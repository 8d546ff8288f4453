//! Who may do what: Cedar policies of one folder behind the `Authorizer` port. Default deny.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

use std::{
    collections::{HashMap, HashSet},
    str::FromStr,
};

use cedar_policy::{
    Authorizer as Cedar, Context, Decision as CedarDecision, Entities, Entity, EntityId, EntityTypeName, EntityUid,
    PolicySet, Request, RestrictedExpression, Schema, ValidationMode, Validator,
};
use svetu_kernel::{Actor, Role, Subject};
use svetu_ports::{Authorizer, Decision, Resource};

const SCHEMA: &str = include_str!("../policies/schema.cedarschema");
const POLICIES: [&str; 4] = [
    include_str!("../policies/everybody.cedar"),
    include_str!("../policies/members.cedar"),
    include_str!("../policies/staff.cedar"),
    include_str!("../policies/platform.cedar"),
];

#[derive(Debug, thiserror::Error)]
pub enum PolicyError {
    #[error("the policy schema cannot be read: {0}")]
    Schema(String),
    #[error("the policies cannot be read: {0}")]
    Syntax(String),
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
        let policies =
            PolicySet::from_str(&POLICIES.join("\n")).map_err(|error| PolicyError::Syntax(error.to_string()))?;
        let checked = Validator::new(schema.clone()).validate(&policies, ValidationMode::Strict);
        if !checked.validation_passed() {
            let faults: Vec<_> = checked.validation_errors().map(ToString::to_string).collect();
            return Err(PolicyError::Invalid(faults.join("; ")));
        }
        let actions = schema.action_entities().map_err(|error| PolicyError::Schema(error.to_string()))?;
        let name = |text: &str| EntityTypeName::from_str(text).map_err(|error| PolicyError::Schema(error.to_string()));
        let role_kind = name("Role")?;
        let role = |role: Role| (role, EntityUid::from_type_name_and_id(role_kind.clone(), EntityId::new(role.name())));
        Ok(Self {
            cedar: Cedar::new(),
            actions: actions.iter().map(|action| (action.uid().id().unescaped().to_owned(), action.clone())).collect(),
            kinds: schema.entity_types().map(|kind| (kind.to_string(), kind.clone())).collect(),
            actor_kind: name("Actor")?,
            roles: Role::ALL.map(role),
            policies,
            schema,
        })
    }

    /// Names of all actions, groups included: what the API's operations are compared with.
    pub fn actions(&self) -> impl Iterator<Item = &str> {
        self.actions.keys().map(String::as_str)
    }

    fn actor_uid(&self, id: &str) -> EntityUid {
        EntityUid::from_type_name_and_id(self.actor_kind.clone(), EntityId::new(id))
    }

    fn decide(&self, actor: &Actor, action: &str, resource: &Resource) -> Result<Decision, String> {
        let action = self.actions.get(action).ok_or_else(|| format!("no action {action}"))?;
        let kind = self.kinds.get(resource.kind).ok_or_else(|| format!("no kind of entity {}", resource.kind))?.clone();
        let (principal, roles) = match &actor.subject {
            Subject::Visitor => (self.actor_uid("visitor"), HashSet::new()),
            Subject::System { .. } => (self.actor_uid("system"), HashSet::new()),
            Subject::Account { id, .. } => {
                let held = self.roles.iter().filter(|(role, _)| actor.has(*role)).map(|(_, uid)| uid.clone()).collect();
                (self.actor_uid(&id.to_string()), held)
            }
        };
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
        let principal_entity = Entity::new_no_attrs(principal.clone(), roles);
        let entities = Entities::from_entities([principal_entity, target_entity, action.clone()], None)
            .map_err(|error| error.to_string())?;
        let request = Request::new(principal, action.uid(), target, Context::empty(), Some(&self.schema))
            .map_err(|error| error.to_string())?;
        let answer = self.cedar.is_authorized(&request, &self.policies, &entities);
        // A policy that fails to evaluate is skipped by Cedar; a skipped `forbid` must not become a permission.
        if let Some(error) = answer.diagnostics().errors().next() {
            return Err(error.to_string());
        }
        Ok(match answer.decision() {
            CedarDecision::Allow => Decision::Allow,
            CedarDecision::Deny => {
                let by: Vec<_> = answer.diagnostics().reason().map(ToString::to_string).collect();
                let reason = if by.is_empty() { "no policy permits it".to_owned() } else { by.join(", ") };
                Decision::Deny { reason }
            }
        })
    }
}

impl Authorizer for CedarAuthorizer {
    fn authorize(&self, actor: &Actor, action: &str, resource: &Resource) -> Decision {
        self.decide(actor, action, resource).unwrap_or_else(|reason| Decision::Deny { reason })
    }
}
