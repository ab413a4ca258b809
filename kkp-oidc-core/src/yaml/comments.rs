//! The comments of a YAML text, which a tree does not have.

use std::fmt;

use serde_saphyr::granit_parser::{Event, Parser, Placement};

use super::{MAX_DEPTH, MAX_TREE_LEN, Span};

/// A comment.
#[derive(Clone, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "a comment is a text and its place")]
pub struct Comment {
    /// What follows the `#`, without blanks at its end.
    pub text: String,
    /// Where it stands, from its `#` on.
    pub span: Span,
    /// Whether nothing else stands on its line.
    pub own_line: bool,
}

/// Place only: what is commented out may be a secret.
impl fmt::Debug for Comment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Comment({}:{})", self.span.line, self.span.column)
    }
}

/// All comments, in the order of the text. Of a text that is no YAML, those before the fault; none of one that is longer
/// than [`MAX_TREE_LEN`].
///
/// ```
/// use kkp_oidc_core::yaml;
///
/// let comments = yaml::comments("# ours\na: 1 # one\n");
/// assert_eq!((comments[0].text.as_str(), comments[0].own_line), (" ours", true));
/// assert_eq!((comments[1].text.as_str(), comments[1].own_line, comments[1].span.line), (" one", false, 2));
/// ```
#[must_use]
pub fn comments(text: &str) -> Vec<Comment> {
    if text.len() > MAX_TREE_LEN {
        return Vec::new();
    }
    let options = serde_saphyr::granit_parser::options! {
        emit_comments: true,
        max_buffered_comment_events: MAX_TREE_LEN,
        flow_nesting_limit: MAX_DEPTH,
        block_nesting_limit: MAX_DEPTH,
    };
    let events = Parser::new_from_str_with_options(text, options).map_while(Result::ok);
    let mut comments: Vec<Comment> = events
        .filter_map(|(event, marks)| match event {
            Event::Comment(text, placement) => Some(Comment {
                text: text.trim_end().to_owned(),
                span: Span::from(&marks),
                own_line: placement != Placement::Right,
            }),
            _ => None,
        })
        .collect();
    comments.sort_by_key(|comment| comment.span.start);
    comments
}
