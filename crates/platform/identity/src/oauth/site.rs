//! The platform's own site among the clients (ADR 19): registered at every start, and known by its tokens.

use serde_json::json;
use svetu_contracts::identity::{SITE_CLIENT, SiteMember};
use svetu_kernel::Timestamp;

use super::{error::OAuthError, spent};
use crate::{
    Identity, IdentityError, sessions, store,
    token::{self, TokenHash},
};

/// Where the site is found and called; its secret is the same in every process.
#[derive(Debug, Clone)]
pub struct SiteClient {
    pub secret: String,
    pub redirect_uri: String,
    pub post_logout_redirect_uris: Vec<String>,
    pub backchannel_logout_uri: String,
}

impl Identity {
    /// Its addresses follow the platform's own, so that they are not checked as a stranger's are. Nothing is written when
    /// nothing changed.
    pub async fn set_site_client(&self, site: &SiteClient) -> Result<(), IdentityError> {
        let now = self.clock.now();
        let hash: TokenHash = token::hash(&site.secret);
        let mut tx = self.db.begin().await?;
        let done = sqlx::query!(
            "insert into identity.oauth_client as c (id, name, auth_method, secret_hash, redirect_uris,
                 post_logout_redirect_uris, backchannel_logout_uri, grant_types, scopes, resources, signing_alg, profile,
                 dpop_bound, par_required, first_party, created_at, roles)
             values ($1, 'Sve Tu', 'client_secret_basic', $2, array[$3], $4, $5,
                 array['authorization_code', 'refresh_token'], array['openid'], '{}', 'ES256', 'oauth2', false, false, true, $6,
                 array['machine'])
             on conflict (id) do update set name = excluded.name, auth_method = excluded.auth_method,
                 secret_hash = excluded.secret_hash, redirect_uris = excluded.redirect_uris,
                 post_logout_redirect_uris = excluded.post_logout_redirect_uris,
                 backchannel_logout_uri = excluded.backchannel_logout_uri, grant_types = excluded.grant_types,
                 first_party = true, disabled_at = null
             where (c.auth_method, c.secret_hash, c.redirect_uris, c.post_logout_redirect_uris, c.backchannel_logout_uri,
                     c.grant_types, c.first_party, c.disabled_at)
                 is distinct from (excluded.auth_method, excluded.secret_hash, excluded.redirect_uris,
                     excluded.post_logout_redirect_uris, excluded.backchannel_logout_uri, excluded.grant_types, true, null)",
            SITE_CLIENT,
            hash.as_slice(),
            site.redirect_uri,
            &site.post_logout_redirect_uris,
            site.backchannel_logout_uri,
            now
        )
        .execute(&mut *tx)
        .await?;
        if done.rows_affected() == 1 {
            let detail = json!({ "client": SITE_CLIENT, "redirect_uris": [site.redirect_uri] });
            store::log(&mut tx, now, None, "system:start", "client_changed", detail).await?;
        }
        tx.commit().await?;
        self.oauth.clients.forget();
        Ok(())
    }

    /// Revoked grants and ended sessions count at once: what the token hangs on is looked up every time.
    pub(crate) async fn site_member_of(
        &self,
        token: &str,
        now: Timestamp,
    ) -> Result<Option<SiteMember>, IdentityError> {
        let claims = match self.signed_claims(token, now).await {
            Ok(Some(claims)) => claims,
            Err(OAuthError { cause: Some(cause), .. }) => return Err(cause),
            Ok(None) | Err(OAuthError { cause: None, .. }) => return Ok(None),
        };
        if claims.client_id != SITE_CLIENT || !claims.aud.contains(&self.oauth.api()) {
            return Ok(None);
        }
        let Some(grant) = claims.svetu_grant else { return Ok(None) };
        sessions::site_member(&self.db, grant, spent::hash("access", &claims.jti), now).await
    }
}
