//! What may be shown of a private seller's point.

use h3o::{LatLng, Resolution};
use svetu_contracts::geo::Point;

/// The centre of the point's H3 cell at resolution 8 (edge ≈ 530 m), to six decimals.
///
/// The same for every point of the cell, so that many ads of one seller tell no more than one.
pub fn snap(point: Point) -> Point {
    match LatLng::new(point.lat, point.lon) {
        Ok(exact) => {
            let centre = LatLng::from(exact.to_cell(Resolution::Eight));
            Point { lat: rounded(centre.lat()), lon: rounded(centre.lng()) }
        }
        // Not finite: no place on the Earth to hide.
        Err(_) => Point { lat: 0.0, lon: 0.0 },
    }
}

fn rounded(degrees: f64) -> f64 {
    (degrees * 1e6).round() / 1e6
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Along the surface of a sphere of 6,371 km (haversine), within 0.5 % of the truth.
    fn distance_km(a: Point, b: Point) -> f64 {
        let (lat_a, lat_b) = (a.lat.to_radians(), b.lat.to_radians());
        let half_lat = ((lat_b - lat_a) / 2.0).sin();
        let half_lon = ((b.lon - a.lon).to_radians() / 2.0).sin();
        let h = half_lat.mul_add(half_lat, lat_a.cos() * lat_b.cos() * half_lon * half_lon);
        2.0 * 6371.0 * h.sqrt().min(1.0).asin()
    }

    proptest! {
        #[test]
        fn the_exact_point_is_gone_but_near(lat in 41.0_f64..47.0, lon in 18.0_f64..24.0) {
            let exact = Point { lat, lon };
            let shown = snap(exact);
            // The cell's farthest corner: an edge of 530 m, stretched by the projection.
            prop_assert!(distance_km(exact, shown) < 0.75, "{exact:?} {shown:?}");
            prop_assert_eq!(snap(shown), shown);
        }

        #[test]
        fn any_number_is_taken(lat: f64, lon: f64) {
            let shown = snap(Point { lat, lon });
            prop_assert!(shown.lat.is_finite() && shown.lon.is_finite());
        }
    }

    #[test]
    fn neighbours_in_one_cell_are_one() {
        let door = snap(Point { lat: 44.81761, lon: 20.46331 });
        assert_eq!(snap(Point { lat: 44.81770, lon: 20.46340 }), door);
    }
}
