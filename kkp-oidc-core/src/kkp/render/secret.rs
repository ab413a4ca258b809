//! Secrets in what is rendered: hidden, shown, or in files of their own.

use std::fmt;

use crate::kkp::flags::{Flag, FlagValue};
use crate::kkp::secret::{Secret, SecretName};
use crate::shell::{QuoteError, Shell};

/// What stands in the place of a secret, to be replaced before the text is used.
pub const REDACTED: &str = "<redacted>";

/// What is done with secrets.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum Secrets {
    /// [`REDACTED`] stands in their place.
    #[default]
    Redacted,
    /// They are shown.
    Shown,
    /// Each is in a file of this folder, and what refers to it stands in its place.
    Files(String),
}

impl Secrets {
    /// What stands in a document. An empty secret is no secret.
    pub(super) fn in_document(&self, secret: &Secret) -> String {
        match self {
            _ if secret.text.is_empty() => String::new(),
            Self::Redacted => REDACTED.to_owned(),
            Self::Shown => secret.text.expose_secret().to_owned(),
            Self::Files(folder) => format!("<in file {}>", path(folder, secret.name)),
        }
    }

    /// An argument as a program gets it.
    pub(super) fn argument(&self, flag: &Flag) -> String {
        let value = match &flag.value {
            FlagValue::Text(text) => text.clone(),
            FlagValue::Secret(secret) => self.in_document(secret),
        };
        format!("-{}={value}", flag.name)
    }

    /// An argument as a word for a POSIX shell, which reads a secret from its file.
    pub(super) fn word(&self, flag: &Flag) -> Result<String, QuoteError> {
        match (self, &flag.value) {
            (Self::Files(folder), FlagValue::Secret(secret)) if !secret.text.is_empty() => {
                let path = Shell::Bash.quote(&path(folder, secret.name))?;
                Ok(format!("-{}=\"$(cat {path})\"", flag.name))
            }
            _ => Shell::Bash.quote(&self.argument(flag)),
        }
    }
}

/// The file of a secret.
pub(super) fn path(folder: &str, name: SecretName) -> String {
    format!("{}/{}", folder.trim_end_matches('/'), name.file_name())
}

/// What was rendered, and the secrets that belong into files of their own.
#[derive(Clone)]
#[expect(clippy::exhaustive_structs, reason = "a plain result")]
pub struct Rendered {
    /// The text for people, with a line end at its end. It has secrets if they are to be [shown](Secrets::Shown).
    pub text: String,
    /// The same for programs, if it is a list.
    pub items: Option<Vec<String>>,
    /// Secrets to which the text refers; none but for [`Secrets::Files`].
    pub secrets: Vec<Secret>,
    /// What the reader has to know besides.
    pub notes: Vec<String>,
}

/// Shape only: the text may have secrets.
impl fmt::Debug for Rendered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Rendered({} bytes, {} secrets, {} notes)", self.text.len(), self.secrets.len(), self.notes.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::SecretString;

    #[test]
    fn debug_shows_no_secret() {
        let text = SecretString::from("canary");
        let secret = Secret { name: SecretName::IssuerCookieKey, text };
        assert_eq!(format!("{secret:?}"), "Secret { name: IssuerCookieKey, text: SecretString(..) }");
        let rendered = Rendered { text: "canary".to_owned(), items: None, secrets: vec![secret], notes: Vec::new() };
        assert_eq!(format!("{rendered:?}"), "Rendered(6 bytes, 1 secrets, 0 notes)");
    }
}
