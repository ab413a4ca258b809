//! The dialog that makes a link.

use kkp_oidc_core::UnixTime;
use kkp_oidc_core::authorization::UserEntry;
use kkp_oidc_core::share::{Audience, AudienceList, MAX_NOTE_LEN, Share, ShareId, StoredShare, UseLimit};
use kkp_oidc_http::{Created, MAX_LIVE_SHARES, OwnedShares, ShareStore as _};

use crate::house::{DIALOG, House, OWNER, VIEWER};
use crate::interrupted::Interrupted;
use crate::person::{Person, assert_page, assert_refused, assert_shows, redirect};
use crate::world::NOW;

#[tokio::test]
async fn the_dialog_begins_with_what_is_safe() {
    let house = House::new().await;
    let page = house.owner(OWNER).await.get(&house.site, DIALOG).await;
    assert_page(&page, 200);
    let form = format!("method=\"post\" action=\"{DIALOG}\"");
    assert_shows(&page, &[&form, "<h1>Share the lab</h1>", "lab7x9k2mp"]);
    assert_shows(&page, &["value=\"only\" id=\"who-only\" checked", "<option value=\"7d\" selected>"]);
    // The kind without a secret, since there is a public client.
    assert_shows(&page, &["value=\"public-client\" id=\"kind-1\" aria-describedby=\"kind-1-hint\" checked"]);
}

#[tokio::test]
async fn without_a_public_client_the_kind_without_a_secret_is_not_offered() {
    let house = House::with(|_, sharing| sharing.public_client = None).await;
    let mut owner = house.owner(OWNER).await;
    let page = owner.get(&house.site, DIALOG).await;
    assert!(!page.body.contains("public-client"));
    assert_shows(&page, &["value=\"kubelogin\" id=\"kind-1\" aria-describedby=\"kind-1-hint\" checked"]);
    let refused = owner.post(&house.site, DIALOG, &[("who", "anyone"), ("kind", "public-client")]).await;
    assert_page(&refused, 422);
    assert_shows(&refused, &["Choose one of the ways that kubectl can log in."]);
}

#[tokio::test]
async fn every_field_that_is_wrong_is_named_at_once_and_nothing_typed_is_lost() {
    let house = House::new().await;
    let mut owner = house.owner(OWNER).await;
    let note = format!("<b>{}", "n".repeat(MAX_NOTE_LEN));
    let reply = owner
        .post(
            &house.site,
            DIALOG,
            &[
                ("who", "only"),
                ("people", "anna@example.com\nno@one@else"),
                ("until", "31d"),
                ("uses", "some"),
                ("uses_count", "10001"),
                ("kind", "telepathy"),
                ("role", "a/b"),
                ("note", &note),
            ],
        )
        .await;
    assert_page(&reply, 422);
    assert_shows(
        &reply,
        &[
            "“no@one@else” is no e-mail address, no domain and no group.",
            "Choose how long the link is good.",
            "The number of uses must be a whole number from 1 to 10000.",
            "Choose one of the ways that kubectl can log in.",
            "That cannot be the name of a ClusterRole.",
            "The note must have at most 200 characters.",
        ],
    );
    let escaped = note.replace('<', "&#60;").replace('>', "&#62;");
    assert_shows(&reply, &["anna@example.com\nno@one@else", "value=\"10001\"", "value=\"a/b\"", &escaped]);
    assert_shows(&reply, &["id=\"who-only\" checked", "id=\"uses-some\" checked"]);
    assert_eq!(house.store.inside().owned_by(OWNER, UnixTime::from_secs(NOW)).await, Ok(OwnedShares::default()));
}

#[tokio::test]
async fn choices_that_no_page_has_are_refused() {
    let house = House::new().await;
    let mut owner = house.owner(OWNER).await;
    for (field, value, text) in [
        ("who", "nobody", "Choose who may use the link."),
        ("who", "only", "Name at least one e-mail address, domain or group"),
        ("uses", "often", "Choose how often the link may be used."),
        ("until", "59m", "Choose how long the link is good."),
        ("note", "un\u{200b}seen", "The note has characters that cannot be shown."),
    ] {
        let mut fields = vec![("who", "anyone"), ("until", "1h"), ("uses", "once")];
        fields.retain(|(name, _)| *name != field);
        fields.push((field, value));
        let reply = owner.post(&house.site, DIALOG, &fields).await;
        assert_page(&reply, 422);
        assert_shows(&reply, &[text]);
    }
    assert_eq!(house.store.inside().owned_by(OWNER, UnixTime::from_secs(NOW)).await, Ok(OwnedShares::default()));
}

