//! How long a cookie may be, in bytes and in seconds.

/// The limits of a cookie. The defaults are gorilla's, and those that KKP runs with (spec 4.9).
///
/// ```
/// use kkp_oidc_core::secure_cookie::CookieLimits;
///
/// let limits = CookieLimits::default().with_max_age_secs(600);
/// assert_eq!((limits.max_age_secs(), limits.min_age_secs(), limits.max_len()), (600, 0, 4096));
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct CookieLimits {
    max_age_secs: i64,
    min_age_secs: i64,
    max_len: usize,
}

impl CookieLimits {
    /// 30 days, gorilla's default: `86400 * 30`.
    pub const DEFAULT_MAX_AGE_SECS: i64 = 2_592_000;
    /// gorilla's default; what browsers keep of one cookie ([RFC 6265 section 6.1]).
    ///
    /// [RFC 6265 section 6.1]: https://www.rfc-editor.org/rfc/rfc6265#section-6.1
    pub const DEFAULT_MAX_LEN: usize = 4096;

    /// Refuse cookies that are older. In seconds, inclusive; 0 is no limit; a negative age asks for cookies from the
    /// future.
    #[must_use]
    pub const fn with_max_age_secs(mut self, secs: i64) -> Self {
        self.max_age_secs = secs;
        self
    }

    /// Refuse cookies that are younger, with it all from the future. In seconds, inclusive; 0 is no limit.
    #[must_use]
    pub const fn with_min_age_secs(mut self, secs: i64) -> Self {
        self.min_age_secs = secs;
        self
    }

    /// Neither make nor read cookies that are longer. In bytes of the finished cookie value, inclusive; 0 is no limit.
    #[must_use]
    pub const fn with_max_len(mut self, len: usize) -> Self {
        self.max_len = len;
        self
    }

    /// The greatest age in seconds, 0 if there is none.
    #[must_use]
    pub const fn max_age_secs(self) -> i64 {
        self.max_age_secs
    }

    /// The least age in seconds, 0 if there is none.
    #[must_use]
    pub const fn min_age_secs(self) -> i64 {
        self.min_age_secs
    }

    /// The greatest length in bytes, 0 if there is none.
    #[must_use]
    pub const fn max_len(self) -> usize {
        self.max_len
    }
}

impl Default for CookieLimits {
    fn default() -> Self {
        Self { max_age_secs: Self::DEFAULT_MAX_AGE_SECS, min_age_secs: 0, max_len: Self::DEFAULT_MAX_LEN }
    }
}
