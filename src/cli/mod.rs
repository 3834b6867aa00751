//! The commands of the program, one file each.
//!
//! A command returns what to say and what to exit with; only [`main`] says it. Deliberately absent: work on the
//! store itself. Commands speak to the administrators' handler, in this process or in the running server, by the
//! same requests.

mod access;
mod batch;
mod check;
mod config;
mod export;
mod history;
mod import;
mod load;
mod load_cards;
mod outcome;
mod search;
mod serve;
mod show;
mod text;

use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Parser, Subcommand};

use crate::config::{Config, LogFormat, Sources};
use crate::failure::{Exit, Failure};
use crate::telemetry;

const ABOUT: &str = "A SOAP/WSDL gateway in front of a durable customer store";

const AFTER_HELP: &str = "\
Examples:
  castile                                serve on 127.0.0.1:8080 with the data in ./castile-data
  castile serve --listen 127.0.0.1:0     take a free port and print it
  castile config > all-keys.toml         write a configuration file with every key explained
  castile export --output all.jsonl      back up everything, while the server runs or not
  castile import all.jsonl               bring it back, here or on another machine
  castile check                          read every record and verify it
  castile load shop.toml                 define alternate keys, attributes and retail locations
  castile show attribute_type            show what is defined
  castile history 4711                   who changed this customer when, and what
  castile batch run people.xml           carry out a batch file and wait for its end
  castile batch review 7                 which of its records failed, and why
  castile search rebuild                 make the search index anew from the store

Exit codes:
  0  done                                1  done, and something wrong was found
  2  a batch file was not run            64 wrong command line
  65 bad input data                      66 input not there
  69 not available now, such as a folder in use
  70 internal error                      74 reading or writing failed
  78 wrong configuration                 141 nobody read the output to its end";

/// How long threads that still work at the end are waited for.
const THREADS_END_MAX: Duration = Duration::from_secs(10);

/// The command line.
#[derive(Debug, Parser)]
#[command(name = "castile", version, about = ABOUT, after_help = AFTER_HELP)]
pub struct Arguments {
    /// What to do; `serve` if nothing is said.
    #[command(subcommand)]
    command: Option<Command>,
    /// Read this configuration file instead of ./castile.toml
    #[arg(long, value_name = "FILE", global = true)]
    config: Option<PathBuf>,
    /// Keep the data in this folder instead of ./castile-data
    #[arg(long, value_name = "FOLDER", global = true)]
    data_dir: Option<PathBuf>,
    /// Serve on this address instead of 127.0.0.1:8080; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS:PORT", global = true)]
    listen: Option<SocketAddr>,
    /// Write the log like this instead of as text
    #[arg(long, value_name = "FORMAT", global = true)]
    log_format: Option<LogFormat>,
    /// Write a line for every request
    #[arg(long, global = true)]
    log_requests: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Answer requests until SIGTERM or Ctrl-C (what `castile` alone does)
    Serve,
    /// Write everything in the store as JSON lines
    Export(export::Export),
    /// Read what `export` wrote into the store
    Import(import::Import),
    /// Read every record and verify it
    Check,
    /// Read reference data from a TOML file into the store
    Load(load::Load),
    /// Show reference data
    Show(show::Show),
    /// Show who changed a customer when, and what
    History(history::History),
    /// Run, list, review and steer batch files
    Batch(batch::Batch),
    /// Look after the search index
    Search(search::Search),
    /// Print every configuration key with its value, default and meaning
    Config,
}

/// Runs the program: reads the arguments and the configuration, runs the command, says what went wrong.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(error) => {
            // Where even this can't be written there is nobody left to tell.
            let _ = error.print();
            return if error.use_stderr() { ExitCode::from(Exit::Usage as u8) } else { ExitCode::SUCCESS };
        }
    };
    match run(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            if failure.exit != Exit::OutputClosed {
                text::tell(format_args!("castile: {failure}"));
            }
            ExitCode::from(failure.exit as u8)
        }
    }
}

fn run(arguments: Arguments) -> Result<(), Failure> {
    let sources = Sources {
        file: arguments.config,
        listen: arguments.listen,
        data_dir: arguments.data_dir,
        log_format: arguments.log_format,
        log_requests: arguments.log_requests,
        ..Sources::of_process()
    };
    let config = sources.load()?;
    telemetry::start(&config.log);
    match arguments.command.unwrap_or(Command::Serve) {
        Command::Serve => in_runtime(serve::run(&config)),
        Command::Export(export) => in_runtime(export.run(&config)),
        Command::Import(import) => in_runtime(import.run(&config)),
        Command::Check => in_runtime(check::run(&config)),
        Command::Load(load) => in_runtime(load.run(&config)),
        Command::Show(show) => in_runtime(show.run(&config)),
        Command::History(history) => in_runtime(history.run(&config)),
        Command::Batch(batch) => in_runtime(batch.run(&config)),
        Command::Search(search) => in_runtime(search.run(&config)),
        Command::Config => config::run(&config),
    }
}

fn in_runtime(command: impl Future<Output = Result<(), Failure>>) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Failure::io("starting threads", &error))?;
    let outcome = runtime.block_on(command);
    runtime.shutdown_timeout(THREADS_END_MAX);
    outcome
}

/// The purpose that a command writes into the lock file, and its place in messages.
fn purpose(command: &str) -> String {
    format!("castile {command}")
}

/// What every command that needs the store begins with.
async fn open(config: &Config, command: &str) -> Result<access::Access, Failure> {
    access::Access::open(config, &purpose(command)).await
}

#[cfg(test)]
mod tests;
