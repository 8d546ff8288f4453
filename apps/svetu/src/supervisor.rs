//! Processes of a cluster on this machine: started, started again when they die, replaced one by one, ended.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    net::{Ipv4Addr, SocketAddr, TcpListener},
    os::fd::OwnedFd,
    path::{Path, PathBuf},
    process::Stdio,
    sync::Arc,
    time::Duration,
};

use anyhow::{Context as _, Result, bail, ensure};
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use svetu_kernel::{SharedClock, Timestamp};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    process::{Child, Command},
    sync::{mpsc, oneshot},
    task::JoinSet,
    time::{Instant, sleep, timeout},
};

use crate::{cli::Role, config::Config, pools};

const PROCESSES_MAX: usize = 64;
/// `postgres.pool_max` of each process. It gives every schema a pool of five, of which a process with few roles opens few.
const POOL_MAX: u32 = 48;
/// Of the server, for who is no process of the plan: migrations, the doctor, superusers.
const CONNECTIONS_RESERVE: u32 = 10;
/// Searches and shops wait for the taxonomy of listings, and a site for Node.
const READY_MAX: Duration = Duration::from_secs(120);
const READY_EVERY: Duration = Duration::from_millis(50);
/// Beyond what a process gives its last requests.
const END_MAX: Duration = Duration::from_secs(20);
const RESTART_MIN: Duration = Duration::from_millis(200);
const RESTART_MAX: Duration = Duration::from_secs(5);
/// Who ran for so long died of something else than its start.
const SETTLED: Duration = Duration::from_secs(30);

/// `deploy/local/cluster.toml`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    pub process: Vec<Planned>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Planned {
    pub name: String,
    pub roles: Vec<String>,
}

impl Plan {
    pub fn read(file: &Path) -> Result<Self> {
        let text = fs::read_to_string(file).with_context(|| format!("--file {}", file.display()))?;
        let plan: Self = toml::from_str(&text).with_context(|| format!("{}", file.display()))?;
        plan.check().with_context(|| format!("{}", file.display()))?;
        Ok(plan)
    }

    fn check(&self) -> Result<()> {
        ensure!((1..=PROCESSES_MAX).contains(&self.process.len()), "expected 1 to {PROCESSES_MAX} [[process]] tables");
        let mut names = std::collections::BTreeSet::new();
        for Planned { name, roles } in &self.process {
            let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
            ensure!(
                !name.is_empty() && name.len() <= 40 && name.bytes().all(plain),
                "process.name «{name}»: expected small letters, digits and hyphens"
            );
            ensure!(names.insert(name), "process.name «{name}»: there are two of it");
            ensure!(!roles.is_empty(), "process «{name}»: roles is empty");
            for role in roles {
                role_of(role).with_context(|| format!("process «{name}»: there is no role «{role}»"))?;
            }
        }
        for role in Role::ALL {
            let played = self.process.iter().any(|process| process.roles.iter().any(|name| name == role.name()));
            ensure!(played, "nobody plays `{}`", role.name());
        }
        Ok(())
    }

    /// Refused by name: what its processes cannot share.
    pub fn fits(&self, config: &Config) -> Result<()> {
        let has_search = |process: &&Planned| process.roles.iter().any(|role| role == Role::Search.name());
        let searches: Vec<&str> = self.process.iter().filter(has_search).map(|process| process.name.as_str()).collect();
        ensure!(
            searches.len() <= 1 || !config.search.url.starts_with("tantivy:"),
            "search.url is {}, an index of one process, and {} play `search`: share one by search.url = \"opensearch://…\", or \
             leave one of them in the plan",
            config.search.url,
            searches.iter().map(|name| format!("«{name}»")).collect::<Vec<_>>().join(" and ")
        );
        Ok(())
    }

    /// What its processes open at most, a command beside them (the demo world, an import), and a reserve.
    pub fn connections_max(&self) -> u32 {
        let of = |process: &Planned| pools::of_process(&process.roles.iter().map(String::as_str).collect(), POOL_MAX);
        self.process.iter().map(of).sum::<u32>() + POOL_MAX + CONNECTIONS_RESERVE
    }
}

fn role_of(name: &str) -> Option<Role> {
    Role::ALL.into_iter().find(|role| role.name() == name)
}

/// How all processes are started.
pub struct Start {
    /// `--state`, `--config`: what was said to us.
    pub flags: Vec<std::ffi::OsString>,
    pub environment: Vec<(String, String)>,
    /// Of `svetu cluster keys`.
    pub keys: PathBuf,
    pub logs: PathBuf,
    /// The one door of all gateways.
    pub door: TcpListener,
    pub drain_s_max: u64,
    pub clock: SharedClock,
}

