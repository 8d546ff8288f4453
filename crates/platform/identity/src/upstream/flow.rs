//! Out to a provider and back. Whatever goes wrong on the way has a name that the sign-in page knows; the cause is for the log.

use chrono::Duration;
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq as _;
use svetu_kernel::{Actor, Language, Problem, Status, Timestamp};
use url::Url;

use super::{
    link::{Next, Waiting},
    provider::{Departure, ProviderError, Stranger},
    store,
};
use crate::{
    Identity, IdentityError,
    factors::ticket,
    limits::Entrance,
    model::Email,
    oauth,
    service::{Admission, Client, First, Knock},
    store as accounts,
};

const GOING: &str = "upstream going";
/// A name that a provider's form brought.
const NAMED: &str = "upstream named";
/// Somebody looks for their password elsewhere.
pub const GOING_S: i64 = 600;
const PATH_BYTES_MAX: usize = 400;
const CODE_BYTES_MAX: usize = 4_096;
/// Of a display name, more than anybody has.
const NAME_CHARS_MAX: usize = 100;

/// What the browser keeps while its person is at the provider.
#[derive(Serialize, Deserialize)]
pub struct Going {
    upstream: String,
    state: String,
    nonce: String,
    verifier: String,
    pub return_to: String,
    pub language: Language,
    /// A person who is signed in links an account elsewhere.
    pub link: bool,
}

/// What the provider sends back by the browser.
#[derive(Default)]
pub struct Answer {
    pub code: Option<String>,
    pub state: Option<String>,
    pub iss: Option<String>,
    pub error: Option<String>,
    /// What a provider's form said of the name, sealed with the state that came with it.
    pub named: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct Named {
    state: String,
    name: String,
}

/// As Apple's form tells it, once and unsigned: good for a suggestion.
#[derive(Deserialize)]
struct FormUser {
    name: FormName,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct FormName {
    #[serde(default)]
    first_name: String,
    #[serde(default)]
    last_name: String,
}

pub enum Arrival {
    Admitted(Box<Admission>),
    /// The person has to say more; the ticket says what the provider said.
    Waiting {
        ticket: String,
        next: Next,
    },
    /// The account elsewhere is linked to the account that asked, already.
    Linked,
}

/// Why nobody is signed in.
#[derive(Debug, thiserror::Error)]
pub enum Stop {
    /// This browser asked for nothing, too long ago, or was answered already.
    #[error("nobody asked in this browser")]
    Over,
    #[error("the person said no")]
    Declined,
    #[error("the provider names no address")]
    Unproven,
    #[error("the account elsewhere is another person's here")]
    Taken,
    #[error("too many")]
    Busy,
    #[error(transparent)]
    Provider(#[from] ProviderError),
    #[error(transparent)]
    Failed(IdentityError),
}

impl Stop {
    /// As the pages know it.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Over => "over",
            Self::Declined => "declined",
            Self::Unproven => "unproven",
            Self::Taken => "taken",
            Self::Busy => "busy",
            Self::Provider(ProviderError::Unreachable(_)) => "unavailable",
            Self::Provider(ProviderError::Refused(_)) | Self::Failed(_) => "failed",
        }
    }
}

impl From<IdentityError> for Stop {
    fn from(error: IdentityError) -> Self {
        match error {
            IdentityError::Refused(problem) if problem.status == Status::TooManyRequests => Self::Busy,
            IdentityError::Busy => Self::Busy,
            error => Self::Failed(error),
        }
    }
}

impl From<Problem> for Stop {
    fn from(problem: Problem) -> Self {
        IdentityError::from(problem).into()
    }
}

impl From<svetu_db::DbError> for Stop {
    fn from(error: svetu_db::DbError) -> Self {
        Self::Failed(error.into())
    }
}

/// A path of this site, or its home page: everything else could lead people away.
pub fn local_path(path: Option<&str>, language: Language) -> String {
    let home = || format!("{}/", language.path_prefix());
    let Some(path) = path.filter(|path| path.len() <= PATH_BYTES_MAX && path.starts_with('/')) else { return home() };
    let Ok(base) = Url::parse("http://site.invalid") else { return home() };
    match base.join(path) {
        // `//elsewhere`, `/\elsewhere` and their kin change the origin when they are resolved as a browser does.
        Ok(url) if url.origin() == base.origin() && url.username().is_empty() && !url.path().starts_with("//") => {
            url.as_str().strip_prefix("http://site.invalid").map_or_else(home, str::to_owned)
        }
        Ok(_) | Err(_) => home(),
    }
}

impl Identity {
    /// The address at the provider, and what the browser keeps.
    pub(super) async fn begin_upstream(
        &self,
        client: &Client,
        id: &str,
        return_to: String,
        language: Language,
        link: bool,
    ) -> Result<(String, String), Stop> {
        let now = self.clock.now();
        self.limits.enter(Entrance::Upstream, client.address, None, now)?;
        let provider = self.upstreams.get(id).ok_or(Stop::Over)?;
        let Departure { url, state, nonce, verifier } = provider.depart(now).await?;
        let going = Going { upstream: id.to_owned(), state, nonce, verifier, return_to, language, link };
        Ok((url, ticket::write(&self.factors.seal, GOING, &going, now + Duration::seconds(GOING_S))?))
    }

