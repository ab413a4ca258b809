//! Owners who are logged in, and kubeconfigs that wait for whoever logged in to fetch them.
//!
//! What is kept stands in a store, sealed, so that whoever reads the store learns neither tokens nor addresses; the
//! browser has a sealed cookie with the key to find it. [`Sessions`] makes and opens both.

mod cookies;
mod handover;
mod record;

pub use self::cookies::{SessionId, Sessions};
pub use self::handover::{HANDOVER_MAX_AGE_SECS, Handover, Handovers};
pub use self::record::{Session, SessionEnd};

/// How long a session lives without a request, in seconds, inclusive: 30 minutes.
pub const SESSION_IDLE_SECS: i64 = 30 * 60;

/// How long a session lives at most, in seconds, inclusive: 8 hours, a working day.
pub const SESSION_MAX_AGE_SECS: i64 = 8 * 3600;

/// How old the time of the last request may be before it is written anew, in seconds: not every request is worth a write.
pub const SESSION_TOUCH_SECS: i64 = 60;

/// Most bytes of a sealed record: tokens, groups, or a kubeconfig with them.
pub const MAX_SEALED_LEN: usize = 256 * 1024;
