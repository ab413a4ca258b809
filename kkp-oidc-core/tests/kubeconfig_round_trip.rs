//! What is written is read again as the same, whatever was read first.

use kkp_oidc_core::UnixTime;
use kkp_oidc_core::kubeconfig::KubeconfigFile;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

/// Scalars on which readers stumble, written in YAML.
const SCALARS: &[&str] = &[
    "a",
    "''",
    "\"\"",
    "~",
    "'~'",
    "'1'",
    "'yes'",
    "\"\\n\"",
    "\"a\\nb\"",
    "\"a\\n\"",
    "\" a\"",
    "'a: b'",
    "'#'",
    "'- a'",
    "\"\\t\"",
    "\"\\0\"",
    "\"\\x85\"",
    "\"a\\x85b\"",
    "\"\\u2028\"",
    "\"a\\u2029 b\"",
    "\"\\ufeff\"",
    "\"\\U0001F600\"",
    "\"\\e[2J\"",
    "'<<'",
    "'='",
    "'1:30'",
    "'2001-01-01'",
    "'0x1F'",
    "|-\n          a\n           b",
    ">\n          a\n",
    "'a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b a b'",
    "\"--- a\"",
    "\"a\\n---\\nb\"",
    "'{a}'",
    "'[a]'",
    "'&a'",
    "'*a'",
    "'!a'",
    "'%a'",
    "'@a'",
    "\"`a`\"",
    "'''a'",
    "'\"a\"'",
];

/// Values of any kind for extensions, in YAML.
const VALUES: &[&str] = &["1", "-1.5", "1e300", "true", "[]", "{}", "[1, [a, {b: c}]]", "{b: [], a: {}}", "0o7", "1_0"];

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, rng_seed: proptest::test_runner::RngSeed::Fixed(1), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_is_read_as_the_same(scalars in vec(select(SCALARS), 12), values in vec(select(VALUES), 2)) {
        let mut scalars = scalars.into_iter();
        let mut next = || scalars.next().unwrap_or_default();
        let yaml = format!(
            "current-context: {}\nextensions:\n- name: {}\n  extension:\n    a: {}\n    b: {}\n    c: {}\nusers:\n- name: {}\n  \
             user:\n    token: {}\n    as-groups:\n        - {}\n    auth-provider:\n      name: {}\n      config:\n        \
             k: {}\n        ? {}\n        : {}\n    exec:\n      command: {}\n      args:\n        - {}\n",
            next(), next(), next(), values[0], values[1], next(), next(), next(), next(), next(), next(), next(), next(),
            next(),
        );
        let Ok(file) = KubeconfigFile::read(yaml.as_bytes()) else {
            return Ok(());
        };
        // Shown on a terminal, none of it plays a trick.
        let shown = file.inspect(UnixTime::from_secs(0), &|_| Err(String::new())).to_string();
        prop_assert!(shown.chars().all(|character| character == '\n' || !character.is_control()));
        let Ok(written) = file.to_yaml() else {
            return Ok(());
        };
        match KubeconfigFile::read(written.expose_secret().as_bytes()) {
            Ok(again) => {
                let again = again.to_yaml().map(|again| again.expose_secret().to_owned());
                prop_assert_eq!(again.as_deref(), Ok(written.expose_secret()));
            }
            // A key that go-yaml writes without quotes, and no reader takes for text.
            Err(error) => prop_assert!(written.expose_secret().contains("<<: "), "{:?}\n{}", error, written.expose_secret()),
        }
    }
}
