//! A client as its developer would write it: PKCE, DPoP, assertions, and nothing from inside the server.

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use axum::body::Body;
use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use http::{HeaderMap, Request, header};
use http_body_util::BodyExt;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, jwk::Jwk};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use svetu_http::ClientAddress;
use svetu_identity::{AuthMethod, NewClient};
use svetu_kernel::{Actor, Clock};
use tower::ServiceExt;
use uuid::Uuid;

use crate::world::{Answer, Browser, World};

pub const CALLBACK: &str = "https://app.example/cb";
pub const ISSUER: &str = "http://localhost:8080";

pub fn registration(id: &str, auth_method: AuthMethod) -> NewClient {
    NewClient {
        id: Some(id.to_owned()),
        name: "Primer".to_owned(),
        auth_method,
        jwks: None,
        redirect_uris: vec![CALLBACK.to_owned()],
        post_logout_redirect_uris: vec!["https://app.example/bye".to_owned()],
        backchannel_logout_uri: None,
        grant_types: ["authorization_code", "refresh_token"].map(str::to_owned).to_vec(),
        scopes: ["openid", "profile", "email", "offline_access", "reports"].map(str::to_owned).to_vec(),
        resources: vec!["https://reports.example".to_owned()],
        serves: vec![],
        names_endpoints: false,
        signing_alg: "ES256".to_owned(),
        fapi2: false,
        dpop_bound: false,
        par_required: false,
        first_party: false,
        roles: vec![],
    }
}

/// A key pair of a client.
pub struct Pair {
    encoding: EncodingKey,
    pub public: Jwk,
}

impl Pair {
    pub fn new() -> Self {
        let random = aws_lc_rs::rand::SystemRandom::new();
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
        let encoding = EncodingKey::from_ec_der(pkcs8.as_ref());
        let public = Jwk::from_encoding_key(&encoding, Algorithm::ES256).unwrap();
        Self { encoding, public }
    }

    pub fn set(&self) -> Value {
        json!({ "keys": [self.public] })
    }

    pub fn sign(&self, typ: &str, jwk: bool, claims: &Value) -> String {
        let mut header = Header::new(Algorithm::ES256);
        header.typ = Some(typ.to_owned());
        header.jwk = jwk.then(|| self.public.clone());
        jsonwebtoken::encode(&header, claims, &self.encoding).unwrap()
    }
}

pub struct App<'w> {
    pub world: &'w World,
    pub id: String,
    pub secret: Option<String>,
    pub verifier: String,
    /// Signs its proofs, when it has one.
    pub dpop: Option<Pair>,
    pub nonce: Option<String>,
    pub assertion_key: Option<Pair>,
}

/// What the browser was told.
#[derive(Debug)]
pub enum Went {
    /// To the client: its parameters.
    Client(Vec<(String, String)>),
    /// To a page of ours: path and query.
    Page(String),
}

impl Went {
    pub fn param(&self, name: &str) -> Option<&str> {
        match self {
            Self::Client(pairs) => pairs.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str()),
            Self::Page(page) => panic!("to the page {page}"),
        }
    }

    pub fn code(&self) -> String {
        assert_eq!(self.param("iss"), Some(ISSUER), "{self:?}");
        self.param("code").unwrap_or_else(|| panic!("{self:?}")).to_owned()
    }

    pub fn page(&self) -> &str {
        match self {
            Self::Page(page) => page,
            Self::Client(pairs) => panic!("to the client: {pairs:?}"),
        }
    }

    /// The name of the request that waits.
    pub fn waiting(&self) -> String {
        let page = self.page().replace("%3D", "=").replace("%3F", "?");
        page.split("request=").nth(1).unwrap().split('&').next().unwrap().to_owned()
    }
}

