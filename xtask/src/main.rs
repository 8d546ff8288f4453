//! The workspace's own chores: `cargo xtask --help`.
#![allow(clippy::print_stdout, reason = "a command line speaks on standard output")]

mod engines;
mod layers;
mod licences;
mod migrations;
mod sqlx_data;
mod unused;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

/// Chores of the workspace.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Subcommand)]
enum Chore {
    /// Checks a rule of the workspace and names what breaks it.
    #[command(subcommand)]
    Check(Rule),
    /// Writes the offline data of compile-time checked SQL into `.sqlx`, from a fresh database with all migrations.
    Sqlx {
        /// Change nothing; fail if `.sqlx` is not what the code needs.
        #[arg(long)]
        check: bool,
    },
    /// Records what this checkout's binary asks of its schemas, for `check migrations` of what comes after it. With each release.
    Released,
    /// The real engines on this machine, on free ports of 127.0.0.1. Programs come from Maven, Go and Debian, pinned.
    #[command(subcommand)]
    Engines(engines::Verb),
}

#[derive(Subcommand)]
enum Rule {
    /// Dependencies point one way, no service depends on another, only the binary names adapters.
    Layers,
    /// Every crate in the lock file is under a licence that deny.toml allows.
    Licences,
    /// Migrations since the release hold no long lock, and its binary runs on their schema.
    Migrations,
    /// Every dependency of a manifest is named in the crate's code.
    Unused,
}

#[allow(clippy::print_stderr, reason = "a command line says there what went wrong")]
fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        // Without the stack that a machine's settings may ask for: it hides the words.
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    match Arguments::parse().chore {
        Chore::Check(Rule::Layers) => layers::check(),
        Chore::Check(Rule::Licences) => licences::check(),
        Chore::Check(Rule::Migrations) => migrations::check(),
        Chore::Released => migrations::record(),
        Chore::Engines(verb) => engines::run(verb),
        Chore::Sqlx { check } => sqlx_data::run(check),
        Chore::Check(Rule::Unused) => unused::check(),
    }
}
