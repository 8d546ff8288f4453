//! A provider elsewhere that can be made to lie: what real ones never do is what has to be refused.

use std::sync::Arc;

use axum::{
    Form, Json, Router,
    extract::State,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use http::{HeaderMap, StatusCode};
use p256::{
    ecdsa::{
        Signature, SigningKey, VerifyingKey,
        signature::{Signer as _, Verifier as _},
    },
    pkcs8::{EncodePrivateKey as _, LineEnding},
};
use parking_lot::Mutex;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use svetu_identity::{Brand, ClientSecret, UpstreamConfig};
use svetu_kernel::{Clock as _, ManualClock};
use svetu_ports::Secret;
use url::Url;

use crate::world::{Browser, Settings, World};

pub const ID: &str = "elsewhere";
const SECRET: &str = "tajna-klijenta";

/// What it is like.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Usual,
    /// Answers by a form, takes a secret that the client signs, writes booleans as text.
    Apple,
    /// Names no token endpoint, takes the secret in the form, vouches for nothing.
    Facebook,
}

/// What it says, and how it lies.
pub struct Says {
    pub subject: String,
    pub email: Option<String>,
    pub verified: Option<bool>,
    /// Written over the claims of the ID token; null takes one away.
    pub over: Value,
    pub algorithm: &'static str,
    /// Which of its keys signs, by which name, and which one it shows.
    pub key: u8,
    pub kid: u8,
    pub shown_key: u8,
    /// The address stands in the userinfo alone.
    pub in_userinfo: bool,
    pub kind: Kind,
    nonce: String,
    challenge: String,
}

type Fields = std::collections::BTreeMap<String, String>;

pub struct Elsewhere {
    pub url: String,
    pub says: Arc<Mutex<Says>>,
}

struct Shared {
    url: String,
    says: Arc<Mutex<Says>>,
    clock: Arc<Mutex<Option<Arc<ManualClock>>>>,
}

fn key(number: u8) -> SigningKey {
    SigningKey::from_slice(&[number; 32]).unwrap()
}

/// A world that knows one provider, and the provider.
pub async fn world() -> (World, Elsewhere) {
    world_of(Kind::Usual).await
}

pub async fn world_of(kind: Kind) -> (World, Elsewhere) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let says = Arc::new(Mutex::new(Says {
        subject: "248289761001".to_owned(),
        email: Some("pera@primer.rs".to_owned()),
        verified: Some(true),
        over: json!({}),
        algorithm: "ES256",
        key: 1,
        kid: 1,
        shown_key: 1,
        in_userinfo: false,
        kind,
        nonce: String::new(),
        challenge: String::new(),
    }));
    let clock = Arc::new(Mutex::new(None));
    let shared = Arc::new(Shared { url: url.clone(), says: says.clone(), clock: clock.clone() });
    let router = Router::new()
        .route("/.well-known/openid-configuration", get(metadata))
        .route("/jwks", get(jwks))
        .route("/token", post(token))
        .route("/userinfo", get(userinfo))
        .with_state(shared);
    tokio::spawn(async move { axum::serve(listener, router).await });
    let config = match kind {
        Kind::Usual => config(&url),
        Kind::Apple => UpstreamConfig {
            client_secret: ClientSecret::Signed {
                team_id: "TIM".to_owned(),
                key_id: "KLJUC".to_owned(),
                key: Secret::new(secret_key().to_pkcs8_pem(LineEnding::LF).unwrap().as_bytes().to_vec()),
            },
            scopes: vec!["email".to_owned(), "name".to_owned()],
            form_post: true,
            ..config(&url)
        },
        Kind::Facebook => UpstreamConfig { token_endpoint: Some(format!("{url}/token")), ..config(&url) },
    };
    let world = World::set(Settings { upstreams: vec![config], ..Settings::default() }).await;
    *clock.lock() = Some(world.clock.clone());
    (world, Elsewhere { url, says })
}

pub fn config(issuer: &str) -> UpstreamConfig {
    UpstreamConfig {
        id: ID.to_owned(),
        name: "Drugde".to_owned(),
        brand: Brand::Other,
        issuer: issuer.to_owned(),
        client_id: "svetu".to_owned(),
        client_secret: ClientSecret::Shared(Secret::new(SECRET.as_bytes().to_vec())),
        scopes: vec!["email".to_owned(), "profile".to_owned()],
        token_endpoint: None,
        form_post: false,
    }
}

