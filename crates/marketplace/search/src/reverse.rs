//! Saved searches turned round: from an ad to the searches that it fits.
//!
//! Each search waits at one condition that it cannot do without (words, category, place, price), the one at which the fewest
//! others wait. An ad calls those that wait at what it has, and each of them is verified in full. Equal searches of many
//! people are looked at once.

use std::collections::HashMap;

use svetu_kernel::{ExchangeRate, Language, SavedSearchId, Timestamp};
use svetu_ports::search_index::IndexDocument;

use crate::cells;
use crate::document::price_key;
use crate::matching::{Condition, Conditions, Feature, Names, Subject, octave};

/// How a search is told from others: people who ask the same share an entry.
pub(crate) type Asked = (Language, String);

#[derive(Debug)]
struct Entry {
    asked: Asked,
    conditions: Conditions,
    /// Where it waits; empty: it is looked at for every ad.
    anchor: Vec<Feature>,
    searches: Vec<SavedSearchId>,
}

#[derive(Debug, Default)]
pub(crate) struct ReverseIndex {
    pub names: Names,
    entries: Vec<Option<Entry>>,
    free: Vec<u32>,
    by_asked: HashMap<Asked, u32>,
    by_search: HashMap<SavedSearchId, u32>,
    /// By feature: the entries that wait there.
    waiting: Vec<Vec<u32>>,
    everywhere: Vec<u32>,
    /// By which price limits stand, and by which they were anchored.
    rate_micro: i64,
    anchored_micro: i64,
}

impl ReverseIndex {
    pub fn new(rate: &ExchangeRate) -> Self {
        Self { rate_micro: rate.rsd_per_eur_micro, anchored_micro: rate.rsd_per_eur_micro, ..Self::default() }
    }

    pub fn len(&self) -> usize {
        self.by_search.len()
    }

    pub fn has(&self, search: SavedSearchId) -> bool {
        self.by_search.contains_key(&search)
    }

    /// Joins those who ask the same; false when nobody does.
    pub fn join(&mut self, search: SavedSearchId, asked: &Asked) -> bool {
        if self.has(search) {
            return true;
        }
        let Some(at) = self.by_asked.get(asked) else { return false };
        if let Some(Some(entry)) = self.entries.get_mut(*at as usize) {
            entry.searches.push(search);
            self.by_search.insert(search, *at);
        }
        true
    }

    /// `make` gives the conditions by the names in use.
    pub fn add(&mut self, search: SavedSearchId, asked: Asked, make: impl FnOnce(&mut Names) -> Conditions) {
        if self.join(search, &asked) {
            return;
        }
        let conditions = make(&mut self.names);
        let anchor = self.anchor(&conditions);
        let at = self.free.pop().unwrap_or_else(|| {
            self.entries.push(None);
            u32::try_from(self.entries.len() - 1).unwrap_or(u32::MAX)
        });
        self.waiting.resize_with(self.names.count(), Vec::new);
        match &anchor {
            None => self.everywhere.push(at),
            Some(features) => {
                for feature in features {
                    self.waiting[*feature as usize].push(at);
                }
            }
        }
        self.by_asked.insert(asked.clone(), at);
        self.by_search.insert(search, at);
        let entry = Entry { asked, conditions, anchor: anchor.unwrap_or_default(), searches: vec![search] };
        self.entries[at as usize] = Some(entry);
    }

    pub fn remove(&mut self, search: SavedSearchId) {
        let Some(at) = self.by_search.remove(&search) else { return };
        let Some(slot) = self.entries.get_mut(at as usize) else { return };
        let Some(entry) = slot else { return };
        entry.searches.retain(|known| *known != search);
        if !entry.searches.is_empty() {
            return;
        }
        if let Some(entry) = slot.take() {
            self.by_asked.remove(&entry.asked);
            for feature in entry.anchor {
                self.waiting[feature as usize].retain(|known| *known != at);
            }
            self.everywhere.retain(|known| *known != at);
            self.free.push(at);
        }
    }

