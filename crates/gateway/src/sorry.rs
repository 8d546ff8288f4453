//! The one page of the gateway itself: the site is not there, and will be again.

use std::collections::BTreeMap;

use axum::{
    extract::Request,
    response::{IntoResponse, Response},
};
use http::{Method, StatusCode, header};
use svetu_http::{ApiProblem, Kit};
use svetu_kernel::{Language, Problem, Status};

const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'";

/// Who will read it.
pub struct Reader {
    language: Language,
    html: bool,
    /// Asking again by itself changes nothing.
    safe: bool,
}

impl Reader {
    pub fn of(request: &Request, asked: Language) -> Self {
        let accepts = request.headers().get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
        Self {
            language: Language::of_path(request.uri().path()).unwrap_or(asked),
            html: accepts.contains("text/html"),
            safe: matches!(*request.method(), Method::GET | Method::HEAD),
        }
    }

    /// # Errors
    /// The same as a problem, for programs.
    pub fn answer(&self, kit: &Kit, wait_s: u64) -> Result<Response, ApiProblem> {
        if !self.html {
            return Err(Problem::new(Status::Unavailable, "service.unavailable").retry_after(wait_s).into());
        }
        let say = |code| escape(&kit.catalogue.say(code, &BTreeMap::new(), self.language));
        let again = if self.safe {
            format!("<meta http-equiv=refresh content={}>", wait_s.clamp(2, 30))
        } else {
            String::new()
        };
        let page = format!(
            "<!doctype html><html lang={tag}><meta charset=utf-8><meta name=viewport content=\"width=device-width\">{again}\
             <title>{title}</title><style>:root{{color-scheme:light dark;font:18px/1.5 system-ui,sans-serif}}\
             body{{display:grid;min-height:100dvh;margin:0;place-content:center;padding:24px;max-width:34rem;\
             margin-inline:auto}}h1{{font-size:1.5rem;line-height:1.2;margin:0 0 .75rem}}p{{margin:0}}</style>\
             <main><h1>{title}</h1><p>{text}</p></main></html>",
            tag = self.language.tag(),
            title = say("site.down.title"),
            text = say("site.down.text"),
        );
        let headers = [
            (header::CONTENT_TYPE, "text/html; charset=utf-8".to_owned()),
            (header::CACHE_CONTROL, "no-store".to_owned()),
            (header::CONTENT_SECURITY_POLICY, POLICY.to_owned()),
            (header::RETRY_AFTER, wait_s.max(1).to_string()),
        ];
        Ok((StatusCode::SERVICE_UNAVAILABLE, headers, page).into_response())
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
