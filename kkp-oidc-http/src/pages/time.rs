//! Times as people read them, in UTC.

use std::fmt;

use askama::filters::HtmlSafe;
use kkp_oidc_core::UnixTime;

use super::language::Language;

/// `<time>` element with the time to the minute.
pub(super) struct Time {
    pub(super) time: UnixTime,
    pub(super) language: Language,
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let machine = self.time.to_string();
        write!(f, "<time datetime=\"{machine}\">{}</time>", self.text(&machine).as_deref().unwrap_or(&machine))
    }
}

impl HtmlSafe for Time {}

impl Time {
    /// From RFC 3339; none for years that people do not write like that.
    fn text(&self, machine: &str) -> Option<String> {
        let (date, clock) = machine.split_once('T')?;
        let [year, month, day] = date.split('-').collect::<Vec<_>>().try_into().ok()?;
        let month = self.language.lookup(&format!("month.{month}"))?;
        let values =
            [("year", year), ("month", month), ("day", day.trim_start_matches('0')), ("clock", clock.get(..5)?)];
        Some(self.language.fill("time", &values))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_as_the_language_has_it() {
        let text = |time: &str, language| Time { time: time.parse().unwrap(), language }.to_string();
        assert_eq!(
            text("2026-12-05T04:03:59Z", Language::English),
            "<time datetime=\"2026-12-05T04:03:59Z\">5\u{a0}December 2026, 04:03\u{a0}UTC</time>"
        );
        assert_eq!(
            text("2027-03-31T23:00:00+01:00", Language::German),
            "<time datetime=\"2027-03-31T22:00:00Z\">31.\u{a0}März 2027, 22:00\u{a0}UTC</time>"
        );
        let time = Time { time: UnixTime::from_secs(i64::MIN), language: Language::German };
        assert_eq!(
            time.to_string(),
            "<time datetime=\"-292277022657-01-27T08:29:52Z\">-292277022657-01-27T08:29:52Z</time>"
        );
    }
}
