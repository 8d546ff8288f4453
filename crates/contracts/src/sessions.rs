//! The site's sessions: what a browser's cookie stands for.

use async_trait::async_trait;
use svetu_kernel::Actor;

use crate::ContractError;

/// Where a browser is signed in to the site: `?next=` names the path that it goes on to.
pub const SIGN_IN: &str = "/session/sign-in";

#[async_trait]
pub trait SessionsContract: Send + Sync + 'static {
    /// The actor of the site's cookie; None when it is unknown or over. Tokens that end soon are renewed on the way.
    async fn authenticate(&self, session_token: &str) -> Result<Option<Actor>, ContractError>;
}
