//! Words quoted for a shell, so that a program gets exactly the text and nothing else happens.
//!
//! What a shell cannot be made to carry in every version and mode is refused, never guessed.

use std::fmt;

/// A shell whose quoting is known.
///
/// ```
/// use kkp_oidc_core::shell::Shell;
///
/// assert_eq!(Shell::Bash.quote("o'brien@acme.com").unwrap(), r"'o'\''brien@acme.com'");
/// assert_eq!(Shell::PowerShell.quote("o'brien@acme.com").unwrap(), "'o''brien@acme.com'");
/// assert_eq!(Shell::Cmd.quote("o'brien@acme.com").unwrap(), "\"o'brien@acme.com\"");
/// ```
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Shell {
    /// Bash, and every other POSIX shell.
    Bash,
    /// Zsh, also with `EXTENDED_GLOB`, `RC_QUOTES` and `MAGIC_EQUAL_SUBST`.
    Zsh,
    /// Fish.
    Fish,
    /// Windows PowerShell 5.1 and PowerShell 7, starting a native program.
    PowerShell,
    /// cmd.exe, with a line that is typed or pasted, starting a program that takes its command line apart as
    /// `CommandLineToArgvW` does.
    Cmd,
}

impl Shell {
    /// Every shell.
    pub const ALL: [Self; 5] = [Self::Bash, Self::Zsh, Self::Fish, Self::PowerShell, Self::Cmd];

    /// Longest line that cmd.exe takes, in UTF-16 code units; see [Microsoft's limitation].
    ///
    /// [Microsoft's limitation]: https://learn.microsoft.com/troubleshoot/windows-client/shell-experience/command-line-string-limitation
    pub const MAX_CMD_LEN: usize = 8191;

