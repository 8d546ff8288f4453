//! Members that come, go, die and are slow.

use std::time::Duration;

use svetu_testkit::eventually;

use super::*;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn members_that_come_and_go_lose_and_reorder_nothing() {
    const ROUNDS: u64 = 150;
    let engine = Engine::start("kafka");
    let buses = [bus(engine.url()), bus(engine.url()), bus(engine.url())];
    let seen = Seen::slow(Duration::from_millis(10));
    let publisher = tokio::spawn({
        let bus = Arc::clone(&buses[0]);
        async move {
            for round in 0..ROUNDS {
                let events: Vec<Event> = (0..16).map(|key| event(format!("key-{key}"), round)).collect();
                publish(&bus, &events).await;
                tokio::time::sleep(Duration::from_millis(40)).await;
            }
        }
    });
    let stays = run(&buses[0], "test.members", 10, seen.clone());
    for round in 0..5 {
        let comes = run(&buses[1 + round % 2], "test.members", 10, seen.clone());
        tokio::time::sleep(Duration::from_millis(1_000)).await;
        comes.stop().await;
    }
    publisher.await.unwrap();
    let whole = 16 * usize::try_from(ROUNDS).unwrap();
    eventually("everything arrived", || async { seen.distinct().len() == whole }).await;
    stays.stop().await;
    for key in 0..16 {
        assert_eq!(seen.of(&format!("key-{key}")), (0..ROUNDS).collect::<Vec<_>>(), "key-{key}");
    }
    assert_eq!(seen.len(), whole, "a partition moves when its batch has landed: nothing is handled twice");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_member_that_dies_is_followed_by_another() {
    let engine = Engine::start("kafka");
    let (one, two) = (bus(engine.url()), bus(engine.url()));
    let seen = Arc::new(Seen::default());
    let dies = run(&one, "test.dies", 10, seen.clone());
    publish(&one, &[event("a", 1)]).await;
    eventually("the first arrives", || async { seen.len() == 1 }).await;
    let follows = run(&two, "test.dies", 10, seen.clone());
    // Its task is gone without a word; its thread notices and leaves.
    dies.task.abort();
    publish(&two, &(2..50).map(|n| event(format!("key-{}", n % 8), n)).collect::<Vec<_>>()).await;
    eventually("the other takes over", || async { seen.distinct().len() == 49 }).await;
    follows.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_handler_keeps_its_partitions_and_holds_up_nobody_else() {
    let engine = Engine::start("kafka");
    let bus = bus(engine.url());
    // Longer than a session may be silent.
    let slow = Seen::slow(Duration::from_secs(12));
    let quick = Arc::new(Seen::default());
    let running = [run(&bus, "test.slow", 5_000, slow.clone()), run(&bus, "test.quick", 50, quick.clone())];
    publish(&bus, &[event("warm", 0)]).await;
    eventually("the quick one begins", || async { quick.len() == 1 }).await;
    for round in 0..40 {
        let events: Vec<Event> = (0..100).map(|n| event("busy", round * 100 + n)).collect();
        publish(&bus, &events).await;
    }
    eventually("the quick one is done", || async { quick.len() == 4_001 }).await;
    assert!(bus.lag("test.slow").await.unwrap().is_some_and(|lag| lag > 0), "the slow one is still at it");
    // As many batches as it took the events to come.
    for _ in 0..12 {
        tokio::time::sleep(Duration::from_secs(10)).await;
        if bus.lag("test.slow").await.unwrap() == Some(0) {
            break;
        }
    }
    assert_eq!(bus.lag("test.slow").await.unwrap(), Some(0));
    assert_eq!(slow.len(), 4_001, "its session lasted: nothing came again");
    assert_eq!(slow.of("busy"), (0..4_000).collect::<Vec<_>>());
    for member in running {
        member.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_partition_that_was_full_is_read_on_after_it_went_and_came_back() {
    const ROUNDS: u64 = 300;
    let engine = Engine::start("kafka");
    let (one, two) = (bus(engine.url()), bus(engine.url()));
    for round in 0..ROUNDS {
        publish(&one, &(0..16).map(|key| event(format!("key-{key}"), round)).collect::<Vec<_>>()).await;
    }
    let whole = 16 * usize::try_from(ROUNDS).unwrap();
    let seen = Seen::slow(Duration::from_millis(20));
    // What waits of a partition is soon more than four batches of ten.
    let stays = run(&one, "test.full", 10, seen.clone());
    eventually("it begins", || async { seen.len() > 0 }).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    let comes = run(&two, "test.full", 10, seen.clone());
    tokio::time::sleep(Duration::from_secs(2)).await;
    comes.stop().await;
    assert!(seen.distinct().len() < whole, "it was too quick to be full");
    eventually("everything arrived", || async { seen.distinct().len() == whole }).await;
    eventually("the group knows it", || async { one.lag("test.full").await.is_ok_and(|lag| lag == Some(0)) }).await;
    stays.stop().await;
    assert_eq!(seen.len(), whole, "nothing is handled twice");
}

/// A member in a process of its own, which can be killed.
struct Process(std::process::Child);

impl Process {
    fn start(engine: &Engine, group: &str) -> Self {
        let mut command = std::process::Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", "members::is_a_process_of_its_own", "--ignored", "--nocapture"]);
        command.env("SVETU_TEST_MEMBER", engine.url()).env("SVETU_TEST_GROUP", group);
        Self(command.stdout(std::process::Stdio::null()).spawn().unwrap())
    }

    fn signal(&self, signal: &str) {
        let id = self.0.id().to_string();
        assert!(std::process::Command::new("kill").args([signal, &id]).status().unwrap().success());
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "the tests beside it start it"]
#[allow(clippy::disallowed_methods, reason = "what it is to do comes from the test that starts it")]
async fn is_a_process_of_its_own() {
    let Ok(url) = std::env::var("SVETU_TEST_MEMBER") else { return };
    let group: &'static str = std::env::var("SVETU_TEST_GROUP").unwrap().leak();
    run(&bus(&url), group, 10, Seen::slow(Duration::from_millis(5))).task.await.unwrap();
}

/// Under load all the while; afterwards nothing is behind.
async fn is_killed_and_frozen(group: &'static str, signals: &[&str]) {
    let engine = Engine::start("kafka");
    let bus = bus(engine.url());
    let seen = Seen::slow(Duration::from_millis(5));
    publish(&bus, &(0..16).map(|key| event(format!("key-{key}"), 0)).collect::<Vec<_>>()).await;
    let stays = run(&bus, group, 10, seen.clone());
    let (done, is_done) = watch::channel(false);
    let publisher = tokio::spawn({
        let bus = Arc::clone(&bus);
        async move {
            let mut round = 0;
            while !*is_done.borrow() {
                round += 1;
                publish(&bus, &(0..16).map(|key| event(format!("key-{key}"), round)).collect::<Vec<_>>()).await;
                tokio::time::sleep(Duration::from_millis(40)).await;
            }
        }
    });
    let mut other = Process::start(&engine, group);
    for signal in signals {
        tokio::time::sleep(Duration::from_secs(4)).await;
        if *signal == "-KILL" {
            drop(other);
            other = Process::start(&engine, group);
        } else {
            other.signal(signal);
            // Longer than a session may be silent.
            tokio::time::sleep(Duration::from_secs(14)).await;
            other.signal("-CONT");
        }
    }
    tokio::time::sleep(Duration::from_secs(14)).await;
    done.send(true).unwrap();
    publisher.await.unwrap();
    // Who dies while the group is being sorted is waited for by two silences.
    for _ in 0..30 {
        if bus.lag(group).await.is_ok_and(|lag| lag == Some(0)) {
            break;
        }
        tokio::time::sleep(Duration::from_secs(2)).await;
    }
    assert_eq!(bus.lag(group).await.unwrap(), Some(0), "what was handled is known to the group");
    drop(other);
    stays.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_that_is_killed_leaves_nothing_behind() {
    is_killed_and_frozen("test.killed", &["-KILL", "-KILL"]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_that_is_frozen_and_thawed_leaves_nothing_behind() {
    is_killed_and_frozen("test.thawed", &["-STOP", "-KILL"]).await;
}
