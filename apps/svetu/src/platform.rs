//! The services of this process, wired to each other by their contracts.

use std::sync::Arc;

use svetu_contracts::{
    geo::GeoContract, identity::IdentityContract, listings::ListingsContract, media::MediaContract,
    search::SearchContract, users::UsersContract,
};

/// What commands ask of services.
#[derive(Clone)]
pub struct Contracts {
    pub identity: Arc<dyn IdentityContract>,
    pub media: Arc<dyn MediaContract>,
    pub geo: Arc<dyn GeoContract>,
    pub listings: Arc<dyn ListingsContract>,
    pub users: Arc<dyn UsersContract>,
    pub search: Arc<dyn SearchContract>,
}
