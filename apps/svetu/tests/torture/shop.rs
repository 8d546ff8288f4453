//! A shop's file that is imported while things die.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::PathBuf,
    process::Stdio,
};

use rand::{Rng as _, SeedableRng as _, rngs::StdRng};
use serde_json::Value;

use crate::platform::{Place, csv};

/// Not the posters' account: their pages stay short.
const OWNER: &str = "operator@example.com";
const ROWS: u64 = 1_100;
const EVERY_BAD: u64 = 97;
const EVERY_TWICE: u64 = 101;

pub struct Shop {
    name: String,
    file: PathBuf,
    mapping: PathBuf,
    seed: u64,
}

/// What an import that nobody disturbed leaves.
pub struct Undisturbed {
    pub seed: u64,
    pub rows: BTreeMap<String, Value>,
}

impl Shop {
    /// The same seed is the same file but for the shop's name.
    pub fn new(place: &Place, name: &str, seed: u64) -> Self {
        let mut rng = StdRng::seed_from_u64(seed);
        let years: Vec<u32> = (0..ROWS).map(|_| rng.random_range(1_950..2_026)).collect();
        let file = place.work().join(format!("{name}.csv"));
        csv(&file, "sku,title,price,town", ROWS, |index| {
            let sku = if index > 0 && index % EVERY_TWICE == 0 { index - 1 } else { index };
            let price =
                if index > 0 && index % EVERY_BAD == 0 { String::new() } else { format!("{},50", 10 + index % 40) };
            let year = years[usize::try_from(index).unwrap()];
            format!("{sku},Knjiga {sku} iz {year} kod {name},\"{price}\",Novi Sad")
        });
        let mapping = place.write(
            &format!("{name}.toml"),
            format!(
                r#"
[key]
column = "sku"
prefix = "{name}:"
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
            ),
        );
        Self { name: name.to_owned(), file, mapping, seed }
    }

    fn arguments(&self) -> Vec<String> {
        let path = |path: &PathBuf| path.display().to_string();
        let (file, mapping) = (path(&self.file), path(&self.mapping));
        ["import", "listings", &file, "--mapping", &mapping, "--owner", OWNER].map(str::to_owned).to_vec()
    }

    async fn import(&self, place: &Place, resume: bool) -> u64 {
        let arguments = self.arguments();
        let mut arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        if resume {
            arguments.push("--resume");
        }
        let ended = place.run(&arguments).await.expect(1);
        let number = |what: &str| -> u64 {
            let line = ended.out.lines().find(|line| line.trim_start().starts_with(what)).unwrap();
            line.split_whitespace().last().unwrap().parse().unwrap()
        };
        let good = number("created") + number("updated") + number("unchanged");
        assert_eq!(good + number("refused") + number("duplicates"), ROWS, "{}", ended.out);
        assert!(ended.out.starts_with(&format!("{ROWS} rows")), "{}", ended.out);
        good
    }

    pub async fn import_undisturbed(&self, place: &Place) -> Undisturbed {
        let good = self.import(place, false).await;
        let rows = self.rows(place).await;
        assert_eq!(rows.len() as u64, good);
        Undisturbed { seed: self.seed, rows }
    }

    /// To be killed.
    pub fn start_import(&self, place: &Place) -> tokio::process::Child {
        let log = fs::File::create(place.work().join(format!("{}.log", self.name))).unwrap();
        let mut command = place.command();
        command.args(self.arguments()).stdin(Stdio::null()).stdout(log.try_clone().unwrap()).stderr(log);
        tokio::process::Command::from(command).kill_on_drop(true).spawn().unwrap()
    }

    /// Takes the interrupted import up; each refused row is told once.
    pub async fn resume(&self, place: &Place) {
        self.import(place, true).await;
        let text = fs::read_to_string(place.work().join(format!("{}.csv.errors.csv", self.name))).unwrap();
        let lines: Vec<&str> = text.lines().skip(1).collect();
        let distinct: BTreeSet<&str> = lines.iter().copied().collect();
        assert_eq!(lines.len(), distinct.len(), "a refused row is told twice:\n{text}");
        let expected = (1..ROWS).filter(|index| index % EVERY_BAD == 0 || index % EVERY_TWICE == 0).count();
        assert_eq!(lines.len(), expected, "{text}");
    }

    /// The same ads as an import that nobody disturbed leaves.
    pub async fn check(&self, place: &Place, expected: &Undisturbed) {
        let found = self.rows(place).await;
        for (key, row) in &expected.rows {
            assert_eq!(found.get(key), Some(row), "{}:{key}", self.name);
        }
        assert_eq!(found.len(), expected.rows.len(), "{}: there are more", self.name);
    }

    /// The shop's ads as they lie in the database, by key; without what differs between two shops.
    async fn rows(&self, place: &Place) -> BTreeMap<String, Value> {
        let mut database = place.database().await;
        let prefix = format!("{}:", self.name);
        let found: Vec<(String, Value)> = sqlx::query_as(
            "select s.source_key, to_jsonb(l) from listings.source s join listings.listing l on l.id = s.listing
             where starts_with(s.source_key, $1)",
        )
        .bind(&prefix)
        .fetch_all(&mut database)
        .await
        .unwrap();
        let mut rows = BTreeMap::new();
        for (key, mut row) in found {
            let title = row["title"].as_str().unwrap().replace(&format!(" kod {}", self.name), "");
            let fields = row.as_object_mut().unwrap();
            fields.retain(|name, _| name != "id" && !name.ends_with("_at") && name != "state_since");
            fields.insert("title".to_owned(), Value::from(title));
            let key = key.strip_prefix(&prefix).unwrap().to_owned();
            assert!(rows.insert(key.clone(), row).is_none(), "{key} is there twice");
        }
        rows
    }
}
