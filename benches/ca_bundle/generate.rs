//! Certificates for benches: the same bytes for the same seed, since Ed25519 signatures have no randomness.

use rcgen::{
    BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose, PKCS_ECDSA_P256_SHA256,
    SerialNumber, date_time_ymd,
};

/// Key of the CA, Ed25519, good for nothing else.
const CA_KEY: &str = "-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f
-----END PRIVATE KEY-----
";

/// Key of the certificates, P-256, good for nothing else.
const KEY: &str = include_str!("p256.pem");

/// Numbers that look random: xorshift64*.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }
}

/// PEM of `len` CA certificates, one in ten of which repeats an earlier one. Pieces go to `take` one by one.
pub(crate) fn generate(len: usize, seed: u64, mut take: impl FnMut(&str)) {
    let ca_key = KeyPair::from_pem(CA_KEY).unwrap();
    let key = KeyPair::from_pem_and_sign_algo(KEY, &PKCS_ECDSA_P256_SHA256).unwrap();
    let mut ca = CertificateParams::default();
    ca.distinguished_name.push(DnType::CommonName, "Bench Root");
    let issuer = Issuer::new(ca, ca_key);
    let mut numbers = Numbers(seed | 1);
    let mut written: Vec<String> = Vec::new();
    for index in 0..len {
        let number = numbers.next();
        if index % 10 == 9 {
            let earlier = usize::try_from(number).unwrap() % written.len();
            take(&written[earlier]);
            continue;
        }
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CountryName, "DE");
        params.distinguished_name.push(DnType::OrganizationName, "Kubernetes Clusters");
        params.distinguished_name.push(DnType::CommonName, format!("Cluster CA {number:016x}"));
        params.serial_number = Some(SerialNumber::from(number.to_be_bytes().to_vec()));
        params.not_before = date_time_ymd(2020, 1, 1);
        params.not_after = date_time_ymd(2049, 12, 31);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        params.use_authority_key_identifier_extension = true;
        let pem = params.signed_by(&key, &issuer).unwrap().pem().replace("\r\n", "\n");
        take(&pem);
        written.push(pem);
    }
}
