//! What kube-apiserver finds wrong in an `AuthenticationConfiguration`: its rules, its order, its words.

use std::collections::BTreeSet;
use std::fmt;

use super::certificates::check_certificates;
use super::config::{
    AuthenticationConfiguration, ClaimMappings, ClaimValidationRule, JwtAuthenticator, JwtIssuer,
    PrefixedClaimOrExpression, UserValidationRule,
};
use super::expression::{ClaimsExpression, UserExpression};
use super::extra_key::extra_key_faults;
use crate::go::{GoUrl, quoted};

/// Most issuers in one configuration.
const MAX_JWT: usize = 64;

/// What kube-apiserver would say to a configuration.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct Review {
    /// What it refuses, in its order. With any of these it does not start, or keeps the configuration it had.
    pub findings: Vec<Finding>,
    /// CEL expressions that were not judged, by their field paths.
    pub not_judged: Vec<String>,
}

/// One thing that kube-apiserver refuses.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Finding {
    /// The field, such as `jwt[0].issuer.url`.
    pub path: String,
    /// What kind of fault it is.
    pub kind: FindingKind,
    /// The value as kube-apiserver prints it; empty for [`FindingKind::Required`].
    pub value: String,
    /// What is wrong, may be empty.
    pub detail: String,
}

/// Kinds of faults, named as Kubernetes does.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum FindingKind {
    /// Something is missing.
    Required,
    /// A value is wrong.
    Invalid,
    /// A value is there already.
    Duplicate,
    /// A list is too long.
    TooMany,
}

impl fmt::Display for FindingKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Required => "Required value",
            Self::Invalid => "Invalid value",
            Self::Duplicate => "Duplicate value",
            Self::TooMany => "Too many",
        })
    }
}

/// The line that kube-apiserver prints, such as
/// `jwt[0].issuer.url: Invalid value: "http://idp": URL scheme must be https`.
impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path, self.kind)?;
        if !self.value.is_empty() {
            write!(f, ": {}", self.value)?;
        }
        if !self.detail.is_empty() {
            write!(f, ": {}", self.detail)?;
        }
        Ok(())
    }
}

impl Review {
    fn required(&mut self, path: impl Into<String>, detail: &str) {
        self.push(path, FindingKind::Required, String::new(), detail);
    }

    pub(super) fn invalid(&mut self, path: impl Into<String>, value: &str, detail: impl Into<String>) {
        self.push(path, FindingKind::Invalid, quoted(value), detail);
    }

    fn duplicate(&mut self, path: impl Into<String>, value: &str) {
        self.push(path, FindingKind::Duplicate, quoted(value), "");
    }

    fn push(&mut self, path: impl Into<String>, kind: FindingKind, value: String, detail: impl Into<String>) {
        self.findings.push(Finding { path: path.into(), kind, value, detail: detail.into() });
    }
}

impl AuthenticationConfiguration {
    /// What kube-apiserver 1.34 would find wrong, all at once. Issuers of service account tokens, which it refuses as
    /// issuers here, too, are not known.
    #[must_use]
    pub fn review(&self) -> Review {
        let mut review = Review::default();
        if self.jwt.len() > MAX_JWT {
            let detail = format!("must have at most {MAX_JWT} items");
            review.push("jwt", FindingKind::TooMany, self.jwt.len().to_string(), detail);
            return review;
        }
        let (mut issuers, mut discovery_urls) = (BTreeSet::new(), BTreeSet::new());
        for (index, entry) in self.jwt.iter().enumerate() {
            let path = format!("jwt[{index}]");
            review.entry(entry, &path);
            if !issuers.insert(entry.issuer.url.as_str()) {
                review.duplicate(format!("{path}.issuer.url"), &entry.issuer.url);
            }
            let discovery_url = entry.issuer.discovery_url.as_deref().unwrap_or_default();
            if !discovery_url.is_empty() && !discovery_urls.insert(discovery_url) {
                review.duplicate(format!("{path}.issuer.discoveryURL"), discovery_url);
            }
        }
        if let Some(anonymous) = &self.anonymous
            && !anonymous.enabled
            && !anonymous.conditions.is_empty()
        {
            let paths: Vec<_> =
                anonymous.conditions.iter().map(|entry| format!("{{\"Path\":{}}}", quoted(&entry.path))).collect();
            let detail = "enabled should be set to true when conditions are defined";
            review.push("anonymous.conditions", FindingKind::Invalid, format!("[{}]", paths.join(",")), detail);
        }
        review
    }
}

