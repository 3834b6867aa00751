//! No upward arrow: what a tier may import and what it may never name, as `docs/ARCHITECTURE.md` has it.

use super::source::{Source, sources};

/// A folder under `src` and its rule.
struct Tier {
    name: &'static str,
    /// What of the crate may be named; a path allows what is inside it too.
    may_import: &'static [&'static str],
    /// Words that may not stand in its code.
    never: &'static [&'static str],
    why: &'static str,
}

const ENGINES: [&str; 2] = ["SledStore", "MemoryStore"];

const TIERS: &[Tier] = &[
    Tier {
        name: "domain",
        may_import: &["domain"],
        never: &[
            "async",
            "await",
            "serde",
            "hyper",
            "tokio",
            "std::fs",
            "std::net",
            "std::env",
            "std::time",
            "uuid",
            "tracing",
        ],
        why: "rules are pure and synchronous: no transport, store, clock, file or source of randomness",
    },
    Tier {
        name: "wire",
        may_import: &["domain", "wire"],
        never: &["tokio", "hyper", "async", "await", "std::fs", "std::net", "std::env"],
        why: "codecs turn bytes into values and back; they know neither who sends nor where things are stored",
    },
    Tier {
        name: "store",
        may_import: &["domain", "store", "meters"],
        never: &["hyper"],
        why: "the store keeps records; how they are spoken about on the wire is none of its business",
    },
    Tier {
        name: "search",
        may_import: &["domain", "store", "search"],
        never: &["hyper"],
        why: "the index follows the store's change log; how it is asked is none of its business",
    },
    Tier {
        name: "ops",
        may_import: &["domain", "store", "search", "ops", "clock"],
        never: &["hyper", "sled", ENGINES[0], ENGINES[1]],
        why: "operations decide on a store behind a port; their codecs alone (soap.rs, rest.rs, batch.rs) know the wire",
    },
    Tier {
        name: "transport",
        may_import: &[
            "transport",
            "ops",
            "jobs",
            "wire",
            "jobs::batch",
            "domain::error",
            "store::batch",
            "store::record::batch",
            "config",
            "data_dir",
            "failure",
            "clock",
            "meters",
        ],
        never: &["commit", "sled", ENGINES[0], ENGINES[1]],
        why: "transports carry requests to operations; only ops::execute commits",
    },
    Tier {
        name: "jobs",
        may_import: &[
            "jobs",
            "ops",
            "wire",
            "domain::batch_name",
            "domain::error",
            "config",
            "failure",
            "clock",
            "meters",
            "store::StoreError",
        ],
        never: &["commit", "sled", ENGINES[0], ENGINES[1]],
        why: "a job is one more caller of operations; only ops commits",
    },
    Tier {
        name: "cli",
        may_import: &[
            "cli",
            "transport",
            "ops",
            "wire",
            "domain::error",
            "config",
            "data_dir",
            "failure",
            "telemetry",
            "compose",
            "serve",
        ],
        never: &["commit", "sled", ENGINES[0], ENGINES[1]],
        why: "commands talk to the composition root or to a running server; only ops commits",
    },
];

/// Files beside the tiers, which all but the pure tiers may use.
const BESIDE: Tier = Tier {
    name: "beside the tiers",
    may_import: &["config", "clock", "telemetry", "meters", "data_dir", "failure", "domain"],
    never: &["commit", "sled", ENGINES[0], ENGINES[1]],
    why: "what all tiers use may use none of them",
};

/// The composition root: the only place that joins tiers and names engines.
const ROOTS: [&str; 4] = ["src/lib.rs", "src/main.rs", "src/compose.rs", "src/serve.rs"];
/// Files of `ops` that are codecs, shared or of one operation.
const CODECS: [&str; 7] =
    ["soap.rs", "rest.rs", "batch.rs", "written.rs", "identifiers.rs", "results.rs", "carried.rs"];

