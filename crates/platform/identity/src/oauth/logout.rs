//! Signing out at a client's wish (OIDC RP-Initiated Logout) and telling clients of it (OIDC Back-Channel Logout).

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use serde_json::json;
use svetu_db::{Job, JobHandler, JobKind, NewJob, Tx, jobs};
use svetu_kernel::{AccountId, Actor, Language, SessionId, Timestamp, UserId};
use svetu_ports::HandlerError;
use url::Url;
use uuid::Uuid;

use super::{Result, client, grants, params::Params};
use crate::{
    Identity, IdentityError,
    calls::{self, PublicOnly, is_public_host},
    sessions, support,
};

const TOLD: &str = "identity.backchannel_logout";
/// A client has so long to answer.
const CALL_TIMEOUT: Duration = Duration::from_secs(10);
const TOKEN_S: i64 = 120;
const OVER_EVERY: Duration = Duration::from_secs(60);
/// At a turn; the rest at the next.
const OVER_MAX: i64 = 500;

/// What the browser is to do.
#[derive(Debug, PartialEq, Eq)]
pub enum Leave {
    /// The session is over (or there was none): to the client, or to our own page.
    Done(String),
    /// Nothing proves that the person wants it: they are asked.
    Ask(String),
}

#[derive(Debug, Serialize, Deserialize)]
struct Ended {
    client: String,
    session: Uuid,
    account: AccountId,
}

/// For the clients that an operator registered, and for those that nobody looked at: these lead to no address within this network.
#[derive(Debug)]
pub struct Callers {
    ours: reqwest::Client,
    invited: reqwest::Client,
}

impl Callers {
    pub fn try_new() -> Result<Self, IdentityError> {
        let failed = |error: reqwest::Error| IdentityError::Key(format!("TLS for calls to others: {error}"));
        let builder = || Ok::<_, IdentityError>(calls::builder()?.timeout(CALL_TIMEOUT).pool_max_idle_per_host(1));
        let invited = builder()?.dns_resolver(Arc::new(PublicOnly)).https_only(true).build().map_err(failed)?;
        Ok(Self { ours: builder()?.build().map_err(failed)?, invited })
    }

    /// None: it leads inside. A name is judged when it is resolved.
    fn post(&self, client: &client::Client, uri: &str) -> Option<reqwest::RequestBuilder> {
        if !client.invited {
            return Some(self.ours.post(uri));
        }
        Url::parse(uri).is_ok_and(|url| is_public_host(&url)).then(|| self.invited.post(uri))
    }
}

/// Orders a call to each client that the session signed in to.
pub async fn announce(tx: &mut Tx<'_>, sessions: &[Uuid], now: Timestamp) -> Result<(), IdentityError> {
    if sessions.is_empty() {
        return Ok(());
    }
    let rows = sqlx::query!(
        "select distinct g.client, g.session, g.account from identity.oauth_grant g
         join identity.oauth_client c on c.id = g.client
         where g.session = any($1) and c.backchannel_logout_uri is not null and c.disabled_at is null limit 1000",
        sessions
    )
    .fetch_all(&mut **tx)
    .await?;
    for row in rows {
        let key = format!("{} {}", row.client, row.session);
        let payload = Ended { client: row.client, session: row.session, account: AccountId::from_uuid(row.account) };
        jobs::schedule(tx, &NewJob { kind: TOLD, key: &key, run_at: now, payload }).await?;
    }
    Ok(())
}

pub fn job(identity: &Identity) -> JobKind {
    JobKind {
        name: TOLD,
        every: None,
        attempts_max: 6,
        timeout: CALL_TIMEOUT * 2,
        handler: std::sync::Arc::new(Tell(identity.clone())),
    }
}

/// Sessions that ended by disuse or by age end at clients too, with what these were given: their time is looked at every minute.
pub fn over_job(identity: &Identity) -> JobKind {
    JobKind {
        name: "identity.sessions_over",
        every: Some(OVER_EVERY),
        attempts_max: 5,
        timeout: Duration::from_secs(60),
        handler: Arc::new(Over(identity.clone())),
    }
}

struct Over(Identity);

#[async_trait]
impl JobHandler for Over {
    async fn run(&self, _: &Job) -> Result<(), HandlerError> {
        let now = self.0.clock.now();
        let mut tx = self.0.db.begin().await.map_err(IdentityError::from)?;
        let over = sqlx::query_scalar!(
            "update identity.session set ended_at = $1 where id in (
                 select s.id from identity.session s
                 where s.ended_at is null
                     and (s.expires_at <= $1 or s.last_seen_at + make_interval(secs => s.idle_s_max::float8) <= $1)
                     and exists (select from identity.oauth_grant g where g.session = s.id)
                 limit $2 for update skip locked)
             returning id",
            now,
            OVER_MAX
        )
        .fetch_all(&mut *tx)
        .await
        .map_err(IdentityError::from)?;
        sessions::ended_too(&mut tx, &over, now).await?;
        tx.commit().await.map_err(IdentityError::from)?;
        grants::bound(&self.0.db).await?;
        Ok(())
    }
}

