//! A tree of values as go-yaml v2 writes it: keys in its order, the dashes of a list in the column of its key.

use std::borrow::Cow;

use super::super::RenderKubeconfigError;
use super::super::detour::{self, Refused};
use super::super::key_order;
use super::super::plain::format_float;
use super::super::render::{Name, refused_at};
use super::super::scalar::{start_line, write_key, write_value};
use super::value::Value;

/// Writes a map as a whole document.
pub(super) fn document(entries: &[(String, Value)]) -> Result<String, RenderKubeconfigError> {
    let mut emitter = Emitter { out: String::new(), path: Vec::new() };
    emitter.map(entries, 0, true).map_err(|refused| {
        let path = emitter.path.iter().rev().map(String::as_str).collect::<String>();
        refused_at(path.strip_prefix('.').unwrap_or(&path).to_owned(), refused)
    })?;
    start_line(&mut emitter.out, 0);
    Ok(emitter.out)
}

struct Emitter {
    out: String,
    /// The way to what is refused, innermost first.
    path: Vec<String>,
}

impl Emitter {
    fn map(&mut self, entries: &[(String, Value)], indent: usize, new_line: bool) -> Result<(), Refused> {
        for (index, (key, value)) in in_order(entries).into_iter().enumerate() {
            if index > 0 || new_line {
                start_line(&mut self.out, indent);
            }
            let written = self.entry(key, value, indent);
            written.inspect_err(|_| self.path.push(format!(".{}", Name(key))))?;
        }
        Ok(())
    }

    fn entry(&mut self, key: &str, value: &Value, indent: usize) -> Result<(), Refused> {
        let start = self.out.len();
        write_key(&mut self.out, detour::key(key)?, indent);
        let inner = indent.saturating_add(2);
        // The colon of a `? key` has its own line, on which a list or map begins.
        let own_line = self.out.get(start..).is_some_and(|key| key.starts_with("? "));
        let filled = matches!(value, Value::Map(entries) if !entries.is_empty())
            || matches!(value, Value::List(items) if !items.is_empty());
        if own_line && filled {
            self.out.push(' ');
        }
        match value {
            Value::Map(entries) if filled => self.map(entries, inner, !own_line),
            Value::List(items) if filled => self.list(items, if own_line { inner } else { indent }, !own_line),
            _ => self.scalar(value, inner),
        }
    }

    fn list(&mut self, items: &[Value], indent: usize, new_line: bool) -> Result<(), Refused> {
        for (index, item) in items.iter().enumerate() {
            if index > 0 || new_line {
                start_line(&mut self.out, indent);
            }
            self.out.push('-');
            let inner = indent.saturating_add(2);
            let written = match item {
                Value::Map(entries) if !entries.is_empty() => {
                    self.out.push(' ');
                    self.map(entries, inner, false)
                }
                Value::List(items) if !items.is_empty() => {
                    self.out.push(' ');
                    self.list(items, inner, false)
                }
                _ => self.scalar(item, inner),
            };
            written.inspect_err(|_| self.path.push(format!("[{index}]")))?;
        }
        Ok(())
    }

    /// Text, a number, a word, or an empty list or map, with the space before it.
    fn scalar(&mut self, value: &Value, indent: usize) -> Result<(), Refused> {
        let word = match value {
            Value::Text(text) => {
                write_value(&mut self.out, &detour::value(text)?, indent);
                return Ok(());
            }
            Value::Null => Cow::Borrowed("null"),
            Value::Bool(true) => "true".into(),
            Value::Bool(false) => "false".into(),
            Value::Integer(value) => value.to_string().into(),
            Value::Float(value) => format_float(*value).into(),
            Value::List(_) => "[]".into(),
            Value::Map(_) => "{}".into(),
        };
        self.out.push(' ');
        self.out.push_str(&word);
        Ok(())
    }
}

/// The entries in the order of go-yaml. Merged by hand: that order has cycles once a number in a key overflows, and the
/// library's sort may panic then.
fn in_order(entries: &[(String, Value)]) -> Vec<&(String, Value)> {
    if entries.len() <= 1 {
        return entries.iter().collect();
    }
    let (left, right) = entries.split_at(entries.len() / 2);
    let (mut left, mut right) = (in_order(left).into_iter().peekable(), in_order(right).into_iter().peekable());
    let mut sorted = Vec::with_capacity(entries.len());
    while let (Some(first), Some(second)) = (left.peek(), right.peek()) {
        let next = if key_order::compare(&second.0, &first.0).is_lt() { right.next() } else { left.next() };
        sorted.extend(next);
    }
    sorted.extend(left.chain(right));
    sorted
}
