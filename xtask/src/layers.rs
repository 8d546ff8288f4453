//! Who may depend on whom, over `cargo metadata`. The list below is the architecture; ARCHITECTURE.md tells it in words.

use anyhow::{Result, bail};
use cargo_metadata::{DependencyKind, MetadataCommand};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Layer {
    Kernel,
    /// Pure libraries: contracts, ports, text, policy, feed, demo.
    Foundation,
    /// db and http.
    Kit,
    Service,
    Adapter,
    Gateway,
    Binary,
    /// testkit, bench and xtask: never part of what runs.
    Tool,
}

impl Layer {
    fn of(manifest: &str, name: &str) -> Result<Self> {
        Ok(match name {
            "svetu-kernel" => Self::Kernel,
            "svetu-contracts" | "svetu-ports" | "svetu-text" | "svetu-policy" | "svetu-feed" | "svetu-demo" => {
                Self::Foundation
            }
            "svetu-db" | "svetu-http" => Self::Kit,
            "svetu-gateway" => Self::Gateway,
            "svetu" => Self::Binary,
            "svetu-testkit" | "svetu-bench" | "xtask" => Self::Tool,
            _ if manifest.contains("/crates/adapters/") => Self::Adapter,
            _ if ["platform", "marketplace", "klimagrad", "coin", "solar"]
                .iter()
                .any(|vertical| manifest.contains(&format!("/crates/{vertical}/"))) =>
            {
                Self::Service
            }
            _ => bail!("{name}: no layer is known for {manifest}; name it in xtask/src/layers.rs"),
        })
    }

    /// What code that runs may depend on.
    fn may_use(self, other: Self) -> bool {
        match self {
            Self::Kernel => false,
            Self::Foundation => matches!(other, Self::Kernel | Self::Foundation),
            Self::Kit => matches!(other, Self::Kernel | Self::Foundation),
            Self::Service | Self::Adapter | Self::Gateway => {
                matches!(other, Self::Kernel | Self::Foundation | Self::Kit)
            }
            Self::Binary => !matches!(other, Self::Tool | Self::Binary),
            Self::Tool => true,
        }
    }

    /// What its tests may depend on besides: real adapters and the test kit, never another service.
    fn tests_may_use(self, other: Self) -> bool {
        self.may_use(other) || matches!(other, Self::Tool | Self::Adapter) || self == Self::Binary
    }
}

pub fn check() -> Result<()> {
    let metadata = MetadataCommand::new().no_deps().exec()?;
    let mut broken = Vec::new();
    let mut arrows = 0;
    for package in &metadata.packages {
        let layer = Layer::of(package.manifest_path.as_str(), &package.name)?;
        for dependency in &package.dependencies {
            let Some(target) = metadata.packages.iter().find(|other| other.name.as_str() == dependency.name) else {
                continue;
            };
            arrows += 1;
            let other = Layer::of(target.manifest_path.as_str(), &target.name)?;
            let allowed = match dependency.kind {
                DependencyKind::Development => layer.tests_may_use(other),
                _ => layer.may_use(other),
            };
            if !allowed {
                broken.push(format!("{} ({layer:?}) must not depend on {} ({other:?})", package.name, target.name));
            }
        }
    }
    // An empty walk would pass whatever the code does.
    if arrows == 0 {
        bail!("no dependency between crates of the workspace was found: the check looked at nothing");
    }
    if !broken.is_empty() {
        bail!("the layers are broken (ARCHITECTURE.md, Layers):\n  {}", broken.join("\n  "));
    }
    println!("layers: {arrows} dependencies between {} crates point the right way", metadata.packages.len());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rules_that_matter_most() {
        assert!(!Layer::Service.may_use(Layer::Service));
        assert!(!Layer::Service.may_use(Layer::Adapter));
        assert!(!Layer::Gateway.may_use(Layer::Service));
        assert!(!Layer::Kernel.may_use(Layer::Foundation));
        assert!(!Layer::Foundation.may_use(Layer::Kit));
        assert!(!Layer::Service.tests_may_use(Layer::Service));
        assert!(Layer::Binary.may_use(Layer::Adapter));
        assert!(Layer::Service.tests_may_use(Layer::Adapter));
    }

    #[test]
    fn the_workspace_keeps_them() -> Result<()> {
        check()
    }
}
