//! axum adapter.

mod state;
mod system;

pub use state::{Clock, Entropy};
pub use system::{SystemClock, SystemEntropy};
