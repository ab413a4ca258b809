//! Assembling 10,000 certificates, one in ten of which is a duplicate, from PEM to PEM.

#![expect(clippy::unwrap_used, reason = "a bench may end with a panic")]

#[path = "ca_bundle/generate.rs"]
mod generate;

use std::convert::Infallible;
use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use kkp_oidc_core::UnixTime;
use kkp_oidc_core::ca_bundle::{Assembler, Format, Order, Policy};

const LEN: usize = 10_000;

fn assemble(criterion: &mut Criterion) {
    let mut pem = String::new();
    generate::generate(LEN, 1, |one| pem.push_str(one));
    let mut group = criterion.benchmark_group("ca_bundle");
    group.throughput(Throughput::Bytes(u64::try_from(pem.len()).unwrap()));
    for (name, order) in [("input", Order::Input), ("chain", Order::Chain), ("sha256", Order::Sha256)] {
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                let mut assembler = Assembler::new(Policy::new(UnixTime::from_secs(1_800_000_000)));
                let mut input = assembler.open("bench.pem");
                for piece in black_box(&pem).as_bytes().chunks(256 * 1024) {
                    let _ = input.feed(piece);
                }
                input.close();
                let assembled = assembler.finish(order);
                let mut written = 0;
                let rendered = assembled.render(&Format::Pem).unwrap();
                let Ok(()) = rendered.write(|piece| {
                    written += piece.len();
                    Ok::<(), Infallible>(())
                });
                assert_eq!(assembled.len(), LEN / 10 * 9);
                written
            });
        });
    }
    group.finish();
}

criterion_group!(benches, assemble);
criterion_main!(benches);
