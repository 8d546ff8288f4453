use axum::body::Body;
use http::Method;
use serde_json::Value;
use svetu_kernel::Clock as _;

use crate::world::{COOKIE, World, config};

#[tokio::test]
async fn a_cookie_becomes_an_actor() {
    let world = World::new().await;
    let ana = world.sessions.begin("ana").to_string();
    let account = async |cookie: &str| world.get("/api/v1/seen", &[("cookie", cookie)]).await.json()["account"].clone();
    assert_eq!(account(COOKIE).await, ana);
    assert_eq!(account("theme=dark; svetu_session=ana; x=1").await, ana);
    assert_eq!(account("name=Šarić; svetu_session=ana").await, ana, "another cookie may hold any text");
    assert_eq!(account("svetu_session=").await, Value::Null);
    assert_eq!(account("svetu_session=somebody").await, Value::Null);
    assert_eq!(account("__Host-svetu_session=ana").await, Value::Null, "that name is for HTTPS");
    assert_eq!(account(&format!("svetu_session={}", "a".repeat(5_000))).await, Value::Null);
    assert_eq!(world.get("/api/v1/seen", &[]).await.json()["account"], Value::Null);
    assert_eq!(world.get_inside("/api/v1/seen", &[("cookie", COOKIE)]).await.json()["account"], ana);

    world.sessions.end("ana");
    assert_eq!(account(COOKIE).await, Value::Null, "an ended session ends here at once");
}

#[tokio::test]
async fn each_cookie_counts_where_it_belongs() {
    let world = World::new().await;
    let (ana, bob) = (world.sessions.begin("ana").to_string(), world.sessions.begin("bob").to_string());
    let (site, provider) = ("svetu_session=ana", "svetu_sso=bob");
    let both = format!("{site}; {provider}");
    let dead = format!("svetu_session=gone; {provider}");
    for (path, by_site, by_provider, by_both, by_dead) in [
        ("/api/v1/seen", Some(&ana), None, Some(&ana), None),
        ("/api/v1/identity/me", Some(&ana), Some(&bob), Some(&ana), Some(&bob)),
        ("/api/v1/identity/accounts", Some(&ana), None, Some(&ana), None),
        ("/api/v1/identity/sign-in", None, Some(&bob), Some(&bob), Some(&bob)),
        ("/oauth/seen", None, Some(&bob), Some(&bob), Some(&bob)),
    ] {
        for (cookie, expected) in [(site, by_site), (provider, by_provider), (&both, by_both), (&dead, by_dead)] {
            let seen = world.get(path, &[("cookie", cookie)]).await.json();
            assert_eq!(seen["account"].as_str(), expected.map(String::as_str), "{path} {cookie}");
        }
    }
    // A form of a session that died changes nothing for whom the provider knows by now.
    for (cookie, expected) in [(provider, Some(&bob)), (&both, Some(&ana)), (&dead, None)] {
        let headers = [("cookie", cookie), ("sec-fetch-site", "same-origin")];
        let seen = world.send(Method::POST, "/api/v1/identity/me", &headers, Body::empty()).await.json();
        assert_eq!(seen["account"].as_str(), expected.map(String::as_str), "{cookie}");
    }
    // Either makes a browser act for somebody: both want our own page.
    for cookie in [site, provider] {
        let headers = [("cookie", cookie), ("sec-fetch-site", "cross-site")];
        let answer = world.send(Method::POST, "/api/v1/seen", &headers, Body::empty()).await;
        assert_eq!(answer.told(), "403 csrf.refused", "{cookie}");
    }
}

#[tokio::test]
async fn a_token_becomes_an_actor_with_its_scopes() {
    let world = World::new().await;
    let ana = world.sessions.begin("ana").to_string();
    let bearer = ("authorization", "Bearer ana");
    let seen = world.get("/api/v1/seen?x=1", &[bearer]).await.json();
    assert_eq!((&seen["account"], &seen["scopes"][0]), (&ana.into(), &"http://svetu.test/api/v1/seen".into()));
    // Nobody's page makes a browser send it: no proof of the page is asked for.
    let headers = [bearer, ("sec-fetch-site", "cross-site")];
    assert_eq!(world.send(Method::POST, "/api/v1/seen", &headers, Body::empty()).await.told(), "200");

    let answer = world.get("/api/v1/seen", &[("authorization", "Bearer wrong"), ("dpop", "a"), ("dpop", "b")]).await;
    assert_eq!(answer.told(), "401 auth.proof_invalid");
    let challenge = "DPoP error=\"use_dpop_nonce\", error_description=\"GET a b\", algs=\"ES256 EdDSA PS256\"";
    assert_eq!((answer.header("www-authenticate"), answer.header("dpop-nonce")), (challenge, "n-1"));
    for (what, headers) in [
        ("a cookie and a token", vec![("cookie", COOKIE), bearer]),
        ("two tokens", vec![bearer, ("authorization", "Bearer bob")]),
    ] {
        assert_eq!(world.get("/api/v1/seen", &headers).await.told(), "400 auth.ambiguous", "{what}");
    }
    world.sessions.end("ana");
    assert_eq!(world.get("/api/v1/seen", &[bearer]).await.told(), "401 auth.proof_invalid", "what ended, ends here");
}

