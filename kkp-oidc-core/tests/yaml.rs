//! The door to YAML: every limit at its edge, every fault with its text, no value in any of them.

use std::collections::BTreeMap;

use kkp_oidc_core::yaml::{self, MAX_DEPTH, MAX_INPUT_LEN, ParseYamlError};
use serde::Deserialize;
use serde_json::Value;

#[derive(Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
struct Settings {
    port: u16,
    flag: Option<bool>,
    name: Option<String>,
}

#[test]
fn every_fault_has_its_text_and_none_repeats_the_value() {
    let table = [
        ("port: 1\nname: \"s3cr3t", "the YAML text is not valid YAML (line 2, column 7)"),
        ("port: s3cr3t", "`port` is not of type u16 (line 1, column 7)"),
        ("port: 65536", "`port` is not of type u16 (line 1, column 7)"),
        ("flag: yes\nport: 1", "`flag` is not `true` or `false` (line 1, column 7)"),
        ("name: ~\nport: 1\nflag: s3cr3t", "`flag` is not `true` or `false` (line 3, column 7)"),
        ("name: [s3cr3t]\nport: 1", "`name` is not a string (line 1, column 7)"),
        ("name: s3cr3t", "the YAML text has no field `port` (line 1, column 1)"),
        ("prot: s3cr3t", "the YAML text has the unknown field `prot` (line 1, column 1)"),
        ("port: 1\nport: 2", "the YAML text has a key twice (line 2, column 1)"),
        ("<<: {port: 1}", "the YAML text has a merge key `<<`, which is not supported (line 1, column 1)"),
        ("port: 1\n---\nport: 2", "the YAML text has more than one document (line 3, column 1)"),
        ("port: *s3cr3t", "the YAML text is not valid YAML (line 1, column 7)"),
    ];
    let found = table.map(|(text, _)| yaml::from_str::<Settings>(text).unwrap_err().to_string());
    assert_eq!(found, table.map(|(_, expected)| expected));
}

#[test]
fn a_text_of_the_longest_length_is_read_and_one_byte_more_is_not() {
    let longest = format!("a: 1 #{}", "x".repeat(MAX_INPUT_LEN - 6));
    assert_eq!(longest.len(), MAX_INPUT_LEN);
    assert_eq!(yaml::from_str(&longest), Ok(BTreeMap::from([("a".to_owned(), 1)])));
    let error = yaml::from_str::<Value>(&format!("{longest}x")).unwrap_err();
    assert_eq!(error, ParseYamlError::TooLong { len: MAX_INPUT_LEN + 1, limit: MAX_INPUT_LEN });
    assert_eq!(error.to_string(), "the YAML text has 16777217 bytes, at most 16777216 are read");
}

#[test]
fn the_deepest_nesting_is_read_and_one_level_more_is_not() {
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    assert!(yaml::from_str::<Value>(&nested(MAX_DEPTH - 1)).is_ok());
    assert!(yaml::from_str::<Value>(&nested(MAX_DEPTH)).is_ok());
    assert_eq!(refusal(&nested(MAX_DEPTH + 1)), "has too many levels, nodes or aliases");
    assert_eq!(refusal(&nested(100_000)), "has too many levels, nodes or aliases");
}

#[test]
fn aliases_cannot_multiply_a_text_without_end() {
    let mut laughs = "a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n".to_owned();
    for level in 1..9 {
        let aliases = vec![format!("*a{}", level - 1); 9].join(", ");
        laughs.push_str(&format!("a{level}: &a{level} [{aliases}]\n"));
    }
    assert_eq!(refusal(&laughs), "has too many levels, nodes or aliases");
}

#[test]
fn odd_but_harmless_texts_are_read() {
    let expected = serde_json::json!({"a": "é\u{0}b"});
    for text in [
        "a: \"é\\0b\"",
        "\u{feff}a: \"é\\0b\"",
        "a: \"é\\0b\"\r\n",
        "---\na: \"é\\0b\"\n...\n",
        "{\"a\": \"é\\u0000b\"}",
    ] {
        assert_eq!(yaml::from_str::<Value>(text), Ok(expected.clone()), "{text:?}");
    }
    assert_eq!(yaml::from_str::<Value>(""), Ok(Value::Null));
}

#[track_caller]
fn refusal(text: &str) -> String {
    match yaml::from_str::<Value>(text) {
        Err(ParseYamlError::Refused { fault, .. }) => fault.to_string(),
        other => format!("{other:?}"),
    }
}

#[test]
#[ignore = "takes half a minute in a debug build"]
fn the_most_nodes_are_read_and_one_more_is_not() {
    // One list, and scalars to fill it.
    let list = |nodes: usize| format!("[{}1]", "1,".repeat(nodes - 2));
    let read = |nodes: usize| yaml::from_str::<serde::de::IgnoredAny>(&list(nodes)).map(|_| ());
    assert_eq!(read(5_000_000), Ok(()));
    let text = read(5_000_001).unwrap_err().to_string();
    assert_eq!(text, "the YAML text has too many levels, nodes or aliases (line 1, column 10000000)");
}
