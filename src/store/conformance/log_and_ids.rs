//! The change log, the commit numbers and the drawn ids.

use tokio::task::JoinSet;

use super::*;
use crate::store::{IDS_DRAWN_MAX, SEQUENCE_NAME_BYTES_MAX, StoreError};

fn logging(rows: &[&'static str]) -> Change {
    let mut change = Change::new();
    for row in rows {
        change.log(*row);
    }
    change
}

async fn log_from(store: &dyn Store, from: CommitNumber, limit: usize) -> Vec<(CommitNumber, u32, String)> {
    let rows = store.read_log(from, limit).await.expect("the log is readable");
    let text = |body: &[u8]| String::from_utf8(body.to_vec()).expect("the tests log text");
    rows.into_iter().map(|row| (row.commit, row.position, text(&row.body))).collect()
}

pub(super) async fn log_rows_have_commit_and_position(subject: &impl Subject) {
    let store = subject.open();
    let first = accept(&*store, logging(&["a", "b", "c"])).await;
    accept(&*store, put(&customer(1), "no row")).await;
    let second = accept(&*store, logging(&["d", ""])).await;
    let row = |commit, position, text: &str| (commit, position, text.to_owned());
    let expected =
        [row(first, 0, "a"), row(first, 1, "b"), row(first, 2, "c"), row(second, 0, "d"), row(second, 1, "")];
    assert_eq!(log_from(&*store, 0, usize::MAX).await, expected);
    drop(store);
    assert_eq!(log_from(&*subject.open(), 0, usize::MAX).await, expected);
}

pub(super) async fn log_is_read_from_a_number_to_a_limit(subject: &impl Subject) {
    let store = subject.open();
    let mut numbers = Vec::new();
    for _ in 0..300 {
        numbers.push(accept(&*store, logging(&["x", "y"])).await);
    }
    assert_eq!(log_from(&*store, numbers[0], 3).await.len(), 3);
    assert_eq!(log_from(&*store, numbers[0], 0).await, []);
    let tail = log_from(&*store, numbers[290], usize::MAX).await;
    assert_eq!(tail.len(), 20);
    assert_eq!((tail[0].0, tail[0].1), (numbers[290], 0));
    assert!(tail.is_sorted());
    assert_eq!(log_from(&*store, numbers[299] + 1, 10).await, []);
    assert_eq!(log_from(&*store, CommitNumber::MAX, 10).await, []);
}

pub(super) async fn refused_change_logs_nothing(subject: &impl Subject) {
    let store = subject.open();
    let mut change = logging(&["a"]);
    change.assert_version(customer(1), 1);
    assert!(store.commit(change).await.is_err());
    assert_eq!(log_from(&*store, 0, 10).await, []);
}

pub(super) async fn numbers_grow_across_reopen(subject: &impl Subject) {
    let mut last = 0;
    for _ in 0..4 {
        let store = subject.open();
        assert!(store.health().await.last_commit >= last);
        for _ in 0..3 {
            let number = accept(&*store, put(&customer(1), "x")).await;
            assert!(number > last, "{number} after {last}");
            last = number;
        }
    }
}

pub(super) async fn an_empty_change_gets_a_number(subject: &impl Subject) {
    let store = subject.open();
    let first = accept(&*store, Change::new()).await;
    let second = accept(&*store, Change::new()).await;
    assert!(second > first && first > 0);
}

pub(super) async fn drawn_blocks_never_overlap(subject: &impl Subject) {
    let store = subject.open();
    let mut drawers = JoinSet::new();
    for drawer in 0..16_u64 {
        let store = Arc::clone(&store);
        drawers.spawn(async move {
            let mut blocks = Vec::new();
            for step in 0..10 {
                let count = 1 + (drawer * 7 + step) % 5;
                let block = store.draw_ids("customer", count).await.expect("numbers are left");
                assert_eq!(block.end - block.start, count);
                blocks.push(block);
            }
            blocks
        });
    }
    let mut blocks: Vec<_> = drawers.join_all().await.into_iter().flatten().collect();
    blocks.sort_unstable_by_key(|block| block.start);
    assert!(blocks.windows(2).all(|pair| pair[0].end <= pair[1].start), "no number twice");
}

pub(super) async fn draws_start_at_one_and_sequences_are_separate(subject: &impl Subject) {
    let store = subject.open();
    assert_eq!(store.draw_ids("customer", 1_000).await.expect("drawn"), 1..1_001);
    assert_eq!(store.draw_ids("run", 1).await.expect("drawn"), 1..2);
    assert!(store.draw_ids("customer", 1).await.expect("drawn").start >= 1_001);
}

pub(super) async fn drawn_blocks_never_overlap_across_reopen(subject: &impl Subject) {
    let mut end = 1;
    for _ in 0..4 {
        let block = subject.open().draw_ids("customer", 10).await.expect("drawn");
        assert!(block.start >= end, "{block:?} after {end}");
        end = block.end;
    }
}

pub(super) async fn unacceptable_draws(subject: &impl Subject) {
    let store = subject.open();
    let long = "n".repeat(SEQUENCE_NAME_BYTES_MAX + 1);
    for (sequence, count) in [("", 1), (&long, 1), ("customer", 0), ("customer", IDS_DRAWN_MAX + 1)] {
        let answer = store.draw_ids(sequence, count).await;
        assert!(matches!(answer, Err(StoreError::Unacceptable(_))), "{count} of {sequence}: {answer:?}");
    }
    assert_eq!(store.draw_ids("customer", 1).await.expect("drawn"), 1..2);
}

pub(super) async fn healthy_store_says_so(subject: &impl Subject) {
    let store = subject.open();
    let number = accept(&*store, put(&customer(1), "x")).await;
    let health = store.health().await;
    assert_eq!((health.writable, health.reason, health.last_commit), (true, None, number));
}
