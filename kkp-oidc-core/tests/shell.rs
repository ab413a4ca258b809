//! Quoting: the expected words for all five shells, and what those shells that are on this machine make of them.

#![expect(clippy::unwrap_used, reason = "test helpers: failing is their job")]

use std::process::{Command, Stdio};

use kkp_oidc_core::shell::{QuoteError, Shell};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

/// A text, and its word in Bash and Zsh, Fish, PowerShell, cmd.exe; `REFUSED` where there is none.
const WORDS: [(&str, [&str; 4]); 39] = [
    ("", ["''", "''", REFUSED, "\"\""]),
    ("view", ["view", "view", "view", "view"]),
    ("a-b_c", ["a-b_c", "a-b_c", "a-b_c", "a-b_c"]),
    ("--user=a@b.c", ["--user=a@b.c", "--user=a@b.c", "'--user=a@b.c'", "--user=a@b.c"]),
    ("1kb", ["1kb", "1kb", "'1kb'", "1kb"]),
    ("-a.b", ["-a.b", "-a.b", "'-a.b'", "-a.b"]),
    ("a b", ["'a b'", "'a b'", "'a b'", "\"a b\""]),
    ("it's", [r"'it'\''s'", r"'it\'s'", "'it''s'", "\"it's\""]),
    ("'", [r"''\'''", r"'\''", "''''", "\"'\""]),
    ("''", [r"''\'''\'''", r"'\'\''", "''''''", "\"''\""]),
    ("‘’‚‛", ["'‘’‚‛'", "'‘’‚‛'", "'‘‘’’‚‚‛‛'", "\"‘’‚‛\""]),
    ("“”„", ["'“”„'", "'“”„'", "'“”„'", "\"“”„\""]),
    ("a\"b", ["'a\"b'", "'a\"b'", REFUSED, REFUSED]),
    ("a\\b", [r"'a\b'", r"'a\\b'", r"'a\b'", "\"a\\b\""]),
    ("a\\", [r"'a\'", r"'a\\'", REFUSED, "\"a\\\\\""]),
    ("a b\\\\", [r"'a b\\'", r"'a b\\\\'", REFUSED, "\"a b\\\\\\\\\""]),
    (r"a\'b", [r"'a\'\''b'", r"'a\\\'b'", r"'a\''b'", "\"a\\'b\""]),
    ("$HOME", ["'$HOME'", "'$HOME'", "'$HOME'", "\"$HOME\""]),
    ("$(id)", ["'$(id)'", "'$(id)'", "'$(id)'", "\"$(id)\""]),
    ("`id`", ["'`id`'", "'`id`'", "'`id`'", "\"`id`\""]),
    ("%PATH%", ["'%PATH%'", "'%PATH%'", "'%PATH%'", REFUSED]),
    ("a%b", ["'a%b'", "'a%b'", "'a%b'", REFUSED]),
    ("a!b", ["'a!b'", "'a!b'", "'a!b'", REFUSED]),
    ("a^b", ["'a^b'", "'a^b'", "'a^b'", "\"a^b\""]),
    ("a&b|c<d>e", ["'a&b|c<d>e'", "'a&b|c<d>e'", "'a&b|c<d>e'", "\"a&b|c<d>e\""]),
    ("(a)", ["'(a)'", "'(a)'", "'(a)'", "\"(a)\""]),
    ("{a,b}", ["'{a,b}'", "'{a,b}'", "'{a,b}'", "\"{a,b}\""]),
    ("a,b", ["a,b", "a,b", "'a,b'", "\"a,b\""]),
    ("a;b", ["'a;b'", "'a;b'", "'a;b'", "\"a;b\""]),
    ("*?[a]", ["'*?[a]'", "'*?[a]'", "'*?[a]'", "\"*?[a]\""]),
    ("~", ["'~'", "'~'", "'~'", "\"~\""]),
    ("#a", ["'#a'", "'#a'", "'#a'", "\"#a\""]),
    ("=ls", ["'=ls'", "'=ls'", "'=ls'", "\"=ls\""]),
    ("a==ls", ["'a==ls'", "a==ls", "a==ls", "a==ls"]),
    ("@a", ["@a", "@a", "'@a'", "\"@a\""]),
    ("/a", ["/a", "/a", "'/a'", "\"/a\""]),
    ("--%", ["'--%'", "'--%'", "'--%'", REFUSED]),
    ("müller", ["'müller'", "'müller'", "'müller'", "\"müller\""]),
    ("😀\u{a0}–x", ["'😀\u{a0}–x'", "'😀\u{a0}–x'", "'😀\u{a0}–x'", "\"😀\u{a0}–x\""]),
];

/// No word of any shell.
const REFUSED: &str = "\0";

#[test]
fn words_are_quoted_by_each_shell_s_own_rules() {
    for (text, [posix, fish, powershell, cmd]) in WORDS {
        for (shell, expected) in Shell::ALL.into_iter().zip([posix, posix, fish, powershell, cmd]) {
            let quoted = shell.quote(text).unwrap_or_else(|_| REFUSED.to_owned());
            assert_eq!(quoted, expected, "{shell}: {text:?}");
        }
    }
}