/// One process, as it is shown.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Shown {
    pub name: String,
    pub roles: Vec<String>,
    /// None: it is just being started.
    pub pid: Option<u32>,
    pub since: Option<Timestamp>,
    pub probe: SocketAddr,
    pub listen: Option<SocketAddr>,
    pub starts: u32,
}

struct Process {
    planned: Planned,
    listen: Option<SocketAddr>,
    probe: SocketAddr,
    state: Mutex<State>,
    orders: mpsc::Sender<Order>,
}

#[derive(Default)]
struct State {
    pid: Option<u32>,
    since: Option<Timestamp>,
    starts: u32,
}

enum Order {
    Replace(oneshot::Sender<Result<()>>),
    End,
}

pub struct Supervisor {
    start: Start,
    binary: Mutex<PathBuf>,
    services: BTreeMap<String, Vec<String>>,
    processes: BTreeMap<String, Arc<Process>>,
    order: Vec<String>,
}

/// Two sockets are never taken for each other: both are held until all are chosen.
fn free_ports(count: usize) -> Result<Vec<SocketAddr>> {
    let held: Result<Vec<TcpListener>, _> = (0..count).map(|_| TcpListener::bind((Ipv4Addr::LOCALHOST, 0))).collect();
    held?.iter().map(|listener| Ok(listener.local_addr()?)).collect()
}

impl Supervisor {
    /// Starts every process and looks after it until [`Supervisor::stop`].
    pub fn start(plan: &Plan, start: Start, tasks: &mut JoinSet<()>) -> Result<Arc<Self>> {
        fs::create_dir_all(&start.logs).with_context(|| format!("{}", start.logs.display()))?;
        let mut ports = free_ports(plan.process.len() * 2)?.into_iter();
        let mut next = || ports.next().context("no port");
        let mut services: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let (mut processes, mut orders) = (BTreeMap::new(), Vec::new());
        for planned in &plan.process {
            let is_gateway_only = planned.roles.iter().all(|role| role == Role::Gateway.name());
            let (probe, listen) = (next()?, next()?);
            let listen = (!is_gateway_only).then_some(listen);
            for role in planned.roles.iter().filter(|role| *role != Role::Gateway.name()) {
                services.entry(role.clone()).or_default().extend(listen.map(|address| address.to_string()));
            }
            let (order, taken) = mpsc::channel(4);
            let process = Process { planned: planned.clone(), listen, probe, state: Mutex::default(), orders: order };
            processes.insert(planned.name.clone(), Arc::new(process));
            orders.push(taken);
        }
        let supervisor = Arc::new(Self {
            start,
            binary: Mutex::new(std::env::current_exe()?),
            services,
            processes,
            order: plan.process.iter().map(|process| process.name.clone()).collect(),
        });
        for (name, taken) in supervisor.order.iter().zip(orders) {
            let process = Arc::clone(&supervisor.processes[name]);
            tasks.spawn(Arc::clone(&supervisor).look_after(process, taken));
        }
        Ok(supervisor)
    }

    /// `host:port` by role, as `cluster.services` has it.
    pub const fn services(&self) -> &BTreeMap<String, Vec<String>> {
        &self.services
    }

    pub async fn ready(&self) -> Result<()> {
        let deadline = Instant::now() + READY_MAX;
        for name in &self.order {
            self.ready_one(&self.processes[name], deadline).await?;
        }
        Ok(())
    }

    async fn ready_one(&self, process: &Process, deadline: Instant) -> Result<()> {
        while !is_ready(process.probe).await {
            if Instant::now() > deadline {
                let log = self.log_of(&process.planned.name);
                bail!("{} is not ready; its log is {}", process.planned.name, log.display());
            }
            sleep(READY_EVERY).await;
        }
        Ok(())
    }

    fn log_of(&self, name: &str) -> PathBuf {
        self.start.logs.join(format!("{name}.log"))
    }

    pub fn shown(&self) -> Vec<Shown> {
        let show = |name: &String| {
            let process = &self.processes[name];
            let state = process.state.lock();
            Shown {
                name: name.clone(),
                roles: process.planned.roles.clone(),
                pid: state.pid,
                since: state.since,
                probe: process.probe,
                listen: process.listen,
                starts: state.starts,
            }
        };
        self.order.iter().map(show).collect()
    }

