//! Shops' real files into the marketplace and out again.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use serde_json::Value;
use sqlx::Connection as _;

use crate::platform::{Ended, Place, TRADER, csv};

const RSS_KIB_MAX: u64 = 300 * 1024;
const MANY_ROWS: u64 = 6_000;

pub fn example(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/import").join(name)
}

/// The numbers of a summary.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Summary(BTreeMap<String, u64>);

impl Summary {
    pub fn read(out: &str) -> Self {
        let mut numbers = BTreeMap::new();
        for (index, line) in out.lines().enumerate() {
            let words: Vec<&str> = line.split_whitespace().collect();
            match words.as_slice() {
                [count, "rows", ..] if index == 0 => numbers.insert("rows".to_owned(), count.parse().unwrap()),
                [name, count] => count.parse().ok().and_then(|count| numbers.insert((*name).to_owned(), count)),
                _ => None,
            };
        }
        Self(numbers)
    }

    #[track_caller]
    pub fn get(&self, name: &str) -> u64 {
        *self.0.get(name).unwrap_or_else(|| panic!("{name} is not in {self:?}"))
    }

    /// Every row is exactly one of these.
    #[track_caller]
    pub fn is_whole(&self) {
        let parts = ["created", "updated", "unchanged", "refused", "duplicates"].map(|name| self.get(name));
        assert_eq!(self.get("rows"), parts.iter().sum::<u64>(), "{self:?}");
    }
}

pub async fn import(place: &Place, file: &Path, mapping: &Path, more: &[&str]) -> Ended {
    let (file, mapping) = (file.display().to_string(), mapping.display().to_string());
    let mut arguments = vec!["import", "listings", &file, "--mapping", &mapping, "--owner", TRADER];
    arguments.extend(more);
    place.run(&arguments).await
}

async fn imported(place: &Place, file: &Path, mapping: &Path, more: &[&str], code: i32) -> Summary {
    let ended = import(place, file, mapping, more).await.expect(code);
    let summary = Summary::read(&ended.out);
    summary.is_whole();
    summary
}

