//! Indexing: the tree, inheritance, addresses.

use std::collections::{BTreeMap, HashMap, HashSet};

use svetu_kernel::Language;

use super::{
    Attribute, AttributeKind, AttributeUse, Category, LEVELS_MAX, LocalText, PriceKind, Taxonomy, TaxonomyMistake,
};

/// A category before inheritance: what is absent comes from the parent.
#[derive(Debug, Clone)]
pub(super) struct Seed {
    pub id: String,
    pub parent: Option<String>,
    pub icon: String,
    pub names: LocalText,
    pub slugs: Slugs,
    pub term_days: Option<u16>,
    pub condition: Option<bool>,
    pub prices: Option<Vec<PriceKind>>,
    pub forbidden_words: Vec<String>,
    pub attributes: Vec<AttributeUse>,
    pub without: Vec<String>,
}

#[derive(Debug, Clone, Default)]
pub(super) struct Slugs {
    pub sr: Option<String>,
    pub ru: Option<String>,
    pub en: Option<String>,
}

/// A mistake and the id or key it was found at.
pub(super) type At<T> = Result<T, (String, TaxonomyMistake)>;

impl Taxonomy {
    /// From stored parts: categories as [`Taxonomy::categories`] gave them (values in force, not seeds) and attributes.
    ///
    /// # Errors
    /// The id or key at fault and the mistake: everything that [`Taxonomy::parse`] checks, but for the files' syntax.
    pub fn build(categories: Vec<Category>, attributes: Vec<Attribute>) -> Result<Self, (String, TaxonomyMistake)> {
        let seeds = categories.into_iter().map(|category| Seed {
            id: category.id,
            parent: category.parent,
            icon: category.icon,
            names: category.names,
            slugs: Slugs { sr: Some(category.slugs.sr), ru: Some(category.slugs.ru), en: Some(category.slugs.en) },
            term_days: Some(category.term_days),
            condition: Some(category.condition),
            prices: Some(category.prices),
            forbidden_words: category.forbidden_words,
            attributes: category.attributes,
            without: category.without,
        });
        Self::grow(seeds.collect(), attributes)
    }

    pub(super) fn grow(seeds: Vec<Seed>, attributes: Vec<Attribute>) -> At<Self> {
        let attributes = index_attributes(attributes)?;
        let by_id = index_ids(&seeds)?;
        let order = parents_first(&seeds, &by_id)?;
        let mut taxonomy = Self {
            categories: Vec::with_capacity(seeds.len()),
            attributes,
            by_id: HashMap::with_capacity(seeds.len()),
            roots: Vec::new(),
            children: Vec::with_capacity(seeds.len()),
            effective: Vec::with_capacity(seeds.len()),
        };
        for at in order {
            taxonomy.add(&seeds[at])?;
        }
        taxonomy.check_slugs()?;
        Ok(taxonomy)
    }

