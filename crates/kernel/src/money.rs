use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Timestamp;

/// A currency by its ISO 4217 code. Both have two minor digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum Currency {
    Rsd,
    Eur,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected RSD or EUR")]
pub struct CurrencyError;

impl Currency {
    pub const ALL: [Self; 2] = [Self::Rsd, Self::Eur];

    pub const fn code(self) -> &'static str {
        match self {
            Self::Rsd => "RSD",
            Self::Eur => "EUR",
        }
    }

    /// How many minor units make one (`10^digits`).
    pub const fn minor_per_unit(self) -> i64 {
        match self {
            Self::Rsd | Self::Eur => 100,
        }
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl FromStr for Currency {
    type Err = CurrencyError;

    fn from_str(text: &str) -> Result<Self, CurrencyError> {
        Self::ALL.into_iter().find(|currency| currency.code() == text).ok_or(CurrencyError)
    }
}

/// An amount in minor units (para, cent) and its currency. Never a float.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
pub struct Money {
    /// Minor units: 12.500,00 € is 1250000.
    pub amount_minor: i64,
    pub currency: Currency,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    #[error("cannot combine {0} with {1}")]
    Currency(Currency, Currency),
    #[error("the amount is out of range")]
    Overflow,
}

impl Money {
    pub const fn new(amount_minor: i64, currency: Currency) -> Self {
        Self { amount_minor, currency }
    }

    pub fn checked_add(self, other: Self) -> Result<Self, MoneyError> {
        if self.currency != other.currency {
            return Err(MoneyError::Currency(self.currency, other.currency));
        }
        let amount_minor = self.amount_minor.checked_add(other.amount_minor).ok_or(MoneyError::Overflow)?;
        Ok(Self { amount_minor, ..self })
    }
}

/// Machine form, not for people: `12500.00 EUR`.
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = self.currency.minor_per_unit().unsigned_abs();
        let amount = self.amount_minor.unsigned_abs();
        let sign = if self.amount_minor < 0 { "-" } else { "" };
        write!(f, "{sign}{}.{:02} {}", amount / unit, amount % unit, self.currency)
    }
}

/// How many RSD one EUR costs, in millionths, and since when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ExchangeRate {
    /// RSD for 1 EUR × 1,000,000 (117.174200 → 117174200).
    pub rsd_per_eur_micro: i64,
    #[schema(value_type = String, format = DateTime)]
    pub valid_from: Timestamp,
}

impl ExchangeRate {
    const MICRO: i128 = 1_000_000;

    /// The same value in another currency, rounded half away from zero to a minor unit.
    pub fn convert(&self, money: Money, to: Currency) -> Result<Money, MoneyError> {
        let amount = i128::from(money.amount_minor);
        let rate = i128::from(self.rsd_per_eur_micro.max(1));
        let converted = match (money.currency, to) {
            (Currency::Rsd, Currency::Rsd) | (Currency::Eur, Currency::Eur) => amount,
            (Currency::Eur, Currency::Rsd) => divide_rounded(amount * rate, Self::MICRO),
            (Currency::Rsd, Currency::Eur) => divide_rounded(amount * Self::MICRO, rate),
        };
        let amount_minor = i64::try_from(converted).map_err(|_| MoneyError::Overflow)?;
        Ok(Money::new(amount_minor, to))
    }
}

const fn divide_rounded(numerator: i128, denominator: i128) -> i128 {
    let half = denominator / 2;
    if numerator >= 0 { (numerator + half) / denominator } else { (numerator - half) / denominator }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn conversion_there_and_back_loses_at_most_a_cent(cents in -1_000_000_000_i64..1_000_000_000, rate in 50_000_000_i64..500_000_000) {
            let rate = ExchangeRate { rsd_per_eur_micro: rate, valid_from: Timestamp::UNIX_EPOCH };
            let eur = Money::new(cents, Currency::Eur);
            let back = rate.convert(rate.convert(eur, Currency::Rsd).unwrap(), Currency::Eur).unwrap();
            prop_assert!((back.amount_minor - cents).abs() <= 1);
        }

        #[test]
        fn conversion_keeps_order(a in 0_i64..1_000_000_000, b in 0_i64..1_000_000_000) {
            let rate = ExchangeRate { rsd_per_eur_micro: 117_174_200, valid_from: Timestamp::UNIX_EPOCH };
            let rsd = |minor| rate.convert(Money::new(minor, Currency::Eur), Currency::Rsd).unwrap().amount_minor;
            prop_assert_eq!(a.cmp(&b), rsd(a).cmp(&rsd(b)));
        }
    }

    #[test]
    fn sums_across_currencies_are_refused() {
        let sum = Money::new(1, Currency::Eur).checked_add(Money::new(1, Currency::Rsd));
        assert_eq!(sum, Err(MoneyError::Currency(Currency::Eur, Currency::Rsd)));
        assert_eq!(
            Money::new(i64::MAX, Currency::Eur).checked_add(Money::new(1, Currency::Eur)),
            Err(MoneyError::Overflow)
        );
    }

    #[test]
    fn machine_form() {
        assert_eq!(Money::new(-5, Currency::Rsd).to_string(), "-0.05 RSD");
        assert_eq!(Money::new(1_250_000, Currency::Eur).to_string(), "12500.00 EUR");
    }
}
