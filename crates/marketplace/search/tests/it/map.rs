use svetu_contracts::listings::ListingSnapshot;

use crate::world::{World, listing};

/// Ads over half a degree around Belgrade, most of them near the middle.
fn scattered(count: u128) -> Vec<ListingSnapshot> {
    (0..count)
        .map(|n| {
            let mut ad = listing(n, if n % 3 == 0 { "stoves" } else { "cookers" }, "Šporet");
            let (a, b) = (n.wrapping_mul(7_919) % 1_000, n.wrapping_mul(104_729) % 1_000);
            let spread = |part: u128| (f64::from(u32::try_from(part).unwrap()) / 1_000.0 - 0.5).powi(3) * 4.0;
            (ad.place.point.lat, ad.place.point.lon) = (44.8 + spread(a), 20.45 + spread(b));
            ad
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn clusters_are_few_and_count_what_the_list_counts() {
    let world = World::new().await;
    world.put(scattered(700)).await;
    let boxes = [
        "19,44,22,46",
        "20,44.5,21,45.1",
        "20.4,44.75,20.5,44.85",
        "20.449,44.799,20.451,44.801",
        "0,0,1,1",
        "-180,-90,180,90",
    ];
    for area in boxes {
        for filter in ["", "&category=stoves", "&q=%C5%A1poret&price_max=50000", "&q=%C5%A1poret"] {
            let map = world.get(&format!("/search/clusters?bbox={area}&zoom=10{filter}")).await;
            let features = map["features"].as_array().unwrap();
            assert!(features.len() <= 200, "{area}{filter}: {}", features.len());
            let sum: u64 = features.iter().map(|feature| feature["count"].as_u64().unwrap()).sum();
            assert_eq!(sum, map["total"].as_u64().unwrap(), "{area}{filter}");
            let list = world.get(&format!("/search?bbox={area}{filter}")).await;
            if list["understood"]["relaxed"].as_array().unwrap().is_empty() {
                assert_eq!(list["total"], map["total"], "{area}{filter}");
            }
            for feature in features {
                assert_eq!(feature["count"] == 1, feature["listing"].is_object(), "{feature}");
                let (lat, lon) = (feature["lat"].as_f64().unwrap(), feature["lon"].as_f64().unwrap());
                let inside: Vec<f64> = serde_json::from_value(feature["bbox"].clone()).unwrap();
                assert!(inside[0] <= lon + 1e-9 && lon <= inside[2] + 1e-9, "{feature}");
                assert!(inside[1] <= lat + 1e-9 && lat <= inside[3] + 1e-9, "{feature}");
            }
        }
    }
    let found = world.get("/search/clusters?bbox=20,44.5,21,45.1&zoom=10").await;
    assert!(found["features"].as_array().unwrap().len() > 20);
}

/// Fields of a message: number and either its varint or its bytes.
fn fields(mut bytes: &[u8]) -> Vec<(u64, u64, &[u8])> {
    fn varint(bytes: &mut &[u8]) -> u64 {
        let (mut value, mut shift) = (0, 0);
        loop {
            let byte = bytes[0];
            *bytes = &bytes[1..];
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return value;
            }
            shift += 7;
        }
    }
    let mut out = Vec::new();
    while !bytes.is_empty() {
        let tag = varint(&mut bytes);
        match tag & 7 {
            0 => out.push((tag >> 3, varint(&mut bytes), &[][..])),
            2 => {
                let length = usize::try_from(varint(&mut bytes)).unwrap();
                let (value, rest) = bytes.split_at(length);
                out.push((tag >> 3, 0, value));
                bytes = rest;
            }
            wire => panic!("wire type {wire}"),
        }
    }
    out
}

#[tokio::test(flavor = "multi_thread")]
async fn tiles_decode_to_what_is_there() {
    let world = World::new().await;
    world.put(scattered(300)).await;
    for path in ["10/570/369", "10/570/369.mvt", "6/35/23", "0/0/0"] {
        let (status, tile) = world.raw(None, &format!("GET /tiles/{path}?q=%C5%A1poret"), None, None).await;
        assert_eq!(status, 200, "{path}");
        let layers = fields(&tile);
        assert_eq!(layers.len(), 1, "{path}");
        let layer = fields(layers[0].2);
        let one = |number: u64| layer.iter().find(|(known, ..)| *known == number).unwrap();
        assert_eq!((one(1).2, one(5).1, one(15).1), (&b"listings"[..], 4_096, 2), "{path}");
        let keys: Vec<&[u8]> = layer.iter().filter(|(n, ..)| *n == 3).map(|(.., bytes)| *bytes).collect();
        assert_eq!(keys, [b"count".as_slice(), b"id"]);
        let values: Vec<_> = layer.iter().filter(|(n, ..)| *n == 4).map(|(.., bytes)| fields(bytes)).collect();
        let mut sum = 0;
        for (.., feature) in layer.iter().filter(|(n, ..)| *n == 2) {
            let feature = fields(feature);
            let tags = feature.iter().find(|(n, ..)| *n == 2).unwrap().2;
            assert_eq!((feature.iter().find(|(n, ..)| *n == 3).unwrap().1, tags[0]), (1, 0));
            // Two hundred values at most: one or two bytes an index.
            let mut at = u64::from(tags[1] & 0x7f);
            if tags[1] & 0x80 != 0 {
                at |= u64::from(tags[2]) << 7;
            }
            sum += values[usize::try_from(at).unwrap()][0].1;
        }
        let z: Vec<u32> = path.trim_end_matches(".mvt").split('/').map(|part| part.parse().unwrap()).collect();
        let tiles = f64::from(1_u32 << z[0]);
        let lon = |x: u32| f64::from(x) / tiles * 360.0 - 180.0;
        let lat = |y: u32| (std::f64::consts::PI * (1.0 - 2.0 * f64::from(y) / tiles)).sinh().atan().to_degrees();
        let area = format!("{},{},{},{}", lon(z[1]), lat(z[2] + 1), lon(z[1] + 1), lat(z[2]));
        let map = world.get(&format!("/search/clusters?bbox={area}&q=%C5%A1poret")).await;
        assert_eq!(sum, map["total"].as_u64().unwrap(), "{path}");
        assert!(sum > 0, "{path}");
    }
    let (status, empty) = world.raw(None, "GET /tiles/10/0/0", None, None).await;
    assert_eq!((status, empty.len()), (200, 0));
}
