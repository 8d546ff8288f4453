use std::{process::ExitCode, sync::Arc, time::Instant};

use anyhow::Result;

use crate::{
    cli::{Import, ImportListings},
    config::Config,
    import::{Importer, Order, Summary, errors_path},
    platform,
    session::Session,
};

/// Exit code 0: every row went in; 1: some did not; 2 (an error): nothing could be done.
pub async fn run(import: Import, config: &Config) -> Result<ExitCode> {
    let Import::Listings(ImportListings { file, mapping, owner, dry_run, resume, full, errors }) = import;
    let order = Order { file, mapping, owner, dry_run, resume, full, errors };
    let began = Instant::now();
    // What is wrong with the files is told before anything is started.
    crate::import::check(&order).await?;
    let catalogue = platform::catalogue()?;
    let session = Session::open(config).await?;
    let importer = Importer {
        contracts: &session.contracts,
        clock: Arc::clone(&session.engines.clock),
        state: &config.state.folder,
        catalogue: &catalogue,
    };
    let result = importer.run(&order).await;
    session.close().await;
    let summary = result?;
    tell(&summary, &order, began.elapsed().as_secs_f64());
    let whole = summary.refused == 0 && summary.duplicates == 0;
    Ok(ExitCode::from(u8::from(!whole)))
}

fn tell(summary: &Summary, order: &Order, took_s: f64) {
    let dry = if order.dry_run { " (dry run: nothing was changed)" } else { "" };
    say!("{} rows in {took_s:.1} s, {:.0} a second{dry}", summary.rows, summary.rows as f64 / took_s.max(0.001));
    say!("  created     {}", summary.created);
    say!("  updated     {}", summary.updated);
    say!("  unchanged   {}", summary.unchanged);
    say!("  refused     {}", summary.refused);
    say!("  duplicates  {}", summary.duplicates);
    if order.full {
        say!("  closed      {}", summary.closed);
    }
    if summary.photos_missing > 0 {
        say!("  photos that could not be had: {}", summary.photos_missing);
    }
    if summary.refused + summary.duplicates + summary.photos_missing > 0 {
        say!("Each is told in {}.", errors_path(order).display());
    }
}
