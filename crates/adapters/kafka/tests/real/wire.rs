//! What other programs see on the topics, and what we make of theirs.

use std::time::Duration;

use rdkafka::{
    ClientConfig,
    consumer::{BaseConsumer, Consumer as _},
    message::{Headers as _, Message as _},
    producer::{BaseProducer, BaseRecord, Producer as _},
};
use svetu_ports::{BusError, bus::EVENT_BYTES_MAX};
use svetu_testkit::eventually;

use super::*;

fn client(engine: &Engine) -> ClientConfig {
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", engine.url().trim_start_matches("kafka://"));
    config
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn records_are_cloudevents_and_other_records_are_passed_over() {
    let engine = Engine::start("kafka");
    let bus = bus(&format!("{}?prefix=other&partitions=3", engine.url()));
    let traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    let sent = Event { traceparent: Some(traceparent.to_owned()), ..event("ključ", 7) };
    publish(&bus, std::slice::from_ref(&sent)).await;

    let reader: BaseConsumer =
        client(&engine).set("group.id", "another program").set("auto.offset.reset", "earliest").create().unwrap();
    let metadata = reader.fetch_metadata(Some("other.test"), Duration::from_secs(5)).unwrap();
    assert_eq!(metadata.topics()[0].partitions().len(), 3);
    reader.subscribe(&["other.test"]).unwrap();
    let message = (0..200).find_map(|_| reader.poll(Duration::from_millis(100))).unwrap().unwrap();
    assert_eq!(message.key(), Some("ključ".as_bytes()));
    assert_eq!(message.payload(), Some(&b"7"[..]));
    let told: BTreeSet<(String, String)> = message
        .headers()
        .unwrap()
        .iter()
        .filter(|header| header.key != "svetu_seal")
        .map(|header| (header.key.to_owned(), String::from_utf8(header.value.unwrap().to_vec()).unwrap()))
        .collect();
    let id = sent.id.to_string();
    let expected = [
        ("ce_specversion", "1.0"),
        ("ce_id", &id),
        ("ce_source", "test"),
        ("ce_type", KIND),
        ("ce_subject", "thing"),
        ("ce_time", "2026-01-15T12:00:00Z"),
        ("ce_traceparent", traceparent),
        ("content-type", "application/json"),
    ];
    assert_eq!(told, expected.map(|(key, value)| (key.to_owned(), value.to_owned())).into());
    drop(message);

    let writer: BaseProducer = client(&engine).create().unwrap();
    writer.send(BaseRecord::<str, str>::to("other.test").key("ključ").payload("no event")).unwrap();
    writer.flush(Duration::from_secs(10)).unwrap();
    publish(&bus, &[event("ključ", 8)]).await;
    let seen = Arc::new(Seen::default());
    let running = run(&bus, "test.wire", 10, seen.clone());
    eventually("ours arrive", || async { seen.of("ključ") == [7, 8] }).await;
    eventually("nothing is waited for", || async { bus.lag("test.wire").await.unwrap() == Some(0) }).await;
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_somebody_else_wrote_is_laid_aside() {
    let engine = Engine::start("kafka");
    let ours = bus(engine.url());
    let theirs: Arc<dyn Bus> = Arc::new(KafkaBus::try_new(engine.url(), b"another secret", clock()).unwrap());
    publish(&ours, &[event("a", 1)]).await;
    publish(&theirs, &[event("a", 2)]).await;
    publish(&ours, &[event("a", 3)]).await;
    let seen = Arc::new(Seen::default());
    let running = run(&ours, "test.foreign", 10, seen.clone());
    eventually("ours arrive", || async { seen.of("a") == [1, 3] }).await;
    let letters = ours.dead_letters(Some("test.foreign"), 0, 10).await.unwrap();
    assert!(letters.len() == 1 && letters[0].event.data == 2 && letters[0].reason.contains("seal"), "{letters:?}");
    // What stands on the shelf is believed of us alone, too.
    assert!(theirs.dead_letters(Some("test.foreign"), 0, 10).await.unwrap().is_empty());
    ours.replay(letters[0].id).await.unwrap();
    eventually("who looked at it may have it handled", || async { seen.of("a") == [1, 3, 2] }).await;
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_of_the_greatest_size_passes_and_a_greater_one_is_refused_before_anything_is_sent() {
    let engine = Engine::start("kafka");
    let bus = bus(engine.url());
    let mut large = event("large", "");
    let envelope = serde_json::to_vec(&large).unwrap().len();
    // It compresses badly, as pictures would.
    let noise: String = (0..EVENT_BYTES_MAX - envelope)
        .scan(1_u32, |state, _| {
            *state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            char::from_digit((*state >> 24) % 36, 36)
        })
        .collect();
    large.data = noise.into();
    assert_eq!(serde_json::to_vec(&large).unwrap().len(), EVENT_BYTES_MAX);
    publish(&bus, std::slice::from_ref(&large)).await;
    let five_megabytes = event("large", "x".repeat(5 * 1024 * 1024));
    let error = bus.publish(&[event("large", 1), five_megabytes]).await.unwrap_err();
    assert!(matches!(error, BusError::TooLarge { bytes, .. } if bytes > 5 * 1024 * 1024), "{error}");
    let seen = Arc::new(Seen::default());
    let running = run(&bus, "test.large", 10, seen.clone());
    eventually("it arrives", || async { seen.len() == 1 }).await;
    // Forty of them at once, to a member that takes one at a time.
    let many: Vec<Event> =
        (0..40).map(|n| Event { id: event("", 0).id, key: format!("{n}"), ..large.clone() }).collect();
    for some in many.chunks(10) {
        publish(&bus, some).await;
    }
    eventually("all arrive", || async { seen.len() == 41 }).await;
    running.stop().await;
}

#[test]
fn urls_that_cannot_be_are_refused() {
    for url in [
        "kafka:",
        "kafka://",
        "kafka://host",
        "kafka://user:secret@host:9092",
        "kafka://host:9092/topic",
        "kafka://host:9092?partitions=0",
        "kafka://host:9092?prefix=a.b",
        "kafka://host:9092?colour=red",
        "postgres://host:9092",
    ] {
        assert!(KafkaBus::try_new(url, SECRET, clock()).is_err(), "{url}");
    }
    KafkaBus::try_new("kafka://one:9092,two:9092?prefix=svetu-test&partitions=12&replication=3", SECRET, clock())
        .unwrap();
}
