//! Events as records: CloudEvents' binding to Kafka in binary mode, the event's key as the record's.

use rdkafka::message::{BorrowedMessage, Header, Headers as _, Message as _, OwnedHeaders};
use serde::de::DeserializeOwned;
use serde_json::Value;
use svetu_ports::{BusError, Event, bus::EVENT_BYTES_MAX};

use crate::bus::unavailable;

pub(crate) struct Outgoing {
    pub headers: OwnedHeaders,
    pub payload: Vec<u8>,
}

/// Its size counts as it does on every bus.
pub(crate) fn of(event: &Event) -> Result<Outgoing, BusError> {
    let bytes = serde_json::to_vec(event).map_err(unavailable)?.len();
    if bytes > EVENT_BYTES_MAX {
        return Err(BusError::TooLarge { bytes, bytes_max: EVENT_BYTES_MAX });
    }
    let time = serde_json::to_value(event.time).map_err(unavailable)?;
    let id = event.id.to_string();
    let mut headers = OwnedHeaders::new_with_capacity(9);
    for (key, value) in [
        ("ce_specversion", "1.0"),
        ("ce_id", id.as_str()),
        ("ce_source", event.source.as_str()),
        ("ce_type", event.kind.as_str()),
        ("ce_subject", event.subject.as_str()),
        ("ce_time", time.as_str().unwrap_or_default()),
        ("content-type", "application/json"),
    ] {
        headers = headers.insert(Header { key, value: Some(value) });
    }
    if let Some(traceparent) = &event.traceparent {
        headers = headers.insert(Header { key: "ce_traceparent", value: Some(traceparent) });
    }
    let payload = serde_json::to_vec(&event.data).map_err(unavailable)?;
    Ok(Outgoing { headers, payload })
}

pub(crate) fn header<'a>(message: &'a BorrowedMessage<'_>, name: &str) -> Option<&'a str> {
    let headers = message.headers()?;
    let header = headers.iter().find(|header| header.key == name)?;
    std::str::from_utf8(header.value?).ok()
}

/// None: it is not one of our events, whoever wrote it.
pub(crate) fn read(message: &BorrowedMessage<'_>) -> Option<Event> {
    let text = |name| header(message, name).map(str::to_owned);
    let plain = |text: &str| Value::String(text.to_owned());
    Some(Event {
        id: parse(plain(header(message, "ce_id")?))?,
        kind: text("ce_type")?,
        source: text("ce_source")?,
        subject: text("ce_subject")?,
        time: parse(plain(header(message, "ce_time")?))?,
        key: std::str::from_utf8(message.key()?).ok()?.to_owned(),
        traceparent: text("ce_traceparent"),
        data: serde_json::from_slice(message.payload()?).ok()?,
    })
}

fn parse<T: DeserializeOwned>(value: Value) -> Option<T> {
    serde_json::from_value(value).ok()
}
