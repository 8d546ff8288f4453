//! For moderators: the queue, reports, appeals, the log.

use std::sync::Arc;

use axum::{Json, extract::State};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use svetu_contracts::{
    listings::{ListingState, Price},
    media::Picture,
};
use svetu_http::{
    ApiProblem, Grant, PageParams, PageRequest, Paged, PathId, Problems, RequestInfo, Tagged, ValidJson, ValidQuery,
};
use svetu_kernel::{AppealId, Language, ListingId, Page, ReportId, Timestamp, UserId};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::{
    LanguageParams, person, text,
    view::{ListingView, StatementView},
};
use crate::{
    model::{Listing, Reason, ReportReason},
    service::{AppealVerdict, Case, ModeratorDecision, OpenAppeal, Reported, Service},
    store::moderation::{AuditEntry, Numbers},
};

svetu_http::permissions! {
    pub Queue = "moderation.queue" on "Moderation";
    pub ListRules = "moderation.rules" on "Moderation";
    pub Decide = "moderation.decide" on "Moderation";
    pub Reports = "moderation.reports" on "Moderation";
    pub CloseReport = "moderation.close_report" on "Moderation";
    pub Appeals = "moderation.appeals" on "Moderation";
    pub DecideAppeal = "moderation.decide_appeal" on "Moderation";
    pub Audit = "moderation.audit" on "Moderation";
    pub Dashboard = "moderation.dashboard" on "Moderation";
}

const NOTE_CHARS_MAX: usize = 2_000;
const ANSWER_CHARS_MAX: usize = 4_000;

pub fn routes() -> OpenApiRouter<Arc<Service>> {
    OpenApiRouter::new()
        .routes(routes!(queue))
        .routes(routes!(rules))
        .routes(routes!(decide))
        .routes(routes!(reports))
        .routes(routes!(close_report))
        .routes(routes!(appeals))
        .routes(routes!(decide_appeal))
        .routes(routes!(audit))
        .routes(routes!(dashboard))
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = QueueItem)]
struct CaseView {
    listing: ListingView,
    reasons: Vec<ReasonView>,
    #[schema(value_type = String, format = DateTime)]
    queued_at: Timestamp,
    /// Ads with the same text or pictures.
    #[schema(max_items = 5)]
    similar: Vec<SimilarView>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RiskReason)]
struct ReasonView {
    rule_text: String,
    /// `detail` in words.
    facts: String,
    #[serde(flatten)]
    reason: Reason,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SimilarListing)]
struct SimilarView {
    id: ListingId,
    title: String,
    price: Option<Price>,
    picture: Option<Picture>,
    seller: SimilarSeller,
    state: ListingState,
}

#[derive(Debug, Serialize, ToSchema)]
struct SimilarSeller {
    id: UserId,
    name: String,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ModerationRules)]
struct RulesView {
    items: Vec<RuleView>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ModerationRule)]
struct RuleView {
    id: String,
    text: String,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ListingReport)]
struct ReportView {
    id: ReportId,
    listing: ListingView,
    reason: ReportReason,
    text: String,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ListingAppeal)]
struct AppealView {
    id: AppealId,
    listing: ListingView,
    text: String,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    decision: StatementView,
    /// Whether the reader made the decision.
    own_decision: bool,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuditEntry)]
struct AuditView {
    id: i64,
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// An account, or the part of the platform that did it.
    actor: String,
    action: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    listing: Option<ListingId>,
    #[schema(value_type = Object)]
    details: Value,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ModerationNumbers)]
