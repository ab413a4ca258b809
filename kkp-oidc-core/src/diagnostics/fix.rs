//! Changes that mend a finding.

use std::fmt;

use crate::diagnostics::{Finding, Source};
use crate::yaml::Span;

/// Other text for a place. It may be a secret.
#[derive(Clone, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "a fix is a place and a text")]
pub struct Fix {
    /// Which source, from 0.
    pub source: usize,
    /// What is replaced.
    pub span: Span,
    /// By what.
    pub text: String,
}

/// Place only: the text may be a secret.
impl fmt::Debug for Fix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fix({}:{}:{})", self.source, self.span.line, self.span.column)
    }
}

/// The text of source number `source` with the fixes of all findings; `None` if there is none for it. Of two fixes that
/// overlap, the second has to wait for another run.
#[must_use]
pub fn apply(findings: &[Finding], source: usize, sources: &[Source]) -> Option<String> {
    let text = sources.get(source)?.text();
    let mut fixes: Vec<&Fix> =
        findings.iter().filter_map(|finding| finding.fix.as_ref()).filter(|fix| fix.source == source).collect();
    fixes.sort_by_key(|fix| (fix.span.start, fix.span.end));
    let (mut mended, mut at) = (String::with_capacity(text.len()), 0);
    for fix in &fixes {
        if fix.span.start < at {
            continue;
        }
        mended.push_str(text.get(at..fix.span.start)?);
        mended.push_str(&fix.text);
        at = fix.span.end;
    }
    mended.push_str(text.get(at..)?);
    (!fixes.is_empty()).then_some(mended)
}
