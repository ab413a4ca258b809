//! Times as people write them: RFC 3339 in and out, in UTC, without a clock.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use crate::UnixTime;

const SECS_PER_DAY: i64 = 86_400;

/// Days from 1970-01-01 to a day of the Gregorian calendar, which is extended to all years.
const fn days_since_epoch(year: i64, month: i64, day: i64) -> i64 {
    // Years begin in March here, so that the leap day is the last one.
    let year = if month <= 2 { year - 1 } else { year };
    let (era, month) = (year.div_euclid(400), (month + 9) % 12);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * month + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

/// Year, month and day of a day counted from 1970-01-01.
const fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = year_of_era + era * 400;
    (if month <= 2 { year + 1 } else { year }, month, day)
}

/// How many days a month has; none if there is no such month.
const fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        1..=12 => 31,
        _ => 0,
    }
}

/// The time of year, month, day, hour, minute and second in UTC, if there is such a time; not a leap second.
pub(crate) fn unix_time([year, month, day, hour, minute, second]: [i64; 6]) -> Option<UnixTime> {
    let exists = (1..=days_in_month(year, month)).contains(&day) && hour < 24 && minute < 60 && second < 60;
    let days = days_since_epoch(year, month, day);
    exists.then_some(UnixTime::from_secs(days * SECS_PER_DAY + hour * 3600 + minute * 60 + second))
}

/// As RFC 3339 has it, in UTC: `2020-06-01T00:00:00Z`. Years outside 0–9999 are written with as many digits as they have.
impl fmt::Display for UnixTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (days, secs) = (self.as_secs().div_euclid(SECS_PER_DAY), self.as_secs().rem_euclid(SECS_PER_DAY));
        let (year, month, day) = civil(days);
        write!(f, "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z", secs / 3600, secs / 60 % 60, secs % 60)
    }
}

/// Reads [RFC 3339 section 5.6] `2020-06-01T12:00:00Z` or `…+02:00`, or the day alone, `2020-06-01`, for its first
/// second in UTC. Fractions of a second are cut off; a leap second is read as the second after it.
///
/// [RFC 3339 section 5.6]: https://www.rfc-editor.org/rfc/rfc3339#section-5.6
impl FromStr for UnixTime {
    type Err = ParseUnixTimeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        parse(text.as_bytes()).map(Self::from_secs).ok_or(ParseUnixTimeError)
    }
}

/// Why text is no time.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("not a time, expected RFC 3339 such as `2020-06-01T12:00:00Z`, or a day such as `2020-06-01`")]
#[non_exhaustive]
pub struct ParseUnixTimeError;

/// A length of time as people write it: a whole number and `s`, `m`, `h`, `d` or `w`, such as `30d`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct TimeSpan(Duration);

impl TimeSpan {
    /// The same in seconds.
    #[must_use]
    pub const fn as_duration(self) -> Duration {
        self.0
    }
}

impl FromStr for TimeSpan {
    type Err = ParseTimeSpanError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let unit = match text.as_bytes().last() {
            Some(b's') => 1,
            Some(b'm') => 60,
            Some(b'h') => 3600,
            Some(b'd') => 86_400,
            Some(b'w') => 604_800,
            _ => return Err(ParseTimeSpanError),
        };
        let digits = text.get(..text.len().saturating_sub(1)).filter(|digits| !digits.starts_with('+'));
        let number: u32 = digits.and_then(|digits| digits.parse().ok()).ok_or(ParseTimeSpanError)?;
        Ok(Self(Duration::from_secs(u64::from(number).saturating_mul(unit))))
    }
}

/// Why text is no length of time.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("not a length of time, expected a whole number with s, m, h, d or w, such as `30d`")]
#[non_exhaustive]
pub struct ParseTimeSpanError;

