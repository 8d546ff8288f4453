//! Some services of a cluster, on engines that run elsewhere.

use std::{net::Ipv4Addr, os::fd::AsFd as _, process::ExitCode};

use anyhow::{Context as _, Result, ensure};
use nix::sys::{prctl, signal::Signal};
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
};

use crate::{
    cli::{Role, Serve},
    cluster::Elsewhere,
    config::Config,
    door, engines,
    engines::Engines,
    platform,
    runtime::{Doors, Part, Runtime},
    site::Site,
};

pub async fn run(serve: Serve, config: &Config) -> Result<ExitCode> {
    let elsewhere = Elsewhere::open(&config.cluster)?;
    platform::check_roles(&serve.roles, elsewhere.as_ref())?;
    ensure!(
        !config.postgres.url.is_empty(),
        "postgres.url: `svetu serve` works on a server that runs elsewhere; `svetu up` brings its own"
    );
    if serve.with_parent {
        prctl::set_pdeathsig(Signal::SIGTERM)?;
    }
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let secrets = engines::secrets(config)?;
    let engines = Engines::choose(config, config.postgres.url.clone(), secrets).await?;
    let (mut doors, mut site) = (None, None);
    let mut port = config.door.port;
    if serve.roles.contains(&Role::Gateway) {
        let listener = if serve.door_on_stdin { inherited()? } else { door::open(&config.door)? };
        port = listener.local_addr()?.port();
        let inside = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        if config.site.enabled {
            site = Some((Site::choose_address()?, format!("http://{}", inside.local_addr()?)));
        }
        let address = site.as_ref().map(|(address, _)| *address);
        doors = Some(Doors { public: TcpListener::from_std(listener)?, inside: Some(inside), site: address });
    }
    let public_url = door::public_url(&config.door, port);
    let part = Part { roles: &serve.roles, elsewhere: elsewhere.as_ref() };
    let starting = Box::pin(Runtime::start(config, engines, part, &public_url, doors));
    let mut runtime = tokio::select! {
        started = starting => started?,
        // Waiting for another role, it can be told to end.
        _ = interrupt.recv() => return Ok(ExitCode::SUCCESS),
        _ = terminate.recv() => return Ok(ExitCode::SUCCESS),
    };
    let site = match site {
        Some((address, api)) => match Site::start(&config.site, address, &api, &public_url).await {
            Ok(site) => Some(site),
            Err(error) => {
                runtime.stop().await;
                return Err(error);
            }
        },
        None => None,
    };
    runtime.ready().await;
    let roles: Vec<&str> = serve.roles.iter().map(|role| role.name()).collect();
    tracing::info!(roles = roles.join(","), "serving");
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    tracing::info!("ending");
    runtime.close_door().await;
    if let Some(site) = site {
        site.stop().await;
    }
    runtime.stop().await;
    Ok(ExitCode::SUCCESS)
}

/// The socket that whoever started us listens on.
fn inherited() -> Result<std::net::TcpListener> {
    let listener = std::net::TcpListener::from(std::io::stdin().as_fd().try_clone_to_owned()?);
    listener.local_addr().context("--door-on-stdin: the standard input is no listening socket")?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}
