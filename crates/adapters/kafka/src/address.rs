use std::time::Duration;

use rdkafka::ClientConfig;

/// What a call may take on the network.
pub(crate) const CALL_MAX: Duration = Duration::from_secs(10);
const PARTITIONS: i32 = 8;

#[derive(Debug, thiserror::Error)]
#[error("expected kafka://host:port,host:port?prefix=svetu&partitions=8&replication=3: {0}")]
pub struct KafkaUrlError(&'static str);

/// Where the cluster is, and how our topics are made there.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Address {
    brokers: String,
    /// Of every topic and group of ours: several platforms may share a cluster.
    pub prefix: String,
    /// Of a topic that is not there yet. Later another number would tear keys from their order.
    pub partitions: i32,
    pub replication: i32,
}

impl Address {
    pub fn parse(url: &str) -> Result<Self, KafkaUrlError> {
        let rest = url.strip_prefix("kafka://").ok_or(KafkaUrlError("another scheme"))?;
        let (brokers, query) = rest.split_once('?').unwrap_or((rest, ""));
        if brokers.contains('@') {
            return Err(KafkaUrlError("passwords would go in clear: this client speaks no TLS"));
        }
        let is_broker = |broker: &str| {
            broker.rsplit_once(':').is_some_and(|(host, port)| {
                !host.is_empty() && !host.contains('/') && port.parse::<u16>().is_ok_and(|port| port > 0)
            })
        };
        if !brokers.split(',').all(is_broker) {
            return Err(KafkaUrlError("a broker is host:port"));
        }
        let mut address =
            Self { brokers: brokers.to_owned(), prefix: "svetu".to_owned(), partitions: PARTITIONS, replication: 1 };
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            match pair.split_once('=') {
                Some(("prefix", prefix)) if is_name(prefix) => prefix.clone_into(&mut address.prefix),
                Some(("prefix", _)) => {
                    return Err(KafkaUrlError("a prefix has letters, digits and hyphens, 60 at most"));
                }
                Some(("partitions", number)) => address.partitions = small(number)?,
                Some(("replication", number)) => address.replication = small(number)?,
                _ => return Err(KafkaUrlError("only prefix, partitions and replication may follow the question mark")),
            }
        }
        Ok(address)
    }

    pub fn client(&self) -> ClientConfig {
        let mut config = ClientConfig::new();
        config
            .set("bootstrap.servers", &self.brokers)
            .set("client.id", &self.prefix)
            .set("socket.timeout.ms", CALL_MAX.as_millis().to_string())
            .set("socket.connection.setup.timeout.ms", "3000")
            .set("reconnect.backoff.ms", "100")
            .set("reconnect.backoff.max.ms", "2000")
            .set("topic.metadata.refresh.interval.ms", "30000");
        config
    }

    pub fn group(&self, name: &str) -> String {
        format!("{}.{name}", self.prefix)
    }
}

fn is_name(text: &str) -> bool {
    (1..=60).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

fn small(number: &str) -> Result<i32, KafkaUrlError> {
    number
        .parse()
        .ok()
        .filter(|number| (1..=1_000).contains(number))
        .ok_or(KafkaUrlError("partitions and replication are 1 to 1000"))
}
