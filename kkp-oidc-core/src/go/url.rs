//! URLs as Go's `net/url` takes them apart, which decides what Kubernetes' programs accept.
//!
//! Not `url::Url`: that mends what Go refuses and refuses what Go lets pass.

use std::net::Ipv6Addr;

use super::quoted;

/// What Kubernetes' programs look at.
#[derive(Debug, Eq, PartialEq)]
pub(crate) struct GoUrl {
    /// In lower case.
    pub(crate) scheme: String,
    pub(crate) has_user: bool,
    pub(crate) has_query: bool,
    pub(crate) has_fragment: bool,
}

impl GoUrl {
    /// Take `text` apart, or say in Go's words why not.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let (rest, fragment) = text.split_once('#').unwrap_or((text, ""));
        let mut url = Self::without_fragment(rest).map_err(|error| format!("parse {}: {error}", quoted(rest)))?;
        check_escapes(fragment).map_err(|error| format!("parse {}: {error}", quoted(text)))?;
        url.has_fragment = !fragment.is_empty();
        Ok(url)
    }

    fn without_fragment(text: &str) -> Result<Self, String> {
        if text.bytes().any(|byte| byte.is_ascii_control()) {
            return Err("net/url: invalid control character in URL".into());
        }
        let (scheme, rest) = split_scheme(text)?;
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let mut url = Self {
            scheme: scheme.to_ascii_lowercase(),
            has_user: false,
            has_query: !query.is_empty(),
            has_fragment: false,
        };
        if !rest.starts_with('/') {
            if !scheme.is_empty() {
                // Opaque, such as `https:idp`.
                return Ok(url);
            }
            if rest.split('/').next().unwrap_or_default().contains(':') {
                return Err("first path segment in URL cannot contain colon".into());
            }
        }
        let path = match rest.strip_prefix("//") {
            Some(rest) if !scheme.is_empty() || !rest.starts_with('/') => {
                let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
                let host = match authority.rsplit_once('@') {
                    Some((user, host)) => {
                        check_host(host)?;
                        check_user(user)?;
                        url.has_user = true;
                        host
                    }
                    None => authority,
                };
                check_host(host)?;
                path
            }
            _ => rest,
        };
        check_escapes(path)?;
        Ok(url)
    }
}

/// The scheme, empty if there is none, and what follows its colon.
fn split_scheme(text: &str) -> Result<(&str, &str), String> {
    for (index, character) in text.char_indices() {
        match character {
            'a'..='z' | 'A'..='Z' => {}
            '0'..='9' | '+' | '-' | '.' if index > 0 => {}
            ':' if index == 0 => return Err("missing protocol scheme".into()),
            ':' => {
                let (scheme, rest) = text.split_at(index);
                return Ok((scheme, rest.strip_prefix(':').unwrap_or(rest)));
            }
            _ => break,
        }
    }
    Ok(("", text))
}

fn check_host(host: &str) -> Result<(), String> {
    let Some(bracketed) = host.strip_prefix('[') else {
        if host.contains('[') {
            return Err("invalid IP-literal".into());
        }
        // What follows the first colon is the port, since Go 1.26 for http and https.
        if let Some(colon) = host.find(':') {
            check_port(host.split_at(colon).1)?;
        }
        return check_host_characters(host);
    };
    if bracketed.contains('[') {
        return Err("invalid IP-literal".into());
    }
    let (address, port) = bracketed.rsplit_once(']').ok_or("missing ']' in host")?;
    check_port(port)?;
    let (address, zone) = address.split_once("%25").unwrap_or((address, ""));
    check_escapes(zone)?;
    check_host_characters(address)?;
    match address.parse::<Ipv6Addr>() {
        Ok(_) => Ok(()),
        Err(_) => Err(format!("invalid host: ParseAddr({}): unable to parse IP", quoted(address))),
    }
}

fn check_port(port: &str) -> Result<(), String> {
    let is_port =
        port.is_empty() || port.strip_prefix(':').is_some_and(|port| port.bytes().all(|c| c.is_ascii_digit()));
    if is_port { Ok(()) } else { Err(format!("invalid port {} after host", quoted(port))) }
}

/// A host may have escapes of bytes above ASCII only.
fn check_host_characters(host: &str) -> Result<(), String> {
    let mut escapes = escapes(host);
    for character in host.chars() {
        if character == '%' {
            let escape = escapes.next().unwrap_or_default();
            check_escapes(escape.as_str())?;
            if escape.as_bytes().get(1).is_some_and(|digit| (b'0'..=b'7').contains(digit)) && escape != "%25" {
                return Err(format!("invalid URL escape {}", quoted(&escape)));
            }
        } else if character.is_ascii()
            && !character.is_ascii_alphanumeric()
            && !"-_.~!$&'()*+,;=:[]<>\"".contains(character)
        {
            return Err(format!("invalid character {} in host name", quoted(character.encode_utf8(&mut [0; 4]))));
        }
    }
    Ok(())
}

fn check_user(user: &str) -> Result<(), String> {
    let is_valid = |c: char| c.is_ascii_alphanumeric() || "-._:~!$&'()*+,;=%@".contains(c);
    if user.chars().all(is_valid) { check_escapes(user) } else { Err("net/url: invalid userinfo".into()) }
}

/// Every `%` has two hexadecimal digits behind it.
fn check_escapes(text: &str) -> Result<(), String> {
    for escape in escapes(text) {
        if escape.bytes().skip(1).filter(u8::is_ascii_hexdigit).count() < 2 {
            return Err(format!("invalid URL escape {}", quoted(&escape)));
        }
    }
    Ok(())
}

/// Each `%` with the two characters behind it, as far as there are some.
fn escapes(text: &str) -> impl Iterator<Item = String> {
    text.match_indices('%').map(|(at, _)| text.split_at(at).1.chars().take(3).collect())
}
