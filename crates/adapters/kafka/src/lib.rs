//! The [`Bus`](svetu_ports::Bus) on Apache Kafka.
#![cfg(feature = "engine")]

mod address;
mod bus;
mod desk;
mod flight;
mod groups;
mod member;
mod outgoing;
mod reader;
mod record;
mod seal;
mod shelf;
mod topics;

pub use address::KafkaUrlError;
pub use bus::{KafkaBus, KafkaError};
