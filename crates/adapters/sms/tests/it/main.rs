//! Against answers that were recorded: a small server plays them and keeps what it was asked. Twilio's are those of its documents
//! (Messages resource, error codes), its ids shortened; those of other gateways are statuses alone, which is all that is looked at.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod smpp;

use std::{collections::BTreeMap, sync::Arc};

use axum::{Router, body::Bytes, extract::State, response::IntoResponse};
use futures::FutureExt as _;
use http::{HeaderMap, Method, StatusCode, Uri};
use parking_lot::Mutex;
use svetu_ports::{Secret, Sms, SmsError, SmsSender, sms};
use svetu_sms::{GatewayConfig, GatewaySms, SmsConfigError, TwilioSms};
use uuid::Uuid;

const ACCOUNT: &str = "AC00000000000000000000000000000001";
const TOKEN: &str = "a-token-of-twilio";
/// As Twilio answered, its ids shortened.
const QUEUED: &str = r#"{"account_sid":"AC","api_version":"2010-04-01","body":"x","direction":"outbound-api","error_code":null,
"error_message":null,"from":"+15017122661","num_media":"0","num_segments":"1","price":null,"sid":"SM","status":"queued","to":"+15558675310"}"#;

type Asked = (Method, Uri, HeaderMap, String);

#[derive(Clone, Default)]
struct Played {
    asked: Arc<Mutex<Vec<Asked>>>,
    next: Arc<Mutex<Option<(u16, String)>>>,
}

