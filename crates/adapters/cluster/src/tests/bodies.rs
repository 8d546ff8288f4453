//! Whose fault it is that a request was not answered: who breaks off or is slow puts no process to rest.

use std::io;

use axum::{body::Body as AxumBody, response::Response};
use futures::{
    StreamExt as _,
    future::join_all,
    stream::{iter, once, pending},
};
use http_body_util::Limited;
use svetu_http::Deadline;

use super::*;

const SOON: Duration = Duration::from_secs(10);
/// More than a connection lets be reset before they are looked at, if it is not told otherwise.
const READERS: usize = 60;

async fn told(answer: Response) -> String {
    let (parts, body) = answer.into_parts();
    let text = String::from_utf8(body.collect().await.unwrap().to_bytes().to_vec()).unwrap();
    let code =
        serde_json::from_str::<serde_json::Value>(&text).ok().and_then(|told| told["code"].as_str().map(str::to_owned));
    format!("{} {}", parts.status.as_u16(), code.unwrap_or(text))
}

fn pieces(text: &'static str, count: usize) -> impl futures::Stream<Item = io::Result<Bytes>> {
    iter(vec![text; count]).map(|piece| Ok(Bytes::from_static(piece.as_bytes())))
}

/// Comes after a while.
fn later(text: &'static str) -> AxumBody {
    AxumBody::from_stream(once(async move {
        tokio::time::sleep(Duration::from_millis(600)).await;
        Ok::<_, io::Error>(Bytes::from_static(text.as_bytes()))
    }))
}

#[tokio::test]
async fn a_reader_who_breaks_off_puts_nobody_to_rest() {
    let house = House::open("x").await;
    let gateway = house.gateway("x", &["/api/v1/x/take"], SOON);
    let send = async |body: AxumBody| {
        told(gateway.clone().oneshot(Request::post("/api/v1/x/take").body(body).unwrap()).await.unwrap()).await
    };
    let broken = |pieces_before: usize| {
        let end = once(async { Err(io::Error::from(io::ErrorKind::ConnectionReset)) });
        AxumBody::from_stream(pieces("some", pieces_before).chain(end))
    };
    for pieces_before in [0, 1, 3] {
        // Another reader's on the same connection.
        let (whole, broken) =
            tokio::join!(send(later("whole")), join_all((0..READERS).map(|_| send(broken(pieces_before)))));
        for answer in broken {
            assert_eq!(answer, "400 request.body_unreadable");
        }
        assert_eq!(whole, "200 5");
        assert_eq!(house.peers.stand().resting, 0);
    }
    let too_long = || AxumBody::new(Limited::new(AxumBody::from_stream(pieces("some", 4)), 10));
    for answer in join_all((0..READERS).map(|_| send(too_long()))).await {
        assert_eq!(answer, "413 request.too_large");
    }
    assert_eq!(house.peers.stand().resting, 0);
    assert_eq!(send(AxumBody::from("whole")).await, "200 5");
}

#[tokio::test]
async fn a_slow_reader_puts_nobody_to_rest() {
    let house = House::open("x").await;
    let gateway = house.gateway("x", &["/api/v1/x/take", "/api/v1/x/never"], SOON);
    let send = async |path: &str, body: AxumBody, within: Duration| {
        let request = Request::post(path).extension(Deadline(Instant::now() + within)).body(body).unwrap();
        told(gateway.clone().oneshot(request).await.unwrap()).await
    };
    let soon = Duration::from_millis(300);
    let slow = AxumBody::from_stream(pieces("some", 1).chain(pending()));
    assert_eq!(send("/api/v1/x/take", slow, soon).await, "504 service.timeout");
    assert_eq!(house.peers.stand().resting, 0);
    assert_eq!(send("/api/v1/x/take", AxumBody::from("whole"), SOON).await, "200 5");
    // Who was asked all there is to ask and says nothing is left alone.
    assert_eq!(send("/api/v1/x/never", AxumBody::from("whole"), soon).await, "504 service.timeout");
    assert_eq!(house.peers.stand().resting, 1);
}

#[tokio::test]
async fn a_body_has_the_time_that_the_gateway_gives_it() {
    let house = House::open("x").await;
    let gateway = house.gateway("x", &["/api/v1/x/take"], Duration::from_millis(200));
    let request = Request::post("/api/v1/x/take").extension(Deadline(Instant::now() + SOON));
    let request = request.body(later("photo")).unwrap();
    assert_eq!(told(gateway.oneshot(request).await.unwrap()).await, "200 5");
}
