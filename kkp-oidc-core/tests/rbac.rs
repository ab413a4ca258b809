//! Bindings: what kubectl writes, names that are refused, warnings, and the command.

#![expect(clippy::unwrap_used, reason = "test helpers: failing is their job")]

use std::str::FromStr;

use kkp_oidc_core::rbac::{
    Binding, BindingName, Grant, GroupsPrefix, MAX_NAME_LEN, Namespace, NoSubjectError, ParseNameError,
    ParseNamespaceError, RoleName, RoleRef, SubjectName, Subjects, Warning,
};
use kkp_oidc_core::shell::{QuoteError, Shell};
use kkp_oidc_core::yaml;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use serde_json::{Value, json};

fn kkp() -> GroupsPrefix {
    GroupsPrefix::KKP.parse().unwrap()
}

fn view() -> Grant {
    Grant::Cluster("view".parse().unwrap())
}

fn users(users: &[&str]) -> Subjects {
    users.iter().fold(Subjects::new(), |subjects, user| subjects.with_user(user.parse().unwrap()))
}

fn view_for(subjects: Subjects) -> Binding {
    Binding::new(view(), subjects).unwrap().with_name("b".parse().unwrap())
}

#[test]
fn manifests_are_kubectl_s_byte_for_byte() {
    for line in include_str!("data/rbac.jsonl").lines() {
        let vector: Value = serde_json::from_str(line).unwrap();
        let texts = |key: &str| vector[key].as_array().unwrap().iter().map(|text| text.as_str().unwrap().to_owned());
        let subjects = texts("users").fold(Subjects::new(), |subjects, user| subjects.with_user(user.parse().unwrap()));
        let subjects =
            texts("groups").fold(subjects, |subjects, group| subjects.with_group(group.parse().unwrap(), &kkp()));
        let role: RoleName = vector["role"].as_str().unwrap().parse().unwrap();
        let grant = match (vector["namespace"].as_str(), vector["role_kind"].as_str()) {
            (None, _) => Grant::Cluster(role),
            (Some(namespace), Some("Role")) => Grant::Namespace(namespace.parse().unwrap(), RoleRef::Role(role)),
            (Some(namespace), _) => Grant::Namespace(namespace.parse().unwrap(), RoleRef::ClusterRole(role)),
        };
        let name = vector["name"].as_str().unwrap().parse().unwrap();
        let binding = Binding::new(grant, subjects).unwrap().with_name(name);
        let expected = vector["yaml"].as_str().unwrap().replacen("  creationTimestamp: null\n", "", 1);
        assert_eq!(binding.manifest(), expected);
    }
}

#[test]
fn the_command_of_kkp_s_documentation_comes_out() {
    let binding = view_for(users(&["lukasz@kubermatic.com"])).with_name("lukaszviewer".parse().unwrap());
    for (shell, expected) in [
        (Shell::Bash, "kubectl create clusterrolebinding lukaszviewer --clusterrole=view --user=lukasz@kubermatic.com"),
        (
            Shell::PowerShell,
            "kubectl create clusterrolebinding lukaszviewer --clusterrole=view '--user=lukasz@kubermatic.com'",
        ),
        (Shell::Cmd, "kubectl create clusterrolebinding lukaszviewer --clusterrole=view --user=lukasz@kubermatic.com"),
    ] {
        assert_eq!(binding.command(shell).unwrap(), expected);
    }
}

