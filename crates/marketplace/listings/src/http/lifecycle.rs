//! The steps that a seller takes with an ad. 409 named after the state that does not allow it.

use std::sync::Arc;

use axum::extract::State;
use svetu_http::{ApiProblem, Grant, PathId, Permission, Problems, RequestInfo, Tagged};
use svetu_kernel::ListingId;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{LanguageParams, view::ListingView};
use crate::{
    ListingError,
    model::{Listing, Step},
    service::Service,
};

svetu_http::permissions! {
    pub Publish = "listings.publish" on "Listing";
    pub Pause = "listings.pause" on "Listing";
    pub Resume = "listings.resume" on "Listing";
    pub Renew = "listings.renew" on "Listing";
    pub Reserve = "listings.reserve" on "Listing";
    pub Unreserve = "listings.unreserve" on "Listing";
    pub Sell = "listings.sell" on "Listing";
}

pub fn routes() -> OpenApiRouter<Arc<Service>> {
    OpenApiRouter::new()
        .routes(routes!(publish))
        .routes(routes!(pause))
        .routes(routes!(resume))
        .routes(routes!(renew))
        .routes(routes!(reserve))
        .routes(routes!(unreserve))
        .routes(routes!(sold))
}

async fn answer<P: Permission>(
    service: &Service,
    grant: &Grant<P>,
    info: &RequestInfo,
    taken: Result<Listing, ListingError>,
) -> Result<Tagged<ListingView>, ApiProblem> {
    let full = service.full(taken?, grant.actor().account_id()).await?;
    Ok(Tagged::new(full.listing.version, service.view(full, info.language)))
}

macro_rules! step {
    ($name:ident, $permission:ident, $step:expr, $path:literal, $operation:literal, $doc:literal) => {
        #[doc = $doc]
        #[utoipa::path(post, path = $path, tag = "listings", operation_id = $operation,
                                    params(("id" = ListingId, Path), LanguageParams), security(("session" = [])),
                                    responses((status = 200, body = ListingView), Problems))]
        async fn $name(
            grant: Grant<$permission>,
            State(service): State<Arc<Service>>,
            PathId(id): PathId<ListingId>,
            info: RequestInfo,
        ) -> Result<Tagged<ListingView>, ApiProblem> {
            let taken = service.step(&grant, id, $step).await;
            answer(&service, &grant, &info, taken).await
        }
    };
}

/// Publishes a draft or a mended ad. The answer's state says what the automatic verdict was: live, in review or refused.
#[utoipa::path(post, path = "/marketplace/listings/{id}/publish", tag = "listings", operation_id = "listings.publish",
    params(("id" = ListingId, Path), LanguageParams), security(("session" = [])),
    responses((status = 200, body = ListingView), Problems))]
async fn publish(
    grant: Grant<Publish>,
    State(service): State<Arc<Service>>,
    PathId(id): PathId<ListingId>,
    info: RequestInfo,
) -> Result<Tagged<ListingView>, ApiProblem> {
    let taken = service.publish(&grant, id).await;
    answer(&service, &grant, &info, taken).await
}

step!(
    pause,
    Pause,
    Step::Pause,
    "/marketplace/listings/{id}/pause",
    "listings.pause",
    "Hides an ad until it is resumed; its term goes on."
);
step!(resume, Resume, Step::Resume, "/marketplace/listings/{id}/resume", "listings.resume", "Shows a paused ad again.");
step!(
    renew,
    Renew,
    Step::Renew,
    "/marketplace/listings/{id}/renew",
    "listings.renew",
    "A new term under the same id; a live ad once in seven days, for it moves to the top."
);
step!(
    reserve,
    Reserve,
    Step::Reserve,
    "/marketplace/listings/{id}/reserve",
    "listings.reserve",
    "Marks it as promised to somebody."
);
step!(
    unreserve,
    Unreserve,
    Step::Unreserve,
    "/marketplace/listings/{id}/unreserve",
    "listings.unreserve",
    "Takes the mark back."
);
step!(
    sold,
    Sell,
    Step::Sell,
    "/marketplace/listings/{id}/sold",
    "listings.sell",
    "It is sold: the page stays 30 days, then answers 410."
);