fn secret_key() -> p256::SecretKey {
    p256::SecretKey::from_slice(&[9; 32]).unwrap()
}

async fn metadata(State(shared): State<Arc<Shared>>) -> Json<Value> {
    let url = &shared.url;
    let mut metadata = json!({
        "issuer": url,
        "authorization_endpoint": format!("{url}/authorize"),
        "token_endpoint": format!("{url}/token"),
        "userinfo_endpoint": format!("{url}/userinfo"),
        "jwks_uri": format!("{url}/jwks"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["ES256"],
        "authorization_response_iss_parameter_supported": true,
    });
    let fields = metadata.as_object_mut().unwrap();
    match shared.says.lock().kind {
        Kind::Usual => {}
        Kind::Apple => {
            fields.insert("token_endpoint_auth_methods_supported".to_owned(), json!(["client_secret_post"]));
        }
        Kind::Facebook => {
            fields.retain(|name, _| !matches!(&**name, "token_endpoint" | "userinfo_endpoint"));
            fields.insert("authorization_response_iss_parameter_supported".to_owned(), json!(false));
        }
    }
    Json(metadata)
}

/// Whether the client is who it says.
fn known(kind: Kind, issuer: &str, headers: &HeaderMap, form: &Fields, now: i64) -> bool {
    let shown = form.get("client_secret").map(String::as_str).unwrap_or_default();
    let in_form = !headers.contains_key("authorization") && form.get("client_id").is_some_and(|id| id == "svetu");
    match kind {
        Kind::Usual => {
            let basic = base64::engine::general_purpose::STANDARD.encode(format!("svetu:{SECRET}"));
            headers.get("authorization").is_some_and(|value| value == &format!("Basic {basic}"))
        }
        Kind::Facebook => in_form && shown == SECRET,
        Kind::Apple => {
            let (signed, signature) = shown.rsplit_once('.').unwrap();
            let part = |n: usize| -> Value {
                serde_json::from_slice(&URL_SAFE_NO_PAD.decode(signed.split('.').nth(n).unwrap()).unwrap()).unwrap()
            };
            let signature = Signature::from_slice(&URL_SAFE_NO_PAD.decode(signature).unwrap()).unwrap();
            let key = VerifyingKey::from(secret_key().public_key());
            let claims = json!({ "iss": "TIM", "iat": now, "exp": now + 300, "aud": issuer, "sub": "svetu" });
            in_form
                && key.verify(signed.as_bytes(), &signature).is_ok()
                && (&part(0)["alg"], &part(0)["kid"]) == (&json!("ES256"), &json!("KLJUC"))
                && part(1) == claims
        }
    }
}

async fn jwks(State(shared): State<Arc<Shared>>) -> Json<Value> {
    let number = shared.says.lock().shown_key;
    let point = key(number).verifying_key().to_encoded_point(false);
    let text = |part: &[u8]| URL_SAFE_NO_PAD.encode(part);
    let (x, y) = (text(point.x().unwrap()), text(point.y().unwrap()));
    Json(json!({ "keys": [{ "kty": "EC", "crv": "P-256", "use": "sig", "kid": number.to_string(), "x": x, "y": y }] }))
}

async fn token(State(shared): State<Arc<Shared>>, headers: HeaderMap, Form(form): Form<Fields>) -> Response {
    let now = shared.clock.lock().as_ref().unwrap().now().timestamp();
    let says = shared.says.lock();
    if !known(says.kind, &shared.url, &headers, &form, now) {
        return (StatusCode::UNAUTHORIZED, Json(json!({ "error": "invalid_client" }))).into_response();
    }
    let verifier = form.get("code_verifier").cloned().unwrap_or_default();
    if form["code"] != "kod" || URL_SAFE_NO_PAD.encode(Sha256::digest(verifier)) != says.challenge {
        return (StatusCode::BAD_REQUEST, Json(json!({ "error": "invalid_grant" }))).into_response();
    }
    let mut claims = json!({
        "iss": shared.url, "sub": says.subject, "aud": "svetu", "iat": now, "exp": now + 60, "nonce": says.nonce,
    });
    if !says.in_userinfo {
        claims["email"] = json!(says.email);
        match says.kind {
            Kind::Usual => {
                claims["email_verified"] = json!(says.verified);
                claims["name"] = json!("Pera Perić");
            }
            Kind::Apple => claims["email_verified"] = json!(says.verified.map(|verified| verified.to_string())),
            Kind::Facebook => claims["name"] = json!("Pera Perić"),
        }
    }
    for (name, value) in says.over.as_object().unwrap() {
        claims[name] = value.clone();
    }
    claims.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    Json(json!({
        "access_token": "at", "token_type": "Bearer", "expires_in": 60, "id_token": sign(&says, &claims),
    }))
    .into_response()
}

fn sign(says: &Says, claims: &Value) -> String {
    let header = json!({ "alg": says.algorithm, "kid": says.kid.to_string() });
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = format!("{}.{}", part(&header), part(claims));
    let signature = match says.algorithm {
        "none" => String::new(),
        "HS256" => {
            use hmac::Mac as _;
            let mut mac = hmac::Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
            mac.update(signed.as_bytes());
            URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())
        }
        _ => {
            let signature: Signature = key(says.key).sign(signed.as_bytes());
            URL_SAFE_NO_PAD.encode(signature.to_bytes())
        }
    };
    format!("{signed}.{signature}")
}

