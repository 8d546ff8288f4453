//! Pages for a developer, served only where the configuration sends mail to a folder.

use axum::{
    Json, Router,
    extract::{Path, State},
    http::StatusCode,
    response::Html,
    routing::get,
};
use uuid::Uuid;

use crate::{FileOutbox, StoredMail};

/// `/dev/mail` (and `/dev/mail.json`) lists what was sent, `/dev/mail/{id}` shows one.
pub fn dev_mail_routes(outbox: FileOutbox) -> Router {
    Router::new()
        .route("/dev/mail", get(list))
        .route("/dev/mail.json", get(list_json))
        .route("/dev/mail/{id}", get(show))
        .with_state(outbox)
}

async fn list_json(State(outbox): State<FileOutbox>) -> Result<Json<Vec<StoredMail>>, StatusCode> {
    outbox.list().await.map(Json).map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)
}

async fn list(State(outbox): State<FileOutbox>) -> Result<Html<String>, StatusCode> {
    let mails = outbox.list().await.map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    let rows: String = mails
        .iter()
        .map(|mail| {
            format!(
                "<tr><td>{}<td>{}<td><a href=\"/dev/mail/{}\">{}</a>",
                mail.at.format("%F %T"),
                escape(&mail.to),
                mail.id,
                escape(&mail.subject)
            )
        })
        .collect();
    let body = if rows.is_empty() {
        "<p>No mail yet.</p>".to_owned()
    } else {
        format!("<table><tr><th>Sent (UTC)<th>To<th>Subject{rows}</table>")
    };
    Ok(page("Mail", &format!("<h1>Mail of this machine</h1>{body}")))
}

async fn show(State(outbox): State<FileOutbox>, Path(id): Path<Uuid>) -> Result<Html<String>, StatusCode> {
    let mail = outbox.read(id).await.map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?.ok_or(StatusCode::NOT_FOUND)?;
    Ok(page(
        &mail.subject,
        &format!(
            "<p><a href=\"/dev/mail\">All mail</a></p><h1>{}</h1><p>{} → {}</p>\
             <iframe sandbox=\"allow-popups allow-top-navigation-by-user-activation\" title=\"HTML\" srcdoc=\"{}\"></iframe>\
             <h2>Text</h2><pre>{}</pre>",
            escape(&mail.subject),
            mail.at.format("%F %T UTC"),
            escape(&mail.to),
            escape(&mail.html),
            linked(&mail.text)
        ),
    ))
}

fn page(title: &str, body: &str) -> Html<String> {
    Html(format!(
        "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content=\"width=device-width\">\
         <title>{}</title><style>:root{{color-scheme:light dark;font:16px/1.5 system-ui}}body{{max-width:60rem;margin:2rem auto;padding:0 1rem}}\
         td,th{{text-align:left;padding:.25rem 1rem .25rem 0}}iframe{{width:100%;height:28rem;border:1px solid #8888}}pre{{white-space:pre-wrap}}</style>\
         <body>{body}</body></html>",
        escape(title)
    ))
}

/// The links of the plain part can be followed: that is what a developer opens the page for.
fn linked(text: &str) -> String {
    let link = |word: &str| {
        let escaped = escape(word);
        if word.starts_with("http://") || word.starts_with("https://") {
            format!("<a href=\"{escaped}\">{escaped}</a>")
        } else {
            escaped
        }
    };
    text.split('\n').map(|line| line.split(' ').map(link).collect::<Vec<_>>().join(" ")).collect::<Vec<_>>().join("\n")
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}
