//! What fits into a Kubernetes object, to the byte.

use super::*;
use crate::UnixTime;
use crate::ca_bundle::certificate::{Facts, Fingerprint};
use crate::ca_bundle::store::Spot;
use crate::ca_bundle::{Assembler, Order, Policy};

/// A bundle of certificates of these lengths: a root with zeros after it.
fn bundle(lens: &[usize]) -> Assembled {
    let root = include_bytes!("../../../tests/fixtures/ca-bundle/root.der");
    let mut assembler = Assembler::new(Policy::new(UnixTime::from_secs(1_600_000_000)));
    for (number, len) in (0_u8..).zip(lens) {
        let mut der = root.to_vec();
        der.resize(*len, 0);
        let spot = Spot { origin: 0, section: 0, line: 0 };
        assembler.store.keep(&der, Fingerprint([number; 32]), spot, Facts::read(root).unwrap());
    }
    assembler.finish(Order::Input)
}

/// Lengths of certificates whose PEM has `len` bytes together: a few short ones, and a long one.
fn lens(len: usize) -> Vec<usize> {
    let pem = |der: usize| {
        let base64 = der.div_ceil(3) * 4;
        "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n".len() + base64 + base64.div_ceil(64)
    };
    // Each certificate more changes what is left by another remainder of a line.
    let long = |few: usize| {
        let left = len - few * pem(1000);
        let about = left / 65 * 48;
        (about - 500..about + 500).find(|der| pem(*der) == left)
    };
    let (few, long) = (0..65).find_map(|few| Some((few, long(few)?))).unwrap();
    [vec![1000; few], vec![long]].concat()
}

#[test]
fn objects_have_a_mebibyte_of_pem_at_most() {
    let name = || "ca".parse::<ObjectName>().unwrap();
    for format in [Format::ConfigMap { name: name(), namespace: name() }, Format::ClusterTrustBundle { name: name() }] {
        let fits = bundle(&lens(MAX_OBJECT_LEN));
        assert_eq!(fits.render(&Format::Pem).unwrap().to_text().len(), MAX_OBJECT_LEN);
        assert!(fits.render(&format).is_ok());
        let too_large = bundle(&lens(MAX_OBJECT_LEN + 1));
        let error = too_large.render(&format).err();
        assert_eq!(error, Some(RenderBundleError::TooLarge { len: MAX_OBJECT_LEN + 1 }));
    }
}

/// Three bytes of PEM are four of base64.
#[test]
fn objects_have_a_mebibyte_of_base64_at_most() {
    let name = || "ca".parse::<ObjectName>().unwrap();
    let pem = MAX_OBJECT_LEN / 4 * 3;
    for format in [Format::Secret { name: name(), namespace: name() }, Format::Values] {
        assert!(bundle(&lens(pem)).render(&format).is_ok());
        let error = bundle(&lens(pem + 1)).render(&format).err();
        assert_eq!(error, Some(RenderBundleError::TooLarge { len: MAX_OBJECT_LEN + 4 }));
    }
}
