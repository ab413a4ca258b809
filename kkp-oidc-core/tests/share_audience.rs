//! Whom a link is for: what an owner may write, and who is let in.

use kkp_oidc_core::share::{
    Audience, AudienceKind, AudienceList, AudienceProblem, MAX_AUDIENCE_ENTRIES, MAX_AUDIENCE_ENTRY_LEN,
};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

#[track_caller]
fn list(emails: &str, domains: &str, groups: &str) -> AudienceList {
    match AudienceList::parse(emails, domains, groups) {
        Ok(list) => list,
        Err(problems) => unreachable!("{problems:?}"),
    }
}

/// Addresses, domains and groups of a list.
fn entries(list: &AudienceList) -> [Vec<&str>; 3] {
    [list.emails().collect(), list.domains().collect(), list.groups().collect()]
}

fn not_one(kind: AudienceKind, entry: &str) -> AudienceProblem {
    AudienceProblem::NotOne { kind, entry: entry.to_owned() }
}

/// The exact texts of all problems.
#[track_caller]
fn check(emails: &str, domains: &str, groups: &str, expected: &[&str]) {
    let problems = AudienceList::parse(emails, domains, groups).err().unwrap_or_default();
    assert_eq!(problems.iter().map(ToString::to_string).collect::<Vec<_>>(), expected);
}

/// `count` different entries, each after `prefix`, with `suffix` behind it.
fn many(count: usize, prefix: &str, suffix: &str) -> String {
    (0..count).map(|number| format!("{prefix}{number}{suffix}\n")).collect()
}

#[test]
fn anyone_is_anyone() {
    for email in ["a@b.example", "", "no-at-sign", "\0"] {
        assert!(Audience::Anyone.admits::<&str>(email, &[]));
    }
}

#[test]
fn addresses_and_domains_are_compared_without_case_and_groups_exactly() {
    let audience = Audience::Only(list("Łukasz@Example.COM", "@Acme.com\nlocalhost", "team-a\nTeam B"));
    for (email, groups, admitted) in [
        ("łUKASZ@example.com", vec![], true),
        ("łukasz@example.com.evil.example", vec![], false),
        ("xłukasz@example.com", vec![], false),
        ("łukasz@sub.example.com", vec![], false),
        ("other@example.com", vec![], false),
        // A domain: all of it, and no other.
        ("bob@ACME.com", vec![], true),
        ("a@b@acme.com", vec![], true),
        ("bob@acme.com@evil.example", vec![], false),
        ("bob@sub.acme.com", vec![], false),
        ("bob@notacme.com", vec![], false),
        ("bob@acme.com.", vec![], false),
        ("bob@localhost", vec![], true),
        ("acme.com", vec![], false),
        ("@acme.com", vec![], true),
        ("", vec![], false),
        // Groups: one is enough, as it is.
        ("x@y.example", vec!["team-a"], true),
        ("x@y.example", vec!["other", "Team B"], true),
        ("x@y.example", vec!["Team-A", "team-a ", "team", "team b", ""], false),
        ("x@y.example", vec!["bob@acme.com", "acme.com"], false),
        ("team-a", vec![], false),
    ] {
        assert_eq!(audience.admits(email, &groups), admitted, "{email} {groups:?}");
    }
}

#[test]
fn a_letter_that_is_ascii_only_in_lower_case_is_another_letter() {
    // U+212A is the Kelvin sign, whose lower case is `k`.
    let kevin = Audience::Only(list("kevin@acme.com", "kkp.example", ""));
    for email in ["\u{212a}evin@acme.com", "kevin@\u{212a}kp.example"] {
        assert!(!kevin.admits::<&str>(email, &[]), "{email}");
    }
    let kelvin = Audience::Only(list("\u{212a}evin@acme.com", "", ""));
    assert!(kelvin.admits::<&str>("\u{212a}EVIN@acme.com", &[]));
    assert!(!kelvin.admits::<&str>("kevin@acme.com", &[]));
}

#[test]
fn entries_are_parted_trimmed_sorted_and_kept_once() {
    let read = list(
        " B@x.example ,a@X.example;;b@x.EXAMPLE\r\n\r\nc@x.example\u{a0}\t,",
        "@b.example;B.example\nbücher.example,xn--bcher-kva.example",
        "Team B\nteam-a,team-a; system:masters \r\u{fc}ber/alles",
    );
    assert_eq!(
        entries(&read),
        [
            vec!["a@x.example", "b@x.example", "c@x.example"],
            vec!["b.example", "bücher.example", "xn--bcher-kva.example"],
            vec!["Team B", "system:masters", "team-a", "über/alles"],
        ]
    );
    // Each of the three alone is a list.
    assert_eq!(entries(&list("a@b", "", "")), [vec!["a@b"], vec![], vec![]]);
    assert_eq!(entries(&list("", "b", "")), [vec![], vec!["b"], vec![]]);
    assert_eq!(entries(&list("", "", "c")), [vec![], vec![], vec!["c"]]);
}

