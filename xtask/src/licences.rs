//! Licences of everything that is linked in, against the list of deny.toml.
//!
//! `deny.toml` is read by cargo-deny too, for whoever has it; this check needs nothing installed.

use std::fs;

use anyhow::{Context, Result, bail};
use cargo_metadata::{CargoOpt, MetadataCommand};
use serde::Deserialize;
use spdx::Expression;

#[derive(Deserialize)]
struct Deny {
    licenses: Licences,
}

#[derive(Deserialize)]
struct Licences {
    allow: Vec<String>,
    #[serde(default)]
    exceptions: Vec<Exception>,
    #[serde(default)]
    clarify: Vec<Clarification>,
}

#[derive(Deserialize)]
struct Exception {
    #[serde(rename = "crate")]
    name: String,
    allow: Vec<String>,
}

#[derive(Deserialize)]
struct Clarification {
    #[serde(rename = "crate")]
    name: String,
    expression: String,
}

pub fn check() -> Result<()> {
    // Engines' clients stand behind features that a daily build leaves out.
    let metadata =
        MetadataCommand::new().features(CargoOpt::AllFeatures).other_options(["--locked".to_owned()]).exec()?;
    let path = metadata.workspace_root.join("deny.toml");
    let deny: Deny = toml::from_str(&fs::read_to_string(&path)?).with_context(|| format!("{path}"))?;
    let mut refused = Vec::new();
    let mut seen = 0;
    for package in metadata.packages.iter().filter(|package| package.source.is_some()) {
        seen += 1;
        let clarified = deny.licenses.clarify.iter().find(|entry| entry.name == package.name.as_str());
        let stated = clarified.map(|entry| entry.expression.clone()).or_else(|| package.license.clone());
        let Some(stated) = stated else {
            refused.push(format!("{} {}: states no licence", package.name, package.version));
            continue;
        };
        let extra = deny.licenses.exceptions.iter().find(|entry| entry.name == package.name.as_str());
        let allowed: Vec<&str> =
            deny.licenses.allow.iter().chain(extra.iter().flat_map(|entry| &entry.allow)).map(String::as_str).collect();
        let expression = Expression::parse_mode(&stated, spdx::ParseMode::LAX)
            .map_err(|error| anyhow::anyhow!("{} {}: {stated}: {}", package.name, package.version, error.reason))?;
        let satisfied = expression.evaluate(|requirement| {
            let licence = requirement.license.to_string();
            allowed.iter().any(|name| *name == licence || *name == requirement.to_string())
        });
        if !satisfied {
            refused.push(format!("{} {}: {stated}", package.name, package.version));
        }
    }
    if seen == 0 {
        bail!("no crate of a registry was found: the check looked at nothing");
    }
    if !refused.is_empty() {
        bail!("licences that deny.toml does not allow:\n  {}", refused.join("\n  "));
    }
    println!("licences: {seen} crates are under licences that deny.toml allows");
    Ok(())
}
