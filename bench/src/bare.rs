//! What is left when everything but the SQL is taken away: no session, no permission, no rules, no problems, no traces.

use std::sync::Arc;

use anyhow::{Context as _, Result};
use axum::{
    Json, Router,
    extract::{Path, State},
    http::StatusCode,
    routing::{get, post},
};
use serde_json::{Value, json};
use sqlx::{PgPool, Row as _, postgres::PgRow};
use tokio::{net::TcpListener, task::JoinHandle};
use uuid::Uuid;

use crate::{pace::Http, platform::Platform};

const SESSION: &str = "select s.id, s.account, s.strength, s.created_at::text, s.last_seen_at::text, a.roles
 from identity.session s join identity.account a on a.id = s.account
 where s.token_hash = $1 and s.ended_at is null and s.expires_at > now()
   and s.last_seen_at + make_interval(secs => s.idle_s_max::float8) > now() and a.state = 'active'";
const SELLER: &str = "select display_name, is_trader, created_at::text from listings.seller where id = $1";
const INSERT: &str = "insert into listings.listing (id, version, state, state_since, seller, seller_kind, seller_name, category, title,
   description, language, price_kind, price_minor, price_currency, price_rsd_minor, condition, attributes, place, delivery,
   show_phone, viber, whatsapp, pictures, completeness, created_at, updated_at, refreshed_at)
 values ($1, 1, 'draft', now(), $2, 'trader', $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, '{}', $13, '{}', false, false, false, '[]',
   40, now(), now(), now())";
const CONTEXT: &str = "select (select created_at::text from listings.seller s where s.id = l.seller) as since,
   (select count(*) from (select from listings.listing o where o.seller = l.seller and o.state in ('live', 'reserved') limit 1000) as f) as live_count,
   (select coalesce(jsonb_agg(jsonb_build_object('kind', price_kind, 'minor', price_minor, 'currency', price_currency, 'at', at)
      order by at desc), '[]') from (select * from listings.price_history p where p.listing = l.id order by at desc limit 50) as h) as prices
 from unnest($1::uuid[], $2::uuid[]) as l (id, seller)";
const KEEPER: &str = "select owner from users.favourite where listing = $1 and owner >= $2 order by owner limit 1";
const FIND: &str = "select id, version, state, state_since::text, expires_at::text, seller, seller_kind, seller_name, category, title,
   description, language, price_kind, price_minor, price_currency, price_rsd_minor, previous_price_minor, previous_price_currency,
   condition, attributes, place, delivery, show_phone, viber, whatsapp, pictures, completeness, created_at::text, updated_at::text,
   published_at::text, refreshed_at::text
 from listings.listing where id = $1";

pub const CREATE: [&str; 7] = [SESSION, SELLER, "begin", INSERT, "commit", CONTEXT, KEEPER];
pub const READ: [&str; 2] = [FIND, CONTEXT];

pub struct Bare {
    pub http: Http,
    server: JoinHandle<()>,
}

impl Bare {
    pub fn stop(self) {
        self.server.abort();
    }
}

struct Shop {
    pool: PgPool,
    seller: Uuid,
    /// Of the shop's own session.
    token_hash: Vec<u8>,
}

pub async fn serve(platform: &Platform) -> Result<Bare> {
    let row = sqlx::query(
        // Addresses lie sealed; of the traders only this one has signed in.
        "select s.account, s.token_hash from identity.session s join identity.account a on a.id = s.account
         where 'trader' = any (a.roles) order by s.created_at desc limit 1",
    )
    .fetch_one(&platform.pool)
    .await
    .context("the shop's session")?;
    let shop =
        Shop { pool: platform.pool.clone(), seller: row.try_get("account")?, token_hash: row.try_get("token_hash")? };
    let router =
        Router::new().route("/listings", post(create)).route("/listings/{id}", get(read)).with_state(Arc::new(shop));
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let http = Http::new(&format!("http://{}", listener.local_addr()?));
    let server = tokio::spawn(async move {
        if let Err(error) = axum::serve(listener, router).await {
            eprintln!("the bare server ended: {error}");
        }
    });
    Ok(Bare { http, server })
}

type Answer<T> = Result<T, (StatusCode, String)>;

fn failed(error: impl std::fmt::Display) -> (StatusCode, String) {
    (StatusCode::INTERNAL_SERVER_ERROR, error.to_string())
}

