//! What a store keeps of a share, and whether the share can still be used.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use kkp_oidc_core::UnixTime;
use kkp_oidc_core::authorization::UserEntry;
use kkp_oidc_core::share::{
    Audience, AudienceList, Owner, Redemption, Share, ShareForm, ShareId, ShareState, StoredShare, UseLimit,
};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use serde_json::{Value, json};

const CREATED: UnixTime = UnixTime::from_secs(1_700_000_000);
const END: UnixTime = UnixTime::from_secs(1_700_604_800);

/// Stores are full of this: it must be written and read for ever.
const FULL: &str = r#"{"version":1,"id":"BwcHBwcHBwcHBwcHBwcHBw","project":"my-project","cluster":"lab7x9k2mp","owner":"Owner@example.com","owner_groups":["owners"],"created_at":1700000000,"expires_at":1700604800,"only":{"emails":["a@b.example","łukasz@example.com"],"domains":["acme.com"],"groups":["team \"a\"","team-b"]},"uses":3,"user_entry":"kubelogin","role":"view","note":"für die Migration ✓"}"#;
const LEAST: &str = r#"{"version":1,"id":"BwcHBwcHBwcHBwcHBwcHBw","project":"my-project","cluster":"lab7x9k2mp","owner":"Owner@example.com","created_at":1700000000,"expires_at":1700604800,"user_entry":"public-client"}"#;

fn least() -> Share {
    Share {
        id: ShareId::from_bytes([7; 16]),
        project_id: "my-project".parse().unwrap(),
        cluster_id: "lab7x9k2mp".parse().unwrap(),
        owner: "Owner@example.com".to_owned(),
        owner_groups: Vec::new(),
        created_at: CREATED,
        expires_at: END,
        audience: Audience::Anyone,
        uses: UseLimit::Unlimited,
        user_entry: UserEntry::PublicKubelogin,
        role: None,
        note: None,
    }
}

fn full() -> Share {
    let list = AudienceList::parse("Łukasz@example.com, a@b.example", "acme.com", "team-b; team \"a\"").unwrap();
    Share {
        owner_groups: vec!["owners".to_owned()],
        audience: Audience::Only(list),
        uses: UseLimit::Times(3),
        user_entry: UserEntry::Kubelogin,
        role: Some("view".parse().unwrap()),
        note: Some("für die Migration ✓".parse().unwrap()),
        ..least()
    }
}

/// `FULL` with one value changed; `None` takes it out.
fn changed(pointer: &str, value: Option<Value>) -> String {
    let mut document: Value = serde_json::from_str(FULL).unwrap();
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    let parent = document.pointer_mut(parent).unwrap().as_object_mut().unwrap();
    match value {
        Some(value) => parent.insert(name.to_owned(), value),
        None => parent.remove(name),
    };
    document.to_string()
}

#[track_caller]
fn refused(document: &str) {
    let error = Share::from_json(document).map_err(|error| error.to_string());
    assert_eq!(error, Err("stored share cannot be read, expected a document of version 1".to_owned()), "{document}");
}

#[test]
fn the_stored_documents_are_what_they_always_were() {
    assert_eq!(full().to_json(), FULL);
    assert_eq!(least().to_json(), LEAST);
    assert_eq!(Share::from_json(FULL), Ok(full()));
    assert_eq!(Share::from_json(LEAST), Ok(least()));
    // Order and blanks are a matter of taste, and a list may leave out what is empty in it.
    let document = serde_json::to_string_pretty(&serde_json::from_str::<Value>(FULL).unwrap()).unwrap();
    assert_eq!(Share::from_json(&document), Ok(full()));
    let only_a_domain = Audience::Only(AudienceList::parse("", "acme.com", "").unwrap());
    let document = changed("/only", Some(json!({ "domains": ["acme.com"] })));
    assert_eq!(Share::from_json(&document), Ok(Share { audience: only_a_domain, ..full() }));
}

#[test]
fn every_kind_of_user_entry_and_use_is_kept() {
    for user_entry in [UserEntry::AuthProvider, UserEntry::Kubelogin, UserEntry::PublicKubelogin] {
        for uses in [UseLimit::Unlimited, UseLimit::ONCE, UseLimit::Times(10_000), UseLimit::Times(u32::MAX)] {
            let share = Share { user_entry, uses, ..full() };
            assert_eq!(Share::from_json(&share.to_json()), Ok(share));
        }
    }
}

