//! CA bundles as operators join them: what is read, and where it is refused.

use kkp_oidc_core::ca_bundle::{CaBundle, CaBundleError};

/// A section with these bytes, in lines of 64 characters.
fn section(label: &str, der: &[u8]) -> String {
    CaBundle::to_pem([der]).replace("CERTIFICATE", label)
}

fn read(text: &str) -> Result<Vec<Vec<u8>>, CaBundleError> {
    CaBundle::from_pem(text.as_bytes(), "ca.pem").map(|bundle| bundle.certificates().to_vec())
}

#[test]
fn sections_of_every_length_survive_the_round_trip() {
    for len in [1, 2, 3, 47, 48, 49, 96, 1000, 100_000] {
        let der: Vec<u8> = (0..len).map(|index: u32| index.to_le_bytes()[0]).collect();
        let pem = CaBundle::to_pem([der.as_slice()]);
        assert!(pem.lines().all(|line| line.len() <= 64), "{len}");
        assert_eq!(read(&pem), Ok(vec![der.clone()]), "{len}");
        assert_eq!(read(&pem.replace('\n', "\r\n")), Ok(vec![der]), "{len}, with CRLF");
    }
    assert_eq!(CaBundle::to_pem([]), "");
    assert_eq!(
        CaBundle::to_pem([&[1, 2, 3][..], &[4]]),
        "-----BEGIN CERTIFICATE-----\nAQID\n-----END CERTIFICATE-----\n\
         -----BEGIN CERTIFICATE-----\nBA==\n-----END CERTIFICATE-----\n"
    );
}

#[test]
fn the_order_of_the_file_is_kept_and_duplicates_are_dropped() {
    let [a, b, c] = [[3_u8], [1], [2]].map(|der| section("CERTIFICATE", &der));
    assert_eq!(read(&[&*a, &b, &a, &c, &b].concat()), Ok(vec![vec![3], vec![1], vec![2]]));
}

#[test]
fn text_around_sections_is_skipped() {
    let one = section("CERTIFICATE", &[1, 2, 3]);
    for text in [
        format!("# Subject: CN=Example Root\n#Issuer: ü\n\n{one}\n\ntrailing"),
        format!("\u{feff}{one}"),
        one.trim_end().to_owned(),
    ] {
        assert_eq!(read(&text), Ok(vec![vec![1, 2, 3]]), "{text:?}");
    }
    let latin_1 = [b"# M\xfcller\n", one.as_bytes()].concat();
    assert_eq!(CaBundle::from_pem(&latin_1, "ca.pem").map(|bundle| bundle.certificates().len()), Ok(1));
}

#[test]
fn each_refusal_names_the_file_and_the_line() {
    let one = section("CERTIFICATE", &[1, 2, 3]);
    let origin = || "ca.pem".to_owned();
    let no_certificates = "ca.pem has no certificates, expected PEM with `-----BEGIN CERTIFICATE-----`";
    let malformed = "ca.pem:4: the section that begins here is not whole, valid PEM";
    let other = "ca.pem:4: the section that begins here is not a certificate, expected CA certificates only";
    let key = "ca.pem:4: a private key begins here; it does not belong into a CA bundle, remove it and replace the key";
    for (second, error, text) in [
        (
            "-----BEGIN CERTIFICATE-----\nAQID\n".to_owned(),
            CaBundleError::Malformed { origin: origin(), line: 4 },
            malformed,
        ),
        (
            "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n".to_owned(),
            CaBundleError::Malformed { origin: origin(), line: 4 },
            malformed,
        ),
        (
            "-----BEGIN CERTIFICATE-----\nAQ\0D\n-----END CERTIFICATE-----\n".to_owned(),
            CaBundleError::Malformed { origin: origin(), line: 4 },
            malformed,
        ),
        (
            "-----BEGIN CERTIFICATE-----\nAQID\n-----END CERT-----\n".to_owned(),
            CaBundleError::Malformed { origin: origin(), line: 4 },
            malformed,
        ),
        ("-----BEGIN ".to_owned(), CaBundleError::Malformed { origin: origin(), line: 4 }, malformed),
        (section("TRUSTED CERTIFICATE", &[1]), CaBundleError::NotACertificate { origin: origin(), line: 4 }, other),
        (section("X509 CRL", &[1]), CaBundleError::NotACertificate { origin: origin(), line: 4 }, other),
        (section("EC PRIVATE KEY", b"canary"), CaBundleError::PrivateKey { origin: origin(), line: 4 }, key),
    ] {
        let refused = read(&format!("{one}{second}{one}")).unwrap_err();
        assert_eq!((refused.to_string(), refused), (text.to_owned(), error), "{second}");
    }
    for text in ["", "\0", "hello", "-----BEGIN", "-----END CERTIFICATE-----\n"] {
        let refused = read(text).unwrap_err();
        assert_eq!(refused, CaBundleError::NoCertificates { origin: origin() }, "{text:?}");
        assert_eq!(refused.to_string(), no_certificates);
    }
}

#[test]
fn the_line_is_right_deep_in_a_bundle() {
    let one = section("CERTIFICATE", &[7; 100]);
    let text = format!("{}# the last one\n{}", one.repeat(150), section("PRIVATE KEY", &[1]));
    // Each certificate takes five lines, and the comment one.
    assert_eq!(read(&text), Err(CaBundleError::PrivateKey { origin: "ca.pem".to_owned(), line: 752 }));
    let crlf = text.replace('\n', "\r\n");
    assert_eq!(read(&crlf), Err(CaBundleError::PrivateKey { origin: "ca.pem".to_owned(), line: 752 }));
}
