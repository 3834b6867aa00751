//! A file on its way to whoever keeps batch files, in portions, so that memory stays small whatever its size.

use std::fs::File;
use std::io::{Read, stdin};
use std::path::Path;

use bytes::Bytes;
use hyper::Method;
use indicatif::ProgressBar;
use serde::Deserialize;
use serde_json::json;
use tokio::sync::mpsc;

use super::{Access, ask, ask_one};
use crate::cli::outcome::byte_bar;
use crate::failure::{Exit, Failure};

/// A portion has so many bytes at most.
const PORTION_BYTES: u64 = 4 * 1024 * 1024;
/// What a file from stdin is called.
const STDIN_NAME: &str = "stdin.xml";

/// A file that can be read, and the name that its run gets.
pub(super) struct Source {
    reader: Box<dyn Read + Send>,
    bytes: Option<u64>,
    /// As the person wrote it.
    pub(super) shown: String,
    file_name: String,
}

#[derive(Deserialize)]
struct Upload {
    upload: u64,
}

/// A run of which nothing but the id is told.
#[derive(Deserialize)]
pub(super) struct NewRun {
    /// Its id.
    pub(super) run: u64,
}

impl Source {
    /// Opens the file, or stdin for `-`.
    pub(super) fn open(path: &Path) -> Result<Self, Failure> {
        if path == Path::new("-") {
            let (shown, file_name) = ("stdin".to_owned(), STDIN_NAME.to_owned());
            return Ok(Source { reader: Box::new(stdin()), bytes: None, shown, file_name });
        }
        let shown = path.display().to_string();
        let unreadable = |why: String| Failure::new(Exit::NoInput, format!("{shown} can't be read: {why}"));
        let file = File::open(path).map_err(|error| unreadable(error.to_string()))?;
        let about = file.metadata().map_err(|error| unreadable(error.to_string()))?;
        if about.is_dir() {
            return Err(unreadable("it is a folder; castile batch run takes one file".to_owned()));
        }
        let name = path.file_name().map(|name| plain_name(&name.to_string_lossy()));
        let file_name = name.filter(|name| name.ends_with(".xml") || name.ends_with(".xml.gz"));
        let Some(file_name) = file_name else {
            let text =
                format!("{shown} is no batch file: its name has to end with .xml or, packed, with .xml.gz");
            return Err(Failure::new(Exit::BadInput, text));
        };
        let bytes = about.is_file().then_some(about.len());
        Ok(Source { reader: Box::new(file), bytes, shown, file_name })
    }

    /// The next bytes of the file; `None` at its end.
    pub(super) fn next(&mut self) -> Result<Option<Vec<u8>>, Failure> {
        let mut portion = Vec::new();
        let read = self.reader.by_ref().take(PORTION_BYTES).read_to_end(&mut portion);
        let read = read.map_err(|error| Failure::io(format_args!("reading {}", self.shown), &error))?;
        Ok((read > 0).then_some(portion))
    }

    /// A line on the terminal that says how much of the file is read.
    pub(super) fn bar(&self, what: &'static str) -> ProgressBar {
        byte_bar(what, self.bytes)
    }

    /// Its portions, read on a thread of its own: who waits for them can be interrupted, also where nothing comes.
    fn read_ahead(mut self) -> Result<mpsc::Receiver<Result<Vec<u8>, Failure>>, Failure> {
        let (sender, portions) = mpsc::channel(1);
        let work = move || {
            // Whoever waited may have left; then nobody wants the rest.
            while let Some(portion) = self.next().transpose()
                && sender.blocking_send(portion).is_ok()
            {}
        };
        let begun = std::thread::Builder::new().name("upload".to_owned()).spawn(work);
        begun.map_err(|error| Failure::io("starting a thread", &error))?;
        Ok(portions)
    }

    /// Sends the bytes of the file; what then has to be ended.
    pub(super) async fn send(self, access: &mut Access, fileset: &str) -> Result<Sent, Failure> {
        let names = json!({ "fileset": fileset, "file_name": self.file_name }).to_string();
        let upload: Upload = ask_one(access, Method::POST, "/batch/uploads", names).await?;
        let target = format!("/batch/uploads/{}", upload.upload);
        let bar = self.bar("sending");
        let mut portions = self.read_ahead()?;
        while let Some(portion) = portions.recv().await {
            let portion = portion?;
            bar.inc(portion.len() as u64);
            ask::<serde_json::Value>(access, Method::POST, &target, portion, |_| Ok(())).await?;
        }
        bar.finish_and_clear();
        Ok(Sent(target))
    }
}

/// A file that was sent, and is not taken before it is said that this was all.
pub(super) struct Sent(String);

impl Sent {
    /// That was all; the id of its run.
    pub(super) async fn end(self, access: &mut Access) -> Result<u64, Failure> {
        let run: NewRun = ask_one(access, Method::POST, &format!("{}/end", self.0), Bytes::new()).await?;
        Ok(run.run)
    }
}

/// The name with an underscore for every character that the name of a batch file may not have.
fn plain_name(name: &str) -> String {
    let plain = |character: char| {
        if character.is_control() || character == '\\' { '_' } else { character }
    };
    name.trim_start_matches('.').chars().map(plain).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_files_become_those_of_batch_files() {
        let cases = [
            ("people.xml", "people.xml"),
            ("Kunden März (2).xml.gz", "Kunden März (2).xml.gz"),
            (".hidden.xml", "hidden.xml"),
            ("a\\b\n.xml", "a_b_.xml"),
        ];
        for (name, expected) in cases {
            assert_eq!(plain_name(name), expected);
        }
    }
}
