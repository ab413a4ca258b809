//! A store whose processes are killed at any moment has everything that it acknowledged.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

use kkp_oidc_core::UnixTime;
use kkp_oidc_core::share::{ShareState, UseLimit};
use kkp_oidc_http::{Created, Redeemed, Revoked, ShareStore as _, SqliteStore};
use rusqlite::Connection;

use crate::child;
use crate::samples::{MADE, by, flow, handover, id, share};

/// What each child does, if it is let.
const OPERATIONS: u64 = 200;

/// When children are killed: so many microseconds after this line of theirs. The first line comes before the store is opened.
const KILLS: [(u64, u64); 20] = [
    (1, 0),
    (1, 700),
    (1, 1500),
    (1, 3000),
    (1, 6000),
    (2, 0),
    (2, 150),
    (3, 300),
    (5, 0),
    (8, 90),
    (13, 250),
    (21, 40),
    (34, 500),
    (55, 0),
    (89, 120),
    (110, 800),
    (144, 60),
    (170, 350),
    (200, 0),
    (201, 0),
];

/// The moment at which the child `number` takes shares back.
fn revoked_at(number: u64) -> UnixTime {
    MADE.plus_secs(i64::try_from(number).unwrap())
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Operation {
    Create,
    Redeem,
    Revoke,
}

/// Operation `step` of the child `number`, and the share that it is about: made, used six times and taken back.
fn operation(number: u64, step: u64) -> (Operation, u64) {
    let operation = match step % 8 {
        0 => Operation::Create,
        7 => Operation::Revoke,
        _ => Operation::Redeem,
    };
    (operation, number * OPERATIONS + step / 8)
}

#[test]
#[ignore = "run as a child, and killed"]
fn work_until_killed() {
    let Some((file, number)) = child::task() else { return };
    child::say("opening");
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    runtime.block_on(async {
        let store = SqliteStore::open(file).unwrap();
        for step in 0..OPERATIONS {
            let (operation, about) = operation(number, step);
            match operation {
                Operation::Create => {
                    assert_eq!(store.create(share(about, UseLimit::Unlimited)).await, Ok(Created::Kept));
                }
                Operation::Redeem => {
                    let redeemed =
                        store.redeem(id(about), flow(step), by(&step.to_string(), MADE), handover(step)).await.unwrap();
                    assert!(matches!(redeemed, Redeemed::Counted(_)), "{redeemed:?}");
                }
                Operation::Revoke => {
                    assert_eq!(store.revoke(id(about), revoked_at(number)).await, Ok(Revoked::Now));
                }
            }
            child::say(&step.to_string());
        }
    });
    // The kill is on its way. A parent that has gone kills nobody.
    std::thread::sleep(Duration::from_secs(30));
}

fn spawn(file: &Path, number: u64) -> (Child, BufReader<ChildStdout>) {
    let mut program = Command::new(std::env::current_exe().unwrap());
    child::run(&mut program, "kill::work_until_killed", file, number);
    let mut child = program.stdout(Stdio::piped()).spawn().unwrap();
    let out = BufReader::new(child.stdout.take().unwrap());
    (child, out)
}

/// Kill the child at its moment; how many of its steps were acknowledged.
fn kill((mut child, mut out): (Child, BufReader<ChildStdout>), (lines, micros): (u64, u64)) -> u64 {
    let (mut heard, mut line) = (0, String::new());
    while heard < lines {
        line.clear();
        assert_ne!(out.read_line(&mut line).unwrap(), 0, "the child ended by itself");
        heard += u64::from(child::said(&line).is_some());
    }
    std::thread::sleep(Duration::from_micros(micros));
    child.kill().unwrap();
    let status = child.wait().unwrap();
    assert_eq!(std::os::unix::process::ExitStatusExt::signal(&status), Some(9), "{status}");
    // What it said before it was killed, it had done.
    loop {
        line.clear();
        if out.read_line(&mut line).unwrap() == 0 {
            return heard - 1;
        }
        heard += u64::from(child::said(&line).is_some());
    }
}

/// Check that the first `steps` steps of the child `number` are there, and nothing of the steps after the next one.
async fn require_kept(store: &SqliteStore, number: u64, steps: u64) {
    for first in (0..OPERATIONS).step_by(8) {
        let (_, about) = operation(number, first);
        let acknowledged = steps.saturating_sub(first).min(8);
        let found = store.find(id(about)).await.unwrap();
        let uses = store.redemptions(id(about)).await.unwrap();
        let Some(found) = found else {
            assert_eq!((acknowledged, uses), (0, vec![]), "child {number} made share {about}");
            continue;
        };
        assert_eq!(found.share, share(about, UseLimit::Unlimited));
        assert_eq!(usize::try_from(found.uses).unwrap(), uses.len(), "uses of share {about}");
        let kept = 1 + u64::from(found.uses) + u64::from(found.revoked_at.is_some());
        // The step that was under way may have been done without a word.
        assert!(kept == acknowledged || (kept == acknowledged + 1 && steps < first + 8), "{kept} of {acknowledged}");
        let expected: Vec<_> =
            (first + 1..=first + u64::from(found.uses)).rev().map(|step| by(&step.to_string(), MADE)).collect();
        assert_eq!(uses, expected, "uses of share {about}");
        if acknowledged == 8 {
            assert_eq!(found.revoked_at, Some(revoked_at(number)));
            assert_eq!(found.state(MADE), ShareState::Revoked);
        }
    }
}

#[tokio::test]
async fn what_was_acknowledged_survives_a_kill_at_any_moment() {
    // Twice from a new file on; two children at a time use it.
    for kills in KILLS.chunks(10) {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("shares.db");
        let mut done = Vec::new();
        for pair in kills.chunks(2) {
            let number = u64::try_from(done.len()).unwrap();
            let children = [spawn(&file, number), spawn(&file, number + 1)];
            for (child, moment) in children.into_iter().zip(pair) {
                done.push(kill(child, *moment));
            }
            let store = SqliteStore::open(&file).unwrap();
            for (number, steps) in (0..).zip(&done) {
                require_kept(&store, number, *steps).await;
            }
            let check = Connection::open(&file).unwrap();
            let report = check.query_row("PRAGMA integrity_check", [], |row| row.get::<_, String>(0));
            assert_eq!(report.as_deref(), Ok("ok"));
            let broken = check.prepare("PRAGMA foreign_key_check").unwrap().exists([]);
            assert_eq!(broken, Ok(false));
        }
    }
}