    /// Whether prices have to be converted anew.
    pub const fn is_priced_by(&self, rate: &ExchangeRate) -> bool {
        self.rate_micro == rate.rsd_per_eur_micro
    }

    /// Anchors at prices leave room for half and double the rate; false: it moved further, everything has to be made anew.
    pub fn price_by(&mut self, rate: &ExchangeRate) -> bool {
        let (new, old) = (i128::from(rate.rsd_per_eur_micro), i128::from(self.anchored_micro));
        if new > old * 2 || new * 2 < old {
            return false;
        }
        for entry in self.entries.iter_mut().flatten() {
            entry.conditions.price_by(rate);
        }
        self.rate_micro = rate.rsd_per_eur_micro;
        true
    }

    /// Every search that the ad fits, and no other.
    pub fn matches(&self, document: &IndexDocument, now: Timestamp) -> Vec<SavedSearchId> {
        let subject = Subject::new(document, &self.names, now);
        let mut called: Vec<u32> = self.everywhere.clone();
        for feature in &subject.features {
            if let Some(waiting) = self.waiting.get(*feature as usize) {
                called.extend_from_slice(waiting);
            }
        }
        called.sort_unstable();
        called.dedup();
        let mut found = Vec::new();
        for at in called {
            if let Some(Some(entry)) = self.entries.get(at as usize)
                && subject.fits(&entry.conditions)
            {
                found.extend_from_slice(&entry.searches);
            }
        }
        found
    }

    fn load(&self, features: &[Feature]) -> usize {
        let waiting = |feature: &Feature| self.waiting.get(*feature as usize).map_or(0, Vec::len);
        features.iter().map(|feature| waiting(feature) + 1).sum()
    }

    fn lighter(&self, a: Option<Vec<Feature>>, b: Option<Vec<Feature>>) -> Option<Vec<Feature>> {
        match (a, b) {
            (Some(a), Some(b)) => Some(if self.load(&b) < self.load(&a) { b } else { a }),
            (one, other) => one.or(other),
        }
    }

    fn anchor(&mut self, conditions: &Conditions) -> Option<Vec<Feature>> {
        let mut best = None;
        for part in &conditions.parts {
            let one = self.needed(part);
            best = self.lighter(best, one);
        }
        if best.is_some() {
            return best;
        }
        // An area or a price alone calls more ads than words do.
        for part in &conditions.parts {
            let area = match part {
                Condition::InBox(area) => *area,
                Condition::Within { center, radius_m } => cells::around(*center, *radius_m),
                Condition::Has(_) | Condition::Number { .. } | Condition::All(_) | Condition::Any(_) | Condition::Not(_) => {
                    continue;
                }
            };
            let cells = cells::cover(&area).map(|cells| cells.into_iter().map(|cell| self.names.cell(cell)).collect());
            best = self.lighter(best, cells);
        }
        if best.is_none()
            && let Some(price) = &conditions.price
        {
            let mut octaves = Vec::new();
            for (currency, min, max) in price.by_rate {
                let (low, high) = (octave(min.unwrap_or(0)), max.map_or(64, octave));
                for octave in low.saturating_sub(1)..=high.saturating_add(1).min(64) {
                    octaves.push(self.names.price(price_key(currency), octave));
                }
            }
            best = Some(octaves);
        }
        best
    }

    /// Features of which an ad that fits the condition has at least one; None: cannot be told.
    fn needed(&self, condition: &Condition) -> Option<Vec<Feature>> {
        match condition {
            Condition::Has(feature) => Some(vec![*feature]),
            Condition::All(parts) => {
                parts.iter().fold(None, |best, part| self.lighter(best, self.needed(part)))
            }
            Condition::Any(parts) => {
                let mut all: Vec<Feature> = Vec::new();
                for part in parts {
                    all.extend(self.needed(part)?);
                }
                all.sort_unstable();
                all.dedup();
                Some(all)
            }
            Condition::Number { .. } | Condition::InBox(_) | Condition::Within { .. } | Condition::Not(_) => None,
        }
    }
}
