//! `kkp-oidc kubeconfig merge`

use std::fs;

use crate::program::{Ended, folder, kubeconfig};

const OLD: &str = "\
apiVersion: v1
clusters:
- cluster:
    certificate-authority: ca.pem
    server: https://a:6443
  name: c
contexts:
- context:
    cluster: c
    user: bob
  name: c
current-context: c
kind: Config
users:
- name: bob
  user:
    token: one
";

const NEW: &str = "\
clusters: [{name: c, cluster: {server: 'https://b:6443', certificate-authority: ./ca.pem}}]
contexts: [{name: c, context: {cluster: c, user: bob}}, {name: d, context: {cluster: c, user: eve}}]
users:
- {name: bob, user: {client-certificate: ../bob.crt, client-key: /keys/bob.key}}
- {name: eve, user: {exec: {apiVersion: client.authentication.k8s.io/v1, command: bin/plug, interactiveMode: Never}}}
";

/// What comes of OLD and NEW, where the new file is in a folder of its own.
fn merged(folder: &str) -> String {
    format!(
        "\
apiVersion: v1
clusters:
- cluster:
    certificate-authority: {folder}/new/ca.pem
    server: https://b:6443
  name: bob@c
- cluster:
    certificate-authority: ca.pem
    server: https://a:6443
  name: c
contexts:
- context:
    cluster: bob@c
    user: bob@c
  name: bob@c
- context:
    cluster: c
    user: bob
  name: c
- context:
    cluster: bob@c
    user: eve
  name: d
current-context: c
kind: Config
users:
- name: bob
  user:
    token: one
- name: bob@c
  user:
    client-certificate: {folder}/bob.crt
    client-key: /keys/bob.key
- name: eve
  user:
    exec:
      apiVersion: client.authentication.k8s.io/v1
      args: null
      command: {folder}/new/bin/plug
      env: null
      interactiveMode: Never
      provideClusterInfo: false
"
    )
}

const RENAMED: &str = "\
the cluster `c` of new/k is `bob@c` now: the name stands for something else already
the user `bob` of new/k is `bob@c` now: the name stands for something else already
the context `c` of new/k is `bob@c` now: the name stands for something else already
";

#[cfg(unix)]
#[test]
fn a_target_is_copied_and_replaced_and_nothing_of_it_changes() {
    use std::os::unix::fs::PermissionsExt as _;

    use crate::program::listing;

    let folder = folder(&[("config", OLD), ("new/k", NEW)]);
    let path = folder.path();
    fs::set_permissions(path.join("config"), fs::Permissions::from_mode(0o640)).unwrap();
    let (code, stdout, stderr) = kubeconfig(path, &["merge", "new/k", "--into", "config"], "");
    let files = listing(path);
    let copy = &files[1].0;
    assert_eq!((code, stdout), (0, String::new()));
    assert_eq!(stderr, format!("{RENAMED}copied config to {copy}\nwrote config\n"));
    assert_eq!(
        fs::read_to_string(path.join("config")).unwrap(),
        merged(path.canonicalize().unwrap().to_str().unwrap())
    );
    assert_eq!(fs::read_to_string(path.join(copy)).unwrap(), OLD);
    assert_eq!(files, [("config".to_owned(), 0o640), (copy.clone(), 0o600), ("new".to_owned(), files[2].1)]);
    assert!(copy.starts_with("config.bak-20") && copy.ends_with('Z'), "{copy}");

    // Once more: nothing to do, so nothing is copied.
    let again = kubeconfig(path, &["merge", "new/k", "--into", "config"], "");
    assert_eq!(again, (0, String::new(), format!("{RENAMED}config is unchanged\n")));
    assert_eq!(listing(path), files);

    // Copies are never overwritten, however fast they come.
    for (number, context) in ["d", "c", "d"].into_iter().enumerate() {
        let (code, ..) = kubeconfig(path, &["merge", "new/k", "--into", "config", "--use-context", context], "");
        assert_eq!((code, listing(path).len()), (0, 4 + number));
    }
}

#[cfg(unix)]
#[test]
fn a_new_file_is_private_and_a_lock_is_respected() {
    use crate::program::listing;

    let folder = folder(&[("one", OLD)]);
    let path = folder.path();
    assert_eq!(kubeconfig(path, &["merge", "one", "-o", "two"], ""), (0, String::new(), "wrote two\n".to_owned()));
    assert_eq!(fs::read_to_string(path.join("two")).unwrap(), OLD);
    assert_eq!(listing(path)[1], ("two".to_owned(), 0o600));
    fs::write(path.join("two.lock"), "").unwrap();
    let expected = "error: two is locked by another program\n\n\
                    hint: wait for it; if there is none, remove the file with `.lock` at its end\n";
    assert_eq!(kubeconfig(path, &["merge", "one", "--into", "two"], ""), (3, String::new(), expected.to_owned()));
    assert!(path.join("two.lock").exists());
}

#[test]
fn a_merge_to_stdout_has_absolute_paths_and_the_asked_context() {
    let folder = folder(&[("one", OLD)]);
    let path = folder.path();
    let root = path.canonicalize().unwrap();
    let yaml = OLD.replace("ca.pem", &format!("{}/ca.pem", root.display()));
    assert_eq!(kubeconfig(path, &["merge", "one", "-", "--use-context", "c"], OLD), (0, yaml, String::new()));
}

#[track_caller]
fn refused(ended: Ended, code: i32, stderr: &str) {
    assert_eq!(ended, (code, String::new(), stderr.to_owned()));
}

#[test]
fn what_cannot_be_merged_changes_nothing() {
    let folder = folder(&[
        ("config", OLD),
        ("unknown", "users: [{name: u, user: {TOKEN: s3cr3t}}]"),
        ("twice", "users: [{name: u, user: {token: s3cr3t, token: s3cr3t}}]"),
        ("nul", "a: \0"),
    ]);
    let path = folder.path();
    let merge = |file: &str| kubeconfig(path, &["merge", file, "--into", "config"], "");
    refused(
        merge("unknown"),
        1,
        "error: unknown has fields that kubectl does not know and that would be lost: `users[0].user.TOKEN` (line 1)\n\n\
         hint: kubectl ignores these fields; mend or remove them, then merge again\n",
    );
    refused(
        merge("twice"),
        1,
        "error: twice is not read\n  caused by: the kubeconfig cannot be read\n  caused by: `token` has a key twice \
         (line 1, column 41)\n",
    );
    refused(
        merge("nul"),
        1,
        "error: nul is not read\n  caused by: the kubeconfig cannot be read\n  caused by: the YAML text has a control \
         character (line 1, column 4)\n",
    );
    refused(merge("absent"), 3, "error: absent cannot be read\n  caused by: No such file or directory (os error 2)\n");
    refused(
        kubeconfig(path, &["merge", "config", "--use-context", "nope"], ""),
        1,
        "error: there is no context `nope` in the merged file\n",
    );
    let (code, _, stderr) = kubeconfig(path, &["merge", "-", "-"], "");
    assert_eq!((code, stderr.lines().next()), (2, Some("error: stdin can be read once, but `-` is given twice")));
    assert_eq!(fs::read_to_string(path.join("config")).unwrap(), OLD);
    assert_eq!(fs::read_dir(path).unwrap().count(), 4);
}
