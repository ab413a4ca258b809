//! `kkp-oidc serve` with settings that are wrong: everything is said at once, and nothing secret.

use std::fs;
use std::path::PathBuf;

use tempfile::TempDir;

use crate::process::{Ended, Running, kkp_oidc, run};

const CLIENT_SECRET: &str = "canary-of-the-client-secret";
const KEY: &str = "76ee0ad1c52b4ef7905c1ff6b6a8e0d9";
const KEY_HINT: &str =
    "\nhint: `kkp-oidc key --file cookie.key` makes a key; give it with --oidc-issuer-cookie-hash-key-file\n";
const USAGE: &str = "\n\nUsage: kkp-oidc serve [OPTIONS] --clusters <FILE>\n\nFor more information, try '--help'.\n";

/// Settings of which each test makes one wrong. Nothing listens where the issuer would be.
struct Settings {
    folder: TempDir,
    flags: Vec<(&'static str, String)>,
}

impl Settings {
    fn good() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clusters = folder.path().join("clusters.yaml");
        fs::write(&clusters, "users: []\n").unwrap();
        let flags = vec![
            ("address", "127.0.0.1:0".to_owned()),
            ("clusters", clusters.display().to_string()),
            ("oidc-url", "http://127.0.0.1:9/dex".to_owned()),
            ("oidc-issuer-client-id", "kubermaticIssuer".to_owned()),
            ("oidc-issuer-client-secret", CLIENT_SECRET.to_owned()),
            ("oidc-issuer-redirect-uri", "https://kkp.example.com/api/v1/kubeconfig".to_owned()),
            ("oidc-issuer-cookie-hash-key", KEY.to_owned()),
        ];
        Self { folder, flags }
    }

    fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self = self.without(name);
        self.flags.push((name, value.into()));
        self
    }

    fn without(mut self, name: &str) -> Self {
        self.flags.retain(|(flag, _)| *flag != name);
        self
    }

    fn file(&self, name: &str, contents: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        fs::write(&path, contents).unwrap();
        // Whatever the umask is: a key that others can read is worth a warning.
        #[cfg(unix)]
        fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
        path
    }

    fn arguments(&self) -> Vec<String> {
        let flags = self.flags.iter().map(|(name, value)| format!("--{name}={value}"));
        ["serve".to_owned()].into_iter().chain(flags).collect()
    }

    #[track_caller]
    fn end(&self) -> Ended {
        run(&mut kkp_oidc(self.arguments()))
    }

    /// Refused with exactly this on stderr, which shows no secret.
    #[track_caller]
    fn refused(&self, code: i32, stderr: &str) {
        assert_eq!(self.end(), Ended::new(code, "", stderr));
        let key = self.flags.iter().find(|(name, _)| *name == "oidc-issuer-cookie-hash-key");
        for secret in key.map(|(_, key)| key.as_str()).into_iter().chain([CLIENT_SECRET]) {
            assert!(secret.is_empty() || !stderr.contains(secret), "{stderr}");
        }
    }

    /// Accepted: it says where it listens.
    #[track_caller]
    fn accepted(&self) {
        self.accepted_on("127.0.0.1:");
    }

    /// Accepted: it says that it listens on an address that begins like this.
    #[track_caller]
    fn accepted_on(&self, address: &str) {
        Running::start(&mut kkp_oidc(self.arguments()))
            .wait_for_stdout(|line| line.strip_prefix("kkp-oidc listens on ")?.starts_with(address).then_some(()));
    }
}

#[test]
fn everything_wrong_is_said_at_once() {
    let settings = Settings::good()
        .with("oidc-url", "http://kkp.example.com/dex")
        .with("oidc-issuer-client-id", "")
        .with("oidc-issuer-client-secret", format!("{CLIENT_SECRET}\n"))
        .with("oidc-issuer-redirect-uri", "http://127.0.0.1:8080/api/v1/kubeconfig")
        .with("oidc-issuer-cookie-hash-key", "short");
    let bundle = settings.file("bundle.pem", "no PEM\n");
    let clusters = settings.file("wrong.yaml", "users:\n- email: nobody\n");
    let (bundle, clusters) = (bundle.display().to_string(), clusters.display().to_string());
    let settings = settings.with("ca-bundle", &bundle).with("clusters", &clusters);
    settings.refused(
        1,
        &format!(
            "error: oidc-url: `http://kkp.example.com/dex` is not https, expected https (http is accepted for \
             localhost, 127.0.0.0/8 and ::1 only)\n\
             error: oidc-issuer-client-id: value is empty, expected what the provider has registered\n\
             error: oidc-issuer-client-secret: value has a character outside of visible ASCII at byte 27, expected \
             RFC 6749 VSCHAR\n\
             error: oidc-issuer-cookie-secure-mode: cookies need https, but the redirect URI is http, expected an \
             https redirect URI, or `false` for a service on loopback\n\
             error: oidc-issuer-cookie-hash-key: the cookie key has 5 bytes, expected exactly 32 or 64; `kkp-oidc \
             key` prints a fresh key\n\
             error: ca-bundle: {bundle} has no certificates, expected PEM with `-----BEGIN CERTIFICATE-----`\n\
             error: clusters: {clusters}:2:10: `nobody` is not an e-mail address\n{KEY_HINT}"
        ),
    );
}

