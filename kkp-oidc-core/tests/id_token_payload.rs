//! ID tokens from the outside in: hashes of access tokens, payloads that are no claims, limits, redaction.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kkp_oidc_core::UnixTime;
use kkp_oidc_core::authorization::Nonce;
use kkp_oidc_core::id_token::{
    Algorithm, ClaimsError, IdTokenPolicy, Identity, ParseIdTokenError, SignedIdToken, UnverifiedIdToken,
};
use kkp_oidc_core::issuer::EmailPolicy;

/// All that a token needs, without the closing brace.
const CLAIMS: &str = r#"{"iss":"https://issuer.example","sub":"s","aud":"kkp","exp":1,"iat":0,"email":"a@b.example","nonce":"AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE""#;

/// The access token of the examples in OpenID Connect Core 1.0 appendix A.
const ACCESS_TOKEN: &str = "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y";

fn parse(header: &str, payload: &[u8]) -> Result<UnverifiedIdToken, ParseIdTokenError> {
    let header = URL_SAFE_NO_PAD.encode(header);
    UnverifiedIdToken::parse(format!("{header}.{}.c2lnbmF0dXJl", URL_SAFE_NO_PAD.encode(payload)).into())
}

fn signed(token: UnverifiedIdToken) -> SignedIdToken {
    token.verify_signature(|_| Ok::<(), ()>(())).unwrap()
}

fn require(token: SignedIdToken, access_token: Option<&str>) -> Result<Identity, ClaimsError> {
    let (issuer, client_id) = ("https://issuer.example".parse().unwrap(), "kkp".parse().unwrap());
    let access_token = access_token.map(Into::into);
    let policy = IdTokenPolicy {
        issuer: &issuer,
        client_id: &client_id,
        nonce: &Nonce::from_bytes([1; 32]),
        access_token: access_token.as_ref(),
        email_policy: EmailPolicy::RefuseUnverified,
    };
    token.require(&policy, UnixTime::from_secs(0))
}