async fn userinfo(State(shared): State<Arc<Shared>>) -> Json<Value> {
    let says = shared.says.lock();
    let subject = says.over.get("userinfo_sub").cloned().unwrap_or_else(|| json!(says.subject));
    Json(json!({ "sub": subject, "email": says.email, "email_verified": says.verified, "name": "Pera Perić" }))
}

impl Elsewhere {
    /// The browser goes there; the query that it would be sent back with.
    pub async fn depart(&self, browser: &mut Browser<'_>, query: &str) -> Vec<(String, String)> {
        let answer = browser.get(&format!("/identity/upstreams/{ID}/start{query}")).await;
        let url = location(&answer);
        assert!(url.starts_with(&format!("{}/authorize?", self.url)), "{url}");
        let url = Url::parse(&url).unwrap();
        let of = |name: &str| url.query_pairs().find(|(known, _)| known == name).expect(name).1.into_owned();
        assert_eq!((of("response_type").as_str(), of("code_challenge_method").as_str()), ("code", "S256"));
        let kind = self.says.lock().kind;
        let (scope, mode) = match kind {
            Kind::Apple => ("openid email name", Some("form_post".to_owned())),
            Kind::Usual | Kind::Facebook => ("openid email profile", None),
        };
        assert_eq!(of("scope"), scope);
        let asked = url.query_pairs().find(|(known, _)| known == "response_mode").map(|(_, value)| value.into_owned());
        assert_eq!(asked, mode);
        assert_eq!(of("redirect_uri"), format!("http://localhost:8080/api/v1/identity/upstreams/{ID}/callback"));
        let mut says = self.says.lock();
        says.nonce = of("nonce");
        says.challenge = of("code_challenge");
        let own = |name: &str, value: String| (name.to_owned(), value);
        let mut back = vec![own("code", "kod".to_owned()), own("state", of("state"))];
        back.extend((kind != Kind::Facebook).then(|| own("iss", self.url.clone())));
        back
    }

    /// There and back; where the browser is led then.
    pub async fn go(&self, browser: &mut Browser<'_>, query: &str) -> String {
        let back = self.depart(browser, query).await;
        come_back(browser, &back).await
    }
}

/// The provider's page posts the answer: the browser shows no cookie with it. Where it is led on to.
pub async fn post_back(world: &World, form: &[(String, String)]) -> String {
    let form = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
    let mut bare = world.browser();
    let answer = bare.send(&format!("POST /identity/upstreams/{ID}/callback"), Value::String(form)).await;
    assert_eq!(answer.headers["referrer-policy"], "no-referrer");
    assert!(answer.headers.get("set-cookie").is_none());
    location(&answer)
}

pub async fn come_back(browser: &mut Browser<'_>, query: &[(String, String)]) -> String {
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(query).finish();
    location(&browser.get(&format!("/identity/upstreams/{ID}/callback?{query}")).await)
}

pub fn location(answer: &crate::world::Answer) -> String {
    assert_eq!(answer.status, 303, "{:?}", answer.body());
    assert_eq!(answer.headers["cache-control"], "no-store");
    let to = answer.headers["location"].to_str().unwrap();
    to.strip_prefix("http://localhost:8080").unwrap_or(to).to_owned()
}
