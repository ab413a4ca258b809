//! A quota for each of many keys, in bounded memory.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use governor::middleware::NoOpMiddleware;
use governor::nanos::Nanos;
use governor::state::StateStore;
use governor::state::keyed::ShrinkableKeyedStateStore;
use governor::{Quota, RateLimiter};

use crate::environment::Clock;

/// How often keys are forgotten whose quota is whole again, in seconds.
const FORGET_EVERY_SECS: u64 = 60;

/// The same while there is no room for another key.
const FORGET_EVERY_SECS_IF_FULL: u64 = 1;

/// Lets each key have its quota. Keys that there is no room for share one.
pub(super) struct BoundedLimiter<K: Eq + Hash + Clone> {
    limiter: RateLimiter<K, BoundedStore<K>, Time, NoOpMiddleware<Duration>>,
    max_keys: usize,
    forgot_at_secs: AtomicU64,
}

impl<K: Eq + Hash + Clone> BoundedLimiter<K> {
    /// A limiter that remembers at most `max_keys`.
    pub(super) fn new(quota: Quota, max_keys: usize, clock: Arc<dyn Clock>) -> Self {
        let forgot_at_secs = AtomicU64::new(clock.elapsed().as_secs());
        Self { limiter: RateLimiter::new(quota, BoundedStore::new(max_keys), Time(clock)), max_keys, forgot_at_secs }
    }

    /// Take one of the key's quota, or say how long it takes until there is one.
    pub(super) fn take(&self, key: &K) -> Result<(), Duration> {
        self.forget();
        let now = self.limiter.clock().0.elapsed();
        self.limiter.check_key(key).map_err(|refused| refused.wait_time_from(now))
    }

    /// Forget keys whose quota is whole again, if it is time to.
    fn forget(&self) {
        let (now, last) = (self.limiter.clock().0.elapsed().as_secs(), self.forgot_at_secs.load(Ordering::Relaxed));
        let age = now.saturating_sub(last);
        let is_time = match age {
            0..FORGET_EVERY_SECS_IF_FULL => false,
            FORGET_EVERY_SECS.. => true,
            _ => self.limiter.len() >= self.max_keys,
        };
        // Of those who are here at the same time, one does it.
        if is_time && self.forgot_at_secs.compare_exchange(last, now, Ordering::Relaxed, Ordering::Relaxed).is_ok() {
            self.limiter.retain_recent();
            if self.limiter.len() >= self.max_keys {
                tracing::warn!(keys = self.max_keys, "a rate limit is full, new keys share one quota");
            }
        }
    }
}

/// Our clock, as the limiter sees it.
struct Time(Arc<dyn Clock>);

impl governor::clock::Clock for Time {
    type Instant = Duration;

    fn now(&self) -> Duration {
        self.0.elapsed()
    }
}

/// When each key's quota will be whole again, as the limiter counts.
struct BoundedStore<K> {
    max_keys: usize,
    kept: Mutex<Kept<K>>,
}

struct Kept<K> {
    by_key: HashMap<K, Nanos>,
    /// For all keys that there is no room for.
    others: Option<Nanos>,
}

impl<K> BoundedStore<K> {
    fn new(max_keys: usize) -> Self {
        Self { max_keys, kept: Mutex::new(Kept { by_key: HashMap::new(), others: None }) }
    }

    fn kept(&self) -> MutexGuard<'_, Kept<K>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K: Eq + Hash + Clone> StateStore for BoundedStore<K> {
    type Key = K;

    fn measure_and_replace<T, F, E>(&self, key: &K, decide: F) -> Result<T, E>
    where
        F: Fn(Option<Nanos>) -> Result<(T, Nanos), E>,
    {
        let mut kept = self.kept();
        if let Some(state) = kept.by_key.get_mut(key) {
            let (outcome, next) = decide(Some(*state))?;
            *state = next;
            return Ok(outcome);
        }
        if kept.by_key.len() < self.max_keys {
            let (outcome, next) = decide(None)?;
            kept.by_key.insert(key.clone(), next);
            return Ok(outcome);
        }
        let (outcome, next) = decide(kept.others)?;
        kept.others = Some(next);
        Ok(outcome)
    }
}