/// The address in a token with this payload.
fn judge(payload: impl AsRef<[u8]>) -> Result<String, ClaimsError> {
    let token = signed(parse(r#"{"alg":"RS256"}"#, payload.as_ref()).unwrap());
    require(token, None).map(|identity| identity.email().to_owned())
}

fn accepted() -> Result<String, ClaimsError> {
    Ok("a@b.example".to_owned())
}

/// What becomes of a token signed with `algorithm` that has this `at_hash`.
fn judge_at_hash(algorithm: Algorithm, at_hash: &str, access_token: Option<&str>) -> Result<String, ClaimsError> {
    let payload = format!("{CLAIMS}{at_hash}}}");
    let token = signed(parse(&format!(r#"{{"alg":"{}"}}"#, algorithm.name()), payload.as_bytes()).unwrap());
    require(token, access_token).map(|identity| identity.email().to_owned())
}

#[test]
fn at_hash_is_the_left_half_of_the_algorithm_s_hash() {
    // Made by `tests/data/flow_vectors.py`; the first is in OpenID Connect Core 1.0 appendix A.3, too.
    let sha256 = "77QmUPtjPfzWtF2AnpK9RQ";
    let sha384 = "jtAeDp945y1dDqU3nkIVGNZP1HjH_MFs";
    let sha512 = "q7nS86GgvvFaZkzALLWqJYaJIKw2wCDAVfCAsm5CrBM";
    let right = |algorithm| match algorithm {
        Algorithm::Rs256 | Algorithm::Ps256 | Algorithm::Es256 => sha256,
        Algorithm::Rs384 | Algorithm::Ps384 | Algorithm::Es384 => sha384,
        _ => sha512,
    };
    for algorithm in Algorithm::ALL {
        for hash in [sha256, sha384, sha512] {
            let expected = if hash == right(algorithm) { accepted() } else { Err(ClaimsError::AccessTokenHash) };
            let at_hash = format!(r#","at_hash":"{hash}""#);
            assert_eq!(judge_at_hash(algorithm, &at_hash, Some(ACCESS_TOKEN)), expected, "{algorithm:?} {hash}");
        }
    }
}

#[test]
fn at_hash_is_checked_where_it_is_and_an_access_token_too() {
    for (at_hash, access_token, expected) in [
        ("", Some(ACCESS_TOKEN), accepted()),
        ("", None, accepted()),
        (r#","at_hash":"77QmUPtjPfzWtF2AnpK9RQ""#, None, accepted()),
        (r#","at_hash":"77QmUPtjPfzWtF2AnpK9RQ""#, Some("another"), Err(ClaimsError::AccessTokenHash)),
        (r#","at_hash":"77QmUPtjPfzWtF2AnpK9RQ""#, Some(""), Err(ClaimsError::AccessTokenHash)),
        (r#","at_hash":"77QmUPtjPfzWtF2AnpK9R""#, Some(ACCESS_TOKEN), Err(ClaimsError::AccessTokenHash)),
        (r#","at_hash":"77QmUPtjPfzWtF2AnpK9RQ==""#, Some(ACCESS_TOKEN), Err(ClaimsError::AccessTokenHash)),
        (r#","at_hash":"""#, Some(ACCESS_TOKEN), Err(ClaimsError::Missing { claim: "at_hash" })),
        (r#","at_hash":1"#, Some(ACCESS_TOKEN), Err(ClaimsError::Type { claim: "at_hash" })),
    ] {
        assert_eq!(judge_at_hash(Algorithm::Rs256, at_hash, access_token), expected, "{at_hash} {access_token:?}");
    }
}

#[test]
fn a_payload_that_is_no_json_object_is_refused() {
    for payload in [
        "",
        " ",
        "\0",
        "null",
        "1",
        "true",
        r#""text""#,
        "[]",
        r#"["https://issuer.example","s","kkp",null,1,0,null,"AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE",null,"a@b.example",null]"#,
        "{",
        r#"{"iss":}"#,
        r#"{"iss":"https://issuer.example",}"#,
        "{} {}",
        "\u{feff}{}",
        "// comment\n{}",
    ] {
        let token = parse(r#"{"alg":"RS256"}"#, payload.as_bytes());
        let expected = if payload.is_empty() { None } else { Some(ClaimsError::NotAnObject) };
        assert_eq!(token.ok().map(|token| require(signed(token), None).unwrap_err()), expected, "{payload:?}");
    }
    assert_eq!(judge(b"{\"iss\":\"\xff\"}"), Err(ClaimsError::NotAnObject), "not UTF-8");
    assert_eq!(judge("{}"), Err(ClaimsError::Missing { claim: "iss" }), "an object without claims");
    assert_eq!(judge(format!(" \r\n\t{CLAIMS}}}\n")), accepted(), "white space around it");
}

#[test]
fn a_payload_that_is_no_base64url_is_refused() {
    let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"RS256"}"#);
    // `e30` is `{}`: one character more, and the same with bits left over.
    for payload in ["e", "e30e3", "e31"] {
        let token = UnverifiedIdToken::parse(format!("{header}.{payload}.c2lnbmF0dXJl").into()).unwrap();
        assert_eq!(require(signed(token), None).unwrap_err(), ClaimsError::NotAnObject, "{payload}");
    }
    for payload in ["", "e30=", "e+8", "e/8", "e 30", "é"] {
        let token = UnverifiedIdToken::parse(format!("{header}.{payload}.c2lnbmF0dXJl").into());
        assert_eq!(token.unwrap_err(), ParseIdTokenError::NotCompact, "{payload}");
    }
}

#[test]
fn a_claim_that_is_there_twice_is_refused() {
    for claim in [
        r#""iss":"https://issuer.example""#,
        r#""sub":"other""#,
        r#""aud":"kkp""#,
        r#""exp":9"#,
        r#""nonce":"x""#,
        r#""email":"root@b.example""#,
        r#""\u0065mail":"root@b.example""#,
        r#""email_verified":true,"email_verified":false"#,
    ] {
        assert_eq!(judge(format!("{CLAIMS},{claim}}}")), Err(ClaimsError::NotAnObject), "{claim}");
    }
}

#[test]
fn claims_that_nobody_asks_for_are_not_looked_at() {
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    for claim in [r#""groups":["a","b"]"#.to_owned(), r#""":{}"#.to_owned(), format!(r#""deep":{}"#, nested(20_000))] {
        assert_eq!(judge(format!("{CLAIMS},{claim}}}")), accepted());
    }
}

#[test]
fn hostile_nesting_ends_in_a_refusal() {
    for depth in [200, 9_000] {
        let nested = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        let claims = CLAIMS.replace(r#""aud":"kkp""#, &format!(r#""aud":{nested}"#));
        assert_eq!(judge(format!("{claims}}}")), Err(ClaimsError::NotAnObject), "aud, {depth} deep");
        assert_eq!(judge("[".repeat(depth)), Err(ClaimsError::NotAnObject), "{depth} deep");
        assert_eq!(judge(r#"{"a":"#.repeat(depth)), Err(ClaimsError::NotAnObject), "{depth} objects deep");
    }
}

#[test]
fn the_longest_token_is_read_to_its_end() {
    // 20 bytes header, 12 bytes signature and two dots leave 65502 bytes of base64url.
    let payload = |len: usize| format!(r#"{CLAIMS},"pad":"{}"}}"#, "x".repeat(len - CLAIMS.len() - 10));
    let len_of = |payload: &str| 20 + 1 + URL_SAFE_NO_PAD.encode(payload).len() + 1 + 12;
    let (longest, too_long) = (payload(49_126), payload(49_127));
    assert_eq!((len_of(&longest), len_of(&too_long)), (65_536, 65_537));
    assert_eq!(judge(&longest), accepted());
    let refused = parse(r#"{"alg":"RS256"}"#, too_long.as_bytes()).unwrap_err();
    assert_eq!(refused, ParseIdTokenError::TooLong { len: 65_537 });
    assert_eq!(refused.to_string(), "ID token has 65537 bytes, expected at most 65536");
}

#[test]
fn a_header_that_is_no_object_or_needs_extensions_is_refused() {
    for (header, error, text) in [
        (r#"["RS256"]"#, ParseIdTokenError::Header, "ID token's header is not a JSON object with alg"),
        (r#"["RS256",null,null]"#, ParseIdTokenError::Header, "ID token's header is not a JSON object with alg"),
        (
            r#"{"alg":"RS256","crit":["b64"]}"#,
            ParseIdTokenError::Critical,
            "ID token's header has critical extensions, expected none",
        ),
        (
            r#"{"alg":"RS256","crit":null}"#,
            ParseIdTokenError::Critical,
            "ID token's header has critical extensions, expected none",
        ),
        (
            r#"{"alg":"none"}"#,
            ParseIdTokenError::Algorithm,
            "ID token's algorithm is not accepted, expected one of RS, PS, ES (256, 384; RS and PS also 512) or EdDSA",
        ),
    ] {
        let refused = parse(header, b"{}").unwrap_err();
        assert_eq!((&refused, refused.to_string()), (&error, text.to_owned()), "{header}");
    }
    assert_eq!(ParseIdTokenError::NotCompact.to_string(), "ID token is not three parts of base64url");
}

#[test]
fn a_refused_signature_ends_it() {
    let token = parse(r#"{"alg":"ES384","kid":"k1"}"#, b"{}").unwrap();
    assert_eq!(token.verify_signature(|_| Err("no such key")).unwrap_err(), "no such key");
}

#[test]
fn debug_shows_no_token_and_no_address() {
    let payload = format!("{CLAIMS}}}");
    let token = parse(r#"{"alg":"PS256","kid":"canary"}"#, payload.as_bytes()).unwrap();
    assert_eq!(format!("{token:?}"), "UnverifiedIdToken { algorithm: Ps256, .. }");
    let token = signed(token);
    assert_eq!(format!("{token:?}"), "SignedIdToken { algorithm: Ps256, .. }");
    assert_eq!(format!("{:?}", require(token, None)), r#"Ok(Identity { subject: "s", .. })"#);
}
