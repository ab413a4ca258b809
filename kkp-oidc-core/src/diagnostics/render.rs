//! Findings for people.

use std::fmt::Write as _;
use std::ops::Range;

use crate::diagnostics::{Finding, Place, Source};

/// Most characters of a source line that are shown; from there on it is cut off.
const MAX_LINE_CHARS: usize = 120;

/// Characters that are shown before the marked ones in a line that is cut off.
const LEAD_CHARS: usize = 40;

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
    let mut text = format!("{}[{}]: {}\n", finding.severity(), finding.code, finding.message);
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
    let _ = writeln!(text, "{:width$} = help: {}", "", finding.help);
    text
}

fn write_place(text: &mut String, place: Place, note: &str, sources: &[Source], width: usize) {
    let Some(source) = sources.get(place.source) else { return };
    let (line, mark) = source.shown_line(place.span);
    let (line, mark) = cut(&line, &mark);
    let arrow = if note.is_empty() { "-->" } else { "::>" };
    let marks = if note.is_empty() { "^" } else { "-" }.repeat(mark.len().max(1));
    // Writing to a `String` does not fail.
    let _ = writeln!(text, "{:width$}{arrow} {}:{}:{}", "", source.name(), place.span.line, place.span.column);
    let _ = writeln!(text, "{:width$} |", "");
    let _ = writeln!(text, "{:>width$} | {}", place.span.line, line.trim_end());
    let _ = writeln!(text, "{:width$} | {:2$}{marks} {note}", "", "", mark.start);
    while text.ends_with(" \n") {
        text.truncate(text.len().saturating_sub(2));
        text.push('\n');
    }
}

/// A line that is not too long, and where the marked characters are in it.
fn cut(line: &str, mark: &Range<usize>) -> (String, Range<usize>) {
    let chars = line.chars().count();
    if chars <= MAX_LINE_CHARS {
        return (line.to_owned(), mark.clone());
    }
    let first = if mark.end <= MAX_LINE_CHARS { 0 } else { mark.start.saturating_sub(LEAD_CHARS) };
    let mut shown: String = line.chars().skip(first).take(MAX_LINE_CHARS).collect();
    if chars > first.saturating_add(MAX_LINE_CHARS) {
        shown.push('…');
    }
    let lead = if first == 0 { 0 } else { 1 };
    if first > 0 {
        shown.insert(0, '…');
    }
    let start = mark.start.saturating_sub(first).saturating_add(lead);
    let end = mark.end.saturating_sub(first).saturating_add(lead).min(MAX_LINE_CHARS);
    (shown, start..end.max(start.saturating_add(1)))
}