struct Tell(Identity);

#[async_trait]
impl JobHandler for Tell {
    async fn run(&self, job: &Job) -> Result<(), HandlerError> {
        let ended: Ended = job.read()?;
        self.0.tell(&ended).await
    }
}

impl Identity {
    async fn tell(&self, ended: &Ended) -> Result<(), HandlerError> {
        let Some(client) = client::by_id(&self.db, &ended.client).await? else { return Ok(()) };
        let Some(uri) = &client.backchannel_logout_uri else { return Ok(()) };
        let now = self.clock.now();
        let key = self.oauth.keys.signing(&self.db, client.signing, now).await?;
        let claims = json!({
            "iss": &*self.oauth.issuer,
            "sub": UserId::from_uuid(ended.account.uuid()).to_string(),
            "aud": client.id,
            "iat": now.timestamp(),
            "exp": now.timestamp() + TOKEN_S,
            "jti": Uuid::new_v4().simple().to_string(),
            "sid": SessionId::from_uuid(ended.session).to_string(),
            "events": { "http://schemas.openid.net/event/backchannel-logout": {} },
        });
        let token = key.sign("logout+jwt", &claims)?;
        let failed = |error: &dyn std::fmt::Display| HandlerError::Transient(format!("{}: {error}", client.id));
        let body = serde_html_form::to_string([("logout_token", token)]).unwrap_or_default();
        let Some(call) = self.oauth.callers.post(&client, uri) else {
            return Err(HandlerError::Poison(format!("{}: its address is not public", client.id)));
        };
        let answer = call
            .header(reqwest::header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(body)
            .send()
            .await
            .map_err(|error| failed(&error.without_url()))?;
        if answer.status().is_success() {
            Ok(())
        } else {
            Err(failed(&format!("it answered {}", answer.status().as_u16())))
        }
    }

    /// RP-Initiated Logout §2 and §3. `confirmed`: the person has just said so on our own page.
    pub(super) async fn leave(
        &self,
        actor: &Actor,
        params: &Params,
        confirmed: bool,
        language: Language,
        now: Timestamp,
    ) -> Result<Leave> {
        // One that cannot be read, or that another server signed, proves nothing: their person is asked as without one (§2).
        let (hint, doubtful) = match params.get("id_token_hint") {
            Some(hint) => match self.read_hint(hint, now).await {
                Ok(hint) => (Some(hint), false),
                Err(error) if error.cause.is_none() => (None, true),
                Err(error) => return Err(error),
            },
            None => (None, false),
        };
        let client_id =
            params.get("client_id").map(str::to_owned).or_else(|| hint.as_ref().map(|hint| hint.aud.clone()));
        let client = match &client_id {
            Some(id) => client::by_id(&self.db, id).await?,
            None => None,
        };
        let same_client = hint.as_ref().is_none_or(|hint| client.as_ref().is_some_and(|client| client.id == hint.aud));
        // Only to an address that is registered, word for word; else to our own page.
        let back = params.get("post_logout_redirect_uri").filter(|uri| {
            same_client
                && !doubtful
                && client
                    .as_ref()
                    .is_some_and(|client| client.post_logout_redirect_uris.iter().any(|known| known == uri))
        });
        let back = back.map(|uri| match params.get("state") {
            Some(state) => {
                let state = serde_html_form::to_string([("state", state)]).unwrap_or_default();
                format!("{uri}{}{state}", if uri.contains('?') { '&' } else { '?' })
            }
            None => uri.to_owned(),
        });
        let done = Leave::Done(back.unwrap_or_else(|| format!("{}/", self.oauth.issuer)));
        let Some((id, session)) = support::session_of(actor) else { return Ok(done) };
        let of_this = hint.is_some_and(|hint| {
            same_client
                && hint.sub == UserId::from_uuid(id.uuid()).to_string()
                && hint.sid.is_none_or(|sid| sid == session.to_string())
        });
        if of_this || confirmed {
            self.sign_out(actor).await?;
            return Ok(done);
        }
        let pairs: Vec<(&str, &str)> = ["client_id", "post_logout_redirect_uri", "state"]
            .into_iter()
            .filter_map(|name| params.get(name).map(|value| (name, value)))
            .collect();
        let query = serde_html_form::to_string(&pairs).unwrap_or_default();
        Ok(Leave::Ask(format!("{}{}/connect/leave?{query}", self.oauth.issuer, language.path_prefix())))
    }
}
