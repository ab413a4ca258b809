//! How kube-apiserver makes a user of claims, and what it demands of claims and user then.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::config::{ClaimMappings, JwtAuthenticator};
use super::decision::{Checks, Rule, User};
use super::expression::{ClaimsExpression, UserExpression, holds};
use super::go_claims::{endpoint, groups, text};
use super::shown::shown;

/// The attribute that `jti` becomes.
const CREDENTIAL_ID: &str = "authentication.kubernetes.io/credential-id";

/// What to do about a CEL expression that is not understood.
const CEL_REMEDY: &str = "evaluate it by hand with the claims above";

type Claims = Map<String, Value>;

/// What a mapping gives.
enum Mapped<T> {
    Value(T),
    /// Nothing; the checks say why: it failed, or it was not judged.
    Nothing,
}

/// Make the user; `None` if a part of it cannot be made.
pub(super) fn map_user(claims: &Claims, entry: &JwtAuthenticator, checks: &mut Checks) -> Option<User> {
    let mappings = &entry.claim_mappings;
    let is_distributed = check_distributed(claims, &mappings.groups.claim, checks);
    let name = map_name(claims, mappings, checks);
    let groups = if is_distributed { Mapped::Nothing } else { map_groups(claims, mappings, checks) };
    let uid = map_uid(claims, mappings, checks);
    let extra = map_extra(claims, mappings, checks);
    match (name, groups, uid, extra) {
        (Mapped::Value(name), Mapped::Value(groups), Mapped::Value(uid), Mapped::Value(extra)) => {
            Some(User { name, uid, groups, extra })
        }
        _ => None,
    }
}

/// Whether the groups have to be fetched.
fn check_distributed(claims: &Claims, claim: &str, checks: &mut Checks) -> bool {
    let is_missing = !claim.is_empty() && !claims.contains_key(claim);
    if is_missing && claims.contains_key("_claim_names") && !claims.contains_key("_claim_sources") {
        let reason = format!("there is no `{claim}`, and `_claim_names` comes without `_claim_sources`");
        checks.failed(Rule::DistributedClaims, reason, "the provider must put both into the token, or neither");
        return true;
    }
    let Some(endpoint) = endpoint(claims, claim).filter(|_| !claim.is_empty()) else {
        return false;
    };
    let reason = format!(
        "`{claim}` is a distributed claim: kube-apiserver asks {} for it, which is not followed here",
        shown(endpoint)
    );
    let remedy = "the provider left the groups out, often because they are too many: have it put fewer groups, or roles, into \
                  the token";
    checks.not_judged(Rule::DistributedClaims, reason, remedy);
    true
}

fn map_name(claims: &Claims, mappings: &ClaimMappings, checks: &mut Checks) -> Mapped<String> {
    let mapping = &mappings.username;
    if mapping.claim.is_empty() {
        let name = select_text(Rule::Username, &mapping.expression, claims, checks);
        if matches!(&name, Mapped::Value(name) if name.is_empty()) {
            let remedy = "have the provider fill the claim";
            checks.failed(Rule::Username, format!("`{}` gives an empty name", mapping.expression), remedy);
            return Mapped::Nothing;
        }
        if let Mapped::Value(name) = &name {
            checks.ok(Rule::Username, format!("`{}` gives {}", mapping.expression, shown(name)));
        }
        return name;
    }
    let Mapped::Value(name) = claim_text(Rule::Username, &mapping.claim, claims, checks) else {
        return Mapped::Nothing;
    };
    let name = format!("{}{name}", mapping.prefix.as_deref().unwrap_or_default());
    checks.ok(Rule::Username, format!("`{}` gives {}", mapping.claim, shown(&name)));
    if mapping.claim == "email" && !is_verified(claims, checks) {
        return Mapped::Nothing;
    }
    Mapped::Value(name)
}

/// Whether `email_verified` lets an e-mail address be the name. It counts only where the claim is `email`.
fn is_verified(claims: &Claims, checks: &mut Checks) -> bool {
    let remedy =
        "mark the address as verified at the provider; in Dex see `insecureSkipEmailVerified` of the connector";
    match claims.get("email_verified") {
        None => checks.ok(Rule::EmailVerified, "there is no `email_verified`, which kube-apiserver accepts"),
        Some(Value::Bool(true)) => checks.ok(Rule::EmailVerified, "`email_verified` is true"),
        Some(Value::Bool(false) | Value::Null) => {
            checks.failed(Rule::EmailVerified, "`email_verified` is not true", remedy);
            return false;
        }
        Some(_) => {
            let reason = "`email_verified` is not a boolean";
            checks.failed(Rule::EmailVerified, reason, "have the provider write `true`, without quotes");
            return false;
        }
    }
    true
}

