//! The configuration as a commented `castile.toml`: what `castile config` prints.
//!
//! Every key is there with its explanation, unit, default and present value; a key without a value stands
//! in a comment. Read back, the text gives the same configuration. Deliberately absent: where a value came
//! from.

use std::fmt::Write;

use toml::{Table, Value};

use super::{Config, FILE_DEFAULT, KeyInfo};

/// What stands in a comment where a key has no value.
const EXAMPLES: [(&str, &str); 2] =
    [("public_url", "\"https://crm.example.com\""), ("root", "\"/srv/castile/batch\"")];

/// The text.
pub fn listing(config: &Config) -> String {
    let values = table_of(config);
    let defaults = table_of(&Config::default());
    let mut text = format!(
        "# The configuration of castile, every key. This is a valid {FILE_DEFAULT}.\n\
         # A key can also be set by a variable: limits.depth_max by CASTILE_LIMITS__DEPTH_MAX.\n\n"
    );
    let is_table = |key: &KeyInfo| key.name == POSTAL_CODES || section(key.name).is_some();
    for key in Config::KEYS.iter().filter(|key| !is_table(key)) {
        entry(&mut text, key, values.get(key.name), defaults.get(key.name));
    }
    for key in Config::KEYS.iter().filter(|key| is_table(key)) {
        let values = values.get(key.name).and_then(Value::as_table);
        let defaults = defaults.get(key.name).and_then(Value::as_table);
        let _ = writeln!(text, "#{}\n[{}]", key.about, key.name);
        match section(key.name) {
            Some(keys) => keys.iter().for_each(|key| {
                entry(
                    &mut text,
                    key,
                    values.and_then(|t| t.get(key.name)),
                    defaults.and_then(|t| t.get(key.name)),
                );
            }),
            None => postal_codes(&mut text, values),
        }
    }
    text.truncate(text.trim_end().len());
    text.push('\n');
    text
}

const POSTAL_CODES: &str = "postal_codes";

fn section(name: &str) -> Option<&'static [KeyInfo]> {
    Config::SECTIONS.iter().find(|(section, _)| *section == name).map(|(_, keys)| *keys)
}

fn table_of(config: &Config) -> Table {
    // A Config is made of text, numbers, flags, lists and tables: all of TOML's own kinds.
    Table::try_from(config).unwrap_or_default()
}

fn entry(text: &mut String, key: &KeyInfo, value: Option<&Value>, default: Option<&Value>) {
    let default = default.map_or_else(|| "none".to_owned(), Value::to_string);
    let _ = writeln!(text, "#{}\n# {}; default {default}", key.about, key.unit);
    let _ = match value {
        Some(value) => writeln!(text, "{} = {value}\n", key.name),
        None => {
            let example =
                EXAMPLES.iter().find(|(name, _)| *name == key.name).map_or("…", |(_, example)| example);
            writeln!(text, "# {} = {example}\n", key.name)
        }
    };
}

fn postal_codes(text: &mut String, forms: Option<&Table>) {
    text.push_str("# pattern by country code; default none: US, CA and customers without a country have built-in forms\n");
    text.push_str("# GB = \"A9 9AA|A99 9AA|AA9 9AA|AA99 9AA|A9A 9AA|AA9A 9AA\"\n");
    for (country, form) in forms.into_iter().flatten() {
        let _ = writeln!(text, "{country} = {form}");
    }
    text.push('\n');
}
