//! Bodies of every size, around every boundary an engine may have.

use super::*;
use crate::store::BODY_BYTES_MAX;

/// Nothing, one byte, both sides of 6 KB and its multiples, 100 KB, the largest.
const SIZES: &[usize] = &[
    0,
    1,
    22,
    23,
    2_048,
    5_950,
    5_980,
    5_982,
    5_983,
    5_984,
    5_999,
    6_000,
    6_001,
    6_143,
    6_144,
    6_145,
    11_990,
    12_000,
    12_001,
    100_000,
    BODY_BYTES_MAX,
];

pub(super) async fn every_size_comes_back(subject: &impl Subject) {
    let store = subject.open();
    for (id, size) in (0..).zip(SIZES) {
        accept(&*store, put(&customer(id), patterned(*size, id as u8))).await;
    }
    drop(store);
    let store = subject.open();
    for (id, size) in (0..).zip(SIZES) {
        let record = read(&*store, &customer(id)).await.expect("there");
        assert!(record.body == patterned(*size, id as u8), "{size} bytes");
    }
}

pub(super) async fn long_body_overwritten_and_deleted(subject: &impl Subject) {
    let store = subject.open();
    for (seed, size) in (1..).zip([100_000, 200_000, 10, 100_000, 6_000, 0, 30_000, 30_000]) {
        accept(&*store, put(&customer(1), patterned(size, seed))).await;
        assert!(
            read(&*store, &customer(1)).await.expect("there").body == patterned(size, seed),
            "{size} bytes"
        );
    }
    accept(&*store, delete(&customer(1))).await;
    assert_eq!(read(&*store, &customer(1)).await, None);
    accept(&*store, put(&customer(1), "short")).await;
    assert_eq!(read(&*store, &customer(1)).await.expect("there").body, "short");
}

pub(super) async fn long_body_in_scan_and_get_many(subject: &impl Subject) {
    let store = subject.open();
    for (id, size) in [(1, 50_000), (2, 5), (3, 70_000)] {
        accept(&*store, put(&customer(id), patterned(size, id as u8))).await;
    }
    let sizes = |records: Vec<Record>| records.iter().map(|record| record.body.len()).collect::<Vec<_>>();
    let scanned = scan_all(&*store, Collection::Customer).await;
    assert_eq!(sizes(scanned.into_iter().map(|(_, record)| record).collect()), [50_000, 5, 70_000]);
    let many = store.get_many(&[customer(3), customer(1)]).await.expect("readable");
    assert_eq!(sizes(many.into_iter().flatten().collect()), [70_000, 50_000]);
}

pub(super) async fn long_log_rows_come_back(subject: &impl Subject) {
    let store = subject.open();
    let mut change = Change::new();
    for (seed, size) in (0..).zip(SIZES) {
        change.log(patterned(*size, seed));
    }
    let number = accept(&*store, change).await;
    let rows = store.read_log(number, usize::MAX).await.expect("readable");
    assert_eq!(rows.len(), SIZES.len());
    for (seed, row) in (0..).zip(rows) {
        assert!(row.body == patterned(SIZES[seed as usize], seed) && row.position == u32::from(seed));
    }
}
