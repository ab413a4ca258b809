//! What `kkp-oidc render` prints and writes.

#![expect(clippy::unwrap_used, reason = "test helpers: failing is their job")]

use std::fs;
use std::path::Path;

use crate::program::{printed, run};

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../kkp-oidc-core/tests/data/kkp");
    for file in ["values.yaml", "kubermatic.yaml"] {
        fs::copy(data.join(file), folder.path().join(file)).unwrap();
    }
    folder
}

#[test]
fn flags_are_words_for_a_shell_or_json() {
    let folder = folder();
    let arguments = ["render", "controller-flags", "values.yaml"];
    assert_eq!(
        printed(folder.path(), &arguments),
        "-oidc-ca-file=/opt/dex-ca/caBundle.pem\n\
         -oidc-issuer-url=https://kkp.example.com/dex\n\
         -oidc-issuer-client-id=kubermaticIssuer\n\
         '-oidc-issuer-client-secret=<redacted>'\n\
         '-feature-gates=OpenIDAuthPlugin=true,VerticalPodAutoscaler=true'\n"
    );
    assert_eq!(
        printed(folder.path(), &[&arguments[..], &["--output", "json"]].concat()),
        "[\"-oidc-ca-file=/opt/dex-ca/caBundle.pem\",\"-oidc-issuer-url=https://kkp.example.com/dex\",\
         \"-oidc-issuer-client-id=kubermaticIssuer\",\"-oidc-issuer-client-secret=<redacted>\",\
         \"-feature-gates=OpenIDAuthPlugin=true,VerticalPodAutoscaler=true\"]\n"
    );
}

#[test]
fn a_document_is_one_json_string() {
    let folder = folder();
    let arguments = ["render", "ui-config", "values.yaml", "--output", "json"];
    assert_eq!(printed(folder.path(), &arguments), "\"{\\n  \\\"share_kubeconfig\\\": true\\n}\\n\"\n");
}

#[test]
fn secrets_go_into_files_that_only_their_owner_reads() {
    let folder = folder();
    let arguments = ["render", "api-flags", "values.yaml", "--kkp-version", "2.12", "--secrets-dir", "keys"];
    let (code, stdout, stderr) = run(folder.path(), &arguments);
    let said = "wrote keys/service-account-key\nwrote keys/issuer-client-secret\nwrote keys/issuer-cookie-key\n";
    assert_eq!((code, stderr.as_str()), (0, said));
    assert_eq!(
        stdout,
        "-oidc-url=https://kkp.example.com/dex\n\
         -oidc-authenticator-client-id=kubermatic\n\
         -oidc-skip-tls-verify=false\n\
         -domain=kkp.example.com\n\
         -service-account-signing-key=\"$(cat keys/service-account-key)\"\n\
         '-feature-gates=OIDCKubeCfgEndpoint=true'\n\
         -oidc-issuer-redirect-uri=https://kkp.example.com/api/v1/kubeconfig\n\
         -oidc-issuer-client-id=kubermaticIssuer\n\
         -oidc-issuer-client-secret=\"$(cat keys/issuer-client-secret)\"\n\
         -oidc-issuer-cookie-hash-key=\"$(cat keys/issuer-cookie-key)\"\n"
    );
    let key = folder.path().join("keys/issuer-cookie-key");
    assert_eq!(fs::read_to_string(&key).unwrap(), "golden-cookie-key-with-32-bytes.");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(fs::metadata(&key).unwrap().permissions().mode() & 0o777, 0o600);
    }
    // Once more: nothing changes. With another secret: nothing is overwritten.
    assert_eq!(printed(folder.path(), &arguments), stdout);
    fs::write(&key, "another").unwrap();
    let refused = "error: keys/issuer-cookie-key cannot be created\n  caused by: File exists (os error 17)\n\n\
                   hint: nothing is overwritten; choose another name, or remove the file first\n";
    assert_eq!(run(folder.path(), &arguments), (3, String::new(), refused.to_owned()));
}

#[test]
fn options_reach_the_authentication_configuration() {
    let folder = folder();
    let arguments = [
        "render",
        "authentication-config",
        "values.yaml",
        "--kubernetes-version",
        "1.33",
        "--require-email-verified",
        "--required-claim",
        "hd=example.com",
        "--username-prefix",
        "kkp:",
        "--groups-prefix",
        "kkp:",
        "--issuer",
        "other=https://idp.example.com",
    ];
    fs::write(
        folder.path().join("values.yaml"),
        "kubermatic:\n  auth:\n    tokenIssuer: https://kkp.example.com/dex\n    issuerClientID: kubermaticIssuer\n  \
         controller:\n    featureGates: OpenIDAuthPlugin=true\n",
    )
    .unwrap();
    let (code, stdout, stderr) = run(folder.path(), &arguments);
    let expected = "apiVersion: apiserver.config.k8s.io/v1beta1
jwt:
- claimMappings:
    groups:
      claim: groups
      prefix: 'kkp:'
    uid: {}
    username:
      claim: email
      prefix: 'kkp:'
  claimValidationRules:
  - claim: hd
    requiredValue: example.com
  - expression: claims.email_verified == true
    message: the e-mail address is not verified
  issuer:
    audiences:
    - kubermaticIssuer
    url: https://kkp.example.com/dex
- claimMappings:
    groups:
      claim: groups
      prefix: 'kkp:'
    uid: {}
    username:
      claim: email
      prefix: 'kkp:'
  claimValidationRules:
  - claim: hd
    requiredValue: example.com
  - expression: claims.email_verified == true
    message: the e-mail address is not verified
  issuer:
    audiences:
    - other
    url: https://idp.example.com
kind: AuthenticationConfiguration
";
    let note = "note: no CA bundle is among the files, so kube-apiserver would take the CAs of its host; give the ConfigMap \
                `ca-bundle`, too\nnote: KKP 2.13 gives arguments instead: `render apiserver-flags`\n";
    assert_eq!((code, stdout.as_str(), stderr.as_str()), (0, expected, note));
}

#[test]
fn what_cannot_be_rendered_ends_with_the_reason() {
    let folder = folder();
    let (code, stdout, stderr) = run(folder.path(), &["render", "values", "values.yaml", "--kkp-version", "2.20"]);
    let expected = "error: KKP 2.20 has no values.yaml, only 2.12 to 2.13 has\n\nhint: give another --kkp-version\n";
    assert_eq!((code, stdout.as_str(), stderr.as_str()), (1, "", expected));

    fs::write(folder.path().join("broken.yaml"), "a: [sEcReT\n").unwrap();
    let (code, stdout, stderr) = run(folder.path(), &["render", "api-flags", "broken.yaml"]);
    let expected = "error[document-unreadable]: `a[0]` is not valid YAML\n --> broken.yaml:1:4\n  |\n1 | …\n  | ^\n  \
                    = help: mend the file until it is YAML; `helm template` and kubectl stop here, too\n";
    assert_eq!((code, stdout.as_str(), stderr.as_str()), (1, "", expected));

    let both = ["render", "api-flags", "values.yaml", "--show-secrets", "--secrets-dir", "keys"];
    assert_eq!(run(folder.path(), &both).0, 2);
    assert_eq!(run(folder.path(), &["render", "api-flags", "none.yaml"]).0, 3);
}
