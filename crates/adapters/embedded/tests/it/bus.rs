use std::sync::Arc;

use svetu_db::Schema;
use svetu_embedded::{BusOptions, MIGRATOR, PostgresBus};
use svetu_ports::bus::contract;
use svetu_testkit::TestDb;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_bus_keeps_its_contract() {
    let world = TestDb::new(&[Schema { name: "bus", migrator: &MIGRATOR }]).await;
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let options = BusOptions { lease: std::time::Duration::from_secs(2), ..BusOptions::default() };
    let buses = [PostgresBus::new(world.db("bus"), options.clone()), PostgresBus::new(world.db("bus"), options)];
    let maintained: Vec<_> = buses
        .iter()
        .map(|bus| {
            let (bus, stopped) = (Arc::clone(bus), stopped.clone());
            tokio::spawn(async move { bus.maintain(stopped).await })
        })
        .collect();
    let [one, two] = buses;
    contract::all(one, two).await;
    stop.send(true).unwrap();
    for task in maintained {
        task.await.unwrap();
    }
}
