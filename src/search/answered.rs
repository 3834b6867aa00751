//! What was asked of one view of the index, and what it answered.
//!
//! A view never changes, so its answers stay right for as long as it is searched; people ask for the same few names and
//! beginnings again and again, and those have the most hits. Deliberately absent: long batches, of which nobody asks for
//! the same one twice.

use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use lru::LruCache;

use super::projection::SortKey;
use super::terms::Needed;

/// The most questions whose answers are kept.
const QUESTIONS_MAX: NonZeroUsize = NonZeroUsize::new(1_024).unwrap();
/// An answer with more hits is not kept: those of all questions together stay below some megabytes.
const HITS_MAX: usize = 256;

/// What a view is asked: what must hold, behind which sort key, how many hits at most.
pub(super) type Question = (Arc<[Needed]>, SortKey, usize);

/// The answers to the questions asked last. Clones are the same one.
#[derive(Clone)]
pub(super) struct Answered(Arc<Mutex<LruCache<Question, Arc<[SortKey]>>>>);

impl Answered {
    pub(super) fn new() -> Self {
        Answered(Arc::new(Mutex::new(LruCache::new(QUESTIONS_MAX))))
    }

    pub(super) fn get(&self, question: &Question) -> Option<Arc<[SortKey]>> {
        self.cache().get(question).cloned()
    }

    pub(super) fn keep(&self, question: Question, hits: &Arc<[SortKey]>) {
        if hits.len() <= HITS_MAX {
            self.cache().put(question, Arc::clone(hits));
        }
    }

    // An answer is put whole or not at all.
    fn cache(&self) -> MutexGuard<'_, LruCache<Question, Arc<[SortKey]>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn question(after: u8) -> Question {
        (Arc::from([Needed::Term(vec![1])]), Box::from([after]), 25)
    }

    #[test]
    fn an_answer_belongs_to_its_question_alone() {
        let answered = Answered::new();
        answered.keep(question(1), &Arc::from([SortKey::from([7])]));
        assert_eq!(answered.get(&question(1)).as_deref(), Some(&[SortKey::from([7])][..]));
        assert_eq!(answered.get(&question(2)), None);
    }

    #[test]
    fn what_is_kept_is_bounded() {
        let answered = Answered::new();
        answered.keep(question(1), &vec![SortKey::from([7]); HITS_MAX + 1].into());
        assert_eq!(answered.get(&question(1)), None);
        for limit in 0..=QUESTIONS_MAX.get() {
            answered.keep((Arc::from([]), SortKey::default(), limit), &Arc::from([]));
        }
        assert_eq!(answered.cache().len(), QUESTIONS_MAX.get());
    }
}
