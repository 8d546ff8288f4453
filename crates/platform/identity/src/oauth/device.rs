//! Devices without a keyboard: they show a code, a person answers on something better (RFC 8628).

use chrono::Duration;
use rand::Rng as _;
use serde_json::{Value, json};
use svetu_http::ClientAddress;
use svetu_kernel::{AccountId, Actor, Timestamp};
use uuid::Uuid;

use super::{
    Question, Result,
    authorize::person,
    client::{self, Client},
    error::{Code, OAuthError},
    grants::{self, NewGrant},
    params::Params,
    request,
    token::{Asking, TokenAnswer, first_refresh, invalid_grant},
};
use crate::{
    Identity, IdentityError, jobs,
    letter::Letter,
    limits::Entrance,
    service::{self, shown_network},
    store, token,
};

pub const GRANT_TYPE: &str = "urn:ietf:params:oauth:grant-type:device_code";
const LIFE_S: i64 = 600;
/// RFC 8628 §3.2 and §3.5.
const INTERVAL_S: i32 = 5;
const INTERVAL_S_MAX: i32 = 60;
/// No vowels, so that no word comes out; none that look alike (RFC 8628 §6.1). 20⁸ codes.
const LETTERS: &[u8; 20] = b"BCDFGHJKLMNPQRSTVWXZ";
const CODE_CHARS: usize = 8;
/// Two of 2.5 · 10¹⁰ codes are the same once in a long while.
const TRIES_MAX: usize = 5;

/// The one way of writing it: people add dashes and small letters. None: it cannot be one.
fn normal(typed: &str) -> Option<String> {
    let code: String =
        typed.chars().take(40).filter(|c| !c.is_whitespace() && *c != '-').map(|c| c.to_ascii_uppercase()).collect();
    (code.len() == CODE_CHARS && code.bytes().all(|byte| LETTERS.contains(&byte))).then_some(code)
}

fn shown(code: &str) -> String {
    let (left, right) = code.split_at(CODE_CHARS / 2);
    format!("{left}-{right}")
}

struct Waiting {
    hash: Vec<u8>,
    client: String,
    scopes: Vec<String>,
    network: String,
}

impl Identity {
    /// RFC 8628 §3.1: the client is authenticated.
    pub(super) async fn begin_device(
        &self,
        client: &Client,
        form: &Params,
        jkt: Option<&str>,
        address: ClientAddress,
        now: Timestamp,
    ) -> Result<Value> {
        if !client.may(GRANT_TYPE) {
            return Err(OAuthError::new(Code::UnauthorizedClient, "the client may not use the device grant"));
        }
        let scopes = request::scopes(form, client)?;
        let audience = request::resources(form.resources(), client, &self.oauth.api())?;
        let waits = self.limits.may_wait(&client.id, address, now);
        waits.map_err(|_| OAuthError::new(Code::TemporarilyUnavailable, "too many devices wait already"))?;
        let network = shown_network(address);
        let (device_code, hash) = token::new();
        for _ in 0..TRIES_MAX {
            let user_code: String = {
                let mut random = rand::rng();
                (0..CODE_CHARS).map(|_| char::from(LETTERS[random.random_range(0..LETTERS.len())])).collect()
            };
            let done = sqlx::query!(
                "insert into identity.oauth_device
                     (hash, user_code, client, scopes, audience, dpop_jkt, interval_s, created_at, expires_at, network)
                 values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict do nothing",
                hash.as_slice(),
                user_code,
                client.id,
                &scopes,
                &audience,
                jkt,
                INTERVAL_S,
                now,
                now + Duration::seconds(LIFE_S),
                network
            )
            .execute(self.db.pool())
            .await?;
            if done.rows_affected() == 1 {
                let page = format!("{}/connect/device", self.oauth.issuer);
                let user_code = shown(&user_code);
                return Ok(json!({
                    "device_code": device_code,
                    "user_code": user_code,
                    "verification_uri": page,
                    "verification_uri_complete": format!("{page}?user_code={user_code}"),
                    "expires_in": LIFE_S,
                    "interval": INTERVAL_S,
                }));
            }
        }
        Err(OAuthError::new(Code::TemporarilyUnavailable, "try again in a moment"))
    }

    /// What the person with the device's code is asked.
    ///
    /// # Errors
    /// [`IdentityError::NoSuchRequest`] when the code is over, was answered or never was. Guesses are limited.
    pub(crate) async fn device_request(
        &self,
        actor: &Actor,
        client: &service::Client,
        user_code: &str,
    ) -> Result<Question, IdentityError> {
        let now = self.clock.now();
        self.limits.enter(Entrance::Link, client.address, None, now)?;
        let person = person(actor).ok_or(IdentityError::NoSuchRequest)?;
        let waiting = self.waiting_device(user_code, now).await?.ok_or(IdentityError::NoSuchRequest)?;
        let client = client::by_id(&self.db, &waiting.client).await?.ok_or(IdentityError::NoSuchRequest)?;
        let account = store::by_id(&self.db, person.account).await?;
        let email = self.address_of(&account).await?;
        let network = Some(waiting.network).filter(|network| !network.is_empty());
        Ok(Question { goes_to: String::new(), client, scopes: waiting.scopes, network, email })
    }

