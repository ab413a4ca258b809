//! `kkp-oidc explain`

use crate::program::{data, run};

#[test]
fn a_code_is_explained() {
    let ended = run(&data(), &["explain", "gate-spelling"], b"");
    let stdout = "\
error[gate-spelling]: A gate is spelt so that the chart leaves out the flags

The chart of 2.12 and 2.13 looks for `OIDCKubeCfgEndpoint=true` and `OpenIDAuthPlugin=true`, letter
by letter. With `=1`, `= true` or `=True` the program turns the gate on, but gets none of the flags
that it needs then, and does not start.
";
    assert_eq!(ended, (0, stdout.to_owned(), String::new()));
    let (code, stdout, stderr) = run(&data(), &["explain", "gate-shape", "--output", "json"], b"");
    let json: serde_json::Value = serde_json::from_str(&stdout).unwrap();
    let expected = serde_json::json!({
        "code": "gate-shape",
        "severity": "error",
        "title": "A feature gate is written for another API group",
        "explanation": "Up to 2.19 (operator.kubermatic.io/v1alpha1) a gate is an object: \
            `OIDCKubeCfgEndpoint: {enabled: true}`. Since 2.20 (kubermatic.k8c.io/v1) it is a boolean: \
            `OIDCKubeCfgEndpoint: true`.",
    });
    assert_eq!((code, json, stderr), (0, expected, String::new()));
}

#[test]
fn all_codes_are_listed_and_each_can_be_explained() {
    let (code, stdout, stderr) = run(&data(), &["explain"], b"");
    assert_eq!((code, stderr.as_str()), (0, ""));
    let codes: Vec<&str> = stdout.lines().filter_map(|line| line.split_whitespace().next()).collect();
    assert_eq!(codes.len(), kkp_oidc_core::diagnostics::Code::ALL.len());
    for one in codes {
        let (code, stdout, stderr) = run(&data(), &["explain", one], b"");
        assert_eq!((code, stderr.as_str(), stdout.contains(&format!("[{one}]: "))), (0, "", true), "{one}");
        assert!(stdout.lines().all(|line| line.chars().count() <= 120), "{one}");
    }
}

#[test]
fn an_unknown_code_is_wrong_usage() {
    let ended = run(&data(), &["explain", "cookie-key"], b"");
    let stderr = "error: invalid value 'cookie-key' for '[CODE]': no finding has this code; `kkp-oidc explain` lists all \
                  codes\n\nFor more information, try '--help'.\n";
    assert_eq!(ended, (2, String::new(), stderr.to_owned()));
}
