//! A collector of traces that shows them by its API. Its page is not in its module, so there is none.

use std::{fs, path::Path, process::Command};

use anyhow::{Context, Result};
use serde::Deserialize;
use serde_json::json;

use super::{Engine, Place, install};

const MODULE: &str = "github.com/jaegertracing/jaeger@v1.76.0";
/// Older ones go: it keeps them in memory.
const TRACES_MAX: u32 = 20_000;

pub struct Jaeger;

impl Engine for Jaeger {
    fn version(&self) -> &'static str {
        "1.76.0"
    }

    /// For spans, for questions over HTTP and over gRPC.
    fn ports(&self) -> usize {
        3
    }

    /// `go install` refuses a module that replaces another, as this one does: it is built where its sources lie.
    fn install(&self, home: &Path) -> Result<()> {
        #[derive(Deserialize)]
        struct Module {
            #[serde(rename = "Dir")]
            folder: String,
        }
        let build = home.join("build");
        fs::create_dir(&build)?;
        let mut command = install::go(&build);
        command.args(["mod", "download", "-json", MODULE]).current_dir(&build);
        let told = install::told(&mut command, install::GO)?;
        let module: Module = serde_json::from_str(&told).context("what `go mod download -json` tells")?;
        let mut command = install::go(&build);
        command.args(["build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w", "-o"]).arg(home.join("jaeger"));
        install::run(command.arg("./cmd/jaeger").current_dir(module.folder), install::GO)?;
        fs::remove_dir_all(&build)?;
        Ok(())
    }

    fn start(&self, place: &Place) -> Result<Command> {
        let at = |port: usize| json!({ "endpoint": format!("127.0.0.1:{}", place.ports[port]) });
        // JSON is YAML. What is not named here does not listen; its defaults would on all addresses.
        let config = json!({
            "extensions": {
                "jaeger_storage": { "backends": { "here": { "memory": { "max_traces": TRACES_MAX } } } },
                "jaeger_query": { "storage": { "traces": "here" }, "http": at(1), "grpc": at(2) },
            },
            "receivers": { "otlp": { "protocols": { "http": at(0) } } },
            "exporters": { "jaeger_storage_exporter": { "trace_storage": "here" } },
            "service": {
                "extensions": ["jaeger_storage", "jaeger_query"],
                "pipelines": { "traces": { "receivers": ["otlp"], "exporters": ["jaeger_storage_exporter"] } },
                "telemetry": { "metrics": { "level": "none" }, "logs": { "level": "warn" } },
            },
        });
        let file = place.data.join("jaeger.yaml");
        fs::write(&file, format!("{config:#}\n"))?;
        let mut command = Command::new(place.home.join("jaeger"));
        command.arg("--config").arg(file);
        Ok(command)
    }

    fn is_ready(&self, place: &Place) -> bool {
        // Whoever asks the receiver for nothing is told that its way is POST.
        let receives = install::ask(place.ports[0], "GET /v1/traces HTTP/1.0\r\n\r\n");
        receives.is_some_and(|answer| answer.starts_with("HTTP/1."))
            && install::answers(place.ports[1], "/api/services")
    }

    fn lines(&self, place: &Place) -> Vec<String> {
        vec![
            format!("SVETU__TELEMETRY__OTLP_URL=http://127.0.0.1:{}", place.ports[0]),
            // Where a person asks.
            format!("JAEGER_URL=http://127.0.0.1:{}", place.ports[1]),
        ]
    }
}
