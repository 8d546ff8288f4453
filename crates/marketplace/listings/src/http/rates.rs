//! The dated rate by which prices are shown and compared across currencies.

use std::sync::Arc;

use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};
use svetu_http::{ApiProblem, Grant, Problems, ValidJson};
use svetu_kernel::{ExchangeRate, Timestamp};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::person;
use crate::service::{Service, unknown};

svetu_http::permissions! {
    pub GetRates = "rates.get" on "Rate";
    pub SetRates = "rates.set" on "Rate";
}

pub fn routes() -> OpenApiRouter<Arc<Service>> {
    OpenApiRouter::new().routes(routes!(get_rates, set_rates))
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Rates)]
struct RatesView {
    /// RSD for one EUR, exact.
    #[schema(example = "117.1742")]
    rsd_per_eur: String,
    #[schema(value_type = String, format = DateTime)]
    valid_from: Timestamp,
}

impl From<ExchangeRate> for RatesView {
    fn from(rate: ExchangeRate) -> Self {
        Self { rsd_per_eur: decimal(rate.rsd_per_eur_micro), valid_from: rate.valid_from }
    }
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RatesInput {
    /// With a point and at most six decimals; 1 to 10,000.
    #[schema(pattern = r"^[0-9]{1,5}(\.[0-9]{1,6})?$", example = "117.1742")]
    rsd_per_eur: String,
    /// Now unless said otherwise.
    #[schema(value_type = Option<String>, format = DateTime)]
    valid_from: Option<Timestamp>,
}

/// The rate in force.
#[utoipa::path(get, path = "/marketplace/rates", tag = "rates", operation_id = "rates.get",
    responses((status = 200, body = RatesView), Problems))]
async fn get_rates(_: Grant<GetRates>, State(service): State<Arc<Service>>) -> Result<Json<RatesView>, ApiProblem> {
    Ok(Json(service.rate().await?.into()))
}

/// Sets the rate from a moment on; prices in the other currency follow.
#[utoipa::path(put, path = "/marketplace/rates", tag = "rates", operation_id = "rates.set", request_body = RatesInput,
    security(("session" = [])), responses((status = 200, body = RatesView), Problems))]
async fn set_rates(
    grant: Grant<SetRates>,
    State(service): State<Arc<Service>>,
    ValidJson(input): ValidJson<RatesInput>,
) -> Result<Json<RatesView>, ApiProblem> {
    let micro = micro(&input.rsd_per_eur).ok_or_else(|| unknown("/rsd_per_eur", "field.invalid"))?;
    Ok(Json(service.set_rate(&grant, person(&grant)?, micro, input.valid_from).await?.into()))
}

/// `117.1742` of 117174200: at least four decimals, as banks write it.
fn decimal(micro: i64) -> String {
    let text = format!("{}.{:06}", micro / 1_000_000, micro % 1_000_000);
    let spare = text.len() - text.trim_end_matches('0').len();
    text[..text.len() - spare.min(2)].to_owned()
}

/// Exact, without a float in between.
fn micro(text: &str) -> Option<i64> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, "0"));
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.len() > 5 || decimals.len() > 6 || !is_number(whole) || !is_number(decimals) {
        return None;
    }
    let scale = 10_i64.pow(6 - u32::try_from(decimals.len()).ok()?);
    Some(whole.parse::<i64>().ok()? * 1_000_000 + decimals.parse::<i64>().ok()? * scale)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_rate_is_read_as_it_is_written(rate in 1_000_000_i64..=10_000_000_000) {
            prop_assert_eq!(micro(&decimal(rate)), Some(rate));
        }
    }

    #[test]
    fn rates() {
        assert_eq!(decimal(117_174_200), "117.1742");
        assert_eq!(decimal(117_000_000), "117.0000");
        assert_eq!(micro("117"), Some(117_000_000));
        for text in ["", ".", "1.", ".5", "117,5", "-1", "+1", "1e3", "100000", "1.1234567", "١"] {
            assert_eq!(micro(text), None, "{text}");
        }
    }
}
