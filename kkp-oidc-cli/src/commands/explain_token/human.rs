//! An explanation for people.

use std::fmt::Write as _;

use kkp_oidc_core::UnixTime;
use kkp_oidc_core::apiserver::{Decision, ReadToken, State, User, Verdict, printable};
use kkp_oidc_core::shell::Shell;
use serde_json::{Map, Value};

/// Claims that are times ([OpenID Connect Core 1.0 section 2] and section 5.1).
///
/// [OpenID Connect Core 1.0 section 2]: https://openid.net/specs/openid-connect-core-1_0.html#IDToken
const TIMES: [&str; 5] = ["auth_time", "exp", "iat", "nbf", "updated_at"];

/// Everything that is known, with a newline at the end of each line. Writing to a `String` does not fail.
pub(super) fn report(token: &ReadToken, decision: Option<&Decision>, now: UnixTime) -> String {
    let mut text = String::new();
    write_object(&mut text, "header", token.header());
    write_object(&mut text, "claims", token.claims());
    let Some(decision) = decision else {
        text.push_str("not judged: give --authentication-config or --oidc-issuer-url and --oidc-client-id\n");
        return text;
    };
    let _ = writeln!(text, "rules of kube-apiserver, in its order, at {now}");
    for check in &decision.checks {
        let state = match check.state {
            State::Ok => "ok",
            State::Failed => "FAILED",
            _ => "?",
        };
        let _ = writeln!(text, "  {state:<6}  {}: {}", check.rule.name(), printable(&check.reason));
        if !check.remedy.is_empty() {
            let _ = writeln!(text, "          {}", printable(&check.remedy));
        }
    }
    match (decision.refused_by(), decision.verdict) {
        (Some(check), _) => {
            let _ = writeln!(text, "refused: {}: {}", check.rule.name(), printable(&check.reason));
        }
        (None, Verdict::Accepted) if decision.signature_checked => text.push_str("accepted\n"),
        (None, Verdict::Accepted) => text.push_str("accepted, if the signature is good\n"),
        (None, _) => text.push_str("undecided: see the rules marked `?`\n"),
    }
    if let Some(user) = &decision.user {
        write_user(&mut text, user);
    }
    for note in &decision.notes {
        let _ = writeln!(text, "note: {}", printable(note));
    }
    text
}

fn write_object(text: &mut String, title: &str, object: &Map<String, Value>) {
    let _ = writeln!(text, "{title}");
    for (name, value) in object {
        let _ = write!(text, "  {}: {}", printable(name), printable(&value.to_string()));
        if let Some(secs) = value.as_i64().filter(|_| TIMES.contains(&name.as_str())) {
            let _ = write!(text, " ({})", UnixTime::from_secs(secs));
        }
        text.push('\n');
    }
}

fn write_user(text: &mut String, user: &User) {
    let _ = writeln!(text, "  user    {}", printable(&user.name));
    if !user.uid.is_empty() {
        let _ = writeln!(text, "  uid     {}", printable(&user.uid));
    }
    for group in &user.groups {
        let _ = writeln!(text, "  group   {}", printable(group));
    }
    for (key, values) in &user.extra {
        for value in values {
            let _ = writeln!(text, "  extra   {}={}", printable(key), printable(value));
        }
    }
    // What cannot be shown cannot be pasted either, and nobody is impersonated without a name.
    let is_shown = |name: &String| !name.is_empty() && printable(name) == *name;
    if is_shown(&user.name) && user.groups.iter().all(is_shown) {
        let words = ["kubectl", "auth", "can-i", "--list"].map(str::to_owned).into_iter();
        let groups = user.groups.iter().map(|group| format!("--as-group={group}"));
        let words = words.chain([format!("--as={}", user.name)]).chain(groups);
        if let Ok(command) = Shell::Bash.command(words) {
            let _ = writeln!(text, "  what they may do: {command}");
        }
    }
}
