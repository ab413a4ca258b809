//! URLs that standards compare byte for byte, kept as they were given.

use std::fmt;
use std::str::FromStr;

use url::{Host, Url};

/// Issuer identifier of an OpenID Provider ([OpenID Connect Discovery 1.0 section 3]).
///
/// Kept exactly as given and compared byte for byte, also in the `iss` claim: `https://a.example` and
/// `https://a.example/` are two issuers. Scheme `https`, or `http` when the host is loopback; no user info, query or
/// fragment; at most [`IssuerUrl::MAX_LEN`] bytes.
///
/// ```
/// use kkp_oidc_core::issuer::IssuerUrl;
///
/// let issuer: IssuerUrl = "https://kkp.example.com/dex".parse()?;
/// assert_eq!(issuer.discovery_url(), "https://kkp.example.com/dex/.well-known/openid-configuration");
/// # Ok::<(), kkp_oidc_core::issuer::ParseUrlError>(())
/// ```
///
/// [OpenID Connect Discovery 1.0 section 3]: https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderMetadata
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct IssuerUrl(String);

impl IssuerUrl {
    /// Longest accepted issuer, in bytes.
    pub const MAX_LEN: usize = MAX_URL_LEN;

    /// The issuer as given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Where the provider's metadata lies: the issuer without a trailing slash, then the well-known path
    /// ([OpenID Connect Discovery 1.0 section 4]).
    ///
    /// [OpenID Connect Discovery 1.0 section 4]: https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderConfig
    #[must_use]
    pub fn discovery_url(&self) -> String {
        let base = self.0.strip_suffix('/').unwrap_or(&self.0);
        format!("{base}/.well-known/openid-configuration")
    }

    /// Whether the host is `localhost` or a loopback address.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        Url::parse(&self.0).is_ok_and(|url| is_loopback(&url))
    }

    /// Whether the scheme is `https`.
    #[must_use]
    pub fn is_https(&self) -> bool {
        is_https(&self.0)
    }
}

