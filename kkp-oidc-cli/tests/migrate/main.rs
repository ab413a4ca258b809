//! `kkp-oidc migrate`: what it prints, what it writes, how it ends.

mod program;

use std::fs;

use crate::program::{data, folder_with, run};

#[test]
fn it_prints_what_the_library_s_tests_hold() {
    let folder = folder_with("values.yaml", &data("values.yaml"));
    for version in ["2.16", "2.22", "2.28", "2.31"] {
        let (there, back) = (format!("to-{version}"), format!("back-from-{version}"));
        let printed = run(folder.path(), &["values.yaml", "--to", version], b"");
        let yaml = data(&format!("{there}.yaml"));
        assert_eq!(printed, (1, yaml.clone(), data(&format!("{there}.notes.txt"))));
        let printed = run(folder.path(), &["-", "--to-values"], yaml.as_bytes());
        let notes = data(&format!("{back}.notes.txt")).replace("values.yaml:", "(stdin):");
        assert_eq!(printed, (1, data(&format!("{back}.yaml")), notes));
    }
    let newest = run(folder.path(), &["values.yaml"], b"");
    assert_eq!(newest, (1, data("to-2.31.yaml"), data("to-2.31.notes.txt")));
}

#[test]
fn everything_that_went_over_is_exit_status_0() {
    let values = "kubermatic:\n  domain: a.example\n  auth:\n    tokenIssuer: https://a.example/dex\n    clientID: a\n    \
                  issuerClientID: b\n    issuerRedirectURL: https://a.example/api/v1/kubeconfig\n";
    let folder = folder_with("values.yaml", values);
    let yaml = "apiVersion: operator.kubermatic.io/v1alpha1\nkind: KubermaticConfiguration\nmetadata:\n  name: kubermatic\n  \
                namespace: kubermatic\nspec:\n  auth:\n    tokenIssuer: https://a.example/dex\n    clientID: a\n    \
                issuerRedirectURL: https://a.example/api/v1/kubeconfig\n    issuerClientID: b\n  ingress:\n    \
                domain: a.example\n";
    let ended = run(folder.path(), &["values.yaml", "--to", "v2.19.3"], b"");
    assert_eq!(ended, (0, yaml.to_owned(), String::new()));
    let ended = run(folder.path(), &["values.yaml", "--to=2.19", "-o", "out.yaml"], b"");
    assert_eq!(ended, (0, String::new(), "wrote out.yaml\n".to_owned()));
    assert_eq!(fs::read_to_string(folder.path().join("out.yaml")).unwrap(), yaml);
}

#[test]
#[cfg(unix)]
fn a_new_file_is_for_its_owner_and_an_old_one_keeps_its_mode() {
    use std::os::unix::fs::PermissionsExt as _;

    let folder = folder_with("values.yaml", &data("values.yaml"));
    let out = folder.path().join("kubermatic.yaml");
    let mode = || fs::metadata(&out).unwrap().permissions().mode() & 0o7777;
    let written = (1, String::new(), data("to-2.31.notes.txt") + "wrote kubermatic.yaml\n");
    assert_eq!(run(folder.path(), &["values.yaml", "-o", "kubermatic.yaml"], b""), written);
    assert_eq!(mode(), 0o600);
    fs::write(&out, "old").unwrap();
    fs::set_permissions(&out, fs::Permissions::from_mode(0o640)).unwrap();
    assert_eq!(run(folder.path(), &["values.yaml", "--out", "kubermatic.yaml"], b""), written);
    assert_eq!((mode(), fs::read_to_string(&out).unwrap()), (0o640, data("to-2.31.yaml")));
    // Nothing is left beside it.
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
}

#[test]
fn parts_in_several_files_come_together() {
    let parts = data("to-2.31.yaml");
    let parts: Vec<&str> = parts.split("\n---\n").collect();
    let folder = tempfile::tempdir().unwrap();
    let names = ["a.yaml", "b.yaml", "c.yaml"];
    for (name, part) in names.iter().zip(&parts) {
        fs::write(folder.path().join(name), part).unwrap();
    }
    let (code, yaml, _) = run(folder.path(), &["c.yaml", "a.yaml", "b.yaml", "--to-values"], b"");
    assert_eq!((code, yaml), (1, data("back-from-2.31.yaml")));
    // Without the other two, what they hold is missed.
    let (code, _, stderr) = run(folder.path(), &["a.yaml", "--to-values"], b"");
    let expected = "\
a.yaml:4: to do: whether the dashboard shows the share button stands in KubermaticSetting `globalsettings` since 2.23: \
give it, too, or set `share_kubeconfig` in `kubermatic.ui.config`
a.yaml:23: no counterpart: the ConfigMap of `spec.caBundle` is not among the files; give it, too
a.yaml:30: no counterpart: nothing reads the gate `EtcdLauncher` in 2.12 and 2.13
";
    assert_eq!((code, stderr.as_str()), (1, expected));
}

