//! Which groups an ID token gives: all that can be read, or none.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kkp_oidc_core::UnixTime;
use kkp_oidc_core::authorization::Nonce;
use kkp_oidc_core::id_token::{IdTokenPolicy, Identity, UnverifiedIdToken};
use kkp_oidc_core::issuer::EmailPolicy;

/// Who logged in with a token that has these claims, as they stand in its JSON.
fn identity(claims: &str) -> Identity {
    let (issuer, client_id) = ("https://issuer.example".parse().unwrap(), "kkp".parse().unwrap());
    let nonce = Nonce::from_bytes([1; 32]);
    let policy = IdTokenPolicy {
        issuer: &issuer,
        client_id: &client_id,
        nonce: &nonce,
        access_token: None,
        email_policy: EmailPolicy::RefuseUnverified,
    };
    let payload = format!(
        r#"{{"iss":"https://issuer.example","sub":"s","aud":"kkp","exp":1,"iat":0,"nonce":"{}","email":"a@b.example"{claims}}}"#,
        nonce.to_text()
    );
    let [header, payload] = [r#"{"alg":"RS256"}"#, &payload].map(|part| URL_SAFE_NO_PAD.encode(part));
    let token = UnverifiedIdToken::parse(format!("{header}.{payload}.c2lnbmF0dXJl").into()).unwrap();
    let signed = token.verify_signature(|_| Ok::<(), ()>(())).unwrap();
    signed.require(&policy, UnixTime::from_secs(0)).unwrap()
}

#[test]
fn groups_are_taken_as_they_stand_in_the_token() {
    for (claims, expected) in [
        (
            r#","groups":["team-a","Team B","CN=x,OU=y","über","team-a",""]"#,
            &["team-a", "Team B", "CN=x,OU=y", "über", "team-a", ""][..],
        ),
        (r#","groups":["team-a"]"#, &["team-a"]),
        (r#","groups":"team-a, team-b""#, &["team-a, team-b"]),
        (r#","groups":[]"#, &[]),
    ] {
        assert_eq!(identity(claims).groups(), expected, "{claims}");
    }
}

#[test]
fn groups_that_cannot_be_read_let_nobody_in_and_nobody_out() {
    for claims in [
        "",
        r#","groups":null"#,
        r#","groups":true"#,
        r#","groups":1"#,
        r#","groups":{"team-a":true}"#,
        r#","groups":["team-a",1]"#,
        r#","groups":["team-a",null]"#,
        r#","groups":["team-a",["team-b"]]"#,
        r#","groups":[["team-a"]]"#,
        r#","Groups":["team-a"]"#,
    ] {
        assert_eq!(identity(claims).groups(), [""; 0], "{claims}");
    }
}

#[test]
fn no_more_than_1000_groups_are_looked_at() {
    assert_eq!(Identity::MAX_GROUPS, 1000);
    let groups = |count: usize| (0..count).map(|number| format!("g{number}")).collect::<Vec<_>>();
    for count in [999, 1000, 1001, 1100] {
        let claims = format!(r#","groups":{}"#, serde_json::to_string(&groups(count)).unwrap());
        assert_eq!(identity(&claims).groups(), groups(count.min(1000)), "{count}");
    }
}

#[test]
fn debug_shows_no_group() {
    assert_eq!(format!("{:?}", identity(r#","groups":["canary"]"#)), "Identity { subject: \"s\", .. }");
}