fn parse(text: &[u8]) -> Option<i64> {
    let (date, rest) = text.split_at_checked(10)?;
    let &[_, _, _, _, b'-', _, _, b'-', _, _] = date else { return None };
    let (year, month, day) = (number(date.get(..4)?)?, number(date.get(5..7)?)?, number(date.get(8..)?)?);
    let days = days_since_epoch(year, month, day);
    if civil(days) != (year, month, day) {
        return None;
    }
    let midnight = days * SECS_PER_DAY;
    if rest.is_empty() {
        return Some(midnight);
    }
    let (time, rest) = rest.split_at_checked(9)?;
    let &[b'T' | b't' | b' ', _, _, b':', _, _, b':', _, _] = time else { return None };
    let (hour, minute, second) = (number(time.get(1..3)?)?, number(time.get(4..6)?)?, number(time.get(7..)?)?);
    if hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let rest = match rest {
        [b'.', fraction @ ..] => {
            let digits = fraction.iter().take_while(|byte| byte.is_ascii_digit()).count();
            fraction.get(digits..).filter(|_| digits > 0)?
        }
        whole => whole,
    };
    let offset = match rest {
        [b'Z' | b'z'] => 0,
        [sign @ (b'+' | b'-'), zone @ ..] => {
            let &[_, _, b':', _, _] = zone else { return None };
            let (hours, minutes) = (number(zone.get(..2)?)?, number(zone.get(3..)?)?);
            if hours > 23 || minutes > 59 {
                return None;
            }
            (hours * 3600 + minutes * 60) * if *sign == b'-' { -1 } else { 1 }
        }
        _ => return None,
    };
    Some(midnight + hour * 3600 + minute * 60 + second - offset)
}

/// Digits, and nothing else, as a number. They are few enough here not to overflow.
fn number(digits: &[u8]) -> Option<i64> {
    digits.iter().try_fold(0_i64, |value, byte| {
        byte.is_ascii_digit().then(|| value.wrapping_mul(10).wrapping_add(i64::from(byte & 0x0f)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_exists_if_it_comes_back_from_being_counted() {
        for year in (0..=2105).chain([2400, 9999]) {
            for (month, day) in (-1..=14).flat_map(|month| (-1..=33).map(move |day| (month, day))) {
                let counted = civil(days_since_epoch(year, month, day)) == (year, month, day);
                assert_eq!(unix_time([year, month, day, 0, 0, 0]).is_some(), counted, "{year}-{month}-{day}");
            }
        }
    }

    #[test]
    fn times_are_read_and_written_as_date_does() {
        // `date -u -d … +%s`, GNU coreutils 9.1.
        for (text, secs) in [
            ("1970-01-01T00:00:00Z", 0),
            ("1969-12-31T23:59:59Z", -1),
            ("2000-02-29T12:34:56Z", 951_827_696),
            ("2020-06-01T00:00:00Z", 1_590_969_600),
            ("2049-12-31T23:59:59Z", 2_524_607_999),
            ("2100-03-01T00:00:00Z", 4_107_542_400),
            ("9999-12-31T23:59:59Z", 253_402_300_799),
            ("0001-01-01T00:00:00Z", -62_135_596_800),
        ] {
            assert_eq!(text.parse(), Ok(UnixTime::from_secs(secs)));
            assert_eq!(UnixTime::from_secs(secs).to_string(), text);
        }
        for (text, secs) in [
            ("2020-06-01", 1_590_969_600),
            ("2020-06-01t02:00:00.999+02:00", 1_590_969_600),
            ("2020-05-31 18:30:00-05:30", 1_590_969_600),
            ("2016-12-31T23:59:60Z", 1_483_228_800),
        ] {
            assert_eq!(text.parse(), Ok(UnixTime::from_secs(secs)), "{text}");
        }
        for days in -800_000..800_000 {
            let (year, month, day) = civil(days);
            assert_eq!(days_since_epoch(year, month, day), days);
        }
    }

    #[test]
    fn spans_are_a_number_and_a_unit() {
        for (text, secs) in
            [("0s", 0), ("5m", 300), ("36h", 129_600), ("30d", 2_592_000), ("4294967295w", 4_294_967_295 * 604_800)]
        {
            let read = text.parse().map(TimeSpan::as_duration);
            assert_eq!(read, Ok(Duration::from_secs(secs)), "{text}");
        }
        for text in ["", "d", "30", "30 d", "-1d", "+1d", "1.5d", "4294967296s", "30D", "30é"] {
            assert_eq!(text.parse::<TimeSpan>(), Err(ParseTimeSpanError), "{text}");
        }
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in [
            "",
            "now",
            "2020",
            "2020-6-1",
            "2020-02-30",
            "2021-02-29",
            "2020-13-01",
            "2020-00-10",
            "2020-01-00",
            "+020-01-01",
            "2020-06-01T",
            "2020-06-01T12:00Z",
            "2020-06-01T12:00:00",
            "2020-06-01T24:00:00Z",
            "2020-06-01T12:60:00Z",
            "2020-06-01T12:00:61Z",
            "2020-06-01T12:00:00.Z",
            "2020-06-01T12:00:00+0200",
            "2020-06-01T12:00:00+24:00",
            "2020-06-01T12:00:00Zz",
            "2020-06-01é",
            "２020-06-01",
        ] {
            assert_eq!(text.parse::<UnixTime>(), Err(ParseUnixTimeError), "{text}");
        }
    }
}
