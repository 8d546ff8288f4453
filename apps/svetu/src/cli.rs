//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

/// Sve Tu Platforma: one binary that is the whole platform on one machine, or some services of a cluster.
///
/// Start with `svetu up`: it brings its own database, prepares it, starts everything and prints where to look.
#[derive(Debug, Parser)]
#[command(name = "svetu", version, propagate_version = true, arg_required_else_help = true)]
pub struct Cli {
    /// Read this configuration instead of ./svetu.toml (`svetu config` explains every key).
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Keep everything in this folder instead of .svetu.
    #[arg(long, global = true, value_name = "FOLDER")]
    pub state: Option<PathBuf>,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run the whole platform here: database, services, site. Ctrl-C ends it.
    Up(Up),
    /// End what `svetu up --detach` started from this state folder.
    Stop,
    /// Run some services of a cluster (needs postgres.url).
    Serve(Serve),
    /// Run a whole cluster on this machine, each service its own process, and look after it.
    #[command(subcommand)]
    Cluster(Cluster),
    /// Bring the database up to date: schemas, rights, taxonomy, gazetteer.
    Migrate,
    /// Load the demo world: ads, sellers, pictures, favourites, saved searches.
    Seed(Seed),
    /// Load ads from a file.
    #[command(subcommand)]
    Import(Import),
    /// Write ads to a file.
    #[command(subcommand)]
    Export(Export),
    /// Build the search index anew while the old one serves.
    Reindex,
    /// Compare the search index with the database; exit code 1 if they differ.
    Verify {
        /// Mend what differs.
        #[arg(long)]
        repair: bool,
    },
    /// Events that could not be handled: list them, or hand one to its consumer again.
    #[command(subcommand)]
    DeadLetters(DeadLetters),
    /// Accounts, for operators.
    #[command(subcommand)]
    Account(Account),
    /// Who may sign in: people and their roles, clients of the OpenID Provider, its signing keys.
    #[command(subcommand)]
    Identity(IdentityCommand),
    /// The log of security events, which nobody can change unseen (docs/audit.md).
    #[command(subcommand)]
    Audit(Audit),
    /// What programs of analysts may follow of the databases as they change (docs/operations/engines.md).
    #[command(subcommand)]
    Changes(Changes),
    /// Look at this machine and say what is missing or wrong, and how to mend it.
    Doctor,
    /// Print the OpenAPI 3.1 document of the whole API.
    Openapi,
    /// Explain every key of the configuration with its default.
    Config {
        /// Print the values in force instead (passwords left out).
        #[arg(long)]
        effective: bool,
    },
    /// Print the completion script of a shell.
    Completions { shell: Shell },
}

#[derive(Debug, Clone, Copy, Subcommand)]
pub enum Changes {
    /// Make a publication of chosen columns, none of a person, and a slot that a reader may follow. Safe to run again.
    Start,
    /// Drop both: nothing is kept for a reader any more.
    Stop,
    /// Show how far the reader is behind. Exit code 1: there is no slot, or what it needs is gone.
    Status,
}

#[derive(Debug, Args)]
pub struct Up {
    /// Load a demo world of so many ads if there are none yet.
    #[arg(long, value_name = "ADS")]
    pub demo: Option<u64>,
    /// The demo world's seed: the same seed makes the same world.
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub demo_seed: u64,
    /// Come back as soon as everything is ready and leave it running (`svetu stop` ends it).
    #[arg(long)]
    pub detach: bool,
    /// We are what `--detach` started.
    #[arg(long, hide = true)]
    pub detached: bool,
    /// Take this port or do not start.
    #[arg(long, value_name = "PORT")]
    pub port: Option<u16>,
    /// Start no Node site: the API only.
    #[arg(long)]
    pub no_site: bool,
}

#[derive(Debug, Args)]
pub struct Serve {
    /// What this process does.
    #[arg(long, value_delimiter = ',', required = true, value_name = "ROLE,…")]
    pub roles: Vec<Role>,
    /// Take this port or do not start.
    #[arg(long, value_name = "PORT")]
    pub port: Option<u16>,
    /// The gateway starts no site.
    #[arg(long)]
    pub no_site: bool,
    /// The door's listening socket is the standard input, as inetd hands it to a server that waits: several processes can have one door.
    #[arg(long)]
    pub door_on_stdin: bool,
    /// End when the process that started this one ends.
    #[arg(long, hide = true)]
    pub with_parent: bool,
}

