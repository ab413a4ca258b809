//! The certificates of a store.

use cms::content_info::ContentInfo;
use cms::encrypted_data::EncryptedData;
use der::Decode as _;
use der::asn1::{ContextSpecific, ObjectIdentifier, OctetString};
use pkcs12::authenticated_safe::AuthenticatedSafe;
use pkcs12::cert_type::CertBag;
use pkcs12::mac_data::MacData;
use pkcs12::pfx::Pfx;
use pkcs12::safe_bag::SafeContents;

use super::Password;
use super::decrypt::{MAX_ROUNDS, Scheme, is_authentic, mac_rounds};

const DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.1");
const ENCRYPTED_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.6");

const UNREADABLE: &str = "it looks like PKCS#12 and cannot be read as DER of it";

/// Why a store gives no certificates.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Refusal {
    /// There is a private or secret key in it.
    PrivateKey,
    /// The password is another.
    Password,
    /// It is damaged, or of a kind that is not known.
    Why(&'static str),
}

/// A store that has been parsed, not opened.
pub(crate) struct Store {
    mac: Option<MacData>,
    content: Vec<u8>,
    parts: Vec<Part>,
}

enum Part {
    Plain(Vec<Vec<u8>>),
    Encrypted(EncryptedData),
}

impl Store {
    /// Parse a store. Keys show without the password, unless they are in an encrypted part.
    pub(crate) fn parse(der: &[u8]) -> Result<Self, Refusal> {
        let unreadable = |_| Refusal::Why(UNREADABLE);
        let pfx = Pfx::from_der(der).map_err(unreadable)?;
        if pfx.auth_safe.content_type != DATA {
            return Err(Refusal::Why("it is signed with a key instead of a password"));
        }
        let content = pfx.auth_safe.content.decode_as::<OctetString>().map_err(unreadable)?.into_bytes();
        let parts = AuthenticatedSafe::from_der(&content).map_err(unreadable)?;
        let parts = parts.iter().map(Part::of).collect::<Result<Vec<_>, _>>()?;
        let store = Self { mac: pfx.mac_data, content, parts };
        let mut rounds = store.mac.as_ref().map_or(0, mac_rounds);
        for part in &store.parts {
            if let Part::Encrypted(data) = part {
                let scheme = Scheme::of(&data.enc_content_info.content_enc_alg).map_err(Refusal::Why)?;
                rounds = rounds.saturating_add(scheme.rounds());
            }
        }
        if rounds > MAX_ROUNDS {
            return Err(Refusal::Why("its iteration counts are so high that opening it would take very long"));
        }
        Ok(store)
    }

    /// Its certificates, if the password is right.
    pub(crate) fn open(&self, password: &Password) -> Result<Vec<Vec<u8>>, Refusal> {
        if let Some(mac) = &self.mac
            && !is_authentic(mac, &self.content, password).map_err(Refusal::Why)?
        {
            return Err(Refusal::Password);
        }
        let mut certificates = Vec::new();
        for part in &self.parts {
            match part {
                Part::Plain(plain) => certificates.extend_from_slice(plain),
                Part::Encrypted(data) => certificates.extend(self.decrypt(data, password)?),
            }
        }
        Ok(certificates)
    }

    fn decrypt(&self, data: &EncryptedData, password: &Password) -> Result<Vec<Vec<u8>>, Refusal> {
        // Without authentication, a wrong password shows by what it makes of the data.
        let wrong = match self.mac {
            Some(_) => Refusal::Why("a part of it has another password than the whole"),
            None => Refusal::Password,
        };
        let info = &data.enc_content_info;
        let Some(encrypted) = &info.encrypted_content else { return Ok(Vec::new()) };
        let scheme = Scheme::of(&info.content_enc_alg).map_err(Refusal::Why)?;
        let plain = scheme.decrypt(encrypted.as_bytes(), password).ok_or(wrong)?;
        let contents = SafeContents::from_der(&plain).map_err(|_| wrong)?;
        certificates(contents)
    }
}

impl Part {
    fn of(part: &ContentInfo) -> Result<Self, Refusal> {
        let unreadable = |_| Refusal::Why(UNREADABLE);
        match part.content_type {
            DATA => {
                let data = part.content.decode_as::<OctetString>().map_err(unreadable)?;
                let contents = SafeContents::from_der(data.as_bytes()).map_err(unreadable)?;
                certificates(contents).map(Self::Plain)
            }
            ENCRYPTED_DATA => part.content.decode_as().map(Self::Encrypted).map_err(unreadable),
            _ => Err(Refusal::Why("a part of it is encrypted with a key instead of a password")),
        }
    }
}

