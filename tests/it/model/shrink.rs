//! The few that matter of many.
//!
//! Deliberately absent: making the single ones simpler, and the same failure: any one will do.

/// Each try may take as long as the whole.
const TRIES_MAX: usize = 400;

/// A part of `whole` that still fails, and from which nothing can be left out if there were tries enough.
pub(super) fn shrink<T: Clone>(whole: &[T], fails: impl Fn(&[T]) -> bool) -> Vec<T> {
    let mut left = whole.to_vec();
    let mut tries = 0;
    let mut size = left.len().div_ceil(2);
    loop {
        let (before, mut start) = (left.len(), 0);
        while start < left.len() && tries < TRIES_MAX {
            let mut fewer = left.clone();
            fewer.drain(start..left.len().min(start + size));
            tries += 1;
            if fails(&fewer) {
                left = fewer;
            } else {
                start += size;
            }
        }
        if tries == TRIES_MAX || (size <= 1 && left.len() == before) {
            return left;
        }
        size = size.div_ceil(2);
    }
}

#[test]
fn what_does_not_matter_is_left_out() {
    let whole: Vec<u32> = (0..300).collect();
    let fails = |part: &[u32]| [17, 90, 250].iter().all(|number| part.contains(number));
    assert_eq!(shrink(&whole, fails), [17, 90, 250]);
    assert!(shrink(&whole, |_| true).is_empty());
    assert_eq!(shrink(&whole, |part| part == whole), whole);
}
