//! What a command over the socket did, as the client is told. Stands between a session's actor and the writer; knows no socket.

use crate::failure::Outcome;
use crate::service::{Done, done};
use corridor_actors::SubmitError;
use corridor_actors::gateway::PendingAnswer;
use corridor_protocol::{Failed, ServerFrame};
use tokio::sync::oneshot;

type Answered = Result<PendingAnswer, SubmitError>;

/// Waits for what a command did. A reply that was dropped says "maybe done".
pub(super) async fn wait(answer: oneshot::Receiver<Answered>) -> Outcome<Done> {
    let pending = answer.await.map_err(|_| SubmitError::OutcomeUnknown)??;
    done(pending.await.map_err(SubmitError::from)?)
}

/// The frame that tells it.
pub(super) fn result(id: String, outcome: Outcome<Done>) -> ServerFrame {
    match outcome {
        Ok(done) => ServerFrame::Result {
            id,
            ok: true,
            succeeded: Some(done.succeeded()),
            failed: None,
        },
        Err(failure) => {
            let problem = failure.problem();
            crate::metrics::REFUSALS.add(&[&problem.code], 1);
            ServerFrame::Result {
                id,
                ok: false,
                succeeded: None,
                failed: Some(Failed { problem }),
            }
        }
    }
}
