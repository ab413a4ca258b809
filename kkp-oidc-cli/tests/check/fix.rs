//! `kkp-oidc check --fix`

use std::fs;

use crate::program::{data, folder_with, run};

/// Everything that can be mended, with comments, line ends of Windows and a byte order mark.
const BEFORE: &str = "\u{feff}# ours\r\nkubermatic:\r\n  domain: kkp.example.com # the host\r\n  auth:\r\n    tokenissuer: https://kkp.example.com/dex\r\n    clientID: kubermatic\r\n    issuerRedirectURL: https://kkp.example.com/api/v1/kubeconfig\r\n    issuerClientId: 'kubermaticIssuer'\r\n    issuerClientSecret: 0071234567\r\n    issuerCookieKey: 4bd81c07e95fa2663dsEcReTsEcReT77\r\n    serviceAccountKey: 5e0f77c19b3a4bd81c07e95fa2663d5e\r\n    caBundle: CA\r\n  api:\r\n    featuregates: \"PrometheusEndpoint=true, OIDCKubeConfigEndpoint = 1\"\t# why\r\n  controller:\r\n    featureGates: OpenIDAuthPlugin=T\r\n  ui:\r\n    config: '{\"share_kubeconfig\": true}'";

#[test]
fn what_can_be_mended_is_and_the_rest_stays_byte_for_byte() {
    let ca = fs::read_to_string(data().join("good/values-2.12.yaml")).unwrap();
    let ca = ca.lines().find_map(|line| line.strip_prefix("    caBundle: ")).unwrap().to_owned();
    let before = BEFORE.replace("CA\r\n", &format!("{ca}\r\n"));
    let (_keep, file) = folder_with("values.yaml", &before);
    #[cfg(unix)]
    fs::set_permissions(&file, std::os::unix::fs::PermissionsExt::from_mode(0o640)).unwrap();
    let folder = file.parent().unwrap();
    let ended = run(folder, &["check", "values.yaml", "--fix", "--at", "2026-06-15"], b"");
    assert_eq!(ended, (0, String::new(), "mended values.yaml\nnothing to mend in 1 file\n".to_owned()));
    let after = before
        .replace("tokenissuer", "tokenIssuer")
        .replace("issuerClientId", "issuerClientID")
        .replace("0071234567", "\"0071234567\"")
        .replace("featuregates", "featureGates")
        .replace("OIDCKubeConfigEndpoint = 1", "OIDCKubeCfgEndpoint=true")
        .replace("OpenIDAuthPlugin=T\r", "OpenIDAuthPlugin=true\r");
    assert_eq!(fs::read_to_string(&file).unwrap(), after);
    #[cfg(unix)]
    assert_eq!(std::os::unix::fs::PermissionsExt::mode(&fs::metadata(&file).unwrap().permissions()) & 0o7777, 0o640);
    // Nothing is left beside it, and another run changes nothing.
    assert_eq!(fs::read_dir(folder).unwrap().count(), 1);
    let ended = run(folder, &["check", "values.yaml", "--fix", "--at", "2026-06-15"], b"");
    assert_eq!(ended, (0, String::new(), "nothing to mend in 1 file\n".to_owned()));
}

/// Every input, in a folder of its own: after `--fix`, nothing is fixable, and what had no fix is the same as before.
#[test]
fn after_mending_nothing_can_be_mended() {
    for entry in fs::read_dir(data()).unwrap() {
        let path = entry.unwrap().path();
        let Some(ending) = path.extension().and_then(|ending| ending.to_str()) else { continue };
        if !matches!(ending, "yaml" | "json") {
            continue;
        }
        let before = fs::read(&path).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file.yaml");
        fs::write(&file, &before).unwrap();
        let fixable = |arguments: &[&str]| {
            let (_, stdout, _) = run(folder.path(), arguments, b"");
            stdout.matches("\"fixable\":true").count()
        };
        let check = ["check", "file.yaml", "--output", "json"];
        let count = fixable(&check);
        assert_eq!(fixable(&["check", "file.yaml", "--output", "json", "--fix"]), 0, "{}", path.display());
        assert_eq!(fixable(&check), 0, "{}", path.display());
        assert_eq!(fs::read(&file).unwrap() != before, count > 0, "{}", path.display());
        if ending == "json" {
            serde_json::from_slice::<serde_json::Value>(&fs::read(&file).unwrap()).unwrap();
        }
    }
}

#[test]
fn a_file_that_cannot_be_written_is_file_trouble() {
    let (_keep, file) = folder_with("values.yaml", &fs::read_to_string(data().join("gate-spelling.yaml")).unwrap());
    let folder = file.parent().unwrap();
    // The file is written beside it first: folders of all names that are tried are in the way, whoever runs this.
    let mut command = std::process::Command::new("sh");
    command.args([
        "-c",
        "for n in $(seq 0 99); do mkdir .values.yaml.$$.$n.tmp || exit 9; done; exec \"$0\" check values.yaml --fix",
        env!("CARGO_BIN_EXE_kkp-oidc"),
    ]);
    let child = command.current_dir(folder).stderr(std::process::Stdio::piped()).spawn().unwrap();
    let id = child.id();
    let output = child.wait_with_output().unwrap();
    let stderr = "error: values.yaml cannot be written\n  caused by: 100 files `.values.yaml.….tmp` are left behind in its \
                  folder; remove them\n";
    assert_eq!((output.status.code(), String::from_utf8(output.stderr).unwrap().as_str()), (Some(3), stderr));
    assert!(folder.join(format!(".values.yaml.{id}.0.tmp")).is_dir());
    assert_eq!(fs::read(&file).unwrap(), fs::read(data().join("gate-spelling.yaml")).unwrap());
}

#[test]
fn what_a_run_that_was_killed_left_behind_is_in_nobodys_way() {
    let (_keep, file) = folder_with("values.yaml", &fs::read_to_string(data().join("gate-spelling.yaml")).unwrap());
    let mut command = std::process::Command::new("sh");
    command.args([
        "-c",
        "echo half >.values.yaml.$$.0.tmp && exec \"$0\" check values.yaml --fix",
        env!("CARGO_BIN_EXE_kkp-oidc"),
    ]);
    let output = command.current_dir(file.parent().unwrap()).output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert_ne!(fs::read(&file).unwrap(), fs::read(data().join("gate-spelling.yaml")).unwrap());
}
