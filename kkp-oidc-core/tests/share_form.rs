//! What an owner fills in: each field, all problems at once, and the share that comes of it.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use kkp_oidc_core::UnixTime;
use kkp_oidc_core::authorization::UserEntry;
use kkp_oidc_core::rbac::ParseNameError;
use kkp_oidc_core::share::{
    Audience, AudienceKind, AudienceList, AudienceProblem, FormField, MAX_USES, NewShare, Owner, ParseNoteError, Share,
    ShareForm, ShareFormError, ShareFormProblem, ShareId, UseLimit,
};

const ALL: [UserEntry; 3] = [UserEntry::PublicKubelogin, UserEntry::AuthProvider, UserEntry::Kubelogin];

/// A form that says for whom the link is, and nothing else.
fn anyone() -> ShareForm {
    ShareForm { audience: "anyone".to_owned(), ..ShareForm::default() }
}

/// What that form makes.
fn untouched() -> NewShare {
    NewShare {
        audience: Audience::Anyone,
        lifetime_secs: 604_800,
        uses: UseLimit::Unlimited,
        user_entry: UserEntry::PublicKubelogin,
        role: None,
        note: None,
    }
}

fn only(emails: &str, domains: &str, groups: &str) -> Audience {
    Audience::Only(AudienceList::parse(emails, domains, groups).unwrap())
}

/// Field by field what is wrong, and its exact text.
#[track_caller]
fn refused(form: &ShareForm, expected: &[(FormField, &str)]) -> ShareFormError {
    let error = form.parse(&ALL).unwrap_err();
    let texts: Vec<(FormField, String)> =
        error.problems.iter().map(|(field, problem)| (*field, problem.to_string())).collect();
    assert_eq!(texts, expected.iter().map(|&(field, text)| (field, text.to_owned())).collect::<Vec<_>>());
    error
}

const LIFETIME: &str = "expected a whole number with h or d, from `1h` to `30d`";
const USE_COUNT: &str = "expected a whole number from 1 to 10000";

#[test]
fn a_form_that_says_only_for_whom_is_a_share_with_the_defaults() {
    assert_eq!(anyone().parse(&ALL), Ok(untouched()));
    let blank = ShareForm {
        emails: " \n".to_owned(),
        domains: "\t".to_owned(),
        groups: "\r\n".to_owned(),
        lifetime: " ".to_owned(),
        use_count: " ".to_owned(),
        role: " ".to_owned(),
        note: "\n".to_owned(),
        ..anyone()
    };
    assert_eq!(blank.parse(&ALL), Ok(untouched()), "blank is empty");
}

#[test]
fn a_full_form_is_read_whole() {
    let form = ShareForm {
        audience: "only".to_owned(),
        people: "group:team-b".to_owned(),
        emails: "Łukasz@example.com".to_owned(),
        domains: "@acme.com".to_owned(),
        groups: "team-a".to_owned(),
        lifetime: " 8h ".to_owned(),
        uses: "count".to_owned(),
        use_count: " 3 ".to_owned(),
        user_entry: "kubelogin".to_owned(),
        role: " view ".to_owned(),
        note: " für die Migration ✓ ".to_owned(),
    };
    assert_eq!(
        form.parse(&ALL),
        Ok(NewShare {
            audience: only("łukasz@example.com", "acme.com", "team-a\nteam-b"),
            lifetime_secs: 28_800,
            uses: UseLimit::Times(3),
            user_entry: UserEntry::Kubelogin,
            role: Some("view".parse().unwrap()),
            note: Some("für die Migration ✓".parse().unwrap()),
        })
    );
}

