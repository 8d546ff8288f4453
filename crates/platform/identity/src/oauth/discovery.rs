//! What clients read before they begin (OIDC Discovery §3, RFC 8414).

use serde_json::{Value, json};

use super::{OAuth, client, jose, tokens::ACR_VALUES};

impl OAuth {
    pub(super) fn metadata(&self) -> Value {
        let algorithms: Vec<&str> = jose::ALGORITHMS.iter().map(|algorithm| jose::name(*algorithm)).collect();
        let methods: Vec<&str> = client::AuthMethod::ALL.iter().map(|method| method.name()).collect();
        let personal = ["openid", "profile", "email", "offline_access"];
        let scopes: Vec<&str> = personal.into_iter().chain(self.api_scopes.iter().map(String::as_str)).collect();
        let confidential = &methods[1..];
        json!({
            "issuer": &*self.issuer,
            "authorization_endpoint": self.endpoint("authorize"),
            "token_endpoint": self.endpoint("token"),
            "userinfo_endpoint": self.endpoint("userinfo"),
            "jwks_uri": format!("{}/.well-known/jwks.json", self.issuer),
            "pushed_authorization_request_endpoint": self.endpoint("par"),
            "introspection_endpoint": self.endpoint("introspect"),
            "device_authorization_endpoint": self.endpoint("device"),
            "registration_endpoint": self.endpoint("register"),
            "revocation_endpoint": self.endpoint("revoke"),
            "end_session_endpoint": self.endpoint("logout"),
            "scopes_supported": scopes,
            "claims_supported": [
                "sub", "name", "locale", "email", "email_verified", "auth_time", "acr", "amr", "sid", "iss", "aud", "exp", "iat"
            ],
            "response_types_supported": ["code"],
            "response_modes_supported": ["query"],
            "grant_types_supported": client::GRANT_TYPES,
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": algorithms,
            "token_endpoint_auth_methods_supported": methods,
            "token_endpoint_auth_signing_alg_values_supported": algorithms,
            "introspection_endpoint_auth_methods_supported": confidential,
            "introspection_endpoint_auth_signing_alg_values_supported": algorithms,
            "revocation_endpoint_auth_methods_supported": methods,
            "revocation_endpoint_auth_signing_alg_values_supported": algorithms,
            "dpop_signing_alg_values_supported": ["ES256", "EdDSA", "PS256"],
            "code_challenge_methods_supported": ["S256"],
            "acr_values_supported": ACR_VALUES,
            "prompt_values_supported": ["none", "login", "consent", "select_account"],
            "ui_locales_supported": ["sr-Latn", "sr-Cyrl", "ru", "en"],
            "authorization_response_iss_parameter_supported": true,
            "backchannel_logout_supported": true,
            "backchannel_logout_session_supported": true,
            "claims_parameter_supported": true,
            "request_parameter_supported": true,
            "request_object_signing_alg_values_supported": algorithms,
            "request_uri_parameter_supported": false,
            "require_request_uri_registration": false,
            "service_documentation": format!("{}/api/docs", self.issuer),
        })
    }
}
