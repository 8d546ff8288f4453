//! The one way out: idempotent, in order by key, acknowledged by all copies that are in step.

use std::time::Duration;

use futures::future::join_all;
use parking_lot::Mutex;
use rdkafka::{
    error::KafkaError,
    message::OwnedHeaders,
    producer::{FutureProducer, FutureRecord, Producer as _, PurgeConfig},
    types::RDKafkaErrorCode,
};
use svetu_ports::BusError;

use crate::{address::Address, bus::unavailable};

/// A batch that is not durable by then is sent again by its publisher.
const SEND_MAX: Duration = Duration::from_secs(8);

/// One record: where to, its key, and no payload where the key is to be forgotten.
pub(crate) struct Record {
    pub topic: String,
    pub key: String,
    pub headers: OwnedHeaders,
    pub payload: Option<Vec<u8>>,
}

pub(crate) struct Producer {
    address: Address,
    current: Mutex<FutureProducer>,
}

fn make(address: &Address) -> Result<FutureProducer, KafkaError> {
    address
        .client()
        .set("enable.idempotence", "true")
        .set("acks", "all")
        // As the Java client does: other programs that write with the same key meet the same partition.
        .set("partitioner", "murmur2_random")
        .set("compression.type", "lz4")
        .set("linger.ms", "2")
        // Records have no end of their own: one that gave up alone would let those behind it pass.
        .set("message.timeout.ms", "0")
        .set("queue.buffering.max.messages", "20000")
        .set("queue.buffering.max.kbytes", "65536")
        .create()
}

impl Producer {
    pub fn new(address: Address) -> Result<Self, KafkaError> {
        let current = Mutex::new(make(&address)?);
        Ok(Self { address, current })
    }

    /// All are durable when it returns. On a failure some may be; the caller sends all of them again.
    pub async fn send(&self, records: Vec<Record>) -> Result<(), BusError> {
        let producer = self.current.lock().clone();
        let mut deliveries = Vec::with_capacity(records.len());
        let mut failure = None;
        for record in &records {
            let mut outgoing = FutureRecord::to(&record.topic).key(&record.key).headers(record.headers.clone());
            if let Some(payload) = &record.payload {
                outgoing = outgoing.payload(payload);
            }
            match producer.send_result(outgoing) {
                Ok(delivery) => deliveries.push(delivery),
                // Those behind it must not come before it.
                Err((error, _)) => {
                    failure = Some(error);
                    break;
                }
            }
        }
        match tokio::time::timeout(SEND_MAX, join_all(deliveries)).await {
            Ok(ends) => {
                for end in ends {
                    match end {
                        Ok(Ok(_)) => {}
                        Ok(Err((error, _))) => failure = failure.or(Some(error)),
                        Err(_) => failure = failure.or(Some(KafkaError::Canceled)),
                    }
                }
            }
            Err(_) => failure = failure.or(Some(KafkaError::MessageProduction(RDKafkaErrorCode::MessageTimedOut))),
        }
        match failure {
            None => Ok(()),
            Some(error) => {
                self.renew(&producer)?;
                Err(unavailable(error))
            }
        }
    }

    /// What a failed batch left in the old one's queue must not arrive between later ones.
    fn renew(&self, failed: &FutureProducer) -> Result<(), BusError> {
        let mut current = self.current.lock();
        // Of several that failed together the first renews.
        if std::ptr::eq(current.client().native_ptr(), failed.client().native_ptr()) {
            *current = make(&self.address).map_err(unavailable)?;
        }
        failed.purge(PurgeConfig::default().queue().inflight().non_blocking());
        Ok(())
    }
}
