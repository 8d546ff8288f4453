//! Signing in by the provider, who somebody is, and the ends of a session.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use chrono::TimeDelta;
use moka::sync::Cache;
use subtle::ConstantTimeEq as _;
use svetu_contracts::{
    ContractError,
    identity::{IdentityContract, SiteMember},
    sessions::SessionsContract,
};
use svetu_db::Db;
use svetu_kernel::{AccountId, Actor, SessionId, SharedClock, Subject, Timestamp, UserId};
use svetu_ports::{
    meter::Lookups,
    token::{self, is_plausible},
};
use uuid::Uuid;

use crate::{
    SessionsDeps, SessionsError,
    flow::{self, Away},
    provider::Provider,
    renewal::{Renewals, Renewed},
    store::{self, Gone, Kept, NewSession, TokenHash},
};

/// Tokens that end sooner are renewed, while the old ones are still good.
const RENEW_BEFORE_S: i64 = 60;
/// How long a request waits for another one that renews the same tokens, and how often it looks.
const RENEWAL_LOOKS_MAX: u32 = 100;
const RENEWAL_LOOK: Duration = Duration::from_millis(50);
/// What is kept in memory is as good as the table: the provider is asked about the token with every request.
const KNOWN_MAX: u64 = 50_000;
const KNOWN_LIFE: Duration = Duration::from_secs(60);

/// A session whose access token is good for a while.
#[derive(Clone)]
pub struct Known {
    pub id: Uuid,
    pub access: Arc<str>,
    pub access_expires_at: Timestamp,
}

impl Known {
    pub fn of(kept: &Kept) -> Self {
        Self { id: kept.id, access: kept.tokens.access.as_str().into(), access_expires_at: kept.access_expires_at }
    }
}

pub struct Service {
    pub db: Db,
    pub clock: SharedClock,
    pub provider: Arc<Provider>,
    pub renewals: Renewals,
    pub site_url: String,
    pub secure: bool,
    pub key: [u8; 32],
    identity: Arc<dyn IdentityContract>,
    known: Cache<TokenHash, Known>,
    lookups: Arc<Lookups>,
}

/// Where a sign-in begins.
pub struct Leaving {
    pub url: String,
    /// The value of the cookie that remembers it.
    pub away: String,
}

/// What comes back from the provider (RFC 6749 §4.1.2, RFC 9207).
#[derive(Debug, Default)]
pub struct Returned {
    pub code: Option<String>,
    pub state: Option<String>,
    pub iss: Option<String>,
    pub error: Option<String>,
}

pub enum Arrival {
    /// Signed in, under this cookie.
    In { token: String, max_age_s: Option<i64>, next: String },
    /// Nobody is signed in at the provider either: a visitor, who wanted to be asked nothing.
    Visitor { next: String },
    /// The answer belongs to another try of this browser: once more.
    Again { next: String },
    /// There is nothing to go on with.
    Failed { next: String },
}

/// A fast hash is enough: the token has 256 bits of its own.
pub fn hash(token: &str) -> TokenHash {
    blake3::derive_key("svetu sessions token v1", token.as_bytes())
}

impl Service {
    pub fn try_new(deps: SessionsDeps) -> Result<Self, SessionsError> {
        let provider = Arc::new(Provider::try_new(&deps)?);
        Ok(Self {
            renewals: Renewals::new(deps.db.clone(), deps.clock.clone(), Arc::clone(&provider), deps.key),
            provider,
            secure: deps.site_url.starts_with("https://"),
            db: deps.db,
            clock: deps.clock,
            site_url: deps.site_url,
            key: deps.key,
            identity: deps.identity,
            lookups: Lookups::of("sessions"),
            known: Cache::builder().max_capacity(KNOWN_MAX).time_to_live(KNOWN_LIFE).build(),
        })
    }

    pub async fn leave(&self, next: &str, silent: bool, again: bool) -> Result<Leaving, SessionsError> {
        let now = self.clock.now();
        let departure = self.provider.depart(silent, flow::language(next).tag(), now).await?;
        let away = Away {
            state: departure.state,
            nonce: departure.nonce,
            verifier: departure.verifier,
            next: next.to_owned(),
            silent,
            again,
            since: now,
        };
        Ok(Leaving { url: departure.url, away: away.seal(&self.key).ok_or(SessionsError::Seal)? })
    }

