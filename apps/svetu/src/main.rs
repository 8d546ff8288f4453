//! `svetu`: the whole platform on one machine, or some services of a cluster. This binary alone names adapters.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command line speaks on its standard streams")]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

#[macro_use]
mod say;

mod background;
mod backlog;
mod chosen;
mod clear;
mod cli;
mod cluster;
mod commands;
mod config;
mod control;
mod database;
mod door;
mod engines;
mod export;
mod figures;
mod guard;
mod import;
mod logs;
mod meters;
mod platform;
mod pools;
mod postgres;
mod probe;
mod progress;
mod running;
mod runtime;
mod schemas;
mod seed;
mod session;
mod site;
mod supervisor;
mod telemetry;

use std::process::ExitCode;

/// Gives back what a first start took, which glibc keeps in the heaps of all threads (ADR 7).
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

use clap::{CommandFactory as _, Parser as _};
use figment::value::Value;

use crate::{
    cli::{Cli, Command},
    config::Config,
};

fn main() -> ExitCode {
    let cli = Cli::parse();
    match run(cli) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("svetu: {error:#}");
            ExitCode::from(2)
        }
    }
}

fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    // What needs no configuration works beside a wrong one.
    match &cli.command {
        Command::Completions { shell } => {
            clap_complete::generate(*shell, &mut Cli::command(), "svetu", &mut std::io::stdout());
            return Ok(ExitCode::SUCCESS);
        }
        Command::Config { effective: false } => {
            say_as_it_is!(config::DEFAULTS);
            return Ok(ExitCode::SUCCESS);
        }
        _ => {}
    }
    let config = Config::load(cli.config.as_deref(), &flags(&cli))?;
    logs::start(&config.log)?;
    // Clients of engines bring a second provider of TLS; one that does not say which it wants gets the platform's.
    #[cfg(any(feature = "redis", feature = "s3"))]
    rustls::crypto::aws_lc_rs::default_provider()
        .install_default()
        .map_err(|_| anyhow::anyhow!("a provider of TLS is there already"))?;
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(commands::run(cli.command, config))
}

/// Flags that stand for a key of the configuration.
fn flags(cli: &Cli) -> Vec<(&'static str, Value)> {
    let mut flags = Vec::new();
    if let Some(state) = &cli.state {
        flags.push(("state.folder", Value::from(state.display().to_string())));
    }
    let port = match &cli.command {
        Command::Up(up) => up.port,
        Command::Serve(serve) => serve.port,
        Command::Cluster(cli::Cluster::Up(up)) => up.port,
        _ => None,
    };
    if let Some(port) = port {
        flags.push(("door.port", Value::from(port)));
    }
    if matches!(&cli.command, Command::Up(up) if up.no_site)
        || matches!(&cli.command, Command::Serve(serve) if serve.no_site)
    {
        flags.push(("site.enabled", Value::from(false)));
    }
    flags
}
