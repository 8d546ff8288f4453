//! How often: by network of the asking address and by account, each kind of request with a bound of its own.
//!
//! Counted in this process first, so that a flood is refused without asking anybody; what it lets through is counted together
//! with the other processes (`shared.rs`), where there are others.

mod shared;

use std::{fmt::Display, hash::Hash, sync::Arc};

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::Method;
use svetu_http::{ApiProblem, ClientAddress, Limiter, Quota, Verdict, Worked};
use svetu_kernel::{Actor, Credential, Subject, Timestamp};

use crate::{
    config::GatewayLimits,
    edge::Edge,
    origin::{Origin, Side},
    telemetry::Reason,
    work::Entrance,
};

pub use shared::SharedLimits;

/// What a request costs us, and whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// Guesses at passwords, letters to people: the strictest.
    Auth,
    Api,
    /// Made by the site for this reader.
    Page,
    /// Pictures, scripts, styles: many to a page.
    File,
    /// Health and the like: not counted.
    Own,
}

const AUTH_PATHS: [&str; 15] = [
    "/api/v1/identity/sign-up",
    "/api/v1/identity/sign-in",
    "/api/v1/identity/sign-in/code",
    "/api/v1/identity/sign-in/code/complete",
    "/api/v1/identity/sign-in/factor",
    "/api/v1/identity/sign-in/passkey",
    "/api/v1/identity/me/step-up",
    "/api/v1/identity/verify-email",
    "/api/v1/identity/recovery",
    "/api/v1/identity/recovery/complete",
    "/api/v1/identity/me/password",
    "/api/v1/identity/upstreams/sign-up",
    "/api/v1/identity/upstreams/waiting/code",
    "/api/v1/identity/upstreams/waiting/confirm",
    "/api/v1/identity/me/phone",
];
/// Of the API's quota: a twentieth.
const AUTH_SHARE: u32 = 20;
/// Five times the API's: Next.js also fetches the pages that a reader may open next.
const PAGES_TIMES: u32 = 5;
const FILES: &str = "files";
const ACCOUNT: &str = "account";
/// Ten times the API's.
const FILES_TIMES: u32 = 10;

impl Class {
    pub fn of(method: &Method, path: &str) -> Self {
        let below =
            |folder: &str| path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        if below("/api/docs") || below("/media") || below("/_next") {
            Self::File
        } else if below("/api") || below("/oauth") || below("/session") {
            let changes = !matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS);
            if changes && AUTH_PATHS.contains(&path) { Self::Auth } else { Self::Api }
        } else if below("/health") || path == "/metrics" || below("/dev") {
            Self::Own
        } else if path.rsplit('/').next().is_some_and(|last| last.contains('.')) {
            Self::File
        } else {
            Self::Page
        }
    }
}

#[derive(Debug)]
pub struct Limits {
    auth: Limiter,
    api: Limiter,
    pages: Limiter,
    files: Limiter,
    accounts: Limiter,
    /// None: no other process counts.
    shared: Option<SharedLimits>,
}

impl Limits {
    pub fn new(limits: &GatewayLimits, shared: Option<SharedLimits>) -> Self {
        let api = limits.address_per_minute;
        Self {
            auth: Limiter::new(Quota::per_minute((api / AUTH_SHARE).max(1))),
            api: Limiter::new(Quota::per_minute(api)),
            pages: Limiter::new(Quota::per_minute(api.saturating_mul(PAGES_TIMES))),
            files: Limiter::new(Quota::per_minute(api.saturating_mul(FILES_TIMES))),
            accounts: Limiter::new(Quota::per_minute(limits.account_per_minute)),
            shared,
        }
    }

    /// Counts one for the key, unless it is refused, and answers the tighter of what is known here and together.
    async fn take(
        &self,
        name: &'static str,
        limiter: &Limiter,
        quota: Quota,
        key: impl Display + Hash,
        now: Timestamp,
    ) -> Verdict {
        let here = limiter.take_of(quota, &key, now);
        // Files are counted in each process alone: they are most of all requests and cost the least, not worth a question each.
        match self.shared.as_ref().filter(|_| here.allowed && name != FILES) {
            Some(shared) => {
                let together = shared.take(name, quota, &key, now).await;
                together.map_or(here, |together| tighter(here, together))
            }
            None => here,
        }
    }

    async fn take_of_account(&self, account: String, now: Timestamp) -> Verdict {
        self.take(ACCOUNT, &self.accounts, self.accounts.quota(), account, now).await
    }

    /// The site's own calls belong to a page that was counted when it was asked for; only guesses count there as well.
    fn by_address(&self, class: Class, side: Side) -> Option<(&'static str, &Limiter)> {
        match (class, side) {
            (Class::Auth, _) => Some(("auth", &self.auth)),
            (Class::Api, Side::Public) => Some(("address", &self.api)),
            (Class::Page, Side::Public) => Some(("pages", &self.pages)),
            (Class::File, Side::Public) => Some((FILES, &self.files)),
            (Class::Api | Class::Page | Class::File, Side::Inside) | (Class::Own, _) => None,
        }
    }
}

