//! Who asks: the address of a client, through proxies that are trusted.

mod forwarded;
mod proxies;

use std::fmt;
use std::net::IpAddr;

pub use self::proxies::{ForwardedHeader, ParseTrustedProxiesError, Proxies, TrustedProxies};

/// The address that a request came from.
///
/// [`router`](crate::router) finds it out by itself where the server gives it the peer's address
/// (`into_make_service_with_connect_info::<SocketAddr>()`). A service that knows better puts one into the request's
/// extensions before.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum ClientAddress {
    /// Nobody said. Such clients are not limited each by itself.
    Unknown,
    /// An address.
    Ip(IpAddr),
}

impl ClientAddress {
    /// Whose quota a request counts towards.
    pub(crate) fn key(self) -> Option<ClientKey> {
        match self {
            Self::Unknown => None,
            Self::Ip(IpAddr::V4(address)) => Some(ClientKey::V4(address.to_bits())),
            Self::Ip(IpAddr::V6(address)) => {
                let [a, b, c, d, ..] = address.segments();
                Some(ClientKey::V6([a, b, c, d]))
            }
        }
    }

    /// The address, if it is known.
    pub(crate) const fn ip(self) -> Option<IpAddr> {
        match self {
            Self::Unknown => None,
            Self::Ip(address) => Some(address),
        }
    }
}

/// An IPv4 address that is written as IPv6 is that IPv4 address.
impl From<IpAddr> for ClientAddress {
    fn from(address: IpAddr) -> Self {
        Self::Ip(address.to_canonical())
    }
}

impl fmt::Display for ClientAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown => f.write_str("unknown"),
            Self::Ip(address) => address.fmt(f),
        }
    }
}

/// What counts as one client: an IPv4 address, or the /64 of an IPv6 address, since whoever has one address of it has all.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) enum ClientKey {
    V4(u32),
    V6([u16; 4]),
}

/// As [`router`](crate::router) noted it.
impl<S: Sync> axum::extract::FromRequestParts<S> for ClientAddress {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut axum::http::request::Parts, _state: &S) -> Result<Self, Self::Rejection> {
        Ok(parts.extensions.get().copied().unwrap_or(Self::Unknown))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(text: &str) -> Option<ClientKey> {
        ClientAddress::from(text.parse::<IpAddr>().unwrap()).key()
    }

    #[test]
    fn clients_are_ipv4_addresses_and_ipv6_networks_of_64_bits() {
        assert_eq!(key("2001:db8:0:1::1"), key("2001:db8:0:1:ffff:ffff:ffff:ffff"));
        assert_ne!(key("2001:db8:0:1::1"), key("2001:db8:0:2::1"));
        assert_ne!(key("192.0.2.1"), key("192.0.2.2"));
        // As a listener for both kinds shows IPv4: without this, all of IPv4 would be one client.
        assert_eq!(key("::ffff:192.0.2.1"), key("192.0.2.1"));
        assert_ne!(key("::ffff:192.0.2.1"), key("::ffff:192.0.2.2"));
        assert_eq!(ClientAddress::Unknown.key(), None);
    }
}
