//! Hostile files: one clear error each, little memory, soon.

#![expect(clippy::unwrap_used, reason = "test helpers: failing is their job")]

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::program::folder_with;

/// Most address space that the program may have, in KiB: the binary and the stacks of its threads are part of it.
#[cfg(target_os = "linux")]
const MAX_KIB: u32 = 200 * 1024;

/// Generous: the machine may be busy. What it takes is in docs/performance.md.
const MAX_TIME: Duration = Duration::from_secs(20);

/// Run `kkp-oidc check file.yaml` with little memory; its exit code and the first lines of its findings.
fn limited(folder: &Path) -> (Option<i32>, Vec<String>) {
    let mut command = Command::new("sh");
    #[cfg(target_os = "linux")]
    let limit = format!("ulimit -v {MAX_KIB}; exec \"$0\" check file.yaml");
    #[cfg(not(target_os = "linux"))]
    let limit = "exec \"$0\" check file.yaml".to_owned();
    command.args(["-c", &limit, env!("CARGO_BIN_EXE_kkp-oidc")]).current_dir(folder);
    let out = folder.join("out");
    command.stdout(fs::File::create(&out).unwrap()).stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    let begun = std::time::Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        let in_time = begun.elapsed() <= MAX_TIME;
        if !in_time {
            child.kill().unwrap();
            child.wait().unwrap();
        }
        assert!(in_time, "not done within {MAX_TIME:?}");
        std::thread::sleep(Duration::from_millis(5));
    };
    let printed = fs::read_to_string(out).unwrap();
    let heads = printed.lines().filter(|line| line.starts_with(['e', 'w', 'n']) || line.contains("-->"));
    (status.code(), heads.map(str::to_owned).collect())
}

#[track_caller]
fn assert_refused(text: &str, message: &str, place: &str) {
    let (_keep, file) = folder_with("file.yaml", text);
    let (code, heads) = limited(file.parent().unwrap());
    let place = format!(" --> file.yaml:{place}");
    let heads: Vec<&str> = heads.iter().map(|line| line.trim_start()).collect();
    assert_eq!((code, heads), (Some(1), vec![&*format!("error[document-unreadable]: {message}"), place.trim_start()]));
}

#[test]
fn each_hostile_file_is_one_error() {
    let ten_mib = format!("kubermatic:\n  auth: {{}}\n# {}\n", "ä".repeat(5 * 1024 * 1024));
    assert_refused(&ten_mib, "the YAML text has 4194305 bytes, at most 4194304 are read", "1:1");
    let bomb: String =
        (1..9).map(|level| format!("a{level}: &a{level} [{}]\n", format!("*a{}, ", level - 1).repeat(10))).collect();
    let too_complex = "has too many levels, nodes or aliases";
    assert_refused(&format!("a0: &a0 [{}]\n{bomb}", "x, ".repeat(10)), &format!("`a5[1]` {too_complex}"), "6:15");
    assert_refused(&"[".repeat(100_000), &format!("the file {too_complex}"), "1:65");
    assert_refused(&"- ".repeat(100_000), &format!("`{}` {too_complex}", "[0]".repeat(64)), "1:129");
    assert_refused("a: 1\nb: \0\n", "the file has a NUL byte, as binary files and UTF-16 have", "2:1");
    assert_refused("a: 1\n\tb: 1\n", "`a` is not valid YAML", "1:4");
    assert_refused("a:\n  b: 1\n  b: 2\n", "`a.b` stands there twice", "3:3");
    assert_refused(&"a: &a [*a]\n".repeat(2), "`a[0]` is not valid YAML", "1:8");
}

#[test]
fn bytes_that_are_no_text_are_one_error() {
    let (_keep, file) = folder_with("file.yaml", "");
    fs::write(&file, b"a: 1\nb: \xff\n").unwrap();
    let (code, heads) = limited(file.parent().unwrap());
    let expected = ["error[document-unreadable]: the file has bytes that are not UTF-8", " --> file.yaml:2:1"];
    assert_eq!((code, heads.as_slice()), (Some(1), &expected.map(str::to_owned)[..]));
}

/// As much as fits below the limits, of everything that costs.
#[test]
fn files_just_below_the_limits_are_checked_in_little_memory() {
    let lines = |line: &dyn Fn(usize) -> String, count| (0..count).map(line).collect::<String>();
    let files = [
        format!("kubermatic:\n  auth:\n{}", lines(&|n| format!("    tokenIssuer{n}: s\n"), 180_000)),
        format!(
            "{{\"kubermatic\":{{\"auth\":{{{}\"x\":1}}}}}}",
            lines(&|n| format!("\"secret{n}\":\"{n}\","), 180_000)
        ),
        format!("kubermatic:\n  api:\n    featureGates: \"{}\"\n", "a=1,".repeat(1_000_000)),
        lines(&|n| format!("---\nkubermatic: {{auth: {{clientID: c{n}}}}}\n"), 50_000),
        format!("dex:\n  clients:\n{}", lines(&|n| format!("  - {{id: c{n}, secret: secret{n}}}\n"), 75_000)),
        format!("[{}]\n", "[],".repeat(390_000)),
        format!(
            "kind: List\nitems:\n{}",
            "- {kind: Cluster, apiVersion: kubermatic, spec: {oidc: {x: 1}}}\n".repeat(30_000)
        ),
        format!("kubermatic: {{ui: {{config: '{}'}}}}\n", "[".repeat(4_000_000)),
        format!("kind: ConfigMap\ndata:\n  ca-bundle.pem: '{}'\n", "-----BEGIN CERTIFICATE-----".repeat(150_000)),
    ];
    for (index, text) in files.iter().enumerate() {
        let (_keep, file) = folder_with("file.yaml", text);
        let (code, heads) = limited(file.parent().unwrap());
        assert!(matches!(code, Some(0 | 1)) && heads.len() < 2_500, "{index}: {code:?}, {} lines", heads.len());
    }
}
