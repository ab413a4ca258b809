//! Addresses of API servers, as kubeconfigs have them.

use std::borrow::Cow;

use url::Url;

/// Whether client-go can use it: an http or https URL, or a host with or without a port. KKP: spec section 6.4 has the
/// latter. Without user info.
pub(crate) fn is_server_address(server: &str) -> bool {
    let url: Cow<'_, str> = if server.contains("://") { server.into() } else { format!("https://{server}").into() };
    let no_blanks = !server.chars().any(|c| c.is_control() || c.is_whitespace());
    no_blanks
        && Url::parse(&url).is_ok_and(|url| {
            // What stands before an `@` would go to everybody with a link.
            let is_anonymous = url.username().is_empty() && url.password().is_none();
            matches!(url.scheme(), "https" | "http") && url.has_host() && is_anonymous
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_and_hosts_are_addresses() {
        for server in ["https://a.example:6443", "http://127.0.0.1", "test.fake.io", "a.example:6443", "[::1]:6443"] {
            assert!(is_server_address(server), "{server}");
        }
        for server in [
            "",
            "ftp://a.example",
            "https://",
            "a b",
            "https://a.example\n",
            "://x",
            "https://a:99999",
            "https://u:p@a",
            "u@a",
        ] {
            assert!(!is_server_address(server), "{server}");
        }
    }
}