impl FromStr for IssuerUrl {
    type Err = ParseUrlError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let url = parse_secure_url(text)?;
        if url.query().is_some() {
            return Err(ParseUrlError::HasQuery { url: text.to_owned() });
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for IssuerUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Redirection endpoint registered at the provider ([RFC 6749 section 3.1.2]).
///
/// Sent exactly as given. It ends in [`RedirectUri::PATH`], which is where the share endpoint answers; what stands
/// before it is the service's public base URL. Scheme `https`, or `http` when the host is loopback; no user info,
/// query or fragment; at most [`RedirectUri::MAX_LEN`] bytes.
///
/// [RFC 6749 section 3.1.2]: https://www.rfc-editor.org/rfc/rfc6749#section-3.1.2
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct RedirectUri(String);

impl RedirectUri {
    /// Longest accepted redirect URI, in bytes.
    pub const MAX_LEN: usize = MAX_URL_LEN;

    /// The path at which KKP's share endpoint answers. KKP: spec section 4.1.
    pub const PATH: &str = "/api/v1/kubeconfig";

    /// The redirect URI as given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What stands before [`RedirectUri::PATH`], without a trailing slash: the base of every link that the service
    /// makes.
    #[must_use]
    pub fn public_base_url(&self) -> &str {
        self.0.strip_suffix(Self::PATH).unwrap_or(&self.0)
    }

    /// The origin of the service as browsers write it into `Origin` ([RFC 6454 section 6.2]): `https://kkp.example.com`.
    ///
    /// [RFC 6454 section 6.2]: https://www.rfc-editor.org/rfc/rfc6454#section-6.2
    #[must_use]
    pub fn public_origin(&self) -> String {
        origin(&self.0)
    }

    /// Whether the scheme is `https`.
    #[must_use]
    pub fn is_https(&self) -> bool {
        is_https(&self.0)
    }
}

impl FromStr for RedirectUri {
    type Err = ParseUrlError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let url = parse_secure_url(text)?;
        if url.query().is_some() {
            return Err(ParseUrlError::HasQuery { url: text.to_owned() });
        }
        // The text is compared, but it is the path that leads there: in `https://api/v1/kubeconfig`, `api` is the host.
        let base = text.strip_suffix(Self::PATH).filter(|_| url.path().ends_with(Self::PATH));
        if base.is_none_or(|base| base.ends_with('/')) {
            return Err(ParseUrlError::OtherPath { url: text.to_owned(), path: Self::PATH });
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for RedirectUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Endpoint that the provider's metadata names: authorization, token or JWKS.
///
/// Kept as given. Scheme `https`, or `http` when the host is loopback; no user info or fragment; a query is allowed
/// ([RFC 6749 section 3.1]); at most [`EndpointUrl::MAX_LEN`] bytes.
///
/// [RFC 6749 section 3.1]: https://www.rfc-editor.org/rfc/rfc6749#section-3.1
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct EndpointUrl(String);

impl EndpointUrl {
    /// Longest accepted endpoint URL, in bytes.
    pub const MAX_LEN: usize = MAX_URL_LEN;

    /// The endpoint as given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Its origin, as a `Content-Security-Policy` names it.
    #[must_use]
    pub fn origin(&self) -> String {
        origin(&self.0)
    }

    /// Whether the scheme is `https`.
    #[must_use]
    pub fn is_https(&self) -> bool {
        is_https(&self.0)
    }
}

impl FromStr for EndpointUrl {
    type Err = ParseUrlError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        parse_secure_url(text)?;
        Ok(Self(text.to_owned()))
    }
}

/// Longest URL that is accepted anywhere, in bytes: what browsers and servers still agree on.
const MAX_URL_LEN: usize = 2048;

fn parse_secure_url(text: &str) -> Result<Url, ParseUrlError> {
    if text.is_empty() {
        return Err(ParseUrlError::Empty);
    }
    if text.len() > MAX_URL_LEN {
        return Err(ParseUrlError::TooLong { len: text.len() });
    }
    // The WHATWG parser drops tabs, line breaks and blanks at the ends and forgives backslashes and missing slashes.
    // What is compared byte for byte must not need forgiveness.
    if let Some(character) = text.chars().find(|c| !c.is_ascii_graphic() || matches!(c, '\\' | '"' | '<' | '>')) {
        return Err(ParseUrlError::Character { character });
    }
    let url = Url::parse(text).map_err(|_| ParseUrlError::NotAbsolute { url: without_user_info(text) })?;
    let authority = text.get(url.scheme().len()..).and_then(|rest| rest.strip_prefix("://"));
    if authority.is_none_or(|authority| authority.starts_with('/')) || url.host().is_none() {
        return Err(ParseUrlError::NotAbsolute { url: without_user_info(text) });
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(ParseUrlError::HasUserInfo);
    }
    if url.fragment().is_some() {
        return Err(ParseUrlError::HasFragment { url: text.to_owned() });
    }
    match url.scheme() {
        "https" => Ok(url),
        "http" if is_loopback(&url) => Ok(url),
        _ => Err(ParseUrlError::NotHttps { url: text.to_owned() }),
    }
}

/// Scheme, host and port if it is not the scheme's own.
fn origin(text: &str) -> String {
    Url::parse(text).map(|url| url.origin().ascii_serialization()).unwrap_or_default()
}

fn is_https(text: &str) -> bool {
    Url::parse(text).is_ok_and(|url| url.scheme() == "https")
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(domain)) => domain == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// The text up to where a password could begin.
fn without_user_info(text: &str) -> String {
    match text.rsplit_once('@') {
        Some((_, host)) => format!("…@{host}"),
        None => text.to_owned(),
    }
}

/// Why text is not a usable issuer, redirect URI or endpoint.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseUrlError {
    /// There was no text.
    #[error("URL is empty, expected an absolute https URL")]
    Empty,
    /// The text was longer than 2048 bytes.
    #[error("URL has {len} bytes, expected at most {MAX_URL_LEN}")]
    TooLong {
        /// Length of the text, in bytes.
        len: usize,
    },
    /// A character that does not stand in a URL: a blank, a control character, a quote, non-ASCII.
    #[error("URL contains {character:?}, expected visible ASCII without quotes, `<`, `>` and backslash")]
    Character {
        /// The first such character.
        character: char,
    },
    /// Not an absolute URL with a host.
    #[error("`{url}` is not an absolute URL with a host, expected `https://HOST/…`")]
    NotAbsolute {
        /// The text, without anything that could be user info.
        url: String,
    },
    /// The URL held a user name or a password.
    #[error("URL holds user info (`user:password@`), expected none")]
    HasUserInfo,
    /// The URL had a fragment.
    #[error("`{url}` has a fragment (`#…`), expected none")]
    HasFragment {
        /// The text.
        url: String,
    },
    /// The URL had a query.
    #[error("`{url}` has a query (`?…`), expected none")]
    HasQuery {
        /// The text.
        url: String,
    },
    /// Neither `https`, nor `http` on a loopback host.
    #[error("`{url}` is not https, expected https (http is accepted for localhost, 127.0.0.0/8 and ::1 only)")]
    NotHttps {
        /// The text.
        url: String,
    },
    /// A redirect URI that leads elsewhere than to the share endpoint.
    #[error("`{url}` does not lead to the share endpoint, expected it to end in `{path}`")]
    OtherPath {
        /// The text.
        url: String,
        /// The path that it has to end in.
        path: &'static str,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_issuer_is_kept_as_given() {
        for text in ["https://a.example", "https://a.example/", "https://A.example:443/dex/", "http://127.0.0.1:1/d"] {
            assert_eq!(text.parse::<IssuerUrl>().map(|issuer| issuer.as_str().to_owned()), Ok(text.to_owned()));
        }
    }

    #[test]
    fn one_trailing_slash_is_left_out_of_the_discovery_url() {
        let url = |text: &str| text.parse::<IssuerUrl>().map(|issuer| issuer.discovery_url());
        let expected = Ok("https://a.example/.well-known/openid-configuration".to_owned());
        assert_eq!(url("https://a.example"), expected);
        assert_eq!(url("https://a.example/"), expected);
    }

    #[test]
    fn what_is_wrong_is_named() {
        let owned = |url: &str| url.to_owned();
        let table = [
            ("", ParseUrlError::Empty),
            ("https://a.example/ü", ParseUrlError::Character { character: 'ü' }),
            (" https://a.example", ParseUrlError::Character { character: ' ' }),
            ("https://a.example\n", ParseUrlError::Character { character: '\n' }),
            ("https:\\\\a.example", ParseUrlError::Character { character: '\\' }),
            ("a.example/dex", ParseUrlError::NotAbsolute { url: owned("a.example/dex") }),
            ("https:a.example", ParseUrlError::NotAbsolute { url: owned("https:a.example") }),
            ("https://u:p@a.example", ParseUrlError::HasUserInfo),
            ("//u:p@a.example", ParseUrlError::NotAbsolute { url: owned("…@a.example") }),
            ("https://a.example/#f", ParseUrlError::HasFragment { url: owned("https://a.example/#f") }),
            ("https://a.example/?q", ParseUrlError::HasQuery { url: owned("https://a.example/?q") }),
            ("http://a.example", ParseUrlError::NotHttps { url: owned("http://a.example") }),
            ("http://127.0.0.1.a.example", ParseUrlError::NotHttps { url: owned("http://127.0.0.1.a.example") }),
            ("ftp://localhost/", ParseUrlError::NotHttps { url: owned("ftp://localhost/") }),
        ];
        for (text, error) in table {
            assert_eq!(text.parse::<IssuerUrl>(), Err(error), "{text:?}");
        }
    }

    #[test]
    fn length_is_bounded_inclusively() {
        let url = |len: usize| format!("https://a.example/{}", "x".repeat(len - 18)).parse::<IssuerUrl>();
        assert!(url(IssuerUrl::MAX_LEN - 1).is_ok() && url(IssuerUrl::MAX_LEN).is_ok());
        assert_eq!(url(IssuerUrl::MAX_LEN + 1), Err(ParseUrlError::TooLong { len: 2049 }));
    }

    #[test]
    fn a_redirect_uri_ends_at_the_share_endpoint() {
        let uri = "https://kkp.example.com/base/api/v1/kubeconfig".parse::<RedirectUri>();
        assert_eq!(uri.map(|uri| uri.public_base_url().to_owned()), Ok("https://kkp.example.com/base".to_owned()));
        for (uri, origin) in [
            ("https://KKP.example.com:443/base/api/v1/kubeconfig", "https://kkp.example.com"),
            ("https://kkp.example.com:8443/api/v1/kubeconfig", "https://kkp.example.com:8443"),
            ("http://[::1]:80/api/v1/kubeconfig", "http://[::1]"),
        ] {
            assert_eq!(uri.parse::<RedirectUri>().map(|uri| uri.public_origin()), Ok(origin.to_owned()));
        }
        let endpoint = "https://login.example.com:8443/auth?tenant=1".parse::<EndpointUrl>();
        assert_eq!(endpoint.map(|url| url.origin()), Ok("https://login.example.com:8443".to_owned()));
        assert_eq!(
            "https://kkp.example.com/callback".parse::<RedirectUri>(),
            Err(ParseUrlError::OtherPath {
                url: "https://kkp.example.com/callback".to_owned(),
                path: "/api/v1/kubeconfig"
            })
        );
    }
}
