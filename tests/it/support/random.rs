//! Random choices that can be repeated: a seed, printed by whoever uses it, decides them all.
//!
//! Deliberately absent: quality. It is for choosing what a test does next.

use std::hash::{BuildHasher, RandomState};

/// Repeats an earlier run where it holds that run's seed.
const SEED_VARIABLE: &str = "CRASH_SEED";

/// SplitMix64.
#[derive(Debug, Clone)]
pub(crate) struct Random(u64);

impl Random {
    /// From the environment's seed, or a new one; printed, so that a failure can be repeated.
    pub(crate) fn new(test: &str) -> Self {
        let given = std::env::var(SEED_VARIABLE).ok().and_then(|seed| seed.parse().ok());
        let seed = given.unwrap_or_else(|| RandomState::new().hash_one(test));
        eprintln!("{test}: {SEED_VARIABLE}={seed}");
        Random(seed)
    }

    /// Always the same.
    pub(crate) fn seeded(seed: u64) -> Self {
        Random(seed)
    }

    /// Another sequence that this one decides.
    pub(crate) fn split(&mut self) -> Self {
        Random(self.next())
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    /// True once in `count` times.
    pub(crate) fn once_in(&mut self, count: u64) -> bool {
        self.below(count) == 0
    }
}
