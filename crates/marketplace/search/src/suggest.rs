//! What a person may be about to type: categories, popular queries, beginnings of titles; typing errors forgiven.

use serde::Serialize;
use svetu_contracts::taxonomy::Taxonomy;
use svetu_kernel::Language;
use svetu_text::{Part, fold, latin_to_cyrillic};
use utoipa::ToSchema;

use crate::{Search, SearchError};

pub(crate) const SUGGESTIONS_MAX: usize = 10;
const CATEGORIES_MAX: usize = 3;
const POPULAR_MAX: usize = 4;
/// A beginning shared by so many ads is worth a suggestion.
const SHARED_MIN: u64 = 2;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Suggestion {
    pub text: String,
    pub kind: SuggestionKind,
    /// The scope of the suggested query.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub category: Option<SuggestedCategory>,
    /// Ads whose title begins so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<u64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SuggestionKind {
    Query,
    Category,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SuggestedCategory {
    pub id: String,
    pub name: String,
    pub slug: String,
}

impl Search {
    pub(crate) async fn suggest(&self, typed: &str, reader: Language) -> Result<Vec<Suggestion>, SearchError> {
        let typed: String = typed.chars().take(80).collect();
        let prefix = fold(typed.trim());
        if prefix.chars().filter(|c| c.is_alphanumeric()).count() < 2 {
            return Ok(Vec::new());
        }
        let taxonomy = self.taxonomy();
        let mut found = self.suggestions(&prefix, &taxonomy, reader).await?;
        if found.is_empty()
            && let Some(mended) = self.mended(&typed, reader).await?
        {
            found = self.suggestions(&mended, &taxonomy, reader).await?;
        }
        found.truncate(SUGGESTIONS_MAX);
        Ok(found)
    }

    async fn suggestions(
        &self,
        prefix: &str,
        taxonomy: &Taxonomy,
        reader: Language,
    ) -> Result<Vec<Suggestion>, SearchError> {
        let mut out: Vec<Suggestion> = categories(prefix, taxonomy, reader);
        self.tend_popular();
        let popular = self.0.popular.beginning_with(prefix, POPULAR_MAX);
        out.extend(popular.into_iter().map(|asked| query(asked.spelling, None)));
        let beginning = prefix.split_whitespace().collect::<Vec<_>>().join("_");
        let shared = self.0.index.completions("phrase", beginning, SUGGESTIONS_MAX * 4).await?;
        let lonely = shared.iter().all(|phrase| phrase.documents < SHARED_MIN);
        for phrase in shared {
            let Some((_, spelling)) = phrase.token.split_once('|') else { continue };
            if !lonely && phrase.documents < SHARED_MIN {
                continue;
            }
            let text = spelling.replace('_', " ");
            let text = if reader == Language::SrCyrl { latin_to_cyrillic(&text) } else { text };
            if !out.iter().any(|known| fold(&known.text) == fold(&text)) {
                out.push(query(text, Some(phrase.documents)));
            }
            if out.len() >= SUGGESTIONS_MAX {
                break;
            }
        }
        Ok(out)
    }

    /// The typed text with its unknown words replaced, folded.
    async fn mended(&self, typed: &str, reader: Language) -> Result<Option<String>, SearchError> {
        let mut mended = fold(typed.trim());
        let before = mended.clone();
        for part in self.0.analyser.analyse_query(typed, reader).parts {
            let (Part::Words { words, .. } | Part::Model { words, .. }) = part else { continue };
            for word in words.into_iter().take(1).filter(|word| word.edits_max > 0) {
                let near = self.0.index.neighbours("title", word.folded.clone(), word.edits_max, 1, 8).await?;
                let better = near.into_iter().find(|near| near.token.chars().all(char::is_alphabetic));
                if let Some(better) = better.filter(|better| better.token != word.folded) {
                    mended = mended.replacen(&word.folded, &better.token, 1);
                }
            }
        }
        Ok((mended != before).then_some(mended))
    }
}

const fn query(text: String, count: Option<u64>) -> Suggestion {
    Suggestion { text, kind: SuggestionKind::Query, category: None, count }
}

/// Categories of which some word begins so; the nearest to the root first.
fn categories(prefix: &str, taxonomy: &Taxonomy, reader: Language) -> Vec<Suggestion> {
    let mut found: Vec<(u8, usize, Suggestion)> = taxonomy
        .categories()
        .filter_map(|category| {
            let names = [&category.names.sr, &category.names.ru, &category.names.en];
            let place = names
                .into_iter()
                .filter_map(|name| {
                    let name = fold(name);
                    if name.starts_with(prefix) {
                        return Some(0);
                    }
                    name.match_indices(' ').position(|(at, _)| name[at + 1..].starts_with(prefix)).map(|at| at + 1)
                })
                .min()?;
            let text = category.names.get(reader).to_owned();
            Some((
                category.level,
                place,
                Suggestion {
                    text: text.clone(),
                    kind: SuggestionKind::Category,
                    category: Some(SuggestedCategory {
                        id: category.id.clone(),
                        name: text,
                        slug: category.slugs.get(reader).to_owned(),
                    }),
                    count: None,
                },
            ))
        })
        .collect();
    found.sort_by_key(|(level, place, _)| (*place, *level));
    found.into_iter().take(CATEGORIES_MAX).map(|(_, _, suggestion)| suggestion).collect()
}
