//! What may be shown of text that can hold a secret, and of text that can play tricks on a terminal.

use crate::invisible::is_invisible;

/// What stands in the place of a secret.
pub(super) const REDACTED: &str = "<redacted>";

/// Parts of names that announce a secret.
const SECRET_WORDS: [&str; 9] =
    ["secret", "token", "passw", "pwd", "credential", "api-key", "apikey", "private", "authorization"];

/// Words of names that announce a secret; `bypass` and `author` do not.
const SECRET_NAMES: [&str; 6] = ["auth", "cookie", "jwt", "pass", "pat", "pw"];

/// From this length on, in bytes, a word of mixed letters and digits is taken for a secret.
const MIN_OPAQUE_LEN: usize = 20;

/// Whether a secret was taken out of the arguments of a program.
pub(super) fn hides_secret<'a>(given: impl Iterator<Item = &'a str>) -> bool {
    arguments(given).iter().any(|argument| argument.contains(REDACTED))
}

/// The arguments of a program, without what looks like a secret. Better one too many than one too few.
pub(super) fn arguments<'a>(arguments: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut secret_follows = false;
    arguments
        .map(|argument| {
            let words = argument.split(' ').map(|word| {
                let (shown, follows) = word_of(word, secret_follows && !word.is_empty());
                secret_follows = follows || (secret_follows && word.is_empty());
                shown
            });
            words.collect::<Vec<_>>().join(" ")
        })
        .collect()
}

/// What is shown of a word, and whether a secret follows it.
fn word_of(word: &str, is_secret: bool) -> (String, bool) {
    let bare = word.trim_matches(['"', '\'']);
    let is_flag = bare.starts_with("--") && !bare.contains('=');
    if is_secret && !is_flag {
        // `Authorization: Bearer …` has two words after the announcement.
        let scheme = ["bearer", "basic", "token"].contains(&bare.to_ascii_lowercase().as_str());
        return if scheme { (word.to_owned(), true) } else { (REDACTED.to_owned(), false) };
    }
    for (at, _) in word.match_indices(['=', ':']) {
        let (before, after) = word.split_at(at);
        let rest = after.get(1..).unwrap_or_default();
        if announces(before) && !rest.starts_with("//") {
            let sign = after.get(..1).unwrap_or_default();
            if before.split_once("://").is_some_and(|(_, rest)| rest.contains('?')) {
                return (url_in(word), false);
            }
            let nothing_yet = rest.trim_matches(['"', '\'']).is_empty();
            return if nothing_yet {
                (url_in(word), sign == ":")
            } else {
                // What announces it may itself stand behind a name and a password.
                (format!("{}{sign}{REDACTED}", url_in(before)), rest.eq_ignore_ascii_case("bearer"))
            };
        }
    }
    // Of what is no secret by its name, a URL in it may be one.
    let url_shown = url_in(word);
    if url_shown != word {
        return (url_shown, false);
    }
    if let Some((flag, _)) = word.split_once("certificate-authority-data=") {
        return (format!("{flag}certificate-authority-data=<certificates>"), false);
    }
    let follows = bare.starts_with('-') && announces(bare) || ["bearer", "-p", "-u"].contains(&bare);
    let value = word.rsplit_once('=').map_or(bare, |(_, value)| value);
    if is_opaque(value) {
        return (word.replacen(value, REDACTED, 1), follows);
    }
    (word.to_owned(), follows)
}

/// Whether a name, or what stands before a value, announces a secret.
fn announces(text: &str) -> bool {
    let text = text.to_ascii_lowercase().replace('_', "-");
    // Of a URL only the names in its query: `auth.example.com` is a host.
    let name = match text.split_once("://") {
        Some((_, rest)) => rest.rsplit_once(['?', '&']).map_or("", |(_, name)| name),
        None => text.as_str(),
    };
    let mut parts = name.split(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '.' | '/'));
    SECRET_WORDS.iter().any(|secret| text.contains(secret)) || parts.any(|part| SECRET_NAMES.contains(&part))
}

