//! The one way in which core knows the time: somebody tells it.

/// A point in time, in whole seconds since 1970-01-01T00:00:00Z; negative before that.
///
/// Core never reads a clock. Whoever calls it passes `now`.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct UnixTime(i64);

impl UnixTime {
    /// The time `secs` seconds after 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn from_secs(secs: i64) -> Self {
        Self(secs)
    }

    /// Seconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn as_secs(self) -> i64 {
        self.0
    }

    /// Whole seconds from `earlier` to `self`; negative if `earlier` is later, clamped to the range of `i64`.
    #[must_use]
    pub const fn secs_since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// The time `secs` seconds later, clamped to the range of `i64`.
    #[must_use]
    pub const fn plus_secs(self, secs: i64) -> Self {
        Self(self.0.saturating_add(secs))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_are_clamped_instead_of_wrapping() {
        let (first, last) = (UnixTime::from_secs(i64::MIN), UnixTime::from_secs(i64::MAX));
        assert_eq!(last.secs_since(first), i64::MAX);
        assert_eq!(first.secs_since(last), i64::MIN);
        assert_eq!(last.plus_secs(1), last);
        assert_eq!(UnixTime::from_secs(100).secs_since(UnixTime::from_secs(130)), -30);
    }
}
