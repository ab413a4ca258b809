//! Findings for people.

use std::fmt::Write as _;

use crate::diagnostics::{Finding, Place, Source};
use crate::invisible::printable;

/// One finding in the manner of a compiler: its code, the line with the place underlined, the reason, and the way out.
///
/// ```text
/// error[cookie-key-length]: the cookie key has 5 bytes, expected exactly 32 or 64
///   --> values.yaml:7:21
///    |
///  7 |     issuerCookieKey: …
///    |                      ^
///    = help: `kkp-oidc key` prints a fresh key
/// ```
#[must_use]
pub fn to_text(finding: &Finding, sources: &[Source]) -> String {
    let mut text = format!("{}[{}]: {}\n", finding.severity(), finding.code, clean(&finding.message));
    let places = finding
        .place
        .iter()
        .map(|place| (place, ""))
        .chain(finding.related.iter().map(|(place, note)| (place, note.as_str())));
    let width = places.clone().map(|(place, _)| place.span.line).max().unwrap_or(0).to_string().len();
    for (place, note) in places {
        write_place(&mut text, *place, note, sources, width);
    }
    // Writing to a `String` does not fail.
    let _ = writeln!(text, "{:width$} = help: {}", "", clean(&finding.help));
    text
}

fn write_place(text: &mut String, place: Place, note: &str, sources: &[Source], width: usize) {
    let Some(source) = sources.get(place.source) else { return };
    let (line, mark) = source.shown_line(place.span);
    let (name, note) = (clean(source.name()), clean(note));
    let arrow = if note.is_empty() { "-->" } else { "::>" };
    let marks = if note.is_empty() { "^" } else { "-" }.repeat(mark.len().max(1));
    // Writing to a `String` does not fail.
    let _ = writeln!(text, "{:width$}{arrow} {name}:{}:{}", "", place.span.line, place.span.column);
    if source.text().is_empty() {
        return;
    }
    let _ = writeln!(text, "{:width$} |", "");
    let _ = writeln!(text, "{:>width$} | {}", place.span.line, line.trim_end());
    let _ = writeln!(text, "{:width$} | {:2$}{marks} {note}", "", "", mark.start);
    while text.ends_with(" \n") {
        text.truncate(text.len().saturating_sub(2));
        text.push('\n');
    }
}

/// A text from a file without what would steer a terminal.
fn clean(text: &str) -> String {
    text.chars().map(printable).collect()
}
