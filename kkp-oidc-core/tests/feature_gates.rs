//! Feature gates as KKP's flag reads and its operator writes them.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use kkp_oidc_core::feature_gates::{FeatureGates, GateSetting, KnownGate, ParseFeatureGatesError, parse_go_bool};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

#[track_caller]
fn parsed(text: &str) -> FeatureGates {
    text.parse().unwrap()
}

#[track_caller]
fn refused(text: &str) -> ParseFeatureGatesError {
    text.parse::<FeatureGates>().unwrap_err()
}

#[test]
fn what_was_said_is_kept_in_order() {
    for (text, rendered) in [
        ("", ""),
        (",", ""),
        (",,,", ""),
        ("feature1=false,feature2=true", "feature1=false,feature2=true"),
        ("b=true,a=true", "a=true,b=true"),
        ("a=true,", "a=true"),
        ("a=true,,b=false", "a=true,b=false"),
        ("=true", "=true"),
        (" \t a \u{85}=\u{2003}T\u{a0}", "a=true"),
        ("a b = 1", "a b=true"),
        ("a=true,a=false", "a=false"),
        ("ä=1,\0=0", "\0=false,ä=true"),
    ] {
        assert_eq!(parsed(text).to_string(), rendered, "{text:?}");
    }
}

#[test]
fn a_segment_without_a_value_is_refused_verbatim() {
    for (text, segment) in [("a", "a"), (" ", " "), ("a=true, b ,c", " b "), ("\u{a0}", "\u{a0}")] {
        let error = refused(text);
        assert_eq!(error, ParseFeatureGatesError::MissingValue { segment: segment.to_owned() });
        assert_eq!(error.to_string(), format!("missing bool value for feature gate {segment}"));
    }
}

#[test]
fn a_value_that_is_no_boolean_is_refused_by_name() {
    for (text, name, value) in [
        ("a=", "a", ""),
        ("a=yes", "a", "yes"),
        (" a = tRuE ", "a", "tRuE"),
        ("a=true=true", "a", "true=true"),
        ("a==true", "a", "=true"),
        ("=", "", ""),
        ("a=true b=false", "a", "true b=false"),
        // U+180E and U+200B look blank and are not white space, neither in Go nor here.
        ("a=\u{180e}true", "a", "\u{180e}true"),
        ("a=true\u{200b}", "a", "true\u{200b}"),
    ] {
        let error = refused(text);
        assert_eq!(error, ParseFeatureGatesError::UnknownValue { name: name.to_owned(), value: value.to_owned() });
        assert_eq!(error.to_string(), format!("invalid value {value} for feature gate {name}, use true|false instead"));
    }
}

#[test]
fn booleans_are_the_words_of_go() {
    // strconv.ParseBool of Go 1.26.
    for word in ["1", "t", "T", "TRUE", "true", "True"] {
        assert_eq!(parse_go_bool(word), Some(true), "{word}");
    }
    for word in ["0", "f", "F", "FALSE", "false", "False"] {
        assert_eq!(parse_go_bool(word), Some(false), "{word}");
    }
    for word in ["", " true", "true ", "tRUE", "fALSE", "yes", "on", "y", "2", "10", "true\0", "ｔrue"] {
        assert_eq!(parse_go_bool(word), None, "{word}");
    }
}

#[test]
fn white_space_is_what_go_takes_for_it() {
    // Every r with unicode.IsSpace(r) in Go 1.26 (Unicode 15.0).
    let go = "\t\n\u{b}\u{c}\r \u{85}\u{a0}\u{1680}\u{2000}\u{2001}\u{2002}\u{2003}\u{2004}\u{2005}\u{2006}\u{2007}\
              \u{2008}\u{2009}\u{200a}\u{2028}\u{2029}\u{202f}\u{205f}\u{3000}";
    // `,` and `=` separate, so that they stand for no name at all.
    let ours: String = ('\0'..=char::MAX)
        .filter(|&c| c != ',' && c != '=' && parsed(&format!("{c}=1")).get("") == Some(true))
        .collect();
    assert_eq!(ours, go);
}

#[test]
fn repeated_flags_accumulate_and_the_later_wins() {
    let mut gates = parsed("a=true,b=true");
    gates.merge(parsed("b=false,c=true"));
    assert_eq!(gates.iter().collect::<Vec<_>>(), [("a", true), ("b", false), ("c", true)]);
    assert!(gates.is_enabled("a") && !gates.is_enabled("b") && !gates.is_enabled("A"));
    assert_eq!((gates.get("b"), gates.get("d")), (Some(false), None));
}

#[test]
fn gates_can_be_set_without_a_flag() {
    let mut gates = FeatureGates::new();
    assert!(gates.is_empty());
    gates.set(KnownGate::EtcdLauncher.name(), GateSetting::On);
    gates.set("b", GateSetting::from(false));
    assert_eq!(gates.to_string(), "EtcdLauncher=true,b=false");
}

#[test]
fn unknown_names_are_kept_reported_and_guessed() {
    let gates =
        parsed("OIDCKubeCfgEndPoint=true,KonnectivityService=true,OpenIDAuthPlugin=true,OIDCKubeConfigEndpoint=1");
    assert!(gates.is_enabled("KonnectivityService"));
    let unknown: Vec<_> = gates.unknown().map(|name| (name, KnownGate::nearest(name))).collect();
    assert_eq!(
        unknown,
        [
            ("KonnectivityService", None),
            ("OIDCKubeCfgEndPoint", Some(KnownGate::OidcKubeCfgEndpoint)),
            ("OIDCKubeConfigEndpoint", Some(KnownGate::OidcKubeCfgEndpoint)),
        ]
    );
    assert_eq!(KnownGate::nearest(""), None);
    assert_eq!(KnownGate::nearest(&"x".repeat(1_000_000)), None);
}

proptest! {
    #![proptest_config(ProptestConfig { rng_seed: RngSeed::Fixed(1), ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_is_read_back(text in "([ a-c=,]|true|false|=1|=f|,){0,12}") {
        if let Ok(gates) = text.parse::<FeatureGates>() {
            prop_assert_eq!(gates.to_string().parse(), Ok(gates));
        }
    }

    #[test]
    fn any_text_gets_an_answer(text in any::<String>()) {
        let _ = text.parse::<FeatureGates>();
    }
}
