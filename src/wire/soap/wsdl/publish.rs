//! What callers get to read: the repository's own files, with nothing left out.
//!
//! The WSDL goes through as events, one by one; only two things change. The schema takes the place of its import, so
//! that one document says everything, and the addresses begin with the URL by which the caller reaches the service.
//! The copy is made once, at start-up, and cut where an address stands, so that publishing cannot fail.

use quick_xml::escape::escape;
use quick_xml::events::Event;
use quick_xml::{Reader, Writer};
use sha2::{Digest, Sha256};

use super::check::path_of;
use super::error::DescriptionError;

/// The documents to hand out.
#[derive(Debug, Clone)]
pub struct Publication {
    /// Text up to an address, and the path of that address.
    pieces: Vec<(String, String)>,
    /// Text behind the last address.
    tail: String,
}

impl Publication {
    /// The publication of the files that are part of this program.
    pub fn load() -> Result<Self, DescriptionError> {
        Self::of(super::WSDL, super::XSD)
    }

    /// The publication of a WSDL and the schema that it imports.
    pub fn of(wsdl: &str, xsd: &str) -> Result<Self, DescriptionError> {
        let mut copy = Copy::new();
        let mut reader = Reader::from_str(wsdl);
        let mut inlined = false;
        loop {
            match read(&mut reader, "WSDL")? {
                Event::Eof => break,
                Event::Start(start) if start.local_name().as_ref() == "schema" => {
                    skip_schema(&mut reader)?;
                    copy.inline(xsd)?;
                    inlined = true;
                }
                Event::Start(start) if start.local_name().as_ref() == "address" => {
                    return Err(unreadable("WSDL", "an address is not an empty element"));
                }
                Event::Empty(element) if element.local_name().as_ref() == "address" => {
                    copy.address(&element)?
                }
                event => copy.write(event)?,
            }
        }
        if inlined { Ok(copy.finish()) } else { Err(unreadable("WSDL", "it imports no schema")) }
    }

    /// The self-contained WSDL for callers who reach the service under `base_url`.
    ///
    /// `base_url` is scheme, authority and, behind a proxy, a path prefix; a slash at its end makes no difference.
    pub fn wsdl(&self, base_url: &str) -> String {
        let base_url = escape(base_url.trim_end_matches('/'));
        let mut document = String::new();
        for (text, path) in &self.pieces {
            document.push_str(text);
            document.push_str(&base_url);
            document.push_str(path);
        }
        document + &self.tail
    }

    /// The schema file of that name, as it stands in the repository; it imports nothing.
    pub fn schema(&self, file: &str) -> Option<&'static str> {
        (file == super::XSD_FILE).then_some(super::XSD)
    }
}

/// The entity tag of a body: equal tags, equal bytes.
pub fn strong_etag(body: &[u8]) -> String {
    /// Bytes of the digest that are shown.
    const SHOWN_BYTES: usize = 16;
    let digest = Sha256::digest(body);
    let hex = digest.iter().take(SHOWN_BYTES).map(|byte| format!("{byte:02x}"));
    format!("\"{}\"", hex.collect::<String>())
}

/// The copy in the making.
struct Copy {
    writer: Writer<Vec<u8>>,
    pieces: Vec<(String, String)>,
}

impl Copy {
    fn new() -> Self {
        Copy { writer: Writer::new(Vec::new()), pieces: Vec::new() }
    }

    fn write(&mut self, event: Event<'_>) -> Result<(), DescriptionError> {
        self.writer.write_event(event).map_err(|error| unreadable("WSDL", error))
    }

    /// Writes a whole document's root element, without what stands before and behind it.
    fn inline(&mut self, xsd: &str) -> Result<(), DescriptionError> {
        let mut reader = Reader::from_str(xsd);
        let mut depth = 0_usize;
        loop {
            let event = read(&mut reader, "XSD")?;
            match &event {
                Event::Eof => return Ok(()),
                Event::Start(_) => depth += 1,
                Event::End(_) if depth == 1 => return self.write(event),
                Event::End(_) => depth -= 1,
                _ if depth == 0 => continue,
                _ => {}
            }
            self.write(event)?;
        }
    }

    /// Writes an address up to where the caller's URL goes, and cuts there.
    fn address(&mut self, element: &quick_xml::events::BytesStart<'_>) -> Result<(), DescriptionError> {
        let name = element.name().as_ref().to_owned();
        let location = element.try_get_attribute("location").map_err(|error| unreadable("WSDL", error))?;
        let location = location.map(|attribute| attribute.value.into_owned()).unwrap_or_default();
        let without_path = || DescriptionError::AddressWithoutPath { port: format!("of <{name}>") };
        let path = path_of(&location).ok_or_else(without_path)?.to_owned();
        let mut text = self.take();
        text.push_str(&format!("<{name} location=\""));
        self.pieces.push((text, path));
        self.writer.get_mut().extend_from_slice(b"\"/>");
        Ok(())
    }

    /// The text since the last cut.
    fn take(&mut self) -> String {
        let bytes = std::mem::take(self.writer.get_mut());
        String::from_utf8_lossy(&bytes).into_owned()
    }

    fn finish(mut self) -> Publication {
        let tail = self.take();
        Publication { pieces: self.pieces, tail }
    }
}

/// Reads past the end of the schema element just begun: it holds nothing but the import.
fn skip_schema(reader: &mut Reader<&[u8]>) -> Result<(), DescriptionError> {
    loop {
        match read(reader, "WSDL")? {
            Event::End(end) if end.local_name().as_ref() == "schema" => return Ok(()),
            Event::Empty(element) if element.local_name().as_ref() == "import" => {}
            Event::Text(text) if text.trim().is_empty() => {}
            event => {
                return Err(unreadable(
                    "WSDL",
                    format!("the inline schema holds more than an import: {event:?}"),
                ));
            }
        }
    }
}

fn read<'a>(reader: &mut Reader<&'a [u8]>, document: &'static str) -> Result<Event<'a>, DescriptionError> {
    reader.read_event().map_err(|error| unreadable(document, error))
}

fn unreadable(document: &'static str, reason: impl std::fmt::Display) -> DescriptionError {
    DescriptionError::Unreadable { document, reason: reason.to_string() }
}
