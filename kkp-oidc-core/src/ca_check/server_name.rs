//! The name that a client asks a server for, and how each client compares it.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use url::Url;

use super::certificate::Certificate;
use super::reason::{CertificateId, Reason};

/// The DNS name or IP address of a server, kept as given; not empty, no longer than 255 bytes, visible ASCII only.
///
/// An IPv6 address may stand in brackets, which are not kept.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ServerName {
    text: String,
    ip: Option<IpAddr>,
}

impl ServerName {
    /// As it was given, without brackets.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The address, if it is one.
    #[must_use]
    pub const fn ip_address(&self) -> Option<IpAddr> {
        self.ip
    }
}

impl FromStr for ServerName {
    type Err = ParseServerNameError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
        let ip = bare.parse().ok();
        if bare.is_empty() {
            return Err(ParseServerNameError::Empty);
        }
        if bare.len() > Self::MAX_LEN {
            return Err(ParseServerNameError::TooLong { len: bare.len() });
        }
        let allowed = |letter: char| letter.is_ascii_graphic() && !"/:@[]?#".contains(letter);
        match bare.chars().find(|&letter| !allowed(letter)) {
            Some(letter) if ip.is_none() => Err(ParseServerNameError::UnexpectedCharacter { letter }),
            _ => Ok(Self { text: bare.to_owned(), ip }),
        }
    }
}

impl ServerName {
    /// In bytes: RFC 1035 section 2.3.4.
    pub const MAX_LEN: usize = 255;
}

impl fmt::Display for ServerName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Where a server listens, `HOST:PORT`; an IPv6 address stands in brackets.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct ServerAddress {
    /// The host.
    pub host: ServerName,
    /// The port, not 0.
    pub port: u16,
}

impl ServerAddress {
    /// Where the server of an `https` or `http` URL listens, at the scheme's port unless the URL has one; `None` for what
    /// is no such URL.
    #[must_use]
    pub fn of_url(url: &str) -> Option<Self> {
        let url = Url::parse(url).ok().filter(|url| matches!(url.scheme(), "https" | "http"))?;
        let host = url.host_str()?.trim_matches(['[', ']']).parse().ok()?;
        Some(Self { host, port: url.port_or_known_default().filter(|port| *port != 0)? })
    }
}

impl FromStr for ServerAddress {
    type Err = ParseServerNameError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let port = |digits: &str| {
            let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
            digits.parse().ok().filter(|&port| is_number && port != 0)
        };
        let (host, port) = text
            .rsplit_once(':')
            .and_then(|(host, digits)| Some((host, port(digits)?)))
            .filter(|(host, _)| host.starts_with('[') || !host.contains(':'))
            .ok_or(ParseServerNameError::NoPort)?;
        Ok(Self { host: host.parse()?, port })
    }
}

impl fmt::Display for ServerAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.host.ip {
            Some(IpAddr::V6(_)) => write!(f, "[{}]:{}", self.host, self.port),
            _ => write!(f, "{}:{}", self.host, self.port),
        }
    }
}

/// Why text is no [`ServerName`] or no [`ServerAddress`].
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseServerNameError {
    /// There is nothing.
    #[error("the server name is empty, expected a DNS name or an IP address")]
    Empty,
    /// It is longer than a DNS name can be.
    #[error("the server name has {len} bytes, expected at most {}", ServerName::MAX_LEN)]
    TooLong {
        /// Its length, in bytes.
        len: usize,
    },
    /// It has a character that no name has.
    #[error("the server name has the character {letter:?}, expected a DNS name or an IP address alone")]
    UnexpectedCharacter {
        /// The first such character.
        letter: char,
    },
    /// A server's address has no port, or no valid one.
    #[error("the server address has no port from 1 to 65535 after its last colon, expected HOST:PORT")]
    NoPort,
}

