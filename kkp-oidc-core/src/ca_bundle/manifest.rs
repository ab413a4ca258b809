//! Kubernetes manifests and KKP's values.yaml as inputs: where in them certificates are.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};

use crate::yaml;

/// Something in a manifest that may hold certificates: PEM or DER.
#[derive(Debug, Eq, PartialEq)]
pub(super) struct Item {
    pub(super) bytes: Vec<u8>,
    /// The line of its key, from 1; 0 if it was not found.
    pub(super) line: u32,
    /// Its lines follow that of its key one by one, as in YAML's `|`.
    pub(super) is_block: bool,
}

/// Whether text that begins like this may be a manifest.
pub(super) fn may_be(head: &[u8]) -> bool {
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    let is_json = head.trim_ascii_start().first() == Some(&b'{');
    let keys: [&[u8]; 3] = [b"apiVersion:", b"kind:", b"kubermatic:"];
    is_json || head.split(|byte| *byte == b'\n').any(|line| keys.iter().any(|key| line.starts_with(key)))
}

/// What may hold certificates in the documents of `text`; `None` if none of them is a manifest that we know.
pub(super) fn items(text: &str) -> Option<Vec<Item>> {
    let (mut items, mut known) = (Vec::new(), false);
    for (line, document) in documents(text.strip_prefix('\u{feff}').unwrap_or(text)) {
        let mut finder = Finder { lines: document.lines().zip(line..).collect(), items: &mut items };
        if yaml::from_str::<Value>(document).is_ok_and(|value| finder.object(&value)) {
            known = true;
        } else {
            // Whatever it is, PEM in it is found by its markers.
            let (bytes, line) = (document.as_bytes().to_vec(), line.saturating_sub(1));
            items.push(Item { bytes, line, is_block: true });
        }
    }
    known.then_some(items)
}

/// YAML documents, each with the line on which it begins.
fn documents(text: &str) -> Vec<(u32, &str)> {
    let mut documents = Vec::new();
    let (mut start, mut first_line, mut at) = (0, 1_u32, 0_usize);
    for (line, number) in text.split_inclusive('\n').zip(1_u32..) {
        if line.trim_end() == "---" {
            documents.push((first_line, text.get(start..at).unwrap_or_default()));
            start = at.saturating_add(line.len());
            first_line = number.saturating_add(1);
        }
        at = at.saturating_add(line.len());
    }
    documents.push((first_line, text.get(start..).unwrap_or_default()));
    documents.retain(|(_, document)| !document.trim().is_empty());
    documents
}

struct Finder<'a> {
    /// The lines that were not looked at yet, each with its number. Keys are looked for in their order.
    lines: Vec<(&'a str, u32)>,
    items: &'a mut Vec<Item>,
}

impl Finder<'_> {
    /// Look into an object; whether it is of a kind that we know.
    fn object(&mut self, object: &Value) -> bool {
        let kind = object.get("kind").and_then(Value::as_str).unwrap_or_default();
        let map = |key: &str| object.get(key).and_then(Value::as_object);
        match kind {
            "ConfigMap" => {
                self.map(map("data"), Encoding::Text);
                self.map(map("binaryData"), Encoding::Base64);
            }
            "Secret" => {
                self.map(map("data"), Encoding::Base64);
                self.map(map("stringData"), Encoding::Text);
            }
            "ClusterTrustBundle" => {
                if let Some(text) = map("spec").and_then(|spec| spec.get("trustBundle")).and_then(Value::as_str) {
                    self.item("trustBundle", text.as_bytes().to_vec());
                }
            }
            kind if kind.ends_with("List") => {
                let items = object.get("items").and_then(Value::as_array);
                let known = items.into_iter().flatten().filter(|item| self.object(item)).count();
                return known > 0;
            }
            _ => {
                let auth = map("kubermatic").and_then(|chart| chart.get("auth"));
                let Some(bundle) = auth.and_then(|auth| auth.get("caBundle")).and_then(Value::as_str) else {
                    return false;
                };
                // Base64 is right (spec 3.1); PEM is a common mistake, and can be taken all the same.
                let bytes = from_base64(bundle).unwrap_or_else(|| bundle.as_bytes().to_vec());
                self.item("caBundle", bytes);
            }
        }
        true
    }

    fn map(&mut self, map: Option<&Map<String, Value>>, encoding: Encoding) {
        for (key, value) in map.into_iter().flatten() {
            let Some(text) = value.as_str() else { continue };
            let bytes = match encoding {
                Encoding::Text => Some(text.as_bytes().to_vec()),
                Encoding::Base64 => from_base64(text),
            };
            // What cannot be decoded may have been meant as text.
            self.item(key, bytes.unwrap_or_else(|| text.as_bytes().to_vec()));
        }
    }

    fn item(&mut self, key: &str, bytes: Vec<u8>) {
        let value_of = |line: &str| {
            let line = line.trim_start().trim_start_matches("- ");
            let rest = line.strip_prefix(key).or_else(|| line.trim_start_matches(['"', '\'']).strip_prefix(key))?;
            Some(rest.trim_start_matches(['"', '\'']).strip_prefix(':')?.trim_start().to_owned())
        };
        let found = self.lines.iter().enumerate().find_map(|(at, (line, number))| Some((at, *number, value_of(line)?)));
        // In JSON, many keys may stand on one line.
        let quoted = format!("\"{key}\"");
        let found = found.or_else(|| {
            let (_, number) = self.lines.iter().find(|(line, _)| line.contains(&quoted))?;
            Some((self.lines.len(), *number, String::new()))
        });
        let (line, is_block) = match found {
            Some((at, number, value)) => {
                // The same key may come again in the next object of a list.
                if at < self.lines.len() {
                    self.lines.remove(at);
                }
                (number, value.starts_with('|'))
            }
            None => (0, false),
        };
        self.items.push(Item { bytes, line, is_block });
    }
}

#[derive(Clone, Copy)]
enum Encoding {
    Text,
    Base64,
}

fn from_base64(text: &str) -> Option<Vec<u8>> {
    let text: String = text.split_ascii_whitespace().collect();
    STANDARD.decode(text).ok()
}
