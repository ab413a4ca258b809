//! Input that nobody means well with: one clear error each, and limits at their edges.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kkp_oidc_core::apiserver::{
    AuthenticationConfiguration, ClaimMappings, ClaimOrExpression, ClaimValidationRule, ExtraMapping, JwkSet,
    JwtAuthenticator, JwtIssuer, ParseAuthenticationConfigurationError, ParseJwkSetError, ParseTokenError,
    PrefixedClaimOrExpression, ReadToken, TokenPart, UserValidationRule, printable,
};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

const HEAD: &str = "apiVersion: apiserver.config.k8s.io/v1\nkind: AuthenticationConfiguration\n";

fn error(document: &[u8]) -> String {
    let error = AuthenticationConfiguration::parse(document).unwrap_err();
    std::iter::successors(Some(&error as &dyn std::error::Error), |error| error.source())
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(": ")
}

#[test]
fn hostile_documents_give_one_error() {
    let bomb = format!(
        "{HEAD}a: &a [x,x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\n\
         d: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d,*d]\n\
         f: &f [*e,*e,*e,*e,*e,*e,*e,*e,*e,*e]\njwt: [*f,*f,*f,*f,*f,*f,*f,*f,*f,*f]\n"
    );
    let deep = format!("{HEAD}jwt: {}", "[".repeat(100_000));
    for (document, text) in [
        (vec![b'a'; 10 * 1024 * 1024], "the document has 10485760 bytes, expected at most 1048576"),
        (b"kind: \xff".to_vec(), "the document is not UTF-8 at byte 6"),
        (b"\0".to_vec(), "the document cannot be read: the YAML text is not valid YAML (line 1, column 1)"),
        (Vec::new(), "the document's `kind` is not `AuthenticationConfiguration`"),
        (
            format!("{HEAD}jwt:\n- issuer:\n    url: 5\n").into_bytes(),
            "the document cannot be read: `jwt[0].issuer.url` is not a string; quote what looks like a number or a boolean \
             (line 5, column 5)",
        ),
        (
            format!("{HEAD}jwt:\n- issuer:\n    uri: x\n").into_bytes(),
            "the document cannot be read: `jwt[0].issuer` has the unknown field `uri` (line 5, column 5)",
        ),
        (bomb.into_bytes(), "the document cannot be read: `f[7][0][7][0][7]` has too many levels, nodes or aliases"),
        (deep.into_bytes(), "the document cannot be read: `jwt` has too many levels, nodes or aliases"),
    ] {
        let found = error(&document);
        let place = found.find(" (line").filter(|_| !text.contains("(line")).unwrap_or(found.len());
        assert_eq!(found.split_at(place).0, text);
    }
}

#[test]
fn documents_are_limited_inclusively() {
    let of_len =
        |len: usize| AuthenticationConfiguration::parse(format!("{HEAD}{}", "#".repeat(len - HEAD.len())).as_bytes());
    assert_eq!(of_len(1_048_576), Ok(AuthenticationConfiguration::default()));
    assert_eq!(of_len(1_048_577), Err(ParseAuthenticationConfigurationError::TooLong { len: 1_048_577 }));
}

#[test]
fn key_sets_are_limited_inclusively() {
    let of_len = |len: usize| JwkSet::parse(format!("{}{{\"keys\":[]}}", " ".repeat(len - 11)).as_bytes()).err();
    assert_eq!(of_len(1_048_576), None);
    assert_eq!(of_len(1_048_577), Some(ParseJwkSetError::TooLong { len: 1_048_577 }));
    let of_count =
        |count: usize| JwkSet::parse(format!("{{\"keys\":[{}]}}", vec!["{}"; count].join(",")).as_bytes()).err();
    assert_eq!(of_count(100), None);
    assert_eq!(of_count(101), Some(ParseJwkSetError::TooMany { count: 101 }));
    for json in ["", "[]", "{}", "{\"keys\":1}", "\0", "[[]]"] {
        assert_eq!(JwkSet::parse(json.as_bytes()).err(), Some(ParseJwkSetError::NotAKeySet), "{json}");
    }
    assert_eq!(JwkSet::parse(b"\xff").err(), Some(ParseJwkSetError::NotAKeySet));
}

#[test]
fn tokens_are_limited_inclusively_and_refused_by_name() {
    let read = |text: &str| ReadToken::parse(&text.into()).err();
    let of_len = |len: usize| read(&format!("\n e30.e30.{}\r\n", "AAAA".repeat(len / 4).split_at(len - 8).0));
    assert_eq!(of_len(65_536), None);
    assert_eq!(of_len(65_538), Some(ParseTokenError::TooLong { len: 65_538 }));
    for (text, error) in [
        ("", ParseTokenError::Empty),
        (" \n", ParseTokenError::Empty),
        ("opaque", ParseTokenError::Parts { count: 1 }),
        ("a.b.c.d.e", ParseTokenError::Parts { count: 5 }),
        ("e3.e30.", ParseTokenError::NotBase64 { part: TokenPart::Header }),
        ("e30.e30=.", ParseTokenError::NotBase64 { part: TokenPart::Payload }),
        ("e30.e30.\0", ParseTokenError::NotBase64 { part: TokenPart::Signature }),
        ("e30.é.", ParseTokenError::NotBase64 { part: TokenPart::Payload }),
        ("W10.e30.", ParseTokenError::NotAnObject { part: TokenPart::Header }),
        ("e30._w.", ParseTokenError::NotAnObject { part: TokenPart::Payload }),
    ] {
        assert_eq!(read(text), Some(error), "{text}");
    }
    let secret = ReadToken::parse(&"eyJhbGciOiJSUzI1NiJ9.eyJlbWFpbCI6ImEifQ.AAAA".into());
    assert_eq!(format!("{secret:?}"), "Ok(ReadToken { algorithm: \"RS256\", .. })");
}