#[test]
fn nothing_given_names_every_setting() {
    let settings = ["oidc-url", "oidc-issuer-client-id", "oidc-issuer-client-secret", "oidc-issuer-redirect-uri"];
    let settings = settings.into_iter().fold(Settings::good(), |settings, name| settings.without(name));
    settings.without("oidc-issuer-cookie-hash-key").refused(
        1,
        &format!(
            "error: oidc-url: URL is empty, expected an absolute https URL\n\
             error: oidc-issuer-client-id: value is empty, expected what the provider has registered\n\
             error: oidc-issuer-client-secret: value is empty, expected what the provider has registered\n\
             error: oidc-issuer-redirect-uri: URL is empty, expected an absolute https URL\n\
             error: oidc-issuer-cookie-hash-key: the cookie key is empty, expected exactly 32 or 64 bytes; `kkp-oidc \
             key` prints a fresh key\n{KEY_HINT}"
        ),
    );
}

#[test]
fn keys_of_other_lengths_or_easily_guessed_are_refused() {
    let twice = format!("{KEY}{}", KEY.to_uppercase());
    for (key, reason) in [
        (&KEY[..31], "has 31 bytes, expected exactly 32 or 64"),
        (&twice[..33], "has 33 bytes, expected exactly 32 or 64"),
        (&twice[..63], "has 63 bytes, expected exactly 32 or 64"),
        (&format!("{twice}0"), "has 65 bytes, expected exactly 32 or 64"),
        ("", "is empty, expected exactly 32 or 64 bytes"),
        (&"k".repeat(32), "is one byte repeated 32 times, expected a random one"),
        (&"k".repeat(64), "is one byte repeated 64 times, expected a random one"),
        (
            "change this password to a secret",
            "of 32 bytes is published (documentation of Go's crypto packages), expected a random one",
        ),
    ] {
        let expected = format!(
            "error: oidc-issuer-cookie-hash-key: the cookie key {reason}; `kkp-oidc key` prints a fresh key\n{KEY_HINT}"
        );
        Settings::good().with("oidc-issuer-cookie-hash-key", key).refused(1, &expected);
    }
    Settings::good().accepted();
    Settings::good().with("oidc-issuer-cookie-hash-key", twice).accepted();
}

#[test]
fn a_printed_key_is_accepted() {
    let key = run(&mut kkp_oidc(["key"])).stdout;
    Settings::good().with("oidc-issuer-cookie-hash-key", key.trim_end()).accepted();
}

#[test]
fn a_key_file_may_end_in_one_line_end() {
    let from_file = |contents: &str| {
        let settings = Settings::good().without("oidc-issuer-cookie-hash-key");
        let path = settings.file("cookie.key", contents);
        settings.with("oidc-issuer-cookie-hash-key-file", path.display().to_string())
    };
    from_file(KEY).accepted();
    from_file(&format!("{KEY}\n")).accepted();
    from_file(&format!("{KEY}\r\n")).accepted();
    from_file(&format!("{KEY}\n\n")).refused(
        1,
        &format!(
            "error: oidc-issuer-cookie-hash-key: the cookie key has 33 bytes, expected exactly 32 or 64; `kkp-oidc \
             key` prints a fresh key\n{KEY_HINT}"
        ),
    );
}

