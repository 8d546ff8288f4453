use std::process::ExitCode;

use anyhow::Result;

use crate::{cli::Export, config::Config, export, session::Session};

pub async fn run(command: Export, config: &Config) -> Result<ExitCode> {
    let Export::Listings { file, owner } = command;
    let session = Session::open(config).await?;
    let result = export::export(&session.contracts, &file, owner.as_deref(), &session.public_url).await;
    session.close().await;
    say!("{} ads in {}", result?, file.display());
    Ok(ExitCode::SUCCESS)
}
