//! The program prints what core's tests hold.

use std::fs;

use crate::program::{data, run};

#[test]
fn every_snapshot_is_what_the_program_prints() {
    let mut count = 0;
    for prefix in ["", "good/"] {
        for entry in fs::read_dir(data().join(prefix)).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_none_or(|ending| ending != "txt") {
                continue;
            }
            let snapshot = fs::read_to_string(&path).unwrap();
            let (command, printed) = snapshot.split_once('\n').unwrap();
            let arguments: Vec<&str> = command.strip_prefix("$ kkp-oidc ").unwrap().split(' ').collect();
            let (code, stdout, _) = run(&data(), &arguments, b"");
            let is_bad = printed.lines().any(|line| line.starts_with("error[") || line.starts_with("warning["));
            assert_eq!((code, stdout.as_str()), (i32::from(is_bad), printed), "{command}");
            count += 1;
        }
    }
    assert!(count > 90, "{count}");
}