async fn create(State(shop): State<Arc<Shop>>, Json(body): Json<Value>) -> Answer<(StatusCode, Json<Value>)> {
    sqlx::query(SESSION).bind(&shop.token_hash).fetch_optional(&shop.pool).await.map_err(failed)?;
    let seller = sqlx::query(SELLER).bind(shop.seller).fetch_optional(&shop.pool).await.map_err(failed)?;
    let name: String = seller.map(|row| row.try_get("display_name")).transpose().map_err(failed)?.unwrap_or_default();
    let id = Uuid::now_v7();
    let text = |key: &str| body[key].as_str().unwrap_or_default().to_owned();
    let price = &body["price"];
    #[allow(clippy::disallowed_methods, reason = "what is compared with is as people write it")]
    let mut tx = shop.pool.begin().await.map_err(failed)?;
    sqlx::query(INSERT)
        .bind(id)
        .bind(shop.seller)
        .bind(&name)
        .bind(text("category"))
        .bind(text("title"))
        .bind(text("description"))
        .bind(text("language"))
        .bind(price["kind"].as_str())
        .bind(price["amount_minor"].as_i64())
        .bind(price["currency"].as_str())
        .bind(price["amount_minor"].as_i64().map(|minor| minor * 117))
        .bind(text("condition"))
        .bind(json!({ "id": text("place_id"), "name": "Subotica", "point": { "lat": 46.1, "lon": 19.66 } }))
        .execute(&mut *tx)
        .await
        .map_err(failed)?;
    tx.commit().await.map_err(failed)?;
    let context = context(&shop.pool, id, shop.seller).await?;
    sqlx::query(KEEPER).bind(id).bind(shop.seller).fetch_optional(&shop.pool).await.map_err(failed)?;
    Ok((StatusCode::CREATED, Json(json!({ "id": id, "ad": body, "context": context }))))
}

async fn read(State(shop): State<Arc<Shop>>, Path(id): Path<Uuid>) -> Answer<Json<Value>> {
    let row = sqlx::query(FIND).bind(id).fetch_optional(&shop.pool).await.map_err(failed)?;
    let row = row.ok_or((StatusCode::NOT_FOUND, String::new()))?;
    let seller: Uuid = row.try_get("seller").map_err(failed)?;
    let context = context(&shop.pool, id, seller).await?;
    Ok(Json(json!({ "ad": ad(&row).map_err(failed)?, "context": context })))
}

async fn context(pool: &PgPool, id: Uuid, seller: Uuid) -> Answer<Value> {
    let row = sqlx::query(CONTEXT).bind(vec![id]).bind(vec![seller]).fetch_one(pool).await.map_err(failed)?;
    let read = || -> Result<Value, sqlx::Error> {
        Ok(json!({
            "since": row.try_get::<Option<String>, _>("since")?,
            "live_count": row.try_get::<i64, _>("live_count")?,
            "prices": row.try_get::<Value, _>("prices")?,
        }))
    };
    read().map_err(failed)
}

fn ad(row: &PgRow) -> Result<Value, sqlx::Error> {
    let mut ad = json!({ "id": row.try_get::<Uuid, _>("id")?, "version": row.try_get::<i64, _>("version")? });
    for name in [
        "state",
        "state_since",
        "expires_at",
        "seller_kind",
        "seller_name",
        "category",
        "title",
        "description",
        "language",
        "price_kind",
        "price_currency",
        "previous_price_currency",
        "condition",
        "created_at",
        "updated_at",
        "published_at",
        "refreshed_at",
    ] {
        ad[name] = row.try_get::<Option<String>, _>(name)?.into();
    }
    for name in ["price_minor", "price_rsd_minor", "previous_price_minor"] {
        ad[name] = row.try_get::<Option<i64>, _>(name)?.into();
    }
    for name in ["attributes", "place", "pictures"] {
        ad[name] = row.try_get::<Option<Value>, _>(name)?.unwrap_or_default();
    }
    for name in ["show_phone", "viber", "whatsapp"] {
        ad[name] = row.try_get::<bool, _>(name)?.into();
    }
    ad["delivery"] = row.try_get::<Vec<String>, _>("delivery")?.into();
    ad["completeness"] = row.try_get::<i16, _>("completeness")?.into();
    Ok(ad)
}
