//! Decisions, held against those of kube-apiserver's OIDC authenticator.

use std::collections::BTreeMap;

use kkp_oidc_core::UnixTime;
use kkp_oidc_core::apiserver::{
    AuthenticationConfiguration, Authenticators, Decision, JwkSet, ReadToken, Rule, SigningAlgorithms, State, Verdict,
    decide,
};
use serde::Deserialize;

#[derive(Deserialize)]
struct Answer {
    name: String,
    configuration: String,
    algorithms: Vec<String>,
    token: String,
    now: i64,
    found: bool,
    user: Option<User>,
    #[serde(default)]
    error: String,
}

#[derive(Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "PascalCase")]
struct User {
    name: String,
    #[serde(rename = "UID")]
    uid: String,
    groups: Option<Vec<String>>,
    extra: Option<BTreeMap<String, Vec<String>>>,
}

fn answers() -> (JwkSet, Vec<Answer>) {
    let mut lines = include_str!("../data/apiserver/decisions.jsonl").lines();
    let first: serde_json::Value = serde_json::from_str(lines.next().unwrap()).unwrap();
    let keys = JwkSet::parse(first["jwks"].to_string().as_bytes()).unwrap();
    (keys, lines.map(|line| serde_json::from_str(line).unwrap()).collect())
}

fn decided(answer: &Answer, keys: Option<&JwkSet>) -> Option<Decision> {
    let token = ReadToken::parse(&answer.token.as_str().into()).ok()?;
    let configuration = AuthenticationConfiguration::parse(answer.configuration.as_bytes()).unwrap();
    let algorithms: SigningAlgorithms = answer.algorithms.join(",").parse().unwrap();
    let authenticators = Authenticators { configuration: &configuration, algorithms: &algorithms, keys };
    Some(decide(&token, &authenticators, UnixTime::from_secs(answer.now)))
}

/// Which rule kube-apiserver's message is about.
fn rule(answer: &Answer) -> Option<Rule> {
    let known = [
        ("oidc: verify token: oidc: failed to unmarshal claims", Rule::ClaimTypes),
        ("oidc: verify token: oidc: source does not exist", Rule::ClaimTypes),
        ("oidc: verify token: oidc: expected audience", Rule::Audience),
        ("oidc: verify token: oidc: token is expired", Rule::Expiry),
        ("oidc: verify token: oidc: current time", Rule::NotBefore),
        ("oidc: verify token: oidc: id token signed with unsupported algorithm", Rule::Algorithm),
        ("oidc: verify token: failed to verify signature", Rule::Signature),
        ("oidc: could not expand distributed claims", Rule::DistributedClaims),
        ("oidc: parse username claims", Rule::Username),
        ("oidc: error evaluating username", Rule::Username),
        ("oidc: empty username", Rule::Username),
        ("oidc: email not verified", Rule::EmailVerified),
        ("oidc: parse 'email_verified' claim", Rule::EmailVerified),
        ("oidc: parse groups claim", Rule::Groups),
        ("oidc: error evaluating group", Rule::Groups),
        ("oidc: parse uid claim", Rule::Uid),
        ("oidc: error evaluating uid", Rule::Uid),
        ("expression 'claims.tenant'", Rule::Extra),
        ("oidc: required claim", Rule::RequiredClaim),
        ("oidc: parse claim hd", Rule::RequiredClaim),
        ("oidc: error evaluating claim validation", Rule::ClaimRule),
        ("oidc: error evaluating user info validation", Rule::UserRule),
    ];
    match (answer.found, answer.error.as_str()) {
        (true, _) => None,
        (false, "") => Some(Rule::Issuer),
        (false, error) => Some(known.iter().find(|(start, _)| error.starts_with(start)).unwrap().1),
    }
}

