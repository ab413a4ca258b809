//! Go's spelling of flags: one dash will do. KKP: spec section 2.1.

use std::ffi::{OsStr, OsString};

use clap::{ArgAction, Args as _, Command};

use crate::args::ServeArgs;

/// Flags of kubermatic-api, of any version, that mean nothing here, and whether they take a value.
const WITHOUT_MEANING: &[(&str, Value)] = &[
    ("accessible-addons", Value::Next),
    ("alsologtostderr", Value::Inline),
    ("datacenters", Value::Next),
    ("domain", Value::Next),
    ("dynamic-datacenters", Value::Inline),
    ("dynamic-presets", Value::Inline),
    ("expose-strategy", Value::Next),
    ("internal-address", Value::Next),
    ("kubeconfig", Value::Next),
    ("kubermatic-configuration-file", Value::Next),
    ("log_backtrace_at", Value::Next),
    ("log_dir", Value::Next),
    ("log_file", Value::Next),
    ("logtostderr", Value::Inline),
    ("master-resources", Value::Next),
    ("namespace", Value::Next),
    ("oidc-authenticator-client-id", Value::Next),
    ("overwrite-registry", Value::Next),
    ("pprof-listen-address", Value::Next),
    ("presets", Value::Next),
    ("prometheus-url", Value::Next),
    ("service-account-signing-key", Value::Next),
    ("stderrthreshold", Value::Next),
    ("swagger", Value::Next),
    ("updates", Value::Next),
    ("v", Value::Next),
    ("versions", Value::Next),
    ("vmodule", Value::Next),
    ("worker-name", Value::Next),
];

/// Where a flag's value stands.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Value {
    /// Behind `=` or in the next argument.
    Next,
    /// Behind `=` or nowhere: a boolean.
    Inline,
}

/// Rewrite the arguments of `serve`: known flags get two dashes, flags without meaning go. Says which went, once each.
pub(crate) fn normalize(arguments: impl Iterator<Item = OsString>) -> (Vec<OsString>, Vec<&'static str>) {
    let mut arguments = arguments;
    let mut kept: Vec<OsString> = arguments.by_ref().take(1).collect();
    let mut ignored = Vec::new();
    let mut in_serve = false;
    while let Some(argument) = arguments.next() {
        if !in_serve {
            in_serve = argument == "serve";
            kept.push(argument);
            continue;
        }
        let Some((name, has_value)) = flag_name(&argument) else {
            kept.push(argument);
            continue;
        };
        if let Some(&(name, value)) = WITHOUT_MEANING.iter().find(|(known, _)| *known == name) {
            if !ignored.contains(&name) {
                ignored.push(name);
            }
            if value == Value::Next && !has_value {
                arguments.next();
            }
        } else if let Some(value) = known(&name) {
            let text = argument.to_string_lossy();
            kept.push(format!("--{}", text.trim_start_matches('-')).into());
            if value == Value::Next && !has_value {
                // Go takes the next argument for the value whatever it begins with.
                match (kept.pop(), arguments.next()) {
                    (Some(mut flag), Some(value)) => {
                        flag.push("=");
                        flag.push(value);
                        kept.push(flag);
                    }
                    (Some(flag), None) => kept.push(flag),
                    (None, _) => {}
                }
            }
        } else {
            kept.push(argument);
        }
    }
    (kept, ignored)
}

/// The name of `-name`, `--name`, `-name=value` or `--name=value`, and whether there is a value.
fn flag_name(argument: &OsStr) -> Option<(String, bool)> {
    let text = argument.to_str()?;
    let flag = text.strip_prefix("--").or_else(|| text.strip_prefix('-'))?;
    let (name, has_value) = flag.split_once('=').map_or((flag, false), |(name, _)| (name, true));
    (!name.is_empty() && !name.starts_with('-')).then(|| (name.to_owned(), has_value))
}

/// Where the value of one of our own flags stands; `None` for flags that are not ours, and for single letters.
fn known(name: &str) -> Option<Value> {
    let command = ServeArgs::augment_args(Command::new("serve"));
    let argument = command.get_arguments().find(|argument| {
        argument.get_long_and_visible_aliases().unwrap_or_default().contains(&name)
            || argument.get_all_aliases().unwrap_or_default().contains(&name)
    })?;
    let takes_none = matches!(argument.get_action(), ArgAction::SetTrue | ArgAction::Help | ArgAction::Version);
    Some(if takes_none || argument.is_require_equals_set() { Value::Inline } else { Value::Next })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn normalized(arguments: &str) -> (String, Vec<&'static str>) {
        let (kept, ignored) = normalize(arguments.split(' ').map(OsString::from));
        (kept.iter().map(|argument| argument.to_string_lossy()).collect::<Vec<_>>().join(" "), ignored)
    }

    #[test]
    fn known_flags_get_two_dashes_and_their_value() {
        for (given, expected) in [
            ("k serve -oidc-url=https://a", "k serve --oidc-url=https://a"),
            ("k serve -oidc-url https://a", "k serve --oidc-url=https://a"),
            ("k serve --oidc-url https://a", "k serve --oidc-url=https://a"),
            ("k serve -oidc-issuer-client-secret -dashed", "k serve --oidc-issuer-client-secret=-dashed"),
            ("k serve -oidc-skip-tls-verify -address :1", "k serve --oidc-skip-tls-verify --address=:1"),
            ("k serve -oidc-ca-file a.pem", "k serve --oidc-ca-file=a.pem"),
            ("k serve -unknown x", "k serve -unknown x"),
            ("k serve -h", "k serve -h"),
            ("k serve -oidc-url", "k serve --oidc-url"),
            ("k key -file x", "k key -file x"),
        ] {
            assert_eq!(normalized(given), (expected.to_owned(), Vec::new()), "{given}");
        }
    }

    #[test]
    fn flags_without_meaning_go_with_their_value_and_are_named_once() {
        let given = "k serve -v=2 -logtostderr -domain kkp.example.com --address :1 -v 4 -internal-address=:8085";
        let expected = ("k serve --address=:1".to_owned(), vec!["v", "logtostderr", "domain", "internal-address"]);
        assert_eq!(normalized(given), expected);
    }
}
