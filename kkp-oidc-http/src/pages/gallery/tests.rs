use std::collections::BTreeSet;

use axum::http::header;

use super::*;
use crate::pages::Landing;

/// Most bytes of the landing page with everything that belongs to it.
const LANDING_BUDGET: usize = 30 * 1024;

fn names() -> Vec<String> {
    let refused = CODES.iter().map(|(_, code)| format!("refused-{code}"));
    data::NAMES.iter().map(|&name| name.to_owned()).chain(refused).collect()
}

fn chrome(language: Language) -> Chrome {
    Chrome { language, logged_in: None, base_path: "/sub/path".to_owned(), has_sharing: true }
}

async fn text(response: Response) -> String {
    let bytes = axum::body::to_bytes(response.into_body(), 1 << 20).await.unwrap();
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// Every page in every language, without what stands in its style element.
async fn every_page(mut check: impl FnMut(&str, &str)) {
    for name in names() {
        for language in Language::ALL {
            let html = text(show(&name, &chrome(language)).unwrap()).await;
            let (head, rest) = html.split_once("<style>").unwrap();
            let (_, tail) = rest.split_once("</style>").unwrap();
            check(&format!("{name} in {}", language.tag()), &format!("{head}{tail}"));
        }
    }
}

/// The values of an attribute.
fn values<'a>(html: &'a str, attribute: &str) -> Vec<&'a str> {
    html.split(&format!(" {attribute}=\"")).skip(1).map(|rest| rest.split_once('"').unwrap().0).collect()
}

#[tokio::test]
async fn addresses_are_below_the_base_path() {
    every_page(|page, html| {
        for attribute in ["href", "action", "src"] {
            for address in values(html, attribute) {
                let is_demo_link = page.starts_with("demo") && address.starts_with("http://127.0.0.1:8080/api/v1/");
                let is_local = address.starts_with("/sub/path/") || address.starts_with('#');
                assert!(is_local || is_demo_link, "{page}: {address}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn ids_are_unique_and_what_refers_to_them_finds_them() {
    every_page(|page, html| {
        let ids = values(html, "id");
        let unique: BTreeSet<_> = ids.iter().copied().collect();
        assert_eq!(unique.len(), ids.len(), "{page}: {ids:?}");
        let mut wanted: Vec<_> = values(html, "for");
        for list in ["aria-describedby", "aria-labelledby"] {
            wanted.extend(values(html, list).iter().flat_map(|ids| ids.split(' ')));
        }
        wanted.extend(["list", "data-copy"].iter().flat_map(|attribute| values(html, attribute)));
        wanted.extend(values(html, "href").iter().filter_map(|address| address.strip_prefix('#')));
        for id in wanted {
            assert!(unique.contains(id), "{page}: {id}");
        }
    })
    .await;
}

#[tokio::test]
async fn no_placeholder_is_left_and_nothing_stands_inline() {
    every_page(|page, html| {
        // A placeholder is a word; blocks of shells have more between their braces.
        let is_word = |text: &&str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        let within = html.split('{').skip(1).filter_map(|rest| Some(rest.split_once('}')?.0));
        let left: Vec<_> = within.filter(is_word).collect();
        assert_eq!(left, Vec::<&str>::new(), "{page}");
        assert_eq!(values(html, "style"), Vec::<&str>::new(), "{page}");
        let attributes = html.split(" on").skip(1).filter_map(|rest| Some(rest.split_once("=\"")?.0));
        let handlers: Vec<_> = attributes.filter(|name| name.bytes().all(|byte| byte.is_ascii_lowercase())).collect();
        assert_eq!(handlers, Vec::<&str>::new(), "{page}");
        assert_eq!(html.matches("<h1>").count(), 1, "{page}");
    })
    .await;
}

#[tokio::test]
async fn answers_name_their_language() {
    for (language, tag) in [(Language::English, "en"), (Language::German, "de")] {
        let response = show("landing", &chrome(language)).unwrap();
        assert_eq!(response.headers()[header::CONTENT_LANGUAGE], tag);
        assert_eq!(response.headers()[header::VARY], "Accept, Accept-Language");
        assert!(text(response).await.starts_with(&format!("<!DOCTYPE html>\n<html lang=\"{tag}\">\n")));
    }
}

#[tokio::test]
async fn the_landing_page_stays_within_its_budget() {
    for language in Language::ALL {
        let html = text(Landing::Static.render(&chrome(language))).await;
        let mut total = html.len();
        for address in values(&html, "href").into_iter().chain(values(&html, "src")) {
            if let Some(name) = address.strip_prefix("/sub/path/assets/") {
                total += text(super::super::asset(name)).await.len();
            }
        }
        assert!(total <= LANDING_BUDGET, "{total} bytes");
    }
}

#[tokio::test]
async fn assets_are_for_keeping_under_their_own_name_only() {
    let html = text(data::show("link", &chrome(Language::English)).unwrap()).await;
    let script = values(&html, "src")[0].strip_prefix("/sub/path/assets/").unwrap();
    let of = |name: &str| {
        let response = super::super::asset(name);
        let header = |name| response.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
        (response.status().as_u16(), header(header::CONTENT_TYPE), header(header::CACHE_CONTROL))
    };
    let javascript = Some("text/javascript; charset=utf-8".to_owned());
    assert_eq!(of(script), (200, javascript.clone(), Some("public, max-age=31536000, immutable".to_owned())));
    assert_eq!(of("copy.0123456789abcdef.js"), (200, javascript, Some("no-store".to_owned())));
    for unknown in
        ["copy.js", "copy.0123456789abcdef.svg", "copy.0123456789abcde.js", "copy.0123456789abcdeg.js", "", "."]
    {
        assert_eq!(of(unknown), (404, None, None), "{unknown}");
    }
}
