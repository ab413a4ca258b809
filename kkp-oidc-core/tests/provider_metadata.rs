//! Where a provider says that logins end: endpoints that may be missing, and then nothing else does.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use kkp_oidc_core::issuer::{ParseMetadataError, ProviderMetadata};

/// The document of `issuer` with `more` in it.
fn parse(issuer: &str, more: &str) -> Result<ProviderMetadata, ParseMetadataError> {
    let document = format!(
        r#"{{"issuer":"{issuer}","authorization_endpoint":"{issuer}/auth","token_endpoint":"{issuer}/token","jwks_uri":"{issuer}/keys"{more}}}"#
    );
    ProviderMetadata::parse(document.as_bytes(), &issuer.parse().unwrap())
}

/// The endpoints for the end of a session and for revocation.
fn endpoints(metadata: &ProviderMetadata) -> [Option<&str>; 2] {
    [metadata.end_session_endpoint(), metadata.revocation_endpoint()].map(|endpoint| endpoint.map(|url| url.as_str()))
}

#[test]
fn both_are_read_as_they_stand_there() {
    let more =
        r#","end_session_endpoint":"https://b.example/logout?x=%20y","revocation_endpoint":"https://c.example/revoke""#;
    let metadata = parse("https://a.example", more).unwrap();
    assert_eq!(endpoints(&metadata), [Some("https://b.example/logout?x=%20y"), Some("https://c.example/revoke")]);
}

#[test]
fn what_is_absent_or_unusable_is_absent_and_logins_go_on() {
    assert_eq!(endpoints(&parse("https://a.example", "").unwrap()), [None, None]);
    for value in [
        "null",
        r#""""#,
        r#""/logout""#,
        r#""logout""#,
        // The issuer is https, so tokens do not go out in clear text, not even to loopback.
        r#""http://a.example/logout""#,
        r#""http://127.0.0.1/logout""#,
        r#""javascript:alert(1)""#,
        r#""https://""#,
        r#""https://a.example/x\u0000""#,
        "true",
        "1",
        "{}",
        r#"["https://a.example/logout"]"#,
    ] {
        for (name, other) in
            [("end_session_endpoint", "revocation_endpoint"), ("revocation_endpoint", "end_session_endpoint")]
        {
            let more = format!(r#","{name}":{value},"{other}":"https://a.example/good""#);
            let metadata = parse("https://a.example", &more);
            let mut expected = [None, Some("https://a.example/good")];
            if name == "revocation_endpoint" {
                expected.reverse();
            }
            assert_eq!(metadata.as_ref().map(endpoints), Ok(expected), "{name} is {value}");
        }
    }
}

#[test]
fn a_provider_for_development_may_have_them_in_clear_text() {
    let more =
        r#","end_session_endpoint":"http://127.0.0.1:5556/logout","revocation_endpoint":"https://127.0.0.1/revoke""#;
    let metadata = parse("http://127.0.0.1:5556", more).unwrap();
    assert_eq!(endpoints(&metadata), [Some("http://127.0.0.1:5556/logout"), Some("https://127.0.0.1/revoke")]);
}

#[test]
fn a_document_that_names_one_twice_is_refused() {
    let more = r#","revocation_endpoint":"https://a.example/1","revocation_endpoint":"https://a.example/2""#;
    assert_eq!(parse("https://a.example", more), Err(ParseMetadataError::Document));
}
