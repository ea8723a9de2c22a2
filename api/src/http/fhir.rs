//! Routes of FHIR R4: tasks are read and searched there by programs that know nothing of Corridor. Nothing is changed by them.
//!
//! Stands over the same deeds as `tasks.rs`, so rights and record are the same. Here alone a failure is an OperationOutcome.

use super::Edge;
use super::requests::{Ids, Query};
use crate::convert;
use crate::failure::Failure;
use crate::service::{Caller, TaskFilter, TaskScope};
use axum::Json;
use axum::extract::{OriginalUri, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use corridor_domain::care::Party;
use corridor_domain::limits;
use corridor_domain::refusal::Refusal;
use corridor_protocol as wire;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

const FHIR_JSON: HeaderValue = HeaderValue::from_static("application/fhir+json; fhirVersion=4.0");

pub(super) fn routes() -> OpenApiRouter<Edge> {
    OpenApiRouter::new()
        .routes(routes!(metadata))
        .routes(routes!(search))
        .routes(routes!(read))
}

/// A failure in the words of FHIR.
struct Unanswered(Failure);

impl<T: Into<Failure>> From<T> for Unanswered {
    fn from(failure: T) -> Self {
        Self(failure.into())
    }
}

impl IntoResponse for Unanswered {
    fn into_response(self) -> Response {
        let outcome = convert::fhir::outcome(&self.0.problem());
        let mut response = self.0.into_response();
        *response.body_mut() = serde_json::to_vec(&outcome).unwrap_or_default().into();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, FHIR_JSON);
        headers.remove(header::CONTENT_LENGTH);
        response
    }
}

fn answer(resource: &impl Serialize) -> Response {
    let mut response = Json(resource).into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, FHIR_JSON);
    response
}

/// What is served as FHIR, a CapabilityStatement. Anybody may ask.
#[utoipa::path(get, path = "/v1/fhir/metadata", tag = "fhir",
    responses((status = 200, body = Object, content_type = "application/fhir+json")))]
async fn metadata() -> Response {
    let parameter = |name, kind, words| json!({ "name": name, "type": kind, "documentation": words });
    answer(&json!({
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": "2026-12-01",
        "kind": "instance",
        "software": { "name": "Corridor", "version": env!("CARGO_PKG_VERSION") },
        "implementation": { "description": "A clinic's own messenger: tasks about its conversations" },
        "fhirVersion": "4.0.1",
        "format": ["json"],
        "rest": [{
            "mode": "server",
            "security": { "description": "The token of a sign-in, as Authorization: Bearer. Every look is on the clinic's record." },
            "resource": [{
                "type": "Task",
                "interaction": [{ "code": "read" }, { "code": "search-type" }],
                "searchParam": [
                    parameter("_id", "token", "one task"),
                    parameter("status", "token", "requested, completed, cancelled, or several with commas"),
                    parameter("owner", "reference", "owner:identifier: the id of a person, per_…, or a role"),
                    parameter("patient", "reference", "patient:identifier: the number of the medical record"),
                ],
            }],
        }],
    }))
}

/// What is searched for.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
struct TaskSearch {
    /// One task.
    #[serde(rename = "_id")]
    #[param(required = false)]
    id: Option<String>,
    /// `requested`, `completed`, `cancelled`, or several with commas.
    #[param(required = false)]
    status: Option<String>,
    /// Who is to do it, or did: `per_…`, or a role.
    #[serde(rename = "owner:identifier")]
    #[param(required = false)]
    owner: Option<String>,
    /// The number of the patient's medical record.
    #[serde(rename = "patient:identifier")]
    #[param(required = false)]
    patient: Option<String>,
    /// How many are shown at most.
    #[serde(rename = "_count")]
    #[param(required = false)]
    count: Option<usize>,
    /// `json`, or a name for it.
    #[serde(rename = "_format")]
    #[param(required = false)]
    format: Option<String>,
}

const STATUSES: [&str; 3] = ["requested", "completed", "cancelled"];

impl TaskSearch {
    fn check(&self) -> Result<(), Failure> {
        if !self.statuses().all(|status| STATUSES.contains(&status)) {
            return Err(Failure::Invalid("A status here is requested, completed or cancelled."));
        }
        // A plus is a space in a query.
        let formats = [
            "json",
            "application/json",
            "application/fhir+json",
            "application/fhir json",
        ];
        match self.format.as_deref().is_none_or(|format| formats.contains(&format)) {
            true => Ok(()),
            false => Err(Failure::Invalid("The format here is json.")),
        }
    }

    fn statuses(&self) -> impl Iterator<Item = &str> {
        self.status.iter().flat_map(|list| list.split(','))
    }

