//! `castile serve`: the gateway in the foreground.
//!
//! What a person needs to go on stands on stderr as soon as requests are taken; where the log is for programs, its line
//! `ready` says the same. Deliberately absent: going into the background, which a supervisor does better.

use super::text::tell;
use crate::Ready;
use crate::config::{Config, LogFormat};
use crate::failure::Failure;
use crate::transport::shutdown;

pub(super) async fn run(config: &Config) -> Result<(), Failure> {
    // Before anything is opened, so that a signal during the start is not lost.
    let stage = shutdown::on_signals().map_err(|error| Failure::io("watching for signals", &error))?;
    let announce = match config.log.format {
        LogFormat::Text => greet,
        LogFormat::Json => |_: &Ready| {},
    };
    crate::serve(config, stage, announce).await
}

fn greet(ready: &Ready) {
    tell(concat!("castile ", env!("CARGO_PKG_VERSION")));
    tell(format_args!("listening on  http://{}", ready.address));
    tell(format_args!("WSDL          {}", ready.wsdl_url));
    tell(format_args!("data folder   {}", ready.data_dir.display()));
}
