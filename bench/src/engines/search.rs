//! Tantivy in a folder against OpenSearch, the same documents and the same requests.

use std::{
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, ensure};
use axum::http::Method;
use serde_json::Value;
use svetu_kernel::SystemClock;
use svetu_opensearch::OpenSearchIndex;
use svetu_ports::search_index::{Filter, IndexDocument, NamedFilter, SearchIndex, SearchRequest};
use svetu_tantivy::TantivyIndex;

use super::{
    Both, BothLaps, SIDES, a_second, megabytes, memory, real,
    real::Real,
    row,
    world::{FIELDS, World, id},
};
use crate::{
    pace::{Http, Laps, at_once, one_by_one, order},
    report::{Row, Section},
};

/// Documents of one upsert, as many as a port takes.
const BATCH: usize = svetu_ports::search_index::BATCH_MAX;
const QUERIES: usize = 500;
const CONCURRENT: [usize; 2] = [1, 8];
/// Documents that come one at a time.
const FRESH: usize = 30;
/// Requests whose answers are compared.
const COMPARED: u64 = 100;
const WARM: usize = 5_000;
const GROWN: usize = 10_000;
const VISIBLE_MAX: Duration = Duration::from_secs(10);

fn open(place: &str, is_real: bool) -> Result<Arc<dyn SearchIndex>> {
    Ok(if is_real {
        Arc::new(OpenSearchIndex::try_new(place, FIELDS, Arc::new(SystemClock))?)
    } else {
        Arc::new(TantivyIndex::open(Path::new(place), FIELDS)?)
    })
}

pub async fn compare(xtask: &Path, repeats: usize, sizes: &[usize]) -> Result<Section> {
    let opensearch = Real::start(xtask, "opensearch")?;
    let mut rows = Vec::new();
    // A cold engine is nobody's: the first round is not counted.
    of_size(&opensearch, 1, WARM).await?;
    for &size in sizes {
        rows.extend(of_size(&opensearch, repeats, size).await?);
        rows.push(row(
            format!("search: {size} documents, memory of the engine"),
            "–".to_owned(),
            megabytes(opensearch.memory_mb()?),
            f64::NAN,
        ));
    }
    let mut ours = Both::default();
    let folder = real::folder()?;
    for side in 0..SIDES.len() {
        let url = format!("{}/bench-grown", opensearch.url());
        let place = if side == 1 { url } else { folder.path().to_string_lossy().into_owned() };
        ours.push(side, memory::grown_mb("search", &place, side).await?);
    }
    rows.push(
        ours.row(format!("search: memory of our process, {GROWN} documents written and {QUERIES} searches"), megabytes),
    );
    let asked = "SearchIndex::upsert of 1000 documents of the demo world (analysed before), SearchIndex::search of all words, weights of title and \
                 freshness, a third in a category, half in an area; top 24, 4 facets of values and 2 of bounds; each request is asked once in a \
                 run: TantivyIndex (a folder, durable at each batch) · OpenSearchIndex (one node, one shard, durable at each batch, 1 GB of heap)";
    Ok(Section { rows, commands: vec![("Search".to_owned(), asked.to_owned())] })
}

async fn of_size(opensearch: &Real, repeats: usize, size: usize) -> Result<Vec<Row>> {
    println!("search: {size} documents");
    let world = Arc::new(World::new(size)?);
    let rest = Http::new(&opensearch.url().replacen("opensearch", "http", 1));
    let (mut bulk, mut disk) = (Both::default(), Both::default());
    let mut fresh = BothLaps::default();
    let mut asked: [BothLaps; 2] = Default::default();
    for repeat in 0..repeats {
        let folder = real::folder()?;
        let prefix = format!("bench-{size}-{repeat}");
        let sides =
            [open(&folder.path().to_string_lossy(), false)?, open(&format!("{}/{prefix}", opensearch.url()), true)?];
        for (side, rate) in write(&sides, &world, size, repeat).await?.into_iter().enumerate() {
            bulk.push(side, rate);
        }
        for side in order(SIDES.len(), repeat) {
            fresh.push(side, visible(&*sides[side], &world, size).await?);
        }
        agree(&sides, &world).await?;
        for (kind, concurrent) in CONCURRENT.into_iter().enumerate() {
            for side in order(SIDES.len(), repeat) {
                // No request comes twice to one engine: what it keeps of answers helps it as it would on a real day.
                let from = COMPARED + ((repeat * CONCURRENT.len() + kind) * QUERIES) as u64;
                asked[kind].push(side, search(&sides[side], &world, from, concurrent).await?);
            }
        }
        #[allow(clippy::cast_precision_loss)]
        for (side, bytes) in [real::bytes_below(folder.path())?, stored(&rest, &prefix).await?].into_iter().enumerate()
        {
            disk.push(side, bytes as f64 / 1e6);
        }
        drop(sides);
        let gone = rest.send(Method::DELETE, &format!("/{prefix}-*"), &[], None).await?;
        ensure!(gone.status == 200, "the index stays: {}", String::from_utf8_lossy(&gone.body));
    }
    let mut rows = vec![
        bulk.row(format!("search: {size} documents written, {BATCH} a batch"), |rate| format!("{rate:.0} documents/s")),
        fresh.row(format!("search: {size} documents, one more until it is found"), None),
    ];
    for (concurrent, laps) in CONCURRENT.iter().zip(&asked) {
        rows.push(
            laps.row(format!("search: {size} documents, {QUERIES} searches, {concurrent} at once"), Some(&a_second)),
        );
    }
    rows.push(disk.row(format!("search: {size} documents on disk"), megabytes));
    Ok(rows)
}

