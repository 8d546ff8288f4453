use std::{process::ExitCode, sync::Arc, time::Instant};

use anyhow::Result;

use crate::{cli::Seed, config::Config, seed::Seeder, session::Session};

pub async fn run(seed: Seed, config: &Config) -> Result<ExitCode> {
    let began = Instant::now();
    let session = Session::open(config).await?;
    let seeder = Seeder {
        contracts: &session.contracts,
        clock: Arc::clone(&session.engines.clock),
        state: &config.state.folder,
        database: &config.postgres.url,
    };
    let result = seeder.run(seed.seed, seed.listings).await;
    session.close().await;
    let summary = result?;
    say!(
        "{} ads created, {} updated, {} unchanged; {} sellers, {} favourites, {} saved searches; {:.1} s",
        summary.created,
        summary.updated,
        summary.unchanged,
        summary.accounts,
        summary.favourites,
        summary.searches,
        began.elapsed().as_secs_f64()
    );
    Ok(ExitCode::SUCCESS)
}
