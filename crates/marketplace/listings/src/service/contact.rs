//! Numbers shown, views counted, ads reported: limited and, where a person is shown a number, logged.

use std::{net::IpAddr, time::Duration};

use bytes::Bytes;
use serde_json::json;
use svetu_contracts::listings::ListingState;
use svetu_db::DbError;
use svetu_http::{Grant, Permission};
use svetu_kernel::{AccountId, ListingId, ReportId};

use super::{Service, permit};
use crate::{
    ListingError,
    model::{Reason, ReportReason, Step},
    store::{
        self,
        moderation::{self, Report},
    },
};

/// Different ads whose number one account may see a day.
const REVEALS_A_DAY_MAX: i64 = 30;
/// Reports that one person may make a day.
const REPORTS_A_DAY_MAX: i64 = 20;
/// So many open reports take an ad to the queue.
const REPORTS_TO_HOLD: i64 = 3;
const DAY: Duration = Duration::from_secs(86_400);

/// Who looks, as far as one can tell: a digest of the account, else of the network address and the browser's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Viewer {
    pub key: String,
    pub is_bot: bool,
}

/// Ways to reach the seller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    pub phone: String,
    pub viber: Option<String>,
    pub whatsapp: Option<String>,
}

fn digest(key: &[u8; 32], account: Option<AccountId>, network: Option<IpAddr>, agent: &str) -> String {
    let who = account.map_or_else(|| format!("{network:?} {agent}"), |account| account.to_string());
    blake3::keyed_hash(key, who.as_bytes()).to_hex()[..32].to_owned()
}

impl Service {
    /// The digest cannot be turned back into an account or an address without the platform's key: it stands in the cache's keys.
    pub fn viewer(&self, account: Option<AccountId>, network: Option<IpAddr>, agent: &str) -> Viewer {
        Viewer { key: digest(&self.viewer_key, account, network, agent), is_bot: is_bot(agent) }
    }

    pub async fn reveal<P: Permission>(
        &self,
        grant: &Grant<P>,
        account: AccountId,
        id: ListingId,
    ) -> Result<Contact, ListingError> {
        let now = self.clock.now();
        let listing = store::listing::find(&self.db, id).await?;
        if listing.state.is_gone(now) {
            return Err(ListingError::Gone);
        }
        permit(grant, &listing, now)?;
        match listing.state.kind() {
            ListingState::Live | ListingState::Reserved => {}
            _ if listing.seller.id == account => {}
            ListingState::Sold => return Err(ListingError::NoPhone),
            ListingState::Draft | ListingState::InReview | ListingState::Paused | ListingState::Expired => {
                return Err(ListingError::NotFound);
            }
            ListingState::Archived | ListingState::Refused | ListingState::Removed | ListingState::Purged => {
                return Err(ListingError::NotFound);
            }
        }
        let contact = &listing.content.contact;
        let phone = contact.phone.clone().filter(|_| contact.show_phone).ok_or(ListingError::NoPhone)?;
        if listing.seller.id != account {
            let mut tx = self.db.begin().await?;
            let since = now - chrono::Duration::days(1);
            let seen = store::activity::reveals_since(&mut tx, account, id, since).await?;
            if seen >= REVEALS_A_DAY_MAX {
                return Err(ListingError::RevealLimit { max: REVEALS_A_DAY_MAX, retry_after_s: DAY.as_secs() });
            }
            store::activity::add_reveal(&mut tx, account, id, now).await?;
            moderation::audit(&mut tx, grant.actor(), P::ACTION, Some(id), json!({}), now).await?;
            tx.commit().await.map_err(DbError::from)?;
        }
        let digits = phone.trim_start_matches('+');
        Ok(Contact {
            viber: contact.viber.then(|| format!("viber://chat?number=%2B{digits}")),
            whatsapp: contact.whatsapp.then(|| format!("https://wa.me/{digits}")),
            phone,
        })
    }