/// A cluster of processes on this machine.
#[derive(Debug, Subcommand)]
pub enum Cluster {
    /// Start every process of a file, bring the database up to date before, and keep them running. Ctrl-C or `svetu stop` ends it.
    Up(ClusterUp),
    /// Show the processes: name, roles, process id, since when.
    Status {
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Replace processes one by one while the others answer; without a name all of them.
    Restart {
        name: Option<String>,
        /// With this binary from now on.
        #[arg(long, value_name = "FILE")]
        binary: Option<PathBuf>,
    },
    /// Make an authority, a certificate for each process of the file, and the key of the gateway's tokens.
    Keys {
        /// The file with the processes (deploy/local/cluster.toml).
        #[arg(long, value_name = "FILE")]
        file: PathBuf,
        /// Where to write them; what is there already is replaced.
        #[arg(long, value_name = "FOLDER")]
        folder: PathBuf,
        #[arg(long, default_value_t = 90)]
        days: u16,
    },
}

#[derive(Debug, Args)]
pub struct ClusterUp {
    /// The file with the processes (deploy/local/cluster.toml).
    #[arg(long, value_name = "FILE")]
    pub file: PathBuf,
    /// Load the demo world with so many ads.
    #[arg(long, value_name = "ADS", num_args = 0..=1, default_missing_value = "5000")]
    pub demo: Option<u64>,
    /// Run in the background; `svetu stop` ends it.
    #[arg(long)]
    pub detach: bool,
    /// It runs in the background.
    #[arg(long, hide = true)]
    pub detached: bool,
    /// Take this port or do not start.
    #[arg(long, value_name = "PORT")]
    pub port: Option<u16>,
}

/// What a process can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, ValueEnum)]
pub enum Role {
    /// The door: routing, sessions, limits, the site.
    Gateway,
    Identity,
    Media,
    Geo,
    Listings,
    Users,
    Search,
}

impl Role {
    pub const ALL: [Self; 7] =
        [Self::Gateway, Self::Identity, Self::Media, Self::Geo, Self::Listings, Self::Users, Self::Search];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Gateway => "gateway",
            Self::Identity => "identity",
            Self::Media => "media",
            Self::Geo => "geo",
            Self::Listings => "listings",
            Self::Users => "users",
            Self::Search => "search",
        }
    }
}

#[derive(Debug, Args)]
pub struct Seed {
    /// How many ads.
    #[arg(long, default_value_t = 5_000)]
    pub listings: u64,
    /// The same seed makes the same world; a run that was interrupted is taken up again.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
}

#[derive(Debug, Subcommand)]
pub enum Import {
    /// Load ads from CSV, JSON Lines, a JSON array or an XML feed (docs/import.md tells how to write a mapping).
    ///
    /// Exit code 0: every row went in; 1: some were refused, they stand in the error file; 2: nothing could be done.
    Listings(ImportListings),
}

