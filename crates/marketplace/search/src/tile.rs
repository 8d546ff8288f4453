//! Mapbox vector tiles (specification 2.1): one layer `listings` of points with `count`, and `id` where a point is one ad.

use std::f64::consts::PI;

use svetu_ports::search_index::GeoBox;

pub(crate) const ZOOM_MAX: u8 = 18;
const EXTENT: u32 = 4_096;

/// One point of a tile.
pub(crate) struct TilePoint {
    pub lat: f64,
    pub lon: f64,
    pub count: u64,
    /// Of the only ad it stands for.
    pub id: Option<String>,
}

/// The area of a tile (Web Mercator); None outside the world.
pub(crate) fn area(zoom: u8, x: u32, y: u32) -> Option<GeoBox> {
    if zoom > ZOOM_MAX || x >= 1 << zoom || y >= 1 << zoom {
        return None;
    }
    let tiles = f64::from(1_u32 << zoom);
    let lon = |x: u32| f64::from(x) / tiles * 360.0 - 180.0;
    let lat = |y: u32| (PI * (1.0 - 2.0 * f64::from(y) / tiles)).sinh().atan().to_degrees();
    Some(GeoBox { west: lon(x), south: lat(y + 1), east: lon(x + 1), north: lat(y) })
}

/// The tile as bytes; empty without points.
pub(crate) fn encode(zoom: u8, x: u32, y: u32, points: &[TilePoint]) -> Vec<u8> {
    if points.is_empty() {
        return Vec::new();
    }
    let mut layer = Vec::new();
    message(&mut layer, 1, b"listings");
    let mut values: Vec<Vec<u8>> = Vec::new();
    for (number, point) in (1_u64..).zip(points) {
        let mut tags = Vec::new();
        let mut count = Vec::new();
        field(&mut count, 5, 0);
        varint(&mut count, point.count);
        put_tag(&mut tags, 0, &mut values, count);
        if let Some(id) = &point.id {
            let mut text = Vec::new();
            message(&mut text, 1, id.as_bytes());
            put_tag(&mut tags, 1, &mut values, text);
        }
        let (px, py) = place(zoom, x, y, point);
        let mut geometry = Vec::new();
        // MoveTo, once.
        varint(&mut geometry, 9);
        varint(&mut geometry, zigzag(px));
        varint(&mut geometry, zigzag(py));
        let mut feature = Vec::new();
        field(&mut feature, 1, 0);
        varint(&mut feature, number);
        message(&mut feature, 2, &tags);
        field(&mut feature, 3, 0);
        varint(&mut feature, 1);
        message(&mut feature, 4, &geometry);
        message(&mut layer, 2, &feature);
    }
    message(&mut layer, 3, b"count");
    message(&mut layer, 3, b"id");
    for value in &values {
        message(&mut layer, 4, value);
    }
    field(&mut layer, 5, 0);
    varint(&mut layer, u64::from(EXTENT));
    field(&mut layer, 15, 0);
    varint(&mut layer, 2);
    let mut tile = Vec::new();
    message(&mut tile, 3, &layer);
    tile
}

fn put_tag(tags: &mut Vec<u8>, key: u64, values: &mut Vec<Vec<u8>>, value: Vec<u8>) {
    let at = match values.iter().position(|known| *known == value) {
        Some(at) => at,
        None => {
            values.push(value);
            values.len() - 1
        }
    };
    varint(tags, key);
    varint(tags, at as u64);
}

/// Position within the tile, from its north-west corner.
fn place(zoom: u8, x: u32, y: u32, point: &TilePoint) -> (i64, i64) {
    let tiles = f64::from(1_u32 << zoom);
    let across = (point.lon + 180.0) / 360.0 * tiles - f64::from(x);
    let sine = point.lat.to_radians().sin();
    let down = (0.5 - ((1.0 + sine) / (1.0 - sine)).ln() / (4.0 * PI)) * tiles - f64::from(y);
    #[allow(clippy::cast_possible_truncation)]
    let pixel = |part: f64| (part * f64::from(EXTENT)).round() as i64;
    (pixel(across), pixel(down))
}

fn zigzag(value: i64) -> u64 {
    ((value << 1) ^ (value >> 63)).cast_unsigned()
}

fn field(out: &mut Vec<u8>, number: u64, wire: u64) {
    varint(out, number << 3 | wire);
}

fn message(out: &mut Vec<u8>, number: u64, bytes: &[u8]) {
    field(out, number, 2);
    varint(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

fn varint(out: &mut Vec<u8>, mut value: u64) {
    loop {
        let low = (value & 0x7f) as u8;
        value >>= 7;
        if value == 0 {
            out.push(low);
            return;
        }
        out.push(low | 0x80);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tiles_cover_what_they_should() {
        let world = area(0, 0, 0).unwrap();
        assert!((world.west + 180.0).abs() < 1e-9 && (world.north - 85.051_128).abs() < 1e-4);
        assert!(area(1, 2, 0).is_none() && area(19, 0, 0).is_none());
        // Belgrade at zoom 10.
        let belgrade = area(10, 570, 369).unwrap();
        assert!(belgrade.contains(svetu_ports::search_index::GeoPoint { lat: 44.81, lon: 20.46 }), "{belgrade:?}");
    }

    #[test]
    fn a_point_lies_where_it_is() {
        let point = TilePoint { lat: 44.81, lon: 20.46, count: 3, id: None };
        let (x, y) = place(10, 570, 369, &point);
        assert!((0..4_096).contains(&x) && (0..4_096).contains(&y));
        let bytes = encode(10, 570, 369, &[point]);
        assert_eq!(bytes[0], 0x1a);
        assert!(bytes.windows(8).any(|window| window == b"listings"));
        assert!(encode(10, 570, 369, &[]).is_empty());
    }
}
