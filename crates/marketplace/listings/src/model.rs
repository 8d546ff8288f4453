//! Ads as they are: types, rules, the state machine. Pure: time, rate and taxonomy are arguments.

pub mod draft;
pub mod fingerprint;
pub mod lifecycle;
pub mod listing;
pub mod price;
pub mod report;
pub mod rules;
pub mod verdict;

pub use draft::ValidDraft;
pub use lifecycle::{IllegalStep, State, Step};
pub use listing::{Content, Listing, PriceChange, Seller};
pub use report::ReportReason;
pub use verdict::{Reason, Verdict};