#[test]
fn refusals_name_shell_and_character() {
    for (shell, text, error, message) in [
        (
            Shell::Cmd,
            "a\"%b",
            QuoteError::Character { shell: Shell::Cmd, character: '"' },
            "cmd has no quoting that carries '\"' unchanged in every version and mode",
        ),
        (
            Shell::Bash,
            "a\u{2028}",
            QuoteError::Character { shell: Shell::Bash, character: '\u{2028}' },
            "bash has no quoting that carries '\\u{2028}' unchanged in every version and mode",
        ),
        (Shell::PowerShell, "", QuoteError::Empty, "powershell before 7.3 drops an empty word"),
        (
            Shell::PowerShell,
            "a\\",
            QuoteError::TrailingBackslash,
            "powershell before 7.3 does not carry a backslash at the end of a word",
        ),
    ] {
        assert_eq!((shell.quote(text), error.to_string()), (Err(error), message.to_owned()));
    }
    for shell in Shell::ALL {
        for character in ['\0', '\t', '\n', '\r', '\u{1b}', '\u{7f}', '\u{85}', '\u{9b}', '\u{2028}', '\u{2029}'] {
            let refused = shell.quote(&format!("a{character}b"));
            assert_eq!(refused, Err(QuoteError::Character { shell, character }));
        }
    }
}

#[test]
fn a_line_is_no_longer_than_cmd_takes() {
    for (len, fits) in [(8190, true), (8191, true), (8192, false)] {
        let words = ["a".to_owned(), "b".repeat(len - 2)];
        let expected = if fits { Ok(words.join(" ")) } else { Err(QuoteError::LineTooLong { len }) };
        assert_eq!(Shell::Cmd.command(&words), expected);
        assert_eq!(Shell::Bash.command(&words), Ok(words.join(" ")));
    }
    // Two bytes in UTF-8, one unit in UTF-16, and the two quotes.
    let words = ["a".to_owned(), "é".repeat(8187)];
    assert_eq!(Shell::Cmd.command(&words), Ok(format!("a \"{}\"", words[1])));
    let error = QuoteError::LineTooLong { len: 8192 };
    assert_eq!(error.to_string(), "the line has 8192 UTF-16 code units, cmd takes at most 8191");
}

/// What a shell's script prints, or nothing if the shell is not on this machine.
fn stdout_of(program: &str, arguments: &[&str], script: &str) -> Option<Vec<u8>> {
    let folder = env!("CARGO_TARGET_TMPDIR");
    let mut command = Command::new(program);
    // Fish and PowerShell keep files in the home directory.
    command.args(arguments).arg(script).stdin(Stdio::null()).env("HOME", folder).env("LC_ALL", "C.UTF-8");
    let output = command.current_dir(folder).output().ok()?;
    assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
    Some(output.stdout)
}

/// Whether the shell gives a program, or its own `printf`, the words that were quoted for it.
#[track_caller]
fn carries(shell: Shell, program: &str, arguments: &[&str], words: &[String]) {
    let printf = if shell == Shell::PowerShell { "/usr/bin/printf" } else { "printf" };
    let command = shell.command(words).unwrap();
    let script = format!("{printf} '%s\\0' {command}");
    if let Some(stdout) = stdout_of(program, arguments, &script) {
        let expected: String = words.iter().map(|word| format!("{word}\0")).collect();
        assert_eq!(String::from_utf8(stdout).unwrap(), expected, "{program}: {script}");
    }
}

/// Shells that may be on this machine, with their options that give more characters a meaning.
const REAL: [(Shell, &str, &[&str]); 6] = [
    (Shell::Bash, "bash", &["-O", "extglob", "-c"]),
    (Shell::Bash, "dash", &["-c"]),
    (Shell::Zsh, "zsh", &["-fc"]),
    (Shell::Zsh, "zsh", &["-f", "-o", "extendedglob", "-o", "rcquotes", "-o", "magicequalsubst", "-c"]),
    (Shell::Fish, "fish", &["--no-config", "-c"]),
    (Shell::PowerShell, "pwsh", &["-NoProfile", "-NonInteractive", "-Command"]),
];

#[test]
fn real_shells_carry_every_word_of_the_table() {
    for (shell, program, arguments) in REAL {
        let words = WORDS.map(|(text, _)| text.to_owned());
        let words: Vec<_> = words.into_iter().filter(|text| shell.quote(text).is_ok()).collect();
        carries(shell, program, arguments, &words);
    }
}

proptest! {
    // Starting a shell takes milliseconds, so each gets many words at once.
    #![proptest_config(ProptestConfig {
        cases: 24,
        rng_seed: RngSeed::Fixed(1),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn real_shells_carry_any_words(
        words in prop::collection::vec(r#"([ -~]|['"\\!$`=~%*]|\PC){0,12}"#, 1..60)
    ) {
        for (shell, program, arguments) in REAL {
            let words: Vec<_> = words.iter().filter(|text| shell.quote(text).is_ok()).cloned().collect();
            if !words.is_empty() {
                carries(shell, program, arguments, &words);
            }
        }
    }
}
