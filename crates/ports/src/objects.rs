//! Files by name. The port is [`object_store::ObjectStore`]; what the platform counts on of it stands in the suite.

pub mod contract;
