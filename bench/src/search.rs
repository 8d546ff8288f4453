//! The search page over HTTP against raw Tantivy in this process, against PostgreSQL full text and against raw OpenSearch.

use anyhow::{Result, ensure};
use futures::TryStreamExt as _;
use sqlx::Row as _;
use tantivy::{
    Index, IndexReader, TantivyDocument, Term,
    aggregation::{AggregationCollector, AggregationLimitsGuard, agg_req::Aggregations},
    collector::{Count, TopDocs},
    query::{AllQuery, BooleanQuery, Occur, Query, QueryParser, RangeQuery, TermQuery},
    schema::{FAST, Field, INDEXED, IndexRecordOption, NumericOptions, STORED, STRING, Schema, TEXT},
};

use crate::{
    Run,
    corpus::{Area, Corpus, Question, encoded},
    pace::{Laps, median, one_by_one, order},
    platform::Platform,
    report::{Row, Section},
};

pub const TOP: usize = 24;
pub const FACETS: [&str; 6] = ["category", "condition", "seller_kind", "place", "brand", "photo"];
const WRITER_BYTES: usize = 100 * 1024 * 1024;

const FULL_TEXT: &str = "with hit as materialized (
  select id, category, condition, seller_kind, place, brand, photo, ts_rank(words, query) as rank
  from bench.ad, plainto_tsquery('simple', $1) as query
  where words @@ query and ($2::text is null or category = $2)
    and ($3::float8 is null or point && st_makeenvelope($3, $4, $5, $6, 4326)))
select (select count(*) from hit),
  (select json_agg(top) from (select a.id, a.title, a.price from hit join bench.ad a using (id) order by rank desc, id limit 24) top),
  (select json_agg(facet) from (select category, condition, seller_kind, place, brand, photo, count(*) from hit
     group by grouping sets (category, condition, seller_kind, place, brand, photo)) facet)";

/// The ads, for those who find them in an index of their own.
pub const ADS: &str = "select id::text as id, title, description, category, condition, seller_kind, place, brand, photo::text as photo, price,
             st_y(point) as lat, st_x(point) as lon from bench.ad";

pub async fn compare(platform: &Platform, corpus: &Corpus, run: &Run) -> Result<Section> {
    let raw = Raw::build(platform).await?;
    let opensearch = Elsewhere::build(platform, run).await;
    if let Err(why) = &opensearch {
        println!("OpenSearch is not measured: {why:#}");
    }
    let questions = &corpus.questions;
    let mut laps: [Vec<Laps>; 4] = Default::default();
    let sides = 3 + usize::from(opensearch.is_ok());
    for repeat in 0..run.repeats {
        for who in order(sides, repeat) {
            laps[who].push(match (who, &opensearch) {
                (0, _) => ours(platform, questions).await?,
                (1, _) => one_by_one(questions, async |question| raw.ask(question)).await?,
                (3, Ok(rival)) => one_by_one(questions, async |question| rival.ask(question).await).await?,
                _ => full_text(platform, questions).await?,
            });
        }
    }
    let p99 = |laps: &Laps| laps.percentile_ms(99.0);
    let ratio =
        |other: usize| median(laps[0].iter().zip(&laps[other]).map(|(ours, theirs)| p99(ours) / p99(theirs)).collect());
    let tell = |who: usize| {
        let middle = |percent: f64| median(laps[who].iter().map(|laps| laps.percentile_ms(percent)).collect());
        format!("p50 {:.1} ms, p99 {:.1} ms", middle(50.0), middle(99.0))
    };
    let what = format!("search, {} queries, top {TOP}, 6 facets and more, half with an area", questions.len());
    Ok(Section {
        rows: vec![
            Row {
                what: what.clone(),
                ours: format!("{}, over HTTP", tell(0)),
                against: format!("{}, raw Tantivy in the process", tell(1)),
                ratio: ratio(1),
                bar: "p99 ≤ 1.5",
                holds: ratio(1) <= 1.5,
            },
            Row {
                what: what.clone(),
                ours: format!("{}, over HTTP", tell(0)),
                against: format!("{}, PostgreSQL full text", tell(2)),
                ratio: ratio(2),
                bar: "p99 ≤ 0.1",
                holds: ratio(2) <= 0.1,
            },
            Row {
                what,
                ours: format!("{}, over HTTP", tell(0)),
                against: match &opensearch {
                    Ok(_) => format!("{}, OpenSearch over HTTP", tell(3)),
                    Err(why) => format!("OpenSearch was not measured: {why}"),
                },
                ratio: ratio(3),
                bar: "p99 ≤ 1/3",
                holds: ratio(3) <= 1.0 / 3.0,
            },
        ],
        commands: vec![
            (
                "Search, ours".to_owned(),
                "GET /api/v1/marketplace/search?q=WORDS&limit=24&facets=true[&category=C][&bbox=W,S,E,N]".to_owned(),
            ),
            (
                "Search, raw Tantivy: one call in this process".to_owned(),
                "QueryParser(title, description; all words) AND category term AND ranges of lat and lon\n→ TopDocs(24), Count, \
                 terms aggregations of category, condition, seller_kind, place, brand, photo; 24 stored documents"
                    .to_owned(),
            ),
            ("Search, PostgreSQL (GIN index on the words, GiST on the points)".to_owned(), FULL_TEXT.to_owned()),
            ("Search, OpenSearch: one node, one shard, 1 GB of heap".to_owned(), ELSEWHERE.to_owned()),
        ],
    })
}

