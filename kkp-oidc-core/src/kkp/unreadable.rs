//! What is said of a file that is no YAML.

use crate::diagnostics::{Code, Finding, Place};
use crate::yaml::{ParseYamlError, Span, YamlFault};

/// The finding about source number `source`, whose text is `text`.
pub(super) fn unreadable(error: &ParseYamlError, text: &str, source: usize) -> Finding {
    let (message, help, line, column) = match error {
        ParseYamlError::TooLong { .. } => (error.to_string(), ONLY_CONFIGURATION.to_owned(), 1, 1),
        ParseYamlError::Refused { path, line, column, fault } => {
            let what = if path.is_empty() { "the file".to_owned() } else { format!("`{path}`") };
            let message = match fault {
                YamlFault::DuplicateKey => format!("{what} stands there twice"),
                fault => format!("{what} {fault}"),
            };
            let number = |number: u64| usize::try_from(number).unwrap_or(1).max(1);
            let help = match fault {
                YamlFault::DuplicateKey => "remove one of them; which one counts differs between programs".to_owned(),
                YamlFault::MergeKey => "write out what is merged".to_owned(),
                YamlFault::TooComplex => ONLY_CONFIGURATION.to_owned(),
                _ => match tab_near(text, number(*line)) {
                    Some(line) => format!("indent with blanks: line {line} begins with a tab"),
                    None => "mend the file until it is YAML; `helm template` and kubectl stop here, too".to_owned(),
                },
            };
            (message, help, number(*line), number(*column))
        }
    };
    let span = Span { start: 0, end: 0, line, column };
    Finding::new(Code::DocumentUnreadable, Place { source, span }, message, help)
}

const ONLY_CONFIGURATION: &str = "give only the files that configure KKP, Dex, Seeds and clusters";

/// The number of the first line with a tab before its text, at most two after `line`, where the parser stopped.
fn tab_near(text: &str, line: usize) -> Option<usize> {
    let is_tabbed = |line: &str| line.trim_start_matches(' ').starts_with('\t');
    let near = text.lines().enumerate().skip(line.saturating_sub(1)).take(3);
    near.into_iter().find(|(_, line)| is_tabbed(line)).map(|(index, _)| index.saturating_add(1))
}
