//! A service passes a person's request on: it gives the access token that it got and gets one for the next service (RFC 8693).

use serde::Serialize;

use super::{
    Result,
    error::{Code, OAuthError},
    params::ascii,
    request,
    token::{Asking, token_type},
    tokens::{Access, Actor},
};
use crate::Identity;

pub const GRANT_TYPE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";

/// RFC 8693 §2.2.1.
#[derive(Debug, Serialize)]
pub struct Exchanged {
    access_token: String,
    issued_token_type: &'static str,
    token_type: &'static str,
    expires_in: i64,
    scope: String,
}

impl Identity {
    /// Never wider, never longer than what is given in; `act` says who passed it on.
    pub(super) async fn exchange(&self, asking: &Asking<'_>) -> Result<Exchanged> {
        let &Asking { client, form, jkt, key, now } = asking;
        let invalid = |what: &str| OAuthError::new(Code::InvalidRequest, what);
        if form.need("subject_token_type")? != ACCESS_TOKEN {
            return Err(invalid("subject_token_type is an access token's"));
        }
        if form.get("requested_token_type").is_some_and(|kind| kind != ACCESS_TOKEN) {
            return Err(invalid("requested_token_type is an access token's"));
        }
        if form.get("actor_token").is_some() {
            return Err(invalid("actor_token is not supported: the client is the actor"));
        }
        let subject = self.read_access_token(form.need("subject_token")?, now).await?;
        let (claims, grant) = subject.ok_or_else(|| invalid("subject_token is unknown, over or revoked"))?;
        let for_the_client = claims.aud.iter().any(|aud| client.serves.contains(aud));
        if !for_the_client {
            return Err(invalid("subject_token was not given to this client as a resource server"));
        }
        // What is worth nothing without a key does not become worth something without one.
        if claims.cnf.is_some() && jkt.is_none() {
            return Err(OAuthError::new(
                Code::InvalidDpopProof,
                "subject_token is bound to a key: bring a proof of yours",
            ));
        }
        let asked = match form.get("audience") {
            Some(audience) => [form.resources(), &[audience.to_owned()]].concat(),
            None => form.resources().to_vec(),
        };
        if asked.is_empty() {
            return Err(OAuthError::new(Code::InvalidTarget, "resource or audience says whom the token is for"));
        }
        let audience = request::resources(&asked, client, &self.oauth.api())?;
        let allowed: Vec<String> =
            claims.scope.split(' ').filter(|scope| !scope.is_empty()).map(str::to_owned).collect();
        let scopes = form.words("scope");
        if let Some(scope) = scopes.iter().find(|scope| !allowed.contains(scope)) {
            return Err(OAuthError::new(Code::InvalidScope, format!("subject_token does not hold {}", ascii(scope))));
        }
        let scopes = if scopes.is_empty() { allowed } else { scopes };
        let access = Access {
            subject: claims.sub,
            client,
            audience: &audience,
            scopes: &scopes,
            jkt,
            grant: grant.as_ref(),
            until: Some(claims.exp),
            actor: Some(Actor { sub: client.id.clone(), act: claims.act.map(Box::new) }),
        };
        let (access_token, expires_in) = self.access_token(key, &access, now)?;
        let scope = scopes.join(" ");
        Ok(Exchanged { access_token, issued_token_type: ACCESS_TOKEN, token_type: token_type(jkt), expires_in, scope })
    }
}