#[test]
fn a_command_says_role_and_namespace_and_users_before_groups() {
    let subjects = Subjects::new()
        .with_group("dev ops".parse().unwrap(), &kkp())
        .with_user("o'brien@acme.com".parse().unwrap())
        .with_user("o'brien@acme.com".parse().unwrap());
    for (role, flag) in [
        (RoleRef::Role("a".parse().unwrap()), "--role=a"),
        (RoleRef::ClusterRole("a".parse().unwrap()), "--clusterrole=a"),
    ] {
        let grant = Grant::Namespace("dev".parse().unwrap(), role);
        let binding = Binding::new(grant, subjects.clone()).unwrap().with_name("b".parse().unwrap());
        let expected = format!(
            r"kubectl create rolebinding b {flag} '--user=o'\''brien@acme.com' '--group=oidc:dev ops' --namespace=dev"
        );
        assert_eq!(binding.command(Shell::Zsh).unwrap(), expected);
    }
    let refused = view_for(users(&["a%b@c.d"])).command(Shell::Cmd);
    assert_eq!(refused, Err(QuoteError::Character { shell: Shell::Cmd, character: '%' }));
}

#[test]
fn nobody_is_not_bound() {
    assert_eq!(Binding::new(view(), Subjects::new()), Err(NoSubjectError));
    assert_eq!(NoSubjectError.to_string(), "there is neither a user nor a group to bind");
}

