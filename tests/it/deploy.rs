//! What is in `deploy/` fits the program: every metric that a dashboard or an alert names is there, the unit is sound.
//!
//! Deliberately absent: a Grafana, a Prometheus or a running systemd; the Dockerfile says of itself that it is unbuilt.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::support::{Server, skipped};

fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn read(name: &str) -> String {
    fs::read_to_string(path(name)).unwrap()
}

/// The names of all samples of a server that has answered nothing yet.
fn published() -> BTreeSet<String> {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path());
    let metrics = server.client().exchange("GET", "/metrics", &[], "").body;
    server.stop();
    let names = metrics.lines().filter(|line| !line.starts_with('#'));
    names.map(|line| line.split(['{', ' ']).next().unwrap().to_owned()).collect()
}

/// What an expression names of this program.
fn named(expression: &str) -> BTreeSet<String> {
    let words = expression.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    let ours = words.filter(|word| word.starts_with("castile_") || word.starts_with("process_"));
    ours.map(ToOwned::to_owned).collect()
}

#[track_caller]
fn check_named(expressions: &[String], published: &BTreeSet<String>) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    for expression in expressions {
        let named = named(expression);
        let missing: Vec<_> = named.difference(published).collect();
        assert!(missing.is_empty(), "{missing:?} in {expression} is published by no server");
        all.extend(named);
    }
    all
}

fn dashboard() -> Vec<String> {
    let dashboard: serde_json::Value = serde_json::from_str(&read("deploy/grafana-dashboard.json")).unwrap();
    let panels = dashboard["panels"].as_array().unwrap();
    let ids: BTreeSet<_> = panels.iter().map(|panel| panel["id"].as_u64().unwrap()).collect();
    assert_eq!(ids.len(), panels.len(), "two panels have one id");
    let targets = panels.iter().flat_map(|panel| panel["targets"].as_array().unwrap());
    targets.map(|target| target["expr"].as_str().unwrap().to_owned()).collect()
}

fn alerts() -> (Vec<String>, Vec<String>) {
    let rules = read("deploy/prometheus-alerts.yml");
    let of = |key: &str| {
        let lines = rules.lines().filter_map(|line| line.trim_start_matches([' ', '-']).strip_prefix(key));
        lines.map(|rest| rest.trim().to_owned()).collect()
    };
    (of("alert:"), of("expr:"))
}

#[test]
fn every_metric_that_is_named_exists_and_every_one_that_exists_is_explained() {
    let published = published();
    let (names, expressions) = alerts();
    assert!(names.len() > 10 && names.len() == expressions.len(), "{names:?} {expressions:?}");
    check_named(&expressions, &published);
    let shown = check_named(&dashboard(), &published);
    let page = read("docs/OPERATIONS.md");
    let base = |name: &String| {
        let endings = ["_bucket", "_sum", "_count"];
        endings.iter().find_map(|ending| name.strip_suffix(ending)).unwrap_or(name).to_owned()
    };
    let shown: BTreeSet<_> = shown.iter().map(base).collect();
    for name in published.iter().map(base).collect::<BTreeSet<_>>() {
        assert!(page.contains(&format!("`{name}`")), "{name} is not in docs/OPERATIONS.md");
        assert!(shown.contains(&name), "{name} is on no panel of the dashboard");
    }
    for alert in names {
        assert!(page.contains(&format!("| `{alert}` |")), "{alert} is not in docs/OPERATIONS.md");
    }
}

/// The unit with a program that is there, so that systemd looks at everything else.
fn unit(folder: &Path) -> PathBuf {
    let text = read("deploy/castile.service");
    assert!(text.contains("ExecStart=/usr/local/bin/castile "));
    let unit = folder.join("castile.service");
    fs::write(&unit, text.replace("/usr/local/bin/castile", env!("CARGO_BIN_EXE_castile"))).unwrap();
    unit
}

/// The highest exposure that is accepted, in tenths, on systemd's scale from 0 (none) to 10.
const EXPOSURE_MAX: &str = "--threshold=20";

#[test]
fn the_unit_is_sound_and_has_few_rights() {
    let folder = tempfile::tempdir().unwrap();
    let unit = unit(folder.path());
    let analyze = |arguments: &[&str]| Command::new("systemd-analyze").args(arguments).arg(&unit).output();
    let Ok(verified) = analyze(&["verify", "--man=no"]) else {
        return skipped("the unit of systemd", "systemd-analyze is not there");
    };
    let said = String::from_utf8_lossy(&verified.stderr).into_owned();
    assert!(verified.status.success() && said.is_empty(), "{said}");
    let exposure = analyze(&["security", "--offline=yes", EXPOSURE_MAX]).unwrap();
    assert!(exposure.status.success(), "{}", String::from_utf8_lossy(&exposure.stdout));
}

/// The command line of the unit is one that the program takes.
#[test]
fn the_unit_starts_the_program_as_it_is() {
    let unit = read("deploy/castile.service");
    let start = unit.lines().find_map(|line| line.strip_prefix("ExecStart=")).unwrap();
    let words: Vec<_> = start.split(' ').skip(1).chain(["--help"]).collect();
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(super::support::run(folder.path(), &words).status.code(), Some(0), "{start}");
}
