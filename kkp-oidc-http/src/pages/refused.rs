//! What went wrong, whose turn it is, and what to try.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;

use super::chrome::Chrome;
use super::language::Language;
use super::messages::Rich;

/// What is known beyond the code.
#[derive(Clone, Debug)]
pub(crate) enum Detail {
    /// Parameters that the link lacks, separated by commas.
    MissingParameters(String),
    /// The error code that the provider gave.
    ProviderCode(String),
}

impl Detail {
    const fn key(&self) -> &'static str {
        match self {
            Self::MissingParameters(_) => "refused.missing_parameters",
            Self::ProviderCode(_) => "refused.provider_code",
        }
    }

    const fn value(&self) -> &String {
        let (Self::MissingParameters(value) | Self::ProviderCode(value)) = self;
        value
    }
}

/// Every code that there is, with its status; those of the login and of share links.
#[cfg(any(test, feature = "dev-provider"))]
pub(super) const CODES: [(u16, &str); 58] = [
    (404, "not_found"),
    (503, "shutting_down"),
    (400, "request_too_long"),
    (400, "parameter_missing"),
    (404, "share_not_found"),
    (503, "directory_unavailable"),
    (400, "state_missing"),
    (400, "state_invalid"),
    (400, "code_missing"),
    (400, "code_malformed"),
    (400, "flow_expired"),
    (400, "flow_used"),
    (400, "cookie_missing"),
    (400, "cookie_invalid"),
    (503, "too_many_flows"),
    (409, "too_many_links"),
    (400, "issuer_mismatch"),
    (400, "access_denied"),
    (400, "login_refused"),
    (400, "code_refused"),
    (400, "client_refused"),
    (503, "provider_unavailable"),
    (504, "provider_timeout"),
    (502, "provider_invalid"),
    (400, "refresh_token_missing"),
    (400, "kubeconfig_unwritable"),
    (401, "token_missing"),
    (401, "token_malformed"),
    (401, "token_algorithm"),
    (401, "token_key_unknown"),
    (401, "token_signature"),
    (401, "token_issuer"),
    (401, "token_audience"),
    (401, "token_expired"),
    (401, "token_not_yet_valid"),
    (401, "token_nonce"),
    (401, "token_at_hash"),
    (400, "email_missing"),
    (400, "email_malformed"),
    (401, "email_not_verified"),
    (404, "share_link_invalid"),
    (410, "share_link_expired"),
    (410, "share_link_revoked"),
    (410, "share_link_used_up"),
    (403, "share_not_for_you"),
    (503, "share_store_unavailable"),
    (401, "session_ended"),
    (403, "cross_site"),
    (429, "rate_limited"),
    (410, "kkp_links_closed"),
    (404, "share_not_allowed"),
    (503, "public_client_missing"),
    (404, "kubeconfig_gone"),
    (400, "login_too_large"),
    (503, "provider_busy"),
    (413, "form_too_long"),
    (408, "body_too_slow"),
    (400, "body_broken_off"),
];

/// A refusal. The texts go by the code.
#[derive(Clone, Debug)]
pub(crate) struct Refused {
    pub(crate) status: StatusCode,
    /// Stable, for programs and for support.
    pub(crate) code: &'static str,
    pub(crate) detail: Option<Detail>,
    /// Path below the base where it may go better: "Try again".
    pub(crate) again: Option<String>,
    /// Path below the base where another person logs in.
    pub(crate) other_person: Option<String>,
    /// E-mail address of whoever logged in.
    pub(crate) known_as: Option<String>,
}

#[derive(Template)]
#[template(path = "refused.html")]
struct RefusedHtml<'a> {
    c: &'a Chrome,
    page: &'a Refused,
}

impl RefusedHtml<'_> {
    fn text(&self, part: &str) -> &'static str {
        text(self.c.language, self.page.status, self.page.code, part)
    }

    fn rich(&self, part: &str) -> Rich {
        Rich::new(self.text(part), &[])
    }

    /// Key of the sentence that says whose turn it is.
    fn turn_key(&self) -> String {
        format!("turn.{}", self.text("turn"))
    }

    fn session_ended(&self) -> bool {
        self.page.code == "session_ended"
    }

    /// Key of what the button says. Where it leads to the login at once, it says so.
    fn again_key(&self) -> &'static str {
        if self.session_ended() { "refused.log_in" } else { "refused.again" }
    }
}

