//! What an ID token's claims must fulfil: issuer, audience, authorized party, times, nonce, subject.
//!
//! Core has no signature library; a verifier that says yes stands for a signature that holds.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kkp_oidc_core::UnixTime;
use kkp_oidc_core::authorization::Nonce;
use kkp_oidc_core::id_token::{ClaimsError, IdTokenPolicy, SignedIdToken, UnverifiedIdToken};
use kkp_oidc_core::issuer::EmailPolicy;
use serde_json::{Map, Value, json};

const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);
const NONCE: Nonce = Nonce::from_bytes([1; 32]);
/// base64url of it.
const NONCE_TEXT: &str = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE";

/// Claims that fulfil the policy, with these changes; `None` takes a claim out.
fn claims(changes: &[(&str, Option<Value>)]) -> Map<String, Value> {
    let mut claims = json!({
        "iss": "https://issuer.example",
        "sub": "subject-1",
        "aud": "kkp",
        "exp": 1_700_000_300,
        "iat": 1_700_000_000,
        "nonce": NONCE_TEXT,
        "email": "lukasz@example.com",
        "email_verified": true,
    });
    let claims = claims.as_object_mut().unwrap();
    for (name, value) in changes {
        match value {
            Some(value) => claims.insert((*name).to_owned(), value.clone()),
            None => claims.remove(*name),
        };
    }
    claims.clone()
}

