//! Addresses of API servers, as kubeconfigs have them.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use url::Url;

/// The address of an API server: an http or https URL, or a host with or without a port, without a name or a password.
///
/// Kept as given: client-go takes both forms. No blanks and no control characters.
///
/// ```
/// use kkp_oidc_core::kubeconfig::{ParseServerAddressError, ServerAddress};
///
/// let server: ServerAddress = "https://abc.example.com:6443".parse()?;
/// assert_eq!(server.as_str(), "https://abc.example.com:6443");
/// assert_eq!("bob:pw@abc".parse::<ServerAddress>(), Err(ParseServerAddressError::UserInfo));
/// # Ok::<(), ParseServerAddressError>(())
/// ```
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct ServerAddress(String);

impl ServerAddress {
    /// The address as given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ServerAddress {
    type Err = ParseServerAddressError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "" => Err(ParseServerAddressError::Empty),
            _ if is_server_address(text) => Ok(Self(text.to_owned())),
            _ if text.contains('@') => Err(ParseServerAddressError::UserInfo),
            _ => Err(ParseServerAddressError::NoAddress),
        }
    }
}

impl fmt::Display for ServerAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Why text is not a [`ServerAddress`]. Never carries the text: it may hold a password.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseServerAddressError {
    /// There was no text.
    #[error("server is empty, expected an http or https URL or a host")]
    Empty,
    /// It is no address, and has an `@`, before which a name or a password stands.
    #[error("server has an `@`, expected no name and no password in it")]
    UserInfo,
    /// It is something else.
    #[error("server is no http or https URL and no host")]
    NoAddress,
}

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

    #[test]
    fn what_is_refused_is_named_without_the_text() {
        for (text, error, shown) in [
            ("", ParseServerAddressError::Empty, "server is empty, expected an http or https URL or a host"),
            ("not a url", ParseServerAddressError::NoAddress, "server is no http or https URL and no host"),
            ("ftp://h", ParseServerAddressError::NoAddress, "server is no http or https URL and no host"),
            (
                "bob:pw@h",
                ParseServerAddressError::UserInfo,
                "server has an `@`, expected no name and no password in it",
            ),
            (
                "https://b@h",
                ParseServerAddressError::UserInfo,
                "server has an `@`, expected no name and no password in it",
            ),
        ] {
            assert_eq!((text.parse::<ServerAddress>(), error.to_string().as_str()), (Err(error), shown), "{text}");
        }
        let kept: Result<ServerAddress, _> = "HTTPS://h".parse();
        assert_eq!(kept.as_ref().map(ServerAddress::as_str), Ok("HTTPS://h"));
    }
}
