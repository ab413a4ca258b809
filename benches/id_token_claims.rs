//! What judging an ID token costs beside its signature: `cargo bench -p kkp-oidc-core --bench id_token_claims`.
//!
//! The token has 880 bytes, about what Dex makes with a few groups. The verifier says yes at once.

#![expect(clippy::expect_used, reason = "a benchmark ends where its set-up fails")]

use std::convert::Infallible;
use std::hint::black_box;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use kkp_oidc_core::UnixTime;
use kkp_oidc_core::authorization::Nonce;
use kkp_oidc_core::id_token::{ClaimsError, IdTokenPolicy, Identity, ParseIdTokenError, UnverifiedIdToken};
use kkp_oidc_core::issuer::EmailPolicy;
use kkp_oidc_core::secret::SecretString;

const TOKEN_LEN: usize = 880;
const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);
const HEADER: &str = r#"{"alg":"RS256","kid":"d6a9b3cf1e5a4c0f"}"#;

/// The access token and its `at_hash` are those of OpenID Connect Core 1.0 appendix A.3.
const ACCESS_TOKEN: &str = "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y";
const CLAIMS: &str = concat!(
    r#"{"iss":"https://kkp.example.com/dex","sub":"CiQwOGE4Njg0Yi1kYjg4LTRiNzMtOTBhOS0zY2QxNjYxZjU0NjYSBWxvY2Fs","#,
    r#""aud":"kubermaticIssuer","exp":1700086400,"iat":1700000000,"#,
    r#""nonce":"AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE","at_hash":"77QmUPtjPfzWtF2AnpK9RQ","#,
    r#""email":"lukasz@example.com","email_verified":true,"groups":["team-a","team-b"]"#,
);

fn token() -> SecretString {
    let header = URL_SAFE_NO_PAD.encode(HEADER);
    // An RSA signature with a key of 2048 bits: 256 bytes.
    let signature = URL_SAFE_NO_PAD.encode([0xa5; 256]);
    let payload_len = (TOKEN_LEN - header.len() - signature.len() - 2) * 3 / 4;
    let name = "n".repeat(payload_len - CLAIMS.len() - r#","name":""}"#.len());
    let payload = URL_SAFE_NO_PAD.encode(format!(r#"{CLAIMS},"name":"{name}"}}"#));
    format!("{header}.{payload}.{signature}").into()
}

fn parse(token: SecretString) -> Result<UnverifiedIdToken, ParseIdTokenError> {
    UnverifiedIdToken::parse(token)
}

fn judge(token: UnverifiedIdToken, policy: &IdTokenPolicy<'_>) -> Result<Identity, ClaimsError> {
    let Ok(signed) = token.verify_signature(|_| Ok::<(), Infallible>(()));
    signed.require(policy, NOW)
}

fn id_token_claims(criterion: &mut Criterion) {
    let (issuer, client_id) =
        ("https://kkp.example.com/dex".parse().expect("an issuer"), "kubermaticIssuer".parse().expect("a client id"));
    let access_token = ACCESS_TOKEN.into();
    let policy = IdTokenPolicy {
        issuer: &issuer,
        client_id: &client_id,
        nonce: &Nonce::from_bytes([1; 32]),
        access_token: Some(&access_token),
        email_policy: EmailPolicy::RequireVerified,
    };
    let token = token();
    assert_eq!(token.expose_secret().len(), TOKEN_LEN, "the token's length is part of the measurement");
    let parsed = parse(token.clone()).expect("a token");
    let identity = judge(parsed.clone(), &policy).expect("an identity");
    assert_eq!(identity.email(), "lukasz@example.com", "the token is accepted");

    let mut group = criterion.benchmark_group("id_token_claims");
    group.throughput(Throughput::Elements(1));
    group.bench_function("parse and require", |bench| {
        bench.iter_batched(
            || token.clone(),
            |token| parse(black_box(token)).map(|parsed| judge(parsed, &policy)),
            BatchSize::SmallInput,
        );
    });
    group.bench_function("parse", |bench| bench.iter_batched(|| token.clone(), parse, BatchSize::SmallInput));
    group.bench_function("require", |bench| {
        bench.iter_batched(|| parsed.clone(), |parsed| judge(black_box(parsed), &policy), BatchSize::SmallInput);
    });
    group.finish();
}

criterion_group!(benches, id_token_claims);
criterion_main!(benches);
