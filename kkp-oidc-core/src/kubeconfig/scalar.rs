//! Scalars as go-yaml v2 writes them: which style a string gets, and where lines are folded.

use super::resolve::is_not_text;

/// A line that is already longer than this, in characters, is folded at its next single space.
const BEST_WIDTH: usize = 80;

/// Longest map key, in bytes, that is written on one line with its value.
const MAX_SIMPLE_KEY_LEN: usize = 128;

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Style {
    Plain,
    SingleQuoted,
    DoubleQuoted,
    Literal,
}

/// Where a scalar stands.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Position {
    /// Before the colon of its line: never folded, never over several lines.
    SimpleKey,
    /// Anywhere else; `indent` is that of continued lines, in spaces.
    Folded { indent: usize },
}

/// Writes `text` after a `key:`, a `-`, a `?` or a `:`, with the space between; `indent` is that of continued lines.
pub(crate) fn write_value(out: &mut String, text: &str, indent: usize) {
    out.push(' ');
    if is_common(text) {
        out.push_str(text);
        return;
    }
    let analysis = Analysis::of(text);
    let position = Position::Folded { indent };
    write(out, text, analysis.style(text, position), position);
}

/// Writes a map key at the start of a line that has its indentation, up to and including the colon before the value.
///
/// A key that is too long or has a line break gets its own `? key` lines, and the colon starts a line of its own at
/// `indent`, the indentation of the map.
pub(crate) fn write_key(out: &mut String, text: &str, indent: usize) {
    let analysis = Analysis::of(text);
    if !analysis.line_breaks && text.len() <= MAX_SIMPLE_KEY_LEN {
        write(out, text, analysis.style(text, Position::SimpleKey), Position::SimpleKey);
    } else {
        out.push('?');
        write_value(out, text, indent.saturating_add(2));
        start_line(out, indent);
    }
    out.push(':');
}

/// Writes `text` in double quotes on one line, with escapes for all that could be read otherwise.
pub(crate) fn write_escaped(out: &mut String, text: &str) {
    write_double_quoted(out, text, Position::SimpleKey);
}

/// Ends the line, unless a block scalar has already ended it, and indents the next one.
pub(crate) fn start_line(out: &mut String, indent: usize) {
    if !out.is_empty() && !out.ends_with(is_break) {
        out.push('\n');
    }
    push_spaces(out, indent);
}

fn push_spaces(out: &mut String, count: usize) {
    // The deepest indentation of a kubeconfig is ten.
    const SPACES: &str = "          ";
    match SPACES.get(..count) {
        Some(spaces) => out.push_str(spaces),
        None => out.extend(std::iter::repeat_n(' ', count)),
    }
}

/// Whether `text` is plain at first sight: visible ASCII only, no colon at its end, no indicator, sign, digit or dot
/// in front, not a word of YAML 1.1. Nearly every string of a kubeconfig is.
fn is_common(text: &str) -> bool {
    let (Some(&first), Some(&last)) = (text.as_bytes().first(), text.as_bytes().last()) else {
        return false;
    };
    let plain_start = first.is_ascii_alphabetic() || matches!(first, b'/' | b'_' | b'$' | b'=' | b'(' | b'<' | b'\\');
    plain_start && last != b':' && is_graphic(text) && !is_not_text(text)
}

/// Whether all is visible ASCII. Tokens and certificates are long, so this looks at all bytes without a branch.
fn is_graphic(text: &str) -> bool {
    text.as_bytes().chunks(64).all(|chunk| chunk.iter().fold(true, |all, byte| all & byte.is_ascii_graphic()))
}

/// What a string has that decides on its style.
#[derive(Clone, Copy, Debug, Default)]
struct Analysis {
    line_breaks: bool,
    special_characters: bool,
    indicators: bool,
    edge_space_or_break: bool,
    trailing_space: bool,
    space_then_break: bool,
    break_then_space: bool,
}

