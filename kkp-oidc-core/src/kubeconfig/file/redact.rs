//! What may be shown of text that can hold a secret, and of text that can play tricks on a terminal.

/// What stands in the place of a secret.
const REDACTED: &str = "<redacted>";

/// Parts of names that announce a secret.
const SECRET_WORDS: [&str; 9] =
    ["secret", "token", "passw", "pwd", "credential", "api-key", "apikey", "private", "authorization"];

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
    let announces = |text: &str| {
        let text = text.to_ascii_lowercase().replace('_', "-");
        SECRET_WORDS.iter().any(|secret| text.contains(secret))
    };
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
            let nothing_yet = rest.trim_matches(['"', '\'']).is_empty();
            return if nothing_yet {
                (word.to_owned(), sign == ":")
            } else {
                (format!("{before}{sign}{REDACTED}"), rest.eq_ignore_ascii_case("bearer"))
            };
        }
    }
    if let Some((flag, _)) = word.split_once("certificate-authority-data=") {
        return (format!("{flag}certificate-authority-data=<certificates>"), false);
    }
    let follows = bare.starts_with('-') && announces(bare) || ["bearer", "-p", "-u"].contains(&bare);
    let value = word.rsplit_once('=').map_or(bare, |(_, value)| value);
    if is_opaque(value) {
        return (word.replacen(value, REDACTED, 1), follows);
    }
    (url(word), follows)
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

/// A URL without the name and password in it.
pub(super) fn url(text: &str) -> String {
    let Some((scheme, rest)) = text.split_once("://") else {
        return text.to_owned();
    };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    match authority.rsplit_once('@') {
        Some((_, host)) => format!("{scheme}://{REDACTED}@{host}{path}"),
        None => text.to_owned(),
    }
}

/// Whether a character is not to be sent to a terminal as it is: control characters, and what hides or turns text.
pub(super) fn is_invisible(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{ad}'
                | '\u{61c}'
                | '\u{180e}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e0fff}'
        )
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
        let table: [(&[&str], &[&str]); 12] = [
            (&["--certificate-authority-data=LS0tLS1CRUdJTi="], &["--certificate-authority-data=<certificates>"]),
            (&["--oidc-client-secret=abc"], &["--oidc-client-secret=<redacted>"]),
            (&["--token", "abc", "x"], &["--token", "<redacted>", "x"]),
            (&["--oidc-client-secret="], &["--oidc-client-secret="]),
            (&["-H", "Authorization: Bearer abc def"], &["-H", "Authorization: Bearer <redacted> def"]),
            (&["TOKEN=abc sh"], &["TOKEN=<redacted> sh"]),
            (&["https://bob:pw@host/x"], &["https://<redacted>@host/x"]),
            (&["https://host/x?token=abc"], &["https://host/x?token=<redacted>"]),
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
    fn what_plays_tricks_on_a_terminal_is_escaped() {
        assert_eq!(visible("a\u{1b}[2J\u{9b}b\u{202e}\u{e9}"), "a\\u{1b}[2J\\u{9b}b\\u{202e}\u{e9}");
    }
}
