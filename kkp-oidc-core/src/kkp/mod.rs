//! KKP's own files: what an installation's files say, what KKP makes of it, and what is wrong with it.

mod check;
mod document;
mod effective;
mod gates;
mod installation;
mod read;
mod version;

pub use check::{CheckOptions, check};
pub use effective::{Effective, Value};
pub use installation::{
    Auth, Cluster, Configuration, Dex, DexClient, Dialect, Gate, Gates, Installation, Seed, SeedProvider, Setting,
    ShareSettings,
};
pub use version::{ParseVersionError, Version, Versions};
