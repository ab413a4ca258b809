//! Inputs, files and exit statuses.

use std::fs;
use std::process::Command;
use std::time::{Duration, SystemTime};

use crate::program::{assert_ends, bundle, fingerprint, fixture, folder};

/// KKP's documentation: `cat isrgrootx1.pem.txt lets-encrypt-x3-cross-signed.pem.txt > caBundle.pem`.
#[test]
fn the_example_of_the_documentation_is_refused_today_and_accepted_in_its_time() {
    let (root, x3) = ("isrgrootx1.pem.txt", "lets-encrypt-x3-cross-signed.pem.txt");
    let folder = folder(&[root, x3]);
    let today = bundle(folder.path(), &[root, x3, "-o", "caBundle.pem", "--at", "2026-11-25"], b"");
    let reason = format!(
        "refused[expired]: expired at 2021-03-17T16:40:46Z, judged at 2026-11-25T00:00:00Z\n  \
         --> lets-encrypt-x3-cross-signed.pem.txt:1 (section 1)\n  \
         = subject: C=US, O=Let's Encrypt (stand-in), CN=Let's Encrypt Authority X3\n  \
         = sha256: {}\n  \
         = help: get its successor from whoever runs the CA; --at judges at another time\n\n\
         wrote caBundle.pem: 1 certificate, 1 expired\n",
        fingerprint(x3)
    );
    assert_ends(&today, 1, "", &reason);
    assert_eq!(fs::read(folder.path().join("caBundle.pem")).unwrap(), fs::read(fixture(root)).unwrap());

    let then = bundle(folder.path(), &[root, x3, "-o", "caBundle.pem", "--at", "2020-06-01"], b"");
    assert_ends(&then, 0, "", "wrote caBundle.pem: 2 certificates\n");
    let mut both = fs::read(fixture(root)).unwrap();
    both.extend(fs::read(fixture(x3)).unwrap());
    assert_eq!(fs::read(folder.path().join("caBundle.pem")).unwrap(), both);
}

#[test]
fn a_private_key_leaves_the_file_as_it_was() {
    let folder = folder(&["root.pem", "leaf-with-key.pem"]);
    fs::write(folder.path().join("out.pem"), "before").unwrap();
    let output = bundle(
        folder.path(),
        &["root.pem", "leaf-with-key.pem", "--allow-leaf", "-o", "out.pem", "--at", "2026-01-01"],
        b"",
    );
    assert_ends(
        &output,
        1,
        "",
        "error[private-key]: there is a private key in it, so nothing is written\n  \
         --> leaf-with-key.pem:14 (section 2)\n  \
         = help: take it out, and replace the key: whoever reads the bundle could have copied it\n\n\
         nothing was written\n",
    );
    assert_eq!(fs::read_to_string(folder.path().join("out.pem")).unwrap(), "before");
}

#[test]
fn a_file_that_would_not_change_is_not_touched() {
    let folder = folder(&["root.pem"]);
    let out = folder.path().join("out.pem");
    let arguments = ["root.pem", "-o", "out.pem", "--at", "2026-01-01"];
    assert_ends(&bundle(folder.path(), &arguments, b""), 0, "", "wrote out.pem: 1 certificate\n");
    let long_ago = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
    fs::File::options().write(true).open(&out).unwrap().set_modified(long_ago).unwrap();
    assert_ends(&bundle(folder.path(), &arguments, b""), 0, "", "out.pem is unchanged: 1 certificate\n");
    assert_eq!(fs::metadata(&out).unwrap().modified().unwrap(), long_ago);
}

#[cfg(unix)]
#[test]
fn a_file_that_is_replaced_keeps_its_mode_and_nothing_stays_beside_it() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = folder(&["root.pem"]);
    let out = folder.path().join("out.pem");
    fs::write(&out, "before").unwrap();
    fs::set_permissions(&out, fs::Permissions::from_mode(0o640)).unwrap();
    std::os::unix::fs::symlink("out.pem", folder.path().join("link.pem")).unwrap();
    let output = bundle(folder.path(), &["root.pem", "-o", "link.pem", "--at", "2026-01-01"], b"");
    assert_ends(&output, 0, "", "wrote link.pem: 1 certificate\n");
    assert_eq!(fs::read(&out).unwrap(), fs::read(fixture("root.pem")).unwrap());
    assert_eq!(fs::metadata(&out).unwrap().permissions().mode() & 0o777, 0o640);
    let mut names: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort_unstable();
    assert_eq!(names, ["link.pem", "out.pem", "root.pem"]);
}