    fn wants(&self, status: &str) -> bool {
        self.status.is_none() || self.statuses().any(|one| one == status)
    }

    /// Which lists to look into: of open ones or not, and of the closed ones those that were done, or taken back.
    fn lists(&self) -> impl Iterator<Item = (bool, Option<bool>)> {
        let [open, done, cancelled] = STATUSES.map(|status| self.wants(status));
        let closed = match (done, cancelled) {
            (true, true) => Some(None),
            (true, false) => Some(Some(true)),
            (false, true) => Some(Some(false)),
            (false, false) => None,
        };
        let open = open.then_some((true, None));
        open.into_iter().chain(closed.map(|done| (false, done)))
    }

    /// The values of identifiers are tokens: the value alone, or none of a system before a bar.
    fn token(text: &str) -> Result<&str, Failure> {
        let value = text.strip_prefix('|').unwrap_or(text);
        match value.is_empty() || value.contains(['|', ',']) {
            true => Err(Failure::Invalid(
                "An identifier here is one value, without a system: MRN-10240 or |MRN-10240.",
            )),
            false => Ok(value),
        }
    }

    fn filter(&self, done: Option<bool>) -> Result<TaskFilter, Failure> {
        let id = self.id.as_deref().map(convert::fhir::own_id);
        let owner = |name: &str| match name.starts_with("per_") {
            true => convert::person_id(name).map(Party::Person),
            false => convert::role(name).map(Party::Pool),
        };
        let patient = self.patient.as_deref().map(Self::token).transpose()?;
        let wanted_owner = self.owner.as_deref().map(Self::token).transpose()?;
        Ok(TaskFilter {
            id: id.as_deref().map(convert::tasks::task_id).transpose()?,
            patient_mrn: patient.map(str::to_owned),
            owner: wanted_owner.map(owner).transpose()?,
            done,
        })
    }
}

/// Tasks that one may see: open ones first, what is due next before others. The look is on the record.
#[utoipa::path(get, path = "/v1/fhir/Task", tag = "fhir", params(TaskSearch),
    responses((status = 200, body = Object, content_type = "application/fhir+json"),
        (status = "4XX", body = Object, content_type = "application/fhir+json")))]
async fn search(
    State(edge): State<Edge>,
    caller: Result<Caller, Failure>,
    asked: OriginalUri,
    headers: HeaderMap,
    query: Result<Query<TaskSearch>, Failure>,
) -> Result<Response, Unanswered> {
    let (caller, Query(query)) = (caller?, query?);
    query.check()?;
    let (mut found, mut more) = (Vec::new(), false);
    for (is_open, done) in query.lists() {
        let filter = query.filter(done)?;
        let list = edge.service.tasks(&caller, TaskScope::All, is_open, &filter).await?;
        // What was closed between the two looks is in both lists: as it was seen last.
        found.retain(|known: &wire::Task| list.tasks.iter().all(|task| task.id != known.id));
        found.extend(list.tasks);
        more |= list.more;
    }
    let base = base(&headers, edge.secure);
    let asked = asked.path_and_query().map_or("", |asked| asked.as_str());
    let shown = query.count.unwrap_or(limits::TASKS_LISTED_COUNT_MAX);
    Ok(answer(&convert::fhir::search_set(
        base.as_deref(),
        asked,
        &found,
        shown,
        more,
    )))
}

/// The address below which resources are read, as the client names this node.
fn base(headers: &HeaderMap, secure: bool) -> Option<String> {
    let host = headers.get(header::HOST)?.to_str().ok()?;
    let scheme = if secure { "https" } else { "http" };
    Some(format!("{scheme}://{host}/v1/fhir"))
}

/// A task. The look is on the record.
#[utoipa::path(get, path = "/v1/fhir/Task/{id}", tag = "fhir",
    params(("id" = String, Path, description = "`tsk-…`")),
    responses((status = 200, body = Object, content_type = "application/fhir+json"),
        (status = "4XX", body = Object, content_type = "application/fhir+json")))]
async fn read(
    State(edge): State<Edge>,
    caller: Result<Caller, Failure>,
    id: Result<Ids<String>, Failure>,
) -> Result<Response, Unanswered> {
    let (caller, Ids(id)) = (caller?, id?);
    let task = edge.service.task(&caller, &convert::fhir::own_id(&id)).await;
    let task = task.map_err(|failure| match failure {
        // What cannot be an id of ours names nothing that exists.
        Failure::Invalid(_) => Failure::Refused(Refusal::NotFound),
        failure => failure,
    })?;
    Ok(answer(&convert::fhir::task(&task)))
}

/// Nothing else is served.
pub(super) async fn nothing_here() -> Response {
    Unanswered(Failure::Refused(Refusal::NotFound)).into_response()
}