impl<K: Eq + Hash + Clone> ShrinkableKeyedStateStore<K> for BoundedStore<K> {
    fn retain_recent(&self, drop_below: Nanos) {
        let mut kept = self.kept();
        kept.by_key.retain(|_, state| *state > drop_below);
        // A burst of strangers shall not keep its memory for ever.
        if kept.by_key.capacity() > kept.by_key.len().saturating_mul(4) {
            kept.by_key.shrink_to_fit();
        }
    }

    fn len(&self) -> usize {
        self.kept().by_key.len()
    }

    fn is_empty(&self) -> bool {
        self.kept().by_key.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;
    use std::sync::atomic::AtomicI64;

    use kkp_oidc_core::UnixTime;

    use super::*;

    struct SetClock(AtomicI64);

    impl Clock for SetClock {
        fn now(&self) -> UnixTime {
            UnixTime::from_secs(self.0.load(Ordering::SeqCst))
        }
    }

    /// One in a second, two at once, for two keys.
    fn limiter() -> (BoundedLimiter<u8>, Arc<SetClock>) {
        let clock = Arc::new(SetClock(AtomicI64::new(1000)));
        let quota = Quota::per_minute(NonZeroU32::new(60).unwrap()).allow_burst(NonZeroU32::new(2).unwrap());
        (BoundedLimiter::new(quota, 2, Arc::clone(&clock) as Arc<dyn Clock>), clock)
    }

    const NEXT_SECOND: Result<(), Duration> = Err(Duration::from_secs(1));

    #[test]
    fn each_key_has_its_own_quota_and_is_told_when_to_come_again() {
        let (limiter, clock) = limiter();
        assert_eq!([1, 1, 1].map(|key| limiter.take(&key)), [Ok(()), Ok(()), NEXT_SECOND]);
        assert_eq!([2, 2, 2].map(|key| limiter.take(&key)), [Ok(()), Ok(()), NEXT_SECOND]);
        clock.0.fetch_add(1, Ordering::SeqCst);
        assert_eq!([1, 1].map(|key| limiter.take(&key)), [Ok(()), NEXT_SECOND]);
        clock.0.fetch_add(3600, Ordering::SeqCst);
        assert_eq!([1, 1, 1].map(|key| limiter.take(&key)), [Ok(()), Ok(()), NEXT_SECOND]);
    }

    #[test]
    fn keys_without_room_share_a_quota_until_there_is_room() {
        let (limiter, clock) = limiter();
        let taken = [1, 2, 3, 4, 5, 1, 2].map(|key| limiter.take(&key));
        assert_eq!(taken, [Ok(()), Ok(()), Ok(()), Ok(()), NEXT_SECOND, Ok(()), Ok(())]);
        assert_eq!(limiter.limiter.len(), 2);
        // Two seconds for the quota of both, and one until they count as forgotten.
        clock.0.fetch_add(4, Ordering::SeqCst);
        assert_eq!([5, 5, 5].map(|key| limiter.take(&key)), [Ok(()), Ok(()), NEXT_SECOND]);
        assert_eq!([6, 6, 6].map(|key| limiter.take(&key)), [Ok(()), Ok(()), NEXT_SECOND]);
        assert_eq!(limiter.limiter.len(), 2);
    }

    #[test]
    fn keys_that_stay_away_are_forgotten() {
        let (limiter, clock) = limiter();
        assert_eq!(limiter.take(&1), Ok(()));
        clock.0.fetch_add(59, Ordering::SeqCst);
        assert_eq!((limiter.take(&2), limiter.limiter.len()), (Ok(()), 2));
        clock.0.fetch_add(1, Ordering::SeqCst);
        assert_eq!((limiter.take(&2), limiter.limiter.len()), (Ok(()), 1));
    }
}
