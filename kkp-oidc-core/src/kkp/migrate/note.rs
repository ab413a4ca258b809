//! What is to be known about a migration.

use serde::Serialize;

use crate::diagnostics::{Place, Source};
use crate::invisible::printable;
use crate::kkp::Installation;

/// Most notes of one migration; nobody reads more, and hostile files could have any number.
const MAX_NOTES: usize = 1_000;

/// What a note says.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum NoteKind {
    /// A setting is not in the result, because nothing there is like it.
    NoCounterpart,
    /// A setting went over, and means something else or stands elsewhere.
    Changed,
    /// Somebody has to do something that no configuration of KKP does.
    ToDo,
}

impl NoteKind {
    /// In words.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::NoCounterpart => "no counterpart",
            Self::Changed => "changed",
            Self::ToDo => "to do",
        }
    }
}

/// Something to be known about a migration. It repeats no secret.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "a plain result")]
pub struct Note {
    /// What it says.
    pub kind: NoteKind,
    /// About what in the source.
    pub place: Place,
    /// In one sentence without a full stop.
    pub message: String,
}

#[derive(Serialize)]
struct JsonNote<'a> {
    kind: NoteKind,
    message: &'a str,
    file: &'a str,
    line: usize,
    column: usize,
}

impl Note {
    /// `values.yaml:7: no counterpart: …`, on one line without its end.
    #[must_use]
    pub fn to_text(&self, sources: &[Source]) -> String {
        let name = name(self, sources);
        let text = format!("{name}:{}: {}: {}", self.place.span.line, self.kind.words(), self.message);
        text.chars().map(printable).collect()
    }

    /// Its parts, for programs: `kind`, `message`, `file`, `line` and `column`, both from 1.
    #[must_use]
    pub fn to_json(&self, sources: &[Source]) -> serde_json::Value {
        let note = JsonNote {
            kind: self.kind,
            message: &self.message,
            file: name(self, sources),
            line: self.place.span.line,
            column: self.place.span.column,
        };
        // INVARIANT: strings and numbers are always JSON.
        serde_json::to_value(note).unwrap_or_default()
    }
}

fn name<'s>(note: &Note, sources: &'s [Source]) -> &'s str {
    sources.get(note.place.source).map(Source::name).unwrap_or_default()
}

/// Collects notes.
#[derive(Default)]
pub(super) struct Notes(Vec<Note>);

impl Notes {
    pub(super) fn no_counterpart(&mut self, place: Place, message: impl Into<String>) {
        self.add(NoteKind::NoCounterpart, place, message.into());
    }

    pub(super) fn changed(&mut self, place: Place, message: impl Into<String>) {
        self.add(NoteKind::Changed, place, message.into());
    }

    pub(super) fn task(&mut self, place: Place, message: impl Into<String>) {
        self.add(NoteKind::ToDo, place, message.into());
    }

    fn add(&mut self, kind: NoteKind, place: Place, message: String) {
        if self.0.len() < MAX_NOTES {
            self.0.push(Note { kind, place, message });
        }
    }

    /// In the order of the files, and as anybody may see them.
    pub(super) fn sorted(mut self, installation: &Installation) -> Vec<Note> {
        self.0.sort_by_key(|note| (note.place.source, note.place.span.start));
        for note in &mut self.0 {
            note.message = installation.masked(&note.message);
        }
        self.0
    }
}
