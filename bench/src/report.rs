//! The table, with the machine beside it.

use std::{fs, path::Path, process::Command, time::Instant};

use anyhow::{Context as _, Result};

const END: &str = "<!-- to here -->";

/// What a table is about: where it stands and how it begins.
#[derive(Debug, Clone, Copy)]
pub struct Subject {
    /// The line of the document before it.
    pub mark: &'static str,
    pub heading: &'static str,
    pub intro: &'static str,
    pub sides: [&'static str; 2],
    /// Whether a ratio has something to hold.
    pub has_bars: bool,
}

pub const PLATFORM: Subject = Subject {
    mark: "<!-- make bench writes from here -->",
    heading: "Against rivals",
    intro: "Ads of the demo world; each figure stands beside its rival's of the same run, in alternating order, medians over the \
            repeats. A ratio is ours by theirs.",
    sides: ["ours", "against"],
    has_bars: true,
};

/// Search alone: a run of it leaves the other rows as they are.
pub const SEARCH: Subject = Subject {
    mark: "<!-- scripts/bench.sh opensearch writes from here -->",
    heading: "Search against its rivals",
    ..PLATFORM
};

/// One comparison.
#[derive(Debug, Clone)]
pub struct Row {
    pub what: String,
    pub ours: String,
    pub against: String,
    /// Median over the repeats. Not a number: one side was not measured, and tells why.
    pub ratio: f64,
    pub bar: &'static str,
    pub holds: bool,
}

/// Comparisons and how each side is asked.
#[derive(Debug, Clone)]
pub struct Section {
    pub rows: Vec<Row>,
    pub commands: Vec<(String, String)>,
}

pub struct Report {
    subject: Subject,
    began: Instant,
    load_before: String,
    notes: Vec<String>,
    sections: Vec<Section>,
}

impl Report {
    pub fn begin(subject: Subject) -> Result<Self> {
        Ok(Self { subject, began: Instant::now(), load_before: load()?, notes: Vec::new(), sections: Vec::new() })
    }

    pub fn note(&mut self, note: String) {
        self.notes.push(note);
    }

    pub fn add(&mut self, section: Section) {
        for row in &section.rows {
            println!("{}: {} against {}, ratio {:.2} ({})", row.what, row.ours, row.against, row.ratio, row.bar);
        }
        self.sections.push(section);
    }

    /// Between the marks of the file; what people wrote around them stays.
    pub fn write(&self, path: &Path) -> Result<()> {
        let text = self.text()?;
        let mark = self.subject.mark;
        let before = fs::read_to_string(path).unwrap_or_else(|_| format!("# Measurements\n\n{mark}\n{END}\n"));
        let (head, rest) = before.split_once(mark).with_context(|| format!("{}: no {mark}", path.display()))?;
        let (_, tail) = rest.split_once(END).with_context(|| format!("{}: no {END}", path.display()))?;
        fs::write(path, format!("{head}{mark}\n{text}{END}{tail}")).with_context(|| format!("{}", path.display()))?;
        println!("{} is written", path.display());
        Ok(())
    }

    fn text(&self) -> Result<String> {
        let mut text = format!(
            "\n## {}\n\n{}\n\n{}\n\n| what | {} | {} | ratio |",
            self.subject.heading,
            self.subject.intro,
            self.machine()?,
            self.subject.sides[0],
            self.subject.sides[1]
        );
        text += if self.subject.has_bars {
            " bar | |\n| --- | --- | --- | --- | --- | --- |\n"
        } else {
            "\n| --- | --- | --- | --- |\n"
        };
        for row in self.sections.iter().flat_map(|section| &section.rows) {
            let ratio = if row.ratio.is_nan() { "–".to_owned() } else { told(row.ratio) };
            text += &format!("| {} | {} | {} | {ratio} |", row.what, row.ours, row.against);
            if self.subject.has_bars {
                let mark = match (row.ratio.is_nan(), row.holds) {
                    (true, _) => "not measured",
                    (false, true) => "holds",
                    (false, false) => "**misses**",
                };
                text += &format!(" {} | {mark} |", row.bar);
            }
            text.push('\n');
        }
        text += "\nHow each side is asked:\n";
        for (what, command) in self.sections.iter().flat_map(|section| &section.commands) {
            text += &format!("\n{what}\n\n```\n{command}\n```\n");
        }
        text += "\n";
        Ok(text)
    }

    fn machine(&self) -> Result<String> {
        let cpu = fs::read_to_string("/proc/cpuinfo")?;
        let model = cpu.lines().find_map(|line| line.strip_prefix("model name")).unwrap_or_default();
        let cores = std::thread::available_parallelism()?;
        let memory = fs::read_to_string("/proc/meminfo")?;
        let kib = memory.lines().find_map(|line| line.strip_prefix("MemTotal:")).unwrap_or_default();
        let gib = kib.trim().trim_end_matches(" kB").parse::<u64>().unwrap_or(0) / (1024 * 1024);
        let commit = Command::new("git").args(["rev-parse", "--short", "HEAD"]).output();
        let commit = commit.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned()).unwrap_or_default();
        let mut text = format!(
            "{cores} cores ({}), {gib} GiB; load average before {}, after {}; {:.0} minutes in all; commit {commit}.",
            model.trim_start_matches([' ', '\t', ':']),
            self.load_before,
            load()?,
            self.began.elapsed().as_secs_f64() / 60.0
        );
        for note in &self.notes {
            text += &format!(" {note}.");
        }
        Ok(text)
    }
}

/// Two digits behind the point, or as many as the first that counts needs.
fn told(ratio: f64) -> String {
    if ratio < 0.01 { format!("{ratio:.4}") } else { format!("{ratio:.2}") }
}

fn load() -> Result<String> {
    let text = fs::read_to_string("/proc/loadavg")?;
    Ok(text.split_whitespace().take(3).collect::<Vec<_>>().join(" "))
}
