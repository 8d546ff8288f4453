//! What the command line says of itself.

use std::{path::Path, process::Command};

use crate::platform::{Ended, Place, bare, finish};

async fn svetu(arguments: &[&str]) -> Ended {
    let folder = tempfile::tempdir().unwrap();
    let mut command = bare(folder.path());
    command.args(arguments);
    let ended = finish(command).await;
    assert_eq!(folder.path().read_dir().unwrap().count(), 0, "{arguments:?} left something behind");
    ended
}

/// Every command, and the words without which its help helps nobody.
const HELP: &[(&str, &[&str])] = &[
    (
        "",
        &[
            "svetu up", "serve", "migrate", "seed", "import", "export", "reindex", "verify", "doctor", "openapi",
            "config",
        ],
    ),
    ("", &["completions", "dead-letters", "account", "stop", "--state", "--config", ".svetu", "--version"]),
    ("up", &["--demo", "--demo-seed", "--detach", "--port", "--no-site", "Ctrl-C", "svetu stop"]),
    ("stop", &["--detach", "state folder"]),
    ("serve", &["--roles", "gateway", "identity", "media", "geo", "listings", "users", "search", "postgres.url"]),
    ("migrate", &["schemas", "taxonomy", "gazetteer"]),
    ("seed", &["--listings", "5000", "--seed", "interrupted"]),
    ("import", &["listings"]),
    (
        "import listings",
        &[
            "CSV",
            "JSON",
            "XML",
            "docs/import.md",
            "--mapping",
            "--owner",
            "--dry-run",
            "--resume",
            "--full",
            "--errors",
        ],
    ),
    ("import listings", &["Exit code 0", "1:", "2:", "error file"]),
    ("export listings", &["CSV", "JSON Lines", "XML", "--owner"]),
    ("reindex", &["index", "while the old one serves"]),
    ("verify", &["--repair", "exit code 1"]),
    ("changes", &["start", "stop", "status", "docs/operations/engines.md"]),
    ("changes start", &["publication", "slot", "again"]),
    ("changes status", &["Exit code 1"]),
    ("dead-letters", &["list", "replay"]),
    ("dead-letters list", &["--group"]),
    ("dead-letters replay", &["<ID>"]),
    ("account", &["roles"]),
    ("account roles", &["member", "trader", "moderator", "operator", "<EMAIL>"]),
    (
        "audit verify",
        &["altered, removed or inserted", "Exit code 0", "1:", "2:", "--since", "POSITION:HASH", "--json"],
    ),
    ("identity", &["client", "key", "user", "role", "audit"]),
    ("identity user", &["find", "show", "sign-out"]),
    ("identity user find", &["beginning", "--limit", "--json"]),
    ("identity user sign-out", &["everywhere", "--session", "--json"]),
    ("identity role", &["give", "take", "sessions end"]),
    ("identity role give", &["member", "trader", "moderator", "operator", "--json"]),
    ("identity audit", &["newest first", "--limit", "--json"]),
    ("doctor", &["missing", "mend"]),
    ("openapi", &["OpenAPI 3.1"]),
    ("config", &["--effective", "passwords"]),
    ("completions", &["bash", "zsh", "fish"]),
];

#[tokio::test]
async fn help_helps() {
    for (command, expected) in HELP {
        let arguments: Vec<&str> = command.split_whitespace().chain(["--help"]).collect();
        let help = svetu(&arguments).await.expect(0).out;
        // Lines are wrapped to the terminal.
        let flat = help.split_whitespace().collect::<Vec<_>>().join(" ");
        for text in *expected {
            assert!(flat.contains(text), "`svetu {command} --help` does not mention «{text}»:\n{help}");
        }
    }
}

#[tokio::test]
async fn what_is_typed_wrong_is_answered_with_the_way() {
    for (arguments, expected) in [
        (&[][..], "Usage: svetu"),
        (&["upp"], "up"),
        (&["import", "listings", "a.csv"], "--mapping"),
        (&["serve"], "--roles"),
        (&["serve", "--roles", "listing"], "listings"),
        (&["completions", "cmd"], "bash"),
        (&["account", "roles", "mira@example.com", "boss"], "member, trader, support, moderator, operator"),
    ] {
        let told = svetu(arguments).await.expect(2);
        assert!(told.told().contains(expected), "{arguments:?}: {}", told.told());
    }
}

#[tokio::test]
async fn a_decision_is_explained_without_a_database() {
    let told = svetu(&["identity", "policy", "check"]).await.expect(0).out;
    assert!(told.contains("policies fit the schema"), "{told}");
    let asked = ["listings.update", "Listing", "--role", "member", "--owner", "self"];
    for (more, code, expected) in [
        (&[][..], 0, &["allowed", "by members-act-on-what-is-theirs"][..]),
        (&["--scope", "listings:read"], 1, &["denied", "the scope listings:write would cover it"]),
        (&["--scope", "listings:write"], 0, &["allowed"]),
    ] {
        let arguments = [&["identity", "policy", "explain"][..], &asked, more].concat();
        let told = svetu(&arguments).await.expect(code).out;
        assert!(expected.iter().all(|words| told.contains(words)), "{arguments:?}: {told}");
    }
}

#[tokio::test]
async fn completions_complete() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = svetu(&["completions", shell]).await.expect(0).out;
        for word in ["reindex", "dead-letters", "dry-run"] {
            assert!(script.contains(word), "{shell} does not know {word}");
        }
    }
    let script = svetu(&["completions", "bash"]).await.expect(0).out;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("svetu.bash");
    std::fs::write(&file, script).unwrap();
    if let Ok(output) = Command::new("bash").arg("-n").arg(&file).output() {
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
}

#[tokio::test]
async fn roles_that_cannot_stand_alone_are_refused_by_name() {
    for (roles, expected) in [
        ("listings", "`listings` asks `identity`"),
        ("media,listings,identity", "`listings` asks `geo`"),
        // What each of them holds of a person.
        ("identity", "`identity` asks `media`"),
        ("gateway", "`gateway` asks `identity`"),
        ("users,identity", "`users` asks `listings`"),
        ("media", "postgres.url"),
    ] {
        let told = svetu(&["serve", "--roles", roles]).await.refused(&[expected]).told();
        assert!(told.contains("--roles") || roles == "media", "{told}");
    }
}

#[tokio::test]
async fn a_cluster_that_cannot_share_its_index_is_refused_at_once() {
    let plan = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/local/cluster.toml");
    for detach in [&[][..], &["--detach"]] {
        let arguments = [&["cluster", "up", "--file", plan.to_str().unwrap()][..], detach].concat();
        svetu(&arguments).await.refused(&["cluster.toml", "search.url", "«search-1» and «search-2»", "opensearch://"]);
    }
}

#[tokio::test]
async fn the_committed_document_of_the_api_is_of_these_handlers() {
    let committed = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../openapi/svetu.json");
    let place = Place::fresh();
    let printed = place.run(&["openapi"]).await.expect(0).out;
    let committed = std::fs::read_to_string(committed).expect("openapi/svetu.json: make openapi");
    if printed.trim() != committed.trim() {
        let differs = printed.lines().zip(committed.lines()).enumerate().find(|(_, (new, old))| new != old);
        let (line, (new, old)) = differs.unwrap_or((0, ("", "")));
        panic!("openapi/svetu.json is stale (make openapi); line {}:\n  handlers  {new}\n  committed {old}", line + 1);
    }
}