/// Before anything is looked up for the request.
pub async fn by_address(State(edge): State<Arc<Edge>>, mut request: Request, next: Next) -> Response {
    let class = Class::of(request.method(), request.uri().path());
    let side = request.extensions().get::<Origin>().map_or(Side::Public, |origin| origin.side);
    let (address, now) = (request.extensions().get::<ClientAddress>().copied(), edge.clock.now());
    let entrance = Entrance::of(request.method(), request.uri().path());
    let worked = entrance
        .zip(address)
        .is_some_and(|(entrance, address)| edge.work.is_done(request.headers(), entrance, address.network(), now));
    let mut response = match (edge.limits.by_address(class, side), address) {
        _ if worked => {
            request.extensions_mut().insert(Worked);
            next.run(request).await
        }
        (Some((name, limiter)), Some(address)) => {
            let verdict = edge.limits.take(name, limiter, limiter.quota(), address.network(), now).await;
            count(&edge, name, verdict, request, next).await
        }
        _ => next.run(request).await,
    };
    if let Some(problem) = response.extensions_mut().get_mut::<ApiProblem>()
        && problem.problem().params.contains_key(Worked::CHALLENGE)
    {
        let params = &mut problem.problem_mut().params;
        match entrance.zip(address) {
            Some((entrance, address)) => {
                let challenge = edge.work.challenge(entrance, address.network(), now);
                params.insert(Worked::CHALLENGE.into(), challenge);
            }
            None => {
                params.remove(Worked::CHALLENGE);
            }
        }
    }
    response
}

/// Once it is known who asks. A key counts by its own quota, and for its account as everything of it does.
pub async fn by_account(State(edge): State<Arc<Edge>>, request: Request, next: Next) -> Response {
    let side = request.extensions().get::<Origin>().map_or(Side::Public, |origin| origin.side);
    let (limits, now) = (&edge.limits, edge.clock.now());
    let verdict = match request.extensions().get::<Actor>().filter(|_| side == Side::Public) {
        Some(Actor { credential: Credential::Key { id, per_minute, .. }, subject, .. }) => {
            let quota = Quota::per_minute(*per_minute);
            let own = limits.take("key", &limits.accounts, quota, id.to_string(), now).await;
            let all = if own.allowed { tighter(own, limits.take_of_account(subject.name(), now).await) } else { own };
            Some(("key", all))
        }
        // What one of support asks for in a person's place does not use up what the person may ask for.
        Some(Actor { acting: Some(acting), .. }) => {
            Some((ACCOUNT, limits.take_of_account(acting.account.to_string(), now).await))
        }
        Some(Actor { subject: subject @ (Subject::Account { .. } | Subject::Machine { .. }), .. }) => {
            Some((ACCOUNT, limits.take_of_account(subject.name(), now).await))
        }
        Some(_) | None => None,
    };
    match verdict {
        Some((name, verdict)) => count(&edge, name, verdict, request, next).await,
        None => next.run(request).await,
    }
}

fn tighter(one: Verdict, other: Verdict) -> Verdict {
    if other.allowed && share(one) <= share(other) { one } else { other }
}

/// On an answer: the tightest of the limits that counted it so far.
#[derive(Debug, Clone, Copy)]
struct Told(Verdict);

async fn count(edge: &Edge, name: &'static str, verdict: Verdict, request: Request, next: Next) -> Response {
    let mut response = match verdict.check() {
        Ok(()) => next.run(request).await,
        Err(problem) => {
            edge.telemetry.refused(Reason::Rate);
            // An account that asks too much is no crowd that work would thin out.
            let problem = if name == ACCOUNT { problem } else { problem.with(Worked::CHALLENGE, true) };
            ApiProblem::from(problem).into_response()
        }
    };
    let said = response.extensions().get::<Told>().copied();
    // A service's own, stricter limit has the word; files are kept by caches, which a passing number is not for.
    let silent = said.is_none() && !response.headers().contains_key("ratelimit") && (name != FILES || !verdict.allowed);
    if silent || said.is_some_and(|Told(inner)| share(verdict) < share(inner)) {
        verdict.write(name, response.headers_mut());
        response.extensions_mut().insert(Told(verdict));
    }
    response
}

/// What is left, in millionths of the quota.
fn share(verdict: Verdict) -> u64 {
    u64::from(verdict.remaining) * 1_000_000 / u64::from(verdict.quota.burst.max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes() {
        let check =
            |method: Method, path: &str, expected: Class| assert_eq!(Class::of(&method, path), expected, "{path}");
        check(Method::POST, "/api/v1/identity/sign-in", Class::Auth);
        check(Method::GET, "/api/v1/identity/sign-in", Class::Api);
        check(Method::POST, "/api/v1/marketplace/listings", Class::Api);
        check(Method::GET, "/api/docs/swagger-ui.css", Class::File);
        check(Method::GET, "/media/ab/640.webp", Class::File);
        check(Method::GET, "/_next/static/chunks/x.js", Class::File);
        check(Method::GET, "/robots.txt", Class::File);
        check(Method::GET, "/health/live", Class::Own);
        check(Method::GET, "/", Class::Page);
        check(Method::GET, "/apiary", Class::Page);
        check(Method::GET, "/en/listings/listing_01", Class::Page);
    }
}
