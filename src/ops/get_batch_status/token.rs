//! The page token: the run, and the last failure of the page before.
//!
//! Opaque to callers. Its checksum catches damage and mistakes; it is no secret.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

const FORMAT: u8 = 1;
/// Format, run, index, checksum.
const BYTES: usize = 1 + 8 + 8 + 4;

/// The token of the page behind the failure of this index.
pub(super) fn write(run: u64, index: u64) -> String {
    let mut bytes = vec![FORMAT];
    bytes.extend(run.to_be_bytes());
    bytes.extend(index.to_be_bytes());
    bytes.extend(crc32c::crc32c(&bytes).to_be_bytes());
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The index behind which the page begins; `None` for what is no token of this run.
pub(super) fn read(text: &str, run: u64) -> Option<u64> {
    let bytes: [u8; BYTES] = URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()?;
    let (content, checksum) = bytes.split_last_chunk::<4>()?;
    let (head, index) = content.split_last_chunk::<8>()?;
    let genuine = crc32c::crc32c(content).to_be_bytes() == *checksum && head.first() == Some(&FORMAT);
    let ours = head.get(1..) == Some(&run.to_be_bytes()[..]);
    (genuine && ours).then(|| u64::from_be_bytes(*index))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_reads_back_for_its_run_alone() {
        let token = write(7, 300);
        assert_eq!(read(&token, 7), Some(300));
        assert_eq!(read(&token, 8), None);
        for at in 0..token.len() {
            let mut changed = token.clone().into_bytes();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).unwrap();
            assert_eq!(read(&changed, 7), None, "{changed}");
        }
        for text in ["", "none", &token[1..], &format!("{token}A")] {
            assert_eq!(read(text, 7), None, "{text}");
        }
    }
}