#[test]
fn a_group_with_a_comma_stays_one_group() {
    let groups = json!(["CN=team,OU=lab;DC=example", " blank ", "x"]);
    let share = Share::from_json(&changed("/only/groups", Some(groups))).unwrap();
    let Audience::Only(list) = &share.audience else { unreachable!("{share:?}") };
    assert_eq!(list.groups().collect::<Vec<_>>(), [" blank ", "CN=team,OU=lab;DC=example", "x"]);
    assert!(share.audience.admits("x@y.example", &["CN=team,OU=lab;DC=example"]));
    assert!(!share.audience.admits("x@y.example", &["CN=team", "OU=lab", "blank"]));
    assert_eq!(Share::from_json(&share.to_json()), Ok(share));
}

#[test]
fn what_is_no_document_is_refused() {
    for document in ["", "null", "1", "[]", "{}", "\0", "é", r#""text""#, "{\"version\":1}"] {
        refused(document);
    }
    for len in (0..FULL.len()).filter(|&len| FULL.is_char_boundary(len)) {
        refused(&FULL[..len]);
    }
    refused(&format!("{FULL}{FULL}"));
    refused(&format!("{FULL}x"));
    // The same values as an array, which serde takes for a struct.
    refused(
        r#"[1,"BwcHBwcHBwcHBwcHBwcHBw","my-project","lab7x9k2mp","o@x.example",1,2,null,null,"kubelogin",null,null]"#,
    );
    refused(&FULL.replace(r#""uses":3"#, r#""uses":3,"uses":4"#));
}

#[test]
fn a_document_with_anything_unknown_or_impossible_is_refused() {
    for (pointer, value) in [
        ("/version", json!(0)),
        ("/version", json!(2)),
        ("/version", json!(257)),
        ("/version", json!("1")),
        ("/id", json!("BwcHBwcHBwcHBwcHBwcHB")),
        ("/id", json!("BwcHBwcHBwcHBwcHBwcHBx")),
        ("/project", json!("")),
        ("/project", json!("a/b")),
        ("/cluster", json!("x".repeat(64))),
        ("/owner", json!(null)),
        ("/created_at", json!("2024-01-01T00:00:00Z")),
        ("/expires_at", json!(1.5)),
        ("/expires_at", json!(9_223_372_036_854_775_808_u64)),
        ("/uses", json!(0)),
        ("/uses", json!(-1)),
        ("/uses", json!(4_294_967_296_u64)),
        ("/user_entry", json!("Kubelogin")),
        ("/user_entry", json!("")),
        ("/role", json!("a/b")),
        ("/role", json!("")),
        ("/note", json!("")),
        ("/note", json!("x".repeat(201))),
        ("/note", json!("two\nlines")),
        // A restriction that is not understood, in either place.
        ("/networks", json!(["10.0.0.0/8"])),
        ("/only/networks", json!(["10.0.0.0/8"])),
        ("/onyl", json!({ "emails": ["a@b.example"] })),
        // Lists that no form makes: they may not become wider than they were.
        ("/only", json!({})),
        ("/only", json!("anyone")),
        ("/only", json!({ "emails": [], "domains": [], "groups": [] })),
        ("/only/emails", json!(["A@b.example"])),
        ("/only/emails", json!(["bob"])),
        ("/only/emails", json!(["a@b.example,c@d.example"])),
        ("/only/emails", json!([" a@b.example"])),
        ("/only/emails", json!([1])),
        ("/only/domains", json!(["@acme.com"])),
        ("/only/domains", json!(["Acme.com"])),
        ("/only/domains", json!([""])),
        ("/only/groups", json!([""])),
        ("/only/groups", json!(["a\u{200b}"])),
        ("/only/groups", json!(["x".repeat(321)])),
        ("/only/groups", json!((0..101).map(|number| format!("g{number}")).collect::<Vec<_>>())),
    ] {
        refused(&changed(pointer, Some(value)));
    }
    for needed in ["/version", "/id", "/project", "/cluster", "/owner", "/created_at", "/expires_at", "/user_entry"] {
        refused(&changed(needed, None));
    }
}

#[test]
fn the_longest_list_is_read_again() {
    let lines = |suffix: &str| (0..100).map(|number| format!("g{number}{suffix}\n")).collect::<String>();
    let list = AudienceList::parse(&lines("@b.example"), &lines(".example"), &lines("")).unwrap();
    let share = Share { audience: Audience::Only(list), note: Some("é".repeat(200).parse().unwrap()), ..full() };
    assert_eq!(Share::from_json(&share.to_json()), Ok(share));
}

#[test]
fn the_first_of_revoked_expired_and_used_up_is_the_state() {
    let (before, at, after) = (END.plus_secs(-1), END, END.plus_secs(1));
    let once = UseLimit::ONCE;
    for (uses, limit, revoked, now, expected) in [
        (0, once, false, before, ShareState::Good),
        (0, once, false, CREATED.plus_secs(-1_000_000), ShareState::Good),
        (0, once, false, at, ShareState::Expired),
        (0, once, false, after, ShareState::Expired),
        (1, once, false, before, ShareState::UsedUp),
        (2, once, false, before, ShareState::UsedUp),
        (2, UseLimit::Times(3), false, before, ShareState::Good),
        (3, UseLimit::Times(3), false, before, ShareState::UsedUp),
        (u32::MAX, UseLimit::Times(u32::MAX), false, before, ShareState::UsedUp),
        (u32::MAX, UseLimit::Unlimited, false, before, ShareState::Good),
        (u32::MAX, UseLimit::Unlimited, false, at, ShareState::Expired),
        (1, once, false, at, ShareState::Expired),
        (0, once, true, before, ShareState::Revoked),
        (1, once, true, before, ShareState::Revoked),
        (0, once, true, at, ShareState::Revoked),
        (1, once, true, after, ShareState::Revoked),
    ] {
        // Taken back is taken back, also by a clock that was ahead.
        for revoked_at in [CREATED, END.plus_secs(1_000_000)] {
            let share = Share { uses: limit, ..least() };
            let stored = StoredShare { share, uses, revoked_at: revoked.then_some(revoked_at) };
            assert_eq!(stored.state(now), expected, "{stored:?} at {now}");
        }
    }
}

#[test]
fn debug_shows_nobody_s_address_and_words() {
    let form = ShareForm { emails: "canary@example.com".to_owned(), note: "canary".to_owned(), ..ShareForm::default() };
    let new = form.parse(&[UserEntry::Kubelogin]).unwrap();
    let (project, cluster) = ("p".parse().unwrap(), "c".parse().unwrap());
    let canary = Owner { email: "canary@example.com", groups: &["canary".to_owned()] };
    let share = new.into_share(ShareId::from_bytes([7; 16]), project, cluster, canary, CREATED);
    let text = format!("{:?}", StoredShare { share, uses: 0, revoked_at: None });
    assert!(text.contains("AudienceList(1 addresses, 0 domains, 0 groups)"), "{text}");
    assert!(!text.contains("canary"), "{text}");
    let redemption = Redemption { email: "canary@example.com".to_owned(), at: CREATED };
    assert_eq!(format!("{redemption:?}"), "Redemption { at: UnixTime(1700000000), .. }");
}

proptest! {
    #![proptest_config(ProptestConfig { rng_seed: RngSeed::Fixed(1), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_share_is_read_as_it_was_written(
        id: [u8; 16], owner: String, times: [i64; 2], uses in 1..=u32::MAX,
        emails in "[a-z\u{130}\u{212a}\u{3a3}\u{23a}\"']{1,9}@[a-zA-Z\u{3a3}]{1,9}\\.example", groups in "(\\PC{1,9}\n){1,3}", note in "\\PC{1,200}",
    ) {
        let list = AudienceList::parse(&emails, "", &groups);
        let share = Share {
            id: ShareId::from_bytes(id),
            owner,
            created_at: UnixTime::from_secs(times[0]),
            expires_at: UnixTime::from_secs(times[1]),
            audience: list.map_or(Audience::Anyone, Audience::Only),
            uses: UseLimit::Times(uses),
            note: note.parse().ok(),
            ..least()
        };
        prop_assert_eq!(Share::from_json(&share.to_json()), Ok(share));
    }

    #[test]
    fn any_text_is_judged(text: String) {
        let _ = Share::from_json(&text);
    }
}
