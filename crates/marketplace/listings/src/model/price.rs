//! Prices: bounds, changes, comparison with what others ask.

use svetu_contracts::listings::Price;
use svetu_kernel::{Currency, ExchangeRate, Money};

/// Ten billion units: above it is a typing error, not a price.
pub const AMOUNT_MINOR_MAX: i64 = 1_000_000_000_000;

pub const fn is_sane(price: Price) -> bool {
    match price {
        Price::Fixed { amount_minor, .. } => amount_minor > 0 && amount_minor <= AMOUNT_MINOR_MAX,
        Price::Agreement | Price::Free | Price::Contact => true,
    }
}

pub const fn kind_name(price: Price) -> &'static str {
    match price {
        Price::Fixed { .. } => "fixed",
        Price::Agreement => "agreement",
        Price::Free => "free",
        Price::Contact => "contact",
    }
}

/// From the columns it is stored in.
pub fn restore(kind: Option<&str>, amount_minor: Option<i64>, currency: Option<&str>) -> Option<Price> {
    match kind? {
        "fixed" => Some(Price::Fixed { amount_minor: amount_minor?, currency: currency?.parse().ok()? }),
        "agreement" => Some(Price::Agreement),
        "free" => Some(Price::Free),
        "contact" => Some(Price::Contact),
        _ => None,
    }
}

/// The amount in RSD minor units, for comparing across currencies. None without an amount or out of range.
pub fn in_rsd(price: Option<Price>, rate: &ExchangeRate) -> Option<i64> {
    rate.convert(price?.money()?, Currency::Rsd).ok().map(|money| money.amount_minor)
}

/// The same amount in the other of the two currencies.
pub fn in_other(price: Price, rate: &ExchangeRate) -> Option<Money> {
    let money = price.money()?;
    let other = match money.currency {
        Currency::Rsd => Currency::Eur,
        Currency::Eur => Currency::Rsd,
    };
    rate.convert(money, other).ok()
}

/// Before and after, when the second is less by the rate of the moment.
pub fn drop(before: Option<Price>, after: Option<Price>, rate: &ExchangeRate) -> Option<(Money, Money)> {
    let (old, new) = (before?.money()?, after?.money()?);
    (in_rsd(after, rate)? < in_rsd(before, rate)?).then_some((old, new))
}

/// What others ask for the like, in RSD minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spread {
    pub count: i64,
    pub low: i64,
    pub median: i64,
    pub high: i64,
}

impl Spread {
    /// Fewer say nothing about a price.
    pub const COUNT_MIN: i64 = 20;
    /// How far outside the middle eight tenths a price has to lie before a person looks at it.
    const FACTOR: i64 = 8;

    pub const fn is_outlier(self, rsd_minor: i64) -> bool {
        self.count >= Self::COUNT_MIN
            && (rsd_minor.saturating_mul(Self::FACTOR) < self.low || rsd_minor > self.high.saturating_mul(Self::FACTOR))
    }
}

#[cfg(test)]
mod tests {
    use svetu_kernel::Timestamp;

    use super::*;

    const RATE: ExchangeRate = ExchangeRate { rsd_per_eur_micro: 117_000_000, valid_from: Timestamp::UNIX_EPOCH };

    fn eur(amount_minor: i64) -> Option<Price> {
        Some(Price::Fixed { amount_minor, currency: Currency::Eur })
    }

    fn rsd(amount_minor: i64) -> Option<Price> {
        Some(Price::Fixed { amount_minor, currency: Currency::Rsd })
    }

    #[test]
    fn a_drop_is_seen_across_currencies() {
        assert!(drop(eur(10_000), rsd(1_100_000), &RATE).is_some());
        assert!(drop(eur(10_000), rsd(1_170_000), &RATE).is_none());
        assert!(drop(eur(10_000), Some(Price::Free), &RATE).is_none());
        assert!(drop(Some(Price::Agreement), eur(1), &RATE).is_none());
    }

    #[test]
    fn an_outlier_needs_company() {
        let spread = Spread { count: 50, low: 100_000, median: 200_000, high: 400_000 };
        assert!(spread.is_outlier(12_000));
        assert!(!spread.is_outlier(13_000));
        assert!(spread.is_outlier(3_200_001));
        assert!(!Spread { count: 19, ..spread }.is_outlier(1));
    }
}