#[tokio::test]
async fn what_was_chosen_is_what_is_kept() {
    let house = House::new().await;
    let mut owner = house.owner(OWNER).await;
    let link = owner
        .make_link(
            &house.site,
            &[
                ("who", "only"),
                ("people", "Anna@Example.com, @example.org\r\ngroup:dev"),
                ("until", "30d"),
                ("uses", "some"),
                ("uses_count", "3"),
                ("kind", "kubelogin"),
                ("role", "view"),
                ("note", " für Łukasz "),
            ],
        )
        .await;
    let now = UnixTime::from_secs(NOW);
    let share = Share {
        id: link.id,
        project_id: "lab".parse().unwrap(),
        cluster_id: "lab7x9k2mp".parse().unwrap(),
        owner: OWNER.to_owned(),
        owner_groups: vec!["owners".to_owned()],
        created_at: now,
        expires_at: now.plus_secs(30 * 86_400),
        audience: Audience::Only(AudienceList::parse("anna@example.com", "example.org", "dev").unwrap()),
        uses: UseLimit::Times(3),
        user_entry: UserEntry::Kubelogin,
        role: Some("view".parse().unwrap()),
        note: Some("für Łukasz".parse().unwrap()),
    };
    assert_eq!(house.stored(&link).await, StoredShare { share, uses: 0, revoked_at: None });
    assert_eq!(link.token().len(), 51);
}

#[tokio::test]
async fn a_form_that_is_sent_from_elsewhere_or_by_nobody_makes_nothing() {
    let house = House::new().await;
    let mut owner = house.owner(OWNER).await;
    for from in ["cross-site", "same-site"] {
        let reply = owner.post_body(&house.site, DIALOG, "who=anyone".to_owned(), from).await;
        assert_refused(&reply, 403, "cross_site");
    }
    let reply = Person::new().post(&house.site, DIALOG, &[("who", "anyone")]).await;
    assert_refused(&reply, 401, "session_ended");
    assert_shows(&reply, &["href=\"/login?project=lab&#38;cluster=lab7x9k2mp\""]);
    assert_eq!(house.store.inside().owned_by(OWNER, UnixTime::from_secs(NOW)).await, Ok(OwnedShares::default()));
}

#[tokio::test]
async fn a_form_has_a_limit_and_odd_ones_are_read_as_far_as_they_go() {
    const LIMIT: usize = 256 * 1024;
    let house = House::new().await;
    let mut owner = house.owner(VIEWER).await;
    for (len, status) in [(LIMIT, 303), (LIMIT + 1, 413)] {
        let mut body = "who=anyone&x=".to_owned();
        body.push_str(&"a".repeat(len - body.len()));
        let reply = owner.post_body(&house.site, DIALOG, body, "same-origin").await;
        match status {
            303 => _ = redirect(&reply),
            _ => assert_refused(&reply, 413, "form_too_long"),
        }
    }
    // Twice the same field, broken escapes, no text at all: nothing that would not be a page.
    for (body, status) in [("who=anyone&who=only", 303), ("who=%FF%", 422), ("\u{0}", 422), ("", 422)] {
        let reply = owner.post_body(&house.site, DIALOG, body.to_owned(), "same-origin").await;
        assert_eq!(reply.status, status, "{body:?}");
    }
}

#[tokio::test]
async fn a_form_that_does_not_come_to_its_end_is_told_from_one_that_is_too_long() {
    let house = House::new().await;
    let mut owner = house.owner(OWNER).await;
    let part = "who=anyone&note=";
    let reply = owner.post_body(&house.site, DIALOG, Interrupted::breaks_off_after(part), "same-origin").await;
    assert_refused(&reply, 400, "body_broken_off");
    // Time passes by itself from here on, whenever nothing else happens.
    tokio::time::pause();
    let started = tokio::time::Instant::now();
    let reply = owner.post_body(&house.site, DIALOG, Interrupted::waits_after(part), "same-origin").await;
    assert_refused(&reply, 408, "body_too_slow");
    assert_eq!(started.elapsed().as_secs(), 10);
    // Nobody is not waited for.
    let reply = Person::new().post_body(&house.site, DIALOG, Interrupted::waits_after(part), "same-origin").await;
    assert_refused(&reply, 401, "session_ended");
    assert_eq!(started.elapsed().as_secs(), 10);
    assert_eq!(house.store.inside().owned_by(OWNER, UnixTime::from_secs(NOW)).await, Ok(OwnedShares::default()));
}

#[tokio::test]
async fn whoever_has_too_many_links_is_told_so_and_can_make_room() {
    let house = House::new().await;
    let mut owner = house.owner(OWNER).await;
    let last = owner.make_link(&house.site, &[]).await;
    let share = house.stored(&last).await.share;
    for number in 1..MAX_LIVE_SHARES as u64 {
        let mut id = [0; 16];
        id[..8].copy_from_slice(&number.to_be_bytes());
        let another = Share { id: ShareId::from_bytes(id), ..share.clone() };
        assert_eq!(house.store.inside().create(another).await, Ok(Created::Kept));
    }
    let form = [("who", "anyone"), ("until", "1h"), ("uses", "once")];
    let reply = owner.post(&house.site, DIALOG, &form).await;
    assert_refused(&reply, 409, "too_many_links");
    assert_shows(&reply, &["You have too many links", "Take back links that are not needed any more"]);
    redirect(&owner.post(&house.site, &format!("{}/revoke", last.page()), &[]).await);
    owner.make_link(&house.site, &[]).await;
}
