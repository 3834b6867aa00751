//! Where values come from: defaults < file < `CASTILE_…` variables < flags.
//!
//! Each source is checked by itself before they are joined, so that a mistake is named with the file and
//! line, or the variable, that it stands in, together with what is allowed. In a variable's name `__`
//! stands for the dot of a key: `CASTILE_LIMITS__DEPTH_MAX=50` is `limits.depth_max = 50`; values are written
//! as in TOML, and text may go without quotes. Deliberately absent: searching for files in several places.

use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use toml::{Table, Value};

use super::{Config, LogFormat};
use crate::failure::{Exit, Failure};

/// The file that is read where none is named, if it is there.
pub const FILE_DEFAULT: &str = "castile.toml";
const VARIABLE_PREFIX: &str = "CASTILE_";
/// Kubernetes sets variables that begin so in every pod beside a service named `castile`; no key does.
const VARIABLES_OF_OTHERS: [&str; 2] = ["CASTILE_PORT", "CASTILE_SERVICE_"];

/// The places that a configuration is made from.
#[derive(Debug, Default, Clone)]
pub struct Sources {
    /// `--config`: must exist. `None` reads [`FILE_DEFAULT`] in the working folder if it is there.
    pub file: Option<PathBuf>,
    /// The environment; only variables that begin with `CASTILE_` are looked at.
    pub variables: Vec<(OsString, OsString)>,
    /// `--listen`.
    pub listen: Option<SocketAddr>,
    /// `--data-dir`.
    pub data_dir: Option<PathBuf>,
    /// `--log-format`.
    pub log_format: Option<LogFormat>,
    /// `--log-requests`: only ever switches it on.
    pub log_requests: bool,
}

/// Why there is no configuration. The text names the place and what is allowed there.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The named file can't be read.
    #[error("the configuration file {0} can't be read: {1}")]
    Unreadable(PathBuf, std::io::Error),
    /// A value in the file is wrong; the text of the cause names line and column.
    #[error("{0}: {1}")]
    File(PathBuf, toml::de::Error),
    /// A variable is wrong.
    #[error("the environment variable {0}: {1}")]
    Variable(String, String),
    /// The sources are right one by one but not together.
    #[error("the configuration is wrong: {0}")]
    Joined(toml::de::Error),
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        Failure::new(Exit::Config, error.to_string().trim_end().to_owned())
    }
}

impl Sources {
    /// The sources of this process, without flags.
    pub fn of_process() -> Self {
        Sources { variables: std::env::vars_os().collect(), ..Sources::default() }
    }

    /// Reads and joins everything.
    pub fn load(&self) -> Result<Config, ConfigError> {
        let mut joined = self.file_table()?;
        for (name, value) in &self.variables {
            if let Some(table) = variable_table(name, value)? {
                join(&mut joined, table);
            }
        }
        let mut config = Config::deserialize(joined).map_err(ConfigError::Joined)?;
        config.listen = self.listen.unwrap_or(config.listen);
        config.data_dir = self.data_dir.clone().unwrap_or(config.data_dir);
        config.log.format = self.log_format.unwrap_or(config.log.format);
        config.log.requests |= self.log_requests;
        Ok(config)
    }

    fn file_table(&self) -> Result<Table, ConfigError> {
        let path = self.file.as_deref().unwrap_or(Path::new(FILE_DEFAULT));
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if self.file.is_none() && error.kind() == std::io::ErrorKind::NotFound => {
                String::new()
            }
            Err(error) => return Err(ConfigError::Unreadable(path.to_owned(), error)),
        };
        let wrong = |error| ConfigError::File(path.to_owned(), error);
        // Read as a Config first: only the text, not the table, knows lines.
        toml::from_str::<Config>(&text).map_err(wrong)?;
        toml::from_str(&text).map_err(wrong)
    }
}

/// The table that one variable stands for; `None` when it is not ours.
fn variable_table(name: &OsString, value: &OsString) -> Result<Option<Table>, ConfigError> {
    let Some(name) = name.to_str().filter(|name| name.starts_with(VARIABLE_PREFIX)) else {
        return Ok(None);
    };
    if VARIABLES_OF_OTHERS.iter().any(|prefix| name.starts_with(prefix)) {
        return Ok(None);
    }
    let wrong = |reason: String| ConfigError::Variable(name.to_owned(), reason);
    let value = value.to_str().ok_or_else(|| wrong("its value is not UTF-8".to_owned()))?;
    let key = name[VARIABLE_PREFIX.len()..].to_ascii_lowercase();

    let as_text = nested(&key, Value::String(value.to_owned()));
    let as_toml = toml_value(value).map(|value| nested(&key, value));
    for table in as_toml.iter().chain([&as_text]) {
        if Config::deserialize(table.clone()).is_ok() {
            return Ok(Some(table.clone()));
        }
    }
    match Config::deserialize(as_toml.unwrap_or(as_text)) {
        Ok(_) => Ok(None),
        Err(error) => Err(wrong(error.message().to_owned())),
    }
}

fn toml_value(text: &str) -> Option<Value> {
    let mut table: Table = toml::from_str(&format!("value = {text}")).ok()?;
    let value = table.remove("value")?;
    table.is_empty().then_some(value)
}

fn nested(key: &str, value: Value) -> Table {
    match key.split_once("__") {
        Some((head, rest)) => Table::from_iter([(head.to_owned(), Value::Table(nested(rest, value)))]),
        None => Table::from_iter([(key.to_owned(), value)]),
    }
}

/// Puts `over` on top of `under`, table by table; lists are replaced whole.
fn join(under: &mut Table, over: Table) {
    for (key, value) in over {
        match (under.get_mut(&key), value) {
            (Some(Value::Table(under)), Value::Table(over)) => join(under, over),
            (_, value) => drop(under.insert(key, value)),
        }
    }
}
