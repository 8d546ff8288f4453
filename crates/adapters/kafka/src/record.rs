//! Events as records: CloudEvents' binding to Kafka in binary mode, the event's key as the record's.

use rdkafka::message::{BorrowedMessage, Header, Headers as _, Message as _, OwnedHeaders};
use serde::de::DeserializeOwned;
use serde_json::Value;
use svetu_ports::{BusError, Event, bus::EVENT_BYTES_MAX};

use crate::{bus::unavailable, seal::Seal};

pub(crate) struct Outgoing {
    pub headers: OwnedHeaders,
    pub payload: Vec<u8>,
}

/// Its size counts as it does on every bus.
pub(crate) fn of(event: &Event, seal: &Seal) -> Result<Outgoing, BusError> {
    let bytes = serde_json::to_vec(event).map_err(unavailable)?.len();
    if bytes > EVENT_BYTES_MAX {
        return Err(BusError::TooLarge { bytes, bytes_max: EVENT_BYTES_MAX });
    }
    let time = serde_json::to_value(event.time).map_err(unavailable)?;
    let id = event.id.to_string();
    let mut headers = OwnedHeaders::new_with_capacity(10);
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
    let told = Told {
        id: &id,
        kind: &event.kind,
        source: &event.source,
        subject: &event.subject,
        time: time.as_str().unwrap_or_default(),
        traceparent: event.traceparent.as_deref(),
    };
    let headers = seal.put(headers, &told.sealed(&event.key, &payload));
    Ok(Outgoing { headers, payload })
}

/// The headers that an event is read from.
struct Told<'a> {
    id: &'a str,
    kind: &'a str,
    source: &'a str,
    subject: &'a str,
    time: &'a str,
    traceparent: Option<&'a str>,
}

impl<'a> Told<'a> {
    fn sealed(&self, key: &'a str, payload: &'a [u8]) -> [&'a [u8]; 9] {
        [
            b"event",
            self.id.as_bytes(),
            self.kind.as_bytes(),
            self.source.as_bytes(),
            self.subject.as_bytes(),
            self.time.as_bytes(),
            self.traceparent.unwrap_or_default().as_bytes(),
            key.as_bytes(),
            payload,
        ]
    }
}

pub(crate) fn header<'a>(message: &'a BorrowedMessage<'_>, name: &str) -> Option<&'a str> {
    let headers = message.headers()?;
    let header = headers.iter().find(|header| header.key == name)?;
    std::str::from_utf8(header.value?).ok()
}

pub(crate) struct Incoming {
    pub event: Event,
    /// Whether the platform wrote it.
    pub is_ours: bool,
}

/// None: it is no event.
pub(crate) fn read(message: &BorrowedMessage<'_>, seal: &Seal) -> Option<Incoming> {
    let told = Told {
        id: header(message, "ce_id")?,
        kind: header(message, "ce_type")?,
        source: header(message, "ce_source")?,
        subject: header(message, "ce_subject")?,
        time: header(message, "ce_time")?,
        traceparent: header(message, "ce_traceparent"),
    };
    let (key, payload) = (std::str::from_utf8(message.key()?).ok()?, message.payload()?);
    let plain = |text: &str| Value::String(text.to_owned());
    let event = Event {
        id: parse(plain(told.id))?,
        kind: told.kind.to_owned(),
        source: told.source.to_owned(),
        subject: told.subject.to_owned(),
        time: parse(plain(told.time))?,
        key: key.to_owned(),
        traceparent: told.traceparent.map(str::to_owned),
        data: serde_json::from_slice(payload).ok()?,
    };
    Some(Incoming { event, is_ours: seal.is_on(message, &told.sealed(key, payload)) })
}

fn parse<T: DeserializeOwned>(value: Value) -> Option<T> {
    serde_json::from_value(value).ok()
}
