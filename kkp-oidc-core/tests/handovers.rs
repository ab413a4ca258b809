//! A kubeconfig that waits for the browser that logged in.
//!
//! The golden cookies and records were made by `tests/data/flow_vectors.py`.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use kkp_oidc_core::UnixTime;
use kkp_oidc_core::authorization::{CodeHash, FlowId, RequestCookies};
use kkp_oidc_core::cookie_key::CookieKey;
use kkp_oidc_core::issuer::CookieSecurity;
use kkp_oidc_core::session::{HANDOVER_MAX_AGE_SECS, Handover, Handovers, MAX_SEALED_LEN};
use kkp_oidc_core::share::ShareId;

const KEY: &str = "e1f5ac4f8cc8b33a4b0d6c7f5b1c9d27";
const OTHER_KEY: &str = "e1f5ac4f8cc8b33a4b0d6c7f5b1c9d28";
const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);
const ID: FlowId = FlowId::from_bytes([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]);
const OTHER_ID: FlowId = FlowId::from_bytes([9; 16]);
/// For the record, and for the cookie.
const IVS: [[u8; 16]; 2] = [
    [0xff, 0xfe, 0xfd, 0xfc, 0xfb, 0xfa, 0xf9, 0xf8, 0xf7, 0xf6, 0xf5, 0xf4, 0xf3, 0xf2, 0xf1, 0xf0],
    [0xf0, 0xf1, 0xf2, 0xf3, 0xf4, 0xf5, 0xf6, 0xf7, 0xf8, 0xf9, 0xfa, 0xfb, 0xfc, 0xfd, 0xfe, 0xff],
];

const SECURE_COOKIE: &str = "__Host-kkp-handover-AAECAwQFBgcICQoLDA0ODw=MTcwMDAwMDAwMHw4UEh5OF9UMTl2ZjQtZnI3X1AzLV82cGNITm9ocHBZT3FraF\
    QyVUNkWk1JPXzsd4HeD808wn1Ub8H6sv_GYZiLTZIZ730ceack30d7tQ==";
const SECURE_RECORD: &str = "MTcwMDAwMDAwMHxfXzc5X1B2Ni1majM5dlgwOF9MeDhOUnAzSHotaVdka3QxekJvVGppb0hBSW05cmhOQzlnQWFMSGZFUVk1QldmZmNQbk\
    JlYnpTOG1iUFU5VjV1aUd0RUV5NHdOQkZESGJCVzc0RXNmcW5CRlo2V2x1TGRVeGJwa09LN0g3ZmdFSDNCM3U4S2N4QnNfVDBwc0RQTnBO\
    NWtqaGVPWHJxU3ZFVE1hcFhFbGV3bEh4N0JMOWgtck1QcDZSVHpqZ0pvdjFzbVpjcklHYTltczctZ3QzWHRSZm1GWVlOVE09fEdBkpN_VE\
    eXXQLScjjJvrTf0vpF1KBlvVUng9uXpZNx";
const PLAIN_COOKIE: &str = "kkp-handover-AAECAwQFBgcICQoLDA0ODw=MTcwMDAwMDAwMHw4UEh5OF9UMTl2ZjQtZnI3X1AzLV82cGNITm9ocHBZT3FraFQyVUNkW\
    k1JPXzKJXwdTIVxbMvIJEJFV3mF3fugJXSJaNRye_hLh6ZV0g==";
const PLAIN_RECORD: &str = "MTcwMDAwMDAwMHxfXzc5X1B2Ni1majM5dlgwOF9MeDhOUnAzSHotaVdka3QxekJvVGppb0hBSW05cmhOQzlnQWFMSGZFUVk1QldmZmNQbk\
    JlYnpTOG1iUFU5VjV1aUd0RUV5NHdOQkZESGJCVzc0RXNmcW5CRlo2V2x1TGRVeGJwa09LN0g3ZmdFSDNCM3U4S2N4QnNfVDBwc0RQTnBO\
    NWtqaGVPWHJxU3ZFVE1hcFhFbGV3bEh4N0JMOWgtck1QcDZSVHpqZ0pvdjFzbVpjcklHYTltczctZ3QzWHRSZm1GWVlOVE09fDYE7MKlN3\
    fWK1JKLlr-gAtpIO-NjyoqfmknPqFQ6wXS";

