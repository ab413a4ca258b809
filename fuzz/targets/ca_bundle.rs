//! Whatever somebody calls a CA bundle, in one piece and cut in two: both say the same.
#![no_main]

use kkp_oidc_core::UnixTime;
use kkp_oidc_core::ca_bundle::{Assembler, Order, Policy};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let policy = || Policy::new(UnixTime::from_secs(1_600_000_000));
    let mut whole = Assembler::new(policy());
    whole.add("input", bytes);
    let mut cut = Assembler::new(policy());
    let (first, second) = bytes.split_at(bytes.len() / 2);
    let mut input = cut.open("input");
    if input.feed(first).is_continue() {
        let _ = input.feed(second);
    }
    input.close();
    assert_eq!(whole.finish(Order::Sha256).report(), cut.finish(Order::Sha256).report());
});
