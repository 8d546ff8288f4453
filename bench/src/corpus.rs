//! The same ads for the rivals, and the same queries for all.

use anyhow::Result;
use rand::{Rng as _, SeedableRng as _, rngs::StdRng, seq::IndexedRandom as _};
use sqlx::Row as _;

use crate::platform::Platform;

const SEED: u64 = 1;
const TITLES_MAX: i64 = 20_000;

#[derive(Debug, Clone, Copy)]
pub struct Area {
    pub west: f64,
    pub south: f64,
    pub east: f64,
    pub north: f64,
}

#[derive(Debug, Clone)]
pub struct Question {
    pub words: String,
    pub category: Option<String>,
    pub area: Option<Area>,
}

pub struct Corpus {
    pub questions: Vec<Question>,
    pub areas: Vec<(Area, u8)>,
    /// Of titles and descriptions, the most frequent first.
    pub words: Vec<String>,
}

impl Corpus {
    /// Copies what can be found into a table of its own, with what PostgreSQL needs to find it fast.
    pub async fn gather(platform: &Platform, count: usize) -> Result<Self> {
        for statement in [
            "drop schema if exists bench cascade",
            "create schema bench",
            "create table bench.ad as
             select id, title, description, category, condition, seller_kind, place->>'name' as place, state,
                    coalesce(attributes->>'make', attributes->>'brand') as brand,
                    jsonb_array_length(pictures) > 0 as photo, price_rsd_minor as price,
                    st_setsrid(st_makepoint((place#>>'{point,lon}')::float8, (place#>>'{point,lat}')::float8), 4326) as point,
                    setweight(to_tsvector('simple', title), 'A') || to_tsvector('simple', description) as words
             from listings.listing where state in ('live', 'reserved')",
            "alter table bench.ad add primary key (id)",
            "create index on bench.ad using gin (words)",
            "create index on bench.ad using gist (point)",
            "vacuum analyze bench.ad",
        ] {
            sqlx::query(statement).execute(&platform.pool).await?;
        }
        let rows = sqlx::query("select title, category, st_x(point) as lon, st_y(point) as lat from bench.ad order by md5(id::text) limit $1")
            .bind(TITLES_MAX)
            .fetch_all(&platform.pool)
            .await?;
        let mut rng = StdRng::seed_from_u64(SEED);
        let mut questions = Vec::with_capacity(count);
        let mut areas = Vec::new();
        while questions.len() < count {
            let Some(row) = rows.choose(&mut rng) else { anyhow::bail!("there are no ads to ask for") };
            let title: String = row.try_get("title")?;
            let words: Vec<&str> = title
                .split_whitespace()
                .filter(|word| word.chars().count() > 3 && word.chars().all(char::is_alphabetic))
                .collect();
            if words.is_empty() {
                continue;
            }
            let (lon, lat): (f64, f64) = (row.try_get("lon")?, row.try_get("lat")?);
            let zoom = rng.random_range(7..12_u8);
            let half = 180.0 / f64::from(1_u32 << zoom);
            let area = Area { west: lon - half, south: lat - half / 2.0, east: lon + half, north: lat + half / 2.0 };
            areas.push((area, zoom));
            questions.push(Question {
                words: words[..words.len().min(rng.random_range(1..3))].join(" "),
                category: if rng.random_bool(0.3) { Some(row.try_get("category")?) } else { None },
                area: rng.random_bool(0.5).then_some(area),
            });
        }
        areas.truncate(500);
        let words = sqlx::query_scalar(
            "select word from ts_stat('select words from bench.ad') where word ~ '^[[:alpha:]]{4,20}$' order by ndoc desc limit 4000",
        )
        .fetch_all(&platform.pool)
        .await?;
        Ok(Self { questions, areas, words })
    }
}

/// Of a query string.
pub fn encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}