impl Review {
    fn entry(&mut self, entry: &JwtAuthenticator, path: &str) {
        self.issuer(&entry.issuer, &format!("{path}.issuer"));
        let verified = self.claim_rules(&entry.claim_validation_rules, &format!("{path}.claimValidationRules"));
        self.mappings(&entry.claim_mappings, &format!("{path}.claimMappings"), verified);
        self.user_rules(&entry.user_validation_rules, &format!("{path}.userValidationRules"));
    }

    fn issuer(&mut self, issuer: &JwtIssuer, path: &str) {
        let url_path = format!("{path}.url");
        if issuer.url.is_empty() {
            self.required(url_path, "");
        } else {
            self.url(&issuer.url, &url_path);
        }
        if let Some(url) = issuer.discovery_url.as_deref().filter(|url| !url.is_empty()) {
            let path = format!("{path}.discoveryURL");
            if !issuer.url.is_empty() && issuer.url.trim_end_matches('/') == url.trim_end_matches('/') {
                self.invalid(&path, url, "discoveryURL must be different from URL");
            }
            self.url(url, &path);
        }
        self.audiences(issuer, path);
        if !issuer.certificate_authority.is_empty()
            && let Err(detail) = check_certificates(&issuer.certificate_authority)
        {
            self.invalid(format!("{path}.certificateAuthority"), "<omitted>", detail);
        }
        if !matches!(issuer.egress_selector_type.as_str(), "" | "controlplane" | "cluster") {
            let detail = "egress selector must be either controlplane or cluster";
            self.invalid(format!("{path}.egressSelectorType"), &issuer.egress_selector_type, detail);
        }
    }

    fn url(&mut self, text: &str, path: &str) {
        let url = match GoUrl::parse(text) {
            Ok(url) => url,
            Err(detail) => return self.invalid(path, text, detail),
        };
        for (is_wrong, detail) in [
            (url.scheme != "https", "URL scheme must be https"),
            (url.has_user, "URL must not contain a username or password"),
            (url.has_query, "URL must not contain a query"),
            (url.has_fragment, "URL must not contain a fragment"),
        ] {
            if is_wrong {
                self.invalid(path, text, detail);
            }
        }
    }

    fn audiences(&mut self, issuer: &JwtIssuer, path: &str) {
        let list = format!("{path}.audiences");
        if issuer.audiences.is_empty() {
            return self.required(&list, &format!("at least one {list} is required"));
        }
        let mut seen = BTreeSet::new();
        for (index, audience) in issuer.audiences.iter().enumerate() {
            if audience.is_empty() {
                self.required(format!("{list}[{index}]"), "");
            }
            if !seen.insert(audience) {
                self.duplicate(format!("{list}[{index}]"), audience);
            }
        }
        let detail = match (issuer.audiences.len(), issuer.audience_match_policy.as_str()) {
            (_, "MatchAny") | (1, "") => return,
            (1, _) => "audienceMatchPolicy must be empty or MatchAny for single audience",
            _ => "audienceMatchPolicy must be MatchAny for multiple audiences",
        };
        self.invalid(format!("{path}.audienceMatchPolicy"), &issuer.audience_match_policy, detail);
    }

    /// Says whether `email_verified` is looked at; `None` if an expression was not judged.
    fn claim_rules(&mut self, rules: &[ClaimValidationRule], path: &str) -> Option<bool> {
        let (mut claims, mut expressions) = (BTreeSet::new(), BTreeSet::new());
        let mut verified = Some(false);
        for (index, rule) in rules.iter().enumerate() {
            let path = format!("{path}[{index}]");
            match (rule.claim.is_empty(), rule.expression.is_empty()) {
                (false, false) => self.invalid(path, &rule.claim, "claim and expression can't both be set"),
                (true, true) => self.required(path, "claim or expression is required"),
                (false, true) => {
                    if !rule.message.is_empty() {
                        let detail = "may not be specified when claim is set";
                        self.invalid(format!("{path}.message"), &rule.message, detail);
                    }
                    if !claims.insert(&rule.claim) {
                        self.duplicate(format!("{path}.claim"), &rule.claim);
                    }
                }
                (true, false) => {
                    if !rule.required_value.is_empty() {
                        let detail = "may not be specified when expression is set";
                        self.invalid(format!("{path}.requiredValue"), &rule.required_value, detail);
                    }
                    if !expressions.insert(&rule.expression) {
                        self.duplicate(format!("{path}.expression"), &rule.expression);
                        continue;
                    }
                    let expression = ClaimsExpression::recognise(&rule.expression)
                        .filter(|expression| !matches!(expression, ClaimsExpression::Select(_)));
                    verified =
                        both(verified, self.looks_at(expression, "email_verified", format!("{path}.expression")));
                }
            }
        }
        verified
    }