/// Batch by batch to both in turn: documents a second of each, until all are found.
async fn write(sides: &[Arc<dyn SearchIndex>; 2], world: &World, size: usize, repeat: usize) -> Result<[f64; 2]> {
    let mut took = [Duration::ZERO; 2];
    for (number, begin) in (0..size).step_by(BATCH).enumerate() {
        let documents: Vec<IndexDocument> = (begin..size.min(begin + BATCH)).map(|at| world.document(at)).collect();
        for side in order(SIDES.len(), repeat + number) {
            let documents = documents.clone();
            let began = Instant::now();
            sides[side].upsert(documents).await?;
            took[side] += began.elapsed();
        }
    }
    for (side, took) in sides.iter().zip(&mut took) {
        let began = Instant::now();
        side.refresh().await?;
        *took += began.elapsed();
        ensure!(side.count().await? == size as u64, "documents are lost");
    }
    #[allow(clippy::cast_precision_loss)]
    Ok(took.map(|took| size as f64 / took.as_secs_f64()))
}

/// From before its upsert until a search finds it, asked again and again and not told to refresh.
async fn visible(index: &dyn SearchIndex, world: &World, size: usize) -> Result<Laps> {
    let numbers: Vec<usize> = (0..FRESH).collect();
    one_by_one(&numbers, async |number| {
        let began = Instant::now();
        let mut document = world.document(*number);
        document.id = id(size + number);
        document.keywords.insert("fresh".to_owned(), vec![number.to_string()]);
        index.upsert(vec![document]).await?;
        let filter = Filter::Keyword { key: "fresh".to_owned(), any_of: vec![number.to_string()] };
        let request = SearchRequest {
            filters: vec![NamedFilter { name: "fresh".to_owned(), filter }],
            ..SearchRequest::everything(1)
        };
        while index.search(request.clone()).await?.total == 0 {
            ensure!(began.elapsed() < VISIBLE_MAX, "a document is not found after {} s", VISIBLE_MAX.as_secs());
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        Ok(())
    })
    .await
}

/// Engines that find different things cannot be compared. Warms both up besides.
async fn agree(sides: &[Arc<dyn SearchIndex>; 2], world: &World) -> Result<()> {
    let mut found = 0;
    for number in 0..COMPARED {
        let request = world.question(number);
        let (ours, theirs) = (sides[0].search(request.clone()).await?, sides[1].search(request.clone()).await?);
        let hits = |response: &svetu_ports::search_index::SearchResponse| {
            (response.total, response.hits.iter().map(|hit| hit.id).collect::<Vec<_>>())
        };
        ensure!(hits(&ours) == hits(&theirs), "the engines disagree about {request:?}");
        found += ours.total;
    }
    ensure!(found > COMPARED, "{COMPARED} requests found {found} documents");
    Ok(())
}

async fn search(index: &Arc<dyn SearchIndex>, world: &Arc<World>, from: u64, concurrent: usize) -> Result<Laps> {
    let requests: Arc<Vec<SearchRequest>> = Arc::new((0..QUERIES as u64).map(|at| world.question(from + at)).collect());
    let index = Arc::clone(index);
    let work = move |at: usize| {
        let (index, requests) = (Arc::clone(&index), Arc::clone(&requests));
        async move {
            let response = index.search(requests[at % QUERIES].clone()).await?;
            ensure!(!response.facets_partial, "facets were not counted to their end");
            Ok(())
        }
    };
    at_once(concurrent, QUERIES.div_ceil(concurrent), work).await
}

/// Bytes of all its indexes on the node.
async fn stored(rest: &Http, prefix: &str) -> Result<u64> {
    let flushed = rest.post(&format!("/{prefix}-*/_flush"), Vec::new().into()).await?;
    ensure!(flushed.status == 200, "flush: {}", String::from_utf8_lossy(&flushed.body));
    let told: Value = serde_json::from_slice(&rest.get(&format!("/{prefix}-*/_stats/store")).await?)?;
    told["_all"]["total"]["store"]["size_in_bytes"].as_u64().context("_stats/store")
}

pub async fn grow(work: &memory::Work) -> Result<f64> {
    let world = Arc::new(World::new(GROWN)?);
    // What documents cost themselves was paid before.
    drop((0..BATCH).map(|at| world.document(at)).collect::<Vec<_>>());
    let before = real::own_mb()?;
    let index = open(work.place(), work.is_real())?;
    for begin in (0..GROWN).step_by(BATCH) {
        index.upsert((begin..begin + BATCH).map(|at| world.document(at)).collect()).await?;
    }
    index.refresh().await?;
    search(&index, &world, COMPARED, 1).await?;
    memory::since(before)
}