#[derive(Debug, Args)]
pub struct ImportListings {
    pub file: PathBuf,
    /// How the file's columns become an ad.
    #[arg(long, value_name = "MAP.toml")]
    pub mapping: PathBuf,
    /// E-mail address of the account that the ads belong to.
    #[arg(long, value_name = "E-MAIL")]
    pub owner: String,
    /// Change nothing; print the same summary.
    #[arg(long)]
    pub dry_run: bool,
    /// Go on after the last row that an interrupted run has stored.
    #[arg(long)]
    pub resume: bool,
    /// The file is the whole catalogue: close the owner's ads of this mapping that are not in it.
    #[arg(long)]
    pub full: bool,
    /// Where refused rows go (default: FILE.errors.csv).
    #[arg(long, value_name = "FILE")]
    pub errors: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub enum Export {
    /// Write ads as CSV, JSON Lines or XML, by the file's ending.
    Listings {
        file: PathBuf,
        /// Only this account's ads.
        #[arg(long, value_name = "E-MAIL")]
        owner: Option<String>,
    },
}

#[derive(Debug, Subcommand)]
pub enum DeadLetters {
    /// Show what lies on the shelf, oldest first.
    List {
        /// Only of this consumer group.
        #[arg(long)]
        group: Option<String>,
    },
    /// Hand one to its consumer again.
    Replay { id: i64 },
}

#[derive(Debug, Subcommand)]
pub enum IdentityCommand {
    /// Applications, services and devices that ask for tokens (docs/connect.md).
    #[command(subcommand)]
    Client(Client),
    /// Keys that sign tokens.
    #[command(subcommand)]
    Key(SigningKey),
    /// People: find them, see where they are signed in, sign them out.
    #[command(subcommand)]
    User(User),
    /// What people may do: give roles and take them.
    #[command(subcommand)]
    Role(GiveRole),
    /// Show what the audit log says of a person, newest first.
    Audit {
        email: String,
        /// At most so many events.
        #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u16).range(1..=1_000))]
        limit: u16,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Keep the client's secret of a provider elsewhere (`identity.upstream` of the configuration, docs/connect.md).
    Upstream {
        /// As the configuration names the provider.
        id: String,
        /// The file that holds it; `-` is standard input.
        #[arg(long, value_name = "FILE")]
        secret_file: PathBuf,
    },
    /// Keep the secret of the provider of messages (`sms` of the configuration).
    Sms {
        /// The file that holds it; `-` is standard input.
        #[arg(long, value_name = "FILE")]
        secret_file: PathBuf,
    },
    /// Who may do what, and why.
    #[command(subcommand)]
    Policy(Policy),
}

#[derive(Debug, Subcommand)]
pub enum Policy {
    /// Check the policies and the table of scopes against their schema.
    Check,
    /// Tell what is decided, and which policies decide it.
    ///
    /// `svetu identity policy explain listings.update Listing --role member --owner self --scope listings:read`
    Explain(Explain),
}

#[derive(Debug, Args)]
pub struct Explain {
    /// An operation of the API: `listings.update`.
    pub action: String,
    /// What it is done to, as the schema names it: `Listing`.
    pub kind: String,
    /// Who asks; nobody's roles otherwise, so that a visitor asks.
    #[arg(long)]
    pub role: Vec<String>,
    /// They have proven one factor only.
    #[arg(long)]
    pub one_factor: bool,
    /// By a token or a key that was given for this; may be given several times, `none` for nothing.
    #[arg(long)]
    pub scope: Vec<String>,
    /// Whose it is: `self`, `other`, or nobody's.
    #[arg(long, value_parser = ["self", "other"])]
    pub owner: Option<String>,
    /// A fact of it, such as visibility=owner.
    #[arg(long, value_name = "NAME=VALUE")]
    pub fact: Vec<String>,
}

#[derive(Debug, Subcommand)]
pub enum User {
    /// Find people by their whole address, their account's id, or the beginning of their name.
    Find {
        text: String,
        /// At most so many.
        #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u16).range(1..=1_000))]
        limit: u16,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Show a person's state, roles and living sessions.
    Show {
        email: String,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Sign a person out everywhere, and out of every application that learns of it.
    SignOut {
        email: String,
        /// End this session alone (`svetu identity user show` lists them).
        #[arg(long, value_name = "ID")]
        session: Option<String>,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Subcommand)]
pub enum GiveRole {
    /// Give roles beside those that a person has: member, trader, moderator, operator. Their sessions end.
    Give(RolesOf),
    /// Take roles away; the rest stays. Their sessions end.
    Take(RolesOf),
}

#[derive(Debug, Args)]
pub struct RolesOf {
    pub email: String,
    #[arg(value_delimiter = ',', required = true)]
    pub roles: Vec<String>,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Subcommand)]
pub enum Audit {
    /// Read the whole log and name the first row that was altered, removed or inserted.
    ///
    /// Exit code 0: it is as it was written; 1: it is not; 2: it could not be read.
    /// The head that is printed can be kept elsewhere: with `--since` the log must still hold it, so that a cut at its end shows, too.
    Verify {
        /// The head of an earlier run that must still be a part of the log.
        #[arg(long, value_name = "POSITION:HASH")]
        since: Option<String>,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Subcommand)]
pub enum Client {
    /// Register a client; its secret is shown once.
    ///
    /// A site with a server: `svetu identity client add "My shop" --redirect https://shop.example/cb`.
    /// An app on a device or in a browser: the same with `--public`.
    /// A machine: `svetu identity client add "Reports" --machine --scope moderation:read --role moderator`.
    Add(Box<AddClient>),
    /// Let somebody register clients by themselves: prints a secret for /oauth/register.
    Invite {
        /// So many clients.
        #[arg(long, default_value_t = 1)]
        uses: u16,
        /// For so many days, thirty at most.
        #[arg(long, default_value_t = 7)]
        days: u16,
    },
    /// Show who is registered.
    List,
    /// Give a client a new secret; the one before opens nothing any more.
    NewSecret { id: String },
    /// End a client and everything that it was given.
    Disable { id: String },
}

#[derive(Debug, Args)]
pub struct AddClient {
    /// What people read when they are asked whether they allow it.
    pub name: String,
    /// Its client_id; one is made otherwise.
    #[arg(long)]
    pub id: Option<String>,
    /// Where answers may go, exactly; may be given several times.
    #[arg(long, value_name = "URL")]
    pub redirect: Vec<String>,
    /// Where people may be led after signing out.
    #[arg(long, value_name = "URL")]
    pub post_logout_redirect: Vec<String>,
    /// Told when a session ends (OIDC Back-Channel Logout).
    #[arg(long, value_name = "URL")]
    pub backchannel_logout: Option<String>,
    /// It runs where a secret cannot be kept: on people's devices or in their browsers.
    #[arg(long, conflicts_with_all = ["jwks", "machine"])]
    pub public: bool,
    /// It acts for itself and not for people.
    #[arg(long)]
    pub machine: bool,
    /// It has no browser: it shows a code, and a person answers elsewhere (RFC 8628).
    #[arg(long, conflicts_with = "machine")]
    pub device: bool,
    /// It is a service that passes people's requests on to others (RFC 8693); --serves says what it is, --resource whom it calls.
    #[arg(long, conflicts_with_all = ["public", "device"], requires = "serves")]
    pub exchange: bool,
    /// Its public keys, as a JWK set: it signs its name instead of sending a secret (private_key_jwt).
    #[arg(long, value_name = "FILE")]
    pub jwks: Option<PathBuf>,
    /// It sends its secret in the form instead of by HTTP Basic.
    #[arg(long, conflicts_with_all = ["public", "jwks"])]
    pub secret_in_form: bool,
    /// A scope that it may ask for; openid, profile, email and offline_access by default, none for a machine.
    #[arg(long)]
    pub scope: Vec<String>,
    /// An audience beside this platform's API that it may ask tokens for (RFC 8707).
    #[arg(long, value_name = "URL")]
    pub resource: Vec<String>,
    /// What it is to others, as a resource server: it introspects and exchanges tokens for this audience.
    #[arg(long, value_name = "URL", conflicts_with = "public")]
    pub serves: Vec<String>,
    /// Its assertions may name our token or PAR address instead of the issuer: for software that cannot do otherwise.
    #[arg(long, requires = "jwks", conflicts_with = "fapi2")]
    pub assertion_to_endpoint: bool,
    /// What its tokens are signed with: ES256, EdDSA, PS256 or RS256.
    #[arg(long, default_value = "ES256", value_name = "ALG")]
    pub signing_alg: String,
    /// Hold it to the FAPI 2.0 Security Profile.
    #[arg(long, requires = "jwks")]
    pub fapi2: bool,
    /// Its tokens are bound to a key (DPoP).
    #[arg(long)]
    pub dpop: bool,
    /// It pushes its authorization requests (PAR).
    #[arg(long)]
    pub par: bool,
    /// It is ours: people are not asked for their consent.
    #[arg(long)]
    pub first_party: bool,
    /// What it may do by itself, within its scopes: support, moderator or operator.
    #[arg(long, requires = "machine")]
    pub role: Vec<String>,
}

#[derive(Debug, Subcommand)]
pub enum SigningKey {
    /// Show the keys and when they sign.
    List,
    /// Make a successor for each key; it signs as soon as every client can know it.
    Rotate {
        /// The old keys leaked: nothing that they signed is valid from now on.
        #[arg(long)]
        at_once: bool,
    },
    /// Wrap every person's key anew, under a new secret (docs/privacy.md).
    Rewrap {
        /// Instead, end the secrets of before: no backup of before the last rewrap opens any more.
        #[arg(long)]
        forget: bool,
    },
}

#[derive(Debug, Subcommand)]
pub enum Account {
    /// Set what an account may be: member, trader, support, moderator, operator.
    Roles {
        email: String,
        #[arg(value_delimiter = ',', required = true)]
        roles: Vec<String>,
    },
}
