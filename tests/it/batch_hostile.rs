//! Batch files that are meant to hurt, through the real program: what stands before the place is done, nothing behind it
//! is, memory stays small, and the state says what was wrong and where.
//!
//! Deliberately absent: the many small mistakes, which the tests of the reader walk through.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::support::{Server, check, run, soap};

const MIB: usize = 1024 * 1024;
/// What stands where the next record should, or in it.
const SPACES: usize = 1024 * MIB;
const RECORD: usize = 50 * MIB;
/// What a server may have taken at most, whatever it was sent (B-5).
const MEMORY_KIB_MAX: u64 = 400 * 1024;

/// A file with one good record, then `fill` bytes of `byte` behind `opening`, and an end.
fn write(out: impl Write, opening: &str, byte: u8, fill: usize) {
    let mut out = BufWriter::new(out);
    let good = soap::key("XSTORE_ID", "before");
    write!(out, "<Customers>\n<Customer Action=\"AddorUpdate\">{good}</Customer>\n{opening}").unwrap();
    let piece = vec![byte; MIB];
    (0..fill / MIB).for_each(|_| out.write_all(&piece).unwrap());
    out.write_all(b"</Customers>\n").unwrap();
    out.flush().unwrap();
}

/// Runs the file beside a server; it must end broken, with one record done and these words.
fn check_broken(folder: &Path, name: &str, words: &[&str]) {
    let shown = check(&run(folder, &["batch", "run", name]), 1, words);
    assert!(shown.contains("Broken") && shown.contains("1 read, 1 done, 0 failed"), "{shown}");
}

/// The most memory that the process ever had.
fn memory_kib(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let most = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    most.trim().trim_end_matches(" kB").parse().unwrap()
}

#[test]
fn b_5_b_6_files_that_are_meant_to_hurt_cost_little_and_say_why() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path());
    let create = |name: &str| File::create(folder.path().join(name)).unwrap();

    let packed = GzEncoder::new(create("bomb.xml.gz"), Compression::best());
    write(packed, "", b' ', SPACES);
    check_broken(folder.path(), "bomb.xml.gz", &["inflate_ratio_max"]);

    write(create("nothing.xml"), "", b' ', 65 * MIB);
    check_broken(folder.path(), "nothing.xml", &["gap_bytes_max", "line 3"]);

    write(create("long.xml"), "<Customer Action=\"Add\"><Source>", b'x', RECORD);
    check_broken(folder.path(), "long.xml", &["record_bytes_max", "line 3"]);

    let most = memory_kib(server.id());
    assert!(most < MEMORY_KIB_MAX, "the server took {most} KiB");
    server.stop();
}

#[test]
fn b_6_how_much_may_stand_between_two_records_is_configured() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, spaces: usize| {
        let good = soap::key("XSTORE_ID", "before");
        let record = format!("<Customer Action=\"AddorUpdate\">{good}</Customer>");
        let text = format!("<Customers>\n{record}{}</Customers>\n", " ".repeat(spaces));
        std::fs::write(folder.path().join(name), text).unwrap();
    };
    std::fs::write(folder.path().join("castile.toml"), "[batch]\ngap_bytes_max = 1000\n").unwrap();
    file("within.xml", 900);
    check(&run(folder.path(), &["batch", "run", "within.xml"]), 0, &[]);
    file("over.xml", 1_001);
    check_broken(folder.path(), "over.xml", &["gap_bytes_max of 1000", "line 2"]);
}
