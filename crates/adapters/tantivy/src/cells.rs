//! Places as tokens: nested cells of the plane of degrees, so that a search in a small area reads a small list.

use svetu_ports::search_index::{GeoBox, GeoPoint};

/// Cells of level `l` are 360° / 2^l wide and high.
const LEVELS: [u8; 5] = [6, 8, 10, 12, 14];
/// Cells that may stand for an area.
const COVER_MAX: i64 = 24;

/// Millionths of a degree (11 cm).
pub(crate) fn micro(degrees: f64) -> i64 {
    // Degrees are bounded, so the product fits.
    #[allow(clippy::cast_possible_truncation)]
    let micro = (degrees.clamp(-360.0, 360.0) * 1e6).round() as i64;
    micro
}

pub(crate) fn degrees(micro: i64) -> f64 {
    #[allow(clippy::cast_precision_loss)]
    let micro = micro as f64;
    micro / 1e6
}

/// Column and row of a point at a cell size in degrees.
pub(crate) fn cell_at(point: GeoPoint, size: f64) -> (i64, i64) {
    #[allow(clippy::cast_possible_truncation)]
    let cell = (((point.lon + 180.0) / size).floor() as i64, ((point.lat + 90.0) / size).floor() as i64);
    cell
}

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

const EARTH_RADIUS_M: f64 = 6_371_008.8;

/// Metres along the great circle (haversine).
pub(crate) fn distance_m(a: GeoPoint, b: GeoPoint) -> f64 {
    let (lat_a, lat_b) = (a.lat.to_radians(), b.lat.to_radians());
    let half_lat = (lat_b - lat_a) / 2.0;
    let half_lon = (b.lon - a.lon).to_radians() / 2.0;
    let h = half_lat.sin().powi(2) + lat_a.cos() * lat_b.cos() * half_lon.sin().powi(2);
    2.0 * EARTH_RADIUS_M * h.sqrt().clamp(0.0, 1.0).asin()
}

/// A box around a circle, a little larger.
pub(crate) fn around(center: GeoPoint, radius_m: f64) -> GeoBox {
    let lat = (radius_m / EARTH_RADIUS_M).to_degrees() * 1.001 + 1e-5;
    let nearest_pole = (center.lat.abs() + lat).min(89.9).to_radians();
    let lon = (lat / nearest_pole.cos()).min(180.0);
    GeoBox {
        west: (center.lon - lon).max(-180.0),
        south: (center.lat - lat).max(-90.0),
        east: (center.lon + lon).min(180.0),
        north: (center.lat + lat).min(90.0),
    }
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

    #[test]
    fn distances_are_right_to_a_percent() {
        let beograd = GeoPoint { lat: 44.8125, lon: 20.4612 };
        let novi_sad = GeoPoint { lat: 45.2671, lon: 19.8335 };
        let metres = distance_m(beograd, novi_sad);
        assert!((69_000.0..72_000.0).contains(&metres), "{metres}");
        assert!(around(beograd, 70_800.0).contains(novi_sad));
    }
}
