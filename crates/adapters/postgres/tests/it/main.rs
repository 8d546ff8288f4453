//! The private PostgreSQL against the real programs of this machine.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::{fs, os::unix::fs::PermissionsExt as _, path::Path, process::Command, time::Duration};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use sqlx::{Connection as _, Executor as _, PgConnection, Row as _};
use svetu_postgres::{Installation, Postgres, PostgresError, Settings};
use tempfile::TempDir;

fn settings(state: &Path) -> Settings {
    Settings { state: state.to_owned(), bin: None, port: None, connections_max: 20, shared_buffers_mb: 16 }
}

fn state() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    folder
}

async fn count(url: &str) -> Result<i64, sqlx::Error> {
    let mut connection = PgConnection::connect(url).await?;
    let row = connection.fetch_one("select count(*) from kept").await?;
    row.try_get(0)
}

async fn eventually(url: &str) -> i64 {
    for _ in 0..200 {
        if let Ok(found) = count(url).await {
            return found;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("the server did not come back");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_server_comes_back_with_what_was_committed_and_a_stopped_one_is_gone() {
    let folder = state();
    let server = Postgres::start(settings(folder.path())).await.unwrap();
    server.ensure_database("svetu").await.unwrap();
    server.ensure_database("svetu").await.unwrap();
    let url = server.url("svetu");
    let mut connection = PgConnection::connect(&url).await.unwrap();
    connection.execute("create table kept (n int); insert into kept select generate_series(1, 100)").await.unwrap();

    let first = server.pid().unwrap();
    kill(Pid::from_raw(first as i32), Signal::SIGKILL).unwrap();
    assert_eq!(eventually(&url).await, 100);
    let second = server.pid().unwrap();
    assert_ne!(first, second);

    server.stop().await;
    assert!(kill(Pid::from_raw(second as i32), None).is_err(), "the process is gone");
    assert!(!folder.path().join("postgres/postmaster.pid").exists());

    let again = Postgres::start(settings(folder.path())).await.unwrap();
    assert_eq!(count(&again.url("svetu")).await.unwrap(), 100);
    again.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_left_by_a_killed_run_does_not_block_the_next() {
    let folder = state();
    let first = Postgres::start(settings(folder.path())).await.unwrap();
    let left = first.pid().unwrap();
    // What kill -9 of svetu does: nobody watches, nobody stops.
    std::mem::forget(first);
    let next = Postgres::start(settings(folder.path())).await.unwrap();
    assert_ne!(next.pid().unwrap(), left);
    next.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_connects_without_the_password() {
    let folder = state();
    let server = Postgres::start(settings(folder.path())).await.unwrap();
    let refused = PgConnection::connect(&format!("postgres://svetu:guess@127.0.0.1:{}/postgres", server.port())).await;
    assert!(refused.is_err());
    let mode = fs::metadata(folder.path().join("postgres.password")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    server.stop().await;
}

#[tokio::test]
async fn a_folder_of_another_version_is_refused_and_left_alone() {
    let folder = state();
    let data = folder.path().join("postgres");
    fs::create_dir(&data).unwrap();
    fs::write(data.join("PG_VERSION"), "9\n").unwrap();
    let refused = Postgres::start(settings(folder.path())).await.unwrap_err();
    assert!(matches!(&refused, PostgresError::OtherVersion { found, .. } if found == "9"), "{refused}");
    assert!(refused.to_string().contains("pg_upgrade"));
    assert_eq!(fs::read_dir(&data).unwrap().count(), 1);
}

#[tokio::test]
async fn a_folder_with_something_else_in_it_is_refused_and_left_alone() {
    let folder = state();
    let data = folder.path().join("postgres");
    fs::create_dir(&data).unwrap();
    fs::write(data.join("letters.txt"), "dear").unwrap();
    let refused = Postgres::start(settings(folder.path())).await.unwrap_err();
    assert!(matches!(refused, PostgresError::NotACluster(_)), "{refused}");
    assert_eq!(fs::read_to_string(data.join("letters.txt")).unwrap(), "dear");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_start_that_was_killed_halfway_is_begun_anew() {
    let folder = state();
    let data = folder.path().join("postgres");
    fs::create_dir_all(data.join(".svetu-unfinished/data")).unwrap();
    fs::write(data.join("postgresql.conf"), "half").unwrap();
    let server = Postgres::start(settings(folder.path())).await.unwrap();
    server.ensure_database("svetu").await.unwrap();
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_checkout_that_the_server_may_not_enter_still_works() {
    if !nix::unistd::geteuid().is_root() {
        return;
    }
    let closed = tempfile::tempdir().unwrap();
    fs::set_permissions(closed.path(), fs::Permissions::from_mode(0o700)).unwrap();
    let server = Postgres::start(settings(&closed.path().join("state"))).await.unwrap();
    server.stop().await;
    let elsewhere = fs::read_link(closed.path().join("state/postgres")).unwrap();
    assert!(elsewhere.join("PG_VERSION").exists());
    fs::remove_dir_all(elsewhere).unwrap();
}

#[test]
fn a_machine_without_the_programs_is_told_what_to_install() {
    let nothing = tempfile::tempdir().unwrap();
    let missing = Installation::find(Some(nothing.path()), None).unwrap_err().to_string();
    assert!(missing.contains("apt-get install postgresql-15"), "{missing}");
    assert!(Command::new("true").status().unwrap().success());
}
