//! What verifying and explaining need to know of a certificate.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::net::IpAddr;

use sha2::{Digest as _, Sha256};
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::{GeneralName, ParsedExtension};
use x509_parser::prelude::FromDer as _;
use x509_parser::x509::{X509Name, X509Version};

use super::Client;
use super::constraints::{NameConstraints, is_host_name};
use super::signature::{PublicKey, SignatureAlgorithm};
use crate::{UnixTime, invisible};

/// The bit `keyCertSign` of a key usage, as x509-parser numbers it.
const KEY_CERT_SIGN: u16 = 1 << 5;
/// The bits that let a key serve in a TLS handshake: `digitalSignature`, `keyEncipherment`, `keyAgreement`.
const TLS_SERVER_KEY_USAGE: u16 = 1 | 1 << 2 | 1 << 4;

/// A certificate, read.
pub(super) struct Certificate<'a> {
    pub(super) der: &'a [u8],
    pub(super) fingerprint: Fingerprint,
    /// The bytes that the issuer signed.
    pub(super) signed: Vec<u8>,
    pub(super) signature: Vec<u8>,
    pub(super) signature_algorithm: SignatureAlgorithm,
    pub(super) subject: Name,
    pub(super) issuer: Name,
    pub(super) serial: Vec<u8>,
    pub(super) has_version_3: bool,
    pub(super) not_before: UnixTime,
    pub(super) not_after: UnixTime,
    pub(super) public_key: PublicKey,
    pub(super) basic_constraints: Option<BasicConstraints>,
    pub(super) key_usage: Option<u16>,
    pub(super) extended_key_usage: Option<ExtendedKeyUsage>,
    pub(super) names: SubjectNames,
    pub(super) name_constraints: Option<NameConstraints>,
    pub(super) subject_key_id: Option<Vec<u8>>,
    pub(super) authority_key_id: Option<Vec<u8>>,
    pub(super) authority_serial: Option<Vec<u8>>,
    /// The object identifiers of the critical extensions.
    pub(super) critical: Vec<String>,
}

/// SHA-256 of a certificate's DER.
pub(super) type Fingerprint = [u8; 32];

/// A distinguished name.
#[derive(Clone, Eq, PartialEq)]
pub(super) struct Name {
    /// As it is encoded; what Go and rustls compare.
    pub(super) raw: Vec<u8>,
    /// Case, and how many blanks there are, do not matter; what OpenSSL compares.
    pub(super) canonical: String,
    pub(super) text: String,
}

#[derive(Clone, Copy)]
pub(super) struct BasicConstraints {
    pub(super) is_ca: bool,
    pub(super) max_path_len: Option<u32>,
}

#[derive(Clone, Copy)]
pub(super) struct ExtendedKeyUsage {
    pub(super) any: bool,
    pub(super) server_auth: bool,
}

/// The names for which a certificate stands.
#[derive(Default)]
pub(super) struct SubjectNames {
    pub(super) dns: Vec<String>,
    pub(super) ip: Vec<IpAddr>,
    /// The subject alternative name is there, and has a name of a kind that Go knows.
    pub(super) is_known_kind: bool,
    pub(super) common: Vec<String>,
}

impl<'a> Certificate<'a> {
    /// The first name that may not stand here, by the constraints of an issuer.
    pub(super) fn first_forbidden_by(&self, constraints: &NameConstraints, client: Client) -> Option<String> {
        let names = &self.names;
        // Without any DNS name OpenSSL takes the common name for one, if it can be one.
        let common = names.common.iter().filter(|name| {
            client == Client::OpenSsl && names.dns.is_empty() && name.contains('.') && is_host_name(name)
        });
        let dns = names.dns.iter().chain(common).find(|name| constraints.forbids_dns(name, client)).cloned();
        let ip = || names.ip.iter().find(|address| constraints.forbids_ip(**address)).map(IpAddr::to_string);
        let directory = || {
            let subject = &self.subject;
            let forbids = client == Client::OpenSsl && constraints.forbids_directory(&subject.raw);
            forbids.then(|| subject.text.clone())
        };
        dns.map(|name| printable(&name)).or_else(ip).or_else(directory)
    }

    /// `None` if this is no DER certificate, or something follows it.
    pub(super) fn parse(der: &'a [u8]) -> Option<Self> {
        let (rest, certificate) = X509Certificate::from_der(der).ok()?;
        if !rest.is_empty() {
            return None;
        }
        let tbs = &certificate.tbs_certificate;
        let mut this = Self {
            der,
            fingerprint: Sha256::digest(der).into(),
            signed: tbs.as_ref().to_vec(),
            signature: certificate.signature_value.data.to_vec(),
            signature_algorithm: SignatureAlgorithm::of(&certificate.signature_algorithm),
            subject: Name::of(&tbs.subject),
            issuer: Name::of(&tbs.issuer),
            serial: tbs.raw_serial().to_vec(),
            has_version_3: tbs.version == X509Version::V3,
            not_before: UnixTime::from_secs(tbs.validity.not_before.timestamp()),
            not_after: UnixTime::from_secs(tbs.validity.not_after.timestamp()),
            public_key: PublicKey::of(&tbs.subject_pki),
            basic_constraints: None,
            key_usage: None,
            extended_key_usage: None,
            names: SubjectNames::default(),
            name_constraints: None,
            subject_key_id: None,
            authority_key_id: None,
            authority_serial: None,
            critical: Vec::new(),
        };
        let common = tbs.subject.iter_common_name().filter_map(|name| name.as_str().ok());
        this.names.common = common.map(str::to_owned).collect();
        let mut seen = BTreeSet::new();
        for extension in tbs.extensions() {
            if !seen.insert(extension.oid.to_id_string()) {
                return None;
            }
            if extension.critical {
                this.critical.push(extension.oid.to_id_string());
            }
            this.read_extension(extension.parsed_extension())?;
        }
        Some(this)
    }