#[test]
fn who_is_meant_follows_from_choice_and_names() {
    let form = |audience: &str, emails: &str| ShareForm {
        audience: audience.to_owned(),
        emails: emails.to_owned(),
        ..ShareForm::default()
    };
    for (audience, emails, expected) in [
        ("anyone", "", Audience::Anyone),
        ("anyone", " \n", Audience::Anyone),
        ("", "a@b.example", only("a@b.example", "", "")),
        ("only", "a@b.example", only("a@b.example", "", "")),
    ] {
        let share = NewShare { audience: expected, ..untouched() };
        assert_eq!(form(audience, emails).parse(&ALL), Ok(share), "{audience:?} {emails:?}");
    }
    let unsaid = "expected `anyone`, or somebody in `people`, `emails`, `domains` or `groups`";
    let nobody = "nobody is named, expected an e-mail address, a domain or a group";
    let both = "the link is for anyone, but addresses, domains or groups are given, expected one of both";
    for (audience, emails, text) in [
        // Whoever forgot to say did not mean everybody.
        ("", "", unsaid),
        ("", " \n", unsaid),
        ("only", "", nobody),
        ("only", ",", nobody),
        // Something stands there, so that a link for everybody would be the worse guess.
        ("", ",", nobody),
        ("anyone", "a@b.example", both),
        ("anyone", "not an address", both),
        ("Anyone", "", "expected `anyone` or `only`"),
        ("only ", "a@b.example", "expected `anyone` or `only`"),
        ("<script>", "", "expected `anyone` or `only`"),
    ] {
        refused(&form(audience, emails), &[(FormField::Audience, text)]);
    }
    for form in [
        ShareForm { audience: "anyone".to_owned(), domains: "b.example".to_owned(), ..ShareForm::default() },
        ShareForm { audience: "anyone".to_owned(), groups: "team".to_owned(), ..ShareForm::default() },
    ] {
        refused(&form, &[(FormField::Audience, both)]);
    }
}

#[test]
fn a_link_lives_from_an_hour_to_thirty_days() {
    let form = |lifetime: &str| ShareForm { lifetime: lifetime.to_owned(), ..anyone() };
    for (lifetime, lifetime_secs) in [
        ("1h", 3600),
        ("60m", 3600),
        ("3600s", 3600),
        ("3601s", 3601),
        ("7d", 604_800),
        ("1w", 604_800),
        ("720h", 2_592_000),
        ("30d", 2_592_000),
        ("2592000s", 2_592_000),
    ] {
        assert_eq!(form(lifetime).parse(&ALL), Ok(NewShare { lifetime_secs, ..untouched() }), "{lifetime}");
    }
    for lifetime in [
        "3599s",
        "59m",
        "0h",
        "0d",
        "2592001s",
        "721h",
        "31d",
        "5w",
        "4294967295w",
        "99999999999d",
        "-1d",
        "+1d",
        "1.5d",
        "7",
        "d",
        "7 d",
        "7D",
        "7d7h",
        "forever",
        "7d\0",
        "٧d",
    ] {
        refused(&form(lifetime), &[(FormField::Lifetime, LIFETIME)]);
    }
}

#[test]
fn a_link_is_used_once_or_some_times_or_without_limit() {
    let form =
        |uses: &str, use_count: &str| ShareForm { uses: uses.to_owned(), use_count: use_count.to_owned(), ..anyone() };
    assert_eq!(MAX_USES, 10_000);
    for (uses, use_count, expected) in [
        ("", "", UseLimit::Unlimited),
        ("unlimited", "", UseLimit::Unlimited),
        ("once", "", UseLimit::Times(1)),
        ("count", "1", UseLimit::Times(1)),
        ("count", "10000", UseLimit::Times(10_000)),
        // Whoever gives a number means it.
        ("", "1", UseLimit::Times(1)),
        ("", "10000", UseLimit::Times(10_000)),
        // A form sends the number's field along with every choice.
        ("unlimited", "5", UseLimit::Unlimited),
        ("once", "5", UseLimit::Times(1)),
        ("once", "many", UseLimit::Times(1)),
    ] {
        assert_eq!(
            form(uses, use_count).parse(&ALL),
            Ok(NewShare { uses: expected, ..untouched() }),
            "{uses} {use_count}"
        );
    }
    for use_count in ["0", "10001", "4294967296", "-1", "1.0", "1e3", "one", "0x10", "1 0", "１"] {
        for uses in ["count", ""] {
            refused(&form(uses, use_count), &[(FormField::UseCount, USE_COUNT)]);
        }
    }
    refused(&form("count", ""), &[(FormField::UseCount, USE_COUNT)]);
    for uses in ["Once", "twice", "3", " once"] {
        refused(&form(uses, ""), &[(FormField::Uses, "expected `once`, `count` or `unlimited`")]);
    }
}

