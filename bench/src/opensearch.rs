//! The ads in an OpenSearch of their own, asked over its REST interface.

use anyhow::{Result, ensure};
use axum::http::Method;
use bytes::Bytes;
use futures::TryStreamExt as _;
use serde_json::{Value, json};
use sqlx::Row as _;

use crate::{
    Run,
    corpus::{Area, Question},
    engines::real::Real,
    pace::Http,
    platform::Platform,
    search::{ADS, FACETS, TOP},
};

const BULK: usize = 1_000;

pub struct Elsewhere {
    http: Http,
    _engine: Real,
}

impl Elsewhere {
    pub async fn build(platform: &Platform, run: &Run) -> Result<Self> {
        let engine = Real::start(&run.xtask, "opensearch")?;
        let http = Http::new(&engine.url().replacen("opensearch", "http", 1));
        let keyword = FACETS.map(|name| (name.to_owned(), json!({ "type": "keyword" })));
        let mut properties: serde_json::Map<String, Value> = keyword.into_iter().collect();
        for (name, kind) in [("title", "text"), ("description", "text"), ("price", "long"), ("point", "geo_point")] {
            properties.insert(name.to_owned(), json!({ "type": kind }));
        }
        let index = json!({
            "settings": { "number_of_shards": 1, "number_of_replicas": 0 },
            "mappings": { "properties": properties }
        });
        let headers = [("content-type", "application/json")];
        let body = Some(Bytes::from(serde_json::to_vec(&index)?));
        let made = http.send(Method::PUT, "/ads", &headers, body).await?;
        ensure!(made.status == 200, "the index: {}", String::from_utf8_lossy(&made.body));
        let elsewhere = Self { http, _engine: engine };
        let count = elsewhere.fill(platform).await?;
        println!("OpenSearch has {count} ads");
        Ok(elsewhere)
    }

    async fn fill(&self, platform: &Platform) -> Result<usize> {
        let mut rows = sqlx::query(ADS).fetch(&platform.pool);
        let (mut lines, mut waiting, mut count) = (String::new(), 0, 0);
        while let Some(row) = rows.try_next().await? {
            let text = |name: &str| row.try_get::<Option<&str>, _>(name);
            let mut document = json!({
                "title": text("title")?,
                "description": text("description")?,
                "price": row.try_get::<Option<i64>, _>("price")?,
                "point": { "lat": row.try_get::<f64, _>("lat")?, "lon": row.try_get::<f64, _>("lon")? },
            });
            for name in FACETS {
                document[name] = json!(text(name)?);
            }
            lines += &format!("{}\n{document}\n", json!({ "index": { "_id": text("id")? } }));
            (waiting, count) = (waiting + 1, count + 1);
            if waiting == BULK {
                self.bulk(std::mem::take(&mut lines)).await?;
                waiting = 0;
            }
        }
        if waiting > 0 {
            self.bulk(lines).await?;
        }
        let refreshed = self.http.post("/ads/_refresh", Bytes::new()).await?;
        ensure!(refreshed.status == 200, "refresh answered {}", refreshed.status);
        let told: Value = serde_json::from_slice(&self.http.get("/ads/_count").await?)?;
        ensure!(told["count"] == count, "{told}, and {count} ads were written");
        Ok(count)
    }

    async fn bulk(&self, lines: String) -> Result<()> {
        let answer = self.http.post("/ads/_bulk", lines.into()).await?;
        let told: Value = serde_json::from_slice(&answer.body)?;
        ensure!(answer.status == 200 && told["errors"] == false, "a bulk was refused: {told}");
        Ok(())
    }

    pub async fn ask(&self, question: &Question) -> Result<()> {
        let mut filter = Vec::new();
        if let Some(category) = &question.category {
            filter.push(json!({ "term": { "category": category } }));
        }
        if let Some(Area { west, south, east, north }) = question.area {
            let area = json!({ "top": north, "left": west, "bottom": south, "right": east });
            filter.push(json!({ "geo_bounding_box": { "point": area } }));
        }
        let words = json!({ "query": question.words, "fields": ["title", "description"], "type": "cross_fields", "operator": "and" });
        let facets = FACETS.map(|name| (name.to_owned(), json!({ "terms": { "field": name, "size": 50 } })));
        let request = json!({
            "size": TOP,
            "track_total_hits": true,
            "_source": ["title", "price"],
            "query": { "bool": { "must": { "multi_match": words }, "filter": filter } },
            "aggs": serde_json::Map::from_iter(facets),
        });
        let answer = self.http.post("/ads/_search", serde_json::to_vec(&request)?.into()).await?;
        ensure!(
            answer.status == 200,
            "OpenSearch answered {}: {}",
            answer.status,
            String::from_utf8_lossy(&answer.body)
        );
        Ok(())
    }
}
