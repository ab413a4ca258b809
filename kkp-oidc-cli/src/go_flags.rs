//! Go's spelling of flags: one dash will do. KKP: spec section 2.1.

use std::ffi::{OsStr, OsString};

use clap::{ArgAction, Command, CommandFactory as _};

use crate::args::Cli;

/// Flags of kubermatic-api, of any version, that mean nothing here, and whether they take a value.
const WITHOUT_MEANING: &[(&str, Value)] = &[
    ("accessible-addons", Value::Next),
    ("add_dir_header", Value::Inline),
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
    ("log_file_max_size", Value::Next),
    ("logtostderr", Value::Inline),
    ("master-resources", Value::Next),
    ("namespace", Value::Next),
    ("oidc-authenticator-client-id", Value::Next),
    ("one_output", Value::Inline),
    ("overwrite-registry", Value::Next),
    ("pprof-listen-address", Value::Next),
    ("presets", Value::Next),
    ("prometheus-url", Value::Next),
    ("service-account-signing-key", Value::Next),
    ("skip_headers", Value::Inline),
    ("skip_log_headers", Value::Inline),
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

/// Rewrite arguments: known flags get two dashes; of `serve`, unknown ones too, and flags without meaning go. Says which
/// went, once each.
///
/// As Go has it, `--` ends the flags, and a flag's value may begin with a dash.
pub(crate) fn normalize(arguments: impl Iterator<Item = OsString>) -> (Vec<OsString>, Vec<&'static str>) {
    let mut arguments = arguments;
    let mut kept: Vec<OsString> = arguments.by_ref().take(1).collect();
    let mut ignored = Vec::new();
    let mut root = Cli::command();
    root.build();
    let mut command = &root;
    while let Some(argument) = arguments.next() {
        if argument == "--" {
            kept.push(argument);
            break;
        }
        let Some(flag) = Flag::parse(&argument) else {
            if let Some(subcommand) = argument.to_str().and_then(|name| command.find_subcommand(name)) {
                command = subcommand;
            }
            kept.push(argument);
            continue;
        };
        let is_serve = command.get_name() == "serve";
        if is_serve && let Some(&(name, value)) = WITHOUT_MEANING.iter().find(|(name, _)| *name == flag.name) {
            if !ignored.contains(&name) {
                ignored.push(name);
            }
            if value == Value::Next && !flag.has_value {
                arguments.next();
            }
        } else if let Some(value) = known(command, flag.name) {
            let mut rewritten = with_two_dashes(&flag, &argument);
            if value == Value::Next
                && !flag.has_value
                && let Some(value) = arguments.next()
            {
                rewritten.push("=");
                rewritten.push(value);
            }
            kept.push(rewritten);
        } else if is_serve && flag.name.len() > 1 {
            // A slip: spelt like this clap names it whole, and knows what it is like.
            kept.push(with_two_dashes(&flag, &argument));
        } else {
            kept.push(argument);
        }
    }
    kept.extend(arguments);
    (kept, ignored)
}

fn with_two_dashes(flag: &Flag<'_>, argument: &OsStr) -> OsString {
    let mut rewritten = OsString::from(if flag.dashes == 1 { "-" } else { "" });
    rewritten.push(argument);
    rewritten
}

/// `-name`, `--name`, `-name=value` or `--name=value`.
struct Flag<'a> {
    dashes: usize,
    name: &'a str,
    has_value: bool,
}

impl<'a> Flag<'a> {
    /// The value may be anything; a name that is not UTF-8 is nobody's.
    fn parse(argument: &'a OsStr) -> Option<Self> {
        let bytes = argument.as_encoded_bytes();
        let dashes = bytes.iter().take_while(|&&byte| byte == b'-').count();
        let mut parts = bytes.get(dashes..)?.splitn(2, |&byte| byte == b'=');
        let name = str::from_utf8(parts.next()?).ok()?;
        let has_value = parts.next().is_some();
        (matches!(dashes, 1 | 2) && !name.is_empty()).then_some(Self { dashes, name, has_value })
    }
}

/// Where the value of one of our own flags stands; `None` for flags that are not ours, and for single letters.
fn known(command: &Command, name: &str) -> Option<Value> {
    let argument = command.get_arguments().find(|argument| {
        argument.get_long() == Some(name) || argument.get_all_aliases().unwrap_or_default().contains(&name)
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
            ("k serve -unknown x", "k serve --unknown x"),
            ("k key -file=x", "k key --file=x"),
            ("k key -file x", "k key --file=x"),
            ("k key -f x", "k key -f x"),
            ("k ca bundle -output json", "k ca bundle --output=json"),
            ("k ca bundle -o x", "k ca bundle -o x"),
            ("k serve -h", "k serve -h"),
            ("k serve -help", "k serve --help"),
            ("k serve -output json", "k serve --output=json"),
            ("k --output json serve -output json", "k --output=json serve --output=json"),
            ("serve -oidc-url=a", "serve -oidc-url=a"),
            ("k serve -oidc-url=a=b", "k serve --oidc-url=a=b"),
            ("k serve -oidc-url=", "k serve --oidc-url="),
            ("k serve -oidc-url  -address :1", "k serve --oidc-url= --address=:1"),
            ("k serve -oidc-url serve", "k serve --oidc-url=serve"),
            ("k serve -oidc-url --", "k serve --oidc-url=--"),
            ("k serve -- -oidc-url=a -v=2", "k serve -- -oidc-url=a -v=2"),
            ("k serve - -oidc-url=a", "k serve - --oidc-url=a"),
            ("k serve ---oidc-url=a", "k serve ---oidc-url=a"),
            ("k serve -=a", "k serve -=a"),
            ("k serve -oidc-skip-tls-verify=false", "k serve --oidc-skip-tls-verify=false"),
            ("k serve -require-email-verified", "k serve --require-email-verified"),
            ("k serve -oidc-url", "k serve --oidc-url"),
            ("k key -file x", "k key --file=x"),
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

    #[test]
    fn a_flag_without_meaning_may_lack_its_value_at_the_end() {
        assert_eq!(normalized("k serve -v"), ("k serve".to_owned(), vec!["v"]));
        assert_eq!(normalized("k serve -domain="), ("k serve".to_owned(), vec!["domain"]));
    }

    #[cfg(unix)]
    #[test]
    fn values_need_not_be_utf_8_and_stay_as_they_are() {
        use std::os::unix::ffi::OsStringExt as _;

        let given: [&[u8]; 6] = [b"k", b"serve", b"-clusters=\xff", b"-ca-bundle", b"\xfe", b"-\xfd=1"];
        let expected: [&[u8]; 5] = [b"k", b"serve", b"--clusters=\xff", b"--ca-bundle=\xfe", b"-\xfd=1"];
        let (kept, ignored) = normalize(given.into_iter().map(|argument| OsString::from_vec(argument.to_vec())));
        let expected: Vec<_> = expected.into_iter().map(|argument| OsString::from_vec(argument.to_vec())).collect();
        assert_eq!((kept, ignored), (expected, Vec::new()));
    }

    #[test]
    fn every_flag_of_ours_is_known_and_none_is_called_meaningless() {
        let mut command = Cli::command();
        command.build();
        let serve = command.find_subcommand("serve").expect("there is a command `serve`");
        for name in serve.get_arguments().filter_map(clap::Arg::get_long) {
            assert!(known(serve, name).is_some(), "{name}");
            assert_eq!(WITHOUT_MEANING.iter().find(|(other, _)| *other == name).map(|(name, _)| name), None);
        }
    }
}