impl Refused {
    pub(crate) const fn new(status: StatusCode, code: &'static str) -> Self {
        Self { status, code, detail: None, again: None, other_person: None, known_as: None }
    }

    pub(crate) fn render(&self, chrome: &Chrome) -> Response {
        chrome.respond(self.status, &RefusedHtml { c: chrome, page: self })
    }
}

/// The texts of a code. A code that has none, which tests exclude, gets those of its class.
fn text(language: Language, status: StatusCode, code: &str, part: &str) -> &'static str {
    let class = if status.is_server_error() { "server" } else { "client" };
    let of = |code: &str| language.lookup(&format!("error.{code}.{part}"));
    of(code).or_else(|| of(class)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// `NNN, "code"` in the table of the login's errors, however it is broken into lines.
    fn codes_of_the_login() -> BTreeSet<(u16, &'static str)> {
        let (table, _) = include_str!("../error.rs").split_once("impl PublicError").unwrap();
        let quoted: Vec<_> = table.split('"').collect();
        let pairs = quoted.windows(2).filter_map(|pair| {
            let is_code =
                pair[1].contains('_') && pair[1].bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
            let before = pair[0].trim_end().strip_suffix(',').filter(|_| is_code)?;
            let status = before.rsplit(|character: char| !character.is_ascii_digit()).next()?;
            Some((status.parse().ok()?, pair[1]))
        });
        pairs.collect()
    }

    #[test]
    fn every_code_of_the_login_is_among_the_codes() {
        let codes = codes_of_the_login();
        assert!(codes.len() >= 35, "{codes:?}");
        // The API's own, which no page shows.
        let of_the_api = [(422, "share_form")];
        let unknown: Vec<_> = codes.iter().filter(|code| !CODES.contains(code)).collect();
        assert_eq!(unknown, of_the_api.iter().collect::<Vec<_>>());
    }

    #[test]
    fn every_code_has_texts_in_every_language_and_the_same_turn() {
        for (status, code) in CODES.into_iter().chain([(400, "client"), (500, "server")]) {
            let texts = |language: Language| {
                ["title", "what", "try", "turn"].map(|part| {
                    language.lookup(&format!("error.{code}.{part}")).unwrap_or_else(|| panic!("{code} {part}"))
                })
            };
            let [title, what, advice, turn] = texts(Language::English);
            assert!(["you", "sender", "operator"].contains(&turn), "{code}: {turn}");
            for language in Language::ALL {
                let translated = texts(language);
                assert_eq!(translated[3], turn, "{code} {}", language.tag());
                let of_page = |part| text(language, StatusCode::from_u16(status).unwrap(), code, part);
                assert_eq!(["title", "what", "try", "turn"].map(of_page), translated);
            }
            let german = texts(Language::German);
            assert!([title, what, advice].iter().zip(german).all(|(english, german)| **english != *german), "{code}");
        }
    }

    #[test]
    fn where_the_session_ended_the_button_says_that_it_leads_to_the_login() {
        let chrome = Chrome::new(&axum::http::HeaderMap::new(), "");
        let button = |code| {
            let again = Some(String::from("/login?to=links"));
            let page = Refused { again, ..Refused::new(StatusCode::UNAUTHORIZED, code) };
            let html = RefusedHtml { c: &chrome, page: &page }.render().unwrap();
            let (_, button) = html.split_once(r#"<a class="button" href=""#).unwrap();
            button.split_once("</a>").unwrap().0.to_owned()
        };
        assert_eq!(button("session_ended"), r#"/login?to=links">Log in"#);
        assert_eq!(button("access_denied"), r#"/login?to=links">Try again"#);
    }

    #[test]
    fn a_code_without_texts_gets_those_of_its_class() {
        let title = |status| text(Language::English, status, "brand_new", "title");
        assert_eq!(title(StatusCode::BAD_REQUEST), "That was refused");
        assert_eq!(title(StatusCode::BAD_GATEWAY), "That did not work");
    }
}
