//! The whole platform on this machine.

use std::{
    fs,
    io::{Read as _, Seek as _, SeekFrom},
    net::Ipv4Addr,
    process::{Command, ExitCode, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
};

use crate::{
    cli::Up,
    config::Config,
    database::Database,
    door, engines,
    engines::Engines,
    running::{Lock, Running},
    runtime::{Doors, Part, Runtime},
    schemas,
    seed::{STAFF, STAFF_PASSWORD, Seeder},
    site::Site,
};

/// A first start may load a large demo world.
const DETACHED_MAX: Duration = Duration::from_secs(60 * 60);
const LOG_TAIL_BYTES: u64 = 4_000;

pub async fn run(up: Up, mut config: Config) -> Result<ExitCode> {
    config.identity.staff_second_factor = config.identity.staff_second_factor.in_world(up.demo.is_some());
    if up.detach {
        return detach(&config, up.demo.is_some()).await;
    }
    if up.detached {
        // A session of our own: the terminal that started us may close. Fails only for a leader, which has one.
        let _ = nix::unistd::setsid();
    }
    let began = Instant::now();
    let lock = Lock::take(&config.state.folder)?;
    let secrets = engines::secrets(&config)?;
    let database = Database::start(&config).await?;
    let result = serve(&up, &config, &database, secrets, &lock, began).await;
    database.stop().await;
    result.map(|()| ExitCode::SUCCESS)
}

async fn serve(
    up: &Up,
    config: &Config,
    database: &Database,
    secrets: std::sync::Arc<dyn svetu_ports::Secrets>,
    lock: &Lock,
    began: Instant,
) -> Result<()> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let engines = Engines::choose(config, database.url.clone(), secrets).await?;
    schemas::migrate(&engines.database).await.context("the database")?;
    // The door is taken before anything is started that would have to be stopped again.
    let listener = door::open(&config.door)?;
    let port = listener.local_addr()?.port();
    let public_url = door::public_url(&config.door, port);
    let inside = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let api = format!("http://{}", inside.local_addr()?);
    let site_address = if config.site.enabled { Some(Site::choose_address()?) } else { None };

    let doors = Doors { public: TcpListener::from_std(listener)?, inside: Some(inside), site: site_address };
    let mut runtime = Runtime::start(config, engines, Part::WHOLE, &public_url, Some(doors)).await?;
    let site = match site_address {
        Some(address) => Some(Site::start(&config.site, address, &api, &public_url).await),
        None => None,
    };
    let site = match site.transpose() {
        Ok(site) => site,
        Err(error) => {
            runtime.stop().await;
            return Err(error);
        }
    };
    let work = async {
        if let Some(listings) = up.demo {
            demo(&runtime, config, listings, up.demo_seed).await?;
        }
        runtime.ready().await;
        lock.announce(&Running {
            pid: std::process::id(),
            url: public_url.clone(),
            postgres_url: database.url.clone(),
        })?;
        greet(config, &public_url, up.demo.is_some(), began.elapsed());
        Ok::<(), anyhow::Error>(())
    };
    let end = tokio::select! {
        worked = work => worked,
        _ = interrupt.recv() => Ok(()),
        _ = terminate.recv() => Ok(()),
    };
    if end.is_ok() && Running::find(&config.state.folder).is_some() {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    }
    tracing::info!("ending");
    runtime.close_door().await;
    if let Some(site) = site {
        site.stop().await;
    }
    runtime.stop().await;
    end
}

async fn demo(runtime: &Runtime, config: &Config, listings: u64, seed: u64) -> Result<()> {
    let contracts = runtime.contracts()?;
    let seeder = Seeder {
        contracts: &contracts,
        clock: runtime.clock(),
        state: &config.state.folder,
        database: &config.postgres.url,
    };
    if seeder.is_done(seed, listings).await? {
        return Ok(());
    }
    say!("loading a demo world of {listings} ads …");
    let summary = seeder.run(seed, listings).await.context("the demo world")?;
    contracts.search.catch_up().await?;
    say!(
        "{} ads of {} sellers, {} favourites, {} saved searches",
        summary.created + summary.updated + summary.unchanged,
        summary.accounts,
        summary.favourites,
        summary.searches
    );
    Ok(())
}

pub fn greet(config: &Config, url: &str, demo: bool, took: Duration) {
    say!("\nSve Tu is ready after {:.1} s.\n", took.as_secs_f64());
    say!("  the site       {url}");
    say!("  the API        {url}/api/docs");
    if config.mail.url.starts_with("outbox:") {
        if door::is_local(&config.door) {
            say!("  sent letters   {url}/dev/mail");
        } else {
            say!("  sent letters   {}", config.state.folder.join("mail").display());
        }
    }
    if demo {
        say!("\n  accounts, all with the password {STAFF_PASSWORD}");
        for (email, _, role) in STAFF {
            say!("  {:13}  {email}", role.name());
        }
        if !config.identity.staff_second_factor.is_needed() {
            say!("  here the staff works by that password alone; elsewhere it proves a second factor");
        }
    }
    say!("\nCtrl-C (or `svetu stop`) ends it.");
}

/// Starts ourselves anew without a terminal, and waits until that one is ready.
pub async fn detach(config: &Config, demo: bool) -> Result<ExitCode> {
    let state = &config.state.folder;
    if let Some(running) = Running::find(state) {
        bail!("svetu already runs from {}: process {}, {}", state.display(), running.pid, running.url);
    }
    fs::create_dir_all(state).with_context(|| format!("state.folder: {}", state.display()))?;
    let log_path = state.join("svetu.log");
    let log = fs::File::create(&log_path).with_context(|| format!("{}", log_path.display()))?;
    let arguments =
        std::env::args_os().skip(1).map(|argument| if argument == "--detach" { "--detached".into() } else { argument });
    let mut child = Command::new(std::env::current_exe()?)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(log.try_clone()?)
        .stderr(log)
        .spawn()?;
    let began = Instant::now();
    loop {
        if let Some(running) = Running::find(state) {
            greet(config, &running.url, demo, began.elapsed());
            say!("Its log is {}.", log_path.display());
            return Ok(ExitCode::SUCCESS);
        }
        if let Some(status) = child.try_wait()? {
            bail!("svetu ended at once ({status}); the end of {}:\n{}", log_path.display(), tail(&log_path)?);
        }
        if began.elapsed() > DETACHED_MAX {
            bail!(
                "svetu is not ready after {} s; it goes on, its log is {}",
                DETACHED_MAX.as_secs(),
                log_path.display()
            );
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

fn tail(path: &std::path::Path) -> Result<String> {
    let mut file = fs::File::open(path)?;
    let len = file.metadata()?.len();
    file.seek(SeekFrom::Start(len.saturating_sub(LOG_TAIL_BYTES)))?;
    let mut bytes = Vec::new();
    file.take(LOG_TAIL_BYTES).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
