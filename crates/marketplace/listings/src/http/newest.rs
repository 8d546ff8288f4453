//! Ads newest first, without search.

use std::sync::Arc;

use axum::extract::State;
use serde::Deserialize;
use svetu_http::{ApiProblem, Grant, PageParams, PageRequest, Paged, Problems, RequestInfo, ValidQuery};
use svetu_kernel::Page;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::card::CardView;
use crate::service::Service;

svetu_http::permissions! {
    pub Newest = "listings.newest" on "Listing";
}

pub fn routes() -> OpenApiRouter<Arc<Service>> {
    OpenApiRouter::new().routes(routes!(newest))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct NewestParams {
    /// Of the taxonomy, with all below it; all ads without it.
    #[param(max_length = 100)]
    category: Option<String>,
    #[serde(rename = "lang")]
    _lang: Option<String>,
}

/// Ads that all may see, by their last publishing or renewal. Asks nothing of search: the way to browse a category while that is out.
#[utoipa::path(get, path = "/marketplace/listings", tag = "listings", operation_id = "listings.newest",
    params(NewestParams, PageParams), responses((status = 200, body = Page<CardView>), Problems))]
async fn newest(
    _: Grant<Newest>,
    State(service): State<Arc<Service>>,
    info: RequestInfo,
    page: PageRequest,
    ValidQuery(params): ValidQuery<NewestParams>,
) -> Result<Paged<CardView>, ApiProblem> {
    let category = params.category.as_deref().filter(|id| !id.is_empty());
    let scope = format!("listings.newest {}", category.unwrap_or_default());
    let (rows, rate) = service.newest(category, page.after(&scope)?, page.limit().sql() + 1).await?;
    let taxonomy = service.taxonomy.get();
    let paged = page.page(&scope, rows, |glance| (glance.refreshed_at, glance.id));
    Ok(paged.map(|glance| CardView::new(glance, &taxonomy, &rate, info.language)))
}
