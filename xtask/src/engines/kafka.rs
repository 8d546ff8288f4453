use std::{fs, path::Path, process::Command};

use anyhow::Result;

use super::{Engine, Place, install, process};

const LOG: &str = include_str!("resources/log4j2.properties");
/// Of the only broker of a cluster that lives on one machine.
const CLUSTER: &str = "c3ZldHUtb24tb25lLW1hYw";

pub struct Kafka;

impl Engine for Kafka {
    fn version(&self) -> &'static str {
        "4.1.0"
    }

    /// For clients, and for the controller.
    fn ports(&self) -> usize {
        2
    }

    fn install(&self, home: &Path) -> Result<()> {
        let artefacts = ["org.apache.kafka:kafka_2.13:4.1.0", "org.apache.logging.log4j:log4j-slf4j-impl:2.24.3"];
        install::maven(&home.join("lib"), &artefacts)?;
        fs::write(home.join("log4j2.properties"), LOG)?;
        Ok(())
    }

    fn start(&self, place: &Place) -> Result<Command> {
        let config = place.data.join("server.properties");
        fs::write(&config, properties(place))?;
        let lib = place.home.join("lib");
        if !place.data.join("log/meta.properties").exists() {
            let mut format = install::java(&lib, 256);
            format.args(["kafka.tools.StorageTool", "format", "-t", CLUSTER, "-c"]).arg(&config);
            install::run(&mut format, "Java 17 (Debian: apt-get install default-jdk-headless)")?;
        }
        let mut command = install::java(&lib, 512);
        command.arg("kafka.Kafka").arg(&config);
        Ok(command)
    }

    /// It listens before it serves; it says when it does.
    fn is_ready(&self, place: &Place) -> bool {
        fs::read_to_string(&place.log).is_ok_and(|log| log.contains("Kafka Server started"))
            && !process::is_free(place.ports[0])
    }

    fn lines(&self, place: &Place) -> Vec<String> {
        vec![format!("SVETU__BUS__URL=kafka://127.0.0.1:{}", place.ports[0])]
    }
}

/// One broker: every internal topic has one copy. Short sessions, else a restart after a kill waits for the old one's end.
fn properties(place: &Place) -> String {
    let (client, controller) = (place.ports[0], place.ports[1]);
    format!(
        "process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller}
controller.listener.names=CONTROLLER
listeners=PLAINTEXT://127.0.0.1:{client},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{client}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
inter.broker.listener.name=PLAINTEXT
log.dirs={}
auto.create.topics.enable=false
group.initial.rebalance.delay.ms=0
broker.session.timeout.ms=2000
broker.heartbeat.interval.ms=500
offsets.topic.num.partitions=4
offsets.topic.replication.factor=1
transaction.state.log.num.partitions=2
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.num.partitions=2
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
log.cleaner.dedupe.buffer.size=16777216
",
        place.data.join("log").display()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_listens_on_this_machine_only() {
        let place = Place { home: "h".into(), data: "d".into(), log: "l".into(), ports: vec![11, 12], needed: vec![] };
        let text = properties(&place);
        let listeners: Vec<&str> = text.lines().filter(|line| line.contains("listeners=")).collect();
        assert_eq!(listeners.len(), 2);
        assert!(
            listeners.iter().all(|line| line.split("://").skip(1).all(|address| address.starts_with("127.0.0.1:")))
        );
    }
}
