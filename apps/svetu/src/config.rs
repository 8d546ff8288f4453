//! Configuration: the committed defaults, then `svetu.toml`, then the environment, then flags. Refused whole if any key is wrong.

use std::{
    collections::BTreeMap,
    net::IpAddr,
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::{Context as _, Result, ensure};
use figment::{
    Figment,
    providers::{Env, Format as _, Toml},
    value::Value,
};
use serde::{Deserialize, Serialize};
use svetu_identity::{Brand, ClientSecret, UpstreamConfig};
use svetu_ports::{Secret, SmsSender};
use svetu_sms::{GatewayConfig, GatewaySms, SmppConfig, SmppSms, TwilioSms};

use crate::{chosen, clear, cli::Role, door, postgres::Postgres};

/// The file that explains every key and gives its default.
pub const DEFAULTS: &str = include_str!("../svetu.toml");
const FILE: &str = "svetu.toml";

#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    pub state: State,
    pub door: Door,
    pub limits: Limits,
    pub postgres: Postgres,
    pub bus: Engine,
    pub search: Search,
    pub cache: Cache,
    pub objects: Engine,
    pub mail: Mail,
    pub sms: Sms,
    pub secrets: Engine,
    pub identity: Identity,
    pub site: Site,
    pub cluster: Cluster,
    pub log: Log,
    pub metrics: Metrics,
    pub telemetry: Telemetry,
}

#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct State {
    pub folder: PathBuf,
}

#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Door {
    pub address: IpAddr,
    pub port: u16,
    pub public_url: String,
    pub insecure: bool,
    pub tls_certificate: String,
    pub tls_key: String,
    pub trusted_proxies: Vec<String>,
    pub cors_origins: Vec<String>,
    pub drain_s_max: u64,
}

#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    pub address_per_minute: u32,
    pub account_per_minute: u32,
    pub body_mb_max: usize,
    pub concurrent_max: usize,
    pub request_ms_max: u64,
}

/// An engine chosen by the scheme of its URL.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Engine {
    pub url: String,
}

#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Search {
    pub url: String,
    pub synonyms: PathBuf,
}

#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Cache {
    pub url: String,
    pub memory_mb_max: u64,
}

#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Mail {
    pub url: String,
    pub from: String,
}

#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Sms {
    pub url: String,
    pub from: String,
    pub prefixes: Vec<String>,
    pub per_hour_max: u32,
    pub network_per_hour_max: u32,
    pub method: String,
    pub headers: BTreeMap<String, String>,
    pub body: String,
}

impl Sms {
    /// None: messages stay in the folder of letters.
    pub fn sender(&self, secret: Option<Secret>) -> Result<Option<Arc<dyn SmsSender>>> {
        if self.url.starts_with("outbox:") {
            return Ok(None);
        }
        if let Some(account) = self.url.strip_prefix("twilio:") {
            let token =
                secret.context("sms: the token of Twilio is missing: `svetu identity sms --secret-file FILE`")?;
            return Ok(Some(Arc::new(TwilioSms::try_new(account, token, &self.from)?)));
        }
        if self.url.starts_with("smpp") {
            let password = secret
                .context("sms: the password of the centre is missing: `svetu identity sms --secret-file FILE`")?;
            let config = SmppConfig { url: self.url.clone(), password, from: self.from.clone() };
            return Ok(Some(Arc::new(SmppSms::try_new(config)?)));
        }
        let gateway = GatewayConfig {
            url: self.url.clone(),
            method: self.method.clone(),
            headers: self.headers.clone(),
            body: self.body.clone(),
            from: self.from.clone(),
            secret,
        };
        Ok(Some(Arc::new(GatewaySms::try_new(gateway)?)))
    }

    fn check(&self) -> Result<()> {
        let plain = |prefix: &String| {
            let digits = prefix.strip_prefix('+').unwrap_or_default();
            (1..=7).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit())
        };
        ensure!(
            !self.prefixes.is_empty() && self.prefixes.len() <= 250 && self.prefixes.iter().all(plain),
            "sms.prefixes: expected beginnings of numbers such as \"+381\""
        );
        ensure!(self.per_hour_max > 0, "sms.per_hour_max: expected more than 0");
        ensure!(self.network_per_hour_max > 0, "sms.network_per_hour_max: expected more than 0");
        // Whatever it is: the real one is looked up when everything else is known to fit.
        self.sender(Some(Secret::new(b"any".to_vec()))).map(|_| ())
    }
}

