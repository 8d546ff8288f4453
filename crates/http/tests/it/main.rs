#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::{collections::BTreeMap, sync::Arc};

use async_trait::async_trait;
use axum::{Router, body::Body, extract::State, middleware};
use expect_test::{Expect, expect};
use http::{Request, StatusCode};
use http_body_util::BodyExt;
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use svetu_http::{
    ApiProblem, Catalogue, Fault, Grant, IfMatch, IfNoneMatch, Kit, KitConfig, PageParams, PageRequest, Paged, PathId,
    Problems, Tagged, ValidJson, idempotent, openapi,
};
use svetu_kernel::{
    AccountId, Acting, Actor, ListingId, ManualClock, Page, Problem, Role, SessionId, Status, Timestamp,
};
use svetu_ports::{Authorizer, Decision, IdempotencyError, IdempotencyState, IdempotencyStore, Resource, StoredReply};
use tower::ServiceExt;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

svetu_http::permissions! {
    Read = "notes.read" on "Note";
    Write = "notes.write" on "Note";
}

#[derive(Debug, thiserror::Error)]
enum NoteError {
    #[error("the note {0} is shut")]
    Shut(u32),
    #[error("the disk is gone")]
    Disk(#[from] std::io::Error),
}

impl Fault for NoteError {
    fn problem(&self) -> Problem {
        match self {
            Self::Shut(number) => Problem::new(Status::Conflict, "note.shut").with("number", *number),
            Self::Disk(_) => Problem::new(Status::Internal, "internal"),
        }
    }
}

const MESSAGES: &str = r#"
["note.shut"]
sr = "Beleška {number} je zatvorena."
ru = "Заметка {number} закрыта."
en = "Note {number} is shut."
"#;

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Note {
    text: String,
}

#[derive(Clone, Default)]
struct Notes(Arc<Mutex<Vec<Note>>>);

#[utoipa::path(get, path = "/notes", operation_id = "notes.read", params(PageParams), responses((status = 200, body = Page<u32>), Problems))]
async fn list(_: Grant<Read>, page: PageRequest) -> Result<Paged<u32>, ApiProblem> {
    let after = page.after::<u32>("notes")?.unwrap_or(0);
    let rows = (after + 1..=7).take(page.limit().get() as usize + 1).collect();
    Ok(page.page("notes", rows, |row| *row))
}

#[utoipa::path(post, path = "/notes", operation_id = "notes.write", request_body = Note, security(("session" = [])), responses((status = 201, body = Note), Problems))]
async fn write(
    _: Grant<Write>,
    State(notes): State<Notes>,
    ValidJson(note): ValidJson<Note>,
) -> Result<(StatusCode, axum::Json<Note>), ApiProblem> {
    let mut all = notes.0.lock();
    all.push(note);
    let text = format!("{} notes", all.len());
    Ok((StatusCode::CREATED, axum::Json(Note { text })))
}

#[utoipa::path(patch, path = "/notes/{id}", operation_id = "notes.edit", params(("id" = ListingId, Path)), responses((status = 200, body = Note), Problems))]
async fn edit(
    grant: Grant<Write>,
    PathId(id): PathId<ListingId>,
    if_match: IfMatch,
) -> Result<Tagged<Note>, ApiProblem> {
    grant.on(&Resource::new("Note", id.to_string()).owned_by(AccountId::from_uuid(Uuid::from_u128(1))))?;
    if_match.require(3)?;
    Ok(Tagged::new(4, Note { text: "edited".into() }))
}

#[utoipa::path(get, path = "/fail/{how}", operation_id = "notes.fail", params(("how" = String, Path)), responses((status = 200), Problems))]
async fn fail(PathId(how): PathId<String>, if_none_match: IfNoneMatch) -> Result<Tagged<Note>, ApiProblem> {
    match how.as_str() {
        "shut" => Err(NoteError::Shut(5))?,
        "disk" => Err(NoteError::from(std::io::Error::other("sector 9")))?,
        "panic" => panic!("a fault of ours"),
        _ => Ok(Tagged::new(2, Note { text: how }).unless(if_none_match)),
    }
}

/// Visitors read; members write; only owners touch what is owned.
struct Rules;

impl Authorizer for Rules {
    fn authorize(&self, actor: &Actor, action: &str, resource: &Resource) -> Decision {
        let owner = resource.owner.is_none() || resource.owner == actor.account_id();
        if action == "notes.read" || (actor.has(Role::Member) && owner) {
            Decision::Allow
        } else {
            Decision::Deny { reason: "no rule".into() }
        }
    }
}

type Kept = BTreeMap<(String, String), ([u8; 32], Option<StoredReply>)>;

#[derive(Default)]
struct Replies(Mutex<Kept>);

#[async_trait]
impl IdempotencyStore for Replies {
    async fn begin(
        &self,
        scope: &str,
        key: &str,
        fingerprint: [u8; 32],
        _: Timestamp,
    ) -> Result<IdempotencyState, IdempotencyError> {
        let mut kept = self.0.lock();
        let entry = kept.get(&(scope.to_owned(), key.to_owned())).cloned();
        Ok(match entry {
            None => {
                kept.insert((scope.to_owned(), key.to_owned()), (fingerprint, None));
                IdempotencyState::Fresh { ticket: Uuid::nil(), thing: Uuid::nil() }
            }
            Some((known, _)) if known != fingerprint => IdempotencyState::Mismatch,
            Some((_, None)) => IdempotencyState::InFlight,
            Some((_, Some(reply))) => IdempotencyState::Replay(reply),
        })
    }