    /// One after the other, each when the one before is ready.
    pub async fn replace(&self, name: Option<&str>, binary: Option<PathBuf>) -> Result<Vec<String>> {
        if let Some(binary) = binary {
            ensure!(binary.is_file(), "--binary {}: there is no such file", binary.display());
            *self.binary.lock() = binary;
        }
        let names: Vec<&String> = match name {
            Some(name) => vec![
                self.order
                    .iter()
                    .find(|known| *known == name)
                    .with_context(|| format!("there is no process «{name}»: {}", self.order.join(", ")))?,
            ],
            None => self.order.iter().collect(),
        };
        for name in &names {
            let process = &self.processes[*name];
            let (done, is_done) = oneshot::channel();
            process.orders.send(Order::Replace(done)).await.context("it is ending")?;
            is_done.await.context("it is ending")??;
            self.ready_one(process, Instant::now() + READY_MAX).await?;
        }
        Ok(names.into_iter().cloned().collect())
    }

    /// The gateways first: what they asked for is answered before its services go.
    pub async fn stop(&self) {
        let is_gateway = |name: &&String| self.processes[*name].planned.roles.iter().any(|role| role == "gateway");
        let (gateways, others): (Vec<&String>, Vec<&String>) = self.order.iter().partition(is_gateway);
        for names in [gateways, others] {
            for name in &names {
                // Fails only for one that has ended.
                let _ = self.processes[*name].orders.send(Order::End).await;
            }
            for name in names {
                self.processes[name].orders.closed().await;
            }
        }
    }

    async fn look_after(self: Arc<Self>, process: Arc<Process>, mut orders: mpsc::Receiver<Order>) {
        let mut pause = RESTART_MIN;
        loop {
            let began = Instant::now();
            let mut child = match self.spawn(&process) {
                Ok(child) => child,
                Err(error) => {
                    tracing::error!(process = process.planned.name, error = format!("{error:#}"), "cannot be started");
                    tokio::select! {
                        order = orders.recv() => match order {
                            Some(Order::Replace(done)) => drop(done.send(Err(error))),
                            Some(Order::End) | None => return,
                        },
                        () = sleep(RESTART_MAX) => {}
                    }
                    continue;
                }
            };
            tokio::select! {
                ended = child.wait() => {
                    self.gone(&process);
                    let status = ended.map_or_else(|error| error.to_string(), |status| status.to_string());
                    tracing::warn!(process = process.planned.name, status, "a process ended by itself");
                    pause = if began.elapsed() > SETTLED { RESTART_MIN } else { (pause * 2).min(RESTART_MAX) };
                    sleep(pause).await;
                }
                order = orders.recv() => {
                    self.end(&process, child).await;
                    match order {
                        // Who replaces waits for the new one's readiness.
                        Some(Order::Replace(done)) => drop(done.send(Ok(()))),
                        Some(Order::End) | None => return,
                    }
                }
            }
        }
    }

    fn gone(&self, process: &Process) {
        let mut state = process.state.lock();
        (state.pid, state.since) = (None, None);
    }

    async fn end(&self, process: &Process, mut child: Child) {
        if let Some(pid) = child.id().and_then(|pid| i32::try_from(pid).ok()) {
            // Fails only for one that has ended by itself.
            let _ = kill(Pid::from_raw(pid), Signal::SIGTERM);
        }
        let within = Duration::from_secs(self.start.drain_s_max) + END_MAX;
        if timeout(within, child.wait()).await.is_err() {
            tracing::warn!(process = process.planned.name, "a process did not end in time and is killed");
            let _ = child.kill().await;
        }
        self.gone(process);
    }

    fn spawn(&self, process: &Process) -> Result<Child> {
        let Planned { name, roles } = &process.planned;
        let places = self.services.iter().map(|(role, places)| format!("{role}={}", serde_json::json!(places)));
        let services = format!("{{{}}}", places.collect::<Vec<_>>().join(","));
        let log = File::options().create(true).append(true).open(self.log_of(name))?;
        let key = |file: String| self.start.keys.join(file).display().to_string();
        let mut command = Command::new(self.binary.lock().as_path());
        command
            .args(&self.start.flags)
            .args(["serve", "--with-parent", "--roles", &roles.join(",")])
            .envs(self.start.environment.iter().map(|(name, value)| (name, value)))
            .env("SVETU__CLUSTER__SERVICES", services)
            .env("SVETU__CLUSTER__PROBE", process.probe.to_string())
            .env("SVETU__CLUSTER__LISTEN", process.listen.map_or_else(String::new, |address| address.to_string()))
            .env("SVETU__CLUSTER__CERTIFICATE", key(format!("{name}.pem")))
            .env("SVETU__CLUSTER__KEY", key(format!("{name}.key")))
            .env("SVETU__CLUSTER__AUTHORITY", key(svetu_cluster::keys::AUTHORITY.to_owned()))
            .env("SVETU__CLUSTER__TOKEN_PUBLIC", key(svetu_cluster::keys::TOKEN_PUBLIC.to_owned()))
            .stdout(log.try_clone()?)
            .stderr(log)
            .stdin(Stdio::null())
            // A Ctrl-C at the terminal goes to us, who end them in their order.
            .process_group(0)
            .kill_on_drop(true);
        if roles.iter().any(|role| role == Role::Gateway.name()) {
            command
                .arg("--door-on-stdin")
                .env("SVETU__CLUSTER__TOKEN_KEY", key(svetu_cluster::keys::TOKEN_KEY.to_owned()))
                .stdin(Stdio::from(OwnedFd::from(self.start.door.try_clone()?)));
        }
        let child = command.spawn().with_context(|| format!("{}", self.binary.lock().display()))?;
        let mut state = process.state.lock();
        state.pid = child.id();
        state.since = Some(self.start.clock.now());
        state.starts += 1;
        Ok(child)
    }
}

