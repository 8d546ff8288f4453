use std::process::ExitCode;

use anyhow::Result;

use crate::{cli::DeadLetters, config::Config, database::Database, engines, engines::Engines};

const PAGE: u32 = 100;

pub async fn run(command: DeadLetters, config: &Config) -> Result<ExitCode> {
    let secrets = engines::secrets(config)?;
    let database = Database::reach(config).await?;
    let result = async {
        let engines = Engines::choose(config, database.url.clone(), secrets).await?;
        let done = match command {
            DeadLetters::List { group } => list(&engines, group.as_deref()).await,
            DeadLetters::Replay { id } => replay(&engines, id).await,
        };
        engines.close().await;
        done
    }
    .await;
    database.stop().await;
    result.map(|()| ExitCode::SUCCESS)
}

async fn replay(engines: &Engines, id: i64) -> Result<()> {
    engines.bus.replay(id).await?;
    say!("handed to its consumer again; it is back on the shelf if that fails");
    Ok(())
}

async fn list(engines: &Engines, group: Option<&str>) -> Result<()> {
    let mut after = 0;
    let mut any = false;
    loop {
        let page = engines.bus.dead_letters(group, after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = last.id;
        for letter in &page {
            any = true;
            say!(
                "{}  {}  {}  {}  {} attempts  {}\n    {}",
                letter.id,
                letter.shelved_at.format("%F %T"),
                letter.group,
                letter.event.kind,
                letter.attempts,
                letter.event.subject,
                letter.reason
            );
        }
    }
    if !any {
        say!("the shelf is empty");
    }
    Ok(())
}
