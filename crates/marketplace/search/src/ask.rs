//! From what was typed to what the index is asked: price limits, typing errors, unfinished words, and what is given up
//! when nothing is found.

use serde::{Deserialize, Serialize};
use svetu_kernel::{Currency, ExchangeRate, Language, Timestamp};
use svetu_ports::search_index::Position;
use svetu_text::Part;
use uuid::Uuid;

use crate::answer::local;
use crate::params::Ask;
use crate::plan::Leeway;
use crate::understand::{self, Chip};
use crate::{Search, SearchError};

/// A word that so few ads have may be a typing error …
const RARE_MAX: u64 = 4;
/// … of one that so many times more have.
const OUTWEIGHS: u64 = 50;
/// Ranking epochs begin on the hour, so that equal queries share them.
const EPOCH_S: i64 = 3_600;

/// What the index is asked, settled on the first page; it travels in cursors, so that pages agree.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Settled {
    /// With the price limit out of the words and in force.
    pub ask: Ask,
    pub leeway: Leeway,
    /// Whole seconds.
    pub as_of: i64,
    pub rate: ExchangeRate,
    pub corrected: bool,
    /// Steps of giving up.
    pub given_up: Vec<GivenUp>,
    /// The recognised price limit.
    pub price_chip: Option<Chip>,
    /// Words that no ad has.
    unknown: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum GivenUp {
    Word(String),
    Radius(u32),
    Area,
    Category(Option<String>),
}

/// A cursor's content.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct PageKey {
    r: i64,
    i: Uuid,
    e: i64,
    m: i64,
    /// The words, when they were mended.
    q: Option<String>,
    u: Vec<String>,
    g: Vec<GivenUp>,
}

impl PageKey {
    pub fn new(position: Position, settled: &Settled) -> Self {
        Self {
            r: position.rank,
            i: position.id,
            e: settled.as_of,
            m: settled.rate.rsd_per_eur_micro,
            q: settled.corrected.then(|| settled.ask.q.clone()),
            u: settled.leeway.unfinished.clone(),
            g: settled.given_up.clone(),
        }
    }

    pub const fn position(&self) -> Position {
        Position { rank: self.r, id: self.i }
    }
}

impl Settled {
    /// The settled form of a further page.
    pub fn from_cursor(ask: &Ask, key: &PageKey, rate: &ExchangeRate) -> Self {
        let mut settled = Self {
            ask: limited(ask).0,
            leeway: Leeway { unfinished: key.u.clone(), dropped: Vec::new() },
            as_of: key.e,
            rate: ExchangeRate { rsd_per_eur_micro: key.m, valid_from: rate.valid_from },
            corrected: false,
            given_up: Vec::new(),
            price_chip: None,
            unknown: Vec::new(),
        };
        if let Some(mended) = &key.q {
            settled.ask.q.clone_from(mended);
            settled.corrected = true;
        }
        for step in &key.g {
            settled.give_up(step.clone());
        }
        settled
    }

    pub fn give_up(&mut self, step: GivenUp) {
        match &step {
            GivenUp::Word(word) => self.leeway.dropped.push(word.clone()),
            GivenUp::Radius(factor) => {
                self.ask.radius_m = self.ask.radius_m.map(|radius| (radius * f64::from(*factor)).min(1_000_000.0));
            }
            GivenUp::Area => {
                self.ask.bbox = None;
                self.ask.radius_m = None;
                self.ask.place = None;
            }
            GivenUp::Category(category) => {
                self.ask.category.clone_from(category);
                self.ask.attributes.clear();
            }
        }
        self.given_up.push(step);
    }

