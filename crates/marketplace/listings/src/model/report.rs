use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a reader says is wrong with an ad.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReportReason {
    Spam,
    Fraud,
    /// Goods or services that must not be advertised.
    Forbidden,
    WrongCategory,
    Duplicate,
    Offensive,
    Other,
}
