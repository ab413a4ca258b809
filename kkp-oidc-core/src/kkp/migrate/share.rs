//! The switches in the dashboard's config.json, a text of JSON in which everything else stays as it is.

use crate::yaml::{self, Node, Value};

/// The key that shows the share button up to 2.22.
pub(super) const SHARE: &str = "share_kubeconfig";

/// Keys that mean nothing since 2.31 (spec section 7.4).
pub(super) const IGNORED_SINCE_2_31: [&str; 4] =
    ["oidc_provider_url", "oidc_provider_scope", "oidc_provider_client_id", "oidc_connector_id"];

/// The object that a config.json is; `None` if it is none.
fn object(json: &str) -> Option<Node> {
    serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(json).ok()?;
    yaml::documents(json).ok()?.into_iter().next().filter(|node| matches!(node.value, Value::Map(_)))
}

/// Whether a text is a config.json that can be changed.
pub(super) fn is_object(json: &str) -> bool {
    object(json).is_some()
}

/// What a key is; `None` if it is not there.
pub(super) fn get(json: &str, key: &str) -> Option<Option<bool>> {
    object(json)?.at(key).map(Node::bool)
}

/// The text without a key; empty if nothing else is in it.
pub(super) fn without(json: &str, key: &str) -> String {
    let Some(object) = object(json) else { return json.to_owned() };
    let entries = object.entries();
    let Some(index) = entries.iter().position(|entry| entry.key == key) else { return json.to_owned() };
    let span = |index: usize| entries.get(index).map(|entry| (entry.key_span.start, entry.value.span.end));
    let Some((start, end)) = span(index) else { return json.to_owned() };
    let before = index.checked_sub(1).and_then(span);
    let (start, end) = match (before, span(index.saturating_add(1))) {
        (_, Some((next, _))) => (start, next),
        (Some((_, previous)), None) => (previous, end),
        (None, None) => return String::new(),
    };
    let mut text = json.get(..start).unwrap_or_default().to_owned();
    text.push_str(json.get(end..).unwrap_or_default());
    text
}

/// The text with the key that shows the share button, in front.
pub(super) fn with_share(json: &str, share: bool) -> String {
    if json.trim().is_empty() {
        return format!("{{\"{SHARE}\": {share}}}");
    }
    let Some(object) = object(json) else { return json.to_owned() };
    let brace = json.find('{').map_or(0, |at| at.saturating_add(1));
    let (before, behind) = json.split_at_checked(brace).unwrap_or((json, ""));
    match object.entries().first() {
        Some(first) => {
            let blanks = json.get(brace..first.key_span.start).unwrap_or_default();
            let blanks_between = if blanks.is_empty() { " " } else { blanks };
            let rest = json.get(first.key_span.start..).unwrap_or_default();
            format!("{before}{blanks}\"{SHARE}\": {share},{blanks_between}{rest}")
        }
        None => format!("{before}\"{SHARE}\": {share}{}", behind.trim_start()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rest_stays_letter_by_letter() {
        for (json, without_it) in [
            ("{\"share_kubeconfig\": true}", ""),
            ("{\n  \"share_kubeconfig\": true\n}\n", ""),
            ("{\n  \"share_kubeconfig\": true,\n  \"a\": [1, 2.50]\n}\n", "{\n  \"a\": [1, 2.50]\n}\n"),
            ("{\"a\": {\"b\":  1}, \"share_kubeconfig\": false }", "{\"a\": {\"b\":  1} }"),
            ("{\"a\":1,\"share_kubeconfig\":true,\"b\":2}", "{\"a\":1,\"b\":2}"),
            ("{\"a\": \"share_kubeconfig\"}", "{\"a\": \"share_kubeconfig\"}"),
            ("no json", "no json"),
        ] {
            assert_eq!(without(json, SHARE), without_it, "{json}");
            if get(json, SHARE).is_some() {
                assert_eq!(get(&with_share(without_it, true), SHARE), Some(Some(true)), "{json}");
                assert_eq!(without(&with_share(without_it, true), SHARE), without_it, "{json}");
            }
        }
        assert_eq!(with_share("{\n  \"a\": 1\n}", true), "{\n  \"share_kubeconfig\": true,\n  \"a\": 1\n}");
        assert_eq!(with_share("{}", false), "{\"share_kubeconfig\": false}");
    }
}
