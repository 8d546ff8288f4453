//! The policies of this binary: nothing is started for them.

use std::{collections::BTreeSet, process::ExitCode};

use anyhow::{Context as _, Result, bail};
use svetu_kernel::{AccountId, Actor, Credential, Role, Strength};
use svetu_policy::CedarAuthorizer;
use svetu_ports::{Decision, Resource};

use crate::cli::{Explain, Policy};

pub fn run(command: Policy) -> Result<ExitCode> {
    let policy = CedarAuthorizer::try_new()?;
    match command {
        Policy::Check => {
            say!(
                "{} policies fit the schema: {} actions and groups, {} scopes",
                policy.policies(),
                policy.actions().count(),
                policy.scopes().names().count()
            );
            Ok(ExitCode::SUCCESS)
        }
        Policy::Explain(asked) => explain(&policy, &asked),
    }
}

fn explain(policy: &CedarAuthorizer, asked: &Explain) -> Result<ExitCode> {
    let (own, other) = (AccountId::from_uuid(uuid::Uuid::from_u128(1)), AccountId::from_uuid(uuid::Uuid::from_u128(2)));
    let mut actor = match roles(&asked.role)? {
        none if none.is_empty() => Actor::visitor(),
        roles => Actor { strength: strength(asked.one_factor), ..Actor::account(own, roles) },
    };
    if !asked.scope.is_empty() {
        let scopes: BTreeSet<String> = asked.scope.iter().filter(|scope| *scope != "none").cloned().collect();
        let known: BTreeSet<&str> = policy.scopes().names().collect();
        if let Some(unknown) = scopes.iter().find(|scope| !known.contains(scope.as_str())) {
            bail!("--scope {unknown}: expected some of {}", known.into_iter().collect::<Vec<_>>().join(", "));
        }
        actor.credential = Credential::Token { client: "explain".to_owned(), scopes };
    }
    // The resource's kind and facts are named by constants elsewhere; here a word of the command line lives as long as we do.
    let lasting = |text: &str| -> &'static str { Box::leak(text.to_owned().into_boxed_str()) };
    let mut resource = Resource::new(lasting(&asked.kind), "*");
    resource.owner = match asked.owner.as_deref() {
        Some("self") => Some(own),
        Some(_) => Some(other),
        None => None,
    };
    for fact in &asked.fact {
        let (name, value) = fact.split_once('=').with_context(|| format!("--fact {fact}: expected NAME=VALUE"))?;
        resource = resource.fact(lasting(name), value);
    }
    let explained = policy.explain(&actor, &asked.action, &resource).map_err(anyhow::Error::msg)?;
    let (word, code) = match &explained.decision {
        Decision::Allow => ("allowed", ExitCode::SUCCESS),
        Decision::Deny { .. } | Decision::Prove { .. } | Decision::Narrow { .. } => ("denied", ExitCode::FAILURE),
    };
    say!("{word}  {} on {}", asked.action, asked.kind);
    for name in &explained.policies {
        say!("  by {name}");
    }
    match &explained.decision {
        Decision::Allow => {}
        Decision::Deny { reason } if explained.policies.is_empty() => say!("  {reason}"),
        Decision::Prove { .. } => say!("  two factors, proven in this session, would do"),
        Decision::Narrow { scope: Some(scope), .. } => say!("  the scope {scope} would cover it"),
        Decision::Narrow { scope: None, .. } => say!("  no scope covers it: only the person does it, in a session"),
        Decision::Deny { .. } => {}
    }
    Ok(code)
}

const fn strength(one_factor: bool) -> Strength {
    if one_factor { Strength::Password } else { Strength::MultiFactor }
}

fn roles(names: &[String]) -> Result<Vec<Role>> {
    names
        .iter()
        .map(|name| {
            Role::ALL
                .into_iter()
                .find(|role| role.name() == name)
                .with_context(|| format!("--role {name}: expected one of {}", Role::ALL.map(Role::name).join(", ")))
        })
        .collect()
}
