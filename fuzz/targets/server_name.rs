//! Names and addresses as they are typed.
#![no_main]

use kkp_oidc_core::ca_check::{ServerAddress, ServerName};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(name) = text.parse::<ServerName>() {
        assert_eq!(name.to_string().parse(), Ok(name));
    }
    if let Ok(address) = text.parse::<ServerAddress>() {
        assert_eq!(address.to_string().parse(), Ok(address));
    }
});