    fn mappings(&mut self, mappings: &ClaimMappings, path: &str, verified: Option<bool>) {
        let username_path = format!("{path}.username");
        let username = self.prefixed(&mappings.username, &username_path, true);
        let _ = self.prefixed(&mappings.groups, &format!("{path}.groups"), false);
        if !mappings.uid.claim.is_empty() && !mappings.uid.expression.is_empty() {
            self.invalid(format!("{path}.uid"), "", "claim and expression can't both be set");
        } else if !mappings.uid.expression.is_empty() {
            let _ = self.select(&mappings.uid.expression, format!("{path}.uid.expression"));
        }
        let mut verified = both(verified, username.map(|claim| claim == Some("email_verified")));
        let mut keys = BTreeSet::new();
        for (index, mapping) in mappings.extra.iter().enumerate() {
            let path = format!("{path}.extra[{index}]");
            let key_path = format!("{path}.key");
            if mapping.key.is_empty() {
                self.required(&key_path, "");
            } else {
                for (value, detail) in extra_key_faults(&mapping.key) {
                    self.invalid(&key_path, value, detail);
                }
            }
            if !keys.insert(&mapping.key) {
                self.duplicate(key_path, &mapping.key);
                continue;
            }
            let path = format!("{path}.valueExpression");
            if mapping.value_expression.is_empty() {
                self.required(path, "");
                continue;
            }
            let claim = self.select(&mapping.value_expression, path);
            verified = both(verified, claim.map(|claim| claim == "email_verified"));
        }
        if username == Some(Some("email")) && verified == Some(false) {
            let detail = "claims.email_verified must be used in claimMappings.username.expression or \
                          claimMappings.extra[*].valueExpression or claimValidationRules[*].expression when claims.email \
                          is used in claimMappings.username.expression";
            self.invalid(format!("{username_path}.expression"), &mappings.username.expression, detail);
        }
    }

    /// Which claim the expression takes: `Some(None)` if there is no expression, `None` if it was not judged.
    fn prefixed<'a>(
        &mut self,
        mapping: &'a PrefixedClaimOrExpression,
        path: &str,
        is_required: bool,
    ) -> Option<Option<&'a str>> {
        match (mapping.claim.is_empty(), mapping.expression.is_empty()) {
            (false, false) => self.invalid(path, "", "claim and expression can't both be set"),
            (true, true) if is_required => self.required(path, "claim or expression is required"),
            (true, true) => {}
            (true, false) => {
                if let Some(prefix) = &mapping.prefix {
                    self.invalid(format!("{path}.prefix"), prefix, "may not be specified when expression is set");
                }
                let claim = self.select(&mapping.expression, format!("{path}.expression"))?;
                // kube-apiserver does not look further at a mapping that is refused.
                return Some(Some(claim).filter(|_| mapping.prefix.is_none()));
            }
            (false, true) if mapping.prefix.is_none() => {
                let detail =
                    "prefix is required when claim is set. It can be set to an empty string to disable prefixing";
                self.required(format!("{path}.prefix"), detail);
            }
            (false, true) => {}
        }
        Some(None)
    }

    fn user_rules(&mut self, rules: &[UserValidationRule], path: &str) {
        let mut expressions = BTreeSet::new();
        for (index, rule) in rules.iter().enumerate() {
            let path = format!("{path}[{index}].expression");
            if rule.expression.is_empty() {
                self.required(path, "");
            } else if !expressions.insert(&rule.expression) {
                self.duplicate(path, &rule.expression);
            } else if UserExpression::recognise(&rule.expression).is_none() {
                self.not_judged.push(path);
            }
        }
    }

    /// The claim that a mapping's expression takes; any other expression is not judged.
    fn select<'a>(&mut self, expression: &'a str, path: String) -> Option<&'a str> {
        match ClaimsExpression::recognise(expression) {
            Some(ClaimsExpression::Select(claim)) => Some(claim),
            _ => {
                self.not_judged.push(path);
                None
            }
        }
    }

    fn looks_at(&mut self, expression: Option<ClaimsExpression<'_>>, claim: &str, path: String) -> Option<bool> {
        if expression.is_none() {
            self.not_judged.push(path);
        }
        expression.map(|expression| expression.claim() == claim)
    }
}

/// Whether one of two is true; unknown if neither is and one is unknown.
const fn both(first: Option<bool>, second: Option<bool>) -> Option<bool> {
    match (first, second) {
        (Some(true), _) | (_, Some(true)) => Some(true),
        (Some(false), Some(false)) => Some(false),
        _ => None,
    }
}
