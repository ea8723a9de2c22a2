//! How long requests take, by kind of route and class of answer. Around every other layer; knows paths, not what is asked for.

use super::Edge;
use crate::metrics::HTTP_REQUEST_SECONDS;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::Response;

/// Kinds of routes, for figures.
pub const ROUTES: [&str; 11] = [
    "sign_in",
    "conversations",
    "messages",
    "people",
    "tasks",
    "templates",
    "safeguards",
    "timeline",
    "audit",
    "socket",
    "web",
];

pub(super) async fn measure(State(edge): State<Edge>, request: Request, next: Next) -> Response {
    let route = route_of(request.uri().path());
    let began_ns = edge.service.monotonic_ns();
    let response = next.run(request).await;
    let labels = [route, class_of(response.status())];
    HTTP_REQUEST_SECONDS.note_time(&labels, began_ns, edge.service.monotonic_ns());
    response
}

/// What is no route of the API is the browser client's, found or not.
fn route_of(path: &str) -> &'static str {
    let Some(path) = path.strip_prefix("/v1/") else {
        return "web";
    };
    match path.split('/').next().unwrap_or_default() {
        "sign-in" => "sign_in",
        "socket" => "socket",
        "audit" | "break-glass" => "audit",
        "inbox" | "queue" => "conversations",
        "scheduled" => "messages",
        "tasks" | "unread-by-patients" | "fhir" => "tasks",
        "templates" => "templates",
        "safeguards" => "safeguards",
        "patients" if path.split('/').nth(2) == Some("timeline") => "timeline",
        "conversations" if path.split('/').nth(2) == Some("messages") => "messages",
        "conversations" => "conversations",
        _ => "people",
    }
}

fn class_of(status: StatusCode) -> &'static str {
    match status.as_u16() {
        ..200 => "1xx",
        200..300 => "2xx",
        300..400 => "3xx",
        400..500 => "4xx",
        500.. => "5xx",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_have_kinds_and_answers_have_classes() {
        for (path, route) in [
            ("/v1/sign-in", "sign_in"),
            ("/v1/socket", "socket"),
            ("/v1/inbox", "conversations"),
            ("/v1/queue", "conversations"),
            ("/v1/conversations", "conversations"),
            ("/v1/conversations/con_1/events", "conversations"),
            ("/v1/conversations/con_1/messages", "messages"),
            ("/v1/conversations/con_1/messages/7/receipts", "messages"),
            ("/v1/people/per_1", "people"),
            ("/v1/patients/per_1", "people"),
            ("/v1/patients/per_1/timeline", "timeline"),
            ("/v1/tasks/tsk_1", "tasks"),
            ("/v1/unread-by-patients", "tasks"),
            ("/v1/fhir/Task", "tasks"),
            ("/v1/templates/tpl_1", "templates"),
            ("/v1/safeguards", "safeguards"),
            ("/v1/me", "people"),
            ("/v1/nodes", "people"),
            ("/v1/audit", "audit"),
            ("/", "web"),
            ("/assets/app.js", "web"),
        ] {
            assert_eq!(route_of(path), route, "{path}");
            assert!(ROUTES.contains(&route));
        }
        let classes = [101, 200, 304, 404, 503].map(|code| class_of(StatusCode::from_u16(code).unwrap()));
        assert_eq!(classes, ["1xx", "2xx", "3xx", "4xx", "5xx"]);
    }
}