    /// `before`: the session's cookie that the browser still has.
    pub async fn arrive(
        &self,
        away: Option<&str>,
        before: Option<&str>,
        returned: Returned,
    ) -> Result<Arrival, SessionsError> {
        let now = self.clock.now();
        let Some(away) = away.and_then(|value| Away::open(&self.key, value, now)) else {
            return Ok(Arrival::Failed { next: "/".to_owned() });
        };
        let Away { state, nonce, verifier, next, silent, again, .. } = away;
        let same = |given: &String| bool::from(given.as_bytes().ct_eq(state.as_bytes()));
        if !returned.state.as_ref().is_some_and(same) {
            return Ok(if again { Arrival::Failed { next } } else { Arrival::Again { next } });
        }
        if !self.provider.is_mine(returned.iss.as_deref()) {
            return Ok(Arrival::Failed { next });
        }
        let code = match (returned.code, returned.error) {
            (Some(code), None) => code,
            (_, Some(_)) if silent => return Ok(Arrival::Visitor { next }),
            (_, Some(_)) | (None, None) => return Ok(Arrival::Failed { next }),
        };
        let granted = match self.provider.arrive(code, nonce, verifier, now).await {
            Ok(granted) => granted,
            Err(SessionsError::Over) => return Ok(Arrival::Failed { next }),
            Err(error) => return Err(error),
        };
        let Some(SiteMember { actor, max_age_s }) = self.identity.site_member(&granted.tokens.access).await? else {
            return Ok(Arrival::Failed { next });
        };
        let Some((account, session)) = holder(&actor) else {
            return Err(SessionsError::Refused("the access token is nobody's".to_owned()));
        };
        if UserId::from_uuid(account.uuid()).to_string() != granted.subject {
            return Err(SessionsError::Refused("the tokens are of two people".to_owned()));
        }
        let token = token::random();
        let new = NewSession {
            token_hash: hash(&token),
            subject: &granted.subject,
            sid: &session.to_string(),
            tokens: &granted.tokens,
            access_expires_at: granted.access_expires_at,
        };
        let before = before.filter(|token| is_plausible(token)).map(hash);
        if let Some(before) = &before {
            self.known.invalidate(before);
        }
        store::insert(&self.db, &self.key, &new, before, now).await?;
        Ok(Arrival::In { token, max_age_s, next })
    }

    /// Ends it here; where its person is sent, so that the provider ends it for all others too. None: there is none.
    pub async fn end(&self, token: &str, back: &str) -> Result<Option<String>, SessionsError> {
        if !is_plausible(token) {
            return Ok(None);
        }
        let hash = hash(token);
        self.known.invalidate(&hash);
        let Some(kept) = store::find(&self.db, &self.key, &hash, self.clock.now()).await? else { return Ok(None) };
        store::end(&self.db, kept.id, self.clock.now()).await?;
        Ok(Some(self.provider.departure_for_good(&kept.tokens.id, back)))
    }

    /// What the provider says of its own accord.
    pub async fn told(&self, logout_token: &str) -> Result<(), SessionsError> {
        let now = self.clock.now();
        let over = self.provider.logged_out(logout_token, now).await?;
        store::end_of(&self.db, &over.subject, over.sid.as_deref(), now).await?;
        Ok(())
    }

    /// What stood behind a session that ended here is good for nothing at the provider either.
    pub async fn let_go(&self, gone: &Gone) -> Result<(), SessionsError> {
        // Sealed under a key that is gone, it opens nothing for anybody.
        let Some(tokens) = gone.open(&self.key) else { return Ok(()) };
        self.provider.let_go(&tokens).await
    }

    pub async fn sweep(&self) -> Result<u64, SessionsError> {
        store::sweep(&self.db, self.clock.now()).await
    }

    async fn member(&self, token: &str) -> Result<Option<Actor>, SessionsError> {
        let hash = hash(token);
        let kept = self.known.get(&hash).filter(|known| !self.ends_soon(known.access_expires_at));
        let is_kept = kept.is_some();
        self.lookups.note(is_kept);
        let found = match kept {
            Some(known) => Some(known),
            None => self.fresh(&hash).await?,
        };
        let Some(known) = found else { return Ok(None) };
        if let Some(member) = self.identity.site_member(&known.access).await? {
            // Not again: its minute runs from the last look at the table, however often it is used.
            if !is_kept {
                self.known.insert(hash, known);
            }
            return Ok(Some(member.actor));
        }
        // Its session at the provider is over, whether we were told or not.
        self.known.invalidate(&hash);
        store::delete(&self.db, known.id).await?;
        Ok(None)
    }

    fn ends_soon(&self, at: Timestamp) -> bool {
        at - self.clock.now() < TimeDelta::seconds(RENEW_BEFORE_S)
    }

    /// From the table; its tokens renewed when they end soon. None: there is no such session.
    async fn fresh(&self, hash: &TokenHash) -> Result<Option<Known>, SessionsError> {
        for _ in 0..RENEWAL_LOOKS_MAX {
            let now = self.clock.now();
            let Some(kept) = store::find(&self.db, &self.key, hash, now).await? else { return Ok(None) };
            let old = Known::of(&kept);
            if !self.ends_soon(old.access_expires_at) {
                return Ok(Some(old));
            }
            match self.renewals.renew(kept).await? {
                Some(Renewed::Fresh(known)) => return Ok(Some(known)),
                Some(Renewed::Over) => return Ok(None),
                // Somebody else is at it; the old ones may still be good.
                None if old.access_expires_at > now => return Ok(Some(old)),
                None => tokio::time::sleep(RENEWAL_LOOK).await,
            }
        }
        Err(SessionsError::Unavailable("new tokens did not come in time".to_owned()))
    }
}

/// Whose session it is; of support also where it shows somebody else.
const fn holder(actor: &Actor) -> Option<(AccountId, SessionId)> {
    match (actor.acting, &actor.subject) {
        (Some(acting), _) => Some((acting.account, acting.session)),
        (None, Subject::Account { id, session: Some(session) }) => Some((*id, *session)),
        (None, _) => None,
    }
}

#[async_trait]
impl SessionsContract for Service {
    async fn authenticate(&self, session_token: &str) -> Result<Option<Actor>, ContractError> {
        if !is_plausible(session_token) {
            return Ok(None);
        }
        Ok(self.member(session_token).await?)
    }
}