#[test]
fn a_client_secret_file_may_end_in_one_line_end() {
    let from_file = |contents: &str| {
        let settings = Settings::good().without("oidc-issuer-client-secret");
        let path = settings.file("client.secret", contents);
        settings.with("oidc-issuer-client-secret-file", path.display().to_string())
    };
    let refusal = "error: oidc-issuer-client-secret: value";
    from_file(&format!("{CLIENT_SECRET}\n")).accepted();
    let at_27 = "has a character outside of visible ASCII at byte 27, expected RFC 6749 VSCHAR";
    from_file(&format!("{CLIENT_SECRET}\n\n")).refused(1, &format!("{refusal} {at_27}\n"));
    from_file("\n").refused(1, &format!("{refusal} is empty, expected what the provider has registered\n"));
}

#[test]
fn cookies_and_the_redirect_uri_must_fit() {
    Settings::good().with("oidc-issuer-cookie-secure-mode", "false").refused(
        1,
        "error: oidc-issuer-cookie-secure-mode: `false` is for http on loopback, but the redirect URI is https\n",
    );
    Settings::good().with("oidc-issuer-redirect-uri", "http://127.0.0.1:8080/api/v1/kubeconfig").refused(
        1,
        "error: oidc-issuer-cookie-secure-mode: cookies need https, but the redirect URI is http, expected an https \
         redirect URI, or `false` for a service on loopback\n",
    );
}

#[test]
fn plain_http_is_for_loopback_or_behind_a_proxy() {
    for address in [":0", "0.0.0.0:0", "[::]:0", "192.0.2.1:8080", "[::ffff:192.0.2.1]:8080"] {
        let refusal = format!(
            "error: address: other hosts can reach `{address}`, and plain http shows logins to everybody in between, \
             expected --tls-cert and --tls-key; --behind-proxy where TLS is ended in front; or a loopback address, as \
             127.0.0.1:8080\n"
        );
        Settings::good().with("address", address).refused(1, &refusal);
        Settings::good().with("address", address).with("behind-proxy", "false").refused(1, &refusal);
    }
    let default = Settings::good().without("address").end();
    assert!(default.stderr.starts_with("error: address: other hosts can reach `:8080`"), "{default:?}");
    Settings::good().with("address", "localhost:0").accepted_on("");
    Settings::good().with("address", "0.0.0.0:0").with("behind-proxy", "true").accepted_on("0.0.0.0:");
}

#[test]
fn old_keys_are_as_good_as_the_present_one_and_at_most_four() {
    let with_old = |keys: &[&str]| {
        let mut settings = Settings::good();
        for (index, key) in keys.iter().enumerate() {
            let path = settings.file(&format!("old-{index}.key"), key).display().to_string();
            settings.flags.push(("old-cookie-hash-key-file", path));
        }
        settings
    };
    let old: Vec<String> = (0..5).map(|n| format!("e1f5ac4f8cc8b33a4b0d6c7f5b1c9d2{n}\n")).collect();
    let old: Vec<&str> = old.iter().map(String::as_str).collect();
    with_old(&old[..4]).accepted();
    with_old(&old).refused(
        1,
        "error: old-cookie-hash-key-file: there are 5 old cookie keys, expected at most 4; leave out those whose logins \
         have ended\n",
    );
    let settings = with_old(&[old[0], "short"]);
    let path = settings.folder.path().join("old-1.key").display().to_string();
    settings.refused(
        1,
        &format!(
            "error: old-cookie-hash-key-file: {path}: the cookie key has 5 bytes, expected exactly 32 or 64; `kkp-oidc \
             key` prints a fresh key\n"
        ),
    );
}

#[test]
fn a_certificate_comes_with_its_key() {
    let settings = Settings::good();
    let (certificate, key) = (settings.file("tls.crt", "no PEM\n"), settings.file("tls.key", "canary\n"));
    let one = settings.with("tls-cert", certificate.display().to_string());
    let missing = "error: the following required arguments were not provided:\n  --tls-key <FILE>";
    assert_eq!(one.end(), Ended::new(2, "", &format!("{missing}{USAGE}")));
    one.with("tls-key", key.display().to_string()).refused(
        1,
        &format!(
            "error: tls-cert: {} has no certificates, expected PEM with `-----BEGIN CERTIFICATE-----`\n",
            certificate.display()
        ),
    );
}

