//! KKP's own files: what an installation's files say, what KKP makes of it, what is wrong with it, and what
//! it comes to: arguments, documents, commands.
//!
//! A service that has its settings elsewhere fills an [`Installation`] itself, and asks the same questions.
//!
//! ```
//! use kkp_oidc_core::UnixTime;
//! use kkp_oidc_core::diagnostics::Code;
//! use kkp_oidc_core::kkp::{CheckOptions, Installation, check};
//!
//! let values = "kubermatic:\n  auth:\n    tokenIssuer: http://kkp.example.com/dex\n";
//! let (installation, sources) = Installation::read([("values.yaml".to_owned(), values.into())]);
//! let now = UnixTime::from_secs(1_780_000_000);
//! let findings = check(&installation, &CheckOptions { now, version: None, issuer_chain: Vec::new() });
//! assert_eq!(findings[0].code, Code::IssuerNotHttps);
//! assert_eq!(findings[0].place.map(|place| place.span.line), Some(3));
//! # let _ = sources;
//! ```

mod check;
mod dex;
mod document;
mod effective;
mod flags;
mod gates;
mod hide;
mod installation;
mod mask;
pub mod migrate;
mod read;
mod render;
mod secret;
mod unreadable;
mod version;
mod writer;

pub use check::{CheckOptions, MAX_FINDINGS, check};
pub use effective::{Effective, Value};
pub use flags::{Flag, FlagValue, api_flags, controller_flags};
pub use installation::{
    Auth, CaPem, Cluster, Configuration, Dex, DexClient, Dialect, Gate, Gates, Installation, Seed, SeedProvider,
    Setting, ShareSettings,
};
pub use render::{
    KubernetesVersion, ParseKubernetesVersionError, REDACTED, RenderError, RenderOptions, Rendered, Secrets, What,
    render,
};
pub use secret::{Secret, SecretName};
pub use version::{ParseVersionError, Version, Versions};
