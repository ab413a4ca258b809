//! Between values.yaml of the chart (2.12, 2.13) and KubermaticConfiguration (2.14 and later), both ways.
//!
//! What is written is made of the settings that an [`Installation`] has; the comments beside them come along. What has no
//! counterpart, means something else then, or is to be done elsewhere, is a [`Note`].
//!
//! ```
//! use kkp_oidc_core::kkp::migrate::{Target, migrate};
//! use kkp_oidc_core::kkp::{Installation, Version};
//!
//! let values = "kubermatic:\n  domain: kkp.example.com # ours\n  auth: {clientID: kubermatic}\n";
//! let (installation, sources) = Installation::read([("values.yaml".to_owned(), values.into())]);
//! let migration = migrate(&installation, &sources, Target::Configuration(Version::V2_22)).unwrap();
//! assert!(migration.text.contains("  ingress:\n    domain: kkp.example.com # ours\n"));
//! ```

mod note;
mod origin;
mod share;
mod to_configuration;
mod to_values;
mod unknown;
mod write;

use std::fmt;

use crate::diagnostics::Source;
use crate::feature_gates::KnownGate;
use crate::kkp::{Auth, CaPem, Configuration, Dialect, Effective, Installation, Setting, Version};

pub use note::{Note, NoteKind};

use note::Notes;
use origin::Origin;
use write::Field;

/// What is to be written.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "KKP is configured in these two ways")]
pub enum Target {
    /// A KubermaticConfiguration, and what else this version needs.
    Configuration(Version),
    /// values.yaml of the chart of 2.12 and 2.13.
    Values,
}

/// What was written, and what is to be known about it.
#[derive(Clone)]
#[expect(clippy::exhaustive_structs, reason = "a plain result")]
pub struct Migration {
    /// YAML, of one document or several. It holds the secrets of the source.
    pub text: String,
    /// In the order of the source; what is about all of it comes last.
    pub notes: Vec<Note>,
}

impl Migration {
    /// Whether everything went over: nothing has no counterpart.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.notes.iter().all(|note| note.kind != NoteKind::NoCounterpart)
    }
}

/// Shape only: the text holds secrets.
impl fmt::Debug for Migration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Migration({} bytes, {} notes)", self.text.len(), self.notes.len())
    }
}

/// Why nothing is written.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum MigrateError {
    /// No file configures KKP.
    #[error("no file configures KKP: expected a values.yaml with `kubermatic:` or a KubermaticConfiguration")]
    NoConfiguration,
    /// More than one does.
    #[error("{count} files or documents configure KKP, expected one")]
    SeveralConfigurations {
        /// How many.
        count: usize,
    },
    /// The configuration is of the kind that was asked for.
    #[error("the configuration is {found} already")]
    NothingToMigrate {
        /// What it is.
        found: &'static str,
    },
    /// The version has no KubermaticConfiguration.
    #[error("KKP {version} has no KubermaticConfiguration, expected 2.14 to 2.31")]
    NoSuchConfiguration {
        /// The version that was asked for.
        version: Version,
    },
}