#[tokio::test]
async fn https_has_its_own_cookie() {
    let mut secure = config();
    secure.public_url = "https://svetu.test".to_owned();
    let world = World::with(secure, None).await;
    let answer = world.get("/api/v1/seen", &[("cookie", "svetu_session=ana")]).await;
    assert_eq!(answer.json()["account"], Value::Null);
    assert_eq!(answer.header("strict-transport-security"), "max-age=31536000");
    let answer = world.get("/api/v1/seen", &[("cookie", "__Host-svetu_session=ana")]).await;
    assert!(answer.json()["account"].is_string());
}

#[tokio::test]
async fn without_identity_nobody_is_taken_for_a_visitor() {
    let world = World::new().await;
    world.sessions.set_down(true);
    let answer = world.get("/api/v1/seen", &[("cookie", COOKIE)]).await;
    assert_eq!((answer.told().as_str(), answer.header("retry-after")), ("503 service.unavailable", "1"));
    assert_eq!(world.get("/api/v1/seen", &[]).await.told(), "200", "who shows no session needs no identity");
}

#[tokio::test]
async fn claims_from_outside_are_taken_away() {
    let world = World::new().await;
    let claims = [
        ("x-actor", "operator"),
        ("x-svetu-actor", "operator"),
        ("x-forwarded-for", "198.51.100.7"),
        ("x-forwarded-host", "evil.test"),
        ("forwarded", "for=198.51.100.7"),
        ("x-real-ip", "198.51.100.7"),
        ("x-middleware-subrequest", "middleware"),
        ("x-fine", "1"),
    ];
    let seen = world.get("/api/v1/seen", &claims).await.json();
    assert_eq!((&seen["account"], &seen["address"]), (&Value::Null, &Value::from("127.0.0.1")));
    assert_eq!(seen["headers"], serde_json::json!(["host", "x-fine"]));
}

#[tokio::test]
async fn a_trusted_proxy_says_who_asks() {
    let mut proxied = config();
    proxied.trusted_proxies = vec!["127.0.0.1".to_owned(), "10.0.0.0/8".to_owned()];
    let world = World::with(proxied, None).await;
    let address = async |forwarded: &str| {
        world.get("/api/v1/seen", &[("x-forwarded-for", forwarded)]).await.json()["address"].clone()
    };
    assert_eq!(address("198.51.100.7").await, "198.51.100.7");
    assert_eq!(address("1.1.1.1, 198.51.100.7, 10.1.2.3").await, "198.51.100.7");
    assert_eq!(address("2001:db8::7").await, "2001:db8::7");
    assert_eq!(address("nonsense").await, "127.0.0.1");
    assert_eq!(world.get("/metrics", &[("x-forwarded-for", "198.51.100.7")]).await.told(), "404 request.no_route");
}

#[tokio::test]
async fn the_site_says_for_whom_it_asks() {
    let world = World::new().await;
    let seen = world.get_inside("/api/v1/seen", &[("x-forwarded-for", "198.51.100.7")]).await.json();
    assert_eq!(seen["address"], "198.51.100.7");
    assert_eq!(world.get_inside("/api/v1/seen", &[]).await.json()["address"], Value::Null);
    assert_eq!(world.get_inside("/", &[]).await.told(), "404 request.no_route", "there are no pages inside");
}