#[test]
fn a_list_that_names_nobody_is_refused() {
    for text in ["", " ", ",;\r\n", "\u{a0}\n,\t;"] {
        assert_eq!(AudienceList::parse(text, text, text), Err(vec![AudienceProblem::Nobody]), "{text:?}");
    }
    check("", "", "", &["nobody is named, expected an e-mail address, a domain or a group"]);
}

#[test]
fn what_is_no_address_is_named_as_it_was_typed() {
    for entry in [
        "bob",
        "@",
        "bob@",
        "@acme.com",
        "bob@acme..com",
        "bob@.acme.com",
        "bob@acme.com.",
        "bob@-acme.com",
        "bob@acme-.com",
        "bob@ac_me.com",
        "bob@[127.0.0.1]",
        "bob@acme.com@evil.example",
        "bob smith@acme.com",
        "Bob <bob@acme.com>",
        "<script>alert(1)</script>@acme.com",
        "<bob@acme.com>",
        "\"bob\"@acme.com",
        "bob@acme.com/x",
        "bob@*.acme.com",
    ] {
        check(entry, "", "", &[&format!("{entry:?} does not belong among the e-mail addresses")]);
    }
    check("bob\u{202e}@acme.com", "", "", &["\"bob\u{fffd}@acme.com\" does not belong among the e-mail addresses"]);
    check("bob@ac\0me.com", "", "", &["\"bob@ac\u{fffd}me.com\" does not belong among the e-mail addresses"]);
    check("b\u{a0}b@acme.com", "", "", &["\"b\\u{a0}b@acme.com\" does not belong among the e-mail addresses"]);
}

#[test]
fn what_is_no_domain_or_group_is_named_as_it_was_typed() {
    for entry in
        ["bob@acme.com", "*.acme.com", "acme.com.", ".acme.com", "https://acme.com", "acme com", "-", "a_b", "<b>"]
    {
        check("", entry, "", &[&format!("{entry:?} does not belong among the domains")]);
    }
    check("", "@@acme.com", "", &["\"@acme.com\" does not belong among the domains"]);
    check("", "@", "", &["\"\" does not belong among the domains"]);
    // In lower case it is an `i` and a dot above, which is no letter.
    check("", "\u{130}zmir.example", "", &["\"\u{130}zmir.example\" does not belong among the domains"]);
    for (entry, shown) in
        [("te\u{200b}am", "te\u{fffd}am"), ("\u{1b}[31mred", "\u{fffd}[31mred"), ("a\0b", "a\u{fffd}b")]
    {
        check("", "", entry, &[&format!("{shown:?} does not belong among the groups")]);
    }
    // A group may look like anything that can be seen.
    let shown = "<b>&\"'</b> CN=team";
    assert_eq!(entries(&list("", "", shown)), [vec![], vec![], vec![shown]]);
}

#[test]
fn an_entry_has_at_most_320_bytes_as_it_is_kept() {
    assert_eq!(MAX_AUDIENCE_ENTRY_LEN, 320);
    let of_len = |len: usize| [format!("{}@b.example", "a".repeat(len - 10)), "d".repeat(len), "g".repeat(len)];
    let [email, domain, group] = of_len(320);
    assert_eq!(entries(&list(&email, &domain, &group)), [vec![&email[..]], vec![&domain[..]], vec![&group[..]]]);
    // The `@` in front of a domain is no part of it.
    assert_eq!(entries(&list("", &format!("@{domain}"), "")), [vec![], vec![&domain[..]], vec![]]);
    for len in [321, 3200] {
        let [email, domain, group] = of_len(len);
        check(
            &email,
            &domain,
            &group,
            &[
                &format!("one of the e-mail addresses has {len} bytes, expected at most 320"),
                &format!("one of the domains has {len} bytes, expected at most 320"),
                &format!("one of the groups has {len} bytes, expected at most 320"),
            ],
        );
    }
    // U+023A has two bytes, and three in lower case.
    let grows = format!("{}@b.example", "\u{23a}".repeat(104));
    assert_eq!(grows.len(), 218);
    check(&grows, "", "", &["one of the e-mail addresses has 322 bytes, expected at most 320"]);
}

#[test]
fn there_are_at_most_100_different_entries_of_a_kind() {
    assert_eq!(MAX_AUDIENCE_ENTRIES, 100);
    let [emails, domains, groups] =
        [many(100, "a", "@b.example"), many(100, "d", ".example"), many(100, "g", "")].map(|text| text.repeat(2));
    let full = list(&emails, &domains, &groups);
    assert_eq!(entries(&full).map(|kind| kind.len()), [100, 100, 100]);
    check(
        &(emails + "one@more.example"),
        &(domains + "more.example"),
        &(groups + "more"),
        &[
            "more than 100 e-mail addresses; name a domain or a group instead",
            "more than 100 domains; name a domain or a group instead",
            "more than 100 groups; name a domain or a group instead",
        ],
    );
}