fn map_groups(claims: &Claims, mappings: &ClaimMappings, checks: &mut Checks) -> Mapped<Vec<String>> {
    let mapping = &mappings.groups;
    if !mapping.expression.is_empty() {
        return select_list(Rule::Groups, &mapping.expression, claims, checks);
    }
    if mapping.claim.is_empty() {
        checks.ok(Rule::Groups, "no groups are configured");
        return Mapped::Value(Vec::new());
    }
    let Some(value) = claims.get(&mapping.claim) else {
        checks.ok(Rule::Groups, format!("there is no `{}`, so there are no groups", mapping.claim));
        return Mapped::Value(Vec::new());
    };
    let Some(groups) = groups(value) else {
        let reason = format!("`{}` is neither a text nor a list of texts", mapping.claim);
        checks.failed(Rule::Groups, reason, "configure a claim that lists the groups by name");
        return Mapped::Nothing;
    };
    let prefix = mapping.prefix.as_deref().unwrap_or_default();
    let groups: Vec<_> = groups.iter().map(|group| format!("{prefix}{group}")).collect();
    checks.ok(Rule::Groups, format!("`{}` gives {}", mapping.claim, count(groups.len())));
    Mapped::Value(groups)
}

fn count(len: usize) -> String {
    if len == 1 { "1 group".to_owned() } else { format!("{len} groups") }
}

fn map_uid(claims: &Claims, mappings: &ClaimMappings, checks: &mut Checks) -> Mapped<String> {
    let uid = if !mappings.uid.claim.is_empty() {
        claim_text(Rule::Uid, &mappings.uid.claim, claims, checks)
    } else if !mappings.uid.expression.is_empty() {
        select_text(Rule::Uid, &mappings.uid.expression, claims, checks)
    } else {
        return Mapped::Value(String::new());
    };
    if let Mapped::Value(uid) = &uid {
        checks.ok(Rule::Uid, format!("the uid is {}", shown(uid)));
    }
    uid
}

fn map_extra(claims: &Claims, mappings: &ClaimMappings, checks: &mut Checks) -> Mapped<BTreeMap<String, Vec<String>>> {
    let mut extra = BTreeMap::new();
    if let Some(id) = claims.get("jti").and_then(Value::as_str).filter(|id| !id.is_empty()) {
        extra.insert(CREDENTIAL_ID.to_owned(), vec![format!("JTI={id}")]);
    }
    let mut is_whole = true;
    for mapping in &mappings.extra {
        match select_list(Rule::Extra, &mapping.value_expression, claims, checks) {
            Mapped::Value(values) if values.is_empty() => {}
            Mapped::Value(values) => {
                extra.insert(mapping.key.clone(), values);
            }
            Mapped::Nothing => is_whole = false,
        }
    }
    if is_whole { Mapped::Value(extra) } else { Mapped::Nothing }
}

fn claim_text(rule: Rule, claim: &str, claims: &Claims, checks: &mut Checks) -> Mapped<String> {
    match claims.get(claim).map(text) {
        Some(Some(text)) => return Mapped::Value(text.to_owned()),
        Some(None) => {
            let remedy = "configure a claim that is a text";
            checks.failed(rule, format!("`{claim}` is not a text"), remedy);
        }
        None => {
            let remedy =
                "ask for the scope that brings the claim (`email`, `groups`, `profile`), or configure another claim";
            checks.failed(rule, format!("there is no `{claim}`"), remedy);
        }
    }
    Mapped::Nothing
}

/// The claim that `claims.NAME` selects.
fn select<'a>(rule: Rule, expression: &str, claims: &'a Claims, checks: &mut Checks) -> Option<&'a Value> {
    let Some(ClaimsExpression::Select(claim)) = ClaimsExpression::recognise(expression) else {
        checks.not_judged(rule, format!("not judged: CEL expression {}", shown(expression)), CEL_REMEDY);
        return None;
    };
    let value = claims.get(claim);
    if value.is_none() {
        let remedy = format!("ask for the scope that brings the claim, or write `claims.?{claim}.orValue(…)`");
        checks.failed(rule, format!("`{expression}`: no such key: {claim}"), remedy);
    }
    value
}

