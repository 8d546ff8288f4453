use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use svetu_db::{Job, JobHandler, JobKind};
use svetu_ports::HandlerError;

use crate::service::Service;

/// Deletes what nobody holds.
struct Sweep(Arc<Service>);

#[async_trait]
impl JobHandler for Sweep {
    async fn run(&self, _: &Job) -> Result<(), HandlerError> {
        let photos = self.0.sweep().await.map_err(|error| HandlerError::Transient(error.to_string()))?;
        if photos > 0 {
            tracing::info!(photos, "deleted {photos} photos that nobody holds");
        }
        Ok(())
    }
}

pub fn jobs(service: &Arc<Service>) -> Vec<JobKind> {
    vec![JobKind {
        name: "media.sweep",
        every: Some(Duration::from_secs(600)),
        attempts_max: 5,
        timeout: Duration::from_secs(300),
        handler: Arc::new(Sweep(Arc::clone(service))),
    }]
}
