//! The authorization endpoint: whom to ask what, and when a code is due (OIDC Core §3.1.2).

use std::borrow::Cow;

use chrono::Duration;
use svetu_contracts::identity::SITE_CLIENT;
use svetu_db::Db;
use svetu_http::ClientAddress;
use svetu_kernel::{AccountId, Acting, Actor, Language, Strength, Subject, Timestamp, UserId};
use uuid::Uuid;

use super::{
    PUSHED_S, Result, WAITING_S,
    client::{self, Client},
    error::{Code, OAuthError},
    grants::{self, NewGrant},
    params::Params,
    request::{Acr, AuthorizationRequest, ReturnTo},
};
use crate::{Identity, IdentityError, factors, sessions, store};

/// Why an application is let in in neither name.
pub const STANDS_IN: &str = "support stands in for this person";
const PUSHED_URN: &str = "urn:ietf:params:oauth:request_uri:";
/// Where a waiting request keeps the name under which it was pushed.
const PUSHED_AS: &str = "svetu_pushed_as";

/// What the browser is to do.
#[derive(Debug)]
pub enum Step {
    /// To the client, with a code or an error that it may know of.
    Client(String),
    /// To a page of ours.
    Page(String),
    /// There is no address that may be returned to: the person is told here.
    Stop(OAuthError),
}

/// What a person is asked.
pub struct Question {
    pub client: Client,
    pub scopes: Vec<String>,
    /// The host that the answer goes to.
    pub goes_to: String,
    /// Of a device: from where it asked.
    pub network: Option<String>,
    pub email: String,
}

/// Where a browser comes from.
#[derive(Debug, Clone, Copy)]
pub struct Origin {
    pub language: Language,
    pub address: ClientAddress,
}

/// The signed-in person, as far as clients are concerned.
pub(super) struct Person {
    pub account: AccountId,
    pub session: Uuid,
    pub auth_time: Timestamp,
    pub strength: &'static str,
}

struct Asked {
    client: Client,
    params: Params,
    return_to: ReturnTo,
    /// When a waiting request began: whoever signed in since then has signed in for it.
    since: Option<Timestamp>,
    /// The waiting request's name, and whether its person has just said yes.
    waiting: Option<String>,
    confirmed: bool,
    pushed: bool,
    origin: Origin,
}

/// An error that a client may hear of, with what says so.
enum Refusal {
    Redirect(ReturnTo, OAuthError),
    Stop(OAuthError),
}

impl From<OAuthError> for Refusal {
    fn from(error: OAuthError) -> Self {
        Self::Stop(error)
    }
}

impl Identity {
    /// A pushed request's name and its life in seconds (RFC 9126 §2.2). The client is authenticated.
    pub(super) async fn push(
        &self,
        client: &Client,
        form: Params,
        jkt: Option<&str>,
        now: Timestamp,
    ) -> Result<(String, i64)> {
        if form.get("request_uri").is_some() {
            return Err(OAuthError::new(Code::InvalidRequest, "a pushed request has no request_uri"));
        }
        let params = self
            .unwrap_request(form, client, now)?
            .without(&["client_secret", "client_assertion", "client_assertion_type", PUSHED_AS])
            .with("client_id", &client.id);
        ReturnTo::parse(&params, client)?;
        let request = AuthorizationRequest::parse(&params, client, true, &self.oauth.api())?;
        if jkt.is_some() && request.dpop_jkt.is_some() && jkt != request.dpop_jkt.as_deref() {
            return Err(OAuthError::new(Code::InvalidRequest, "dpop_jkt is of another key than the DPoP proof"));
        }
        let name = grants::keep(&self.db, "pushed", &client.id, &params, jkt, PUSHED_S, now).await?;
        Ok((format!("{PUSHED_URN}{name}"), PUSHED_S))
    }

    pub(super) async fn authorize(&self, actor: &Actor, params: Params, origin: Origin, now: Timestamp) -> Step {
        let answer = async {
            let asked = self.asked(params, origin, now).await?;
            // The site alone goes on for whoever stands in for somebody, in the session that shows the person: its tokens are
            // support's, and what it asks of them is told by that session.
            if actor.acting.is_some() && asked.client.id != SITE_CLIENT {
                return Err(OAuthError::new(Code::AccessDenied, STANDS_IN).into());
            }
            self.proceed(actor, asked, now).await
        };
        self.step(answer.await)
    }

