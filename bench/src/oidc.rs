//! The OpenID Provider on one core, its PostgreSQL included: against node's `oidc-provider`, the cost of the hash, an empty handler.

use std::{
    path::{Path, PathBuf},
    process::Stdio,
    sync::atomic::{AtomicU32, Ordering},
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, ensure};
use argon2::{Algorithm, Argon2, Params, PasswordHasher as _, Version, password_hash::SaltString};
use axum::http::Method;
use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use bytes::Bytes;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tokio::{
    io::AsyncReadExt as _,
    process::{Child, Command},
    sync::Mutex,
};

use crate::{
    pace::{Http, Laps, median, one_by_one, order, rate},
    platform::{OWNER, PASSWORD, Platform, run},
    report::{Report, Row, Section, Subject},
};

const SUBJECT: Subject = Subject {
    mark: "<!-- svetu-bench oidc writes from here -->",
    heading: "The OpenID Provider",
    intro: "One core for the server, with its PostgreSQL, and one for the load; each figure stands beside its rival's of the same \
            run, in alternating order, medians over the repeats. A ratio is ours by theirs.",
    sides: ["ours", "against"],
    has_bars: true,
};
const SERVER_CORE: u32 = 0;
const AT_ONCE: usize = 16;
const LOGINS_AT_ONCE: usize = 4;
const CALLBACK: &str = "https://app.example/cb";
const VERIFIER: &str = "a-verifier-that-is-long-enough-for-the-specification";
const NODE_BASIC: &str = "bench:a-secret-that-is-long-enough-for-everybody-0";
/// RFC 9700's rotation at the rate that the best of the others was seen to reach.
const REFRESHES_BAR: f64 = 870.0;

#[derive(Debug, clap::Args)]
pub struct Oidc {
    /// The release binary.
    #[arg(long)]
    svetu: PathBuf,
    #[arg(long, default_value_t = 3)]
    repeats: usize,
    /// Of one measurement.
    #[arg(long, default_value_t = 8)]
    seconds: u64,
    /// Of introspection.
    #[arg(long, default_value_t = 4_000)]
    requests: usize,
    /// Some of machines, refresh, login, introspect.
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
    /// Where `npm ci` put the rival.
    #[arg(long, default_value = "bench/oidc")]
    rival: PathBuf,
    #[arg(long, default_value = "docs/benchmarks.md")]
    out: PathBuf,
}

/// What the server's hashes cost, without anything around them.
pub fn hash_for(length: Duration) -> Result<()> {
    let params = Params::new(19 * 1024, 2, 1, None).map_err(|error| anyhow::anyhow!("{error}"))?;
    let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let (began, mut count) = (Instant::now(), 0_u32);
    while began.elapsed() < length {
        let salt =
            SaltString::encode_b64(&count.to_be_bytes().repeat(4)).map_err(|error| anyhow::anyhow!("{error}"))?;
        argon.hash_password(PASSWORD.as_bytes(), &salt).map_err(|error| anyhow::anyhow!("{error}"))?;
        count += 1;
    }
    println!("{}", f64::from(count) / began.elapsed().as_secs_f64());
    Ok(())
}

pub async fn compare(asked: &Oidc) -> Result<()> {
    ensure_own_core()?;
    let wants = |what: &str| asked.only.is_empty() || asked.only.iter().any(|only| only == what);
    let mut report = Report::begin(SUBJECT)?;
    let platform = Platform::start(&asked.svetu, None, 24, Some(SERVER_CORE)).await?;
    let measured = async {
        let bench = Bench::prepare(asked, &platform).await?;
        if wants("machines") {
            report.add(bench.machines(&asked.rival).await?);
        }
        if wants("refresh") {
            report.add(bench.refresh().await?);
        }
        if wants("login") {
            report.add(bench.login().await?);
        }
        if wants("introspect") {
            report.add(bench.introspect().await?);
        }
        anyhow::Ok(())
    }
    .await;
    platform.stop().await?;
    measured?;
    report.write(&asked.out)
}