fn tier_of(path: &str) -> Option<&'static Tier> {
    let inside = path.strip_prefix("src/")?;
    match inside.split_once('/') {
        Some((folder, _)) => TIERS.iter().find(|tier| tier.name == folder).or(Some(&BESIDE)),
        None => Some(&BESIDE),
    }
}

/// The module that a file is: `src/ops/lookup.rs` is `ops::lookup`, `src/ops/mod.rs` is `ops`.
fn module_of(path: &str) -> Vec<&str> {
    let inside = path.trim_start_matches("src/").trim_end_matches(".rs");
    inside.split('/').filter(|part| *part != "mod").collect()
}

/// Every path into the crate that the code names, from the crate's root, `super` and groups resolved.
fn imports(code: &str, module: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        if !ends_in_name(&code[..at]) {
            spread(&code[at + "crate::".len()..], "", &mut found);
        }
    }
    for (at, _) in code.match_indices("super::") {
        if code[..at].ends_with("super::") || ends_in_name(&code[..at]) {
            continue;
        }
        let mut rest = &code[at..];
        let mut depth = 0;
        while let Some(inner) = rest.strip_prefix("super::") {
            (rest, depth) = (inner, depth + 1);
        }
        let base = &module[..module.len().saturating_sub(depth)];
        spread(rest, &base.iter().map(|part| format!("{part}::")).collect::<String>(), &mut found);
    }
    found
}

fn ends_in_name(text: &str) -> bool {
    text.ends_with(|last: char| last.is_alphanumeric() || last == '_' || last == '$')
}

/// `a::{b, c::d}` behind a base is `a::b` and `a::c::d`.
fn spread(rest: &str, base: &str, found: &mut Vec<String>) {
    if let Some(group) = rest.strip_prefix('{') {
        let (mut depth, mut start) = (0, 0);
        for (at, character) in group.char_indices() {
            match character {
                '{' => depth += 1,
                ',' | '}' if depth == 0 => {
                    let item = group[start..at].trim();
                    if !item.is_empty() {
                        spread(item, base, found);
                    }
                    start = at + 1;
                    if character == '}' {
                        return;
                    }
                }
                '}' => depth -= 1,
                _ => {}
            }
        }
        return;
    }
    let end =
        rest.find(|character: char| !(character.is_alphanumeric() || character == '_')).unwrap_or(rest.len());
    let (name, behind) = rest.split_at(end);
    match behind.strip_prefix("::") {
        Some(inner) if !name.is_empty() => spread(inner, &format!("{base}{name}::"), found),
        _ => found.push(format!("{base}{name}")),
    }
}

