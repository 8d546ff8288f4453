//! Configuration: defaults, file, environment, flags; wrong ones refused by name.

use std::path::Path;

use crate::platform::{Ended, bare, finish};

async fn with(file: &str, environment: &[(&str, &str)], arguments: &[&str]) -> Ended {
    let folder = tempfile::tempdir().unwrap();
    if !file.is_empty() {
        std::fs::write(folder.path().join("svetu.toml"), file).unwrap();
    }
    let mut command = bare(folder.path());
    command.args(arguments).envs(environment.iter().copied());
    finish(command).await
}

#[tokio::test]
async fn every_key_is_explained_with_its_default() {
    let printed = with("", &[], &["config"]).await.expect(0).out;
    let committed = Path::new(env!("CARGO_MANIFEST_DIR")).join("svetu.toml");
    assert_eq!(printed, std::fs::read_to_string(committed).unwrap());

    // What is explained is what is in force: the same keys.
    let keys = |text: &str| -> Vec<String> {
        let table: toml::Table = text.parse().unwrap();
        let mut keys = Vec::new();
        for (section, values) in &table {
            keys.extend(values.as_table().unwrap().keys().map(|key| format!("{section}.{key}")));
        }
        keys.sort();
        keys
    };
    let effective = with("", &[], &["config", "--effective"]).await.expect(0).out;
    assert_eq!(keys(&printed), keys(&effective));
    // A wrong file does not keep anybody from reading what would be right.
    with("[door]\nprot = 1", &[], &["config"]).await.expect(0);
}

#[tokio::test]
async fn a_flag_wins_over_the_environment_and_that_over_the_file() {
    let file = "[door]\nport = 9001\ndrain_s_max = 3\n[state]\nfolder = \"from-file\"\n[log]\nlevel = \"warn\"";
    let environment = [("SVETU__DOOR__PORT", "9002"), ("SVETU__STATE__FOLDER", "from-environment")];
    let shown = with(file, &environment, &["--state", "from-flag", "config", "--effective"]).await.expect(0).out;
    let table: toml::Table = shown.parse().unwrap();
    assert_eq!(table["door"]["port"].as_integer(), Some(9002));
    assert_eq!(table["door"]["drain_s_max"].as_integer(), Some(3));
    assert_eq!(table["state"]["folder"].as_str(), Some("from-flag"));
    assert_eq!(table["log"]["level"].as_str(), Some("warn"));
    assert_eq!(table["postgres"]["pool_max"].as_integer(), Some(80));
}

#[tokio::test]
async fn passwords_are_not_shown() {
    let file = "[postgres]\nurl = \"postgres://owner:hush-hush@db:5432/svetu?sslmode=disable\"\n[mail]\nurl = \"smtp://mira:hush-hush@mail:587\"";
    let shown = with(file, &[], &["config", "--effective"]).await.expect(0);
    assert!(shown.out.contains("postgres://owner:…@db:5432/svetu"), "{}", shown.out);
    assert!(!format!("{}{}", shown.out, shown.err).contains("hush-hush"), "{}", shown.out);
}

#[tokio::test]
async fn wrong_keys_and_values_are_refused_by_name() {
    for (file, expected) in [
        ("[door]\nprot = 1", "prot"),
        ("[dor]\nport = 1", "dor"),
        ("[door]\nport = 99999", "door.port"),
        ("[door]\nport = \"many\"", "door.port"),
        ("[door]\naddress = \"localhost\"", "door.address"),
        ("[door]\ntls_certificate = \"c.pem\"", "door.tls_key"),
        ("[door]\npublic_url = \"svetu.rs\"", "door.public_url"),
        ("[door]\npublic_url = \"http://kuca.local:8080\"", "door.insecure = true"),
        ("[postgres]\npool_max = 95", "postgres.pool_max"),
        ("[postgres]\nurl = \"mysql://x\"", "postgres.url"),
        ("[postgres]\nurl = \"postgres://o:p@db/x\"", "postgres.url: db is not this machine: say ?sslmode=verify-full"),
        ("[limits]\nconcurrent_max = 0", "limits.concurrent_max"),
        ("[limits]\nbody_mb_max = -1", "limits.body_mb_max"),
        ("[log]\nformat = \"xml\"", "log.format"),
        ("[log]\nlevel = \"loud=very\"", "log.level"),
        ("[bus]\nurl = \"pigeon:\"", "bus.url"),
        ("[search]\nurl = \"solr://x\"", "search.url"),
        ("[cache]\nurl = \"memcached://x\"", "cache.url"),
        ("[objects]\nurl = \"ftp://x\"", "objects.url"),
        ("[secrets]\nurl = \"env:\"", "secrets.url"),
        ("[telemetry]\notlp_url = \"grpc://x\"", "telemetry.otlp_url"),
        ("[telemetry]\nsample_ratio = 1.5", "telemetry.sample_ratio"),
        ("[mail]\nurl = \"pop3://x\"", "mail.url"),
        ("door.port 1", "svetu.toml"),
    ] {
        let told = with(file, &[], &["migrate"]).await.refused(&[expected]).told();
        assert!(told.starts_with("svetu: "), "{told}");
    }
}

