//! How long what is kept: a table, which the job obeys and the site shows.

use std::collections::BTreeMap;

use chrono::Duration;
use svetu_db::Db;
use svetu_kernel::Timestamp;

use super::export;
use crate::{Identity, IdentityError, api_keys, guesses, oauth};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    pub what: String,
    pub kept_days: i32,
    /// `contract`, `security`, `consent` or `law`.
    pub why: String,
}

pub async fn rules(db: &Db) -> Result<Vec<Rule>, IdentityError> {
    let rules = sqlx::query_as!(Rule, "select what, kept_days, why from identity.retention order by what limit 100")
        .fetch_all(db.pool())
        .await?;
    Ok(rules)
}

/// By what is kept. What has no rule is kept: nothing goes by mistake.
pub struct Kept(BTreeMap<String, Duration>);

pub async fn kept(db: &Db) -> Result<Kept, IdentityError> {
    let rules = rules(db).await?;
    Ok(Kept(rules.into_iter().map(|rule| (rule.what, Duration::days(i64::from(rule.kept_days)))).collect()))
}

impl Kept {
    pub fn of(&self, what: &str) -> Result<Duration, IdentityError> {
        self.0.get(what).copied().ok_or(IdentityError::Person("the retention table lacks a rule"))
    }
}

/// Runs statements that delete rows of before a time (`$1`), at most so many of each (`$2`); answers how many went.
macro_rules! delete_before {
    ($db:expr, $limit:expr, $($statement:tt => $before:expr),+ $(,)?) => {{
        let mut gone = 0;
        $(gone += sqlx::query!($statement, $before, $limit).execute($db.pool()).await?.rows_affected();)+
        gone
    }};
}
pub(crate) use delete_before;

/// What is over by the table goes; answers how many rows. At most `limit` of each kind.
pub async fn prune(identity: &Identity, now: Timestamp, limit: i64) -> Result<u64, IdentityError> {
    let (db, kept) = (&identity.db, kept(&identity.db).await?);
    let mut gone = identity.erase_again().await? + export::prune(identity, now).await?;
    gone += delete_before!(db, limit,
        "delete from identity.link where token_hash in
             (select token_hash from identity.link where expires_at < $1 limit $2)" => now - kept.of("link")?,
        "delete from identity.mail_code where request in
             (select request from identity.mail_code where expires_at < $1 limit $2)" => now - kept.of("link")?,
        "delete from identity.upstream_code where request in
             (select request from identity.upstream_code where expires_at < $1 limit $2)" => now,
        "delete from identity.phone_code where request in
             (select request from identity.phone_code where expires_at < $1 limit $2)" => now - kept.of("link")?,
        "delete from identity.trusted_device where id in
             (select id from identity.trusted_device where expires_at < $1 limit $2)" => now - kept.of("link")?,
        "delete from identity.session where id in
             (select id from identity.session where expires_at < $1 or ended_at < $1 limit $2)" => now - kept.of("ended_session")?,
        "delete from identity.factor_reset where id in
             (select id from identity.factor_reset where asked_at < $1 limit $2)" => now - kept.of("factor_reset")?,
        "delete from identity.impersonation where id in
             (select id from identity.impersonation where started_at < $1 limit $2)" => now - kept.of("impersonation")?,
        "delete from identity.account where id in
             (select id from identity.account where state = 'unverified' and created_at < $1 limit $2)" => now - kept.of("unverified_account")?,
        "delete from identity.tenant_invitation where id in
             (select id from identity.tenant_invitation where expires_at < $1 or ended_at < $1 limit $2)" => now - kept.of("shop_invitation")?,
        "delete from identity.tenant where id in
             (select id from identity.tenant where closed_at < $1 limit $2)" => now - kept.of("closed_shop")?,
    );
    gone += identity.audit.trim(db, now - kept.of("security_event")?, limit, now).await?;
    gone += api_keys::prune(db, now, limit).await? + guesses::prune(db, now, limit).await?;
    Ok(gone + oauth::prune(db, &kept, now, limit).await?)
}
