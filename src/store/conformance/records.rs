//! Reading, writing, deleting, scanning.

use super::*;
use crate::store::KEY_BYTES_MAX;

pub(super) async fn absent_record_is_none(subject: &impl Subject) {
    let store = subject.open();
    assert_eq!(read(&*store, &customer(1)).await, None);
    assert_eq!(scan_all(&*store, Collection::Customer).await, []);
}

pub(super) async fn own_write_is_read(subject: &impl Subject) {
    let store = subject.open();
    for id in 0..50 {
        let version = accept(&*store, put(&customer(id), format!("body {id}"))).await;
        let record = read(&*store, &customer(id)).await.expect("just acknowledged");
        assert_eq!((record.version, record.body), (version, format!("body {id}").into()));
    }
}

pub(super) async fn version_is_the_commit(subject: &impl Subject) {
    let store = subject.open();
    let first = accept(&*store, put(&customer(1), "a")).await;
    let second = accept(&*store, put(&customer(2), "b")).await;
    assert!(second > first);
    assert_eq!(read(&*store, &customer(1)).await.map(|record| record.version), Some(first));
    let third = accept(&*store, put(&customer(1), "a")).await;
    assert_eq!(
        read(&*store, &customer(1)).await.map(|record| record.version),
        Some(third),
        "same body, new version"
    );
}

pub(super) async fn overwrite_replaces(subject: &impl Subject) {
    let store = subject.open();
    accept(&*store, put(&customer(1), "long body of the first")).await;
    accept(&*store, put(&customer(1), "short")).await;
    assert_eq!(read(&*store, &customer(1)).await.expect("there").body, "short");
    assert_eq!(scan_all(&*store, Collection::Customer).await.len(), 1);
}

pub(super) async fn delete_removes_and_bears_absence(subject: &impl Subject) {
    let store = subject.open();
    accept(&*store, delete(&customer(1))).await;
    accept(&*store, put(&customer(1), "x")).await;
    accept(&*store, delete(&customer(1))).await;
    assert_eq!(read(&*store, &customer(1)).await, None);
    assert_eq!(scan_all(&*store, Collection::Customer).await, []);
}

pub(super) async fn get_many_keeps_the_order_asked(subject: &impl Subject) {
    let store = subject.open();
    for id in [3, 1, 2] {
        accept(&*store, put(&customer(id), id.to_string())).await;
    }
    let keys = [customer(2), customer(9), customer(3), customer(2)];
    let found = store.get_many(&keys).await.expect("readable");
    let bodies: Vec<_> = found.iter().map(|record| record.as_ref().map(|record| &record.body[..])).collect();
    assert_eq!(bodies, [Some(&b"2"[..]), None, Some(b"3"), Some(b"2")]);
    assert_eq!(store.get_many(&[]).await.expect("readable"), []);
}

pub(super) async fn scan_ascends_bytewise_and_stops_at_limit(subject: &impl Subject) {
    let store = subject.open();
    let ids: Vec<u64> = vec![300, 2, 256, 1, 255, 65_536, u64::MAX, 0];
    for id in &ids {
        accept(&*store, put(&customer(*id), "x")).await;
    }
    let mut ascending = ids.clone();
    ascending.sort_unstable();
    for limit in [0, 1, 3, ids.len(), usize::MAX] {
        let range = crate::store::prefix_range(&[]);
        let found = store.scan(Collection::Customer, range, limit).await.expect("readable");
        let found: Vec<Key> = found.into_iter().map(|(key, _)| key).collect();
        let expected: Vec<Key> = ascending.iter().take(limit).map(|id| customer(*id)).collect();
        assert_eq!(found, expected, "limit {limit}");
    }
}

pub(super) async fn scan_bounds_are_start_in_end_out(subject: &impl Subject) {
    let store = subject.open();
    for id in 1..=5 {
        accept(&*store, put(&customer(id), "x")).await;
    }
    for (start, end, expected) in
        [(2, 4, vec![2, 3]), (1, 6, vec![1, 2, 3, 4, 5]), (3, 3, vec![]), (4, 2, vec![]), (6, 9, vec![])]
    {
        let range = customer(start).id..customer(end).id;
        let found = store.scan(Collection::Customer, range, 100).await.expect("readable");
        let expected: Vec<Key> = expected.into_iter().map(customer).collect();
        assert_eq!(found.into_iter().map(|(key, _)| key).collect::<Vec<_>>(), expected, "{start}..{end}");
    }
}

pub(super) async fn scan_stays_in_its_collection(subject: &impl Subject) {
    let store = subject.open();
    let keys: Vec<Key> = Collection::ALL.iter().map(|collection| Key::new(*collection, [0xff; 8])).collect();
    for key in &keys {
        accept(&*store, put(key, "x")).await;
    }
    for key in &keys {
        let found = scan_all(&*store, key.collection).await;
        assert_eq!(found.iter().map(|(found, _)| found).collect::<Vec<_>>(), [key]);
    }
}

pub(super) async fn binary_ids_are_kept(subject: &impl Subject) {
    let store = subject.open();
    let mut ids: Vec<Vec<u8>> = vec![
        vec![],
        vec![0],
        vec![0, 0],
        vec![0, 0xff],
        vec![0xff],
        vec![0xff, 0],
        vec![0xff; 24],
        b"A\0B".to_vec(),
        b"A\0B\0".to_vec(),
        b"AB".to_vec(),
    ];
    for id in &ids {
        accept(&*store, put(&Key::new(Collection::AlternateKey, &id[..]), id.clone())).await;
    }
    ids.sort_unstable();
    let found = scan_all(&*store, Collection::AlternateKey).await;
    assert_eq!(found.iter().map(|(key, _)| key.id.to_vec()).collect::<Vec<_>>(), ids);
    for (key, record) in found {
        assert_eq!(record.body, *key.id);
        assert_eq!(read(&*store, &key).await, Some(record));
    }
}

pub(super) async fn longest_id_is_kept(subject: &impl Subject) {
    let store = subject.open();
    let key = Key::new(Collection::Idempotency, vec![0xff; KEY_BYTES_MAX]);
    accept(&*store, put(&key, "x")).await;
    assert_eq!(read(&*store, &key).await.expect("there").body, "x");
    assert_eq!(scan_all(&*store, Collection::Idempotency).await.len(), 1);
}

pub(super) async fn a_change_is_stored_whole(subject: &impl Subject) {
    let store = subject.open();
    accept(&*store, put(&customer(3), "goes")).await;
    let mut change = Change::new();
    change.put(customer(1), "one").put(Key::new(Collection::AlternateKey, *b"k"), "two");
    change.delete(customer(3)).log("row");
    let number = accept(&*store, change).await;
    let found = scan_all(&*store, Collection::Customer).await;
    assert_eq!(
        found.iter().map(|(key, record)| (key.clone(), record.version)).collect::<Vec<_>>(),
        [(customer(1), number)]
    );
    assert_eq!(scan_all(&*store, Collection::AlternateKey).await[0].1.version, number);
    assert_eq!(store.read_log(number, 10).await.expect("readable").len(), 1);
}

pub(super) async fn reopened_store_has_everything(subject: &impl Subject) {
    let store = subject.open();
    let mut expected = Vec::new();
    for id in 0..20 {
        let body = patterned(id as usize * 1_000, id as u8);
        let version = accept(&*store, put(&customer(id), body.clone())).await;
        expected.push((customer(id), Record { version, body: body.into() }));
    }
    drop(store);
    let store = subject.open();
    assert!(scan_all(&*store, Collection::Customer).await == expected, "the same records after reopening");
}
