//! The texts: `messages/en.json` and `messages/de.json`, flat objects from key to text. Those of the demo are apart, because
//! what is shipped has nothing of it.
//!
//! - `{name}` is a placeholder. Keys that go by a number end in `.one` (for 1) and `.other`; both languages know no more.
//! - Where a page asks for rich text, what stands between two backticks is shown as code, between two `**` as strong.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::{self, Write as _};
use std::sync::LazyLock;

use askama::filters::{Escaper as _, Html, HtmlSafe};

use super::language::Language;

type Catalog = BTreeMap<Cow<'static, str>, Cow<'static, str>>;

static ENGLISH: LazyLock<Catalog> = LazyLock::new(|| {
    catalog(&[
        include_str!("../../messages/en.json"),
        #[cfg(feature = "dev-provider")]
        include_str!("../../messages/demo.en.json"),
    ])
});
static GERMAN: LazyLock<Catalog> = LazyLock::new(|| {
    catalog(&[
        include_str!("../../messages/de.json"),
        #[cfg(feature = "dev-provider")]
        include_str!("../../messages/demo.de.json"),
    ])
});

fn catalog(files: &[&'static str]) -> Catalog {
    // INVARIANT: a test reads all files.
    files.iter().flat_map(|file| serde_json::from_str::<Catalog>(file).unwrap_or_default()).collect()
}

impl Language {
    fn catalog(self) -> &'static Catalog {
        match self {
            Self::English => &ENGLISH,
            Self::German => &GERMAN,
        }
    }

    /// The text of `key`, if there is one.
    pub(super) fn lookup(self, key: &str) -> Option<&'static str> {
        self.catalog().get(key).map(AsRef::as_ref)
    }

    /// The text of `key`. A test proves that pages ask for no others than there are; should it be wrong, nothing is
    /// shown.
    pub(super) fn text(self, key: &str) -> &'static str {
        self.lookup(key).unwrap_or_else(|| {
            tracing::error!(key, language = self.tag(), "there is no such message");
            ""
        })
    }

    /// The text of `key`, with values for its placeholders.
    pub(super) fn fill(self, key: &str, values: &[(&str, &str)]) -> String {
        let mut filled = String::new();
        for part in parts(self.text(key)) {
            match part {
                Part::Text(text) => filled.push_str(text),
                Part::Placeholder(name) => filled.push_str(value_of(name, values)),
            }
        }
        filled
    }

    /// As [`Self::fill`], as HTML.
    pub(super) fn rich(self, key: &str, values: &[(&str, &str)]) -> Rich {
        Rich::new(self.text(key), values)
    }

    /// The text that goes by `count`, which is its placeholder `{n}`.
    pub(super) fn count(self, key: &str, count: u64) -> String {
        self.count_with(key, count, &[])
    }

    /// As [`Self::count`], with values for other placeholders.
    pub(super) fn count_with(self, key: &str, count: u64, values: &[(&str, &str)]) -> String {
        let form = if count == 1 { "one" } else { "other" };
        let n = count.to_string();
        let values: Vec<_> = values.iter().copied().chain([("n", n.as_str())]).collect();
        self.fill(&format!("{key}.{form}"), &values)
    }
}

fn value_of<'a>(name: &str, values: &[(&str, &'a str)]) -> &'a str {
    values.iter().find(|(known, _)| *known == name).map_or("", |&(_, value)| value)
}

/// HTML of a message: escaped, values of placeholders too.
pub(super) struct Rich(String);

impl Rich {
    pub(super) fn new(text: &str, values: &[(&str, &str)]) -> Self {
        let mut rich = Self(String::new());
        // Writing to a string does not fail.
        let _ = rich.write(text, values);
        rich
    }

    fn write(&mut self, text: &str, values: &[(&str, &str)]) -> fmt::Result {
        // Odd pieces stand between two marks. Values are put in last, so they cannot mark anything.
        for (index, piece) in text.split('`').enumerate() {
            if index % 2 == 1 {
                self.0.write_str("<code>")?;
                self.write_plain(piece, values)?;
                self.0.write_str("</code>")?;
                continue;
            }
            for (index, piece) in piece.split("**").enumerate() {
                let (open, close) = if index % 2 == 1 { ("<strong>", "</strong>") } else { ("", "") };
                self.0.write_str(open)?;
                self.write_plain(piece, values)?;
                self.0.write_str(close)?;
            }
        }
        Ok(())
    }

    fn write_plain(&mut self, text: &str, values: &[(&str, &str)]) -> fmt::Result {
        for part in parts(text) {
            let text = match part {
                Part::Text(text) => text,
                Part::Placeholder(name) => value_of(name, values),
            };
            Html.write_escaped_str(&mut self.0, text)?;
        }
        Ok(())
    }
}

impl fmt::Display for Rich {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl HtmlSafe for Rich {}

#[derive(Debug, Eq, PartialEq)]
enum Part<'a> {
    Text(&'a str),
    Placeholder(&'a str),
}

/// Cut at `{name}`; a brace that belongs to no placeholder is text.
fn parts(text: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((before, name, after)) = next_placeholder(rest) {
        parts.push(Part::Text(before));
        parts.push(Part::Placeholder(name));
        rest = after;
    }
    parts.push(Part::Text(rest));
    parts
}

fn next_placeholder(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once('{')?;
    let (name, after) = rest.split_once('}')?;
    name.bytes().all(|byte| byte.is_ascii_lowercase()).then_some((before, name, after))
}

#[cfg(test)]
mod tests;
