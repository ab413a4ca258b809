//! Several kubeconfigs in one.

#![expect(clippy::unwrap_used, reason = "test helpers: failing is their job")]

use kkp_oidc_core::kubeconfig::file::MergeKubeconfigsError;
use kkp_oidc_core::kubeconfig::{KubeconfigFile, RenderKubeconfigError};

fn read(yaml: &str) -> KubeconfigFile {
    KubeconfigFile::read(yaml.as_bytes()).unwrap()
}

/// The merged file, and what was renamed in words.
fn merge(files: &[&str]) -> (String, Vec<String>) {
    let files = files.iter().enumerate().map(|(index, yaml)| (format!("file {index}"), read(yaml)));
    let merged = KubeconfigFile::merge(files.collect()).unwrap();
    let renamings = merged.renamings.iter().map(ToString::to_string).collect();
    (merged.file.to_yaml().unwrap().expose_secret().to_owned(), renamings)
}

fn cluster(server: &str, token: &str) -> String {
    format!(
        "clusters: [{{name: kubernetes, cluster: {{server: '{server}'}}}}]\n\
         users: [{{name: admin, user: {{token: {token}}}}}]\n\
         contexts: [{{name: admin@kubernetes, context: {{cluster: kubernetes, user: admin}}}}]\n\
         current-context: admin@kubernetes\n"
    )
}

const NOTHING: [String; 0] = [];

#[test]
fn without_collisions_the_result_is_kubectls() {
    let one = include_str!("data/kubeconfig-merge/one.yaml");
    let two = include_str!("data/kubeconfig-merge/two.yaml");
    let merged = include_str!("data/kubeconfig-merge/merged.yaml");
    assert_eq!(merge(&[one, two]), (merged.to_owned(), NOTHING.to_vec()));
    assert_eq!(merge(&[merged, one, two]), (merged.to_owned(), NOTHING.to_vec()));
}

#[test]
fn what_has_the_same_name_and_other_content_is_renamed_and_contexts_follow() {
    let (one, two) = (cluster("https://one:6443", "a"), cluster("https://two:6443", "b"));
    let expected = "\
apiVersion: v1
clusters:
- cluster:
    server: https://two:6443
  name: admin@kubernetes
- cluster:
    server: https://one:6443
  name: kubernetes
contexts:
- context:
    cluster: kubernetes
    user: admin
  name: admin@kubernetes
- context:
    cluster: admin@kubernetes
    user: admin@kubernetes
  name: admin@kubernetes-2
current-context: admin@kubernetes
kind: Config
users:
- name: admin
  user:
    token: a
- name: admin@kubernetes
  user:
    token: b
";
    let renamed = |kind: &str, from: &str, to: &str| {
        format!("the {kind} `{from}` of file 1 is `{to}` now: the name stands for something else already")
    };
    let renamings = vec![
        renamed("cluster", "kubernetes", "admin@kubernetes"),
        renamed("user", "admin", "admin@kubernetes"),
        renamed("context", "admin@kubernetes", "admin@kubernetes-2"),
    ];
    assert_eq!(merge(&[&one, &two]), (expected.to_owned(), renamings.clone()));
    assert_eq!(merge(&[expected, &two]).0, expected);
    let third = cluster("https://three:6443", "b");
    let (merged, _) = merge(&[&one, &two, &third]);
    let merged = read(&merged);
    let names = |file: &KubeconfigFile| {
        let contexts = file.contexts.iter();
        contexts.map(|(name, is)| format!("{name}: {} {}", is.context.cluster, is.context.user)).collect::<Vec<_>>()
    };
    assert_eq!(
        names(&merged),
        [
            "admin@kubernetes: kubernetes admin",
            "admin@kubernetes-2: admin@kubernetes admin@kubernetes",
            "admin@kubernetes-3: admin@kubernetes-2 admin@kubernetes",
        ]
    );
}

#[test]
fn a_new_name_is_none_that_the_file_itself_uses() {
    let one = "users: [{name: a, user: {token: x}}]";
    let two = "users: [{name: a, user: {token: w}}, {name: a-2, user: {token: z}}]";
    let (merged, _) = merge(&[one, two]);
    let users: Vec<(String, String)> =
        read(&merged).users.into_iter().map(|(name, user)| (name, user.token.expose_secret().to_owned())).collect();
    let expected = [("a", "x"), ("a-2", "z"), ("a-3", "w")].map(|(name, token)| (name.to_owned(), token.to_owned()));
    assert_eq!(users, expected);
}

