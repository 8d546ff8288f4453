//! A request that its client signed (RFC 9101): what stands in it counts, and nothing beside it.

use serde_json::{Map, Value};
use svetu_kernel::Timestamp;

use super::{
    Result,
    client::Client,
    error::{Code, OAuthError},
    jose,
    params::Params,
};
use crate::Identity;

/// FAPI 2.0 Message Signing §5.3.1: an hour at most.
const LIFE_S_MAX: i64 = 3_600;
const SKEW_S: i64 = 30;
const OF_THE_JWT: [&str; 7] = ["iss", "aud", "exp", "nbf", "iat", "jti", "sub"];

impl Identity {
    /// The parameters of a signed request; those of a plain one as they are.
    pub(super) fn unwrap_request(&self, params: Params, client: &Client, now: Timestamp) -> Result<Params> {
        let Some(object) = params.get("request") else { return Ok(params) };
        let wrong =
            |what: &str| OAuthError::new(Code::InvalidRequestObject, format!("the request object is wrong: {what}"));
        let keys = client.keys.as_ref().ok_or_else(|| wrong("the client has no keys"))?;
        let algorithms = if client.fapi2 { &jose::ALGORITHMS[..3] } else { &jose::ALGORITHMS[..] };
        let types = ["oauth-authz-req+jwt", "jwt", ""];
        let header = jose::header(object, Some(&types), algorithms).map_err(|error| wrong(&error.to_string()))?;
        let claims: Map<String, Value> =
            jose::claims_by_set(object, &header, keys).map_err(|error| wrong(&error.to_string()))?;
        let text = |name: &str| claims.get(name).and_then(Value::as_str);
        let audience_is_ours = match claims.get("aud") {
            Some(Value::String(one)) => *one == *self.oauth.issuer,
            Some(Value::Array(many)) => many.iter().any(|one| one.as_str() == Some(&*self.oauth.issuer)),
            _ => false,
        };
        if text("iss") != Some(&client.id) || !audience_is_ours {
            return Err(wrong("iss is the client and aud this server"));
        }
        if text("client_id").is_some_and(|id| id != client.id) {
            return Err(wrong("client_id is another one"));
        }
        let (seconds, at) = (now.timestamp(), |name: &str| claims.get(name).and_then(Value::as_i64));
        let exp = at("exp").ok_or_else(|| wrong("exp is missing"))?;
        let begins = at("nbf").or_else(|| at("iat")).unwrap_or(seconds);
        if exp <= seconds || exp > begins + LIFE_S_MAX || begins > seconds + SKEW_S {
            return Err(wrong("it lives for an hour at most, from now"));
        }
        if claims.contains_key("request") || claims.contains_key("request_uri") {
            return Err(wrong("it holds another request"));
        }
        let mut inside = Params::default().with("client_id", &client.id);
        for (name, value) in claims.iter().filter(|(name, _)| !OF_THE_JWT.contains(&name.as_str())) {
            inside = match value {
                Value::String(text) => inside.adding(name, text)?,
                Value::Array(items) if name == "resource" => items
                    .iter()
                    .filter_map(Value::as_str)
                    .try_fold(inside, |params, item| params.adding("resource", item))?,
                Value::Number(_) | Value::Bool(_) | Value::Object(_) => inside.adding(name, &value.to_string())?,
                Value::Array(_) | Value::Null => return Err(wrong("it has a parameter of an unknown shape")),
            };
        }
        Ok(inside)
    }
}
