//! The `castile` program: arguments, configuration, run.

use std::process::ExitCode;

use mimalloc::MiMalloc;

/// A request makes and drops some hundred small pieces of memory (docs/PERFORMANCE.md).
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    castile::cli::main(std::env::args_os())
}