    /// The next thing to do without: unknown words, then single words, the radius, the place, the category. Never the price.
    pub fn ways_out(&self, rare_first: &[String], parents: &[String]) -> Vec<Vec<GivenUp>> {
        let mut out = Vec::new();
        let unknown: Vec<GivenUp> = self.unknown.iter().cloned().map(GivenUp::Word).collect();
        let others = rare_first.iter().filter(|word| !self.unknown.contains(word)).count();
        if !unknown.is_empty() && others > 0 {
            out.push(unknown.clone());
        }
        if others > 1 {
            for word in rare_first.iter().filter(|word| !self.unknown.contains(word)).take(2) {
                let mut step = unknown.clone();
                step.push(GivenUp::Word(word.clone()));
                out.push(step);
            }
        }
        if self.ask.radius_m.is_some() {
            out.push(vec![GivenUp::Radius(3)]);
            out.push(vec![GivenUp::Radius(10)]);
        }
        if self.ask.radius_m.is_some() || self.ask.place.is_some() || self.ask.bbox.is_some() {
            out.push(vec![GivenUp::Area]);
        }
        for parent in parents {
            out.push(vec![GivenUp::Category(Some(parent.clone()))]);
        }
        if self.ask.category.is_some() {
            out.push(vec![GivenUp::Category(None)]);
        }
        out
    }

    pub fn sentences(&self, reader: Language) -> Vec<String> {
        self.given_up
            .iter()
            .map(|step| match step {
                GivenUp::Word(word) => format!(
                    "{} „{word}“",
                    local(
                        reader,
                        "Prikazani su i oglasi bez reči",
                        "Показаны и объявления без слова",
                        "Also without the word"
                    )
                ),
                GivenUp::Radius(factor) => format!(
                    "{} {factor}×",
                    local(reader, "Područje je prošireno", "Область поиска расширена", "The radius was widened")
                ),
                GivenUp::Area => local(
                    reader,
                    "Prikazani su oglasi iz svih mesta",
                    "Показаны объявления из всех мест",
                    "Ads from all places are shown",
                ),
                GivenUp::Category(_) => local(
                    reader,
                    "Prikazani su oglasi iz šire kategorije",
                    "Показаны объявления из более широкой категории",
                    "Ads of a wider category are shown",
                ),
            })
            .collect()
    }
}

/// The price limit that stands in the words, as a filter; unless the query already has one.
fn limited(ask: &Ask) -> (Ask, Option<understand::PriceLimit>) {
    let free = ask.price_min.is_none() && ask.price_max.is_none();
    let Some(limit) = understand::price_limit(&ask.q).filter(|_| free) else { return (ask.clone(), None) };
    let dear = ask.category.as_deref().is_some_and(|category| {
        matches!(category, "vehicles" | "cars" | "real-estate" | "motorcycles" | "vans" | "trucks")
    });
    // Nobody sells a car for eight thousand dinars: small limits on dear things are euros.
    let currency = limit.currency.or(ask.currency).unwrap_or(if dear || looks_dear(&ask.q) {
        Currency::Eur
    } else {
        Currency::Rsd
    });
    let mut settled = ask.clone();
    settled.q = understand::without(&ask.q, limit.range);
    settled.currency = Some(currency);
    let minor = Some(limit.amount.saturating_mul(100));
    if limit.upper {
        settled.price_max = minor;
    } else {
        settled.price_min = minor;
    }
    (settled, Some(limit))
}

/// Words of things that are priced in euros in Serbia.
fn looks_dear(q: &str) -> bool {
    const DEAR: &[&str] = &[
        "stan",
        "stana",
        "kuca",
        "kuce",
        "plac",
        "auto",
        "automobil",
        "kola",
        "golf",
        "audi",
        "bmw",
        "mercedes",
        "opel",
        "fiat",
        "pasat",
        "passat",
        "skoda",
        "dizel",
        "tdi",
        "motor",
        "kvartira",
        "dom",
        "masina",
        "apartment",
        "flat",
        "house",
        "car",
        "lokal",
        "vikendica",
        "reno",
        "renault",
        "peugeot",
        "pezo",
        "citroen",
        "ford",
        "toyota",
        "volkswagen",
        "traktor",
    ];
    svetu_text::fold(q).split(|c: char| !c.is_alphanumeric()).any(|word| DEAR.contains(&word))
}