#[test]
fn check_prints_what_would_change_and_changes_nothing() {
    let folder = folder(&["root.pem", "intermediate.pem", "leaf.pem"]);
    fs::copy(fixture("leaf.pem"), folder.path().join("out.pem")).unwrap();
    let arguments = ["root.pem", "-o", "out.pem", "--check", "--at", "2026-01-01"];
    let diff = format!(
        "--- out.pem\n+++ out.pem\n-{} O=Example, CN=dex.example.com\n+{} O=Example, CN=Example Root\n",
        fingerprint("leaf.pem"),
        fingerprint("root.pem")
    );
    assert_ends(&bundle(folder.path(), &arguments, b""), 1, &diff, "out.pem would change: 1 certificate\n");
    assert_eq!(fs::read(folder.path().join("out.pem")).unwrap(), fs::read(fixture("leaf.pem")).unwrap());

    fs::copy(fixture("root.pem"), folder.path().join("out.pem")).unwrap();
    assert_ends(&bundle(folder.path(), &arguments, b""), 0, "", "out.pem is unchanged: 1 certificate\n");
}

#[test]
fn stdin_and_folders_are_inputs() {
    let folder = folder(&[]);
    let root = fs::read_to_string(fixture("root.pem")).unwrap();
    let output = bundle(folder.path(), &["-", "--at", "2026-01-01"], root.as_bytes());
    assert_ends(&output, 0, &root, "1 certificate\n");

    fs::create_dir_all(folder.path().join("certs/sub")).unwrap();
    for (name, file) in
        [("b.pem", "intermediate.pem"), ("a.pem", "root.pem"), (".hidden", "leaf.pem"), ("sub/c", "leaf.pem")]
    {
        fs::copy(fixture(file), folder.path().join("certs").join(name)).unwrap();
    }
    let intermediate = fs::read_to_string(fixture("intermediate.pem")).unwrap();
    let output = bundle(folder.path(), &["certs", "--order", "input", "--at", "2026-01-01"], b"");
    assert_ends(&output, 0, &format!("{root}{intermediate}"), "2 certificates\n");
}

#[test]
fn the_system_is_the_file_that_the_environment_names() {
    let output = Command::new(env!("CARGO_BIN_EXE_kkp-oidc"))
        .args(["ca", "bundle", "--system", "--at", "2026-01-01"])
        .env("SSL_CERT_FILE", fixture("root.pem"))
        .output()
        .unwrap();
    assert_ends(&output, 0, &fs::read_to_string(fixture("root.pem")).unwrap(), "1 certificate\n");
}

#[test]
fn check_as_json_prints_the_report_alone() {
    let folder = folder(&["root.pem"]);
    let arguments = ["root.pem", "-o", "out.pem", "--check", "--at", "2026-01-01", "--output", "json"];
    let output = bundle(folder.path(), &arguments, b"");
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((output.status.code(), report["certificates"].as_array().unwrap().len()), (Some(1), 1));
    assert_eq!(report.get("bundle"), None);
}

#[test]
fn programs_get_one_json_object_with_the_bundle_in_it() {
    let folder = folder(&["root.pem"]);
    let output = bundle(folder.path(), &["root.pem", "--output", "json", "--at", "2026-01-01"], b"");
    let bundle = serde_json::Value::String(fs::read_to_string(fixture("root.pem")).unwrap());
    let stdout = format!(
        "{{\"certificates\":[{{\"sha256\":\"{}\",\"subject\":\"O=Example, CN=Example Root\",\"issuer\":\"O=Example, \
         CN=Example Root\",\"not_before\":\"2020-01-01T00:00:00Z\",\"not_after\":\"2049-12-31T23:59:59Z\",\"origin\":\
         \"root.pem\",\"section\":1,\"line\":1}}],\"findings\":[],\"counts\":{{}},\"bundle\":{bundle}}}\n",
        fingerprint("root.pem")
    );
    assert_ends(&output, 0, &stdout, "");
}

#[test]
fn what_cannot_be_read_is_file_trouble_and_what_cannot_be_meant_is_usage() {
    let folder = folder(&["root.pem"]);
    let output = bundle(folder.path(), &["root.pem", "missing.pem", "-o", "out.pem"], b"");
    assert_ends(
        &output,
        3,
        "",
        "error: missing.pem cannot be read\n  caused by: No such file or directory (os error 2)\n",
    );
    assert!(!folder.path().join("out.pem").exists());
    let usage: [&[&str]; 5] = [
        &[],
        &["root.pem", "--check"],
        &["root.pem", "--at", "tomorrow"],
        &["root.pem", "--expires-within", "30"],
        &["root.pem", "--order", "random"],
    ];
    for arguments in usage {
        assert_eq!(bundle(folder.path(), arguments, b"").status.code(), Some(2), "{arguments:?}");
    }
}
