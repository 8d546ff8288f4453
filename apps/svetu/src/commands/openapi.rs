//! The document is made from the handlers, so the services must be there: in a folder that is thrown away.

use std::process::ExitCode;

use anyhow::Result;

use crate::{config::Config, session::Session};

pub async fn run(mut config: Config) -> Result<ExitCode> {
    let folder = tempfile::Builder::new().prefix("svetu-openapi-").tempdir()?;
    config.state.folder = folder.path().to_owned();
    config.postgres.url.clear();
    let session = Session::open(&config).await?;
    let document = session.platform.openapi();
    session.close().await;
    say!("{}", document?.to_pretty_json()?);
    Ok(ExitCode::SUCCESS)
}