impl Analysis {
    fn of(text: &str) -> Self {
        let mut analysis = Self {
            indicators: text.starts_with("---") || text.starts_with("...") || starts_with_indicator(text),
            trailing_space: text.ends_with(' '),
            edge_space_or_break: text.starts_with(' ')
                || text.ends_with(' ')
                || text.starts_with(is_break)
                || text.ends_with(is_break),
            ..Self::default()
        };
        let mut previous = None;
        let mut characters = text.chars().peekable();
        while let Some(character) = characters.next() {
            if !is_printable(character) {
                analysis.special_characters = true;
            }
            match character {
                ' ' if previous.is_some_and(is_break) => analysis.break_then_space = true,
                ':' if previous.is_some() && characters.peek().is_none_or(|&next| is_blank(next)) => {
                    analysis.indicators = true;
                }
                '#' if previous
                    .is_some_and(|previous| is_blank(previous) || is_break(previous) || previous == '\0') =>
                {
                    analysis.indicators = true;
                }
                _ if is_break(character) => {
                    analysis.line_breaks = true;
                    analysis.space_then_break |= previous == Some(' ');
                }
                _ => {}
            }
            previous = Some(character);
        }
        analysis
    }

    fn style(&self, text: &str, position: Position) -> Style {
        let quoted_must_escape = self.special_characters || self.space_then_break || self.break_then_space;
        let block_must_escape = self.special_characters || self.space_then_break || self.trailing_space;
        if text.contains('\n') {
            if block_must_escape || position == Position::SimpleKey { Style::DoubleQuoted } else { Style::Literal }
        } else if is_not_text(text) || quoted_must_escape {
            Style::DoubleQuoted
        } else if self.edge_space_or_break || self.line_breaks || self.indicators {
            Style::SingleQuoted
        } else {
            Style::Plain
        }
    }
}

/// Whether the first character makes a plain scalar impossible.
fn starts_with_indicator(text: &str) -> bool {
    let mut characters = text.chars();
    match characters.next() {
        Some('#' | ',' | '[' | ']' | '{' | '}' | '&' | '*' | '!' | '|' | '>' | '\'' | '"' | '%' | '@' | '`') => true,
        Some('?' | ':' | '-') => characters.next().is_none_or(is_blank),
        _ => false,
    }
}

fn is_blank(character: char) -> bool {
    matches!(character, ' ' | '\t')
}

