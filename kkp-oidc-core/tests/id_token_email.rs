//! Which e-mail address an ID token may have: kube-apiserver takes it for the user name as it is.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kkp_oidc_core::UnixTime;
use kkp_oidc_core::authorization::Nonce;
use kkp_oidc_core::id_token::{ClaimsError, IdTokenPolicy, Identity, UnverifiedIdToken};
use kkp_oidc_core::issuer::EmailPolicy;

/// The address in a token with these two claims, as they stand in its JSON.
fn email(claims: &str, email_policy: EmailPolicy) -> Result<String, ClaimsError> {
    let (issuer, client_id) = ("https://issuer.example".parse().unwrap(), "kkp".parse().unwrap());
    let nonce = Nonce::from_bytes([1; 32]);
    let policy =
        IdTokenPolicy { issuer: &issuer, client_id: &client_id, nonce: &nonce, access_token: None, email_policy };
    let payload = format!(
        r#"{{"iss":"https://issuer.example","sub":"s","aud":"kkp","exp":1,"iat":0,"nonce":"{}"{claims}}}"#,
        nonce.to_text()
    );
    let [header, payload] = [r#"{"alg":"RS256"}"#, &payload].map(|part| URL_SAFE_NO_PAD.encode(part));
    let token = UnverifiedIdToken::parse(format!("{header}.{payload}.c2lnbmF0dXJl").into()).unwrap();
    let signed = token.verify_signature(|_| Ok::<(), ()>(())).unwrap();
    signed.require(&policy, UnixTime::from_secs(0)).map(|identity| identity.email().to_owned())
}

#[test]
fn the_address_is_kept_exactly_as_given() {
    for address in ["lukasz@example.com", "Bob@ACME.com", "mülller@exämple.de", "o'neil+x@a.example", "no-at-sign"] {
        let claims = format!(r#","email":"{address}""#);
        assert_eq!(email(&claims, EmailPolicy::RefuseUnverified), Ok(address.to_owned()));
    }
}

#[test]
fn an_address_must_be_there_and_be_text() {
    for (claims, error) in [
        ("", ClaimsError::NoEmail),
        (r#","email":"""#, ClaimsError::NoEmail),
        (r#","email":null"#, ClaimsError::NoEmail),
        (r#","Email":"lukasz@example.com""#, ClaimsError::NoEmail),
        (r#","email":1"#, ClaimsError::Type { claim: "email" }),
        (r#","email":true"#, ClaimsError::Type { claim: "email" }),
        (r#","email":["lukasz@example.com"]"#, ClaimsError::Type { claim: "email" }),
        (r#","email":{"a":"lukasz@example.com"}"#, ClaimsError::Type { claim: "email" }),
    ] {
        assert_eq!(email(claims, EmailPolicy::RefuseUnverified), Err(error), "{claims}");
    }
}

#[test]
fn what_nobody_sees_is_refused() {
    for escape in [
        r"\u0000", r"\n", r"\r\n", r"\t", r"\u001b", r"\u007f", r"\u0085", r"\u009f", " ", r"\u00a0", r"\u00ad",
        r"\u200b", r"\u202e", r"\u2060", r"\ufeff",
    ] {
        let claims = format!(r#","email":"a{escape}@example.com""#);
        assert_eq!(email(&claims, EmailPolicy::RefuseUnverified), Err(ClaimsError::EmailMalformed), "{escape}");
    }
}

#[test]
fn an_address_has_at_most_320_bytes() {
    let domain = "@example.com";
    for (local, len, accepted) in [
        ("a".repeat(307), 319, true),
        ("a".repeat(308), 320, true),
        ("a".repeat(309), 321, false),
        ("é".repeat(154), 320, true),
        (format!("{}a", "é".repeat(154)), 321, false),
        ("a".repeat(3188), 3200, false),
    ] {
        let address = format!("{local}{domain}");
        assert_eq!(address.len(), len);
        let expected = if accepted { Ok(address.clone()) } else { Err(ClaimsError::EmailMalformed) };
        assert_eq!(email(&format!(r#","email":"{address}""#), EmailPolicy::RefuseUnverified), expected, "{len} bytes");
    }
    assert_eq!(Identity::MAX_EMAIL_LEN, 320);
}

#[test]
fn only_the_boolean_true_is_a_verified_address() {
    let (accepted, refused) = (Ok("a@b.example".to_owned()), Err(ClaimsError::EmailNotVerified));
    for (email_verified, unless_unverified, only_verified) in [
        (r#","email_verified":true"#, &accepted, &accepted),
        (r#","email_verified":false"#, &refused, &refused),
        (r#","email_verified":"true""#, &refused, &refused),
        (r#","email_verified":"false""#, &refused, &refused),
        (r#","email_verified":"""#, &refused, &refused),
        (r#","email_verified":1"#, &refused, &refused),
        (r#","email_verified":0"#, &refused, &refused),
        (r#","email_verified":null"#, &refused, &refused),
        (r#","email_verified":[true]"#, &refused, &refused),
        ("", &accepted, &refused),
    ] {
        let claims = format!(r#","email":"a@b.example"{email_verified}"#);
        assert_eq!(&email(&claims, EmailPolicy::RefuseUnverified), unless_unverified, "{email_verified}");
        assert_eq!(&email(&claims, EmailPolicy::RequireVerified), only_verified, "{email_verified}, required");
    }
}
