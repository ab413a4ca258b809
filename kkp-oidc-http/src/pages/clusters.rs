//! The clusters that the person logged in may share.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;

use super::chrome::Chrome;

/// A cluster, as its owner knows it.
#[derive(Clone, Debug)]
pub(crate) struct OwnCluster {
    pub(crate) id: String,
    /// The id, where there is no name.
    pub(crate) name: String,
    /// Id of its project.
    pub(crate) project: String,
}

impl OwnCluster {
    /// Path of its share dialog; ids are safe in a path.
    pub(super) fn share_path(&self) -> String {
        format!("/clusters/{}/{}/share", self.project, self.id)
    }
}

/// `GET {base}/clusters`
#[derive(Clone, Debug)]
pub(crate) struct Clusters {
    /// In the order in which they are shown.
    pub(crate) clusters: Vec<OwnCluster>,
}

#[derive(Template)]
#[template(path = "clusters.html")]
struct ClustersHtml<'a> {
    c: &'a Chrome,
    page: &'a Clusters,
}

impl Clusters {
    pub(crate) fn render(&self, chrome: &Chrome) -> Response {
        chrome.respond(StatusCode::OK, &ClustersHtml { c: chrome, page: self })
    }
}
