//! What a new migration may do while the platform runs: hold no lock that waits for the size of a table (the linter squawk), and leave
//! everything that the released binary asks as it was (its checked statements are described on the new schema).

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, bail, ensure};
use cargo_metadata::MetadataCommand;
use serde::{Deserialize, Serialize};
use squawk_linter::{Linter, Rule, Version};
use squawk_syntax::SourceFile;

use crate::sqlx_data::{Cluster, schemas, sorted};

/// Written with each release, by `cargo xtask released`.
const RELEASED: &str = "xtask/released.json";
const KIT: &str = "kit";

#[derive(Debug, Default, Serialize, Deserialize)]
struct Released {
    /// The last migration of each schema. What is older is history, and is neither changed nor judged.
    migrations: BTreeMap<String, u32>,
    /// What the binary asks: each statement with the types of its parameters and columns.
    statements: BTreeMap<String, Described>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Described {
    parameters: String,
    columns: String,
}

struct Workspace {
    root: PathBuf,
    /// By schema; the tables that every schema has are `kit`.
    folders: BTreeMap<String, PathBuf>,
}

impl Workspace {
    fn open() -> Result<Self> {
        let metadata = MetadataCommand::new().no_deps().exec()?;
        let root = metadata.workspace_root.clone().into_std_path_buf();
        let mut folders = schemas(&metadata)?;
        folders.insert(KIT.to_owned(), root.join("crates/db/schema"));
        Ok(Self { root, folders })
    }

    fn cluster(&self) -> Result<Cluster> {
        let cluster = Cluster::start()?;
        for (schema, folder) in self.folders.iter().filter(|(schema, _)| *schema != KIT) {
            cluster.migrate(&self.root, schema, folder).with_context(|| format!("migrations of {schema}"))?;
        }
        Ok(cluster)
    }
}

pub fn check() -> Result<()> {
    let workspace = Workspace::open()?;
    let file = workspace.root.join(RELEASED);
    let released: Released =
        serde_json::from_str(&fs::read_to_string(&file).with_context(|| file.display().to_string())?)?;
    let mut faults = Vec::new();
    let mut linted = 0;
    for (schema, folder) in &workspace.folders {
        let last = released.migrations.get(schema).copied().unwrap_or(0);
        for path in sorted(folder)? {
            if version(&path)? > last {
                linted += 1;
                let text = fs::read_to_string(&path)?;
                let shown = path.strip_prefix(&workspace.root).unwrap_or(&path).display().to_string();
                faults.extend(lint(&text)?.into_iter().map(|fault| format!("{shown}:{fault}")));
            }
        }
    }
    let queries: Vec<&str> = released.statements.keys().map(String::as_str).collect();
    let found = describe(&workspace.cluster()?, &queries)?;
    for (query, expected) in &released.statements {
        faults.extend(difference(query, expected, found.get(query.as_str())));
    }
    if !faults.is_empty() {
        bail!("a migration harms what runs (docs/recipes/change-a-table.md):\n  {}", faults.join("\n  "));
    }
    println!("migrations: {linted} since the release, {} statements of its binary fit", released.statements.len());
    Ok(())
}

/// What this checkout's binary asks of its schemas: the migrations after it must bear it.
pub fn record() -> Result<()> {
    let workspace = Workspace::open()?;
    let mut released = Released::default();
    for (schema, folder) in &workspace.folders {
        let last = sorted(folder)?.last().map(|path| version(path)).transpose()?;
        released.migrations.insert(schema.clone(), last.unwrap_or(0));
    }
    let mut queries = Vec::new();
    for entry in fs::read_dir(workspace.root.join(".sqlx"))? {
        let data: serde_json::Value = serde_json::from_str(&fs::read_to_string(entry?.path())?)?;
        let query = data["query"].as_str().context("a statement without its text")?;
        // The rest, such as `set transaction`, asks nothing of a table.
        let word = query.split_whitespace().next().unwrap_or_default().to_ascii_lowercase();
        if ["select", "insert", "update", "delete", "with"].contains(&word.as_str()) {
            queries.push(query.to_owned());
        }
    }
    let asked: Vec<&str> = queries.iter().map(String::as_str).collect();
    for (query, described) in describe(&workspace.cluster()?, &asked)? {
        let described = described.map_err(|error| anyhow::anyhow!("{error}: {query}"))?;
        released.statements.insert(query.to_owned(), described);
    }
    fs::write(workspace.root.join(RELEASED), serde_json::to_string_pretty(&released)? + "\n")?;
    println!("released: {} statements, {:?}", released.statements.len(), released.migrations);
    Ok(())
}

fn version(path: &Path) -> Result<u32> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.split('_').next().and_then(|number| number.parse().ok()).with_context(|| format!("{name}: no number"))
}