    /// The person's answer.
    ///
    /// # Errors
    /// As [`Identity::device_request`].
    pub(crate) async fn decide_device(
        &self,
        actor: &Actor,
        client: &service::Client,
        user_code: &str,
        allowed: bool,
    ) -> Result<(), IdentityError> {
        let now = self.clock.now();
        self.limits.enter(Entrance::Link, client.address, None, now)?;
        let person = person(actor).ok_or(IdentityError::NoSuchRequest)?;
        let waiting = self.waiting_device(user_code, now).await?.ok_or(IdentityError::NoSuchRequest)?;
        let mut tx = self.db.begin().await?;
        let done = if allowed {
            sqlx::query!(
                "update identity.oauth_device set state = 'allowed', account = $2, session = $3, auth_time = $4, strength = $5
                 where hash = $1 and state = 'pending'",
                waiting.hash,
                person.account.uuid(),
                person.session,
                person.auth_time,
                person.strength
            )
            .execute(&mut *tx)
            .await?
        } else {
            sqlx::query!(
                "update identity.oauth_device set state = 'denied' where hash = $1 and state = 'pending'",
                waiting.hash
            )
            .execute(&mut *tx)
            .await?
        };
        if done.rows_affected() == 0 {
            return Err(IdentityError::NoSuchRequest);
        }
        let kind = if allowed { "device_allowed" } else { "device_refused" };
        let detail = json!({ "client": waiting.client, "scopes": waiting.scopes, "network": waiting.network });
        store::note(&mut tx, now, person.account, &person.account.to_string(), kind, detail).await?;
        if allowed {
            jobs::order(&mut tx, Some(person.account), Letter::DeviceAllowed, now).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    async fn waiting_device(&self, user_code: &str, now: Timestamp) -> Result<Option<Waiting>, IdentityError> {
        let Some(code) = normal(user_code) else { return Ok(None) };
        let waiting = sqlx::query_as!(
            Waiting,
            "select hash, client, scopes, network from identity.oauth_device
             where user_code = $1 and state = 'pending' and expires_at > $2",
            code,
            now
        )
        .fetch_optional(self.db.pool())
        .await?;
        Ok(waiting)
    }

    /// RFC 8628 §3.4 and §3.5.
    pub(super) async fn by_device(&self, asking: &Asking<'_>) -> Result<TokenAnswer> {
        let &Asking { client, form, jkt, now, .. } = asking;
        let code = form.need("device_code")?;
        let unknown = || invalid_grant("the device code is unknown, used or of another client");
        if !token::plausible(code) {
            return Err(unknown());
        }
        let hash = token::hash(code);
        let mut tx = self.db.begin().await?;
        let row = sqlx::query!(
            "select client, scopes, audience, dpop_jkt, state, account, session, auth_time, strength, interval_s, polled_at,
                 expires_at
             from identity.oauth_device where hash = $1 for update",
            hash.as_slice()
        )
        .fetch_optional(&mut *tx)
        .await?;
        let row = row.filter(|row| row.client == client.id).ok_or_else(unknown)?;
        if row.expires_at <= now {
            return Err(OAuthError::new(Code::ExpiredToken, "nobody answered in time; begin anew"));
        }
        if row.state == "denied" {
            return Err(OAuthError::new(Code::AccessDenied, "the person said no"));
        }
        let interval = Duration::seconds(row.interval_s.into());
        let hurried = row.polled_at.is_some_and(|polled| now - polled < interval);
        if row.state == "pending" || hurried {
            let interval_s = if hurried { (row.interval_s + INTERVAL_S).min(INTERVAL_S_MAX) } else { row.interval_s };
            sqlx::query!(
                "update identity.oauth_device set polled_at = $2, interval_s = $3 where hash = $1",
                hash.as_slice(),
                now,
                interval_s
            )
            .execute(&mut *tx)
            .await?;
            tx.commit().await?;
            return Err(if hurried {
                OAuthError::new(Code::SlowDown, format!("ask again in {interval_s} seconds"))
            } else {
                OAuthError::new(Code::AuthorizationPending, "nobody answered yet")
            });
        }
        if row.dpop_jkt.is_some() && row.dpop_jkt.as_deref() != jkt {
            return Err(OAuthError::new(Code::InvalidDpopProof, "the device code is bound to another key"));
        }
        let (Some(account), Some(session), Some(auth_time), Some(strength)) =
            (row.account, row.session, row.auth_time, row.strength)
        else {
            return Err(unknown());
        };
        let id: Uuid = grants::insert(
            &mut tx,
            &NewGrant {
                account: AccountId::from_uuid(account),
                client: &client.id,
                session,
                scopes: &row.scopes,
                audience: &row.audience,
                claims: None,
                auth_time,
                strength: &strength,
                dpop_jkt: jkt.filter(|_| client.is_public()),
            },
            now,
        )
        .await?;
        let grant = grants::living(&mut tx, id, now).await?.ok_or_else(unknown)?;
        sqlx::query!("delete from identity.oauth_device where hash = $1", hash.as_slice()).execute(&mut *tx).await?;
        let refresh = first_refresh(&mut tx, client, &grant, now).await?;
        let answer = self.answer_of(asking, &grant, None, refresh).await?;
        tx.commit().await?;
        Ok(answer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_typed_in_many_ways() {
        for typed in ["BCDF-GHJK", "bcdfghjk", " bcdf ghjk ", "B-C-D-F-G-H-J-K"] {
            assert_eq!(normal(typed).as_deref(), Some("BCDFGHJK"), "{typed}");
        }
        for typed in ["", "BCDF-GHJ", "BCDF-GHJA", "BCDF-GHJКK", "BCDFGHJKL"] {
            assert_eq!(normal(typed), None, "{typed}");
        }
        assert_eq!(shown("BCDFGHJK"), "BCDF-GHJK");
    }
}
