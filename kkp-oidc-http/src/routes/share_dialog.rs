//! Between the fields of the page and those of core.

use kkp_oidc_core::share::{
    AudienceProblem, FormField, MAX_AUDIENCE_ENTRIES, MAX_NOTE_LEN, MAX_USES, ParseNoteError, ShareForm as CoreForm,
    ShareFormError, ShareFormProblem,
};

use super::link_view::kind;
use crate::pages::{OwnCluster, Problem, ShareDialog, ShareForm};
use crate::share_links::Sharing;

/// The page with the form as it was sent, or as it begins.
pub(super) fn dialog(sharing: &Sharing, cluster: OwnCluster, form: ShareForm, problems: Vec<Problem>) -> ShareDialog {
    ShareDialog {
        cluster,
        form,
        kinds: sharing.offered().iter().filter_map(|&entry| kind(entry)).collect(),
        problems,
        max_uses: u64::from(MAX_USES),
        max_note: u64::try_from(MAX_NOTE_LEN).unwrap_or(u64::MAX),
    }
}

/// The page's form as core reads it. Names that stay in the text beside "anyone" are what the page shows as not used.
pub(super) fn core_form(form: &ShareForm) -> CoreForm {
    let people = if form.who == "anyone" { String::new() } else { form.people.clone() };
    let uses = if form.uses == "some" { "count" } else { &form.uses };
    CoreForm {
        audience: form.who.clone(),
        people,
        lifetime: form.until.clone(),
        uses: uses.to_owned(),
        use_count: form.uses_count.clone(),
        user_entry: form.kind.clone(),
        role: form.role.clone(),
        // One line, whatever the box was used for.
        note: form.note.lines().map(str::trim).collect::<Vec<_>>().join(" "),
        ..CoreForm::default()
    }
}

/// What is wrong, at most one thing for each field.
pub(super) fn problems(error: &ShareFormError) -> Vec<Problem> {
    let mut problems: Vec<Problem> = Vec::new();
    for (field, problem) in &error.problems {
        let problem = page_problem(*field, problem);
        if problems.iter().all(|known| known.field() != problem.field()) {
            problems.push(problem);
        }
    }
    problems
}

fn page_problem(field: FormField, problem: &ShareFormProblem) -> Problem {
    match (field, problem) {
        (_, ShareFormProblem::Audience(AudienceProblem::Nobody)) => Problem::PeopleMissing,
        (_, ShareFormProblem::Audience(AudienceProblem::NotOne { entry, .. })) => {
            Problem::PersonMalformed { entry: entry.clone() }
        }
        (_, ShareFormProblem::Audience(AudienceProblem::TooMany { .. })) => {
            Problem::TooManyPeople { limit: u64::try_from(MAX_AUDIENCE_ENTRIES).unwrap_or(u64::MAX) }
        }
        (_, ShareFormProblem::Audience(_)) => Problem::PersonMalformed { entry: "…".to_owned() },
        (_, ShareFormProblem::Note(ParseNoteError::TooLong { .. })) => {
            Problem::NoteTooLong { limit: u64::try_from(MAX_NOTE_LEN).unwrap_or(u64::MAX) }
        }
        (_, ShareFormProblem::Note(_)) => Problem::NoteMalformed,
        (_, ShareFormProblem::Role(_)) => Problem::RoleMalformed,
        (_, ShareFormProblem::NotOffered) => Problem::KindNotOffered,
        (_, ShareFormProblem::Lifetime) => Problem::UntilUnknown,
        (_, ShareFormProblem::UseCount) => Problem::UsesCountOutOfRange { limit: u64::from(MAX_USES) },
        (FormField::Uses, _) => Problem::UsesUnknown,
        (_, _) => Problem::WhoUnknown,
    }
}
