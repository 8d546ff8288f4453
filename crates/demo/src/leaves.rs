//! What is sold in each category and for how much.

use std::collections::HashMap;

use svetu_kernel::Currency;

const LEAVES: &str = include_str!("../data/leaves.txt");

/// A line of `data/leaves.txt`.
#[derive(Debug, Clone)]
pub(crate) struct Leaf {
    /// Whole units of the currency.
    pub low: i64,
    pub high: i64,
    pub currency: Currency,
    pub things: Vec<&'static str>,
}

/// By category id. Lines that do not parse are left out; a test counts them.
pub(crate) fn leaves() -> HashMap<&'static str, Leaf> {
    LEAVES.lines().filter(|line| !line.starts_with('#')).filter_map(leaf).collect()
}

fn leaf(line: &'static str) -> Option<(&'static str, Leaf)> {
    let mut parts = line.split('|');
    let (id, price, things) = (parts.next()?, parts.next()?, parts.next()?);
    let (range, currency) = price.split_once(' ')?;
    let (low, high) = range.split_once('-')?;
    let currency = if currency == "E" { Currency::Eur } else { Currency::Rsd };
    let things = things.split(';').filter(|thing| !thing.is_empty()).collect();
    Some((id, Leaf { low: low.parse().ok()?, high: high.parse().ok()?, currency, things }))
}
