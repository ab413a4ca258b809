//! The form that makes a link.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;

use super::chrome::Chrome;
use super::clusters::OwnCluster;
use super::kind::Kind;
use super::share_form::{Field, LIFETIMES, Problem, ShareForm};

/// Roles that the form suggests: Kubernetes' user-facing ones.
const ROLES: [&str; 4] = ["view", "edit", "admin", "cluster-admin"];

/// `GET {base}/clusters/{project}/{cluster}/share`, and the answer to a POST there that is refused.
#[derive(Clone, Debug)]
pub(crate) struct ShareDialog {
    pub(crate) cluster: OwnCluster,
    pub(crate) form: ShareForm,
    /// What the configuration offers, the default first.
    pub(crate) kinds: Vec<Kind>,
    /// What is wrong with the form, at most one for each field, in the order of the fields.
    pub(crate) problems: Vec<Problem>,
    /// How often a link may be used at most, where its uses are counted.
    pub(crate) max_uses: u64,
    /// Longest note, in characters.
    pub(crate) max_note: u64,
}

#[derive(Template)]
#[template(path = "share_dialog.html")]
struct ShareDialogHtml<'a> {
    c: &'a Chrome,
    page: &'a ShareDialog,
    form: &'a ShareForm,
    chosen: Option<Kind>,
}

impl ShareDialogHtml<'_> {
    fn text_of(&self, problem: &Problem) -> String {
        problem.text(self.c.language)
    }

    fn problem(&self, field: Field) -> Option<String> {
        let problem = self.page.problems.iter().find(|problem| problem.field() == field)?;
        Some(self.text_of(problem))
    }
}

impl ShareDialog {
    /// 422 with problems, otherwise 200.
    pub(crate) fn render(&self, chrome: &Chrome) -> Response {
        let chosen = self.form.chosen_kind(&self.kinds);
        let status = if self.problems.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
        chrome.respond(status, &ShareDialogHtml { c: chrome, page: self, form: &self.form, chosen })
    }
}
