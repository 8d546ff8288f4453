//! Some services of a cluster, on engines that run elsewhere.

use std::process::ExitCode;

use anyhow::{Result, ensure};
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
};

use crate::{
    cli::{Role, Serve},
    config::Config,
    door, engines,
    engines::Engines,
    platform,
    runtime::{Doors, Runtime},
};

pub async fn run(serve: Serve, config: &Config) -> Result<ExitCode> {
    platform::check_roles(&serve.roles)?;
    ensure!(
        !config.postgres.url.is_empty(),
        "postgres.url: `svetu serve` works on a server that runs elsewhere; `svetu up` brings its own"
    );
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let secrets = engines::secrets(config)?;
    let engines = Engines::choose(config, config.postgres.url.clone(), secrets).await?;
    let mut doors = None;
    let mut port = config.door.port;
    if serve.roles.contains(&Role::Gateway) {
        let listener = door::open(&config.door)?;
        port = listener.local_addr()?.port();
        doors = Some(Doors { public: TcpListener::from_std(listener)?, inside: None, site: None });
    }
    let public_url = door::public_url(&config.door, port);
    let runtime = Runtime::start(config, engines, &serve.roles, &public_url, doors).await?;
    runtime.ready();
    let roles: Vec<&str> = serve.roles.iter().map(|role| role.name()).collect();
    tracing::info!(roles = roles.join(","), "serving");
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    tracing::info!("ending");
    runtime.stop().await;
    Ok(ExitCode::SUCCESS)
}
