//! Each port on both of its adapters: the embedded engine against the real one, asked through the port.

mod bus;
mod cache;
mod memory;
mod objects;
mod queue;
pub mod real;
mod search;
mod world;

use std::path::PathBuf;

use anyhow::{Result, bail};

use crate::{
    pace::{Laps, median},
    report::{Report, Row, Subject},
};

pub use memory::{Work, grow};

/// In this order everywhere.
const SIDES: [&str; 2] = ["embedded", "real"];

const SUBJECT: Subject = Subject {
    mark: "<!-- svetu-bench engines writes from here -->",
    heading: "Embedded engines against real ones",
    intro: "Each port through its trait on both adapters, in one process and one run, in alternating order, medians over the \
            repeats, nothing tuned, every engine on this machine. A ratio is embedded by real: of the rate where one is told, \
            else of p50. Memory of an engine is that of its processes (PSS) after the work; ours is what a fresh process of the \
            client grew by.",
    sides: ["embedded", "real"],
    has_bars: false,
};

#[derive(Debug, clap::Args)]
pub struct Engines {
    /// The built `xtask`, which starts the engines.
    #[arg(long, default_value = "target/debug/xtask")]
    xtask: PathBuf,
    #[arg(long, default_value_t = 3)]
    repeats: usize,
    /// Sizes of the indexes.
    #[arg(long, value_delimiter = ',', default_value = "10000,100000")]
    documents: Vec<usize>,
    /// Some of bus, cache, queue, search, objects.
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
    #[arg(long, default_value = "docs/benchmarks.md")]
    out: PathBuf,
}

pub async fn compare(engines: &Engines) -> Result<()> {
    // Engines are ended by their drop.
    tokio::select! {
        measured = measure(engines) => measured,
        _ = tokio::signal::ctrl_c() => bail!("interrupted"),
    }
}

async fn measure(engines: &Engines) -> Result<()> {
    let wants = |what: &str| engines.only.is_empty() || engines.only.iter().any(|only| only == what);
    let mut report = Report::begin(SUBJECT)?;
    report.note(format!("{} repeats", engines.repeats));
    if wants("cache") {
        report.add(cache::compare(&engines.xtask, engines.repeats).await?);
    }
    if wants("queue") {
        report.add(queue::compare(&engines.xtask, engines.repeats).await?);
    }
    if wants("objects") {
        report.add(objects::compare(&engines.xtask, engines.repeats).await?);
    }
    if wants("bus") {
        report.add(bus::compare(&engines.xtask, engines.repeats).await?);
    }
    if wants("search") {
        report.add(search::compare(&engines.xtask, engines.repeats, &engines.documents).await?);
    }
    report.write(&engines.out)
}

/// A figure of both sides, by repeat.
#[derive(Debug, Default)]
struct Both([Vec<f64>; 2]);

impl Both {
    fn push(&mut self, side: usize, figure: f64) {
        self.0[side].push(figure);
    }

    fn row(self, what: impl Into<String>, tell: impl Fn(f64) -> String) -> Row {
        let [ours, theirs] = &self.0;
        let ratio = median(ours.iter().zip(theirs).map(|(ours, theirs)| ours / theirs).collect());
        let [ours, theirs] = self.0.map(|figures| tell(median(figures)));
        row(what, ours, theirs, ratio)
    }
}

/// Laps of both sides, by repeat.
#[derive(Debug, Default)]
struct BothLaps([Vec<Laps>; 2]);

impl BothLaps {
    fn push(&mut self, side: usize, laps: Laps) {
        self.0[side].push(laps);
    }

    /// `rate`: tells how many a second, else the times alone are told.
    fn row(&self, what: impl Into<String>, rate: Option<&dyn Fn(f64) -> String>) -> Row {
        let of = |laps: &Laps| if rate.is_some() { laps.per_second() } else { laps.percentile_ms(50.0) };
        let ratio = median(self.0[0].iter().zip(&self.0[1]).map(|(ours, theirs)| of(ours) / of(theirs)).collect());
        let [ours, theirs] = self.0.each_ref().map(|repeats| {
            let middle = |of: &dyn Fn(&Laps) -> f64| median(repeats.iter().map(of).collect());
            let (p50, p99) = (middle(&|laps| laps.percentile_ms(50.0)), middle(&|laps| laps.percentile_ms(99.0)));
            let times = format!("p50 {}, p99 {}", time(p50), time(p99));
            rate.map_or(times.clone(), |rate| format!("{}, {times}", rate(middle(&Laps::per_second))))
        });
        row(what, ours, theirs, ratio)
    }
}

fn row(what: impl Into<String>, ours: String, against: String, ratio: f64) -> Row {
    Row { what: what.into(), ours, against, ratio, bar: "", holds: true }
}

fn time(ms: f64) -> String {
    match ms {
        ms if ms < 0.1 => format!("{:.1} µs", ms * 1e3),
        ms if ms < 10.0 => format!("{ms:.2} ms"),
        ms => format!("{ms:.0} ms"),
    }
}

fn a_second(rate: f64) -> String {
    format!("{rate:.0}/s")
}

fn megabytes(mb: f64) -> String {
    format!("{mb:.0} MB")
}
