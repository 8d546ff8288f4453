//! Wrong guesses at short codes, counted by the day: by all processes together, and not forgotten with one of them.

use std::net::IpAddr;

use chrono::{Days, NaiveTime};
use sqlx::PgExecutor;
use svetu_db::{Db, Tx};
use svetu_kernel::{AccountId, Problem, Status, Timestamp};

use crate::{Identity, IdentityError, sessions, token::TokenHash};

/// Codes by letter and message from one network, at whatever account: of a million each.
const NETWORK_A_DAY: i32 = 200;
/// The same at one account, from networks that it never signed in from.
const ACCOUNT_A_DAY: i32 = 30;
/// Second factors of one account, from such networks: three codes are right at a time.
const FACTORS_A_DAY: i32 = 30;

/// What is guessed at.
#[derive(Debug, Clone, Copy)]
pub enum Guessed<'a> {
    Network(IpAddr),
    Account(AccountId),
    /// A code that is nobody's: counted like one that is somebody's, so that the work is the same.
    Nobody(&'a [u8]),
    Factor(AccountId),
}

async fn add(tx: &mut Tx<'_>, whose: TokenHash, now: Timestamp) -> Result<(), IdentityError> {
    sqlx::query!(
        "insert into identity.wrong_guess (whose, day, count) values ($1, $2, 1)
         on conflict (whose, day) do update set count = wrong_guess.count + 1",
        whose.as_slice(),
        now.date_naive()
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

async fn count(on: impl PgExecutor<'_>, whose: TokenHash, now: Timestamp) -> Result<i32, IdentityError> {
    let count = sqlx::query_scalar!(
        "select count from identity.wrong_guess where whose = $1 and day = $2",
        whose.as_slice(),
        now.date_naive()
    )
    .fetch_optional(on)
    .await?;
    Ok(count.unwrap_or_default())
}

/// When the day's count is over.
fn tomorrow(now: Timestamp) -> Problem {
    let midnight = now.date_naive().checked_add_days(Days::new(1)).map(|day| day.and_time(NaiveTime::MIN).and_utc());
    let left = midnight.map_or(86_400, |midnight| (midnight - now).num_seconds());
    Problem::new(Status::TooManyRequests, "request.rate_limited").retry_after(u64::try_from(left).unwrap_or(1).max(1))
}

impl Identity {
    fn whose(&self, guessed: Guessed<'_>) -> TokenHash {
        let hash = |what: &str, of: &[u8]| self.factors.codes.hash(what, of, "");
        match guessed {
            Guessed::Network(network) => hash("guess network", network.to_string().as_bytes()),
            Guessed::Account(account) => hash("guess account", account.uuid().as_bytes()),
            Guessed::Nobody(request) => hash("guess nobody", request),
            Guessed::Factor(account) => hash("guess factor", account.uuid().as_bytes()),
        }
    }

    pub(crate) async fn count_guess(
        &self,
        tx: &mut Tx<'_>,
        guessed: Guessed<'_>,
        now: Timestamp,
    ) -> Result<(), IdentityError> {
        add(tx, self.whose(guessed), now).await
    }

    /// # Errors
    /// 429 until tomorrow for a network that guessed too often.
    pub(crate) async fn may_guess(&self, network: IpAddr, now: Timestamp) -> Result<(), IdentityError> {
        let guessed = count(self.db.pool(), self.whose(Guessed::Network(network)), now).await?;
        if guessed >= NETWORK_A_DAY { Err(tomorrow(now).into()) } else { Ok(()) }
    }

    /// Whether strangers guessed so often at the account's codes that none opens from where they may be.
    pub(crate) async fn is_closed_to(
        &self,
        tx: &mut Tx<'_>,
        account: AccountId,
        network: &str,
        now: Timestamp,
    ) -> Result<bool, IdentityError> {
        let guessed = count(&mut **tx, self.whose(Guessed::Account(account)), now).await?;
        Ok(guessed >= ACCOUNT_A_DAY && !sessions::was_entered_from(&mut **tx, account, network).await?)
    }

    /// Strangers who know the password and guess on: until tomorrow, and only where the account was never entered from.
    ///
    /// # Errors
    /// 429 then.
    pub(crate) async fn may_guess_factor(&self, account: AccountId, now: Timestamp) -> Result<(), IdentityError> {
        let guessed = count(self.db.pool(), self.whose(Guessed::Factor(account)), now).await?;
        if guessed >= FACTORS_A_DAY { Err(tomorrow(now).into()) } else { Ok(()) }
    }
}

/// Of before yesterday.
pub async fn prune(db: &Db, now: Timestamp, rows_max: i64) -> Result<u64, IdentityError> {
    let gone = sqlx::query!(
        "delete from identity.wrong_guess where (whose, day) in
             (select whose, day from identity.wrong_guess where day < $1 limit $2)",
        now.date_naive().checked_sub_days(Days::new(1)).unwrap_or_default(),
        rows_max
    )
    .execute(db.pool())
    .await?;
    Ok(gone.rows_affected())
}
