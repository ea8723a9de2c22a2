//! Everything that can go wrong between a client and the log, told apart by what is known, and its form on the wire.
//!
//! One table: code, status, words. What is inside (paths, causes) never reaches a client; it is logged once, here.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use corridor_actors::SubmitError;
use corridor_domain::limits;
use corridor_domain::refusal::Refusal;
use corridor_protocol::{Found, Problem};

/// Why a request has no good answer.
#[derive(Debug)]
pub enum Failure {
    /// A reason the clinic would give; it is on the record.
    Refused(Refusal),
    /// The command did not get an answer.
    Submit(SubmitError),
    /// The request makes no sense; says what is wrong with it, quoting nothing.
    Invalid(&'static str),
    /// More bytes than allowed.
    TooLarge,
    /// Not HTTP/1.1.
    HttpVersion,
    /// A path and query of more bytes than allowed.
    UriTooLong,
    /// Too many tries.
    RateLimited {
        /// When to try again.
        retry_after_ms: u64,
    },
    /// The request came from a page of somebody else.
    OriginNotAllowed,
    /// The client says that it knows what never was.
    RevisionUnknown,
    /// The message names another patient: what of it.
    AnotherPatient(Vec<Found>),
    /// The message names a patient where patients are not written about: what of it.
    NamesAPatient(Vec<Found>),
    /// Something of ours is broken.
    Internal(std::io::Error),
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<SubmitError> for Failure {
    fn from(error: SubmitError) -> Self {
        Self::Submit(error)
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::Internal(error)
    }
}

/// A result on its way to a client.
pub type Outcome<T> = Result<T, Failure>;

fn of_refusal(refusal: Refusal) -> (u16, &'static str) {
    match refusal {
        Refusal::NotSignedIn => (401, "Sign in first; the session ended or never was."),
        Refusal::SignInFailed => (401, "Login or password is not right."),
        Refusal::Forbidden => (403, "Your role does not allow this. The attempt is on the record."),
        Refusal::NotFound => (404, "There is no such thing here for you."),
        Refusal::IdempotencyConflict => (
            409,
            "This command id was used for something else. Make a new one for a new command.",
        ),
        Refusal::Archived => (409, "The conversation is archived. Reopen it first."),
        Refusal::NotAMember => (409, "Only members do this. Join or be added first."),
        Refusal::AlreadyMember => (409, "This person is a member already."),
        Refusal::PatientAccountInactive => (
            409,
            "The patient has no active account and cannot be messaged. Invite the patient first.",
        ),
        Refusal::EditWindowClosed => (409, "It is too late to edit this. Retract it and write anew."),
        Refusal::AlreadyRetracted => (409, "The message was taken back."),
        Refusal::LoginTaken => (409, "Somebody else signs in by that name."),
        Refusal::NameTaken => (409, "A channel of that name exists."),
        Refusal::OwnerMustHandOver => (409, "Hand the conversation over to somebody before leaving it."),
        Refusal::Invalid => (422, "The command makes no sense as it is."),
        Refusal::TooMany => (422, "This is more than a limit allows."),
        Refusal::NothingToDo => (409, "It is so already."),
        Refusal::HeldByAnother => (
            409,
            "Somebody else answers for it now. Look again, and take it over from them if you must.",
        ),
        Refusal::NotHeld => (409, "Nobody holds it. Take it or assign it instead."),
        Refusal::NotOffered => (409, "It is not offered to you, or not any more."),
        Refusal::CannotHold => (409, "This person cannot answer for patients."),
        Refusal::TargetNotAMember => (409, "This person is no member. Add them first."),
        Refusal::NotResponsible => (
            409,
            "This person does not answer for the conversation. Look again who does.",
        ),
        Refusal::OnBehalfRefused => (
            409,
            "Nobody replies for this person here. Take it over, or join and reply yourself.",
        ),
        Refusal::ConfirmFirst => (
            409,
            "Confirm first what is sent for somebody else, and send exactly that, once.",
        ),
        Refusal::MovedOn => (
            409,
            "Somebody has written to the patient meanwhile. Look again, and confirm anew.",
        ),
        Refusal::AnotherReplied => (
            409,
            "Somebody else of the staff has replied just now. Look at it, and send again if yours is still needed.",
        ),
        Refusal::NotThisPatient => (
            409,
            "Number and birth date are not those of this patient, or the conversation is about another one. Look again whose chart it is.",
        ),
        Refusal::NotConfirmed => (409, "The password is not right. Nobody was told anything."),
        Refusal::TooYoung => (
            409,
            "The clinic keeps nothing from those who act for a patient of this age.",
        ),
        Refusal::PatientMessagesOff => (409, "The clinic has switched messages with patients off."),
        Refusal::TeamChatOff => (409, "The clinic has switched chat among staff off."),
        Refusal::QueueNeedsMore => (
            409,
            "The organization queue needs a role that works with patients: physician, nurse, medical assistant, front desk or billing.",
        ),
        Refusal::NotAvailable => (
            409,
            "This person takes no new conversations now. Choose what it is about, and the team answers.",
        ),
        Refusal::CoverageOverlaps => (
            409,
            "These two have a coverage in that time already. End it first, or begin after it.",
        ),
        Refusal::Closed => (409, "The clinic has closed this conversation. Begin a new one."),
    }
}

impl Failure {
    /// Its form on the wire.
    pub fn problem(&self) -> Problem {
        match self {
            Self::Refused(refusal) => {
                let (status, detail) = of_refusal(*refusal);
                problem(status, refusal.code(), detail, None)
            }
            Self::Submit(SubmitError::RateLimited { retry_after_ms }) | Self::RateLimited { retry_after_ms } => {
                problem(
                    429,
                    "rate_limited",
                    "Too many at once. Nothing was done; try again later.",
                    Some(*retry_after_ms),
                )
            }
            Self::Submit(SubmitError::Overloaded { retry_after_ms }) => problem(
                503,
                "overloaded",
                "The node has too much to do. Nothing was done; try again later.",
                Some(*retry_after_ms),
            ),
            Self::Submit(SubmitError::DiskNearlyFull) => problem(
                503,
                "disk_nearly_full",
                "The disk is nearly full, so nothing new is taken. Nothing was done; what is there can be read.",
                Some(limits::DISK_NEARLY_FULL_RETRY_AFTER_MS),
            ),
            Self::Submit(SubmitError::Fenced) => problem(
                503,
                "fenced",
                "This node takes no commands now. Nothing was done; try again or ask another node.",
                Some(1_000),
            ),
            Self::Submit(SubmitError::OutcomeUnknown) => problem(
                503,
                "outcome_unknown",
                "Maybe it was done. Ask again with the same command id.",
                Some(100),
            ),
            Self::Invalid(detail) => problem(422, "invalid", detail, None),
            Self::TooLarge => problem(413, "too_large", "The body is larger than allowed.", None),
            Self::HttpVersion => problem(505, "http_version", "Only HTTP/1.1 is spoken here.", None),
            Self::UriTooLong => problem(414, "uri_too_long", "The path and query are longer than allowed.", None),
            Self::OriginNotAllowed => problem(
                403,
                "origin_not_allowed",
                "The request did not come from this node's own pages.",
                None,
            ),
            Self::RevisionUnknown => problem(
                409,
                "revision_unknown",
                "The revision in Corridor-Revision is of another history than this workspace's. Ask without it, and begin anew.",
                None,
            ),
            Self::AnotherPatient(found) => Problem {
                found: found.clone(),
                ..problem(
                    409,
                    "another_patient",
                    "The message names another patient than the one it is about. Nothing was sent. Look again, and send it without the check if it is right.",
                    None,
                )
            },
            Self::NamesAPatient(found) => Problem {
                found: found.clone(),
                ..problem(
                    409,
                    "names_a_patient",
                    "The message names a patient, and the channel is not for what is about patients. Nothing was sent. Write it without, or send it without the check if it is right.",
                    None,
                )
            },
            Self::Internal(error) => {
                tracing::error!(%error, "a request failed inside");
                problem(
                    500,
                    "internal",
                    "Something is broken here. Nothing is known of the outcome; the operators were told.",
                    None,
                )
            }
        }
    }
}

fn problem(status: u16, code: &str, detail: &str, retry_after_ms: Option<u64>) -> Problem {
    let title = code.replace('_', " ");
    Problem {
        retry_after_ms,
        ..Problem::new(status, code, &title, detail)
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let problem = self.problem();
        crate::metrics::REFUSALS.add(&[&problem.code], 1);
        let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = serde_json::to_vec(&problem).unwrap_or_default();
        let mut response = (status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(retry_after_ms) = problem.retry_after_ms {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(retry_after_ms.div_ceil(1_000)));
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_refusal_has_a_status_and_keeps_its_code() {
        for refusal in Refusal::ALL {
            let problem = Failure::from(*refusal).problem();
            assert_eq!(problem.code, refusal.code());
            assert!((400..500).contains(&problem.status), "{}", problem.code);
        }
    }

    #[test]
    fn what_is_inside_stays_inside() {
        let problem = Failure::from(std::io::Error::other("/var/lib/corridor/node.key: damaged")).problem();
        assert!(!serde_json::to_string(&problem).unwrap().contains("node.key"));
    }
}
