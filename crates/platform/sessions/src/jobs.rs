use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use svetu_db::{Job, JobHandler, JobKind};
use svetu_ports::HandlerError;

use crate::{
    service::Service,
    store::{Gone, LET_GO},
};

struct Sweep(Arc<Service>);

#[async_trait]
impl JobHandler for Sweep {
    async fn run(&self, _: &Job) -> Result<(), HandlerError> {
        self.0.sweep().await.map_err(|error| HandlerError::Transient(error.to_string()))?;
        Ok(())
    }
}

struct LetGo(Arc<Service>);

#[async_trait]
impl JobHandler for LetGo {
    async fn run(&self, job: &Job) -> Result<(), HandlerError> {
        let gone: Gone = job.read()?;
        self.0.let_go(&gone).await.map_err(|error| HandlerError::Transient(error.to_string()))
    }
}

pub fn jobs(service: &Arc<Service>) -> Vec<JobKind> {
    let let_go = JobKind {
        name: LET_GO,
        every: None,
        attempts_max: 12,
        timeout: Duration::from_secs(15),
        handler: Arc::new(LetGo(Arc::clone(service))),
    };
    let sweep = JobKind {
        name: "sessions.sweep",
        every: Some(Duration::from_secs(3_600)),
        attempts_max: 5,
        timeout: Duration::from_secs(60),
        handler: Arc::new(Sweep(Arc::clone(service))),
    };
    vec![let_go, sweep]
}
