//! K-4: PINs. Kept as HMAC-SHA-256 over card and PIN under a key that is not in the store; five wrong ones block the
//! card for a quarter of an hour.
//!
//! A digest also says under which key it was made, so that a lost or exchanged key is told apart from a wrong PIN.
//! Deliberately absent: where the key comes from; slow hashes, which protect nothing where there are four digits.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use jiff::{SignedDuration, Timestamp};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::CardNumber;

/// The bytes of a key.
pub const KEY_BYTES: usize = 32;
/// The longest PIN, in characters.
pub const PIN_CHARACTERS_MAX: usize = 60;
/// So many wrong PINs block a card.
pub const WRONG_PINS_MAX: u8 = 5;
/// For so long.
pub const BLOCKED_FOR: SignedDuration = SignedDuration::from_mins(15);

/// The block of SHA-256.
const BLOCK_BYTES: usize = 64;
/// What is hashed to name a key.
const KEY_NAME: &[u8] = b"castile card pin key";

/// A PIN in clear, as short as possible.
#[derive(Clone, PartialEq, Eq)]
pub struct Pin(Zeroizing<String>);

impl From<String> for Pin {
    fn from(pin: String) -> Self {
        Pin(Zeroizing::new(pin))
    }
}

impl fmt::Debug for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pin(***)")
    }
}

/// The key that all PINs are hashed under.
#[derive(Clone)]
pub struct PinKey(Zeroizing<[u8; KEY_BYTES]>);

impl fmt::Debug for PinKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PinKey(***)")
    }
}

/// What is kept of a PIN.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PinDigest {
    /// Names the key.
    pub key_name: [u8; 4],
    /// The HMAC.
    pub hmac: [u8; 32],
}

impl fmt::Debug for PinDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PinDigest(***)")
    }
}

/// The digest was made under another key than this one, so nothing can be said about the PIN.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the PIN of the card was digested under another key")]
pub struct OtherKey;

impl PinKey {
    /// The key of these bytes.
    pub fn new(bytes: [u8; KEY_BYTES]) -> Self {
        PinKey(Zeroizing::new(bytes))
    }

    /// What is kept of a card's PIN.
    pub fn digest(&self, card: &CardNumber, pin: &Pin) -> PinDigest {
        PinDigest { key_name: self.name(), hmac: self.mac(card, pin).finalize().into_bytes().into() }
    }

    /// Is this the PIN? Takes the same time whatever differs.
    pub fn verify(&self, card: &CardNumber, pin: &Pin, digest: &PinDigest) -> Result<bool, OtherKey> {
        if !self.made(digest) {
            return Err(OtherKey);
        }
        Ok(self.mac(card, pin).verify_slice(&digest.hmac).is_ok())
    }

    /// Was the digest made under this key?
    pub fn made(&self, digest: &PinDigest) -> bool {
        self.name() == digest.key_name
    }

    fn name(&self) -> [u8; 4] {
        let name: [u8; 32] = self.keyed().chain_update(KEY_NAME).finalize().into_bytes().into();
        let [a, b, c, d, ..] = name;
        [a, b, c, d]
    }

    fn mac(&self, card: &CardNumber, pin: &Pin) -> Hmac<Sha256> {
        // No number has 0x00 in it, so that no two pairs run together.
        self.keyed().chain_update(card.as_str()).chain_update([0]).chain_update(pin.0.as_bytes())
    }

    fn keyed(&self) -> Hmac<Sha256> {
        // HMAC takes a whole block; it fills a shorter key up with zeros itself.
        let mut block = Zeroizing::new([0; BLOCK_BYTES]);
        block[..KEY_BYTES].copy_from_slice(&*self.0);
        Hmac::new((&*block).into())
    }
}

/// The wrong PINs that a card was asked with since the last right one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PinAttempts {
    /// How many.
    pub wrong: u8,
    /// Until when the card is blocked.
    pub blocked_until: Option<Timestamp>,
}

impl PinAttempts {
    /// Is the card blocked now?
    pub fn blocked(&self, now: Timestamp) -> bool {
        self.blocked_until.is_some_and(|until| now < until)
    }

    /// After one more wrong PIN; an earlier block is over by then.
    pub fn after_wrong_pin(&self, now: Timestamp) -> Self {
        let before = if self.blocked_until.is_some() { 0 } else { self.wrong };
        let wrong = before.saturating_add(1);
        let block = wrong >= WRONG_PINS_MAX;
        let blocked_until = if block { now.checked_add(BLOCKED_FOR).ok() } else { None };
        PinAttempts { wrong, blocked_until }
    }
}
