//! Streams that somebody made to cost much: one clear error each, little memory, soon.
//!
//! They come through stdin in pieces. Where the program stops reading, there is no end to them; where it has to read on, a
//! debug build gets 32 MiB, and a release build all of 1 GiB (`--ignored`).

use std::fs;
use std::io::{Read as _, Write as _};
use std::process::{Child, Command, Stdio};

use crate::program::fixture;

const MIB: usize = 1024 * 1024;
const GIB: usize = 1024 * MIB;

struct Ended {
    code: Option<i32>,
    stdout: String,
    stderr: String,
    /// How much the program took, in MiB, a pipe's worth more or less.
    taken: usize,
    /// The program's peak of memory in MiB, where the system says it.
    peak: Option<usize>,
}

/// Run `kkp-oidc ca bundle -` on `head` and then `unit` again and again, `len` bytes at most.
fn stream(head: &[u8], unit: &[u8], len: usize) -> Ended {
    let folder = tempfile::tempdir().unwrap();
    let stderr = folder.path().join("stderr");
    let mut child = Command::new(env!("CARGO_BIN_EXE_kkp-oidc"))
        .args(["ca", "bundle", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(fs::File::create(&stderr).unwrap())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let piece = unit.repeat((MIB / unit.len()).max(1));
    let mut peak = None;
    let mut taken = 0;
    if stdin.write_all(head).is_ok() {
        while taken < len && stdin.write_all(&piece).is_ok() {
            taken += piece.len();
            peak = peak.max(peak_of(&child));
        }
    }
    drop(stdin);
    // It ends when it has said everything: its peak is asked for until then.
    let status = loop {
        peak = peak.max(peak_of(&child));
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        std::thread::sleep(std::time::Duration::from_millis(2));
    };
    let mut stdout = String::new();
    child.stdout.take().unwrap().read_to_string(&mut stdout).unwrap();
    Ended { code: status.code(), stdout, stderr: fs::read_to_string(stderr).unwrap(), taken: taken / MIB, peak }
}

/// `VmHWM`: the most memory that it had so far, in MiB. Linux alone says it.
fn peak_of(child: &Child) -> Option<usize> {
    let status = fs::read_to_string(format!("/proc/{}/status", child.id())).ok()?;
    let kib =
        status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.strip_suffix("kB")?.trim().parse::<usize>().ok());
    kib.map(|kib| kib.div_ceil(1024))
}

impl Ended {
    /// It ends with exit code 1, having said this, within so much memory, after so many MiB of the stream.
    #[track_caller]
    fn assert(&self, stderr: &str, max_peak: usize, taken: std::ops::Range<usize>) {
        assert_eq!((self.code, &*self.stdout, &*self.stderr), (Some(1), "", stderr));
        assert!(taken.contains(&self.taken), "{} MiB were taken", self.taken);
        assert_eq!(self.peak.is_some(), cfg!(target_os = "linux"));
        assert!(self.peak.unwrap_or(0) <= max_peak, "{:?} MiB of memory, at most {max_peak} were expected", self.peak);
    }
}

/// The findings of this kind that are shown: the first 20, `lines` lines apart.
fn shown(head: &str, help: &str, lines: usize) -> String {
    let finding = |section: usize| {
        let line = (section - 1) * lines + 1;
        format!("refused[{head}\n  --> (stdin):{line} (section {section})\n  = help: {help}\n\n")
    };
    (1..=20).map(finding).collect()
}

/// What is said of the others of this kind.
fn more(code: &str, count: usize) -> String {
    format!("… and {} more [{code}]; --output json has the first 1000\n\nnothing was written\n", count - 20)
}

const TOO_MUCH_TEXT: &str = "refused[too-much-text]: more than 67108864 bytes without a PEM section; the rest was not read\n  --> (stdin)\n  \
     = help: check that this is the right file\n\n";

const NO_CERTIFICATES: &str = "refused[no-certificates]: no certificate in this input\n  --> (stdin)\n  \
     = help: give PEM with `-----BEGIN CERTIFICATE-----`, DER, PKCS#7 or a manifest that has them\n\nnothing was written\n";

/// More than 64 MiB without a section; the limit is seen long before the stream ends.
#[test]
fn dashes_without_end() {
    let ended = stream(b"", b"-", GIB);
    ended.assert(&format!("{TOO_MUCH_TEXT}nothing was written\n"), 24, 63..70);
}

#[test]
fn sections_in_sections_without_end() {
    nested(&format!("-----BEGIN CERTIFICATE-----\n{}\n", "MIIB".repeat(256)), 2);
}

#[test]
#[ignore = "two million findings take a release build"]
fn short_sections_in_sections_without_end() {
    nested("-----BEGIN CERTIFICATE-----\n", 1);
}

fn nested(unit: &str, lines: usize) {
    let ended = stream(b"", unit.as_bytes(), GIB);
    let head = "truncated]: the section that begins here does not end";
    let mut stderr = shown(head, "get the file again: part of it is missing", lines) + TOO_MUCH_TEXT;
    // How many there were when the limit was seen depends on the pieces in which they came.
    let count = ended.stderr.lines().find_map(|line| line.strip_prefix("… and ")?.split(' ').next()?.parse().ok());
    let count: usize = count.unwrap_or(0) + 20;
    assert!((64 * MIB..66 * MIB).contains(&(count * unit.len())), "{count} findings");
    stderr.push_str(&more("truncated", count));
    ended.assert(&stderr, 24, 63..70);
}

#[test]
fn a_line_of_base64_without_end() {
    section_without_end(b"MIIB");
}

#[test]
fn a_certificate_without_end() {
    section_without_end(format!("{}\n", "MIIB".repeat(16)).as_bytes());
}

/// A lone CR ends a line, too, and five dashes may begin a marker.
#[test]
fn carriage_returns_and_dashes_without_end() {
    section_without_end(b"-----\r");
}

/// Only the section is said to be too long; what comes after is text.
fn section_without_end(unit: &[u8]) {
    let ended = stream(b"-----BEGIN CERTIFICATE-----\n", unit, GIB);
    let stderr = format!(
        "refused[too-long]: the section that begins here has more than 4194304 bytes\n  --> (stdin):1 (section 1)\n  \
         = help: take out what is no certificate\n\n{TOO_MUCH_TEXT}nothing was written\n"
    );
    ended.assert(&stderr, 32, 63..70);
}

#[test]
fn der_that_says_it_has_4_gib() {
    let ended = stream(&[0x30, 0x84, 0xff, 0xff, 0xff, 0xff], &[0x30, 0x84, 0xff, 0xff, 0xff, 0xf0], GIB);
    let stderr = "refused[too-long]: the section that begins here has more than 16777216 bytes\n  --> (stdin)\n  \
                  = help: take out what is no certificate\n\nnothing was written\n";
    ended.assert(stderr, 48, 15..20);
}

#[test]
fn junk_without_end_that_begins_as_a_manifest() {
    for head in ["kind: ConfigMap\ndata:\n", "{\"kind\": \"List\", \"items\": [", "kubermatic:\n"] {
        let ended = stream(head.as_bytes(), b"- [{\"a\": \0 ", GIB);
        ended.assert(&format!("{TOO_MUCH_TEXT}nothing was written\n"), 64, 63..70);
    }
}

/// Each key's line is looked for; the keys come in the other order than they are asked for.
#[test]
fn a_manifest_with_many_keys() {
    let keys: String = (0..50_000).rev().map(|key| format!("  key-{key:06}: a\n")).collect();
    let ended = stream(b"kind: ConfigMap\ndata:\n", keys.as_bytes(), 1);
    ended.assert(NO_CERTIFICATES, 64, 0..2);
}

#[test]
fn a_manifest_of_many_documents() {
    let ended = stream(b"kind: ConfigMap\n", b"---\na\n", 8 * MIB);
    ended.assert(NO_CERTIFICATES, 64, 7..9);
}

#[test]
fn sections_that_are_no_certificates() {
    no_certificates(8 * MIB, 24);
}

#[test]
#[ignore = "1 GiB takes a release build"]
fn a_gibibyte_of_sections_that_are_no_certificates() {
    no_certificates(GIB, 24);
}

/// Whole sections are read to the end.
fn no_certificates(len: usize, max_peak: usize) {
    let unit = b"-----BEGIN X-----\n-----END X-----\n";
    let ended = stream(b"", unit, len);
    let count = len.div_ceil(MIB / unit.len() * unit.len()) * (MIB / unit.len());
    let head = "not-a-certificate]: the section is `X`, not a certificate";
    let stderr = shown(head, "take it out: a CA bundle has certificates only", 2) + &more("not-a-certificate", count);
    ended.assert(&stderr, max_peak, len / MIB..len / MIB + 2);
}

/// One certificate again and again is one certificate.
#[test]
#[ignore = "1 GiB takes a release build"]
fn a_gibibyte_of_one_certificate() {
    let root = fs::read_to_string(fixture("root.pem")).unwrap();
    let ended = stream(b"", root.as_bytes(), GIB);
    assert_eq!((ended.code, ended.stdout), (Some(0), root.clone()));
    let each = MIB / root.len();
    let others = GIB.div_ceil(each * root.len()) * each - 1;
    assert!(ended.stderr.ends_with(&format!("1 certificate, {others} duplicate\n")), "{}", ended.stderr);
    assert!(ended.peak.unwrap_or(0) <= 24, "{:?} MiB", ended.peak);
}

/// As long as manifests are read, and as much in them as fits: a million lists, maps and scalars, here 7 an item. What has
/// more is said, not lost in silence.
#[test]
#[ignore = "takes a release build"]
fn manifests_at_their_limits() {
    let full = |line: usize| {
        format!(
            "refused[unreadable-manifest]: the manifest has too many levels, nodes or aliases\n  --> (stdin):{line}\n  \
             = help: mend the YAML; what a Secret has in base64 cannot be found before\n\nnothing was written\n"
        )
    };
    for (head, unit, max_peak, stderr) in [
        ("kind: ConfigMap\ndata:\n", "- a\n", 128, full(999_998)),
        ("kind: ConfigMap\n", "---\nkind: ConfigMap\n", 64, NO_CERTIFICATES.to_owned()),
        ("kind: List\nitems:\n", "- kind: Secret\n  data:\n    a: YQ==\n", 320, full(428_572)),
    ] {
        let ended = stream(head.as_bytes(), unit.as_bytes(), 15 * MIB);
        ended.assert(&stderr, max_peak, 14..17);
    }
    let keys: String = (0..300_000).rev().map(|key| format!("  key-{key:06}: a\n")).collect();
    stream(b"kind: ConfigMap\ndata:\n", keys.as_bytes(), 1).assert(NO_CERTIFICATES, 192, 4..6);
}
