//! Small numbers for the strings that repeat in a message: prefixes and namespaces.
//!
//! A handful is found by comparing, which is faster than hashing; more are found by a randomly keyed hash,
//! so that no message can make a lookup slow.

use std::borrow::Cow;
use std::collections::HashMap;

/// How many strings are compared before hashing is worth it.
const COMPARED_MAX: usize = 12;

/// Strings and their numbers, counted from 0.
#[derive(Debug, Default)]
pub(super) struct Interner {
    names: Vec<Cow<'static, str>>,
    /// Only those from number [`COMPARED_MAX`] on.
    hashed: HashMap<Box<str>, u32>,
}

impl Interner {
    /// Starts with strings known beforehand, numbered in order; at most [`COMPARED_MAX`].
    pub(super) fn with(known: &[&'static str]) -> Self {
        let mut names = Vec::with_capacity(COMPARED_MAX);
        names.extend(known.iter().map(|name| Cow::Borrowed(*name)));
        Interner { names, hashed: HashMap::new() }
    }

    pub(super) fn get(&self, name: &str) -> Option<u32> {
        let compared = self.names.iter().take(COMPARED_MAX).position(|known| known == name);
        match compared {
            Some(index) => Some(number(index)),
            None if self.hashed.is_empty() => None,
            None => self.hashed.get(name).copied(),
        }
    }

    /// The number of the string, a new one if it has none.
    pub(super) fn intern(&mut self, name: &str) -> u32 {
        if let Some(known) = self.get(name) {
            return known;
        }
        let index = number(self.names.len());
        if self.names.len() >= COMPARED_MAX {
            self.hashed.insert(name.into(), index);
        }
        self.names.push(Cow::Owned(name.to_owned()));
        index
    }

    pub(super) fn name(&self, index: u32) -> &str {
        &self.names[index as usize]
    }

    pub(super) fn len(&self) -> usize {
        self.names.len()
    }
}

/// Fits: a message has fewer than 2^32 bytes, and every string takes some.
fn number(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}
