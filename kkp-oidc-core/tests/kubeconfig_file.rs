//! Kubeconfigs that others wrote: what is refused, and how it is said; what is inspected.

#![expect(clippy::unwrap_used, reason = "test helpers: failing is their job")]

use std::error::Error as _;

use kkp_oidc_core::UnixTime;
use kkp_oidc_core::kubeconfig::KubeconfigFile;
use kkp_oidc_core::kubeconfig::file::{CredentialFacts, Inspection, ReadKubeconfigError, TrustFacts};

/// The error and its cause, in words.
#[track_caller]
fn refusal(bytes: &[u8]) -> String {
    let error = KubeconfigFile::read(bytes).unwrap_err();
    error.source().map_or_else(|| error.to_string(), ToString::to_string)
}

#[test]
fn hostile_files_are_refused_with_one_clear_error() {
    let bomb = "a: &a [x, x, x, x, x, x, x, x, x, x]\n".to_owned()
        + &('b'..='j')
            .fold((String::new(), 'a'), |(text, before), name| {
                let alias = format!("*{before}");
                (format!("{text}{name}: &{name} [{}]\n", [alias.as_str(); 10].join(", ")), name)
            })
            .0;
    let many = "x: [".to_owned() + &"a,".repeat(1_000_000) + "]";
    let chain = (0..40).fold("a0: &a0 {x: y}\n".to_owned(), |text, number| {
        format!("{text}a{0}: &a{0} {{x: {{x: *a{number}}}}}\n", number + 1)
    });
    let table: [(&[u8], &str); 12] = [
        (b"users:\n- name: \xff", "the kubeconfig is not UTF-8 (line 2)"),
        (b"a: b\nc: \0", "the YAML text has a control character (line 2, column 4)"),
        (bomb.as_bytes(), "the YAML text has too many levels, nodes or aliases (line 6, column 32)"),
        (many.as_bytes(), "the YAML text has too many levels, nodes or aliases (line 1, column 2000003)"),
        (chain.as_bytes(), "the YAML text has too many levels, nodes or aliases (line 33, column 19)"),
        (b"users: []\nusers: []", "`users` has a key twice (line 2, column 1)"),
        (b"a: &a [*a]", "the YAML text is not valid YAML (line 1, column 8)"),
        (b"users: [{name: u, user: {token: 123}}]", "`users[0].user.token` is not a string (line 1, column 33)"),
        (b"clusters: {}", "`clusters` is not a list (line 1, column 11)"),
        (b"kind: Pod", "the file is no kubeconfig: its `kind` is not `Config` (line 1)"),
        (b"\n\nKIND: Config", "the file is no kubeconfig: its `kind` is not `Config` (line 3)"),
        (
            b"clusters:\n- name: c\n  cluster: {certificate-authority-data: QUI}",
            "`clusters[0].cluster.certificate-authority-data` is not base64 (line 3)",
        ),
    ];
    for (bytes, expected) in table {
        assert_eq!(refusal(bytes), expected);
    }
    assert_eq!(
        KubeconfigFile::read(b"users:\n- name: u\n- name: u\n").unwrap_err(),
        ReadKubeconfigError::DuplicateName { path: "users[1]".to_owned(), name: "u".to_owned(), line: 3 }
    );
    let long = vec![b' '; 16 * 1024 * 1024 + 1];
    assert_eq!(refusal(&long), "the YAML text has 16777217 bytes, at most 16777216 are read");
    assert!(KubeconfigFile::read(&long[1..]).is_ok());
}

#[test]
fn debug_shows_no_secret() {
    let yaml = "users: [{name: u, user: {token: canary, password: canary, client-key-data: Y2FuYXJ5, \
                auth-provider: {name: x, config: {a: canary}}, \
                exec: {command: canary, args: [canary], env: [{name: A, value: canary}]}}}]\n\
                clusters: [{name: c, cluster: {server: 'https://canary@h'}}]\n\
                extensions: [{name: e, extension: canary}]";
    let file = KubeconfigFile::read(yaml.as_bytes()).unwrap();
    let shown = format!("{file:?} {:?} {:?} {:?}", file.users, file.clusters, file.extensions);
    assert!(!shown.contains("canary"), "{shown}");
    assert_eq!(format!("{file:?}"), "KubeconfigFile(1 clusters, 0 contexts, 1 users)");
}

