//! The `castile` program: arguments, configuration, run.

use std::process::ExitCode;

fn main() -> ExitCode {
    castile::cli::main(std::env::args_os())
}
