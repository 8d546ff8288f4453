//! What an authorization request asks (RFC 6749 §4.1.1, 7636, OIDC Core §3.1.2.1), judged without looking at who asks.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::Value;

use super::{
    Result,
    client::Client,
    error::{Code, OAuthError},
    params::{Params, ascii},
    tokens::{ACR_VALUES, acr},
};

const NONCE_BYTES_MAX: usize = 512;
const STATE_BYTES_MAX: usize = 2_048;

/// Where an answer may go: verified before anything else is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReturnTo {
    pub redirect_uri: String,
    pub state: Option<String>,
}

/// OIDC Core §3.1.2.1.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Prompt {
    pub none: bool,
    pub login: bool,
    pub consent: bool,
    pub select_account: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub struct AuthorizationRequest {
    pub scopes: Vec<String>,
    pub resources: Vec<String>,
    /// SHA-256 of the verifier.
    pub challenge: [u8; 32],
    pub nonce: Option<String>,
    pub prompt: Prompt,
    pub max_age_s: Option<i64>,
    pub login_hint: Option<String>,
    pub id_token_hint: Option<String>,
    pub ui_locales: Vec<String>,
    pub claims: Option<Value>,
    pub dpop_jkt: Option<String>,
    pub acr: Acr,
}

/// How strongly the client wants the person proven (OIDC Core §5.5.1.1, RFC 9470 §4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Acr {
    Any,
    /// Two factors, if the person has them.
    MultiFactorWished,
    /// Two factors, or none of it.
    MultiFactorNeeded,
}

impl Acr {
    /// `acr_values` is a wish, in the order of preference; an essential `acr` of the claims parameter a need.
    fn parse(acr_values: Option<&str>, claims: Option<&Value>) -> Self {
        let weaker = |value: &str| value == acr("password");
        let asked = claims.and_then(|claims| claims.pointer("/id_token/acr"));
        if let Some(asked) = asked.filter(|asked| asked["essential"] == true) {
            let listed = asked["values"].as_array().into_iter().flatten().chain(asked.get("value"));
            let values: Vec<&str> = listed.filter_map(Value::as_str).collect();
            if !values.is_empty() && !values.iter().any(|value| weaker(value)) {
                return Self::MultiFactorNeeded;
            }
        }
        let first = acr_values.into_iter().flat_map(str::split_whitespace).find(|value| ACR_VALUES.contains(value));
        if first == Some(acr("multi_factor")) { Self::MultiFactorWished } else { Self::Any }
    }
}

impl ReturnTo {
    /// # Errors
    /// What a person sees at this server and no client hears of.
    pub fn parse(params: &Params, client: &Client) -> Result<Self> {
        let redirect_uri = params.need("redirect_uri")?;
        if !client.knows_redirect(redirect_uri) {
            return Err(OAuthError::new(Code::InvalidRequest, "redirect_uri is not one that the client registered"));
        }
        let state = params.get("state").filter(|state| state.len() <= STATE_BYTES_MAX).map(str::to_owned);
        Ok(Self { redirect_uri: redirect_uri.to_owned(), state })
    }
}