fn is_inside(path: &str, allowed: &str) -> bool {
    path.strip_prefix(allowed).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

/// What of this file breaks the rule of its tier.
fn upward_arrows(source: &Source) -> Vec<String> {
    let Some(tier) = tier_of(&source.path).filter(|_| !ROOTS.contains(&source.path.as_str())) else {
        return Vec::new();
    };
    let (code, module) = (source.program(), module_of(&source.path));
    let file = source.path.rsplit('/').next().unwrap_or_default();
    let may_codec = tier.name == "ops" && CODECS.contains(&file);
    let mut broken = Vec::new();
    for import in imports(&code, &module) {
        let allowed = tier.may_import.iter().any(|allowed| is_inside(&import, allowed));
        let from_root = !import.contains("::");
        if !(allowed || from_root || may_codec && is_inside(&import, "wire")) {
            broken.push(format!("{}: {} may not import {import}: {}", source.path, tier.name, tier.why));
        }
        if let [ops, own, ..] = module[..]
            && ops == "ops"
            && is_operation(own)
            && let Some(other) = import.strip_prefix("ops::").and_then(|rest| rest.split("::").next())
            && other != own
            && is_operation(other)
        {
            broken.push(format!("{}: the operation {own} may not import the operation {other}", source.path));
        }
    }
    for word in tier.never.iter().filter(|word| names(&code, word)) {
        broken.push(format!("{}: {} may never name {word}: {}", source.path, tier.name, tier.why));
    }
    broken
}

/// A folder of `src/ops` with a codec is an operation.
fn is_operation(name: &str) -> bool {
    super::source::root().join("src/ops").join(name).join("soap.rs").is_file()
}

/// Does the code name this word, as a word?
fn names(code: &str, word: &str) -> bool {
    code.match_indices(word).any(|(at, _)| {
        let behind = code[at + word.len()..].chars().next().unwrap_or(' ');
        !(ends_in_name(&code[..at]) || behind.is_alphanumeric() || behind == '_')
    })
}

#[test]
fn no_tier_names_one_above_it() {
    let sources = sources(&["src"]);
    assert!(sources.len() > 100, "only {} files were read", sources.len());
    let broken: Vec<_> = sources.iter().filter(|source| !source.is_test()).flat_map(upward_arrows).collect();
    assert!(broken.is_empty(), "\n{}", broken.join("\n"));
}

#[test]
fn only_one_folder_names_the_engine_and_only_one_file_asks_the_time() {
    for source in sources(&["src"]).iter().filter(|source| !source.is_test()) {
        let code = source.program();
        let engine = code
            .match_indices("sled::")
            .any(|(at, _)| !code[..at].ends_with("::") && !ends_in_name(&code[..at]));
        let may_engine = source.path.starts_with("src/store/sled/") || source.path == "src/store/mod.rs";
        assert!(!engine || may_engine, "{} names sled; only src/store/sled may", source.path);
        let asks = ["Timestamp::now", "Zoned::now", "SystemTime::now"].iter().any(|word| code.contains(word));
        assert!(
            !asks || source.path == "src/clock.rs",
            "{} asks what time it is; only src/clock.rs may",
            source.path
        );
    }
}

#[track_caller]
fn check(path: &str, code: &str, expected: &[&str]) {
    let broken = upward_arrows(&Source { path: path.to_owned(), text: code.to_owned() });
    assert_eq!(broken.len(), expected.len(), "{broken:?}");
    for (broken, expected) in broken.iter().zip(expected) {
        assert!(broken.contains(expected), "{broken}");
    }
}

#[test]
fn upward_arrows_are_found_however_they_are_written() {
    check("src/domain/a.rs", "use crate::wire::xml;", &["domain may not import wire::xml"]);
    check("src/domain/a.rs", "use super::error::Code; use crate::domain::value;", &[]);
    check(
        "src/domain/a.rs",
        "use crate::{domain::value, ops::{self, Call}};",
        &["import ops::self", "import ops::Call"],
    );
    check("src/domain/a/b.rs", "use super::super::super::store::Key;", &["domain may not import store::Key"]);
    check(
        "src/domain/a.rs",
        "fn f() { let x = crate::store::key(); }",
        &["domain may not import store::key"],
    );
    check("src/domain/a.rs", "// crate::ops::x\nconst A: &str = \"crate::ops\";", &[]);
    check("src/domain/a.rs", "#[cfg(test)]\nmod tests {\n    use crate::wire::xml;\n}", &[]);
    check("src/domain/a.rs", "pub async fn f() {}", &["never name async"]);
    check("src/wire/a.rs", "use tokio::sync::Mutex;", &["never name tokio"]);
    check(
        "src/transport/a.rs",
        "use crate::domain::customer::Customer;",
        &["import domain::customer::Customer"],
    );
    check(
        "src/transport/a.rs",
        "use crate::domain::error::Code; store.commit(change);",
        &["never name commit"],
    );
    check("src/ops/lookup.rs", "use crate::wire::customer;", &["ops may not import wire::customer"]);
    check("src/ops/add_customer/soap.rs", "use crate::wire::customer;", &[]);
    check(
        "src/ops/add_customer/mod.rs",
        "use super::retrieve_customer::Request;",
        &["may not import the operation"],
    );
    check("src/ops/add_customer/mod.rs", "use super::{Context, customers, lookup};", &[]);
    check("src/clock.rs", "use crate::ops::Gateway;", &["what all tiers use may use none"]);
}
