//! SQL of the schema `listings`. The transaction comes first where something is written.

pub mod activity;
pub mod bulk;
pub mod listing;
pub mod moderation;
pub mod newest;
pub mod taxonomy;
