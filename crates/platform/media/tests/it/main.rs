#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod contract;
mod personal;
mod sweep;
mod uploads;

use std::sync::Arc;

use axum::{Router, body::Body};
use bytes::Bytes;
use http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt;
use object_store::{ObjectStore, memory::InMemory};
use svetu_contracts::media::Picture;
use svetu_http::{Catalogue, Kit, KitConfig};
use svetu_kernel::{AccountId, Actor, ManualClock, Role};
use svetu_media::{Media, MediaConfig, SCHEMA};
use svetu_policy::CedarAuthorizer;
use svetu_testkit::TestDb;
use tower::ServiceExt;

/// The service on a database and an object store of its own, behind the real kit and the real policy.
struct World {
    media: Media,
    objects: Arc<InMemory>,
    clock: Arc<ManualClock>,
    db: TestDb,
    router: Router,
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

impl Answer {
    fn picture(&self) -> Picture {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("{} {:?}", self.status, self.body))
    }

    /// `404 media.not_found`
    fn problem(&self) -> String {
        let document: serde_json::Value = serde_json::from_slice(&self.body).unwrap_or_default();
        format!("{} {}", self.status.as_u16(), document["code"].as_str().unwrap_or_default())
    }

    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

impl World {
    async fn new() -> Self {
        Self::with(MediaConfig::default()).await
    }

    async fn with(config: MediaConfig) -> Self {
        let db = TestDb::new(&[SCHEMA]).await;
        let clock = svetu_testkit::clock();
        let objects = Arc::new(InMemory::new());
        let store: Arc<dyn ObjectStore> = objects.clone();
        let media = Media::try_new(db.db("media"), clock.clone(), store, config).unwrap();
        let kit = Kit::new(KitConfig {
            authorizer: Arc::new(CedarAuthorizer::try_new().unwrap()),
            clock: clock.clone(),
            catalogue: Catalogue::try_new([svetu_http::MESSAGES, svetu_media::MESSAGES]).unwrap(),
            cursor_key: [7; 32],
            body_bytes_max: Kit::BODY_BYTES_MAX,
        });
        let api: Router = media.routes().into();
        let files: Router = media.files().into();
        let router = kit.install(Router::new().nest("/api/v1", api).merge(files));
        Self { media, objects, clock, db, router }
    }

    async fn send(&self, actor: &Actor, request: Request<Body>) -> Answer {
        let mut request = request;
        request.extensions_mut().insert(actor.clone());
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        Answer { status: parts.status, headers: parts.headers, body: body.collect().await.unwrap().to_bytes() }
    }

    async fn get(&self, actor: &Actor, path: &str) -> Answer {
        self.send(actor, Request::get(path).body(Body::empty()).unwrap()).await
    }

    async fn delete(&self, actor: &Actor, path: &str) -> Answer {
        self.send(actor, Request::delete(path).body(Body::empty()).unwrap()).await
    }

    async fn upload(&self, actor: &Actor, bytes: impl Into<Body>) -> Answer {
        self.send(actor, Request::post("/api/v1/media/uploads").body(bytes.into()).unwrap()).await
    }

    /// Names of all stored files.
    async fn files(&self) -> Vec<String> {
        use futures::TryStreamExt;
        let mut names: Vec<String> =
            self.objects.list(None).map_ok(|found| found.location.to_string()).try_collect().await.unwrap();
        names.sort();
        names
    }
}

fn member() -> (AccountId, Actor) {
    let id = AccountId::from_uuid(uuid::Uuid::new_v4());
    (id, Actor::account(id, [Role::Member]))
}

/// A photo of its own for each seed.
fn photo(seed: u8) -> Bytes {
    let (width, height) = (200_u16, 120_u16);
    let pixels: Vec<u8> = (0..u32::from(width) * u32::from(height))
        .flat_map(|at| [(at % 251) as u8, seed, ((at / 7) % 255) as u8])
        .collect();
    let mut bytes = Vec::new();
    jpeg_encoder::Encoder::new(&mut bytes, 90).encode(&pixels, width, height, jpeg_encoder::ColorType::Rgb).unwrap();
    bytes.into()
}
