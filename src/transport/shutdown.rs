//! The order to stop: one signal finishes what runs, a second one ends at once.
//!
//! The order is a value that everyone watches, so that a test gives it without a signal. Deliberately
//! absent: who obeys and how; a server decides that for itself.

use std::io;

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

/// How far the process is with stopping.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Not at all.
    Running,
    /// Nothing new is taken on; what runs may finish in its time.
    Draining,
    /// What still runs is cut off.
    AtOnce,
}

/// The order, driven by SIGTERM and SIGINT of this process. Must be called inside a runtime.
pub fn on_signals() -> io::Result<watch::Receiver<Stage>> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let (order, stage) = watch::channel(Stage::Running);
    tokio::spawn(async move {
        for next in [Stage::Draining, Stage::AtOnce] {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
            tracing::info!(stage = ?next, "signal received");
            order.send_replace(next);
        }
        // Kept alive so that watchers never see the order withdrawn.
        order.closed().await;
    });
    Ok(stage)
}

/// Returns when the stage is `at_least` or later; never, if whoever gives the order is gone.
pub async fn reached(stage: &mut watch::Receiver<Stage>, at_least: Stage) {
    if stage.wait_for(|stage| *stage >= at_least).await.is_err() {
        std::future::pending::<()>().await;
    }
}
