//! The permission as an argument of the handler: hard to forget, decided before the body is read.

use std::{marker::PhantomData, sync::Arc};

use axum::extract::FromRequestParts;
use http::request::Parts;
use svetu_kernel::{AccountId, Actor, Problem, Status, Subject};
use svetu_ports::{Authorizer, Decision, Resource};

use crate::{ApiProblem, Kit};

/// The code of a token's or a key's refusal; its parameter `scope` says what would do.
pub const INSUFFICIENT_SCOPE: &str = "auth.insufficient_scope";

/// The code of what wants two factors proven: of the staff's work.
pub const TWO_FACTORS: &str = "auth.two_factors_required";

/// The code of what is not for whoever stands in for somebody (ADR 16).
pub const STANDING_IN: &str = "auth.standing_in";

/// What would have opened.
enum Missing {
    Right,
    Factor,
    Scope(Option<String>),
}

/// An action of the policy. Declared by [`permissions!`](crate::permissions).
pub trait Permission: Send + Sync + 'static {
    /// The operation id: `listings.publish`.
    const ACTION: &'static str;
    /// The entity type of the policy that it is done to: `Listing`.
    const KIND: &'static str;
}

/// Declares permissions: `permissions! { /// Puts an ad up. pub Publish = "listings.publish" on "Listing"; }`.
#[macro_export]
macro_rules! permissions {
    ($($(#[$meta:meta])* $vis:vis $name:ident = $action:literal on $kind:literal;)*) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, Copy)]
        $vis struct $name;
        impl $crate::Permission for $name {
            const ACTION: &'static str = $action;
            const KIND: &'static str = $kind;
        }
    )*};
}

/// Proof that the actor may do `P` at all. What it may do it to is asked with [`Grant::on`] once that is loaded.
///
/// Without a loaded resource the policy is asked about one that the actor owns: who is refused even then gets
/// 401 `auth.required` (a visitor) or 403 `auth.forbidden`.
pub struct Grant<P> {
    actor: Actor,
    authorizer: Arc<dyn Authorizer>,
    permission: PhantomData<fn() -> P>,
}

impl<P> Clone for Grant<P> {
    fn clone(&self) -> Self {
        Self { actor: self.actor.clone(), authorizer: Arc::clone(&self.authorizer), permission: PhantomData }
    }
}

impl<P: Permission> std::fmt::Debug for Grant<P> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Grant").field("action", &P::ACTION).field("actor", &self.actor.subject).finish_non_exhaustive()
    }
}

impl<P: Permission> Grant<P> {
    /// # Errors
    /// 401 for a visitor, 403 for anybody else whom the policy refuses.
    pub fn try_new(actor: Actor, authorizer: Arc<dyn Authorizer>) -> Result<Self, Problem> {
        let mut any = Resource::new(P::KIND, "*");
        any.owner = actor.account_id();
        any.tenant = actor.tenant;
        let grant = Self { actor, authorizer, permission: PhantomData };
        grant.on(&any)?;
        Ok(grant)
    }

    pub const fn actor(&self) -> &Actor {
        &self.actor
    }

    /// # Errors
    /// As [`Grant::try_new`], about this resource.
    pub fn on(&self, resource: &Resource) -> Result<(), Problem> {
        let (reason, missing) = match self.authorizer.authorize(&self.actor, P::ACTION, resource) {
            Decision::Allow => return Ok(()),
            Decision::Deny { reason } => (reason, Missing::Right),
            Decision::Prove { reason } => (reason, Missing::Factor),
            Decision::Narrow { reason, scope } => (reason, Missing::Scope(scope)),
        };
        tracing::info!(
            action = P::ACTION,
            resource.kind,
            resource.id,
            actor = ?self.actor.subject,
            acting = self.actor.acting.map(|acting| tracing::field::display(acting.account)),
            reason,
            "refused {}",
            P::ACTION
        );
        Err(match (&self.actor.subject, missing) {
            _ if self.actor.acting.is_some() => Problem::new(Status::Forbidden, STANDING_IN),
            (Subject::Visitor, _) => Problem::new(Status::Unauthorized, "auth.required"),
            (_, Missing::Scope(Some(scope))) => {
                Problem::new(Status::Forbidden, INSUFFICIENT_SCOPE).with("scope", scope)
            }
            (_, Missing::Scope(None)) => Problem::new(Status::Forbidden, "auth.session_only"),
            (_, Missing::Factor) => Problem::new(Status::Forbidden, TWO_FACTORS),
            (Subject::Account { .. } | Subject::Machine { .. } | Subject::System { .. }, Missing::Right) => {
                Problem::new(Status::Forbidden, "auth.forbidden")
            }
        })
    }

    /// Whose things are shown as their own: nobody's to a token or a key that does not cover reading them by `P`.
    pub fn reader(&self) -> Option<AccountId> {
        let own = |id: &AccountId| Resource::new(P::KIND, "*").owned_by(*id).fact("visibility", "owner");
        self.actor.account_id().filter(|id| self.allows(&own(id)))
    }

    /// The same question where a refusal only hides a part of the answer.
    pub fn allows(&self, resource: &Resource) -> bool {
        self.authorizer.authorize(&self.actor, P::ACTION, resource) == Decision::Allow
    }
}

impl<S: Send + Sync, P: Permission> FromRequestParts<S> for Grant<P> {
    type Rejection = ApiProblem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiProblem> {
        let kit = Kit::of(parts)?;
        let actor = parts.extensions.get::<Actor>().cloned().unwrap_or_else(Actor::visitor);
        Ok(Self::try_new(actor, Arc::clone(&kit.authorizer))?)
    }
}
