//! How much is allowed.

use std::num::NonZeroU32;
use std::str::FromStr;

/// Largest number in a [`RateLimit`].
const MAX: u32 = 1_000_000;

/// How many requests are let through in the long run, and how many at once. As text `60/30`: 60 a minute, 30 at once;
/// or `off`.
///
/// ```
/// use kkp_oidc_http::{ParseRateLimitError, RateLimit};
///
/// assert_eq!("60/30".parse::<RateLimit>()?.to_string(), "60/30");
/// assert_eq!("off".parse::<RateLimit>()?, RateLimit::OFF);
/// # Ok::<(), ParseRateLimitError>(())
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct RateLimit(Option<Numbers>);

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
struct Numbers {
    per_minute: NonZeroU32,
    burst: NonZeroU32,
}

impl RateLimit {
    /// No limit.
    pub const OFF: Self = Self(None);

    pub(super) const fn new(per_minute: NonZeroU32, burst: NonZeroU32) -> Self {
        Self(Some(Numbers { per_minute, burst }))
    }

    pub(super) fn quota(self) -> Option<governor::Quota> {
        self.0.map(|Numbers { per_minute, burst }| governor::Quota::per_minute(per_minute).allow_burst(burst))
    }
}

impl std::fmt::Display for RateLimit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 {
            Some(Numbers { per_minute, burst }) => write!(f, "{per_minute}/{burst}"),
            None => f.write_str("off"),
        }
    }
}

impl FromStr for RateLimit {
    type Err = ParseRateLimitError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "off" {
            return Ok(Self::OFF);
        }
        let number = |digits: &str| {
            let number = digits.parse::<NonZeroU32>().ok().filter(|number| number.get() <= MAX);
            number.filter(|_| !digits.starts_with('+')).ok_or(ParseRateLimitError)
        };
        let (per_minute, burst) = text.split_once('/').ok_or(ParseRateLimitError)?;
        Ok(Self::new(number(per_minute)?, number(burst)?))
    }
}

/// Why text is no [`RateLimit`].
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error(
    "not a rate limit, expected how many a minute and how many at once, from 1 to {MAX} each, such as `60/30`, or `off`"
)]
#[non_exhaustive]
pub struct ParseRateLimitError;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_two_numbers_or_off() {
        for text in ["1/1", "1000000/1000000", "60/30", "off"] {
            assert_eq!(text.parse::<RateLimit>().map(|limit| limit.to_string()), Ok(text.to_owned()));
        }
        for text in
            ["", "60", "60/", "/30", "0/1", "1/0", "1000001/1", "1/1000001", "+1/1", "1/+1", "OFF", "6 0/1", "1/1/1"]
        {
            assert_eq!(text.parse::<RateLimit>(), Err(ParseRateLimitError), "{text}");
        }
    }
}