    /// On with a request that waited for somebody to sign in.
    pub(super) async fn go_on(&self, actor: &Actor, name: &str, origin: Origin, now: Timestamp) -> Step {
        let answer = async {
            let asked = self.waiting(name, origin, now).await?;
            self.proceed(actor, asked, now).await
        };
        self.step(answer.await)
    }

    /// The person's answer to [`Question`].
    pub(super) async fn decide(
        &self,
        actor: &Actor,
        name: &str,
        allowed: bool,
        origin: Origin,
        now: Timestamp,
    ) -> Step {
        let answer = async {
            let mut asked = self.waiting(name, origin, now).await?;
            if allowed {
                asked.confirmed = true;
                return self.proceed(actor, asked, now).await;
            }
            let mut tx = self.db.begin().await.map_err(OAuthError::from)?;
            grants::drop_kept(&mut tx, "waiting", name).await.map_err(OAuthError::from)?;
            tx.commit().await.map_err(OAuthError::from)?;
            Err(Refusal::Redirect(asked.return_to, OAuthError::new(Code::AccessDenied, "the person said no")))
        };
        self.step(answer.await)
    }

    /// What the page of a waiting request shows to the person who is signed in.
    ///
    /// # Errors
    /// [`IdentityError::NoSuchRequest`] when it is over or was answered.
    pub(crate) async fn authorization_request(&self, actor: &Actor, name: &str) -> Result<Question, IdentityError> {
        let over = || IdentityError::NoSuchRequest;
        let person = person(actor).ok_or_else(over)?;
        let kept = grants::kept(&self.db, "waiting", name, self.clock.now()).await?.ok_or_else(over)?;
        let client = client::by_id(&self.db, &kept.client).await?.ok_or_else(over)?;
        let request =
            AuthorizationRequest::parse(&kept.params, &client, true, &self.oauth.api()).map_err(|_| over())?;
        let return_to = ReturnTo::parse(&kept.params, &client).map_err(|_| over())?;
        let account = store::by_id(&self.db, person.account).await?;
        let goes_to = host(&return_to.redirect_uri).to_owned();
        let email = self.address_of(&account).await?;
        Ok(Question { client, scopes: request.scopes, goes_to, network: None, email })
    }

    fn step(&self, answer: std::result::Result<Step, Refusal>) -> Step {
        match answer {
            Ok(step) => step,
            Err(Refusal::Stop(error)) => Step::Stop(error),
            Err(Refusal::Redirect(to, error)) => {
                if let Some(cause) = &error.cause {
                    tracing::error!(%cause, "an authorization request failed");
                }
                let answer = [("error", error.code.name()), ("error_description", error.description.as_str())];
                Step::Client(self.address(&to, &answer))
            }
        }
    }

    /// The client's address with an answer; `iss` says whose it is (RFC 9207).
    fn address(&self, to: &ReturnTo, answer: &[(&str, &str)]) -> String {
        let state = to.state.as_deref().map(|state| ("state", state));
        let pairs: Vec<(&str, &str)> =
            answer.iter().copied().chain(state).chain([("iss", self.oauth.issuer.as_ref())]).collect();
        let query = serde_html_form::to_string(&pairs).unwrap_or_default();
        let joint = if to.redirect_uri.contains('?') { '&' } else { '?' };
        format!("{}{joint}{query}", to.redirect_uri)
    }

    async fn asked(&self, params: Params, origin: Origin, now: Timestamp) -> std::result::Result<Asked, Refusal> {
        let params = params.without(&[PUSHED_AS]);
        let unknown = || OAuthError::new(Code::InvalidRequest, "client_id is not one that is registered here");
        let client =
            client::by_id(&self.db, params.need("client_id")?).await.map_err(OAuthError::from)?.ok_or_else(unknown)?;
        if params.get("request").is_some() && params.get("request_uri").is_some() {
            return Err(OAuthError::new(Code::InvalidRequest, "request and request_uri are there both").into());
        }
        let Some(uri) = params.get("request_uri") else {
            // What a broken request object says is believed of nothing, not even where to go back to.
            let params = self.unwrap_request(params, &client, now)?;
            let return_to = ReturnTo::parse(&params, &client)?;
            return Ok(Asked {
                client,
                params,
                return_to,
                since: None,
                waiting: None,
                confirmed: false,
                pushed: false,
                origin,
            });
        };
        let over = || OAuthError::new(Code::InvalidRequestUri, "request_uri is unknown, used or too old");
        let name = uri.strip_prefix(PUSHED_URN).ok_or_else(over)?;
        let kept = grants::kept(&self.db, "pushed", name, now).await.map_err(OAuthError::from)?.ok_or_else(over)?;
        if kept.client != client.id {
            return Err(over().into());
        }
        let mut params = kept.params.with(PUSHED_AS, name);
        if let Some(jkt) = &kept.dpop_jkt {
            params = params.with("dpop_jkt", jkt);
        }
        let return_to = ReturnTo::parse(&params, &client)?;
        Ok(Asked { client, params, return_to, since: None, waiting: None, confirmed: false, pushed: true, origin })
    }

