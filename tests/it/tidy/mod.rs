//! What a machine can judge of how this repository is written.
//!
//! Tiers (no upward arrow), a head for every file, lints that must stand, lengths that may only shrink, texts that speak
//! of the project alone. Deliberately absent: everything that takes taste.

mod lengths;
mod source;
mod texts;
mod tiers;
