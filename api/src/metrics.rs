//! This floor's figures; docs/metrics.md says what they mean.

use crate::failure::Outcome;
use corridor_domain::refusal::Refusal;
use corridor_protocol::{Command, GoodbyeReason};
use corridor_storage::figures::{Count, Spread};
use corridor_storage::world::World;
use std::sync::Arc;

/// Connections closed at the door because there were too many.
pub static CONNECTIONS_REFUSED: Count = Count::new(
    "corridor_connections_refused_total",
    "Connections closed at once because there were too many, in all or from one address.",
    &[],
);
/// Requests for workspaces that other nodes have.
pub static FORWARDED: Count = Count::new(
    "corridor_forwarded_requests_total",
    "Requests that were handed on to a node that has their workspace, by whether there was an answer.",
    &[("outcome", &["answered", "failed"])],
);
/// Sockets of workspaces that other nodes have.
pub static FORWARDED_SOCKETS: Count = Count::new(
    "corridor_forwarded_sockets_total",
    "Sockets that were handed on to a node that has their workspace.",
    &[],
);
/// Requests and commands that were refused or failed, by stable code.
pub static REFUSALS: Count = Count::new(
    "corridor_refusals_total",
    "Requests and commands that were refused or failed, by stable code.",
    &[("code", &CODES)],
);
/// Commands answered over the socket.
pub static SOCKET_COMMANDS: Count = Count::new(
    "corridor_socket_commands_total",
    "Commands answered over sockets, well or not.",
    &[],
);
/// Sockets that said hello, by kind of resume.
pub static RESUMES: Count = Count::new(
    "corridor_resumes_total",
    "Sockets that said hello: fresh, replayed or reset.",
    &[("kind", &["fresh", "replayed", "reset"])],
);
/// Sockets closed by the node, by reason.
pub static GOODBYES: Count = Count::new(
    "corridor_goodbyes_total",
    "Sockets that the node closed with a reason.",
    &[(
        "reason",
        &["session_ended", "shutting_down", "too_slow", "protocol_error", "fenced"],
    )],
);
/// Sign-ins, by outcome.
pub static SIGN_INS: Count = Count::new(
    "corridor_sign_ins_total",
    "Sign-ins, accepted or refused.",
    &[("outcome", &["accepted", "refused"])],
);
/// From a command's arrival to its acknowledgement, by command.
pub static ACKNOWLEDGEMENT_SECONDS: Spread = Spread::new(
    "corridor_acknowledgement_seconds",
    "Time from a command's arrival at the edge, over socket or HTTP, to its acknowledgement.",
    &[("command", &COMMANDS)],
);
/// HTTP requests, by kind of route and class of status.
pub static HTTP_REQUEST_SECONDS: Spread = Spread::new(
    "corridor_http_request_seconds",
    "Time from the head of an HTTP request to the head of its answer.",
    &[("route", &crate::http::ROUTES), ("status", &["2xx", "4xx", "5xx"])],
);

const COMMANDS: [&str; 7] = [
    "send_message",
    "edit_message",
    "retract_message",
    "mark_read",
    "confirm_delivery",
    "acknowledge",
    "care",
];

/// Codes of failures that are none of the clinic's refusals.
const OWN_CODES: [&str; 11] = [
    "rate_limited",
    "overloaded",
    "disk_nearly_full",
    "fenced",
    "outcome_unknown",
    "too_large",
    "http_version",
    "uri_too_long",
    "origin_not_allowed",
    "revision_unknown",
    "internal",
];
const CODES: [&str; OWN_CODES.len() + Refusal::ALL.len()] = {
    let mut codes = [""; OWN_CODES.len() + Refusal::ALL.len()];
    let mut place = 0;
    while place < codes.len() {
        codes[place] = if place < OWN_CODES.len() {
            OWN_CODES[place]
        } else {
            Refusal::ALL[place - OWN_CODES.len()].code()
        };
        place += 1;
    }
    codes
};

/// Lets all of them stand at zero.
pub fn introduce() {
    for count in [
        &CONNECTIONS_REFUSED,
        &FORWARDED,
        &FORWARDED_SOCKETS,
        &REFUSALS,
        &SOCKET_COMMANDS,
        &RESUMES,
        &GOODBYES,
        &SIGN_INS,
    ] {
        count.introduce();
    }
    ACKNOWLEDGEMENT_SECONDS.introduce();
    HTTP_REQUEST_SECONDS.introduce();
}

/// A reason as it stands in figures and in the close frame.
pub(crate) fn reason_name(reason: GoodbyeReason) -> &'static str {
    match reason {
        GoodbyeReason::SessionEnded => "session_ended",
        GoodbyeReason::ShuttingDown => "shutting_down",
        GoodbyeReason::TooSlow => "too_slow",
        GoodbyeReason::ProtocolError => "protocol_error",
        GoodbyeReason::Fenced => "fenced",
    }
}

/// A command that was taken and has no answer yet.
pub(crate) struct Timed {
    world: Arc<dyn World>,
    command: &'static str,
    began_ns: u64,
}

impl Timed {
    /// From now on.
    pub(crate) fn begin(world: Arc<dyn World>, command: &Command) -> Self {
        let command = match command {
            Command::SendMessage { .. } => "send_message",
            Command::EditMessage { .. } => "edit_message",
            Command::RetractMessage { .. } => "retract_message",
            Command::MarkRead { .. } => "mark_read",
            Command::ConfirmDelivery { .. } => "confirm_delivery",
            Command::Acknowledge { .. } => "acknowledge",
            Command::Care { .. } => "care",
        };
        let began_ns = world.monotonic_ns();
        Self {
            world,
            command,
            began_ns,
        }
    }

    /// Until now, if it was done. Refusals are counted by code.
    pub(crate) fn noted<T>(&self, outcome: Outcome<T>) -> Outcome<T> {
        if outcome.is_ok() {
            ACKNOWLEDGEMENT_SECONDS.note_time(&[self.command], self.began_ns, self.world.monotonic_ns());
        }
        outcome
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failure::Failure;
    use corridor_actors::SubmitError;

    #[test]
    fn every_code_of_a_failure_is_listed_once() {
        let own = [
            Failure::RateLimited { retry_after_ms: 1 },
            SubmitError::Overloaded { retry_after_ms: 1 }.into(),
            SubmitError::DiskNearlyFull.into(),
            SubmitError::Fenced.into(),
            SubmitError::OutcomeUnknown.into(),
            Failure::TooLarge,
            Failure::HttpVersion,
            Failure::UriTooLong,
            Failure::OriginNotAllowed,
            Failure::RevisionUnknown,
            std::io::Error::other("broken").into(),
            Failure::Invalid("so"),
        ];
        for failure in own
            .into_iter()
            .chain(Refusal::ALL.iter().map(|refusal| Failure::from(*refusal)))
        {
            let code = failure.problem().code;
            assert_eq!(CODES.iter().filter(|known| **known == code).count(), 1, "{code}");
        }
    }
}
