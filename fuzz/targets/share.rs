//! Share links, and what owners and stores say of them.
#![no_main]

use kkp_oidc_core::UnixTime;
use kkp_oidc_core::authorization::UserEntry;
use kkp_oidc_core::cookie_key::CookieKey;
use kkp_oidc_core::share::{Audience, AudienceList, Owner, Share, ShareForm, ShareId, ShareTokens};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let key: CookieKey = "q9Zc4mVx2LrT7wYb1NdK8sHfGj5Ue3Po".parse().expect("a key");
    assert!(ShareTokens::new([&key]).authenticate(text).is_err());
    if let Ok(id) = text.parse::<ShareId>() {
        assert_eq!(id.to_string(), text);
    }
    if let Ok(share) = Share::from_json(text) {
        assert_eq!(Share::from_json(&share.to_json()), Ok(share));
    }
    let mut parts = text.splitn(3, '|').map(str::to_owned);
    let [emails, domains, groups] = [(); 3].map(|()| parts.next().unwrap_or_default());
    if let Ok(list) = AudienceList::parse(&emails, &domains, &groups) {
        for email in list.emails() {
            assert!(Audience::Only(list.clone()).admits::<&str>(email, &[]));
        }
    }
    judge(&ShareForm { emails, domains, groups, ..ShareForm::default() });
    if let Ok(form) = serde_json::from_str(text) {
        judge(&form);
    }
});

/// What a form makes can be stored and read again.
fn judge(form: &ShareForm) {
    match form.parse(&[UserEntry::PublicKubelogin, UserEntry::AuthProvider]) {
        Ok(new) => {
            let (project, cluster) = ("my-project".parse().expect("an id"), "lab7x9k2mp".parse().expect("an id"));
            let now = UnixTime::from_secs(1_600_000_000);
            let owner = Owner { email: "owner@example.com", groups: &["owners".to_owned()] };
            let share = new.into_share(ShareId::from_bytes([7; 16]), project, cluster, owner, now);
            assert_eq!(Share::from_json(&share.to_json()), Ok(share));
        }
        Err(error) => assert!(!error.problems.is_empty()),
    }
}
