//! The quick way through a certificate: a walk over the DER that most certificates are, nothing copied.
//!
//! It takes only what has a single reading: X.509 v3, lengths in the fewest bytes, no unique identifiers, the usual
//! shape of each extension that matters. Everything else, right or wrong, is left to `x509-parser`; a test holds that
//! whatever is taken here is read the same there.

use crate::UnixTime;
use crate::ca_bundle::certificate::{Facts, RSA_ENCRYPTION, Span, rsa_weakness, signature_weakness};
use crate::civil_time::unix_time;

const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const OCTET_STRING: u8 = 0x04;
const OID: u8 = 0x06;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;
/// Context tags: `[0]` and `[3]` around something, `[0]` in place of something.
const EXPLICIT_0: u8 = 0xa0;
const EXPLICIT_3: u8 = 0xa3;
const IMPLICIT_0: u8 = 0x80;

impl Facts {
    /// Read a certificate that is `der` from its first byte to its last.
    pub(super) fn read(der: &[u8]) -> Result<Self, &'static str> {
        facts(der).map_or_else(|| Self::read_by_library(der), Ok)
    }
}

/// What a certificate says; `None` if it has to be read by the library.
fn facts(der: &[u8]) -> Option<Facts> {
    let mut certificate = whole(der, SEQUENCE)?;
    let mut tbs = Walk(certificate.take(SEQUENCE)?);
    let outer_algorithm = certificate.take(SEQUENCE)?;
    let (0, _) = certificate.take(BIT_STRING)?.split_first().map(|(unused, bits)| (*unused, bits))? else {
        return None;
    };
    certificate.end()?;

    // X.509 v3 says 2.
    let [INTEGER, 1, 2] = *tbs.take(EXPLICIT_0)? else { return None };
    let (first, _) = tbs.take(INTEGER)?.split_first()?;
    if first & 0x80 != 0 {
        return None;
    }
    let algorithm = tbs.take(SEQUENCE)?;
    let mut parts = Walk(algorithm);
    let oid = parts.take(OID)?;
    if algorithm != outer_algorithm || (!parts.0.is_empty() && parts.any().and_then(|_| parts.end()).is_none()) {
        return None;
    }
    let issuer = tbs.element(SEQUENCE)?;
    name(issuer)?;
    let mut validity = Walk(tbs.take(SEQUENCE)?);
    let (not_before, not_after) = (validity.time()?, validity.time()?);
    validity.end()?;
    let subject = tbs.element(SEQUENCE)?;
    name(subject)?;
    let weak_key = key(tbs.take(SEQUENCE)?)?;
    let mut extensions = whole(tbs.take(EXPLICIT_3)?, SEQUENCE)?;
    tbs.end()?;

    let (mut basic_ca, mut may_sign) = (None, None);
    let (mut subject_key_id, mut authority_key_id) = (None, None);
    while !extensions.0.is_empty() {
        let (oid, value) = extension(extensions.take(SEQUENCE)?)?;
        let first = match oid {
            [0x55, 0x1d, 0x0e] => subject_key_id.replace(whole(value, OCTET_STRING)?.0).is_none(),
            [0x55, 0x1d, 0x0f] => may_sign.replace(key_cert_sign(value)?).is_none(),
            [0x55, 0x1d, 0x13] => basic_ca.replace(ca(value)?).is_none(),
            [0x55, 0x1d, 0x23] => {
                let mut authority = whole(value, SEQUENCE)?;
                let id = authority.take(IMPLICIT_0)?;
                authority.end()?;
                authority_key_id.replace(id).is_none()
            }
            _ => true,
        };
        if !first {
            return None;
        }
    }
    let span = |part: Option<&[u8]>| part.map(|part| Span::of(part, der));
    Some(Facts {
        subject: Span::of(subject, der)?,
        issuer: Span::of(issuer, der)?,
        not_before,
        not_after,
        is_ca: basic_ca.unwrap_or(false) && may_sign.unwrap_or(true),
        weak_signature: signature_weakness(oid).filter(|_| subject != issuer),
        weak_key,
        subject_key_id: span(subject_key_id).flatten(),
        authority_key_id: span(authority_key_id).flatten(),
    })
}

