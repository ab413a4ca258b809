//! Name constraints ([RFC 5280 section 4.2.1.10]), as each client applies them.
//!
//! [RFC 5280 section 4.2.1.10]: https://www.rfc-editor.org/rfc/rfc5280#section-4.2.1.10

use std::net::IpAddr;

use x509_parser::extensions::{GeneralName, GeneralSubtree};

use super::Client;

/// What a CA may issue for.
pub(super) struct NameConstraints {
    permitted: Vec<Subtree>,
    excluded: Vec<Subtree>,
}

enum Subtree {
    Dns(String),
    Ip {
        address: Vec<u8>,
        mask: Vec<u8>,
    },
    /// DER of the relative distinguished names, one after the other.
    Directory(Vec<u8>),
    /// A kind that no certificate of a web server has.
    Unused,
    /// A kind that Go does not know.
    Unknown,
}

impl NameConstraints {
    pub(super) fn of(read: &x509_parser::extensions::NameConstraints<'_>) -> Self {
        let subtrees = |subtrees: &Option<Vec<GeneralSubtree<'_>>>| {
            subtrees.iter().flatten().map(|subtree| Subtree::of(&subtree.base)).collect()
        };
        Self { permitted: subtrees(&read.permitted_subtrees), excluded: subtrees(&read.excluded_subtrees) }
    }

    /// Go's crypto/x509 knows all kinds that stand here.
    pub(super) fn are_known_to_go(&self) -> bool {
        let known = |subtree: &Subtree| !matches!(subtree, Subtree::Directory(_) | Subtree::Unknown);
        self.permitted.iter().chain(&self.excluded).all(known)
    }

    pub(super) fn forbids_dns(&self, name: &str, client: Client) -> bool {
        let within = |subtree: &Subtree| match subtree {
            Subtree::Dns(base) => Some(dns_is_within(name, base)),
            _ => None,
        };
        let excluded = |subtree: &Subtree| match subtree {
            // Go, from 1.26, also excludes a wildcard that one of its names is within.
            Subtree::Dns(base) if client == Client::Go && wildcard_covers(name, base) => Some(true),
            subtree => within(subtree),
        };
        self.forbids(within, excluded)
    }

    pub(super) fn forbids_ip(&self, address: IpAddr) -> bool {
        let octets = match address {
            IpAddr::V4(address) => address.octets().to_vec(),
            IpAddr::V6(address) => address.octets().to_vec(),
        };
        let within = |subtree: &Subtree| match subtree {
            Subtree::Ip { address, mask } => Some(
                address.len() == octets.len()
                    && address.iter().zip(&octets).zip(mask).all(|((base, octet), mask)| base & mask == octet & mask),
            ),
            _ => None,
        };
        self.forbids(within, within)
    }

    pub(super) fn forbids_directory(&self, subject: &[u8]) -> bool {
        let subject = contents(subject);
        let within = |subtree: &Subtree| match subtree {
            Subtree::Directory(base) => Some(subject.starts_with(base)),
            _ => None,
        };
        !subject.is_empty() && self.forbids(within, within)
    }

    /// Each tells whether the name is within the subtree, `None` for subtrees of other kinds.
    fn forbids(
        &self,
        permitted: impl Fn(&Subtree) -> Option<bool>,
        excluded: impl Fn(&Subtree) -> Option<bool>,
    ) -> bool {
        let permitted: Vec<bool> = self.permitted.iter().filter_map(permitted).collect();
        (!permitted.is_empty() && !permitted.contains(&true)) || self.excluded.iter().filter_map(excluded).any(|is| is)
    }
}

impl Subtree {
    fn of(base: &GeneralName<'_>) -> Self {
        match base {
            GeneralName::DNSName(name) => Self::Dns(name.to_ascii_lowercase()),
            GeneralName::IPAddress(bytes) => match bytes.split_at_checked(bytes.len() / 2) {
                Some((address, mask)) if address.len() == mask.len() => {
                    Self::Ip { address: address.to_vec(), mask: mask.to_vec() }
                }
                _ => Self::Unknown,
            },
            GeneralName::DirectoryName(name) => Self::Directory(contents(name.as_raw()).to_vec()),
            GeneralName::RFC822Name(_) | GeneralName::URI(_) => Self::Unused,
            _ => Self::Unknown,
        }
    }
}

fn dns_is_within(name: &str, base: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let Some(before) = name.strip_suffix(base) else {
        return false;
    };
    base.is_empty() || before.is_empty() || base.starts_with('.') || before.ends_with('.')
}

/// `*.example.com` covers `secret.example.com`.
fn wildcard_covers(name: &str, base: &str) -> bool {
    let parent = |name: &str| name.split_once('.').map(|(_, parent)| parent.to_ascii_lowercase());
    name.starts_with("*.") && parent(name).is_some_and(|of_name| parent(base).is_some_and(|of_base| of_base == of_name))
}

pub(super) fn is_host_name(name: &str) -> bool {
    name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._*".contains(&byte))
}

/// What stands in a DER SEQUENCE; nothing for what is none.
fn contents(der: &[u8]) -> &[u8] {
    let Some((0x30, [length, rest @ ..])) = der.split_first().map(|(tag, rest)| (*tag, rest)) else {
        return &[];
    };
    match length {
        0..0x80 => rest,
        // One byte for each of the length's; x509-parser has read them already.
        _ => rest.get(usize::from(length & 0x7f)..).unwrap_or_default(),
    }
}
