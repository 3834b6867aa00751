//! Reference data as it is written in a file: TOML, an array of tables for each kind.
//!
//! Everything wrong with a file is found at once, each problem with its line and column, and does not hinder the
//! reading of the other entries. Texts here may repeat what stands in the file: it is no customer data. Deliberately
//! absent: what is stored already.

use std::collections::HashMap;
use std::collections::hash_map::Entry as Slot;
use std::fmt;
use std::ops::Range;

use serde::Deserialize;
use toml::Spanned;
use toml::de::{DeTable, DeValue, ValueDeserializer};

use super::card_entry::{CardLine, CardTable};
use super::entry::{AlternateKeyTypeEntry, AttributeTypeEntry, RetailLocationEntry};
use super::program_entry::{CardProgramTable, CouponTable, ProgramTable, PromotionTable};
use crate::domain::reference::{Definition, Kind, Reference};

/// The reference data of a fresh store.
pub const DEFAULT_REFERENCE: &str = include_str!("../../../examples/reference/default.toml");

/// What a file says.
#[derive(Debug, Default)]
pub(super) struct ReferenceFile {
    /// Entries with which nothing is wrong, in no particular order, each code of a kind once.
    pub(super) entries: Vec<(String, Definition)>,
    /// Cards, each with its line.
    pub(super) cards: Vec<(usize, CardLine)>,
    /// The line of each entry's code.
    pub(super) lines: HashMap<(Kind, String), usize>,
    /// What is wrong, in the order of the file.
    pub(super) problems: Vec<Problem>,
}

/// Something wrong with a file, and where.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// From 1.
    pub line: usize,
    /// In characters, from 1.
    pub column: usize,
    /// What is wrong and what was expected.
    pub text: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}: {}", self.line, self.column, self.text)
    }
}

impl std::error::Error for Problem {}

/// Reads reference data with which nothing may be wrong.
///
/// # Errors
///
/// The first problem.
pub fn parse(text: &str) -> Result<Reference, Problem> {
    let file = read(text);
    match file.problems.into_iter().next() {
        Some(problem) => Err(problem),
        None => {
            let mut reference = Reference::default();
            file.entries.into_iter().for_each(|(code, definition)| reference.define(code, definition));
            Ok(reference)
        }
    }
}

/// Reads a file. One that is not UTF-8 has no entries.
pub(super) fn read_bytes(bytes: &[u8]) -> ReferenceFile {
    match std::str::from_utf8(bytes) {
        Ok(text) => read(text),
        Err(error) => {
            let right = String::from_utf8_lossy(&bytes[..error.valid_up_to()]);
            let (line, column) = Reader::new(&right).place(right.len());
            let text = "expected UTF-8; save the file in that encoding".to_owned();
            ReferenceFile { problems: vec![Problem { line, column, text }], ..ReferenceFile::default() }
        }
    }
}

/// Reads the text of a file.
pub(super) fn read(text: &str) -> ReferenceFile {
    let (root, errors) = DeTable::parse_recoverable(text);
    let mut reader = Reader::new(text);
    let broken: Vec<usize> = errors.iter().map(|error| error.span().map_or(0, |span| span.start)).collect();
    errors.iter().for_each(|error| reader.problem_of(error));
    let mut tables = reader.tables(root.into_inner());
    tables.sort_by_key(|(_, table)| table.span().start);
    let starts: Vec<usize> = tables.iter().map(|(_, table)| table.span().start).collect();
    for (position, (kind, table)) in tables.into_iter().enumerate() {
        let end = starts.get(position + 1).copied().unwrap_or(usize::MAX);
        let block = starts[position]..end;
        // What stands beside a line that can't be read may have been meant otherwise.
        if !broken.iter().any(|at| block.contains(at)) {
            reader.entry(kind, table);
        }
    }
    reader.into_file()
}

/// The name of a card's table.
const CARD: &str = "card";

/// What a table of a file is about.
#[derive(Clone, Copy)]
enum Entry {
    Of(Kind),
    Card,
}

impl Entry {
    fn parse(name: &str) -> Option<Self> {
        if name == CARD { Some(Entry::Card) } else { Kind::parse(name).map(Entry::Of) }
    }

    fn as_str(self) -> &'static str {
        match self {
            Entry::Of(kind) => kind.as_str(),
            Entry::Card => CARD,
        }
    }
}

/// Reads the entries of a file one by one.
struct Reader<'t> {
    text: &'t str,
    line_starts: Vec<usize>,
    /// The line of each code.
    seen: HashMap<(Kind, String), usize>,
    file: ReferenceFile,
}

