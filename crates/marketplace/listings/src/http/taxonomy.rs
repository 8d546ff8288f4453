//! Categories and attributes: read by everybody, edited by operators.

use std::{collections::BTreeMap, sync::Arc};

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use svetu_contracts::taxonomy::{
    Attribute, AttributeKind, AttributeUse, Category, Choice, LocalText, PriceKind, Taxonomy,
};
use svetu_http::{
    ApiProblem, Grant, IfNoneMatch, KitArg, PathId, Permission as _, Problems, RequestInfo, Tagged, ValidJson,
    ValidQuery,
};
use svetu_kernel::{FieldProblem, Language};
use svetu_ports::{Decision, Resource};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    LanguageParams, person,
    view::{StepView, steps},
};
use crate::{ListingError, service::Service, taxonomy::ItemKind, wording};

svetu_http::permissions! {
    pub Tree = "taxonomy.tree" on "Category";
    pub GetCategory = "taxonomy.category" on "Category";
    pub Guess = "taxonomy.guess" on "Category";
    pub EditCategory = "taxonomy.edit_category" on "Category";
    pub EditAttribute = "taxonomy.edit_attribute" on "Attribute";
}

/// What an operator may change of a category; its place in the tree and its key are the files'.
const CATEGORY_FIELDS: [&str; 11] = [
    "names",
    "slugs",
    "icon",
    "term_days",
    "condition",
    "prices",
    "forbidden_words",
    "attributes",
    "without",
    "position",
    "active",
];
const ATTRIBUTE_FIELDS: [&str; 9] =
    ["names", "unit", "min", "max", "decimals", "max_chars", "options", "models", "position"];
const TITLE_CHARS_READ: usize = 200;

pub fn routes() -> OpenApiRouter<Arc<Service>> {
    OpenApiRouter::new()
        .routes(routes!(tree))
        .routes(routes!(guess))
        .routes(routes!(category, edit_category))
        .routes(routes!(edit_attribute))
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CategoryTree)]
struct TreeView {
    /// Grows with every change.
    version: i64,
    /// Parents before their children.
    categories: Vec<SummaryView>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CategorySummary)]
struct SummaryView {
    id: String,
    parent: Option<String>,
    name: String,
    slug: String,
    /// By language, for addresses of the same page in the others.
    slugs: BTreeMap<&'static str, String>,
    icon: String,
    /// Days that an ad stays.
    term_days: u16,
    price_kinds: Vec<PriceKind>,
    has_condition: bool,
    /// 0 for a root.
    depth: u8,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Category)]
struct CategoryView {
    #[serde(flatten)]
    summary: SummaryView,
    names: LocalText,
    /// Own and inherited ones, in the order in which a form asks them.
    attributes: Vec<AttributeView>,
    /// From the root to itself.
    path: Vec<StepView>,
    children: Vec<SummaryView>,
    /// For operators.
    #[serde(skip_serializing_if = "Option::is_none")]
    forbidden_words: Option<Vec<String>>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CategoryAttribute)]
struct AttributeView {
    key: String,
    name: String,
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    unit: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    min: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    decimals: Option<u8>,
    /// The make of a model.
    #[serde(skip_serializing_if = "Option::is_none")]
    depends_on: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    options: Option<Vec<OptionView>>,
    /// By the make's key.
    #[serde(skip_serializing_if = "Option::is_none")]
    models: Option<BTreeMap<String, Vec<OptionView>>>,
    required: bool,
    searchable: bool,
    filterable: bool,
    card: bool,
    variant: bool,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CategoryAttributeOption)]
struct OptionView {
    key: String,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    hex: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CategoryGuesses)]
struct GuessesView {
    /// Best first.
    #[schema(max_items = 5)]
    items: Vec<GuessView>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CategoryGuess)]
struct GuessView {
    category_id: String,
    path_names: Vec<String>,
    /// 0 to 1, against the best.
    score: f32,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct GuessParams {
    /// As far as it is typed. Read to its 200th character.
    #[serde(default)]
    #[param(required = false)]
    title: String,
    #[serde(rename = "lang")]
    _lang: Option<String>,
}

/// The whole tree without attributes, parents before their children.
#[utoipa::path(get, path = "/marketplace/categories", tag = "taxonomy", operation_id = "taxonomy.tree",
    params(LanguageParams), responses((status = 200, body = TreeView), (status = 304), Problems))]
