//! What a caller may take of a process: time, memory and places.

use svetu_contracts::ContractError;
use tokio::{io::AsyncReadExt as _, net::TcpSocket, time::timeout};
use tonic::Code;

use super::*;
use crate::{
    Kept,
    wire::{self, Bounds, Caller, Envelope, Keep, Method},
};

const SOON: Duration = Duration::from_secs(10);
const SERVICE: &str = "svetu.x.v1.X";
const MIB: usize = 1024 * 1024;

const fn method(name: &'static str, bounds: Bounds) -> Method {
    Method { name, bounds, again: Again::Yes, callers: &["gateway"] }
}

const ECHO: Method = method("echo", Bounds::small(SOON));
const ROWS: Method = method("rows", Bounds::bulk(SOON));
/// Both never answer: one may take half a second, the other an hour.
const BRIEF: Method = method("brief", Bounds::small(Duration::from_millis(500)));
const LONG: Method = method("long", Bounds::small(Duration::from_secs(3_600)));

pub(super) fn contract() -> Kept {
    let keep: Keep = Arc::new(|method, envelope| match method {
        "brief" | "long" => Box::pin(std::future::pending()),
        _ => Box::pin(async move { Ok(envelope) }),
    });
    Kept { service: SERVICE, methods: &[ECHO, ROWS, BRIEF, LONG], keep }
}

/// One call by hand: with the time that it says, or none.
async fn ask(peers: &Peers, service: &str, method: &str, json: &str, within: Option<&str>) -> Response<Incoming> {
    let message = prost::Message::encode_to_vec(&Envelope { json: json.to_owned(), files: Vec::new() });
    let mut frame = vec![0];
    frame.extend(u32::try_from(message.len()).unwrap().to_be_bytes());
    frame.extend(message);
    let path = format!("/{service}/{method}");
    let asked = peers.ask(Again::Unheard, Instant::now() + SOON, whole, |http, authority| {
        let mut request = Request::post(path.clone())
            .version(http::Version::HTTP_2)
            .header(header::CONTENT_TYPE, "application/grpc")
            .header(header::TE, "trailers");
        if let Some(within) = within {
            request = request.header(wire::TIMEOUT, within);
        }
        let body = Body::new(http_body_util::Full::new(Bytes::from(frame.clone())));
        Box::pin(send(http, authority, request.body(body).unwrap()))
    });
    let answer = asked.await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK, "{path}");
    answer
}

pub(super) async fn call(peers: &Peers, service: &str, method: &str, json: &str, within: Option<&str>) -> Code {
    let (parts, body) = ask(peers, service, method, json, within).await.into_parts();
    let trailers = body.collect().await.unwrap().trailers().cloned().unwrap_or_default();
    let code = parts.headers.get("grpc-status").or_else(|| trailers.get("grpc-status"));
    Code::from_bytes(code.unwrap().as_bytes())
}

#[tokio::test]
async fn a_call_has_the_time_of_its_caller_and_no_more_than_its_methods() {
    let house = House::open("x").await;
    let call = async |method, within| call(&house.peers, SERVICE, method, "1", within).await;
    assert_eq!(call("echo", None).await, Code::Ok);
    assert_eq!(call("long", Some("200m")).await, Code::DeadlineExceeded);
    for longer in [None, Some("99999999H"), Some("5S"), Some("not a time")] {
        assert_eq!(call("brief", longer).await, Code::DeadlineExceeded, "{longer:?}");
    }
}

#[tokio::test]
async fn a_message_is_as_long_as_its_method_needs() {
    let house = House::open("x").await;
    let caller = Caller::new(Arc::clone(&house.peers), SERVICE);
    // A caller that knows no bound.
    let say = async |name: &'static str, bytes: usize| {
        let said = caller.call::<_, String>(method(name, Bounds::bulk(SOON)), &"a".repeat(bytes)).await;
        said.map(|said| said.len())
    };
    assert_eq!(say("echo", MIB / 2).await.unwrap(), MIB / 2);
    let refused = say("echo", 2 * MIB).await.unwrap_err().to_string();
    assert!(refused.contains("too large"), "{refused}");
    assert_eq!(say("rows", 2 * MIB).await.unwrap(), 2 * MIB);
    let refused = say("rows", 65 * MIB).await.unwrap_err();
    assert!(matches!(refused, ContractError::Refused(_)), "{refused:?}");
    assert_eq!(house.peers.stand().resting, 0);
}

#[tokio::test]
async fn calls_have_places_and_rows_have_others() {
    let house = House::with(Plan { calls: Calls::new(1, 1), ..Plan::default() }).await;
    let call = async |method, within| call(&house.peers, SERVICE, method, "1", within).await;
    let full = async {
        // It may come to its place after some of ours.
        while call("echo", Some("200m")).await != Code::DeadlineExceeded {}
        assert_eq!(call("rows", None).await, Code::Ok, "rows are not kept waiting");
    };
    let (held, full) = tokio::join!(call("long", Some("5S")), timeout(SOON, full));
    full.expect("the place is taken");
    assert_eq!(held, Code::DeadlineExceeded);
    assert_eq!(call("echo", None).await, Code::Ok, "places come back");
}

#[tokio::test]
async fn who_does_not_read_an_answer_holds_its_place_for_the_calls_time() {
    let house = House::with(Plan { calls: Calls::new(1, 1), ..Plan::default() }).await;
    let rows = "a".repeat(8 * MIB);
    // More than the connection takes without being read.
    let unread = ask(&house.peers, SERVICE, "rows", &rows, Some("3S")).await;
    let other = house.seen_by("gateway");
    assert_eq!(call(&other, SERVICE, "rows", "1", None).await, Code::Ok);
    // How it tells that it was cut off is its connection's matter.
    let read = unread.into_body().collect().await.map_or(0, |read| read.to_bytes().len());
    assert!(read < rows.len(), "{read} bytes");
}

#[tokio::test]
async fn who_stands_idle_at_the_threshold_keeps_nobody_out() {
    let house = House::with(Plan { places: Places::new(8, 4, 2), ..Plan::default() }).await;
    // From another address of this machine than the peers.
    let stranger = async || {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind("127.0.0.2:0".parse().unwrap()).unwrap();
        socket.connect(house.address).await.unwrap()
    };
    let mut idle = Vec::new();
    for _ in 0..16 {
        idle.push(stranger().await);
    }
    assert_eq!(timeout(SOON, call(&house.peers, SERVICE, "echo", "1", None)).await.unwrap(), Code::Ok);
    // Who is beyond the share is sent away, and who stays is not waited for for ever.
    for mut idle in idle {
        let ended = timeout(SOON, idle.read(&mut [0; 16])).await.unwrap();
        assert!(matches!(ended, Ok(0) | Err(_)), "{ended:?}");
    }
    // Whose handshake is done leaves the threshold to others.
    for n in 0..6 {
        assert_eq!(call(&house.seen_by("gateway"), SERVICE, "echo", "1", None).await, Code::Ok, "{n}");
    }
}
