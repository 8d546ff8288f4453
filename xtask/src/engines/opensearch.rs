use std::{fs, path::Path, process::Command};

use anyhow::Result;

use super::{Engine, Place, install};

const NODE: &str = include_str!("resources/SvetuNode.java");
const LOG: &str = include_str!("resources/log4j2.properties");

pub struct OpenSearch;

impl Engine for OpenSearch {
    /// 3 needs a newer Java than Debian 12 has.
    fn version(&self) -> &'static str {
        "2.19.1"
    }

    /// HTTP, and the transport that a single node does not use.
    fn ports(&self) -> usize {
        2
    }

    fn install(&self, home: &Path) -> Result<()> {
        let lib = home.join("lib");
        let plugins = [
            "transport-netty4-client",
            "analysis-common",
            "percolator-client",
            "reindex-client",
            "mapper-extras-client",
            "lang-painless",
            "geo",
            "parent-join-client",
        ];
        let plugins: Vec<String> =
            plugins.iter().map(|plugin| format!("org.opensearch.plugin:{plugin}:2.19.1")).collect();
        let mut artefacts = vec![
            "org.opensearch:opensearch:2.19.1",
            "org.apache.logging.log4j:log4j-core:2.21.0",
            "org.locationtech.spatial4j:spatial4j:0.7",
            "org.locationtech.jts:jts-core:1.15.0",
        ];
        artefacts.extend(plugins.iter().map(String::as_str));
        install::maven(&lib, &artefacts)?;
        let source = home.join("SvetuNode.java");
        fs::write(&source, NODE)?;
        let mut javac = Command::new("javac");
        javac.arg("-cp").arg(format!("{}/*", lib.display())).arg("-d").arg(home).arg(&source);
        install::run(&mut javac, "Java 17 (Debian: apt-get install default-jdk-headless)")
    }

    fn start(&self, place: &Place) -> Result<Command> {
        let config = place.data.join("config");
        fs::create_dir_all(&config)?;
        fs::write(config.join("log4j2.properties"), LOG)?;
        fs::write(
            config.join("opensearch.yml"),
            format!(
                "cluster.name: svetu\nnode.name: one\ndiscovery.type: single-node\nnetwork.host: 127.0.0.1\nhttp.port: {}\n\
                 transport.port: {}\naction.auto_create_index: false\ncluster.routing.allocation.disk.threshold_enabled: false\n",
                place.ports[0], place.ports[1]
            ),
        )?;
        let mut command = install::java(&place.home.join("lib"), 1024);
        command.arg("-Dopensearch.networkaddress.cache.ttl=60").arg("SvetuNode").arg(&place.data).arg(&config);
        Ok(command)
    }

    fn is_ready(&self, place: &Place) -> bool {
        install::answers(place.ports[0], "/_cluster/health?wait_for_status=yellow&timeout=500ms")
    }

    fn lines(&self, place: &Place) -> Vec<String> {
        vec![format!("SVETU__SEARCH__URL=opensearch://127.0.0.1:{}", place.ports[0])]
    }

    fn ready_s_max(&self) -> u64 {
        120
    }
}
