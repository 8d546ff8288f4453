//! One file a command, where it is more than a few lines.

mod account;
mod audit;
mod changes;
mod cluster;
mod dead_letters;
mod doctor;
mod export;
mod identity;
mod import;
mod index;
mod openapi;
mod people;
mod policy;
mod seed;
mod serve;
mod servers;
mod up;

use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};

use crate::{
    cli::Command,
    config::{self, Config},
    database::Database,
    engines,
    running::Running,
    schemas,
};

pub async fn run(command: Command, config: Config) -> Result<ExitCode> {
    match command {
        Command::Up(command) => up::run(command, config).await,
        Command::Serve(command) => serve::run(command, &config).await,
        Command::Cluster(command) => cluster::run(command, &config).await,
        Command::Seed(command) => seed::run(command, &config).await,
        Command::Import(command) => Box::pin(import::run(command, &config)).await,
        Command::Export(command) => export::run(command, &config).await,
        Command::Reindex => index::reindex(&config).await,
        Command::Verify { repair } => index::verify(&config, repair).await,
        Command::Account(command) => account::run(command, &config).await,
        Command::Identity(command) => identity::run(command, &config).await,
        Command::Audit(command) => audit::run(command, &config).await,
        Command::Openapi => openapi::run(config).await,
        Command::Stop => stop(&config).await,
        Command::Migrate => migrate(&config).await,
        Command::DeadLetters(command) => dead_letters::run(command, &config).await,
        Command::Changes(command) => changes::run(command, &config).await,
        Command::Doctor => doctor::run(&config).await,
        Command::Config { .. } => {
            say_as_it_is!(config::effective(&config)?);
            Ok(ExitCode::SUCCESS)
        }
        // Answered before there was a configuration.
        Command::Completions { .. } => Ok(ExitCode::SUCCESS),
    }
}

async fn migrate(config: &Config) -> Result<ExitCode> {
    let secrets = engines::secrets(config)?;
    let database = Database::reach(config).await?;
    let result = async {
        let owner = engines::database_config(config, database.url.clone(), &secrets).await?;
        schemas::migrate(&owner).await
    }
    .await;
    database.stop().await;
    result?;
    say!("the database is up to date");
    Ok(ExitCode::SUCCESS)
}

/// Asks the process to end as Ctrl-C does, and waits for it.
async fn stop(config: &Config) -> Result<ExitCode> {
    let state = &config.state.folder;
    let Some(running) = Running::find(state) else {
        say!("nothing runs from {}", state.display());
        return Ok(ExitCode::SUCCESS);
    };
    let pid = Pid::from_raw(i32::try_from(running.pid).context("the process id")?);
    kill(pid, Signal::SIGTERM).with_context(|| format!("process {pid}"))?;
    let seconds_max = config.door.drain_s_max + 60;
    for _ in 0..seconds_max * 10 {
        if Running::find(state).is_none() && kill(pid, None).is_err() {
            say!("stopped");
            return Ok(ExitCode::SUCCESS);
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    bail!("process {pid} did not end within {seconds_max} s")
}