/// The content of the one element that `der` is.
fn whole(der: &[u8], tag: u8) -> Option<Walk<'_>> {
    let mut walk = Walk(der);
    let content = walk.take(tag)?;
    walk.end()?;
    Some(Walk(content))
}

/// A distinguished name: sets of an attribute each, or more.
fn name(element: &[u8]) -> Option<()> {
    let mut name = whole(element, SEQUENCE)?;
    while !name.0.is_empty() {
        let mut set = Walk(name.take(SET)?);
        loop {
            let mut attribute = Walk(set.take(SEQUENCE)?);
            attribute.take(OID)?.first()?;
            attribute.any()?;
            attribute.end()?;
            if set.0.is_empty() {
                break;
            }
        }
    }
    Some(())
}

/// What is weak about a public key.
fn key(content: &[u8]) -> Option<Option<usize>> {
    let mut parts = Walk(content);
    let mut algorithm = Walk(parts.take(SEQUENCE)?);
    let oid = algorithm.take(OID)?;
    if !algorithm.0.is_empty() {
        algorithm.any()?;
        algorithm.end()?;
    }
    let (0, bits) = parts.take(BIT_STRING)?.split_first().map(|(unused, bits)| (*unused, bits))? else { return None };
    parts.end()?;
    if oid != RSA_ENCRYPTION {
        return Some(None);
    }
    let mut numbers = whole(bits, SEQUENCE)?;
    let (modulus, exponent) = (numbers.take(INTEGER)?, numbers.take(INTEGER)?);
    numbers.end()?;
    // Positive, in the fewest bytes.
    for number in [modulus, exponent] {
        let (&first, rest) = number.split_first()?;
        if first >= 0x80 || (first == 0 && rest.first().is_none_or(|second| *second < 0x80)) {
            return None;
        }
    }
    Some(rsa_weakness(modulus))
}

fn extension(content: &[u8]) -> Option<(&[u8], &[u8])> {
    const CRITICAL: &[u8] = &[0x01, 0x01, 0xff];
    let mut parts = Walk(content);
    let oid = parts.take(OID)?;
    oid.first()?;
    parts.0 = parts.0.strip_prefix(CRITICAL).unwrap_or(parts.0);
    let value = parts.take(OCTET_STRING)?;
    parts.end()?;
    Some((oid, value))
}

/// Whether key usage has keyCertSign, which is bit 5 ([RFC 5280 section 4.2.1.3]).
///
/// [RFC 5280 section 4.2.1.3]: https://www.rfc-editor.org/rfc/rfc5280#section-4.2.1.3
fn key_cert_sign(value: &[u8]) -> Option<bool> {
    match *whole(value, BIT_STRING)?.0 {
        // As DER has it: no bit is unused that could be left out.
        [unused, bits] if bits != 0 && bits.trailing_zeros() == u32::from(unused) => Some(bits & 0x04 != 0),
        _ => None,
    }
}

/// Whether basic constraints say that it is a CA.
fn ca(value: &[u8]) -> Option<bool> {
    match *whole(value, SEQUENCE)?.0 {
        [] => Some(false),
        [0x01, 1, 0xff] | [0x01, 1, 0xff, INTEGER, 1, 0..0x80] => Some(true),
        _ => None,
    }
}

/// What is left of some elements side by side.
struct Walk<'a>(&'a [u8]);

