//! An `AuthenticationConfiguration` as Kubernetes' YAML library writes it: keys sorted, lists not indented.

use super::config::{
    Anonymous, AuthenticationConfiguration, ClaimMappings, ClaimOrExpression, ClaimValidationRule, JwtAuthenticator,
    JwtIssuer, PrefixedClaimOrExpression,
};
use crate::kubeconfig::scalar::{start_line, write_value};

enum Node<'a> {
    Text(&'a str),
    Bool(bool),
    List(Vec<Self>),
    Map(Vec<(&'static str, Self)>),
}

impl AuthenticationConfiguration {
    /// The document, byte for byte as `sigs.k8s.io/yaml` writes it, which KKP does, too (spec section 2.3); only empty
    /// lists are `[]` where that has `null`. [`parse`](Self::parse) reads the same value from it.
    #[must_use]
    pub fn to_yaml(&self) -> String {
        let mut document = Vec::new();
        if let Some(anonymous) = &self.anonymous {
            document.push(("anonymous", anonymous.node()));
        }
        document.push(("apiVersion", Node::Text(self.api_version.as_str())));
        document.push(("jwt", Node::List(self.jwt.iter().map(JwtAuthenticator::node).collect())));
        document.push(("kind", Node::Text("AuthenticationConfiguration")));
        let mut yaml = String::new();
        write_map(&mut yaml, &document, 0);
        start_line(&mut yaml, 0);
        yaml
    }
}

impl Anonymous {
    fn node(&self) -> Node<'_> {
        let mut map = Vec::new();
        if !self.conditions.is_empty() {
            let path = |path| Node::Map(vec![("path", Node::Text(path))]);
            map.push(("conditions", Node::List(self.conditions.iter().map(|entry| path(&entry.path)).collect())));
        }
        map.push(("enabled", Node::Bool(self.enabled)));
        Node::Map(map)
    }
}

impl JwtAuthenticator {
    fn node(&self) -> Node<'_> {
        let mut map = vec![("claimMappings", self.claim_mappings.node())];
        if !self.claim_validation_rules.is_empty() {
            let rules = self.claim_validation_rules.iter().map(ClaimValidationRule::node);
            map.push(("claimValidationRules", Node::List(rules.collect())));
        }
        map.push(("issuer", self.issuer.node()));
        if !self.user_validation_rules.is_empty() {
            let rules = self.user_validation_rules.iter().map(|rule| {
                let mut map = vec![("expression", Node::Text(rule.expression.as_str()))];
                push(&mut map, "message", &rule.message);
                Node::Map(map)
            });
            map.push(("userValidationRules", Node::List(rules.collect())));
        }
        Node::Map(map)
    }
}

impl ClaimMappings {
    fn node(&self) -> Node<'_> {
        let mut map = Vec::new();
        if !self.extra.is_empty() {
            let extra = self.extra.iter().map(|mapping| {
                Node::Map(vec![
                    ("key", Node::Text(&mapping.key)),
                    ("valueExpression", Node::Text(&mapping.value_expression)),
                ])
            });
            map.push(("extra", Node::List(extra.collect())));
        }
        map.push(("groups", self.groups.node()));
        map.push(("uid", self.uid.node()));
        map.push(("username", self.username.node()));
        Node::Map(map)
    }
}

impl PrefixedClaimOrExpression {
    fn node(&self) -> Node<'_> {
        let mut map = Vec::new();
        push(&mut map, "claim", &self.claim);
        push(&mut map, "expression", &self.expression);
        if let Some(prefix) = &self.prefix {
            map.push(("prefix", Node::Text(prefix)));
        }
        Node::Map(map)
    }
}

impl ClaimOrExpression {
    fn node(&self) -> Node<'_> {
        let mut map = Vec::new();
        push(&mut map, "claim", &self.claim);
        push(&mut map, "expression", &self.expression);
        Node::Map(map)
    }
}

impl ClaimValidationRule {
    fn node(&self) -> Node<'_> {
        let mut map = Vec::new();
        push(&mut map, "claim", &self.claim);
        push(&mut map, "expression", &self.expression);
        push(&mut map, "message", &self.message);
        push(&mut map, "requiredValue", &self.required_value);
        Node::Map(map)
    }
}

impl JwtIssuer {
    fn node(&self) -> Node<'_> {
        let mut map = Vec::new();
        push(&mut map, "audienceMatchPolicy", &self.audience_match_policy);
        let audiences = self.audiences.iter().map(|audience| Node::Text(audience));
        map.push(("audiences", Node::List(audiences.collect())));
        push(&mut map, "certificateAuthority", &self.certificate_authority);
        if let Some(url) = &self.discovery_url {
            map.push(("discoveryURL", Node::Text(url)));
        }
        push(&mut map, "egressSelectorType", &self.egress_selector_type);
        map.push(("url", Node::Text(&self.url)));
        Node::Map(map)
    }
}

/// A field that is left out where it is empty.
fn push<'a>(map: &mut Vec<(&'static str, Node<'a>)>, key: &'static str, text: &'a str) {
    if !text.is_empty() {
        map.push((key, Node::Text(text)));
    }
}

/// Writes what stands behind a `key:` or, as `in_list`, a `-`; `indent` is that of the line, in spaces.
fn write_node(out: &mut String, node: &Node<'_>, indent: usize, in_list: bool) {
    let deeper = indent.saturating_add(2);
    match node {
        Node::Text(text) => write_value(out, text, deeper),
        Node::Bool(value) => out.push_str(if *value { " true" } else { " false" }),
        Node::List(entries) if entries.is_empty() => out.push_str(" []"),
        Node::Map(entries) if entries.is_empty() => out.push_str(" {}"),
        Node::List(entries) => {
            for entry in entries {
                start_line(out, indent);
                out.push('-');
                write_node(out, entry, indent, true);
            }
        }
        Node::Map(entries) if in_list => {
            out.push(' ');
            write_map(out, entries, deeper);
        }
        Node::Map(entries) => {
            start_line(out, deeper);
            write_map(out, entries, deeper);
        }
    }
}

/// Writes a map whose first line is already indented.
fn write_map(out: &mut String, entries: &[(&'static str, Node<'_>)], indent: usize) {
    for (index, (key, node)) in entries.iter().enumerate() {
        if index > 0 {
            start_line(out, indent);
        }
        out.push_str(key);
        out.push(':');
        write_node(out, node, indent, false);
    }
}