/// Whether a word looks like a key or a token: long, of letters and digits mixed, or a JWT.
fn is_opaque(word: &str) -> bool {
    let letters = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'_' | b'-' | b'=' | b'.');
    let long = word.len() >= MIN_OPAQUE_LEN && word.bytes().all(letters);
    let has = |kind: fn(&u8) -> bool| word.as_bytes().iter().any(kind);
    let path = word.starts_with(['/', '.']) || word.contains("--");
    long && !path
        && (word.starts_with("eyJ") || (has(u8::is_ascii_digit) && has(u8::is_ascii_alphabetic)))
        && !looks_like_a_name(word)
}

/// Dots and dashes between short parts: a host, a version, a file.
fn looks_like_a_name(word: &str) -> bool {
    !word.starts_with("eyJ") && word.split(['.', '-', '/', '_']).all(|part| part.len() <= 12)
}

/// A URL, or an address without a scheme, without what it may hold of secrets: what stands before the `@`, the values of
/// the query, and the fragment.
pub(super) fn url(text: &str) -> String {
    let (start, rest) = match text.split_once("://") {
        Some((scheme, _)) if is_scheme(scheme) => text.split_at(scheme.len().saturating_add("://".len())),
        _ if text.starts_with("//") => text.split_at("//".len()),
        _ => ("", text),
    };
    let (authority, rest) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    // A name or a password with one of these in it: there is no telling what is a host then.
    let misplaced = rest.contains('@') && !is_host(authority);
    let authority = match authority.rsplit_once('@') {
        _ if misplaced => return format!("{start}{REDACTED}"),
        Some((_, host)) => format!("{REDACTED}@{host}"),
        None => authority.to_owned(),
    };
    let (rest, fragment) = rest.split_once('#').map_or((rest, ""), |(rest, _)| (rest, REDACTED));
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    let path = if path.contains('@') { format!("/{REDACTED}") } else { path.to_owned() };
    let mut shown = format!("{start}{authority}{path}");
    for (index, parameter) in query.split('&').filter(|parameter| !parameter.is_empty()).enumerate() {
        shown.push(if index == 0 { '?' } else { '&' });
        match parameter.split_once('=') {
            Some((name, "")) => shown.extend([name, "="]),
            Some((name, _)) => shown.extend([name, "=", REDACTED]),
            None => shown.push_str(REDACTED),
        }
    }
    if !fragment.is_empty() {
        shown.extend(["#", fragment]);
    }
    shown
}

fn is_scheme(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
}

/// Whether it can be a host and a port.
fn is_host(authority: &str) -> bool {
    let port = match authority.rsplit_once(']') {
        Some((_, port)) => port.strip_prefix(':').unwrap_or(port),
        None => authority.split_once(':').map_or("", |(_, port)| port),
    };
    !authority.contains('@') && port.bytes().all(|byte| byte.is_ascii_digit())
}

/// Text that is no URL by its nature, with what [`url()`] makes of one in it. Without a scheme it takes a name and a
/// password to be one: there are e-mail addresses.
pub(super) fn url_in(text: &str) -> String {
    if let Some((before, _)) = text.split_once("://") {
        let scheme = before.rsplit(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '+' | '-' | '.')).next();
        let (before, found) = text.split_at(before.len().saturating_sub(scheme.unwrap_or_default().len()));
        return format!("{before}{}", url(found));
    }
    let (before, value) = match text.find('=') {
        Some(at) => text.split_at(at.saturating_add(1)),
        None => ("", text),
    };
    match value.rsplit_once('@') {
        Some((user, host)) if user.contains(':') => format!("{before}{REDACTED}@{host}"),
        _ => text.to_owned(),
    }
}

/// A program or a variable's name, without what looks like a secret in it.
pub(super) fn argument(text: &str) -> String {
    arguments(std::iter::once(text)).concat()
}