impl<'a> Walk<'a> {
    /// The content of the next element, which has this tag.
    fn take(&mut self, tag: u8) -> Option<&'a [u8]> {
        if self.0.first() != Some(&tag) {
            return None;
        }
        self.any().map(|(_, content)| content)
    }

    /// The next element with its tag and length.
    fn element(&mut self, tag: u8) -> Option<&'a [u8]> {
        if self.0.first() != Some(&tag) {
            return None;
        }
        self.any().map(|(element, _)| element)
    }

    /// The next element, whole and its content.
    fn any(&mut self) -> Option<(&'a [u8], &'a [u8])> {
        let (head, len) = match *self.0 {
            // Tags of more than one byte.
            [tag, ..] if tag & 0x1f == 0x1f => return None,
            [_, len @ 0..=0x7f, ..] => (2, usize::from(len)),
            [_, 0x81, len @ 0x80..=0xff, ..] => (3, usize::from(len)),
            [_, 0x82, high @ 1..=0xff, low, ..] => (4, usize::from(u16::from_be_bytes([high, low]))),
            _ => return None,
        };
        let (element, rest) = self.0.split_at_checked(len.checked_add(head)?)?;
        self.0 = rest;
        Some((element, element.get(head..)?))
    }

    fn time(&mut self) -> Option<UnixTime> {
        let (century, text) = match self.0.first()? {
            &UTC_TIME => {
                let text: &[u8; 13] = self.take(UTC_TIME)?.try_into().ok()?;
                (if text.first()? < &b'5' { 2000 } else { 1900 }, &text[..])
            }
            _ => {
                let text: &[u8; 15] = self.take(GENERALIZED_TIME)?.try_into().ok()?;
                let (century, rest) = text.split_at_checked(2)?;
                (two_digits(century)?.checked_mul(100)?, rest)
            }
        };
        let (digits, b"Z") = text.split_at_checked(12)? else { return None };
        let mut pairs = digits.chunks_exact(2).map(two_digits);
        let mut pair = || pairs.next().flatten();
        unix_time([century.checked_add(pair()?)?, pair()?, pair()?, pair()?, pair()?, pair()?])
    }

    fn end(&self) -> Option<()> {
        self.0.is_empty().then_some(())
    }
}

fn two_digits(text: &[u8]) -> Option<i64> {
    match *text {
        [high @ b'0'..=b'9', low @ b'0'..=b'9'] => Some(i64::from(high & 0x0f) * 10 + i64::from(low & 0x0f)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILES: [&[u8]; 7] = [
        include_bytes!("../../../tests/fixtures/ca-bundle/root.pem"),
        include_bytes!("../../../tests/fixtures/ca-bundle/intermediate.pem"),
        include_bytes!("../../../tests/fixtures/ca-bundle/leaf.pem"),
        include_bytes!("../../../tests/fixtures/ca-bundle/no-sign.pem"),
        include_bytes!("../../../tests/fixtures/ca-bundle/md5.pem"),
        include_bytes!("../../../tests/fixtures/ca-bundle/rsa2047.pem"),
        include_bytes!("../../../tests/fixtures/ca-bundle/dst-root.pem"),
    ];

    #[test]
    fn what_is_taken_is_read_the_same_by_the_library() {
        for file in FILES {
            let der = pem::parse(file).unwrap().into_contents();
            assert_eq!(facts(&der).ok_or("not taken"), Facts::read_by_library(&der));
            // Each byte with each bit turned, set to each number that means something, left out, and doubled.
            let mut taken = 0_usize;
            for at in 0..der.len() {
                let byte = der[at];
                let turned = (0..8).map(|bit| vec![byte ^ (1 << bit)]);
                let set = [0, 1, 0x7f, 0x80, 0x81, 0x82, 0x83, 0xff].map(|value| vec![value]);
                for instead in turned.chain(set).chain([vec![], vec![byte, byte]]) {
                    let mut changed = der.clone();
                    changed.splice(at..=at, instead);
                    if let Some(facts) = facts(&changed) {
                        assert_eq!(Ok(facts), Facts::read_by_library(&changed), "byte {at}");
                        taken += 1;
                    }
                }
            }
            assert!(taken > der.len(), "most changes are in names, keys and signatures, where they do not matter");
        }
    }
}