/// The reason for a certificate that does not have the name.
pub(super) fn mismatch(certificate: &Certificate<'_>, name: &ServerName) -> Reason {
    let (names, asked) = (certificate.names.to_texts(), name.text.clone());
    let has_common_name = certificate.names.common.iter().any(|common| common.eq_ignore_ascii_case(&name.text));
    let certificate = CertificateId::of(certificate);
    if names.is_empty() && has_common_name {
        return Reason::CommonNameOnly { certificate, asked };
    }
    Reason::WrongName { certificate, asked, names }
}

/// Go's `VerifyHostname`.
pub(super) fn match_go(certificate: &Certificate<'_>, name: &ServerName) -> Result<(), Reason> {
    let names = &certificate.names;
    let found = match name.ip {
        Some(ip) => names.ip.iter().any(|candidate| candidate.to_canonical() == ip.to_canonical()),
        None => names.dns.iter().any(|pattern| go_matches(pattern, &name.text)),
    };
    if found { Ok(()) } else { Err(mismatch(certificate, name)) }
}

fn go_matches(pattern: &str, name: &str) -> bool {
    let host = name.strip_suffix('.').unwrap_or(name);
    if !is_go_host_name(host, false) || !is_go_host_name(pattern, true) {
        return !pattern.is_empty() && pattern != "." && pattern.eq_ignore_ascii_case(name);
    }
    match pattern.strip_prefix("*.") {
        Some(parent) => host.split_once('.').is_some_and(|(_, rest)| rest.eq_ignore_ascii_case(parent)),
        None => pattern.eq_ignore_ascii_case(host),
    }
}

/// `validHostname`
fn is_go_host_name(name: &str, is_pattern: bool) -> bool {
    name != "*"
        && name.split('.').enumerate().all(|(index, label)| {
            let is_wildcard = is_pattern && index == 0 && label == "*";
            let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
            is_wildcard || (!label.is_empty() && !label.starts_with('-') && label.bytes().all(allowed))
        })
}

/// OpenSSL's `X509_check_host` and `X509_check_ip`, with its default flags.
pub(super) fn match_openssl(certificate: &Certificate<'_>, name: &ServerName) -> Result<(), Reason> {
    let names = &certificate.names;
    let found = match name.ip {
        Some(ip) => names.ip.contains(&ip),
        // The common name counts only where no DNS name is.
        None if names.dns.is_empty() => names.common.iter().any(|pattern| openssl_matches(pattern, &name.text)),
        None => names.dns.iter().any(|pattern| openssl_matches(pattern, &name.text)),
    };
    if found { Ok(()) } else { Err(mismatch(certificate, name)) }
}

/// `equal_wildcard`: one star in the first label, which may have other letters too, and two labels or more after it.
fn openssl_matches(pattern: &str, name: &str) -> bool {
    let Some((before, after)) = pattern.split_once('*') else {
        return pattern.eq_ignore_ascii_case(name);
    };
    let (label_end, parents) = after.split_once('.').unwrap_or((after, ""));
    let is_valid = !before.contains('.')
        && !after.contains('*')
        && parents.split('.').count() >= 2
        && parents.split('.').all(|label| !label.is_empty())
        && !(before.to_ascii_lowercase().starts_with("xn--") || label_end.to_ascii_lowercase().starts_with("xn--"));
    if !is_valid {
        return pattern.eq_ignore_ascii_case(name);
    }
    let Some((label, rest)) = name.split_once('.') else {
        return false;
    };
    let (label, before, end) =
        (label.to_ascii_lowercase(), before.to_ascii_lowercase(), label_end.to_ascii_lowercase());
    let middle = label.strip_prefix(&before).and_then(|label| label.strip_suffix(&end));
    let is_whole_label = before.is_empty() && end.is_empty();
    rest.eq_ignore_ascii_case(parents)
        && middle.is_some_and(|middle| {
            let is_idna = label.starts_with("xn--") && !is_whole_label;
            let letters = middle.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
            letters && !is_idna && !(is_whole_label && middle.is_empty())
        })
}
