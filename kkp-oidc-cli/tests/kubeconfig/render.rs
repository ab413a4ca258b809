//! `kkp-oidc kubeconfig render`

use std::fs;
use std::path::Path;

use crate::program::{folder, kubeconfig};

const COMMON: [&str; 11] = [
    "render",
    "--server",
    "https://abc.example.com:30001",
    "--cluster",
    "abc",
    "--user",
    "bob@acme.com",
    "--issuer",
    "https://kkp.example.com/dex",
    "--client-id",
    "portal",
];

fn arguments<'a>(more: &[&'a str]) -> Vec<&'a str> {
    COMMON.into_iter().chain(more.iter().copied()).collect()
}

/// The file around a user's section.
fn file(user: &str) -> String {
    format!(
        "apiVersion: v1\nclusters:\n- cluster:\n    server: https://abc.example.com:30001\n  name: abc\ncontexts:\n- \
         context:\n    cluster: abc\n    user: bob@acme.com\n  name: abc\ncurrent-context: abc\nkind: Config\nusers:\n- \
         name: bob@acme.com\n  user:\n{user}"
    )
}

const AUTH_PROVIDER: &str = "    auth-provider:
      config:
        client-id: portal
        client-secret: s3cr3t
        id-token: i.d.t
        idp-issuer-url: https://kkp.example.com/dex
        refresh-token: r3fr3sh
      name: oidc
";

const KUBELOGIN: &str = "    exec:
      apiVersion: client.authentication.k8s.io/v1
      args:
      - oidc-login
      - get-token
      - --oidc-issuer-url=https://kkp.example.com/dex
      - --oidc-client-id=portal
      - --oidc-client-secret=s3cr3t
      - --oidc-extra-scope=email
      - --oidc-extra-scope=groups
      command: kubectl
      env: null
      interactiveMode: Never
      provideClusterInfo: false
";

const PUBLIC: &str = "    exec:
      apiVersion: client.authentication.k8s.io/v1
      args:
      - oidc-login
      - get-token
      - --oidc-issuer-url=https://kkp.example.com/dex
      - --oidc-client-id=portal
      - --oidc-pkce-method=S256
      - --oidc-extra-scope=email
      - --oidc-extra-scope=groups
      command: kubectl
      env: null
      interactiveMode: IfAvailable
      provideClusterInfo: false
";

#[test]
fn each_mode_gives_its_bytes() {
    let folder = folder(&[("secret", "s3cr3t\n"), ("id", "i.d.t"), ("refresh", "r3fr3sh\r\n")]);
    let run = |more: &[&str], stdin: &str| kubeconfig(folder.path(), &arguments(more), stdin);
    let tokens = ["--id-token-file", "id", "--refresh-token-file", "refresh", "--client-secret-file", "-"];
    let auth_provider = [["--mode", "auth-provider"].as_slice(), &tokens].concat();
    assert_eq!(run(&auth_provider, "s3cr3t\n"), (0, file(AUTH_PROVIDER), String::new()));
    let kubelogin = ["--mode", "kubelogin", "--client-secret-file", "secret"];
    assert_eq!(run(&kubelogin, ""), (0, file(KUBELOGIN), String::new()));
    assert_eq!(run(&["--mode", "kubelogin-pkce"], ""), (0, file(PUBLIC), String::new()));
}