#[test]
fn users_and_the_rules_that_refuse_are_those_of_kube_apiserver() {
    let (keys, answers) = answers();
    let (mut accepted, mut refused) = (0, 0);
    for answer in &answers {
        let Some(decision) = decided(answer, Some(&keys)) else {
            assert!(!answer.found, "{}", answer.name);
            continue;
        };
        if answer.name == "other expression" {
            assert_eq!(decision.verdict, Verdict::Undecided);
            continue;
        }
        assert_eq!(decision.refused_by().map(|check| check.rule), rule(answer), "{}: {decision:?}", answer.name);
        let user = decision.user.map(|user| User {
            name: user.name,
            uid: user.uid,
            groups: Some(user.groups),
            extra: Some(user.extra),
        });
        let expected = answer.user.as_ref().map(|user| User {
            name: user.name.clone(),
            uid: user.uid.clone(),
            groups: Some(user.groups.clone().unwrap_or_default()),
            extra: Some(user.extra.clone().unwrap_or_default()),
        });
        assert_eq!(user, expected, "{}", answer.name);
        if answer.found { accepted += 1 } else { refused += 1 }
    }
    assert_eq!((accepted, refused), (67, 74));
}

#[test]
fn without_keys_all_but_the_signature_is_the_same() {
    let (keys, answers) = answers();
    for answer in &answers {
        let (Some(with), Some(without)) = (decided(answer, Some(&keys)), decided(answer, None)) else { continue };
        let rest = |decision: &Decision| {
            let rest = decision.checks.iter().filter(|check| check.rule != Rule::Signature);
            rest.cloned().collect::<Vec<_>>()
        };
        assert_eq!(rest(&with), rest(&without), "{}", answer.name);
        assert!(!without.signature_checked);
    }
}

/// What is said of the signature of a token, and whether it was judged.
fn signature(token: &str, jwks: &str) -> (State, String) {
    let configuration = "apiVersion: apiserver.config.k8s.io/v1\nkind: AuthenticationConfiguration\njwt:\n- issuer: {url: \
                         'https://idp.example.com/dex', audiences: [kubermaticIssuer]}\n  claimMappings: {username: \
                         {claim: sub, prefix: ''}}\n";
    let configuration = AuthenticationConfiguration::parse(configuration.as_bytes()).unwrap();
    let keys = JwkSet::parse(jwks.as_bytes()).unwrap();
    let algorithms = SigningAlgorithms::all();
    let authenticators = Authenticators { configuration: &configuration, algorithms: &algorithms, keys: Some(&keys) };
    let decision = decide(&ReadToken::parse(&token.into()).unwrap(), &authenticators, UnixTime::from_secs(0));
    let check = decision.checks.into_iter().find(|check| check.rule == Rule::Signature).unwrap();
    (check.state, check.reason)
}

#[test]
fn signatures_of_short_keys_are_checked_as_far_as_possible() {
    let data: serde_json::Value = serde_json::from_str(include_str!("../data/apiserver/short-key.json")).unwrap();
    let jwks = data["jwks"].to_string();
    let token = |name: &str| data["tokens"][name].as_str().unwrap().to_owned();
    let made = (State::Ok, "made by a key of the set".to_owned());
    for name in ["RS256", "RS512", "RS256 without kid"] {
        assert_eq!(signature(&token(name), &jwks), made, "{name}");
    }
    for name in ["RS384", "PS256"] {
        let reason = format!("not checked, the key has 1024 bits: too short for this check of {name}");
        assert_eq!(signature(&token(name), &jwks), (State::NotJudged, reason));
    }
    let failed = |reason: &str| (State::Failed, reason.to_owned());
    let changed = |name: &str| {
        let token = token(name);
        let (rest, signature) = token.rsplit_once('.').unwrap();
        format!("{rest}.A{}", &signature[1..])
    };
    let no_fit = failed("no key of the set that fits made this signature");
    assert_eq!(signature(&changed("RS256"), &jwks), no_fit);
    let no_kid = failed("the token has no `kid`, and no key of the set made its signature");
    assert_eq!(signature(&changed("RS256 without kid"), &jwks), no_kid);
    let empty = failed("the key set has no key that can be read");
    assert_eq!(signature(&token("RS256"), r#"{"keys":[]}"#), empty);
    assert_eq!(signature(&token("RS256 without kid"), r#"{"keys":[{"kid":1}]}"#), empty);
    // Go refuses keys of fewer than 1024 bits.
    assert_eq!(signature(&token("RS384"), r#"{"keys":[{"kid":"short","kty":"RSA","n":"_w","e":"AQAB"}]}"#), no_fit);
    let other = jwks.replace("\"short\"", "\"other\"");
    assert_eq!(signature(&token("RS256"), &other), failed("no key has the `kid` \"short\", the set has \"other\""));
}
