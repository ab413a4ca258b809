//! The only calls to the clock and the randomness of the operating system.

use std::sync::LazyLock;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use kkp_oidc_core::UnixTime;

use crate::environment::{Clock, Entropy};

/// The clock of the operating system.
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::exhaustive_structs, reason = "a value of its own name: nothing will ever be inside")]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> UnixTime {
        let secs = match SystemTime::now().duration_since(UNIX_EPOCH) {
            Ok(after) => i64::try_from(after.as_secs()).unwrap_or(i64::MAX),
            Err(before) => i64::try_from(before.duration().as_secs()).map_or(i64::MIN, |secs| -secs),
        };
        UnixTime::from_secs(secs)
    }

    fn elapsed(&self) -> Duration {
        static FIRST_ASKED: LazyLock<Instant> = LazyLock::new(Instant::now);
        FIRST_ASKED.elapsed()
    }
}

/// The randomness of the operating system.
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::exhaustive_structs, reason = "a value of its own name: nothing will ever be inside")]
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    #[expect(clippy::expect_used, reason = "nothing may be served with guessable tokens")]
    fn fill(&self, bytes: &mut [u8]) {
        // INVARIANT: every platform we build for has a random source; without one no code or token may be made.
        getrandom::fill(bytes).expect("the operating system gives randomness");
    }
}
