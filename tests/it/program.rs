//! The program as a user meets it: output, exit codes, signals, the data folder's lock.
//!
//! Deliberately absent: what operations answer.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail like tests")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, ChildStderr, Command, Output, Stdio};

use rustix::process::{Pid, Signal, kill_process};

fn castile(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_castile"));
    let ours = std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("CASTILE_"));
    for (name, _) in ours {
        command.env_remove(name);
    }
    command.current_dir(folder).args(arguments).stdin(Stdio::null());
    command
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    castile(folder, arguments).output().unwrap()
}

/// Runs a command that must fail with this code and these words on stderr.
fn check_fails(folder: &Path, arguments: &[&str], code: i32, words: &[&str]) {
    let output = run(folder, arguments);
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {stderr}");
    words.iter().for_each(|word| assert!(stderr.contains(word), "{word:?} is missing in: {stderr}"));
}

/// A server in its own process; killed if a test ends without stopping it.
struct Server {
    child: Child,
    stderr: BufReader<ChildStderr>,
    address: String,
}

impl Server {
    fn start(folder: &Path) -> Self {
        let mut command = castile(folder, &["--listen", "127.0.0.1:0"]);
        let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
        let mut server =
            Server { stderr: BufReader::new(child.stderr.take().unwrap()), child, address: String::new() };
        server.address = server.line_after("listening on  http://");
        assert!(server.line_after("WSDL ").ends_with("/services/CRMProcessor?wsdl"));
        assert!(server.line_after("data folder ").ends_with("castile-data"));
        server
    }

    fn line_after(&mut self, start: &str) -> String {
        let mut line = String::new();
        while !line.starts_with(start) {
            line.clear();
            assert_ne!(
                self.stderr.read_line(&mut line).unwrap(),
                0,
                "the server ended before it said {start:?}"
            );
        }
        line[start.len()..].trim().to_owned()
    }

    fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    fn end(mut self) -> Option<i32> {
        self.child.wait().unwrap().code()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Fails where it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_server_takes_a_free_port_and_stops_on_a_signal() {
    for signal in [Signal::TERM, Signal::INT] {
        let folder = tempfile::tempdir().unwrap();
        let mut server = Server::start(folder.path());
        let mut idle = TcpStream::connect(&server.address).unwrap();
        idle.write_all(b"GET /nothing/here HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
        let mut start = [0; 12];
        idle.read_exact(&mut start).unwrap();
        assert_eq!(&start, b"HTTP/1.1 404");
        server.signal(signal);
        idle.read_to_end(&mut Vec::new()).unwrap();
        let mut rest = String::new();
        server.stderr.read_to_string(&mut rest).unwrap();
        assert!(rest.contains("stopped") && !rest.contains("cut off"), "{rest}");
        assert_eq!(server.end(), Some(0));
        assert!(!folder.path().join("castile-data/admin.sock").exists());
    }
}

#[test]
fn a_second_server_is_told_who_has_the_folder_until_a_killed_one_is_gone() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path());
    let holder = format!("castile serve (process {})", server.child.id());
    check_fails(folder.path(), &["serve", "--listen", "127.0.0.1:0"], 69, &["castile-data", &holder]);
    server.signal(Signal::KILL);
    assert_eq!(server.end(), None);
    let after = Server::start(folder.path());
    after.signal(Signal::TERM);
    assert_eq!(after.end(), Some(0));
}

#[test]
fn a_command_ends_alike_with_and_without_a_server() {
    let folder = tempfile::tempdir().unwrap();
    let alone = run(folder.path(), &["check"]);
    let server = Server::start(folder.path());
    let beside = run(folder.path(), &["check"]);
    server.signal(Signal::TERM);
    assert_eq!(server.end(), Some(0));
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
