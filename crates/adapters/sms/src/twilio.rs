//! Twilio's Messages resource (API of 2010-04-01).

use async_trait::async_trait;
use reqwest::{Client, StatusCode, header};
use serde::Deserialize;
use svetu_ports::{Secret, Sms, SmsError, SmsSender, sms::is_e164};
use url::Url;

use crate::{
    SmsConfigError,
    call::{answer, client, is_safe},
};

const API: &str = "https://api.twilio.com";
const NAME_CHARS_MAX: usize = 11;

pub struct TwilioSms {
    client: Client,
    url: Url,
    account: String,
    token: Secret,
    /// A number or a name, or a messaging service that has some.
    from: (&'static str, String),
}

#[derive(Deserialize)]
struct Refusal {
    code: Option<u32>,
}

impl TwilioSms {
    pub fn try_new(account: &str, token: Secret, from: &str) -> Result<Self, SmsConfigError> {
        Self::at(API, account, token, from)
    }

    /// Elsewhere than Twilio is: where its answers are played.
    pub fn at(api: &str, account: &str, token: Secret, from: &str) -> Result<Self, SmsConfigError> {
        let is_sid = |text: &str, kind: &str| {
            text.strip_prefix(kind).is_some_and(|rest| rest.len() == 32 && rest.bytes().all(|b| b.is_ascii_hexdigit()))
        };
        if !is_sid(account, "AC") {
            return Err(SmsConfigError::Url);
        }
        let name = (1..=NAME_CHARS_MAX).contains(&from.len())
            && from.chars().all(|c| c.is_ascii_alphanumeric() || c == ' ')
            && from.chars().any(|c| c.is_ascii_alphabetic());
        let from = match from {
            service if is_sid(service, "MG") => ("MessagingServiceSid", service.to_owned()),
            number if is_e164(number) => ("From", number.to_owned()),
            known if name => ("From", known.to_owned()),
            _ => return Err(SmsConfigError::From),
        };
        if token.expose().is_empty() || std::str::from_utf8(token.expose()).is_err() {
            return Err(SmsConfigError::Secret);
        }
        let url = Url::parse(&format!("{api}/2010-04-01/Accounts/{account}/Messages.json"));
        let url = url.ok().filter(is_safe).ok_or(SmsConfigError::Url)?;
        Ok(Self { client: client()?, url, account: account.to_owned(), token, from })
    }
}

/// Of <https://www.twilio.com/docs/api/errors>: about the number or its owner, not about us or this moment.
const fn is_about_the_number(code: u32) -> bool {
    matches!(
        code,
        // not a number; not reachable from here; a region that we have not opened; unsubscribed; no number that we own; not mobile
        21_211 | 21_612 | 21_408 | 21_610 | 21_614 | 21_217 | 21_219 | 21_265
    )
}

#[async_trait]
impl SmsSender for TwilioSms {
    async fn send(&self, sms: &Sms) -> Result<(), SmsError> {
        if !is_e164(&sms.to) {
            return Err(SmsError::Refused);
        }
        let form = [("To", sms.to.as_str()), (self.from.0, &self.from.1), ("Body", &sms.text)];
        let body = serde_html_form::to_string(form).map_err(|error| SmsError::Unavailable(error.to_string()))?;
        let request = self
            .client
            .post(self.url.clone())
            .basic_auth(&self.account, std::str::from_utf8(self.token.expose()).ok())
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(body);
        let (status, body) = answer(request).await?;
        if status == StatusCode::CREATED || status == StatusCode::OK {
            return Ok(());
        }
        // Their sentences repeat the number: the code alone is told.
        let code = serde_json::from_slice::<Refusal>(&body).ok().and_then(|refusal| refusal.code);
        match code {
            Some(code) if is_about_the_number(code) => Err(SmsError::Refused),
            Some(code) => Err(SmsError::Unavailable(format!("{}, error {code}", status.as_u16()))),
            None => Err(SmsError::Unavailable(status.as_u16().to_string())),
        }
    }
}