async fn is_ready(probe: SocketAddr) -> bool {
    let ask = async {
        let mut stream = TcpStream::connect(probe).await?;
        stream.write_all(b"GET /health/ready HTTP/1.0\r\n\r\n").await?;
        let mut head = Vec::new();
        stream.take(64).read_to_end(&mut head).await?;
        Ok::<bool, std::io::Error>(String::from_utf8_lossy(&head).split_whitespace().nth(1) == Some("200"))
    };
    matches!(timeout(Duration::from_secs(1), ask).await, Ok(Ok(true)))
}

/// What the processes are told of the configuration that we have besides.
pub fn environment(config: &Config, database_url: &str, public_url: &str) -> Vec<(String, String)> {
    let said = |key: &str, value: String| (format!("SVETU__{key}"), value);
    vec![
        said("POSTGRES__URL", database_url.to_owned()),
        said("POSTGRES__CONNECTIONS_MAX", config.postgres.connections_max.to_string()),
        said("POSTGRES__POOL_MAX", POOL_MAX.to_string()),
        said("DOOR__PUBLIC_URL", public_url.to_owned()),
        said("IDENTITY__STAFF_SECOND_FACTOR", config.identity.staff_second_factor.name().to_owned()),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Search;

    fn config() -> Config {
        Config::load(None, &[]).unwrap()
    }

    fn told(text: &str) -> String {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), text).unwrap();
        Plan::read(file.path()).map_or_else(|error| format!("{error:#}"), |plan| format!("{}", plan.process.len()))
    }

    #[test]
    fn a_plan_that_cannot_be_is_refused_by_name() {
        let whole = "[[process]]\nname = \"all\"\nroles = [\"gateway\", \"identity\", \"media\", \"geo\", \"listings\", \"users\", \"search\"]\n";
        assert_eq!(told(whole), "1");
        assert!(told("").contains("process"), "{}", told(""));
        let without = whole.replace(", \"search\"", "");
        assert!(told(&without).contains("nobody plays `search`"), "{}", told(&without));
        let unknown = whole.replace("\"geo\"", "\"gheo\"");
        assert!(told(&unknown).contains("no role «gheo»"), "{}", told(&unknown));
        let twice = format!("{whole}{whole}");
        assert!(told(&twice).contains("two of it"), "{}", told(&twice));
        assert!(told(&whole.replace("all", "../x")).contains("small letters"));
    }

    #[test]
    fn an_index_of_one_process_is_not_shared() {
        let with = |url: &str| Config { search: Search { url: url.to_owned(), ..config().search }, ..config() };
        let one: Plan = toml::from_str("process = [{ name = \"s-1\", roles = [\"search\", \"geo\"] }]").unwrap();
        one.fits(&with("tantivy:")).unwrap();
        let two = include_str!("../../../deploy/local/cluster.toml");
        let two: Plan = toml::from_str(two).unwrap();
        two.fits(&with("opensearch://127.0.0.1:9200/svetu")).unwrap();
        let told = two.fits(&with("tantivy:")).unwrap_err().to_string();
        for expected in ["search.url", "«search-1» and «search-2»", "opensearch://"] {
            assert!(told.contains(expected), "{told}");
        }
    }

    #[test]
    fn the_server_has_a_connection_for_every_process() {
        let plan = |text: &str| -> Plan { toml::from_str(text).unwrap() };
        // Five, and one alone, for the bus and for each role; once more for a command; ten.
        let geo = "[[process]]\nname = \"geo\"\nroles = [\"geo\"]\n";
        assert_eq!(plan(geo).connections_max(), 2 * 6 + 48 + 10);
        let two = "[[process]]\nname = \"two\"\nroles = [\"users\", \"media\", \"users\"]\n";
        assert_eq!(plan(&format!("{geo}{two}")).connections_max(), 2 * 6 + 3 * 6 + 48 + 10);
        let local = plan(include_str!("../../../deploy/local/cluster.toml"));
        assert_eq!(local.connections_max(), 10 * 2 * 6 + 48 + 10);
    }
}
