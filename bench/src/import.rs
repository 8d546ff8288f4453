//! A shop's file through everything (validation, verdict, outbox, index) against `COPY` of the same rows.

use std::{
    io::Write as _,
    path::Path,
    time::{Duration, Instant},
};

use anyhow::{Result, ensure};
use rand::{SeedableRng as _, rngs::StdRng, seq::IndexedRandom as _};
use serde_json::Value;
use sqlx::postgres::PgPoolCopyExt as _;

use crate::{
    corpus::Corpus,
    pace::{median, order},
    platform::{OWNER, Platform, run},
    report::{Row, Section},
};

const FOUND_MAX: Duration = Duration::from_secs(300);

pub async fn compare(platform: &Platform, corpus: &Corpus, rows: u64, repeats: usize) -> Result<Section> {
    let mut per_second = [Vec::new(), Vec::new()];
    let mut found_after = Vec::new();
    for repeat in 0..repeats {
        let shop = format!("shop{}", letters(repeat * 10_000_000 + std::process::id() as usize));
        let file = platform.folder().join(format!("{shop}.csv"));
        write(&file, &shop, rows, &corpus.words)?;
        for who in order(2, repeat) {
            let began = Instant::now();
            if who == 0 {
                ours(platform, &file, &shop, rows).await?;
                per_second[0].push(rate(rows, began.elapsed()));
                found(platform, &shop, rows).await?;
                found_after.push(began.elapsed().as_secs_f64());
            } else {
                copy(platform, &file).await?;
                per_second[1].push(rate(rows, began.elapsed()));
            }
        }
    }
    let ratio = median(per_second[0].iter().zip(&per_second[1]).map(|(ours, theirs)| ours / theirs).collect());
    let [ours, theirs] = per_second.map(median);
    Ok(Section {
        rows: vec![Row {
            what: format!("import of {rows} rows (all found by search {:.1} s after the start)", median(found_after)),
            ours: format!("{ours:.0} rows/s"),
            against: format!("{theirs:.0} rows/s, COPY"),
            ratio,
            bar: "≥ 0.1 of the rate",
            holds: ratio >= 0.1,
        }],
        commands: vec![
            ("Import, ours".to_owned(), format!("svetu import listings FILE.csv --mapping MAP.toml --owner {OWNER}")),
            (
                "Import, COPY (a table of the file's columns with a primary key)".to_owned(),
                "copy bench.row (sku, title, text, price, town) from stdin with (format csv, header)".to_owned(),
            ),
        ],
    })
}

/// A word of its own: digits would be looked for by themselves.
fn letters(mut number: usize) -> String {
    let mut word = String::new();
    while number > 0 {
        word.extend(char::from_digit(u32::try_from(number % 20).unwrap_or(0) + 10, 36));
        number /= 20;
    }
    word
}

#[allow(clippy::cast_precision_loss)]
fn rate(rows: u64, took: Duration) -> f64 {
    rows as f64 / took.as_secs_f64()
}

/// Texts of random words: ads that resemble each other are looked at as duplicates, which a shop's are not.
fn write(file: &Path, shop: &str, rows: u64, words: &[String]) -> Result<()> {
    const TOWNS: [&str; 5] = ["Beograd", "Novi Sad", "Niš", "Kragujevac", "Subotica"];
    let mut csv = std::io::BufWriter::new(std::fs::File::create(file)?);
    writeln!(csv, "sku,title,text,price,town")?;
    let mut rng = StdRng::seed_from_u64(rows);
    let mut text =
        |count: usize| words.choose_multiple(&mut rng, count).map(String::as_str).collect::<Vec<_>>().join(" ");
    for index in 0..rows {
        let town = TOWNS[usize::try_from(index)? % TOWNS.len()];
        let (title, description, price) = (text(4), text(24), 4 + index % 40);
        writeln!(csv, "{index},{title} {index} {shop},{description},\"{price},50\",{town}")?;
    }
    csv.flush()?;
    let mapping = format!(
        "[key]\ncolumn = \"sku\"\nprefix = \"{shop}:\"\n[fields.title]\ncolumn = \"title\"\n[fields.description]\ncolumn = \"text\"\n\
         [fields.category]\nvalue = \"nonfiction\"\n[fields.condition]\nvalue = \"used\"\n[fields.price]\ncolumn = \"price\"\n\
         currency = \"EUR\"\n[fields.place]\ncolumn = \"town\"\n"
    );
    std::fs::write(file.with_extension("toml"), mapping)?;
    Ok(())
}

async fn ours(platform: &Platform, file: &Path, shop: &str, rows: u64) -> Result<()> {
    let mut command = platform.command();
    command
        .args(["import", "listings"])
        .arg(file)
        .arg("--mapping")
        .arg(file.with_extension("toml"))
        .args(["--owner", OWNER]);
    let out = run(&mut command).await?;
    let created =
        out.lines().find_map(|line| line.trim().strip_prefix("created")).unwrap_or_default().trim().to_owned();
    ensure!(created == rows.to_string(), "{shop}: {out}");
    Ok(())
}

/// Until search finds all of them.
async fn found(platform: &Platform, shop: &str, rows: u64) -> Result<()> {
    let began = Instant::now();
    loop {
        let body = platform.http.get(&format!("/api/v1/marketplace/search?q={shop}&limit=1")).await?;
        let answer: Value = serde_json::from_slice(&body)?;
        if answer["total"].as_u64().is_some_and(|total| total >= rows) {
            return Ok(());
        }
        ensure!(began.elapsed() < FOUND_MAX, "{shop}: search finds {} of {rows}", answer["total"]);
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

async fn copy(platform: &Platform, file: &Path) -> Result<()> {
    for statement in [
        "create schema if not exists bench",
        "drop table if exists bench.row",
        "create table bench.row (sku text primary key, title text not null, text text not null, price text not null, town text not null)",
    ] {
        sqlx::query(statement).execute(&platform.pool).await?;
    }
    let mut copy = platform
        .pool
        .copy_in_raw("copy bench.row (sku, title, text, price, town) from stdin with (format csv, header)")
        .await?;
    copy.read_from(tokio::fs::File::open(file).await?).await?;
    copy.finish().await?;
    Ok(())
}