#[test]
fn what_moves_a_terminal_is_escaped() {
    assert_eq!(printable("a\u{1b}[2J\r\n\u{202e}\u{85}ö \"'\\"), "a\\u{1b}[2J\\u{d}\\u{a}\\u{202e}\\u{85}ö \"'\\");
    assert_eq!(printable("o\u{308}\u{a0}"), "o\u{308}\\u{a0}");
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z:/.#-]{0,12}", "[ -~]{0,100}", any::<String>(), Just("-----BEGIN\nAAAA\n-----END\n".to_owned())]
}

fn prefixed() -> impl Strategy<Value = PrefixedClaimOrExpression> {
    (text(), proptest::option::of(text()), text()).prop_map(|(claim, prefix, expression)| PrefixedClaimOrExpression {
        claim,
        prefix,
        expression,
    })
}

fn entry() -> impl Strategy<Value = JwtAuthenticator> {
    let issuer =
        (text(), proptest::option::of(text()), text(), proptest::collection::vec(text(), 0..3), text(), text());
    let rules = proptest::collection::vec((text(), text(), text(), text()), 0..3);
    let pairs = || proptest::collection::vec((text(), text()), 0..3);
    (issuer, rules, (prefixed(), prefixed(), text(), text()), pairs(), pairs()).prop_map(
        |(issuer, rules, (username, groups, uid_claim, uid_expression), extra, user_rules)| JwtAuthenticator {
            issuer: JwtIssuer {
                url: issuer.0,
                discovery_url: issuer.1,
                certificate_authority: issuer.2,
                audiences: issuer.3,
                audience_match_policy: issuer.4,
                egress_selector_type: issuer.5,
            },
            claim_validation_rules: rules
                .into_iter()
                .map(|(claim, required_value, expression, message)| ClaimValidationRule {
                    claim,
                    required_value,
                    expression,
                    message,
                })
                .collect(),
            claim_mappings: ClaimMappings {
                username,
                groups,
                uid: ClaimOrExpression { claim: uid_claim, expression: uid_expression },
                extra: extra
                    .into_iter()
                    .map(|(key, value_expression)| ExtraMapping { key, value_expression })
                    .collect(),
            },
            user_validation_rules: user_rules
                .into_iter()
                .map(|(expression, message)| UserValidationRule { expression, message })
                .collect(),
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, rng_seed: RngSeed::Fixed(1), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_is_read_again(jwt in proptest::collection::vec(entry(), 0..3)) {
        let configuration = AuthenticationConfiguration { jwt, ..AuthenticationConfiguration::default() };
        prop_assert_eq!(AuthenticationConfiguration::parse(configuration.to_yaml().as_bytes()), Ok(configuration));
    }

    #[test]
    fn reviewing_anything_ends(jwt in proptest::collection::vec(entry(), 0..3)) {
        let configuration = AuthenticationConfiguration { jwt, ..AuthenticationConfiguration::default() };
        let _ = configuration.review();
    }
}

#[test]
fn tokens_within_a_token_are_hidden_whatever_holds_them() {
    for (sources, shown) in [
        (r#"{"s":{"endpoint":"e","access_token":"canary"}}"#, r#"{"s":{"access_token":"[redacted]","endpoint":"e"}}"#),
        (r#"{"s":{"JWT":"canary"},"t":null}"#, r#"{"s":{"JWT":"[redacted]"},"t":null}"#),
        (r#"{"s":{"jwt":["canary"]}}"#, r#"{"s":{"jwt":["[redacted]"]}}"#),
        (r#"{"s":{"access_token":{"a":"canary"}}}"#, r#"{"s":{"access_token":["[redacted]"]}}"#),
        (r#"{"s":{"access_token":null}}"#, r#"{"s":{"access_token":null}}"#),
        (r#"{"s":"canary"}"#, r#"{"s":"[redacted]"}"#),
        (r#"{"s":["canary"]}"#, r#"{"s":"[redacted]"}"#),
        (r#""canary""#, r#""[redacted]""#),
        (r#"["canary"]"#, r#""[redacted]""#),
    ] {
        for name in ["_claim_sources", "_Claim_Sources"] {
            let payload = URL_SAFE_NO_PAD.encode(format!(r#"{{"{name}":{sources}}}"#));
            let token = ReadToken::parse(&format!("e30.{payload}.").into()).unwrap();
            let claims = serde_json::to_string(token.claims()).unwrap();
            assert_eq!(claims, format!(r#"{{"{name}":{shown}}}"#));
        }
    }
}