#[test]
fn json_has_the_notes_and_the_text() {
    let values = "kubermatic:\n  domain: a.example\n  auth: {clientId: b}\n";
    let folder = folder_with("values.yaml", values);
    let json = |arguments: &[&str]| {
        let (code, stdout, stderr) = run(folder.path(), arguments, b"");
        assert_eq!((code, stderr.as_str(), stdout.lines().count()), (1, "", 1));
        serde_json::from_str::<serde_json::Value>(&stdout).unwrap()
    };
    let printed = json(&["values.yaml", "--to", "2.14", "--output", "json"]);
    assert!(printed["yaml"].as_str().unwrap().starts_with("apiVersion: operator.kubermatic.io/v1alpha1\n"));
    let note = serde_json::json!({
        "kind": "no-counterpart",
        "message": "`kubermatic.auth.clientId` is not migrated; `kkp-oidc check --fix` mends its spelling",
        "file": "values.yaml",
        "line": 3,
        "column": 10,
    });
    assert_eq!(
        printed["notes"].as_array().unwrap().iter().filter(|one| one["kind"] != "changed").collect::<Vec<_>>(),
        [&note]
    );
    let printed = json(&["values.yaml", "--to", "2.14", "--output", "json", "-o", "out.yaml"]);
    assert_eq!((&printed["file"], printed.get("yaml")), (&serde_json::json!("out.yaml"), None));
}

#[test]
fn wrong_usage_and_file_trouble_have_their_own_exit_status() {
    let folder = folder_with("values.yaml", "kubermatic:\n  domain: a.example\n");
    fs::write(folder.path().join("broken.yaml"), "kubermatic:\n\tauth: sEcReT\n").unwrap();
    fs::write(folder.path().join("dex.yaml"), "dex: {}\n").unwrap();
    let hint = "\n\nhint: give the files of one installation; `kkp-oidc check` says what is in them\n";
    let usage = "\n\nUsage: kkp-oidc [OPTIONS] <COMMAND>\n\nFor more information, try '--help'.\n";
    for (arguments, code, stderr) in [
        (
            &["values.yaml", "--to-values"][..],
            2,
            format!("error: the configuration is values.yaml already; leave out --to-values{usage}"),
        ),
        (
            &["values.yaml", "--to", "2.13"],
            2,
            "error: invalid value '2.13' for '--to <VERSION>': KKP 2.13 is configured by values.yaml: --to-values\n\n\
             For more information, try '--help'.\n"
                .to_owned(),
        ),
        (
            &["dex.yaml"],
            1,
            format!(
                "error: no file configures KKP: expected a values.yaml with `kubermatic:` or a KubermaticConfiguration{hint}"
            ),
        ),
        (&["values.yaml", "-"], 1, format!("error: 2 files or documents configure KKP, expected one{hint}")),
        (
            &["broken.yaml"],
            1,
            "error[document-unreadable]: `kubermatic` is not valid YAML\n --> broken.yaml:2:2\n  |\n2 | …\n  | ^\n  \
             = help: indent with blanks: line 2 begins with a tab\n"
                .to_owned(),
        ),
        (
            &["gone.yaml"],
            3,
            "error: gone.yaml cannot be read\n  caused by: No such file or directory (os error 2)\n".to_owned(),
        ),
        (
            &["values.yaml", "-o", "no/where.yaml"],
            3,
            "error: no/where.yaml cannot be written\n  caused by: No such file or directory (os error 2)\n".to_owned(),
        ),
    ] {
        let ended = run(folder.path(), arguments, b"kubermatic: {}\n");
        assert_eq!(ended, (code, String::new(), stderr), "{arguments:?}");
    }
    let (code, _, stderr) = run(folder.path(), &["values.yaml", "--to", "2.22", "--to-values"], b"");
    assert_eq!(code, 2, "{stderr}");
}