    fn add(&mut self, seed: &Seed) -> At<()> {
        let fail = |mistake| Err((seed.id.clone(), mistake));
        let parent = seed.parent.as_ref().and_then(|id| self.by_id.get(id)).copied();
        let level = parent.map_or(0, |at| self.categories[at].level + 1);
        if usize::from(level) >= LEVELS_MAX {
            return fail(TaxonomyMistake::TooDeep);
        }
        if !is_key(&seed.id, '-') {
            return fail(TaxonomyMistake::BadKey(seed.id.clone()));
        }
        if seed.icon.is_empty() {
            return fail(TaxonomyMistake::MissingIcon);
        }
        check_text(&seed.id, "names", &seed.names)?;
        let term_days = seed.term_days.or(parent.map(|at| self.categories[at].term_days)).unwrap_or(30);
        if !(1..=365).contains(&term_days) {
            return fail(TaxonomyMistake::BadTerm(term_days));
        }
        let mut uses = parent.map_or_else(Vec::new, |at| self.effective[at].clone());
        for key in &seed.without {
            let Some(found) = uses.iter().position(|inherited| inherited.key == *key) else {
                return fail(TaxonomyMistake::NotInherited(key.clone()));
            };
            uses.remove(found);
        }
        let mut own = HashSet::new();
        for used in &seed.attributes {
            if !self.attributes.contains_key(&used.key) {
                return fail(TaxonomyMistake::UnknownAttribute(used.key.clone()));
            }
            if !own.insert(&used.key) {
                return fail(TaxonomyMistake::DuplicateUse(used.key.clone()));
            }
            match uses.iter_mut().find(|inherited| inherited.key == used.key) {
                Some(inherited) => *inherited = used.clone(),
                None => uses.push(used.clone()),
            }
        }
        for used in &uses {
            if let Some(AttributeKind::Model { depends_on, .. }) = self.attributes.get(&used.key).map(|a| &a.kind)
                && !uses.iter().any(|other| other.key == *depends_on)
            {
                return fail(TaxonomyMistake::ModelWithoutMake { model: used.key.clone(), make: depends_on.clone() });
            }
        }
        let inherited = parent.map(|at| &self.categories[at]);
        let mut forbidden_words = inherited.map_or_else(Vec::new, |parent| parent.forbidden_words.clone());
        for word in &seed.forbidden_words {
            let word = word.to_lowercase();
            if !forbidden_words.contains(&word) {
                forbidden_words.push(word);
            }
        }
        let prices = seed.prices.clone().or(inherited.map(|parent| parent.prices.clone()));
        let prices = prices.unwrap_or_else(|| PriceKind::ALL.to_vec());
        if prices.is_empty() {
            return fail(TaxonomyMistake::NoPrices);
        }
        let category = Category {
            id: seed.id.clone(),
            parent: seed.parent.clone(),
            icon: seed.icon.clone(),
            names: seed.names.clone(),
            slugs: LocalText {
                sr: seed.slugs.sr.clone().unwrap_or_else(|| slug(&seed.names.sr)),
                sr_cyrl: None,
                ru: seed.slugs.ru.clone().unwrap_or_else(|| slug(&seed.names.ru)),
                en: seed.slugs.en.clone().unwrap_or_else(|| slug(&seed.names.en)),
            },
            term_days,
            condition: seed.condition.or(inherited.map(|parent| parent.condition)).unwrap_or(true),
            prices,
            forbidden_words,
            attributes: seed.attributes.clone(),
            without: seed.without.clone(),
            level,
        };
        let at = self.categories.len();
        match parent {
            Some(parent) => self.children[parent].push(at),
            None => self.roots.push(at),
        }
        self.by_id.insert(seed.id.clone(), at);
        self.categories.push(category);
        self.children.push(Vec::new());
        self.effective.push(uses);
        Ok(())
    }

    fn check_slugs(&self) -> At<()> {
        for siblings in std::iter::once(&self.roots).chain(&self.children) {
            for language in [Language::SrLatn, Language::Ru, Language::En] {
                let mut seen = HashSet::new();
                for &at in siblings {
                    let category = &self.categories[at];
                    let text = category.slugs.get(language);
                    if text.is_empty() || slug(text) != text {
                        return Err((category.id.clone(), TaxonomyMistake::BadSlug(text.to_owned())));
                    }
                    if !seen.insert(text) {
                        return Err((category.id.clone(), TaxonomyMistake::DuplicateSlug(text.to_owned())));
                    }
                }
            }
        }
        Ok(())
    }
}

fn index_attributes(attributes: Vec<Attribute>) -> At<BTreeMap<String, Attribute>> {
    let mut index = BTreeMap::new();
    for attribute in attributes {
        let key = attribute.key.clone();
        check_attribute(&attribute)?;
        if index.insert(key.clone(), attribute).is_some() {
            return Err((key, TaxonomyMistake::DuplicateAttribute));
        }
    }
    for attribute in index.values() {
        if let AttributeKind::Model { depends_on, .. } = &attribute.kind
            && !matches!(index.get(depends_on).map(|make| &make.kind), Some(AttributeKind::Make { .. }))
        {
            return Err((attribute.key.clone(), TaxonomyMistake::NotAMake(depends_on.clone())));
        }
    }
    Ok(index)
}

fn check_attribute(attribute: &Attribute) -> At<()> {
    let key = &attribute.key;
    let fail = |mistake| Err((key.clone(), mistake));
    if !is_key(key, '_') {
        return fail(TaxonomyMistake::BadKey(key.clone()));
    }
    check_text(key, "names", &attribute.names)?;
    if let Some(unit) = attribute.kind.unit() {
        check_text(key, "unit", unit)?;
    }
    match &attribute.kind {
        AttributeKind::Text { max_chars } if !(1..=1000).contains(max_chars) => fail(TaxonomyMistake::BadRange),
        AttributeKind::Number { min, max, decimals, .. } if !(min < max && *decimals <= 6) => {
            fail(TaxonomyMistake::BadRange)
        }
        AttributeKind::Integer { min, max, .. } | AttributeKind::Year { min, max } if min >= max => {
            fail(TaxonomyMistake::BadRange)
        }
        AttributeKind::Model { models, .. } => models.values().try_for_each(|options| check_options(key, options)),
        kind => match kind.options() {
            Some([]) => fail(TaxonomyMistake::NoOptions),
            Some(options) => check_options(key, options),
            None => Ok(()),
        },
    }
}