    /// What a root's certificate would be for this subject and key, with the same extensions, begun `now`.
    ///
    /// Its DER stays, which is all that rustls asks of an anchor: name, key and name constraints.
    pub(super) fn to_root(&self, now: UnixTime) -> Option<Self> {
        let mut root = Self::parse(self.der)?;
        root.issuer = root.subject.clone();
        root.authority_key_id = None;
        root.authority_serial = None;
        root.not_before = now;
        root.not_after = UnixTime::from_secs(i64::MAX);
        Some(root)
    }

    fn read_extension(&mut self, extension: &ParsedExtension<'_>) -> Option<()> {
        match extension {
            ParsedExtension::ParseError { .. } => return None,
            ParsedExtension::BasicConstraints(read) => {
                let max_path_len = read.path_len_constraint.filter(|_| read.ca);
                self.basic_constraints = Some(BasicConstraints { is_ca: read.ca, max_path_len });
            }
            ParsedExtension::KeyUsage(read) => self.key_usage = Some(read.flags),
            ParsedExtension::ExtendedKeyUsage(read) => {
                self.extended_key_usage = Some(ExtendedKeyUsage { any: read.any, server_auth: read.server_auth });
            }
            ParsedExtension::SubjectAlternativeName(read) => self.names.read(&read.general_names),
            ParsedExtension::NameConstraints(read) => self.name_constraints = Some(NameConstraints::of(read)),
            ParsedExtension::SubjectKeyIdentifier(read) => self.subject_key_id = Some(read.0.to_vec()),
            ParsedExtension::AuthorityKeyIdentifier(read) => {
                self.authority_key_id = read.key_identifier.as_ref().map(|id| id.0.to_vec());
                self.authority_serial = read.authority_cert_serial.map(<[u8]>::to_vec);
            }
            _ => {}
        }
        Some(())
    }

    /// Issuer and subject are the same name, and the key identifiers do not say that the key is another.
    pub(super) fn is_self_issued(&self) -> bool {
        self.subject.canonical == self.issuer.canonical
            && match (&self.authority_key_id, &self.subject_key_id) {
                (Some(authority), Some(subject)) => authority == subject,
                _ => true,
            }
    }

    pub(super) fn is_ca(&self) -> bool {
        match self.basic_constraints {
            Some(constraints) => constraints.is_ca,
            // Version 1 has no extensions: such a root counts as one, everywhere but in newer standards.
            None => !self.has_version_3 && self.is_self_issued(),
        }
    }

    pub(super) fn may_sign_certificates(&self) -> bool {
        self.key_usage.is_none_or(|usage| usage & KEY_CERT_SIGN != 0)
    }

    pub(super) fn may_serve_tls(&self) -> bool {
        self.key_usage.is_none_or(|usage| usage & TLS_SERVER_KEY_USAGE != 0)
    }

    /// The signature is one that `issuer`'s key made. `None` if no algorithm for it is at hand.
    pub(super) fn is_signed_by(&self, issuer: &Certificate<'_>) -> Option<bool> {
        issuer.public_key.verify(&self.signature_algorithm, &self.signed, &self.signature)
    }
}

impl Name {
    fn of(name: &X509Name<'_>) -> Self {
        let mut canonical = String::new();
        for rdn in name.iter_rdn() {
            for attribute in rdn.iter() {
                let value = match attribute.as_str() {
                    Ok(text) => text.split_ascii_whitespace().collect::<Vec<_>>().join(" ").to_ascii_lowercase(),
                    Err(_) => hex(attribute.as_slice()),
                };
                // Writing to a `String` does not fail.
                let _ = write!(canonical, "{}={value}\u{0}", attribute.attr_type().to_id_string());
            }
            canonical.push('\u{1}');
        }
        Self { raw: name.as_raw().to_vec(), canonical, text: printable(&name.to_string()) }
    }
}

impl SubjectNames {
    fn read(&mut self, names: &[GeneralName<'_>]) {
        for name in names {
            match name {
                GeneralName::DNSName(name) => self.dns.push((*name).to_owned()),
                GeneralName::IPAddress(bytes) => self.ip.extend(ip_address(bytes)),
                GeneralName::URI(_) | GeneralName::RFC822Name(_) => {}
                _ => continue,
            }
            self.is_known_kind = true;
        }
    }

    /// As people write them; a DNS name that looks like an address is called one.
    pub(super) fn to_texts(&self) -> Vec<String> {
        let ip = self.ip.iter().map(IpAddr::to_string);
        let dns = self.dns.iter().map(|name| match name.parse::<IpAddr>() {
            Ok(_) => format!("DNS name {name}"),
            Err(_) => printable(name),
        });
        dns.chain(ip).collect()
    }
}

/// Four or sixteen bytes as an address.
pub(super) fn ip_address(bytes: &[u8]) -> Option<IpAddr> {
    let four = <[u8; 4]>::try_from(bytes).map(IpAddr::from);
    four.or_else(|_| <[u8; 16]>::try_from(bytes).map(IpAddr::from)).ok()
}

/// Text of a certificate without what would write over the terminal, turn its direction around or not be seen.
pub(super) fn printable(text: &str) -> String {
    text.chars().map(invisible::printable).collect()
}

/// Lower-case hexadecimal.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len().saturating_mul(2)), |mut text, byte| {
        // Writing to a `String` does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