#[track_caller]
fn default_name(role: &str, subjects: Subjects) -> String {
    let binding = Binding::new(Grant::Cluster(role.parse().unwrap()), subjects).unwrap();
    let name = binding.name().to_string();
    assert!(name.len() <= 63 && name.parse::<BindingName>().is_ok(), "{name}");
    assert!(name.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.')), "{name}");
    assert!(name.split(['-', '.']).all(|part| !part.is_empty()), "{name}");
    name
}

#[test]
fn default_names_are_readable_and_tell_all_bindings_apart() {
    // The hash: `printf 'ClusterRole\0view\0User\0lukasz@kubermatic.com\0' | sha256sum | cut -c-10`.
    assert_eq!(default_name("view", users(&["lukasz@kubermatic.com"])), "view-lukasz-kubermatic.com-5c3bcac8f6");
    let of = |user: &str| default_name("view", users(&[user]));
    let (plus, minus) = (of("a+b@c.d"), of("a-b@c.d"));
    assert_eq!((plus.split_at(13).0, minus.split_at(13).0), ("view-a-b-c.d-", "view-a-b-c.d-"));
    assert_ne!(plus, minus);
    assert_ne!(of("A@b.c"), of("a@b.c"));
    assert_eq!(
        default_name("view", users(&["a@b", "c@d"])).split_at(9).1,
        default_name("view", users(&["c@d", "a@b"])).split_at(9).1
    );
    let group = Subjects::new().with_group("a@b.c".parse().unwrap(), &"".parse().unwrap());
    assert_ne!(default_name("view", group), of("a@b.c"));
    for (role, user) in
        [("日本", "語"), ("..a", "-"), ("-", "."), (&*"r".repeat(1024), &*"u".repeat(1024)), (":::", "@")]
    {
        default_name(role, users(&[user]));
    }
    assert_eq!(default_name(&"r".repeat(52), users(&["u"])).len(), 63);
    // Cut right behind a hyphen, which goes.
    assert_eq!(default_name(&format!("{}-x", "r".repeat(51)), users(&["u"])).len(), 62);
}

#[test]
fn names_are_refused_where_something_could_not_carry_them() {
    let character = |character, index| Err(ParseNameError::Character { character, index });
    for text in
        ["\n", "\0", "\t", "\u{7f}", "\u{85}", "\u{9b}", "\u{2028}", "\u{2029}", "\u{feff}", "\u{fffe}", "\u{ffff}"]
    {
        let first = text.chars().next().unwrap();
        let text = format!("é{text}\n");
        assert_eq!(text.parse::<SubjectName>().map(drop), character(first, 2));
        assert_eq!(text.parse::<RoleName>().map(drop), character(first, 2));
        assert_eq!(text.parse::<BindingName>().map(drop), character(first, 2));
        assert_eq!(text.parse::<GroupsPrefix>().map(drop), character(first, 2));
    }
    for (text, refused, binding_refused) in [
        ("", Err(ParseNameError::Empty), Err(ParseNameError::Empty)),
        (".", Err(ParseNameError::Dots), Err(ParseNameError::Dots)),
        ("..", Err(ParseNameError::Dots), Err(ParseNameError::Dots)),
        ("...", Ok(()), Ok(())),
        (".a", Ok(()), Ok(())),
        ("a/b", character('/', 1), character('/', 1)),
        ("a%", character('%', 1), character('%', 1)),
        ("-a", Ok(()), character('-', 0)),
        ("a-", Ok(()), Ok(())),
        ("system:node", Ok(()), Ok(())),
        ("Ünï code", Ok(()), Ok(())),
    ] {
        assert_eq!(text.parse::<RoleName>().map(drop), refused, "{text:?}");
        assert_eq!(text.parse::<BindingName>().map(drop), binding_refused, "{text:?}");
    }
    for text in [".", "..", "a/b", "a%", "-a"] {
        assert_eq!(text.parse::<SubjectName>().unwrap().as_str(), text);
    }
    for len in [1, MAX_NAME_LEN - 1, MAX_NAME_LEN, MAX_NAME_LEN + 1, 10 * MAX_NAME_LEN] {
        let expected = if len <= MAX_NAME_LEN { Ok(()) } else { Err(ParseNameError::TooLong { len }) };
        let text = "a".repeat(len);
        assert_eq!(text.parse::<SubjectName>().map(drop), expected);
        assert_eq!(text.parse::<RoleName>().map(drop), expected);
        assert_eq!(text.parse::<BindingName>().map(drop), expected);
        assert_eq!(text.parse::<GroupsPrefix>().map(drop), expected);
    }
    assert_eq!("".parse::<GroupsPrefix>().unwrap().as_str(), "");
}

#[test]
fn refusals_of_names_say_what_is_wrong() {
    for (error, text) in [
        (ParseNameError::Empty, "name is empty"),
        (ParseNameError::TooLong { len: 1025 }, "name has 1025 bytes, expected at most 1024"),
        (
            ParseNameError::Character { character: '\n', index: 2 },
            "name has '\\n' at byte 2, which it cannot have there",
        ),
        (ParseNameError::Dots, "name is `.` or `..`, expected one segment of a path"),
    ] {
        assert_eq!(error.to_string(), text);
    }
}

#[test]
fn a_namespace_is_a_label_of_rfc_1123() {
    let character = |character, index| Err(ParseNamespaceError::Character { character, index });
    for (text, expected) in [
        ("", Err(ParseNamespaceError::Empty)),
        ("a", Ok(())),
        ("0", Ok(())),
        ("a-b", Ok(())),
        ("-", character('-', 0)),
        ("-a", character('-', 0)),
        ("a-", character('-', 1)),
        ("a.b", character('.', 1)),
        ("aB", character('B', 1)),
        ("a\0", character('\0', 1)),
        ("aé", character('é', 1)),
        (&*"n".repeat(62), Ok(())),
        (&*"n".repeat(63), Ok(())),
        (&*"n".repeat(64), Err(ParseNamespaceError::TooLong { len: 64 })),
        (&*"n".repeat(630), Err(ParseNamespaceError::TooLong { len: 630 })),
    ] {
        assert_eq!(text.parse::<Namespace>().map(drop), expected, "{text:?}");
    }
    for (error, text) in [
        (ParseNamespaceError::Empty, "namespace is empty"),
        (ParseNamespaceError::TooLong { len: 64 }, "namespace has 64 bytes, expected at most 63"),
        (
            ParseNamespaceError::Character { character: 'B', index: 1 },
            "namespace has 'B' at byte 1, expected `a-z 0-9 -` and no `-` first or last",
        ),
    ] {
        assert_eq!(error.to_string(), text);
    }
}

#[test]
fn groups_get_the_prefix_once() {
    for (group, prefix, expected, warned) in [
        ("admins", "oidc:", "oidc:admins", false),
        ("oidc:admins", "oidc:", "oidc:admins", true),
        ("oidc:", "oidc:", "oidc:oidc:", false),
        ("OIDC:admins", "oidc:", "oidc:OIDC:admins", false),
        ("system:masters", "oidc:", "oidc:system:masters", false),
        ("oidc:admins", "", "oidc:admins", false),
        ("admins", "kkp ", "kkp admins", false),
    ] {
        let prefix: GroupsPrefix = prefix.parse().unwrap();
        let subjects = Subjects::new().with_group(group.parse().unwrap(), &prefix);
        let names: Vec<_> = subjects.iter().map(|subject| (subject.kind(), subject.name().as_str())).collect();
        assert_eq!(names, [("Group", expected)]);
        let warning = Warning::AlreadyPrefixed { group: group.parse().unwrap(), prefix };
        assert_eq!(subjects.warnings(), if warned { vec![warning] } else { vec![] });
    }
}

#[test]
fn what_often_is_wrong_is_said_once() {
    for (user, code, text) in [
        (
            "Lukasz@kubermatic.com",
            "upper-case",
            "user `Lukasz@kubermatic.com` has upper-case letters: kube-apiserver compares byte for byte with the e-mail \
             address in the token, while KKP's kubeconfig shows it in lower case; write it as the provider does",
        ),
        (
            "É@x.y",
            "upper-case",
            "user `É@x.y` has upper-case letters: kube-apiserver compares byte for byte with the \
             e-mail address in the token, while KKP's kubeconfig shows it in lower case; write it as the provider does",
        ),
        ("lukasz", "no-address", "user `lukasz` is no e-mail address, which is what KKP's clusters name users by"),
        ("a\u{200b}@b.c", "unseen", "name \"a\\u{200b}@b.c\" has '\\u{200b}', which is not seen but compared"),
        ("a@b.c ", "unseen", "name \"a@b.c \" has ' ', which is not seen but compared"),
        ("\u{a0}a@b.c", "unseen", "name \"\\u{a0}a@b.c\" has '\\u{a0}', which is not seen but compared"),
    ] {
        let subjects = users(&[user, user]);
        let said: Vec<_> = subjects.warnings().iter().map(|warning| (warning.code(), warning.to_string())).collect();
        assert_eq!(said, [(code, text.to_owned())]);
    }
    assert_eq!(users(&["lukasz@kubermatic.com", "ß@x.y", "a b@c.d"]).warnings(), []);
    let subjects = Subjects::new().with_group("oidc:a".parse().unwrap(), &kkp());
    assert_eq!(
        subjects.warnings()[0].to_string(),
        "group `oidc:a` has the prefix `oidc:` already and does not get it again; if the provider itself names it so, \
         write `oidc:oidc:a` and an empty prefix"
    );
}

/// Any text that is such a name.
fn text_of<T: FromStr>() -> impl Strategy<Value = String> {
    r#"([ -~]|[-:#'"\\ ]|.){1,24}"#.prop_filter("a name", |text| text.parse::<T>().is_ok())
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 2000,
        rng_seed: RngSeed::Fixed(1),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn any_names_read_back_also_below_their_command(
        name in text_of::<BindingName>(),
        role in text_of::<RoleName>(),
        user in text_of::<SubjectName>(),
    ) {
        let binding = Binding::new(Grant::Cluster(role.parse().unwrap()), users(&[&user])).unwrap();
        prop_assert!(binding.name().as_str().parse::<BindingName>().is_ok());
        let binding = binding.with_name(name.parse().unwrap());
        let group = "rbac.authorization.k8s.io";
        let expected = json!({
            "apiVersion": format!("{group}/v1"),
            "kind": "ClusterRoleBinding",
            "metadata": {"name": name},
            "roleRef": {"apiGroup": group, "kind": "ClusterRole", "name": role},
            "subjects": [{"apiGroup": group, "kind": "User", "name": user}],
        });
        let text = format!("# {}\n{}", binding.command(Shell::Bash).unwrap(), binding.manifest());
        prop_assert_eq!(yaml::from_str::<Value>(&text), Ok(expected));
    }
}
