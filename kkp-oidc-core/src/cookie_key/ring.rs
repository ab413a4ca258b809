//! Several keys at once, so that one can be exchanged for another.

use std::iter;

use super::CookieKey;

/// The key that signs, and those that signed before it and are still believed.
///
/// To rotate, put a fresh key in front and the one that signed until then among the previous ones, everywhere; take it
/// out once everything that it signed has ended.
///
/// ```
/// use kkp_oidc_core::cookie_key::{CookieKey, KeyRing};
///
/// let fresh: CookieKey = "q9Zc4mVx2LrT7wYb1NdK8sHfGj5Ue3Po".parse()?;
/// let until_now: CookieKey = "e1f5ac4f8cc8b33a4b0d6c7f5b1c9d27".parse()?;
/// let ring = KeyRing::new(fresh, vec![until_now])?;
/// assert_eq!(ring.current().expose_secret(), b"q9Zc4mVx2LrT7wYb1NdK8sHfGj5Ue3Po");
/// assert_eq!(ring.iter().count(), 2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Security
///
/// Whoever knows any of the keys forges. A key that leaked has to be taken out at once, not to become a previous one.
/// Whoever verifies tries every key, also when one fits, so that the time does not tell which.
#[derive(Clone, Debug)]
pub struct KeyRing {
    current: CookieKey,
    previous: Vec<CookieKey>,
}

impl KeyRing {
    /// How many previous keys there can be. Each one costs every verification the same again.
    pub const MAX_PREVIOUS: usize = 4;

    /// A ring in which `current` signs; it and all of `previous` verify.
    ///
    /// # Errors
    ///
    /// - [`TooManyPrevious`](KeyRingError::TooManyPrevious) if there are more than [`KeyRing::MAX_PREVIOUS`].
    pub fn new(current: CookieKey, previous: Vec<CookieKey>) -> Result<Self, KeyRingError> {
        match previous.len() {
            count if count > Self::MAX_PREVIOUS => Err(KeyRingError::TooManyPrevious { count }),
            _ => Ok(Self { current, previous }),
        }
    }

    /// The key that signs.
    #[must_use]
    pub fn current(&self) -> &CookieKey {
        &self.current
    }

    /// The keys that signed before, in the order in which they were given.
    #[must_use]
    pub fn previous(&self) -> &[CookieKey] {
        &self.previous
    }

    /// Every key that verifies, the current one first.
    pub fn iter(&self) -> impl Iterator<Item = &CookieKey> {
        iter::once(&self.current).chain(&self.previous)
    }
}

/// A ring of one key.
impl From<CookieKey> for KeyRing {
    fn from(current: CookieKey) -> Self {
        Self { current, previous: Vec::new() }
    }
}

/// Why keys make no ring.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyRingError {
    /// More previous keys than verification should have to try.
    #[error(
        "there are {count} old cookie keys, expected at most {}; leave out those whose logins have ended",
        KeyRing::MAX_PREVIOUS
    )]
    TooManyPrevious {
        /// How many there are.
        count: usize,
    },
}
