//! A full disk: writes are refused in words, reads go on, and when there is space again so do writes, by themselves.
//!
//! Deliberately absent: a disk that fails.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use rustix::fs::{FallocateFlags, fallocate, statvfs};

use super::support::image::{Image, Mounted, mount_is_permitted};
use super::support::{Answer, Client, Load, Server, soap};

const IMAGE_MEBIBYTES: u64 = 64;
const MEBIBYTE: u64 = 1024 * 1024;
/// Kept free by the server.
const RESERVE_BYTES: u64 = 16 * MEBIBYTE;
/// Left free by what fills the disk: less than that.
const LEFT_BYTES: u64 = 8 * MEBIBYTE;
const WRITERS: usize = 4;
const WRITES: usize = 20;
/// Writes until a disk without a reserve is full: each takes some kilobytes.
const WRITES_MAX: usize = 20_000;

fn mounted(folder: &Path) -> Mounted {
    Image::new(folder.join("disk.img"), IMAGE_MEBIBYTES).unwrap().mount().unwrap()
}

/// Takes all space but so much; to be removed by the caller.
fn fill(folder: &Path, left_bytes: u64) -> PathBuf {
    let path = folder.join("filler");
    let filler = File::create(&path).unwrap();
    let space = statvfs(folder).unwrap();
    let bytes = (space.f_bavail * space.f_frsize).checked_sub(left_bytes).unwrap();
    fallocate(&filler, FallocateFlags::empty(), 0, bytes).unwrap();
    path
}

#[test]
fn under_the_reserve_writes_are_refused_until_there_is_space() {
    if !mount_is_permitted("disk_full, reserve") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let mounted = mounted(folder.path());
    let server = Server::start_with_reserve(mounted.path(), RESERVE_BYTES);
    let mut load = Load::new("disk_full, reserve", WRITERS);
    load.write(server.address(), WRITES);
    let filler = fill(mounted.path(), LEFT_BYTES);
    let mut client = server.client();
    for writer in &mut load.writers {
        let sent = writer.next();
        check_refused(&client.post(&sent.envelope), "Server");
        writer.open = Some(sent);
    }
    let body = soap::customer("addCustomer", &soap::name("Ida", "Sander"));
    let headers = [("Content-Type", "application/soap+xml")];
    check_refused(&client.exchange("POST", soap::PATH, &headers, soap::envelope_12(&body)), "Receiver");
    load.writers.iter().for_each(|writer| writer.verify(&mut client, true));
    fs::remove_file(filler).unwrap();
    let report = load.settle_and_verify(server.address(), true);
    load.write(server.address(), WRITES);
    load.settle_and_verify(server.address(), true);
    server.stop();
    eprintln!("disk_full, reserve: {report}");
}

#[track_caller]
fn check_refused(answer: &Answer, fault_code: &str) {
    assert_eq!(answer.status, 503, "{}", answer.body);
    assert!(answer.body.contains("<Code>SERVICE_UNAVAILABLE</Code>"), "{}", answer.body);
    assert!(answer.header("retry-after").is_some_and(|seconds| seconds.parse::<u32>().is_ok()));
    assert!(answer.body.contains(&format!(":{fault_code}<")), "{}", answer.body);
}

#[test]
fn without_a_reserve_a_full_disk_costs_nothing_that_was_acknowledged() {
    if !mount_is_permitted("disk_full, no reserve") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let mounted = mounted(folder.path());
    let server = Server::start_with_reserve(mounted.path(), 0);
    let mut load = Load::new("disk_full, no reserve", WRITERS);
    load.write(server.address(), WRITES);
    let filler = fill(mounted.path(), MEBIBYTE);
    let mut client = server.client();
    let answer = write_until_refused(&mut load, &mut client);
    eprintln!("disk_full, no reserve: {} {}", answer.status, answer.text("Code"));
    assert!(answer.body.contains(":Server<"), "{}", answer.body);
    fs::remove_file(filler).unwrap();
    let report = load.settle_and_verify(server.address(), true);
    load.write(server.address(), WRITES);
    load.settle_and_verify(server.address(), true);
    server.stop();
    let server = Server::start_with_reserve(mounted.path(), 0);
    load.settle_and_verify(server.address(), true);
    eprintln!("disk_full, no reserve: {report}");
}

/// One writer writes until it is refused.
fn write_until_refused(load: &mut Load, client: &mut Client) -> Answer {
    let writer = &mut load.writers[0];
    for _ in 0..WRITES_MAX {
        let sent = writer.next();
        let answer = client.post(&sent.envelope);
        if answer.status != 200 {
            writer.open = Some(sent);
            return answer;
        }
        writer.acknowledge(sent, &answer);
    }
    panic!("the disk does not become full");
}
