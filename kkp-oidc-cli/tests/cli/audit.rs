//! `kkp-oidc audit`

use std::fs;

use crate::process::{Ended, kkp_oidc, run};

const KEY: &str = "e1f5ac4f8cc8b33a4b0d6c7f5b1c9d27";

#[test]
fn a_pseudonym_is_printed_for_people_and_for_programs() {
    let folder = tempfile::tempdir().unwrap();
    let key = folder.path().join("cookie.key");
    fs::write(&key, format!("{KEY}\n")).unwrap();
    // By Python's hmac.
    let pseudonym = "p:buVHPZTExKNMQjl1FOkIopLwEB5Kgw52-Ept3JQZw6Q";
    let command = |email: &str| {
        let mut command = kkp_oidc(["audit", "pseudonym", "--email", email, "--key-file"]);
        command.arg(&key);
        command
    };
    for email in ["anna@example.com", "Anna@Example.COM"] {
        assert_eq!(run(&mut command(email)), Ended::new(0, &format!("{pseudonym}\n"), ""));
    }
    let expected = format!("{{\"pseudonym\":\"{pseudonym}\"}}\n");
    assert_eq!(run(command("anna@example.com").args(["--output", "json"])), Ended::new(0, &expected, ""));
}

#[test]
fn a_file_without_a_key_is_refused_and_one_that_is_not_there_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let key = folder.path().join("cookie.key");
    let run = || run(kkp_oidc(["audit", "pseudonym", "--email", "anna@example.com", "--key-file"]).arg(&key));
    let expected =
        format!("error: {} cannot be read\n  caused by: No such file or directory (os error 2)\n", key.display());
    assert_eq!(run(), Ended::new(3, "", &expected));
    fs::write(&key, "canary\n").unwrap();
    let expected = format!(
        "error: {} holds no cookie key\n  caused by: the cookie key has 6 bytes, expected exactly 32 or 64; \
         `kkp-oidc key` prints a fresh key\n\n\
         hint: give the file that `serve --oidc-issuer-cookie-hash-key-file` is given\n",
        key.display()
    );
    assert_eq!(run(), Ended::new(1, "", &expected));
}
