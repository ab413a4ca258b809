//! Kubernetes manifests and KKP's values.yaml as inputs: where in them certificates are.

use std::collections::{HashMap, VecDeque};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use memchr::memmem;
use serde_json::{Map, Value};

use crate::ca_bundle::binary;
use crate::ca_bundle::scan::BEGIN;
use crate::yaml::{self, ParseYamlError, YamlFault};

/// Most lists, maps and scalars in a document. A list of 50,000 ConfigMaps has half a million.
const MAX_NODES: usize = 1_000_000;

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
    let is_key = |at| head.get(at..).is_some_and(|line| keys.iter().any(|key| line.starts_with(key)));
    is_json || is_key(0) || memchr::memchr_iter(b'\n', head).any(|end| is_key(end.saturating_add(1)))
}

/// What the documents of a text have.
#[derive(Default)]
pub(super) struct Manifests {
    /// What may hold certificates.
    pub(super) items: Vec<Item>,
    /// Documents that look like manifests and cannot be read: why, and the line from 1.
    pub(super) unreadable: Vec<(YamlFault, u32)>,
}

/// What is in the documents of `text`; `None` if none of them is a manifest that we know, or looks like one.
pub(super) fn read(text: &str) -> Option<Manifests> {
    let (mut manifests, mut known) = (Manifests::default(), false);
    for (line, document) in documents(text.strip_prefix('\u{feff}').unwrap_or(text)) {
        let mut finder = Finder::default();
        let value = is_named(document).then(|| yaml::from_str_with(document, MAX_NODES));
        if let Some(Ok(value)) = &value
            && finder.object(value, "")
        {
            known = true;
            finder.find_lines(document, line);
            manifests.items.extend(finder.items.into_iter().map(|(_, item)| item).filter(Item::may_hold_any));
            continue;
        }
        // Whatever it is, PEM in it is found by its markers.
        let item = Item { bytes: document.as_bytes().to_vec(), line: line.saturating_sub(1), is_block: true };
        if item.may_hold_any() {
            manifests.items.push(item);
        } else if let Some(Err(ParseYamlError::Refused { fault, line: in_document, .. })) = value {
            known = true;
            let in_document = u32::try_from(in_document).unwrap_or(u32::MAX).saturating_sub(1);
            manifests.unreadable.push((fault, line.saturating_add(in_document)));
        }
    }
    known.then_some(manifests)
}

impl Item {
    /// Without these, nothing would be found in it.
    fn may_hold_any(&self) -> bool {
        binary::is_der(&self.bytes) || memmem::find(&self.bytes, BEGIN).is_some()
    }
}

/// Whether a document has one of the words without which it is no manifest: reading YAML takes longer than this.
fn is_named(document: &str) -> bool {
    ["kind", "kubermatic"].iter().any(|word| memmem::find(document.as_bytes(), word.as_bytes()).is_some())
}

/// Begins a document ([YAML 1.2.2 section 9.1.2]).
///
/// [YAML 1.2.2 section 9.1.2]: https://yaml.org/spec/1.2.2/#912-document-markers
const MARKER: &str = "---";

/// YAML documents that are not empty, each with the line on which it begins.
fn documents(text: &str) -> impl Iterator<Item = (u32, &str)> {
    let mut lines = text.split_inclusive('\n').zip(1_u32..).fuse();
    let (mut start, mut first_line, mut at, mut done) = (0, 1_u32, 0_usize, false);
    let next = move || {
        for (line, number) in lines.by_ref() {
            let end = at;
            at = at.saturating_add(line.len());
            // What follows the marker on its line belongs to the document that it begins.
            if line.strip_prefix(MARKER).is_some_and(|rest| rest.is_empty() || rest.starts_with(char::is_whitespace)) {
                let document = (first_line, text.get(start..end).unwrap_or_default());
                (start, first_line) = (end.saturating_add(MARKER.len()), number);
                return Some(document);
            }
        }
        let last = (!done).then(|| (first_line, text.get(start..).unwrap_or_default()));
        done = true;
        last
    };
    std::iter::from_fn(next).filter(|(_, document)| !document.trim().is_empty())
}

/// Looks into one document.
#[derive(Default)]
struct Finder {
    /// Each with its key.
    items: Vec<(String, Item)>,
}

impl Finder {
    /// Look into an object; whether it is of a kind that we know. `kind_in_list` is its kind if it names none.
    fn object(&mut self, object: &Value, kind_in_list: &str) -> bool {
        let kind = object.get("kind").and_then(Value::as_str).unwrap_or(kind_in_list);
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
                // kube-apiserver's own lists name the kind once; kubectl's, of kind `List`, with each item.
                let kind = kind.strip_suffix("List").unwrap_or_default();
                let items = object.get("items").and_then(Value::as_array);
                let known = items.into_iter().flatten().filter(|item| self.object(item, kind)).count();
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
        self.items.push((key.to_owned(), Item { bytes, line: 0, is_block: false }));
    }

    /// Find the lines of the keys, in one pass: the same key may come again in the next object of a list, on a later line.
    fn find_lines(&mut self, document: &str, first_line: u32) {
        let mut wanted: HashMap<&str, VecDeque<&mut Item>> = HashMap::new();
        for (key, item) in &mut self.items {
            wanted.entry(key).or_default().push_back(item);
        }
        for (line, number) in document.lines().zip(first_line..) {
            let Some((key, value)) = line.split_once(':') else { continue };
            let key = key.trim_start().trim_start_matches("- ").trim_matches(['"', '\'']);
            if let Some(item) = wanted.get_mut(key).and_then(VecDeque::pop_front) {
                item.line = number;
                item.is_block = value.trim_start().starts_with('|');
            }
        }
        wanted.retain(|_, items| !items.is_empty());
        // In JSON, many keys may stand on one line.
        for (line, number) in document.lines().zip(first_line..) {
            if wanted.is_empty() {
                break;
            }
            for quoted in line.split('"').skip(1) {
                for item in wanted.remove(quoted).into_iter().flatten() {
                    item.line = number;
                }
            }
        }
    }
}

#[derive(Clone, Copy)]
enum Encoding {
    Text,
    Base64,
}

/// What base64 with white space anywhere stands for, as Go's YAML libraries and people write it.
pub(crate) fn from_base64(text: &str) -> Option<Vec<u8>> {
    let text: String = text.split_ascii_whitespace().collect();
    STANDARD.decode(text).ok()
}
