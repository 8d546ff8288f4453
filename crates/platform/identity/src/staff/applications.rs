//! Clients and signing keys, by an operator in the browser: each act wants them proven recently.

use svetu_kernel::Actor;

use crate::{
    Identity, IdentityError,
    factors::confirmed,
    oauth::{Client, KeyView, NewClient, RegisteredClient, client},
};

impl Identity {
    pub(crate) async fn registered_clients(&self) -> Result<Vec<Client>, IdentityError> {
        client::list(&self.db).await
    }

    pub(crate) async fn register_client_by(
        &self,
        actor: &Actor,
        new: &NewClient,
    ) -> Result<RegisteredClient, IdentityError> {
        let now = self.clock.now();
        let by = confirmed(actor, now)?;
        client::register(&self.db, new, &by.to_string(), now).await
    }

    pub(crate) async fn renew_client_secret_by(&self, actor: &Actor, id: &str) -> Result<String, IdentityError> {
        let by = confirmed(actor, self.clock.now())?;
        self.renew_secret_as(&by.to_string(), id).await?.ok_or(IdentityError::NoSuchClient)
    }

    pub(crate) async fn disable_client_by(&self, actor: &Actor, id: &str) -> Result<(), IdentityError> {
        let by = confirmed(actor, self.clock.now())?;
        let ended = self.disable_as(&by.to_string(), id).await?;
        if ended { Ok(()) } else { Err(IdentityError::NoSuchClient) }
    }

    /// As [`Identity::rotate_keys`].
    pub(crate) async fn rotate_keys_by(&self, actor: &Actor, at_once: bool) -> Result<Vec<KeyView>, IdentityError> {
        let by = confirmed(actor, self.clock.now())?;
        self.rotate_as(&by.to_string(), at_once).await?;
        self.signing_keys().await
    }
}
