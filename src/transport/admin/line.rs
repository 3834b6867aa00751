//! What travels on the administrators' socket beside data: progress, findings, the end.
//!
//! An answer is JSON lines. A line of data is any JSON object whose first key is none of these; the last line of
//! every whole answer is [`Line::End`] or [`Line::Failed`], so that one that broke off is never taken for whole.
//! Deliberately absent: the form of data lines.

use serde::{Deserialize, Serialize};

/// A line that is about the work, not part of the data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Line {
    /// How far it is.
    Progress {
        /// Records done.
        done: u64,
        /// Records in all, if that is known.
        total: Option<u64>,
    },
    /// Something is wrong with the data; the work goes on.
    Finding {
        /// What, and where; no customer data.
        text: String,
    },
    /// The work ended early.
    Failed {
        /// Why; no customer data.
        text: String,
    },
    /// The work is done.
    End {
        /// Records done.
        done: u64,
    },
}

impl Line {
    /// The line, if it is none of data.
    pub fn parse(line: &[u8]) -> Option<Line> {
        let key = line.strip_prefix(b"{\"")?;
        let ours: [&[u8]; 4] = [b"progress\":", b"finding\":", b"failed\":", b"end\":"];
        let is_ours = ours.iter().any(|name| key.starts_with(name));
        if is_ours { serde_json::from_slice(line).ok() } else { None }
    }

    /// The line as it is sent, with its line break.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(64);
        // Numbers and strings always have a JSON form, and writing to memory does not fail.
        let _ = serde_json::to_writer(&mut bytes, self);
        bytes.push(b'\n');
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_read_back_and_data_is_left_alone() {
        for line in [
            Line::Progress { done: 1, total: None },
            Line::Progress { done: 1, total: Some(2) },
            Line::Finding { text: "line 3: \"quoted\"\n".into() },
            Line::Failed { text: "full".into() },
            Line::End { done: u64::MAX },
        ] {
            let bytes = line.to_bytes();
            assert_eq!(bytes.iter().filter(|byte| **byte == b'\n').count(), 1);
            assert_eq!(Line::parse(&bytes), Some(line));
        }
        for data in ["", "{}", "{\"customer\":{\"end\":{\"done\":1}}}", "{\"ending\":1}", "{\"end\":1}"] {
            assert_eq!(Line::parse(data.as_bytes()), None, "{data}");
        }
    }
}
