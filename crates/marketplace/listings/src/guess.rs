//! Which category a title belongs to: by the words of the categories' names and of their makes and models.

use std::{collections::HashMap, sync::Arc};

use parking_lot::Mutex;
use svetu_contracts::taxonomy::{AttributeKind, Taxonomy};
use svetu_kernel::Language;
use svetu_text::fold;

pub const GUESSES_MAX: usize = 5;
/// A shorter word is compared as a whole.
const STEM_CHARS_MIN: usize = 5;

/// Words of the taxonomy in force, made once for each version of it.
#[derive(Debug, Default)]
pub struct Guesser(Mutex<Option<(i64, Arc<Words>)>>);

#[derive(Debug)]
struct Words {
    /// Leaf categories and weights by stem.
    stems: HashMap<String, Vec<(usize, f32)>>,
    leaves: Vec<String>,
}

impl Guesser {
    /// Leaves that fit, best first, with scores from 0 to 1.
    pub fn guess(&self, title: &str, version: i64, taxonomy: &Taxonomy) -> Vec<(String, f32)> {
        let words = self.words(version, taxonomy);
        let mut scores: HashMap<usize, f32> = HashMap::new();
        for word in folded(title) {
            let Some(found) = words.stems.get(&word) else { continue };
            // A word that many categories share says little.
            let share = 1.0 / (found.len() as f32).sqrt();
            for (leaf, weight) in found {
                *scores.entry(*leaf).or_default() += weight * share;
            }
        }
        let mut ranked: Vec<(usize, f32)> = scores.into_iter().collect();
        ranked.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        let best = ranked.first().map_or(1.0, |(_, score)| score.max(1.0));
        ranked
            .into_iter()
            .take(GUESSES_MAX)
            .filter(|(_, score)| *score >= best * 0.3)
            .map(|(leaf, score)| (words.leaves[leaf].clone(), (score / best).min(1.0)))
            .collect()
    }

    fn words(&self, version: i64, taxonomy: &Taxonomy) -> Arc<Words> {
        let mut known = self.0.lock();
        match &*known {
            Some((of, words)) if *of == version => Arc::clone(words),
            _ => {
                let words = Arc::new(Words::of(taxonomy));
                *known = Some((version, Arc::clone(&words)));
                words
            }
        }
    }
}

impl Words {
    fn of(taxonomy: &Taxonomy) -> Self {
        let mut leaves = Vec::new();
        let mut stems: HashMap<String, HashMap<usize, f32>> = HashMap::new();
        for category in taxonomy.leaves() {
            let leaf = leaves.len();
            leaves.push(category.id.clone());
            let mut add = |text: &str, weight: f32| {
                for word in folded(text) {
                    let known = stems.entry(word).or_default().entry(leaf).or_default();
                    *known = known.max(weight);
                }
            };
            let path = taxonomy.path(&category.id);
            for (depth, above) in path.iter().rev().enumerate() {
                let weight = match depth {
                    0 => 3.0,
                    1 => 1.0,
                    _ => 0.4,
                };
                for language in [Language::SrLatn, Language::Ru, Language::En] {
                    add(above.names.get(language), weight);
                }
            }
            for used in taxonomy.uses(&category.id) {
                match taxonomy.attribute(&used.key).map(|attribute| &attribute.kind) {
                    Some(AttributeKind::Make { options }) => {
                        options.iter().for_each(|option| add(&option.name.sr, 2.5));
                    }
                    Some(AttributeKind::Model { models, .. }) => {
                        models.values().flatten().for_each(|option| add(&option.name.sr, 2.0));
                    }
                    Some(AttributeKind::Choice { options }) if used.card => {
                        options.iter().for_each(|option| add(&option.name.sr, 0.8));
                    }
                    _ => {}
                }
            }
        }
        let stems = stems.into_iter().map(|(word, found)| (word, found.into_iter().collect())).collect();
        Self { stems, leaves }
    }
}

/// Endings of Serbian and Russian nouns go: `automobili`, `automobil` and `automobila` are one, and so are `stan` and `stanova`.
fn folded(text: &str) -> Vec<String> {
    fold(text)
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| word.len() > 1)
        .map(|word| {
            let is_name = word.chars().any(|letter| letter.is_ascii_digit());
            if is_name || word.len() < STEM_CHARS_MIN {
                return word.to_owned();
            }
            let stem = word.trim_end_matches(['a', 'e', 'i', 'o', 'u']);
            let short = ["ov", "ev"].iter().find_map(|plural| stem.strip_suffix(plural));
            if let Some(short) = short.filter(|short| short.len() + 1 >= STEM_CHARS_MIN) {
                return short.to_owned();
            }
            if stem.len() + 1 >= STEM_CHARS_MIN { stem.to_owned() } else { word.to_owned() }
        })
        .collect()
}
