//! Dependencies that a crate names in its manifest and nowhere in its code.
//!
//! Textual like cargo-machete, which would have to be compiled first; derives and attributes that only name a crate in a
//! macro's output are listed under `[package.metadata.unused] ignore`.

use std::{fs, path::Path};

use anyhow::{Result, bail};
use cargo_metadata::MetadataCommand;

pub fn check() -> Result<()> {
    let metadata = MetadataCommand::new().no_deps().exec()?;
    let mut unused = Vec::new();
    let mut seen = 0;
    for package in &metadata.packages {
        let root = package.manifest_path.parent().map_or_else(|| Path::new("."), |path| path.as_std_path());
        let mut code = String::new();
        read_rust(root, 0, &mut code)?;
        let ignored: Vec<&str> = package.metadata["unused"]["ignore"]
            .as_array()
            .map(|names| names.iter().filter_map(|name| name.as_str()).collect())
            .unwrap_or_default();
        for dependency in &package.dependencies {
            seen += 1;
            let name = dependency.rename.as_deref().unwrap_or(&dependency.name).replace('-', "_");
            if !ignored.contains(&dependency.name.as_str()) && !names_crate(&code, &name) {
                unused.push(format!("{}: {}", package.name, dependency.name));
            }
        }
    }
    if seen == 0 {
        bail!("no dependency was found: the check looked at nothing");
    }
    unused.sort();
    unused.dedup();
    if !unused.is_empty() {
        bail!("dependencies that no code names:\n  {}", unused.join("\n  "));
    }
    println!("unused dependencies: none of {seen}");
    Ok(())
}

/// True where `name` stands as a word of its own.
fn names_crate(code: &str, name: &str) -> bool {
    let word = |character: char| character.is_alphanumeric() || character == '_';
    code.match_indices(name).any(|(at, _)| {
        !code[..at].chars().next_back().is_some_and(word) && !code[at + name.len()..].chars().next().is_some_and(word)
    })
}

fn read_rust(folder: &Path, depth: usize, code: &mut String) -> Result<()> {
    const DEPTH_MAX: usize = 12;
    if depth > DEPTH_MAX {
        return Ok(());
    }
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        // A folder with a manifest of its own is another crate.
        if path.is_dir() && path.file_name().is_none_or(|name| name != "target") && !path.join("Cargo.toml").exists() {
            read_rust(&path, depth + 1, code)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            code.push_str(&fs::read_to_string(&path)?);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_a_word_of_its_own() {
        assert!(names_crate("use tokio::fs;", "tokio"));
        assert!(!names_crate("use tokio_util::io;", "tokio"));
        assert!(!names_crate("", "tokio"));
    }
}
