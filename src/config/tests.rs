//! Tables: what is read, from where, and what a mistake is answered with.

use std::collections::BTreeSet;
use std::ffi::OsString;

use super::*;

fn sources(file: &str, variables: &[(&str, &str)]) -> (tempfile::TempDir, Sources) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("my.toml");
    std::fs::write(&path, file).unwrap();
    let variables = variables.iter().map(|(name, value)| (OsString::from(name), OsString::from(value)));
    (folder, Sources { file: Some(path), variables: variables.collect(), ..Sources::default() })
}

fn load(file: &str, variables: &[(&str, &str)]) -> Config {
    let (_folder, sources) = sources(file, variables);
    sources.load().unwrap()
}

/// Every one of `expected` stands in the refusal, and it ends the program with 78.
fn check_refused(file: &str, variables: &[(&str, &str)], expected: &[&str]) {
    let (_folder, sources) = sources(file, variables);
    let failure = Failure::from(sources.load().unwrap_err());
    assert_eq!(failure.exit, Exit::Config);
    for part in expected {
        assert!(failure.message.contains(part), "{part:?} is missing in:\n{}", failure.message);
    }
}

#[test]
fn later_sources_win_key_by_key() {
    let file = "listen = '127.0.0.1:1'\n[limits]\ndepth_max = 7\nchildren_max = 8\n";
    let config =
        load(file, &[("CASTILE_LIMITS__DEPTH_MAX", "9"), ("HOME", "/"), ("CASTILE_LOG__FORMAT", "json")]);
    assert_eq!((config.limits.depth_max, config.limits.children_max), (9, 8));
    assert_eq!(config.limits.attributes_max, Limits::default().attributes_max);
    assert_eq!(config.log.format, LogFormat::Json);
    assert_eq!(config.listen, "127.0.0.1:1".parse().unwrap());

    let (_folder, sources) =
        sources(file, &[("CASTILE_LISTEN", "127.0.0.1:2"), ("CASTILE_DATA_DIR", "2024")]);
    assert_eq!(sources.load().unwrap().listen.port(), 2);
    assert_eq!(sources.load().unwrap().data_dir, PathBuf::from("2024"));
    let flags =
        Sources { listen: Some("127.0.0.1:3".parse().unwrap()), data_dir: Some("x".into()), ..sources };
    assert_eq!(flags.load().unwrap().listen.port(), 3);
    assert_eq!(flags.load().unwrap().data_dir, PathBuf::from("x"));
}

#[test]
fn variables_take_lists_tables_and_leave_those_of_others_alone() {
    let config = load(
        "",
        &[
            ("CASTILE_TRUSTED_PROXIES", "['10.0.0.0/8']"),
            ("CASTILE_POSTAL_CODES__GB", "A9 9AA"),
            ("CASTILE_POSTAL_CODES__DE", "99999"),
            ("CASTILE_PORT_8080_TCP", "tcp://10.1.2.3:8080"),
            ("CASTILE_SERVICE_HOST", "10.1.2.3"),
        ],
    );
    assert!(config.trusts_proxy("10.3.2.1".parse().unwrap()));
    assert!(config.postal_codes["GB"].pattern().accepts("M1 1AE"));
    assert!(config.postal_codes["DE"].pattern().accepts("12345"));
}