fn handovers(keys: &[&str], security: CookieSecurity) -> Handovers {
    let keys: Vec<CookieKey> = keys.iter().map(|key| key.parse().unwrap()).collect();
    Handovers::new(&keys, security)
}

fn plain() -> Handovers {
    handovers(&[KEY], CookieSecurity::Plain)
}

fn handover(kubeconfig: &str) -> Handover {
    Handover {
        share: ShareId::from_bytes([7; 16]),
        email: "lukasz@example.com".to_owned(),
        kubeconfig: kubeconfig.into(),
        code: CodeHash::of(&"the code".into()),
    }
}

/// Everything of a handover.
fn parts(handover: &Handover) -> (ShareId, String, String) {
    (handover.share, handover.email.clone(), handover.kubeconfig.expose_secret().to_owned())
}

fn is_of(handovers: &Handovers, id: FlowId, header: &str, now: UnixTime) -> bool {
    handovers.is_of(id, &RequestCookies::parse([header]), now)
}

#[test]
fn record_and_cookie_are_exact_in_both_modes() {
    for (security, record, cookie, attributes) in [
        (CookieSecurity::Secure, SECURE_RECORD, SECURE_COOKIE, "HttpOnly; Secure; SameSite=Lax"),
        (CookieSecurity::Plain, PLAIN_RECORD, PLAIN_COOKIE, "HttpOnly; SameSite=Lax"),
    ] {
        let handovers = handovers(&[KEY], security);
        let (made, set_cookie) = handovers.seal(ID, &handover("apiVersion: v1\n"), IVS, NOW).unwrap();
        assert_eq!(made, record);
        assert_eq!(set_cookie.as_header_value(), format!("{cookie}; Path=/; Max-Age=600; {attributes}"));
        let again = handovers.cookie(ID, IVS[1], NOW).unwrap();
        assert_eq!(again.as_header_value(), set_cookie.as_header_value());
        let opened = handovers.open(ID, record, NOW).unwrap();
        assert_eq!(parts(&opened.0), parts(&handover("apiVersion: v1\n")));
        assert!(opened.0.code.is_same(&CodeHash::of(&"the code".into())));
        assert!(is_of(&handovers, ID, &format!("a=b; {cookie}"), NOW));
    }
}

#[test]
fn any_kubeconfig_comes_back_as_it_was() {
    for kubeconfig in
        ["", "a: \"b\"\n- 'c'\t\\\r\n", "\0\u{1f}\u{7f}é\u{1f600}", &"- x\n".repeat(10_000), &"\u{1}".repeat(9000)]
    {
        let (record, _) = plain().seal(ID, &handover(kubeconfig), IVS, NOW).unwrap();
        assert_eq!(parts(&plain().open(ID, &record, NOW).unwrap().0), parts(&handover(kubeconfig)));
    }
}

#[test]
fn only_the_browser_of_the_same_flow_has_the_cookie() {
    let of_other = plain().seal(OTHER_ID, &handover(""), IVS, NOW).unwrap().1;
    let of_other = of_other.as_header_value().split(';').next().unwrap().to_owned();
    assert!(is_of(&plain(), OTHER_ID, &of_other, NOW));
    let (_, value) = of_other.split_once('=').unwrap();
    for header in [
        "",
        "kkp-handover-AAECAwQFBgcICQoLDA0ODw=",
        SECURE_COOKIE,
        &of_other,
        &format!("kkp-handover-{ID}={value}"),
        &format!("kkp-handover-{ID}={PLAIN_RECORD}"),
        &format!("{PLAIN_COOKIE}A"),
        &PLAIN_COOKIE.replace("MTcw", "MTcx"),
    ] {
        assert!(!is_of(&plain(), ID, header, NOW), "{header}");
    }
    assert!(!is_of(&plain(), OTHER_ID, PLAIN_COOKIE, NOW));
}

