//! From the start of the program to its first answer and its first search, over the store that was searched.
//!
//! Reported, not judged. Deliberately absent: an empty store, which starts at once.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::Outcome;

/// How long a start may take.
const START_MAX: Duration = Duration::from_secs(600);
const LOCK_RELEASE: Duration = Duration::from_secs(5);
const POLL: Duration = Duration::from_millis(20);
/// Customers written before the program is killed.
const WRITES: usize = 500;

const RETRIEVE: &str =
    "<retrieveCustomer xmlns='urn:castile:crm:v1'><CustomerID>1</CustomerID></retrieveCustomer>";
const SEARCH: &str = "<searchCustomers xmlns='urn:castile:crm:v1'><EMailAddress SearchType='Exact'>\
                      nobody@post.example</EMailAddress></searchCustomers>";

/// Starts the program over the folder, cleanly and after it was killed while it wrote.
pub(super) fn measure(folder: &Path) -> Outcome<()> {
    // The store that was open in this process lets go of its lock in the background.
    std::thread::sleep(LOCK_RELEASE);
    let mut running = started(folder, "a clean stop")?;
    for number in 0..WRITES {
        let write = format!(
            "<addOrUpdateCustomer xmlns='urn:castile:crm:v1'><Customer><CustomerID>{}</CustomerID>\
             <CustomerReference>start {}</CustomerReference></Customer></addOrUpdateCustomer>",
            number + 1,
            std::process::id()
        );
        running.ask(&write)?;
    }
    running.child.kill()?;
    running.child.wait()?;
    let mut running = started(folder, "kill -9 while it wrote")?;
    running.child.kill()?;
    running.child.wait()?;
    Ok(())
}

struct Running {
    child: Child,
    address: String,
}

fn started(folder: &Path, after: &str) -> Outcome<Running> {
    let began = Instant::now();
    let mut child = Command::new(env!("CARGO_BIN_EXE_castile"))
        .args(["serve", "--listen", "127.0.0.1:0", "--data-dir"])
        .arg(folder)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()?;
    let address = address(&mut child)?;
    let running = Running { child, address };
    running.wait_for(RETRIEVE, began)?;
    let answered = began.elapsed().as_secs_f64();
    running.wait_for(SEARCH, began)?;
    let searched = began.elapsed().as_secs_f64();
    println!("  start after {after}: first answer after {answered:.1} s, first search after {searched:.1} s");
    Ok(running)
}

/// The address that the program prints when it listens; what it prints behind that is read and dropped.
fn address(child: &mut Child) -> Outcome<String> {
    let mut lines = BufReader::new(child.stderr.take().ok_or("no output")?).lines();
    let mut last = String::new();
    for line in lines.by_ref() {
        last = line?;
        if let Some((_, address)) = last.split_once("http://") {
            std::thread::spawn(move || lines.for_each(drop));
            return Ok(address.trim_end_matches('/').to_owned());
        }
    }
    Err(format!("castile ended before it listened: {last}").into())
}

impl Running {
    fn wait_for(&self, request: &str, began: Instant) -> Outcome<()> {
        while let Err(error) = self.ask(request) {
            if began.elapsed() > START_MAX {
                return Err(error);
            }
            std::thread::sleep(POLL);
        }
        Ok(())
    }

    fn ask(&self, request: &str) -> Outcome<()> {
        let message = format!(
            "<soapenv:Envelope xmlns:soapenv='http://schemas.xmlsoap.org/soap/envelope/'><soapenv:Body>{request}\
             </soapenv:Body></soapenv:Envelope>"
        );
        let mut stream = TcpStream::connect(&self.address)?;
        write!(
            stream,
            "POST /services/CRMProcessor HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/xml\r\nConnection: close\r\n\
             Content-Length: {}\r\n\r\n{message}",
            message.len()
        )?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer)?;
        match answer.starts_with(b"HTTP/1.1 200") {
            true => Ok(()),
            false => Err(String::from_utf8_lossy(&answer).into_owned().into()),
        }
    }
}