    /// The query that an answer by form is taken on with. The form is another site's page, so the browser shows none of what it
    /// keeps: nothing is decided here. A name goes sealed: addresses are written into logs.
    pub(super) fn form_as_query(&self, id: &str, answer: &Answer, user: Option<&str>) -> Result<String, Stop> {
        self.upstreams.get(id).filter(|provider| provider.form_post).ok_or(Stop::Over)?;
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        let Answer { code, state, iss, error, named: _ } = answer;
        for (name, value) in [("code", code), ("state", state), ("iss", iss), ("error", error)] {
            if let Some(value) = value.as_deref().filter(|value| value.len() <= CODE_BYTES_MAX) {
                query.append_pair(name, value);
            }
        }
        let user = user.and_then(|user| serde_json::from_str::<FormUser>(user).ok());
        if let (Some(FormUser { name }), Some(state)) = (user, state) {
            let name = format!("{} {}", name.first_name, name.last_name);
            let name = name.trim().chars().take(NAME_CHARS_MAX).collect();
            let until = self.clock.now() + Duration::seconds(GOING_S);
            let named = Named { state: state.chars().take(PATH_BYTES_MAX).collect(), name };
            query.append_pair("named", &ticket::write(&self.factors.seal, NAMED, &named, until)?);
        }
        Ok(query.finish())
    }

    fn named(&self, named: Option<&str>, state: &str) -> Option<String> {
        let named: Named = ticket::read(&self.factors.seal, NAMED, named?, self.clock.now())?;
        (named.state == state).then_some(named.name)
    }

    /// Where the browser that keeps this was going.
    pub(super) fn going(&self, kept: &str, id: &str) -> Option<Going> {
        ticket::read(&self.factors.seal, GOING, kept, self.clock.now()).filter(|going: &Going| going.upstream == id)
    }

    pub(super) async fn come_back(
        &self,
        client: &Client,
        actor: &Actor,
        going: &Going,
        answer: Answer,
    ) -> Result<Arrival, Stop> {
        let now = self.clock.now();
        self.limits.enter(Entrance::Upstream, client.address, None, now)?;
        let provider = self.upstreams.get(&going.upstream).ok_or(Stop::Over)?;
        let state = answer.state.unwrap_or_default();
        if !bool::from(state.as_bytes().ct_eq(going.state.as_bytes())) {
            return Err(Stop::Over);
        }
        provider.is_mine(answer.iss.as_deref(), now).await?;
        if let Some(error) = answer.error {
            let no = matches!(&*error, "access_denied" | "user_cancelled_authorize" | "user_cancelled_login");
            let error: String = error.chars().filter(char::is_ascii_graphic).take(60).collect();
            return Err(if no { Stop::Declined } else { ProviderError::Refused(format!("it answers {error}")).into() });
        }
        let code = answer.code.filter(|code| (1..=CODE_BYTES_MAX).contains(&code.len())).ok_or(Stop::Over)?;
        let mut stranger = provider.arrive(code, going.nonce.clone(), going.verifier.clone(), now).await?;
        stranger.name = stranger.name.or_else(|| self.named(answer.named.as_deref(), &state));
        self.receive(client, actor, going, stranger, now).await
    }

    /// An account that is linked is entered; nothing else is done in somebody's name before they say so here.
    async fn receive(
        &self,
        client: &Client,
        actor: &Actor,
        going: &Going,
        stranger: Stranger,
        now: Timestamp,
    ) -> Result<Arrival, Stop> {
        let mut tx = self.db.begin().await?;
        // The provider may take a code twice; we do not.
        if !oauth::spend(&mut *tx, GOING, &going.state, now + Duration::seconds(GOING_S)).await? {
            return Err(Stop::Over);
        }
        let blind = self.people.blind_upstream(&stranger.issuer, &stranger.subject);
        let owner = store::owner(&mut tx, &blind).await?;
        let arrival = match (owner, going.link) {
            (Some(owner), true) if actor.account_id() == Some(owner) => Arrival::Linked,
            (Some(_), true) => return Err(Stop::Taken),
            (Some(owner), false) => {
                let account = accounts::lock(&mut tx, owner).await?;
                store::used(&mut tx, &blind, now).await?;
                let knock = Knock { actor, client, remember: true, now };
                Arrival::Admitted(Box::new(self.admit(&mut tx, knock, account, First::Upstream).await?))
            }
            (None, true) => {
                let account = actor.account_id().ok_or(Stop::Over)?;
                self.keep_stranger(going, stranger, Next::Link { account }, now)?
            }
            (None, false) => {
                let email = stranger.email.as_deref().and_then(Email::parse).ok_or(Stop::Unproven)?;
                // Whether somebody has it here is told to who has it.
                let next = if stranger.vouched {
                    Next::of(accounts::lock_by_email(&mut tx, &self.people.blind(&email.normal)).await?.as_ref())
                } else {
                    Next::Confirm
                };
                self.keep_stranger(going, stranger, next, now)?
            }
        };
        tx.commit().await.map_err(IdentityError::from)?;
        Ok(arrival)
    }

    fn keep_stranger(&self, going: &Going, stranger: Stranger, next: Next, now: Timestamp) -> Result<Arrival, Stop> {
        let waiting = Waiting::new(going.upstream.clone(), stranger, next);
        Ok(Arrival::Waiting { ticket: self.write_waiting(&waiting, now)?, next })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_led_away() {
        let path = |path: &str| local_path(Some(path), Language::Ru);
        assert_eq!(path("/ru/account?done=1#a"), "/ru/account?done=1#a");
        assert_eq!(path("/ru/č"), "/ru/%C4%8D");
        for away in [
            "",
            "account",
            "//elsewhere.rs",
            "/\\elsewhere.rs",
            "/\t/elsewhere.rs",
            "https://elsewhere.rs",
            "/..//elsewhere.rs",
            &format!("/{}", "a".repeat(400)),
        ] {
            assert_eq!(path(away), "/ru/", "{away}");
        }
        assert_eq!(local_path(None, Language::SrLatn), "/");
    }
}