fn is_break(character: char) -> bool {
    matches!(character, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// Whether go-yaml writes the character as it is. It takes all of U+10000 and above for unprintable.
fn is_printable(character: char) -> bool {
    matches!(
        character,
        '\n' | ' '..='~' | '\u{a0}'..='\u{fefe}' | '\u{ff00}'..='\u{fffd}'
    )
}

fn write(out: &mut String, text: &str, style: Style, position: Position) {
    match (style, position) {
        (Style::Plain, _) => write_folding(out, text, position, |_| false),
        (Style::SingleQuoted, _) => {
            out.push('\'');
            write_folding(out, text, position, |character| character == '\'');
            out.push('\'');
        }
        (Style::DoubleQuoted, _) => write_double_quoted(out, text, position),
        (Style::Literal, Position::Folded { indent }) => write_literal(out, text, indent),
        (Style::Literal, Position::SimpleKey) => write_double_quoted(out, text, position),
    }
}

/// The column at which the next character of `out` will stand, in characters.
///
/// U+2028 and U+2029 stand unescaped only where they were written as line breaks.
fn column(out: &str) -> usize {
    out.chars().rev().take_while(|&character| !is_break(character)).count()
}

/// Writes plain and single-quoted text: a lone space past [`BEST_WIDTH`] becomes a line break with indentation.
fn write_folding(out: &mut String, text: &str, position: Position, doubled: impl Fn(char) -> bool) {
    let indent = match position {
        Position::Folded { indent } => Some(indent),
        Position::SimpleKey => None,
    };
    let mut column = column(out);
    let (mut after_space, mut after_break, mut first) = (false, false, true);
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        if character == ' ' {
            let lone = !after_space && !first && characters.peek().is_some_and(|&next| next != ' ');
            match indent {
                Some(indent) if lone && column > BEST_WIDTH => {
                    out.push('\n');
                    push_spaces(out, indent);
                    column = indent;
                }
                _ => {
                    out.push(' ');
                    column = column.saturating_add(1);
                }
            }
            after_space = true;
        } else if is_break(character) {
            out.push(character);
            column = 0;
            after_break = true;
        } else {
            if after_break {
                let indent = indent.unwrap_or_default();
                push_spaces(out, indent);
                column = indent;
            }
            if doubled(character) {
                out.push(character);
                column = column.saturating_add(1);
            }
            out.push(character);
            column = column.saturating_add(1);
            (after_space, after_break) = (false, false);
        }
        first = false;
    }
}

fn write_double_quoted(out: &mut String, text: &str, position: Position) {
    out.push('"');
    let mut column = column(out);
    // A go-yaml oddity: it looks for a byte order mark at the start of the text whichever character it is at, so a
    // text that starts with one is escaped throughout.
    let escape_all = text.starts_with('\u{feff}');
    let (mut after_space, mut first) = (false, true);
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        let before = out.len();
        if escape_all || !is_printable(character) || is_break(character) || matches!(character, '"' | '\\') {
            push_escape(out, character);
            column = column.saturating_add(out.len().saturating_sub(before));
            after_space = false;
        } else if character == ' ' {
            match (position, characters.peek()) {
                (Position::Folded { indent }, Some(&next)) if !after_space && !first && column > BEST_WIDTH => {
                    out.push('\n');
                    push_spaces(out, indent);
                    column = indent;
                    if next == ' ' {
                        out.push('\\');
                        column = column.saturating_add(1);
                    }
                }
                _ => {
                    out.push(' ');
                    column = column.saturating_add(1);
                }
            }
            after_space = true;
        } else {
            out.push(character);
            column = column.saturating_add(1);
            after_space = false;
        }
        first = false;
    }
    out.push('"');
}

fn push_escape(out: &mut String, character: char) {
    out.push('\\');
    let short = match character {
        '\0' => '0',
        '\u{7}' => 'a',
        '\u{8}' => 'b',
        '\t' => 't',
        '\n' => 'n',
        '\u{b}' => 'v',
        '\u{c}' => 'f',
        '\r' => 'r',
        '\u{1b}' => 'e',
        '"' => '"',
        '\\' => '\\',
        '\u{85}' => 'N',
        '\u{a0}' => '_',
        '\u{2028}' => 'L',
        '\u{2029}' => 'P',
        _ => {
            let code = u32::from(character);
            let (kind, digits) = match code {
                0..=0xff => ('x', 2),
                0x100..=0xffff => ('u', 4),
                _ => ('U', 8),
            };
            out.push(kind);
            for digit in (0..digits).rev() {
                let nibble = (code >> (digit * 4)) & 0x0f;
                out.extend(char::from_digit(nibble, 16).map(|digit| digit.to_ascii_uppercase()));
            }
            return;
        }
    };
    out.push(short);
}

/// Writes a block scalar `|`, with an indentation hint if it starts blank and a chomping hint as its end needs.
fn write_literal(out: &mut String, text: &str, indent: usize) {
    out.push('|');
    if text.starts_with(' ') || text.starts_with(is_break) {
        out.push('2');
    }
    let mut backwards = text.chars().rev();
    match (backwards.next().map(is_break), backwards.next().map(is_break)) {
        (Some(true), Some(false)) => {}
        (Some(true), _) => out.push('+'),
        _ => out.push('-'),
    }
    out.push('\n');
    let mut line_start = true;
    for character in text.chars() {
        if is_break(character) {
            line_start = true;
        } else if std::mem::take(&mut line_start) {
            push_spaces(out, indent);
        }
        out.push(character);
    }
}