/// Matters of taste, and timeouts, which `svetu_db::migrate` sets.
const LEFT_OUT: [Rule; 10] = [
    Rule::PreferBigintOverInt,
    Rule::PreferBigintOverSmallint,
    Rule::PreferIdentity,
    Rule::PreferRobustStmts,
    Rule::PreferTextField,
    Rule::PreferRepack,
    Rule::BanUncommittedTransaction,
    Rule::RequireTimeoutSettings,
    Rule::RequireLockTimeout,
    Rule::RequireStatementTimeout,
];

/// `line: rule: what it does`. A rule is let off by a comment above the statement: `-- squawk-ignore renaming-table`.
fn lint(text: &str) -> Result<Vec<String>> {
    let parsed = SourceFile::parse(text);
    if let Some(error) = parsed.errors().first() {
        bail!("the linter cannot read it: {error:?}");
    }
    let mut linter = Linter::with_rules(&[], &LEFT_OUT);
    linter.settings.pg_version = "15".parse::<Version>().map_err(|error| anyhow::anyhow!("{error:?}"))?;
    linter.settings.assume_in_transaction = !text.starts_with("-- no-transaction");
    let line = |offset: usize| text[..offset.min(text.len())].matches('\n').count() + 1;
    let found = linter.lint(&parsed, text);
    let mut faults: Vec<(usize, String)> = found
        .iter()
        .map(|fault| {
            let line = line(usize::from(fault.text_range.start()));
            let help = fault.help.as_ref().map_or_else(String::new, |help| format!(" {help}"));
            (line, format!("{line}: {}: {}{help}", fault.code, fault.message))
        })
        .collect();
    // The linter takes a single statement for one that is sent alone; the migrator sends a file in a transaction.
    let concurrent = text.to_ascii_lowercase().find(" concurrently");
    if let Some(at) = concurrent.filter(|_| linter.settings.assume_in_transaction) {
        let line = line(at);
        faults.push((line, format!("{line}: no-transaction: the first line of the file must be `-- no-transaction`")));
    }
    faults.sort();
    Ok(faults.into_iter().map(|(_, fault)| fault).collect())
}

fn difference(query: &str, expected: &Described, found: Option<&Result<Described, String>>) -> Option<String> {
    let why = match found {
        Some(Ok(found)) if found == expected => return None,
        Some(Ok(found)) if found.parameters != expected.parameters => {
            format!("takes {} and not {}", found.parameters, expected.parameters)
        }
        Some(Ok(found)) => format!("gives {} and not {}", found.columns, expected.columns),
        Some(Err(error)) => error.clone(),
        None => "was not described".to_owned(),
    };
    let shown: String = query.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(100).collect();
    Some(format!("the released binary's «{shown}…»: {why}"))
}

/// What psql says instead.
const NO_COLUMNS: &str = "The command has no result, or the result has no columns.";