/// Text as it may be shown on a terminal: what is invisible is escaped.
pub(super) fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        if is_invisible(character) { shown.extend(character.escape_unicode()) } else { shown.push(character) }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_that_look_like_secrets_are_not_shown() {
        let table: [(&[&str], &[&str]); 24] = [
            (&["--certificate-authority-data=LS0tLS1CRUdJTi="], &["--certificate-authority-data=<certificates>"]),
            (&["--oidc-client-secret=abc"], &["--oidc-client-secret=<redacted>"]),
            (&["--token", "abc", "x"], &["--token", "<redacted>", "x"]),
            (&["--oidc-client-secret="], &["--oidc-client-secret="]),
            (&["-H", "Authorization: Bearer abc def"], &["-H", "Authorization: Bearer <redacted> def"]),
            (&["TOKEN=abc sh"], &["TOKEN=<redacted> sh"]),
            (&["https://bob:pw@host/x"], &["https://<redacted>@host/x"]),
            (&["https://host/x?token=abc"], &["https://host/x?token=<redacted>"]),
            (&["--pass", "hunter2"], &["--pass", "<redacted>"]),
            (&["--auth=zzz"], &["--auth=<redacted>"]),
            (&["--PGPASS_PW", "zzz", "basic_auth:b"], &["--PGPASS_PW", "<redacted>", "basic_auth:<redacted>"]),
            (&["bob:zzz@host:1", "--proxy=bob:zzz@host"], &["<redacted>@host:1", "--proxy=<redacted>@host"]),
            (&["bob:token@host:1"], &["<redacted>@host:<redacted>"]),
            (&["password:a@b"], &["password:<redacted>"]),
            (&["https://h/x?p=1&q=&r#s"], &["https://h/x?p=<redacted>&q=&<redacted>#<redacted>"]),
            (&["--url=https://h/?p=1", "'https://b@h'"], &["--url=https://h/?p=<redacted>", "'https://<redacted>@h'"]),
            (&["git@host:a/b", "--email=bob@host"], &["git@host:a/b", "--email=bob@host"]),
            (&["--issuer=https://auth.host:1/dex"], &["--issuer=https://auth.host:1/dex"]),
            (&["--bypass", "x", "--author", "y"], &["--bypass", "x", "--author", "y"]),
            (&["gcloud", "auth", "print"], &["gcloud", "auth", "print"]),
            (&["eyJhbGciOiJSUzI1NiJ9.e30.x"], &["<redacted>"]),
            (&["--data=0123456789abcdef0123456789"], &["--data=<redacted>"]),
            (
                &["--oidc-issuer-url=https://dex.example.com/dex", "--oidc-extra-scope=groups"],
                &["--oidc-issuer-url=https://dex.example.com/dex", "--oidc-extra-scope=groups"],
            ),
            (&["--region", "eu-central-1", "eks", "get-token"], &["--region", "eu-central-1", "eks", "get-token"]),
        ];
        for (given, expected) in table {
            assert_eq!(arguments(given.iter().copied()), expected, "{given:?}");
        }
    }

    #[test]
    fn urls_are_shown_with_their_host_and_without_secrets() {
        for (given, expected) in [
            ("https://host:6443/path", "https://host:6443/path"),
            ("host:6443", "host:6443"),
            ("https://[::1]:6443", "https://[::1]:6443"),
            ("bob:pw@host:6443", "<redacted>@host:6443"),
            ("bob@host", "<redacted>@host"),
            ("//bob:pw@host", "//<redacted>@host"),
            ("bob:pw://@host", "<redacted>"),
            ("https://a@b:pw@host/p", "https://<redacted>@host/p"),
            ("https://bob:p/w@host", "https://<redacted>"),
            ("https://bob:p?w@host", "https://<redacted>"),
            ("https://b@c:p#w@host", "https://<redacted>"),
            ("https://host/@other", "https://host/<redacted>"),
            ("https://host?token=t", "https://host?token=<redacted>"),
            ("https://host/?p=", "https://host/?p="),
            ("https://host/#t", "https://host/#<redacted>"),
            ("", ""),
        ] {
            assert_eq!(url(given), expected, "{given}");
        }
    }

    #[test]
    fn what_plays_tricks_on_a_terminal_is_escaped() {
        assert_eq!(visible("a\u{1b}[2J\u{9b}b\u{202e}\u{e9}"), "a\\u{1b}[2J\\u{9b}b\\u{202e}\u{e9}");
    }
}
