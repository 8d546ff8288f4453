use svetu_contracts::geo::Point;
use svetu_db::{Db, Tx};
use svetu_kernel::PlaceId;
use uuid::Uuid;

use crate::{
    GeoError,
    model::{PlaceKind, PlaceRecord},
};

/// More would not fit the memory that [`crate::Geo`] promises.
const PLACES_MAX: i64 = 20_000;

/// In the order of their ids.
pub async fn all(db: &Db) -> Result<Vec<PlaceRecord>, GeoError> {
    let rows = sqlx::query!(
        r#"select id, key, name, name_cyrl, name_ru, name_en, country, kind, parent, ST_Y(point::geometry) as "lat!",
                  ST_X(point::geometry) as "lon!", precise, population, postal_codes, aliases, offered
           from geo.place order by id limit $1"#,
        PLACES_MAX
    )
    .fetch_all(db.pool())
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(PlaceRecord {
                id: PlaceId::from_uuid(row.id),
                key: row.key,
                name: row.name,
                name_cyrl: row.name_cyrl,
                name_ru: row.name_ru,
                name_en: row.name_en,
                country: row.country,
                kind: PlaceKind::parse(&row.kind).ok_or(GeoError::Gazetteer { line: 0, reason: "kind" })?,
                parent: row.parent.map(PlaceId::from_uuid),
                point: Point { lat: row.lat, lon: row.lon },
                precise: row.precise,
                population: row.population,
                postal_codes: row.postal_codes,
                aliases: row.aliases,
                offered: row.offered,
            })
        })
        .collect()
}

/// The digest of the gazetteer that is loaded. Whoever else loads one waits for this transaction.
pub async fn loaded(tx: &mut Tx<'_>) -> Result<Option<String>, GeoError> {
    sqlx::query("select pg_advisory_xact_lock(hashtext('geo.gazetteer'))").execute(&mut **tx).await?;
    Ok(sqlx::query_scalar!("select digest from geo.gazetteer").fetch_optional(&mut **tx).await?)
}

/// Places by id; those that `places` does not name are no longer offered.
pub async fn replace_all(tx: &mut Tx<'_>, places: &[PlaceRecord], digest: &str) -> Result<(), GeoError> {
    let column = |of: fn(&PlaceRecord) -> &str| places.iter().map(|place| of(place).to_owned()).collect::<Vec<_>>();
    let ids: Vec<Uuid> = places.iter().map(|place| place.id.uuid()).collect();
    let parents: Vec<Option<Uuid>> = places.iter().map(|place| place.parent.map(PlaceId::uuid)).collect();
    let lats: Vec<f64> = places.iter().map(|place| place.point.lat).collect();
    let lons: Vec<f64> = places.iter().map(|place| place.point.lon).collect();
    let precise: Vec<bool> = places.iter().map(|place| place.precise).collect();
    let populations: Vec<i32> = places.iter().map(|place| place.population).collect();
    // Arrays of arrays must be rectangular: lists travel as text.
    let codes: Vec<String> = places.iter().map(|place| place.postal_codes.join("|")).collect();
    let aliases: Vec<String> = places.iter().map(|place| place.aliases.join("|")).collect();
    sqlx::query!("update geo.place set offered = false where offered and id <> all($1)", &ids)
        .execute(&mut **tx)
        .await?;
    sqlx::query!(
        r#"insert into geo.place (id, key, name, name_cyrl, name_ru, name_en, country, kind, parent, point, precise, population,
                                  postal_codes, aliases)
           select id, key, name, name_cyrl, name_ru, name_en, country, kind, parent, ST_SetSRID(ST_MakePoint(lon, lat), 4326)::geography,
                  precise, population, string_to_array(codes, '|'), string_to_array(aliases, '|')
           from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::uuid[],
                       $10::float8[], $11::float8[], $12::bool[], $13::int4[], $14::text[], $15::text[])
                as p (id, key, name, name_cyrl, name_ru, name_en, country, kind, parent, lat, lon, precise, population, codes, aliases)
           on conflict (id) do update set key = excluded.key, name = excluded.name, name_cyrl = excluded.name_cyrl,
               name_ru = excluded.name_ru, name_en = excluded.name_en, country = excluded.country, kind = excluded.kind,
               parent = excluded.parent, point = excluded.point, precise = excluded.precise, population = excluded.population,
               postal_codes = excluded.postal_codes, aliases = excluded.aliases, offered = true"#,
        &ids,
        &column(|p| &p.key),
        &column(|p| &p.name),
        &column(|p| &p.name_cyrl),
        &column(|p| &p.name_ru),
        &column(|p| &p.name_en),
        &column(|p| &p.country),
        &column(|p| p.kind.name()),
        &parents as &[Option<Uuid>],
        &lats,
        &lons,
        &precise,
        &populations,
        &codes,
        &aliases,
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!(
        "insert into geo.gazetteer (digest) values ($1) on conflict (only_one) do update set digest = excluded.digest, loaded_at = now()",
        digest
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The offered place nearest to the point, and how far it is. Villages whose point is a guess are passed over.
pub async fn nearest(db: &Db, point: Point) -> Result<Option<(PlaceId, f64)>, GeoError> {
    let row = sqlx::query!(
        r#"select id, ST_Distance(point, ST_SetSRID(ST_MakePoint($1, $2), 4326)::geography) as "distance_m!"
           from geo.place where offered and (precise or kind = 'quarter')
           order by point <-> ST_SetSRID(ST_MakePoint($1, $2), 4326)::geography limit 1"#,
        point.lon,
        point.lat
    )
    .fetch_optional(db.pool())
    .await?;
    Ok(row.map(|row| (PlaceId::from_uuid(row.id), row.distance_m)))
}
