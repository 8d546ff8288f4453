//! Looks at this machine without changing it.

use std::{net::TcpListener, os::unix::fs::MetadataExt as _, path::Path, process::ExitCode};

use anyhow::Result;
use svetu_postgres::Installation;
use tokio::process::Command;

use super::servers;
use crate::{
    config::{Config, LogFormat},
    door,
    running::Running,
};

const NODE_MAJOR_MIN: u32 = 20;
const PORT_DEFAULT: u16 = 8080;

/// A line of the report.
pub(super) enum Found {
    Good(String),
    /// It runs, but not as well as it could.
    Poor(String),
    Bad(String),
}

/// Exit code 1 when something is wrong.
pub async fn run(config: &Config) -> Result<ExitCode> {
    let mut found = vec![("state", state(&config.state.folder))];
    if config.postgres.url.is_empty() {
        found.push(("postgres", postgres(config).await));
    }
    found.extend(servers::look(config).await.into_iter().map(|server| ("postgres", server)));
    found.extend([("node", node(config).await), ("site", site(config)), ("door", door(config))]);
    found.extend(door::doubts(&config.door).into_iter().map(|doubt| ("door", Found::Poor(doubt))));
    found.extend([("memory", memory()), ("log", log(config))]);
    let mut wrong = false;
    for (what, found) in &found {
        let (mark, text) = match found {
            Found::Good(text) => ("ok  ", text),
            Found::Poor(text) => ("note", text),
            Found::Bad(text) => {
                wrong = true;
                ("BAD ", text)
            }
        };
        say!("{mark} {what:9} {text}");
    }
    Ok(ExitCode::from(u8::from(wrong)))
}

fn state(folder: &Path) -> Found {
    if let Some(running) = Running::find(folder) {
        return Found::Good(format!(
            "{}: svetu runs from it, process {}, {}",
            folder.display(),
            running.pid,
            running.url
        ));
    }
    match std::fs::metadata(folder) {
        Ok(meta) if meta.is_dir() && meta.mode() & 0o200 != 0 => Found::Good(format!("{}", folder.display())),
        Ok(_) => Found::Bad(format!("{} cannot be written; name another by state.folder", folder.display())),
        Err(_) => Found::Good(format!("{} will be made", folder.display())),
    }
}

async fn postgres(config: &Config) -> Found {
    let bin = (!config.postgres.bin.is_empty()).then(|| Path::new(&config.postgres.bin).to_owned());
    let data = config.state.folder.join("postgres/PG_VERSION");
    let wrote = std::fs::read_to_string(data).ok().and_then(|text| text.trim().parse().ok());
    match tokio::task::spawn_blocking(move || Installation::find(bin.as_deref(), wrote)).await {
        Ok(Ok(found)) if wrote.is_none_or(|wrote: u32| wrote == found.major) => {
            Found::Good(format!("PostgreSQL {} with PostGIS in {}", found.major, found.bin.display()))
        }
        Ok(Ok(found)) => Found::Bad(format!(
            "the data in {} are of PostgreSQL {}, here is {}; install that version, or move the folder away",
            config.state.folder.join("postgres").display(),
            wrote.unwrap_or_default(),
            found.major
        )),
        Ok(Err(error)) => Found::Bad(error.to_string()),
        Err(error) => Found::Bad(error.to_string()),
    }
}

async fn node(config: &Config) -> Found {
    if !config.site.enabled {
        return Found::Good("not needed: site.enabled is false".to_owned());
    }
    let Ok(output) = Command::new(&config.site.node).arg("--version").output().await else {
        return Found::Bad(format!(
            "`{}` cannot be started; install Node.js {NODE_MAJOR_MIN} or later, or name it by site.node",
            config.site.node
        ));
    };
    let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    let major = text.trim_start_matches('v').split('.').next().and_then(|major| major.parse::<u32>().ok());
    match major {
        Some(major) if major >= NODE_MAJOR_MIN => Found::Good(format!("Node.js {text}")),
        _ => Found::Bad(format!("Node.js {text}: {NODE_MAJOR_MIN} or later is needed")),
    }
}

fn site(config: &Config) -> Found {
    if !config.site.enabled {
        return Found::Good("off by site.enabled".to_owned());
    }
    match crate::site::server_script(&config.site.folder) {
        Ok(path) => Found::Good(format!("built: {}", path.display())),
        Err(error) => Found::Bad(error.to_string()),
    }
}

fn door(config: &Config) -> Found {
    if Running::find(&config.state.folder).is_some() {
        return Found::Good("held by the running svetu".to_owned());
    }
    let asked = if config.door.port == 0 { PORT_DEFAULT } else { config.door.port };
    match TcpListener::bind((config.door.address, asked)) {
        Ok(_) => Found::Good(format!("{}:{asked} is free", config.door.address)),
        Err(_) if config.door.port == 0 => {
            Found::Poor(format!("port {asked} is taken; the next free one will be used"))
        }
        Err(error) => Found::Bad(format!("door.port {asked}: {error}")),
    }
}

fn memory() -> Found {
    let text = std::fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let available_kib = text
        .lines()
        .find_map(|line| line.strip_prefix("MemAvailable:"))
        .and_then(|rest| rest.trim().trim_end_matches(" kB").parse::<u64>().ok());
    match available_kib.map(|kib| kib / 1024) {
        Some(mib) if mib < 1_024 => Found::Poor(format!("{mib} MiB free; 1,024 MiB are comfortable")),
        Some(mib) => Found::Good(format!("{mib} MiB free")),
        None => Found::Poor("unknown on this system".to_owned()),
    }
}

fn log(config: &Config) -> Found {
    let form = match config.log.format {
        LogFormat::Auto => "text on a terminal, JSON elsewhere",
        LogFormat::Text => "text",
        LogFormat::Json => "JSON",
    };
    Found::Good(format!("{}, {form}", config.log.level))
}
