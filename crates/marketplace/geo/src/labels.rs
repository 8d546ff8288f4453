//! Which names fit on a map.

use std::collections::HashSet;

use svetu_contracts::geo::Point;

use crate::{
    index::Index,
    model::{PlaceKind, PlaceRecord},
};

pub const LABELS_MAX: usize = 200;
/// Quarters are named only where streets can be told apart.
const QUARTERS_FROM_ZOOM: f64 = 11.0;
/// Cells a tile of 256 pixels is divided into, so that names do not lie on one another: wide ones, low ones.
const CELLS_PER_TILE: (f64, f64) = (3.0, 8.0);

/// West, south, east, north. One across the antimeridian has its west east of its east.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bounds {
    pub west: f64,
    pub south: f64,
    pub east: f64,
    pub north: f64,
}

impl Bounds {
    /// `w,s,e,n` in degrees.
    pub fn parse(text: &str) -> Option<Self> {
        let numbers: Vec<f64> = text.split(',').map(|part| part.trim().parse().ok()).collect::<Option<_>>()?;
        let &[west, south, east, north] = numbers.as_slice() else { return None };
        let lon = -180.0..=180.0;
        let lat = -90.0..=90.0;
        let sound = lon.contains(&west) && lon.contains(&east) && lat.contains(&south) && lat.contains(&north);
        (sound && south <= north).then_some(Self { west, south, east, north })
    }

    fn contains(&self, point: Point) -> bool {
        let across = if self.west <= self.east {
            (self.west..=self.east).contains(&point.lon)
        } else {
            point.lon >= self.west || point.lon <= self.east
        };
        across && (self.south..=self.north).contains(&point.lat)
    }
}

/// The weightiest places of the bounds, one a cell, at most [`LABELS_MAX`], best first.
pub fn choose(index: &Index, bounds: Bounds, zoom: f64) -> Vec<&PlaceRecord> {
    let mut inside: Vec<&PlaceRecord> = index
        .offered()
        .filter(|place| bounds.contains(place.point))
        .filter(|place| place.precise || (place.kind == PlaceKind::Quarter && zoom >= QUARTERS_FROM_ZOOM))
        .collect();
    // On a map a town abroad is as much a town; only a suggestion prefers the near ones.
    inside.sort_by_key(|place| (-place.population, place.id));
    let tiles = zoom.clamp(0.0, 22.0).exp2();
    let mut taken = HashSet::new();
    inside
        .into_iter()
        .filter(|place| {
            let x = (place.point.lon + 180.0) / 360.0 * tiles * CELLS_PER_TILE.0;
            let y = (place.point.lat + 90.0) / 180.0 * tiles * CELLS_PER_TILE.1;
            #[expect(clippy::cast_possible_truncation, reason = "cells are fewer than 2^26")]
            taken.insert((x as i64, y as i64))
        })
        .take(LABELS_MAX)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds() {
        for (text, sound) in [
            ("18,41,24,47", true),
            ("170,-10,-170,10", true),
            ("18,47,24,41", false),
            ("18,41,24", false),
            ("18,41,24,47,1", false),
            ("a,b,c,d", false),
            ("18,41,200,47", false),
            ("NaN,41,24,47", false),
        ] {
            assert_eq!(Bounds::parse(text).is_some(), sound, "{text}");
        }
        let pacific = Bounds::parse("170,-10,-170,10").unwrap();
        assert!(pacific.contains(Point { lat: 0.0, lon: -175.0 }) && !pacific.contains(Point { lat: 0.0, lon: 0.0 }));
    }
}
