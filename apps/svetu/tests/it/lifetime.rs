//! Started, found, stopped; and what stands in the way of a start.

use std::{fs, net::TcpListener};

use nix::{sys::signal::kill, unistd::Pid};

use crate::platform::{Api, Place};

#[tokio::test(flavor = "multi_thread")]
async fn one_state_folder_is_one_platform() {
    let place = Place::seeded().await;
    let up = place.run(&["up", "--no-site", "--demo", "24", "--detach"]).await.expect(0);
    let note = place.note().expect("running.json");
    let url = note["url"].as_str().unwrap();
    for text in ["is ready", url, "/api/docs", "/dev/mail", "kupac@example.com", "moderator", "svetu-demo-lozinka"] {
        assert!(up.out.contains(text), "«{text}» is not in: {}", up.out);
    }
    let api = Api::new(url);
    assert_eq!(api.get("/health/live").await.unwrap().status, 200);
    assert_eq!(api.get("/health/ready").await.unwrap().status, 200);
    let pid = note["pid"].to_string();

    for second in [&["up", "--no-site"][..], &["up", "--no-site", "--detach"]] {
        place.run(second).await.refused(&["already runs", url, &pid]);
    }
    // Another folder is another platform, at another door.
    let other = Place::seeded().await;
    let beside = other.up(&[]).await;
    assert_ne!(beside.api.url, url);
    beside.stop().await;

    let healthy = place.run(&["doctor"]).await;
    assert!(healthy.out.contains("svetu runs from it") && healthy.out.contains(url), "{}", healthy.out);
    place.run(&["verify"]).await.expect(0);
    place.run(&["reindex"]).await.expect(0);
    place.run(&["verify"]).await.expect(0);
    assert!(place.run(&["dead-letters", "list"]).await.expect(0).out.contains("the shelf is empty"));

    let postmaster = place.postmaster().expect("PostgreSQL runs");
    assert!(place.run(&["stop"]).await.expect(0).out.contains("stopped"));
    assert!(kill(Pid::from_raw(pid.parse().unwrap()), None).is_err(), "svetu is still there");
    assert!(kill(postmaster, None).is_err(), "PostgreSQL is still there");
    for name in ["running.json", "control.sock", "postgres/postmaster.pid"] {
        assert!(!place.state().join(name).exists(), "{name} is still there");
    }
    assert!(place.run(&["stop"]).await.expect(0).out.contains("nothing runs"));

    // Without a platform, commands bring what they need and take it away again.
    place.run(&["verify"]).await.expect(0);
    assert!(place.postmaster().is_none(), "a command left PostgreSQL running");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_port_that_is_taken_is_named_and_nothing_stays_behind() {
    let place = Place::seeded().await;
    let taken = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    place.run(&["up", "--no-site", "--port", &port]).await.refused(&["door.port", &port]);
    assert!(place.postmaster().is_none(), "PostgreSQL was left running");
    let unwell = place.run(&["doctor"]).await;
    assert!(unwell.out.contains("door"), "{}", unwell.out);
    drop(taken);
    let platform = place.up(&["--port", &port]).await;
    assert!(platform.api.url.ends_with(&port));
    platform.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn data_of_another_postgresql_are_refused_with_a_way_out() {
    let place = Place::seeded().await;
    let version = place.state().join("postgres/PG_VERSION");
    fs::write(&version, "13\n").unwrap();
    let way = ["PostgreSQL 13", "postgresql-13", "pg_upgrade", "state.folder"];
    place.run(&["up", "--no-site"]).await.refused(&way);
    place.run(&["migrate"]).await.refused(&way);
    let told = place.run(&["doctor"]).await.expect(1).out;
    assert!(told.lines().any(|line| line.starts_with("BAD") && line.contains("PostgreSQL 13")), "{told}");
    assert_eq!(fs::read_to_string(version).unwrap(), "13\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn synonyms_that_cannot_be_read_are_named() {
    let place = Place::seeded().await;
    place.write("svetu.toml", "[search]\nsynonyms = \"nowhere.toml\"");
    place.run(&["up", "--no-site"]).await.refused(&["search.synonyms", "nowhere.toml"]);
    assert!(place.postmaster().is_none(), "PostgreSQL was left running");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_holds_something_else_is_left_alone() {
    let place = Place::fresh();
    let data = place.state().join("postgres");
    fs::create_dir(&data).unwrap();
    fs::write(data.join("letters.txt"), "keep me").unwrap();
    place.run(&["up", "--no-site"]).await.refused(&["no PostgreSQL cluster", "state.folder"]);
    assert_eq!(fs::read_to_string(data.join("letters.txt")).unwrap(), "keep me");
}

#[tokio::test]
async fn the_doctor_names_what_is_missing() {
    let place = Place::fresh();
    let file = place.write(
        "svetu.toml",
        "[postgres]\nbin = \"/nowhere\"\n[site]\nnode = \"no-such-node\"\nfolder = \"/nowhere\"\n",
    );
    let told = place.run(&["doctor"]).await.expect(1).out;
    for (what, expected) in
        [("postgres", "postgresql-15"), ("node", "site.node"), ("site", "make build"), ("state", ""), ("memory", "MiB")]
    {
        let line = told.lines().find(|line| line.split_whitespace().nth(1) == Some(what));
        assert!(line.is_some_and(|line| line.contains(expected)), "{what}: {expected}: {told}");
    }
    fs::write(file, "[site]\nenabled = false\n").unwrap();
    let told = place.run(&["doctor"]).await.expect(0).out;
    assert!(told.contains("with PostGIS"), "{told}");
    assert_eq!(place.state().read_dir().unwrap().count(), 0, "the doctor looks and changes nothing");
}