struct NumbersView {
    in_review: i64,
    #[schema(value_type = Option<String>, format = DateTime)]
    oldest_in_review: Option<Timestamp>,
    reports_open: i64,
    appeals_open: i64,
    decided_today: i64,
    automated_today: i64,
    refused_today: i64,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct DecisionInput {
    decision: ModeratorDecision,
    /// Of `moderation.rules`; without it the one that the ad was held for.
    #[schema(max_length = 100)]
    rule: Option<String>,
    /// For the seller.
    #[schema(max_length = 2000)]
    note: Option<String>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct VerdictInput {
    verdict: AppealVerdict,
    #[schema(min_length = 1, max_length = 4000)]
    answer: String,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct AuditParams {
    #[param(value_type = Option<String>)]
    listing: Option<ListingId>,
    /// `account_01j…` or the name of a job.
    #[param(max_length = 100)]
    actor: Option<String>,
}

/// Ads that wait for a person; who waits longest comes first.
#[utoipa::path(get, path = "/moderation/queue", tag = "moderation", operation_id = "moderation.queue",
    params(PageParams, LanguageParams), security(("session" = [])), responses((status = 200, body = Page<CaseView>), Problems))]
async fn queue(
    _: Grant<Queue>,
    State(service): State<Arc<Service>>,
    info: RequestInfo,
    page: PageRequest,
) -> Result<Paged<CaseView>, ApiProblem> {
    let rows = service.queue(page.after("moderation.queue")?, page.limit().sql() + 1).await?;
    let paged = page.page("moderation.queue", rows, |case| (case.since, Uuid::from(case.full.listing.id)));
    Ok(paged.map(|case| case_view(&service, case, info.language)))
}

/// The rules that a decision may name.
#[utoipa::path(get, path = "/moderation/rules", tag = "moderation", operation_id = "moderation.rules",
    params(LanguageParams), security(("session" = [])), responses((status = 200, body = RulesView), Problems))]
async fn rules(_: Grant<ListRules>, State(service): State<Arc<Service>>, info: RequestInfo) -> Json<RulesView> {
    let of_people = service.rules.all().iter().filter(|rule| rule.is_nameable());
    let items = of_people.map(|rule| RuleView { id: rule.id.clone(), text: rule.text(info.language).to_owned() });
    Json(RulesView { items: items.collect() })
}

/// Lets an ad through, or refuses or removes it by a rule: its seller gets a statement of reasons.
#[utoipa::path(post, path = "/moderation/listings/{id}/decision", tag = "moderation", operation_id = "moderation.decide",
    params(("id" = ListingId, Path), LanguageParams), request_body = DecisionInput, security(("session" = [])),
    responses((status = 200, body = ListingView), Problems))]
async fn decide(
    grant: Grant<Decide>,
    State(service): State<Arc<Service>>,
    PathId(id): PathId<ListingId>,
    info: RequestInfo,
    ValidJson(input): ValidJson<DecisionInput>,
) -> Result<Tagged<ListingView>, ApiProblem> {
    let moderator = person(&grant)?;
    let note = input.note.map(|note| text("/note", &note, 0, NOTE_CHARS_MAX)).transpose()?;
    let note = note.as_deref().filter(|note| !note.is_empty());
    let listing = service.decide(&grant, moderator, id, input.decision, input.rule.as_deref(), note).await?;
    let full = service.full(listing, Some(moderator)).await?;
    Ok(Tagged::new(full.listing.version, service.view(full, info.language)))
}

/// Open reports, oldest first.
#[utoipa::path(get, path = "/moderation/reports", tag = "moderation", operation_id = "moderation.reports",
    params(PageParams, LanguageParams), security(("session" = [])),
    responses((status = 200, body = Page<ReportView>), Problems))]
async fn reports(
    grant: Grant<Reports>,
    State(service): State<Arc<Service>>,
    info: RequestInfo,
    page: PageRequest,
) -> Result<Paged<ReportView>, ApiProblem> {
    let rows = service.reports(page.after("moderation.reports")?, page.limit().sql() + 1).await?;
    let paged = page.page("moderation.reports", rows, |row| row.report.id.uuid());
    person(&grant)?;
    Ok(paged.map(|Reported { report, full }| ReportView {
        id: report.id,
        listing: service.view(full, info.language),
        reason: report.reason,
        text: report.text,
        created_at: report.created_at,
    }))
}

/// Closes a report that needs no decision.
#[utoipa::path(post, path = "/moderation/reports/{id}/close", tag = "moderation", operation_id = "moderation.close_report",
    params(("id" = ReportId, Path)), security(("session" = [])), responses((status = 204), Problems))]
async fn close_report(
    grant: Grant<CloseReport>,
    State(service): State<Arc<Service>>,
    PathId(id): PathId<ReportId>,
) -> Result<StatusCode, ApiProblem> {
    service.close_report(&grant, person(&grant)?, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Open appeals, oldest first.
#[utoipa::path(get, path = "/moderation/appeals", tag = "moderation", operation_id = "moderation.appeals",
    params(PageParams, LanguageParams), security(("session" = [])),
    responses((status = 200, body = Page<AppealView>), Problems))]