#[test]
fn only_what_the_installation_offers_can_be_chosen() {
    let parse = |user_entry: &str, offered: &[UserEntry]| {
        let form = ShareForm { user_entry: user_entry.to_owned(), ..anyone() };
        form.parse(offered).map(|share| share.user_entry)
    };
    let not_offered = || {
        let problems = vec![(FormField::UserEntry, ShareFormProblem::NotOffered)];
        let mut error = ShareForm { lifetime: "x".to_owned(), ..anyone() }.parse(&ALL).unwrap_err();
        error.problems = problems;
        error
    };
    for entry in ALL {
        assert_eq!(parse(entry.name(), &ALL), Ok(entry));
        assert_eq!(parse("", &[entry]), Ok(entry), "the first is the default");
        assert_eq!(UserEntry::from_name(entry.name()), Some(entry));
    }
    assert_eq!(parse("", &[UserEntry::Kubelogin, UserEntry::AuthProvider]), Ok(UserEntry::Kubelogin));
    for (user_entry, offered) in [
        ("public-client", &[UserEntry::AuthProvider, UserEntry::Kubelogin][..]),
        ("Kubelogin", &ALL),
        ("kubelogin ", &ALL),
        ("token", &ALL),
        ("", &[]),
        ("kubelogin", &[]),
    ] {
        assert_eq!(parse(user_entry, offered), Err(not_offered()), "{user_entry:?}");
    }
    let text = ShareFormProblem::NotOffered.to_string();
    assert_eq!(text, "this installation does not offer that kind of kubeconfig");
    assert_eq!(ALL.map(UserEntry::name), ["public-client", "auth-provider", "kubelogin"]);
    assert_eq!(UserEntry::from_name(""), None);
}

