//! What people write for numbers, prices, dates and yes: pure, exact, and an error rather than a guess.

mod date;
mod number;
mod price;
mod text;

pub use date::{parse_day, parse_moment};
pub use number::{Decimal, DecimalMark, parse_number};
pub use price::{Conversion, PriceError, PriceRules, PriceWord, parse_price};
pub use text::{Transform, cut_words, parse_boolean, phone_rs};
