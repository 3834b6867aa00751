//! The SOAP codec of submitBatch.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::{Answer, Request, SubmitBatch};
use crate::domain::batch_name;
use crate::domain::error::{Code, Error};
use crate::ops::SoapFace;
use crate::wire::SERVICE_NAMESPACE;
use crate::wire::customer::{Fields, Path, known_children, size};
use crate::wire::xml::{Element, Writer};

impl SoapFace for SubmitBatch {
    fn decode(element: Element<'_>) -> Result<Request, Error> {
        let (mut fields, mut sent) = (Fields::default(), Sent::default());
        known_children(element).for_each(|child| sent.read(child, &mut fields));
        sent.complete(fields)
    }

    fn encode(answer: &Answer) -> Result<Vec<u8>, Error> {
        let mut writer = Writer::with_capacity(128);
        writer.start("submitBatchResponse").namespace("", SERVICE_NAMESPACE);
        writer.element("RunID", &answer.0.to_string()).end();
        Ok(writer.into_bytes())
    }
}

/// A part of the request: not sent, sent and unreadable, or its value.
#[derive(Default)]
enum Part<T> {
    #[default]
    Missing,
    Refused,
    Read(T),
}

/// The parts; of several elements of a name the last counts.
#[derive(Default)]
struct Sent {
    fileset: Part<String>,
    file_name: Part<String>,
    content: Part<Vec<u8>>,
}

impl Sent {
    fn read(&mut self, child: Element<'_>, fields: &mut Fields) {
        let path = &Path::ROOT.element(child.local());
        // An empty element is as good as none.
        if child.text().trim().is_empty() {
            return;
        }
        match child.local() {
            "Fileset" => {
                self.fileset = part(fields.value(child, path, size::OTHER, batch_name::fileset));
            }
            "FileName" => {
                self.file_name = part(fields.value(child, path, size::OTHER, batch_name::file_name));
            }
            "Content" => self.content = part(content(child, path, fields)),
            _ => {}
        }
    }

    fn complete(self, mut fields: Fields) -> Result<Request, Error> {
        let parts = (
            required(self.fileset, "Fileset", &mut fields),
            required(self.file_name, "FileName", &mut fields),
            required(self.content, "Content", &mut fields),
        );
        fields.into_result()?;
        let (Some(fileset), Some(file_name), Some(content)) = parts else {
            return Err(Error::internal("a part that was not read was not refused"));
        };
        Ok(Request { fileset, file_name, content })
    }
}

fn part<T>(read: Option<T>) -> Part<T> {
    read.map_or(Part::Refused, Part::Read)
}

fn required<T>(part: Part<T>, name: &str, fields: &mut Fields) -> Option<T> {
    match part {
        Part::Read(value) => Some(value),
        Part::Refused => None,
        Part::Missing => {
            let text = format!("a batch file has to be sent with {name}");
            fields.refuse(Code::InvalidAttributeValue, &Path::ROOT.element(name), text);
            None
        }
    }
}

/// The bytes; white space may stand anywhere in base64 of XML.
fn content(element: Element<'_>, path: &Path<'_>, fields: &mut Fields) -> Option<Vec<u8>> {
    let text = element.text();
    let is_space = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\n' | b'\r');
    let packed: Vec<u8>;
    let digits = if text.bytes().any(|byte| is_space(&byte)) {
        packed = text.bytes().filter(|byte| !is_space(byte)).collect();
        &packed[..]
    } else {
        text.as_bytes()
    };
    let decoded = STANDARD.decode(digits).ok();
    if decoded.is_none() {
        fields.refuse(Code::InvalidAttributeValue, path, "expected the bytes of the file as base64");
    }
    decoded
}
