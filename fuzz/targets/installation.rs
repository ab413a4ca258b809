//! Files of an installation: whatever is in them, they are read and checked, the findings are written in
//! every way, and nothing panics.
//! A line `#--- NAME` begins another file.
#![no_main]

use kkp_oidc_core::UnixTime;
use kkp_oidc_core::diagnostics::{apply, to_json, to_sarif, to_text};
use kkp_oidc_core::kkp::{CheckOptions, Installation, MAX_FINDINGS, check};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let mut files = vec![("first.yaml".to_owned(), Vec::new())];
    for line in data.split_inclusive(|byte| *byte == b'\n') {
        if let Some(name) = line.strip_prefix(b"#--- ") {
            files.push((String::from_utf8_lossy(name).into_owned(), Vec::new()));
        } else if let Some((_, content)) = files.last_mut() {
            content.extend_from_slice(line);
        }
    }
    let len = files.len();
    let (installation, sources) = Installation::read(files);
    assert_eq!(sources.len(), len);
    for version in [None, "2.12".parse().ok(), "2.31".parse().ok()] {
        let options = CheckOptions { now: UnixTime::from_secs(1_780_000_000), version, issuer_chain: Vec::new() };
        let findings = check(&installation, &options);
        assert!(findings.len() <= MAX_FINDINGS + 1);
        for finding in &findings {
            assert!(!finding.message.is_empty() && !finding.help.is_empty());
            let text = to_text(finding, &sources);
            assert!(!text.contains(['\u{1b}', '\t']), "{text}");
        }
        for text in [to_json(&findings, &sources), to_sarif(&findings, &sources, "0")] {
            serde_json::from_str::<serde_json::Value>(&text).expect("it is JSON");
        }
        for index in 0..len {
            let _ = apply(&findings, index, &sources);
        }
    }
});
