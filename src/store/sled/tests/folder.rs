//! Folders that are no store, half a store, or somebody else's.

use std::fs::File;

use super::*;
use crate::store::sled::packing::number_address;

fn refusal(folder: &Path) -> String {
    match SledStore::open(options(folder)) {
        Err(StoreError::Engine(why)) => why,
        Err(other) => panic!("expected a refusal, got {other}"),
        Ok(_) => panic!("expected a refusal"),
    }
}

#[test]
fn a_folder_that_is_no_store_is_named_and_left_alone() {
    let folder = tempdir().expect("a folder");
    let check = |name: &str, make: &dyn Fn(&Path), expected: &str| {
        let path = folder.path().join(name);
        make(&path);
        let why = refusal(&path);
        assert!(why.contains(expected) && why.contains(name), "{name}: {why}");
    };
    let with_file = |path: &Path, file: &str| {
        fs::create_dir_all(path).expect("made");
        fs::write(path.join(file), "something").expect("written");
    };
    check("file", &|path| fs::write(path, "x").expect("written"), "is a file");
    check("letters", &|path| with_file(path, "letter.txt"), "holds 1 things but no store");
    check("half", &|path| with_file(path, "db"), "no `conf`");
    let foreign = |path: &Path| {
        let db = ::sled::Config::new().path(path).segment_size(2 * 1024 * 1024).open().expect("opened");
        db.insert("their", "data").expect("written");
    };
    check("foreign", &foreign, "of another program");
    let newer = |path: &Path| {
        drop(open(path));
        tamper(path, |trees| {
            let address = number_address("format");
            let head = packing::pack(&address, 0, &2_u64.to_be_bytes(), |_, _| {});
            trees.numbers.insert(address, head).expect("written");
        });
    };
    check("newer", &newer, "has layout 2");
}

#[test]
fn a_folder_in_use_is_said_to_be() {
    let folder = tempdir().expect("a folder");
    let _store = open(folder.path());
    assert!(refusal(folder.path()).contains("in use"));
}

#[tokio::test]
async fn a_store_whose_making_was_interrupted_is_made_anew() {
    let folder = tempdir().expect("a folder");
    fs::create_dir(folder.path().join("blobs")).expect("made");
    File::create(folder.path().join("conf")).expect("made");
    open(folder.path()).commit(put(1, vec![])).await.expect("accepted");
}
