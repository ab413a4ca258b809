//! What the adapter takes from outside: the time and randomness.

use std::time::Duration;

use kkp_oidc_core::UnixTime;

/// Tells the time. [`SystemClock`](crate::SystemClock) in service, a number in a test.
pub trait Clock: Send + Sync + 'static {
    /// The present time.
    fn now(&self) -> UnixTime;

    /// Time since some moment that stays the same, to measure how long something takes.
    ///
    /// In service it comes from a clock that nobody sets; as provided, it goes with [`now`](Self::now).
    fn elapsed(&self) -> Duration {
        Duration::from_secs(u64::try_from(self.now().as_secs()).unwrap_or(0))
    }
}

/// Fills buffers with randomness. [`SystemEntropy`](crate::SystemEntropy) in service, chosen bytes in a test.
///
/// # Security
///
/// Codes, tokens, nonces and PKCE verifiers are made of these bytes: whoever can guess them can take over a login.
pub trait Entropy: Send + Sync + 'static {
    /// Overwrite all of `bytes`.
    fn fill(&self, bytes: &mut [u8]);
}
