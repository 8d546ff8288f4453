//! Several gateways and one cache between them.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use axum::body::Body;
use bytes::Bytes;
use chrono::Duration as Span;
use http::Method;
use parking_lot::Mutex;
use svetu_embedded::MemoryCache;
use svetu_gateway::{GatewayConfig, SharedLimits};
use svetu_kernel::Timestamp;
use svetu_ports::{Cache, CacheError, Rate, Taken};

use crate::world::{COOKIE, World, config};

const REFUSED: &str = "429 request.rate_limited";

fn narrow() -> GatewayConfig {
    let mut narrow = config();
    narrow.trusted_proxies = vec!["127.0.0.1".to_owned()];
    narrow.limits.address_per_minute = 4;
    narrow.limits.account_per_minute = 2;
    narrow
}

/// A real cache that writes down what it is asked and may be out of reach.
struct Watched {
    cache: MemoryCache,
    asked: Mutex<Vec<String>>,
    away: Mutex<bool>,
}

impl Watched {
    fn new() -> Arc<Self> {
        Arc::new(Self { cache: MemoryCache::new(1024 * 1024), asked: Mutex::default(), away: Mutex::default() })
    }

    fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.asked.lock())
    }

    async fn gateway(self: &Arc<Self>, config: GatewayConfig) -> World {
        World::one_of_many(config, SharedLimits::new(Arc::<Self>::clone(self), [6; 32])).await
    }
}

#[async_trait]
impl Cache for Watched {
    async fn get(&self, key: &str) -> Result<Option<Bytes>, CacheError> {
        self.cache.get(key).await
    }

    async fn set(&self, key: &str, value: Bytes, ttl: Duration) -> Result<(), CacheError> {
        self.cache.set(key, value, ttl).await
    }

    async fn set_if_absent(&self, key: &str, value: Bytes, ttl: Duration) -> Result<bool, CacheError> {
        self.cache.set_if_absent(key, value, ttl).await
    }

    async fn increment(&self, key: &str, by: i64, ttl: Duration) -> Result<i64, CacheError> {
        self.cache.increment(key, by, ttl).await
    }

    async fn take(&self, key: &str, rate: Rate, now: Timestamp) -> Result<Taken, CacheError> {
        self.asked.lock().push(key.to_owned());
        if *self.away.lock() {
            return Err(CacheError("away".into()));
        }
        self.cache.take(key, rate, now).await
    }

    async fn remove(&self, key: &str) -> Result<(), CacheError> {
        self.cache.remove(key).await
    }
}

async fn told(world: &World, address: &str) -> (String, String) {
    let answer = world.get("/api/v1/seen", &[("x-forwarded-for", address)]).await;
    (answer.told(), answer.header("ratelimit").to_owned())
}

fn expected(told: &str, ratelimit: &str) -> (String, String) {
    (told.to_owned(), ratelimit.to_owned())
}

#[tokio::test]
async fn a_network_has_one_rate_at_all_of_them() {
    let cache = Watched::new();
    let (here, there) = (cache.gateway(narrow()).await, cache.gateway(narrow()).await);
    let home = "198.51.100.7";
    assert_eq!(told(&here, home).await, expected("200", "\"address\";r=3;t=15"));
    assert_eq!(told(&there, home).await, expected("200", "\"address\";r=2;t=30"), "what is left of all");
    assert_eq!(told(&here, home).await, expected("200", "\"address\";r=1;t=45"));
    assert_eq!(told(&there, home).await, expected("200", "\"address\";r=0;t=60"));
    for gateway in [&here, &there] {
        assert_eq!(told(gateway, home).await, expected(REFUSED, "\"address\";r=0;t=15"));
    }
    assert_eq!(told(&there, "198.51.100.8").await.0, "200");
    for gateway in [&here, &there] {
        gateway.clock.advance(Span::seconds(15));
    }
    assert_eq!(told(&there, home).await.0, "200");
    assert_eq!(told(&here, home).await.0, REFUSED);
    // Files are not counted together.
    let file = async |gateway: &World| gateway.get("/media/ab/1.webp", &[("x-forwarded-for", home)]).await.told();
    cache.asked();
    assert_eq!((file(&here).await.as_str(), file(&there).await.as_str()), ("200", "200"));
    assert_eq!(cache.asked(), [""; 0]);
}

