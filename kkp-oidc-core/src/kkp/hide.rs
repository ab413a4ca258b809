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
        let secrets = match object.at("kind").and_then(Node::text) {
            Some("Secret") => std::slice::from_ref(object),
            // Its items need not name their kind.
            Some("SecretList") => object.at("items").map(Node::items).unwrap_or_default(),
            _ => &[],
        };
        for data in secrets.iter().flat_map(|secret| [secret.at("data"), secret.at("stringData")]).flatten() {
            self.secrets.extend(data.entries().iter().map(|entry| entry.value.span));
        }
        match &object.value {
            Value::Scalar { text, .. } => {
                if let Some(user_info) = user_info(text) {
                    self.secrets.push(object.span);
                    let password = user_info.split_once(':').map_or(user_info, |(_, password)| password);
                    self.secret_text(password);
                }
            }
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

/// What stands before the `@` of a URL; also without a scheme, where it is `user:password@`.
fn user_info(text: &str) -> Option<&str> {
    let (scheme, rest) = text.split_once("://").map_or((false, text), |(_, rest)| (true, rest));
    let (user_info, _) = rest.split('/').next()?.rsplit_once('@')?;
    (scheme || user_info.contains(':') && !user_info.contains(char::is_whitespace)).then_some(user_info)
}