#[test]
fn everything_that_is_wrong_is_said_at_once_in_the_order_of_the_fields() {
    let form = ShareForm {
        audience: "only".to_owned(),
        people: "bob".to_owned(),
        emails: "bob@acme.com, <b>".to_owned(),
        domains: "*.acme.com".to_owned(),
        groups: "a\0".to_owned(),
        lifetime: "1m".to_owned(),
        uses: "count".to_owned(),
        use_count: "0".to_owned(),
        user_entry: "canary".to_owned(),
        role: "a/b".to_owned(),
        note: "two\nlines".to_owned(),
    };
    let expected = [
        (FormField::Emails, r#""bob" does not belong among the e-mail addresses"#),
        (FormField::Emails, r#""<b>" does not belong among the e-mail addresses"#),
        (FormField::Domains, r#""*.acme.com" does not belong among the domains"#),
        (FormField::Groups, "\"a\u{fffd}\" does not belong among the groups"),
        (FormField::Lifetime, LIFETIME),
        (FormField::UseCount, USE_COUNT),
        (FormField::UserEntry, "this installation does not offer that kind of kubeconfig"),
        (FormField::Role, "name has '/' at byte 1, which it cannot have there"),
        (FormField::Note, "note has a character that nobody sees at position 3, expected one line of visible text"),
    ];
    let error = refused(&form, &expected);
    assert_eq!(error.to_string(), "share cannot be made, number of problems with its form: 9");
    assert!(error.problems.is_sorted_by_key(|(field, _)| *field));
    assert_eq!(error.problems[7].1, ShareFormProblem::Role(ParseNameError::Character { character: '/', index: 1 }));
    assert_eq!(error.problems[8].1, ShareFormProblem::Note(ParseNoteError::Invisible { index: 3 }));
    let too_many: String = (0..101).map(|number| format!("g{number};")).collect();
    let error = refused(
        &ShareForm { groups: too_many, note: "x".repeat(201), ..ShareForm::default() },
        &[
            (FormField::Groups, "more than 100 groups; name a domain or a group instead"),
            (FormField::Note, "note has 201 characters, expected at most 200"),
        ],
    );
    let too_many = AudienceProblem::TooMany { kind: AudienceKind::Group };
    assert_eq!(error.problems[0].1, ShareFormProblem::Audience(too_many));
}

#[test]
fn json_has_the_same_fields_and_no_others() {
    let json = r#"{"audience":"only","people":"p","emails":"a","domains":"b","groups":"c","lifetime":"d","uses":"e","use_count":"f",
        "user_entry":"g","role":"h","note":"i"}"#;
    let form: ShareForm = serde_json::from_str(json).unwrap();
    let text = |text: &str| text.to_owned();
    let expected = ShareForm {
        audience: text("only"),
        people: text("p"),
        emails: text("a"),
        domains: text("b"),
        groups: text("c"),
        lifetime: text("d"),
        uses: text("e"),
        use_count: text("f"),
        user_entry: text("g"),
        role: text("h"),
        note: text("i"),
    };
    assert_eq!(form, expected);
    assert_eq!(serde_json::from_str::<ShareForm>("{}").unwrap(), ShareForm::default());
    for (json, error) in [
        (r#"{"email":"a@b.example"}"#, "unknown field `email`"),
        (r#"{"Audience":"only"}"#, "unknown field `Audience`"),
        (r#"{"audience":"only","audience":"anyone"}"#, "duplicate field `audience`"),
        (r#"{"lifetime":8}"#, "invalid type: integer `8`, expected a string"),
        (r#"{"emails":["a@b.example"]}"#, "invalid type: sequence, expected a string"),
        (r#"{"note":null}"#, "invalid type: null, expected a string"),
    ] {
        let text = serde_json::from_str::<ShareForm>(json).unwrap_err().to_string();
        assert_eq!(text[..text.len().min(error.len())], *error);
    }
}

#[test]
fn fields_are_named_as_in_forms() {
    let fields = [
        FormField::Audience,
        FormField::Emails,
        FormField::Domains,
        FormField::Groups,
        FormField::Lifetime,
        FormField::Uses,
        FormField::UseCount,
        FormField::UserEntry,
        FormField::Role,
        FormField::Note,
    ];
    assert_eq!(
        fields.map(FormField::name).join(" "),
        "audience emails domains groups lifetime uses use_count user_entry role note"
    );
    for name in fields.map(FormField::name) {
        let form: ShareForm = serde_json::from_str(&format!(r#"{{"{name}":"x"}}"#)).unwrap();
        assert!(form != ShareForm::default(), "{name}");
    }
}

#[test]
fn the_share_ends_when_its_life_is_over() {
    let new = NewShare {
        audience: only("a@b.example", "", ""),
        lifetime_secs: 28_800,
        uses: UseLimit::ONCE,
        role: Some("view".parse().unwrap()),
        note: Some("hello".parse().unwrap()),
        ..untouched()
    };
    let id = ShareId::from_bytes([7; 16]);
    let now = UnixTime::from_secs(1_700_000_000);
    let owner = Owner { email: "o@x.example", groups: &["owners".to_owned()] };
    let share = new.clone().into_share(id, "my-project".parse().unwrap(), "lab7x9k2mp".parse().unwrap(), owner, now);
    let expected = Share {
        id,
        project_id: "my-project".parse().unwrap(),
        cluster_id: "lab7x9k2mp".parse().unwrap(),
        owner: "o@x.example".to_owned(),
        owner_groups: vec!["owners".to_owned()],
        created_at: now,
        expires_at: UnixTime::from_secs(1_700_028_800),
        audience: new.audience,
        uses: new.uses,
        user_entry: new.user_entry,
        role: new.role,
        note: new.note,
    };
    assert_eq!(share, expected);
    let late = UnixTime::from_secs(i64::MAX - 1);
    let share = untouched().into_share(id, "p".parse().unwrap(), "c".parse().unwrap(), owner, late);
    assert_eq!(share.expires_at, UnixTime::from_secs(i64::MAX), "clamped");
}

#[test]
fn debug_shows_choices_and_nobody_s_words() {
    let form = ShareForm {
        audience: "only".to_owned(),
        emails: "canary@example.com".to_owned(),
        domains: "canary.example".to_owned(),
        groups: "canary".to_owned(),
        note: "canary".to_owned(),
        ..ShareForm::default()
    };
    let expected = "ShareForm { audience: \"only\", lifetime: \"\", uses: \"\", user_entry: \"\", role: \"\", .. }";
    assert_eq!(format!("{form:?}"), expected);
    assert!(!format!("{:?}", form.parse(&ALL).unwrap()).contains("canary"));
}