    async fn complete(&self, scope: &str, key: &str, _: Uuid, reply: StoredReply) -> Result<(), IdempotencyError> {
        if let Some(entry) = self.0.lock().get_mut(&(scope.to_owned(), key.to_owned())) {
            entry.1 = Some(reply);
        }
        Ok(())
    }

    async fn abandon(&self, scope: &str, key: &str, _: Uuid) -> Result<(), IdempotencyError> {
        self.0.lock().remove(&(scope.to_owned(), key.to_owned()));
        Ok(())
    }
}

fn app() -> (Router, Arc<Kit>) {
    let kit = Kit::new(KitConfig {
        authorizer: Arc::new(Rules),
        clock: ManualClock::at("2026-01-02T03:04:05Z".parse().unwrap()),
        catalogue: Catalogue::try_new([svetu_http::MESSAGES, MESSAGES]).unwrap(),
        cursor_key: [1; 32],
        body_bytes_max: 200,
    });
    let store: Arc<dyn IdempotencyStore> = Arc::new(Replies::default());
    let (router, document) = OpenApiRouter::with_openapi(openapi::base("Notes", "1"))
        .nest(
            "/api/v1",
            OpenApiRouter::new()
                .routes(routes!(list, write))
                .routes(routes!(edit))
                .routes(routes!(fail))
                .layer(middleware::from_fn_with_state(store, idempotent))
                .with_state(Notes::default()),
        )
        .split_for_parts();
    assert_eq!(openapi::operations(&document).len(), 4);
    (kit.install(router), kit)
}

fn member(number: u128) -> Actor {
    Actor::account(AccountId::from_uuid(Uuid::from_u128(number)), [Role::Member])
}

const NOTE: &str = "/api/v1/notes/listing_00000000000000000000000001";

/// `METHOD path | header: value | body` as an actor, and what came back.
async fn ask(app: &Router, actor: Option<Actor>, line: &str) -> String {
    let mut parts = line.split(" | ");
    let (method, path) = parts.next().unwrap().split_once(' ').unwrap();
    let mut request = Request::builder().method(method).uri(path).header("x-request-id", "r1");
    let mut body = String::new();
    for part in parts {
        match part.split_once(": ").filter(|(name, _)| !name.starts_with('{')) {
            Some((name, value)) => request = request.header(name, value),
            None => part.clone_into(&mut body),
        }
    }
    if !body.is_empty() && request.headers_ref().is_some_and(|headers| !headers.contains_key("content-type")) {
        request = request.header("content-type", "application/json");
    }
    let mut request = request.body(Body::from(body)).unwrap();
    if let Some(actor) = actor {
        request.extensions_mut().insert(actor);
    }
    let response = app.clone().oneshot(request).await.unwrap();
    let mut said = response.status().as_u16().to_string();
    for name in ["content-type", "link", "etag", "retry-after", "allow", "idempotency-replayed"] {
        if let Some(value) = response.headers().get(name) {
            said += &format!("\n{name}: {}", value.to_str().unwrap());
        }
    }
    let body = response.into_body().collect().await.unwrap().to_bytes();
    said + "\n" + std::str::from_utf8(&body).unwrap()
}

async fn check(actor: Option<Actor>, line: &str, expected: Expect) {
    let (app, _) = app();
    expected.assert_eq(&ask(&app, actor, line).await);
}

#[tokio::test]
async fn problems_speak_the_readers_language() {
    check(None, "GET /api/v1/fail/shut | accept-language: ru", expect![[r#"
        409
        content-type: application/problem+json
        {"type":"/problems/note.shut","title":"Заметка 5 закрыта.","status":409,"code":"note.shut","instance":"/api/v1/fail/shut","request_id":"r1","number":5}"#]]).await;
    check(None, "GET /api/v1/fail/shut?lang=sr-Cyrl", expect![[r#"
        409
        content-type: application/problem+json
        {"type":"/problems/note.shut","title":"Белешка 5 је затворена.","status":409,"code":"note.shut","instance":"/api/v1/fail/shut","request_id":"r1","number":5}"#]]).await;
    check(Some(member(1)), "POST /api/v1/notes?lang=en | {\"text\":1}", expect![[r#"
        422
        content-type: application/problem+json
        {"type":"/problems/validation.failed","title":"Some fields are not filled in correctly.","status":422,"code":"validation.failed","instance":"/api/v1/notes","request_id":"r1","errors":[{"field":"/text","code":"field.invalid","message":"The value is not valid."}]}"#]]).await;
}

#[tokio::test]
async fn causes_stay_inside() {
    for how in ["disk", "panic"] {
        let (app, _) = app();
        let said = ask(&app, None, &format!("GET /api/v1/fail/{how}?lang=en")).await;
        assert!(said.starts_with("500\n") && said.contains("Something went wrong on our side"), "{said}");
        assert!(!said.contains("sector") && !said.contains("fault of ours"), "{said}");
    }
}

#[tokio::test]
async fn bare_refusals_become_problems() {
    check(None, "DELETE /api/v1/notes?lang=en", expect![[r#"
        405
        content-type: application/problem+json
        allow: GET,HEAD,POST
        {"type":"/problems/request.method_not_allowed","title":"This address does not take such a request.","status":405,"code":"request.method_not_allowed","instance":"/api/v1/notes","request_id":"r1"}"#]]).await;
    check(None, "GET /nowhere?lang=en", expect![[r#"
        404
        content-type: application/problem+json
        {"type":"/problems/request.no_route","title":"There is no such address.","status":404,"code":"request.no_route","instance":"/nowhere","request_id":"r1"}"#]]).await;
    for (line, expected) in [
        ("POST /api/v1/notes | content-type: text/plain | {}", "415"),
        (
            "POST /api/v1/notes | {\"text\":\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"}",
            "413",
        ),
        ("POST /api/v1/notes | {", "400"),
        ("PATCH /api/v1/notes/media_00000000000000000000000001", "400"),
    ] {
        let (app, _) = app();
        let said = ask(&app, Some(member(1)), line).await;
        assert!(said.starts_with(expected) && said.contains("problem+json"), "{line}: {said}");
    }
}

#[tokio::test]
async fn permissions() {
    let edit = format!("PATCH {NOTE} | if-match: \"3\"");
    for (actor, line, status) in [
        (None, "GET /api/v1/notes", "200"),
        (None, "POST /api/v1/notes | {}", "401"),
        (Some(Actor::account(AccountId::from_uuid(Uuid::from_u128(9)), [])), "POST /api/v1/notes | {}", "403"),
        (Some(member(2)), edit.as_str(), "403"),
        (Some(member(1)), edit.as_str(), "200"),
    ] {
        let (app, _) = app();
        let said = ask(&app, actor, line).await;
        assert!(said.starts_with(status), "{line}: {said}");
    }
}

#[tokio::test]
async fn edits_name_the_version() {
    for (line, status) in [
        (format!("PATCH {NOTE}"), "428"),
        (format!("PATCH {NOTE} | if-match: \"2\""), "412"),
        (format!("PATCH {NOTE} | if-match: \"3\""), "200\ncontent-type: application/json\netag: \"4\""),
        ("GET /api/v1/fail/no | if-none-match: \"2\"".to_owned(), "304\netag: \"2\""),
    ] {
        let (app, _) = app();
        let said = ask(&app, Some(member(1)), &line).await;
        assert!(said.starts_with(status), "{line}: {said}");
    }
}

#[tokio::test]
async fn pages_have_no_holes() {
    let (app, _) = app();
    let mut path = "/api/v1/notes?limit=3".to_owned();
    let mut seen = Vec::new();
    loop {
        let said = ask(&app, None, &format!("GET {path}")).await;
        let body: Page<u32> = serde_json::from_str(said.lines().last().unwrap()).unwrap();
        seen.extend(body.items);
        let Some(link) = said.lines().find_map(|line| line.strip_prefix("link: <")) else { break };
        link.split('>').next().unwrap().clone_into(&mut path);
    }
    assert_eq!(seen, [1, 2, 3, 4, 5, 6, 7]);
    for query in ["cursor=abc", "limit=0", "limit=101", "limit=x"] {
        assert!(ask(&app, None, &format!("GET /api/v1/notes?{query}")).await.starts_with("400"), "{query}");
    }
}

#[tokio::test]
async fn a_repeated_key_repeats_the_answer() {
    let (app, _) = app();
    let me = || Some(member(1));
    let first = ask(&app, me(), "POST /api/v1/notes | idempotency-key: k1 | {\"text\":\"a\"}").await;
    let again = ask(&app, me(), "POST /api/v1/notes | idempotency-key: k1 | {\"text\":\"a\"}").await;
    assert!(first.starts_with("201") && first.contains("1 notes"), "{first}");
    assert!(again.starts_with("201") && again.contains("idempotency-replayed: true"), "{again}");
    assert_eq!(first.lines().last(), again.lines().last());
    let other = ask(&app, me(), "POST /api/v1/notes | idempotency-key: k1 | {\"text\":\"b\"}").await;
    assert!(other.starts_with("422") && other.contains("request.idempotency_key_reused"), "{other}");
    let stranger = ask(&app, Some(member(2)), "POST /api/v1/notes | idempotency-key: k1 | {\"text\":\"b\"}").await;
    assert!(stranger.contains("2 notes"), "{stranger}");
    // Support in this person's place is not told what they were told, whatever key it shows, and leaves nothing under it.
    let session = SessionId::from_uuid(Uuid::from_u128(7));
    let acting = Acting { account: AccountId::from_uuid(Uuid::from_u128(9)), session, until: Timestamp::UNIX_EPOCH };
    let stands_in = || Some(Actor { acting: Some(acting), ..member(1) });
    let kept = ask(&app, stands_in(), "POST /api/v1/notes | idempotency-key: k1 | {\"text\":\"a\"}").await;
    assert!(!kept.contains("1 notes") && !kept.contains("idempotency-replayed"), "{kept}");
    let new = ask(&app, stands_in(), "POST /api/v1/notes | idempotency-key: k3 | {\"text\":\"a\"}").await;
    let own = ask(&app, me(), "POST /api/v1/notes | idempotency-key: k3 | {\"text\":\"c\"}").await;
    assert!(!new.contains("replayed") && own.starts_with("201") && !own.contains("replayed"), "{new} {own}");
    let refused = ask(&app, me(), "POST /api/v1/notes | idempotency-key: k2 | {\"txt\":\"b\"}").await;
    let mended = ask(&app, me(), "POST /api/v1/notes | idempotency-key: k2 | {\"text\":\"b\"}").await;
    assert!(refused.starts_with("422") && mended.starts_with("201"), "{refused} {mended}");
}

#[tokio::test]
async fn metrics_know_templates_only() {
    let (app, kit) = app();
    ask(&app, None, "GET /api/v1/fail/shut").await;
    ask(&app, None, "GET /api/v1/fail/else").await;
    ask(&app, None, "GET /x/y/z").await;
    let text = kit.metrics.render();
    assert!(
        text.contains("svetu_http_requests_total{method=\"GET\",route=\"/api/v1/fail/{how}\",status=\"409\"} 1"),
        "{text}"
    );
    assert!(text.contains("route=\"unmatched\",status=\"404\"} 1"), "{text}");
    assert!(!text.contains("/x/y/z") && text.ends_with("# EOF\n"));
}
