//! The API's document and its reader.

use axum::{
    Router,
    response::{IntoResponse, Redirect},
    routing::get,
};
use bytes::Bytes;
use http::header;
use utoipa_swagger_ui::{Config, SwaggerUi};

pub const DOCUMENT: &str = "/api/v1/openapi.json";
const DOCS: &str = "/api/docs";

pub fn routes(document: &serde_json::Value) -> Router {
    let document = Bytes::from(document.to_string());
    let home = || get(|| async { Redirect::to(DOCS) });
    Router::new()
        .route(
            DOCUMENT,
            get(move || async move { ([(header::CONTENT_TYPE, "application/json")], document).into_response() }),
        )
        .route("/api", home())
        .route("/api/", home())
        .merge(SwaggerUi::new(DOCS).config(Config::from(DOCUMENT)))
}
