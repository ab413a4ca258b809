//! `kkp-oidc completions` and `kkp-oidc man`

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use crate::process::{Ended, kkp_oidc, run};

#[track_caller]
fn script_for(shell: &str) -> String {
    let Ended { code, stdout, stderr } = run(&mut kkp_oidc(["completions", shell]));
    assert_eq!((code, stderr.as_str()), (Some(0), ""));
    stdout
}

/// Run a script in a real shell, if it is on this machine.
#[track_caller]
fn run_in(shell: &str, arguments: &[&str], script: &str) -> Option<Ended> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("script");
    fs::write(&file, script).unwrap();
    Command::new(shell).arg("--version").output().ok()?;
    // Fish keeps files in the home directory.
    Some(run(Command::new(shell).args(arguments).arg(&file).env("HOME", folder.path())))
}

/// What bash proposes for the last of these words.
fn bash_proposes(words: &str) -> Option<String> {
    let index = words.split(' ').count() - 1;
    let ask = r#"registered=$(complete -p kkp-oidc); function=${registered#*-F }; function=${function%% *}
"$function" kkp-oidc "${COMP_WORDS[-1]}" "${COMP_WORDS[-2]}"
printf '%s\n' "${COMPREPLY[@]}""#;
    let words = words.replace('_', "''");
    let script = format!("{}\nCOMP_WORDS=({words}) COMP_CWORD={index}\n{ask}\n", script_for("bash"));
    let ended = run_in("bash", &["--norc"], &script)?;
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""));
    Some(ended.stdout)
}

#[test]
fn bash_completes_commands_flags_and_values() {
    for (words, expected) in [
        ("kkp-oidc ca b", "bundle\n"),
        ("kkp-oidc ca e", "explain\n"),
        ("kkp-oidc rb", "rbac\n"),
        ("kkp-oidc rbac --groups", "--groups-prefix\n"),
        ("kkp-oidc rbac --format m", "manifest\n"),
        ("kkp-oidc completions _", "-h\n--output\n--help\nbash\nzsh\nfish\npowershell\n"),
    ] {
        if let Some(proposed) = bash_proposes(words) {
            assert_eq!(proposed, expected, "{words}");
        }
    }
}

#[test]
fn fish_completes_commands_and_values() {
    for (words, expected) in [("kkp-oidc ca b", "bundle"), ("kkp-oidc rbac --format m", "manifest")] {
        let script = format!("{}\ncomplete -C '{words}'\n", script_for("fish"));
        if let Some(ended) = run_in("fish", &["--no-config"], &script) {
            assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""));
            let proposed: Vec<_> = ended.stdout.lines().filter_map(|line| line.split('\t').next()).collect();
            assert_eq!(proposed, [expected], "{words}");
        }
    }
}

#[test]
fn shells_accept_their_scripts() {
    for shell in ["bash", "zsh", "fish"] {
        if let Some(ended) = run_in(shell, &["-n"], &script_for(shell)) {
            assert_eq!(ended, Ended::new(0, "", ""), "{shell}");
        }
    }
    assert_eq!(
        script_for("powershell").lines().find(|line| line.starts_with("Register-")),
        Some("Register-ArgumentCompleter -Native -CommandName 'kkp-oidc' -ScriptBlock {")
    );
}

#[test]
fn every_command_has_a_manual_page() {
    let folder = tempfile::tempdir().unwrap();
    let pages = folder.path().join("share/man/man1");
    for _ in 0..2 {
        assert_eq!(run(kkp_oidc(["man"]).arg(&pages)), Ended::new(0, "", ""));
    }
    let names: BTreeSet<_> =
        fs::read_dir(&pages).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    let mut expected = BTreeSet::from(
        [
            "",
            "-audit",
            "-audit-pseudonym",
            "-ca",
            "-ca-bundle",
            "-ca-check",
            "-ca-explain",
            "-check",
            "-completions",
            "-doctor",
            "-explain",
            "-explain-token",
            "-key",
            "-kubeconfig",
            "-kubeconfig-inspect",
            "-kubeconfig-merge",
            "-kubeconfig-render",
            "-man",
            "-migrate",
            "-rbac",
            "-render",
        ]
        .map(|command| format!("kkp-oidc{command}.1")),
    );
    if cfg!(feature = "serve") {
        let more = ["-links", "-links-list", "-links-revoke", "-serve"];
        expected.extend(more.map(|command| format!("kkp-oidc{command}.1")));
    }
    assert_eq!(names, expected);
    for name in names {
        let page = fs::read_to_string(pages.join(&name)).unwrap();
        let title = name.strip_suffix(".1").unwrap();
        let heading = page.lines().find(|line| line.starts_with(".TH ")).unwrap();
        assert!(heading.starts_with(&format!(".TH {title} 1 ")), "{heading}");
    }
    let whole = run(&mut kkp_oidc(["man"]));
    assert_eq!(whole, Ended::new(0, &fs::read_to_string(pages.join("kkp-oidc.1")).unwrap(), ""));
}

#[test]
fn pages_that_cannot_be_written_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "mine").unwrap();
    let expected = format!(
        "error: {} cannot be created\n  caused by: File exists (os error 17)\n\nhint: nothing is \
         overwritten; choose another name, or remove the file first\n",
        file.display()
    );
    assert_eq!(run(kkp_oidc(["man"]).arg(&file)), Ended::new(3, "", &expected));
}
