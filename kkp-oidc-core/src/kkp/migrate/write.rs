//! Fields with their comments, and how they are written.

use crate::kkp::writer::write_scalar;
use crate::kubeconfig::scalar::start_line;

/// A field with the comments that came along.
#[derive(Clone)]
pub(super) struct Field {
    key: String,
    content: Content,
    above: Vec<String>,
    behind: Vec<String>,
}

/// What a field holds.
#[derive(Clone)]
pub(super) enum Content {
    Text(String),
    Bool(bool),
    Map(Vec<Field>),
}

impl Field {
    pub(super) fn new(key: &str, content: Content) -> Self {
        Self { key: key.to_owned(), content, above: Vec::new(), behind: Vec::new() }
    }

    pub(super) fn text(key: &str, text: impl Into<String>) -> Self {
        Self::new(key, Content::Text(text.into()))
    }

    pub(super) fn map(key: &str, fields: Vec<Self>) -> Self {
        Self::new(key, Content::Map(fields))
    }

    /// The same with comments above it and behind it, each what follows its `#`.
    pub(super) fn commented(mut self, above: Vec<String>, behind: Vec<String>) -> Self {
        self.above.extend(above);
        self.behind.extend(behind);
        self
    }
}

/// YAML documents, each the fields of its map.
pub(super) fn documents(documents: &[Vec<Field>]) -> String {
    let mut out = String::new();
    for fields in documents {
        if !out.is_empty() {
            out.push_str("---\n");
        }
        write_fields(&mut out, fields, 0);
        start_line(&mut out, 0);
    }
    out
}

fn write_fields(out: &mut String, fields: &[Field], indent: usize) {
    for field in fields {
        for comment in &field.above {
            write_comment(out, comment, indent);
        }
        start_line(out, indent);
        let line = out.len().saturating_sub(indent);
        // Every key is a field's name, or a gate's that KKP knows: neither needs quotes.
        out.push_str(&field.key);
        out.push(':');
        let value = out.len();
        let deeper = indent.saturating_add(2);
        match &field.content {
            Content::Text(text) => write_scalar(out, text, deeper),
            Content::Bool(bool) => out.push_str(if *bool { " true" } else { " false" }),
            Content::Map(_) => {}
        }
        let is_one_line = !out.get(value..).unwrap_or_default().contains('\n');
        if is_one_line && let [comment] = field.behind.as_slice() {
            out.push_str(" #");
            out.push_str(comment);
        } else {
            let mut above = String::new();
            field.behind.iter().for_each(|comment| write_comment(&mut above, comment, indent));
            if !above.is_empty() {
                above.push('\n');
                out.insert_str(line, &above);
            }
        }
        if let Content::Map(fields) = &field.content {
            write_fields(out, fields, deeper);
        }
    }
}

fn write_comment(out: &mut String, comment: &str, indent: usize) {
    start_line(out, indent);
    out.push('#');
    out.push_str(comment);
}
