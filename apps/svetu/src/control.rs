//! How a later command reaches the platform that already runs: a socket in the state folder that only its user can open.
//!
//! The index has one writer, the running process; `svetu reindex` and `svetu verify` ask it instead of opening it twice.

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::{Context as _, Result, bail};
use axum::{
    Json, Router,
    extract::{Query, State},
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::post,
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use svetu_contracts::search::{IndexDifference, SearchContract};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{UnixListener, UnixStream},
    task::JoinHandle,
};

const ANSWER_BYTES_MAX: u64 = 1024 * 1024;

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Verify {
    pub repair: bool,
}

#[derive(Debug, Serialize, Deserialize)]
pub struct Difference {
    pub compared: u64,
    pub missing: u64,
    pub stale: u64,
    pub surplus: u64,
    pub examples: Vec<String>,
}

impl From<IndexDifference> for Difference {
    fn from(found: IndexDifference) -> Self {
        Self {
            compared: found.compared,
            missing: found.missing,
            stale: found.stale,
            surplus: found.surplus,
            examples: found.examples,
        }
    }
}

/// The socket, removed when it is dropped.
#[derive(Debug)]
pub struct Control {
    path: PathBuf,
    server: JoinHandle<()>,
}

impl Control {
    pub fn open(state: &Path, routes: Router) -> Result<Self> {
        let path = state.join("control.sock");
        // Whoever holds the lock of the folder owns the socket: one that is there was left by a killed process.
        let _ = fs::remove_file(&path);
        let listener = UnixListener::bind(&path).with_context(|| format!("{}", path.display()))?;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600))?;
        let server = tokio::spawn(async move {
            if let Err(error) = axum::serve(listener, routes).await {
                tracing::error!(%error, "the control socket failed");
            }
        });
        Ok(Self { path, server })
    }
}

impl Drop for Control {
    fn drop(&mut self) {
        self.server.abort();
        let _ = fs::remove_file(&self.path);
    }
}

/// What is asked of whoever has the index.
pub fn of_search(search: Arc<dyn SearchContract>) -> Router {
    Router::new().route("/reindex", post(reindex)).route("/verify", post(verify)).with_state(search)
}

type Search = State<Arc<dyn SearchContract>>;

async fn reindex(State(search): Search) -> Response {
    answer(search.reindex().await)
}

async fn verify(State(search): Search, Query(asked): Query<Verify>) -> Response {
    answer(search.verify(asked.repair).await.map(Difference::from))
}

pub fn answer<T: Serialize, E: std::fmt::Display>(result: Result<T, E>) -> Response {
    match result {
        Ok(value) => Json(value).into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, format!("{error:#}")).into_response(),
    }
}

/// Asks the running platform. HTTP/1.0: one request, one answer, the end of the stream ends it.
pub async fn ask<T: DeserializeOwned>(state: &Path, target: &str) -> Result<T> {
    let path = state.join("control.sock");
    let mut stream = UnixStream::connect(&path).await.with_context(|| format!("{}", path.display()))?;
    stream.write_all(format!("POST {target} HTTP/1.0\r\nhost: svetu\r\ncontent-length: 0\r\n\r\n").as_bytes()).await?;
    let mut text = String::new();
    stream.take(ANSWER_BYTES_MAX).read_to_string(&mut text).await?;
    let (head, body) = text.split_once("\r\n\r\n").context("the running svetu gave no answer")?;
    if head.split_whitespace().nth(1) != Some("200") {
        bail!("the running svetu answered: {body}");
    }
    Ok(serde_json::from_str(body)?)
}
