//! Where in the file the reading is.

/// A place in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    /// From 1.
    pub(super) line: u64,
    /// In characters, from 1.
    pub(super) column: u64,
    /// Bytes before it in the file as it was written, which may be UTF-16.
    pub(super) offset: u64,
}

impl Place {
    /// Behind the byte order mark, if there is one.
    pub(super) fn start(mark_bytes: u64) -> Self {
        Place { line: 1, column: 1, offset: mark_bytes }
    }

    /// Goes over text, in UTF-8; `wide`: the file has it in UTF-16. What is no UTF-8 counts as if it were.
    pub(super) fn pass(&mut self, text: &[u8], wide: bool) {
        let last_line = match memchr::memrchr(b'\n', text) {
            Some(newline) => {
                self.line += memchr::memchr_iter(b'\n', text).count() as u64;
                self.column = 1;
                &text[newline + 1..]
            }
            None => text,
        };
        self.column += characters(last_line);
        self.offset += if wide { 2 * (characters(text) + pairs(text)) } else { text.len() as u64 };
    }
}

fn characters(text: &[u8]) -> u64 {
    count(text, |byte| byte & 0xC0 != 0x80)
}

/// Characters that are two units in UTF-16.
fn pairs(text: &[u8]) -> u64 {
    count(text, |byte| byte >= 0xF0)
}

/// How many bytes are such. Blocks whose count fits into a byte are what the compiler makes vector instructions of.
fn count(text: &[u8], is_such: impl Fn(u8) -> bool) -> u64 {
    let in_block = |block: &[u8]| block.iter().map(|byte| u8::from(is_such(*byte))).sum::<u8>();
    text.chunks(u8::MAX as usize).map(|block| u64::from(in_block(block))).sum()
}