#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Identity {
    pub staff_second_factor: StaffFactor,
    /// By id, in the order of their buttons.
    pub upstream: BTreeMap<String, Upstream>,
}

/// Whether operators, moderators and support prove two factors for their work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum StaffFactor {
    /// But for the staff of `up --demo`, whose password everybody knows.
    Auto,
    Always,
    Never,
}

impl StaffFactor {
    /// `demo`: the world's staff has a password that everybody knows.
    pub const fn in_world(self, demo: bool) -> Self {
        match self {
            Self::Auto if demo => Self::Never,
            other => other,
        }
    }

    /// As it is configured.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Always => "always",
            Self::Never => "never",
        }
    }

    pub const fn is_needed(self) -> bool {
        !matches!(self, Self::Never)
    }
}

/// A provider elsewhere that people may sign in by. Its client's secret is in `Secrets`.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Upstream {
    #[serde(default)]
    pub preset: Preset,
    #[serde(default)]
    pub name: String,
    #[serde(default)]
    pub issuer: String,
    pub client_id: String,
    /// Nothing: what the preset asks for.
    #[serde(default)]
    pub scopes: Option<Vec<String>>,
    /// Of Apple's developer account, and of the key that signs there.
    #[serde(default)]
    pub team_id: String,
    #[serde(default)]
    pub key_id: String,
    /// Of a provider whose metadata names none.
    #[serde(default)]
    pub token_endpoint: String,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Preset {
    /// Any OpenID Provider that says of itself where it is (OpenID Connect Discovery).
    #[default]
    Oidc,
    Google,
    /// Answers by a form of its own, and takes a secret that our key signs.
    Apple,
    /// Names no token endpoint and vouches for no address.
    Facebook,
}

/// What a preset knows of its provider.
struct Known {
    name: &'static str,
    brand: Brand,
    issuer: &'static str,
    scopes: [&'static str; 2],
    token_endpoint: &'static str,
}

impl Preset {
    const fn known(self) -> Known {
        let scopes = ["email", "profile"];
        match self {
            Self::Oidc => Known { name: "", brand: Brand::Other, issuer: "", scopes, token_endpoint: "" },
            Self::Google => {
                let issuer = "https://accounts.google.com";
                Known { name: "Google", brand: Brand::Google, issuer, scopes, token_endpoint: "" }
            }
            Self::Apple => Known {
                name: "Apple",
                brand: Brand::Apple,
                issuer: "https://appleid.apple.com",
                scopes: ["email", "name"],
                token_endpoint: "",
            },
            Self::Facebook => Known {
                name: "Facebook",
                brand: Brand::Facebook,
                issuer: "https://www.facebook.com",
                scopes: ["email", "public_profile"],
                token_endpoint: "https://graph.facebook.com/v23.0/oauth/access_token",
            },
        }
    }
}

impl Upstream {
    /// What the preset knows fills what the operator left out.
    pub fn settings(&self, id: &str, secret: Secret) -> Result<UpstreamConfig> {
        let known = self.preset.known();
        let or = |own: &String, known: &str| if own.is_empty() { known.to_owned() } else { own.clone() };
        let signs = self.preset == Preset::Apple;
        ensure!(
            signs || (self.team_id.is_empty() && self.key_id.is_empty()),
            "identity.upstream.{id}.team_id and key_id: they belong to preset = \"apple\""
        );
        let (team_id, key_id) = (self.team_id.clone(), self.key_id.clone());
        let settings = UpstreamConfig {
            id: id.to_owned(),
            name: or(&self.name, known.name),
            brand: known.brand,
            issuer: or(&self.issuer, known.issuer),
            client_id: self.client_id.clone(),
            client_secret: if signs {
                ClientSecret::Signed { team_id, key_id, key: secret }
            } else {
                ClientSecret::Shared(secret)
            },
            scopes: self.scopes.clone().unwrap_or_else(|| known.scopes.map(str::to_owned).to_vec()),
            token_endpoint: Some(or(&self.token_endpoint, known.token_endpoint)).filter(|url| !url.is_empty()),
            form_post: signs,
        };
        settings.check().with_context(|| format!("identity.upstream.{id}"))?;
        Ok(settings)
    }
}

#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Site {
    pub enabled: bool,
    pub folder: PathBuf,
    pub node: String,
}

