//! `explain-token`: configurations, flags, key sets and tokens.
#![no_main]

use kkp_oidc_core::UnixTime;
use kkp_oidc_core::apiserver::{
    AuthenticationConfiguration, Authenticators, JwkSet, OidcFlags, ReadToken, SigningAlgorithms, decide, printable,
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(configuration) = AuthenticationConfiguration::parse(text.as_bytes()) {
        let _ = configuration.review();
        let yaml = configuration.to_yaml();
        // Aliases can make much of a short text.
        if yaml.len() <= AuthenticationConfiguration::MAX_LEN {
            assert_eq!(AuthenticationConfiguration::parse(yaml.as_bytes()).as_ref(), Ok(&configuration));
        }
    }
    if let Ok(flags) = OidcFlags::parse_text(text) {
        let _ = flags.to_configuration("").review();
    }
    let keys = JwkSet::parse(text.as_bytes()).ok();
    if let Ok(token) = ReadToken::parse(&text.into()) {
        let flags = OidcFlags { issuer_url: "https://a".to_owned(), client_id: "c".to_owned(), ..OidcFlags::default() };
        let (configuration, algorithms) = (flags.to_configuration(""), SigningAlgorithms::all());
        let authenticators = Authenticators { configuration: &configuration, algorithms: &algorithms, keys: keys.as_ref() };
        let decision = decide(&token, &authenticators, UnixTime::from_secs(0));
        for check in &decision.checks {
            assert!(!printable(&check.reason).contains(char::is_control));
        }
    }
});