#[cfg(unix)]
#[test]
fn certificates_go_in_and_the_file_is_private_and_new() {
    let certificates = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures/chains/certs");
    let pem = fs::read_to_string(certificates.join("root.pem")).unwrap();
    let folder = folder(&[("ca.pem", &pem)]);
    let more = ["--mode", "kubelogin-pkce", "--ca", "ca.pem", "--issuer-ca", "ca.pem", "-o", "out"];
    let path = folder.path();
    assert_eq!(kubeconfig(path, &arguments(&more), ""), (0, String::new(), String::new()));
    assert_eq!(crate::program::listing(path)[1], ("out".to_owned(), 0o600));
    let (code, stdout, _) = kubeconfig(path, &["inspect", "out"], "");
    let expected = "\
context `abc` (current)
  server: https://abc.example.com:30001
  trusts: the certificate in the file
  as: `bob@acme.com`, by running kubectl
    with oidc-login
    with get-token
    with --oidc-issuer-url=https://kkp.example.com/dex
    with --oidc-client-id=portal
    with --oidc-pkce-method=S256
    with --oidc-extra-scope=email
    with --oidc-extra-scope=groups
    with --certificate-authority-data=<certificates>
runs a program: yes
holds a secret: no
";
    assert_eq!((code, stdout.as_str()), (0, expected));
    let again = "error: out cannot be created\n  caused by: File exists (os error 17)\n\n\
                 hint: nothing is overwritten; choose another name, or remove the file first\n";
    assert_eq!(kubeconfig(path, &arguments(&more), ""), (3, String::new(), again.to_owned()));
}

#[test]
fn what_does_not_fit_the_mode_is_wrong_usage() {
    let folder = folder(&[("secret", "a\nb\n")]);
    let run = |more: &[&str]| {
        let (code, stdout, stderr) = kubeconfig(folder.path(), &arguments(more), "");
        assert_eq!(stdout, "");
        (code, stderr.lines().next().unwrap_or_default().to_owned())
    };
    let usage = |text: &str| (2, format!("error: {text}"));
    assert_eq!(
        run(&["--mode", "kubelogin-pkce", "--client-secret-file", "secret"]),
        usage("--mode kubelogin-pkce is for clients without a secret")
    );
    assert_eq!(
        run(&["--mode", "kubelogin", "--id-token-file", "secret"]),
        usage("--id-token-file and --refresh-token-file are for --mode auth-provider")
    );
    assert_eq!(
        run(&["--mode", "auth-provider", "--id-token-file", "-", "--refresh-token-file", "-"]),
        usage("stdin can be read once, but `-` is given twice")
    );
    assert_eq!(run(&["--mode", "auth-provider"]), usage("the following required arguments were not provided:"));
}

#[test]
fn refused_files_come_with_a_hint_and_are_no_file_trouble() {
    let folder = folder(&[("secret", "a\nb\n"), ("ca.pem", "no PEM\n")]);
    let run = |more: &[&str]| kubeconfig(folder.path(), &arguments(more), "");
    let refused = |stderr: &str| (1, String::new(), stderr.to_owned());
    assert_eq!(
        run(&["--mode", "kubelogin", "--client-secret-file", "secret"]),
        refused(
            "error: secret is not one line of text\n\nhint: give a file with the secret on one line, and nothing else\n"
        )
    );
    assert_eq!(
        run(&["--mode", "kubelogin-pkce", "--ca", "ca.pem"]),
        refused("error: ca.pem has no certificates, expected PEM with `-----BEGIN CERTIFICATE-----`\n")
    );
    let (code, ..) = run(&["--mode", "kubelogin-pkce", "--ca", "absent"]);
    assert_eq!(code, 3);
}

#[test]
fn the_server_is_an_address_without_a_password() {
    let folder = folder(&[]);
    let run = |server: &str| {
        let mut arguments = arguments(&["--mode", "kubelogin-pkce"]);
        arguments[2] = server;
        kubeconfig(folder.path(), &arguments, "")
    };
    for (server, reason) in [
        ("", "server is empty, expected an http or https URL or a host"),
        ("not a url", "server is no http or https URL and no host"),
        ("bob:pw@host", "server has an `@`, expected no name and no password in it"),
        ("https://bob:pw@host", "server has an `@`, expected no name and no password in it"),
    ] {
        let (code, stdout, stderr) = run(server);
        let first = stderr.lines().next().unwrap_or_default();
        let expected = format!("error: invalid value '{server}' for '--server <URL>': {reason}");
        assert_eq!((code, stdout.as_str(), first), (2, "", expected.as_str()));
    }
    let (code, stdout, _) = run("abc.example.com:30001");
    assert_eq!((code, stdout), (0, file(PUBLIC).replace("https://abc", "abc")));
}
