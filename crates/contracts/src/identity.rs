//! Identity owns accounts, sessions, roles and everything personal.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use svetu_kernel::{AccountId, Actor, Language, Role, Timestamp};

use crate::ContractError;

/// `rs.svetu.identity.account.created.v1`: after the address was verified.
pub const ACCOUNT_CREATED: &str = "rs.svetu.identity.account.created.v1";
/// `rs.svetu.identity.account.changed.v1`: name, language, roles.
pub const ACCOUNT_CHANGED: &str = "rs.svetu.identity.account.changed.v1";

/// `rs.svetu.identity.account.erased.v1`: the person is no more; whoever holds something of theirs lets go of it.
pub const ACCOUNT_ERASED: &str = "rs.svetu.identity.account.erased.v1";

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountErased {
    pub id: AccountId,
}

/// The public part of an account, carried by both events.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountEvent {
    pub id: AccountId,
    pub display_name: String,
    pub language: Language,
    pub roles: Vec<Role>,
    pub created_at: Timestamp,
    /// Grows by one with every change: an old event never overwrites a new one.
    pub version: i64,
}

/// For demo worlds and imports: an account that needs no verification.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct NewAccount {
    pub id: AccountId,
    pub email: String,
    pub display_name: String,
    pub language: Language,
    pub roles: Vec<Role>,
    /// None: the account cannot sign in until its address recovers a password.
    pub password: Option<String>,
    pub created_at: Timestamp,
}

/// What a request shows of who asks, beside a cookie.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Presented {
    /// The value of `Authorization`.
    pub authorization: String,
    /// The values of `DPoP`, as many as there are.
    pub proofs: Vec<String>,
    pub method: String,
    /// As the public knows it, without its query.
    pub url: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Admission {
    Admitted(Actor),
    Refused(Challenge),
}

/// How a refused program may go on (RFC 6750 §3, RFC 9449 §7.1).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Challenge {
    /// `Bearer` or `DPoP`.
    pub scheme: String,
    /// `invalid_token`, `invalid_request`, `invalid_dpop_proof`, `use_dpop_nonce`.
    pub error: String,
    /// For its developer: ASCII.
    pub description: String,
    pub dpop_nonce: Option<String>,
}

/// The client id of the site's own sessions at the provider.
pub const SITE_CLIENT: &str = "svetu-site";

/// The person behind an access token of the site's own session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SiteMember {
    /// All that the person may: it acts in their session at the provider.
    pub actor: Actor,
    /// How long a browser may keep the session; None: until it closes.
    pub max_age_s: Option<i64>,
}

#[async_trait]
pub trait IdentityContract: Send + Sync + 'static {
    /// The actor of a session cookie's value; None when it is unknown, expired or ended.
    async fn authenticate(&self, session_token: &str) -> Result<Option<Actor>, ContractError>;
    /// The actor of what a program shows: an access token for the platform's API or a key. Its life is asked for every time.
    async fn admit(&self, presented: &Presented) -> Result<Admission, ContractError>;
    /// Who acts by an access token that [`SITE_CLIENT`] was given; None when it is another's, or over with its session or grant.
    async fn site_member(&self, access_token: &str) -> Result<Option<SiteMember>, ContractError>;
    /// Where to write to a person. For mail only: never shown.
    async fn mailbox(&self, id: AccountId) -> Result<Mailbox, ContractError>;
    async fn account_by_email(&self, email: &str) -> Result<Option<AccountId>, ContractError>;
    /// At most 1,000 at once; those whose id or address exists are left as they are.
    async fn create_accounts(&self, accounts: Vec<NewAccount>) -> Result<u64, ContractError>;
    /// Public parts by id, for copies; pages of at most 1,000.
    async fn accounts(&self, after: Option<AccountId>, limit: u32) -> Result<Vec<AccountEvent>, ContractError>;
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mailbox {
    pub email: String,
    pub display_name: String,
    pub language: Language,
}
