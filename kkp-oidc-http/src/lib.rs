//! axum adapter.

#[cfg(feature = "dev-provider")]
pub mod dev_provider;
mod state;
mod system;

pub use state::{Clock, Entropy};
pub use system::{SystemClock, SystemEntropy};
