//! What a program shows at the platform's own API becomes an actor (RFC 6750 §2.1, RFC 9068 §4, RFC 9449 §7).

use std::collections::BTreeSet;

use http::{HeaderMap, HeaderValue};
use svetu_contracts::identity::{Admission, Challenge, Presented};
use svetu_kernel::{Actor, Credential, Strength, Subject, Timestamp};

use super::{
    Result, client,
    error::{Code, OAuthError},
    grants, spent,
    tokens::{AccessClaims, BEARER, invalid, scheme_of},
};
use crate::{Identity, IdentityError, api_keys, model::roles_of};

impl Identity {
    /// Revoked grants, ended sessions and disabled clients count at once: what the token hangs on is looked up every time.
    pub(crate) async fn admit_program(&self, shown: &Presented, now: Timestamp) -> Result<Admission, IdentityError> {
        match self.actor_of(shown, now).await {
            Ok(actor) => Ok(Admission::Admitted(actor)),
            Err(OAuthError { cause: Some(cause), .. }) => Err(cause),
            Err(OAuthError { code, description, challenge, dpop_nonce, cause: None }) => {
                let scheme = challenge.unwrap_or("Bearer").to_owned();
                Ok(Admission::Refused(Challenge { scheme, error: code.name().to_owned(), description, dpop_nonce }))
            }
        }
    }

    async fn actor_of(&self, shown: &Presented, now: Timestamp) -> Result<Actor> {
        let (scheme, token) = shown.authorization.split_once(' ').unwrap_or((&shown.authorization, ""));
        let (scheme, token) = (scheme_of(scheme)?, token.trim_start());
        if token.starts_with(api_keys::PREFIX) {
            let actor = api_keys::actor(&self.db, token, now).await?;
            return actor.filter(|_| scheme == BEARER).ok_or_else(|| invalid(scheme));
        }
        let claims = self.signed_claims(token, now).await?.ok_or_else(|| invalid(scheme))?;
        // A token for somebody else's API is worth nothing here (RFC 9068 §4).
        if !claims.aud.contains(&self.oauth.api()) {
            return Err(OAuthError {
                challenge: Some(scheme),
                ..OAuthError::new(Code::InvalidToken, "the access token is for another audience")
            });
        }
        let actor = self.subject_of(&claims, now).await?.ok_or_else(|| invalid(scheme))?;
        let headers = proofs(&shown.proofs)?;
        self.check_binding(&claims, scheme, &headers, &shown.method, &shown.url, token, now).await?;
        Ok(actor)
    }

    /// None: what the token hangs on is over.
    async fn subject_of(&self, claims: &AccessClaims, now: Timestamp) -> Result<Option<Actor>> {
        let scopes: BTreeSet<String> =
            claims.scope.split(' ').filter(|scope| !scope.is_empty()).map(str::to_owned).collect();
        let credential = Credential::Token { client: claims.client_id.clone(), scopes };
        let spent = spent::hash("access", &claims.jti);
        let Some(grant) = claims.svetu_grant else {
            let roles = client::machine_roles(&self.db, &claims.sub, &claims.client_id, spent).await?;
            return Ok(roles.map(|roles| Actor {
                subject: Subject::Machine { client: claims.sub.clone() },
                roles: roles_of(&roles),
                credential,
                ..Actor::visitor()
            }));
        };
        let person = grants::person(&self.db, grant, &claims.client_id, spent, now).await?;
        Ok(person.map(|person| Actor {
            subject: Subject::Account { id: person.account, session: None },
            roles: roles_of(&person.roles),
            credential,
            strength: if person.strength == "multi_factor" { Strength::MultiFactor } else { Strength::Password },
            authenticated_at: Some(person.auth_time),
            ..Actor::visitor()
        }))
    }
}

fn proofs(values: &[String]) -> Result<HeaderMap> {
    let mut headers = HeaderMap::new();
    for value in values {
        let value = HeaderValue::from_str(value)
            .map_err(|_| OAuthError::new(Code::InvalidDpopProof, "the DPoP proof is no header"))?;
        headers.append("dpop", value);
    }
    Ok(headers)
}