impl<'w> App<'w> {
    pub async fn new(world: &'w World, registration: NewClient) -> App<'w> {
        let registered = world.identity.register_client(&registration).await.unwrap();
        Self::of(world, registered.id, registered.secret)
    }

    pub fn of(world: &'w World, id: String, secret: Option<String>) -> App<'w> {
        Self {
            world,
            id,
            secret,
            verifier: URL_SAFE_NO_PAD.encode(Uuid::new_v4().simple().to_string()),
            dpop: None,
            nonce: None,
            assertion_key: None,
        }
    }

    pub async fn public(world: &'w World) -> App<'w> {
        Self::new(world, registration("app", AuthMethod::None)).await
    }

    pub fn challenge(&self) -> String {
        URL_SAFE_NO_PAD.encode(Sha256::digest(&self.verifier))
    }

    pub fn request(&self, scope: &str) -> Vec<(&'static str, String)> {
        vec![
            ("client_id", self.id.clone()),
            ("response_type", "code".to_owned()),
            ("redirect_uri", CALLBACK.to_owned()),
            ("scope", scope.to_owned()),
            ("state", "s t".to_owned()),
            ("nonce", "n-1".to_owned()),
            ("code_challenge", self.challenge()),
            ("code_challenge_method", "S256".to_owned()),
        ]
    }

    /// The person allows what is asked, where it is asked.
    pub async fn code(&self, browser: &mut Browser<'_>, scope: &str) -> String {
        let went = browser.authorize(&self.request(scope)).await;
        match went {
            Went::Client(_) => went.code(),
            Went::Page(_) => browser.decide(&went.waiting(), true).await.code(),
        }
    }

    pub fn proof(&self, pair: &Pair, method: &str, path: &str, token: Option<&str>) -> String {
        let mut claims = json!({
            "jti": Uuid::new_v4().to_string(),
            "htm": method,
            "htu": format!("{ISSUER}{path}"),
            "iat": self.world.clock.now().timestamp(),
        });
        if let Some(nonce) = &self.nonce {
            claims["nonce"] = json!(nonce);
        }
        if let Some(token) = token {
            claims["ath"] = json!(URL_SAFE_NO_PAD.encode(Sha256::digest(token)));
        }
        pair.sign("dpop+jwt", true, &claims)
    }

    pub fn assertion(&self) -> Value {
        let now = self.world.clock.now().timestamp();
        json!({ "iss": self.id, "sub": self.id, "aud": ISSUER, "iat": now, "exp": now + 60, "jti": Uuid::new_v4().to_string() })
    }

    /// With this client's authentication and proof; a nonce that is asked for is used, as every client does.
    pub async fn post(&mut self, path: &str, form: &[(&str, &str)]) -> Answer {
        let answer = self.post_once(path, form).await;
        if answer.body()["error"] == "use_dpop_nonce" {
            self.nonce = Some(answer.headers["dpop-nonce"].to_str().unwrap().to_owned());
            return self.post_once(path, form).await;
        }
        answer
    }

    async fn post_once(&self, path: &str, form: &[(&str, &str)]) -> Answer {
        let mut pairs: Vec<(String, String)> =
            form.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let mut headers = HeaderMap::new();
        match (&self.secret, &self.assertion_key) {
            (Some(secret), _) => {
                let basic = STANDARD.encode(format!("{}:{secret}", self.id));
                headers.insert(header::AUTHORIZATION, format!("Basic {basic}").parse().unwrap());
            }
            (None, Some(pair)) => {
                let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
                pairs.push(("client_assertion_type".to_owned(), kind.to_owned()));
                pairs.push(("client_assertion".to_owned(), pair.sign("JWT", false, &self.assertion())));
            }
            (None, None) => pairs.push(("client_id".to_owned(), self.id.clone())),
        }
        if let Some(pair) = &self.dpop {
            headers.insert("dpop", self.proof(pair, "POST", path, None).parse().unwrap());
        }
        send_form(self.world, path, &pairs, headers).await
    }

    pub async fn exchange(&mut self, code: &str) -> Answer {
        let verifier = self.verifier.clone();
        let form = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", CALLBACK),
            ("code_verifier", &verifier),
        ];
        self.post("/oauth/token", &form).await
    }

    pub async fn refresh(&mut self, token: &str) -> Answer {
        self.post("/oauth/token", &[("grant_type", "refresh_token"), ("refresh_token", token)]).await
    }

    pub async fn tokens(&mut self, browser: &mut Browser<'_>, scope: &str) -> Value {
        let code = self.code(browser, scope).await;
        let answer = self.exchange(&code).await;
        assert_eq!(answer.status, 200, "{}", answer.body());
        answer.body()
    }
}

pub async fn send_form(world: &World, path: &str, pairs: &[(String, String)], headers: HeaderMap) -> Answer {
    let mut request = Request::post(path).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    request.headers_mut().unwrap().extend(headers);
    send(world, request.body(Body::from(serde_html_form::to_string(pairs).unwrap())).unwrap()).await
}

pub async fn send_json(world: &World, method: &str, path: &str, body: &Value, headers: HeaderMap) -> Answer {
    let mut request = Request::builder().method(method).uri(path).header(header::CONTENT_TYPE, "application/json");
    request.headers_mut().unwrap().extend(headers);
    let body = if body.is_null() { String::new() } else { body.to_string() };
    send(world, request.body(Body::from(body)).unwrap()).await
}

pub async fn get(world: &World, path: &str, headers: &[(&str, String)]) -> Answer {
    let mut request = Request::get(path);
    for (name, value) in headers {
        request = request.header(*name, value);
    }
    send(world, request.body(Body::empty()).unwrap()).await
}

async fn send(world: &World, request: Request<Body>) -> Answer {
    let (parts, body) = world.router.clone().oneshot(request).await.unwrap().into_parts();
    Answer { status: parts.status.as_u16(), headers: parts.headers, bytes: body.collect().await.unwrap().to_bytes() }
}

/// The claims of a token that a key in the server's set signed.
pub async fn verified(world: &World, token: &str) -> Value {
    let set = get(world, "/.well-known/jwks.json", &[]).await.body();
    let header = jsonwebtoken::decode_header(token).unwrap();
    let keys = set["keys"].as_array().unwrap();
    let jwk = keys.iter().find(|jwk| jwk["kid"] == header.kid.as_deref().unwrap()).expect("its key is in the set");
    let key = DecodingKey::from_jwk(&serde_json::from_value(jwk.clone()).unwrap()).unwrap();
    let mut validation = Validation::new(header.alg);
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    validation.validate_aud = false;
    jsonwebtoken::decode::<Value>(token, &key, &validation).unwrap().claims
}

impl Browser<'_> {
    pub async fn authorize(&mut self, params: &[(&str, String)]) -> Went {
        self.visit(&format!("/oauth/authorize?{}", serde_html_form::to_string(params).unwrap())).await
    }

    pub async fn go_on(&mut self, waiting: &str) -> Went {
        self.visit(&format!("/oauth/continue?request={waiting}")).await
    }

    pub async fn decide(&mut self, waiting: &str, allow: bool) -> Went {
        let decision = if allow { "allow" } else { "deny" };
        let form = [("request", waiting), ("decision", decision)];
        self.page(Request::post("/oauth/decide"), &serde_html_form::to_string(form).unwrap()).await
    }

    /// A form of a page of ours.
    pub async fn submit(&mut self, path: &str, fields: &[(&str, &str)]) -> Went {
        self.page(Request::post(path), &serde_html_form::to_string(fields).unwrap()).await
    }

    pub async fn visit(&mut self, path: &str) -> Went {
        self.page(Request::get(path), "").await
    }

    async fn page(&mut self, request: http::request::Builder, form: &str) -> Went {
        let mut request = request
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(form.to_owned()))
            .unwrap();
        request.extensions_mut().insert(ClientAddress(self.address));
        if let Some(token) = &self.cookie {
            let contract = self.world().identity.contract();
            let actor = contract.authenticate(token).await.unwrap().unwrap_or_else(Actor::visitor);
            request.extensions_mut().insert(actor);
        }
        let answer = send(self.world(), request).await;
        if answer.set_cookie().contains("Max-Age=0") {
            self.cookie = None;
        }
        assert_eq!(answer.status, 303, "{}", String::from_utf8_lossy(&answer.bytes));
        assert_eq!(answer.headers[header::REFERRER_POLICY], "no-referrer");
        let location = answer.headers[header::LOCATION].to_str().unwrap();
        match location.strip_prefix(ISSUER) {
            Some(page) => Went::Page(page.to_owned()),
            None => {
                let (_, query) = location.split_once('?').unwrap_or((location, ""));
                Went::Client(serde_html_form::from_str(query).unwrap())
            }
        }
    }
}
