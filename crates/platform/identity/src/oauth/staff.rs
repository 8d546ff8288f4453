//! The operator's work on clients and keys, from the command line.

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
        client::new_secret(&self.db, id, COMMAND_LINE, self.clock.now()).await
    }

    /// Ends a client and everything that it was given; false: there is none.
    pub async fn disable_client(&self, id: &str) -> Result<bool, IdentityError> {
        client::disable(&self.db, id, COMMAND_LINE, self.clock.now()).await
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
        self.oauth.keys.rotate(&self.db, !at_once, COMMAND_LINE, self.clock.now()).await
    }
}
