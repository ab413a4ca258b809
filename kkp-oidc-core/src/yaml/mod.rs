//! The one door to YAML: pinned limits, and errors that say where and why without repeating a value.
//!
//! Nothing else in this workspace calls the YAML library. What is pinned here, and why:
//!
//! - Errors carry no excerpt of the input. The library's default prints neighbouring lines, secrets included.
//! - Booleans are `true` and `false`, not YAML 1.1's `yes` and `on`.
//! - Merge keys (`<<`) and keys that occur twice are errors: nothing is dropped in silence.
//! - The input has at most [`MAX_INPUT_LEN`] bytes. Within that, nesting, nodes and what aliases expand to are limited,
//!   with room for a kubeconfig of 10,000 clusters.

mod comments;
pub(crate) mod styled;
mod tree;

use std::borrow::Cow;
use std::fmt;

use serde::de::DeserializeOwned;
use serde_saphyr::granit_parser::{ErrorKind, ScanError};
use serde_saphyr::localizer::ExternalMessageSource;
use serde_saphyr::options::MergeKeyPolicy;

pub use comments::{Comment, comments};
pub use tree::{Entry, MAX_TREE_LEN, MAX_TREE_NODES, Node, Span, Value, documents};

/// Longest YAML text that is read, in bytes (16 MiB).
pub const MAX_INPUT_LEN: usize = 16 * 1024 * 1024;

/// Deepest nesting of lists and maps that is read.
pub const MAX_DEPTH: usize = 64;

/// Most lists, maps and scalars that one text may have.
const MAX_NODES: usize = 5_000_000;

/// Most parser events; each list and map has two, each scalar one.
const MAX_EVENTS: usize = 10_000_000;

/// Longest key or path that an error repeats, in characters.
const MAX_SHOWN_CHARS: usize = 200;

/// Reads one YAML document, or JSON, into `T`.
///
/// # Errors
///
/// - [`ParseYamlError::TooLong`] if the text has more than [`MAX_INPUT_LEN`] bytes.
/// - [`ParseYamlError::Refused`] for everything else, with the place and the [`YamlFault`].
///
/// # Security
///
/// The text may come from anyone. Time and memory are bounded by the limits above; errors name keys and places, never
/// values, so they may be logged.
///
/// ```
/// use std::collections::BTreeMap;
///
/// let read: BTreeMap<String, u16> = kkp_oidc_core::yaml::from_str("port: 443")?;
/// assert_eq!(read, BTreeMap::from([("port".to_owned(), 443)]));
///
/// let error = kkp_oidc_core::yaml::from_str::<BTreeMap<String, u16>>("port: s3cr3t").unwrap_err();
/// assert_eq!(error.to_string(), "`port` is not of type u16 (line 1, column 7)");
/// # Ok::<(), kkp_oidc_core::yaml::ParseYamlError>(())
/// ```
pub fn from_str<T: DeserializeOwned>(text: &str) -> Result<T, ParseYamlError> {
    from_str_with(text, MAX_NODES)
}

/// As [`from_str`], with a limit of its own for lists, maps and scalars: for what is read into a tree, where each takes memory.
///
/// # Errors
///
/// As [`from_str`].
pub(crate) fn from_str_with<T: DeserializeOwned>(text: &str, max_nodes: usize) -> Result<T, ParseYamlError> {
    if text.len() > MAX_INPUT_LEN {
        return Err(ParseYamlError::TooLong { len: text.len(), limit: MAX_INPUT_LEN });
    }
    let options = serde_saphyr::options! {
        emit_comments: false,
        with_snippet: false,
        strict_booleans: true,
        merge_keys: MergeKeyPolicy::Error,
        budget: serde_saphyr::budget! {
            max_nodes: max_nodes,
            max_events: MAX_EVENTS,
            max_depth: MAX_DEPTH,
        },
    };
    let mut track = serde_path_to_error::Track::new();
    let read = serde_saphyr::with_deserializer_from_str_with_options(text, options, |deserializer| {
        T::deserialize(serde_path_to_error::Deserializer::new(deserializer, &mut track))
    });
    read.map_err(|error| refused(&error, &track.path().to_string()))
}

fn refused(error: &serde_saphyr::Error, path: &str) -> ParseYamlError {
    let location = error.location();
    // `?` stands for a key that was not read to its end, `.` for the document itself.
    let path = path.strip_suffix('?').map_or(path, |parent| parent.strip_suffix('.').unwrap_or(parent));
    // An unknown field is named by itself; the path is that of the map it stands in.
    let path = match error.without_snippet() {
        serde_saphyr::Error::SerdeUnknownField { field, .. } => {
            path.strip_suffix(field.as_str()).map_or(path, |parent| parent.strip_suffix('.').unwrap_or(parent))
        }
        _ => path,
    };
    ParseYamlError::Refused {
        path: if path == "." { String::new() } else { shown(path) },
        line: location.map_or(0, |location| location.line()),
        column: location.map_or(0, |location| location.column()),
        fault: YamlFault::from(error),
    }
}

/// `text`, cut to [`MAX_SHOWN_CHARS`] and without control characters.
pub(crate) fn shown(text: &str) -> String {
    text.chars()
        .map(|character| if character.is_control() { '\u{fffd}' } else { character })
        .take(MAX_SHOWN_CHARS)
        .collect()
}