#[test]
fn a_mistake_in_the_file_is_named_with_its_line() {
    check_refused(
        "\nlisen = '127.0.0.1:1'",
        &[],
        &["my.toml", "line 2", "lisen", "expected one of", "listen"],
    );
    check_refused("[limits]\n\ndepth = 1", &[], &["my.toml", "line 3", "depth", "depth_max"]);
    check_refused("[limits]\ndepth_max = 0", &[], &["line 2", "1 or more"]);
    check_refused("[limits]\ndepth_max = '5'", &[], &["line 2", "expected i64"]);
    check_refused("listen = \n", &[], &["my.toml", "line 1"]);
    check_refused("time_zone = 'Atlantis/Capital'", &[], &["line 1", "IANA"]);
    check_refused("public_url = 'ftp://x'", &[], &["line 1", "https://"]);
    check_refused("trusted_proxies = [\n'10.0.0.0/8',\n'proxy']", &[], &["line 1", "10.0.0.0/8"]);
    check_refused("[postal_codes]\nGB = ''", &[], &["line 2", "form"]);
    check_refused("[postal_codes]\n' ' = '9'", &[], &["line 1", "country"]);
    check_refused("[log]\nformat = 'xml'", &[], &["line 2", "`text` or `json`"]);
}

#[test]
fn a_mistake_in_a_variable_is_named_with_it() {
    check_refused("", &[("CASTILE_LISEN", "x")], &["CASTILE_LISEN", "unknown field", "listen"]);
    check_refused("", &[("CASTILE_LIMITS__DEPTH_MAX", "deep")], &["CASTILE_LIMITS__DEPTH_MAX", "i64"]);
    check_refused("", &[("CASTILE_LIMITS__DEPTH_MAX", "-1")], &["CASTILE_LIMITS__DEPTH_MAX", "1 or more"]);
    check_refused("", &[("CASTILE_LISTEN", "8080")], &["CASTILE_LISTEN"]);
}

/// Every word of every setting of merges, as the rules have it.
#[test]
fn m_6_every_word_of_the_merge_settings_is_read() {
    use crate::domain::merge::{self as rules, MergeSettings};
    type Change = fn(&mut MergeSettings);
    let cases: &[(&str, Change)] = &[
        ("attributes = ['Motto', 'Level']", |to| to.attributes = vec!["Motto".into(), "Level".into()]),
        ("contact_permissions = 'source'", |to| to.contact_permissions = rules::Permissions::Source),
        ("contact_permissions = 'all_yes'", |to| to.contact_permissions = rules::Permissions::AllYes),
        ("contact_permissions = 'all_no'", |to| to.contact_permissions = rules::Permissions::AllNo),
        ("birth_date = 'source'", |to| to.birth_date = rules::Single::Source),
        ("birth_date = 'best_match'", |to| to.birth_date = rules::Single::BestMatch),
        ("home_location = 'source'", |to| to.home_location = rules::Single::Source),
        ("home_location = 'best_match'", |to| to.home_location = rules::Single::BestMatch),
        ("email = 'source'", |to| to.email = rules::Several::Source),
        ("email = 'best_match'", |to| to.email = rules::Several::BestMatch),
        ("email = 'retain_all'", |to| to.email = rules::Several::RetainAll),
        ("mail_address = 'best_match'", |to| to.mail_address = rules::Several::BestMatch),
        ("mail_address = 'retain_all'", |to| to.mail_address = rules::Several::RetainAll),
        ("phone = 'best_match'", |to| to.phone = rules::Several::BestMatch),
        ("phone = 'retain_all'", |to| to.phone = rules::Several::RetainAll),
        ("customer_not_found = 'refuse'", |to| to.not_found = rules::WhenMissing::Refuse),
        ("customer_not_found = 'leave_out'", |to| to.not_found = rules::WhenMissing::LeaveOut),
        ("customer_has_cards = 'merge'", |to| to.has_cards = rules::WhenHeld::Merge),
        ("customer_has_cards = 'leave_out'", |to| to.has_cards = rules::WhenHeld::LeaveOut),
        ("customer_has_cards = 'refuse'", |to| to.has_cards = rules::WhenHeld::Refuse),
        ("customer_has_transactions = 'leave_out'", |to| to.has_transactions = rules::WhenHeld::LeaveOut),
        ("customer_has_transactions = 'refuse'", |to| to.has_transactions = rules::WhenHeld::Refuse),
        ("customer_has_promotion_responses = 'leave_out'", |to| {
            to.has_promotion_responses = rules::WhenHeld::LeaveOut;
        }),
        ("customer_has_promotion_responses = 'refuse'", |to| {
            to.has_promotion_responses = rules::WhenHeld::Refuse;
        }),
        ("source_cannot_be_merged = 'refuse'", |to| to.source_unmergeable = rules::WhenNoSource::Refuse),
        ("source_cannot_be_merged = 'choose'", |to| to.source_unmergeable = rules::WhenNoSource::Choose),
        ("records_max = 2", |to| to.records_max = 2),
        ("records_max = 100", |to| to.records_max = 100),
        ("source_rules = []", |to| to.source_rules = Vec::new()),
        ("source_rules = ['attributes', 'address', 'phone', 'email', 'cards', 'recent_activity']", |to| {
            to.source_rules.reverse();
        }),
    ];
    assert_eq!(Config::default().merge.settings(), MergeSettings::default());
    for (line, change) in cases {
        let mut expected = MergeSettings::default();
        change(&mut expected);
        assert_eq!(load(&format!("[merge]\n{line}"), &[]).merge.settings(), expected, "{line}");
    }
    let variable = load("", &[("CASTILE_MERGE__EMAIL", "retain_all")]);
    assert_eq!(variable.merge.settings().email, rules::Several::RetainAll);
    for wrong in ["records_max = 1", "records_max = 101", "records_max = '5'"] {
        check_refused(&format!("[merge]\n{wrong}"), &[], &["line 2"]);
    }
    check_refused("[merge]\nemail = 'all'", &[], &["line 2", "`source`", "`retain_all`"]);
    check_refused("[merge]\nsource_rules = ['age']", &[], &["line 2", "recent_activity"]);
}

