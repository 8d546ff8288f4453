//! A client written with the `openidconnect` crate: one of the matrix (`make oidc-matrix`), and what a Rust program looks like.
//!
//! It writes `GO <address>` for the person's browser and reads where the browser came back to.
#![allow(clippy::print_stdout, clippy::expect_used, clippy::unwrap_used, reason = "an example")]
#![allow(clippy::disallowed_methods, reason = "a program of its own: it has no configuration")]

use std::{env, io};

use openidconnect::{
    AuthenticationFlow, AuthorizationCode, ClientId, ClientSecret, CsrfToken, IssuerUrl, Nonce,
    OAuth2TokenResponse as _, PkceCodeChallenge, RedirectUrl, Scope, TokenResponse as _,
    core::{CoreClient, CoreProviderMetadata, CoreResponseType, CoreUserInfoClaims},
    reqwest,
};

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let of = |name: &str| env::var(name).expect(name);
    rustls::crypto::aws_lc_rs::default_provider().install_default().expect("a TLS provider");
    let http = reqwest::ClientBuilder::new().redirect(reqwest::redirect::Policy::none()).build().expect("a client");
    let issuer = IssuerUrl::new(of("ISSUER")).expect("an address");
    let metadata = CoreProviderMetadata::discover_async(issuer, &http).await.expect("the provider's metadata");
    let client = CoreClient::from_provider_metadata(
        metadata,
        ClientId::new(of("CLIENT_ID")),
        Some(ClientSecret::new(of("CLIENT_SECRET"))),
    )
    .set_redirect_uri(RedirectUrl::new(of("REDIRECT")).expect("an address"));
    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let (url, state, nonce) = client
        .authorize_url(
            AuthenticationFlow::<CoreResponseType>::AuthorizationCode,
            CsrfToken::new_random,
            Nonce::new_random,
        )
        .add_scope(Scope::new("email".to_owned()))
        .add_scope(Scope::new("offline_access".to_owned()))
        .set_pkce_challenge(challenge)
        .url();
    println!("GO {url}");
    let mut line = String::new();
    io::stdin().read_line(&mut line).expect("where the browser came back to");
    let back = reqwest::Url::parse(line.trim()).expect("an address");
    let param = |name: &str| back.query_pairs().find(|(known, _)| known == name).expect("a parameter").1.into_owned();
    assert_eq!(&param("state"), state.secret());
    let tokens = client
        .exchange_code(AuthorizationCode::new(param("code")))
        .expect("a token endpoint")
        .set_pkce_verifier(verifier)
        .request_async(&http)
        .await
        .expect("tokens");
    let claims = tokens.id_token().expect("an ID token").claims(&client.id_token_verifier(), &nonce).expect("claims");
    println!("DID code + PKCE, ID token");
    let info: CoreUserInfoClaims = client
        .user_info(tokens.access_token().clone(), Some(claims.subject().clone()))
        .expect("a userinfo endpoint")
        .request_async(&http)
        .await
        .expect("userinfo");
    assert_eq!(info.email().map(|email| email.as_str()), Some(of("EMAIL").as_str()));
    println!("DID userinfo");
    let fresh = client
        .exchange_refresh_token(tokens.refresh_token().expect("a refresh token"))
        .expect("a token endpoint")
        .request_async(&http)
        .await
        .expect("fresh tokens");
    assert_ne!(fresh.refresh_token().unwrap().secret(), tokens.refresh_token().unwrap().secret());
    println!("DID refresh");
}
