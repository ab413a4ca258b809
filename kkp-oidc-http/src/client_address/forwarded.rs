//! Headers in which proxies say for whom they ask: one entry for each hop, the nearest last. What is no address is `None`.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

/// `X-Forwarded-For`, which no standard describes.
pub(super) fn x_forwarded_for(values: &[&str]) -> Vec<Option<IpAddr>> {
    // One without any entry has nobody.
    let entries = values.iter().filter(|value| !value.trim().is_empty()).flat_map(|value| value.split(','));
    entries.map(|entry| node(entry.trim())).collect()
}

/// `Forwarded` ([RFC 7239 section 4]).
///
/// [RFC 7239 section 4]: https://www.rfc-editor.org/rfc/rfc7239#section-4
pub(super) fn forwarded(values: &[&str]) -> Vec<Option<IpAddr>> {
    let values = values.iter().filter(|value| !value.trim().is_empty());
    values.flat_map(|value| parts(value, ',')).map(forwarded_for).collect()
}

/// The one `for` of an element.
fn forwarded_for(element: &str) -> Option<IpAddr> {
    let pairs = parts(element, ';').into_iter().filter_map(|pair| pair.trim().split_once('='));
    let mut values = pairs.filter(|(name, _)| name.eq_ignore_ascii_case("for")).map(|(_, value)| value);
    let (value, None) = (values.next()?, values.next()) else { return None };
    let quoted = value.strip_prefix('"').map(|rest| rest.strip_suffix('"'));
    node(quoted.unwrap_or(Some(value))?)
}

/// What stands between separators that are not within quotes.
fn parts(text: &str, separator: char) -> Vec<&str> {
    let (mut is_quoted, mut is_escaped) = (false, false);
    text.split(|character| {
        let was_escaped = std::mem::replace(&mut is_escaped, false);
        match character {
            '\\' if is_quoted && !was_escaped => is_escaped = true,
            '"' if !was_escaped => is_quoted = !is_quoted,
            _ => {}
        }
        character == separator && !is_quoted
    })
    .collect()
}

/// An address, with or without a port; IPv6 with or without brackets.
fn node(text: &str) -> Option<IpAddr> {
    let bare = || text.parse::<IpAddr>().ok();
    let with_port = || text.parse::<SocketAddr>().ok().map(|address| address.ip());
    let in_brackets = || text.strip_prefix('[')?.strip_suffix(']')?.parse::<Ipv6Addr>().ok().map(IpAddr::V6);
    bare().or_else(with_port).or_else(in_brackets)
}
