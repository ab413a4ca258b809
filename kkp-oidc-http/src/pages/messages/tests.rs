use std::collections::BTreeSet;

use super::super::kind::Kind;
use super::super::link::LinkState;
use super::super::refused::CODES;
use super::super::share_form::LIFETIMES;
use super::*;

const TEMPLATES: &[&str] = &[
    include_str!("../../../templates/page.html"),
    include_str!("../../../templates/copy.html"),
    include_str!("../../../templates/landing.html"),
    #[cfg(feature = "dev-provider")]
    include_str!("../../../templates/demo.html"),
    include_str!("../../../templates/clusters.html"),
    include_str!("../../../templates/share_dialog.html"),
    include_str!("../../../templates/link.html"),
    include_str!("../../../templates/links.html"),
    include_str!("../../../templates/redeem.html"),
    include_str!("../../../templates/redeemed.html"),
    include_str!("../../../templates/refused.html"),
    include_str!("../../../templates/logged_out.html"),
];

/// Sources that ask for messages by name.
const SOURCES: [&str; 4] = [
    include_str!("../link.rs"),
    include_str!("../refused.rs"),
    include_str!("../share_form.rs"),
    include_str!("../time.rs"),
];

fn keys(language: Language) -> BTreeSet<String> {
    language.catalog().keys().map(|key| key.clone().into_owned()).collect()
}

/// The messages that templates ask for by name, such as `c.t("brand")`; those that go by a number in both forms.
fn asked_for_by_templates() -> BTreeSet<String> {
    let mut keys = BTreeSet::new();
    for template in TEMPLATES {
        for call in ["c.t(\"", "c.with(\"", "c.rich(\"", "c.rich_with(\""] {
            keys.extend(template.split(call).skip(1).map(|rest| rest.split_once('"').unwrap().0.to_owned()));
        }
        for rest in template.split("c.count(\"").skip(1) {
            let key = rest.split_once('"').unwrap().0;
            keys.extend(["one", "other"].map(|form| format!("{key}.{form}")));
        }
    }
    keys
}

/// Those that are put together from parts.
fn put_together() -> BTreeSet<String> {
    let mut keys = BTreeSet::new();
    for kind in Kind::ALL {
        keys.extend(["name", "hint", "contents", "next"].map(|part| kind.key(part)));
    }
    for state in [LinkState::Good, LinkState::UsedUp, LinkState::Expired, LinkState::Revoked] {
        keys.extend([state.key(), format!("{}.sentence", state.key())]);
    }
    for code in CODES.iter().map(|&(_, code)| code).chain(["client", "server"]) {
        keys.extend(["title", "what", "try", "turn"].map(|part| format!("error.{code}.{part}")));
    }
    keys.extend(["you", "sender", "operator"].map(|turn| format!("turn.{turn}")));
    keys.extend(LIFETIMES.map(|(lifetime, _)| format!("lifetime.{lifetime}")));
    keys.extend((1..=12).map(|month| format!("month.{month:02}")));
    keys.extend(
        ["uses.limited", "uses.unlimited"].iter().flat_map(|key| [format!("{key}.one"), format!("{key}.other")]),
    );
    keys
}

#[test]
fn there_is_exactly_what_the_pages_ask_for() {
    let english = keys(Language::English);
    let mut asked_for = asked_for_by_templates();
    asked_for.extend(put_together());
    // What the sources quote and is a message; what they quote and is none is something else.
    asked_for.extend(
        SOURCES.iter().flat_map(|source| source.split('"')).filter(|text| english.contains(*text)).map(str::to_owned),
    );
    let missing: Vec<_> = asked_for.difference(&english).collect();
    let unused: Vec<_> = english.difference(&asked_for).collect();
    assert_eq!((missing, unused), (Vec::new(), Vec::new()));
}

#[test]
fn every_language_has_the_same_keys_and_the_same_placeholders() {
    let placeholders = |text| {
        let found = parts(text).into_iter().filter(|part| matches!(part, Part::Placeholder(_)));
        found.map(|part| format!("{part:?}")).collect::<BTreeSet<_>>()
    };
    for language in Language::ALL {
        assert_eq!(keys(language), keys(Language::English));
        for (key, text) in language.catalog() {
            assert_eq!(placeholders(text), placeholders(Language::English.text(key)), "{key} in {}", language.tag());
            assert!(!text.trim().is_empty(), "{key} in {}", language.tag());
            let marks = text.matches('`').count() % 2 + text.matches("**").count() % 2;
            assert_eq!(marks, 0, "a mark is not closed: {key} in {}", language.tag());
        }
    }
}

#[test]
fn what_is_wrong_with_a_field_is_plain_text() {
    for language in Language::ALL {
        for (key, text) in language.catalog().iter().filter(|(key, _)| key.starts_with("problem.")) {
            assert!(!text.contains(['`', '*']), "{key} in {}", language.tag());
        }
    }
}

#[test]
fn values_are_put_in_once_and_escaped() {
    let values = [("a", "{b} `x` **y** <i>"), ("b", "!")];
    let rich = Rich::new("1 `{a}` 2 **{b}** {unknown} {not one} & {a", &values);
    assert_eq!(rich.to_string(), "1 <code>{b} `x` **y** &#60;i&#62;</code> 2 <strong>!</strong>  {not one} &#38; {a");
    assert_eq!(Language::English.fill("redeem.title", &[("cluster", "{cluster}")]), "Access to {cluster}");
    assert_eq!(Language::German.count("uses.unlimited", 1), "Einmal genutzt, ohne Grenze");
    assert_eq!(Language::German.count("uses.unlimited", 0), "0-mal genutzt, ohne Grenze");
    assert_eq!(Language::English.count_with("uses.limited", 2, &[("used", "1")]), "1 of 2 uses");
}

#[test]
fn a_message_that_does_not_exist_is_empty() {
    assert_eq!(Language::English.text("no.such.message"), "");
}