#[test]
fn an_inspection_says_what_would_happen_and_shows_no_secret() {
    let yaml = "\
current-context: x
clusters:
- {name: c, cluster: {server: 'https://bob:canary@h:1', insecure-skip-tls-verify: true, proxy-url: 'http://p:canary@q'}}
- {name: \"d\\e[2J\", cluster: {server: h, certificate-authority: ca.pem}}
contexts:
- {name: x, context: {cluster: c, user: u}}
- {name: z, context: {cluster: nope, user: v, namespace: A_b}}
users:
- name: u
  user: {exec: {apiVersion: v, command: ./plug, args: [--token, canary, -v], env: [{name: PASSWORD, value: canary}]}}
- {name: v, user: {token: canary, tokenFile: /t, as: root, username: bob, password: canary}}
- {name: w, user: {auth-provider: {name: gcp, config: {access-token: canary}}}}
";
    let file = KubeconfigFile::read(yaml.as_bytes()).unwrap().with_paths_in("/k");
    let inspection =
        file.inspect(UnixTime::from_secs(0), &|path| Err(format!("open {path}: no such file or directory")));
    let expected = r"context `x` (current)
  server: https://<redacted>@h:1
  trusts: any server
  through the proxy: http://<redacted>@q
  as: `u`, by running /k/plug
    with --token
    with <redacted>
    with -v
    with the variable PASSWORD
context `z`
  cluster: `nope`, which is not in the file
  namespace: A_b
  as: `v`, by the token in /t
  as: `v`, by a token in the file
  as: `v`, by the password of `bob`
  impersonates: `root`
cluster `d\u{1b}[2J`, used by no context
  server: h
  trusts: the certificates in /k/ca.pem
user `w`, used by no context
  as: `w`, by the auth provider `gcp`
runs a program: yes
holds a secret: yes
reads the file: /k/ca.pem
reads the file: /t
finding: cluster "
        .to_owned()
        + "\"nope\" was not found for context \"z\"
finding: namespace \"A_b\" for context \"z\" does not conform to the kubernetes DNS_LABEL rules
finding: interactiveMode must be specified for u to use exec authentication plugin
finding: more than one authentication method found for v; found [token basicAuth], only one is allowed
finding: unable to read certificate-authority /k/ca.pem for d\\u{1b}[2J due to open /k/ca.pem: no such file or directory
finding: the cluster `c` is not checked: any server is trusted
finding: the user `w` has the auth provider `gcp`, which kubectl does not have
";
    assert_eq!(inspection.to_string(), expected);
    assert!(!inspection.to_json_line("f").contains("canary"));
    assert!(!inspection.to_json_line("f").contains('\u{1b}'));
}

/// An inspection at the beginning of time, of a file that names no other.
#[track_caller]
fn inspect(yaml: &str) -> Inspection {
    let file = KubeconfigFile::read(yaml.as_bytes()).unwrap();
    file.inspect(UnixTime::from_secs(0), &|path| Err(format!("open {path}: no such file or directory")))
}

#[test]
fn proxies_are_refused_as_client_go_refuses_them() {
    let unparsed = Some("could not parse");
    for (proxy_url, expected) in [
        ("http://h:port", unparsed),
        ("http://[::1", unparsed),
        ("http://a b", unparsed),
        ("http://h:1/%zz", unparsed),
        ("10.0.0.1:3128", unparsed),
        ("[::1]:3128", unparsed),
        ("://x", unparsed),
        ("ftp://h", Some(r#"unsupported scheme "ftp", must be http, https, or socks5"#)),
        ("p:3128", Some(r#"unsupported scheme "p", must be http, https, or socks5"#)),
        ("p.example", Some(r#"unsupported scheme "", must be http, https, or socks5"#)),
        ("HTTP://h", None),
        ("socks5://[::1]:1080", None),
        ("", None),
    ] {
        let yaml = format!("clusters: [{{name: c, cluster: {{server: 'https://h', proxy-url: '{proxy_url}'}}}}]");
        let expected =
            expected.map(|fault| format!("invalid configuration: invalid 'proxy-url' for cluster \"c\": {fault}"));
        assert_eq!(inspect(&yaml).validate_error, expected, "{proxy_url}");
    }
}

#[test]
fn names_are_quoted_as_go_quotes_them() {
    let yaml = "current-context: ''\ncontexts: [{name: \"o\\u0308\\u00a0\\ue000\", context: {cluster: c}}]\n\
                clusters: [{name: c, cluster: {server: h}}]";
    let expected = "invalid configuration: user was not specified for context \"o\u{308}\\u00a0\\ue000\"";
    assert_eq!(inspect(yaml).validate_error.as_deref(), Some(expected));
}

#[test]
fn every_place_of_a_secret_is_hidden_and_counted() {
    let cluster = |fields: &str| format!("clusters: [{{name: c, cluster: {{{fields}}}}}]");
    let exec = |fields: &str| format!("users: [{{name: u, user: {{exec: {{interactiveMode: Never, {fields}}}}}}}]");
    let issuer = |url: &str| {
        format!("users: [{{name: u, user: {{auth-provider: {{name: oidc, config: {{idp-issuer-url: '{url}'}}}}}}}}]")
    };
    for (yaml, shown) in [
        (cluster("server: 'bob:hunter2@host:6443'"), "server: <redacted>@host:6443\n"),
        (cluster("server: 'https://bob:hunter2@host'"), "server: https://<redacted>@host\n"),
        (cluster("server: 'https://h?token=hunter2&a=hunter2'"), "server: https://h?token=<redacted>&a=<redacted>\n"),
        (cluster("server: h, proxy-url: 'bob:hunter2@p:3128'"), "proxy: <redacted>@p:3128\n"),
        (cluster("server: h, proxy-url: 'hunter2:x@p:3128'"), "unsupported scheme \"<redacted>\","),
        (cluster("server: h, proxy-url: 'http://bob:hun/ter2@p'"), "proxy: http://<redacted>\n"),
        (issuer("https://x/?p=hunter2"), "at https://x/?p=<redacted> as"),
        (issuer("bob:hunter2@x"), "at <redacted>@x as"),
        (exec("command: TOKEN=hunter2"), "by running TOKEN=<redacted>\n"),
        (exec("command: 'sh --pass hunter2 x'"), "by running sh --pass <redacted> x\n"),
        (exec("command: sh, args: [--pass, hunter2]"), "    with --pass\n    with <redacted>\n"),
        (exec("command: sh, args: [--auth=hunter2]"), "    with --auth=<redacted>\n"),
        (exec("command: sh, args: ['bob:hunter2@h']"), "    with <redacted>@h\n"),
        (exec("command: sh, env: [{name: PASSWORD=hunter2}]"), "    with the variable PASSWORD=<redacted>\n"),
    ] {
        let inspection = inspect(&yaml);
        assert!(inspection.holds_secrets, "{yaml}");
        let (text, json) = (inspection.to_string(), inspection.to_json_line("f"));
        assert!(text.contains(shown), "{yaml}:\n{text}");
        let file = KubeconfigFile::read(yaml.as_bytes()).unwrap();
        for shown in [text, json, format!("{inspection:?} {:?} {:?}", file.clusters, file.users)] {
            assert!(!shown.contains("hunter2") && !shown.contains("ter2"), "{yaml}:\n{shown}");
        }
    }
}

#[test]
fn what_is_no_secret_is_shown_and_does_not_count() {
    let yaml = "\
clusters: [{name: c, cluster: {server: 'https://auth.h:6443/k8s/c', proxy-url: 'socks5://p:1080'}}]
users:
- name: u
  user:
    exec:
      command: /opt/get-token
      interactiveMode: Never
      args: [get-token, '--oidc-issuer-url=https://auth.h:1/dex', --oidc-extra-scope=email, --login-hint=bob@h]
      env: [{name: AUTH_REGION}, {name: PASS_STORE, value: ''}]
- {name: v, user: {auth-provider: {name: oidc, config: {idp-issuer-url: 'https://h/dex', client-id: 'bob@h'}}}}
";
    let inspection = inspect(yaml);
    assert!(!inspection.holds_secrets);
    assert!(!inspection.to_string().contains("redacted"), "{inspection}");
}

/// A certificate.
const ROOT: &str = include_str!("../../tests/fixtures/ca-bundle/root.pem");

#[test]
fn a_broken_section_does_not_hide_the_good_ones() {
    let bad_base64 = "-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n";
    let no_certificate = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    let with_header = ROOT.replacen("-----\n", "-----\nName: value\n\n", 1);
    let found = |pem: &str| {
        let mut file =
            KubeconfigFile::read(b"clusters: [{name: c, cluster: {server: 'https://h'}}]\nusers: [{name: u}]");
        let file = file.as_mut().unwrap();
        file.clusters.get_mut("c").unwrap().cluster.certificate_authority_data = pem.as_bytes().to_vec();
        let user = file.users.get_mut("u").unwrap();
        user.client_certificate_data = pem.as_bytes().to_vec();
        let inspection = file.inspect(UnixTime::from_secs(0), &|path| Err(path.to_owned()));
        let not_after = match inspection.users.into_iter().next().unwrap().credentials.pop().unwrap() {
            CredentialFacts::ClientCertificate { not_after, .. } => not_after,
            other => unreachable!("{other:?}"),
        };
        let trust = inspection.clusters.into_iter().next().unwrap().trust;
        (trust, not_after)
    };
    let end = Some("2049-12-31T23:59:59Z".to_owned());
    for (pem, certificates, not_after) in [
        (ROOT.to_owned(), 1, end.clone()),
        (format!("{ROOT}{bad_base64}{ROOT}"), 2, end.clone()),
        (format!("{bad_base64}{ROOT}"), 1, end.clone()),
        (format!("{ROOT}{no_certificate}"), 1, end.clone()),
        // Go takes the first section for the client's own, and refuses it.
        (format!("{no_certificate}{ROOT}"), 1, None),
        (format!("text\n{ROOT}-----BEGIN CERTIFICATE-----\n"), 1, end.clone()),
        // Go's pool of authorities passes over it, its pair of certificate and key does not.
        (with_header, 0, end),
        (bad_base64.to_owned(), 0, None),
    ] {
        assert_eq!(found(&pem), (TrustFacts::Embedded { certificates }, not_after), "{pem}");
    }
}