#[test]
fn a_record_opens_for_its_own_flow_alone() {
    assert!(plain().open(OTHER_ID, PLAIN_RECORD, NOW).is_none(), "of another flow");
    assert!(plain().open(ID, SECURE_RECORD, NOW).is_none(), "of the other mode");
    let (_, cookie) = PLAIN_COOKIE.split_once('=').unwrap();
    let changed = PLAIN_RECORD.replace("MTcw", "MTcx");
    for record in ["", cookie, &PLAIN_RECORD[..PLAIN_RECORD.len() - 4], &changed, &"A".repeat(300_000)] {
        assert!(plain().open(ID, record, NOW).is_none(), "{record}");
    }
}

#[test]
fn the_first_key_seals_and_all_open() {
    let both = handovers(&[OTHER_KEY, KEY], CookieSecurity::Plain);
    assert!(both.open(ID, PLAIN_RECORD, NOW).is_some() && is_of(&both, ID, PLAIN_COOKIE, NOW));
    let (record, _) = both.seal(ID, &handover("x"), IVS, NOW).unwrap();
    let newest = handovers(&[OTHER_KEY], CookieSecurity::Plain);
    assert!(newest.open(ID, &record, NOW).is_some());
    // The old key is taken out of the ring.
    assert!(newest.open(ID, PLAIN_RECORD, NOW).is_none() && !is_of(&newest, ID, PLAIN_COOKIE, NOW));
    let none = handovers(&[], CookieSecurity::Plain);
    assert!(none.seal(ID, &handover("x"), IVS, NOW).is_none());
    assert!(none.cookie(ID, IVS[1], NOW).is_none());
    assert!(none.open(ID, PLAIN_RECORD, NOW).is_none() && !is_of(&none, ID, PLAIN_COOKIE, NOW));
}

#[test]
fn a_kubeconfig_can_be_fetched_for_600_seconds_inclusive() {
    assert_eq!(HANDOVER_MAX_AGE_SECS, 600);
    for (age_secs, opens) in [(-3600, true), (0, true), (599, true), (600, true), (601, false), (1_000_000, false)] {
        let now = NOW.plus_secs(age_secs);
        assert_eq!(plain().open(ID, PLAIN_RECORD, now).is_some(), opens, "{age_secs} s");
        assert_eq!(is_of(&plain(), ID, PLAIN_COOKIE, now), opens, "{age_secs} s");
    }
}

#[test]
fn a_record_has_at_most_256_kib() {
    let sealed = |len: usize| {
        let record = plain().seal(ID, &handover(&"x".repeat(len)), IVS, NOW).map(|(record, _)| record);
        record.inspect(|record| assert!(plain().open(ID, record, NOW).is_some())).map(|record| record.len())
    };
    let (mut fits, mut too_long) = (100_000_usize, 200_000);
    while too_long - fits > 1 {
        let middle = fits.midpoint(too_long);
        if sealed(middle).is_some() { fits = middle } else { too_long = middle }
    }
    assert!(sealed(fits).is_some_and(|len| (MAX_SEALED_LEN - 4..=MAX_SEALED_LEN).contains(&len)), "{:?}", sealed(fits));
    assert_eq!((sealed(too_long), sealed(10 * MAX_SEALED_LEN)), (None, None));
}

#[test]
fn debug_shows_neither_address_nor_kubeconfig() {
    let handover = Handover { email: "canary@example.com".to_owned(), ..handover("canary") };
    assert_eq!(
        format!("{handover:?}"),
        "Handover { share: ShareId([7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7]), .. }"
    );
    let expected = "Handovers { cookies: Sealer(1 keys), records: Sealer(1 keys), security: Plain }";
    assert_eq!(format!("{:?}", plain()), expected);
}