#[tokio::test]
async fn an_account_and_a_key_have_one_rate_at_all_of_them() {
    let cache = Watched::new();
    let mut config = narrow();
    config.limits.address_per_minute = 1_000;
    let (here, there) = (cache.gateway(config.clone()).await, cache.gateway(config).await);
    let ana = async |gateway: &World| gateway.get("/api/v1/seen", &[("cookie", COOKIE)]).await.told();
    assert_eq!((ana(&here).await.as_str(), ana(&there).await.as_str()), ("200", "200"));
    assert_eq!((ana(&here).await.as_str(), ana(&there).await.as_str()), (REFUSED, REFUSED));
    for gateway in [&here, &there] {
        gateway.sessions.begin("key-1");
    }
    let key = async |gateway: &World| {
        let answer = gateway.get("/api/v1/seen", &[("authorization", "Bearer key-1")]).await;
        (answer.told(), answer.header("ratelimit-policy").to_owned())
    };
    assert_eq!(key(&here).await, expected("200", "\"key\";q=1;w=60"));
    assert_eq!(key(&there).await, expected(REFUSED, "\"key\";q=1;w=60"));
}

#[tokio::test]
async fn guesses_are_counted_together_and_work_still_opens() {
    let cache = Watched::new();
    let mut config = narrow();
    config.limits.address_per_minute = 20;
    let (here, there) = (cache.gateway(config.clone()).await, cache.gateway(config).await);
    let guess =
        async |gateway: &World| gateway.send(Method::POST, "/api/v1/identity/sign-in", &[], Body::empty()).await;
    assert_eq!(guess(&here).await.told(), "200");
    let refused = guess(&there).await;
    assert_eq!(refused.told(), REFUSED);
    assert!(refused.json()["challenge"]["token"].is_string(), "{}", refused.text());
}

#[tokio::test]
async fn a_flood_is_refused_without_asking() {
    let cache = Watched::new();
    let world = cache.gateway(narrow()).await;
    for n in 0..20 {
        let expected = if n < 4 { "200" } else { REFUSED };
        assert_eq!(told(&world, "198.51.100.7").await.0, expected);
    }
    assert_eq!(cache.asked().len(), 4);
}

#[tokio::test]
async fn without_the_cache_each_counts_alone() {
    let cache = Watched::new();
    let (here, there) = (cache.gateway(narrow()).await, cache.gateway(narrow()).await);
    *cache.away.lock() = true;
    for gateway in [&here, &there] {
        for expected in ["200", "200", "200", "200", REFUSED] {
            assert_eq!(told(gateway, "198.51.100.7").await.0, expected);
        }
    }
}

#[tokio::test]
async fn nobody_is_in_clear_in_the_cache() {
    let cache = Watched::new();
    let ask = async |gateway: &World| {
        gateway.get("/api/v1/seen", &[("x-forwarded-for", "198.51.100.7"), ("cookie", COOKIE)]).await;
        cache.asked()
    };
    let asked = ask(&cache.gateway(narrow()).await).await;
    let class = |entry: &String| entry.rsplit_once(':').unwrap().0.to_owned();
    assert_eq!(asked.iter().map(class).collect::<Vec<_>>(), ["limit:address", "limit:account"]);
    for entry in &asked {
        let hash = entry.rsplit_once(':').unwrap().1;
        assert!(hash.len() == 32 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()), "{entry}");
    }
    assert_eq!(ask(&cache.gateway(narrow()).await).await, asked, "all processes name it alike");
    let shared = SharedLimits::new(Arc::<Watched>::clone(&cache), [7; 32]);
    let other = ask(&World::one_of_many(narrow(), shared).await).await;
    assert!(other.iter().all(|entry| !asked.contains(entry)), "by a key that is secret");
}