#[test]
fn problems_of_one_kind_leave_room_for_those_of_the_next() {
    // As many as there may be, all of them wrong; the domain is right, the group is not.
    let problems = AudienceList::parse(&many(100, "bad", ""), "b.example", "a\0").err().unwrap_or_default();
    assert_eq!(problems.len(), 101);
    assert_eq!(problems[99], not_one(AudienceKind::Email, "bad99"));
    assert_eq!(problems[100], not_one(AudienceKind::Group, "a\u{fffd}"));
    // One more ends the list of addresses.
    let problems = AudienceList::parse(&many(1000, "bad", ""), "b.example", "").err().unwrap_or_default();
    assert_eq!(problems.len(), 101);
    assert_eq!(problems[100].to_string(), "more than 100 e-mail addresses; name a domain or a group instead");
    // Right and wrong ones count together.
    let mixed = many(60, "a", "@b.example") + &many(60, "bad", "");
    let problems = AudienceList::parse(&mixed, "", "").err().unwrap_or_default();
    assert_eq!(problems.len(), 41);
    assert_eq!(problems[39], not_one(AudienceKind::Email, "bad39"));
    assert_eq!(problems[40].to_string(), "more than 100 e-mail addresses; name a domain or a group instead");
}

#[test]
fn debug_says_how_many_and_not_whom() {
    let audience = Audience::Only(list("canary@example.com,b@c.example", "canary.example", "canary"));
    assert_eq!(format!("{audience:?}"), "Only(AudienceList(2 addresses, 1 domains, 1 groups))");
    assert_eq!(format!("{:?}", Audience::Anyone), "Anyone");
}

proptest! {
    #![proptest_config(ProptestConfig { rng_seed: RngSeed::Fixed(1), failure_persistence: None, ..ProptestConfig::default() })]

    /// What a list holds is what a list may hold, so that what was stored can be read again; and it admits whom it names.
    #[test]
    fn a_list_read_from_its_own_entries_is_the_same(
        emails in "(\\PC{1,8}@[\\w.\u{130}\u{212a}-]{1,8}[,;\n ]{0,2}){0,4}",
        domains in "(@?[\\w.\u{130}\u{23a}-]{1,8}[,\n]){0,4}",
        groups in "(\\PC{0,12}\n){0,4}",
    ) {
        if let Ok(list) = AudienceList::parse(&emails, &domains, &groups) {
            let [emails, domains, groups] = entries(&list).map(|kind| kind.join("\n"));
            prop_assert_eq!(AudienceList::parse(&emails, &domains, &groups), Ok(list.clone()));
            let audience = Audience::Only(list.clone());
            for email in list.emails() {
                prop_assert!(audience.admits::<&str>(email, &[]));
            }
            for domain in list.domains() {
                let email = format!("x@{domain}");
                prop_assert!(audience.admits::<&str>(&email, &[]));
            }
            for group in list.groups() {
                prop_assert!(audience.admits("", &[group]));
            }
        }
    }

    #[test]
    fn any_text_is_judged(texts in any::<[String; 3]>()) {
        let [emails, domains, groups] = &texts;
        if let Err(problems) = AudienceList::parse(emails, domains, groups) {
            prop_assert!(!problems.is_empty());
        }
    }
}

#[test]
fn people_are_addresses_domains_and_groups_in_one_text() {
    let list = AudienceList::parse_with_people(
        "Anna@example.com\n@Acme.com, group:platform; group:a@b",
        "bob@example.com",
        "b.example",
        "other",
    )
    .unwrap();
    assert_eq!(list.emails().collect::<Vec<_>>(), ["anna@example.com", "bob@example.com"]);
    assert_eq!(list.domains().collect::<Vec<_>>(), ["acme.com", "b.example"]);
    assert_eq!(list.groups().collect::<Vec<_>>(), ["a@b", "other", "platform"]);
    // A word alone could be meant as anything: it is asked about instead of guessed.
    for word in ["platform", "acme.com", "Group:platform"] {
        let problem = AudienceProblem::NotOne { kind: AudienceKind::Email, entry: word.to_owned() };
        assert_eq!(AudienceList::parse_with_people(word, "", "", ""), Err(vec![problem]), "{word}");
    }
    assert_eq!(
        AudienceList::parse_with_people("group:, @", "", "", ""),
        Err(vec![AudienceProblem::NotOne { kind: AudienceKind::Domain, entry: String::new() }])
    );
}