/// All ads as an export tells them.
pub async fn exported(place: &Place, owner: Option<&str>) -> Vec<Value> {
    let file = place.work().join("all.jsonl");
    let name = file.display().to_string();
    let mut arguments = vec!["export", "listings", name.as_str()];
    if let Some(owner) = owner {
        arguments.extend(["--owner", owner]);
    }
    place.run(&arguments).await.expect(0);
    fs::read_to_string(file).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn states(rows: &[Value], prefix: &str) -> BTreeMap<String, u64> {
    let mut states = BTreeMap::new();
    for row in rows.iter().filter(|row| row["key"].as_str().is_some_and(|key| key.starts_with(prefix))) {
        *states.entry(row["state"].as_str().unwrap().to_owned()).or_default() += 1;
    }
    states
}

#[tokio::test(flavor = "multi_thread")]
async fn a_real_file_goes_in_without_one_row_lost_in_silence() {
    let place = Place::seeded().await;
    let platform = place.up(&[]).await;
    let (file, mapping) = (example("kleinanzeigen-cars.csv"), example("kleinanzeigen-cars.toml"));
    let errors = place.work().join("kleinanzeigen-cars.csv.errors.csv");
    let before = exported(&place, Some(TRADER)).await;

    let dry = imported(&place, &file, &mapping, &["--dry-run"], 1).await;
    assert!(exported(&place, Some(TRADER)).await == before, "a dry run changed something");
    let told = fs::read_to_string(&errors).unwrap();
    let wet = imported(&place, &file, &mapping, &[], 1).await;
    assert_eq!(wet, dry);
    assert_eq!(fs::read_to_string(&errors).unwrap(), told);
    assert_eq!(wet.get("rows"), 200);
    assert!(wet.get("created") > 100, "{wet:?}");

    // Each row that did not go in is told, with what a person needs to mend it.
    let mut reader = csv::Reader::from_path(&errors).unwrap();
    assert_eq!(reader.headers().unwrap(), vec!["line", "column", "value", "reason", "hint"]);
    let mut lines: Vec<u64> = Vec::new();
    // One byte a letter, and those beyond ASCII are in no cell that is refused.
    let text: String = fs::read(&file).unwrap().into_iter().map(char::from).collect();
    for record in reader.records() {
        let record = record.unwrap();
        let line: u64 = record[0].parse().unwrap();
        assert!((2..=201).contains(&line), "{record:?}");
        let row = text.lines().nth(usize::try_from(line).unwrap() - 1).unwrap();
        assert!(&record[3] == "row.duplicate" || row.contains(&record[2]), "{record:?} is not of: {row}");
        assert!(!record[1].is_empty() && record[3].contains('.') && record[4].contains(' '), "{record:?}");
        lines.push(line);
    }
    lines.dedup();
    assert_eq!(lines.len() as u64, wet.get("refused") + wet.get("duplicates"));

    let rows = exported(&place, Some(TRADER)).await;
    assert_eq!(states(&rows, "kleinanzeigen:").values().sum::<u64>(), wet.get("created"));
    let again = imported(&place, &file, &mapping, &[], 1).await;
    assert_eq!((again.get("created"), again.get("updated")), (0, 0));
    assert_eq!(again.get("unchanged"), wet.get("created"));
    let resumed = imported(&place, &file, &mapping, &["--resume"], 1).await;
    assert_eq!(resumed, again, "an import that ended is begun anew");
    assert!(exported(&place, Some(TRADER)).await == rows, "something was written again");
    place.run(&["verify"]).await.expect(0);
    platform.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_whole_catalogue_closes_what_vanished_and_opens_what_returns() {
    let place = Place::seeded().await;
    let platform = place.up(&[]).await;
    let mapping = books(&place, "shop:");
    let file = place.work().join("books.csv");
    let line = |index: u64| format!("{index},Priručnik {index} za baštovane,{},Niš", 5 + index % 20);
    csv(&file, "sku,title,price,town", 60, line);
    let first = imported(&place, &file, &mapping, &["--full"], 0).await;
    assert_eq!((first.get("created"), first.get("closed")), (60, 0));

    csv(&file, "sku,title,price,town", 45, line);
    // Another shop's mapping does not touch these.
    let other = books(&place, "other:");
    assert_eq!(imported(&place, &file, &other, &["--full"], 0).await.get("closed"), 0);
    let dry = imported(&place, &file, &mapping, &["--full", "--dry-run"], 0).await;
    let short = imported(&place, &file, &mapping, &["--full"], 0).await;
    assert_eq!((short.get("unchanged"), short.get("closed")), (45, 15));
    assert_eq!(dry, short, "a dry run prints the same summary");
    let rows = exported(&place, Some(TRADER)).await;
    assert_eq!(states(&rows, "shop:"), BTreeMap::from([("live".to_owned(), 45), ("expired".to_owned(), 15)]));

    csv(&file, "sku,title,price,town", 60, line);
    let back = imported(&place, &file, &mapping, &["--full"], 0).await;
    assert_eq!((back.get("created"), back.get("updated"), back.get("unchanged")), (0, 15, 45));
    assert_eq!(states(&exported(&place, Some(TRADER)).await, "shop:"), BTreeMap::from([("live".to_owned(), 60)]));

    // A price that changed is one update.
    csv(
        &file,
        "sku,title,price,town",
        60,
        |index| if index == 7 { line(7).replace(",12,", ",11,") } else { line(index) },
    );
    let changed = imported(&place, &file, &mapping, &[], 0).await;
    assert_eq!((changed.get("updated"), changed.get("unchanged")), (1, 59));
    place.run(&["verify"]).await.expect(0);
    platform.stop().await;
}

/// A mapping of `sku,title,price,town`.
pub fn books(place: &Place, prefix: &str) -> PathBuf {
    let text = format!(
        r#"
[key]
column = "sku"
prefix = "{prefix}"
[fields.title]
column = "title"
[fields.category]
value = "nonfiction"
[fields.condition]
value = "used"
[fields.price]
column = "price"
currency = "EUR"
[fields.place]
column = "town"
"#
    );
    place.write(&format!("{}.toml", prefix.trim_end_matches(':')), text)
}

#[tokio::test(flavor = "multi_thread")]
async fn many_rows_take_bounded_memory() {
    let place = Place::seeded().await;
    let platform = place.up(&[]).await;
    let mapping = books(&place, "many:");
    let file = place.work().join("many.csv");
    csv(&file, "sku,title,price,town", MANY_ROWS, |index| {
        format!("{index},Knjiga {index} iz biblioteke,{},Novi Sad", 3 + index % 90)
    });
    let mut command = place.command();
    let (file, mapping) = (file.display().to_string(), mapping.display().to_string());
    command.args(["import", "listings", &file, "--mapping", &mapping, "--owner", TRADER]);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = tokio::process::Command::from(command).kill_on_drop(true).spawn().unwrap();
    let status = format!("/proc/{}/status", child.id().unwrap());
    let ended = tokio::spawn(child.wait_with_output());
    let mut peak_kib = 0;
    while !ended.is_finished() {
        let text = fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        peak_kib = line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(peak_kib);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let output = ended.await.unwrap().unwrap();
    let out = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{out}\n{}", String::from_utf8_lossy(&output.stderr));
    let summary = Summary::read(&out);
    summary.is_whole();
    assert_eq!(summary.get("created"), MANY_ROWS);
    println!("{MANY_ROWS} rows: {} MiB at most; {}", peak_kib / 1024, out.lines().next().unwrap());
    assert!(peak_kib > 0 && peak_kib <= RSS_KIB_MAX, "{peak_kib} KiB");
    platform.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_exported_can_be_imported() {
    let place = Place::seeded().await;
    let platform = place.up(&[]).await;
    let told = |row: &Value| {
        let mut row = row.clone();
        let fields = row.as_object_mut().unwrap();
        // Whose they are and when, and pictures of an address that is not public.
        for field in ["id", "photos", "seller_key", "seller_name", "state", "created_at"] {
            fields.remove(field);
        }
        (row["key"].as_str().unwrap().to_owned(), row)
    };
    let open = |row: &&Value| row["state"] == "live";
    let demo = exported(&place, None).await;
    let expected: BTreeMap<String, Value> = demo.iter().filter(open).map(told).collect();
    assert!(expected.len() > 10);
    for name in ["demo.csv", "demo.xml", "demo.jsonl", "demo.json"] {
        let file = place.work().join(name);
        place.run(&["export", "listings", &file.display().to_string()]).await.expect(0);
        let ended = import(&place, &file, &example("svetu-export.toml"), &[]).await;
        assert!(matches!(ended.code, Some(0 | 1)), "{}", ended.told());
        let summary = Summary::read(&ended.out);
        summary.is_whole();
        assert!(summary.get("rows") >= demo.len() as u64, "{name}: {summary:?}");
        let own = exported(&place, Some(TRADER)).await;
        let found: BTreeMap<String, Value> = own.iter().map(told).collect();
        for (key, row) in &expected {
            assert_eq!(found.get(key), Some(row), "{name}");
        }
    }
    platform.stop().await;
}

/// What a command of another process committed is waited for, also while it has not reached the bus.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_on_its_way_to_the_index_is_no_difference() {
    let place = Place::seeded().await;
    let platform = place.up(&[]).await;
    let mut database = place.database().await;
    let mut held = database.begin().await.unwrap();
    sqlx::query("lock table bus.event in exclusive mode").execute(&mut *held).await.unwrap();

    let (file, mapping) = (example("kleinanzeigen-cars.csv"), example("kleinanzeigen-cars.toml"));
    let rows = imported(&place, &file, &mapping, &[], 1).await.get("created");
    assert!(rows > 0);
    let verified = async { place.run(&["verify"]).await };
    let freed = async {
        tokio::time::sleep(Duration::from_secs(2)).await;
        held.rollback().await.unwrap();
    };
    let (verified, ()) = tokio::join!(verified, freed);
    let out = verified.expect(0).out;
    assert!(out.contains("0 missing, 0 stale, 0 surplus"), "{out}");
    platform.stop().await;
}
