//! The lines that the page of a share link shows, in the shells themselves. kubectl's part is the end-to-end tests' affair.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use kkp_oidc_core::share::Instructions;
use kkp_oidc_core::shell::Shell;

use crate::process::{Ended, run};

/// Says which files it would flatten, or fails.
const KUBECTL: &str = "#!/bin/sh
[ ! -e \"$HOME/broken\" ] || { echo half; exit 1; }
[ \"$1\" = config ] && [ \"$2\" = view ] && echo \"flattened $KUBECONFIG\" || echo \"$*\" >>\"$HOME/calls\"
";

fn write(path: &Path, content: &str, mode: u32) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, content).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

/// Type the lines that merge with kubectl alone, in a folder that is the home directory too, and whatever comes after them.
fn typed(shell: Shell, name: &str, home: &Path, after: &str) -> Option<Ended> {
    Command::new(name).arg("--version").output().ok()?;
    write(&home.join("bin/kubectl"), KUBECTL, 0o755);
    let lines = Instructions::new(shell, &"lab7x9k2mp".parse().unwrap()).merge_with_kubectl;
    let path = format!("{}:{}", home.join("bin").display(), std::env::var("PATH").unwrap());
    let mut command = Command::new(name);
    command.args(["-c", &format!("umask 022\n{lines}\n{after}")]).current_dir(home);
    Some(run(command.env("HOME", home).env("PATH", path)))
}

const SHELLS: [(Shell, &str); 3] = [(Shell::Bash, "bash"), (Shell::Zsh, "zsh"), (Shell::Fish, "fish")];

#[test]
fn a_kubeconfig_is_merged_for_its_owner_alone_and_nothing_else_changes() {
    for (shell, name) in SHELLS {
        let home = tempfile::tempdir().unwrap();
        let kube = home.path().join(".kube");
        write(&kube.join("config"), "mine", 0o600);
        let Some(ended) = typed(shell, name, home.path(), "touch later") else { continue };
        assert_eq!((ended.code, ended.stdout.as_str(), ended.stderr.as_str()), (Some(0), "", ""), "{name}");
        let merged = format!("flattened {}/.kube/config:kubeconfig-lab7x9k2mp\n", home.path().display());
        assert_eq!(fs::read_to_string(kube.join("config")).unwrap(), merged, "{name}");
        assert_eq!(fs::read_to_string(kube.join("config.before")).unwrap(), "mine", "{name}");
        assert_eq!([mode(&kube.join("config")), mode(&kube.join("config.before"))], [0o600; 2], "{name}");
        assert!(!kube.join("config.new").exists(), "{name}");
        // What the shell does later is as it was before.
        assert_eq!(mode(&home.path().join("later")), 0o644, "{name}");
        let calls = fs::read_to_string(home.path().join("calls")).unwrap();
        assert_eq!(calls, "config use-context lab7x9k2mp\n", "{name}");
    }
}

#[test]
fn a_kubectl_that_fails_leaves_the_kubeconfig_as_it_was() {
    for (shell, name) in SHELLS {
        let home = tempfile::tempdir().unwrap();
        let kube = home.path().join(".kube");
        write(&kube.join("config"), "mine", 0o600);
        write(&home.path().join("broken"), "", 0o600);
        if typed(shell, name, home.path(), "").is_some() {
            assert_eq!(fs::read_to_string(kube.join("config")).unwrap(), "mine", "{name}");
            assert_eq!(mode(&kube.join("config.new")), 0o600, "{name}");
        }
    }
}
