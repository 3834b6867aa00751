//! The program in a process of its own.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, ChildStderr, Command, Output, Stdio};

use rustix::process::{Pid, Signal, kill_process};

use super::Client;

/// `castile` with these arguments in `folder`, free of the environment's own settings.
pub(crate) fn castile<A: AsRef<OsStr>>(folder: &Path, arguments: &[A]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_castile"));
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("CASTILE_")) {
        command.env_remove(name);
    }
    command.current_dir(folder).args(arguments).stdin(Stdio::null());
    command
}

/// Runs a command to its end.
pub(crate) fn run<A: AsRef<OsStr>>(folder: &Path, arguments: &[A]) -> Output {
    castile(folder, arguments).output().unwrap()
}

/// stdout of a command that must have ended with this code and these words on stderr.
#[track_caller]
pub(crate) fn check(output: &Output, code: i32, words: &[&str]) -> String {
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{stderr}");
    words.iter().for_each(|word| assert!(stderr.contains(word), "{word:?} is missing in: {stderr}"));
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// Does the same alone and beside a server, each with data of its own; what the server logged.
pub(crate) fn alone_and_beside(test: impl Fn(&Path)) -> String {
    let folder = tempfile::tempdir().unwrap();
    test(folder.path());
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path());
    test(folder.path());
    server.stop()
}

/// A running server; killed if a test ends without stopping it.
pub(crate) struct Server {
    child: Child,
    /// `None` once nobody reads it any more.
    stderr: Option<BufReader<ChildStderr>>,
    address: String,
}

impl Server {
    /// Starts on a free port with the data in `folder/castile-data`, and waits until requests are taken.
    pub(crate) fn start(folder: &Path) -> Self {
        Server::start_with::<&str>(folder, &[])
    }

    /// The same with further arguments.
    pub(crate) fn start_with<A: AsRef<OsStr>>(folder: &Path, arguments: &[A]) -> Self {
        let mut command = castile(folder, arguments);
        Server::spawn(command.args(["--listen", "127.0.0.1:0"]))
    }

    /// The same, with this much of the disk kept free.
    pub(crate) fn start_with_reserve(folder: &Path, reserve_bytes: u64) -> Self {
        let mut command = castile::<&str>(folder, &["--listen", "127.0.0.1:0"]);
        Server::spawn(command.env("CASTILE_STORE__RESERVE_BYTES", reserve_bytes.to_string()))
    }

    /// Starts a prepared command that serves, and waits until requests are taken.
    pub(crate) fn spawn(command: &mut Command) -> Self {
        let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
        let stderr = BufReader::new(child.stderr.take().unwrap());
        let mut server = Server { stderr: Some(stderr), child, address: String::new() };
        server.address = server.wait_until_ready();
        server
    }

    /// The address, from the greeting or, where the log is for programs, from its line `ready`.
    fn wait_until_ready(&mut self) -> String {
        let mut address = String::new();
        loop {
            let line = self.line_after("");
            if let Some(found) = line.strip_prefix("listening on  http://") {
                address = found.to_owned();
            } else if line.starts_with("data folder ") {
                // The last line of the greeting: requests are taken from here on.
                return address;
            } else if let Ok(line) = serde_json::from_str::<serde_json::Value>(&line)
                && line["message"] == "ready"
            {
                return line["address"].as_str().unwrap().to_owned();
            }
        }
    }

    /// Reads stderr up to the line that starts so; the rest of that line.
    pub(crate) fn line_after(&mut self, start: &str) -> String {
        let mut line = String::new();
        while line.is_empty() || !line.starts_with(start) {
            line.clear();
            let read = self.stderr.as_mut().unwrap().read_line(&mut line).unwrap();
            assert_ne!(read, 0, "the server ended before it said {start:?}");
        }
        line[start.len()..].trim().to_owned()
    }

    /// `127.0.0.1:PORT`
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// The process id.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// A new connection.
    pub(crate) fn client(&self) -> Client {
        Client::connect(&self.address)
    }

    pub(crate) fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    /// From now on nobody reads its stderr.
    pub(crate) fn close_stderr(&mut self) {
        self.stderr = None;
    }

    /// SIGKILL, and waits until the process is gone.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// SIGTERM; what was still said on stderr. The exit code must be 0.
    pub(crate) fn stop(mut self) -> String {
        self.signal(Signal::TERM);
        self.ended()
    }

    /// Waits for an end that was asked for already.
    pub(crate) fn ended(&mut self) -> String {
        let mut rest = String::new();
        if let Some(stderr) = &mut self.stderr {
            stderr.read_to_string(&mut rest).unwrap();
        }
        assert_eq!(self.child.wait().unwrap().code(), Some(0), "{rest}");
        rest
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Fails where it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
