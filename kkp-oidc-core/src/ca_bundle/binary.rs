//! Inputs that are DER: which kind it is, and the certificates in it.

use x509_parser::asn1_rs::{Any, Class, FromBer as _, FromDer as _, Tag};

/// What DER holds.
#[derive(Debug, Eq, PartialEq)]
pub(super) enum Content<'a> {
    /// A certificate, as far as its outline goes.
    Certificate,
    /// The certificates of a PKCS#7 structure.
    Certificates(Vec<&'a [u8]>),
    /// A private key.
    PrivateKey,
    /// PKCS#12, which is encrypted as a rule.
    Pkcs12,
}

/// Whether an input that begins like this is DER (or BER): a SEQUENCE that is longer than 127 bytes, or begins with an
/// INTEGER as short keys do. Text begins with neither.
pub(super) const fn is_der(head: &[u8]) -> bool {
    matches!(head, [0x30, 0x80..=0x84, ..] | [0x30, 0..0x80, 0x02, ..])
}

/// The first element of `der` with its tag and length; all of it if it is none.
pub(super) fn first_element(der: &[u8]) -> &[u8] {
    // The usual certificate: a SEQUENCE of 256 to 65,535 bytes that is all there is.
    if let [0x30, 0x82, high @ 1..=0xff, low, content @ ..] = der
        && content.len() == usize::from(u16::from_be_bytes([*high, *low]))
    {
        return der;
    }
    match Any::from_der(der) {
        Ok((rest, _)) => der.get(..der.len().saturating_sub(rest.len())).unwrap_or(der),
        Err(_) => der,
    }
}

/// Find out what `der` holds.
pub(super) fn read(der: &[u8]) -> Result<Content<'_>, &'static str> {
    let (_, outer) = Any::from_ber(der).map_err(|_| "it is not DER")?;
    let elements = elements(outer.data)?;
    match elements.as_slice() {
        [first, ..] if first.any.tag() == Tag::Oid => pkcs7(&elements),
        // PKCS#8 has an algorithm after its version, PKCS#1 the modulus, SEC 1 the key.
        [version, second, third, ..]
            if version.any.tag() == Tag::Integer
                && second.any.tag() == Tag::Sequence
                && third.any.tag() == Tag::OctetString =>
        {
            Ok(Content::PrivateKey)
        }
        [version, second, ..] if version.any.tag() == Tag::Integer && matches!(second.any.tag(), Tag::OctetString) => {
            Ok(Content::PrivateKey)
        }
        [version, rest @ ..]
            if version.any.tag() == Tag::Integer
                && rest.len() >= 8
                && rest.iter().take(8).all(|element| element.any.tag() == Tag::Integer) =>
        {
            Ok(Content::PrivateKey)
        }
        [version, second, ..]
            if version.any.data == [3] && version.any.tag() == Tag::Integer && second.any.tag() == Tag::Sequence =>
        {
            Ok(Content::Pkcs12)
        }
        _ => Ok(Content::Certificate),
    }
}

struct Element<'a> {
    whole: &'a [u8],
    any: Any<'a>,
}

/// Most elements that are looked at in one structure.
const MAX_ELEMENTS: usize = 100_000;

fn elements(mut data: &[u8]) -> Result<Vec<Element<'_>>, &'static str> {
    let mut elements = Vec::new();
    while !data.is_empty() && data != [0, 0] {
        let (rest, any) = Any::from_ber(data).map_err(|_| "it is not DER")?;
        let whole = data.get(..data.len().saturating_sub(rest.len())).unwrap_or_default();
        elements.push(Element { whole, any });
        if elements.len() > MAX_ELEMENTS {
            return Err("it has too many parts");
        }
        data = rest;
    }
    Ok(elements)
}

/// `signedData` of PKCS#7, whose content is 1.2.840.113549.1.7.2 ([RFC 5652 section 5.1]).
///
/// [RFC 5652 section 5.1]: https://www.rfc-editor.org/rfc/rfc5652#section-5.1
fn pkcs7<'a>(info: &[Element<'a>]) -> Result<Content<'a>, &'static str> {
    const SIGNED_DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02];
    let [content_type, content] = info else { return Err("it is not an X.509 certificate") };
    if content_type.any.data != SIGNED_DATA || !is_context(&content.any, 0) {
        return Err("it is PKCS#7 without certificates");
    }
    let (_, signed_data) = Any::from_ber(content.any.data).map_err(|_| "it is not DER")?;
    let parts = elements(signed_data.data)?;
    let sets = parts.iter().filter(|part| is_context(&part.any, 0));
    let mut certificates = Vec::new();
    for set in sets {
        // Attribute certificates and other choices have context tags; certificates are SEQUENCEs.
        let choices = elements(set.any.data)?;
        let sequences = choices.iter().filter(|choice| choice.any.tag() == Tag::Sequence);
        certificates.extend(sequences.map(|choice| choice.whole));
    }
    Ok(Content::Certificates(certificates))
}

fn is_context(any: &Any<'_>, tag: u32) -> bool {
    any.class() == Class::ContextSpecific && any.tag() == Tag(tag)
}