/// The load must not run where the server does.
fn ensure_own_core() -> Result<()> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let cores = status.lines().find_map(|line| line.strip_prefix("Cpus_allowed_list:")).unwrap_or_default().trim();
    ensure!(
        cores.parse::<u32>().is_ok_and(|core| core != SERVER_CORE),
        "the servers take core {SERVER_CORE}: start this on another one, as in `taskset -c 1 svetu-bench oidc …` (allowed now: {cores})"
    );
    Ok(())
}

struct Bench<'p> {
    platform: &'p Platform,
    repeats: usize,
    length: Duration,
    requests: usize,
    basic: String,
}

impl<'p> Bench<'p> {
    async fn prepare(asked: &Oidc, platform: &'p Platform) -> Result<Self> {
        let add = [
            "identity",
            "client",
            "add",
            "Bench",
            "--id",
            "bench",
            "--machine",
            "--first-party",
            "--redirect",
            CALLBACK,
            "--scope",
            "openid",
            "--scope",
            "offline_access",
            "--scope",
            "bench",
        ];
        let said = run(platform.command().args(add)).await?;
        let secret = said.lines().find_map(|line| line.strip_prefix("client_secret  ")).context("a secret")?;
        let length = Duration::from_secs(asked.seconds);
        let basic = format!("Basic {}", STANDARD.encode(format!("bench:{secret}")));
        Ok(Self { platform, repeats: asked.repeats, length, requests: asked.requests, basic })
    }

    async fn post(&self, path: &str, form: String) -> Result<Value> {
        token(&self.platform.http, path, &self.basic, form.into()).await
    }