async fn appeals(
    grant: Grant<Appeals>,
    State(service): State<Arc<Service>>,
    info: RequestInfo,
    page: PageRequest,
) -> Result<Paged<AppealView>, ApiProblem> {
    let moderator = person(&grant)?;
    let rows = service.appeals(page.after("moderation.appeals")?, page.limit().sql() + 1).await?;
    let paged = page.page("moderation.appeals", rows, |row| row.appeal.id.uuid());
    Ok(paged.map(|OpenAppeal { appeal, decision, full }| AppealView {
        id: appeal.id,
        listing: service.view(full, info.language),
        created_at: appeal.created_at,
        decision: service.statement_view(&decision, None, info.language),
        own_decision: decision.decided_by == Some(moderator),
        text: appeal.text,
    }))
}

/// Answers an appeal: the decision stands, or the ad comes back. By another moderator than its maker, where there is one.
#[utoipa::path(post, path = "/moderation/appeals/{id}/decision", tag = "moderation",
    operation_id = "moderation.decide_appeal", params(("id" = AppealId, Path), LanguageParams), request_body = VerdictInput,
    security(("session" = [])), responses((status = 200, body = ListingView), Problems))]
async fn decide_appeal(
    grant: Grant<DecideAppeal>,
    State(service): State<Arc<Service>>,
    PathId(id): PathId<AppealId>,
    info: RequestInfo,
    ValidJson(input): ValidJson<VerdictInput>,
) -> Result<Tagged<ListingView>, ApiProblem> {
    let moderator = person(&grant)?;
    let answer = text("/answer", &input.answer, 1, ANSWER_CHARS_MAX)?;
    let listing = service.decide_appeal(&grant, moderator, id, input.verdict, answer).await?;
    let full = service.full(listing, Some(moderator)).await?;
    Ok(Tagged::new(full.listing.version, service.view(full, info.language)))
}

/// Who did what, newest first.
#[utoipa::path(get, path = "/moderation/audit", tag = "moderation", operation_id = "moderation.audit",
    params(AuditParams, PageParams), security(("session" = [])), responses((status = 200, body = Page<AuditView>), Problems))]
async fn audit(
    _: Grant<Audit>,
    State(service): State<Arc<Service>>,
    page: PageRequest,
    ValidQuery(params): ValidQuery<AuditParams>,
) -> Result<Paged<AuditView>, ApiProblem> {
    let scope = format!("moderation.audit {:?} {:?}", params.listing, params.actor);
    let (before, limit) = (page.after(&scope)?, page.limit().sql() + 1);
    let rows = service.audit(params.listing, params.actor.as_deref(), before, limit).await?;
    let paged = page.page(&scope, rows, |entry| entry.id);
    Ok(paged.map(|AuditEntry { id, at, actor, action, listing, details }| AuditView {
        id,
        at,
        actor,
        action,
        listing,
        details,
    }))
}

/// How much waits, and what was decided since midnight (UTC).
#[utoipa::path(get, path = "/moderation/dashboard", tag = "moderation", operation_id = "moderation.dashboard",
    security(("session" = [])), responses((status = 200, body = NumbersView), Problems))]
async fn dashboard(_: Grant<Dashboard>, State(service): State<Arc<Service>>) -> Result<Json<NumbersView>, ApiProblem> {
    let Numbers {
        in_review,
        oldest_in_review,
        reports_open,
        appeals_open,
        decided_today,
        automated_today,
        refused_today,
    } = service.numbers().await?;
    Ok(Json(NumbersView {
        in_review,
        oldest_in_review,
        reports_open,
        appeals_open,
        decided_today,
        automated_today,
        refused_today,
    }))
}

fn case_view(service: &Service, case: Case, reader: Language) -> CaseView {
    let reason = |reason: Reason| ReasonView {
        rule_text: service.rules.get(&reason.rule).map_or_else(String::new, |rule| rule.text(reader).to_owned()),
        facts: service.facts(&reason.detail, reader),
        reason,
    };
    CaseView {
        listing: service.view(case.full, reader),
        reasons: case.reasons.into_iter().map(reason).collect(),
        queued_at: case.since,
        similar: case.similar.into_iter().map(|other| similar_view(other, reader)).collect(),
    }
}

fn similar_view(other: Listing, reader: Language) -> SimilarView {
    let (content, seller) = (other.content, other.seller);
    let title = svetu_text::in_script(&content.title, content.language.unwrap_or_default(), reader);
    SimilarView {
        id: other.id,
        title: title.unwrap_or(content.title),
        price: content.price,
        picture: content.pictures.into_iter().next(),
        seller: SimilarSeller { id: UserId::from_uuid(seller.id.uuid()), name: seller.name },
        state: other.state.kind(),
    }
}
