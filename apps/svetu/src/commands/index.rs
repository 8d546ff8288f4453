//! The index has one writer: the platform that runs is asked, or the cluster's process that plays `search`; else a doorless one of our
//! own does it.

use std::{process::ExitCode, sync::Arc};

use anyhow::{Context as _, Result};
use svetu_contracts::search::SearchContract;

use crate::{
    cli::Role,
    cluster::Elsewhere,
    config::Config,
    control::{self, Difference},
    database::Database,
    door, engines,
    engines::Engines,
    running::Running,
    runtime::{Part, Runtime},
    schemas,
};

const AS_OPERATOR: &str =
    "cluster.services.search was asked, as cluster.certificate says; the operator's is made by `svetu cluster keys`";

pub async fn reindex(config: &Config) -> Result<ExitCode> {
    let documents: u64 = match Keeper::of(config)? {
        Keeper::Running => control::ask(&config.state.folder, "/reindex").await?,
        Keeper::Elsewhere(search) => search.reindex().await.context(AS_OPERATOR)?,
        Keeper::Nobody => alone(config, async |search| Ok(search.reindex().await?)).await?,
    };
    say!("the index was built anew: {documents} ads");
    Ok(ExitCode::SUCCESS)
}

pub async fn verify(config: &Config, repair: bool) -> Result<ExitCode> {
    let found: Difference = match Keeper::of(config)? {
        Keeper::Running => control::ask(&config.state.folder, &format!("/verify?repair={repair}")).await?,
        Keeper::Elsewhere(search) => search.verify(repair).await.context(AS_OPERATOR)?.into(),
        Keeper::Nobody => alone(config, async |search| Ok(Difference::from(search.verify(repair).await?))).await?,
    };
    let wrong = found.missing + found.stale + found.surplus;
    say!(
        "{} ads compared: {} missing, {} stale, {} surplus",
        found.compared,
        found.missing,
        found.stale,
        found.surplus
    );
    for example in &found.examples {
        say!("  {example}");
    }
    if wrong > 0 && repair {
        say!("mended");
    }
    Ok(ExitCode::from(u8::from(wrong > 0 && !repair)))
}

/// Who has the index.
enum Keeper {
    /// The platform that runs from this state folder.
    Running,
    /// The process of a cluster that plays `search`.
    Elsewhere(Arc<dyn SearchContract>),
    Nobody,
}

impl Keeper {
    fn of(config: &Config) -> Result<Self> {
        if Running::find(&config.state.folder).is_some() {
            return Ok(Self::Running);
        }
        match Elsewhere::open(&config.cluster)? {
            Some(elsewhere) if elsewhere.has(Role::Search) => Ok(Self::Elsewhere(elsewhere.search()?)),
            Some(_) | None => Ok(Self::Nobody),
        }
    }
}

/// With everything that was published before handed on first.
async fn alone<T>(config: &Config, work: impl AsyncFnOnce(Arc<dyn SearchContract>) -> Result<T>) -> Result<T> {
    let secrets = engines::secrets(config)?;
    let database = Database::reach(config).await?;
    let result = async {
        let engines = Engines::choose(config, database.url.clone(), secrets).await?;
        schemas::migrate(&engines.database).await?;
        let public_url = door::public_url(&config.door, config.door.port);
        let runtime = Runtime::start(config, engines, Part::WHOLE, &public_url, None).await?;
        let result = async {
            let search = runtime.contracts()?.search;
            search.catch_up().await.context("the index does not catch up")?;
            work(search).await
        }
        .await;
        runtime.stop().await;
        result
    }
    .await;
    database.stop().await;
    result
}