    async fn waiting(&self, name: &str, origin: Origin, now: Timestamp) -> std::result::Result<Asked, Refusal> {
        let over = || OAuthError::new(Code::InvalidRequest, "the request is too old; begin anew at the application");
        let kept = grants::kept(&self.db, "waiting", name, now).await.map_err(OAuthError::from)?.ok_or_else(over)?;
        let client = client::by_id(&self.db, &kept.client).await.map_err(OAuthError::from)?.ok_or_else(over)?;
        let return_to = ReturnTo::parse(&kept.params, &client)?;
        Ok(Asked {
            client,
            pushed: kept.params.get(PUSHED_AS).is_some(),
            params: kept.params,
            return_to,
            since: Some(kept.created_at),
            waiting: Some(name.to_owned()),
            confirmed: false,
            origin,
        })
    }

    async fn proceed(&self, actor: &Actor, asked: Asked, now: Timestamp) -> std::result::Result<Step, Refusal> {
        let return_to = asked.return_to.clone();
        let answer = self.answer(actor, asked, now).await;
        answer.map_err(|error| Refusal::Redirect(return_to, error))
    }

    async fn answer(&self, actor: &Actor, asked: Asked, now: Timestamp) -> Result<Step> {
        let request = AuthorizationRequest::parse(&asked.params, &asked.client, asked.pushed, &self.oauth.api())?;
        let hinted = match &request.id_token_hint {
            Some(hint) => Some(self.subject_of_hint(hint, &asked.client, now).await?),
            None => None,
        };
        let known = match actor.acting {
            Some(acting) => standing_in(&self.db, acting, now).await?,
            None => person(actor),
        };
        let person = known.filter(|person| {
            let meant =
                hinted.as_ref().is_none_or(|subject| *subject == UserId::from_uuid(person.account.uuid()).to_string());
            let for_this = asked.since.is_some_and(|since| person.auth_time >= since);
            let young = request.max_age_s.is_none_or(|age| now - person.auth_time <= Duration::seconds(age));
            meant && (for_this || (young && !request.prompt.login))
        });
        let Some(person) = person else {
            if request.prompt.none {
                return Err(OAuthError::new(Code::LoginRequired, "somebody has to sign in"));
            }
            return self.wait(&asked, &request, "/sign-in", now).await;
        };
        if request.acr != Acr::Any && person.strength != "multi_factor" {
            if factors::has_second(&self.db, person.account).await? {
                if request.prompt.none {
                    return Err(OAuthError::new(Code::LoginRequired, "the person has to prove a second factor"));
                }
                return self.wait(&asked, &request, "/step-up", now).await;
            }
            if request.acr == Acr::MultiFactorNeeded {
                let without = "the person has no second factor";
                return Err(OAuthError::new(Code::UnmetAuthenticationRequirements, without));
            }
        }
        // A scheme or a port of somebody's device is anybody's there: without a secret nothing says that it is the same application.
        let same = !asked.client.is_public() || asked.return_to.redirect_uri.starts_with("https:");
        let known = asked.client.first_party
            || same && grants::consented(&self.db, person.account, &asked.client.id, &request.scopes).await?;
        let asks = request.prompt.consent || request.prompt.select_account || !known;
        if asks && !asked.confirmed {
            if request.prompt.none {
                return Err(OAuthError::new(Code::ConsentRequired, "the person has to agree"));
            }
            return self.wait(&asked, &request, "/connect", now).await;
        }
        self.give_code(person, &asked, &request, now).await
    }