#[test]
fn a_bundle_is_certificates_and_nothing_else() {
    for (pem, reason) in [
        ("", " has no certificates, expected PEM with `-----BEGIN CERTIFICATE-----`"),
        (
            "# ours\n-----BEGIN PRIVATE KEY-----\nY2FuYXJ5\n-----END PRIVATE KEY-----\n",
            ":2: a private key begins here; it does not belong into a CA bundle, remove it and replace the key",
        ),
        (
            "-----BEGIN X509 CRL-----\nY2FuYXJ5\n-----END X509 CRL-----\n",
            ":1: the section that begins here is not a certificate, expected CA certificates only",
        ),
    ] {
        let settings = Settings::good();
        let path = settings.file("bundle.pem", pem).display().to_string();
        settings.with("ca-bundle", &path).refused(1, &format!("error: ca-bundle: {path}{reason}\n"));
    }
    let settings = Settings::good();
    let path = settings.file("bundle.pem", "-----BEGIN CERTIFICATE-----\nY2FuYXJ5\n-----END CERTIFICATE-----\n");
    let settings = settings.with("ca-bundle", path.display().to_string());
    settings.refused(1, "error: ca-bundle: the CA bundle has no usable certificate\n");
}

#[test]
fn a_wrong_directory_is_refused_by_file_line_and_column() {
    for (yaml, reason) in [
        ("users:\n- email: nobody\n", "2:10: `nobody` is not an e-mail address"),
        ("users:\n- mail: a@example.com\n", "2:3: `users[0]` has the unknown field `mail`"),
    ] {
        let settings = Settings::good();
        let path = settings.file("wrong.yaml", yaml).display().to_string();
        settings.with("clusters", &path).refused(1, &format!("error: clusters: {path}:{reason}\n"));
    }
}

#[test]
fn files_that_are_not_there_are_trouble_and_no_refusal() {
    for (without, name) in [
        ("clusters", "clusters"),
        ("ca-bundle", "ca-bundle"),
        ("old-cookie-hash-key-file", "old-cookie-hash-key-file"),
        ("oidc-issuer-client-secret", "oidc-issuer-client-secret-file"),
        ("oidc-issuer-cookie-hash-key", "oidc-issuer-cookie-hash-key-file"),
    ] {
        let settings = Settings::good().without(without);
        let path = settings.folder.path().join("none").display().to_string();
        let expected = format!("error: {path} cannot be read\n  caused by: No such file or directory (os error 2)\n");
        settings.with(name, path).refused(3, &expected);
    }
}

#[test]
fn wrong_usage_is_told_from_wrong_settings() {
    let expected = |what: &str| Ended::new(2, "", &format!("error: {what}{USAGE}"));
    let typo = Settings::good().with("oidc-issuer-client-secrt", CLIENT_SECRET).end();
    let similar = "\n\n  tip: a similar argument exists: '--oidc-issuer-client-secret'";
    assert_eq!(typo, expected(&format!("unexpected argument '--oidc-issuer-client-secrt' found{similar}")));
    assert_eq!(Settings::good().with("nonsense", "1").end(), expected("unexpected argument '--nonsense' found"));
    let missing = run(&mut kkp_oidc(["serve"]));
    let expected = format!("error: the following required arguments were not provided:\n  --clusters <FILE>{USAGE}");
    assert_eq!(missing, Ended::new(2, "", &expected));
}

#[test]
fn a_secret_is_given_once() {
    for (name, value) in [("--oidc-issuer-client-secret", "SECRET"), ("--oidc-issuer-cookie-hash-key", "KEY")] {
        let mut arguments = Settings::good().arguments();
        arguments.push(format!("{name}-file=/dev/null"));
        let ended = run(&mut kkp_oidc(arguments));
        let conflict = format!("the argument '{name} <{value}>' cannot be used with '{name}-file <FILE>'");
        assert_eq!(ended, Ended::new(2, "", &format!("error: {conflict}{USAGE}")));
    }
}

#[test]
fn a_value_that_is_none_is_wrong_usage() {
    let expected = "error: invalid value 'maybe' for '--oidc-skip-tls-verify[=<BOOL>]': expected true or false (or 1, \
                    t, T, TRUE, True, 0, f, F, FALSE, False)\n\nFor more information, try '--help'.\n";
    let ended = Settings::good().with("oidc-skip-tls-verify", "maybe").end();
    assert_eq!(ended, Ended::new(2, "", expected));
    let expected = "error: invalid value 'OIDCKubeCfgEndpoint' for '--feature-gates <GATES>': missing bool value for \
                    feature gate OIDCKubeCfgEndpoint\n\nFor more information, try '--help'.\n";
    let ended = Settings::good().with("feature-gates", "OIDCKubeCfgEndpoint").end();
    assert_eq!(ended, Ended::new(2, "", expected));
}
