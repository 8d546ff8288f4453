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
pub enum Account {
    /// Set what an account may be: member, trader, moderator, operator.
    Roles {
        email: String,
        #[arg(value_delimiter = ',', required = true)]
        roles: Vec<String>,
    },
}