/// The certificates among the bags. What Java or OpenSSL say of them, such as names, does not matter here.
fn certificates(bags: SafeContents) -> Result<Vec<Vec<u8>>, Refusal> {
    let mut certificates = Vec::new();
    for bag in bags {
        match bag.bag_id {
            pkcs12::PKCS_12_CERT_BAG_OID => {
                let bag = ContextSpecific::<CertBag>::from_der(&bag.bag_value);
                let bag = bag.map_err(|_| Refusal::Why(UNREADABLE))?.value;
                if bag.cert_id != pkcs12::PKCS_12_X509_CERT_OID {
                    return Err(Refusal::Why("there is a certificate in it that is not an X.509 certificate"));
                }
                certificates.push(bag.cert_value.into_bytes());
            }
            pkcs12::PKCS_12_KEY_BAG_OID | pkcs12::PKCS_12_PKCS8_KEY_BAG_OID | pkcs12::PKCS_12_SECRET_BAG_OID => {
                return Err(Refusal::PrivateKey);
            }
            pkcs12::PKCS_12_CRL_BAG_OID => {}
            _ => return Err(Refusal::Why("there is something in it that this program does not know")),
        }
    }
    Ok(certificates)
}

#[cfg(test)]
mod tests {
    use cms::cert::x509::spki::AlgorithmIdentifierOwned;
    use cms::content_info::CmsVersion;
    use cms::enveloped_data::EncryptedContentInfo;
    use der::{Any, Encode as _};
    use pkcs5::pbes2::Parameters;
    use pkcs12::pfx::Version;
    use pkcs12::safe_bag::SafeBag;

    use super::*;

    /// A store without authentication that has one bag, in an encrypted part. (No program that we know hides keys.)
    fn encrypted(bag_id: ObjectIdentifier, rounds: u32) -> Vec<u8> {
        let bag_value = OctetString::new([1, 2, 3]).unwrap().to_der().unwrap();
        let bags = vec![SafeBag { bag_id, bag_value, bag_attributes: None }].to_der().unwrap();
        let parameters = Parameters::pbkdf2_sha256_aes256cbc(rounds, &[1; 8], &[2; 16]).unwrap();
        // The outline alone is judged by its number of rounds.
        let bags = if rounds > 1 { bags } else { parameters.encrypt("right", &bags).unwrap() };
        let data = EncryptedData {
            version: CmsVersion::V0,
            enc_content_info: EncryptedContentInfo {
                content_type: DATA,
                content_enc_alg: AlgorithmIdentifierOwned {
                    oid: ObjectIdentifier::new_unwrap("1.2.840.113549.1.5.13"),
                    parameters: Some(Any::encode_from(&parameters).unwrap()),
                },
                encrypted_content: Some(OctetString::new(bags).unwrap()),
            },
            unprotected_attrs: None,
        };
        let content = Any::encode_from(&data).unwrap();
        let parts = vec![ContentInfo { content_type: ENCRYPTED_DATA, content }].to_der().unwrap();
        let content = Any::encode_from(&OctetString::new(parts).unwrap()).unwrap();
        let auth_safe = ContentInfo { content_type: DATA, content };
        Pfx { version: Version::V3, auth_safe, mac_data: None }.to_der().unwrap()
    }

    #[test]
    fn what_is_hidden_in_an_encrypted_part_is_found() {
        let open = |bag, password| Store::parse(&encrypted(bag, 1))?.open(&Password::new(password));
        for bag in [pkcs12::PKCS_12_KEY_BAG_OID, pkcs12::PKCS_12_PKCS8_KEY_BAG_OID, pkcs12::PKCS_12_SECRET_BAG_OID] {
            assert_eq!(open(bag, "right"), Err(Refusal::PrivateKey));
            assert_eq!(open(bag, "wrong"), Err(Refusal::Password));
        }
        let unknown = Refusal::Why("there is something in it that this program does not know");
        assert_eq!(open(pkcs12::PKCS_12_SAFE_CONTENTS_BAG_OID, "right"), Err(unknown));
        assert_eq!(open(pkcs12::PKCS_12_CRL_BAG_OID, "right"), Ok(vec![]));
    }

    #[test]
    fn rounds_are_limited_before_any_is_done() {
        let slow = Refusal::Why("its iteration counts are so high that opening it would take very long");
        let refusal = |rounds| Store::parse(&encrypted(pkcs12::PKCS_12_CRL_BAG_OID, rounds)).err();
        assert_eq!((refusal(2_500_000), refusal(2_500_001), refusal(100_000_000)), (None, Some(slow), Some(slow)));
    }
}