/// Why a YAML text cannot be read.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseYamlError {
    /// The text is longer than is read: [`MAX_INPUT_LEN`] into a type, [`MAX_TREE_LEN`] into a tree.
    #[error("the YAML text has {len} bytes, at most {limit} are read")]
    TooLong {
        /// Its length in bytes.
        len: usize,
        /// The limit in bytes.
        limit: usize,
    },
    /// Something in the text cannot be read.
    #[error("{} {fault}{}", Subject(path), Place { line: *line, column: *column })]
    Refused {
        /// Where, such as `clusters[0].cluster.server`; empty for the whole document. At most 200 characters.
        path: String,
        /// The line, from 1; 0 if it is not known.
        line: u64,
        /// The column, in characters from 1; 0 if it is not known.
        column: u64,
        /// Why.
        fault: YamlFault,
    },
}

/// What is wrong in a YAML text, without the value that is wrong.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum YamlFault {
    /// It is not YAML, or an alias names no anchor.
    Syntax,
    /// It is of another type.
    WrongType {
        /// What is expected, in words of the reading type.
        expected: Cow<'static, str>,
    },
    /// The reading type refuses the value.
    NotAccepted,
    /// A field is missing.
    MissingField {
        /// Its name.
        field: &'static str,
    },
    /// A field that nobody knows.
    UnknownField {
        /// Its name, at most 200 characters.
        field: String,
    },
    /// A key that occurs twice in one map.
    DuplicateKey,
    /// A merge key `<<`.
    MergeKey,
    /// More nesting, nodes or expanded aliases than the limits allow.
    TooComplex,
    /// More than one document.
    MultipleDocuments,
    /// Something that the libraries of this world read differently.
    NotSupported {
        /// What, in words.
        what: &'static str,
    },
}

impl From<&serde_saphyr::Error> for YamlFault {
    fn from(error: &serde_saphyr::Error) -> Self {
        use serde_saphyr::Error;
        match error.without_snippet() {
            Error::AliasError { error, .. } => Self::from(&**error),
            Error::Budget { .. }
            | Error::AliasReplayCounterOverflow { .. }
            | Error::AliasReplayLimitExceeded { .. }
            | Error::AliasExpansionLimitExceeded { .. }
            | Error::AliasReplayStackDepthExceeded { .. } => Self::TooComplex,
            Error::ExternalMessage { source, .. } if is_nesting_limit(source) => Self::TooComplex,
            Error::DuplicateMappingKey { .. } => Self::DuplicateKey,
            Error::MergeKeyNotAllowed { .. } => Self::MergeKey,
            Error::MultipleDocuments { .. } => Self::MultipleDocuments,
            Error::SerdeMissingField { field, .. } => Self::MissingField { field },
            Error::SerdeUnknownField { field, .. } => Self::UnknownField { field: shown(field) },
            Error::SerdeInvalidType { expected, .. } => Self::WrongType { expected: shown(expected).into() },
            Error::Unexpected { expected, .. } => Self::WrongType { expected: plain_words(expected).into() },
            Error::InvalidScalar { ty, .. } => Self::WrongType { expected: format!("type {ty}").into() },
            Error::InvalidBooleanStrict { .. } => Self::WrongType { expected: "`true` or `false`".into() },
            Error::NullIntoString { .. } => Self::WrongType { expected: "a string".into() },
            Error::Message { .. }
            | Error::SerdeInvalidValue { .. }
            | Error::SerdeInvalidLength { .. }
            | Error::SerdeUnknownVariant { .. }
            | Error::SerdeVariantId { .. }
            | Error::NonFiniteFloat { .. } => Self::NotAccepted,
            _ => Self::Syntax,
        }
    }
}

/// What the library expected, in words for people who write YAML.
fn plain_words(expected: &'static str) -> &'static str {
    match expected {
        "string scalar" | "scalar" => "a string",
        "mapping start" => "a map",
        "sequence start" => "a list",
        other => other,
    }
}

fn is_nesting_limit(source: &ExternalMessageSource) -> bool {
    matches!(source, ExternalMessageSource::Parser(error) if is_too_deep(error))
}

fn is_too_deep(error: &ScanError) -> bool {
    *error.kind() == ErrorKind::RecursionLimitExceeded
}

impl fmt::Display for YamlFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Syntax => f.write_str("is not valid YAML"),
            Self::WrongType { expected } => match expected.strip_prefix("type ") {
                Some(name) => write!(f, "is not of type {name}"),
                None => write!(f, "is not {expected}"),
            },
            Self::NotAccepted => f.write_str("has a value that is not accepted"),
            Self::MissingField { field } => write!(f, "has no field `{field}`"),
            Self::UnknownField { field } => write!(f, "has the unknown field `{field}`"),
            Self::DuplicateKey => f.write_str("has a key twice"),
            Self::MergeKey => f.write_str("has a merge key `<<`, which is not supported"),
            Self::TooComplex => f.write_str("has too many levels, nodes or aliases"),
            Self::MultipleDocuments => f.write_str("has more than one document"),
            Self::NotSupported { what } => write!(f, "has {what}"),
        }
    }
}

struct Subject<'a>(&'a str);

impl fmt::Display for Subject<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() { f.write_str("the YAML text") } else { write!(f, "`{}`", self.0) }
    }
}

struct Place {
    line: u64,
    column: u64,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.line == 0 { Ok(()) } else { write!(f, " (line {}, column {})", self.line, self.column) }
    }
}
