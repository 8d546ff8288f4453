//! Places as cells of three sizes, so that a saved search in an area is looked at only for ads near it.

use svetu_ports::search_index::{GeoBox, GeoPoint};

/// Hundredths of a degree: some 3, 30 and 300 km.
const SIZES: [u16; 3] = [4, 32, 256];
/// Cells that stand for an area.
const COVER_MAX: i32 = 40;

/// Size, column, row.
pub(crate) type Cell = (u16, i32, i32);

/// As an index keeps it: millionths of a degree.
pub(crate) fn as_stored(point: GeoPoint) -> GeoPoint {
    let cut = |degrees: f64| (degrees * 1e6).round() / 1e6;
    GeoPoint { lat: cut(point.lat), lon: cut(point.lon) }
}

fn at(size: u16, lat: f64, lon: f64) -> (i32, i32) {
    let size = f64::from(size) / 100.0;
    // Degrees are bounded, so are their cells.
    #[allow(clippy::cast_possible_truncation)]
    let cell = ((lon / size).floor() as i32, (lat / size).floor() as i32);
    cell
}

pub(crate) fn of(point: GeoPoint) -> [Cell; 3] {
    SIZES.map(|size| {
        let (column, row) = at(size, point.lat, point.lon);
        (size, column, row)
    })
}

/// The smallest cells that cover the area; None when it is too large.
pub(crate) fn cover(area: &GeoBox) -> Option<Vec<Cell>> {
    SIZES.into_iter().find_map(|size| {
        let (west, south) = at(size, area.south, area.west);
        let (east, north) = at(size, area.north, area.east);
        let count = (east - west + 1).checked_mul(north - south + 1)?;
        (1..=COVER_MAX)
            .contains(&count)
            .then(|| (west..=east).flat_map(|column| (south..=north).map(move |row| (size, column, row))).collect())
    })
}