const ELSEWHERE: &str = r#"POST /ads/_search
{"size": 24, "track_total_hits": true, "_source": ["title", "price"],
 "query": {"bool": {
   "must": {"multi_match": {"query": WORDS, "fields": ["title", "description"], "type": "cross_fields", "operator": "and"}},
   "filter": [{"term": {"category": C}}, {"geo_bounding_box": {"point": {"top": N, "left": W, "bottom": S, "right": E}}}]}},
 "aggs": {"category": {"terms": {"field": "category", "size": 50}}, … condition, seller_kind, place, brand, photo}}"#;

#[cfg(feature = "engines")]
use crate::opensearch::Elsewhere;

/// The daily build has no engines.
#[cfg(not(feature = "engines"))]
enum Elsewhere {}

#[cfg(not(feature = "engines"))]
impl Elsewhere {
    #[allow(clippy::unused_async)]
    async fn build(_: &Platform, _: &Run) -> Result<Self> {
        anyhow::bail!("built without `--features engines`")
    }

    #[allow(clippy::unused_async)]
    async fn ask(&self, _: &Question) -> Result<()> {
        match *self {}
    }
}

async fn ours(platform: &Platform, questions: &[Question]) -> Result<Laps> {
    one_by_one(questions, async |question| {
        let mut path = format!("/api/v1/marketplace/search?q={}&limit={TOP}&facets=true", encoded(&question.words));
        if let Some(category) = &question.category {
            path += &format!("&category={category}");
        }
        if let Some(Area { west, south, east, north }) = question.area {
            path += &format!("&bbox={west},{south},{east},{north}");
        }
        let body = platform.http.get(&path).await?;
        ensure!(!body.is_empty(), "an empty answer");
        Ok(())
    })
    .await
}

async fn full_text(platform: &Platform, questions: &[Question]) -> Result<Laps> {
    one_by_one(questions, async |question| {
        let area = question.area;
        sqlx::query(FULL_TEXT)
            .bind(&question.words)
            .bind(&question.category)
            .bind(area.map(|area| area.west))
            .bind(area.map(|area| area.south))
            .bind(area.map(|area| area.east))
            .bind(area.map(|area| area.north))
            .fetch_one(&platform.pool)
            .await?;
        Ok(())
    })
    .await
}

/// An index of the same ads as Tantivy's own examples make one.
struct Raw {
    reader: IndexReader,
    parser: QueryParser,
    category: Field,
    lat: Field,
    lon: Field,
    facets: Aggregations,
}

impl Raw {
    async fn build(platform: &Platform) -> Result<Self> {
        let mut schema = Schema::builder();
        let title = schema.add_text_field("title", TEXT | STORED);
        let description = schema.add_text_field("description", TEXT);
        let facets = FACETS.map(|name| schema.add_text_field(name, STRING | FAST));
        let category = facets[0];
        let price = schema.add_i64_field("price", FAST | STORED);
        let place = || NumericOptions::from(INDEXED | FAST);
        let (lat, lon) = (schema.add_f64_field("lat", place()), schema.add_f64_field("lon", place()));
        let index = Index::create_in_ram(schema.build());
        let mut writer = index.writer(WRITER_BYTES)?;
        let mut rows = sqlx::query(ADS).fetch(&platform.pool);
        while let Some(row) = rows.try_next().await? {
            let mut document = TantivyDocument::new();
            document.add_text(title, row.try_get::<&str, _>("title")?);
            document.add_text(description, row.try_get::<&str, _>("description")?);
            for (field, name) in facets.iter().zip(FACETS) {
                if let Some(value) = row.try_get::<Option<&str>, _>(name)? {
                    document.add_text(*field, value);
                }
            }
            if let Some(value) = row.try_get::<Option<i64>, _>("price")? {
                document.add_i64(price, value);
            }
            document.add_f64(lat, row.try_get("lat")?);
            document.add_f64(lon, row.try_get("lon")?);
            writer.add_document(document)?;
        }
        writer.commit()?;
        writer.wait_merging_threads()?;
        let mut parser = QueryParser::for_index(&index, vec![title, description]);
        parser.set_conjunction_by_default();
        let asked: serde_json::Map<String, serde_json::Value> = FACETS
            .iter()
            .map(|name| ((*name).to_owned(), serde_json::json!({ "terms": { "field": name, "size": 50 } })))
            .collect();
        let facets = serde_json::from_value(asked.into())?;
        Ok(Self { reader: index.reader()?, parser, category, lat, lon, facets })
    }

    fn ask(&self, question: &Question) -> Result<()> {
        let searcher = self.reader.searcher();
        let (words, _) = self.parser.parse_query_lenient(&question.words);
        let mut all: Vec<(Occur, Box<dyn Query>)> = vec![(Occur::Must, words)];
        if let Some(category) = &question.category {
            let term = Term::from_field_text(self.category, category);
            all.push((Occur::Must, Box::new(TermQuery::new(term, IndexRecordOption::Basic))));
        }
        if let Some(area) = question.area {
            for (field, from, to) in [(self.lat, area.south, area.north), (self.lon, area.west, area.east)] {
                let bound = |value| std::ops::Bound::Included(Term::from_field_f64(field, value));
                all.push((Occur::Must, Box::new(RangeQuery::new(bound(from), bound(to)))));
            }
        }
        let query: Box<dyn Query> = if all.is_empty() { Box::new(AllQuery) } else { Box::new(BooleanQuery::new(all)) };
        let counted = AggregationCollector::from_aggs(self.facets.clone(), AggregationLimitsGuard::default());
        let (top, _, _) = searcher.search(&query, &(TopDocs::with_limit(TOP), Count, counted))?;
        for (_, address) in top {
            searcher.doc::<TantivyDocument>(address)?;
        }
        Ok(())
    }
}
