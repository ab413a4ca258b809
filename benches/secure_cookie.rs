//! What a signed and a sealed cookie cost: `cargo bench -p kkp-oidc-core --bench secure_cookie`.
//!
//! The signed value is KKP's nonce as gob, the sealed one is about as long as what a login flow keeps.

#![expect(clippy::expect_used, reason = "a benchmark ends where its set-up fails")]

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use kkp_oidc_core::UnixTime;
use kkp_oidc_core::secure_cookie::{SealedCookie, SignedCookie, gob};

const NAME: &str = "csrf_token";
const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);

fn secure_cookie(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("secure_cookie");

    let signed = SignedCookie::new(b"e1f5ac4f8cc8b33a4b0d6c7f5b1c9d27").expect("a key");
    let value = gob::encode_string(b"2456789bcdfghj");
    let cookie = signed.encode(&value, NAME, NOW).expect("a short value");
    let other = SignedCookie::new(b"another key").expect("a key");
    group.bench_function("sign", |bench| bench.iter(|| signed.encode(black_box(&value), NAME, NOW)));
    group.bench_function("verify", |bench| bench.iter(|| signed.decode(black_box(cookie.as_bytes()), NAME, NOW)));
    group.bench_function("reject forged", |bench| bench.iter(|| other.decode(black_box(cookie.as_bytes()), NAME, NOW)));

    let sealed = SealedCookie::new(b"e1f5ac4f8cc8b33a4b0d6c7f5b1c9d27", &[7; 32]).expect("two keys");
    let value = [b'v'; 200];
    let cookie = sealed.encode(&value, NAME, [9; 16], NOW).expect("a short value");
    group.bench_function("seal", |bench| bench.iter(|| sealed.encode(black_box(&value), NAME, [9; 16], NOW)));
    group.bench_function("open", |bench| bench.iter(|| sealed.decode(black_box(cookie.as_bytes()), NAME, NOW)));

    group.finish();
}

criterion_group!(benches, secure_cookie);
criterion_main!(benches);
