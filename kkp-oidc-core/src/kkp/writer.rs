//! YAML that Go's libraries and ours read alike, in the style of kubectl.

use crate::kubeconfig::scalar::{start_line, write_escaped, write_key, write_value};

/// Writes maps of texts, line by line.
#[derive(Default)]
pub(super) struct Writer(String);

impl Writer {
    /// `text`, which is YAML, on a line of its own.
    pub(super) fn line(&mut self, indent: usize, text: &str) {
        start_line(&mut self.0, indent);
        self.0.push_str(text);
    }

    /// `key: text`, quoted where it has to be.
    pub(super) fn text(&mut self, indent: usize, key: &str, text: &str) {
        self.line(indent, key);
        self.0.push(':');
        write_scalar(&mut self.0, text, indent.saturating_add(2));
    }

    /// `- text`, quoted where it has to be.
    pub(super) fn item(&mut self, indent: usize, text: &str) {
        self.line(indent, "-");
        write_scalar(&mut self.0, text, indent.saturating_add(2));
    }

    /// A key that anybody may have chosen, with its colon.
    pub(super) fn key(&mut self, indent: usize, key: &str) {
        start_line(&mut self.0, indent);
        // Plain, `<<` would merge another map.
        if key == "<<" || is_ambiguous(key) {
            // Escapes may make it longer than a key on the line of its value may be.
            self.0.push_str("? ");
            write_escaped(&mut self.0, key);
            self.line(indent, ":");
        } else {
            write_key(&mut self.0, key, indent);
        }
    }

    /// ` text` behind a key.
    pub(super) fn push(&mut self, text: &str) {
        self.0.push_str(text);
    }

    pub(super) fn finish(mut self) -> String {
        start_line(&mut self.0, 0);
        self.0
    }
}

/// ` text` behind a key, as both versions of YAML read it.
pub(super) fn write_scalar(out: &mut String, text: &str, indent: usize) {
    if is_ambiguous(text) {
        out.push(' ');
        write_escaped(out, text);
    } else {
        write_value(out, text, indent);
    }
}

/// Whether versions of YAML read it differently unless it is escaped: line ends that only YAML 1.1 has, tabs, control
/// characters, and white space at the begin of a block.
fn is_ambiguous(text: &str) -> bool {
    let odd = |character: char| {
        character != '\n' && character.is_control() || matches!(character, '\u{2028}' | '\u{2029}' | '\u{feff}')
    };
    text.contains(odd) || text.contains('\n') && (text.starts_with([' ', '\n']) || text.trim_matches('\n').is_empty())
}