/// Of a process that plays some roles only.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Cluster {
    pub listen: String,
    pub probe: String,
    pub certificate: PathBuf,
    pub key: PathBuf,
    pub authority: PathBuf,
    pub token_key: PathBuf,
    pub token_public: PathBuf,
    /// By role, `host:port` each.
    pub services: BTreeMap<String, Vec<String>>,
}

impl Cluster {
    fn check(&self) -> Result<()> {
        for (key, value) in [("cluster.listen", &self.listen), ("cluster.probe", &self.probe)] {
            let fits = value.is_empty() || value.parse::<std::net::SocketAddr>().is_ok();
            ensure!(fits, "{key}: expected address:port, such as 10.0.0.5:7000, or nothing");
        }
        for role in self.services.keys() {
            let known = Role::ALL.iter().any(|known| known.name() == role && *known != Role::Gateway);
            ensure!(known, "cluster.services.{role}: there is no such role to be asked");
        }
        Ok(())
    }
}

#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Log {
    pub level: String,
    pub format: LogFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    Auto,
    Text,
    Json,
}

#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Metrics {
    pub allow: Vec<String>,
}

/// Traces, by OTLP.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Telemetry {
    pub otlp_url: String,
    pub sample_ratio: f64,
    pub service: String,
}

impl Telemetry {
    fn check(&self) -> Result<()> {
        ensure!((0.0..=1.0).contains(&self.sample_ratio), "telemetry.sample_ratio: expected from 0 to 1");
        ensure!(!self.service.is_empty(), "telemetry.service: expected a name");
        // The exporter reads them by itself: a password of the collector stands in no file of ours.
        let headers = ["OTEL_EXPORTER_OTLP_HEADERS", "OTEL_EXPORTER_OTLP_TRACES_HEADERS"];
        let has_headers = headers.iter().any(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()));
        clear::collector(&self.otlp_url, has_headers)?;
        chosen::traces(&self.otlp_url)
    }
}

impl Config {
    /// `file`: named by the user, must exist. Otherwise `svetu.toml` of the working folder, if there is one.
    pub fn load(file: Option<&Path>, flags: &[(&str, Value)]) -> Result<Self> {
        let mut figment = Figment::from(Toml::string(DEFAULTS));
        if let Some(file) = file {
            ensure!(file.is_file(), "--config {}: there is no such file", file.display());
        }
        figment = figment.merge(Toml::file(file.unwrap_or(Path::new(FILE))));
        figment = figment.merge(Env::prefixed("SVETU__").split("__"));
        for (key, value) in flags {
            figment = figment.merge((*key, value));
        }
        let config: Self = figment.extract().map_err(explain)?;
        config.check()?;
        Ok(config)
    }

    /// What is well formed and still impossible.
    fn check(&self) -> Result<()> {
        let door = &self.door;
        ensure!(
            door.tls_certificate.is_empty() == door.tls_key.is_empty(),
            "door.tls_certificate and door.tls_key: TLS needs both, HTTP neither"
        );
        if !door.public_url.is_empty() {
            let rest = door.public_url.strip_prefix("https://").or_else(|| door.public_url.strip_prefix("http://"));
            ensure!(
                rest.is_some_and(|rest| !rest.is_empty() && !rest.contains('/')),
                "door.public_url: expected https://name or http://name:port, without a path or a slash at the end"
            );
        }
        ensure!(
            door.insecure || !door::is_in_clear(door),
            "door.public_url is {}: sessions and passwords would cross the network in clear, in cookies that are not Secure; say \
             https://… (door.tls_certificate, or a proxy that ends TLS), or door.insecure = true for a network of your own",
            door.public_url
        );
        self.postgres.check()?;
        for (key, value) in [
            ("limits.body_mb_max", self.limits.body_mb_max as u64),
            ("limits.concurrent_max", self.limits.concurrent_max as u64),
            ("limits.request_ms_max", self.limits.request_ms_max),
            ("limits.address_per_minute", u64::from(self.limits.address_per_minute)),
            ("limits.account_per_minute", u64::from(self.limits.account_per_minute)),
            ("cache.memory_mb_max", self.cache.memory_mb_max),
        ] {
            ensure!(value > 0, "{key}: expected more than 0");
        }
        self.sms.check()?;
        for (id, upstream) in &self.identity.upstream {
            // Whatever it is: the real one is looked up when everything else is known to fit.
            upstream.settings(id, Secret::new(b"any".to_vec()))?;
        }
        self.cluster.check()?;
        self.telemetry.check()?;
        clear::cache(&self.cache.url)?;
        chosen::check(self)?;
        Ok(())
    }

