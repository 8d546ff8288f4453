//! The plane of degrees as every engine sees it: the same place is inside the same area and in the same cell on each.

use super::{GeoBox, GeoPoint};

/// Millionths of a degree (11 cm), the precision that engines keep.
pub fn micro(degrees: f64) -> i64 {
    // Degrees are bounded, so the product fits.
    #[allow(clippy::cast_possible_truncation)]
    let micro = (degrees.clamp(-360.0, 360.0) * 1e6).round() as i64;
    micro
}

pub fn degrees(micro: i64) -> f64 {
    #[allow(clippy::cast_precision_loss)]
    let micro = micro as f64;
    micro / 1e6
}

/// Column and row of a point at a cell size in degrees.
pub fn cell_at(point: GeoPoint, size: f64) -> (i64, i64) {
    #[allow(clippy::cast_possible_truncation)]
    let cell = (((point.lon + 180.0) / size).floor() as i64, ((point.lat + 90.0) / size).floor() as i64);
    cell
}

/// The smallest power-of-two fraction of the world whose cells in the area are few enough.
pub fn grid_size(area: &GeoBox, cells_max: usize) -> f64 {
    let mut size = 360.0 / f64::from(1_u32 << 24);
    loop {
        let (west, south) = cell_at(GeoPoint { lat: area.south, lon: area.west }, size);
        let (east, north) = cell_at(GeoPoint { lat: area.north, lon: area.east }, size);
        let count = (east - west + 1).saturating_mul(north - south + 1);
        if size >= 360.0 || usize::try_from(count).is_ok_and(|count| count <= cells_max.max(1)) {
            return size;
        }
        size *= 2.0;
    }
}

pub const EARTH_RADIUS_M: f64 = 6_371_008.8;

/// Metres along the great circle (haversine).
pub fn distance_m(a: GeoPoint, b: GeoPoint) -> f64 {
    let (lat_a, lat_b) = (a.lat.to_radians(), b.lat.to_radians());
    let half_lat = (lat_b - lat_a) / 2.0;
    let half_lon = (b.lon - a.lon).to_radians() / 2.0;
    let h = half_lat.sin().powi(2) + lat_a.cos() * lat_b.cos() * half_lon.sin().powi(2);
    2.0 * EARTH_RADIUS_M * h.sqrt().clamp(0.0, 1.0).asin()
}

/// A box around a circle, a little larger.
pub fn around(center: GeoPoint, radius_m: f64) -> GeoBox {
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
    fn distances_are_right_to_a_percent() {
        let beograd = GeoPoint { lat: 44.8125, lon: 20.4612 };
        let novi_sad = GeoPoint { lat: 45.2671, lon: 19.8335 };
        let metres = distance_m(beograd, novi_sad);
        assert!((69_000.0..72_000.0).contains(&metres), "{metres}");
        assert!(around(beograd, 70_800.0).contains(novi_sad));
    }
}