#[test]
fn the_current_context_is_the_first_that_a_file_names_under_its_new_name() {
    let one = "contexts: [{name: x, context: {cluster: c, user: u}}]";
    let two = "current-context: x\ncontexts: [{name: x, context: {cluster: d, user: u}}]";
    let (merged, _) = merge(&[one, two]);
    assert_eq!(read(&merged).current_context, "u@d");
}

#[test]
fn a_context_that_another_file_completes_is_named() {
    let mine =
        "users: [{name: bob, user: {token: s3cr3t}}]\ncontexts: [{name: old, context: {cluster: gone, user: bob}}]";
    let theirs = "\
clusters: [{name: gone, cluster: {server: 'https://evil'}}, {name: evil, cluster: {server: 'https://evil'}}]
contexts: [{name: prod, context: {cluster: evil, user: bob}}]";
    let files = vec![("mine".to_owned(), read(mine)), ("theirs".to_owned(), read(theirs))];
    let merged = KubeconfigFile::merge(files).unwrap();
    let warnings: Vec<String> = merged.completions.iter().map(ToString::to_string).collect();
    let expected = [
        "warning: the context `prod` takes its user `bob` from another file",
        "warning: the context `old` takes its cluster `gone` from another file",
    ];
    assert_eq!(warnings, expected);
}

#[test]
fn what_would_be_lost_is_refused_by_name() {
    let merge = |files: &[&str]| {
        let files = files.iter().enumerate().map(|(index, yaml)| (format!("file {index}"), read(yaml)));
        KubeconfigFile::merge(files.collect()).unwrap_err()
    };
    assert_eq!(
        merge(&["users: [{name: u, user: {Token: x, token: w}}]\nextra: 1"]).to_string(),
        "file 0 has fields that kubectl does not know and that would be lost: `users[0].user.Token` (line 1), `extra` \
         (line 2)"
    );
    let extension = |value: &str| format!("extensions: [{{name: e, extension: {value}}}]");
    assert_eq!(
        merge(&[&extension("{a: 1}"), &extension("{a: 2}")]),
        MergeKubeconfigsError::ExtensionDiffers { origin: "file 1".to_owned(), name: "e".to_owned() }
    );
    let error = merge(&["{}", "users: [{name: u, user: {token: \"\\x7f\"}}]"]);
    let cause = RenderKubeconfigError::Character { path: "token".to_owned(), code_point: 0x7f };
    assert_eq!(
        error,
        MergeKubeconfigsError::Unwritable { origin: "file 1".to_owned(), kind: "user", name: "u".to_owned(), cause }
    );
}

#[test]
fn ten_thousand_collisions_are_told_apart_and_merging_again_changes_nothing() {
    const COUNT: usize = 10_000;
    let contexts = |namespace: &str| {
        let line = |n| format!("- {{name: c{n:04}, context: {{cluster: c, user: u, namespace: {namespace}{n}}}}}\n");
        read(&format!("contexts:\n{}", (0..COUNT).map(line).collect::<String>()))
    };
    let (one, two) = (contexts("a"), contexts("b"));
    let merge = |first: &KubeconfigFile, second: &KubeconfigFile| {
        let files = vec![("one".to_owned(), first.clone()), ("two".to_owned(), second.clone())];
        KubeconfigFile::merge(files).unwrap()
    };
    let merged = merge(&one, &two);
    let names = merged.renamings.iter().map(|renaming| renaming.to.as_str());
    let numbered = (2..=COUNT).map(|number| format!("u@c-{number}"));
    let expected = std::iter::once("u@c".to_owned()).chain(numbered);
    assert!(names.eq(expected));
    let again = merge(&merged.file, &two);
    assert_eq!(again.renamings, merged.renamings);
    assert_eq!(again.file.to_yaml().unwrap().expose_secret(), merged.file.to_yaml().unwrap().expose_secret());
}

#[test]
fn what_says_the_same_under_a_number_is_found_even_if_the_file_brings_it_itself() {
    let one = "users: [{name: a, user: {token: x}}, {name: b, user: {token: x}}]";
    // `a` passes over `a-2`, which this file has itself.
    let two = "users: [{name: a, user: {token: w}}, {name: a-2, user: {token: z}}]";
    let (merged, _) = merge(&[one, two]);
    let (again, renamings) = merge(&[&merged, two]);
    assert_eq!(again, merged);
    assert_eq!(renamings, ["the user `a` of file 1 is `a-3` now: the name stands for something else already"]);
    let third = "users: [{name: a, user: {token: z}}]";
    assert_eq!(merge(&[&merged, third]).0, merged);
}