async fn tree(
    _: Grant<Tree>,
    State(service): State<Arc<Service>>,
    info: RequestInfo,
    seen: IfNoneMatch,
) -> Tagged<TreeView> {
    let (version, taxonomy) = service.taxonomy.with_version();
    let categories = taxonomy.categories().map(|category| summary(category, info.language)).collect();
    Tagged::new(version, TreeView { version, categories }).unless(seen)
}

/// A category with its attributes, the way to it and what is below it.
#[utoipa::path(get, path = "/marketplace/categories/{id}", tag = "taxonomy", operation_id = "taxonomy.category",
    params(("id" = String, Path), LanguageParams), responses((status = 200, body = CategoryView), (status = 304), Problems))]
async fn category(
    grant: Grant<GetCategory>,
    KitArg(kit): KitArg,
    State(service): State<Arc<Service>>,
    PathId(id): PathId<String>,
    info: RequestInfo,
    seen: IfNoneMatch,
) -> Result<Tagged<CategoryView>, ApiProblem> {
    let (version, taxonomy) = service.taxonomy.with_version();
    let mut view = view(&taxonomy, &id, info.language)?;
    // Whoever may edit them sees them; a seller would write around them.
    let edits = kit.authorizer.authorize(grant.actor(), EditCategory::ACTION, &Resource::new(EditCategory::KIND, &id));
    if edits == Decision::Allow {
        view.forbidden_words = taxonomy.category(&id).map(|category| category.forbidden_words.clone());
    }
    Ok(Tagged::new(version, view).unless(seen))
}

/// Leaf categories that fit a title.
#[utoipa::path(get, path = "/marketplace/categories/guess", tag = "taxonomy", operation_id = "taxonomy.guess",
    params(GuessParams), responses((status = 200, body = GuessesView), Problems))]
async fn guess(
    _: Grant<Guess>,
    State(service): State<Arc<Service>>,
    info: RequestInfo,
    ValidQuery(params): ValidQuery<GuessParams>,
) -> Json<GuessesView> {
    let (version, taxonomy) = service.taxonomy.with_version();
    let title: String = params.title.chars().take(TITLE_CHARS_READ).collect();
    let guesses = service.guesser.guess(&title, version, &taxonomy);
    let item = |(category_id, score): (String, f32)| GuessView {
        path_names: wording::path_names(&taxonomy, &category_id, info.language),
        category_id,
        score,
    };
    Json(GuessesView { items: guesses.into_iter().map(item).collect() })
}

/// Lays a JSON merge patch over a category; null takes an edit back. The committed files stay below it. 204 when the category
/// is not active after it.
#[utoipa::path(patch, path = "/marketplace/categories/{id}", tag = "taxonomy", operation_id = "taxonomy.edit_category",
    params(("id" = String, Path), LanguageParams), request_body = Object, security(("session" = [])),
    responses((status = 200, body = CategoryView), (status = 204), Problems))]
async fn edit_category(
    grant: Grant<EditCategory>,
    State(service): State<Arc<Service>>,
    PathId(id): PathId<String>,
    info: RequestInfo,
    ValidJson(patch): ValidJson<Map<String, Value>>,
) -> Result<Response, ApiProblem> {
    person(&grant)?;
    known(&patch, &CATEGORY_FIELDS)?;
    service.edit_taxonomy(&grant, ItemKind::Category, &id, patch).await?;
    let (version, taxonomy) = service.taxonomy.with_version();
    let Some(category) = taxonomy.category(&id) else { return Ok(StatusCode::NO_CONTENT.into_response()) };
    let mut view = view(&taxonomy, &id, info.language)?;
    view.forbidden_words = Some(category.forbidden_words.clone());
    Ok(Tagged::new(version, view).into_response())
}

/// Lays a JSON merge patch over an attribute, for every category that uses it.
#[utoipa::path(patch, path = "/marketplace/attributes/{key}", tag = "taxonomy", operation_id = "taxonomy.edit_attribute",
    params(("key" = String, Path)), request_body = Object, security(("session" = [])),
    responses((status = 200, body = Attribute), Problems))]
