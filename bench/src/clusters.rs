//! The map's clusters over HTTP against a grid in PostGIS.

use anyhow::{Result, ensure};

use crate::{
    corpus::{Area, Corpus},
    pace::{Laps, median, one_by_one, order},
    platform::Platform,
    report::{Row, Section},
};

/// About as many cells as the map shows.
const CELLS_ACROSS: f64 = 14.0;

const GRID: &str = "select count(*), st_x(st_centroid(st_collect(point))), st_y(st_centroid(st_collect(point)))
 from bench.ad where point && st_makeenvelope($1, $2, $3, $4, 4326)
 group by st_snaptogrid(point, $5, $5)";

pub async fn compare(platform: &Platform, corpus: &Corpus, repeats: usize) -> Result<Section> {
    let mut laps: [Vec<Laps>; 2] = Default::default();
    for repeat in 0..repeats {
        for who in order(2, repeat) {
            laps[who].push(match who {
                0 => ours(platform, &corpus.areas).await?,
                _ => grid(platform, &corpus.areas).await?,
            });
        }
    }
    let p99 = |laps: &Laps| laps.percentile_ms(99.0);
    let ratio = median(laps[0].iter().zip(&laps[1]).map(|(ours, theirs)| p99(ours) / p99(theirs)).collect());
    let tell = |laps: &[Laps]| {
        let middle = |percent: f64| median(laps.iter().map(|laps| laps.percentile_ms(percent)).collect());
        format!("p50 {:.1} ms, p99 {:.1} ms", middle(50.0), middle(99.0))
    };
    let ours_p99 = median(laps[0].iter().map(p99).collect());
    Ok(Section {
        rows: vec![Row {
            what: format!("clusters of {} viewports, one after the other", corpus.areas.len()),
            ours: tell(&laps[0]),
            against: format!("{}, PostGIS grid", tell(&laps[1])),
            ratio,
            bar: "p99 ≤ 30 ms, ≤ 0.2",
            holds: ours_p99 <= 30.0 && ratio <= 0.2,
        }],
        commands: vec![
            ("Clusters, ours".to_owned(), "GET /api/v1/marketplace/search/clusters?bbox=W,S,E,N&zoom=Z".to_owned()),
            ("Clusters, PostGIS (GiST index on the points)".to_owned(), GRID.to_owned()),
        ],
    })
}

async fn ours(platform: &Platform, areas: &[(Area, u8)]) -> Result<Laps> {
    one_by_one(areas, async |(area, zoom)| {
        let Area { west, south, east, north } = area;
        let path = format!("/api/v1/marketplace/search/clusters?bbox={west},{south},{east},{north}&zoom={zoom}");
        let body = platform.http.get(&path).await?;
        ensure!(!body.is_empty(), "an empty answer");
        Ok(())
    })
    .await
}

async fn grid(platform: &Platform, areas: &[(Area, u8)]) -> Result<Laps> {
    one_by_one(areas, async |(area, _)| {
        sqlx::query(GRID)
            .bind(area.west)
            .bind(area.south)
            .bind(area.east)
            .bind(area.north)
            .bind((area.east - area.west) / CELLS_ACROSS)
            .fetch_all(&platform.pool)
            .await?;
        Ok(())
    })
    .await
}