async fn play(
    State(played): State<Played>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> impl IntoResponse {
    played.asked.lock().push((method, uri, headers, String::from_utf8(body.to_vec()).unwrap()));
    let (status, text) = played.next.lock().clone().unwrap_or((201, QUEUED.to_owned()));
    (StatusCode::from_u16(status).unwrap(), [("location", "http://127.0.0.1:1/")], text)
}

async fn server() -> (String, Played) {
    let played = Played::default();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let router = Router::new().fallback(play).with_state(played.clone());
    tokio::spawn(async move { axum::serve(listener, router).await });
    (url, played)
}

fn message() -> Sms {
    Sms { id: Uuid::from_u128(7), to: "+381641234567".to_owned(), text: "kod 123456".to_owned() }
}

fn form(text: &str) -> BTreeMap<String, String> {
    url::form_urlencoded::parse(text.as_bytes()).into_owned().collect()
}

fn twilio(url: &str) -> TwilioSms {
    TwilioSms::at(url, ACCOUNT, Secret::new(TOKEN.as_bytes().to_vec()), "Sve Tu").unwrap()
}

#[tokio::test]
async fn twilio_keeps_the_contract() {
    let (url, played) = server().await;
    let reader = played.clone();
    sms::contract::all(&twilio(&url), move || {
        let reader = reader.clone();
        async move {
            let arrived = |(_, _, _, body): &Asked| {
                let form = form(body);
                (form["To"].clone(), form["Body"].clone())
            };
            reader.asked.lock().iter().map(arrived).collect()
        }
        .boxed()
    })
    .await;
    let (method, uri, headers, body) = played.asked.lock()[0].clone();
    assert_eq!((method, uri.path()), (Method::POST, format!("/2010-04-01/Accounts/{ACCOUNT}/Messages.json").as_str()));
    assert_eq!(form(&body)["From"], "Sve Tu");
    assert!(headers["authorization"].to_str().unwrap().starts_with("Basic "));
}

#[tokio::test]
async fn what_twilio_will_never_send_is_told_apart_from_a_bad_moment() {
    let (url, played) = server().await;
    let refusal = |code: u32, status: u16| {
        let text = format!(
            r#"{{"code":{code},"message":"The 'To' number +381641234567 is not valid.","more_info":"https://www.twilio.com/docs/errors/{code}","status":{status}}}"#
        );
        (status, text)
    };
    for (code, status) in [(21_211, 400), (21_614, 400), (21_610, 400), (21_408, 403)] {
        *played.next.lock() = Some(refusal(code, status));
        assert!(matches!(twilio(&url).send(&message()).await, Err(SmsError::Refused)), "{code}");
    }
    let later = [
        refusal(20_429, 429),
        refusal(20_003, 401),
        refusal(21_606, 400),
        (503, "busy".to_owned()),
        (307, String::new()),
    ];
    for next in later {
        *played.next.lock() = Some(next.clone());
        let error = twilio(&url).send(&message()).await.unwrap_err();
        assert!(matches!(error, SmsError::Unavailable(_)), "{next:?}");
        assert!(!error.to_string().contains("64123") && !error.to_string().contains(TOKEN), "{error}");
    }
    *played.next.lock() = Some((201, "x".repeat(100_000)));
    assert!(matches!(twilio(&url).send(&message()).await, Err(SmsError::Unavailable(_))));
    let error = twilio("http://127.0.0.1:9").send(&message()).await.unwrap_err();
    assert!(matches!(error, SmsError::Unavailable(_)));
}

fn gateway(url: &str, method: &str, headers: &[(&str, &str)], body: &str) -> Result<GatewaySms, SmsConfigError> {
    GatewaySms::try_new(GatewayConfig {
        url: url.to_owned(),
        method: method.to_owned(),
        headers: headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        body: body.to_owned(),
        from: "Sve Tu".to_owned(),
        secret: Some(Secret::new(b"tajna".to_vec())),
    })
}

#[tokio::test]
async fn a_gateway_of_any_kind_keeps_the_contract() {
    type Read = fn(&Uri, &str) -> (String, String);
    let json: Read = |_, body| {
        let value: serde_json::Value = serde_json::from_str(body).unwrap();
        assert_eq!(value["from"], "Sve Tu");
        (value["to"].as_str().unwrap().to_owned(), value["text"].as_str().unwrap().to_owned())
    };
    let query: Read = |uri, _| {
        let form = form(uri.query().unwrap());
        (form["to"].clone(), form["text"].clone())
    };
    let posted: Read = |_, body| {
        let form = form(body);
        assert_eq!(form["key"], "tajna");
        (form["to"].clone(), form["text"].clone())
    };
    let cases = [
        (
            "/send",
            "POST",
            vec![("content-type", "application/json"), ("authorization", "Bearer {secret}")],
            r#"{"to":"{to}","from":"{from}","text":"{text}"}"#,
            json,
        ),
        ("/send?to={to}&text={text}", "GET", vec![("x-key", "{secret}")], "", query),
        ("/send", "POST", vec![], "to={to}&text={text}&key={secret}", posted),
    ];
    for (path, method, headers, body, read) in cases {
        let (url, played) = server().await;
        let sender = gateway(&format!("{url}{path}"), method, &headers, body).unwrap();
        let reader = played.clone();
        sms::contract::all(&sender, move || {
            let reader = reader.clone();
            async move { reader.asked.lock().iter().map(|(_, uri, _, body)| read(uri, body)).collect() }.boxed()
        })
        .await;
        for (status, refused) in [(400, true), (422, true), (401, false), (429, false), (500, false)] {
            *played.next.lock() = Some((status, String::new()));
            let told = sender.send(&message()).await.unwrap_err();
            assert_eq!(matches!(told, SmsError::Refused), refused, "{status}");
        }
    }
}

#[test]
fn wrong_configuration_names_its_key() {
    let token = || Secret::new(TOKEN.as_bytes().to_vec());
    let twilio = |account: &str, from: &str| TwilioSms::try_new(account, token(), from).err();
    assert_eq!(twilio("AC1", "Sve Tu"), Some(SmsConfigError::Url));
    assert_eq!(twilio(ACCOUNT, "Sve Tu Platforma"), Some(SmsConfigError::From));
    assert_eq!(twilio(ACCOUNT, "+15017122661"), None);
    assert_eq!(twilio(ACCOUNT, "MG00000000000000000000000000000001"), None);
    let body = "to={to}&text={text}";
    for (url, method, body, expected) in [
        ("https://sms.primer.rs/send", "PUT", body, SmsConfigError::Method),
        ("http://sms.primer.rs/send", "POST", body, SmsConfigError::Url),
        ("https://{to}.rs/send", "POST", body, SmsConfigError::Url),
        ("https://sms.primer.rs/send", "POST", "to={to}", SmsConfigError::Template),
        ("https://sms.primer.rs/send?k={secret}", "POST", body, SmsConfigError::Template),
    ] {
        assert_eq!(gateway(url, method, &[], body).err(), Some(expected), "{url}");
    }
}
