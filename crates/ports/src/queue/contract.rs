//! What every [`Queue`] keeps, run by each adapter's tests.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use bytes::Bytes;

use super::{
    CALL_MESSAGES_MAX, DELIVERIES_MAX, MESSAGE_BYTES_MAX, MESSAGES_MAX, Message, NAME_BYTES_MAX, Queue, QueueError,
};

const LONG: Duration = Duration::from_secs(60);
const SHORT: Duration = Duration::from_millis(100);

/// The engine may hold other queues; those here begin with `contract:`.
pub async fn all(queue: Arc<dyn Queue>) {
    oldest_first_and_each_once(&*queue).await;
    queues_are_apart(&*queue).await;
    what_is_not_done_comes_again(&*queue).await;
    what_nobody_can_do_is_dropped(&*queue).await;
    a_full_one_keeps_the_newest(&*queue).await;
    bounds(&*queue).await;
    takers_share(&queue).await;
}

async fn oldest_first_and_each_once(queue: &dyn Queue) {
    let name = "contract:order";
    assert_eq!(queue.take(name, 10, LONG).await.unwrap(), []);
    queue.put(name, &bodies(0..3)).await.unwrap();
    queue.put(name, &bodies(3..5)).await.unwrap();
    queue.put(name, &[]).await.unwrap();
    let first = queue.take(name, 2, LONG).await.unwrap();
    assert_eq!(numbers(&first), [0, 1]);
    // Others are handed out meanwhile.
    let second = queue.take(name, 10, LONG).await.unwrap();
    assert_eq!(numbers(&second), [2, 3, 4]);
    assert_eq!(queue.take(name, 10, LONG).await.unwrap(), []);
    assert_eq!(queue.take(name, 0, LONG).await.unwrap(), []);
    for _ in 0..2 {
        queue.done(name, &ids(&first)).await.unwrap();
    }
    queue.done(name, &ids(&second)).await.unwrap();
    queue.done(name, &[]).await.unwrap();
    // A name that was used is as good as a new one.
    queue.put(name, &bodies(5..6)).await.unwrap();
    let third = queue.take(name, 10, LONG).await.unwrap();
    assert_eq!(numbers(&third), [5]);
    queue.done(name, &ids(&third)).await.unwrap();
}

async fn queues_are_apart(queue: &dyn Queue) {
    queue.put("contract:here", &bodies(1..2)).await.unwrap();
    assert_eq!(queue.take("contract:there", 10, LONG).await.unwrap(), []);
    let here = queue.take("contract:here", 10, LONG).await.unwrap();
    queue.done("contract:there", &ids(&here)).await.unwrap();
    queue.done("contract:here", &ids(&here)).await.unwrap();
}

async fn what_is_not_done_comes_again(queue: &dyn Queue) {
    let name = "contract:again";
    queue.put(name, &bodies(0..3)).await.unwrap();
    let taken = queue.take(name, 3, SHORT).await.unwrap();
    queue.done(name, &ids(&taken[1..2])).await.unwrap();
    tokio::time::sleep(SHORT * 2).await;
    queue.put(name, &bodies(3..4)).await.unwrap();
    let again = queue.take(name, 10, SHORT).await.unwrap();
    assert_eq!(numbers(&again), [0, 2, 3]);
    assert_eq!(ids(&again)[..2], [taken[0].id.clone(), taken[2].id.clone()]);
    // One that comes late is done all the same.
    queue.done(name, &ids(&again)).await.unwrap();
    tokio::time::sleep(SHORT * 2).await;
    assert_eq!(queue.take(name, 10, SHORT).await.unwrap(), []);
}

async fn what_nobody_can_do_is_dropped(queue: &dyn Queue) {
    let name = "contract:poison";
    queue.put(name, &bodies(0..1)).await.unwrap();
    for _ in 0..DELIVERIES_MAX {
        assert_eq!(numbers(&queue.take(name, 10, SHORT).await.unwrap()), [0]);
        tokio::time::sleep(SHORT * 2).await;
    }
    queue.put(name, &bodies(1..2)).await.unwrap();
    let taken = queue.take(name, 10, SHORT).await.unwrap();
    assert_eq!(numbers(&taken), [1], "the rest of the queue goes on");
    queue.done(name, &ids(&taken)).await.unwrap();
}

