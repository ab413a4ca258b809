//! A file that cannot grow, and one that cannot be written.

use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::Command;

use kkp_oidc_core::share::UseLimit;
use kkp_oidc_http::{Redeemed, Revoked, ShareStore as _, SqliteStore};

use crate::child;
use crate::samples::{MADE, by, flow, handover, id, share, stored};

/// All that the child says.
fn output(program: &mut Command) -> Vec<String> {
    let output = program.output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    text.split_inclusive('\n').filter_map(child::said).map(str::to_owned).collect()
}

#[tokio::test]
#[ignore = "run as a child, whose files cannot grow"]
async fn use_links_until_there_is_no_room() {
    let Some((file, _)) = child::task() else { return };
    let store = SqliteStore::open(file).unwrap();
    for number in 0.. {
        let redeemed = store.redeem(id(1), flow(number), by(&number.to_string(), MADE), handover(number)).await;
        match redeemed {
            Ok(redeemed) => assert!(matches!(redeemed, Redeemed::Counted(_)), "{redeemed:?}"),
            Err(error) => {
                child::say(&number.to_string());
                child::say(&error.reason);
                break;
            }
        }
    }
    child::say(&store.find(id(1)).await.unwrap().unwrap().uses.to_string());
}

#[tokio::test]
async fn a_full_disk_refuses_links_and_counts_none() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("shares.db");
    let unlimited = share(1, UseLimit::Unlimited);
    SqliteStore::open(&file).unwrap().create(unlimited.clone()).await.unwrap();

    // Files end at 512 blocks of 512 bytes; who writes on gets an error instead of a signal.
    let mut confined = Command::new("sh");
    confined.args(["-c", "trap '' XFSZ; ulimit -f 512; exec \"$0\" \"$@\""]).arg(std::env::current_exe().unwrap());
    child::run(&mut confined, "no_room::use_links_until_there_is_no_room", &file, 0);
    let said = output(&mut confined);
    let counted: u32 = said[0].parse().unwrap();
    // 778 is SQLITE_IOERR_WRITE.
    let full = format!("share store {}: disk I/O error (SQLite's code 778)", file.display());
    assert_eq!(said[1..], [full, counted.to_string()]);
    assert_ne!(counted, 0);

    let store = SqliteStore::open(&file).unwrap();
    assert_eq!(store.find(id(1)).await, Ok(Some(stored(&unlimited, counted, None))));
    assert_eq!(store.revoke(id(1), MADE).await, Ok(Revoked::Now));
}

#[test]
#[ignore = "run as a child, whose files can only be read"]
fn open_what_can_only_be_read() {
    let Some((file, _)) = child::task() else { return };
    child::say(&SqliteStore::open(file).unwrap_err().to_string());
}

fn set_mode(path: &Path, mode: u32) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn a_file_that_can_only_be_read_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("shares.db");
    drop(SqliteStore::open(&file).unwrap());
    let program = folder.path().join("program");
    // Copied by another process: a file that this one has open for writing cannot be run by its children.
    let copied = Command::new("cp").arg(std::env::current_exe().unwrap()).arg(&program).status().unwrap();
    assert!(copied.success(), "{copied}");
    let before = std::fs::read(&file).unwrap();
    let open = |test_file: &Path| {
        let mut confined = Command::new(&program);
        child::run(&mut confined, "no_room::open_what_can_only_be_read", test_file, 0);
        // Modes mean nothing to root: become nobody, and stand where nobody may.
        confined.current_dir("/");
        if std::fs::metadata(&file).unwrap().uid() == 0 {
            confined.uid(65534).gid(65534);
        }
        output(&mut confined)
    };
    set_mode(&program, 0o755);
    set_mode(&file, 0o444);
    set_mode(folder.path(), 0o555);
    let read_only = open(&file);
    let not_there = open(&folder.path().join("new.db"));
    set_mode(folder.path(), 0o755);

    let name = file.display();
    let expected = format!("share store {name} can only be read; give the service the right to write it");
    assert_eq!(read_only, [expected]);
    assert_eq!(std::fs::read(&file).unwrap(), before);
    let name = folder.path().join("new.db");
    let name = name.display();
    let expected =
        format!("share store {name} cannot be made; its folder has to exist and be writable for this service");
    assert_eq!(not_there, [expected]);
}