#[tokio::test]
async fn an_engine_that_was_not_compiled_in_is_told_from_an_unknown_one() {
    for (key, url, compiled) in [
        ("bus", "kafka://k:9092", cfg!(feature = "kafka")),
        ("search", "opensearch://o:9200", cfg!(feature = "opensearch")),
        ("cache", "redis://r:6379", cfg!(feature = "redis")),
        ("objects", "s3://bucket", cfg!(feature = "s3")),
        ("secrets", "vault://v:8200", false),
    ] {
        if compiled {
            continue;
        }
        let file = format!("[{key}]\nurl = \"{url}\"");
        let refused =
            with(&file, &[], &["up"]).await.refused(&[&format!("{key}.url"), "not compiled into this binary"]);
        assert!(refused.told().contains(url.split(':').next().unwrap()));
    }
}

#[tokio::test]
async fn traces_that_nothing_here_could_send_are_refused() {
    let file = "[telemetry]\notlp_url = \"http://127.0.0.1:4318\"";
    let asked = with(file, &[], &["config", "--effective"]).await;
    if cfg!(feature = "otlp") {
        asked.expect(0);
    } else {
        asked.refused(&["telemetry.otlp_url", "not compiled into this binary", "--features otlp"]);
    }
}

#[tokio::test]
async fn passwords_do_not_cross_a_network_in_clear() {
    let file = "[cache]\nurl = \"redis://:hush-hush@r.rs:6379\"";
    let refused = with(file, &[], &["migrate"]).await.refused(&["cache.url", "in clear", "rediss://"]);
    assert!(!refused.told().contains("hush-hush"), "{}", refused.told());
    let file = "[telemetry]\notlp_url = \"http://collector.rs:4318\"";
    for name in ["OTEL_EXPORTER_OTLP_HEADERS", "OTEL_EXPORTER_OTLP_TRACES_HEADERS"] {
        let environment = [(name, "authorization=Bearer%20hush-hush")];
        let refused = with(file, &environment, &["migrate"]).await.refused(&["telemetry.otlp_url", "https://"]);
        assert!(refused.told().contains("OTEL_EXPORTER_OTLP_HEADERS") && !refused.told().contains("hush-hush"));
    }
}

#[tokio::test]
async fn what_may_not_be_meant_is_told_by_the_doctor() {
    let told = async |file: &str| with(file, &[], &["doctor"]).await.out;
    let family = told("[door]\npublic_url = \"http://kuca.local:8080\"\ninsecure = true\naddress = \"0.0.0.0\"").await;
    assert!(family.contains("note door      door.public_url is http://kuca.local:8080, by door.insecure"), "{family}");
    let behind = "[door]\npublic_url = \"https://svetu.rs\"";
    assert!(told(behind).await.contains("door.trusted_proxies is empty"));
    let named = told(&format!("{behind}\ntrusted_proxies = [\"127.0.0.1\"]")).await;
    assert!(!named.contains("door.trusted_proxies") && !named.contains("door.insecure"), "{named}");
}

#[tokio::test]
async fn the_environment_and_the_named_file_are_checked_alike() {
    with("", &[("SVETU__DOOR__PORT", "lots")], &["migrate"]).await.refused(&["door.port", "SVETU__"]);
    with("", &[("SVETU__DOOR__PROT", "1")], &["migrate"]).await.refused(&["prot"]);
    let database = [("SVETU__POSTGRES__URL", "postgres://o:p@db/x"), ("PGSSLMODE", "verify-full")];
    with("", &database, &["migrate"]).await.refused(&["postgres.url: db is not this machine"]);
    with("", &[], &["--config", "nowhere.toml", "migrate"]).await.refused(&["nowhere.toml", "no such file"]);
}
