//! The platform against its rivals, paired in one run.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command line speaks on its standard streams")]

mod bare;
mod clusters;
mod corpus;
mod edit;
#[cfg(feature = "engines")]
mod engines;
mod import;
mod oidc;
#[cfg(feature = "engines")]
mod opensearch;
mod pace;
mod photo;
mod platform;
mod report;
mod search;

use std::path::PathBuf;

use anyhow::Result;
use clap::{Parser, Subcommand};

#[derive(Debug, Parser)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Measure and write the table.
    Run(Run),
    /// Recode a photo so many times on this core and print the seconds of each.
    Photo { file: PathBuf, rounds: u32 },
    /// Measure the OpenID Provider against node's `oidc-provider` and its own ceilings, and write the table.
    ///
    /// The servers take core 0; start it on another one: `taskset -c 1 svetu-bench oidc --svetu target/release/svetu`.
    Oidc(oidc::Oidc),
    /// Measure each port on its embedded and on its real engine, and write the table.
    #[cfg(feature = "engines")]
    Engines(engines::Engines),
    /// Work on a port in this process and print the megabytes by which it grew.
    #[cfg(feature = "engines")]
    EngineMemory(engines::Work),
    /// Hash a password for so many seconds on this core and print hashes a second.
    Argon2 { seconds: u64 },
}

#[derive(Debug, clap::Args)]
pub struct Run {
    /// The release binary.
    #[arg(long)]
    svetu: PathBuf,
    /// Ads of the demo world.
    #[arg(long, default_value_t = 100_000)]
    listings: u64,
    /// Rows of one import.
    #[arg(long, default_value_t = 20_000)]
    rows: u64,
    /// Queries of one repeat.
    #[arg(long, default_value_t = 2_000)]
    queries: usize,
    #[arg(long, default_value_t = 3)]
    repeats: usize,
    /// Some of search, clusters, edit, import, photo.
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
    /// A folder of a platform that was filled before; it is kept.
    #[arg(long)]
    state: Option<PathBuf>,
    /// The built `xtask`, which starts OpenSearch as a rival.
    #[cfg(feature = "engines")]
    #[arg(long, default_value = "target/debug/xtask")]
    xtask: PathBuf,
    /// The folder where `sharp` is installed.
    #[arg(long, default_value = "web/node_modules")]
    node_modules: PathBuf,
    #[arg(long, default_value = "docs/benchmarks.md")]
    out: PathBuf,
}

fn main() -> Result<()> {
    match Cli::parse().command {
        Command::Photo { file, rounds } => photo::recode(&file, rounds),
        Command::Argon2 { seconds } => oidc::hash_for(std::time::Duration::from_secs(seconds)),
        #[cfg(feature = "engines")]
        Command::Engines(engines) => secured()?.block_on(engines::compare(&engines)),
        #[cfg(feature = "engines")]
        Command::EngineMemory(work) => secured()?.block_on(engines::grow(&work)),
        Command::Oidc(oidc) => runtime()?.block_on(oidc::compare(&oidc)),
        Command::Run(run) => runtime()?.block_on(measure(&run)),
    }
}

fn runtime() -> Result<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_multi_thread().enable_all().build()?)
}

/// Clients of engines bring a second provider of TLS; they get the platform's.
#[cfg(feature = "engines")]
fn secured() -> Result<tokio::runtime::Runtime> {
    let provider = rustls::crypto::aws_lc_rs::default_provider();
    provider.install_default().map_err(|_| anyhow::anyhow!("a provider of TLS is there already"))?;
    runtime()
}

async fn measure(run: &Run) -> Result<()> {
    let wants = |what: &str| run.only.is_empty() || run.only.iter().any(|only| only == what);
    let subject = if run.only == ["search"] { report::SEARCH } else { report::PLATFORM };
    let mut report = report::Report::begin(subject)?;
    if wants("photo") {
        report.add(photo::compare(run.repeats, &run.node_modules).await?);
    }
    if ["search", "clusters", "edit", "import"].into_iter().any(wants) {
        let platform = platform::Platform::start(&run.svetu, run.state.as_deref(), run.listings, None).await?;
        report.note(platform.told.clone());
        let measured = on_platform(run, &platform, &wants, &mut report).await;
        platform.stop().await?;
        measured?;
    }
    report.write(&run.out)
}

async fn on_platform(
    run: &Run,
    platform: &platform::Platform,
    wants: &impl Fn(&str) -> bool,
    report: &mut report::Report,
) -> Result<()> {
    let corpus = corpus::Corpus::gather(platform, run.queries).await?;
    if wants("search") {
        report.add(search::compare(platform, &corpus, run).await?);
    }
    if wants("clusters") {
        report.add(clusters::compare(platform, &corpus, run.repeats).await?);
    }
    if wants("edit") {
        report.add(edit::compare(platform, run.repeats).await?);
    }
    if wants("import") {
        report.add(import::compare(platform, &corpus, run.rows, run.repeats).await?);
    }
    Ok(())
}
