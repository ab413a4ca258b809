//! Lines to type, so that they break between words only.

use std::fmt;

use askama::filters::{Escaper as _, Html, HtmlSafe};

/// HTML of one or more lines: each word is an element. A browser would also break a line after the hyphens of a flag.
pub(super) struct Lines<'a>(pub(super) &'a str);

impl fmt::Display for Lines<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for piece in self.0.split_inclusive([' ', '\n']) {
            let word = piece.trim_end_matches([' ', '\n']);
            f.write_str("<span>")?;
            Html.write_escaped_str(&mut *f, word)?;
            f.write_str("</span>")?;
            f.write_str(piece.get(word.len()..).unwrap_or_default())?;
        }
        Ok(())
    }
}

impl HtmlSafe for Lines<'_> {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_elements_and_the_text_stays_the_same() {
        let html = Lines("cp  'a<b' --x-y\nmv &\n").to_string();
        assert_eq!(
            html,
            "<span>cp</span> <span></span> <span>&#39;a&#60;b&#39;</span> <span>--x-y</span>\n<span>mv</span> <span>&#38;</span>\n"
        );
    }
}