impl<'t> Reader<'t> {
    fn new(text: &'t str) -> Self {
        let after_breaks = memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| at + 1);
        let line_starts = std::iter::once(0).chain(after_breaks).collect();
        Reader { text, line_starts, seen: HashMap::new(), file: ReferenceFile::default() }
    }

    /// The tables of known kinds; whatever else stands at the top is a problem.
    fn tables<'i>(&mut self, root: DeTable<'i>) -> Vec<(Entry, Spanned<DeValue<'i>>)> {
        let mut tables = Vec::new();
        for (name, value) in root {
            let span = name.span();
            let Some(kind) = Entry::parse(name.get_ref()) else {
                let (name, known) = (name.get_ref(), Kind::names());
                let text = format!("{name:?} is no kind of reference data; castile knows {known}, {CARD}");
                self.problem(span, text);
                continue;
            };
            match value.into_inner() {
                DeValue::Array(entries) => tables.extend(entries.into_iter().map(|entry| (kind, entry))),
                _ => self.problem(span, format!("expected [[{}]], in double brackets", kind.as_str())),
            }
        }
        tables
    }

    fn entry(&mut self, entry: Entry, table: Spanned<DeValue<'_>>) {
        match entry {
            Entry::Of(kind) => self.definition(kind, table),
            Entry::Card => self.card(table),
        }
    }

    /// What a card names and whether it stands here twice is said when it is loaded.
    fn card(&mut self, table: Spanned<DeValue<'_>>) {
        let header = table.span();
        let read = CardTable::deserialize(ValueDeserializer::from(table)).map_err(Wrong::from);
        match read.and_then(CardTable::read) {
            Ok(card) => {
                let (line, _) = self.place(header.start);
                self.file.cards.push((line, card));
            }
            Err(Wrong { span, text }) => self.problem(span.unwrap_or(header), text),
        }
    }

    fn definition(&mut self, kind: Kind, table: Spanned<DeValue<'_>>) {
        let header = table.span();
        match define(kind, table) {
            Ok((code, definition)) => {
                let (line, column) = self.place(code.span().start);
                match self.seen.entry((kind, code.get_ref().clone())) {
                    Slot::Vacant(slot) => {
                        slot.insert(line);
                        self.file.entries.push((code.into_inner(), definition));
                    }
                    Slot::Occupied(first) => {
                        let first = first.get();
                        let text = format!("this {} is defined already, on line {first}", kind.as_str());
                        self.file.problems.push(Problem { line, column, text });
                    }
                }
            }
            Err(Wrong { span, text }) => self.problem(span.unwrap_or(header), text),
        }
    }

    fn problem_of(&mut self, error: &toml::de::Error) {
        self.problem(error.span().unwrap_or(0..0), error.message().to_owned());
    }

    fn problem(&mut self, span: Range<usize>, text: String) {
        let (line, column) = self.place(span.start);
        self.file.problems.push(Problem { line, column, text });
    }

    fn place(&self, at: usize) -> (usize, usize) {
        let line = self.line_starts.partition_point(|start| *start <= at);
        let start = self.line_starts[line - 1];
        let before = self.text.get(start..at).unwrap_or_default();
        (line, before.chars().count() + 1)
    }

    fn into_file(mut self) -> ReferenceFile {
        self.file.problems.sort();
        self.file.lines = self.seen;
        self.file
    }
}

/// What is wrong with an entry; without a place it is the entry as a whole.
pub(super) struct Wrong {
    pub(super) span: Option<Range<usize>>,
    pub(super) text: String,
}

impl From<toml::de::Error> for Wrong {
    fn from(error: toml::de::Error) -> Self {
        Wrong { span: error.span(), text: error.message().to_owned() }
    }
}

fn define(kind: Kind, table: Spanned<DeValue<'_>>) -> Result<(Spanned<String>, Definition), Wrong> {
    let table = ValueDeserializer::from(table);
    match kind {
        Kind::AlternateKeyType => AlternateKeyTypeEntry::deserialize(table)?.define(),
        Kind::AttributeType => AttributeTypeEntry::deserialize(table)?.define(),
        Kind::RetailLocation => RetailLocationEntry::deserialize(table)?.define(),
        Kind::Program => ProgramTable::deserialize(table)?.define(),
        Kind::CardProgram => CardProgramTable::deserialize(table)?.define(),
        Kind::Coupon => CouponTable::deserialize(table)?.define(),
        Kind::Promotion => PromotionTable::deserialize(table)?.define(),
    }
}
