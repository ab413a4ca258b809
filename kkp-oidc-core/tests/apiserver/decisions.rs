//! Decisions, held against those of kube-apiserver's OIDC authenticator.

use std::collections::BTreeMap;

use kkp_oidc_core::UnixTime;
use kkp_oidc_core::apiserver::{
    AuthenticationConfiguration, Authenticators, Decision, JwkSet, ReadToken, Rule, SigningAlgorithms, Verdict, decide,
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