    /// The request waits, under one name for its whole life, while a page of ours asks its person.
    async fn wait(&self, asked: &Asked, request: &AuthorizationRequest, page: &str, now: Timestamp) -> Result<Step> {
        let name = match &asked.waiting {
            Some(name) => Cow::Borrowed(name.as_str()),
            None => {
                let id = &asked.client.id;
                let waits = self.limits.may_wait(id, asked.origin.address, now);
                waits.map_err(|_| OAuthError::new(Code::TemporarilyUnavailable, "too many requests wait already"))?;
                let mut tx = self.db.begin().await?;
                use_pushed(&mut tx, asked).await?;
                tx.commit().await?;
                Cow::Owned(grants::keep(&self.db, "waiting", id, &asked.params, None, WAITING_S, now).await?)
            }
        };
        let wished = request.ui_locales.iter().find_map(|tag| language_of(tag)).unwrap_or(asked.origin.language);
        let next = format!("/oauth/continue?request={name}");
        let mut query: Vec<(&str, &str)> = Vec::new();
        match page {
            "/sign-in" => {
                query.push(("next", &next));
                query.push(("again", "1"));
                query.extend(request.login_hint.as_deref().map(|hint| ("email", hint)));
            }
            "/step-up" => query.push(("next", &next)),
            _ => query.push(("request", &name)),
        }
        let query = serde_html_form::to_string(&query).unwrap_or_default();
        Ok(Step::Page(format!("{}{}{page}?{query}", self.oauth.issuer, wished.path_prefix())))
    }

    async fn give_code(
        &self,
        person: Person,
        asked: &Asked,
        request: &AuthorizationRequest,
        now: Timestamp,
    ) -> Result<Step> {
        let mut tx = self.db.begin().await?;
        match &asked.waiting {
            None => use_pushed(&mut tx, asked).await?,
            Some(name) if grants::drop_kept(&mut tx, "waiting", name).await? => {}
            Some(_) => return Err(OAuthError::new(Code::InvalidRequest, "the request was answered before")),
        }
        if asked.confirmed {
            grants::consent(&mut tx, person.account, &asked.client.id, &request.scopes, now).await?;
        }
        let grant = NewGrant {
            account: person.account,
            client: &asked.client.id,
            session: person.session,
            scopes: &request.scopes,
            audience: &request.resources,
            claims: request.claims.as_ref(),
            auth_time: person.auth_time,
            strength: person.strength,
            dpop_jkt: request.dpop_jkt.as_deref(),
        };
        let uri = &asked.return_to.redirect_uri;
        let code = grants::create(&mut tx, &grant, uri, &request.challenge, request.nonce.as_deref(), now).await?;
        tx.commit().await?;
        Ok(Step::Client(self.address(&asked.return_to, &[("code", &code)])))
    }
}

pub(super) fn person(actor: &Actor) -> Option<Person> {
    match actor.subject {
        Subject::Account { id, session: Some(session) } => Some(Person {
            account: id,
            session: session.uuid(),
            auth_time: actor.authenticated_at?,
            strength: if actor.strength == Strength::MultiFactor { "multi_factor" } else { "password" },
        }),
        Subject::Account { .. } | Subject::Visitor | Subject::Machine { .. } | Subject::System { .. } => None,
    }
}

/// Support itself, in the session in which it shows somebody else.
async fn standing_in(db: &Db, acting: Acting, now: Timestamp) -> Result<Option<Person>> {
    let proven = sessions::proven(db, acting.session, now).await?;
    Ok(proven.map(|(auth_time, strength)| Person {
        account: acting.account,
        session: acting.session.uuid(),
        auth_time,
        strength: if strength == Strength::MultiFactor { "multi_factor" } else { "password" },
    }))
}

/// A pushed request is good for one answer or one waiting request (RFC 9126 §4).
async fn use_pushed(tx: &mut svetu_db::Tx<'_>, asked: &Asked) -> Result<()> {
    match asked.params.get(PUSHED_AS) {
        Some(name) if !grants::drop_kept(tx, "pushed", name).await? => {
            Err(OAuthError::new(Code::InvalidRequestUri, "request_uri was used before"))
        }
        Some(_) | None => Ok(()),
    }
}

fn host(uri: &str) -> &str {
    let rest = uri.split_once("://").map_or(uri, |(_, rest)| rest);
    rest.split(['/', '?']).next().unwrap_or(rest)
}

fn language_of(tag: &str) -> Option<Language> {
    let known = ["sr", "hr", "bs", "cnr", "sh", "ru", "be", "uk", "en"];
    let primary = tag.split('-').next().unwrap_or_default().to_ascii_lowercase();
    known.contains(&primary.as_str()).then(|| Language::negotiate(tag))
}