fn select_text(rule: Rule, expression: &str, claims: &Claims, checks: &mut Checks) -> Mapped<String> {
    match select(rule, expression, claims, checks) {
        Some(Value::String(text)) => Mapped::Value(text.clone()),
        Some(_) => {
            checks.failed(rule, format!("`{expression}` is not a text"), "choose a claim that is a text");
            Mapped::Nothing
        }
        None => Mapped::Nothing,
    }
}

/// A text or a list of texts; empty texts do not count, and neither does `null`.
fn select_list(rule: Rule, expression: &str, claims: &Claims, checks: &mut Checks) -> Mapped<Vec<String>> {
    let texts: Option<Vec<String>> = match select(rule, expression, claims, checks) {
        None => return Mapped::Nothing,
        Some(Value::Null) => Some(Vec::new()),
        Some(Value::String(text)) => Some(vec![text.clone()]),
        Some(Value::Array(values)) => values.iter().map(|value| value.as_str().map(str::to_owned)).collect(),
        Some(_) => None,
    };
    let Some(mut texts) = texts else {
        let reason = format!("`{expression}` is neither a text nor a list of texts");
        checks.failed(rule, reason, "choose a claim that is one of these");
        return Mapped::Nothing;
    };
    texts.retain(|text| !text.is_empty());
    let list: Vec<_> = texts.iter().map(|text| shown(text)).collect();
    checks.ok(rule, format!("`{expression}` gives [{}]", list.join(", ")));
    Mapped::Value(texts)
}

/// What claims and user must be.
pub(super) fn require_claims(claims: &Claims, entry: &JwtAuthenticator, user: Option<&User>, checks: &mut Checks) {
    for rule in entry.claim_validation_rules.iter().filter(|rule| !rule.claim.is_empty()) {
        let (claim, expected) = (&rule.claim, shown(&rule.required_value));
        let remedy = "the account may lack what the cluster demands; ask whoever configured the rule";
        match claims.get(claim).map(text) {
            Some(Some(found)) if found == rule.required_value => {
                checks.ok(Rule::RequiredClaim, format!("`{claim}` is {expected}"));
            }
            Some(Some(found)) => {
                let reason = format!("`{claim}` is {}, expected {expected}", shown(found));
                checks.failed(Rule::RequiredClaim, reason, remedy);
            }
            Some(None) => {
                let reason = format!("`{claim}` is not a text, expected {expected}");
                checks.failed(Rule::RequiredClaim, reason, "only texts can be required this way; use an expression");
            }
            None => checks.failed(Rule::RequiredClaim, format!("there is no `{claim}`, expected {expected}"), remedy),
        }
    }
    for rule in entry.claim_validation_rules.iter().filter(|rule| rule.claim.is_empty()) {
        let expression = &rule.expression;
        let answer = ClaimsExpression::recognise(expression).and_then(|expression| holds(expression, claims));
        match answer {
            Some(answer) => {
                let remedy = "have the provider set the claim to the boolean `true`";
                judged(Rule::ClaimRule, rule_text(expression, &rule.message), answer, remedy, checks);
            }
            None => unjudged(Rule::ClaimRule, expression, checks),
        }
    }
    for rule in &entry.user_validation_rules {
        let is_reserved = |name: &String| name.starts_with("system:");
        let answer = match (UserExpression::recognise(&rule.expression), user) {
            (Some(UserExpression::NameNotSystem), Some(user)) => !is_reserved(&user.name),
            (Some(UserExpression::GroupsNotSystem), Some(user)) => !user.groups.iter().any(is_reserved),
            _ => {
                unjudged(Rule::UserRule, &rule.expression, checks);
                continue;
            }
        };
        let remedy = "have the account renamed, or give names and groups a prefix that is not `system:`";
        judged(Rule::UserRule, rule_text(&rule.expression, &rule.message), Ok(answer), remedy, checks);
    }
}

/// An expression as it is shown, and the message that comes with it, if any.
fn rule_text(expression: &str, message: &str) -> (String, String) {
    (format!("`{expression}`"), if message.is_empty() { String::new() } else { format!(": {message}") })
}

fn judged(rule: Rule, text: (String, String), answer: Result<bool, String>, remedy: &str, checks: &mut Checks) {
    let (expression, message) = text;
    match answer {
        Ok(true) => checks.ok(rule, format!("{expression} holds")),
        Ok(false) => checks.failed(rule, format!("{expression} is false{message}"), remedy),
        Err(error) => checks.failed(rule, format!("{expression}: {error}"), remedy),
    }
}

fn unjudged(rule: Rule, expression: &str, checks: &mut Checks) {
    checks.not_judged(rule, format!("not judged: CEL expression {}", shown(expression)), CEL_REMEDY);
}
