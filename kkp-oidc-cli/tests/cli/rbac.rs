//! `kkp-oidc rbac`

use std::process::{Command, Stdio};

use crate::process::{Ended, kkp_oidc, run};

const MANIFEST: &str = "\
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: lukaszviewer
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: view
subjects:
- apiGroup: rbac.authorization.k8s.io
  kind: User
  name: lukasz@kubermatic.com
";

const COMMAND: &str =
    "kubectl create clusterrolebinding lukaszviewer --clusterrole=view --user=lukasz@kubermatic.com\n";

fn rbac(arguments: &[&str]) -> Ended {
    run(kkp_oidc(["rbac"]).args(arguments))
}

fn lukaszviewer(arguments: &[&str]) -> Ended {
    let start = ["--name", "lukaszviewer", "--user", "lukasz@kubermatic.com", "--role", "view"];
    rbac(&[&start, arguments].concat())
}

#[test]
fn prints_the_manifest_with_the_command_of_kkp_s_documentation() {
    assert_eq!(lukaszviewer(&[]), Ended::new(0, &format!("# {COMMAND}{MANIFEST}"), ""));
    assert_eq!(lukaszviewer(&["--format", "manifest", "--cluster-role"]), Ended::new(0, MANIFEST, ""));
    assert_eq!(lukaszviewer(&["--format", "command"]), Ended::new(0, COMMAND, ""));
}

#[test]
fn a_role_in_a_namespace_for_users_and_groups() {
    let arguments = ["--user=a b@c.d", "--group=ops", "--group", "oidc:dev", "--role=namespace-viewer", "-n", "dev"];
    let ended =
        rbac(&[&arguments[..], &["--namespaced-role", "--format=command", "--name=b", "--shell=fish"]].concat());
    let command = "kubectl create rolebinding b --role=namespace-viewer '--user=a b@c.d' --group=oidc:ops \
                   --group=oidc:dev --namespace=dev\n";
    let warning = "warning: group `oidc:dev` has the prefix `oidc:` already and does not get it again; if the provider \
                   itself names it so, write `oidc:oidc:dev` and an empty prefix\n";
    assert_eq!(ended, Ended::new(0, command, warning));
    let ended = rbac(&["--group=ops", "--groups-prefix=", "--role=view", "--format=command", "--name=b"]);
    assert_eq!(ended, Ended::new(0, "kubectl create clusterrolebinding b --clusterrole=view --group=ops\n", ""));
}

#[test]
fn json_has_all_shells_and_the_warnings() {
    let ended = rbac(&["--user", "A%@b.c", "--role", "view", "--name", "b", "--output", "json"]);
    let json: serde_json::Value = serde_json::from_str(&ended.stdout).unwrap();
    let manifest = MANIFEST.replace("lukaszviewer", "b").replace("lukasz@kubermatic.com", "A%@b.c");
    let command = "kubectl create clusterrolebinding b --clusterrole=view '--user=A%@b.c'";
    let expected = serde_json::json!({
        "name": "b",
        "manifest": manifest,
        "commands": [
            {"shell": "bash", "command": command},
            {"shell": "zsh", "command": command},
            {"shell": "fish", "command": command},
            {"shell": "powershell", "command": command},
            {
                "shell": "cmd",
                "command": null,
                "refused": "cmd has no quoting that carries '%' unchanged in every version and mode",
            },
        ],
        "warnings": [{
            "code": "upper-case",
            "text": "user `A%@b.c` has upper-case letters: kube-apiserver compares byte for byte with the e-mail address \
                     in the token, while KKP's kubeconfig shows it in lower case; write it as the provider does",
        }],
    });
    assert_eq!((ended.code, json, ended.stderr.as_str()), (Some(0), expected, ""));
    assert_eq!(ended.stdout.lines().count(), 1);
}

#[test]
fn a_command_that_cannot_be_quoted_is_not_printed() {
    let arguments = ["--user=a!@b.c", "--role=view", "--name=b", "--shell=cmd"];
    let expected = "error: the command cannot be written for this shell\n  \
                    caused by: cmd has no quoting that carries '!' unchanged in every version and mode\n\n\
                    hint: take the manifest, with --format manifest, or another --shell\n";
    assert_eq!(rbac(&arguments), Ended::new(1, "", expected));
    assert_eq!(rbac(&[&arguments[..], &["--format=manifest"]].concat()).code, Some(0));
}

#[test]
fn wrong_usage_is_named() {
    for (arguments, error) in [
        (
            &["--role=view"][..],
            "error: the following required arguments were not provided:\n  <--user <EMAIL>|--group <NAME>>\n",
        ),
        (
            &["--role=view", "--user=a@b.c", "--namespaced-role"],
            "error: the following required arguments were not provided:\n  --namespace <NAMESPACE>\n",
        ),
        (
            &["--role=a/b", "--user=a@b.c"],
            "error: invalid value 'a/b' for '--role <NAME>': name has '/' at byte 1, which it cannot have there\n",
        ),
        (&["--role=view", "--user="], "error: invalid value '' for '--user <EMAIL>': name is empty\n"),
        (
            &["--role=view", "--user=a@b.c", "--namespace=A"],
            "error: invalid value 'A' for '--namespace <NAMESPACE>': namespace has 'A' at byte 0, expected `a-z 0-9 -` and \
             no `-` first or last\n",
        ),
    ] {
        let ended = rbac(arguments);
        assert_eq!((ended.code, ended.stdout.as_str()), (Some(2), ""));
        assert_eq!(ended.stderr.split_inclusive("\n\n").next().map(|text| &text[..text.len() - 1]), Some(error));
    }
}

/// Where kubectl is on this machine, it makes the same manifest of the command. It needs no server for that.
#[test]
fn kubectl_makes_the_manifest_of_the_command() {
    let kubectl = Command::new("kubectl").args(["version", "--client"]).stdout(Stdio::null()).status();
    if !kubectl.is_ok_and(|status| status.success()) {
        return;
    }
    for arguments in [
        &["--user=lukasz@kubermatic.com", "--role=view"][..],
        &[
            "--user=o'brien $(id) \"x\" \\@a.b",
            "--user=yes",
            "--group=a, b",
            "--group=*",
            "--role=a b",
            "--namespace=no",
        ],
        &["--group=a", "--role=r", "--namespaced-role", "--namespace=dev", "--name=system:a.b"],
    ] {
        let command = rbac(&[arguments, &["--format=command"]].concat()).stdout;
        let manifest = rbac(&[arguments, &["--format=manifest"]].concat()).stdout;
        let script = format!("{} --dry-run=client -o yaml --kubeconfig=/dev/null", command.trim_end());
        let output = Command::new("sh").args(["-c", &script]).output().unwrap();
        let yaml = String::from_utf8(output.stdout).unwrap();
        // kubectl 1.34 leaves the line out itself.
        assert_eq!(yaml.replacen("  creationTimestamp: null\n", "", 1), manifest, "{script}");
    }
}