fn token(payload: &Map<String, Value>) -> String {
    let payload = URL_SAFE_NO_PAD.encode(serde_json::to_vec(payload).unwrap());
    format!("{}.{payload}.c2lnbmF0dXJl", URL_SAFE_NO_PAD.encode(r#"{"alg":"RS256"}"#))
}

fn signed(token: &str) -> SignedIdToken {
    UnverifiedIdToken::parse(token.into()).unwrap().verify_signature(|_| Ok::<(), ()>(())).unwrap()
}

/// Subject and e-mail address of a token with these changes.
fn judge(changes: &[(&str, Option<Value>)]) -> Result<(String, String), ClaimsError> {
    let (issuer, client_id) = ("https://issuer.example".parse().unwrap(), "kkp".parse().unwrap());
    let policy = IdTokenPolicy {
        issuer: &issuer,
        client_id: &client_id,
        nonce: &NONCE,
        access_token: None,
        email_policy: EmailPolicy::RefuseUnverified,
    };
    let identity = signed(&token(&claims(changes))).require(&policy, NOW)?;
    assert_eq!(identity.id_token().expose_secret(), token(&claims(changes)));
    Ok((identity.subject().to_owned(), identity.email().to_owned()))
}

fn accepted() -> Result<(String, String), ClaimsError> {
    Ok(("subject-1".to_owned(), "lukasz@example.com".to_owned()))
}

/// Each value of one claim, and what becomes of the token.
#[track_caller]
fn check(claim: &'static str, table: Vec<(Option<Value>, Result<(), ClaimsError>)>) {
    for (value, expected) in table {
        let expected = expected.and_then(|()| accepted());
        assert_eq!(judge(&[(claim, value.clone())]), expected, "{claim} is {value:?}");
    }
}

const fn missing(claim: &'static str) -> Result<(), ClaimsError> {
    Err(ClaimsError::Missing { claim })
}

const fn wrong_type(claim: &'static str) -> Result<(), ClaimsError> {
    Err(ClaimsError::Type { claim })
}

#[test]
fn the_issuer_is_compared_byte_for_byte() {
    check(
        "iss",
        vec![
            (Some(json!("https://issuer.example")), Ok(())),
            (Some(json!("https://issuer.example/")), Err(ClaimsError::Issuer)),
            (Some(json!("https://ISSUER.example")), Err(ClaimsError::Issuer)),
            (Some(json!("https://issuer.example\0")), Err(ClaimsError::Issuer)),
            (Some(json!("")), missing("iss")),
            (Some(json!(null)), missing("iss")),
            (Some(json!(["https://issuer.example"])), wrong_type("iss")),
            (None, missing("iss")),
        ],
    );
}

#[test]
fn the_client_must_be_an_audience() {
    check(
        "aud",
        vec![
            (Some(json!("kkp")), Ok(())),
            (Some(json!(["kkp"])), Ok(())),
            (Some(json!("KKP")), Err(ClaimsError::Audience)),
            (Some(json!("kkp ")), Err(ClaimsError::Audience)),
            (Some(json!("")), Err(ClaimsError::Audience)),
            (Some(json!([])), Err(ClaimsError::Audience)),
            (Some(json!(["other", "another"])), Err(ClaimsError::Audience)),
            (Some(json!(["kkp", 1])), wrong_type("aud")),
            (Some(json!([["kkp"]])), wrong_type("aud")),
            (Some(json!({ "kkp": true })), wrong_type("aud")),
            (Some(json!(null)), missing("aud")),
            (None, missing("aud")),
        ],
    );
}

#[test]
fn several_audiences_need_this_client_as_authorized_party() {
    let (one, two) = (json!(["kkp"]), json!(["other", "kkp"]));
    for (audience, party, expected) in [
        (&one, None, accepted()),
        (&one, Some(json!("kkp")), accepted()),
        (&one, Some(json!("other")), Err(ClaimsError::AuthorizedParty)),
        (&two, None, Err(ClaimsError::AuthorizedParty)),
        (&two, Some(json!(null)), Err(ClaimsError::AuthorizedParty)),
        (&two, Some(json!("kkp")), accepted()),
        (&two, Some(json!("other")), Err(ClaimsError::AuthorizedParty)),
        (&two, Some(json!("")), Err(ClaimsError::Missing { claim: "azp" })),
        (&two, Some(json!(["kkp"])), Err(ClaimsError::Type { claim: "azp" })),
    ] {
        let changes = [("aud", Some(audience.clone())), ("azp", party.clone())];
        assert_eq!(judge(&changes), expected, "aud {audience}, azp {party:?}");
    }
}

#[test]
fn a_token_ends_at_exp_without_leeway() {
    let expired = |expired_secs_ago| Err(ClaimsError::Expired { expired_secs_ago });
    check(
        "exp",
        vec![
            (Some(json!(1_700_000_001)), Ok(())),
            (Some(json!(1_700_000_000)), expired(0)),
            (Some(json!(1_699_999_999)), expired(1)),
            (Some(json!(0)), expired(1_700_000_000)),
            (Some(json!(-1)), expired(1_700_000_001)),
            (Some(json!(i64::MIN)), expired(i64::MAX)),
            (Some(json!(i64::MAX)), Ok(())),
            // A `NumericDate` may have a fraction, which is cut off.
            (Some(json!(1_700_000_001.0)), Ok(())),
            (Some(json!(1_700_000_001.9)), Ok(())),
            (Some(json!(1_700_000_000.9)), expired(0)),
            (Some(json!(-0.5)), expired(1_700_000_001)),
            (Some(json!(1.7e9)), expired(0)),
            (Some(json!(9.99e14)), Ok(())),
            (Some(json!(1e15)), wrong_type("exp")),
            (Some(json!(1e300)), wrong_type("exp")),
            (Some(json!(-1e15)), wrong_type("exp")),
            (Some(json!(u64::MAX)), wrong_type("exp")),
            (Some(json!("1700000300")), wrong_type("exp")),
            (Some(json!(true)), wrong_type("exp")),
            (Some(json!([1_700_000_300])), wrong_type("exp")),
            (Some(json!(null)), missing("exp")),
            (None, missing("exp")),
        ],
    );
}

#[test]
fn iat_and_nbf_may_lie_60_seconds_ahead() {
    for claim in ["iat", "nbf"] {
        let ahead = || Err(ClaimsError::FromTheFuture { claim });
        let absent = if claim == "iat" { missing("iat") } else { Ok(()) };
        check(
            claim,
            vec![
                (Some(json!(1_700_000_059)), Ok(())),
                (Some(json!(1_700_000_060)), Ok(())),
                (Some(json!(1_700_000_060.9)), Ok(())),
                (Some(json!(1_700_000_061)), ahead()),
                (Some(json!(1_700_000_061.0)), ahead()),
                (Some(json!(i64::MAX)), ahead()),
                (Some(json!(0)), Ok(())),
                (Some(json!(i64::MIN)), Ok(())),
                (Some(json!(u64::MAX)), wrong_type(claim)),
                (Some(json!("1700000000")), wrong_type(claim)),
                (Some(json!(null)), absent.clone()),
                (None, absent),
            ],
        );
    }
}

#[test]
fn the_nonce_is_the_one_that_was_sent() {
    check(
        "nonce",
        vec![
            (Some(json!(NONCE_TEXT)), Ok(())),
            (Some(json!(Nonce::from_bytes([2; 32]).to_text())), Err(ClaimsError::Nonce)),
            (Some(json!(NONCE_TEXT[..42])), Err(ClaimsError::Nonce)),
            (Some(json!(format!("{NONCE_TEXT}="))), Err(ClaimsError::Nonce)),
            // The same bytes for a lenient base64 decoder.
            (Some(json!(format!("{}F", &NONCE_TEXT[..42]))), Err(ClaimsError::Nonce)),
            (Some(json!("")), missing("nonce")),
            (Some(json!(null)), missing("nonce")),
            (Some(json!(1)), wrong_type("nonce")),
            (Some(json!([NONCE_TEXT])), wrong_type("nonce")),
            (None, missing("nonce")),
        ],
    );
}

#[test]
fn there_must_be_a_subject() {
    check(
        "sub",
        vec![
            (Some(json!("")), missing("sub")),
            (Some(json!(null)), missing("sub")),
            (Some(json!(7)), wrong_type("sub")),
            (None, missing("sub")),
        ],
    );
}

#[test]
fn the_first_fault_in_the_order_of_the_standard_is_reported() {
    let faults = [
        (("iss", Some(json!("https://other.example"))), ClaimsError::Issuer),
        (("aud", Some(json!("other"))), ClaimsError::Audience),
        (("azp", Some(json!("other"))), ClaimsError::AuthorizedParty),
        (("exp", Some(json!(1_600_000_000))), ClaimsError::Expired { expired_secs_ago: 100_000_000 }),
        (("iat", Some(json!(1_700_000_061))), ClaimsError::FromTheFuture { claim: "iat" }),
        (("nbf", Some(json!(1_700_000_061))), ClaimsError::FromTheFuture { claim: "nbf" }),
        (("nonce", Some(json!("other"))), ClaimsError::Nonce),
        (("sub", None), ClaimsError::Missing { claim: "sub" }),
        (("email", None), ClaimsError::NoEmail),
        (("email_verified", Some(json!(false))), ClaimsError::EmailNotVerified),
    ];
    for first in 0..faults.len() {
        // Mended up to `first`, so that this one is the first that is left; the e-mail address only in the last round.
        let changes: Vec<_> = faults[first..].iter().map(|(change, _)| change.clone()).collect();
        assert_eq!(judge(&changes), Err(faults[first].1.clone()));
    }
}

#[test]
fn refusals_say_what_is_wrong_and_no_claim_s_value() {
    for (error, text) in [
        (ClaimsError::NotAnObject, "ID token's payload is not a JSON object"),
        (ClaimsError::Missing { claim: "exp" }, "ID token lacks exp"),
        (ClaimsError::Type { claim: "aud" }, "ID token's aud has the wrong JSON type"),
        (ClaimsError::Issuer, "ID token is from another issuer"),
        (ClaimsError::Audience, "ID token is for another audience"),
        (ClaimsError::AuthorizedParty, "ID token is for another authorized party"),
        (ClaimsError::Expired { expired_secs_ago: 0 }, "ID token expired 0 s ago"),
        (ClaimsError::FromTheFuture { claim: "nbf" }, "ID token's nbf is more than 60 s ahead, clocks differ"),
        (ClaimsError::Nonce, "ID token belongs to another login"),
        (ClaimsError::AccessTokenHash, "ID token does not belong to the access token"),
        (ClaimsError::NoEmail, "ID token lacks email"),
        (
            ClaimsError::EmailMalformed,
            "ID token's email is not an address, expected at most 320 bytes without control characters and blanks",
        ),
        (ClaimsError::EmailNotVerified, "the e-mail address is not verified by the provider"),
    ] {
        assert_eq!(error.to_string(), text);
    }
}
