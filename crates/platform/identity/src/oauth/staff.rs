//! The operator's work on clients and keys, from the command line.

use jsonwebtoken::Algorithm;

use super::{
    client::{self, Client, NewClient, RegisteredClient},
    keys::{KeyView, Keys},
};
use crate::{Identity, IdentityError};

/// In the audit log: whoever may start the program on this machine.
pub(super) const COMMAND_LINE: &str = "system:command line";

impl Identity {
    /// # Errors
    /// [`IdentityError::Client`] naming the metadata that is wrong.
    pub async fn register_client(&self, new: &NewClient) -> Result<RegisteredClient, IdentityError> {
        client::register(&self.db, new, COMMAND_LINE, self.clock.now()).await
    }

    /// A secret in place of the one before; None when the client has none.
    pub async fn renew_client_secret(&self, id: &str) -> Result<Option<String>, IdentityError> {
        self.renew_secret_as(COMMAND_LINE, id).await
    }

    pub(crate) async fn renew_secret_as(&self, by: &str, id: &str) -> Result<Option<String>, IdentityError> {
        let secret = client::new_secret(&self.db, id, by, self.clock.now()).await?;
        self.oauth.clients.forget();
        Ok(secret)
    }

    /// Ends a client and everything that it was given; false: there is none.
    pub async fn disable_client(&self, id: &str) -> Result<bool, IdentityError> {
        self.disable_as(COMMAND_LINE, id).await
    }

    pub(crate) async fn disable_as(&self, by: &str, id: &str) -> Result<bool, IdentityError> {
        let ended = client::disable(&self.db, id, by, self.clock.now()).await?;
        self.oauth.clients.forget();
        Ok(ended)
    }

    /// Each client as `id`, name and how it authenticates.
    pub async fn clients(&self) -> Result<Vec<(String, String, &'static str)>, IdentityError> {
        let clients = client::list(&self.db).await?;
        Ok(clients.into_iter().map(|Client { id, name, auth_method, .. }| (id, name, auth_method.name())).collect())
    }

    pub async fn signing_keys(&self) -> Result<Vec<KeyView>, IdentityError> {
        Keys::list(&self.db).await
    }

    /// A successor for each signing key; answers how many. `at_once`: the old ones are not trusted any more from now on.
    pub async fn rotate_keys(&self, at_once: bool) -> Result<u64, IdentityError> {
        self.rotate_as(COMMAND_LINE, at_once).await
    }

    pub(crate) async fn rotate_as(&self, by: &str, at_once: bool) -> Result<u64, IdentityError> {
        let now = self.clock.now();
        // Where nobody asked for a token yet, there is a first key to be succeeded.
        self.oauth.keys.signing(&self.db, Algorithm::ES256, now).await?;
        self.oauth.keys.rotate(&self.db, !at_once, by, now).await
    }
}