impl AuthorizationRequest {
    /// # Errors
    /// What goes back to the client by its redirect address.
    pub fn parse(params: &Params, client: &Client, pushed: bool, api: &str) -> Result<Self> {
        let invalid = |what: &str| OAuthError::new(Code::InvalidRequest, what);
        if client.needs_par() && !pushed {
            return Err(invalid("the client pushes its requests (RFC 9126)"));
        }
        if params.get("registration").is_some() {
            return Err(invalid("registration is not supported"));
        }
        if !client.may("authorization_code") {
            return Err(OAuthError::new(Code::UnauthorizedClient, "the client may not use authorization_code"));
        }
        if params.need("response_type")? != "code" {
            return Err(OAuthError::new(Code::UnsupportedResponseType, "response_type is code"));
        }
        if params.get("response_mode").is_some_and(|mode| mode != "query") {
            return Err(invalid("response_mode is query"));
        }
        if params.get("state").is_some_and(|state| state.len() > STATE_BYTES_MAX) {
            return Err(invalid("state has at most 2048 bytes"));
        }
        if params.get("code_challenge_method") != Some("S256") {
            return Err(invalid("code_challenge_method is S256 (RFC 7636)"));
        }
        let challenge = params
            .get("code_challenge")
            .and_then(|challenge| URL_SAFE_NO_PAD.decode(challenge).ok())
            .and_then(|bytes| <[u8; 32]>::try_from(bytes).ok())
            .ok_or_else(|| invalid("code_challenge is the base64url of a SHA-256 (RFC 7636 4.2)"))?;
        let nonce = params.get("nonce").map(str::to_owned);
        if nonce.as_ref().is_some_and(|nonce| nonce.len() > NONCE_BYTES_MAX) {
            return Err(invalid("nonce has at most 512 bytes"));
        }
        let max_age_s = params.get("max_age").map(|age| age.parse::<u32>().map(i64::from)).transpose();
        let max_age_s = max_age_s.map_err(|_| invalid("max_age is a number of seconds"))?;
        let dpop_jkt = params.get("dpop_jkt").map(str::to_owned);
        if dpop_jkt.as_ref().is_some_and(|jkt| jkt.len() != 43) {
            return Err(invalid("dpop_jkt is a JWK thumbprint by SHA-256"));
        }
        let claims = params.get("claims").map(claims_parameter).transpose()?;
        Ok(Self {
            scopes: scopes(params, client)?,
            resources: resources(params.resources(), client, api)?,
            challenge,
            nonce,
            prompt: prompt(&params.words("prompt"))?,
            max_age_s,
            login_hint: params.get("login_hint").filter(|hint| hint.len() <= 254).map(str::to_owned),
            id_token_hint: params.get("id_token_hint").map(str::to_owned),
            ui_locales: params.words("ui_locales"),
            acr: Acr::parse(params.get("acr_values"), claims.as_ref()),
            claims,
            dpop_jkt,
        })
    }
}

/// A subset of what the client is registered for.
pub fn scopes(params: &Params, client: &Client) -> Result<Vec<String>> {
    let asked = params.words("scope");
    if let Some(scope) = asked.iter().find(|scope| !client.scopes.contains(scope)) {
        return Err(OAuthError::new(Code::InvalidScope, format!("the client may not ask for {}", ascii(scope))));
    }
    Ok(asked)
}

/// Audiences (RFC 8707 §2): the platform's API when none is asked for.
pub fn resources(asked: &[String], client: &Client, api: &str) -> Result<Vec<String>> {
    if asked.is_empty() {
        return Ok(vec![api.to_owned()]);
    }
    let known = |resource: &String| resource == api || client.resources.contains(resource);
    if asked.iter().all(known) {
        let mut resources = asked.to_vec();
        resources.sort();
        resources.dedup();
        Ok(resources)
    } else {
        Err(OAuthError::new(Code::InvalidTarget, "resource is not one that the client may ask for"))
    }
}

fn prompt(words: &[String]) -> Result<Prompt> {
    let mut prompt = Prompt::default();
    for word in words {
        match word.as_str() {
            "none" => prompt.none = true,
            "login" => prompt.login = true,
            "consent" => prompt.consent = true,
            "select_account" => prompt.select_account = true,
            _ => return Err(OAuthError::new(Code::InvalidRequest, "prompt has an unknown word")),
        }
    }
    if prompt.none && words.len() > 1 {
        return Err(OAuthError::new(Code::InvalidRequest, "prompt=none stands alone"));
    }
    Ok(prompt)
}

/// OIDC Core §5.5: an object of objects; what it asks for is looked at when claims are given.
fn claims_parameter(text: &str) -> Result<Value> {
    let value: Option<Value> = serde_json::from_str(text).ok();
    value
        .filter(|value| value.as_object().is_some_and(|object| object.values().all(Value::is_object)))
        .ok_or_else(|| OAuthError::new(Code::InvalidRequest, "claims is a JSON object (OIDC Core 5.5)"))
}

