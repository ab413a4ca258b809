//! What may be said of an installation: no text that leaves here repeats a secret of its files.

use crate::diagnostics::Finding;
use crate::invisible::printable;
use crate::kkp::Installation;

/// What stands in the place of what is hidden.
pub(super) const HIDDEN: &str = "…";

impl Installation {
    /// A text as anybody may see it: without the secrets of these files, without the passwords of URLs, and without
    /// characters that a terminal would act on.
    ///
    /// Secrets of fewer than six characters are no more than words, and stay.
    #[must_use]
    pub fn masked(&self, text: &str) -> String {
        self.without_secrets(text, HIDDEN).chars().map(printable).collect()
    }

    /// A text with `hidden` for each secret of these files, and for the passwords of URLs.
    pub(super) fn without_secrets(&self, text: &str, hidden: &str) -> String {
        let mut masked = text.to_owned();
        for secret in self.secrets.iter().map(|secret| secret.expose_secret()) {
            if masked.contains(secret) {
                masked = masked.replace(secret, hidden);
            }
        }
        without_user_info(&masked, hidden)
    }

    /// A finding as anybody may see it.
    pub(super) fn masked_finding(&self, mut finding: Finding) -> Finding {
        finding.message = self.masked(&finding.message);
        finding.help = self.masked(&finding.help);
        for (_, text) in &mut finding.related {
            *text = self.masked(text);
        }
        finding
    }
}

/// The text with `hidden` for what stands before the `@` of each URL's authority.
fn without_user_info(text: &str, hidden: &str) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("://") {
        masked.push_str(before);
        masked.push_str("://");
        let end = after.find(|one: char| one == '/' || one == '`' || one.is_whitespace()).unwrap_or(after.len());
        let (authority, behind) = after.split_at_checked(end).unwrap_or((after, ""));
        match authority.rsplit_once('@') {
            Some((_, host)) => {
                masked.push_str(hidden);
                masked.push('@');
                masked.push_str(host);
            }
            None => masked.push_str(authority),
        }
        rest = behind;
    }
    masked.push_str(rest);
    masked
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_passwords_and_control_characters_are_masked() {
        let installation = Installation { secrets: vec!["hunter2-x".into()], ..Installation::default() };
        for (text, masked) in [
            ("Seed `hunter2-x` and hunter2-xyz", "Seed `…` and …yz"),
            (
                "https://admin:pw@a.example/b and `https://c@d.example`",
                "https://…@a.example/b and `https://…@d.example`",
            ),
            ("a@b ://c@d", "a@b ://…@d"),
            ("https://a.example/x@y", "https://a.example/x@y"),
            ("\u{1b}[31mred\u{202e}", "\u{fffd}[31mred\u{fffd}"),
        ] {
            assert_eq!(installation.masked(text), masked);
        }
    }
}