    /// With passwords in URLs left out: for showing.
    pub fn redacted(&self) -> Self {
        let mut shown = self.clone();
        let urls = [
            &mut shown.mail.url,
            &mut shown.bus.url,
            &mut shown.search.url,
            &mut shown.cache.url,
            &mut shown.objects.url,
        ];
        for url in shown.postgres.urls().chain(urls) {
            if let Some((start, rest)) = url.split_once("://")
                && let Some((user, host)) = rest.rsplit_once('@')
            {
                let user = user.split(':').next().unwrap_or_default();
                *url = format!("{start}://{user}:…@{host}");
            }
        }
        shown
    }
}

fn explain(error: figment::Error) -> anyhow::Error {
    let told: Vec<String> = error
        .into_iter()
        .map(|fault| {
            let key = fault.path.join(".");
            let place = fault.metadata.as_ref().map(|metadata| {
                metadata.source.as_ref().map_or_else(|| metadata.name.to_string(), ToString::to_string)
            });
            let place = place.map_or_else(String::new, |place| format!(" ({place})"));
            let key = if key.is_empty() { String::new() } else { format!("{key}: ") };
            format!("{key}{}{place}", fault.kind)
        })
        .collect();
    anyhow::anyhow!("the configuration is refused:\n  {}\n`svetu config` explains every key", told.join("\n  "))
}

