use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use svetu_db::{Job, JobHandler, JobKind};
use svetu_ports::HandlerError;

use crate::service::Service;

struct Sweep(Arc<Service>);

#[async_trait]
impl JobHandler for Sweep {
    async fn run(&self, _: &Job) -> Result<(), HandlerError> {
        self.0.sweep().await.map_err(|error| HandlerError::Transient(error.to_string()))?;
        Ok(())
    }
}

pub fn jobs(service: &Arc<Service>) -> Vec<JobKind> {
    vec![JobKind {
        name: "sessions.sweep",
        every: Some(Duration::from_secs(3_600)),
        attempts_max: 5,
        timeout: Duration::from_secs(60),
        handler: Arc::new(Sweep(Arc::clone(service))),
    }]
}