#[cfg(test)]
mod tests {
    use jsonwebtoken::Algorithm;
    use proptest::prelude::*;

    use super::*;
    use crate::oauth::client::AuthMethod;

    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    fn client() -> Client {
        Client {
            id: "app".to_owned(),
            name: "App".to_owned(),
            auth_method: AuthMethod::None,
            secret_hash: None,
            keys: None,
            redirect_uris: vec!["https://app.example/cb".to_owned()],
            post_logout_redirect_uris: vec![],
            backchannel_logout_uri: None,
            grant_types: vec!["authorization_code".to_owned()],
            scopes: vec!["openid".to_owned(), "email".to_owned()],
            resources: vec!["https://api.example".to_owned()],
            serves: vec![],
            names_endpoints: false,
            signing: Algorithm::ES256,
            fapi2: false,
            dpop_bound: false,
            par_required: false,
            first_party: false,
            invited: false,
        }
    }

    fn parse(query: &str) -> Result<AuthorizationRequest> {
        AuthorizationRequest::parse(&Params::parse(query.as_bytes())?, &client(), false, "https://us.example/api/v1")
    }

    fn good() -> String {
        format!("response_type=code&scope=openid&code_challenge={CHALLENGE}&code_challenge_method=S256")
    }

    #[test]
    fn a_request_is_read_whole() {
        let request = parse(&format!("{}&prompt=login+consent&max_age=60&nonce=n", good())).unwrap();
        assert_eq!(request.scopes, ["openid"]);
        assert_eq!(request.resources, ["https://us.example/api/v1"]);
        assert!(request.prompt.login && request.prompt.consent && !request.prompt.none);
        assert_eq!((request.max_age_s, request.nonce.as_deref()), (Some(60), Some("n")));
    }

    #[test]
    fn each_fault_has_its_code() {
        for (extra, code) in [
            ("&scope=openid", Code::InvalidRequest),
            ("&response_mode=fragment", Code::InvalidRequest),
            ("&prompt=none+login", Code::InvalidRequest),
            ("&prompt=create", Code::InvalidRequest),
            ("&max_age=-1", Code::InvalidRequest),
            ("&claims=[]", Code::InvalidRequest),
            ("&resource=https://evil.example", Code::InvalidTarget),
            ("&dpop_jkt=short", Code::InvalidRequest),
        ] {
            assert_eq!(parse(&(good() + extra)).unwrap_err().code, code, "{extra}");
        }
        for (from, to, code) in [
            ("code_challenge_method=S256", "code_challenge_method=plain", Code::InvalidRequest),
            (CHALLENGE, "short", Code::InvalidRequest),
            ("response_type=code", "response_type=token", Code::UnsupportedResponseType),
            ("scope=openid", "scope=openid+admin", Code::InvalidScope),
            ("code_challenge=", "other=", Code::InvalidRequest),
        ] {
            assert_eq!(parse(&good().replace(from, to)).unwrap_err().code, code, "{to}");
        }
    }

    #[test]
    fn only_registered_addresses_are_returned_to() {
        let to = |uri: &str| {
            let params = Params::default().with("redirect_uri", uri);
            ReturnTo::parse(&params, &client()).is_ok()
        };
        assert!(to("https://app.example/cb"));
        for uri in [
            "https://app.example/cb/",
            "https://app.example/cb?x=1",
            "https://app.example/CB",
            "https://app.example/cb/../evil",
            "https://app.example.evil.example/cb",
            "//app.example/cb",
        ] {
            assert!(!to(uri), "{uri}");
        }
    }

    proptest! {
        /// Nothing that a client may not have comes out, whatever is written in.
        #[test]
        fn rubbish_never_widens_a_request(query in "[ -~]{0,200}", scope in "[a-z ]{0,40}") {
            let _ = parse(&query);
            if let Ok(request) = parse(&good().replace("scope=openid", &format!("scope={}", scope.replace(' ', "+")))) {
                prop_assert!(request.scopes.iter().all(|scope| client().scopes.contains(scope)));
            }
        }
    }
}