async fn edit_attribute(
    grant: Grant<EditAttribute>,
    State(service): State<Arc<Service>>,
    PathId(key): PathId<String>,
    ValidJson(patch): ValidJson<Map<String, Value>>,
) -> Result<Json<Attribute>, ApiProblem> {
    person(&grant)?;
    known(&patch, &ATTRIBUTE_FIELDS)?;
    service.edit_taxonomy(&grant, ItemKind::Attribute, &key, patch).await?;
    Ok(Json(service.taxonomy.get().attribute(&key).cloned().ok_or(ListingError::NoSuchItem)?))
}

fn known(patch: &Map<String, Value>, fields: &[&str]) -> Result<(), ListingError> {
    let unknown = patch.keys().filter(|name| !fields.contains(&name.as_str()));
    let faults: Vec<_> = unknown.map(|name| FieldProblem::new(format!("/{name}"), "field.unknown")).collect();
    if faults.is_empty() { Ok(()) } else { Err(faults.into()) }
}

fn summary(category: &Category, reader: Language) -> SummaryView {
    SummaryView {
        id: category.id.clone(),
        parent: category.parent.clone(),
        name: category.names.get(reader).to_owned(),
        slug: category.slugs.get(reader).to_owned(),
        slugs: Language::ALL.map(|language| (language.tag(), category.slugs.get(language).to_owned())).into(),
        icon: category.icon.clone(),
        term_days: category.term_days,
        price_kinds: category.prices.clone(),
        has_condition: category.condition,
        depth: category.level,
    }
}

fn view(taxonomy: &Taxonomy, id: &str, reader: Language) -> Result<CategoryView, ListingError> {
    let category = taxonomy.category(id).ok_or(ListingError::NoSuchItem)?;
    let uses = taxonomy.uses(id).iter();
    Ok(CategoryView {
        summary: summary(category, reader),
        names: category.names.clone(),
        attributes: uses.filter_map(|used| Some(attribute(taxonomy.attribute(&used.key)?, used, reader))).collect(),
        path: steps(taxonomy, id, reader),
        children: taxonomy.children(id).map(|child| summary(child, reader)).collect(),
        forbidden_words: None,
    })
}

fn attribute(attribute: &Attribute, used: &AttributeUse, reader: Language) -> AttributeView {
    let options = |options: &[Choice]| -> Vec<OptionView> {
        let option = |choice: &Choice| OptionView {
            key: choice.key.clone(),
            name: choice.name.get(reader).to_owned(),
            hex: choice.hex.clone(),
        };
        options.iter().map(option).collect()
    };
    let (min, max, decimals) = match &attribute.kind {
        AttributeKind::Number { min, max, decimals, .. } => (Some(*min), Some(*max), Some(*decimals)),
        // Bounds of the taxonomy are far below 2^53.
        AttributeKind::Integer { min, max, .. } | AttributeKind::Year { min, max } => {
            (Some(*min as f64), Some(*max as f64), Some(0))
        }
        AttributeKind::Text { max_chars } => (None, Some(f64::from(*max_chars)), None),
        AttributeKind::Boolean | AttributeKind::Date | AttributeKind::Choice { .. } => (None, None, None),
        AttributeKind::Choices { .. } | AttributeKind::Colour { .. } | AttributeKind::Size { .. } => (None, None, None),
        AttributeKind::Make { .. } | AttributeKind::Model { .. } => (None, None, None),
    };
    let (depends_on, models) = match &attribute.kind {
        AttributeKind::Model { depends_on, models } => {
            let models = models.iter().map(|(make, list)| (make.clone(), options(list))).collect();
            (Some(depends_on.clone()), Some(models))
        }
        _ => (None, None),
    };
    AttributeView {
        key: attribute.key.clone(),
        name: attribute.names.get(reader).to_owned(),
        kind: attribute.kind.name(),
        unit: attribute.kind.unit().map(|unit| unit.get(reader).to_owned()),
        min,
        max,
        decimals,
        depends_on,
        options: attribute.kind.options().map(options),
        models,
        required: used.required,
        searchable: used.searchable,
        filterable: used.filterable,
        card: used.card,
        variant: used.variant,
    }
}
