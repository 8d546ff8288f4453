//! Places as tokens: nested cells of the plane of degrees, so that a search in a small area reads a small list.

use svetu_ports::search_index::{
    GeoBox, GeoPoint,
    plane::{cell_at, degrees, micro},
};

/// Cells of level `l` are 360° / 2^l wide and high.
const LEVELS: [u8; 5] = [6, 8, 10, 12, 14];
/// Cells that may stand for an area.
const COVER_MAX: i64 = 24;

fn size(level: u8) -> f64 {
    360.0 / f64::from(1_u32 << level)
}

fn name(level: u8, column: i64, row: i64) -> String {
    format!("{level}:{column}:{row}")
}

/// The cells of a point on every level. The point is cut to the stored precision first, as a filter sees it.
pub(crate) fn names(point: GeoPoint) -> Vec<String> {
    let point = GeoPoint { lat: degrees(micro(point.lat)), lon: degrees(micro(point.lon)) };
    LEVELS
        .iter()
        .map(|level| {
            let (column, row) = cell_at(point, size(*level));
            name(*level, column, row)
        })
        .collect()
}

/// The finest cells that cover the area; `None` when it is too large for cells to be of use.
pub(crate) fn cover(area: &GeoBox) -> Option<Vec<String>> {
    LEVELS.iter().rev().find_map(|level| {
        let size = size(*level);
        let (west, south) = cell_at(GeoPoint { lat: area.south, lon: area.west }, size);
        let (east, north) = cell_at(GeoPoint { lat: area.north, lon: area.east }, size);
        let count = (east - west + 1).checked_mul(north - south + 1)?;
        (1..=COVER_MAX).contains(&count).then(|| {
            (west..=east).flat_map(|column| (south..=north).map(move |row| name(*level, column, row))).collect()
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cover_has_every_point_of_its_area() {
        let area = GeoBox { west: 20.30, south: 44.70, east: 20.55, north: 44.90 };
        let cover = cover(&area).unwrap();
        for step in 0..=100 {
            let part = f64::from(step) / 100.0;
            let point = GeoPoint { lat: 44.70 + 0.2 * part, lon: 20.30 + 0.25 * part };
            assert!(names(point).iter().any(|cell| cover.contains(cell)), "{point:?}");
        }
    }
}