    /// Whether a commit waits for the disk.
    async fn durable(&self, durable: bool) -> Result<()> {
        for statement in [
            format!("alter system set fsync = {durable}"),
            format!("alter system set full_page_writes = {durable}"),
            "select pg_reload_conf()".to_owned(),
        ] {
            sqlx::raw_sql(&statement).execute(&self.platform.pool).await?;
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
        Ok(())
    }

    async fn machines(&self, rival: &Path) -> Result<Section> {
        let rival = Rival::start(rival).await?;
        let form = Bytes::from_static(b"grant_type=client_credentials&scope=bench");
        let node_basic = format!("Basic {}", STANDARD.encode(NODE_BASIC));
        let mut rates = [Vec::new(), Vec::new(), Vec::new()];
        for repeat in 0..self.repeats {
            for who in order(3, repeat) {
                let (http, path, basic) = match who {
                    2 => (&rival.http, "/token", &node_basic),
                    _ => (&self.platform.http, "/oauth/token", &self.basic),
                };
                self.durable(who == 1).await?;
                let ask = |_| async { token(http, path, basic, form.clone()).await.map(drop) };
                rates[who].push(rate(AT_ONCE, self.length, ask).await?);
            }
        }
        self.durable(true).await?;
        rival.stop().await?;
        let ratio = |ours: &[f64]| median(ours.iter().zip(&rates[2]).map(|(ours, theirs)| ours / theirs).collect());
        let (memory, disk) = (ratio(&rates[0]), ratio(&rates[1]));
        let [fast, durable, node] = rates.map(|rates| format!("{:.0}/s", median(rates)));
        let what = format!("client_credentials, ES256, client_secret_basic, {AT_ONCE} at once");
        let row = |what: String, ours, ratio, bar, holds| Row {
            what,
            ours,
            against: format!("{node}, oidc-provider in memory"),
            ratio,
            bar,
            holds,
        };
        Ok(Section {
            rows: vec![
                row(format!("{what}; PostgreSQL without fsync"), fast, memory, "≥ 4", memory >= 4.0),
                row(format!("{what}; PostgreSQL with fsync"), durable, disk, "≥ 1", disk >= 1.0),
            ],
            commands: vec![
                (
                    "client_credentials, ours".to_owned(),
                    "taskset -c 0 svetu up --no-site\nPOST /oauth/token  grant_type=client_credentials&scope=bench"
                        .to_owned(),
                ),
                (
                    "client_credentials, oidc-provider (at+jwt by a resource indicator)".to_owned(),
                    "NODE_ENV=production taskset -c 0 node bench/oidc/provider.mjs PORT\nPOST /token  the same form"
                        .to_owned(),
                ),
            ],
        })
    }

    async fn refresh(&self) -> Result<Section> {
        let person = self.platform.signed_in().await?;
        let mut heads = Vec::with_capacity(AT_ONCE);
        for _ in 0..AT_ONCE {
            heads.push(Mutex::new(self.first_refresh(&person).await?));
        }
        let refresh = async |head: &Mutex<String>| {
            let mut head = head.lock().await;
            let answer = self.post("/oauth/token", format!("grant_type=refresh_token&refresh_token={head}")).await?;
            answer["refresh_token"].as_str().context("a refresh token")?.clone_into(&mut head);
            anyhow::Ok(())
        };
        let mut rates = [Vec::new(), Vec::new()];
        for repeat in 0..self.repeats {
            for who in order(2, repeat) {
                self.durable(who == 0).await?;
                rates[who].push(rate(AT_ONCE, self.length, |worker| refresh(&heads[worker])).await?);
            }
        }
        self.durable(true).await?;
        let [durable, fast] = rates.map(median);
        Ok(Section {
            rows: vec![Row {
                what: format!("refresh with rotation, {AT_ONCE} families at once; PostgreSQL with fsync"),
                ours: format!("{durable:.0}/s ({fast:.0}/s without fsync)"),
                against: format!("{REFRESHES_BAR:.0}/s"),
                ratio: durable / REFRESHES_BAR,
                bar: "≥ 1",
                holds: durable >= REFRESHES_BAR,
            }],
            commands: vec![(
                "Refresh".to_owned(),
                "POST /oauth/token  grant_type=refresh_token&refresh_token=…  (client_secret_basic; each answer's token is the next \
                 request's)"
                    .to_owned(),
            )],
        })
    }

    async fn first_refresh(&self, person: &Http) -> Result<String> {
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(VERIFIER));
        let path = format!(
            "/oauth/authorize?client_id=bench&response_type=code&redirect_uri={CALLBACK}&scope=openid%20offline_access\
             &code_challenge={challenge}&code_challenge_method=S256"
        );
        let answer = person.send(Method::GET, &path, &[], None).await?;
        let to = answer.location.unwrap_or_default();
        let code = to.split(['?', '&']).find_map(|pair| pair.strip_prefix("code=")).with_context(|| to.clone())?;
        let form =
            format!("grant_type=authorization_code&code={code}&redirect_uri={CALLBACK}&code_verifier={VERIFIER}");
        let tokens = self.post("/oauth/token", form).await?;
        Ok(tokens["refresh_token"].as_str().context("a refresh token")?.to_owned())
    }

    async fn login(&self) -> Result<Section> {
        let form = Bytes::from(serde_json::to_vec(&json!({ "email": OWNER, "password": PASSWORD }))?);
        let next = AtomicU32::new(0);
        let sign_in = async |_| {
            // One network as people see it, and as limits count many.
            let address = format!("203.0.113.{}", next.fetch_add(1, Ordering::Relaxed) % 250 + 1);
            let headers = [("content-type", "application/json"), ("x-forwarded-for", address.as_str())];
            let answer =
                self.platform.http.send(Method::POST, "/api/v1/identity/sign-in", &headers, Some(form.clone())).await?;
            ensure!(answer.status == 200, "sign-in: {} {}", answer.status, String::from_utf8_lossy(&answer.body));
            anyhow::Ok(())
        };
        let (seconds, program) = (self.length.as_secs().to_string(), std::env::current_exe()?);
        let mut rates = [Vec::new(), Vec::new()];
        for repeat in 0..self.repeats {
            for who in order(2, repeat) {
                rates[who].push(match who {
                    0 => rate(LOGINS_AT_ONCE, self.length, &sign_in).await?,
                    _ => {
                        let mut ceiling = Command::new("taskset");
                        ceiling.args(["-c", &SERVER_CORE.to_string()]).arg(&program).args(["argon2", &seconds]);
                        run(&mut ceiling).await?.trim().parse().context("hashes a second")?
                    }
                });
            }
        }
        let ratio = median(rates[0].iter().zip(&rates[1]).map(|(ours, ceiling)| ours / ceiling).collect());
        let [ours, ceiling] = rates.map(median);
        Ok(Section {
            rows: vec![Row {
                what: format!("sign-in with a password, {LOGINS_AT_ONCE} at once; PostgreSQL with fsync"),
                ours: format!("{ours:.1}/s"),
                against: format!("{ceiling:.1}/s, Argon2id alone (19 MiB, 2 passes)"),
                ratio,
                bar: "≥ 0.9",
                holds: ratio >= 0.9,
            }],
            commands: vec![
                ("Sign-in".to_owned(), "POST /api/v1/identity/sign-in".to_owned()),
                ("Argon2id alone".to_owned(), format!("taskset -c 0 svetu-bench argon2 {seconds}")),
            ],
        })
    }

