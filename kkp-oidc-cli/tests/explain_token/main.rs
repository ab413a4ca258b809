//! `kkp-oidc explain-token`: what it prints, and how it ends. Tokens, keys and configurations are those that
//! kube-apiserver's own code has judged (`kkp-oidc-core/tests/data/README.md`).

#![expect(clippy::unwrap_used, reason = "test helpers: failing is their job")]

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

/// Exit code, stdout, stderr.
type Ended = (i32, String, String);

const FLAGS: [&str; 10] = [
    "--issuer-url",
    "https://idp.example.com/dex",
    "--client-id",
    "kubermaticIssuer",
    "--username-claim=email",
    "--groups-claim",
    "groups",
    "--groups-prefix",
    "oidc:",
    "--at=2026-06-01",
];

struct Folder(tempfile::TempDir);

impl Folder {
    /// With `token`, `config.yaml` and `keys.json` of the decision of this name.
    fn with(name: &str) -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        let mut lines = include_str!("../../../kkp-oidc-core/tests/data/apiserver/decisions.jsonl").lines();
        let first: Value = serde_json::from_str(lines.next().unwrap()).unwrap();
        let decisions = lines.map(|line| serde_json::from_str::<Value>(line).unwrap());
        let decision = decisions.into_iter().find(|decision| decision["name"] == name).unwrap();
        folder.write("keys.json", first["jwks"].to_string().as_bytes());
        folder.write("token", decision["token"].as_str().unwrap().as_bytes());
        folder.write("config.yaml", decision["configuration"].as_str().unwrap().as_bytes());
        folder
    }

    fn write(&self, name: &str, contents: &[u8]) {
        fs::write(self.0.path().join(name), contents).unwrap();
    }

    fn explain(&self, arguments: &[&str]) -> Ended {
        explain(self.0.path(), arguments, b"")
    }
}

