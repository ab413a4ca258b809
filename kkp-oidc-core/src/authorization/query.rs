//! The query of a request, read as Go reads it, since the links were made for a Go program.

use url::form_urlencoded;

use super::target::{FlowTarget, UserEntry};

/// The parameters of a query.
///
/// KKP (spec section 4.3): the first value of a repeated parameter wins; a segment with a `;` or a bad `%` escape is
/// dropped. Bytes that are not UTF-8 become U+FFFD, which no id contains.
#[derive(Clone, Default)]
pub struct Query(Vec<(String, String)>);

impl Query {
    /// Longest query that is looked at, in bytes.
    pub const MAX_LEN: usize = 8192;

    /// Read the text after the `?`; `None` if it is longer than [`Query::MAX_LEN`].
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() > Self::MAX_LEN {
            return None;
        }
        let segments = text.split('&').filter(|segment| !segment.contains(';') && has_good_escapes(segment));
        let pairs = segments.flat_map(|segment| form_urlencoded::parse(segment.as_bytes()).into_owned());
        Some(Self(pairs.collect()))
    }

    /// The first value of `name`; `None` if it is absent or empty.
    #[must_use]
    pub fn first(&self, name: &str) -> Option<&str> {
        self.first_or_empty(name).filter(|value| !value.is_empty())
    }

    /// The first value of `name`, which may be empty; `None` if it is absent.
    #[must_use]
    pub fn first_or_empty(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// Names only: values may be codes.
impl std::fmt::Debug for Query {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.0.iter().map(|(name, _)| name)).finish()
    }
}

/// Whether every `%` is followed by two hexadecimal digits.
fn has_good_escapes(segment: &str) -> bool {
    segment.split('%').skip(1).all(|rest| {
        let mut digits = rest.bytes().take(2);
        digits.len() == 2 && digits.all(|digit| digit.is_ascii_hexdigit())
    })
}

/// What a KKP share link asks for. KKP: spec sections 4.3 and 7.2.
///
/// `datacenter`, which links of KKP up to 2.28 carry, is ignored.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ShareRequest(FlowTarget);

impl ShareRequest {
    /// Read a share link's parameters.
    ///
    /// # Errors
    ///
    /// - [`ShareRequestError::Missing`] if parameters are absent or empty; names all of them.
    /// - [`ShareRequestError::NotAnId`] if one is there but cannot name anything.
    pub fn parse(query: &Query) -> Result<Self, ShareRequestError> {
        const NAMES: [&str; 3] = ["cluster_id", "project_id", "user_id"];
        let (Some(cluster_id), Some(project_id), Some(user_id)) =
            (query.first("cluster_id"), query.first("project_id"), query.first("user_id"))
        else {
            let parameters = NAMES.into_iter().filter(|name| query.first(name).is_none()).collect();
            return Err(ShareRequestError::Missing { parameters });
        };
        let not_an_id = |parameter| move |_| ShareRequestError::NotAnId { parameter };
        Ok(Self(FlowTarget {
            cluster_id: cluster_id.parse().map_err(not_an_id("cluster_id"))?,
            project_id: project_id.parse().map_err(not_an_id("project_id"))?,
            user_id: user_id.parse().map_err(not_an_id("user_id"))?,
            user_entry: match query.first("oidc_kubelogin_enabled") {
                Some("true") => UserEntry::Kubelogin,
                _ => UserEntry::AuthProvider,
            },
        }))
    }

    /// What the flow will be for.
    #[must_use]
    pub fn into_target(self) -> FlowTarget {
        self.0
    }
}

/// Why a query is not a share link.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ShareRequestError {
    /// Mandatory parameters are absent or empty.
    #[error("share link lacks {}", parameters.join(", "))]
    Missing {
        /// Their names, in alphabetical order.
        parameters: Vec<&'static str>,
    },
    /// A parameter whose value nothing can be named. To be answered like an unknown id.
    #[error("{parameter} is not an id")]
    NotAnId {
        /// Its name.
        parameter: &'static str,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(text: &str) -> Result<FlowTarget, ShareRequestError> {
        ShareRequest::parse(&Query::parse(text).unwrap()).map(ShareRequest::into_target)
    }

    #[test]
    fn the_first_value_wins_and_bad_segments_are_dropped() {
        let query = Query::parse("a=1&a=2&b=%zz&b=ok&c=x;d=y&e=%4&f=a+b%2Bc&g&=h&i=%ff").unwrap();
        let values = ["a", "b", "c", "d", "e", "f", "g", "i"].map(|name| query.first(name));
        let expected = [Some("1"), Some("ok"), None, None, None, Some("a b+c"), None, Some("\u{fffd}")];
        assert_eq!(values, expected);
    }

    #[test]
    fn links_of_every_kkp_version_are_read() {
        let target = |user_entry| FlowTarget {
            user_id: "u1".parse().unwrap(),
            project_id: "p1".parse().unwrap(),
            cluster_id: "c1".parse().unwrap(),
            user_entry,
        };
        for (text, user_entry) in [
            ("project_id=p1&datacenter=europe-west3-c&cluster_id=c1&user_id=u1", UserEntry::AuthProvider),
            ("project_id=p1&cluster_id=c1&user_id=u1&oidc_kubelogin_enabled=false", UserEntry::AuthProvider),
            ("project_id=p1&cluster_id=c1&user_id=u1&oidc_kubelogin_enabled=true", UserEntry::Kubelogin),
            // Only the exact word counts. KKP: spec section 4.3.
            ("project_id=p1&cluster_id=c1&user_id=u1&oidc_kubelogin_enabled=True", UserEntry::AuthProvider),
            ("project_id=p1&cluster_id=c1&user_id=u1&oidc_kubelogin_enabled=1", UserEntry::AuthProvider),
        ] {
            assert_eq!(request(text), Ok(target(user_entry)), "{text}");
        }
    }

    #[test]
    fn everything_that_is_missing_is_named_at_once() {
        let missing = |parameters: &[&'static str]| Err(ShareRequestError::Missing { parameters: parameters.to_vec() });
        assert_eq!(request(""), missing(&["cluster_id", "project_id", "user_id"]));
        assert_eq!(request("cluster_id=&project_id=p&user_id=u"), missing(&["cluster_id"]));
        assert_eq!(request("cluster_id=c;&project_id=p"), missing(&["cluster_id", "user_id"]));
        assert_eq!(
            request("cluster_id=c&project_id=p&user_id=a/b"),
            Err(ShareRequestError::NotAnId { parameter: "user_id" })
        );
    }

    #[test]
    fn length_is_bounded_inclusively_and_debug_shows_names_only() {
        assert!(Query::parse(&"a".repeat(8192)).is_some());
        assert!(Query::parse(&"a".repeat(8193)).is_none());
        assert_eq!(format!("{:?}", Query::parse("code=canary&state=x")), "Some({\"code\", \"state\"})");
    }
}
