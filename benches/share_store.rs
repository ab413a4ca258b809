//! What the share store costs, on a file and in memory: `cargo bench -p kkp-oidc-http --bench share_store`.
//!
//! What is written to the file is on disk when the call returns, so its numbers are the disk's: `TMPDIR` says which.

#![expect(clippy::expect_used, reason = "a benchmark ends where its set-up fails")]

use std::cell::Cell;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use kkp_oidc_core::UnixTime;
use kkp_oidc_core::authorization::{FlowId, UserEntry};
use kkp_oidc_core::share::{Audience, AudienceList, Redemption, Share, ShareId, UseLimit};
use kkp_oidc_http::{Record, RecordKey, RecordKind, ShareStore as _, SqliteStore};
use tokio::runtime::Runtime;

const NOW: UnixTime = UnixTime::from_secs(1_800_000_000);

/// How many shares there are besides.
const OTHERS: u64 = 1000;

fn bytes(number: u64) -> [u8; 16] {
    let mut bytes = [0; 16];
    // Ids are random: neighbours are no neighbours in the index.
    bytes[..8].copy_from_slice(&number.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes());
    bytes
}

fn share(number: u64) -> Share {
    let audience = AudienceList::parse("ann@example.com, bob@example.com", "example.org", "").expect("an audience");
    Share {
        id: ShareId::from_bytes(bytes(number)),
        project_id: "project".parse().expect("a project"),
        cluster_id: "lab7x9k2mp".parse().expect("a cluster"),
        owner_groups: Vec::new(),
        // Of those besides, each owner has twenty; the others have one each.
        owner: format!("owner{}@example.com", if number < OTHERS { number % 50 } else { number }),
        created_at: NOW,
        expires_at: NOW.plus_secs(604_800),
        audience: Audience::Only(audience),
        uses: UseLimit::Unlimited,
        user_entry: UserEntry::PublicKubelogin,
        role: Some("view".parse().expect("a role")),
        note: Some("the lab, until Friday".parse().expect("a note")),
    }
}

fn measure(criterion: &mut Criterion, name: &str, store: &SqliteStore) {
    let runtime = Runtime::new().expect("a runtime");
    runtime.block_on(async {
        for number in 0..OTHERS {
            store.create(share(number)).await.expect("created");
        }
    });
    let numbers = Cell::new(OTHERS);
    let next = || numbers.replace(numbers.get() + 1);

    let mut group = criterion.benchmark_group(format!("share_store, {name}"));
    group.throughput(Throughput::Elements(1));
    group.bench_function("create", |bench| {
        bench.iter(|| runtime.block_on(store.create(share(next()))).expect("created"));
    });
    let id = ShareId::from_bytes(bytes(7));
    group.bench_function("redeem", |bench| {
        bench.iter(|| {
            let redemption = Redemption { email: "ann@example.com".to_owned(), at: NOW };
            let flow = FlowId::from_bytes(bytes(next()));
            // As long as a sealed kubeconfig with a CA certificate and two tokens.
            let (kind, key) = (RecordKind::Handover, RecordKey::from(flow));
            let handover = Record { kind, key, sealed: "s".repeat(8192), ends_at: NOW.plus_secs(600) };
            runtime.block_on(store.redeem(id, flow, redemption, handover)).expect("redeemed")
        });
    });
    group.bench_function("find", |bench| bench.iter(|| runtime.block_on(store.find(id)).expect("found")));
    group.bench_function("owned_by", |bench| {
        bench.iter(|| runtime.block_on(store.owned_by("Owner7@example.com", NOW)).expect("listed"));
    });
    group.finish();
}

fn share_store(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a folder");
    measure(criterion, "file", &SqliteStore::open(folder.path().join("shares.db")).expect("a store"));
    measure(criterion, "memory", &SqliteStore::in_memory().expect("a store"));
}

criterion_group!(benches, share_store);
criterion_main!(benches);
