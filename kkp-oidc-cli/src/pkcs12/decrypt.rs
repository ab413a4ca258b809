//! The ways in which parts of a store are encrypted and authenticated.

use cbc::Decryptor;
use cbc::cipher::block_padding::Pkcs7;
use cbc::cipher::{BlockCipher, BlockDecrypt, BlockDecryptMut as _, KeyInit, KeyIvInit as _};
use cms::cert::x509::spki::AlgorithmIdentifierOwned;
use der::asn1::ObjectIdentifier;
use des::TdesEde3;
use hmac_p12::{Hmac, Mac as _};
use pkcs5::pbes2;
use pkcs12::kdf::{Pkcs12KeyType, derive_key};
use pkcs12::mac_data::MacData;
use pkcs12::pbe_params::Pkcs12PbeParams;
use rc2::Rc2;
use sha1_p12::Sha1;
use sha2_p12::{Sha256, Sha384, Sha512};

use super::Password;

/// Most rounds of key derivation for one store and password, in all its parts. OpenSSL writes 2048 for each, Java 10000 or
/// 100000, NSS at most 600000. It takes seconds.
pub(super) const MAX_ROUNDS: u64 = 5_000_000;

const PBES2: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.5.13");
const SHA1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.14.3.2.26");
const SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.1");
const SHA384: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.2");
const SHA512: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.3");

const UNREADABLE: &str = "the parameters of its encryption cannot be read, or are none that this program knows";

/// How a part is encrypted.
pub(super) enum Scheme<'a> {
    Pbes2(pbes2::Parameters<'a>),
    Pkcs12 { cipher: Cipher, params: Pkcs12PbeParams },
}

/// The ciphers of PKCS#12 itself.
#[derive(Clone, Copy)]
pub(super) enum Cipher {
    TripleDes,
    Rc2 { key_len: usize },
}

impl<'a> Scheme<'a> {
    /// Read what a part says of itself.
    pub(super) fn of(algorithm: &'a AlgorithmIdentifierOwned) -> Result<Self, &'static str> {
        let parameters = algorithm.parameters.as_ref().ok_or(UNREADABLE)?;
        let cipher = match algorithm.oid {
            PBES2 => {
                let parameters = parameters.decode_as::<pbes2::Parameters<'_>>().map_err(|_| UNREADABLE)?;
                return if parameters.kdf.is_pbkdf2() { Ok(Self::Pbes2(parameters)) } else { Err(UNREADABLE) };
            }
            pkcs12::PKCS_12_PBE_WITH_SHAAND3_KEY_TRIPLE_DES_CBC => Cipher::TripleDes,
            pkcs12::PKCS_12_PBE_WITH_SHAAND128_BIT_RC2_CBC => Cipher::Rc2 { key_len: 16 },
            pkcs12::PKCS_12_PBEWITH_SHAAND40_BIT_RC2_CBC => Cipher::Rc2 { key_len: 5 },
            _ => return Err(UNREADABLE),
        };
        let params = parameters.decode_as::<Pkcs12PbeParams>().map_err(|_| UNREADABLE)?;
        Ok(Self::Pkcs12 { cipher, params })
    }

    /// How many rounds of a hash the key takes.
    pub(super) fn rounds(&self) -> u64 {
        match self {
            Self::Pbes2(parameters) => {
                // Two blocks of output at most, two hashes each.
                parameters.kdf.pbkdf2().map_or(0, |kdf| u64::from(kdf.iteration_count)).saturating_mul(2)
            }
            // Two blocks of key at most, and one for the initialization vector.
            Self::Pkcs12 { params, .. } => rounds(params.iterations).saturating_mul(3),
        }
    }

    /// Decrypt a part; `None` if the password is wrong, as far as padding tells.
    pub(super) fn decrypt(&self, data: &[u8], password: &Password) -> Option<Vec<u8>> {
        match self {
            Self::Pbes2(parameters) => parameters.decrypt(password.text.expose_secret(), data).ok(),
            Self::Pkcs12 { cipher: Cipher::TripleDes, params } => cbc::<TdesEde3>(params, 24, data, password),
            Self::Pkcs12 { cipher: Cipher::Rc2 { key_len }, params } => cbc::<Rc2>(params, *key_len, data, password),
        }
    }
}

fn cbc<C: BlockCipher + BlockDecrypt + KeyInit>(
    params: &Pkcs12PbeParams,
    key_len: usize,
    data: &[u8],
    password: &Password,
) -> Option<Vec<u8>> {
    let derive = |kind, len| {
        derive_key::<Sha1>(password.wide.expose_secret(), params.salt.as_bytes(), kind, params.iterations, len)
    };
    let (key, iv) = (derive(Pkcs12KeyType::EncryptionKey, key_len), derive(Pkcs12KeyType::Iv, 8));
    Decryptor::<C>::new_from_slices(&key, &iv).ok()?.decrypt_padded_vec_mut::<Pkcs7>(data).ok()
}

/// How many rounds of a hash authentication takes.
pub(super) fn mac_rounds(mac: &MacData) -> u64 {
    rounds(mac.iterations)
}

/// Whether a store is authentic with a password.
pub(super) fn is_authentic(mac: &MacData, content: &[u8], password: &Password) -> Result<bool, &'static str> {
    macro_rules! verify {
        ($hash:ty, $len:literal) => {{
            let salt = mac.mac_salt.as_bytes();
            let key =
                derive_key::<$hash>(password.wide.expose_secret(), salt, Pkcs12KeyType::Mac, mac.iterations, $len);
            let mut hmac = <Hmac<$hash> as hmac_p12::Mac>::new_from_slice(&key).map_err(|_| UNREADABLE)?;
            hmac.update(content);
            Ok(hmac.verify_slice(mac.mac.digest.as_bytes()).is_ok())
        }};
    }
    match mac.mac.algorithm.oid {
        SHA1 => verify!(Sha1, 20),
        SHA256 => verify!(Sha256, 32),
        SHA384 => verify!(Sha384, 48),
        SHA512 => verify!(Sha512, 64),
        _ => Err("it is authenticated in a way that this program does not know"),
    }
}

fn rounds(iterations: i32) -> u64 {
    u64::try_from(iterations).unwrap_or(0)
}
