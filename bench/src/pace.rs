//! Requests, percentiles, and medians over repeats.

use std::time::{Duration, Instant};

use anyhow::{Result, anyhow, ensure};
use axum::http::{Method, Request, header};
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};

/// Latencies of one repeat.
#[derive(Debug, Clone, Default)]
pub struct Laps {
    sorted_ms: Vec<f64>,
    /// Of the whole repeat.
    pub took: Duration,
}

impl Laps {
    pub fn of(mut laps: Vec<Duration>, took: Duration) -> Self {
        laps.sort_unstable();
        Self { sorted_ms: laps.iter().map(|lap| lap.as_secs_f64() * 1e3).collect(), took }
    }

    /// Nearest rank.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss)]
    pub fn percentile_ms(&self, percent: f64) -> f64 {
        let rank = (percent / 100.0 * self.sorted_ms.len() as f64).ceil() as usize;
        self.sorted_ms.get(rank.max(1) - 1).copied().unwrap_or(f64::NAN)
    }

    #[allow(clippy::cast_precision_loss)]
    pub fn per_second(&self) -> f64 {
        self.sorted_ms.len() as f64 / self.took.as_secs_f64()
    }
}

pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => f64::NAN,
        count if count % 2 == 1 => values[middle],
        _ => f64::midpoint(values[middle - 1], values[middle]),
    }
}

/// `count` things in the order of this repeat: each repeat begins with another one.
pub fn order(count: usize, repeat: usize) -> impl Iterator<Item = usize> {
    (0..count).map(move |at| (at + repeat) % count)
}

#[derive(Clone)]
pub struct Http {
    client: Client<HttpConnector, Full<Bytes>>,
    base: String,
    cookie: Option<String>,
}

pub struct Answer {
    pub status: u16,
    /// What it sets, name and value.
    pub cookies: Vec<String>,
    pub location: Option<String>,
    pub body: Bytes,
}

impl Http {
    pub fn new(base: &str) -> Self {
        let client = Client::builder(TokioExecutor::new()).build_http();
        // Not a name: its look-up is nobody's work.
        Self { client, base: base.replace("//localhost", "//127.0.0.1"), cookie: None }
    }

    #[must_use]
    pub fn with_cookie(mut self, cookie: Option<String>) -> Self {
        self.cookie = cookie;
        self
    }

    pub async fn get(&self, path: &str) -> Result<Bytes> {
        let answer = self.send(Method::GET, path, &[], None).await?;
        ensure!(answer.status == 200, "{path} answered {}: {}", answer.status, String::from_utf8_lossy(&answer.body));
        Ok(answer.body)
    }

    pub async fn post(&self, path: &str, body: Bytes) -> Result<Answer> {
        self.send(Method::POST, path, &[("content-type", "application/json")], Some(body)).await
    }

    /// A form, with these headers beside.
    pub async fn form(&self, path: &str, headers: &[(&str, &str)], body: Bytes) -> Result<Answer> {
        let kind = ("content-type", "application/x-www-form-urlencoded");
        self.send(Method::POST, path, &[headers, &[kind]].concat(), Some(body)).await
    }

    pub async fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<Bytes>,
    ) -> Result<Answer> {
        let mut request = Request::builder().method(method).uri(format!("{}{path}", self.base));
        // As a browser with a session; a program sends neither.
        if let Some(cookie) = &self.cookie {
            request = request.header(header::ORIGIN, &self.base).header(header::COOKIE, cookie);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Full::new(body.unwrap_or_default()))?;
        let response = self.client.request(request).await.map_err(|error| anyhow!("{path}: {error}"))?;
        let status = response.status().as_u16();
        let set = response.headers().get_all(header::SET_COOKIE).iter().filter_map(|value| value.to_str().ok());
        let cookies = set.filter_map(|line| line.split(';').next()).map(str::to_owned).collect();
        let location =
            response.headers().get(header::LOCATION).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let body = response.into_body().collect().await?.to_bytes();
        Ok(Answer { status, cookies, location, body })
    }
}

/// So many at once for so long, after a warm-up of a fifth of it: answers a second.
pub async fn rate<F>(at_once: usize, length: Duration, work: impl Fn(usize) -> F) -> Result<f64>
where
    F: Future<Output = Result<()>>,
{
    let (begin, end) = (Instant::now() + length / 5, Instant::now() + length + length / 5);
    let workers = (0..at_once).map(|worker| {
        let work = &work;
        async move {
            let mut count = 0_u32;
            while Instant::now() < end {
                work(worker).await?;
                let now = Instant::now();
                count += u32::from(now >= begin && now < end);
            }
            anyhow::Ok(count)
        }
    });
    let counts = futures::future::try_join_all(workers).await?;
    Ok(f64::from(counts.iter().sum::<u32>()) / length.as_secs_f64())
}

/// One after the other.
pub async fn one_by_one<T>(items: &[T], mut work: impl AsyncFnMut(&T) -> Result<()>) -> Result<Laps> {
    let began = Instant::now();
    let mut laps = Vec::with_capacity(items.len());
    for item in items {
        let lap = Instant::now();
        work(item).await?;
        laps.push(lap.elapsed());
    }
    Ok(Laps::of(laps, began.elapsed()))
}

/// So many at once over the runtime's threads, so many of each, the number of the call told.
#[cfg(feature = "engines")]
pub async fn at_once<F>(
    concurrent: usize,
    each: usize,
    work: impl Fn(usize) -> F + Clone + Send + 'static,
) -> Result<Laps>
where
    F: Future<Output = Result<()>> + Send,
{
    let began = Instant::now();
    let workers = (0..concurrent).map(|worker| {
        let work = work.clone();
        tokio::spawn(async move {
            let mut laps = Vec::with_capacity(each);
            for at in 0..each {
                let lap = Instant::now();
                work(worker * each + at).await?;
                laps.push(lap.elapsed());
            }
            anyhow::Ok(laps)
        })
    });
    let mut laps = Vec::with_capacity(concurrent * each);
    for worker in workers.collect::<Vec<_>>() {
        laps.extend(worker.await??);
    }
    Ok(Laps::of(laps, began.elapsed()))
}