/// Write the configuration of an installation in the other way. `sources` are the ones it was read from.
///
/// # Errors
///
/// - [`MigrateError::NoSuchConfiguration`] if the target is a KubermaticConfiguration of a version that has none.
/// - [`MigrateError::NoConfiguration`] or [`MigrateError::SeveralConfigurations`] unless there is exactly one.
/// - [`MigrateError::NothingToMigrate`] if it is of the target's kind already.
pub fn migrate(installation: &Installation, sources: &[Source], target: Target) -> Result<Migration, MigrateError> {
    if let Target::Configuration(version) = target
        && version < Version::V2_14
    {
        return Err(MigrateError::NoSuchConfiguration { version });
    }
    let configuration = match installation.configurations.as_slice() {
        [] => return Err(MigrateError::NoConfiguration),
        [one] => one,
        several => return Err(MigrateError::SeveralConfigurations { count: several.len() }),
    };
    match (target, configuration.dialect) {
        (Target::Values, Dialect::Values) => {
            return Err(MigrateError::NothingToMigrate { found: "values.yaml" });
        }
        (Target::Configuration(_), Dialect::OperatorV1alpha1 | Dialect::KubermaticV1) => {
            return Err(MigrateError::NothingToMigrate { found: "a KubermaticConfiguration" });
        }
        _ => {}
    }
    let origin = Origin::find(configuration, sources).ok_or(MigrateError::NoConfiguration)?;
    let mut work = Work { installation, configuration, origin, notes: Notes::default() };
    let text = match target {
        Target::Configuration(version) => work.write_configuration(version),
        Target::Values => work.write_values(),
    };
    Ok(Migration { text, notes: work.notes.sorted(installation) })
}

/// One migration.
struct Work<'a> {
    installation: &'a Installation,
    configuration: &'a Configuration,
    origin: Origin,
    notes: Notes,
}

/// By which PEM is known.
const BEGIN: &str = "-----BEGIN ";

impl Work<'_> {
    /// A CA bundle as PEM. A private key in it does not go over: the bundle is copied to every cluster.
    fn ca_pem(&mut self, bundle: &Setting) -> String {
        let CaPem { pem, had_private_key } = CaPem::read(&bundle.text);
        if had_private_key {
            let message =
                "the private key in the CA bundle is left out; replace it, since every copy of the bundle has it";
            self.notes.no_counterpart(bundle.place, message);
        }
        pem
    }
}

/// The texts among the settings of authentication, in the order in which they are written.
const AUTH_TEXTS: [&str; 7] = [
    "tokenIssuer",
    "clientID",
    "issuerRedirectURL",
    "issuerClientID",
    "issuerClientSecret",
    "issuerCookieKey",
    "serviceAccountKey",
];

/// What `auth` has for one of [`AUTH_TEXTS`].
fn auth_text<'a>(auth: &'a Auth, name: &str) -> Option<&'a Setting> {
    let setting = match name {
        "tokenIssuer" => &auth.token_issuer,
        "clientID" => &auth.client_id,
        "issuerRedirectURL" => &auth.issuer_redirect_url,
        "issuerClientID" => &auth.issuer_client_id,
        "issuerClientSecret" => &auth.issuer_client_secret,
        "issuerCookieKey" => &auth.issuer_cookie_key,
        "serviceAccountKey" => &auth.service_account_key,
        _ => return None,
    };
    setting.as_ref().filter(|setting| !setting.is_empty())
}

/// What `version` fills in where `configuration` says nothing; empty if that is nothing.
fn filled_in(effective: &Effective, name: &str) -> String {
    let value = match name {
        "tokenIssuer" => &effective.token_issuer,
        "clientID" => &effective.client_id,
        "issuerRedirectURL" => &effective.redirect_url,
        "issuerClientID" => &effective.issuer_client_id,
        _ => return String::new(),
    };
    value.text.clone()
}

/// Which part of 2.12 and 2.13 reads a gate (spec section 1.2).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum ReadBy {
    Api,
    Controller,
    Nobody,
}

fn read_by(gate: &str) -> ReadBy {
    match KnownGate::from_name(gate) {
        Some(KnownGate::OidcKubeCfgEndpoint | KnownGate::PrometheusEndpoint) => ReadBy::Api,
        Some(KnownGate::OpenIdAuthPlugin | KnownGate::VerticalPodAutoscaler | KnownGate::EtcdDataCorruptionChecks) => {
            ReadBy::Controller
        }
        _ => ReadBy::Nobody,
    }
}

/// A map under `key`, if it has anything.
fn map(origin: &Origin, key: &str, fields: Vec<Field>, paths: &[&str]) -> Option<Field> {
    if fields.is_empty() { None } else { Some(origin.map(key, fields, paths)) }
}
