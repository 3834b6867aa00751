//! The program as a user meets it: output, exit codes, signals, the data folder's lock.
//!
//! Deliberately absent: what operations answer.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;

use rustix::process::Signal;

use super::support::{Server, castile, run};

/// Runs a command that must fail with this code and these words on stderr.
fn check_fails(folder: &Path, arguments: &[&str], code: i32, words: &[&str]) {
    let output = run(folder, arguments);
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {stderr}");
    words.iter().for_each(|word| assert!(stderr.contains(word), "{word:?} is missing in: {stderr}"));
}

#[test]
fn a_server_takes_a_free_port_and_stops_on_a_signal() {
    for signal in [Signal::TERM, Signal::INT] {
        let folder = tempfile::tempdir().unwrap();
        let mut server = Server::start(folder.path());
        let mut idle = TcpStream::connect(server.address()).unwrap();
        idle.write_all(b"GET /nothing/here HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
        let mut start = [0; 12];
        idle.read_exact(&mut start).unwrap();
        assert_eq!(&start, b"HTTP/1.1 404");
        server.signal(signal);
        idle.read_to_end(&mut Vec::new()).unwrap();
        let rest = server.ended();
        assert!(rest.contains("stopped") && !rest.contains("cut off"), "{rest}");
        assert!(!folder.path().join("castile-data/admin.sock").exists());
    }
}

#[test]
fn a_second_server_is_told_who_has_the_folder_until_a_killed_one_is_gone() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path());
    let holder = format!("castile serve (process {})", server.id());
    check_fails(folder.path(), &["serve", "--listen", "127.0.0.1:0"], 69, &["castile-data", &holder]);
    server.kill();
    Server::start(folder.path()).stop();
}

#[test]
fn a_command_ends_alike_with_and_without_a_server() {
    let folder = tempfile::tempdir().unwrap();
    let alone = run(folder.path(), &["check"]);
    let server = Server::start(folder.path());
    let beside = run(folder.path(), &["check"]);
    server.stop();
    assert_eq!(beside, alone);
}

#[test]
fn mistakes_have_exit_codes_and_advice() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    check_fails(path, &["frobnicate"], 64, &["frobnicate", "--help"]);
    check_fails(path, &["--listen", "here"], 64, &["--listen"]);
    check_fails(path, &["--config", "missing.toml"], 78, &["missing.toml"]);
    check_fails(path, &["--listen", "0.0.0.0:0"], 78, &["allow_insecure_listen", "reverse proxy"]);
    check_fails(path, &["import", "missing.jsonl"], 66, &["missing.jsonl"]);
    let taken = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let held = TcpListener::bind(taken).unwrap();
    check_fails(path, &["--listen", &taken.to_string()], 69, &[&taken.to_string(), "127.0.0.1:0"]);
    drop(held);
    std::fs::write(path.join("castile.toml"), "[limits]\n\ndepht_max = 3\n").unwrap();
    check_fails(path, &["config"], 78, &["castile.toml", "line 3", "depth_max"]);
}

#[test]
fn config_prints_a_file_that_config_reads() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = castile(folder.path(), &["config"]);
    let first = command.env("CASTILE_LIMITS__DEPTH_MAX", "77").output().unwrap();
    assert!(first.status.success() && String::from_utf8_lossy(&first.stdout).contains("depth_max = 77"));
    std::fs::write(folder.path().join("castile.toml"), &first.stdout).unwrap();
    assert_eq!(run(folder.path(), &["config"]).stdout, first.stdout);
}
