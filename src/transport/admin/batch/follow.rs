//! A run as it goes on: a line of data whenever it changed, until it ends or stands still.
//!
//! Deliberately absent: who carries it out, unless this process is asked to.

use std::time::Duration;

use tokio::time::{MissedTickBehavior, interval};

use super::told::RunTold;
use super::{one, refused};
use crate::jobs::batch::{Batches, Refusal};
use crate::ops::runs::RunState;
use crate::transport::admin::Line;
use crate::transport::admin::reply::lines;
use crate::transport::http::{Body, BodySender, Gone, Response};

/// How often the run is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// How often something is sent, so that a caller who is gone is noticed.
const TOLD_EVERY: u32 = 10;

/// Follows a run; `execute`: in this process, which carries it out meanwhile.
pub(super) async fn follow(batches: &Batches, run: u64, execute: bool) -> Response {
    if let Err(refusal) = batches.show(run).await {
        return refused(&refusal);
    }
    let (sender, body) = Body::streamed();
    let batches = batches.clone();
    tokio::spawn(async move {
        let followed = if execute {
            let watching = watch(&batches, run, &sender, false);
            tokio::select! {
                outcome = batches.run(run) => outcome.map(drop),
                watched = watching => watched,
            }
        } else {
            watch(&batches, run, &sender, true).await
        };
        // If the caller is gone by now, nobody has to be told.
        let _ = end(&batches, run, followed, &sender).await;
    });
    lines(body)
}

/// Tells the run whenever it changed; returns when nobody listens any more or, where that is asked for, when it stands.
async fn watch(
    batches: &Batches,
    run: u64,
    sender: &BodySender,
    until_it_stands: bool,
) -> Result<(), Refusal> {
    let mut looks = interval(LOOK_EVERY);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let (mut told, mut silent) = (None, 0);
    loop {
        looks.tick().await;
        let stored = batches.show(run).await?;
        silent += 1;
        if told != Some(stored.version) || silent >= TOLD_EVERY {
            if sender.send(one(&RunTold::new(&stored, batches))).await.is_err() {
                return Ok(());
            }
            (told, silent) = (Some(stored.version), 0);
        }
        if until_it_stands && stands(stored.run.state) {
            return Ok(());
        }
    }
}

/// Does nothing happen any more unless somebody wants it?
fn stands(state: RunState) -> bool {
    state.is_final() || matches!(state, RunState::Paused | RunState::Stopped)
}

async fn end(
    batches: &Batches,
    run: u64,
    followed: Result<(), Refusal>,
    sender: &BodySender,
) -> Result<(), Gone> {
    let last = match followed {
        Ok(()) => batches.show(run).await,
        Err(refusal) => Err(refusal),
    };
    match last {
        Ok(stored) => {
            sender.send(one(&RunTold::new(&stored, batches))).await?;
            sender.send(Line::End { done: stored.run.counts.read }.to_bytes()).await
        }
        Err(refusal) => sender.send(Line::Failed { text: refusal.to_string() }.to_bytes()).await,
    }
}
