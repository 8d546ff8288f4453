use chrono::{LocalResult, NaiveDate, NaiveDateTime, NaiveTime, TimeZone};
use chrono_tz::Tz;
use svetu_kernel::Timestamp;

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DateError {
    #[error("it is not a date in a form that is known or given by dates")]
    Form,
    #[error("its year is not from 1900 to 2200")]
    Year,
}

/// Forms in which day and month cannot be mistaken; `03/04/2026` has to be given by the mapping.
const MOMENTS: [&str; 12] = [
    "%Y-%m-%d %H:%M:%S%.f",
    "%Y-%m-%dT%H:%M:%S%.f",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%dT%H:%M",
    "%d.%m.%Y. u %H:%M",
    "%d.%m.%Y. %H:%M:%S",
    "%d.%m.%Y. %H:%M",
    "%d.%m.%Y. у %H:%M",
    "%d.%m.%Y %H:%M:%S",
    "%d.%m.%Y %H:%M",
    "%d.%m.%Y в %H:%M",
    "%d.%m.%Y, %H:%M",
];
const DAYS: [&str; 5] = ["%Y-%m-%d", "%d.%m.%Y.", "%d.%m.%Y", "%Y.%m.%d", "%Y/%m/%d"];

/// A moment; a day alone is its noon. Without an offset of its own it is local time of `zone`.
pub fn parse_moment(text: &str, forms: &[String], zone: Tz) -> Result<Timestamp, DateError> {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if let Ok(moment) = chrono::DateTime::parse_from_rfc3339(&text) {
        return bounded(moment.to_utc());
    }
    let local = forms
        .iter()
        .map(String::as_str)
        .chain(MOMENTS)
        .find_map(|form| NaiveDateTime::parse_from_str(&text, form).ok())
        .map_or_else(|| day(&text, forms).map(|day| day.and_time(noon())), Ok)?;
    let moment = match zone.from_local_datetime(&local) {
        LocalResult::Single(moment) | LocalResult::Ambiguous(moment, _) => moment.to_utc(),
        // The hour that the clock leaps over in spring.
        LocalResult::None => zone.from_utc_datetime(&local).to_utc(),
    };
    bounded(moment)
}

/// A day; a moment's day when that is what is written.
pub fn parse_day(text: &str, forms: &[String]) -> Result<NaiveDate, DateError> {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let found = day(&text, forms).or_else(|error| {
        let moments = forms.iter().map(String::as_str).chain(MOMENTS);
        moments
            .filter_map(|form| NaiveDateTime::parse_from_str(&text, form).ok())
            .map(|at| at.date())
            .next()
            .ok_or(error)
    })?;
    if (1900..=2200).contains(&chrono::Datelike::year(&found)) { Ok(found) } else { Err(DateError::Year) }
}

fn day(text: &str, forms: &[String]) -> Result<NaiveDate, DateError> {
    forms
        .iter()
        .map(String::as_str)
        .chain(DAYS)
        .find_map(|form| NaiveDate::parse_from_str(text, form).ok())
        .ok_or(DateError::Form)
}

fn bounded(moment: Timestamp) -> Result<Timestamp, DateError> {
    if (1900..=2200).contains(&chrono::Datelike::year(&moment)) { Ok(moment) } else { Err(DateError::Year) }
}

const fn noon() -> NaiveTime {
    match NaiveTime::from_hms_opt(12, 0, 0) {
        Some(noon) => noon,
        None => NaiveTime::MIN,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const BELGRADE: Tz = chrono_tz::Europe::Belgrade;

    fn check(text: &str, forms: &[&str], expected: &str) {
        let forms: Vec<String> = forms.iter().map(|form| (*form).to_owned()).collect();
        let said = parse_moment(text, &forms, BELGRADE).map_or_else(|e| e.to_string(), |at| at.to_rfc3339());
        assert_eq!(said, expected, "{text}");
    }

    #[test]
    fn dates_as_people_write_them() {
        check("01.03.2026. u 23:36", &[], "2026-03-01T22:36:00+00:00");
        check("2016-03-26 17:47:46", &[], "2016-03-26T16:47:46+00:00");
        check("2026-07-01T10:00:00+02:00", &[], "2026-07-01T08:00:00+00:00");
        check("1.7.2026.", &[], "2026-07-01T10:00:00+00:00");
        check("29.03.2026. u 02:30", &[], "2026-03-29T02:30:00+00:00");
        check("03/04/2026", &["%m/%d/%Y"], "2026-03-04T11:00:00+00:00");
        check("03/04/2026", &[], "it is not a date in a form that is known or given by dates");
        check("31.02.2026.", &[], "it is not a date in a form that is known or given by dates");
        check("2016-03-14 ", &[], "2016-03-14T11:00:00+00:00");
        check("9999-01-01", &[], "its year is not from 1900 to 2200");
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(seconds in 0_i64..7_000_000_000) {
            let at = Timestamp::from_timestamp_secs(seconds).unwrap();
            prop_assert_eq!(parse_moment(&at.to_rfc3339(), &[], BELGRADE), Ok(at));
            let day = at.date_naive();
            prop_assert_eq!(parse_day(&day.format("%d.%m.%Y.").to_string(), &[]), Ok(day));
        }

        #[test]
        fn any_text_is_answered(text in "\\PC{0,40}") {
            let _ = parse_moment(&text, &[], BELGRADE);
            let _ = parse_day(&text, &[]);
        }
    }
}