impl Search {
    /// Settles a first page.
    pub(crate) async fn settle(&self, ask: &Ask, now: Timestamp, reader: Language) -> Result<Settled, SearchError> {
        let rate = self.rate(now).await?;
        let (limited, limit) = limited(ask);
        let price_chip = limit.map(|limit| {
            let value = limit.amount;
            let currency = limited.currency();
            let words = if limit.upper { ("do", "до", "up to") } else { ("od", "от", "from") };
            Chip {
                kind: "price".to_owned(),
                field: if limit.upper { "price_max".to_owned() } else { "price_min".to_owned() },
                value: (value * 100).to_string(),
                label: format!("{} {value} {currency}", local(reader, words.0, words.1, words.2)),
                applied: true,
                apply: limited.canonical(),
                remove: Ask { q: limited.q.clone(), ..ask.clone() }.canonical(),
            }
        });
        let mut settled = Settled {
            ask: limited,
            leeway: Leeway::default(),
            as_of: now.timestamp().div_euclid(EPOCH_S) * EPOCH_S,
            rate,
            corrected: false,
            given_up: Vec::new(),
            price_chip,
            unknown: Vec::new(),
        };
        self.mend(&mut settled, reader).await?;
        Ok(settled)
    }

    /// Mends typing errors by the index's own words.
    async fn mend(&self, settled: &mut Settled, reader: Language) -> Result<(), SearchError> {
        let tokens = self.0.analyser.analyse_query(&settled.ask.q, reader);
        let mut q = settled.ask.q.clone();
        for part in &tokens.parts {
            let words = match part {
                Part::Words { words, synonyms, optional: false } if synonyms.is_empty() => words.as_slice(),
                Part::Model { words, .. } if words.len() == 1 => words.as_slice(),
                Part::Words { .. } | Part::Model { .. } | Part::Code { .. } | Part::Number { .. } => continue,
            };
            for word in words {
                let spellings = std::iter::once(&word.folded).chain(&word.stems).cloned().collect();
                let known: u64 = self.0.index.frequencies("all", spellings).await?.into_iter().max().unwrap_or(0);
                if known > RARE_MAX {
                    continue;
                }
                if known == 0 && word.unfinished {
                    let longer = self.0.index.completions("all", word.folded.clone(), 1).await?;
                    if !longer.is_empty() {
                        settled.leeway.unfinished.push(word.folded.clone());
                        continue;
                    }
                }
                let better = if word.edits_max == 0 {
                    None
                } else {
                    let near = self.0.index.neighbours("all", word.folded.clone(), word.edits_max, 1, 12).await?;
                    near.into_iter().find(|near| {
                        near.token != word.folded
                            && near.token.chars().all(char::is_alphabetic)
                            && near.documents >= known.saturating_mul(OUTWEIGHS).max(1)
                    })
                };
                match better {
                    Some(near) => {
                        q = q.replacen(&word.raw, &near.token, 1);
                        settled.corrected |= q != settled.ask.q;
                    }
                    None if known == 0 => settled.unknown.push(word.folded.clone()),
                    None => {}
                }
            }
        }
        settled.ask.q = q;
        Ok(())
    }

    /// Words of the query, rarest first.
    pub(crate) async fn rare_first(&self, settled: &Settled, reader: Language) -> Result<Vec<String>, SearchError> {
        let tokens = self.0.analyser.analyse_query(&settled.ask.q, reader);
        let words: Vec<String> = tokens
            .parts
            .iter()
            .filter_map(|part| match part {
                Part::Words { optional: true, .. } => None,
                Part::Words { words, .. } | Part::Model { words, .. } => words.first().map(|word| word.folded.clone()),
                Part::Code { token } => Some(token.clone()),
                Part::Number { digits } => Some(digits.clone()),
            })
            .collect();
        let counts = self.0.index.frequencies("all", words.clone()).await?;
        let mut counted: Vec<(u64, String)> = counts.into_iter().zip(words).collect();
        counted.sort();
        Ok(counted.into_iter().map(|(_, word)| word).collect())
    }
}