    /// The shell's name, lower case.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Bash => "bash",
            Self::Zsh => "zsh",
            Self::Fish => "fish",
            Self::PowerShell => "powershell",
            Self::Cmd => "cmd",
        }
    }

    /// The text as one word of a command, after the first. What needs no quotes gets none.
    ///
    /// Rules, and where they are written down:
    ///
    /// - Bash and Zsh: all is literal in single quotes; a quote is written `'\''`. [POSIX 2.2.2].
    /// - Fish: in single quotes `\'` and `\\` are the only escapes. [Fish: quotes].
    /// - PowerShell: all is literal in single quotes but the quote itself, which is doubled, and `‘ ’ ‚ ‛` are quotes,
    ///   too. [about_Quoting_Rules]. Before 7.3 an empty word is dropped and a `"` or a `\` at the end reaches a native
    ///   program changed ([about_Parsing]), so the three are refused.
    /// - cmd.exe: in double quotes `& | < > ( ) ^` are literal, `%` and, with delayed expansion, `!` are not; a `"` for the
    ///   program would end the quotes for the shell. These three are refused. A backslash is literal unless a quote
    ///   follows: those at the end are doubled. [Parsing C command-line arguments].
    ///
    /// # Errors
    ///
    /// - [`QuoteError::Character`] if a character cannot be carried: a control character in any shell, since a terminal
    ///   acts on it when the line is pasted; the line separators U+2028 and U+2029; `"` in PowerShell; `" % !` in cmd.exe.
    /// - [`QuoteError::Empty`] and [`QuoteError::TrailingBackslash`] in PowerShell only.
    ///
    /// [POSIX 2.2.2]: https://pubs.opengroup.org/onlinepubs/9699919799/utilities/V3_chap02.html#tag_18_02_02
    /// [Fish: quotes]: https://fishshell.com/docs/current/language.html#quotes
    /// [about_Quoting_Rules]: https://learn.microsoft.com/powershell/module/microsoft.powershell.core/about/about_quoting_rules
    /// [about_Parsing]: https://learn.microsoft.com/powershell/module/microsoft.powershell.core/about/about_parsing#passing-arguments-that-contain-quote-characters
    /// [Parsing C command-line arguments]: https://learn.microsoft.com/cpp/c-language/parsing-c-command-line-arguments
    pub fn quote(self, text: &str) -> Result<String, QuoteError> {
        self.refuse(text)?;
        if self.is_plain(text) {
            return Ok(text.to_owned());
        }
        let (quote, end) = match self {
            Self::Bash | Self::Zsh | Self::Fish | Self::PowerShell => ('\'', ""),
            Self::Cmd => ('"', text.get(text.trim_end_matches('\\').len()..).unwrap_or_default()),
        };
        let mut quoted = String::with_capacity(text.len().saturating_add(8));
        quoted.push(quote);
        for character in text.chars() {
            match (self, character) {
                (Self::Bash | Self::Zsh, '\'') => quoted.push_str(r"'\'"),
                (Self::Fish, '\'' | '\\') => quoted.push('\\'),
                (Self::PowerShell, '\'' | '‘' | '’' | '‚' | '‛') => quoted.push(character),
                _ => {}
            }
            quoted.push(character);
        }
        quoted.push_str(end);
        quoted.push(quote);
        Ok(quoted)
    }

    /// A command of these words, with a space between. The first is a program's name that needs no quotes.
    ///
    /// # Errors
    ///
    /// - Those of [`Shell::quote`], for the first word that has one.
    /// - [`QuoteError::LineTooLong`] if cmd.exe would cut the line off.
    pub fn command<T: AsRef<str>>(self, words: impl IntoIterator<Item = T>) -> Result<String, QuoteError> {
        let words = words.into_iter().map(|word| self.quote(word.as_ref())).collect::<Result<Vec<_>, _>>()?;
        let line = words.join(" ");
        match (self, line.encode_utf16().count()) {
            (Self::Cmd, len) if len > Self::MAX_CMD_LEN => Err(QuoteError::LineTooLong { len }),
            _ => Ok(line),
        }
    }

    fn refuse(self, text: &str) -> Result<(), QuoteError> {
        let refused = |&character: &char| match character {
            '\u{2028}' | '\u{2029}' => true,
            '"' => matches!(self, Self::PowerShell | Self::Cmd),
            '%' | '!' => self == Self::Cmd,
            _ => character.is_control(),
        };
        match text.chars().find(refused) {
            Some(character) => Err(QuoteError::Character { shell: self, character }),
            None if self == Self::PowerShell && text.is_empty() => Err(QuoteError::Empty),
            None if self == Self::PowerShell && text.ends_with('\\') => Err(QuoteError::TrailingBackslash),
            None => Ok(()),
        }
    }

    /// Whether the text means itself without quotes, after the first word.
    fn is_plain(self, text: &str) -> bool {
        let first = match self {
            // `=ls` is a path in zsh, and can be one after another `=`.
            Self::Bash | Self::Zsh if text.matches('=').count() > 1 => return false,
            Self::Bash | Self::Zsh | Self::Fish => |first: char| first != '=',
            // `1kb` is a number, `-a.b` two words, `/` could be a switch of the shell.
            Self::PowerShell => |first: char| first.is_ascii_alphabetic() || first == '-',
            Self::Cmd => |first: char| first.is_ascii_alphanumeric() || first == '-',
        };
        let others = match self {
            // `%` is a job or, in fish, the shell's process id.
            Self::Bash | Self::Zsh | Self::Fish => "_-./:@+,=",
            // A comma makes a list, `@` a splatted variable, a dot or a colon splits a parameter.
            Self::PowerShell => "_-=",
            // Commas and semicolons part the arguments of a batch file.
            Self::Cmd => "_-./:@+=",
        };
        text.starts_with(first)
            && text.chars().all(|character| character.is_ascii_alphanumeric() || others.contains(character))
    }
}

impl fmt::Display for Shell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Why a text cannot be written for a shell.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum QuoteError {
    /// No quoting carries this character.
    #[error("{shell} has no quoting that carries {character:?} unchanged in every version and mode")]
    Character {
        /// The shell.
        shell: Shell,
        /// The first such character.
        character: char,
    },
    /// PowerShell before 7.3 drops an empty word.
    #[error("powershell before 7.3 drops an empty word")]
    Empty,
    /// PowerShell before 7.3 passes a backslash at the end on as the escape of its own quote.
    #[error("powershell before 7.3 does not carry a backslash at the end of a word")]
    TrailingBackslash,
    /// The line is longer than cmd.exe takes.
    #[error("the line has {len} UTF-16 code units, cmd takes at most {}", Shell::MAX_CMD_LEN)]
    LineTooLong {
        /// Length of the line, in UTF-16 code units.
        len: usize,
    },
}
