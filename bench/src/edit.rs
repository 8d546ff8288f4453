//! Creating and reading an ad over HTTP against a bare axum + sqlx handler that runs the same SQL.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::Instant,
};

use anyhow::{Context as _, Result, ensure};
use bytes::Bytes;
use serde_json::{Value, json};
use sqlx::Row as _;
use uuid::Uuid;

use crate::{
    bare,
    pace::{Http, Laps, median, order},
    platform::Platform,
    report::{Row, Section},
};

const AT_ONCE: usize = 8;
const CREATES: usize = 2_000;
const READS: usize = 6_000;

pub async fn compare(platform: &Platform, repeats: usize) -> Result<Section> {
    let shop = platform.signed_in().await?;
    let found: Value = serde_json::from_slice(&platform.http.get("/api/v1/marketplace/places?q=Subotica").await?)?;
    let town = found["items"][0]["id"].as_str().context("Subotica")?.to_owned();
    let rival = bare::serve(platform).await?;
    let ids: Vec<Uuid> = sqlx::query("select id from bench.ad order by md5(id::text) limit $1")
        .bind(i64::try_from(READS)?)
        .fetch_all(&platform.pool)
        .await?
        .iter()
        .map(|row| row.try_get("id"))
        .collect::<Result<_, _>>()?;
    let outside = outside_ids(platform, ids.len()).await?;

    let mut creates: [Vec<Laps>; 2] = Default::default();
    let mut reads: [Vec<Laps>; 2] = Default::default();
    for repeat in 0..repeats {
        for who in order(2, repeat) {
            let (http, path) = match who {
                0 => (&shop, "/api/v1/marketplace/listings"),
                _ => (&rival.http, "/listings"),
            };
            creates[who].push(create(http, path, &town, repeat).await?);
            let paths: Vec<String> = match who {
                0 => outside.iter().map(|id| format!("{path}/{id}")).collect(),
                _ => ids.iter().map(|id| format!("{path}/{id}")).collect(),
            };
            let reader = if who == 0 { &platform.http } else { &rival.http };
            reads[who].push(read(reader, &paths).await?);
        }
    }
    rival.stop();
    Ok(Section {
        rows: vec![row("create an ad", CREATES, &creates), row("read an ad", outside.len(), &reads)],
        commands: vec![
            (
                format!("Create and read, ours, {AT_ONCE} at once"),
                "POST /api/v1/marketplace/listings (a signed-in shop), GET /api/v1/marketplace/listings/{id} (a visitor)".to_owned(),
            ),
            (
                format!("Create and read, bare (bench/src/bare.rs), {AT_ONCE} at once"),
                format!("create: {}\n\nread: {}", bare::CREATE.join(";\n"), bare::READ.join(";\n")),
            ),
        ],
    })
}

fn row(what: &str, count: usize, laps: &[Vec<Laps>; 2]) -> Row {
    let pairs = || laps[0].iter().zip(&laps[1]);
    let rate = median(pairs().map(|(ours, theirs)| ours.per_second() / theirs.per_second()).collect());
    let p99 = median(pairs().map(|(ours, theirs)| ours.percentile_ms(99.0) / theirs.percentile_ms(99.0)).collect());
    let tell = |who: usize| {
        let middle = |of: &dyn Fn(&Laps) -> f64| median(laps[who].iter().map(of).collect());
        format!("{:.0}/s, p99 {:.1} ms", middle(&Laps::per_second), middle(&|laps| laps.percentile_ms(99.0)))
    };
    Row {
        what: format!("{what}, {count} times, {AT_ONCE} at once (p99 ratio {p99:.2})"),
        ours: tell(0),
        against: format!("{}, bare axum + sqlx", tell(1)),
        ratio: rate,
        bar: "rate ≥ 0.7, p99 ≤ 1.5",
        holds: rate >= 0.7 && p99 <= 1.5,
    }
}

/// As the API writes them; asked page by page.
async fn outside_ids(platform: &Platform, count: usize) -> Result<Vec<String>> {
    let mut ids = Vec::with_capacity(count);
    let mut cursor = String::new();
    while ids.len() < count {
        let path = format!("/api/v1/marketplace/search?sort=newest&limit=100{cursor}");
        let page: Value = serde_json::from_slice(&platform.http.get(&path).await?)?;
        let items = page["items"].as_array().context("items")?;
        ids.extend(items.iter().filter_map(|item| item["id"].as_str().map(str::to_owned)));
        match page["cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    ids.truncate(count);
    Ok(ids)
}

async fn create(http: &Http, path: &str, town: &str, repeat: usize) -> Result<Laps> {
    let bodies: Vec<Bytes> = (0..CREATES)
        .map(|index| {
            let body = json!({
                "title": format!("Priručnik {index} za baštovane, {repeat}. izdanje"),
                "description": "Stručna knjiga u dobrom stanju, lično preuzimanje ili pošta.",
                "category": "nonfiction", "condition": "used", "place_id": town, "language": "sr-Latn",
                "price": { "kind": "fixed", "amount_minor": 1_250, "currency": "EUR" },
            });
            serde_json::to_vec(&body).map(Bytes::from)
        })
        .collect::<Result<_, _>>()?;
    at_once(&bodies, async |body| {
        let answer = http.post(path, body.clone()).await?;
        ensure!(answer.status == 201, "{path} answered {}: {}", answer.status, String::from_utf8_lossy(&answer.body));
        Ok(())
    })
    .await
}

async fn read(http: &Http, paths: &[String]) -> Result<Laps> {
    at_once(paths, async |path| http.get(path).await.map(drop)).await
}

async fn at_once<T>(items: &[T], work: impl AsyncFn(&T) -> Result<()>) -> Result<Laps> {
    let next = AtomicUsize::new(0);
    let began = Instant::now();
    let workers = (0..AT_ONCE).map(|_| async {
        let mut laps = Vec::new();
        while let Some(item) = items.get(next.fetch_add(1, Ordering::Relaxed)) {
            let lap = Instant::now();
            work(item).await?;
            laps.push(lap.elapsed());
        }
        Ok::<_, anyhow::Error>(laps)
    });
    let laps = futures::future::try_join_all(workers).await?.concat();
    Ok(Laps::of(laps, began.elapsed()))
}