async fn a_full_one_keeps_the_newest(queue: &dyn Queue) {
    let name = "contract:full";
    let most = u32::try_from(MESSAGES_MAX).unwrap();
    // Also when its oldest were handed out.
    queue.put(name, &bodies(0..10)).await.unwrap();
    queue.take(name, 10, SHORT).await.unwrap();
    for from in (10..most + 2_000).step_by(CALL_MESSAGES_MAX) {
        queue.put(name, &bodies(from..from + 1_000)).await.unwrap();
    }
    tokio::time::sleep(SHORT * 2).await;
    let mut held = Vec::new();
    loop {
        let taken = queue.take(name, CALL_MESSAGES_MAX, LONG).await.unwrap();
        if taken.is_empty() {
            break;
        }
        held.extend(numbers(&taken));
        queue.done(name, &ids(&taken)).await.unwrap();
    }
    assert_eq!(held.len(), MESSAGES_MAX);
    assert!(held.is_sorted() && held.first() == Some(&2_010), "{:?}", held.first());
}

async fn bounds(queue: &dyn Queue) {
    let name = "contract:bounds";
    let large = Bytes::from(vec![7; MESSAGE_BYTES_MAX]);
    let too_large = Bytes::from(vec![7; MESSAGE_BYTES_MAX + 1]);
    let refused = |result: Result<(), QueueError>| assert!(matches!(result, Err(QueueError::Refused(_))));
    refused(queue.put(name, &[large.clone(), too_large]).await);
    refused(queue.put(name, &bodies(0..1_001)).await);
    refused(queue.put("", &bodies(0..1)).await);
    refused(queue.put(&"q".repeat(NAME_BYTES_MAX + 1), &bodies(0..1)).await);
    refused(queue.take(name, CALL_MESSAGES_MAX + 1, LONG).await.map(drop));
    refused(queue.done(name, &vec!["0-1".to_owned(); CALL_MESSAGES_MAX + 1]).await);
    assert_eq!(queue.take(name, 10, LONG).await.unwrap(), [], "nothing of a call that was refused is put");
    queue.done(name, &["not an id".to_owned()]).await.unwrap();
    queue.put(name, std::slice::from_ref(&large)).await.unwrap();
    let taken = queue.take(name, 1, LONG).await.unwrap();
    assert_eq!(taken[0].body, large);
    queue.done(name, &ids(&taken)).await.unwrap();
}

async fn takers_share(queue: &Arc<dyn Queue>) {
    let name = "contract:share";
    queue.put(name, &bodies(0..400)).await.unwrap();
    let takers = (0..8).map(|_| {
        let queue = Arc::clone(queue);
        tokio::spawn(async move {
            let mut had = Vec::new();
            loop {
                let taken = queue.take(name, 7, LONG).await.unwrap();
                if taken.is_empty() {
                    return had;
                }
                had.extend(numbers(&taken));
                queue.done(name, &ids(&taken)).await.unwrap();
            }
        })
    });
    let mut had = Vec::new();
    for taker in takers.collect::<Vec<_>>() {
        had.extend(taker.await.unwrap());
    }
    assert_eq!(had.len(), 400, "each goes to one");
    assert_eq!(had.into_iter().collect::<BTreeSet<_>>(), (0..400).collect());
}

fn bodies(numbers: std::ops::Range<u32>) -> Vec<Bytes> {
    numbers.map(|number| Bytes::from(number.to_string())).collect()
}

fn numbers(messages: &[Message]) -> Vec<u32> {
    messages.iter().map(|message| std::str::from_utf8(&message.body).unwrap().parse().unwrap()).collect()
}

fn ids(messages: &[Message]) -> Vec<String> {
    messages.iter().map(|message| message.id.clone()).collect()
}