    /// One view a person and day; the owner's own and bots' do not count.
    pub async fn count_view(
        &self,
        id: ListingId,
        owner: Option<AccountId>,
        viewer: &Viewer,
    ) -> Result<(), ListingError> {
        let now = self.clock.now();
        let listing = store::listing::find(&self.db, id).await?;
        if !listing.state.is_public(now) {
            return Err(if listing.state.is_gone(now) { ListingError::Gone } else { ListingError::NotFound });
        }
        if viewer.is_bot || owner == Some(listing.seller.id) {
            return Ok(());
        }
        let day = now.date_naive();
        let key = format!("listings:view:{}:{day}:{}", id.uuid().simple(), viewer.key);
        // Without the cache a view counts twice rather than a page failing.
        let is_first = self.cache.set_if_absent(&key, Bytes::from_static(b"1"), DAY).await.unwrap_or(true);
        if is_first {
            store::activity::count_view(&self.db, id, day).await?;
        }
        Ok(())
    }

    /// Anybody may report; several open reports take a live ad to the moderators.
    pub async fn report<P: Permission>(
        &self,
        grant: &Grant<P>,
        id: ListingId,
        reason: ReportReason,
        text: String,
        viewer: &Viewer,
    ) -> Result<(), ListingError> {
        let now = self.clock.now();
        let reporter = grant.reader();
        let key = format!("listings:reports:{}", viewer.key);
        if self.cache.increment(&key, 1, DAY).await? > REPORTS_A_DAY_MAX {
            return Err(ListingError::ReportLimit { retry_after_s: DAY.as_secs() });
        }
        let mut tx = self.db.begin().await?;
        let mut listing = store::listing::lock(&mut tx, id).await?;
        permit(grant, &listing, now)?;
        let visitor = reporter.is_none().then_some(viewer.key.as_str());
        let report = Report { id: ReportId::new(now), listing: id, reporter, reason, text, created_at: now };
        if !moderation::add_report(&mut tx, &report, visitor).await? {
            return Ok(());
        }
        let open = moderation::count_open_reports(&mut tx, id).await?;
        if open >= REPORTS_TO_HOLD && listing.state.kind() == ListingState::Live {
            listing.step(Step::Hold, now, chrono::Duration::zero())?;
            let reason = Reason { rule: "reported".to_owned(), score: 90, detail: json!({ "reports": open }) };
            moderation::queue(&mut tx, id, &[reason], now).await?;
            self.write(&mut tx, &listing, None, now).await?;
        }
        let details = json!({ "report": report.id, "reason": report.reason });
        moderation::audit(&mut tx, grant.actor(), P::ACTION, Some(id), details, now).await?;
        tx.commit().await.map_err(DbError::from)?;
        Ok(())
    }
}

/// By what it says of itself. Who says nothing is no browser.
fn is_bot(agent: &str) -> bool {
    const MARKS: [&str; 16] = [
        "bot",
        "crawl",
        "spider",
        "slurp",
        "preview",
        "facebookexternalhit",
        "whatsapp",
        "viber",
        "monitor",
        "headless",
        "lighthouse",
        "curl",
        "wget",
        "python",
        "java/",
        "http-client",
    ];
    let agent = agent.to_ascii_lowercase();
    !agent.contains("mozilla/") || MARKS.iter().any(|mark| agent.contains(mark))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_looked_is_in_no_key_in_clear() {
        let account = AccountId::from_uuid(uuid::Uuid::from_u128(7));
        let of = |key: u8, account| digest(&[key; 32], account, Some(IpAddr::from([192, 0, 2, 1])), "Firefox");
        let member = of(1, Some(account));
        assert!(!member.contains(&account.to_string()) && !member.contains(&account.uuid().simple().to_string()));
        assert_eq!(member, of(1, Some(account)));
        assert!(member != of(1, None) && member != of(2, Some(account)));
    }

    #[test]
    fn robots_say_so() {
        for agent in [
            "",
            "curl/8.5.0",
            "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
            "facebookexternalhit/1.1",
            "WhatsApp/2.23.20.0",
            "Mozilla/5.0 (X11; Linux x86_64) HeadlessChrome/120.0 Safari/537.36",
        ] {
            assert!(is_bot(agent), "{agent}");
        }
        for agent in [
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/131.0.0.0 Safari/537.36",
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148",
            "Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0",
        ] {
            assert!(!is_bot(agent), "{agent}");
        }
    }
}
