//! `kkp-oidc kubeconfig inspect`

#![expect(clippy::unwrap_used, reason = "test helpers: failing is their job")]

use std::fs;
use std::path::Path;

use crate::program::{folder, kubeconfig};

/// A kubeconfig that nothing speaks against, with a CA and a client certificate of the fixtures.
fn good(folder: &Path) {
    let certificates = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures/chains/certs");
    fs::copy(certificates.join("root.pem"), folder.join("ca.pem")).unwrap();
    let yaml = "\
apiVersion: v1
kind: Config
current-context: abc
clusters: [{name: abc, cluster: {server: 'https://abc.example.com:6443', certificate-authority: ca.pem}}]
contexts: [{name: abc, context: {cluster: abc, user: bob}}]
users:
- name: bob
  user:
    exec:
      apiVersion: client.authentication.k8s.io/v1
      command: kubectl
      args: [oidc-login, get-token, --oidc-client-secret=s3cr3t]
      interactiveMode: Never
";
    fs::write(folder.join("good"), yaml).unwrap();
}

#[test]
fn a_good_file_is_put_in_words() {
    let folder = folder(&[]);
    let path = folder.path();
    good(path);
    let root = path.canonicalize().unwrap();
    let root = root.display();
    let expected = format!(
        "\
context `abc` (current)
  server: https://abc.example.com:6443
  trusts: the certificates in {root}/ca.pem
  as: `bob`, by running kubectl
    with oidc-login
    with get-token
    with --oidc-client-secret=<redacted>
runs a program: yes
holds a secret: yes
reads the file: {root}/ca.pem
"
    );
    assert_eq!(kubeconfig(path, &["inspect", "good"], ""), (0, expected, String::new()));
}

#[test]
fn findings_make_it_exit_with_1_also_as_json() {
    let yaml = "clusters: [{name: c, cluster: {server: 'http://h', extra: 1}}]\ncurrent-context: nope";
    let folder = folder(&[("bad", yaml)]);
    let human = "\
cluster `c`, used by no context
  server: http://h
  trusts: whoever answers, there is no TLS
runs a program: no
holds a secret: no
finding: context was not found for specified context: nope
finding: kubectl does not know `clusters[0].cluster.extra` (line 1) and ignores it
finding: the cluster `c` is spoken to without TLS: anybody on the way reads and changes it
";
    assert_eq!(kubeconfig(folder.path(), &["inspect", "bad"], ""), (1, human.to_owned(), String::new()));
    let json = concat!(
        r#"{"file":"-","current_context":"nope","runs_programs":false,"holds_secrets":false,"reads_files":[],"#,
        r#""validate_error":"invalid configuration: context was not found for specified context: nope","contexts":[],"#,
        r#""clusters":[{"name":"c","server":"http://h","trust":{"kind":"no_tls"},"tls_server_name":"","proxy_url":""}],"#,
        r#""users":[],"findings":[{"code":"invalid","text":"context was not found for specified context: nope"},"#,
        r#"{"code":"unknown_field","text":"kubectl does not know `clusters[0].cluster.extra` (line 1) and ignores it"},"#,
        r#"{"code":"http","text":"the cluster `c` is spoken to without TLS: anybody on the way reads and changes it"}]}"#,
        "\n"
    );
    let arguments = ["inspect", "-", "--output", "json"];
    assert_eq!(kubeconfig(folder.path(), &arguments, yaml), (1, json.to_owned(), String::new()));
}

#[test]
fn a_file_that_is_no_kubeconfig_is_refused() {
    let folder = folder(&[("html", "<html></html>\n"), ("number", "users: [{name: u, user: {token: 123}}]")]);
    let expected = "error: html is not read\n  caused by: the kubeconfig cannot be read\n  caused by: the YAML text is not \
                    a map (line 1, column 1)\n";
    assert_eq!(kubeconfig(folder.path(), &["inspect", "html"], ""), (1, String::new(), expected.to_owned()));
    let expected = "error: number is not read\n  caused by: the kubeconfig cannot be read\n  caused by: \
                    `users[0].user.token` is not a string (line 1, column 33)\n\n\
                    hint: quote it: without quotes YAML takes it for something else than text\n";
    assert_eq!(kubeconfig(folder.path(), &["inspect", "number"], ""), (1, String::new(), expected.to_owned()));
    let expected = "error: absent cannot be read\n  caused by: No such file or directory (os error 2)\n";
    assert_eq!(kubeconfig(folder.path(), &["inspect", "absent"], ""), (3, String::new(), expected.to_owned()));
}