/// As the server understands each statement, or what it says of one that it refuses.
fn describe<'q>(cluster: &Cluster, queries: &[&'q str]) -> Result<BTreeMap<&'q str, Result<Described, String>>> {
    let mut script = String::from("\\set QUIET on\n\\pset format unaligned\n\\pset tuples_only on\n");
    script.push_str("create temp table asked (n int, query text);\ncreate temp table failed (n int, why text);\n");
    for (n, query) in queries.iter().enumerate() {
        ensure!(!query.contains("$asked$"), "a statement that cannot be quoted: {query}");
        writeln!(script, "insert into asked values ({n}, $asked${query}$asked$);")?;
    }
    script.push_str(
        "do $do$ declare one record; begin
             for one in select * from asked order by n loop
                 begin execute format('prepare s%s as %s', one.n, one.query);
                 exception when others then insert into failed values (one.n, sqlerrm); end;
             end loop;
         end $do$;\n\\echo @parameters\n
         select substr(name, 2) || '|' || parameter_types::text from pg_prepared_statements where name like 's%';
         \\echo @failed\nselect n || '|' || replace(why, E'\\n', ' ') from failed;\n",
    );
    for (n, query) in queries.iter().enumerate() {
        writeln!(script, "\\echo @{n}\n{query} \\gdesc")?;
    }
    let told = cluster.psql_script(&script)?;
    let mut found = BTreeMap::new();
    let mut sections: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let mut section = "";
    for line in told.lines().filter(|line| !line.is_empty() && *line != NO_COLUMNS) {
        match line.strip_prefix('@') {
            Some(name) => section = name,
            None => sections.entry(section).or_default().push(line),
        }
    }
    let by_number = |name: &str| -> BTreeMap<&str, &str> {
        sections.get(name).into_iter().flatten().filter_map(|line| line.split_once('|')).collect()
    };
    let (parameters, failed) = (by_number("parameters"), by_number("failed"));
    for (n, query) in queries.iter().enumerate() {
        let n = n.to_string();
        let described = match (parameters.get(n.as_str()), failed.get(n.as_str())) {
            (Some(parameters), None) => Ok(Described {
                parameters: (*parameters).to_owned(),
                columns: sections.get(n.as_str()).map(|lines| lines.join(", ")).unwrap_or_default(),
            }),
            (_, Some(why)) => Err((*why).to_owned()),
            (None, None) => bail!("psql told nothing of: {query}"),
        };
        found.insert(*query, described);
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(sql: &str) -> Vec<String> {
        let told = lint(sql).unwrap_or_else(|error| vec![format!("0: {error}: ")]);
        told.iter().map(|fault| fault.split(": ").nth(1).unwrap_or_default().to_owned()).collect()
    }

    #[test]
    fn what_waits_for_a_tables_size_or_breaks_the_old_binary_is_found() {
        for (sql, rule) in [
            ("create index a_b on s.a (b);", "require-concurrent-index-creation"),
            ("create index concurrently a_b on s.a (b);", "no-transaction"),
            ("alter table s.a alter column b type bigint;", "changing-column-type"),
            ("alter table s.a add column b int not null;", "adding-required-field"),
            ("alter table s.a alter column b set not null;", "adding-not-nullable-field"),
            ("alter table s.a add column b timestamptz default clock_timestamp();", "adding-field-with-default"),
            ("alter table s.a add constraint c check (b > 0);", "constraint-missing-not-valid"),
            ("alter table s.a add constraint c unique (b);", "disallowed-unique-constraint"),
            ("alter table s.a drop column b;", "ban-drop-column"),
            ("alter table s.a rename column b to c;", "renaming-column"),
            ("alter table s.a rename to b;", "renaming-table"),
            ("drop table s.a;", "ban-drop-table"),
        ] {
            assert!(rules(sql).iter().any(|found| found == rule), "{sql}: {:?}", rules(sql));
        }
    }

    #[test]
    fn what_harms_nobody_passes() {
        for sql in [
            "create table s.a (b int not null); create index a_b on s.a (b); insert into s.a values (1);",
            "alter table s.a add column b int;",
            "alter table s.a add column b int not null default 0;",
            "-- no-transaction\ncreate index concurrently if not exists a_b on s.a (b);",
            "-- squawk-ignore renaming-table\nalter table s.a rename to b;",
        ] {
            assert_eq!(rules(sql), Vec::<String>::new(), "{sql}");
        }
    }

    #[test]
    fn a_statement_that_reads_something_else_is_named() {
        let was = Described { parameters: "{bigint}".to_owned(), columns: "id|uuid".to_owned() };
        let differs = |found: Result<Described, String>| difference("select id\n from s.a", &was, Some(&found));
        assert_eq!(differs(Ok(was.clone())), None);
        let other = Described { columns: "id|bigint".to_owned(), ..was.clone() };
        assert!(differs(Ok(other)).is_some_and(|told| told.contains("«select id from s.a…»: gives id|bigint")));
        assert!(differs(Err("no such column".to_owned())).is_some_and(|told| told.contains("no such column")));
    }
}
