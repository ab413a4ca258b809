//! Finds what may be a secret in files that have more than what is checked.

use crate::kkp::read::Reader;
use crate::yaml::{Node, Value};

/// Parts of the names of fields that hold secrets, in lower case.
const SECRET_WORDS: [&str; 9] =
    ["secret", "password", "passwd", "bindpw", "token", "key", "credential", "kubeconfig", "hash"];

/// Fields with such a part that hold none.
const NO_SECRETS: [&str; 4] = ["tokenIssuer", "secretName", "skipTokenIssuerTLSVerify", "idTokens"];

impl Reader<'_> {
    /// Let nobody be shown what may be a secret below `object`.
    pub(super) fn hide_secrets(&mut self, object: &Node) {
        if object.at("kind").and_then(Node::text) == Some("Secret") {
            for data in [object.at("data"), object.at("stringData")].into_iter().flatten() {
                self.secrets.extend(data.entries().iter().map(|entry| entry.value.span));
            }
        }
        match &object.value {
            Value::Scalar { text, .. } if has_user_info(text) => self.secrets.push(object.span),
            Value::Scalar { .. } => {}
            Value::List(items) => items.iter().for_each(|item| self.hide_secrets(item)),
            Value::Map(entries) => {
                for entry in entries {
                    let name = entry.key.to_ascii_lowercase();
                    let is_scalar = matches!(entry.value.value, Value::Scalar { .. });
                    let is_secret = SECRET_WORDS.iter().any(|word| name.contains(word))
                        && !NO_SECRETS.contains(&entry.key.as_str())
                        && entry.value.bool().is_none();
                    if is_scalar && is_secret {
                        self.secrets.push(entry.value.span);
                    } else {
                        self.hide_secrets(&entry.value);
                    }
                }
            }
        }
    }
}

/// Whether a text is a URL with `user:password@`.
fn has_user_info(text: &str) -> bool {
    let authority = text.split_once("://").and_then(|(_, rest)| rest.split('/').next());
    authority.is_some_and(|authority| authority.contains('@'))
}
