//! Which peers may say for whom they ask, and what they say.

use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

use axum::extract::{ConnectInfo, Request};
use axum::http::{HeaderMap, HeaderName, header};
use ipnet::IpNet;

use super::{ClientAddress, forwarded};

/// Most networks that are trusted.
const MAX_NETWORKS: usize = 256;

/// How the address of a client is found out. By default it is the peer's, whatever headers say.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Proxies {
    /// Whose headers count.
    pub trusted: TrustedProxies,
    /// The header that they set. No other is read: clients may send what proxies pass on.
    pub header: ForwardedHeader,
}

impl Proxies {
    /// Who makes this request.
    pub(crate) fn client_of(&self, request: &Request) -> ClientAddress {
        if let Some(&known) = request.extensions().get::<ClientAddress>() {
            return known;
        }
        match request.extensions().get::<ConnectInfo<SocketAddr>>() {
            Some(ConnectInfo(peer)) => self.client_behind(peer.ip(), request.headers()).into(),
            None => ClientAddress::Unknown,
        }
    }

    /// Whether the request comes from a proxy that is trusted.
    pub(crate) fn trust_the_peer_of(&self, request: &Request) -> bool {
        let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
        peer.is_some_and(|ConnectInfo(peer)| self.trusted.contains(peer.ip().to_canonical()))
    }

    /// From the peer on outwards, as far as proxies are trusted: what a proxy received a request from, it puts last.
    fn client_behind(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut client = peer.to_canonical();
        if !self.trusted.contains(client) {
            return client;
        }
        let values: Vec<&str> = match headers.get_all(self.header.name()).iter().map(|value| value.to_str()).collect() {
            Ok(values) => values,
            // What is not ASCII cannot be told apart.
            Err(_) => return client,
        };
        let hops: Vec<Option<IpAddr>> = match self.header {
            ForwardedHeader::XForwardedFor => forwarded::x_forwarded_for(&values),
            ForwardedHeader::Forwarded => forwarded::forwarded(&values),
        };
        for hop in hops.into_iter().rev() {
            // A trusted proxy that hides the one before, or says what nobody understands: it is the last one known.
            let Some(address) = hop else { return client };
            client = address.to_canonical();
            if !self.trusted.contains(client) {
                return client;
            }
        }
        client
    }
}

/// The header in which proxies say for whom they ask.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum ForwardedHeader {
    /// `X-Forwarded-For`: addresses, the nearest last.
    #[default]
    XForwardedFor,
    /// `Forwarded` of [RFC 7239](https://www.rfc-editor.org/rfc/rfc7239).
    Forwarded,
}

impl ForwardedHeader {
    const fn name(self) -> HeaderName {
        match self {
            Self::XForwardedFor => HeaderName::from_static("x-forwarded-for"),
            Self::Forwarded => header::FORWARDED,
        }
    }
}

/// Networks whose members may say for whom they ask. As text, networks and addresses with commas between them.
///
/// ```
/// use kkp_oidc_http::{ParseTrustedProxiesError, TrustedProxies};
///
/// assert!("10.0.0.0/8,fd00::/8, 192.0.2.7".parse::<TrustedProxies>().is_ok());
/// let refused = "10.0.0.0/33".parse::<TrustedProxies>().unwrap_err();
/// assert_eq!(refused.to_string(), "`10.0.0.0/33` is no network, expected one such as `10.0.0.0/8` or `fd00::/8`");
/// ```
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct TrustedProxies(Vec<IpNet>);

impl TrustedProxies {
    fn contains(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }
}

impl FromStr for TrustedProxies {
    type Err = ParseTrustedProxiesError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut networks = Vec::new();
        for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
            let network = part.parse().or_else(|_| part.parse::<IpAddr>().map(IpNet::from));
            let network: IpNet =
                network.map_err(|_| ParseTrustedProxiesError::NotANetwork { part: part.to_owned() })?;
            if network.addr() != network.network() {
                return Err(ParseTrustedProxiesError::HostBits { part: part.to_owned(), network: network.trunc() });
            }
            networks.push(network);
        }
        if networks.len() > MAX_NETWORKS {
            return Err(ParseTrustedProxiesError::TooMany { len: networks.len() });
        }
        Ok(Self(networks))
    }
}

