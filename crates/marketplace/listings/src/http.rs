//! The endpoints, by subject. A handler reads its arguments, asks the service and shows the answer in the reader's language.

mod card;
mod contact;
mod lifecycle;
mod listing;
mod moderation;
mod newest;
mod rates;
mod taxonomy;
pub mod view;

use std::sync::Arc;

use axum::middleware;
use serde::Deserialize;
use svetu_http::{Grant, Permission};
use svetu_kernel::{AccountId, FieldProblem, Problem, Status};
use svetu_ports::IdempotencyStore;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;

use crate::{ListingError, service::Service};

pub fn routes(service: &Arc<Service>) -> OpenApiRouter {
    let replies: Arc<dyn IdempotencyStore> = Arc::new(service.db.clone());
    OpenApiRouter::new()
        .merge(taxonomy::routes())
        .merge(listing::routes())
        .merge(newest::routes())
        .merge(lifecycle::routes())
        .merge(contact::routes())
        .merge(rates::routes())
        .merge(moderation::routes())
        .layer(middleware::from_fn_with_state(replies, svetu_http::idempotent))
        .with_state(Arc::clone(service))
}

/// The language of an answer; read by the kit.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct LanguageParams {
    /// `sr-Latn`, `sr-Cyrl`, `ru` or `en`; else `Accept-Language` decides.
    #[serde(rename = "lang")]
    _lang: Option<String>,
}

/// The person who acts. Policy lets nobody else through.
fn person<P: Permission>(grant: &Grant<P>) -> Result<AccountId, Problem> {
    grant.actor().account_id().ok_or_else(|| Problem::new(Status::Unauthorized, "auth.required"))
}

/// What a person wrote: trimmed, within its bounds.
fn text(field: &str, text: &str, chars_min: usize, chars_max: usize) -> Result<String, ListingError> {
    let text = text.trim();
    let fault = match text.chars().count() {
        0 if chars_min > 0 => FieldProblem::new(field, "field.missing"),
        chars if chars > chars_max => FieldProblem::new(field, "field.too_long").with("max", chars_max),
        _ => return Ok(text.to_owned()),
    };
    Err(ListingError::Invalid(vec![fault]))
}