    async fn introspect(&self) -> Result<Section> {
        let answer = self.post("/oauth/token", "grant_type=client_credentials&scope=bench".to_owned()).await?;
        let access = answer["access_token"].as_str().context("an access token")?.to_owned();
        let items = vec![(); self.requests];
        let mut laps: [Vec<Laps>; 2] = [Vec::new(), Vec::new()];
        for repeat in 0..self.repeats {
            for who in order(2, repeat) {
                laps[who].push(match who {
                    0 => {
                        one_by_one(&items, async |()| {
                            let told = self.post("/oauth/introspect", format!("token={access}")).await?;
                            ensure!(told["active"] == true, "{told}");
                            Ok(())
                        })
                        .await?
                    }
                    _ => one_by_one(&items, async |()| self.platform.http.get("/health/live").await.map(drop)).await?,
                });
            }
        }
        let p50 = |laps: &[Laps]| -> Vec<f64> { laps.iter().map(|laps| laps.percentile_ms(50.0)).collect() };
        let [ours, empty] = [p50(&laps[0]), p50(&laps[1])];
        let ratio = median(ours.iter().zip(&empty).map(|(ours, empty)| ours / empty).collect());
        Ok(Section {
            rows: vec![Row {
                what: format!("introspection, {} one after the other", self.requests),
                ours: format!("p50 {:.3} ms", median(ours)),
                against: format!("p50 {:.3} ms, an empty handler at the same door", median(empty)),
                ratio,
                bar: "≤ 1.5",
                holds: ratio <= 1.5,
            }],
            commands: vec![
                ("Introspection".to_owned(), "POST /oauth/introspect  token=…  (client_secret_basic)".to_owned()),
                ("An empty handler".to_owned(), "GET /health/live".to_owned()),
            ],
        })
    }
}

async fn token(http: &Http, path: &str, basic: &str, form: Bytes) -> Result<Value> {
    let answer = http.form(path, &[("authorization", basic)], form).await?;
    ensure!(answer.status == 200, "{path}: {} {}", answer.status, String::from_utf8_lossy(&answer.body));
    Ok(serde_json::from_slice(&answer.body)?)
}

/// Node's provider, in memory.
struct Rival {
    child: Child,
    http: Http,
}

impl Rival {
    async fn start(folder: &Path) -> Result<Self> {
        ensure!(folder.join("node_modules").exists(), "the rival is not there: npm ci --prefix {}", folder.display());
        let port = std::net::TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
        let mut child = Command::new("taskset")
            .args(["-c", &SERVER_CORE.to_string(), "node"])
            .arg(folder.join("provider.mjs"))
            .arg(port.to_string())
            .env("NODE_ENV", "production")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()?;
        let mut ready = [0; 5];
        child
            .stdout
            .as_mut()
            .context("its output")?
            .read_exact(&mut ready)
            .await
            .context("oidc-provider did not start")?;
        Ok(Self { child, http: Http::new(&format!("http://127.0.0.1:{port}")) })
    }

    async fn stop(mut self) -> Result<()> {
        self.child.kill().await?;
        Ok(())
    }
}