fn check_options(key: &str, options: &[super::Choice]) -> At<()> {
    let mut seen = HashSet::new();
    for option in options {
        if option.key.is_empty() || option.key.len() > 64 || option.key.chars().any(char::is_whitespace) {
            return Err((key.to_owned(), TaxonomyMistake::BadKey(option.key.clone())));
        }
        if !seen.insert(&option.key) {
            return Err((key.to_owned(), TaxonomyMistake::DuplicateOption(option.key.clone())));
        }
        check_text(key, &option.key, &option.name)?;
    }
    Ok(())
}

fn check_text(at: &str, field: &str, text: &LocalText) -> At<()> {
    for language in Language::ALL {
        if text.get(language).trim().is_empty() {
            return Err((at.to_owned(), TaxonomyMistake::MissingName { field: field.to_owned(), language }));
        }
    }
    Ok(())
}

fn index_ids(seeds: &[Seed]) -> At<HashMap<&str, usize>> {
    let mut by_id = HashMap::with_capacity(seeds.len());
    for (at, seed) in seeds.iter().enumerate() {
        if by_id.insert(seed.id.as_str(), at).is_some() {
            return Err((seed.id.clone(), TaxonomyMistake::DuplicateCategory));
        }
    }
    Ok(by_id)
}

/// Parents before children; siblings keep their order.
fn parents_first(seeds: &[Seed], by_id: &HashMap<&str, usize>) -> At<Vec<usize>> {
    let mut depths = Vec::with_capacity(seeds.len());
    for seed in seeds {
        let mut depth = 0_usize;
        let mut parent = seed.parent.as_deref();
        while let Some(id) = parent {
            let Some(&at) = by_id.get(id) else {
                return Err((seed.id.clone(), TaxonomyMistake::UnknownParent(id.to_owned())));
            };
            depth += 1;
            if depth > seeds.len() {
                return Err((seed.id.clone(), TaxonomyMistake::Cycle));
            }
            parent = seeds[at].parent.as_deref();
        }
        depths.push(depth);
    }
    let mut order: Vec<usize> = (0..seeds.len()).collect();
    order.sort_by_key(|&at| depths[at]);
    Ok(order)
}

fn is_key(key: &str, joint: char) -> bool {
    !key.is_empty()
        && key.len() <= 64
        && key.starts_with(|c: char| c.is_ascii_lowercase())
        && key.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == joint)
}

/// A name as part of an address: ASCII letters and digits, joined by `-`; `+` counts (`206+` is not `206`).
pub fn slug(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for c in name.chars().flat_map(char::to_lowercase) {
        match c {
            'a'..='z' | '0'..='9' => out.push(c),
            '+' => out.push_str("-plus"),
            _ => match ascii(c) {
                Some(letters) => out.push_str(letters),
                None if out.ends_with('-') => {}
                None => out.push('-'),
            },
        }
    }
    out.trim_matches('-').to_owned()
}

/// Serbian and Russian letters, and those of makers' names. Russian by ISO 9 as people type it.
const fn ascii(c: char) -> Option<&'static str> {
    Some(match c {
        'č' | 'ć' | 'ц' | 'ћ' => "c",
        'š' => "s",
        'ž' => "z",
        'đ' | 'ђ' => "dj",
        'à'..='å' | 'а' => "a",
        'è'..='ë' | 'е' | 'ё' | 'э' => "e",
        'ò'..='ö' | 'о' => "o",
        'ù'..='ü' | 'у' => "u",
        'ì'..='ï' | 'и' => "i",
        'б' => "b",
        'в' => "v",
        'г' => "g",
        'д' => "d",
        'ж' => "zh",
        'з' => "z",
        'й' | 'ы' => "y",
        'к' => "k",
        'л' => "l",
        'м' => "m",
        'н' | 'ñ' => "n",
        'п' => "p",
        'р' => "r",
        'с' => "s",
        'т' => "t",
        'ф' => "f",
        'х' => "h",
        'ч' => "ch",
        'ш' => "sh",
        'щ' => "sch",
        'ю' => "yu",
        'я' => "ya",
        'ь' | 'ъ' => "",
        'ј' => "j",
        'љ' => "lj",
        'њ' => "nj",
        'џ' => "dz",
        _ => return None,
    })
}