/// What `svetu config --effective` prints.
pub fn effective(config: &Config) -> Result<String> {
    toml::to_string_pretty(&config.redacted()).context("the configuration cannot be written as TOML")
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn refusal(text: &str) -> String {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), text).unwrap();
        format!("{:#}", Config::load(Some(file.path()), &[]).unwrap_err())
    }

    #[test]
    fn the_defaults_are_possible() {
        Config::load(None, &[]).unwrap();
    }

    #[test]
    fn every_key_is_explained() {
        let mut explained = false;
        for line in DEFAULTS.lines() {
            if line.starts_with('#') {
                explained = true;
            } else if line.contains(" = ") {
                let key = line.split(" = ").next().unwrap();
                // A key may share the comment of the one above it.
                assert!(explained, "{key} has no comment above it");
            } else {
                explained = false;
            }
        }
    }

    #[test]
    fn wrong_keys_and_values_are_named() {
        for (text, expected) in [
            ("[door]\nprot = 1", "prot"),
            ("[door]\nport = 99999", "door.port"),
            ("[door]\ntls_key = \"k.pem\"", "door.tls_certificate"),
            ("[door]\npublic_url = \"svetu.rs\"", "door.public_url"),
            ("[door]\npublic_url = \"http://svetu.rs\"", "door.insecure = true"),
            ("[door]\npublic_url = \"http://192.168.1.5:8080\"", "door.public_url is http://192.168.1.5:8080"),
            ("[secrets]\nurl = \"vault://v:8200\"", "not compiled into this binary"),
            ("[bus]\nurl = \"carrier-pigeon:\"", "bus.url"),
            ("[postgres]\npool_max = 95", "postgres.pool_max"),
            ("[postgres]\ndirect_url = \"postgres://o@db/x\"", "postgres.direct_url"),
            ("[postgres]\nreplica_lag_s_max = 0", "postgres.replica_lag_s_max"),
            ("[postgres.service.listing]\nurl = \"postgres://o@db/x\"", "postgres.service.listing: no service"),
            ("[postgres.service.listings]\nurl = \"\"", "postgres.service.listings.url"),
            ("[postgres]\nurl = \"postgres://o:p@db/x\"", "postgres.url: db is not this machine"),
            (
                "[postgres]\nurl = \"postgres://o:p@localhost/x\"\nreplica_url = \"postgres://o:p@copy/x?sslmode=require\"",
                "postgres.replica_url: copy is not",
            ),
            (
                "[postgres]\nurl = \"postgres://o:p@localhost/x\"\ndirect_url = \"postgres://o:p@db/x\"",
                "postgres.direct_url: db is not",
            ),
            ("[postgres.service.listings]\nurl = \"postgres://o:p@db/x\"", "postgres.service.listings.url: db is not"),
            ("[limits]\nconcurrent_max = 0", "limits.concurrent_max"),
            ("[cache]\nurl = \"redis://u:p@r.rs\"", "cache.url: the password would cross the network in clear"),
            ("[log]\nformat = \"xml\"", "log.format"),
            ("[sms]\nurl = \"twilio:AC1\"", "sms.url"),
            ("[sms]\nurl = \"https://sms.primer.rs/send\"", "sms.body"),
            ("[sms]\nurl = \"smpp://svetu@smsc.primer.rs\"", "smpps://"),
            ("[sms]\nurl = \"smpps://svetu:tajna@smsc.primer.rs:3550\"", "smpps://"),
            ("[sms]\nprefixes = []", "sms.prefixes"),
            ("[cluster]\nlisten = \"7000\"", "cluster.listen"),
            ("[cluster.services]\nlisting = [\"a:1\"]", "cluster.services.listing"),
            ("[identity.upstream.google]\npreset = \"google\"", "client_id"),
            ("[identity.upstream.a]\nclient_id = \"a\"\nname = \"A\"\nissuer = \"http://a.rs\"", "upstream.a"),
            ("[identity.upstream.apple]\npreset = \"apple\"\nclient_id = \"a\"", "team_id"),
            ("[identity.upstream.g]\npreset = \"google\"\nclient_id = \"a\"\nkey_id = \"k\"", "key_id"),
            (
                "[identity.upstream.fb]\npreset = \"facebook\"\nclient_id = \"a\"\ntoken_endpoint = \"graph\"",
                "token_endpoint",
            ),
        ] {
            let told = refusal(text);
            assert!(told.contains(expected), "{text}: {told}");
        }
    }

    #[test]
    fn a_door_in_clear_is_this_machines_or_said_to_be() {
        for (public_url, insecure) in [
            ("http://localhost:8080", false),
            ("http://127.0.0.1:8080", false),
            ("http://[::1]:8080", false),
            ("https://svetu.rs", false),
            ("http://192.168.1.5:8080", true),
        ] {
            let flags = [("door.public_url", Value::from(public_url)), ("door.insecure", Value::from(insecure))];
            Config::load(None, &flags).unwrap();
        }
    }

    #[test]
    fn passwords_are_not_shown() {
        let flags = [("postgres.url", Value::from("postgres://owner:secret@db:5432/svetu?sslmode=verify-full"))];
        let mut config = Config::load(None, &flags).unwrap();
        config.postgres.replica_url = "postgres://owner:secret@copy/svetu".to_owned();
        let listings = "url = \"postgres://owner:secret@listings/svetu\"";
        config.postgres.service.insert("listings".to_owned(), toml::from_str(listings).unwrap());
        config.cache.url = "redis://:secret@r:6379".to_owned();
        config.objects.url = "s3://key:secret@bucket?endpoint=http://m:9000".to_owned();
        let shown = effective(&config).unwrap();
        for expected in [
            "postgres://owner:…@db:5432/svetu",
            "redis://:…@r:6379",
            "s3://key:…@bucket?endpoint=http://m:9000",
            "postgres://owner:…@copy/svetu",
            "postgres://owner:…@listings/svetu",
        ] {
            assert!(shown.contains(expected), "{shown}");
        }
        assert!(!shown.contains("secret@"), "{shown}");
    }
}