#[test]
fn a_named_file_must_exist() {
    let sources = Sources { file: Some("/nonexistent/castile.toml".into()), ..Sources::default() };
    let failure = Failure::from(sources.load().unwrap_err());
    assert!(failure.message.contains("/nonexistent/castile.toml"), "{failure}");
}

#[test]
fn an_address_that_others_reach_must_be_asked_for() {
    let check = |listen: &str, allow_insecure_listen: bool, expected: bool| {
        let config = Config { listen: listen.parse().unwrap(), allow_insecure_listen, ..Config::default() };
        assert_eq!(config.check_listen().is_ok(), expected, "{listen}");
    };
    check("127.0.0.1:0", false, true);
    check("127.8.8.8:0", false, true);
    check("[::1]:0", false, true);
    check("[::ffff:127.0.0.1]:0", false, true);
    check("0.0.0.0:0", false, false);
    check("[::]:0", false, false);
    check("192.0.2.1:0", false, false);
    check("192.0.2.1:0", true, true);
}

#[test]
fn the_listing_reads_back_and_holds_every_key() {
    let changed = load(
        "public_url = 'https://crm.example.com/x/'\ntime_zone = 'UTC'\ntrusted_proxies = ['10.0.0.0/8', '::1']\n\
         [postal_codes]\ngb = 'A9 9AA'\nde = '99999'\n[limits]\ndepth_max = 7\n[log]\nlevel = 'debug'\n",
        &[],
    );
    assert_eq!(changed.public_url.as_ref().unwrap().as_str(), "https://crm.example.com/x");
    for config in [Config::default(), changed] {
        let text = listing(&config);
        assert_eq!(toml::from_str::<Config>(&text).unwrap(), config, "{text}");
        assert_eq!(leaves(&toml::from_str(&text).unwrap()), leaves(&toml::Table::try_from(&config).unwrap()));
        assert!(text.contains("public_url = "));
        assert!(text.contains("default 10485760"));
    }
}

fn leaves(table: &toml::Table) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for (key, value) in table {
        match value.as_table() {
            Some(inner) => names.extend(leaves(inner).into_iter().map(|name| format!("{key}.{name}"))),
            None => drop(names.insert(key.clone())),
        }
    }
    names
}