fn explain(folder: &Path, arguments: &[&str], stdin: &[u8]) -> Ended {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kkp-oidc"));
    command.arg("explain-token").args(arguments).current_dir(folder).env_clear();
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // A program that does not read its input ends early.
    let _ = child.stdin.take().unwrap().write_all(stdin);
    let output = child.wait_with_output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

fn ended(code: i32, stdout: &str, stderr: &str) -> Ended {
    (code, stdout.to_owned(), stderr.to_owned())
}

#[test]
fn an_accepted_token_comes_with_its_user() {
    let folder = Folder::with("good");
    let arguments = ["token", "--authentication-config=config.yaml", "--jwks=keys.json", "--at=2026-06-01"];
    assert_eq!(folder.explain(&arguments), ended(0, include_str!("golden/accepted.txt"), ""));
}

#[test]
fn a_refused_token_comes_with_the_rule_and_a_remedy() {
    let folder = Folder::with("email verified false");
    let arguments = ["token"].into_iter().chain(FLAGS).collect::<Vec<_>>();
    assert_eq!(folder.explain(&arguments), ended(1, include_str!("golden/not-verified.txt"), ""));
}

#[test]
fn without_configuration_a_token_is_shown_and_its_signature_is_not() {
    let folder = Folder::with("good");
    let (code, stdout, stderr) = folder.explain(&["token"]);
    assert_eq!((code, stdout.as_str(), stderr.as_str()), (0, include_str!("golden/shown.txt"), ""));
    let token = fs::read(folder.0.path().join("token")).unwrap();
    assert_eq!(explain(folder.0.path(), &["-"], &token), (code, stdout, stderr));
}

#[test]
fn flags_accept_rs256_only_and_say_how_to_accept_more() {
    let folder = Folder::with("flags, signed with ES256, key p256");
    let (code, stdout, _) = folder.explain(&["token", FLAGS[0], FLAGS[1], FLAGS[2], FLAGS[3], FLAGS[9]]);
    let last = stdout.lines().last().unwrap();
    assert_eq!((code, last), (1, "refused: algorithm: `alg` is \"ES256\", accepted are RS256"));
    let more = ["token", "--jwks=keys.json", "--oidc-signing-algs=RS256,ES256"].into_iter().chain(FLAGS);
    assert_eq!(folder.explain(&more.collect::<Vec<_>>()).0, 0);
}

#[test]
fn what_is_not_judged_is_said_and_is_not_acceptance() {
    let folder = Folder::with("other expression");
    let arguments = ["token", "--authentication-config=config.yaml", "--at=2026-06-01"];
    let (code, stdout, stderr) = folder.explain(&arguments);
    let lines: Vec<_> = stdout.lines().skip_while(|line| !line.contains("claim_rule")).take(3).collect();
    let expected = [
        "  ?       claim_rule: not judged: CEL expression \"claims.exp - claims.iat <= 86400\"",
        "          evaluate it by hand with the claims above",
        "undecided: see the rules marked `?`",
    ];
    assert_eq!((code, lines.as_slice(), stderr.as_str()), (1, expected.as_slice(), ""));
}

#[test]
fn json_is_one_object_on_one_line() {
    let folder = Folder::with("email verified false");
    let arguments = ["token", "--output=json"].into_iter().chain(FLAGS).collect::<Vec<_>>();
    let (code, stdout, stderr) = folder.explain(&arguments);
    assert_eq!((code, stdout.lines().count(), stderr.as_str()), (1, 1, ""));
    let json: Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(json["refused_by"], "email_verified");
    assert_eq!(json["at"], "2026-06-01T00:00:00Z");
    assert_eq!(json["header"], serde_json::json!({"alg": "RS256", "kid": "rsa"}));
    assert_eq!(json["claims"]["email"], "jane@example.com");
    assert_eq!(json["decision"]["verdict"], "refused");
    assert_eq!(json["decision"]["user"], Value::Null);
    assert_eq!(json["decision"]["signature_checked"], false);
    let rules: Vec<_> = json["decision"]["checks"].as_array().unwrap().iter().map(|check| &check["rule"]).collect();
    let expected = "issuer claim_types audience expiry not_before algorithm signature username email_verified groups";
    assert_eq!(rules, expected.split(' ').collect::<Vec<_>>());
}

#[test]
fn terminals_are_left_alone_and_tokens_within_tokens_are_not_shown() {
    let folder = Folder::with("good");
    // {"alg":"none\u001b[2J"} . {"email":"a\u202eb","_claim_sources":{"s":{"endpoint":"https://x","access_token":"s3cret"}}}
    let token = "eyJhbGciOiJub25lXHUwMDFiWzJKIn0.eyJlbWFpbCI6ImFcdTIwMmViIiwiX2NsYWltX3NvdXJjZXMiOnsicyI6eyJlbmRwb2ludCI6Imh0\
                 dHBzOi8veCIsImFjY2Vzc190b2tlbiI6InMzY3JldCJ9fX0.";
    let expected = "header\n  alg: \"none\\u001b[2J\"\nclaims\n  _claim_sources: \
                    {\"s\":{\"access_token\":\"[redacted]\",\"endpoint\":\"https://x\"}}\n  email: \"a\\u{202e}b\"\n\
                    not judged: give --authentication-config or --oidc-issuer-url and --oidc-client-id\n";
    assert_eq!(explain(folder.0.path(), &[], token.as_bytes()), ended(0, expected, ""));
}

#[test]
fn the_command_for_a_user_is_quoted_for_a_shell() {
    let folder = Folder::with("good");
    // {"alg":"RS256"} . {"iss":"https://x","aud":"x","sub":"o'brien%1","exp":4102444800,"groups":["a b","c"]}
    let token = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJodHRwczovL3giLCJhdWQiOiJ4Iiwic3ViIjoibydicmllbiUxIiwiZXhwIjo0MTAyNDQ0ODAwLCJncm91cHMiOlsiYSBiIiwiYyJdfQ.AAAA";
    let flags =
        ["--issuer-url=https://x", "--client-id=x", "--username-prefix=-", "--groups-claim=groups", "--at=2026-06-01"];
    let (code, stdout, _) = explain(folder.0.path(), &flags, token.as_bytes());
    let command = stdout.lines().find_map(|line| line.strip_prefix("  what they may do: "));
    let expected = r"kubectl auth can-i --list '--as=o'\''brien%1' '--as-group=a b' --as-group=c";
    assert_eq!((code, command), (0, Some(expected)));
}

#[test]
fn what_is_no_token_is_refused_in_one_sentence() {
    let folder = Folder::with("good");
    let refused = |cause: &str, hint: &str| {
        ended(1, "", &format!("error: (stdin) is no token that can be explained\n  caused by: {cause}\n{hint}"))
    };
    let hint =
        "\nhint: give the ID token, three parts with dots between them; access tokens need not be of this form\n";
    for (stdin, expected) in [
        (b"".to_vec(), refused("there is no token, the input is empty", "")),
        (
            b"opaque\n".to_vec(),
            refused("the token has 1 parts with dots between them, expected 3: it is no signed JWT", hint),
        ),
        (b"e30.e30.\xff".to_vec(), refused("the token's signature is not base64url without padding", "")),
        (b"e30.\0.".to_vec(), refused("the token's payload is not base64url without padding", "")),
        (vec![b'a'; 65_537], refused("the token has 65537 bytes, expected at most 65536", "")),
        (vec![b'a'; 10_000_000], refused("the token has 10000000 bytes, expected at most 65536", "")),
    ] {
        assert_eq!(explain(folder.0.path(), &[], &stdin), expected);
    }
}

#[test]
fn a_configuration_that_kube_apiserver_refuses_is_refused_with_all_findings() {
    let folder = Folder::with("good");
    let yaml =
        "apiVersion: apiserver.config.k8s.io/v1\nkind: AuthenticationConfiguration\njwt:\n- issuer: {url: http://a}\n";
    folder.write("config.yaml", yaml.as_bytes());
    let stderr = "error: kube-apiserver refuses the configuration\n\
                  error: jwt[0].issuer.url: Invalid value: \"http://a\": URL scheme must be https\n\
                  error: jwt[0].issuer.audiences: Required value: at least one jwt[0].issuer.audiences is required\n\
                  error: jwt[0].claimMappings.username: Required value: claim or expression is required\n";
    assert_eq!(folder.explain(&["token", "--authentication-config=config.yaml"]), ended(1, "", stderr));

    folder.write("config.yaml", format!("{yaml}  issuers: 1\n").as_bytes());
    let stderr = "error: config.yaml is no AuthenticationConfiguration\n  caused by: the document cannot be read\n  \
                  caused by: `jwt[0]` has the unknown field `issuers` (line 5, column 3)\n";
    assert_eq!(folder.explain(&["token", "--authentication-config=config.yaml"]), ended(1, "", stderr));

    folder.write("keys.json", b"[]");
    let stderr = "error: keys.json is no key set\n  caused by: the key set is not a JSON object with a list `keys`\n";
    let arguments = ["token", "--jwks=keys.json"].into_iter().chain(FLAGS).collect::<Vec<_>>();
    assert_eq!(folder.explain(&arguments), ended(1, "", stderr));
}

#[test]
fn a_ca_file_is_looked_at() {
    let folder = Folder::with("good");
    folder.write("ca.pem", b"x");
    let arguments = ["token", "--ca-file=ca.pem"].into_iter().chain(FLAGS).collect::<Vec<_>>();
    let stderr = "error: kube-apiserver refuses the configuration\nerror: jwt[0].issuer.certificateAuthority: Invalid value: \
                  \"<omitted>\": data does not contain any valid RSA or ECDSA certificates\n";
    assert_eq!(folder.explain(&arguments), ended(1, "", stderr));
}

#[test]
fn usage_and_file_trouble_have_their_own_exit_statuses() {
    let folder = Folder::with("good");
    let (code, stdout, stderr) = folder.explain(&["missing"]);
    let expected = "error: missing cannot be read\n  caused by: No such file or directory (os error 2)\n";
    assert_eq!((code, stdout.as_str(), stderr.as_str()), (3, "", expected));
    let stderr = "error: standard input can be only one of token, configuration, CA file and key set\n";
    assert_eq!(folder.explain(&["-", "--jwks=-", "--authentication-config=config.yaml"]), ended(2, "", stderr));
    let (code, stdout, stderr) = folder.explain(&["token", "--jwks=keys.json"]);
    let missing = "error: the following required arguments were not provided:\n  \
                   <--authentication-config <FILE>|--oidc-issuer-url <URL>>";
    assert_eq!((code, stdout.as_str(), stderr.split("\n\n").next()), (2, "", Some(missing)));
    for arguments in [
        &["token", "--client-id=x"][..],
        &["token", "--issuer-url=https://x"],
        &["token", "--groups-claim=x"],
        &["token", "--authentication-config=config.yaml", "--issuer-url=https://x", "--client-id=x"],
        &["token", "--issuer-url=https://x", "--client-id=x", "--signing-algs=EdDSA"],
        &["token", "--at=yesterday"],
    ] {
        assert_eq!(folder.explain(arguments).0, 2, "{arguments:?}");
    }
}