#[tokio::test]
async fn changes_under_a_session_come_from_our_own_pages() {
    let world = World::new().await;
    let check = async |path: &str, headers: &[(&str, &str)], expected: &str| {
        for method in [Method::POST, Method::PUT, Method::DELETE] {
            if path.ends_with("sign-in") && method != Method::POST {
                continue;
            }
            let answer = world.send(method.clone(), path, headers, Body::empty()).await;
            assert_eq!(answer.told(), expected, "{method} {path} {headers:?}");
        }
    };
    let (session, refused) = (("cookie", COOKIE), "403 csrf.refused");
    let seen = "/api/v1/seen";
    check(seen, &[session, ("sec-fetch-site", "same-origin")], "200").await;
    check(seen, &[session, ("sec-fetch-site", "none")], "200").await;
    check(seen, &[session, ("sec-fetch-site", "same-site")], refused).await;
    check(seen, &[session, ("sec-fetch-site", "cross-site")], refused).await;
    check(seen, &[session, ("sec-fetch-site", "cross-site"), ("origin", "http://svetu.test")], refused).await;
    check(seen, &[session, ("origin", "http://svetu.test")], "200").await;
    check(seen, &[session, ("origin", "http://localhost:81"), ("host", "localhost:81")], "200").await;
    check(seen, &[session, ("origin", "https://svetu.test")], refused).await;
    check(seen, &[session, ("origin", "http://svetu.test.evil.test")], refused).await;
    check(seen, &[session, ("origin", "http://evil.test")], refused).await;
    check(seen, &[session, ("origin", "null")], refused).await;
    check(seen, &[session], refused).await;
    // Without a session there is nothing to abuse but signing in.
    check(seen, &[("sec-fetch-site", "cross-site")], "200").await;
    check("/api/v1/identity/sign-in", &[], "200").await;
    check("/api/v1/identity/sign-in", &[("sec-fetch-site", "same-origin")], "200").await;
    check("/api/v1/identity/sign-in", &[("sec-fetch-site", "cross-site")], refused).await;
    check("/api/v1/identity/sign-in", &[("origin", "http://evil.test")], refused).await;
    // A provider's page posts its answer, from there and to this path alone.
    let elsewhere = [session, ("sec-fetch-site", "cross-site"), ("origin", "https://appleid.apple.com")];
    let upstreams = "/api/v1/identity/upstreams";
    for (method, path, expected) in [
        (Method::POST, format!("{upstreams}/apple/callback"), "200"),
        (Method::PUT, format!("{upstreams}/apple/callback"), refused),
        (Method::POST, format!("{upstreams}/waiting/confirm"), refused),
        (Method::POST, format!("{upstreams}/a/b/callback"), refused),
        (Method::POST, format!("{upstreams}//callback"), refused),
    ] {
        let answer = world.send(method, &path, &elsewhere, Body::empty()).await;
        assert_eq!(answer.told(), expected, "{path}");
    }
    let read = world.get(seen, &[session, ("sec-fetch-site", "cross-site")]).await;
    assert_eq!(read.told(), "200", "reading changes nothing, and CORS keeps the answer from the other page");
}

#[tokio::test]
async fn refusals_speak_the_readers_language() {
    let world = World::new().await;
    let said = async |language: &str| {
        let headers = [("cookie", COOKIE), ("accept-language", language)];
        let answer = world.send(Method::POST, "/api/v1/seen", &headers, Body::empty()).await;
        assert_eq!(answer.header("content-type"), "application/problem+json");
        answer.json()["title"].as_str().unwrap().to_owned()
    };
    assert_eq!(said("sr-Latn").await, "Zahtev nije stigao sa ovog sajta i odbijen je.");
    assert_eq!(said("sr-Cyrl").await, "Захтев није стигао са овог сајта и одбијен је.");
    assert_eq!(said("ru").await, "Запрос пришёл с другого сайта и был отклонён.");
    assert_eq!(said("en").await, "The request came from another site and was refused.");
}

#[tokio::test]
async fn what_support_sees_in_somebodys_place_is_not_kept() {
    let world = World::new().await;
    let mila = world.sessions.begin("mila").to_string();
    let own = ("cookie", "svetu_session=mila");
    world.sessions.stand_in("ana", "mila", world.clock.now());
    let seen = world.get("/api/v1/seen", &[("cookie", COOKIE)]).await;
    assert_eq!(seen.json()["account"], mila);
    for path in ["/api/v1/seen", "/api/v1/own-policy", "/media/ab/1.webp"] {
        let answer = world.get(path, &[("cookie", COOKIE)]).await;
        assert_eq!((answer.header("cache-control"), answer.header("svetu-standing-in")), ("no-store", "1"), "{path}");
        let theirs = world.get(path, &[own]).await;
        assert_ne!(theirs.header("cache-control"), "no-store", "{path}");
        assert_eq!(theirs.header("svetu-standing-in"), "", "{path}");
    }
}