/// Why text does not say which proxies are trusted.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseTrustedProxiesError {
    /// Neither an address nor a network.
    #[error("`{part}` is no network, expected one such as `10.0.0.0/8` or `fd00::/8`")]
    NotANetwork {
        /// What stands there.
        part: String,
    },
    /// An address within a network, where it is not clear which of them is meant.
    #[error("`{part}` has bits behind its prefix, expected `{network}` or the address alone")]
    HostBits {
        /// What stands there.
        part: String,
        /// The network that the address is in.
        network: IpNet,
    },
    /// More than can be gone through for every request.
    #[error("{len} networks, expected at most {MAX_NETWORKS}")]
    TooMany {
        /// How many there are.
        len: usize,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(peer: &str, header: ForwardedHeader, values: &[&str]) -> String {
        let trusted = "10.0.0.0/8,fd00::/8,127.0.0.1".parse().unwrap();
        let headers = values.iter().map(|value| (header.name(), value.parse().unwrap())).collect();
        Proxies { trusted, header }.client_behind(peer.parse().unwrap(), &headers).to_string()
    }

    #[test]
    fn the_header_is_read_from_the_right_as_far_as_proxies_are_trusted() {
        for (peer, values, expected) in [
            // Nobody whom we trust: whatever it says.
            ("192.0.2.9", &["198.51.100.1"][..], "192.0.2.9"),
            ("10.0.0.1", &[], "10.0.0.1"),
            ("10.0.0.1", &[""], "10.0.0.1"),
            ("10.0.0.1", &["198.51.100.1"], "198.51.100.1"),
            // What the client itself sent stands on the left.
            ("10.0.0.1", &["127.0.0.1, 203.0.113.5, 198.51.100.1, 10.1.2.3"], "198.51.100.1"),
            // Several headers are one.
            ("10.0.0.1", &["203.0.113.5", "198.51.100.1,10.1.2.3"], "198.51.100.1"),
            // Only proxies: the farthest of them asks for itself.
            ("10.0.0.1", &["10.7.7.7, 10.1.2.3"], "10.7.7.7"),
            // What is no address hides all that stands before it.
            ("10.0.0.1", &["198.51.100.1, unknown, 10.1.2.3"], "10.1.2.3"),
            ("10.0.0.1", &["198.51.100.1, , 10.1.2.3"], "10.1.2.3"),
            ("10.0.0.1", &["198.51.100.1 203.0.113.5"], "10.0.0.1"),
            // With ports, as some proxies write them.
            ("10.0.0.1", &["198.51.100.1:4711"], "198.51.100.1"),
            ("10.0.0.1", &["[2001:db8::1]:4711, fd00::7"], "2001:db8::1"),
            ("10.0.0.1", &["2001:db8::1"], "2001:db8::1"),
            ("::ffff:10.0.0.1", &["::ffff:198.51.100.1"], "198.51.100.1"),
        ] {
            assert_eq!(client(peer, ForwardedHeader::XForwardedFor, values), expected, "{peer} {values:?}");
        }
    }

    #[test]
    fn forwarded_is_read_as_rfc_7239_has_it() {
        for (peer, values, expected) in [
            ("192.0.2.9", &["for=198.51.100.1"][..], "192.0.2.9"),
            ("10.0.0.1", &["for=198.51.100.1"], "198.51.100.1"),
            ("10.0.0.1", &["For=\"[2001:db8::1]:4711\";proto=https"], "2001:db8::1"),
            ("10.0.0.1", &["for=203.0.113.5, by=10.0.0.1 ; for=198.51.100.1:80;host=a, for=10.1.1.1"], "198.51.100.1"),
            ("10.0.0.1", &["for=203.0.113.5", "for=10.1.1.1"], "203.0.113.5"),
            // Signs within quotes part nothing.
            ("10.0.0.1", &["for=198.51.100.1;host=\"a, for=203.0.113.5\""], "198.51.100.1"),
            ("10.0.0.1", &["for=198.51.100.1;host=\"a\\\", for=203.0.113.5;\""], "198.51.100.1"),
            ("10.0.0.1", &["for=203.0.113.5, for=_hidden, for=10.1.1.1"], "10.1.1.1"),
            ("10.0.0.1", &["for=203.0.113.5, proto=http"], "10.0.0.1"),
            ("10.0.0.1", &["for=203.0.113.5;for=198.51.100.1"], "10.0.0.1"),
            ("10.0.0.1", &["for=\"203.0.113.5"], "10.0.0.1"),
        ] {
            assert_eq!(client(peer, ForwardedHeader::Forwarded, values), expected, "{peer} {values:?}");
        }
    }

    #[test]
    fn networks_are_whole_and_not_too_many() {
        let parse = |text: &str| text.parse::<TrustedProxies>();
        assert_eq!(parse(""), Ok(TrustedProxies::default()));
        assert_eq!(parse(" 10.0.0.0/8 ,::1,").map(|all| all.0.len()), Ok(2));
        let not_one = |part: &str| Err(ParseTrustedProxiesError::NotANetwork { part: part.to_owned() });
        for part in ["10.0.0.0/33", "example.com", "*", "10.0.0.0/", "fd00::/129"] {
            assert_eq!(parse(&format!("127.0.0.1,{part}")), not_one(part));
        }
        let network = "10.0.0.0/8".parse().unwrap();
        assert_eq!(
            parse("10.0.0.1/8"),
            Err(ParseTrustedProxiesError::HostBits { part: "10.0.0.1/8".to_owned(), network })
        );
        assert!(parse(&vec!["10.0.0.1"; 256].join(",")).is_ok());
        assert_eq!(parse(&vec!["10.0.0.1"; 257].join(",")), Err(ParseTrustedProxiesError::TooMany { len: 257 }));
    }
}
